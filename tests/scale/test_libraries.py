"""The libraries that `.ci/run` installs for this group alone: numba, polars, scipy, Dask's frames.

Each takes functions of `py.fn` as its own kind, with the Lisp's meaning, and functions of the Lisp as
callables. Where a library is not installed its test is skipped and says so (`pytest -rs`).
"""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from .conftest import HERE, Lisp

pytestmark = [pytest.mark.scale, pytest.mark.timeout(300)]

GRADE = "(py.defn grade [x] (cond (< x 2) 0.0 (= x 2) 1.0 :else (/ x 0))) grade"


async def test_numba_keeps_the_meaning(lisp: Lisp) -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed")
    import numpy as np

    grade = await lisp(GRADE)
    assert numba.vectorize(grade)(np.array([0.0, 2.0, 3.0])).tolist() == [0.0, 1.0, float("inf")]
    text = (
        "(py.defn walk [n] (loop [i 0 s 0.0] (if (= i n) s"
        " (recur (inc i) (+ s (if 0 (/ i 2) -1000) (mod (- i) 3) (quot (- i) 2)))))) walk"
    )
    walk = await lisp(text)
    assert numba.njit(walk)(10) == walk(10) == sum(i / 2 + -i % 3 - i // 2 for i in range(10))
    doubled = await lisp("(py.import numba) (def fast (numba.njit (py.fn [x] (* 2 x)))) (py.fn [x] (fast x))")
    assert doubled(4) == 8


async def test_a_function_that_numba_has_compiled_travels(lisp: Lisp, workers: ProcessPoolExecutor) -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed")
    cloudpickle = pytest.importorskip("cloudpickle")
    compiled = numba.njit(await lisp("(py.defn half [x] (/ x 2)) half"))
    assert compiled(3) == 1.5
    import pickle

    sent = cloudpickle.dumps(compiled)
    assert pickle.loads(sent)(3) == 1.5
    assert workers.submit(pickle.loads, cloudpickle.dumps(compiled)).result(120)(5) == 2.5


async def test_polars(lisp: Lisp) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    series = polars.Series([0.0, 2.0, 3.0])
    found = series.map_elements(await lisp(GRADE), return_dtype=polars.Float64)
    assert found.to_list() == [0.0, 1.0, float("inf")]
    of_node = await lisp("(fn [x] (+ x 0.25))")
    assert series.map_elements(of_node, return_dtype=polars.Float64).to_list() == [0.25, 2.25, 3.25]
    frame = polars.DataFrame({"a": [1, 2], "b": [3, 4]})
    row = await lisp("(py.fn [row] (+ (nth row 0) (* 10 (nth row 1))))")
    assert frame.map_rows(row).to_series().to_list() == [31, 42]


async def test_scipy(lisp: Lisp) -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is not installed")
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is not installed")
    for head in ("py.fn", "fn"):
        assert abs(optimize.brentq(await lisp(f"({head} [x] (- (* x x) 2))"), 0, 2) - 2**0.5) < 1e-9
        assert abs(integrate.quad(await lisp(f"({head} [x] (* x x))"), 0, 3)[0] - 9) < 1e-9
    least = optimize.minimize(await lisp("(py.fn [v] (+ (** (- (nth v 0) 1) 2) (** (nth v 1) 2)))"), [5, 5])
    assert abs(least.x[0] - 1) < 1e-4 and abs(least.x[1]) < 1e-4


async def test_pandas_and_the_standard_library(lisp: Lisp) -> None:
    pandas = pytest.importorskip("pandas")
    for text in (GRADE, GRADE.replace("py.defn", "defn")):
        assert pandas.Series([0, 2, 3]).apply(await lisp(text)).tolist() == [0, 1, float("inf")]
    frame = pandas.DataFrame({"a": [1, 2], "b": [3, 4], "k": ["x", "x"]})
    assert frame.apply(await lisp('(py.fn [row] (+ (get row "a") row.b))'), axis=1).tolist() == [4, 6]
    total = frame.groupby("k").agg({"a": await lisp("(py.fn [column] (reduce + column))")})
    assert total["a"].tolist() == [3]
    fib = functools.cache(await lisp("(py.defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) fib"))
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(fib(12))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [144] * 4


async def test_frames_of_dask(lisp: Lisp) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed, which dask.dataframe needs")
    import dask.dataframe
    import pandas
    from distributed import Client, LocalCluster

    frame = pandas.DataFrame({"price": [10.0, 20.0, 30.0, 40.0]})
    taxed = await lisp(
        "(def rate 0.25) (defn with-tax [part] (part.assign :tax (* rate part.price))) with-tax"
    )
    plain = await lisp("(py.defn with-tax2 [part] (.assign part :tax (* 0.25 part.price))) with-tax2")
    with LocalCluster(n_workers=2, threads_per_worker=1, **HERE) as cluster, Client(cluster):
        parts: Any = dask.dataframe.from_pandas(frame, npartitions=2)
        meta = frame.assign(tax=1.0).head(0)
        for function in (taxed, plain):
            assert parts.map_partitions(function, meta=meta).compute()["tax"].tolist() == [2.5, 5, 7.5, 10]
