"""Lisp functions where Python expects functions of its own: methods, coroutine functions, handlers."""

from __future__ import annotations

from pathlib import Path

from running import polyrepl

PROGRAM = """
(py.exec "
import asyncio, contextlib, functools, inspect
class C:
    def __repr__(self): return 'C()'
def kinds(f):
    return [inspect.iscoroutinefunction(f), asyncio.iscoroutinefunction(f), inspect.isgeneratorfunction(f)]
async def tasks(f):
    one, two = asyncio.create_task(f(1)), asyncio.ensure_future(f(2))
    return [await one, await two, *await asyncio.gather(f(3), f(4)), await f(item_id=5)]
def decorated(f):
    @functools.wraps(f)
    def around(*args): return ['around', f(*args)]
    return around
def named(a, b=1): pass
")
(def C py.C)
(set! C.m (fn [self x] [self x]))
(println (.m (C) 5))
(set! C.s (py.staticmethod (fn [x] [x])))
(set! C.c (py.classmethod (fn [cls x] [(.-__name__ cls) x])))
(set! C.p (py.property (fn [self] :p)))
(set! C.K (class (constructor [x] (set! this.x x))))
(println (.s (C) 5) (.c (C) 5) (.-p (C)) (.-x (new (.-K (C)) 5)))
(set! C.this (fn [self] (this-as me (nil? me))))
(println (.this (C)))
(defn later [item_id (unit 2)] (await (delay 1)) (* item_id unit))
(println (py.kinds later) (py.kinds (fn [x] x)) (py.kinds (fn [] (yield 1))))
(println (await (py.tasks later)))
(println (py.str (py.inspect.signature later)) ((py.decorated later) "x"))
(println (py.str (py.inspect.signature ((py.functools.wraps py.named) (fn [& rest] rest)))))
(println ((globalThis.eval "(f) => [f.length, f.name]") py.named))
(def g ((py.functools.wraps py.named) (fn [x] x)))
(println g.__name__ (= g.__wrapped__ py.named) (py.getattr g "__qualname__"))
(def managed (py.contextlib.contextmanager (fn [x] (println "in") (try (yield x) (finally (println "out"))))))
(println (with [v (managed 5)] (inc v)))
"""

PRINTED = """\
[C(), 5]
[5] ['C', 5] p 5
true
[True, True, False] [False, False, False] [False, False, True]
[2, 4, 6, 8, 10]
(item_id, unit=2) ['around', Promise { <pending> }]
(a, b=1)
[1 named]
named true named
in
out
6
"""


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(PROGRAM)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.out, done.err, done.code) == (PRINTED, "", 0)


def test_dunder_methods_of_a_class_that_was_seen_before(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(
        """
(py.exec "class C: pass
class D(C): pass")
(def seen [(py.C) (py.D)])
(set! py.C.__call__ (fn [self x] [x :called]))
(set! py.C.__enter__ (fn [self] "entered"))
(set! py.C.__exit__ (fn [self kind value traceback] true))
(set! py.C.__iter__ (fn [self] (py.iter [1 2])))
(doseq [c [(py.C) (py.D)]]
  (prn (c 1) (with [x c] x) (with [x c] (throw x)) (vec c)))
(delete! (. (py.eval "C") __call__))
(prn (fn? (py.C)))
"""
    )
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    line = "#py [1, 'called'] \"entered\" nil [1 2]"
    assert done.out.splitlines() == [line, line, "false"]


DOCUMENTED = """
(py.import "inspect") (py.import "functools")
(defn one "Counts */ once.

  More of it." [n & rest] n)
(defn two "Ways." ([a] a) ([a b] b))
(defn later "Waits." [n] (await n))
(defn each "Yields." [n] (yield n))
(defn after [n] "Behind." n)
(doseq [f [one two later each after (fn "Has none of a name." [n] n) (fn named "Has." ([n] n)) (fn [n] n)]]
  (println (pr-str (inspect.getdoc f))))
(println (one 5) (two 1 2) (vec (each 3)) (inspect.getdoc ((functools.wraps one) (fn [& rest] rest))))
"""


def test_docstrings_are_python_s_too(tmp_path: Path) -> None:
    """Tools look for them: help, frameworks of commands and of handlers, notebooks."""
    (tmp_path / "program.lisp").write_text(DOCUMENTED)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        '"Counts */ once.\\n\\nMore of it."',
        *('"Ways."', '"Waits."', '"Yields."', '"Behind."', '"Has none of a name."', '"Has."', "nil"),
        "5 2 [3] Counts */ once.",
        "",
        "More of it.",
    ]
