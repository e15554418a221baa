"""A program that awaits what can never come ends with 13 and the place; what comes late is waited for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from polyrepl.repl.command_line.unsettled import threads_wait
from running import COMMAND, MARKER, Child, assert_nothing_left, environment, polyrepl

NEVER = "what is awaited can never come: nothing is left to do in JavaScript, asyncio or another thread"
HELPERS = """
import asyncio, os, signal, socket, subprocess, sys, threading, time

never = asyncio.Event().wait
def pool():
    "Leaves an idle thread behind."
    return 1
def later(call, seconds=0.3):
    "A thread of its own calls."
    def run():
        time.sleep(seconds)
        loop.call_soon_threadsafe(call)
    threading.Thread(target=run, daemon=True).start()
async def from_thread():
    global loop
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    later(came.set)
    await came.wait()
    return "thread"
async def silent():
    "A thread that tells nobody."
    threading.Thread(target=time.sleep, args=(0.3,)).start()
    await asyncio.Event().wait()
async def from_timer():
    came = asyncio.Event()
    asyncio.get_running_loop().call_later(0.3, came.set)
    await came.wait()
    return "timer"
async def from_child():
    child = await asyncio.create_subprocess_exec("sleep", "0.3")
    return f"child {await child.wait()}"
async def from_socket():
    one, two = socket.socketpair()
    one.setblocking(False)
    threading.Timer(0.3, lambda: two.send(b"socket")).start()
    return (await asyncio.get_running_loop().sock_recv(one, 10)).decode()
async def from_signal():
    came = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, came.set)
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -USR2 {os.getpid()}"])
    await came.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR2)
    return "signal"
def blocking():
    time.sleep(0.3)
    return "pool"
def calls_back(function):
    threading.Timer(0.3, function, ["called"]).start()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("awaits")
    (made / "helpers.py").write_text(HELPERS)
    (made / "library.mjs").write_text("export const never = async () => { await new Promise(() => {}); };\n")
    return made


@pytest.mark.parametrize(
    ("text", "place", "frames"),
    [
        ("(await (js.Promise. (fn [a b])))", "1:1", []),
        ("(def x 1)\n(+ 1 (await (js.Promise. (fn [a b]))))", "2:6", []),
        ("(js.Promise. (fn [a b]))", "1:1", []),
        ("(defn f [] (+ 1 (await (js.Promise. (fn [a b])))))\n(await (f))", "1:17", []),
        (
            "(defn f [] (+ 1 (await (js.Promise. (fn [a b])))))\n(+ 1 (await (f)))",
            "1:17",
            ["2:6", "1:17 in f"],
        ),
        ("(defn f [] (+ 1 (await (js.Promise. (fn [a b])))))\n(f)", "1:17", []),
        ('(js.import "./library.mjs" :as library)\n(await (library.never))', "2:1", []),
        ("(await (all [(sleep 200) (js.Promise. (fn [a b]))]))", "1:1", []),
        ("(.unref (js.setTimeout (fn [] 1) 100000))\n(await (js.Promise. (fn [a b])))", "2:1", []),
        ('(process.on "SIGUSR2" (fn [] 1))\n(await (js.Promise. (fn [a b])))', "2:1", []),
        ("(await (helpers.never))", "1:1", []),
        ("(await (helpers.silent))", "1:1", []),
        ("(await (py.async helpers.pool))\n(await (helpers.never))", "2:1", []),
        ("(try (await (helpers.never)) (finally (println 1)))", "1:6", []),
    ],
)
def test_what_never_comes(folder: Path, text: str, place: str, frames: list[str]) -> None:
    name = f"p{abs(hash(text))}.lisp"
    text = text.replace("(await (py.async", '(py.import "helpers")\n(await (py.async')
    if "helpers" in text and "import" not in text:
        text = '(py.import "helpers") ' + text
        line, column = map(int, place.split(":"))
        place = f"{line}:{column + 22}" if line == 1 else place
    elif "helpers" in text:
        place = f"{int(place.split(':')[0]) + 1}:{place.split(':')[1]}"
    (folder / name).write_text(text)
    done = polyrepl(name, cwd=folder)
    assert (done.code, done.out) == (13, "")
    first, *rest = done.err.splitlines()
    assert first == f"{name}:{place}: Unsettled: {NEVER}"
    assert [line.split(":", 1)[1] for line in rest if line.startswith("  lisp")] == frames


