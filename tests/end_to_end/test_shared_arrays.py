"""Arrays that both languages have, in Lisp; and what `polyrepl doctor` says of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from polyrepl.bridge.building import refused
from running import polyrepl

PROGRAM = """
(py.import "numpy" :as np)
(def field (shared-array "float64" [2 3]))
(py.exec "def fill(a): a[1] = 7")
((py.eval "fill") field)
(set! (. field [0]) 5)
(println field field.shape (py.str (np.sum field :axis 1)))
(py.exec "kept = []")
(py.exec "def keep(a): kept.append(a)")
((py.eval "keep") field)
(println (identical? field (py.eval "kept[0]")) (py.eval "kept[0].shape == (2, 3)"))
(println (try (shared-array "complex128" 3) (catch py.TypeError e (ex-message e))))
"""


@pytest.mark.skipif(
    refused() is not None or not any(map(shutil.which, ("cc", "gcc", "clang"))),
    reason="this system has no shared memory, or nothing to build its library with",
)
def test_lisp_makes_an_array_that_both_have(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(PROGRAM)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "#<Float64Array [5 0 0 7 7 7]> [2 3] [ 5. 21.]",
        "true true",
        "an array of dtype complex128 cannot be shared: integers and floats can",
    ]


def test_doctor_says_why_arrays_are_not_shared(tmp_path: Path) -> None:
    done = polyrepl("doctor", cwd=tmp_path, POLYREPL_PURE="1")
    assert "shared arrays          not used, arrays cross by pipes: POLYREPL_PURE is set" in done.out
