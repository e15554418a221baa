"""Programs without a person at the keyboard: files, -e, pipes; and the loop they all run on.

In: a `Job`. Out: an exit code. Values go to standard output, problems to standard error.

A pipe is read as it arrives: each form runs when its last character is there, so a slow producer
sees results before it ends, and what has run is dropped, so memory stays flat.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from polyrepl.bridge import Bridge, BridgeError, NodeNotFound
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Source
from polyrepl.lisp.reader import Reader

from .display import plain_text
from .events import Event, Exit, Lost, Problem, Value
from .session import Session, ends_unit
from .sink import Sink, abandon_stdout
from .waking import sigint_to

if TYPE_CHECKING:
    from .json_lines import JsonLines

CHUNK = 1 << 16
INTERRUPTED = 130
BROKEN_PIPE = 141


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line asked for."""

    forms: list[str] = field(default_factory=list)
    path: Path | None = None
    argv: list[str] = field(default_factory=list)
    interactive: bool = False
    init: bool = True
    json: bool = False
    keep_going: bool = False


@dataclass(slots=True)
class Reporter:
    """How a job's events are shown, and whether one of its forms has failed."""

    lines: JsonLines | None = None
    keep_going: bool = False
    failed: bool = False
    last: Problem | None = None

    def complain(self, name: str, text: str) -> None:
        """Say what is wrong with the program's text."""
        if self.lines is not None:
            self.lines.problem("error", name, text, text)
        else:
            sys.stdout.flush()
            print(text, file=sys.stderr, flush=True)


