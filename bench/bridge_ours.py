"""Our bridge: one figure of the table in bridge_rows.py. Prints {"value": number} as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from polyrepl.bridge import Bridge
from polyrepl.bridge.process import find_node
from timing import best, main, milliseconds, resident

bridge = Bridge()
LEAST = """
globalThis.$py = globalThis[Symbol.for("polyrepl.$py")];
globalThis.least = (run, calls = 1000, rounds = 10) => {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run(i);
    best = Math.min(best, ((performance.now() - start) / calls) * 1e3);
  }
  return best;
};
"""


def py_to_js() -> float:
    add = bridge.eval("(x) => x + 1")
    return best(lambda: add(1), rounds=30)


def js_to_py() -> float:
    return float(bridge.eval("const abs = $py.builtins.abs; least(() => abs(-5))"))


SILENCE = 0.05  # seconds


def after_silence(call: Callable[[], object]) -> float:
    """Median of what the first call after a silence takes, in microseconds."""
    took = []
    for _ in range(40):
        time.sleep(SILENCE)
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return statistics.median(took) * 1e6


def silent_to_js() -> float:
    add = bridge.eval("(x) => x + 1")
    return after_silence(lambda: add(1))


def silent_to_py() -> float:
    """The same from JavaScript, which holds its own thread still meanwhile."""
    times = bridge.eval(
        "const abs = $py.builtins.abs; const still = new Int32Array(new SharedArrayBuffer(4));"
        "Array.from({ length: 40 }, () => { Atomics.wait(still, 0, 0, " + str(SILENCE * 1e3) + ");"
        "const start = performance.now(); abs(-5); return (performance.now() - start) * 1e3 })"
    )
    return statistics.median(times)


def silent_pipes() -> float:
    """A byte to another process and back by two pipes, which is what waking it takes of the system."""
    echo = "import os\nwhile byte := os.read(0, 1): os.write(1, byte)"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", echo], stdin=pipe, stdout=pipe, bufsize=0) as child:
        to, back = child.stdin, child.stdout
        assert to is not None and back is not None
        return after_silence(lambda: (to.write(b"x"), back.read(1)))


def silent_bare() -> float:
    """The same by a Node that does no more than call a function with a number of JSON's."""
    add = 'process.stdin.on("data", (text) => fs.writeSync(1, JSON.stringify(JSON.parse(text)[5] + 1)))'
    pipe = subprocess.PIPE
    with subprocess.Popen([find_node(), "-e", add], stdin=pipe, stdout=pipe, bufsize=0) as child:
        to, back = child.stdin, child.stdout
        assert to is not None and back is not None

        def call() -> object:
            to.write(json.dumps([7, 0, 0, 3, None, 1]).encode())
            return json.loads(back.read(100))

        call()
        value = after_silence(call)
        to.close()
        return value


def chain() -> float:
    return float(
        bridge.eval("const os = $py('os'); least(() => $py.call(os, ['path', 'basename'], ['a/b']))")
    )


def in_flight() -> float:
    f = bridge.eval("async (x) => x + 1")

    async def run() -> float:
        async def all_() -> None:
            values = await asyncio.gather(*[bridge.call_async(f, i) for i in range(1000)])
            assert values[-1] == 1000

        times = []
        for _ in range(30):
            start = asyncio.get_running_loop().time()
            await all_()
            times.append(asyncio.get_running_loop().time() - start)
        return min(times) * 1e3

    return asyncio.run(run())


def in_flight_back() -> float:
    async def add(x: int) -> int:
        return x + 1

    f = bridge.eval(
        "async (f) => { let best = Infinity; for (let r = 0; r < 30; r++) { const start = performance.now();"
        "await Promise.all(Array.from({ length: 1000 }, (_, i) => $py.async(f, [], [i])));"
        "best = Math.min(best, performance.now() - start) } return best }"
    )
    return float(asyncio.run(bridge.call_async(f, add)))


