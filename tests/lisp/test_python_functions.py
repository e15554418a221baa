"""Functions that are Python's: what they give, what they are to Python, and what is refused where."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import functools
import inspect
import json
import math
import pickle
import shutil
import subprocess
import threading
import traceback
import venv
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polyrepl.lisp.python as room
import pytest
from polyrepl.lisp import nodes as n
from polyrepl.lisp.analyze.analyzer import Analyzer
from polyrepl.lisp.analyze.scope import Scope
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form
from polyrepl.lisp.lower.types import infer
from polyrepl.lisp.python.core import CORE
from polyrepl.lisp.python.form import written
from polyrepl.lisp.python.making import function
from polyrepl.lisp.python.portable import portable, travelling
from polyrepl.lisp.python.values import LispFailure, Thrown
from polyrepl.lisp.read.reader import read_all


def text_of(source: str, file: str = "test.lisp") -> tuple[str, list[n.Node]]:
    """What the compiler writes of the last form, a `py.fn`, and the nodes of what that takes along."""
    compiler = Compiler()
    *before, last = read_all(source, file)
    for form in before:
        compiler.compile(form)
    world = compiler.world

    def work(form: Form) -> n.Node:
        an = Analyzer(world)
        node = an.form(form, Scope(), False)
        infer(an.locals)
        return node.value if isinstance(node, n.Define) else node

    node = world.guarded(work, last)
    assert isinstance(node, n.PyFn)
    found: tuple[str, list[n.Node]] = world.guarded(written, node, world.stack)
    return found


def made(source: str, *values: Any, file: str = "test.lisp") -> Callable[..., Any]:
    return function(text_of(source, file)[0], *values)


VALUES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("(py.fn [x] (+ (* x 2) 1))", (4,), 9),
    ("(py.fn [x] (cond (< x 1) :small (= x 1) :one :else :big))", (1,), "one"),
    ('(py.fn [x] (if x "t" "f"))', (0,), "t"),
    ('(py.fn [x] (if x "t" "f"))', (False,), "f"),
    ("(py.fn [a b] [(= a b) (not= a b) (and a b) (or a b)])", (1, True), [False, True, True, 1]),
    ("(py.fn [a] (= a [1 [2 {:k 3}]]))", ((1, (2, {"k": 3})),), True),
    ("(py.fn [a b] (/ a b))", (1, 0), float("inf")),
    ("(py.fn [a b] [(quot a b) (rem a b) (mod a b)])", (-7, 2), [-3, -1, 1]),
    ("(py.fn [a] (str (/ a 2) nil true [1.0 :k]))", (6,), '3true[1 "k"]'),
    ("(py.fn [a] f\"{a}|{nil}|{(/ a 4)}\")", (6,), "6|nil|1.5"),
    ("(py.fn [m] [(:a m) (get m :b 5) (:c m)])", ({"a": 1},), [1, 5, None]),
    ("(py.fn [n] (loop [i 0 acc 0] (if (< i n) (recur (inc i) (+ acc i)) acc)))", (10,), 45),
    ("(py.fn fact [n] (if (< n 2) 1 (* n (fact (dec n)))))", (20,), 2432902008176640000),
    ("(py.fn [n] (let go [i 0] (if (< i n) (+ 1 (go (inc i))) 0)))", (5,), 5),
    ("(py.fn [xs] (map (fn [f] (f)) (for [x xs :when (odd? x)] (fn [] (* x 10)))))", ([1, 2, 3],), [10, 30]),
    ("(py.fn [xs] (let [out []] (doseq [[a b] xs] (push! out (+ a b))) out))", ([[1, 2], [3, 4]],), [3, 7]),
    ("(py.fn [n] (let [k 0] (while (< k n) (set! k (+ k 2))) k))", (5,), 6),
    ("(py.fn [n] (let [k 0 f (fn [] (set! k (inc k)))] (f) (f) (+ k n)))", (1,), 3),
    ("(py.fn [& fs] (letfn [(ev [n] (if (= n 0) true (od (dec n)))) (od [n] (if (= n 0) false (ev (dec n))))]"
     " (ev (count fs))))", (1, 2), True),
    ("(py.fn [x] (match x 0 :zero [a b] (+ a b) {:k v} v (n :when (> n 9)) :big _ :other))", ([3, 4],), 7),
    ("(py.fn [x] (match x 0 :zero [a b] (+ a b) {:k v} v (n :when (> n 9)) :big _ :other))", ({"k": 5},), 5),
    ("(py.fn [x] (case x 1 :one (2 3) :few true :yes :other))", (True,), "yes"),
    ("(py.fn [x] (try (throw [x]) (catch e (count e)) (finally nil)))", (1,), 1),
    ("(py.fn [x] (try (throw x) (catch Error e :error) (catch e :value)))", (1,), "value"),
    ("(py.fn [x] (try (py.int x) (catch py.ValueError e (ex-message e))))", ("q",),
     "invalid literal for int() with base 10: 'q'"),
    ("(py.fn [{:keys [a b] :or {b 2}} [c (d 4)]] [a b c d])", ({"a": 1}, [3]), [1, 2, 3, 4]),
    ("(py.fn [xs] (reduce (fn [a b] (if (> a 5) (reduced a) (+ a b))) 0 xs))", ([1, 2, 3, 4, 5],), 6),
    ("(py.fn [m] (-> m (assoc :b 2) (update :a inc) (dissoc :c)))", ({"a": 1, "c": 3},), {"a": 2, "b": 2}),
    ("(py.fn [s] (.upper s))", ("ab",), "AB"),
    ("(py.fn [a i] (set! (. a [i]) 9) a)", ([1, 2], 1), [1, 9]),
    ("(py.fn [xs] (py.sorted xs :key (fn [x] (- x)) :reverse true))", ([2, 1, 3],), [1, 2, 3]),
    ("(py.fn [class def-ault] (let [list 3 len 4] (+ (py.len class) list len def-ault)))", ([1], 2), 10),
    ("(define-syntax twice (syntax-rules () ((_ e) (let ((x e)) (+ x x)))))"
     " (py.fn [x] (twice (inc x)))", (1,), 4),
    ("(py.fn [a b] [(= #{a} #{b}) (= {a 1} {b 1}) (= #{[a]} #{[b]}) (distinct [[a] [b] [a]])])",
     (1, True), [False, False, False, [[1], [True]]]),
    ("(py.fn [a] [(= #{a [a]} #{[a] a}) (= {a {:k a}} {a {:k a}})])", (1,), [True, True]),
    ("(py.fn [f] ((memoize f) [1]))", (lambda xs: xs,), [1]),
    ("(py.fn [] (let [n 0 f (memoize (fn [x] (set! n (inc n)) x))] (f [1]) (f [true]) (f [1]) n))", (), 2),
    ("(py.fn [k] [(dissoc {[1 2] 3} k) (dissoc! {[1 2] 3} k)])", ([1, 2],), [{}, {}]),
    ("(py.fn [] [(into nil [1 2]) (get-in {:a nil} [:a] :d) (seqable? nil)])", (), [[1, 2], None, True]),
    ('(py.fn [s] (try (subs s 2 9) (catch e (ex-message e))))', ("abc",),
     "subs: 2 to 9 is out of range for a text of 3"),
    ("(py.fn [] (map parse-int [\"1_0\" \"-7.9\" \"٣\" \"0x1f\"]))", (), [1, -7, math.nan, 0]),
    ("(py.fn [] (map parse-float [\"1_0\" \"1e\" \".5x\" \"-Infinity\"]))", (), [1.0, 1.0, 0.5, -math.inf]),
    ("(py.fn [] (map int [\"42\" \"3.7\" -3.7]))", (), [42, 3, -3]),
    ("(py.fn [n] (let [k 0] (dotimes [i n] (set! k (+ k i))) k))", (2.5,), 3),
    ("(py.fn [m] (nil? (with [_ m] (throw (error \"no\")))))", (contextlib.suppress(Exception),), True),
    ("(py.fn [m] (let [x 1] (set! x (with [_ m] (+ x 5))) x))", (contextlib.nullcontext(),), 6),
    ("(py.fn [m] (let [x (loop [i 0] (if (< i 3) (recur (inc i)) (with [_ m] (throw (error \"x\")))))] [x]))",
     (contextlib.suppress(Exception),), [None]),
    # data are called, with a keyword and a default too; a function of Python's has keyword arguments then
    ("(py.fn [m v s k] [(m :b 5) (m :a 5) (m :a :d) (m :c :d) (v :x 5) (s :a 5) (k m :d) (k {} :d)])",
     ({"a": 1}, [1], {"a"}, "a"), [5, 1, 1, "d", 5, "a", 1, "d"]),
    ("(py.fn [m] [({:a 1} :b 5) (#{:a} :b 5) ([1] :x 5) ((get m :t) :y 5) ((:t m) :x 5)])",
     ({"t": {"x": 1}},), [5, 5, 5, 5, 1]),
    ("(py.fn [f] [(f :my-key 5) (f :my-key :k)])", (lambda *, my_key: my_key,), [5, "k"]),
    ("(py.fn [m] [(map m [:a :b]) (filter #{1} [1 2]) ((comp :a :b) {:b m}) (apply m [:b 5])])",
     ({"a": 1},), [[1, None], [1], 1, 5]),
    ("(py.fn [] [((comp str) :a 1) (let [f (juxt str)] (f :a 1)) (let [f str] (f :a 1))])",
     (), ["a1", ["a1"], "a1"]),
    ("(py.fn [a] [(bit-and a 6 3) (bit-or 8 1 2) (bit-xor 7 1 2) (bit-or -5 3 1)])", (7,), [2, 11, 4, -5]),
    ("(py.fn [a] [(capitalize a) (trim \"\\ufeff\\u00a0x \\u001c\") (int \"0x10\") (int \" 12.5 \")])",
     ("ǆX",), ["Ǆx", "x \x1c", 16, 12]),
    ("(py.fn [x] (loop [i 0] (try (if (< i 3) (recur (inc i)) i) (finally (set! i 100)))))", (0,), 3),
]  # fmt: skip


@pytest.mark.parametrize(("source", "args", "wanted"), VALUES)
def test_values(source: str, args: tuple[Any, ...], wanted: Any) -> None:
    got = made(source)(*args)
    assert got == wanted and type(got) is type(wanted)


REFUSED = [
    ("(py.fn [x] ⟦(new Date x)⟧)", "new is JavaScript's"),
    ("(py.fn [x] (⟦doc⟧ map))", "this is not in the core of Python's functions"),
    ("(py.fn [x] (⟦js.Date⟧ x))", "Date is JavaScript's"),
    ("(py.fn [x] (⟦Math⟧.sqrt x))", "Math is JavaScript's"),
    ("(def k 1) (py.fn [x] ⟦(set! k x)⟧)", "set! of k, which is bound outside"),
    ("(def v (let [k 1] (py.fn [x] ⟦(set! k x)⟧)))", "set! of k, which is bound outside"),
    ('(py.fn [x] (re-find ⟦#"a"⟧ x))', "re-find is not in the core|a regex is JavaScript's"),
    ("(py.fn [x] '⟦a⟧)", "a symbol is the Lisp's"),
    ("(py.fn [x] ⟦(.push [1] x)⟧)", "a list has no push in Python"),
    ("(py.fn [x] ⟦(def y x)⟧)", "a definition of a global cannot stand in a py.fn"),
    ("(py.fn [x] ⟦(py.async f x)⟧)", "py.async calls Python from JavaScript"),
    ("(defn f [] ⟦(py.defn g [x] x)⟧)", "py.defn defines a global"),
    ("⟦(py.defn)⟧", "py.defn needs a name"),
    ("(py.fn [x] ⟦(typeof x)⟧)", "typeof is JavaScript's"),
    ("(py.fn [x] (try x (catch ⟦RangeError⟧ e 1)))", "RangeError is JavaScript's"),
]


@pytest.mark.parametrize(("marked", "said"), REFUSED)
def test_what_is_javascripts_is_refused_where_it_stands(marked: str, said: str) -> None:
    start, end = marked.index("⟦"), marked.index("⟧") - 1
    source = marked.replace("⟦", "").replace("⟧", "")
    compiler = Compiler()
    compiler.declare_names(["f"])
    with pytest.raises(LispError) as caught:
        for form in read_all(source):
            compiler.compile(form)
    span = caught.value.span
    assert any(part in caught.value.message for part in said.split("|")), caught.value.message
    if "re-find" not in source:
        assert span is not None and (span.start, span.end) == (start, end), (
            f"points at {span and span.text!r}"
        )


def test_it_is_a_function_of_pythons() -> None:
    f: Any = made('(py.fn my-area "of a rectangle" ^float [^int w (h 1)] (* w h))')
    assert inspect.isfunction(f) and f.__name__ == "my_area" and f.__doc__ == "of a rectangle"
    assert str(inspect.signature(f)) == "(w: int, h=1) -> float"
    g: Any = made("(py.fn g [x & {:keys [axis scale] :or {scale 2}}] [x axis scale])")
    assert str(inspect.signature(g)) == "(x, *, axis=None, scale=2)"
    assert g(1, scale=3) == [1, None, 3]
    h: Any = made("(py.fn h [a (b (inc a)) & more] [a b more])")
    assert str(inspect.signature(h)) == "(a, b=.., *more)"
    assert (h(1), h(1, None, 3)) == ([1, 2, []], [1, None, [3]])
    size: Any = made("(py.fn size [size] size)")
    assert (size.__name__, size.__code__.co_name, size(size=3)) == ("size", "size", 3)
    several: Any = made("(py.fn several ([a] (several a 2)) ([a b & more] [a b more]))")
    assert (several(1), several(1, 2, 3)) == ([1, 2, []], [1, 2, [3]])
    with pytest.raises(TypeError, match="takes no 0 arguments"):
        several()


@pytest.mark.parametrize(
    ("params", "given", "wanted"),
    [
        ("[a & {:as all}]", {"z": 3}, [1, {"z": 3}]),
        ("[a & {:as all}]", {}, [1, {}]),
        ("[a & {:keys [x] :as all}]", {"x": 3, "y": 4}, [1, {"x": 3, "y": 4}]),
        ("[a & {:keys [x-y ok?] :or {x-y 5} :as all}]", {"x_y": 2, "ok_q": 1}, [1, {"x-y": 2, "ok?": 1}]),
        ("[a & {:keys [ok?] :as all}]", {"ok?": 1}, [1, {"ok?": 1}]),
        ("[a & {all :class}]", {"class": 7}, [1, 7]),
        ("[a & {[_ all] :pair}]", {"pair": (7, 8)}, [1, 8]),
        ("[a & {:keys [class]}]", {"class_": 7}, [1, 7]),
        ("[a & {:keys [class]}]", {"class": 7}, [1, 7]),
    ],
)
def test_names_of_arguments_reach_any_pattern(params: str, given: dict[str, Any], wanted: object) -> None:
    last = "class" if "[class]" in params else "all"
    outer = made(f"(py.fn {params} [a {last}])")
    inner = made(f"(py.fn [] (fn {params} [a {last}]))")()
    assert outer(1, **given) == inner(1, **given) == wanted


def test_a_traceback_shows_the_line_of_the_lisp() -> None:
    f = made('(py.fn f [x]\n  (let [y (* x 2)]\n    (+ y "a")))', file="In[77]")
    with pytest.raises(TypeError) as caught:
        f(1)
    frame = traceback.extract_tb(caught.tb)[-1]
    assert (frame.filename, frame.lineno, frame.name, frame.line) == ("In[77]", 3, "f", '(+ y "a")))')
    shown = "".join(traceback.format_exception(caught.value))
    assert '    (+ y "a")))' in shown
    other = made("(py.fn g [x] x)", file="In[77]")  # the lines that are known stay so
    assert other(1) == 1 and traceback.extract_tb(caught.tb)[-1].line


def test_what_a_macro_made_stands_where_the_macro_was_called() -> None:
    macro = "(define-syntax add (syntax-rules ()\n ((_ a b) (+ a b))))"
    text, _ = text_of(f"{macro}\n\n(py.fn f [x]\n  (add x nil))")
    lines = {node["@"][0] for node in every(json.loads(text)["tree"]) if node["_"] == "Return"}
    assert lines == {5}


def every(item: Any) -> list[dict[str, Any]]:
    if isinstance(item, list):
        return [found for part in item for found in every(part)]
    return [item, *every(list(item.values()))] if isinstance(item, dict) else []


def test_the_tree_is_pythons_own() -> None:
    text, _ = text_of("(py.fn [n] (loop [i 0] (if (< i n) (recur (inc i)) i)))")
    from polyrepl.lisp.python.making import made_of

    tree = made_of(json.loads(text)["tree"], [1, 0, 1, 0])
    assert ast.unparse(tree) == "def fn(n):\n    i = 0\n    while i < n:\n        i = i + 1\n    return i"


def test_what_it_takes_along_is_read_when_it_is_made() -> None:
    text, nodes = text_of("(def rate 3) (def np 1) (py.fn [x] (+ x rate (:a np) rate))")
    assert [node.name for node in nodes if isinstance(node, n.GlobalRef)] == ["rate", "np"]
    assert function(text, 3, {"a": 1})(1) == 8


class JsProxy:
    """What the bridge calls so, as making.py looks at it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def typeof(self) -> str:
        return self.kind


