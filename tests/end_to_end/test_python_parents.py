"""A Lisp class whose parent is a Python class is a Python class, from every front end."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from at_prompt import Prompt
from running import polyrepl

PROGRAM = """
(py.import "threading") (py.import "enum")
(defclass T (extends threading.Thread)
  (field mark "m")
  (static field made 0)
  (constructor [n] (super) (set! this.n n) (set! T.made (inc T.made)))
  (run [] (set! this.res (* 2 this.n)))
  (get twice [] (* 2 this.n))
  (set twice [v] (set! this.n (/ v 2)))
  (static of [n] (new this n)))
(def t (new T 21))
(.start t) (.join t)
(println t.res t.mark t.twice T.made (instance? T t) (instance? threading.Thread t))
(println (py.isinstance t T) (py.type t))
(set! t.twice 10)
(println t.n (.-n (T.of 3)) T.made)
(println (.-n (T :n 4)))

(defclass AppError (extends py.ValueError)
  (constructor [m code] (super m) (set! this.code code))
  (tell [] (str "code " this.code)))
(defclass Worse (extends AppError) (tell [] (str "worse " (super.tell))))
(println (try (throw (new AppError "no" 5)) (catch AppError e [(ex-message e) e.code (.tell e)])))
(println (try (throw (Worse "no" 6)) (catch py.ValueError e (.tell e))))
(println (try (throw (AppError "no" 6)) (catch Worse e :worse) (catch py.Exception e :other)))
(py.exec "
def guarded(f):
    try: f()
    except ValueError as e: return repr(e)
")
(println (py.guarded (fn [] (throw (Worse "w" 1)))))

(defclass V (extends py.object)
  (constructor [x] (super) (set! this.x x))
  (__add__ [o] (new V (+ this.x o.x)))
  (__len__ [] this.x) (__getitem__ [i] (* i this.x)) (__call__ [y] (+ y this.x))
  (__eq__ [o] (= this.x o.x)) (__lt__ [o] (< this.x o.x)) (__hash__ [] 5)
  (__repr__ [] (str "V" this.x)) (__contains__ [k] (= k 3)) (__bool__ [] false)
  (__enter__ [] this) (__exit__ [kind value where] (println "left") nil)
  (later [] (await (delay 1 this.x)))
  ([Symbol.iterator] [] (yield* [this.x 2])))
(println (+ (V 1) (V 2)) (count (V 4)) ((V 3) 4) (= (V 1) (V 1)) (vec (V 5)) (await (.later (V 6))))
(println (py.sorted [(V 3) (V 1)]) (py.hash (V 1)) (py.bool (V 1)) (.__getitem__ (V 2) 4))
(with [v (V 1)] (println v.x))

(defclass Color (extends enum.Enum) (static field RED 1) (static field GREEN 2) (hot [] (= this Color.RED)))
(println (py.list Color) (.hot Color.RED) (.hot Color.GREEN))

(py.exec "
class Meta(type):
    def __call__(cls, *a, **k):
        made = super().__call__(*a, **k); made.by_meta = True; return made
class Module(metaclass=Meta):
    seen = []
    def __init_subclass__(cls): Module.seen.append(cls.__name__)
    def __init__(self, *a): object.__setattr__(self, 'kept', {'a': a})
    def __setattr__(self, k, v): self.kept[k] = v
    def __getattr__(self, k):
        try: return self.__dict__['kept'][k]
        except KeyError: raise AttributeError(k)
    def __call__(self, *a): return self.forward(*a)
")
(defclass Net (extends py.Module) (constructor [k] (super 1) (set! this.k k)) (forward [x] (* x this.k)))
(println ((Net 3) 5) (.-by_meta (Net 3)) py.Module.seen (py.dict (.-kept (Net 3))))
(defclass Bare (extends py.Module) (forward [x] x))
(println (.-kept (Bare 1 2)) ((Bare) 9))

(defclass Init (extends py.object) (__init__ [x] (set! this.x x)) (static __class_getitem__ [k] [k]))
(println (.-x (Init 4)) (get Init 1) (.-x (Init :x 6)))
(def unknown (fn [] (py.eval "type('D', (object,), {})")))
(println (.-y (new (class (extends (unknown)) (field y 3)))))
(def Q (class Q (extends py.object) (constructor [n] (super) (set! this.n n)) (next [] (new Q (inc this.n)))))
(println (.-n (.next (Q 1))) (py.isinstance (.next (Q 1)) Q))
(defclass Pair (extends py.object) (field a 1) (static field one (new Pair)) (twin [] (new Pair)))
(println Pair.one.a (py.isinstance Pair.one Pair) (.-a (.twin (Pair))))
(defclass Told "What it is." (extends py.object)
  (m [] "Does it." 1) (get p [] "A part." 1) (static s [] "Of all." 1) (q [] (await (delay 1)) 1) (r [] 1))
(println [Told.__doc__ Told.m.__doc__ Told.p.__doc__ Told.s.__doc__ Told.r.__doc__])
(defclass Animal (name [] "animal"))
(defclass Dog (extends Animal) (name [] (str "dog " (super.name))))
(println (.name (new Dog)) (py.isinstance Dog py.type))
"""

PRINTED = """\
42 m 42 1 true true
true <class '__main__.T'>
5 3 2
4
[no 5 code 5]
worse code 6
:other
Worse('w')
V3 4 7 true [5 2] 6
[V1, V3] 5 false 8
1
left
[<Color.RED: 1>, <Color.GREEN: 2>] true false
15 true ['Net'] {'a': (1,), 'k': 3, 'by_meta': True}
{'a': (1, 2), 'by_meta': True} 9
4 [1] 6
3
2 true
1 true 1
[What it is. Does it. A part. Of all. nil]
dog animal false
"""


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(PROGRAM)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.out, done.err, done.code) == (PRINTED, "", 0)


def test_what_python_refuses_is_said_at_the_class(tmp_path: Path) -> None:
    for form, said in (
        ("(defclass A (extends py.bool))", "type 'bool' is not an acceptable base type"),
        (
            "(defclass A (extends py.object) (field a 1) (__init__ [] nil))",
            "A has both __init__ and a constructor or fields: Python runs only one",
        ),
        ("(defclass A (extends py.object) (static get a [] 1))", "cannot have a static getter or setter (a)"),
        ("(defclass A (extends py.len))", "Class extends value"),
    ):
        done = polyrepl("-e", form, cwd=tmp_path)
        assert done.code == 1
        assert said in done.err.splitlines()[0], form


def test_at_the_prompt_in_three_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    with Prompt() as prompt:
        prompt.submit(
            ",py class Base:\n    def hi(self): return 'base'",
            ",js class FromJs extends py.Base { hi() { return ['js', super.hi()] } }",
        )
        assert prompt.submit(",js new FromJs().hi()") == "['js', 'base']"
        assert prompt.submit("(.hi (new FromJs))") == "['js', 'base']"
        prompt.submit("(defclass Lisp (extends FromJs) (hi [] [:lisp (super.hi)]))")
        assert prompt.submit("(.hi (Lisp))") == "['lisp', ['js', 'base']]"
        assert prompt.submit(',py type("P", (js.Lisp,), {})().hi()') == "['lisp', ['js', 'base']]"
        said = prompt.submit(",js class Parent {}", ",py class Child(js.Parent): pass")
        assert said.splitlines()[-1].startswith("TypeError: the JavaScript class Parent cannot be the base")
        # while nobody asks for anything, a thread of Python runs a method of the Lisp
        shared: Any = ModuleType("shared_with_the_test")
        shared.done = threading.Event()
        monkeypatch.setitem(sys.modules, shared.__name__, shared)
        prompt.submit(
            f'(py.import "{shared.__name__}" :as shared) (py.import "threading")',
            "(defclass Work (extends threading.Thread) (run [] (set! this.did :work) (.set shared.done)))",
            "(set! shared.work (Work))",
        )
        shared.work.start()
        assert shared.done.wait(60)
        shared.work.join()
        assert shared.work.did == "work"


def test_properties_of_a_class_with_a_mapping_as_its_parent_are_attributes(tmp_path: Path) -> None:
    """Its items are set as items, by everybody; what Python inherits from it is the same."""
    (tmp_path / "program.lisp").write_text("""
(py.import "collections") (py.import "collections.abc" :as kinds)
(defclass Cache (extends py.dict)
  (field hits 0)
  (constructor [limit] (super) (set! this.limit limit))
  (__missing__ [key] (set! this.hits (inc this.hits)) key))
(def cache (Cache 3))
(println (. cache ["q"]) cache.hits cache.limit (count cache))
(set! (. cache ["k"]) 1)
(println cache cache.k (vec (keys cache)))
(delete! cache.limit)
(println (py.hasattr cache "limit") (count cache))
(defclass Frozen (extends kinds.Mapping)
  (constructor [items] (super) (set! this.items_ items))
  (__getitem__ [key] (. this.items_ [key]))
  (__iter__ [] (py.iter this.items_))
  (__len__ [] (count this.items_)))
(def frozen (Frozen {:a 1}))
(println (:a frozen) (py.dict frozen) frozen.items_)
(defclass Shown (extends collections.UserDict) (field unit "s"))
(def shown (Shown {:a 1}))
(println shown shown.unit)
(def inherited (((py.eval "lambda base: type('Inherited', (base,), {})") Cache) 9))
(println inherited.limit (count inherited))
(def plain (py.dict)) (set! plain.x 1)
(println plain)
""")
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.err, done.out.splitlines()) == (
        "",
        [
            "q 1 3 0",
            "{'k': 1} 1 [k]",
            "false 1",
            "1 {'a': 1} {'a': 1}",
            "{'a': 1} s",
            "9 0",
            "{'x': 1}",
        ],
    )


def test_a_static_member_called_name_leaves_the_class_its_name(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text("""
(defclass User (extends py.object) (static field name "column") (static field length 3))
(println User.__name__ User.name User.length)
(defclass Other (extends py.object) (static name [] "method"))
(println Other.__name__ (.name Other))
(def told (py.eval "lambda kind: (kind.__name__, kind.name)"))
(def of (fn [source] (told ((js.eval source) py.object))))
(println (of "(P) => { class Foo extends P { static name = 7 } return Foo }"))
(println (of "(P) => class extends P { static name = 7 }"))
""")
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.err, done.out.splitlines()) == (
        "",
        ["User column 3", "Other method", "('Foo', 7)", "('anonymous', 7)"],
    )


def test_setting_a_property_of_the_parent(tmp_path: Path) -> None:
    """By its setter, as in JavaScript: Python's `super` has none."""
    (tmp_path / "program.lisp").write_text("""
(py.exec "
class A:
    def __init__(self): self.kept = 10
    @property
    def val(self): return self.kept
    @val.setter
    def val(self, value): self.kept = value
")
(defclass B (extends py.A)
  (get val [] (inc super.val))
  (set val [v] (set! super.val (* 2 v)))
  (get own [] 1)
  (set own [v] (set! super.own v))
  (put [v] (set! super.plain v) this.plain))
(defclass C (extends B) (get val [] super.val) (set val [v] (set! super.val (+ v 1))))
(def b (B)) (set! b.val 4)
(def c (C)) (set! c.val 1)
(println b.val b.kept (.put b 7) b.plain c.val c.kept)
(println (try (set! b.own 4) (catch py.AttributeError e (ex-message e))))
(def kept "(P) => Object.assign(new (class extends P { set val(v) { super.val = v + 1 } })(), {val: 5}).kept")
(println ((js.eval kept) py.A))
""")
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.err, done.out.splitlines()) == (
        "",
        ["9 8 7 7 5 4", "no parent of B has a setter of 'own'", "6"],
    )


def test_an_async_iterator_that_is_a_generator_of_javascripts(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text("""
(def log [])
(defclass Later (extends py.object)
  (__aiter__ [] (try (yield (await (delay 1 1))) (yield 2) (finally (push! log :closed)))))
(println (for [:await x (Later)] x))
(println (for [:await x (Later) :while (< x 2)] x) log)
(py.exec "async def all_of(them): return [x async for x in them]")
(println (await (py.all_of (Later))) log)
""")
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.err, done.out.splitlines()) == (
        "",
        ["[1 2]", "[1] [:closed :closed]", "[1, 2] [:closed :closed :closed]"],
    )
