"""Interrupts: by message and by signal, of everything that can run; state is kept, the next cell runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import Empty

import pytest
from kernels import Kernel
from polyrepl.kernel.interrupts import Interruptible

CASES = {
    "loop": '(println "go") (while true nil)',
    "recur": '(println "go") (loop [i 0] (recur (inc i)))',
    "await": '(println "go") (await (new Promise (fn (ok) nil)))',
    "loop after await": '(await (Promise.resolve 1)) (println "go") (while true nil)',
    "js library": '(println "go") ((new Function "while (true);"))',
    "js cell": '%%js\nconsole.log("go"); for (;;);',
    "js cell await": '%%js\nconsole.log("go"); await new Promise(() => {})',
    "python sleep": '(println "go") (py.exec "import time\\ntime.sleep(60)")',
    "python loop": '(println "go") (py.exec "while True: pass")',
    "python cell": "%%py\nprint('go', flush=True)\nwhile True: pass",
    "python cell await": "%%py\nimport asyncio\nprint('go', flush=True)\nawait asyncio.sleep(60)",
    "asyncio.run": '(py.import "asyncio" :as asyncio) (println "go") (asyncio.run (asyncio.sleep 60))',
    "js in a python cell": "%%py\nprint('go', flush=True)\njs.eval('for (;;);')",
    "lisp in a python cell": "%%py\nimport sys\nprint('go', flush=True)\njs.endless()",
    "same loop": "%%py\nimport asyncio\nprint('go', flush=True)\n"
    "asyncio.get_event_loop().run_until_complete(asyncio.sleep(60))",
    "callback": '(println "go") (py.list (py.map (fn (x) (while true nil)) [1 2]))',
    "async python": '(py.import "asyncio" :as asyncio) (println "go") (await (py.async asyncio.sleep 60))',
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_interrupt_keeps_state(kernel: Kernel, code: str) -> None:
    kernel.run('(def kept 42) (py.exec "py_kept = [1]") (defn endless [] (while true))')
    assert kernel.interrupt(code)["ename"] in ("KeyboardInterrupt", "Interrupted")
    assert kernel.run('[kept (py.len (py.eval "py_kept"))]').result == "[42 1]"


KEPT = {"lisp": "(+ 1 2)", "several forms": "(+ 1 2) (+ 3 4)", "js": "%%js\n1 + 1"}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_a_cell_that_javascript_does_not_come_to(kernel: Kernel, code: str) -> None:
    """What the cell before has left keeps its event loop."""
    kernel.run("(def kept 42)")
    before = kernel.start('(setTimeout (fn [] (println "go") (while true nil)) 20) nil')
    kernel.wait_for("stream", before)
    cell = kernel.start(code)
    kernel.wait_for("execute_input", cell)
    reply = None
    while reply is None:  # one that comes before the form begins is not about it
        kernel.manager.interrupt_kernel()
        with contextlib.suppress(Empty):
            reply = kernel.client.get_shell_msg(timeout=4)
            if reply["parent_header"]["msg_id"] != cell:
                reply = None
    assert reply["content"]["status"] == "error"
    kernel.wait_idle(cell)
    assert kernel.run("kept").result == "42"


LEFT = {
    "loop": '(setTimeout (fn [] (println "go") (while true nil)) 20) nil',
    "js library's": "%%js\nsetTimeout(() => { console.log('go'); for (;;); }, 20); undefined",
    # Python says that it runs: an interrupt in JavaScript before it is about nothing.
    "python it calls": '(py.exec "import time\\ndef s():\\n print(\\"go\\", flush=True)\\n time.sleep(60)")'
    "(setTimeout (fn [] (py.s)) 20) nil",
    # Begins when the cell has ended, however long that takes.
    "python's callback": "%%py\nimport asyncio, os\nloop = asyncio.get_event_loop()\ndef left():\n"
    "    if not os.path.exists('begin'): return loop.call_later(0.01, left)\n"
    "    print('go', flush=True)\n    while True: pass\nloop.call_soon(left)\nNone",
}


@pytest.mark.parametrize("code", LEFT.values(), ids=LEFT)
def test_what_a_cell_has_left_is_stopped_while_none_runs(kernel: Kernel, code: str) -> None:
    kernel.run("(def kept 42)")
    before = kernel.start(code)
    assert kernel.reply_to(before)["status"] == "ok"
    (kernel.home / "begin").touch()
    kernel.wait_for("stream", before)
    kernel.control("interrupt_request", {})
    assert kernel.run("kept").result == "42"
    (kernel.home / "begin").unlink()


def test_a_callback_beside_a_cell_is_stopped_alone(kernel: Kernel) -> None:
    cell = kernel.start(
        "%%py\nimport asyncio\nover = asyncio.Event()\ndef beside():\n    try:\n"
        "        print('go', flush=True)\n        while True: pass\n    finally: over.set()\n"
        "asyncio.get_event_loop().call_soon(beside)\nawait over.wait()\n7"
    )
    kernel.wait_for_text("go\n", cell)
    kernel.manager.interrupt_kernel()
    messages = [kernel.next_of(cell)]
    while messages[-1]["content"].get("execution_state") != "idle":
        messages.append(kernel.next_of(cell))
    said = {m["msg_type"]: m["content"] for m in messages}
    assert kernel.reply_to(cell)["status"] == "ok"
    assert said["execute_result"]["data"]["text/plain"] == "7"
    assert said["stream"] == {"name": "stderr", "text": "Interrupted\n"}


EARLY = {
    "loop": "(while true)",
    "second form": "(def early 1) (while true)",
    "await": "(await (new Promise (fn [ok] nil)))",
    "macro": "(defmacro endless [] (while true)) (endless)",
    "js": "%%js\nfor (;;);",
    "js await": "%%js\nawait new Promise(() => {})",
    "python": "%%py\nwhile True: pass",
    "python await": "%%py\nimport asyncio\nawait asyncio.sleep(60)",
    "python call": '(py.exec "while True: pass")',
}


@pytest.mark.parametrize("sign", ["status", "execute_input"])
@pytest.mark.parametrize("code", EARLY.values(), ids=EARLY)
def test_as_soon_as_the_kernel_has_said_that_a_cell_runs(kernel: Kernel, code: str, sign: str) -> None:
    """Once is enough, whatever the cell is at, and the next cell is none of it."""
    for _ in range(6):
        cell = kernel.start(code)
        kernel.wait_for(sign, cell)
        kernel.control("interrupt_request", {})
        assert kernel.reply_to(cell)["status"] == "error"
        assert kernel.run("(+ 1 1)").result == "2"


def test_finally_runs_and_the_error_is_one(kernel: Kernel) -> None:
    cell = kernel.start('(try (println "go") (await (new Promise (fn (ok) nil))) (finally (println "tidy")))')
    kernel.wait_for_text("go\n", cell)
    kernel.manager.interrupt_kernel()
    kernel.wait_for_text("tidy\n", cell)
    messages = [kernel.next_of(cell), kernel.next_of(cell)]
    assert [m["content"].get("execution_state", m["msg_type"]) for m in messages] == ["error", "idle"]
    assert kernel.reply_to(cell)["status"] == "error"


def test_by_signal(kernel: Kernel) -> None:
    cell = kernel.start('(println "go") (while true nil)')
    kernel.wait_for("stream", cell)
    kernel.manager.signal_kernel(2)
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)
    assert kernel.run("(+ 1 1)").result == "2"


def test_when_nothing_runs_nothing_happens(kernel: Kernel) -> None:
    assert kernel.control("interrupt_request", {})["status"] == "ok"  # it has come when the reply has
    kernel.manager.signal_kernel(2)
    assert kernel.run("(+ 1 1)").result == "2"
    for code, result in [("(+ 1 1)", "2"), ("%%js\n1 + 1", "2"), ("%%py\n1 + 1", "2")] * 5:
        kernel.control("interrupt_request", {})
        assert kernel.run(code).result == result


@pytest.mark.parametrize(
    "code",
    [
        "(do 1 2)",
        "(await (Promise.resolve 2))",
        "%%js\n2",
        "%%py\n2",
        "%%py\nimport asyncio\nawait asyncio.sleep(0.001)\n2",
    ],
)
def test_a_request_sent_before_the_cell_never_stops_it(kernel: Kernel, code: str) -> None:
    for _ in range(30):  # they come over two sockets: either may be the first
        request = kernel.client.session.msg("interrupt_request", {})
        kernel.client.control_channel.send(request)
        assert kernel.run(code).result == "2"
        kernel.reply_to(request["header"]["msg_id"], "control")


def test_a_request_that_comes_when_nothing_runs_is_for_nobody(kernel: Kernel) -> None:
    for number in range(30):
        request = kernel.client.session.msg("interrupt_request", {})
        request["header"]["session"] = "another clock"
        kernel.client.control_channel.send(request)
        kernel.reply_to(request["header"]["msg_id"], "control")
        assert kernel.run(f"%%py\n{number}").result == str(number)


def test_a_request_is_for_the_running_cell_whatever_its_clock_says(kernel: Kernel) -> None:
    cell = kernel.start(CASES["loop"])
    kernel.wait_for("stream", cell)
    request = kernel.client.session.msg("interrupt_request", {})
    request["header"] |= {"session": "another clock", "date": "2001-01-01T00:00:00Z"}
    kernel.client.control_channel.send(request)
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)


def test_the_program_may_take_the_signal_for_its_own_cell_only(kernel: Kernel) -> None:
    kernel.run("%%py\nimport signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)")
    assert kernel.interrupt(CASES["loop"])["ename"] == "KeyboardInterrupt"
    assert kernel.interrupt(CASES["python cell"])["ename"] == "KeyboardInterrupt"


def test_the_control_channel_answers_while_python_is_busy(kernel: Kernel) -> None:
    cell = kernel.start(CASES["python cell"])
    kernel.wait_for("stream", cell)
    assert kernel.control("usage_request", {})["kernel_memory"] > 0
    assert kernel.control("kernel_info_request", {})["status"] == "ok"
    kernel.manager.interrupt_kernel()
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)


def test_what_does_not_stop_is_restarted(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel()
    kernel.run('(py.exec "kept = [1]")')
    cell = kernel.start(
        '%%js\nconsole.log("go"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
    )
    kernel.wait_for("stream", cell)
    while True:  # once by right, a second time after a while at most, as a person would
        kernel.manager.interrupt_kernel()
        with contextlib.suppress(Empty):
            assert kernel.client.get_shell_msg(timeout=1)["content"]["status"] == "error"
            break
    kernel.wait_idle(cell)
    assert kernel.run('(py.eval "kept")').result == "[1]"


@pytest.mark.parametrize("ended", [False, True])
def test_a_cancel_hits_the_cell_or_nothing(ended: bool) -> None:
    """The task that served the cell goes on with its reply, and may serve another one."""

    async def serve() -> str:
        async def cell() -> int:
            await asyncio.sleep(0)
            return 1

        running = Interruptible(cell())
        if ended:
            assert await running == 1
            running.cancel()
        else:
            asyncio.get_running_loop().call_soon(running.cancel)  # the cell waits, and is about to go on
            with pytest.raises(KeyboardInterrupt):
                await running
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return "went on"

    assert asyncio.run(serve()) == "went on"


def test_a_cancel_before_the_cell_begins_ends_it() -> None:
    async def serve() -> list[int]:
        ran: list[int] = []

        async def cell() -> None:
            ran.append(1)

        running = Interruptible(cell())
        running.cancel()
        with pytest.raises(KeyboardInterrupt):
            await running
        await asyncio.sleep(0)
        return ran

    assert asyncio.run(serve()) == []
