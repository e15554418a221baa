"""Concurrency: thousands of calls in both directions, threads, cancellation, and the waits that could never
end."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import random
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError, WouldBlock
from polyrepl.bridge.pending import heard, unbegun

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


async def test_a_thousand_in_flight_both_ways(js: Bridge) -> None:
    f = js.eval("async (x) => { await new Promise((r) => setTimeout(r, x % 7)); return x + 1 }")
    assert await asyncio.gather(*[js.call_async(f, i) for i in range(1000)]) == list(range(1, 1001))

    async def work(x: int) -> int:
        await asyncio.sleep(x % 7 / 1000)
        return x + 1

    all_ = js.eval(
        f"(f, n) => {{ {PY} return Promise.all(Array.from({{ length: n }}, (_, i) => $py.async(f, "
        f"[], [i]))) }}"
    )
    assert await js.call_async(all_, work, 1000) == list(range(1, 1001))


async def test_coroutines_overlap(js: Bridge) -> None:
    meeting = asyncio.Barrier(100)

    async def nap(x: int) -> int:
        await meeting.wait()  # only passes when a hundred run at once
        return x

    all_ = js.eval(
        f"(f, n) => {{ {PY} return Promise.all(Array.from({{ length: n }}, (_, i) => $py.async(f, "
        f"[], [i]))) }}"
    )
    assert await js.call_async(all_, nap, 100) == list(range(100))


async def test_what_a_coroutine_comes_to_is_told_in_its_last_step(js: Bridge) -> None:
    ends: list[Any] = [
        7,
        ValueError("a"),
        SystemExit(3),
        asyncio.CancelledError("b"),
        GeneratorExit(),
        StopAsyncIteration(),
    ]
    loop = asyncio.get_running_loop()
    answered: list[int] = []
    told: list[str] = []
    loop.set_exception_handler(lambda _, what: told.append(what["message"]))

    async def end(i: int) -> int:
        await asyncio.sleep(0)
        if i == 0:  # in the next turn, in front of all that comes of this step
            before = set(js.loops.tasks._tasks)
            loop.call_soon(lambda: answered.append(len(before - set(js.loops.tasks._tasks))))
        if isinstance(ends[i], BaseException):
            raise ends[i]
        return int(ends[i])

    all_ = js.eval(
        f"(f, n) => {{ {PY} return Promise.all(Array.from({{ length: n }}, (_, i) => $py.async(f, "
        "[], [i]).catch((e) => e.name))) }"
    )
    names = [ends[0], *(type(each).__name__ for each in ends[1:])]
    assert list(await js.call_async(all_, end, len(ends))) == names
    assert answered[0] >= 1
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
        assert list(await js.call_async(all_, end, len(ends))) == names

        async def at_once(i: int) -> int:
            return i

        assert list(await js.call_async(all_, at_once, 3)) == [0, 1, 2]
    for each in ends[1:]:
        each.__traceback__ = None
    gc.collect()
    assert told == []


def test_a_task_that_never_begins() -> None:
    async def never() -> None:
        raise AssertionError

    ends: list[tuple[Any, type]] = []

    async def cancelled() -> None:
        task = heard(asyncio.get_running_loop(), never(), lambda *end: ends.append((end[0], type(end[1]))))
        assert unbegun(task)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() and not unbegun(task)

    asyncio.run(cancelled())
    assert ends == [(None, asyncio.CancelledError)]
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, what: None)  # it is destroyed, and was pending
    task: Any = heard(loop, never(), lambda *end: ends.append((end[0], type(end[1]))))
    loop.close()
    del task
    gc.collect()
    assert len(ends) == 1


def test_calls_in_flight_begin_and_end_as_tasks_do(own: Bridge) -> None:
    own.eval("globalThis.seen = []; globalThis.aborted = 0; 0")
    f, g = own.eval("async (x) => { seen.push(x) }"), own.eval("(x) => { seen.push(x) }")
    never = own.eval(
        f"async () => {{ {PY} $py.signal.addEventListener('abort', () => {{ aborted += 1 }});"
        "seen.push('never'); await new Promise(() => {}) }"
    )

    async def other() -> None:
        g("between")

    async def in_order() -> None:
        await asyncio.gather(own.call_async(f, 1), other(), own.call_async(f, 2))

    async def leave() -> None:
        left = asyncio.gather(own.call_async(never), return_exceptions=True)
        await own.call_async(f, 3)
        del left

    asyncio.run(in_order())
    asyncio.run(leave())
    asyncio.run(in_order())
    assert list(own.eval("seen")) == [1, "between", 2, 3, "never", 1, "between", 2]
    assert own.eval("aborted") == 1


async def test_plain_functions_run_in_threads(js: Bridge) -> None:
    barrier = threading.Barrier(4, timeout=10)

    def meet(i: int) -> bool:
        barrier.wait()  # only passes when four run at once
        return threading.current_thread() is not threading.main_thread()

    all_ = js.eval(f"(f) => {{ {PY} return Promise.all([1, 2, 3, 4].map((i) => $py.async(f, [], [i]))) }}")
    assert await js.call_async(all_, meet) == [True] * 4


def test_more_than_ten_thousand_calls_mixed(js: Bridge) -> None:
    inc = js.eval("(x) => x + 1")
    back = js.eval("(f, x) => f(x) + 1")
    for i in range(10_500):
        assert inc(i) == i + 1 if i % 2 else back(inc, i) == i + 2


def test_threads_call_while_the_main_thread_waits(js: Bridge) -> None:
    f = js.eval("(x, f) => f(x) + 1")
    started = threading.Event()
    results: list[int] = []

    def worker(n: int) -> None:
        started.wait()
        results.extend(f(i, lambda x: x * n) - (i * n + 1) for i in range(200))

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()

    def wait_here() -> int:
        started.set()
        for thread in threads:
            thread.join()
        return 7

    assert js.eval("(f) => f()")(wait_here) == 7
    assert results == [0] * 800


async def test_threads_call_while_the_loop_runs(js: Bridge) -> None:
    f = js.eval("(x) => x + 1")
    slow = js.eval("(x) => new Promise((r) => setTimeout(() => r(x), 5))")
    loop = asyncio.get_running_loop()

    def worker(n: int) -> int:
        return sum(f(i) for i in range(200))

    with ThreadPoolExecutor(3) as pool:
        jobs = [loop.run_in_executor(pool, worker, n) for n in range(3)]
        assert await asyncio.gather(*[js.call_async(slow, i) for i in range(50)]) == list(range(50))
        assert await asyncio.gather(*jobs) == [20100] * 3


def test_callbacks_run_on_the_thread_that_waits(js: Bridge) -> None:
    names: list[str] = []
    call = js.eval("(f) => f()")
    thread = threading.Thread(
        target=lambda: call(lambda: names.append(threading.current_thread().name)), name="other"
    )
    thread.start()
    thread.join()
    call(lambda: names.append(threading.current_thread().name))
    assert names == ["other", "MainThread"]


async def test_context_of_the_form(js: Bridge) -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
    f = js.eval("async (f) => { const a = f(); await new Promise((r) => setTimeout(r, 5)); return [a, f()] }")

    async def form(name: str, number: int) -> Any:
        who.set(name)
        return await js.call_async(f, who.get, form=number)

    tasks = [asyncio.create_task(form(name, number)) for name, number in (("a", 41), ("b", 42))]
    assert await asyncio.gather(*tasks) == [["a", "a"], ["b", "b"]]


async def test_cancelling_in_python_aborts_in_javascript(js: Bridge) -> None:
    js.eval("globalThis.aborted = 0; globalThis.late = 0")
    f = js.eval(
        f"async () => {{ {PY} const s = $py.signal; s.addEventListener('abort', () => {{ aborted += 1 }});"
        "try { await globalThis[Symbol.for('polyrepl.$w')](new Promise(() => {})) } finally { late += 1 } }"
    )
    task = asyncio.create_task(js.call_async(f))
    await js.call_async(js.eval("async () => {}"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await js.call_async(js.eval("async () => { await null; await null }"))
    assert js.eval("[aborted, late]") == [1, 1]


async def test_cancelling_in_javascript_cancels_in_python(js: Bridge) -> None:
    cancelled = asyncio.Event()

    async def wait(begun: Callable[[], None]) -> None:
        try:
            begun()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    f = js.eval(
        f"""async (f) => {{
          {PY}
          const {{ promise, resolve }} = Promise.withResolvers();
          const stop = new AbortController();
          promise.then(() => stop.abort(new DOMException("too late", "TimeoutError")));
          return await $py.async(f, [], [resolve], {{ signal: stop.signal }});
        }}"""
    )
    with pytest.raises(JSError, match="TimeoutError"):
        await js.call_async(f, wait)
    await asyncio.wait_for(cancelled.wait(), 30)


async def test_a_signal_that_ends_by_time(js: Bridge) -> None:
    f = js.eval(
        f"async (f) => {{ {PY} return await $py.async(f, [], [60], {{ signal: AbortSignal.timeout(10) }}) }}"
    )
    with pytest.raises(JSError, match="TimeoutError"):
        await js.call_async(f, asyncio.sleep)


async def test_a_reply_after_its_caller_gave_up(js: Bridge) -> None:
    start = js.stats(collect=True)["node"]["objects"]
    f = js.eval("(x) => new Promise((r) => setTimeout(() => r(() => x), 20))")
    tasks = [asyncio.create_task(js.call_async(f, i)) for i in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await js.eval("new Promise((r) => setTimeout(r, 40))")
    assert await js.call_async(js.eval("async () => 5")) == 5
    del f, tasks, task
    assert js.stats(collect=True)["node"]["objects"] <= start + 1


def test_waits_that_could_never_end_raise_at_once(js: Bridge) -> None:
    promise = js.eval("globalThis.p = new Promise((r) => setTimeout(() => r(3), 5))")
    with pytest.raises(WouldBlock, match="await"):
        js.eval("(f) => f()")(promise.result)
    assert promise.result() == 3

    async def in_a_loop() -> None:
        with pytest.raises(WouldBlock, match="await"):
            js.eval("Promise.resolve(1)").result()

    asyncio.run(in_a_loop())


def test_result_in_a_thread(js: Bridge) -> None:
    got: list[Any] = []

    async def main() -> None:
        promise = js.eval("new Promise((r) => setTimeout(() => r(3), 5))")
        await js.call_async(js.eval("async () => 1"))
        await asyncio.to_thread(lambda: got.append(promise.result()))

    asyncio.run(main())
    assert got == [3]


def test_worker_threads_are_refused(js: Bridge) -> None:
    with pytest.raises(JSError, match="could not be cloned"):
        js.eval("(x) => new (require('node:worker_threads').Worker)('1', { eval: true, workerData: x })")([])


def test_random_nesting(js: Bridge) -> None:
    """Calls, callbacks and throws in random order: every answer is the right one."""
    rng = random.Random(7)
    down = js.eval(
        "(f, n, plan) => { try { return n <= 0 ? 0 : 1 + f(n - 1) } catch (e) { if (n % 3 === 0) "
        "return 1000; throw e } }"
    )

    def up(n: int) -> int:
        if rng.random() < 0.05:
            raise ValueError(n)
        if n <= 0:
            return 0
        try:
            return 1 + int(down(up, n - 1, []))
        except ValueError:
            if n % 2:
                return 500
            raise

    for _ in range(200):
        try:
            value = up(rng.randrange(30))
        except ValueError:
            continue
        assert value >= 0
    assert down(lambda n: n, 5, []) == 5


async def test_asyncio_is_not_starved(js: Bridge) -> None:
    """While JavaScript calls Python in a tight loop, other tasks still get their turns."""
    turns = 0

    async def ticker() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    task = asyncio.create_task(ticker())
    await js.call_async(
        js.eval("(f) => { const end = Date.now() + 300; while (Date.now() < end) f() }"), lambda: None
    )
    task.cancel()
    assert turns >= 5


async def test_javascript_is_not_entered_in_the_midst_of_other_javascript(js: Bridge) -> None:
    """While one form waits in a call of Python's, another that was started meanwhile has to wait its turn."""
    log: list[str] = []
    run = js.eval("(log, say) => { log(say + ' begins'); log(say + ' goes on'); log(say + ' ends') }")
    await asyncio.gather(*[js.call_async(run, log.append, name) for name in "abc"])
    assert log == [f"{name} {what}" for name in "abc" for what in ("begins", "goes on", "ends")]