def test_every_way_of_running(folder: Path) -> None:
    form = "(println 1) (await (js.Promise. (fn [a b]))) (println 2)"
    listener = '(def on (process.on "exit" (fn [code] (println "code" code))))'
    done = polyrepl("-e", listener + form, cwd=folder)
    assert (done.code, done.out) == (13, "1\ncode 13\n")
    done = polyrepl(stdin=form, cwd=folder)
    assert (done.code, done.out, done.err.count("Unsettled")) == (13, "1\n", 1)
    done = polyrepl("--json", "-e", form, cwd=folder)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 13
    assert [(r["type"], r.get("name"), r.get("status")) for r in records][-2:] == [
        ("error", "Unsettled", None),
        ("end", None, "error"),
    ]
    done = polyrepl("--json", "--keep-going", stdin=form, cwd=folder)
    assert done.code == 1 and '"text": "2\\n"' in done.out


def test_what_nobody_awaits_need_not_come(folder: Path) -> None:
    done = polyrepl(
        "-e", '(py.import "helpers") (def never (py.async helpers.never)) (println 1)', cwd=folder
    )
    assert (done.code, done.out, done.err) == (0, "1\n", "")


LATE = """
(py.import "helpers")
(js.import "node:child_process" :as cp)
(js.import "node:net" :as net)
(js.import "node:zlib" :as zlib)
(js.import "node:worker_threads" :as threads)
(println (await (helpers.from_thread)))
(println (await (helpers.from_timer)))
(println (await (helpers.from_child)))
(println (await (helpers.from_socket)))
(println (await (helpers.from_signal)))
(println (await (py.async helpers.blocking)))
(println (await (js.Promise. (fn [done] (helpers.calls_back done)))))
(println (await (js.Promise. (fn [done] (js.setTimeout done 300 "js timer")))))
(println (await (js.Promise. (fn [done] (.on (cp.spawn "sleep" ["0.3"]) "close" done)))))
(declare server)
(def server (net.createServer (fn [socket] (js.setTimeout (fn [] (.end socket "net") (.close server)) 300))))
(println (await (js.Promise. (fn [done]
  (.listen server 0 "127.0.0.1" (fn []
    (.on (net.connect (.-port (.address server)) "127.0.0.1") "data"
      (fn [data] (done (.toString data))))))))))
(println (await (js.Promise. (fn [done]
  (.on (threads.Worker. "require('worker_threads').parentPort.postMessage('worker')" {"eval" true})
       "message" done)))))
(println (.-length (await (js.Promise. (fn [done]
  (zlib.gzip (.repeat "abc" 20000000) (fn [e data] (done data))))))))
"""


def test_what_comes_late_is_waited_for(folder: Path) -> None:
    (folder / "late.lisp").write_text(LATE)
    done = polyrepl("late.lisp", cwd=folder)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:-1] == [
        "thread", "timer", "child 0", "socket", "signal", "pool", "called", "js timer", "0", "net", "worker",
    ]  # fmt: skip
    assert int(lines[-1]) > 100


@pytest.mark.parametrize(
    "program",
    [
        '(js.Promise. (fn [done] (.on process.stdin "data" (fn [data] (done (.trim (.toString data)))))))',
        "(helpers.line)",
    ],
)
def test_standard_input_is_waited_for(folder: Path, program: str) -> None:
    (folder / "helpers.py").write_text(
        HELPERS
        + """
async def line():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return (await reader.readline()).decode().strip()
"""
    )
    marked = environment(folder)
    text = f'(py.import "helpers") (println "ready") (println (await {program})) (process.exit 0)'
    with Child(
        [*COMMAND, "-e", text],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=marked, cwd=folder, text=True,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.6)
        child.stdin.write("typed\n")
        child.stdin.flush()
        assert child.stdout.readline() == "typed\n"
        assert child.wait(30) == 0
    assert_nothing_left(marked[MARKER])


def test_which_threads_wait() -> None:
    if not os.path.exists("/proc/self/task") or sys.platform != "linux":
        pytest.skip("no /proc here")
    gone, begun = threading.Event(), threading.Barrier(2)

    def waits() -> None:
        begun.wait()
        gone.wait()

    def polls() -> None:
        begun.wait()
        while not gone.wait(0.01):
            pass

    for at, expected in ((waits, True), (polls, False)):
        before = threads_wait()
        thread = threading.Thread(target=at)
        thread.start()
        begun.wait()
        try:
            found = [threads_wait() for _ in range(1000)]
            assert (found[-1] and before) == (expected and before)
        finally:
            gone.set()
            thread.join()
            gone.clear()
