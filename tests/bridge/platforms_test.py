"""Systems that are not this one: without /proc and process descriptors, with many descriptors, Windows."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.bridge import NodeNotFound, bridge
from polyrepl.bridge.pipes import fifos, pipe
from polyrepl.bridge.process import find_node
from running import COMMAND, MARKER, Child, assert_nothing_left, environment

WITHOUT_PROC = Path(__file__).resolve().parents[1] / "without_proc"
NODE = Path(bridge.__file__).parent / "node"
HIDE = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


def can_hide() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*HIDE, "true"], capture_output=True, check=False).returncode == 0


class Platform:
    """A system without /proc: truly hidden, or by faults put into both languages."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.env = environment(folder, TMPDIR=str(self.temporary))
        self.wrapper: list[str] = []
        if kind == "hidden":
            if not can_hide():
                pytest.skip("no mount namespaces here")
            self.wrapper = HIDE
        else:
            self.env["PYTHONPATH"] = str(WITHOUT_PROC)
            self.env["NODE_OPTIONS"] = f"--require={WITHOUT_PROC / 'node.cjs'}"

    def popen(self, *command: str) -> Child[str]:
        return Child(
            [*self.wrapper, *command],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str, str]:
        with self.popen(*command) as child:
            out, err = child.communicate(timeout=60)
        self.nothing_left()
        return child.returncode, out, err

    def nothing_left(self) -> None:
        assert_nothing_left(self.env[MARKER])
        assert os.listdir(self.temporary) == []


