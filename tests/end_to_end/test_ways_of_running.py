"""The same programs give the same results at the prompt, with -e, from a pipe, and in the kernel."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from jupyter_client.manager import start_new_kernel
from programs import PROGRAMS
from running import MARKER, assert_nothing_left, environment, polyrepl

ESCAPES = r"(?:\x1b\[[?0-9;]*[A-Za-z])*"
NAMES = [row[0] for row in PROGRAMS]
TABLE = pytest.mark.parametrize(("program", "shown"), [row[1:] for row in PROGRAMS], ids=NAMES)


@TABLE
def test_eval_option(program: str, shown: str, tmp_path: Path) -> None:
    done = polyrepl("-e", program, cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, shown + "\n", "")


@TABLE
def test_pipe(program: str, shown: str, tmp_path: Path) -> None:
    done = polyrepl(stdin=program + "\n", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, shown + "\n", "")


@pytest.fixture(scope="module")
def prompt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pexpect.spawn]:
    home = tmp_path_factory.mktemp("home")
    env = environment(home, TERM="xterm", COLUMNS="200", LINES="50")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "polyrepl.repl"],
        env=env,
        cwd=str(home),
        dimensions=(50, 200),
        encoding="utf-8",
        timeout=30,
    )
    child.expect("=> ")
    yield child
    child.sendcontrol("d")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert_nothing_left(env[MARKER])


@TABLE
def test_interactive(prompt: pexpect.spawn, program: str, shown: str) -> None:
    prompt.send(program + "\r")
    # A value stands on a line of its own, in colours; how those look is the tmux suite's.
    prompt.expect("\n" + ESCAPES + ESCAPES.join(map(re.escape, shown)) + ESCAPES + "\r\n")
    prompt.expect("=> ")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    env = environment(tmp_path_factory.mktemp("home"))
    manager, client = start_new_kernel(kernel_name="polyrepl", env=env)
    yield client
    client.stop_channels()
    manager.shutdown_kernel()
    assert_nothing_left(env[MARKER])


@TABLE
def test_kernel(kernel, program: str, shown: str) -> None:  # type: ignore[no-untyped-def]
    seen: list[str] = []

    def collect(message: dict) -> None:  # type: ignore[type-arg]
        if message["msg_type"] == "execute_result":
            seen.append(message["content"]["data"]["text/plain"])

    reply = kernel.execute_interactive(program, timeout=30, output_hook=collect)
    assert reply["content"]["status"] == "ok"
    assert seen == [shown]


ONE_PYTHON = [
    ('(py.exec "class Box: pass\\nbox = Box()\\nseen = []") (def b (py.eval "box"))', None),
    ('((py.eval "lambda o: o is box") b)', "true"),
    (
        '(py.list (py.map (fn (o) (.append (py.eval "seen") o)) [b])) ((py.eval "lambda: seen[0] is box"))',
        "true",
    ),
    ('(py.exec "import __main__; assert __main__.box is box") (identical? b (py.eval "box"))', "true"),
]


def test_one_python_at_the_prompt(prompt: pexpect.spawn) -> None:
    for program, shown in ONE_PYTHON:
        prompt.send(program + "\r")
        if shown is not None:
            prompt.expect("\n" + ESCAPES + shown + ESCAPES + "\r\n")
        prompt.expect("=> ")


def test_one_python_in_the_kernel(kernel) -> None:  # type: ignore[no-untyped-def]
    for program, shown in ONE_PYTHON:
        seen: list[str] = []

        def collect(message: dict, seen: list[str] = seen) -> None:  # type: ignore[type-arg]
            if message["msg_type"] == "execute_result":
                seen.append(message["content"]["data"]["text/plain"])

        reply = kernel.execute_interactive(program, timeout=30, output_hook=collect)
        assert reply["content"]["status"] == "ok"
        assert seen == ([] if shown is None else [shown])
