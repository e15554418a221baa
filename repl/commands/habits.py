"""What hands have learnt at other prompts: ,sh ,cd ,timeit ,history ,who ,out ,log; `!ls`, `?name`, `name?`.

In: the front end and the argument, or a line as it was typed. Out: printed text; the line as it is meant.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

from polyrepl.lisp.errors import LispError, render
from polyrepl.lisp.forms import Form, List
from polyrepl.lisp.read.reader import read_all

from ..prose import precise
from .front import Front
from .registry import command
from .state import env

RUNS = 7
ENOUGH = 0.2  # seconds that one run of ,timeit should take
MOST = 10_000_000

_ASKED = re.compile(r"\?{1,2}([^\s()\[\]{}\"';?][^\s()\[\]{}\"';]*)|([^\s()\[\]{}\"';?!:]+)\?{1,2}")


def meant(line: str, bound: Callable[[str], bool]) -> str:
    """The command that a line of another prompt stands for: `!ls`, `?name`, `name?`, `??name`, `name??`; any
    other line as it is.

    Args:
        line: the whole of what was typed.
        bound: is there such a name? One that is there is itself.
    """
    word = line.strip()
    if len(word) > 1 and word[0] == "!" and "\n" not in word and not bound(re.split(r"[\s()]", word)[0]):
        return f",sh {word[1:]}"
    asked = _ASKED.fullmatch(word)
    if asked is None or bound(word):
        return line
    if asked[2] and word.endswith("??") and bound(word[:-1]):  # `odd??` is about `odd?`
        return f",doc {word[:-1]}"
    name = asked[1] or asked[2]
    return f",{'source' if word.startswith('??') or word == name + '??' else 'doc'} {name}"


@command("sh")
async def sh(front: Front, argument: str) -> None:
    """,sh command: run a command of the shell (so does !command)"""
    import subprocess

    # A handler of ours, not SIG_IGN, which the command would inherit: Ctrl-C is for the command alone.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        code = subprocess.call(argument, shell=True)
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        front.note(f"ended with {code}" if code > 0 else f"ended by signal {-code}")


@command("cd", "file")
async def cd(front: Front, argument: str) -> None:
    """,cd [folder]: work in another folder, in all three languages; alone: at home"""
    try:
        front.session.work_in(os.path.expanduser(argument or "~"))
        here = os.getcwd()
    except OSError as error:
        front.complain(f"{argument}: {error.strerror}")
        return
    front.node.now("moveTo", here)
    front.note(here)


@command("timeit", "form")
async def timeit(front: Front, argument: str) -> None:
    """,timeit form: how long a form takes, from several runs of many rounds; compiled once a run"""

    try:
        body = front.session.compiler.read(argument, "<timeit>")
    except LispError as error:
        front.complain(render(error, front.width()))
        return

    async def seconds(rounds: int) -> float | None:
        found = await front.value_of(timed(body, rounds))
        return None if found is None else float(found.text) / 1000

    rounds = 1
    while (took := await seconds(rounds)) is not None and took < ENOUGH / 10 and rounds < MOST:
        rounds *= 10
    runs = []
    for _ in range(RUNS):
        took = await seconds(rounds) if took is not None else None
        if took is None:
            return
        runs.append(took / rounds)
    import statistics  # late: a start needs none

    mean, spread = statistics.mean(runs), statistics.stdev(runs)
    front.say(
        f"{precise(mean)} ± {precise(spread)}, best {precise(min(runs))} ({RUNS} runs of {rounds} rounds)"
    )


def timed(body: list[Form], rounds: int) -> Form:
    """The form whose value is how many milliseconds so many rounds of a body take."""
    loop = read_all(f"(dotimes [timeit--round {rounds}])", "timeit")[0]
    text = "(let [timeit--start (performance.now)] (- (performance.now) timeit--start))"
    whole = read_all(text, "timeit")[0]
    assert isinstance(loop, List) and isinstance(whole, List)
    # Put together, not written: an error is shown in what was typed.
    turns = List((*loop.items, *body), loop.span)
    return List((*whole.items[:2], turns, *whole.items[2:]), whole.span)


@command("history")
async def history(front: Front, argument: str) -> None:
    """,history [text]: the Lisp forms of this session that ran without an error"""
    found = [(at, text) for at, text in enumerate(front.ran, 1) if argument in text]
    for at, text in found:
        front.say(f"; {at}\n{text}", language="lisp")
    if not found:
        front.say(f"nothing that ran holds {argument}" if argument else "nothing has run yet")


@command("who")
async def who(front: Front, argument: str) -> None:
    """,who [text]: what this session has defined, as ,env"""
    await env(front, argument)


@command("out")
async def out(front: Front, argument: str) -> None:
    """,out [n]: the value that In[n] has shown, or their numbers (in Python: Out[n])"""
    numbers = sorted(front.results)
    if not argument:
        front.say(" ".join(map(str, numbers)) if numbers else "nothing was shown yet")
    elif not argument.removeprefix("-").isdecimal():
        front.complain("usage: ,out [n]")
    elif int(argument) not in front.results:
        front.complain(f"In[{argument}] has shown no value, or one too long ago")
    else:
        await front.show_result(int(argument))


@command("log", "file")
async def log(front: Front, argument: str) -> None:
    """,log file: write what is typed, and as comments what is shown, to a file; ,log off ends it"""
    path = None if argument in ("off", "stop") else Path(os.path.expanduser(argument))
    try:
        front.note(front.log_to(path))
    except OSError as error:
        front.complain(f"{argument}: {error.strerror}")