def test_a_loop_inside_a_callback_is_refused(js: Bridge) -> None:
    f = js.eval("async (x) => x")

    def callback() -> None:
        asyncio.run(js.call_async(f, 1))

    with pytest.raises(WouldBlock, match="JavaScript waits"):
        js.eval("(f) => f()")(callback)
    thread_errors: list[BaseException] = []

    def in_thread() -> None:
        try:
            js.eval("(f) => f()")(callback)
        except WouldBlock as error:
            thread_errors.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert len(thread_errors) == 1
    assert asyncio.run(js.call_async(f, 2)) == 2


def test_a_loop_that_ends_before_its_turn(own: Bridge) -> None:
    """What it put off goes out with the next loop, whose own requests do not wait for ever."""

    async def begin() -> None:
        tasks.append(asyncio.ensure_future(own.eval_async("globalThis.begun = 1")))

    tasks: list[asyncio.Future[Any]] = []
    own.start()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    assert own.connection is not None
    assert own.connection.outbox.outgoing
    asyncio.run(asyncio.wait_for(own.eval_async("2"), 20))
    assert own.eval("begun") == 1
    tasks[0].cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_loops_in_several_threads(own: Bridge) -> None:
    """Whichever loop ends first, the others go on, and what JavaScript asks of Python is served."""

    async def work() -> None:
        for i in range(20):
            assert await own.call_async(twice, i) == 2 * i
            assert await own.call_async(ask, lambda n=i: n) == i

    def run() -> None:
        asyncio.run(asyncio.wait_for(work(), 30))
        done.append(True)

    done: list[bool] = []
    twice = own.eval("async (x) => 2 * x")
    ask = own.eval("async (f) => { await new Promise((r) => setTimeout(r, 1)); return f() }")
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 3
    asyncio.run(work())


