"""What nobody awaits is told once, with its place in the Lisp."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

WAIT = "(await (new Promise (fn (r) (setTimeout r 30))))\n"


@pytest.mark.parametrize(
    ("program", "place", "said"),
    [
        ('(defn go () (setTimeout (fn () (throw (Error "boom"))) 1) nil)\n(go)\n', "1:39", "Error: boom"),
        ('(defn go () (Promise.reject (TypeError "lost")) nil)\n(go)\n', "1:29", "TypeError: lost"),
    ],
    ids=["thrown by a timer", "rejected promise"],
)
def test_late_errors_name_the_lisp(tmp_path: Path, program: str, place: str, said: str) -> None:
    file = tmp_path / "program.lisp"
    file.write_text(program + WAIT)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert done.err.count(said.split(": ")[1]) == 2  # once told, once in the excerpt
    assert f"Uncaught (late) program.lisp:{place}: {said}" in done.err