def sleeps() -> float:
    async def nap(x: int) -> int:
        await asyncio.sleep(0.01)
        return x

    f = bridge.eval(
        "async (f) => { let best = Infinity; for (let r = 0; r < 5; r++) { const start = performance.now();"
        "await Promise.all(Array.from({ length: 100 }, (_, i) => $py.async(f, [], [i])));"
        "best = Math.min(best, performance.now() - start) } return best }"
    )
    return float(asyncio.run(bridge.call_async(f, nap)))


def sorted_key() -> float:
    negate = bridge.eval("(x) => -x")
    return milliseconds(lambda: sorted(range(1000), key=negate))


def nested() -> float:
    down = bridge.eval("(f, n) => n === 0 ? 0 : 1 + f(n - 1)")

    def up(n: int) -> int:
        return 0 if n == 0 else 1 + int(down(up, n - 1))

    assert up(300) == 300
    return milliseconds(lambda: up(300))


def array_to_js() -> float:
    import numpy

    array = numpy.arange(1e6)
    take = bridge.eval("(x) => $py.toJs(x).length")
    assert take(array) == 1_000_000
    return milliseconds(lambda: take(array), rounds=60)


def array_to_py() -> float:
    import numpy

    make = bridge.eval("const numbers = new Float64Array(1e6).fill(1.5); () => numbers")
    assert numpy.asarray(make()).sum() == 1.5e6
    return milliseconds(lambda: numpy.asarray(make())[5], rounds=60)


def array_shared() -> float:
    import numpy

    with bridge.shared_arrays():
        array = numpy.arange(1e6)
    take = bridge.eval("(x) => $py.toJs(x).length")
    assert take(array) == 1_000_000
    return milliseconds(lambda: take(array), rounds=60)


def array_copied() -> float:
    """One memcpy, which no copy to another process can beat."""
    import numpy

    array = numpy.arange(1e6)
    blocks = [numpy.empty(1_000_000) for _ in range(20)]  # else it stays within the cache
    for block in blocks:
        block[:] = array
    turn = iter(range(1 << 30))
    return milliseconds(lambda: numpy.copyto(blocks[next(turn) % 20], array), rounds=60)


def iterate() -> float:
    items = list(range(100_000))
    walk = bridge.eval("(xs) => { let sum = 0; for (const x of xs) sum += x; return sum }")
    assert walk(items) == sum(items)
    return milliseconds(lambda: walk(items))


def iterate_back() -> float:
    items = bridge.eval("$py.byRef(Array.from({ length: 100000 }, (_, i) => i))")
    return milliseconds(lambda: sum(items))


def memory() -> float:
    """Growth in megabytes of both processes over 100,000 short-lived proxies on each side; 1e9 when any
    handle is left."""

    def use(count: int) -> None:
        make = bridge.eval("(i) => () => i")
        for i in range(count):
            make(i)
        bridge.eval("(f, n) => { for (let i = 0; i < n; i++) f(i) }")(lambda i: [i], count)

    pid: Any = bridge.pid
    use(30_000)
    gc.collect()
    start = bridge.stats(collect=True)
    before = resident() + resident(pid)
    use(100_000)
    gc.collect()
    end = bridge.stats(collect=True)
    growth = resident() + resident(pid) - before
    return growth if end == start else 1e9


ROWS = {
    "py_to_js": py_to_js,
    "js_to_py": js_to_py,
    "silent_to_js": silent_to_js,
    "silent_to_py": silent_to_py,
    "silent_pipes": silent_pipes,
    "silent_bare": silent_bare,
    "chain": chain,
    "in_flight": in_flight,
    "in_flight_back": in_flight_back,
    "sleeps": sleeps,
    "sorted": sorted_key,
    "nested": nested,
    "array_to_js": array_to_js,
    "array_to_py": array_to_py,
    "array_shared": array_shared,
    "array_copied": array_copied,
    "iterate": iterate,
    "iterate_back": iterate_back,
    "memory": memory,
}
bridge.eval(LEAST)
try:
    main(ROWS)
finally:
    bridge.close()
os._exit(0)
