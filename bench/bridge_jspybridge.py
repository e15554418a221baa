"""The reference for Python -> JS calls: JSPyBridge. Prints microseconds per call as JSON."""

import json
import time

from javascript import eval_js, require  # type: ignore[import-not-found]

path = require("path")


def best(run, rounds: int = 5, calls: int = 300) -> float:  # type: ignore[no-untyped-def]
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        times.append((time.perf_counter() - start) / calls * 1e6)
    return min(times)


basename = path.basename
call = best(lambda: basename("a/b"))
negate = eval_js("(x) => -x")
start = time.perf_counter()
sorted(range(1000), key=negate)
print(json.dumps({"call": call, "sorted": (time.perf_counter() - start) * 1e3}))