class Ended(Exception):
    """The program is over with this exit code; `last_words` go to standard error if anybody listens."""

    def __init__(self, code: int, last_words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.last_words = last_words


class Failed(Ended):
    """A form of the program failed, or was interrupted; with -i the prompt comes nevertheless."""


def run(job: Job, bridge: Bridge, sink: Sink) -> int:
    """Do the job in a new Session over `bridge`, whose output goes to `sink`; leave nothing behind."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A lone surrogate or a narrow locale must not turn a result into an exception.
            stream.reconfigure(errors="backslashreplace")
    folder = str(job.path.resolve().parent) if job.path is not None else None
    session = Session(bridge=bridge, argv=job.argv, folder=folder)
    sink.on_broken = session.interrupt
    loop = asyncio.new_event_loop()
    standard = sys.stdout, sys.stderr
    reporter = Reporter(keep_going=job.keep_going)
    if job.json:
        from .json_lines import JsonLines, Printed

        lines = reporter.lines = JsonLines(sys.stdout)
        sys.stdout, sys.stderr = Printed(lines, "stdout"), Printed(lines, "stderr")
    try:
        task = loop.create_task(perform(session, job, reporter))
        with sigint_to(lambda number, frame: stop(session, task), loop):
            return loop.run_until_complete(task)
    except Ended as ended:
        if sink.broken:
            return BROKEN_PIPE
        if ended.last_words:
            print(ended.last_words, file=sys.stderr)
        return ended.code
    except (KeyboardInterrupt, asyncio.CancelledError):
        reporter.complain("KeyboardInterrupt", "Interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        abandon_stdout()
        return BROKEN_PIPE
    except (NodeNotFound, BridgeError) as error:
        print(f"polyrepl: {error}", file=sys.stderr)
        return 1
    finally:
        session.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        with contextlib.suppress(OSError, ValueError):
            if reporter.lines is not None:
                reporter.lines.flush()
                sys.stdout, sys.stderr = standard
            sys.stdout.flush()


async def perform(session: Session, job: Job, reporter: Reporter) -> int:
    """Run everything the job names, in the order file or -e, then the prompt."""
    try:
        if job.path is not None:
            await run_text(session, read_file(job.path, reporter), str(job.path), reporter, values=False)
        elif job.forms:
            for text in job.forms:
                await run_text(session, text, "<-e>", reporter)
        elif not job.interactive:
            await run_pipe(session, sys.stdin.fileno(), reporter=reporter)
    except Failed as failed:
        if not job.interactive:
            raise
        if failed.last_words:
            print(failed.last_words, file=sys.stderr)
    if job.interactive:
        from .terminal import interact

        return await interact(session, init=job.init, last_error=reporter.last)
    await run_events(last_events(session), reporter, values=False)
    return 1 if reporter.failed or session.failed_late else 0


async def last_events(session: Session) -> AsyncIterator[Event]:
    """Timers, servers and promises that outlive the last form: the program is over when they are."""
    yield await session.finish()


async def run_text(
    session: Session, text: str, name: str, reporter: Reporter, *, values: bool = True
) -> None:
    """Run a whole text. With `keep_going`, the forms after one that failed run too."""
    if not reporter.keep_going:
        await run_events(session.eval(text, name), reporter, values=values)
        return
    try:
        forms = session.compiler.read(text, name)
    except LispError as error:
        show(session.trace.compile_problem(error), reporter)
        reporter.failed = True
        return
    session.compiler.declare_unit(forms)
    for form in forms:
        await run_events(session.eval_form(form), reporter, values=values)


async def run_events(events: AsyncIterator[Event], reporter: Reporter, *, values: bool = True) -> None:
    """Show the events of one text.

    Raises:
        Ended: after an error, an interrupt or `(exit n)`.
    """
    async with contextlib.aclosing(events):  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, Problem) and event.severity == "interrupt":
                if reporter.lines is None:
                    raise Failed(INTERRUPTED, event.text)
                reporter.lines.event(event)
                raise Failed(INTERRUPTED)
            show(event, reporter, values=values)
            if isinstance(event, Exit):
                raise Ended(event.code)
            if ends_unit(event):
                reporter.failed = True
                reporter.last = event if isinstance(event, Problem) else None
                if not reporter.keep_going:
                    raise Failed(1)


def show(event: Event, reporter: Reporter, *, values: bool = True) -> None:
    """Print one event to the stream it belongs to."""
    if isinstance(event, Value) and not values:
        return
    if reporter.lines is not None:
        reporter.lines.event(event)
        return
    match event:
        case Value(quiet=False):
            sys.stdout.write(plain_text(event) + "\n")
            sys.stdout.flush()
        case Problem(exception=BrokenPipeError()):
            raise BrokenPipeError
        case Problem():
            sys.stdout.flush()
            print(event.text, file=sys.stderr, flush=True)
        case Lost():
            print(f"polyrepl: {event.text}", file=sys.stderr, flush=True)


def read_file(path: Path, reporter: Reporter) -> str:
    """The text of a program.

    Raises:
        Ended: with a clear line when it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reporter.complain("UnicodeDecodeError", bad_encoding(str(path), line, error.object[error.start]))
    except OSError as error:
        reporter.complain(type(error).__name__, f"polyrepl: {path}: {error.strerror}")
    raise Ended(1)


def bad_encoding(name: str, line: int, byte: int) -> str:
    return f"{name}:{line}: error: byte 0x{byte:02x} is not UTF-8\n  hint: save the program as UTF-8"


# -- pipes ---------------------------------------------------------------------------------------


async def run_pipe(session: Session, fd: int, name: str = "<pipe>", *, reporter: Reporter) -> None:
    """Read forms from file descriptor `fd` and run each as soon as it is whole."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    text, first_line, tried = "", 1, 0
    async for data in chunks(fd):
        try:
            text += decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            last = Source(name, text + good.decode("utf-8"), first_line=first_line)
            await run_ready(session, last, False, reporter)
            line = first_line + text.count("\n") + good.count(b"\n")
            reporter.complain("UnicodeDecodeError", bad_encoding(name, line, error.object[error.start]))
            raise Ended(1) from None
        # A huge unfinished form is tried again only when it has doubled, unless the producer paused.
        if data and len(data) == CHUNK and len(text) < 2 * tried:
            continue
        used = await run_ready(session, Source(name, text, first_line=first_line), not data, reporter)
        first_line += text.count("\n", 0, used)
        text = text[used:]
        tried = len(text)


async def run_ready(session: Session, source: Source, ended: bool, reporter: Reporter) -> int:
    """Run every whole form of `source`; returns how many characters are done with."""
    reader = Reader(source)
    done = 0
    while True:
        try:
            form = reader.read()
        except LispError as error:
            # A token that touches the end may be whole once the next chunk is there.
            cut = error.span is not None and error.span.end == len(source.text)
            if not ended and (error.incomplete or cut):
                return done
            show(session.trace.compile_problem(error), reporter)
            raise Ended(1) from None
        if form is None:
            return done if not ended else len(source.text)
        if not ended and reader.position == len(source.text) and source.text[-1] not in ')]}"':
            return done  # an atom at the very end may go on in the next chunk
        done = reader.position
        await run_events(session.eval_form(form), reporter)


async def chunks(fd: int) -> AsyncIterator[bytes]:
    """What arrives at `fd`, ending with b"". A thread waits for it, so that the loop never does."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    room = threading.Semaphore(4)

    def pump() -> None:
        while room.acquire():
            try:
                data = os.read(fd, CHUNK)
            except OSError:
                data = b""
            try:
                loop.call_soon_threadsafe(queue.put_nowait, data)
            except RuntimeError:  # the loop is closed: the program ended first
                return
            if not data:
                return

    # A daemon: a program that ends by itself does not wait for a producer that never writes again.
    threading.Thread(target=pump, name="polyrepl-stdin", daemon=True).start()
    while True:
        data = await queue.get()
        room.release()
        yield data
        if not data:
            return


def stop(session: Session, task: asyncio.Task[int]) -> None:
    """Ctrl-C: stop the running form, or the wait for the next one.

    Raises:
        KeyboardInterrupt: that has been asked for before, and something does not let go.
    """
    if session.running:
        session.interrupt()
    elif task.cancelling():
        raise KeyboardInterrupt
    else:
        task.cancel()
