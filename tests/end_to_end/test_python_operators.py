"""Lisp operators on Python objects: the dispatch, and lazy sequences that cross by value."""

from __future__ import annotations

from pathlib import Path

from running import polyrepl

PROGRAM = """
(py.import "numpy" :as np)
(py.import "pandas" :as pd)
(def arr (np.array [1 2 3]))
(println (py.str (* arr 2)) (py.str (- 10 arr)) (py.str (> arr 1)))
(def df (pd.DataFrame (js->py {"x" [1 5] "y" [2 3]})))
(println (py.str (. (> (. df ["x"]) 3) (tolist))))
(def grid (np.reshape (np.arange 6) [2 3]))
(println (. grid [1 2]) (py.str (. grid [(py.slice nil nil) 0])))
(println (np.sum (range 4)) (py.sorted (map inc (range 3)) :reverse true))
"""


def test_operators_dispatch_to_python(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(PROGRAM)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "[2 4 6] [9 8 7] [False  True  True]",
        "[False, True]",
        "5 [0 3]",
        "6 [3, 2, 1]",
    ]
