"""Questions to the user: input(), getpass(), read-line; what goes on meanwhile, and how they end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kernels import Kernel


@pytest.mark.parametrize(
    "code",
    ['(read-line "name? ")', '(py.input "name? ")', '%%py\ninput("name? ")', '%%js\nread_line("name? ")'],
)
def test_input(kernel: Kernel, code: str) -> None:
    asked: list[str] = []

    def answer(message: dict) -> None:  # type: ignore[type-arg]
        asked.append(message["content"]["prompt"])
        kernel.client.input("Ada")

    cell = kernel.run(code, allow_stdin=True, stdin_hook=answer)
    assert asked == ["name? "]
    assert cell.result in ('"Ada"', "'Ada'")


def test_input_without_a_front_end_that_can(kernel: Kernel) -> None:
    assert kernel.run("(read-line)").reply["ename"] == "StdinNotImplementedError"


def test_interrupt_of_input(kernel: Kernel) -> None:
    cell = kernel.client.execute("(read-line)", allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["msg_type"] == "input_request"
    kernel.manager.interrupt_kernel()
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)
    assert kernel.run("(+ 1 1)").result == "2"


def asked(kernel: Kernel, code: str) -> str:
    """Start a cell, wait until it asks; returns its message id."""
    cell = kernel.client.execute(code, allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["msg_type"] == "input_request"
    return cell


TICKING = """
(py.exec "seen = []")
(def timer (setInterval (fn () (.append (py.eval "seen") 1) (println "tick" (py.eval "len(seen)"))) 5))
nil
"""


def ticks(kernel: Kernel, parent: str) -> int:
    """How many ticks there were by now, of which the timer of the cell `parent` told in its next message."""
    return int(kernel.wait_for("stream", parent)["text"].split()[-1])


def test_javascript_goes_on_while_python_asks(kernel: Kernel) -> None:
    ticking = kernel.run(TICKING).messages[0]["parent_header"]["msg_id"]
    cell = asked(kernel, "%%py\nbefore = len(seen)\nprint(before)\nx = input()\n[x, len(seen) - before > 3]")
    before = int(kernel.wait_for("stream", cell)["text"])
    while ticks(kernel, ticking) < before + 4:
        pass
    kernel.client.input("Ada")
    assert kernel.wait_for("execute_result", cell)["data"]["text/plain"] == "['Ada', True]"
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)
    kernel.run("(clearInterval timer)")


SLOWLY = """%%py
import time
from polyrepl.bridge.receiving import Intake
receive = Intake.receive
def slowly(self, until=0.0):
    time.sleep(0.02)
    return receive(self, until)
Intake.receive = slowly
"""


def test_a_request_that_was_read_late_is_served_while_python_asks(new_kernel: Callable[..., Kernel]) -> None:
    """It is there already when the time for serving is over, so that nothing rings for it any more."""
    kernel = new_kernel()
    kernel.run("%%py\nasking = False\ndef ask(): return asking")
    calling = kernel.run(
        "(def timer (setInterval (fn [] (when (py.ask)"
        ' (clearInterval timer) (dotimes [i 9] (py.ask)) (println "served"))) 1)) nil'
    )
    kernel.run(SLOWLY)
    cell = asked(kernel, "%%py\nasking = True\ninput()")
    kernel.wait_for_text("served\n", calling.id)
    kernel.client.input("x")
    assert kernel.wait_for("execute_result", cell)["data"]["text/plain"] == "'x'"
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)


def test_interrupt_while_javascript_ticks(kernel: Kernel) -> None:
    kernel.run(TICKING)
    cell = asked(kernel, "%%py\ninput()")
    kernel.manager.interrupt_kernel()
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)
    assert kernel.run("(clearInterval timer) (+ 1 1)").result == "2"


def test_end_of_input_and_passwords(kernel: Kernel) -> None:
    cell = asked(kernel, '(def line (read-line "more? "))')
    kernel.client.input("\x04")
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)
    assert kernel.run("(nil? line)").result == "true"
    cell = kernel.client.execute('%%py\nfrom getpass import getpass\nlen(getpass("key "))', allow_stdin=True)
    content = kernel.client.get_stdin_msg(timeout=20)["content"]
    assert (content["prompt"], content["password"]) == ("key ", True)
    kernel.client.input("secret")
    assert kernel.wait_for("execute_result", cell)["data"]["text/plain"] == "6"
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)
