"""`py.fn` and `py.defn` in programs: what they take along over the bridge, what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl


def run(folder: Path, program: str) -> list[str]:
    (folder / "program.lisp").write_text(program)
    done = polyrepl("program.lisp", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_what_is_taken_along_crosses_as_the_table_says(tmp_path: Path) -> None:
    program = """
(py.import "math")
(def whole 3) (def half 0.5) (def big 2n) (def word "a") (def key :k)
(def data {:a [1 {:b nil}]}) (def nothing nil)
(def live (py.eval "[1, 2]"))
(py.defn kinds []
  [(py.str (py.type whole)) (py.str (py.type half)) (+ big 1) word key data nothing math.pi live])
(println (py.repr (kinds)))
(py.defn same? [x] (py.id live))
(println (= (same? 1) (py.id live)))
(let [n 7 f (py.fn [x] (+ x n))] (println (f 1)))
(py.defn one [x] (* x 10))
(py.defn two [x] (+ 1 (one x)))
(println (two 2) (py.repr (py.list (py.map two [1 2]))))
(py.defn one [x] 0)
(println (two 2))
(defmacro twice [e] `(let [x# ~e] (+ x# x#)))
(println ((py.fn [x] (twice (inc x))) 4))
(println (map (py.fn [x] (* x x)) [1 2]) (py.callable one))
"""
    assert run(tmp_path, program) == [
        """["<class 'int'>", "<class 'float'>", 3, 'a', 'k', {'a': [1, {'b': None}]}, None, """
        "3.141592653589793, [1, 2]]",
        "true",
        "8",
        "21 [11, 21]",
        "21",
        "10",
        "[1 4] true",
    ]


def test_async_keywords_and_the_global_fn(tmp_path: Path) -> None:
    program = """
(py.exec "fn = 5")
(println (+ py.fn 1))
(py.import "asyncio")
(py.defn later [x & {:keys [by]}] (await (asyncio.sleep 0)) (* x by))
(println (await (later 3 :by 2)))
(println (await (py.async later 3 :by 4)))
(py.defn numbers [n] (dotimes [i n] (yield i)))
(println (vec (numbers 3)))
(println (try ((py.fn [x] (throw (py.ValueError "no"))) 1) (catch py.ValueError e (ex-message e))))
(println (try ((py.fn [x] x)) (catch e (ex-message e))))
"""
    assert run(tmp_path, program) == [
        "6",
        "6",
        "12",
        "[0 1 2]",
        "no",
        "fn() missing 1 required positional argument: 'x'",
    ]


def test_in_other_processes(tmp_path: Path) -> None:
    """A function of the Lisp takes those along that it calls; `pmap` takes them directly."""
    program = """
(py.import "math") (py.import "pickle")
(py.defn root [x] (math.sqrt x))
(defn uses [x] (+ 1 (root x)))
(println ((pickle.loads (pickle.dumps uses)) 16))
(println (await (pmap root [1 4 9] :on :processes)))
(println (await (pmap uses [1 4 9] :on :processes)))
"""
    assert run(tmp_path, program) == ["5", "[1 2 3]", "[2 3 4]"]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("(defn helper [x] x)\n(py.fn [x] (helper x))", "helper is a function of JavaScript's"),
        (
            "(def p (Promise.resolve 1))\n(py.fn [x] (+ x p))",
            "p is a promise, which a py.fn cannot take along",
        ),
        ("(def both [1 {:f inc}])\n(py.fn [x] both)", "both holds a function of JavaScript's"),
        ("(def when (Symbol 1))\n(py.fn [x] [x when])", "when is an object of JavaScript's"),
        ("(declare later)\n((py.fn [x] (later x)) 1)", "later was declared, and is not defined yet"),
        (
            "(declare later)\n(py.defn f [x] (later x))\n(defn later [x] x)\n(f 1)",
            "later is a function of JavaScript's, which a py.fn cannot take along",
        ),
        ('(py.defn bad [x]\n  (+ x "a"))\n(bad 1)', "program.lisp:2:3 in bad"),
    ],
)
def test_errors_name_what_and_where(program: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(program)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert done.code == 1 and said in done.err
    assert "program.lisp:" in done.err and "making.py" not in done.err
