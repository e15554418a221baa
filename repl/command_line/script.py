"""Programs without a person at the keyboard: files, -e, pipes; and the loop they all run on.

In: a `Job`. Out: an exit code. Values go to standard output, problems to standard error."""

from __future__ import annotations

import atexit
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from polyrepl import stand_before_sites
from polyrepl.bridge import Bridge, BridgeError, JSError, NodeLost, NodeNotFound
from polyrepl.bridge.bridge import unwaited

from ..session.events import Event
from ..session.outcomes import exit_code as code_of
from ..session.session import Session
from ..session.sink import BROKEN_PIPE, Sink, abandon_stdout
from .complaints import bad_encoding, complain
from .late_loop import LateLoop
from .reporting import Ended, Failed, Reporter, Stopped, run_events

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine
    from pathlib import Path
    from types import FrameType


# `signal.signal` asks the handler that was there for its repr, which may live in a Node that has ended.
_set_signal: Any = import_module("_signal").signal
INTERRUPTED = 130  # as a shell has it
LONG = 0.05  # seconds after which a program that has a loop is one that takes long
# How much of a value is made into text: what can be shown of it, and more.
LIMITS: dict[str, int | bool] = {
    "maxItems": 100_000,
    "maxTotal": 200_000,
    "maxString": 1_000_000,
    "ownText": True,
}


class Job:
    """What the command line asked for."""

    __slots__ = (
        "argv",
        "forms",
        "full",
        "init",
        "interactive",
        "json",
        "keep_going",
        "module",
        "own_process",
        "path",
    )

    def __init__(
        self,
        forms: list[str] | None = None,
        path: Path | None = None,
        module: bool = False,
        argv: list[str] | None = None,
        interactive: bool = False,
        init: bool = True,
        json: bool = False,
        keep_going: bool = False,
        full: bool = False,
        own_process: bool = True,
    ) -> None:
        self.forms: list[str] = [] if forms is None else forms
        self.path = path
        self.module = module
        """Was it named as a module, `-m pkg.m`?"""
        self.argv: list[str] = [] if argv is None else argv
        self.interactive = interactive
        self.init = init
        self.json = json
        self.keep_going = keep_going
        self.full = full
        self.own_process = own_process

    @property
    def folder(self) -> str | None:
        """The program's own folder; None where it is no file that stands in one: a pipe, `<(..)`, forms."""
        return None if self.path is None or not self.path.is_file() else str(self.path.resolve().parent)


def run(job: Job, bridge: Bridge, sink: Sink) -> int:
    """Do the job in a new Session over `bridge`, whose output goes to `sink`; leave nothing behind.

    Raises:
        KeyboardInterrupt: Ctrl-C has ended it; that is said and cleaned up already.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A lone surrogate or a narrow locale must not turn a result into an exception.
            stream.reconfigure(errors="backslashreplace")
    session = Session(bridge=bridge, argv=job.argv, folder=job.folder)
    if not (job.full or job.json):
        session.limits = LIMITS
    session.node.program = not job.interactive
    session.node.heeds = "prompt" if job.interactive else "program"
    sink.on_broken = session.interrupt
    if job.own_process:
        unwaited(bridge)
    late = session.late_loop = LateLoop(job.own_process)
    reporter = Reporter(full=job.full, keep_going=job.keep_going)
    end_json = speak_json(reporter, restore=not job.own_process) if job.json else None

    code: int | None = None

    def end() -> None:
        nonlocal code
        asked = bridge.leave(code)
        if asked is None and session.node.program:  # Node has ended, whenever that was
            asked = getattr(bridge.ended_by, "exit_status", None)
        session.close()
        code = (asked if asked is not None else code) or (1 if session.failed_late else 0)
        try:
            with contextlib.suppress(ValueError):
                if end_json is not None:
                    end_json()
                sys.stdout.flush()
        except OSError as error:
            code = unwritten(error)

    def leave(asked: SystemExit) -> None:
        nonlocal code
        code = code_of(asked)

    # To the end of a process of ours: `__del__` may still run.
    ends = (leave, lambda asked: session.node.end(code_of(asked)))
    session.uncaught.install(*(() if job.interactive else ends))
    atexit.register(end)  # behind what the program registers, which runs first
    known = atexit._ncallbacks()
    try:
        code = exit_code(session, job, reporter, sink, late)
    except KeyboardInterrupt:
        code = INTERRUPTED
        raise
    finally:
        late.close()
        if job.own_process:
            # As Python does when this process ends, but here the exit code is still to be had: it waits for
            # threads, and calls these functions.
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        elif atexit._ncallbacks() <= known:
            atexit.unregister(end)
            end()
        elif code is None:  # it is asked for before the end
            code = session.node.exit_code()
        if not job.own_process:
            session.uncaught.remove()
    return code or 0


def speak_json(reporter: Reporter, *, restore: bool) -> Callable[[], None]:
    """From now on all that is shown or printed is a line of JSON. Returns what ends that.

    Args:
        reporter: of the job.
        restore: descriptor 1 is then what it was, as the standard streams are in any case.
    """
    from .json_lines import Printed, Raw

    standard = sys.stdout, sys.stderr, sys.__stdout__
    raw = Raw()
    lines = reporter.lines = raw.lines
    sys.stdout, sys.stderr = Printed(lines, "stdout"), Printed(lines, "stderr")
    sys.__stdout__ = sys.stdout  # type: ignore[misc, assignment]

    def end() -> None:
        try:
            raw.close(restore=restore)
        finally:
            sys.stdout, sys.stderr, sys.__stdout__ = standard  # type: ignore[misc]

    return end


def exit_code(session: Session, job: Job, reporter: Reporter, sink: Sink, late: LateLoop) -> int | None:
    """Do the job; say what ends it. None: the code is for `process.exitCode` to say. Raises KeyboardInterrupt
    where Ctrl-C ends it."""

    def go_on(loop: asyncio.AbstractEventLoop, rest: Coroutine[Any, Any, int | None]) -> int | None:
        from polyrepl.bridge.waking import sigint_to

        from ..session.nesting import nesting
        from .stopping import stop, until_done

        session.uncaught.heed(loop)
        task = loop.create_task(rest)
        if not job.interactive:
            loop.call_later(LONG, watch, session, loop)
        with (
            nesting(loop),
            sigint_to(
                lambda number, frame: stop(session, task, reporter.is_channel, frame),
                loop,
                session.node.signals.beside,
            ),
        ):
            late.heed()
            return until_done(session, task, reporter.is_channel, job.interactive)

    try:
        with stopped_at_once(session):
            code = late.run(perform(session, job, reporter), go_on)
        if sink.failed is not None:
            return unwritten(sink.failed)
        sys.stdout.flush()
        return code
    except Ended as ended:
        if sink.broken:
            return BROKEN_PIPE
        if sink.failed is not None:
            return unwritten(sink.failed)
        if ended.last_words:
            print(ended.last_words, file=sys.stderr)
        if isinstance(ended, Stopped):
            raise KeyboardInterrupt from None
        return ended.code
    except late.endings:
        reporter.complain("KeyboardInterrupt", "Interrupted")
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        abandon_stdout()
        return BROKEN_PIPE
    except NodeLost as lost:  # between two forms
        if lost.exit_status is not None:
            return lost.exit_status
        if lost.signal == signal.SIGINT:
            raise KeyboardInterrupt from None
        problem = session.trace.node_lost(lost)
        reporter.complain(problem.ename, problem.text)
        return problem.status
    except (NodeNotFound, BridgeError, JSError) as error:
        complain(error)
        return 1
    except OSError as error:
        return unwritten(error)


def watch(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    """Most programs have ended by now; of this one it is watched whether what it awaits can still come."""
    with contextlib.suppress(OSError, ImportError):  # no descriptor is left, say
        from .unsettled import Unsettled

        Unsettled(session, loop)


@contextlib.contextmanager
def stopped_at_once(session: Session) -> Iterator[None]:
    """While inside, Ctrl-C stops what runs, before there is a loop.

    Raises:
        KeyboardInterrupt: between two forms.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if session.node.signals.hand_on():
            return
        if not session.running:
            raise KeyboardInterrupt
        session.interrupt()

    before = _set_signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        _set_signal(signal.SIGINT, before)


