"""A soak of the bridge: mixed traffic with faults, for as long as you like.

In: seconds to run, a seed. Out: one line per report, exit code 0 when, in the end, every answer was right,
both object tables are as large as at the start, memory has not grown without end, and no process,
descriptor or shared memory is left; 1 otherwise. It runs on what the environment says (`POLYREPL_TRANSPORT`).

    python bench/soak.py 600

A watchdog ends a run that hangs: an action that has not ended in a minute, and where every thread stands, is
printed, and the exit code is 1.

Traffic: calls both ways, nested callbacks, proxies that live and die, arrays, copied and shared, promises,
coroutines, threads, output, exceptions. Faults: interrupts at any moment, also by the signal, errors thrown
at any depth, Node killed, Node exiting, cancelled tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import gc
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
from polyrepl.bridge import Bridge, BridgeError, JSError, NodeLost

HANGS = 60  # seconds that no action takes, on whatever machine

SETUP = """
globalThis.$py = globalThis[Symbol.for("polyrepl.$py")];
globalThis.soak = {
  add: (a, b) => a + b,
  same: (x) => x,
  apply: (f, ...xs) => f(...xs),
  deep: (f, n) => n === 0 ? 0 : 1 + f(n - 1),
  fresh: (i) => ({ __proto__: class {}.prototype, i, f: () => i }),
  churn: (make, n) => { let s = 0; for (let i = 0; i < n; i++) s += make(i).length; return s },
  fail: (text) => { throw new RangeError(text) },
  later: (x, ms) => new Promise((r) => setTimeout(() => r(x), ms)),
  stream: async function* (n) { for (let i = 0; i < n; i++) { await null; yield i } },
  count: (it) => { let n = 0; for (const _ of it) n++; return n },
  numbers: (n) => new Float64Array(n).fill(1.5),
  twice: (x) => { for (let i = 0; i < x.length; i++) x[i] *= 2; return x },
  total: (x) => $py.toJs(x).reduce((a, b) => a + b, 0),
  print: (n) => { for (let i = 0; i < n; i++) console.log("line", i) },
  gather: (f, n) => Promise.all(Array.from({ length: n }, (_, i) => $py.async(f, [], [i]))),
  forever: () => { for (;;); },
  pending: () => new Promise(() => {}),
  exit: () => process.exit(7),
};
"""


class Soak:
    """Random actions on one bridge, each of which checks its own answer."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.lines = 0
        self.bridge = Bridge(output=self._output)
        self.pids: set[int] = set()
        self.js: dict[str, Any] = {}
        self.generation: int | None = None
        self.now = ""

    def _output(self, stream: str, text: str, form: int | None) -> None:
        self.lines += text.count("\n")

    def check(self, name: str, good: bool) -> None:
        if not good:
            self.wrong.append(f"{name} gave a wrong answer")

    def ready(self) -> None:
        """Node runs and knows the soak's functions (again, when it was lost)."""
        if self.bridge.alive and self.bridge.pid == self.generation:
            return
        self.js.clear()
        self.bridge.eval(SETUP)
        self.generation = self.bridge.pid
        assert self.generation is not None
        self.pids.add(self.generation)
        names = self.bridge.eval("Object.keys(soak)")
        self.js.update((name, self.bridge.eval(f"soak.{name}")) for name in names)

    # ---- traffic

    async def calls(self) -> None:
        add, apply = self.js["add"], self.js["apply"]
        for i in range(200):
            self.check("add", add(i, 1) == i + 1)
            self.check("apply", apply(max, i, 5) == max(i, 5))

    async def nesting(self) -> None:
        deep, depth = self.js["deep"], self.random.randrange(1, 120)

        def up(n: int) -> int:
            return 0 if n == 0 else 1 + int(deep(up, n - 1))

        self.check("nesting", up(depth) == depth)

    async def proxies(self) -> None:
        same, fresh = self.js["same"], self.js["fresh"]
        for i in range(300):
            thing = [i]
            self.check("identity", same(thing) is thing)
            self.check("fresh", fresh(i).f() == i)
        self.check("churn", self.js["churn"](lambda i: [i], 1000) == 1000)

    async def arrays(self) -> None:
        import numpy

        size = self.random.randrange(1, 200_000)
        self.check("numbers", numpy.asarray(self.js["numbers"](size)).sum() == size * 1.5)
        self.check("total", self.js["total"](numpy.full(size, 2.0)) == 2.0 * size)

    async def shared(self) -> None:
        """The same pages in both languages, and what is born in them."""
        import numpy

        size = self.random.randrange(1, 200_000)
        array = self.bridge.share(numpy.full(size, 1.5))
        same = self.js["twice"](array)
        self.check("shared", same is array and bool((array == 3.0).all()))
        with self.bridge.shared_arrays():
            born = numpy.arange(float(size)) + 1
        self.check("born", self.js["total"](born) == size * (size + 1) / 2)

    async def promises(self) -> None:
        later = self.js["later"]
        values = await asyncio.gather(*[self.bridge.call_async(later, i, i % 5) for i in range(100)])
        self.check("promises", values == list(range(100)))
        self.check("stream", [x async for x in self.js["stream"](20)] == list(range(20)))

    async def coroutines(self) -> None:
        async def nap(i: int) -> int:
            await asyncio.sleep(i % 3 / 1000)
            return i * 2

        values = await self.bridge.call_async(self.js["gather"], nap, 50)
        self.check("coroutines", values == [i * 2 for i in range(50)])

    async def iteration(self) -> None:
        self.check("count", self.js["count"](iter(range(3000))) == 3000)

    async def threads(self) -> None:
        add, results = self.js["add"], []

        def work() -> None:
            results.append(sum(add(i, 0) for i in range(100)))

        def wait() -> None:
            workers = [threading.Thread(target=work) for _ in range(3)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()

        self.js["apply"](wait)
        self.check("threads", results == [4950] * 3)

    async def printing(self) -> None:
        before = self.lines
        await self.bridge.call_async(self.js["print"], 500, form=self.random.randrange(1, 1000))
        self.check("printing", self.lines - before == 500)

    # ---- faults

    async def throws(self) -> None:
        fail, apply = self.js["fail"], self.js["apply"]
        try:
            apply(lambda: apply(lambda: fail("deep")))
        except JSError as error:
            self.check("throws", (error.name, error.message) == ("RangeError", "deep"))
        else:
            self.check("throws", False)
        error = ValueError("mine")

        def raises() -> None:
            raise error

        try:
            apply(lambda: apply(raises))
        except ValueError as caught:
            self.check("raises", caught is error)

    async def cancels(self) -> None:
        tasks = [asyncio.ensure_future(self.bridge.call_async(self.js["later"], 1, 50)) for _ in range(20)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def interrupts(self) -> None:
        """Rung 1 or 2, at a random moment; also where nothing runs any more."""
        what = self.random.choice(["forever", "pending", "later"])
        pause, ended = self.random.random() * 0.05, threading.Event()

        def press() -> None:
            time.sleep(pause)
            while not self.bridge.interrupt() and not ended.wait(0.001):
                pass  # sent too early, it says so, and is sent again

        presser = threading.Thread(target=press)
        presser.start()
        arguments = (1, 10) if what == "later" else ()
        with contextlib.suppress(KeyboardInterrupt):
            await self.bridge.call_async(self.js[what], *arguments, form=self.random.randrange(1, 1000))
        ended.set()
        presser.join()
        await asyncio.sleep(0)

    async def presses(self) -> None:
        """Ctrl-C while calls by value follow each other: one that comes just while the proxy of a result is
        made may leave that to the end of Node. Once more where the first came to nothing, since a call had
        its answer before it was stopped."""
        pause, ended = self.random.random() * 0.01, threading.Event()

        def press() -> None:
            time.sleep(pause)
            while not ended.is_set():
                signal.raise_signal(signal.SIGINT)
                ended.wait(3.0)

        presser = threading.Thread(target=press)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            presser.start()
            if self.random.random() < 0.3:
                self.js["forever"]()
            while True:
                self.js["add"](1, 2)
                self.js["same"](b"bytes")
        except KeyboardInterrupt:
            pass
        finally:
            while presser.is_alive():
                with contextlib.suppress(KeyboardInterrupt):
                    ended.set()
                    presser.join()
            signal.signal(signal.SIGINT, before)
        self.check("presses", self.js["add"](1, 2) == 3)

    async def kills(self) -> None:
        """Node dies under a call, or between calls."""
        pid = self.bridge.pid
        assert pid is not None
        if self.random.random() < 0.5:
            timer = threading.Timer(self.random.random() * 0.02, os.kill, [pid, signal.SIGKILL])
            timer.start()
            with contextlib.suppress(NodeLost):
                await self.bridge.call_async(self.js["pending"])
            timer.join()
        else:
            with contextlib.suppress(NodeLost):
                self.js["apply"](self.js["exit"])
        self.check("kills", not self.bridge.alive)

    # ---- the whole

    async def run(self, seconds: float, report: float = 30.0) -> None:
        """Do everything once, then act at random until the time is over."""
        actions: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (8, self.calls), (4, self.nesting), (6, self.proxies), (4, self.arrays), (4, self.shared),
            (6, self.promises), (4, self.coroutines), (4, self.iteration), (3, self.threads),
            (3, self.printing), (6, self.throws), (3, self.cancels), (2, self.interrupts), (2, self.presses),
            (1, self.kills),
        ]  # fmt: skip
        weights = [weight for weight, _ in actions]
        first = self.random.sample(actions, len(actions))
        end = time.monotonic() + seconds
        shown = time.monotonic()
        while first or time.monotonic() < end:
            _, action = first.pop() if first else self.random.choices(actions, weights)[0]
            self.now = action.__name__
            faulthandler.dump_traceback_later(2 * HANGS, exit=True)
            tell = asyncio.get_running_loop().call_later(HANGS, self.hangs)
            self.ready()
            try:
                await action()
            except (JSError, BridgeError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                self.wrong.append(f"{action.__name__} raised {error!r}")
            tell.cancel()
            self.done[action.__name__] += 1
            if time.monotonic() - shown > report:
                shown = time.monotonic()
                print(f"{sum(self.done.values())} actions, {self.sizes()}, {resident()} MB", flush=True)

    def hangs(self) -> None:
        """Say what does not end; a loop that does not even come by here is faulthandler's affair."""
        print(f"HANGS: {self.now} after {sum(self.done.values())} actions", flush=True)
        for task in asyncio.all_tasks():
            task.print_stack(file=sys.stdout)
        faulthandler.dump_traceback(sys.stdout)
        os._exit(1)

    def sizes(self) -> tuple[int, int, int, int]:
        """Both tables, seen from both sides."""
        self.ready()
        stats = self.bridge.stats(collect=True)
        python, node = stats["python"], stats["node"]
        return python["objects"], node["proxies"], node["objects"], python["proxies"]

    def held(self) -> int:
        """Megabytes this process holds, but for the free blocks of the shared memory that are kept."""
        return resident() - int(self.bridge.stats()["arrays"]["cached"]) // 2**20


def resident() -> int:
    """Megabytes this process holds."""
    return int(psutil.Process().memory_info().rss) // 2**20


def descriptors() -> int:
    """How many this process has open."""
    return int(psutil.Process().num_fds())


def shared_memory() -> list[str]:
    """Of the bridge's, what is mapped here; nothing of it has a name (`/dev/shm` is that of all programs)."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as file:
            return [line.split()[-1] for line in file if "/memfd:" in line and "polyrepl" in line]
    except OSError:  # not Linux
        return []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def soak(seconds: float, seed: int) -> list[str]:
    """Run and return what was wrong."""
    faulthandler.dump_traceback_later(HANGS, exit=True)
    opened = descriptors()
    this = Soak(seed)
    this.ready()
    print(f"by {this.bridge.stats()['transport']['kind']}", flush=True)
    for warm in (this.calls, this.arrays, this.shared):  # NumPy is loaded, too
        await warm()
    start = this.sizes()
    memory = this.held()
    await this.run(seconds)
    faulthandler.dump_traceback_later(HANGS, exit=True)
    this.ready()
    gc.collect()
    await asyncio.sleep(0)
    for _ in range(20):  # a collector may want to be asked more than once
        end = this.sizes()
        if end == start:
            break
        await asyncio.sleep(0.05)
    if end != start:
        this.wrong.append(f"the tables were {start} at the start and are {end}")
    # Room for the interpreter's own arenas; a leak of proxies or arrays is far larger than that.
    if this.held() - memory > 40:
        this.wrong.append(f"memory grew from {memory} to {this.held()} MB")
    this.bridge.close()
    this.js.clear()
    gc.collect()
    await asyncio.sleep(0)
    if descriptors() > opened + 1:  # the loop's threads may have one
        this.wrong.append(f"there were {opened} descriptors and are {descriptors()}")
    if shared_memory():
        this.wrong.append(f"shared memory is left: {shared_memory()}")
    faulthandler.cancel_dump_traceback_later()
    left = [pid for pid in this.pids if alive(pid)]
    if left:
        this.wrong.append(f"processes are left: {left}")
    for name, count in sorted(this.done.items()):
        print(f"{name:12} {count}")
    print(f"{len(this.pids)} Node processes, tables {end}, {memory} -> {resident()} MB, seed {seed}")
    return this.wrong


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seconds", type=float, nargs="?", default=600.0)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    wrong = asyncio.run(soak(chosen.seconds, chosen.seed))
    for line, times in Counter(wrong).items():
        print(f"WRONG ({times}x): {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
