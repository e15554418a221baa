"""Functions that are Python's beside Python's own, in one run: a call of each row, and a loop under numba.

In: nothing. Out: rows of a table: what, ours, the reference's. One that is not installed says so.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from polyrepl.lisp.python.making import function

ROWS = 200_000
TURNS = 3_000_000


def made(source: str, *values: Any) -> Any:
    """The function of a `py.fn`, compiled without a session."""
    from polyrepl.lisp import nodes as n
    from polyrepl.lisp.analyze.analyzer import Analyzer
    from polyrepl.lisp.analyze.scope import Scope
    from polyrepl.lisp.compiler import Compiler
    from polyrepl.lisp.lower.types import infer
    from polyrepl.lisp.python.form import written

    compiler = Compiler()
    (form,) = compiler.read(source)

    def work(form: Any) -> str:
        an = Analyzer(compiler.world)
        node = an.form(form, Scope(), False)
        infer(an.locals)
        assert isinstance(node, n.PyFn)
        return written(node, compiler.world.stack)[0]

    return function(compiler.world.guarded(work, form), *values)


def best(works: list[Callable[[], object]], times: int = 9) -> list[float]:
    """The shortest of some runs of each, by turns, in seconds: other work on the machine only adds to it."""
    found = [float("inf")] * len(works)
    for _ in range(times):
        for at, work in enumerate(works):
            start = time.perf_counter()
            work()
            found[at] = min(found[at], time.perf_counter() - start)
    return found


def beside(ours: Callable[[], object], theirs: Callable[[], object], count: int) -> tuple[str, str]:
    a, b = best([ours, theirs])
    return f"{a / count * 1e6:.4f} µs ({a / b:.2f} x)", f"{b / count * 1e6:.4f} µs"


def plain_cond(x: Any) -> Any:
    return 0 if x < 10 else 1 if x < 100_000 else 2


def plain_loop(n: int) -> float:
    """What the Lisp's loop means, written for numba by hand: `/` by zero is infinite, or no number."""
    i, acc = 0, 0.0
    while i < n:
        rest = i % 7 + 1  # never 0, which the machine does not know: a sum of no number is no loop any more
        if rest != 0:
            acc += i / rest
        else:
            acc += math.inf if i > 0 else -math.inf if i < 0 else math.nan
        i += 1
    return acc


def python_functions(peers: object) -> Iterator[tuple[str, str, str]]:
    """`py.fn` in pandas, polars and numba."""
    try:
        import pandas
    except ImportError:
        yield "py.fn in pandas.apply", "pandas is not installed", ""
        return
    series = pandas.Series(range(ROWS))
    double, cond = (
        made("(py.fn [x] (+ (* x 2) 1))"),
        made("(py.fn [x] (cond (< x 10) 0 (< x 100000) 1 :else 2))"),
    )
    yield (
        "py.fn in pandas.apply, x*2+1, a row (target 1.1 x)",
        *beside(lambda: series.apply(double), lambda: series.apply(lambda x: x * 2 + 1), ROWS),
    )
    yield (
        "py.fn in pandas.apply, a cond of three, a row (target 1.1 x)",
        *beside(lambda: series.apply(cond), lambda: series.apply(plain_cond), ROWS),
    )
    try:
        import numba
    except ImportError:
        yield "py.fn under numba", "numba is not installed", ""
        return
    loop = "(loop [i 0 acc 0.0] (if (< i n) (recur (inc i) (+ acc (let [r (inc (mod i 7))] (/ i r)))) acc))"
    ours, theirs = numba.njit(made(f"(py.fn [n] {loop})")), numba.njit(plain_loop)
    ours(10), theirs(10)
    yield (
        "py.fn under numba, a loop with / and mod, a turn (target 1.05 x)",
        *beside(lambda: ours(TURNS), lambda: theirs(TURNS), TURNS),
    )
