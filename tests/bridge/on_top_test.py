"""Which side is on top, as whoever takes a signal asks it."""

from __future__ import annotations

import signal
from pathlib import Path

from polyrepl.bridge import Bridge

UNTIL_SEEN = """(path) => {
  process.kill(process.ppid, "SIGUSR1");
  while (!process.getBuiltinModule("fs").existsSync(path));
}"""


def test_each_side_on_top_of_the_other(own: Bridge, tmp_path: Path) -> None:
    seen: list[str] = []

    def look(*signal: object) -> None:
        tops = ("python_on_top", "javascript_on_top", "nested")
        seen.append(" ".join(name for name in tops if getattr(own, name)))
        (tmp_path / str(len(seen))).touch()

    def javascript() -> None:
        """JavaScript goes on until its signal has been seen."""
        loop(str(tmp_path / str(len(seen) + 1)))

    before = signal.signal(signal.SIGUSR1, look)
    try:
        look()
        own.start()
        look()
        loop, call = own.eval(UNTIL_SEEN), own.eval("(f) => f()")
        look()
        javascript()
        call(look)
        call(javascript)
        call(lambda: call(look))
        look()
    finally:
        signal.signal(signal.SIGUSR1, before)
    in_javascript, in_python = "javascript_on_top", "python_on_top"
    assert seen == ["", "", "", in_javascript, in_python, "javascript_on_top nested", in_python, ""]
