"""Whose code a signal comes in the midst of, where that code was made as a text: its caller says so.

In: frames within a namedtuple's `__new__`, a dataclass's `__init__` and text that was given to `exec`, called
by a file of ours or of a program's. Out: what handlers of signals take them for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import polyrepl.repl.session.trace as ours
import pytest
from polyrepl.repl.session.on_top import file_of, is_programs
from polyrepl.repl.web.stopping import whose_turn

MADE = """
import collections, dataclasses, typing
class Typed(typing.NamedTuple):
    x: int
Plain = collections.namedtuple("Plain", "x")
@dataclasses.dataclass
class Data:
    x: int
"""
CALLS = {
    "a named tuple": "lambda: Typed(1)",
    "a namedtuple": "lambda: Plain(1)",
    "a dataclass": "lambda: Data(1)",
    "a text": "lambda: exec('x = 1', globals())",
}


def inside(file: str, call: str, monkeypatch: pytest.MonkeyPatch) -> FrameType:
    """The innermost frame of a call that is made in a file, itself called by the event loop."""
    module = ModuleType("made_as_a_text")
    module.__file__ = file
    monkeypatch.setitem(sys.modules, module.__name__, module)  # a dataclass looks for its module there
    exec(compile(MADE, file, "exec", dont_inherit=True), vars(module))
    run = eval(compile(call, file, "eval"), vars(module))
    loop: dict[str, Any] = {}
    exec(compile("def _run_once(run): run()", "<frozen loop>", "exec"), loop)
    found: list[FrameType] = []

    def seen(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename == "<string>":
            found.append(frame)

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        loop["_run_once"](run)
    finally:
        sys.setprofile(before)
    [frame] = found
    return frame


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize("program", [True, False], ids=["program", "ours"])
def test_code_made_as_a_text_is_its_caller_s(
    call: str, program: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "program.py") if program else ours.__file__
    frame = inside(file, call, monkeypatch)
    assert file_of(frame) == file
    assert is_programs(frame) is program
    assert (whose_turn(frame) == "program") is program


def test_text_that_no_file_has_is_the_program_s() -> None:
    frames: list[FrameType] = []
    exec("def f(): note(sys._getframe())\nf()", {"sys": sys, "note": frames.append, "__name__": "__main__"})
    assert file_of(frames[0]) == "<string>"
    assert whose_turn(frames[0]) == "program"
