"""A cell is one turn of both event loops, as a file is, while the kernel itself goes on answering."""

from __future__ import annotations

import pytest
from kernels import TIMEOUT, Kernel, send_comm

LATER = """
(def log [])
(py.exec "log = []")
(def q (.then (Promise.resolve 1) (fn [x] (.push log "microtask"))))
(process.nextTick (fn [] (.push log "tick")))
(setTimeout (fn [] (.push log "timer")) 0)
(setImmediate (fn [] (.push log "immediate")))
(.stat fs "." (fn [e found] (.push log "file")))
(py.exec "
import asyncio, socket
async def step():
    log.append('task')
    await asyncio.sleep(0)
    log.append('task again')
loop = asyncio.get_running_loop()
task = loop.create_task(step())
loop.call_soon(log.append, 'soon')
loop.call_later(0, log.append, 'timer')
loop.call_soon_threadsafe(log.append, 'safe')
loop.call_soon(log.append, 'cancelled').cancel()
here, there = socket.socketpair()
loop.add_reader(here, lambda: (log.append('read'), loop.remove_reader(here)))
there.send(b'x')
")
(def asked (.then (py.asyncio.sleep 0 "asked") (fn [x] (.push log x))))
"""
LOOK = """
(defn spin [ms] (let [until (+ (Date.now) ms)] (while (< (Date.now) until) nil)))
(spin 50)
(defmacro twice [x] `(do ~x ~x))
(twice (.push log "form"))
[(.slice log) (py.eval "list(log)")]
"""


def test_nothing_happens_between_two_forms(kernel: Kernel) -> None:
    assert kernel.run('(js.import "node:fs" :as fs)').reply["status"] == "ok"
    assert kernel.run(LATER + LOOK).result == '[["form" "form"] #py []]'
    # The next cell is a turn of its own: what was left behind may run before it.
    after = """
    (await (py.eval "asyncio.wait_for(task, 20)"))
    (await asked)
    (while (or (< (count log) 8) (< (py.len (py.eval "log")) 6)) (await (sleep 1)))
    (println (.join (.sort log) " "))
    (println (py.eval "' '.join(log)"))
    """
    first, second = kernel.run(after).text().splitlines()
    assert first == "asked file form form immediate microtask tick timer"
    # A timer and a descriptor have no place among the others, which come in their order.
    steps = second.replace("timer", "").replace("read", "").split()
    assert steps == ["task", "soon", "safe", "task", "again"]


def test_a_promise_that_the_next_form_catches(kernel: Kernel) -> None:
    cell = kernel.run(
        """
        (def p (Promise.reject (error "x")))
        (py.list [1])
        (.catch p (fn [e] (println "caught" e.message)))
        (await (sleep 5))
        """
    )
    assert (cell.text(), cell.text("stderr")) == ("caught x\n", "")


def test_a_listener_that_the_next_form_adds(kernel: Kernel) -> None:
    cell = kernel.run(
        """
        (js.import "node:http" :as http)
        (def server (http.createServer (fn [request answer] (.end answer "hi"))))
        (def listening (.listen server 0 "127.0.0.1"))
        (await (new Promise (fn [ready] (.once server "listening" ready))))
        (def answer (await (fetch f"http://127.0.0.1:{(:port (.address server))}")))
        (println (await (.text answer)))
        (.close server)
        nil
        """
    )
    assert (cell.reply["status"], cell.text()) == ("ok", "hi\n")


BOTH = "(await (Promise.all [(sleep 5) (py.asyncio.sleep 0.005)]))"


@pytest.mark.parametrize("awaiting", ["(await (sleep 5))", "(sleep 5)", BOTH])
def test_a_form_that_awaits_ends_the_turn(kernel: Kernel, awaiting: str) -> None:
    cell = kernel.run(
        f"""
        (def log [])
        (py.exec "import asyncio; log = []; asyncio.get_running_loop().call_soon(log.append, 1)")
        (setTimeout (fn [] (.push log 1)) 0)
        (def before [(.slice log) (py.eval "list(log)")])
        {awaiting}
        (println before log (py.eval "log"))
        (setTimeout (fn [] (.push log 2)) 0)
        (py.exec "asyncio.get_running_loop().call_soon(log.append, 2)")
        (def until (+ (Date.now) 20))
        (while (< (Date.now) until) nil)
        (println log (py.eval "log"))
        """
    )
    assert cell.text() == "[[] #py []] [1] [1]\n[1] [1]\n"
    # Nothing of it is left for the next test.
    kernel.run('(while (or (< (count log) 2) (< (py.len (py.eval "log")) 2)) (await (sleep 1)))')


def test_a_cell_of_javascript_is_one_turn(kernel: Kernel) -> None:
    cell = kernel.run(
        """%%js
        const steps = [];
        const asyncio = py.eval("__import__('asyncio')"), seen = py.list();
        asyncio.get_running_loop().call_soon(seen.append, 1);
        setTimeout(() => steps.push(1));
        for (const end = Date.now() + 30; Date.now() < end; );
        console.log(`${steps.length} ${seen.length}`);
        await Promise.all([asyncio.sleep(0.005), new Promise((done) => setTimeout(done, 5))]);
        console.log(`${steps.length} ${seen.length}`);
        """
    )
    assert (cell.text(), cell.reply["status"]) == ("0 0\n1 1\n", "ok")