def nest(js: Bridge, levels: int) -> int:
    """How deep callbacks of callbacks went."""
    call = js.eval("(f, n) => n ? f(n - 1) : 0")

    def back(left: int) -> int:
        return 1 + int(call(back, left))

    return int(call(back, levels))


def test_deep_callbacks_leave_the_program_its_recursion_limit(js: Bridge) -> None:
    """What the bridge's own frames take is lent while the calls last, on any thread; the program's frames are
    counted by the limit that the program has set."""
    limit = sys.getrecursionlimit()
    assert nest(js, 300) == 300
    assert sys.getrecursionlimit() == limit
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _: nest(js, 100), range(3))) == [100] * 3
        assert pool.submit(nest, js, 300).result() == 300
    assert sys.getrecursionlimit() == limit
    seen: list[int] = []
    call = js.eval("(f) => f()")

    def endless() -> None:
        seen.append(sys.getrecursionlimit())
        call(endless)

    for _ in range(2):
        with pytest.raises(RecursionError, match=r"nested deeper than 1000|nested \d+ deep"):
            call(endless)
    assert len(seen) > 1200
    assert sys.getrecursionlimit() == limit
    before = js.stats(collect=True)["python"]["objects"]
    with pytest.raises(RecursionError):
        call(endless)
    assert js.stats(collect=True)["python"]["objects"] <= before + 1

    def runaway(depth: int = 0) -> int:
        try:
            return runaway(depth + 1)
        except RecursionError:
            return depth

    # Within callbacks, endless recursion of the program's ends where it does without them.
    assert js.eval("(f) => f(() => f(() => 1))")(lambda g: runaway()) <= limit
    assert nest(js, 5) == 5
