"""The text of frames: it is the same whether Python's own `json` makes it, as at first, or orjson."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from polyrepl.bridge.text import Reader, Writer

DATA = [
    None, True, 0, -1, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 1.5, -0.0, 1e22, 5e-324, 0.1, "",
    "a\u2028b", "\x00\x1f\x7f\"\\/", "\U0001f600", "é", [], [[]], [1, [2.5, "x", [None]]], ["NaN"],
]  # fmt: skip


@pytest.mark.parametrize("data", DATA, ids=repr)
def test_both_write_the_same(data: Any) -> None:
    slow, fast = Writer(few=1).plain(data), Writer(few=0).plain(data)
    assert slow == fast == orjson.dumps(data)


@pytest.mark.parametrize(
    "written",
    [
        *(json.dumps(data) for data in DATA),
        "18446744073709551616", "-9223372036854775809", "1" * 30, "1E5", " [1 , 2]\n", '"\\ud83d\\ude00"',
    ],
)  # fmt: skip
def test_both_read_the_same(written: str) -> None:
    theirs = orjson.loads(written)
    for few in (1, 0):
        ours = Reader(few).loads(written.encode())
        assert (ours, type(ours), str(ours)) == (theirs, type(theirs), str(theirs))


@pytest.mark.parametrize(
    "wrong", [b"NaN", b"[Infinity]", b"", b"[1,]", b"[1] 2", b'"\xff"', b'"\n"', b"01", b"[" * 4000]
)
def test_both_refuse_the_same(wrong: bytes) -> None:
    for read in (Reader(few=1).loads, Reader(few=0).loads):
        with pytest.raises(ValueError):
            read(wrong)


def test_what_python_alone_can_write_is_written_by_it() -> None:
    for data in ("\ud800", [2**70]):
        for few in (1, 0):
            assert json.loads(Writer(few).dumps(data)) == data
    for few in (1, 0):
        with pytest.raises(TypeError):
            Writer(few).plain(object())


CODE = """
import sys
from polyrepl.bridge import Bridge
with Bridge() as js:
    js.eval("1")
    seen = ["orjson" in sys.modules]
    sys.path.insert(0, sys.argv[1])
    for number in range(100):
        assert js.eval(str(number)) == number
    print(seen, sys.modules["orjson"].__file__.startswith(sys.argv[1]), js.eval("'\\\\ud800'") == "\\ud800")
"""


def test_a_short_conversation_loads_none_and_a_long_one_not_the_program_s(tmp_path: Path) -> None:
    (tmp_path / "orjson.py").write_text("raise SystemExit('not this one')")
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[False] False True\n", "")


LARGE = """
import sys
from polyrepl.bridge.text import Writer
writer = Writer()
for data in ([1, ["a", None]], [list(range(500)), [["x"] * 500]]):
    writer.plain(data)
    assert "orjson" not in sys.modules
for data in (SOME):
    assert len(writer.plain(data)) > 1000
    print("orjson" in sys.modules)
"""


@pytest.mark.parametrize("data", ["list(range(5000))", "[1, {'rows': [(i, i) for i in range(5000)]}]"])
def test_one_text_that_is_large_is_worth_it(data: str) -> None:
    code = LARGE.replace("(SOME)", f"([{data}])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("module", ["dataclasses", "uuid", "zoneinfo", "orjson"])
def test_an_exception_while_orjson_is_loaded(module: str) -> None:
    """Ctrl-C may come at any step of it; the next text is written all the same."""
    program = """if True:
        import sys

        def trace(frame, event, argument):
            if frame.f_globals.get("__name__") == sys.argv[1]:
                sys.settrace(None)
                raise KeyboardInterrupt
            return trace

        from polyrepl.bridge.text import Writer
        assert sys.argv[1] not in sys.modules
        write = Writer(few=0).plain
        sys.settrace(trace)
        try:
            write([1])
        except KeyboardInterrupt:
            print(write([1]), "orjson" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", program, module], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "b'[1]' True\n"), done.stderr
