"""Dask, joblib and pools of processes take functions of the Lisp as any others."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from polyrepl.bridge import JSError

from .conftest import HERE, Lisp

pytestmark = [pytest.mark.scale, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A cluster of two processes on this machine, without a dashboard."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, **HERE) as cluster,
        Client(cluster) as client,
    ):
        yield client


async def test_submit_map_and_gather(lisp: Lisp, client: Any) -> None:
    function = await lisp("(def base 100) (defn near [x] (+ base x)) near")
    assert client.submit(function, 1).result(60) == 101
    assert client.gather(client.map(function, range(20))) == list(range(100, 120))
    from distributed import as_completed

    assert sorted(task.result() for task in as_completed(client.map(function, [7, 8]))) == [107, 108]


async def test_errors_come_back_as_they_are(lisp: Lisp, client: Any) -> None:
    function = await lisp("(defn fall [x]\n  (throw (new RangeError (str x))))\nfall")
    with pytest.raises(JSError) as caught:
        client.submit(function, 5).result(60)
    assert (caught.value.name, caught.value.message, caught.value.lisp_place) == (
        "RangeError",
        "5",
        "<test>:2:10",
    )


async def test_delayed_and_bag(lisp: Lisp, client: Any) -> None:
    import dask
    import dask.bag

    square, even = await lisp("(fn [x] (* x x))"), await lisp("(fn [x] (= 0 (mod x 2)))")
    assert dask.delayed(square)(dask.delayed(square)(3)).compute() == 81
    assert dask.bag.from_sequence(range(6), npartitions=2).map(square).filter(even).compute() == [0, 4, 16]


async def test_a_killed_node_does_not_end_the_worker(lisp: Lisp, client: Any) -> None:
    from polyrepl.bridge import NodeLost

    fall = await lisp('(fn [] (process.kill process.pid "SIGKILL"))')
    before = set(client.scheduler_info()["workers"])
    with pytest.raises(NodeLost):
        client.submit(fall, pure=False, retries=0).result(60)
    assert client.submit(await lisp("(fn [x] (inc x))"), 1).result(60) == 2
    assert set(client.scheduler_info()["workers"]) == before


async def test_joblib(lisp: Lisp) -> None:
    joblib = pytest.importorskip("joblib")
    function = await lisp("(let [k 3] (fn [x] (* k x)))")
    assert joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(function)(x) for x in range(6)) == [
        0,
        3,
        6,
        9,
        12,
        15,
    ]


async def test_a_pool_of_processes_maps(lisp: Lisp) -> None:
    function = await lisp("(let [k 3] (fn [x] (* k x)))")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(function, range(6), chunksize=2)) == [0, 3, 6, 9, 12, 15]


async def test_many_threads_of_one_worker(lisp: Lisp) -> None:
    """They share one Node, call it at the same time and wait for its promises."""
    from distributed import Client, LocalCluster

    later = await lisp("(py.import math) (fn [x] (await (sleep 1)) (+ x (math.sqrt 4)))")
    at_once = await lisp("(fn [n] (reduce + (map (fn [x] (math.sqrt (* x x))) (range n))))")
    with (
        LocalCluster(n_workers=1, threads_per_worker=8, **HERE) as cluster,
        Client(cluster) as client,
    ):
        tasks = client.map(later, range(60)), client.map(at_once, range(60))
        assert client.gather(tasks[0]) == [x + 2 for x in range(60)]
        assert client.gather(tasks[1]) == [sum(range(n)) for n in range(60)]
