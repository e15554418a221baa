"""Functions on their way to another process: what is refused and why, what comes of a way there and back."""

from __future__ import annotations

import functools
import inspect
import multiprocessing
import pickle
import pydoc
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
import pytest_asyncio
from polyrepl.bridge import Bridge, JSError
from polyrepl.repl.session import Session
from polyrepl.repl.session.events import Problem

Lisp = Callable[[str], Coroutine[Any, Any, Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[Session]:
    made = Session()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def lisp(session: Session) -> Lisp:
    async def run(text: str) -> Any:
        async for event in session.eval(text, "<test>"):
            assert not isinstance(event, Problem) or event.severity != "error", event
        return session.node.module().lastResult()

    return run


pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = [
    (
        "(let [p (sleep 1)] (fn wait-for [] p))",
        "wait-for cannot be sent to another process: its p is a promise, which lives in its process",
    ),
    (
        "(def bound (.bind (fn [] 1) nil)) (fn user-of [] (bound))",
        "user-of cannot be sent to another process: its bound is a bound function, which does",
    ),
    (
        "(def seen (new WeakMap)) (fn look [x] (.get seen x))",
        "look cannot be sent to another process: its seen is a WeakMap, which lives in its own process",
    ),
    (
        '(def mark (js.Symbol "mine")) (fn [x] (aget x mark))',
        "its mark is a symbol that no other process knows",
    ),
    (
        '(js.import "node:net" :as net) (def conn (new net.Socket)) (fn send [] (.write conn "x"))',
        "send cannot be sent to another process: its conn is a Socket, which lives in its own process",
    ),
    (
        "(def timer (setTimeout (fn [] nil) 1)) (fn [] (clearTimeout timer))",
        "its timer is a Timeout, which lives in its own process",
    ),
    (
        '(py.import io) (def file (io.StringIO "text")) (fn reader [] (file.read))',
        "reader cannot be sent to another process: its file is open, and belongs to this process",
    ),
    (
        '(def Hidden (js.eval "(class Hidden { #x = 1; get() { return this.#x; } })"))'
        " (def secret (new Hidden)) (fn [] (.get secret))",
        "its secret is a Hidden with private fields",
    ),
    (
        "(def deep {:here {:it (sleep 1)}}) (fn deeply [] deep)",
        "deeply cannot be sent to another process: its it of here of deep is a promise",
    ),
    (
        "(def waited (sleep 1)) (defn helper [] waited) (fn outer [] (helper))",
        "outer cannot be sent to another process: its waited of helper is a promise",
    ),
    (
        "(let [started ((fn [] (yield 1)))] (fn [] (first started)))",
        "its started is a generator that has begun: send the function that makes it",
    ),
    (
        "(def my-deep? [{:here {:it {:last (sleep 1)}}}]) (defn helper [] my-deep?) (fn outer [] (helper))",
        "outer cannot be sent to another process: its last of it of my-deep? is a promise",
    ),
    ("(def is-on? (js.AbortSignal.abort)) (fn [] is-on?)", "its is-on? is an AbortSignal, which"),
    ('(py.import io) (def my-file {:in (io.StringIO "")}) (fn [] my-file)', "its in of my-file is open, and"),
    ("(.bind (fn [] 1) nil)", "is a bound function"),
    ("(defclass Thing) (new Thing)", "a JavaScript Thing cannot be sent to another process: send data"),
    ("((fn [] (yield 1)))", "an iterator of JavaScript cannot be sent to another process: send its items"),
    (
        "(let [p (new js.Proxy {:a 1} {})] (fn look [] p.a))",
        "look cannot be sent to another process: its p is a Proxy, which does not tell what stands behind it",
    ),
    (
        "(py.import threading) (let [guard (threading.Lock)] (fn hold [] (.locked guard)))",
        "hold cannot be sent to another process: its guard is a lock, and pickle refuses that",
    ),
    (
        "(loop [i 0 f (fn [x] x)] (if (< i 30000) (recur (inc i) (let [g f] (fn [x] (g x)))) f))",
        "its g of g is nested too deeply to be sent",
    ),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
async def test_what_must_stay_says_why_and_which_variable_it_is(text: str, says: str, lisp: Lisp) -> None:
    function = await lisp(text)
    with pytest.raises((TypeError, JSError)) as caught:
        pickle.dumps(function)
    assert says in str(caught.value)


async def test_a_promise_is_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="a promise cannot be sent to another process: await it first"):
        pickle.dumps(session.bridge.eval("Promise.resolve(1)"))


async def test_without_who_makes_capsules_nothing_is_pickled() -> None:
    with Bridge() as js, pytest.raises(TypeError, match="cannot be pickled: copy it with to_py"):
        pickle.dumps(js.eval("(x) => x"))


async def test_environment_and_globals_of_javascript_go_by_their_names(lisp: Lisp, monkeypatch: Any) -> None:
    monkeypatch.setenv("POLYREPL_TEST_TOKEN", "very-secret")
    function = await lisp("(def env process.env) (fn [] [env.POLYREPL_TEST_TOKEN process.env.HOME Math.max])")
    text = pickle.dumps(function)
    assert b"very-secret" not in text and b"process.env" in text


async def test_large_captures_warn_with_the_variable_s_name(lisp: Lisp) -> None:
    function = await lisp(
        "(def small 1) (def table (vec (range 200000))) (fn count-table [] (+ small (count table)))"
    )
    with pytest.warns(
        UserWarning, match=r"count-table takes 1\.6 MB along, most of it in its table: give large"
    ):
        pickle.dumps(function)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pickle.dumps(await lisp("(fn [] small)"))


async def test_a_token_is_of_what_the_function_is(lisp: Lisp) -> None:
    pytest.importorskip("dask")
    from dask.base import tokenize

    make = "(def add-k (fn [k] (fn [x] (+ x k)))) "
    one, other = await lisp(make + "(add-k 1)"), await lisp("(add-k 2)")
    assert tokenize(one) == tokenize(one) == tokenize(await lisp("(add-k 1)"))
    assert tokenize(one) != tokenize(other)
    assert tokenize(pickle.loads(pickle.dumps(one))) == tokenize(one)


async def test_a_javascript_error_is_pickled(session: Session) -> None:
    with pytest.raises(JSError) as caught:
        session.bridge.eval("throw new RangeError('too far')")
    error = caught.value
    error.add_note("seen here")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.name, again.message, again.stack) == (
        JSError,
        "RangeError",
        "too far",
        error.stack,
    )
    assert str(again) == str(error) and again.__notes__ == ["seen here"] and again.value is None
    with pytest.raises(JSError) as caught:
        session.bridge.eval("throw { code: 7 }")
    assert pickle.loads(pickle.dumps(caught.value)).value == {"code": 7}
    with pytest.raises(JSError) as caught:
        session.bridge.eval("throw new AggregateError([new TypeError('a'), new Error('b')], 'both')")
    group = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(group, ExceptionGroup) and [str(each) for each in group.exceptions] == [
        "TypeError: a",
        "Error: b",
    ]


async def test_unpickling_does_nothing(lisp: Lisp) -> None:
    """No Node is started, no module of Python's imported; not even a wrong capsule is noticed."""
    from polyrepl.repl.travel import LispFunction

    made = pickle.loads(
        pickle.dumps(await lisp("(py.import colorsys) (fn named [x] (colorsys.rgb_to_hsv x x x))"))
    )
    assert isinstance(made, LispFunction) and repr(made) == "<LispFunction named>" and made._live is None


async def test_there_and_back(lisp: Lisp) -> None:
    """The main kinds in a worker; all of them are in tests/scale."""
    kinds = [
        ("(def base 10) (let [k 3] (fn [x] (* k (+ x base))))", 2, 36),
        ("(defn fact [n] (if (< n 2) 1 (* n (fact (- n 1))))) fact", 5, 120),
        (
            "(defclass P (constructor [x] (set! this.x x)) (method d [] this.x)) (fn [x] (.d (new P x)))",
            4,
            4,
        ),
        ("(let [n 0] (let [up (fn [] (set! n (inc n)))] (fn [k] (dotimes [_ k] (up)) n)))", 3, 3),
        ("(py.import math) (comp (fn [x] (math.sqrt x)) inc)", 15, 4),
        ("(fn [x] (await (sleep 1)) x)", 6, 6),
    ]
    functions = [await lisp(text) for text, _, _ in kinds]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = [pool.submit(function, arg) for function, (_, arg, _) in zip(functions, kinds, strict=True)]
        assert [task.result(60) for task in tasks] == [expected for *_, expected in kinds]
        bad = await lisp("(fn bad [x]\n  (throw (new TypeError x)))")
        with pytest.raises(JSError) as caught:
            pool.submit(bad, "oh").result(60)
    assert (caught.value.message, caught.value.lisp_place) == ("oh", "<test>:2:10")


BESIDE = [  # closures, and what is done with them
    ("[(fn [] (set! n (inc n))) (fn [] n)]", "(a) (a) (b)"),
    ("[(fn [] n) (fn [] (set! n (inc n)))]", "(b) (a)"),
    ("[(fn [] (set! n (inc n))) (fn [] (set! m (+ m n))) (fn [] [n m])]", "(a) (b) (c)"),
    ("[(fn [] (set! n 5)) (fn [] m) (fn [] n)]", "(a) [(b) (c)]"),
    ("(let [t (atom n)] [(fn [] (swap! t inc)) (fn [] (deref t))])", "(a) (b)"),
    ("(let [up (fn [] (set! n (inc n)))] [(fn [] (up)) (fn [] (up))])", "(a) (b)"),
    ("(let [k (fn [] (let [i n] (fn [] (set! i (inc i)))))] [(k) (k)])", "(a) (a) [(a) (b)]"),
    ("(let [k (fn [i] [(fn [] (set! i (- i 2))) (fn [] i)])] (concat (k n) (k n)))", "(a) [(b) (d)]"),
    ("(let [l (py.list [])] [(fn [] (.append l n) (set! n 4)) (fn [] [n (py.len l)])])", "(a) (b)"),
]
WAYS = [
    "(vec (load (py.list fs)))",
    "(vec (load (py.tuple fs)))",
    '(vec (.values (load (py.dict (zip ["a" "b" "c" "d"] (map functools.partial fs))))))',
    "(vec (load (load (py.list fs))))",
]


async def test_functions_of_one_pickle_share_what_they_shared(lisp: Lisp) -> None:
    """Variables, atoms and functions that have such, and no more than these; sent on they do it still."""
    await lisp("(py.import pickle) (py.import functools) (defn load [x] (pickle.loads (pickle.dumps x)))")
    for number, way in enumerate(WAYS):
        # What an equal function has captured goes on in a process: each way begins with a number of its own.
        bound = f"n {number} m 10"
        texts = [
            " ".join(f"(let [{bound} fs {made} [a b c d] {how}] {then})" for made, then in BESIDE)
            for how in ("fs", way)
        ]
        here, there = await lisp(f"(py->js [[{texts[0]}] [{texts[1]}]])")
        assert there == here, way


async def test_more_functions_than_can_share_are_refused_by_the_variable(lisp: Lisp) -> None:
    made = "(let [my-count 0] (for [i (range 65)] (fn adder [] (set! my-count (+ my-count i)))))"
    functions = await lisp(made)
    assert len(pickle.dumps(list(functions)[:3])) < 10_000
    with pytest.raises(TypeError, match=r"adder .* 65 functions beside each other share its my-count: send"):
        pickle.dumps(list(functions))


async def test_one_that_has_travelled_says_what_it_is(lisp: Lisp) -> None:
    """To inspect, help, functools, click and whoever else asks a function of Python's."""
    here = await lisp('(defn scaled "x times a factor" [x (factor 2) & more-of] (* x factor)) scaled')
    there = pickle.loads(pickle.dumps(here))
    assert (there.__name__, there.__qualname__) == ("scaled", "scaled")
    assert inspect.getdoc(there) == here.__doc__ == "x times a factor"
    assert str(inspect.signature(there)) == str(inspect.signature(here)) == "(x, factor=2, *more_of)"
    assert inspect.isroutine(there) and there.__annotations__ == {}
    assert "scaled(x, factor=2, *more_of)" in pydoc.plain(pydoc.render_doc(there))
    assert there._live is None  # nothing of this has asked a Node

    @functools.wraps(there)
    def wrapper(*args: Any) -> Any:
        return there(*args)

    assert (wrapper.__name__, wrapper.__doc__) == ("scaled", "x times a factor")
    assert inspect.signature(wrapper) == inspect.signature(here)
    functools.update_wrapper(there, lambda y: y)
    assert str(inspect.signature(there)) == "(y)" and there.__doc__ is None
    there.mark = 1
    del there.__wrapped__
    assert pickle.loads(pickle.dumps(there)).mark == 1

    method = pickle.loads(pickle.dumps(await lisp("(fn [self x] (* self.size x))")))
    assert type("Box", (), {"size": 3, "method": method})().method(2) == 6
