"""What happens to the functions in a worker: errors, a lost Node, what is missing there."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
import pytest
from polyrepl.bridge import BridgeError, JSError, NodeLost

from .conftest import Lisp

pytestmark = pytest.mark.scale


@pytest.fixture
def worker() -> Iterator[ProcessPoolExecutor]:
    """One process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


async def test_an_error_shows_the_line_of_the_lisp(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    function = await lisp(
        '(defn check [x]\n  (let [y (* 2 x)]\n    (throw (new TypeError (str "no " y)))))\ncheck'
    )
    with pytest.raises(JSError) as caught:
        worker.submit(function, 4).result(60)
    error = caught.value
    assert (error.name, error.message) == ("TypeError", "no 8")
    assert error.lisp_place == "<test>:3:12"
    assert "at check (<test>:3:12)" in error.stack
    note, shown, caret = error.__notes__[0].split("\n")
    assert note == "in the Lisp: <test>:3:12"
    assert shown.strip() == '(throw (new TypeError (str "no " y)))))'
    assert caret.index("^") == shown.index("(new")


async def test_an_exception_of_python_s_keeps_its_class_and_has_the_line_too(
    lisp: Lisp, worker: ProcessPoolExecutor
) -> None:
    function = await lisp("(py.import math)\n(fn [x]\n  (math.sqrt x))")
    with pytest.raises(ValueError, match="math domain") as caught:
        worker.submit(function, -1).result(60)
    assert caught.value.__notes__[0].startswith("in the Lisp: <test>:3:3\n")


async def test_an_error_in_a_helper_is_shown_where_it_is(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    function = await lisp("(defn helper [x]\n  (x.missing 1))\n\n(defn outer [x]\n  (+ 1 (helper x)))\nouter")
    with pytest.raises(JSError) as caught:
        worker.submit(function, 1).result(60)
    assert caught.value.lisp_place == "<test>:2:3"
    assert "(<test>:5:8)" in caught.value.stack


async def test_a_killed_node_costs_its_task_and_no_other(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    whoami, fall = (
        await lisp("(fn [] process.pid)"),
        await lisp('(fn [] (process.kill process.pid "SIGKILL"))'),
    )
    first = worker.submit(whoami).result(60)
    with pytest.raises(NodeLost, match="SIGKILL"):
        worker.submit(fall).result(60)
    second = worker.submit(whoami).result(60)
    assert second != first
    # one that ends between two calls costs nothing: the call had not begun
    os.kill(second, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(second)] if psutil.pid_exists(second) else [], timeout=20)
    assert worker.submit(whoami).result(60) not in (first, second)


async def test_a_function_is_made_once_in_a_process(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    function = await lisp("(let [n 0] (fn [] (set! n (inc n))))")
    assert [worker.submit(function).result(60) for _ in range(3)] == [1, 2, 3]
    function()
    assert worker.submit(function).result(60) == 2  # with other captured values it is another one


async def test_what_the_worker_lacks_is_named(
    lisp: Lisp, tmp_path: Path, worker: ProcessPoolExecutor
) -> None:
    (tmp_path / "here.cjs").write_text("module.exports = { f: (x) => x };")
    package = tmp_path / "node_modules" / "onlyhere"
    package.mkdir(parents=True)
    (package / "index.js").write_text("exports.f = (x) => x;")
    by_file = await lisp('(js.import "./here.cjs" :as here) (fn [x] (here.f x))')
    by_name = await lisp('(js.import "onlyhere" :as only) (fn [x] (only.f x))')
    sent = [pickle.dumps(function) for function in (by_file, by_name)]
    (tmp_path / "here.cjs").unlink()
    (package / "index.js").unlink()
    package.rmdir()
    with pytest.raises(JSError) as caught:
        worker.submit(pickle.loads(sent[0]), 1).result(60)
    assert f"the file {tmp_path / 'here.cjs'} is not on this worker" in caught.value.message
    with pytest.raises(JSError) as caught:
        worker.submit(pickle.loads(sent[1]), 1).result(60)
    assert "the npm package onlyhere is not on this worker" in caught.value.message
    assert "polyrepl npm install onlyhere" in caught.value.message


OF_THE_PROGRAM = r"""
(py.exec "class Kept:\n  def __init__(self, n): self.n = n\n  def up(self): self.n += 1; return self.n")
(let [kept (py.Kept 4) same (py.list [kept])] (fn [] [(.up kept) (. (py.next (py.iter same)) n)]))
"""


async def test_objects_of_python_s_that_a_worker_lacks_cost_the_call(
    lisp: Lisp, only_here: str, worker: ProcessPoolExecutor
) -> None:
    """To unpickle them in the pool's own reading would end all of its processes."""
    function = await lisp(f'(py.import "{only_here}" :as here) (let [box (here.Box)] (fn [x] [x box]))')
    with pytest.raises(ModuleNotFoundError, match="only_here"):
        worker.submit(function, 1).result(60)
    assert worker.submit(await lisp("(fn [x] x)"), 1).result(60) == 1


async def test_objects_of_a_class_of_the_program(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    pytest.importorskip("cloudpickle")
    function = await lisp(OF_THE_PROGRAM)
    assert worker.submit(function).result(60) == [5, 5]
    assert pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(function))))() == [
        5,
        5,
    ]  # sent on, never called


async def test_another_version_is_refused_by_name(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    from polyrepl.repl.travel import LispFunction

    made = pickle.loads(pickle.dumps(await lisp("(defn f [] 1) f")))
    _, args = made.__reduce__()
    other = LispFunction(*args[:5], ("9.9", "24.0.0"), *args[6:])
    with pytest.raises(
        BridgeError, match=r"f was sent by polyrepl 9\.9 with Node 24\.0\.0, and this process has polyrepl "
    ):
        worker.submit(other).result(60)


async def test_what_is_printed_there_is_printed_there(lisp: Lisp, capfd: pytest.CaptureFixture[str]) -> None:
    function = await lisp('(fn [x] (println "from the worker" x) x)')
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(function, 3).result(60) == 3
    assert "from the worker 3\n" in capfd.readouterr().out


async def test_results_that_must_stay_are_refused(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    function = await lisp("(defclass Pair (constructor [a] (set! this.a a))) (fn [x] (new Pair x))")
    with pytest.raises(Exception, match="a JavaScript Pair cannot be sent to another process"):
        worker.submit(function, 1).result(60)
    assert worker.submit(await lisp("(fn [x] #{x 2})"), 1).result(60) == {1, 2}
    with pytest.raises(Exception, match="an iterator of JavaScript cannot be sent to another process"):
        worker.submit(await lisp("(fn [n] (dotimes [i n] (yield i)))"), 1).result(60)


async def test_typed_arrays_come_back_by_value(lisp: Lisp, worker: ProcessPoolExecutor) -> None:
    import numpy as np

    doubled = worker.submit(await lisp("(vectorize (fn [x] (* 2 x)))"), np.array([1.0, 2.5])).result(60)
    assert isinstance(doubled, np.ndarray) and doubled.dtype == np.float64 and doubled.tolist() == [2, 5]
    pair = worker.submit(await lisp("(fn [n] {:a (new Int16Array [n]) :b n})"), 3).result(60)
    assert pair["a"].dtype == np.int16 and pair["a"].tolist() == [3] and pair["b"] == 3
