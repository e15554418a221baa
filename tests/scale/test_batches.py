"""`pmap`, `preduce`, `pfor` on pools: chunks, order, which item failed, cancelling, how far is read ahead."""

from __future__ import annotations

import asyncio
import importlib.util
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from polyrepl.bridge import JSError
from polyrepl.repl.session import Session
from polyrepl.repl.session.events import Problem

from .conftest import HERE, Lisp

pytestmark = [pytest.mark.scale, pytest.mark.timeout(300)]


@pytest.fixture
def pool(session: Session, workers: ProcessPoolExecutor) -> ProcessPoolExecutor:
    """Python's `pool` in the session is two processes."""
    session.bridge.server.namespace["pool"] = workers
    return workers


async def test_pmap_on_a_pool_keeps_the_order(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    text = "(def k 3) (await (pmap (fn [x] (* k x)) (range 1000) :on py.pool :chunk 7))"
    assert await lisp(text) == [3 * x for x in range(1000)]
    assert await lisp("(await (pmap (fn [x] (await (sleep 1)) (inc x)) [1 2 3] :on py.pool))") == [2, 3, 4]
    assert await lisp("(await (pmap inc [] :on py.pool))") == []


async def test_items_and_results_are_javascript_s_own(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    text = (
        "(def rows [{:name :a :tags [1 2]} {:name :b :tags [3]}])"
        "(defn grown [row] (assoc row :n (count row.tags) :plain (array? row.tags)))"
        "(def made (await (pmap grown rows :on py.pool)))"
        "[(array? made) (array? (get-in made [0 :tags])) (map :n made) (map :plain made)]"
    )
    assert await lisp(text) == [True, True, [2, 1], [True, True]]


async def test_results_are_what_they_are_without_a_pool(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    made = "(fn [x] [(frequencies [x x]) {[x] #{x}} (new Date 5) {:a nil} js.NaN (/ -1 js.Infinity)])"
    text = (
        f"(let [f {made} there (await (pmap f [1 2] :on py.pool))] [(= there (map f [1 2])) (pr-str there)])"
    )
    same, shown = await lisp(text.replace("js.NaN", "1"))
    assert same, shown


async def test_a_python_callable_and_python_objects_as_items(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    assert await lisp("(py.import math) (await (pmap math.sqrt [4 9] :on py.pool))") == [2, 3]
    text = (
        "(py.import fractions) (await (pmap (fn [f] f.denominator) [(fractions.Fraction 1 3)] :on py.pool))"
    )
    assert await lisp(text) == [3]


OF_THE_PROGRAM = r"""
(py.exec "class Item:\n  def __init__(self, n): self.n = n\ndef is_item(x): return type(x) is Item")
(def items [(py.Item 1) (py.Item 2)])
"""


async def test_items_of_a_class_of_the_program(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    """They go by value; what the class is called means nothing there."""
    pytest.importorskip("cloudpickle")
    text = "(map py.is_item (await (pmap identity items :on py.pool)))"
    assert await lisp(OF_THE_PROGRAM + text) == [True, True]
    text = "(await (preduce (fn [a i] (+ (or a.n a) (or i.n i))) (py.Item 0) items :on py.pool :chunk 1))"
    assert await lisp(OF_THE_PROGRAM + text) == 3


async def test_items_that_a_process_cannot_read_end_no_process(
    lisp: Lisp, only_here: str, pool: ProcessPoolExecutor
) -> None:
    text = (
        f'(py.import "{only_here}" :as here)'
        " (try (await (pmap identity [(here.Box)] :on py.pool)) (catch e [e.name e.message]))"
    )
    assert await lisp(text) == ["ModuleNotFoundError", "No module named 'only_here'"]
    assert await lisp("(await (pmap inc [1 2] :on py.pool))") == [2, 3]


async def test_an_error_in_a_py_fn_names_its_place(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    text = """(try (await (pmap (py.fn [x]
  (let [y 1] (rem y x))) [1 0] :on py.pool :chunk 2)) (catch e e.exception))"""
    error = await lisp(text)
    assert (error.lisp_place, error.item) == ("<test>:2:14", 1)
    assert "    (let [y 1] (rem y x))) [1 0]" in error.__notes__[0]


ERRORS = r"""
(defclass Mine (extends Error) (constructor [m] (super m) (set! this.name "Mine")))
(defn failing [x]
  (throw (case x
    1 (ex-info "info" {:n x :on (new Date 0) :f inc} (ex-info "why" {:m 2} (new TypeError "deep")))
    2 (new Mine "mine")
    3 {:a [x]}
    4 (new AggregateError [(ex-info "part" {:n 4})] "many")
    5 (let [e (error "coded")] (set! e.code "E5") e))))
(py.defn pfailing [x] (throw (ex-info "info" {:n x} (error "why"))))
(defn said [e]
  [(ex-message e) (ex-data e) (ex-message (ex-cause e)) (ex-data (ex-cause e)) e.code])
(defn tried [ask]
  (try (ask)
    (catch Mine e [:mine e.message (ex-cause e)])
    (catch TypeError e :no)
    (catch e (if (error? e) (said e) e))))
"""


async def test_an_error_is_what_it_was(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    """Its data, class, cause and properties come back, of a task alone and of a chunk; so do errors that are
    arguments and results."""
    info = ["info", {"n": 1}, "why"]
    text = "(for [x [1 2 3 5]] (tried (fn [] (.result (py.pool.submit failing x)))))"
    one, mine, literal, coded = await lisp(f"{ERRORS} (py->js {text})")
    assert one[:1] + one[2:] == ["info", "why", {"m": 2}, None]
    assert (one[1]["n"], one[1]["on"].year, type(one[1]["f"])) == (1, 1970, str)
    assert (list(mine), literal) == (["mine", "mine", None], {"a": [3]})
    assert list(coded) == ["coded", None, None, None, "E5"]
    chunk = "(try (await (pmap failing [x] :on py.pool)) (catch e (said (if (= x 4) (first e.errors) e))))"
    assert [(await lisp(f"(let [x {x}] {chunk})"))[:1] for x in (1, 4)] == [["info"], ["part"]]
    assert (await lisp(f"(let [x 4] {chunk})"))[1] == {"n": 4}
    assert (await lisp("(tried (fn [] (.result (py.pool.submit pfailing 1))))"))[:3] == info
    text = "(fn [e] (try (throw e) (catch e [(ex-message e) (ex-data e)])))"
    assert await lisp(f'(await (pmap {text} [(ex-info "a" {{:b 1}})] :on py.pool))') == [["a", {"b": 1}]]
    given = "(await (pmap (fn [x] (try (failing x) (catch e e))) [1] :on py.pool))"
    assert (await lisp(f"(let [[e] {given}] (said e))"))[2:4] == ["why", {"m": 2}]
    held = '(let [e (try (py.int "x") (catch e e))] (.result (py.pool.submit (fn [] e.name))))'
    assert await lisp(held) == "ValueError"


async def test_functions_beside_each_other_share_their_variables(
    lisp: Lisp, pool: ProcessPoolExecutor
) -> None:
    call = "(.result (py.pool.submit (fn [a b c] (a) (a) [(b) (c)]) up get (fn [] n)))"
    assert await lisp(f"(let [n 70 up (fn [] (set! n (inc n))) get (fn [] n)] {call})") == [72, 72]
    pairs = "(let [n 80] [(fn [] (set! n (inc n))) (fn [] n)])"
    calls = "(.result (py.pool.submit (fn [fs] ((first fs)) ((second fs))) (py.list fs)))"
    assert await lisp(f"(let [fs {pairs}] [{calls} {calls}])") in (
        [81, 82],
        [81, 81],
    )  # by one process or two


async def test_the_item_that_failed_is_named(lisp: Lisp, session: Session, pool: ProcessPoolExecutor) -> None:
    text = (
        '(await (pmap (fn [x]\n  (if (= x 37) (throw (new RangeError "not 37")) x)) (range 100) :on py.pool))'
    )
    events = [event async for event in session.eval(text, "<test>")]
    problem = events[-1]
    assert isinstance(problem, Problem)
    assert problem.exception is not None and isinstance(problem.exception, JSError)
    assert problem.exception.item == 37  # type: ignore[attr-defined]
    assert "RangeError: not 37" in problem.text
    assert "note: pmap: it was item 37 (counted from 0)" in problem.text
    assert "note: in the Lisp: <test>:2:23" in problem.text


async def test_preduce(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    assert await lisp("(await (preduce + 0 (range 1001) :on py.pool :chunk 50))") == 500500
    text = "(await (preduce (fn [a b] (merge-with + a b)) {} [{:x 1} {:y 2} {:x 3}] :on py.pool :chunk 2))"
    assert await lisp(text) == {"x": 4, "y": 2}
    assert await lisp("(await (preduce + 0 [1 2 3]))") == 6


async def test_pfor(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    assert await lisp("(await (pfor [x [1 2 3] :on py.pool] (def y (* x x)) (inc y)))") == [2, 5, 10]
    assert await lisp("(await (pfor [x [1 2 3]] (* x x)))") == [1, 4, 9]


async def test_processes_are_begun_once(lisp: Lisp, session: Session) -> None:
    pids = await lisp("(await (pfor [x (range 8) :on :processes :chunk 1] process.pid))")
    again = await lisp("(await (pfor [x (range 8) :on :processes :chunk 1] process.pid))")
    assert session.bridge.pid not in pids
    assert set(again) & set(pids)
    assert session.bridge.capsules is not None
    session.bridge.capsules.pool.shutdown()


async def test_a_source_is_read_as_fast_as_its_items_are_done(session: Session, lisp: Lisp) -> None:
    """While all threads are busy, no more is read than what is under way: four chunks of two."""
    read: list[int] = []
    go_on, busy = threading.Event(), threading.Barrier(3)

    def numbers() -> Iterator[int]:
        for n in range(100):
            read.append(n)
            yield n

    def slowly(x: int) -> int:
        if x in (0, 2):
            busy.wait(60)
            go_on.wait(60)
        return x

    with ThreadPoolExecutor(2) as threads:
        session.bridge.server.namespace.update(numbers=numbers, slowly=slowly, threads=threads)
        task = asyncio.ensure_future(
            lisp("(await (pmap py.slowly (py.numbers) :on py.threads :chunk 2 :ahead 4))")
        )
        await asyncio.to_thread(busy.wait, 60)
        for _ in range(100):  # turns of the loop in which more could be read
            await asyncio.sleep(0)
        assert read == list(range(8)) and not task.done()
        go_on.set()
        assert await task == list(range(100))


async def test_threads_of_this_process_use_its_node(session: Session, lisp: Lisp) -> None:
    with ThreadPoolExecutor(2) as threads:
        session.bridge.server.namespace["threads"] = threads
        assert (
            await lisp("(await (pmap (fn [x] process.pid) [1 2 3] :on py.threads))")
            == [session.bridge.pid] * 3
        )
        text = "(await (pmap (fn [row] (await (sleep 1)) (assoc row :b 2)) [{:a 1}] :on py.threads))"
        assert await lisp(text) == [{"a": 1, "b": 2}]
        text = "(try (await (pmap py.int [1 :x] :on py.threads)) (catch e e.exception.item))"
        assert await lisp(text) == 1


async def test_what_is_cancelled_is_not_begun(session: Session, lisp: Lisp) -> None:
    begun: list[int] = []
    first, go_on = threading.Event(), threading.Event()

    def work(x: int) -> int:
        begun.append(x)
        first.set()
        go_on.wait(60)
        return x

    threads = ThreadPoolExecutor(1)
    try:
        session.bridge.server.namespace.update(work=work, one=threads)
        await lisp(
            "(def stop (new AbortController))"
            "(def p (pmap py.work (range 50) :on py.one :chunk 1 :signal stop.signal))"
            "(do (.catch p (fn [e] nil)) nil)"
        )
        await asyncio.to_thread(first.wait, 20)
        assert await lisp("(.abort stop) (try (await p) (catch e :stopped))") == "stopped"
    finally:
        go_on.set()
        threads.shutdown()
    assert begun == [0]


async def test_what_is_no_pool_and_no_option_is_said(
    lisp: Lisp, session: Session, pool: ProcessPoolExecutor
) -> None:
    async def said(text: str) -> str:
        return "".join([event.text async for event in session.eval(text) if isinstance(event, Problem)])

    assert (
        ":on takes :processes, a pool of concurrent.futures, a Client of Dask or Ray, not list"
        in await said("(await (pmap inc [1] :on (py.list)))")
    )
    assert "pmap: there is no option :chunks; there are :on :chunk :ahead" in await said(
        "(await (pmap inc [1] :chunks 3))"
    )
    assert "pfor goes through the items of one sequence; options follow it" in await said(
        "(await (pfor [x [1] y [2]] [x y]))"
    )
    assert "pmap: expected options after the collection, as in :on pool, got an array of 1" in await said(
        "(await (pmap + [1] [2] :on py.pool))"
    )
    assert "preduce: expected an init before the collection, as in (preduce + 0 xs :on ..)" in await said(
        "(await (preduce + [1 2] :on py.pool))"
    )
    assert "vectorize: expected columns, got an array of 2 dimensions" in await said(
        "(py.import numpy) ((vectorize inc) (numpy.ones [2 2]))"
    )
    assert await lisp("(await (preduce + 0 [1 2] {:on py.pool}))") == 3
    assert "pmap: :chunk takes a number of at least 1, not 0" in await said(
        "(await (pmap inc [1] :on py.pool :chunk 0))"
    )


async def test_progress(lisp: Lisp, pool: ProcessPoolExecutor, capfd: pytest.CaptureFixture[str]) -> None:
    await lisp("(await (pmap inc (range 10) :on py.pool :progress true))")
    assert "10/10" in capfd.readouterr().err


async def test_vectorize(lisp: Lisp) -> None:
    import numpy as np
    import pandas as pd

    function = await lisp("(vectorize (fn [x y] (+ (* 2 x) y)))")
    made = np.asarray(function(np.array([1.0, 2.0]), np.array([3, 4])))
    assert made.dtype == np.float64 and made.tolist() == [5, 8]
    assert np.asarray(function(pd.Series([1, 2]), 10)).tolist() == [12, 14]
    assert (await lisp("(vectorize str)"))([1, 2]) == ["1", "2"]
    with pytest.raises(JSError, match="the columns have different lengths, 2 and 3"):
        function([1, 2], [1, 2, 3])
    with pytest.raises(JSError, match="expected an array among the arguments, got 1, 2"):
        function(1, 2)


async def test_on_a_client_of_dask(lisp: Lisp, session: Session) -> None:
    from distributed import Client, LocalCluster
    from polyrepl.repl.travel.dask import NodePlugin

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, **HERE) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(NodePlugin())
        session.bridge.server.namespace["client"] = client
        assert await lisp("(await (pmap (fn [x] (* x x)) (range 200) :on py.client :chunk 9))") == [
            x * x for x in range(200)
        ]
        assert await lisp("(await (preduce + 0 (range 101) :on py.client))") == 5050
        text = '(try (await (pmap (fn [x] (throw (new Error "no"))) [1] :on py.client)) (catch e e.message))'
        assert await lisp(text) == "no"


def test_a_python_function_needs_no_session() -> None:
    from polyrepl.repl.travel.batches import spread

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert asyncio.run(spread(abs, [-1, -2], pool, {})) == (True, [1, 2])


async def test_python_functions_of_the_program(lisp: Lisp, pool: ProcessPoolExecutor) -> None:
    """By their code, since no name leads to them there; alone, and in what a function captures."""
    assert await lisp("(py.defn sq [x] (* x x)) (await (pmap sq [1 2 3] :on py.pool))") == [1, 4, 9]
    assert await lisp("(await (pmap (fn [x] (inc (sq x))) [1 2 3] :on py.pool))") == [2, 5, 10]
    assert await lisp("(await (preduce (py.fn [a b] (+ a b)) 0 [1 2 3] :on py.pool))") == 6


async def test_an_interrupt_cancels(session: Session) -> None:
    begun: list[int] = []
    first, go_on = threading.Event(), threading.Event()

    def work(x: int) -> int:
        begun.append(x)
        first.set()
        go_on.wait(60)
        return x

    async def run(text: str) -> list[Any]:
        return [event async for event in session.eval(text)]

    threads = ThreadPoolExecutor(1)
    try:
        session.bridge.server.namespace.update(work=work, one=threads)
        task = asyncio.ensure_future(run("(await (pmap py.work (range 50) :on py.one :chunk 1))"))
        await asyncio.to_thread(first.wait, 20)
        session.interrupt()
        assert [event.severity for event in await task] == ["interrupt"]
    finally:
        go_on.set()
        threads.shutdown()
    assert begun == [0]


ON_RAY = """
(py.import ray)
(ray.init :num_cpus 2 :include_dashboard false :_node_ip_address "127.0.0.1" :log_to_driver false)
(py.defn half [x] (/ x 2))
(println (await (pmap (fn [x] (* x x)) (range 8) :on ray :chunk 3)) (ray.get (.remote (ray.remote half) 5)))
(defn bad [x] (throw (ex-info "no" {:x x} (error "why"))))
(py.defn pbad [x] (throw (ex-info "no" {:x x})))
(doseq [f [bad pbad]]
  (try (await (pmap f [1 2] :on ray :chunk 2))
    (catch e (println e.name (:x (ex-data e)) (ex-cause e) e.exception.item))))
(try (ray.get (.remote (ray.remote pbad) 5)) (catch e (println (ex-message e.cause) (:x (ex-data e.cause)))))
(ray.shutdown)
"""


def test_on_ray(tmp_path: Path) -> None:
    """Where it is installed; in a process of its own, which ends with all that Ray has begun."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed")
    (tmp_path / "program.lisp").write_text(ON_RAY)
    done = subprocess.run(
        [sys.executable, "-m", "polyrepl", "program.lisp"],
        cwd=tmp_path,
        env={**os.environ, "RAY_AUTH_MODE": "disabled"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stdout.splitlines() == [
        "[0 1 4 9 16 25 36 49] 2.5",
        "ExceptionInfo 1 #<Error: why> 0",
        "LispFailure 1 nil 0",
        "no 5",
    ], done.stderr
