"""Every program of the differential corpus that stays in what Python's functions have gives the same there.

The interpreter is the measure, as it is for JavaScript (test_differential.py, on the same seeds): so both
backends give the same value. POLYREPL_PYTHON_PROGRAMS and POLYREPL_FUZZ_SEED say how many programs, and
from where.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from differential import MACROS
from generate import program, text_of
from interpreter import outcome
from interpreter_base import Outcome
from interpreter_values import OutsideError
from polyrepl.lisp.compiler import Compiler
from python_backend import (
    OutOfPythonError,
    program_of,
    python_outcome,
    respelled,
    rounded,
)

PROGRAMS = int(os.environ.get("POLYREPL_PYTHON_PROGRAMS", "2800"))
SEED = int(os.environ.get("POLYREPL_FUZZ_SEED", "1"))
LEAST_SHARE = 0.7


def wrong(expected: Outcome, got: Outcome, in_order: bool) -> bool:
    """Does the program do something else? Coroutines begin later than promises, with another log."""
    if in_order:
        return got != expected
    return (got.value, got.error) != (expected.value, expected.error)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # a program may leave one
@pytest.mark.timeout(240 + PROGRAMS // 4)
def test_programs_mean_the_same_in_python(tell: Callable[[str], None]) -> None:
    programs = stayed = ordered = 0
    left_out: Counter[str] = Counter()
    differences: list[str] = []
    try:
        for seed in range(SEED, SEED + PROGRAMS):
            tree = program(seed)
            text = text_of(tree)
            try:
                expected = respelled(outcome(text))
            except OutsideError:
                continue
            programs += 1
            try:
                got, in_order = python_outcome(program_of(tree), Compiler(host=MACROS))
            except OutOfPythonError as error:
                left_out[str(error)] += 1
                continue
            stayed += 1
            ordered += in_order
            if wrong(expected, rounded(got), in_order):
                differences.append(f"seed {seed}\n{text}\nexpected {expected}\ngot {rounded(got)}")
    finally:
        MACROS.close()
        gc.collect()
    reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common())
    tell(
        f"py.fn: {stayed} of {programs} programs ({stayed / programs:.0%}) stay in Python's functions "
        f"({ordered} with their log), {len(differences)} differences; left out: {reasons}"
    )
    assert not differences, "\n\n".join(differences[:5])
    assert stayed > LEAST_SHARE * programs
