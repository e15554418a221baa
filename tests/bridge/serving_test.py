"""A plain script that serves JavaScript, and what runs at the end of a program."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, JSError, NodeLost, WouldBlock
from polyrepl.bridge.loop import Loops

SERVER = """(handle) => new Promise((resolve) => {
    const server = require("node:http").createServer(async (request, response) => {
        response.end(String(await handle(request.url)));
        if (request.url === "/last") server.close();
    });
    server.listen(0, "127.0.0.1", () => resolve(server));
})"""


def test_run_waits_and_serves(js: Bridge) -> None:
    assert js.run(js.eval("new Promise((done) => setTimeout(done, 1, 5))")) == 5
    # Meanwhile timers of JavaScript call Python, and its async functions run.
    seen: list[int] = []

    async def double(x: int) -> int:
        await asyncio.sleep(0)
        return 2 * x

    started = js.eval(
        "(f, g) => new Promise((done) => setTimeout(async () => { f(1); done(await g(4)) }, 1))"
    )
    assert js.run(started(seen.append, double)) == 8
    assert seen == [1]
    assert js.run(double(21)) == 42
    with pytest.raises(JSError, match="no"):
        js.run(js.eval("Promise.reject(new Error('no'))"))

    async def main() -> None:
        with pytest.raises(WouldBlock, match="await"):
            js.run(js.eval("Promise.resolve(1)"))

    asyncio.run(main())
    with pytest.raises(WouldBlock):
        js.eval("f => f()")(lambda: js.run(js.eval("Promise.resolve(1)")))
    assert js.run(js.eval("Promise.resolve(2)")) == 2


def test_handlers_of_a_server_run_on_the_thread_that_serves(js: Bridge) -> None:
    threads: list[int] = []

    def handle(url: str) -> str:
        threads.append(threading.get_ident())
        return "hello " + url

    with js.serving() as same:
        assert same is js
        server = js.eval(SERVER)(handle).result()
        port = server.address()["port"]
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/x") as answer:
                assert answer.read() == b"hello /x"
        # Calls of this thread's, and their callbacks, go on as ever.
        assert js.eval("(f) => f()")(threading.get_ident) == threading.get_ident()
        assert js.run(js.eval("Promise.resolve(7)")) == 7
        with pytest.raises(WouldBlock, match="already"), js.serving():
            pass
        js.eval("(s) => { s.closeAllConnections(); s.close() }")(server)
    assert len(set(threads)) == 1 and threading.get_ident() not in threads
    assert js.eval("(f) => f()")(threading.get_ident) == threading.get_ident()
    with js.serving():  # again
        assert js.run(js.eval("Promise.resolve(8)")) == 8
    assert js.run(js.eval("Promise.resolve(9)")) == 9


def test_serving_ends_with_node_and_with_an_exception(js: Bridge) -> None:
    with pytest.raises(KeyError), js.serving():
        raise KeyError
    with pytest.raises(NodeLost), js.serving():
        js.eval("process.exit(3)")
    assert js.eval("1 + 1") == 2
    with pytest.raises(NodeLost):
        js.eval("setTimeout(() => process.exit(3), 1)")
        js.serve_forever()


def script(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


SCRIPT = f"""if True:
    from polyrepl.bridge import Bridge
    js = Bridge()
    js.eval("process.on('exit', () => console.log('node ends'))")
    def handle(url):
        if url == "/close":
            js.close()
        if url == "/loop":
            print("loops", flush=True)
            while True: pass
        return "python"
    server = js.eval({SERVER!r})(handle).result()
    print(server.address()["port"], flush=True)
    try:
        js.serve_forever()
        print("closed")
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_a_script_serves_until_it_is_interrupted() -> None:
    done = script(SCRIPT)
    assert done.stdout is not None
    port = int(done.stdout.readline())
    for _ in range(2):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"python"
    os.kill(done.pid, signal.SIGINT)
    assert done.communicate(timeout=30) == ("interrupted\nnode ends\n", "")


def test_a_handler_is_interrupted_with_the_script() -> None:
    done = script(SCRIPT)
    assert done.stdout is not None
    port = int(done.stdout.readline())
    asking = threading.Thread(target=lambda: _ask(f"http://127.0.0.1:{port}/loop"))
    asking.start()
    assert done.stdout.readline() == "loops\n"
    os.kill(done.pid, signal.SIGINT)
    output, _ = done.communicate(timeout=30)
    assert output.startswith("interrupted\n")
    asking.join(30)


