"""What must not end a kernel: each of these leaves one that answers, and no orphan."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from kernels import Kernel
from processes import gone
from running import assert_nothing_left, node_of


@pytest.fixture(scope="module")
def kernel(new_kernel: Callable[..., Kernel]) -> Kernel:
    return new_kernel()


def answers(kernel: Kernel) -> None:
    assert kernel.run("(+ 1 2)").result == "3"


def test_node_killed_between_cells(kernel: Kernel) -> None:
    kernel.run('(py.exec "survivor = [1, 2, 3]")')
    node = node_of(kernel.mark)
    node.kill()
    psutil.wait_procs([node], timeout=10)
    cell = kernel.run('(py.eval "survivor")')
    assert cell.result == "[1, 2, 3]"
    assert "JavaScript state" in cell.text("stderr")
    assert kernel.run("(display 1) (+ 1 1)").result == "2"  # the notebook's functions are back too


def test_node_killed_in_a_cell(kernel: Kernel) -> None:
    cell = kernel.start('(println "go") (while true nil)')
    kernel.wait_for("stream", cell)
    node_of(kernel.mark).kill()
    assert kernel.wait_for("error", cell)["ename"] == "NodeLost"
    assert kernel.reply_to(cell)["status"] == "error"
    kernel.wait_idle(cell)
    answers(kernel)


def test_node_killed_while_python_asks(kernel: Kernel) -> None:
    cell = kernel.client.execute("%%py\ninput()", allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["msg_type"] == "input_request"
    node = node_of(kernel.mark)
    node.kill()
    psutil.wait_procs([node], timeout=10)
    kernel.client.input("still here")
    assert kernel.wait_for("execute_result", cell)["data"]["text/plain"] == "'still here'"
    assert kernel.reply_to(cell)["status"] == "ok"
    kernel.wait_idle(cell)
    answers(kernel)


def test_the_program_exits(kernel: Kernel) -> None:
    for code, name in [
        ("(process.exit 3)", "NodeLost"),
        ('(py.exec "import sys; sys.exit(3)")', "SystemExit"),
        ("%%py\nimport sys; sys.exit(3)", "SystemExit"),
        ("(exit 3)", "SystemExit"),
        ('(process.kill process.pid "SIGSEGV")', "NodeLost"),
    ]:
        assert kernel.run(code).reply["ename"] == name
        answers(kernel)
    cell = kernel.run("(exit 0)")
    assert cell.reply["status"] == "ok"
    assert cell.reply["payload"] == [{"source": "ask_exit", "keepkernel": True}]
    answers(kernel)


def test_a_display_that_raises(kernel: Kernel) -> None:
    kernel.run(
        "%%py\nclass Bad:\n    def __repr__(self): 1/0\n    def _repr_html_(self): raise ValueError('no')"
    )
    cell = kernel.run('((py.eval "Bad"))')
    assert cell.reply["status"] == "ok"
    assert "ZeroDivisionError" in cell.text("stderr") + str(cell.result)
    kernel.run('%%js\nclass Worse { get [Symbol.for("Jupyter.display")]() { throw new Error("no") } }')
    kernel.run("(new Worse)")
    kernel.run('%%js\nclass Wrong { [Symbol.for("Jupyter.display")]() { throw new Error("no") } }')
    assert "raised" in str(kernel.run("(new Wrong)").result)
    kernel.run("(display (new Wrong))")
    answers(kernel)


def test_invalid_messages(kernel: Kernel) -> None:
    client = kernel.client
    send = client.shell_channel.socket.send_multipart
    send([b"<IDS|MSG>", b"bad signature", b"{}", b"{}", b"{}", b"{}"])
    send([b"nothing at all"])
    send([b"<IDS|MSG>"])
    for kind, content in [
        ("execute_request", {}),
        ("execute_request", {"code": 5}),
        ("complete_request", {"code": "x"}),
        ("inspect_request", {"code": "x", "cursor_pos": "end"}),
        ("history_request", {"hist_access_type": "wish"}),
        ("history_request", {}),
        ("execute_request", {"code": "(+ 1 1)", "user_expressions": {"a": 5}}),
        ("execute_request", {"code": "(+ 1 1)", "user_expressions": [5]}),
        ("no_such_request", {}),
    ]:
        message = client.session.msg(kind, content)
        client.shell_channel.send(message)
        reply = kernel.reply_to(message["header"]["msg_id"])
        assert reply["status"] == "error" and reply["ename"] in ("ValueError", "LookupError")
        if kind == "execute_request":
            shown = kernel.wait_for("error", message["header"]["msg_id"])
            assert shown["traceback"] in (
                ["ValueError: execute_request needs 'code' (str)"],
                ["ValueError: 'user_expressions' must be an object of strings"],
            )
    for kind, content in [
        ("comm_msg", {"comm_id": "nobody", "data": {}}),
        ("comm_open", {}),
        ("nonsense", {}),
    ]:
        client.shell_channel.send(client.session.msg(kind, content))
    for cursor in (-5, 999):
        assert kernel.ask("complete", "(map", cursor)["status"] == "ok"
        assert kernel.ask("inspect", "(map", cursor)["status"] == "ok"
    answers(kernel)


def second_client(kernel: Kernel) -> BlockingKernelClient:
    """A client with an identity of its own, as another program has."""
    client = BlockingKernelClient(connection_file=kernel.manager.connection_file)
    client.load_connection_file()
    client.start_channels()
    return client


def test_two_clients(kernel: Kernel) -> None:
    other = second_client(kernel)
    other.wait_for_ready(timeout=20)
    try:
        mine = kernel.start("(def from-one 1) (await (new Promise (fn (ok) (setTimeout ok 100))))")
        kernel.wait_for("execute_input", mine)
        theirs = other.execute("(+ from-one 1)")
        seen = []
        while True:
            message = other.get_iopub_msg(timeout=20)
            seen.append(message)
            if message["msg_type"] == "execute_result":
                break
        # Both see everything, each message under the cell that it belongs to.
        assert seen[-1]["parent_header"]["msg_id"] == theirs
        assert mine in {m["parent_header"].get("msg_id") for m in seen}
        assert other.get_shell_msg(timeout=20)["content"]["status"] == "ok"
        assert kernel.reply_to(mine)["status"] == "ok"
    finally:
        other.stop_channels()
    answers(kernel)


def test_a_client_that_never_reads(kernel: Kernel) -> None:
    deaf = second_client(kernel)
    deaf.wait_for_ready(timeout=20)
    try:
        cell = kernel.run('(let [s (.repeat "x" 9999)] (dotimes [i 1000] (println s)))')
        assert cell.text().count("\n") == 1000
    finally:
        deaf.stop_channels()
    answers(kernel)


def test_500_quick_cells(kernel: Kernel) -> None:
    sent = [kernel.start(f"(* {i} 2)") for i in range(500)]
    results = []
    while len(results) < 500:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "execute_result":
            results.append((message["parent_header"]["msg_id"], message["content"]["data"]["text/plain"]))
    assert results == [(cell, str(i * 2)) for i, cell in enumerate(sent)]
    assert [kernel.reply_to(cell)["status"] for cell in sent] == ["ok"] * 500


@pytest.mark.parametrize(
    "code",
    ['(println "go") (while true nil)', "%%py\nprint('go', flush=True)\nimport time; time.sleep(60)"],
    ids=["javascript", "python"],
)
def test_restart_while_a_cell_runs(kernel: Kernel, code: str) -> None:
    old = kernel.manager.provisioner.pid
    node = node_of(kernel.mark)
    cell = kernel.start(code)
    kernel.wait_for("stream", cell)
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=30)
    assert gone(node.pid)
    assert kernel.manager.provisioner.pid != old
    answers(kernel)


def test_killed_python_leaves_no_node(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel()
    cell = kernel.start('(println "go") (while true nil)')
    kernel.wait_for("stream", cell)
    os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)
    kernel.manager.provisioner.process.wait(10)
    assert_nothing_left(kernel.mark)


def test_without_node_python_cells_run_and_others_say_why(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel(POLYREPL_NODE="/nowhere/node")
    for code in ("(+ 1 2)", "%%js\n1"):
        cell = kernel.run(code)
        assert cell.reply["ename"] == "NodeNotFound"
        assert "/nowhere/node" in cell.error and "POLYREPL_NODE" in cell.error
    assert kernel.run("%%py\n6 * 7").result == "42"
    assert kernel.ask("complete", "(map", 4)["status"] == "ok"
    assert kernel.ask("inspect", "map", 3)["found"]


def test_warnings_that_are_errors(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel(PYTHONWARNINGS="error")
    for code in ("(+ 1 2)", "%%js\n1 + 2", "%%py\n1 + 2"):
        assert kernel.run(code).result == "3"
    assert kernel.run('(display (html "x"))').of("display_data")
    for question in (
        ("complete", "(Math.ma", 8),
        ("inspect", "map", 3),
        ("is_complete", "(+ 1"),
        ("history",),
    ):
        assert kernel.ask(*question)["status"] in ("ok", "incomplete")
    assert kernel.interrupt('(println "go") (while true nil)')["ename"] == "KeyboardInterrupt"
    # They are errors for the program still.
    cell = kernel.run("%%py\nimport warnings\nwarnings.warn('w')")
    assert cell.reply["ename"] == "UserWarning"