def unwritten(error: OSError) -> int:
    """Say that the output did not arrive; what is left of it goes nowhere. Returns the exit code."""
    abandon_stdout()
    with contextlib.suppress(OSError):
        print(
            f"polyrepl: cannot write the output: {error.strerror or error}", file=sys.__stderr__, flush=True
        )
    return 1


async def perform(session: Session, job: Job, reporter: Reporter) -> int | None:
    """Run everything the job names, in the order file or -e, then the prompt."""
    if job.interactive or job.json or not job.forms:
        assert session.late_loop is not None
        await session.late_loop
    if not job.interactive:
        return await perform_all(session, job, reporter)
    # What the prompt needs, also later, is loaded before the program's own modules can be found.
    import pygments  # noqa: F401

    from ..terminal import terminal  # noqa: F401
    from ..terminal.standing import standing

    with standing():
        return await perform_all(session, job, reporter)


async def perform_all(session: Session, job: Job, reporter: Reporter) -> int | None:
    """As `perform`, with everything in place."""
    stand_before_sites(*own_folders(job))
    try:
        if job.path is not None:
            await run_text(session, read_file(job.path, reporter), str(job.path), reporter, values=False)
        elif job.forms:
            for text in job.forms:
                await run_text(session, text, "<-e>", reporter)
        elif not job.interactive:
            from .pipe import run_pipe

            await run_pipe(session, sys.stdin.fileno(), reporter=reporter)
    except Failed as failed:
        if not job.interactive:
            raise
        if failed.last_words:
            print(failed.last_words, file=sys.stderr)
    if job.interactive:
        from ..terminal.terminal import interact

        return await interact(session, init=job.init, last_error=reporter.last)
    await run_events(last_events(session), reporter, values=False)
    return 1 if reporter.failed or session.failed_late else None


def own_folders(job: Job) -> list[str]:
    """Where the program's own modules stand: beside a file; for -m in the working folder, then beside it;
    else in the working folder."""
    beside = job.folder
    if beside is None:
        return [""]
    return ["", beside] if job.module else [beside]


async def last_events(session: Session) -> AsyncIterator[Event]:
    """Timers, servers and promises that outlive the last form: the program is over when they are."""
    yield await session.finish()


async def run_text(
    session: Session, text: str, name: str, reporter: Reporter, *, values: bool = True
) -> None:
    """Run a whole text. With `keep_going`, the forms after one that failed run too."""
    events = session.eval(text, name, keep_going=reporter.keep_going)
    await run_events(events, reporter, values=values)


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
