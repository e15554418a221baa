"""Each kind of function gives in another process what it gives at home."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.session import Session

from .conftest import Lisp

pytestmark = pytest.mark.scale

KINDS: dict[str, tuple[str, list[Any], dict[str, Any], Any]] = {
    "a closure": ("(def base 10) (let [k 3] (fn [x] (* k (+ x base))))", [2], {}, 36),
    "closures in closures": ("(let [a 1] (let [b 2] (fn [x] ((fn [y] (+ a b x y)) 4))))", [3], {}, 10),
    "recursion": ("(defn fact [n] (if (< n 2) 1 (* n (fact (- n 1))))) fact", [5], {}, 120),
    "recursion by its own name": ("(fn me [n] (if (= n 0) [] (conj (me (- n 1)) n)))", [3], {}, [1, 2, 3]),
    "mutual recursion": (
        "(declare odd-one?) (defn even-one? [n] (if (= n 0) true (odd-one? (- n 1))))"
        "(defn odd-one? [n] (if (= n 0) false (even-one? (- n 1)))) even-one?",
        [7], {}, False,
    ),
    "letfn": (
        "(let [k 2] (letfn [(f [n] (if (< n 1) [] (g n))) (g [n] (conj (f (- n k)) n))] f))",
        [5], {}, [1, 3, 5],
    ),
    "globals": ("(def rate 1.5) (defn tax [x] (* x rate)) (defn cost [x] (+ x (tax x))) cost", [2], {}, 5),
    "a global that it sets": ("(def total 0) (fn [x] (set! total (+ total x)) (* 2 total))", [4], {}, 8),
    "a definition inside": ("(fn [x] (def made-there x) (+ 1 made-there))", [4], {}, 5),
    "a class": (
        "(defclass Point (constructor [x y] (set! this.x x) (set! this.y y))"
        " (method norm [] (Math.hypot this.x this.y))) (fn [x] (.norm (new Point x 4)))",
        [3], {}, 5,
    ),
    "a class with a parent": (
        "(defclass A (method hi [] \"a\")) (defclass B :extends A (method hi [] (str (super.hi) \"b\")))"
        " (fn [] (.hi (new B)))",
        [], {}, "ab",
    ),
    "an instance": (
        "(defclass Box (constructor [v] (set! this.v v)) (method get [] this.v))"
        " (def box (new Box [1 2])) (fn [x] (conj (.get box) x))",
        [3], {}, [1, 2, 3],
    ),
    "keyword parameters": ("(fn [x & {:keys [a b] :or {a 1 b 2}}] [x a b])", [0], {"b": 7}, [0, 1, 7]),
    "a default": ("(fn [x (y 5)] (+ x y))", [1], {}, 6),
    "rest": ("(fn [x & more] [x more])", [1, 2, 3], {}, [1, [2, 3]]),
    "several arities": ("(fn ([x] x) ([x y] [x y]) ([x y & r] [:more r]))", [1, 2, 3], {}, ["more", [3]]),
    "destructuring": ("(fn [[a {:keys [b]}]] [b a])", [[1, {"b": 2}]], {}, [2, 1]),
    "a regular expression": (r'(fn [s] (re-find #"\d+" s))', ["ab12"], {}, "12"),
    "match": ('(fn [v] (match v [1 x] x {:k k} k _ "none"))', [[1, 7]], {}, 7),
    "a macro": ("(defmacro twice [x] `(* 2 ~x)) (fn [x] (twice x))", [4], {}, 8),
    "a lazy sequence": ("(fn [n] (take n (map (fn [x] (* x x)) (range))))", [4], {}, [0, 1, 4, 9]),
    "a captured lazy sequence": ("(let [xs (map inc (range))] (fn [n] (take n xs)))", [3], {}, [1, 2, 3]),
    "a generator": ("(fn [n] (vec ((fn [] (doseq [i (range n)] (yield i))))))", [3], {}, [0, 1, 2]),
    "async": ("(fn [x] (await (sleep 1)) (* 2 x))", [4], {}, 8),
    "try": ('(fn [s] (try (throw (new Error s)) (catch e e.message) (finally nil)))', ["oops"], {}, "oops"),
    "partial": ("(partial + 5)", [2], {}, 7),
    "comp": ("(defn helper [x] (* 10 x)) (comp inc helper)", [1], {}, 11),
    "memoize": ("(memoize (fn [x] (* x 100)))", [3], {}, 300),
    "juxt": ("(juxt inc dec (fn [x] (* x x)))", [3], {}, [4, 2, 9]),
    "a keyword": ("(let [k :name] (fn [m] [(k m) (= k :name)]))", [{"name": "n"}], {}, ["n", True]),
    "a core function": ("(let [f max] (fn [& xs] (apply f xs)))", [3, 9, 2], {}, 9),
    "collections": (
        "(let [m (new Map [[:a 1]]) s #{1 2} d (new Date 5) o {:x {:y [1]}} n nil u undefined]"
        " (fn [] [(.get m :a) (.has s 2) (.getTime d) (get-in o [:x :y 0]) n (undefined? u)]))",
        [], {}, [1, True, 5, 1, None, True],
    ),
    "numbers": (
        "(let [a NaN b Infinity c -0.0 d 12345678901234567890n] (fn [] [(js.isNaN a) b (/ 1 c) (str d)]))",
        [], {}, [True, float("inf"), float("-inf"), "12345678901234567890"],
    ),
    "typed arrays over one buffer": (
        "(let [a (new Float64Array [1 2 3]) b (new Float64Array a.buffer 8 1)]"
        " (fn [] (aset b 0 7) (Array.from a)))",
        [], {}, [1, 7, 3],
    ),
    "a value that knows itself": ("(let [o {}] (set! o.me o) (fn [] (identical? o o.me.me)))", [], {}, True),
    "data that does not change": (
        "(def box (freeze {:a 1})) (def xs (js.Object.freeze [1])) (def o (js.Object.seal {:b 2}))"
        " (fn [] [(js.Object.isFrozen box) (js.Object.isFrozen xs) (js.Object.isSealed o) (:b o)])",
        [], {}, [True, True, True, 2],
    ),
    "properties that are not listed": (
        '(def o (js.Object.defineProperty {:a 1} "b" {:value 2})) (def e (ex-info "a" {:k 1} (error "why")))'
        " (fn [] [o.b (count o) (ex-message (ex-cause e)) (:k (ex-data e))])",
        [], {}, [2, 1, "why", 1],
    ),
    "methods with computed names": (
        """(def o (js.eval "(() => { const k = 'b';"""
        " return { [`a${1}`](x) { return x + 1 }, async [k]() { return 5 },"
        " *[Symbol.iterator]() { yield 7 } } })()\"))"
        " (fn [x] [(.a1 o x) (await (.b o)) (vec o)])",
        [1], {}, [2, 5, [7]],
    ),
    "an atom": ("(def box (atom 1)) (fn [] (swap! box inc) (deref box))", [], {}, 2),
    "a list and a symbol": (
        "(def code '(+ a 1)) (fn [] [(str (first code)) (list? code) (count code)])",
        [], {}, ["+", True, 3],
    ),
    "errors": (
        '(def told (ex-info "bad" {:a 1})) (def own (new TypeError "odd"))'
        " (fn [] [(:a (ex-data told)) (ex-message told) (try (throw own) (catch TypeError e e.message))])",
        [], {}, [1, "bad", "odd"],
    ),
    "a Lisp function of Python": ("(py.defn thrice [x] (* 3 x)) (fn [x] (inc (thrice x)))", [4], {}, 13),
    "two functions of Python that call each other": (
        "(declare odd-one) (py.defn even-one [n] (if (= n 0) true (odd-one (- n 1))))"
        "(py.defn odd-one [n] (if (= n 0) false (even-one (- n 1)))) even-one",
        [7], {}, False,
    ),
    "one of the Lisp that calls them": (
        "(declare odd-one) (py.defn even-one [n] (if (= n 0) true (odd-one (- n 1))))"
        "(py.defn odd-one [n] (if (= n 0) false (even-one (- n 1)))) (fn [n] [(even-one n) (odd-one n)])",
        [7], {}, [False, True],
    ),
    "a function of Python alone": (
        "(def k 3) (py.fn [x & {:keys [by]}] [(* k x) by])", [2], {"by": 5}, [6, 5],
    ),
    "an asynchronous one of Python, called by the Lisp": (
        "(py.import asyncio) (py.defn later [x] (await (asyncio.sleep 0)) (* 2 x))"
        " (fn [x] (inc (await (later x))))",
        [2], {}, 5,
    ),
    "shadowed names": (
        "(def x 1) (let [x 2] (let [x 3 f (fn [] x)] (fn [y] [x y ((fn [x] (* x 2)) y) (f)])))",
        [5], {}, [3, 5, 10, 3],
    ),
    "a named let": ("(def g (let go [i 0] (if (< i 3) (go (inc i)) (fn [y] [i y])))) g", [4], {}, [3, 4]),
    "closures of a loop": (
        "(def fs (loop [i 0 out []] (if (< i 3) (recur (inc i) (conj out (fn [x] (+ i x)))) out)))"
        " (fn [y] (map (fn [f] (f y)) fs))",
        [10], {}, [10, 11, 12],
    ),
    "a captured variable that it sets": (
        "(let [n 0] (fn [k] (set! n (+ n k)) (set! n (* n 2)) n))", [3], {}, 6,
    ),
    "captured by destructuring": (
        "(let [{:keys [a b] :or {b 9} :as m} {:a 1} [p & q] [1 2 3]] (fn [] [a b (:a m) p q]))",
        [], {}, [1, 9, 1, 1, [2, 3]],
    ),
    "a template string": ('(let [name "Bo"] (fn [x] f"hi {name}: {(* x 2)}"))', [3], {}, "hi Bo: 6"),
    "names that JavaScript reserves": (
        "(def class 2) (def delete 3) (def größe 4) (fn [new] (+ class delete größe new))", [1], {}, 10,
    ),
    "a class with a parent of JavaScript's": (
        '(defclass Odd :extends Error (constructor [m] (super m) (set! this.name "Odd")))'
        " (fn [x] (try (throw (new Odd x)) (catch Odd e [e.name e.message])))",
        ["q"], {}, ["Odd", "q"],
    ),
    "py.import": ("(py.import math) (fn [x] (math.sqrt x))", [16], {}, 4),
    "py.import of a name": ("(py.import json :refer [dumps]) (fn [x] (dumps x))", ["a"], {}, '"a"'),
    "a Python object": ("(let [d (py.dict {:k 3})] (fn [] (py.len d)))", [], {}, 1),
    "js.import of a builtin": ('(js.import "node:path" :as p) (fn [x] (p.basename x))', ["/b.c"], {}, "b.c"),
    "js.import of a name": (
        '(js.import "node:path" :refer [extname]) (fn [x] (extname x))',
        ["b.c"], {}, ".c",
    ),
    "a buffer of Node's": (
        '(let [b (Buffer.from "abcd") part (.subarray b 1 3)]'
        ' (fn [x] (set! (get part 0) x) [(.toString b "latin1") (Buffer.isBuffer part)]))',
        [88], {}, ["aXcd", True],
    ),
    "a class of typed arrays": (
        "(defclass Row :extends Float64Array (method total [] (reduce + 0 this)))"
        " (let [row (new Row [1 2.5])] (fn [] [(.total row) row.length (instance? Row row)]))",
        [], {}, [3.5, 2, True],
    ),
    "an address": (
        '(let [u (new URL "http://a.b/c?d=1") q (new URLSearchParams "k=1&k=2")]'
        ' (fn [] [u.pathname (.getAll q "k") (instance? URL u)]))',
        [], {}, ["/c", ["1", "2"], True],
    ),
    "a shared variable that changes": (
        "(def counter (let [n 0] {:inc (fn [] (set! n (inc n))) :get (fn [] n)}))"
        " (fn [k] (dotimes [_ k] ((:inc counter))) ((:get counter)))",
        [2], {}, 2,
    ),
    "two of them, apart": (
        "(defn make [] (let [n 0] {:inc (fn [] (set! n (inc n))) :get (fn [] n)}))"
        " (def a (make)) (def b (make))"
        " (fn [] ((:inc a)) ((:inc a)) ((:inc b)) [((:get a)) ((:get b))])",
        [], {}, [2, 1],
    ),
    "shared variables at two depths": (
        "(def pair (let [n 0] (let [m 10]"
        " [(fn [] (set! n (inc n)) (set! m (inc m)) [n m]) (fn [] [n m]) (fn [] n)])))"
        " (fn [] ((nth pair 0)) [((nth pair 1)) ((nth pair 2))])",
        [], {}, [[1, 11], 1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_right_in_another_process(kind: str, lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    text, args, kwargs, expected = KINDS[kind]
    function = await lisp(text)
    assert workers.submit(function, *args, **kwargs).result(60) == expected


async def test_a_global_that_is_defined_anew_after_sending(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    """What was sent is as it was then; what is sent next is as it is now."""
    function = await lisp("(def rate 2) (defn scaled [x] (* rate x)) scaled")
    sent = pickle.loads(pickle.dumps(function))
    await lisp("(def rate 100)")
    assert [workers.submit(each, 1).result(60) for each in (sent, function)] == [2, 100]


async def test_a_data_frame_as_argument(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    import pandas as pd

    function = await lisp("(fn [df] (py.float (.sum df.x)))")
    assert workers.submit(function, pd.DataFrame({"x": [1.5, 2.5]})).result(60) == 4


async def test_a_captured_data_frame(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    function = await lisp(
        "(py.import pandas) (def df (pandas.DataFrame {:x [1 2]})) (fn [k] (* k (py.int (.sum df.x))))"
    )
    assert workers.submit(function, 3).result(60) == 9


async def test_a_file_by_js_import(lisp: Lisp, tmp_path: Path, workers: ProcessPoolExecutor) -> None:
    (tmp_path / "areas.mjs").write_text("export const square = (x) => x * x;\nexport default 5;\n")
    function = await lisp('(js.import "./areas.mjs" :as areas) (fn [x] (areas.square x))')
    assert workers.submit(function, 5).result(60) == 25
    function = await lisp('(js.import "./areas.mjs" :refer [square]) (fn [x] (square x))')
    assert workers.submit(function, 6).result(60) == 36


async def test_an_npm_package(lisp: Lisp, tmp_path: Path, workers: ProcessPoolExecutor) -> None:
    package = tmp_path / "node_modules" / "doubler"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "doubler", "main": "index.js"}')
    (package / "index.js").write_text("const k = 2; module.exports = { double: (x) => k * x };")
    function = await lisp('(js.import "doubler" :as d) (fn [x] (d.double x))')
    assert workers.submit(function, 4).result(60) == 8


async def test_a_method_with_its_object(session: Session, lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    await lisp(
        "(defclass Acc (constructor [v] (set! this.v v)) (method add [x] (set! this.v (+ this.v x)) this.v))"
        " (def acc (new Acc 10))"
    )
    assert workers.submit(session.bridge.eval("acc").add, 5).result(60) == 15


async def test_a_function_of_a_javascript_cell(session: Session, workers: ProcessPoolExecutor) -> None:
    text = (
        "const scale = 3; function times(x, { by = scale } = {}) {"
        " var y = x; for (const i of [1, 2]) y += i; return y * by; }"
    )
    async for _ in session.eval_javascript(text):
        pass
    assert workers.submit(session.bridge.eval("times"), 1).result(60) == 12


async def test_a_function_as_argument_and_as_result(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    apply_twice, adder = await lisp("(fn [f x] (f (f x)))"), await lisp("(fn [k] (fn [x] (+ x k)))")
    assert workers.submit(apply_twice, await lisp("(fn [x] (* 3 x))"), 2).result(60) == 18
    add_five = workers.submit(adder, 5).result(60)
    assert workers.submit(add_five, 1).result(60) == 6


async def test_sent_again_by_who_received_it(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    function = pickle.loads(pickle.dumps(await lisp("(let [k 2] (fn [x] (* k x)))")))
    assert workers.submit(function, 21).result(60) == 42
    assert pickle.loads(pickle.dumps(function)) == function