def test_a_handler_that_was_called_before_is_interrupted_with_the_script() -> None:
    done = script(
        """if True:
        import os, select, signal
        from polyrepl.bridge import Bridge
        js = Bridge()
        def handle():
            print("loops", flush=True)
            while True: pass
        js.eval("(f) => void process.once('SIGUSR2', () => f())")(handle)
        os.kill(js.pid, signal.SIGUSR2)  # a timer could call while the line above still waits
        called = select.poll()
        called.register(js.connection.fd, select.POLLIN)
        assert called.poll(30_000)
        try:
            js.serve_forever()
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    assert done.stdout is not None
    assert done.stdout.readline() == "loops\n"
    os.kill(done.pid, signal.SIGINT)
    assert done.communicate(timeout=30)[0] == "interrupted\n"


def test_a_handler_may_close() -> None:
    done = script(SCRIPT)
    assert done.stdout is not None
    _ask(f"http://127.0.0.1:{int(done.stdout.readline())}/close")
    output, errors = done.communicate(timeout=30)
    assert (sorted(output.splitlines()), errors) == (["closed", "node ends"], "")


def test_a_handler_may_close_before_serving_has_begun(own: Bridge, tmp_path: Path) -> None:
    """It is called when nothing waits for JavaScript, and runs in what `serve_forever` asks first."""
    begin = tmp_path / "begin"
    own.eval(
        """(file, f) => {
            const look = () => require("node:fs").existsSync(file) ? f() : setTimeout(look, 1);
            setTimeout(look, 1);
        }"""
    )(str(begin), own.close)
    begin.touch()
    assert own.connection is not None
    called = select.poll()
    called.register(own.connection.fd, select.POLLIN)
    assert called.poll(30_000)
    own.serve_forever()
    assert not own.alive
    own.serve_forever()  # closed is closed


@pytest.mark.parametrize("serves", ["serve_forever", "serving"])
def test_a_thread_may_close_as_serving_begins(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, serves: str
) -> None:
    whole = Loops.attach

    def attach(self: Loops, loop: asyncio.AbstractEventLoop, conn: Any) -> None:
        closing = threading.Thread(target=own.close)
        closing.start()
        closing.join()
        whole(self, loop, conn)

    own.eval("1")
    monkeypatch.setattr(Loops, "attach", attach)
    if serves == "serve_forever":
        own.serve_forever()
    else:
        with own.serving(), pytest.raises(BridgeError, match="closed"):
            own.eval("for (;;) ;")
    assert not own.alive


def _ask(url: str) -> None:
    with contextlib.suppress(OSError):  # the server has ended
        urllib.request.urlopen(url).close()


def test_what_runs_at_the_end_of_a_script() -> None:
    done = script("""if True:
        import atexit
        from polyrepl.bridge import Bridge
        js = Bridge()
        js.eval("(f) => { process.on('exit', (code) => console.log('first', code, f(20))) }")(lambda x: x + 1)
        js.eval("process.on('exit', () => { console.log('second'); throw new Error('third') })")
        js.eval("process.on('exit', () => console.log('never'))")
        atexit.register(js.eval("(x) => console.log('atexit', x)"), 1)
        atexit.register(print, "atexit 2")
        print("end")
    """)
    output, errors = done.communicate(timeout=30)
    assert output == "end\natexit 2\natexit 1\nfirst 0 21\nsecond\n"
    assert "Error: third" in errors
    assert done.returncode == 0


def test_an_exit_listener_that_exits(js: Bridge) -> None:
    other = Bridge(output=lambda *event: None)
    other.eval("process.on('exit', () => process.exit(4))")
    other.close()
    assert not other.alive


def test_a_busy_node_is_not_waited_for() -> None:
    other = Bridge(output=lambda *event: None)
    other.eval("setTimeout(() => { for (;;); }, 0)")
    other.close()
    assert not other.alive


PROGRAM = """(py.import "atexit")
(do (atexit.register (fn [] (println "atexit 1")))
    (.on process "exit" (fn [] (println "exit 1" (py.len [1 2]))))
    (atexit.register (fn [] (println "atexit 2")))
    (.on process "exit" (fn [] (println "exit 2")))
    (println "end"))
"""
LINES = ["end", "atexit 2", "atexit 1", "exit 1 2", "exit 2"]


@pytest.mark.parametrize("way", ["file", "-e", "pipe", "fails"])
def test_what_runs_at_the_end_of_a_lisp_program(way: str, tmp_path: Path) -> None:
    program = tmp_path / "program.lisp"
    program.write_text(PROGRAM + ("(exit 3)" if way == "fails" else ""))
    args = {"-e": ["-e", PROGRAM], "pipe": []}.get(way, [str(program)])
    done = subprocess.run(
        [sys.executable, "-m", "polyrepl", *args],
        input=PROGRAM if way == "pipe" else "", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert [line for line in done.stdout.splitlines() if line in LINES] == LINES
    assert (done.returncode, done.stderr) == (3 if way == "fails" else 0, "")