JsProxy.__module__ = "polyrepl.bridge.proxy"


NUMBERS = [
    (1e-7, "1e-7"), (0.000001, "0.000001"), (1.5e-5, "0.000015"), (-1.25e-10, "-1.25e-10"),
    (1e16, "10000000000000000"), (1.2345678901234568e20, "123456789012345680000"), (1e21, "1e+21"),
    (1.5e300, "1.5e+300"), (5e-324, "5e-324"), (3.0, "3"), (-0.5, "-0.5"), (100.25, "100.25"),
    (-1e20, "-100000000000000000000"), (2**70, str(2**70)),
]  # fmt: skip


@pytest.mark.parametrize(("number", "written"), NUMBERS)
def test_numbers_are_written_as_in_the_lisp(number: float, written: str) -> None:
    assert made('(py.fn [x] [(str x) (pr-str [x]) f"{x}"])')(number) == [written, f"[{written}]", written]


def test_zero_has_a_sign_where_it_is_written_to_be_read() -> None:
    assert made('(py.fn [x] [(str x) f"{x}" (pr-str x) (str [x])])')(-0.0) == ["0", "0", "-0", "[-0]"]


COUNTING = """
(take n xs) (drop n xs) (nth xs n) (get xs n) (xs n) (get-in {:a xs} [:a n]) (assoc xs n 9)
(assoc! (vec xs) n 9) (update xs n inc) (subs s n) (subs s 1 n) (slice xs n) (slice s 0 n) (repeat n 7)
(repeatedly n (constantly 7))
(str-repeat s n) (partition n xs) (partition n n xs) (partition-all n xs) (split-at n xs) (take-nth n xs)
(take-last n xs) (drop-last n xs) (nthrest xs n) (split "a,b,c" "," n) (index-of s "c" n) (index-of xs 3 n)
(enumerate xs n) (contains? xs n) (for [i (range n)] i) (let [k 0] (dotimes [i n] (set! k (+ k 1))) k)
(parse-int "11" n) (bit-shift-left 1 n) (rand-nth (repeat n 1)) (interleave (repeat n 1) xs)
"""


