"""The interpreter against the corpus, and the compiler against the interpreter.

POLYREPL_FUZZ_PROGRAMS and POLYREPL_FUZZ_SEED say how many random programs are compared, and from where.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from found import FOUND  # noqa: E402
from interpreter import outcome  # noqa: E402
from interpreter_values import OutsideError  # noqa: E402

PROGRAMS = int(os.environ.get("POLYREPL_FUZZ_PROGRAMS", "3000"))
SEED = int(os.environ.get("POLYREPL_FUZZ_SEED", "1"))
CORPUS = HERE / "corpus" / "await_cases.json"


def corpus() -> list[dict[str, str]]:
    cases: list[dict[str, str]] = json.loads(CORPUS.read_text())["cases"] if CORPUS.exists() else []
    return cases


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case["id"])
def test_interpreter_agrees_with_the_corpus(case: dict[str, str]) -> None:
    try:
        assert outcome(case["src"]).value == case["expect"]
    except OutsideError:
        assert case["id"] == "F12", "only `new` is outside of the core"


@pytest.mark.parametrize("source", FOUND.strip().splitlines())
def test_found_before(source: str) -> None:
    from differential import compare

    assert compare(source) is None


@pytest.mark.timeout(240 + PROGRAMS // 5)
def test_compiled_programs_do_what_the_interpreter_does(tell: Callable[[str], None]) -> None:
    from differential import run

    tally = run(PROGRAMS, SEED)
    tell(f"differential: {tally}")
    assert not tally.differences, "\n".join(map(str, tally.differences))
    assert tally.programs > PROGRAMS * 0.9