def test_a_cell_of_python_is_one_turn(kernel: Kernel) -> None:
    cell = kernel.run(
        """%%py
import asyncio, time
steps = []
asyncio.get_running_loop().call_soon(steps.append, 1)
time.sleep(0.01)
print(steps)
await asyncio.sleep(0)
print(steps)
"""
    )
    assert cell.text() == "[]\n[1]\n"


def test_questions_and_interrupts_within_a_turn(kernel: Kernel) -> None:
    kernel.run("(def ticks 0) (defn tick [] (set! ticks (inc ticks)) (setTimeout tick 0)) (tick) nil")
    for loop in ("(while true nil)", '(js.eval "for (;;);")', "(await (new Promise (fn [r] nil)))"):
        cell = kernel.start(f'(def kept 5)\n(println "go")\n{loop}\n(println "never")')
        kernel.wait_for_text("go\n", cell)
        assert "mapcat" in kernel.ask("complete", "(map", 4)["matches"]
        kernel.manager.interrupt_kernel()
        error = kernel.wait_for("error", cell)
        assert error["ename"] == "KeyboardInterrupt"
        assert kernel.reply_to(cell)["status"] == "error"
        kernel.wait_idle(cell)
        assert kernel.run("kept").result == "5"
    assert kernel.run("(def before ticks) (await (sleep 20)) (> ticks before)").result == "true"
    kernel.run("(set! tick (fn [] nil))")


def test_an_error_ends_the_turn(kernel: Kernel) -> None:
    cell = kernel.run(
        """
        (def log [])
        (py.exec "import asyncio; log = []; asyncio.get_running_loop().call_soon(log.append, 1)")
        (setTimeout (fn [] (.push log 1)) 0)
        (.foo nil)
        (.push log "never")
        """
    )
    assert cell.reply["ename"] == "TypeError"
    waiting = '(while (or (= log []) (= (py.len (py.eval "log")) 0)) (await (sleep 1)))'
    assert kernel.run(f'{waiting} [log (py.eval "log")]').result == "[[1] #py [1]]"


def test_who_runs_the_loop_within_a_form_gets_its_steps(kernel: Kernel) -> None:
    """What patches asyncio so that a running loop can be run again (nest_asyncio) goes on working."""
    cell = kernel.run(
        """(py.exec "
import asyncio
async def answer():
    await asyncio.sleep(0.001)
    return 42
def run_within(task):
    loop = asyncio.get_running_loop()
    while not task.done():
        loop._run_once()
    return task.result()
task = asyncio.get_running_loop().create_task(answer())
")
(def n 1)
(py.run_within py.task)"""
    )
    assert cell.result == "42"


TARGET = """%%py
import comm
heard = []
def opened(line, message):
    line.on_msg(lambda message: heard.append(message['content']['data']))
comm.get_comm_manager().register_target('turns', opened)
"""
SPINS = {
    "lisp": '(println "go") (while (not (fs.existsSync go)) nil) (def n 1) (py.len py.heard)',
    "js": '%%js\nconsole.log("go"); while (!fs.existsSync(go)); py.len(py.heard)',
}


@pytest.mark.parametrize("spin", SPINS.values(), ids=SPINS)
def test_a_comm_message_comes_after_the_turn(kernel: Kernel, spin: str) -> None:
    kernel.run(TARGET)
    go = kernel.home / "turn is over"
    kernel.run(f'(js.import "node:fs" :as fs) (def go "{go}")')
    send_comm(kernel, "comm_open", comm_id="turns", target_name="turns", data={})
    cell = kernel.start(spin)
    kernel.wait_for_text("go\n", cell)
    for n in range(3):
        send_comm(kernel, "comm_msg", comm_id="turns", data=n)
    after = kernel.start("py.heard")
    kernel.ask("kernel_info")  # answered meanwhile, and in order: they have arrived
    go.touch()
    # The cell that was sent after them runs after them.
    shown = {}
    while after not in shown:
        message = kernel.client.get_iopub_msg(timeout=TIMEOUT)
        if message["msg_type"] == "execute_result":
            shown[message["parent_header"]["msg_id"]] = message["content"]["data"]["text/plain"]
    assert shown == {cell: "0", after: "[0, 1, 2]"}
    kernel.wait_idle(after)
    assert [kernel.reply_to(each)["status"] for each in (cell, after)] == ["ok", "ok"]
    go.unlink()


def test_comm_messages_come_while_a_form_awaits(kernel: Kernel) -> None:
    kernel.run(TARGET)
    send_comm(kernel, "comm_open", comm_id="awaits", target_name="turns", data={})
    cell = kernel.start('(println "go") (while (= (py.len py.heard) 0) (await (sleep 1))) py.heard')
    kernel.wait_for_text("go\n", cell)
    send_comm(kernel, "comm_msg", comm_id="awaits", data="now")
    assert kernel.wait_for("execute_result", cell)["data"]["text/plain"] == "['now']"
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)