@pytest.fixture(params=["hidden", "faults"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Platform:
    return Platform(request.param, tmp_path)


def test_the_faults_are_there(platform: Platform) -> None:
    code = "import os; print(hasattr(os, 'pidfd_open')); open('/proc/self/stat')"
    status, out, err = platform.run(sys.executable, "-c", code)
    assert status == 1 and "FileNotFoundError" in err
    if not platform.wrapper:
        assert out == "False\n"
    code = "try { require('node:fs').openSync('/proc/self/stat') } catch (error) { console.log(error.code) }"
    assert platform.run(find_node(), "-e", code)[:2] == (0, "ENOENT\n")


def test_programs_run(platform: Platform) -> None:
    program = '(println (py.sorted [3 1 2] :key (fn [x] (- x)))) (await (py.async (py.eval "lambda: 7")))'
    assert platform.run(*COMMAND, "-e", program) == (0, "[3, 2, 1]\n7\n", "")


@pytest.mark.parametrize(
    "loop", ["(while true nil)", '(py.exec "while True: pass")', "(await (new Promise (fn [] nil)))"]
)
def test_programs_are_interrupted(platform: Platform, loop: str) -> None:
    with platform.popen(*COMMAND, "-e", f'(println "go") {loop}') as child:
        assert child.stdout is not None and child.stderr is not None
        assert child.stdout.readline() == "go\n"
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
    assert child.returncode == -signal.SIGINT
    platform.nothing_left()


TALK = """if True:
    import os, signal, sys, threading
    from polyrepl.bridge import Bridge, Interrupted, NodeLost
    js = Bridge()
    print(js.eval("x => x + 1")(2))
    print(js.eval("async (f) => await f(20) + f(1)")(lambda x: x * 2).result())
    add = js.eval("(f, n) => { let sum = 0; for (let i = 0; i < n; i++) sum += f(i); return sum }")
    print(add(lambda x: x, 2000))
    print(len(js.eval("(f) => f('x'.repeat(3e6))")(lambda text: text)))
    for loop in ("for (;;);", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"):
        try:
            js.eval("(f) => { f(); %s }" % loop)(lambda: threading.Timer(0.05, js.interrupt).start())
        except Interrupted:
            print("interrupted")
    print(js.eval("1"))
    try:
        js.eval("process.kill(process.pid, 'SIGKILL'); for (;;);")
    except NodeLost as error:
        print(error)
    print(js.eval("2"))
    js.close()
"""


def test_both_ways_interrupt_and_death(platform: Platform) -> None:
    lines = ["3", "42", "1999000", "3000000", "interrupted", "interrupted", "1"]
    lines += ["the Node process was killed by SIGKILL", "2"]
    assert platform.run(sys.executable, "-c", TALK) == (0, "\n".join(lines) + "\n", "")


LIBRARY = """
import { createNodePythonBridge } from "%s";
for (const sync of [true, false]) {
  const { $py, bridge, close } = await createNodePythonBridge({ sync });
  console.log(await (await $py.eval("lambda f: f(20) + 2"))((x) => x * 2));
  console.log(await (await $py.eval("lambda text: len(text)"))("x".repeat(3e6)));
  if (!sync) {
    process.kill(bridge.python, "SIGKILL");
    try { for (;;) await $py.eval("1"); } catch (error) { console.log(error.message); }
  }
  await close();
}
"""


def run_node(platform: Platform, code: str) -> tuple[int, str, str]:
    platform.env["POLYREPL_PYTHON"] = sys.executable
    return platform.run(
        find_node(), "--input-type=module", "-e", code.replace("%s", (NODE / "library.mjs").as_uri())
    )


def test_node_as_parent(platform: Platform) -> None:
    lines = ["42", "3000000", "42", "3000000", "the Python process has ended"]
    assert run_node(platform, LIBRARY) == (0, "\n".join(lines) + "\n", "")


# ---- a FIFO's name is never left behind


def test_a_pipe_of_two_descriptions() -> None:
    read, look, write = pipe()
    try:
        assert [os.get_blocking(fd) for fd in (read, look, write)] == [True, False, False]
        with pytest.raises(BlockingIOError):
            os.read(look, 1)
        os.write(write, b"ab")
        assert (os.read(look, 1), os.read(read, 1)) == (b"a", b"b")
        assert os.fstat(read).st_nlink == 0
        assert not any(map(os.get_inheritable, (read, look, write)))
    finally:
        for fd in (read, look, write):
            os.close(fd)


def test_only_this_user_sees_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with fifos("a", "b") as paths:
        (folder,) = tmp_path.iterdir()
        assert [str(folder / "a"), str(folder / "b")] == paths
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [stat.S_IMODE(os.stat(path).st_mode) for path in paths] == [0o600, 0o600]
    assert list(tmp_path.iterdir()) == []


def test_no_place_for_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    with fifos("a", places=[str(tmp_path)]) as (path,):
        assert Path(path).parent.parent == tmp_path
    with pytest.raises(NodeNotFound, match=r"none: No such file.*TMPDIR"), fifos("a", places=[]):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_the_pipe_is_made(number: signal.Signals, tmp_path: Path) -> None:
    code = f"""if True:
        import os, signal, sys
        from polyrepl.bridge import Bridge
        signal.signal({int(number)}, signal.SIG_DFL)
        def hook(event, arguments):
            if event == "open" and "polyrepl-" in str(arguments[0]):
                print("in time", flush=True)
                os.kill(os.getpid(), {int(number)})
        sys.addaudithook(hook)
        Bridge().start()
        print("never")
    """
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (-number, "") and "in time" in done.stdout
    assert "never" not in done.stdout
    assert list(tmp_path.iterdir()) == []


PYTHON_DIES = """
import { createNodePythonBridge } from "%s";
const code = `
import json, os, signal
from polyrepl.bridge.pipes import offered
from polyrepl.bridge.protocol import VERSION
with offered() as (folder, read, write):
    os.write(3, json.dumps({"pid": os.getpid(), "folder": folder, "version": VERSION}).encode() + b"\\\\n")
    os.kill(os.getpid(), signal.SIGKILL)
`;
try {
  const { $py } = await createNodePythonBridge({ args: ["-c", code] });
  await $py.eval("1");
} catch (error) { console.log(error.name, error.message); }
"""
NODE_DIES = """
import { createNodePythonBridge } from "%s";
createNodePythonBridge();
process.kill(process.pid, "SIGKILL");
"""


def test_python_dies_while_node_opens(platform: Platform) -> None:
    status, out, err = run_node(platform, PYTHON_DIES)
    assert (status, err) == (0, "") and out.startswith("BridgeError ")


def test_node_dies_before_it_has_opened(platform: Platform) -> None:
    status, out, err = run_node(platform, NODE_DIES)
    assert (status, out, err) == (-signal.SIGKILL, "", "")


# ---- more than 1,024 descriptors


MANY = """if True:
    import asyncio, os, resource
    from polyrepl.bridge import Bridge, NodeLost
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for _ in range(2000):
        os.open("/dev/null", os.O_RDONLY)
    js = Bridge()
    print(js.eval("(f) => f(20)")(lambda x: x * 2))
    print(js.eval("async (f) => await f(20)")(lambda x: x * 2).result())
    try:
        js.eval("process.kill(process.pid, 'SIGKILL'); for (;;);")
    except NodeLost as error:
        print(error)
    print(js.eval("2"))
    js.close()
"""


@pytest.mark.skipif(
    0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 4096, reason="so many descriptors are not allowed"
)
def test_many_descriptors() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["40", "40", "the Node process was killed by SIGKILL", "2"]


# ---- Windows


def test_windows_is_told_what_to_do() -> None:
    code = """if True:
        import sys
        sys.platform = "win32"
        for name in ("fcntl", "termios", "resource"):
            sys.modules[name] = None  # what is not there
        import polyrepl.bridge
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and last.startswith("ImportError: polyrepl") and "WSL" in last
    command = code.replace("import polyrepl.bridge", "from polyrepl.repl.cli import main; sys.exit(main())")
    done = subprocess.run(
        [sys.executable, "-c", command, "-e", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "WSL" in done.stderr
