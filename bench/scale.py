"""What functions in other processes cost: a call alone, in a chunk, a row; the first call, a pickle.

In: nothing; two worker processes are begun here. Out: a Markdown table, each figure beside Python's own.

    python bench/scale.py
"""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from polyrepl.repl.session import Session

CALLS, CHUNK = 100_000, 1_000


def double(x: int) -> int:
    return 2 * x + 1


def python_chunk(items: list[int]) -> list[int]:
    return [double(item) for item in items]


def best(ask: Callable[[], Any], times: int = 5) -> float:
    """Seconds of the fastest of several."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        took.append(time.perf_counter() - begun)
    return min(took)


async def value(session: Session, text: str) -> Any:
    """What the last form gives."""
    async for _ in session.eval(text):
        pass
    return session.node.module().lastResult()


def rows(function: Any, column: Any) -> list[tuple[str, str, str]]:
    """(what, polyrepl's, Python's) of a function and the same over columns."""
    from polyrepl.repl.travel.batches import map_chunk

    chunks = [list(range(at, at + CHUNK)) for at in range(0, CALLS, CHUNK)]
    context = multiprocessing.get_context("spawn")
    made: list[tuple[str, str, str]] = []

    def add(what: str, unit: str, ours: float, theirs: float | None = None) -> None:
        made.append((what, f"{ours:.3g} {unit}", "" if theirs is None else f"{theirs:.3g} {unit}"))

    pickled = pickle.dumps(function)
    add("dumps, warm", "ms", best(lambda: pickle.dumps(function), 20) * 1e3)
    add("loads", "µs", best(lambda: [pickle.loads(pickled) for _ in range(1000)]) * 1e3)
    sent = pickle.loads(pickled)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(abs, 1).result()
        begun = time.perf_counter()
        pool.submit(sent, 1).result()
        add("first call in a worker", "s", time.perf_counter() - begun)
        each = best(lambda: [pool.submit(sent, n).result() for n in range(200)]) / 200
        theirs = best(lambda: [pool.submit(double, n).result() for n in range(200)]) / 200
        add("a task of one call", "µs", each * 1e6, theirs * 1e6)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for warm in (sent, double, sent, double):
            list(pool.map(warm, range(4)))

        def ours() -> None:
            for task in [pool.submit(map_chunk, sent, chunk) for chunk in chunks]:
                task.result()

        def python_s() -> None:
            for task in [pool.submit(python_chunk, chunk) for chunk in chunks]:
                task.result()

        ours()
        add(
            f"{CALLS:,} calls in {len(chunks)} chunks, a call",
            "µs",
            best(ours) / CALLS * 1e6,
            best(python_s) / CALLS * 1e6,
        )
    made += on_dask(sent, chunks)
    import numpy as np

    numbers = np.arange(1e6)
    plain = numbers.tolist()
    theirs = best(lambda: [double(x) for x in plain])
    add("a row of vectorize", "µs", best(lambda: np.asarray(column(numbers))), theirs)
    return made


def on_dask(sent: Any, chunks: list[list[int]]) -> list[tuple[str, str, str]]:
    """(what, polyrepl's, Python's) of many small calls in tasks of Dask on two processes."""
    from distributed import Client, LocalCluster
    from polyrepl.repl.travel.batches import map_chunk

    here = "127.0.0.1:0"
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=here,
            worker_dashboard_address=here,
        ) as cluster,
        Client(cluster) as client,
    ):

        def ours() -> None:
            client.gather([client.submit(map_chunk, sent, chunk, pure=False) for chunk in chunks])

        def theirs() -> None:
            client.gather([client.submit(python_chunk, chunk, pure=False) for chunk in chunks])

        ours(), theirs()
        took = [float("inf")] * 2
        for _ in range(5):
            took = [min(took[0], best(ours, 1)), min(took[1], best(theirs, 1))]
    what = f"{CALLS:,} calls in {len(chunks)} tasks of Dask, a call"
    a, b = (each / CALLS * 1e6 for each in took)
    return [(what, f"{a:.3g} µs ({a / b:.2f} x)", f"{b:.3g} µs")]


async def main() -> None:
    session = Session()
    try:
        function = await value(session, "(defn double [x] (+ (* 2 x) 1)) double")
        column = await value(session, "(vectorize double)")
        print("| what | polyrepl | Python |\n|---|---|---|")
        for row in rows(function, column):
            print("| " + " | ".join(row) + " |", flush=True)
    finally:
        session.close()


if __name__ == "__main__":
    asyncio.run(main())
