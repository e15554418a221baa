"""Programs and what they print; programs that must not compile and where the error points.

In: tables/*.lisp. A case is a line `;;; id what it shows`, a program, and either

    ;=> printed value of the last form
    ;!! regex for the message or hint     (in the program ⟦..⟧ encloses the text that the span may cover;
                                           several pairs are alternatives)

The tables stand in for suites that we do not have: await programs by category (A-L), R7RS section 4.3,
Clojure's destructuring, recur and core functions, expressions as other Lisps on JavaScript test them.
KNOWN_OPEN holds ids that fail for now; a fix that makes one pass fails the test until it is taken out.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from polyrepl.lisp.errors import LispError

TABLES = Path(__file__).parent / "tables"
STUCK_SECONDS = 30.0
KNOWN_OPEN: dict[str, str] = {}

_RESULT = re.compile(r"^;(=>|!!) (.*)$", re.MULTILINE)


class Case(NamedTuple):
    """`wanted`: the printed value, or the regex when `fails`."""

    id: str
    program: str
    wanted: str
    fails: bool


def cases() -> Iterator[Case]:
    for path in sorted(TABLES.glob("*.lisp")):
        for part in re.split(r"(?m)^;;; ", path.read_text(encoding="utf-8"))[1:]:
            head, _, text = part.partition("\n")
            found = _RESULT.search(text)
            assert found is not None, f"{path.name}: {head} has no result"
            name = f"{path.stem}/{head.split()[0]}"
            yield Case(name, text[: found.start()].rstrip("\n"), found[2], found[1] == "!!")


def parameters(*, fails: bool) -> list[Any]:
    made = []
    for case in cases():
        if case.fails == fails:
            reason = KNOWN_OPEN.get(case.id)
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            made.append(pytest.param(case, id=case.id, marks=marks))
    return made


def unmarked(program: str) -> tuple[str, set[tuple[int, int]]]:
    """The program without ⟦ ⟧, and the (start, end) that each pair enclosed."""
    text = ""
    starts: list[int] = []
    spans = set()
    for char in program:
        if char == "⟦":
            starts.append(len(text))
        elif char == "⟧":
            spans.add((starts.pop(), len(text)))
        else:
            text += char
    return text, spans


@pytest.fixture
def guarded(lisp: Any) -> Iterator[Any]:
    """The host; a program that never ends takes it down instead of hanging the run."""
    guard = threading.Timer(STUCK_SECONDS, lisp.node.kill)
    guard.start()
    yield lisp
    guard.cancel()


def test_ids_are_unique() -> None:
    names = [case.id for case in cases()]
    assert len(names) == len(set(names))
    assert set(KNOWN_OPEN) <= set(names)


@pytest.mark.parametrize("case", parameters(fails=False))
def test_value(case: Case, guarded: Any) -> None:
    assert guarded.run(case.program) == case.wanted
    assert guarded.run(case.program, polls=True, await_wrapper=True) == case.wanted


@pytest.mark.parametrize("case", parameters(fails=True))
def test_error(case: Case, guarded: Any) -> None:
    program, spans = unmarked(case.program)
    compiler = guarded.compiler()
    with pytest.raises(LispError) as caught:
        forms = compiler.read(program, "case.lisp")
        compiler.declare_unit(forms)
        for form in forms:
            compiler.compile(form)
    error = caught.value
    assert error.span is not None
    assert (error.span.start, error.span.end) in spans, f"points at {error.span.text!r}"
    said = f"{error.message} / {error.hint or ''}"
    assert re.search(case.wanted, said, re.IGNORECASE | re.DOTALL), said
