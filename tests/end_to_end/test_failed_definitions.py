"""A form that fails leaves what is known as the program has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

# what is typed, what is printed last
KEPT = [
    ('(def m {:a 1})\n(def m (nope))\n(m :a)', "1"),
    ('(def m {:a 1})\n(def m (do (throw (error "x")) 5))\n(m :a)', "1"),
    ('(def m 5)\n(do (def m {:a 1}) (throw (error "x")))\n(m :a)', "1"),
    ('(do (def zz 1) (throw (error "x")))\nzz', "1"),
    ('(def a {:k 1})\n(do (throw (error "x")) (def a 5) (def b 6))\n(a :k)', "1"),
    ('(defn f [] 3)\n(def f (py.int "x"))\n(f)', "3"),
    ('(def m {:a 1})\n(do (def n 1) (await (Promise.reject (error "x"))) (def m 5))\n(+ n (m :a))', "2"),
    ("(def m {:a 1})\n(eval '(do (throw (error \"x\")) (def m 5)))\n(m :a)", "1"),
    ("(def m {:a 1})\n(try (eval '(do (throw (error \"x\")) (def m 5))) (catch e 7))\n(m :a)", "1"),
    ("(def m 5)\n(try (eval '(do (def m {:a 1}) (throw (error \"x\")))) (catch e 7))\n(m :a)", "1"),
    (
        "(def m {:a 1})\n"
        "(try (await (eval '(do (await (Promise.reject (error \"x\"))) (def m 5)))) (catch e 7))\n(m :a)",
        "1",
    ),
    (
        '(py.exec "class A:\\n  def __repr__(self): return repr(self)")\n'
        "(defmacro m [] (do (py.repr (py.A)) 1))\n(m)\n(+ 20 22)",
        "42",
    ),
]  # fmt: skip

AWAITED = "(defn f [] (await (Promise.resolve 1)))\n"


@pytest.mark.parametrize(
    "failing", ["(def f (nope))", '(def f (do (throw (error "x")) 5))', "(eval '(def f (nope)))"]
)
def test_a_forgotten_await_is_still_seen_after_a_failing_definition(failing: str, tmp_path: Path) -> None:
    done = polyrepl("--keep-going", stdin=f"{AWAITED}{failing}\n(+ 1 (f))\n", cwd=tmp_path)
    assert "warning: f is async" in done.err


@pytest.mark.parametrize(("typed", "last"), KEPT)
def test_what_is_known_after_a_failure(typed: str, last: str, tmp_path: Path) -> None:
    done = polyrepl("--keep-going", stdin=typed + "\n", cwd=tmp_path)
    assert done.out.splitlines()[-1:] == [last], done.err


def test_a_name_whose_definition_did_not_run_is_unknown(tmp_path: Path) -> None:
    done = polyrepl("--keep-going", stdin='(do (throw (error "x")) (def later 1))\nlater\n', cwd=tmp_path)
    assert "unbound symbol later" in done.err