@pytest.mark.parametrize("form", [form.span.text for form in read_all(COUNTING) if form.span is not None])
def test_a_count_is_whole_whatever_its_type(form: str) -> None:
    """`(/ 4 2)` is 2.0 in Python, and a 2 of NumPy's is no int."""
    numpy = pytest.importorskip("numpy")
    counted = made(f"(py.fn [n xs s] {form})")
    wanted = counted(2, [1, 2, 3, 4], "abcd")
    for two in (2.0, numpy.float64(2), numpy.int64(2)):
        assert counted(two, [1, 2, 3, 4], "abcd") == wanted


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            JsProxy("Function"),
            "rate is a function of JavaScript's, which a py.fn cannot take along: make it by",
        ),
        (JsProxy("Promise"), "rate is a promise, which a py.fn cannot take along: await it first"),
        ([1, {"k": JsProxy("AsyncFunction")}], "rate holds a function of JavaScript's"),
        (JsProxy("Date"), r"rate is an object of JavaScript's \(Date\)"),
    ],
)
def test_what_is_javascripts_is_not_taken_along(value: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        made("(def rate 1) (py.fn [x] (+ x rate))", value)


def test_async_and_generators() -> None:
    f: Any = made("(py.fn f [x] (+ 1 (await x) (await (delay 0 5))))")
    assert inspect.iscoroutinefunction(f) and asyncio.run(f(2)) == 8
    g: Any = made("(py.fn g [n] (dotimes [i n] (yield (* i i))) (yield* [:a nil]))")
    assert inspect.isgeneratorfunction(g) and list(g(3)) == [0, 1, 4, "a", None]
    h: Any = made("(py.fn h [xs] (await (all (map (fn [x] (await (delay 1 x))) xs))))")
    assert asyncio.run(h([1, 2])) == [1, 2]


def test_errors_are_exceptions() -> None:
    with pytest.raises(LispFailure, match="no") as failed:
        made('(py.fn [] (throw (ex-info "no" {:code 5})))')()
    assert failed.value.data == {"code": 5}
    with pytest.raises(Thrown) as thrown:
        made("(py.fn [] (throw 5))")()
    assert pickle.loads(pickle.dumps(thrown.value)).value == 5
    with pytest.raises(LispFailure, match="match: no clause matches 3"):
        made("(py.fn [x] (match x 1 2))")(3)


def test_deep_programs() -> None:
    deep = "(+ 1 " * 300 + "x" + ")" * 300
    assert made(f"(py.fn [x] {deep})")(1) == 301
    nested = "(and x " * 40 + "(do (set! y 1) y)" + ")" * 40  # statements in each are written once
    assert made(f"(py.fn [x] (let [y 0] (if {nested} y 5)))")(1) == 1


def test_with_the_standard_library() -> None:
    f = made("(py.fn f [n] (reduce + (range n)))")
    assert functools.cache(f)(10) == functools.cache(f)(10) == 45
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(f(100))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [4950] * 4


def test_pickled_by_value() -> None:
    source = "(def rate 1) (py.fn even [n] (if (< n 1) [n rate] (even (dec n))))"
    even: Any = made(source, {"a": [1]})
    again = pickle.loads(pickle.dumps(portable(even)))
    assert (again(3), again.__name__) == ([0, {"a": [1]}], "even")
    outer: Any = made("(def other 1) (py.fn outer [x] (+ 1 (other x)))", made("(py.fn [x] (* x 10))"))
    assert pickle.loads(pickle.dumps(portable(outer)))(2) == 21
    with_module: Any = made("(def m 1) (py.fn [x] (.sqrt m x))", math)
    assert pickle.loads(pickle.dumps(portable(with_module)))(16) == 4
    itself = pickle.loads(pickle.dumps(travelling(outer)))
    assert inspect.isfunction(itself) and itself(2) == 21 and travelling(len) is len
    maker: Any = made("(py.fn [k] (fn [x & {:keys [b]}] [x k b]))")
    assert pickle.loads(pickle.dumps(portable(maker(7))))(1, "b", 2) == [1, 7, 2]
    with pytest.raises(TypeError, match="portable takes a function"):
        portable(3)  # type: ignore[arg-type]


def test_pickle_takes_them_as_they_are() -> None:
    """By what they are made of: two of one name are two, and one that is gone can be had of its pickle."""
    first, second = made("(py.fn f [x] (+ x 1))"), made("(py.fn f [x] (+ x 2))")
    sent = [pickle.dumps(f) for f in (first, second, first)]
    assert [pickle.loads(each)(1) for each in sent] == [2, 3, 2]
    assert pickle._loads(sent[1])(1) == 3 and pickle.loads(pickle._dumps(second))(1) == 3  # type: ignore[attr-defined]
    assert [f(1) for f in pickle.loads(pickle.dumps([first, second, {"k": first}["k"]]))] == [2, 3, 2]
    a, b = pickle.loads(pickle.dumps((first, first)))
    assert a is b and a is not first
    del first
    again = pickle.loads(pickle.dumps(pickle.loads(sent[0])))
    assert inspect.isfunction(again) and (again(1), again.__name__, again.__qualname__) == (2, "f", "f")
    with pytest.raises(AttributeError, match=r"Can't get attribute 'f' on <module '.*__main__'"):
        pickle.loads(pickle.dumps(second, 2))
    assert second.__module__ == "__main__" and f"{second.__module__}" == "__main__"
    wrapped = functools.wraps(second)(lambda x: x)
    with pytest.raises(pickle.PicklingError, match="not the same object"):
        pickle.dumps(wrapped)
    assert pickle.loads(pickle.dumps(functools.partial(second, 5)))() == 7


def test_pickle_from_many_threads() -> None:
    functions = [made(f"(py.fn f [x] (+ x {k}))") for k in range(8)]

    def work(k: int) -> list[int]:
        return [pickle.loads(pickle.dumps(functions[k]))(1) for _ in range(200)]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [[1 + k] * 200 for k in range(8)]


def test_names_that_are_defined_later() -> None:
    """A declared name is read when it is first called, or pickled; then it is the function itself."""
    pair: dict[str, Any] = {}
    even = made("(declare odd) (py.fn even [n] (if (= n 0) true (odd (- n 1))))", lambda: pair["odd"])
    pair["odd"] = made("(def even 1) (py.fn odd [n] (if (= n 0) false (even (- n 1))))", even)
    there = pickle.loads(pickle.dumps(even))
    assert [even(7), even(8), there(7), there(8)] == [False, True, False, True]
    assert even.__globals__["odd"] is pair["odd"]
    assert there.__globals__["odd"].__globals__["even"] is there

    class JSError(Exception):
        pass

    def missing() -> Any:
        raise JSError

    lonely = made("(declare odd) (py.fn [n] (map odd [n]))", missing)
    with pytest.raises(NameError, match=r"odd was declared, and is not defined yet: \(py.defn odd"):
        lonely(1)
    with pytest.raises(NameError, match="odd was declared"):
        pickle.dumps(lonely)


def test_in_another_process() -> None:
    f: Any = made("(def k 1) (py.fn [x] (str (/ x k) (get {:a 1} :b)))", 2)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert list(pool.map(f, [6, 7])) == ["3", "3.5"]
        assert list(pool.map(portable(f), [6, 7])) == ["3", "3.5"]


def test_cloudpickle_sends_what_is_used_and_nothing_else() -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    f = made("(def k 1) (py.fn f [x] (if (= x k) (str (/ x 2)) (f k)))", 6)
    sent = cloudpickle.dumps(f)
    assert len(sent) < 1500 and b"bridge" not in sent
    assert pickle.loads(sent)(1) == "3"


def test_each_core_function_is_the_lisps() -> None:
    known = set(Compiler().globals)
    inner = {name for name in CORE if name[0] == "%"} | {"keyword-args"}
    assert sorted(set(CORE) - known - inner - {"=="}) == []
    assert len(set(CORE) - inner) > 150


def test_numba_keeps_the_meaning() -> None:
    numba = pytest.importorskip("numba")
    np = pytest.importorskip("numpy")
    f = numba.njit(made(
        "(py.fn [n b] (loop [i 0 acc 0.0] (if (< i n)"
        " (recur (inc i) (+ acc (/ (inc i) b) (mod i 3) (quot i 2) (if (= i true) 100 0) (if 0 1 2))) acc)))"
    ))  # fmt: skip
    plain = f.py_func
    assert f(10, 4) == plain(10, 4) and f(10, 0) == plain(10, 0) == float("inf")
    doubled = numba.vectorize(made("(py.fn [x] (cond (< x 1) 0.0 (= x 2) 5.0 :else (/ x 0)))"))
    assert doubled(np.array([0.0, 2.0, 3.0])).tolist() == [0.0, 5.0, float("inf")]
    total = numba.njit(made("(py.fn [xs] (let [s 0.0] (doseq [x xs] (when x (set! s (+ s x)))) s))"))
    assert total(np.array([0.0, 1.5])) == 1.5
    inside = numba.njit(made("(py.fn [x] [(and (> x 1) (< x 5)) (or (< x 1) (not (< x 5)))])"))
    assert inside(2) == [True, False] and inside(7) == [False, True]


def test_pandas_polars_scipy() -> None:
    pandas = pytest.importorskip("pandas")
    f: Any = made("(py.fn [x] (cond (< x 2) 0.0 (= x 2) 1.0 :else (/ x 2)))")
    assert pandas.Series([1, 2, 5]).apply(f).tolist() == [0, 1, 2.5]
    frame = pandas.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert frame.apply(made('(py.fn [row] (+ (get row "a") (:b row)))'), axis=1).tolist() == [4, 6]
    polars = pytest.importorskip("polars")
    assert polars.Series([1, 2, 6]).map_elements(f, return_dtype=polars.Float64).to_list() == [0, 1, 3]
    optimize = pytest.importorskip("scipy.optimize")
    assert abs(optimize.brentq(made("(py.fn [x] (- (* x x) 2))"), 0, 2) - 2**0.5) < 1e-9


def test_an_environment_without_node_and_bridge(tmp_path: Path) -> None:
    """A virtual environment that has only this room of polyrepl makes functions, and runs what it is sent."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(tmp_path / "env")
    (site,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    target = site / "polyrepl" / "lisp" / "python"
    target.mkdir(parents=True)
    for package in (target.parent.parent, target.parent):
        (package / "__init__.py").write_text("")
    for name in (
        "__init__", "checking", "core", "functions", "later", "lines", "making", "maps", "packing",
        "portable", "sent", "sequences", "values",
    ):  # fmt: skip
        shutil.copy(Path(room.__file__).parent / f"{name}.py", target)
    text, _ = text_of("(py.fn f [xs] (str (reduce + (map (fn [x] (/ x 2)) xs))))")
    sent = pickle.dumps(function(text))
    program = (
        "import pickle, shutil, sys\nfrom polyrepl.lisp.python.making import function\n"
        f"print(function({text!r})([2, 4]), pickle.loads({sent!r})([2, 2]), shutil.which('node'))\n"
        "print([name for name in sys.modules if 'bridge' in name])\nimport polyrepl.bridge"
    )
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-I", "-c", program],
        capture_output=True, text=True, env={"PATH": "/nowhere"}, timeout=60,
    )  # fmt: skip
    assert done.stdout == "3 2 None\n[]\n", done.stderr
    assert "No module named 'polyrepl.bridge'" in done.stderr
