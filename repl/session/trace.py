"""From what was thrown to what is shown: positions in the Lisp, an excerpt, one folded stack.

In: the outcome of a form (repl/node/session.mjs) and the maps of the forms compiled so far.
Out: a `Problem` whose text reads

    <pipe>:1:8: ValueError: invalid literal for int() with base 10: 'x'
      (+ 1 (py.int "x"))
           ^^^^^^^^^^^^
      lisp  <pipe>:1:6
      py    app.py:12 in parse

Frames go from the oldest to the newest; those of the bridge and of the runtime are left out.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import Any

from polyrepl.bridge import JSError, NodeLost
from polyrepl.bridge.errors import js_stacks
from polyrepl.bridge.foreign import LONGEST, LONGEST_STACK, clip, message, notes, own, visible
from polyrepl.bridge.frames import stack_place
from polyrepl.lisp.compiler import Compiled
from polyrepl.lisp.emit.mangle import demangle
from polyrepl.lisp.errors import Diagnostic, LispError, excerpt, expansions, render
from polyrepl.lisp.forms import Source, Span
from polyrepl.lisp.python.placing import entries, span_of
from polyrepl.lisp.records import Frozen, changed

from .events import UNSETTLED, Lost, Problem
from .run_hints import javascript_hint, module_hint, python_hint

SCHEME = "polyrepl:form/"
NPM = "polyrepl npm install"
IMPORTER = ".polyrepl-import.mjs"  # see repl/node/session.mjs
_NEVER = "what is awaited can never come: nothing is left to do in JavaScript, asyncio or another thread"
_UNSETTLED: dict[str, Any] = {"name": "Unsettled", "message": _NEVER, "exception": None}
BY_SIGNAL = 128  # as a shell has it
REMEMBERED_FORMS = 10_000
REMEMBERED_TEXT = 4_000_000  # characters of those forms, so that a pipe of 100 MB runs in flat memory
SHOWN_FRAMES = 12
MOST_CAUSES = 10
MOST_PARTS = 10  # of a group
LONGEST_LINE = 1000  # a name of a megabyte is not repeated

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BRIDGE = os.path.join(_PACKAGE, "bridge", "")
_ROOMS = (
    *(os.path.join(_PACKAGE, room, "") for room in ("lisp", "bridge", "repl", "kernel")),
    *(f"polyrepl:{room}/" for room in ("lisp", "bridge", "repl")),  # in a browser, where files are URLs
)


# Whose frames say nothing, as Python itself thinks: the import system, the event loop of a browser.
_UNSAID = ("/importlib/__init__.py", "/pyodide/webloop.py", "/asyncio/events.py")


class Frame(Frozen):
    """One line of the merged stack; `span` is set where the frame is in Lisp source we hold."""

    __slots__ = ("language", "name", "span", "where")
    __match_args__ = ("language", "where", "name", "span")

    def __init__(self, language: str, where: str, name: str | None = None, span: Span | None = None) -> None:
        self.language = language
        self.where = where
        self.name = name
        self.span = span

    def __str__(self) -> str:
        return f"{self.language:<5} {self.where}" + (f" in {self.name}" if self.name else "")


THROWN = "Thrown"  # in place of a class: what was thrown is no error


class Trace:
    """Remembers what each compiled form was made from and renders problems with it."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, tuple[Compiled, int]] = OrderedDict()
        self._spans: dict[str, Span] = {}
        self.definitions: dict[str, Span] = {}
        """The form that defined a name last, of the forms that are remembered."""
        self._size = 0
        self._source: Source | None = None
        self.columns: int | None = None
        """Of the screen that problems are shown on; None: there is none."""
        self.file_name: Callable[[str], str] = shorten
        """How the file of a Python frame is written."""
        self.installer = "python -m pip install"
        """What installs a package for this Python."""
        self.npm = NPM
        """What installs a package for JavaScript."""

    def register(self, number: str, compiled: Compiled) -> str:
        """Give the form's JavaScript a file name that stacks will show, and keep its mappings.

        The map is built when a stack asks for it: most forms never fail.
        """
        filename = f"{SCHEME}{number}"
        size = len(compiled.code)
        source = compiled.mappings[0][2].source if compiled.mappings else None
        if source is not None and source is not self._source:
            # Forms that were read together hold one text together.
            self._source = source
            size += len(source.text)
        self._forms[filename] = compiled, size
        self._size += size
        while len(self._forms) > REMEMBERED_FORMS or (self._size > REMEMBERED_TEXT and len(self._forms) > 1):
            oldest, (form, size) = self._forms.popitem(last=False)
            self._size -= size
            self._forget_definitions(self._spans.pop(oldest, None), form.names)
        return filename

    def define(self, filename: str, names: Iterable[str], span: Span) -> None:
        """The form that was registered under this file name, and stands at `span`, has defined names."""
        self._spans[filename] = span
        self.definitions.update(dict.fromkeys(names, span))

    def _forget_definitions(self, span: Span | None, names: Iterable[str]) -> None:
        if span is not None:
            for name in names:
                if self.definitions.get(name) is span:
                    del self.definitions[name]

    def compiled(self, filename: str) -> Compiled | None:
        """The form that was registered under this file name, if it is remembered."""
        found = self._forms.get(filename)
        return found[0] if found is not None else None

    # -- problems --------------------------------------------------------------------------------

    def compile_problem(self, error: LispError) -> Problem:
        """An error of the reader or compiler."""
        text = "\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
            for line in render(error, self.columns).split("\n"))  # fmt: skip
        return Problem("error", "LispError", error.message, visible(text), exception=error)

    def warning(self, warning: Diagnostic) -> Problem:
        """What the compiler warns of."""
        return Problem("warning", warning.code, warning.message, render(warning, self.columns))

    def node_lost(self, lost: NodeLost) -> Problem:
        """Node went away while a form ran."""
        text = f"NodeLost: {lost}"
        if "Python" not in text:
            text += "\n  JavaScript state and Lisp definitions are lost; Python objects are still there."
        status = 1 if lost.signal is None else BY_SIGNAL + lost.signal
        return Problem("error", "NodeLost", str(lost), text, exception=lost, status=status)

    def node_replaced(self, lost: NodeLost) -> Lost:
        """Node went away between two forms, and there is another."""
        return Lost(
            f"Node was restarted ({lost}): JavaScript state and Lisp definitions are lost; "
            "every Python object is still there"
        )

    def unsettled(self, stacks: list[str], form: Span | None) -> Problem:
        """A form was given up that awaits what can never come.

        Args:
            stacks: of its awaits; one that stands deeper in the program knows those that wait for it too.
            form: where it stands.
        """
        outcomes = [{**_UNSETTLED, "stack": stack} for stack in ("", *stacks)]
        deepest = max(outcomes, key=lambda outcome: len(self.frames(outcome)))
        return changed(self.runtime_problem(deepest, form), status=UNSETTLED)

    def interrupted(self, outcome: dict[str, Any] | None = None) -> Problem:
        """The form was stopped by Ctrl-C or an interrupt request."""
        frames = self.frames(outcome) if outcome is not None else []
        where = next((f for f in reversed(frames) if f.span is not None), None)
        text = "Interrupted" + (f" at {where.where}" if where is not None else "")
        return Problem("interrupt", "KeyboardInterrupt", "", text, tuple(map(str, frames)))

    def runtime_problem(self, outcome: dict[str, Any], form: Span | None = None) -> Problem:
        """An exception that the program did not catch.

        `form` is where the top-level form stands: the place to show when nothing tells a better one, as for
        `(throw "text")`, which has no stack.
        """
        outcome = bounded(outcome)
        exception = outcome["exception"] if isinstance(outcome["exception"], BaseException) else None
        frames = self.frames(outcome)
        if isinstance(exception, LispError) and exception.span is not None and exception.span.source.text:
            return self._compiled_inside(exception, frames, outcome["stack"])
        if exception is not None:
            outcome |= group_of(exception, {id(exception)})
        name, message = outcome["name"] or THROWN, outcome["message"]
        said = f"{name}: {message}" if message else name
        lines: list[str] = []
        place = next((frame.span for frame in reversed(frames) if frame.span is not None), form)
        if place is not None:
            lines.append(f"{place!r}: {said}")
            lines += ["  " + line for line in excerpt(place, self.columns)]
            lines += expansions(place)
        else:
            lines.append(said)
        if len(frames) > 1:
            lines += ["  " + line for line in folded(frames)]
        stacks = [outcome["stack"]]
        for depth, said_of_part, part in self._parts(outcome):
            lines.append(f"  {'  ' * depth}{said_of_part}")
            of_part = ["  " + str(frame) for frame in self.frames(part)] if part else []
            stacks.append("\n".join([said_of_part, *of_part, part["stack"] if part else ""]))
        cause = outcome.get("cause")
        while cause:
            cause = bounded(cause)
            said_of_cause = f"caused by {cause['name']}: {cause['message']}"
            lines.append(f"  {said_of_cause}")
            of_cause = ["  " + str(frame) for frame in self.frames(cause)]
            stacks.append("\n".join([said_of_cause, *of_cause, cause["stack"]]))
            cause = cause.get("cause")
        if exception is not None:
            lines += [f"  note: {note}" for note in notes(exception)]
            hint = python_hint(exception, self.installer)
            if hint:
                lines.append(f"  hint: {hint}")
        elif hint := module_hint(message) or outcome.get("hint") or javascript_hint(message):
            lines.append(f"  hint: {clip(hint, LONGEST_LINE).replace(NPM, self.npm)}")
        backtrace = "\n".join([said, *("  " + str(frame) for frame in frames), *stacks])
        # What others have written is shown, not sent: names, messages, notes, paths.
        text, backtrace = visible("\n".join(lines)), visible(backtrace)
        return Problem("error", name, message, text, tuple(map(str, frames)), backtrace, exception)

    def part_lines(self, error: BaseException) -> list[str]:
        """What is said of the exceptions of a group, a line each; nothing of any other exception."""
        return [f"  {'  ' * depth}{said}" for depth, said, _ in self._parts(group_of(error, {id(error)}))]

    def _parts(
        self, outcome: dict[str, Any], depth: int = 0
    ) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
        """The errors of a group: how deep each is nested, what is said of it, and its outcome; None: of some
        it is only said how many."""
        of = outcome.get("of", 0)
        for index, each in enumerate(outcome.get("errors", ())):
            part = bounded(each)
            name, message = part["name"] or THROWN, clip(part["message"], LONGEST_LINE)
            frames = self.frames(part)
            place = next((repr(frame.span) for frame in reversed(frames) if frame.span is not None), None)
            where = place or (frames[-1].where if frames else None)
            said = (f"{where}: " if where else "") + name + (f": {message}" if message else "")
            yield depth, f"{index + 1} of {of}: {said}", part
            yield from self._parts(part, depth + 1)
        if 0 < (told := len(outcome.get("errors", ()))) < of:
            yield depth, f"… {of - told} more", None

    def _compiled_inside(self, error: LispError, frames: list[Frame], stack: str) -> Problem:
        """A text that a form has given to the compiler (a file of `load-file`) is what is wrong."""
        problem = self.compile_problem(error)
        shown = "\n".join([problem.text, *("  " + line for line in folded(frames))])
        backtrace = "\n".join([problem.text, *("  " + str(frame) for frame in frames), stack])
        return changed(problem, text=shown, frames=tuple(map(str, frames)), backtrace=backtrace)

    # -- frames ----------------------------------------------------------------------------------

    def frames(self, outcome: dict[str, Any]) -> list[Frame]:
        """The frames of an outcome, oldest first, without the bridge's own."""
        found: list[Frame] = []
        for line in outcome["stack"].splitlines():
            frame = self.js_frame(line)
            if frame is not None and (not found or found[-1] != frame):
                found.append(frame)
        found.reverse()
        exception = outcome["exception"]
        if isinstance(exception, BaseException):
            found += python_frames(own(exception, "__traceback__"), self.file_name)
        return found

    def js_frame(self, line: str) -> Frame | None:
        """The frame that a line of V8's stack text tells of; None where it is Node's, ours or no frame."""
        place = stack_place(line)
        if place is None:
            return None
        name, file, row, column = place[0] or None, *place[1:]
        if file.startswith(SCHEME):
            return self._lisp_frame(file, row, column, name)
        path = file.removeprefix("file://")
        if file.startswith("node:") or path.startswith(_ROOMS) or path.endswith(IMPORTER):
            return None
        return Frame("js", f"{path}:{row}:{column}", name)

    def _lisp_frame(self, file: str, row: int, column: int, name: str | None) -> Frame | None:
        compiled, _ = self._forms.get(file, (None, 0))
        # Stacks count lines and columns from 1, mappings from 0.
        span = compiled.span_at(row - 1, column - 1) if compiled is not None else None
        if span is None:
            return None
        shown = demangle(name.rsplit(".", 1)[-1]) if name and "<anonymous>" not in name else None
        if shown in ("eval", "Object"):
            shown = None
        return Frame("lisp", repr(span), shown, span)


def outcome_of(error: BaseException, told: set[int] | None = None) -> dict[str, Any]:
    """An exception that Python holds as an outcome, like those of node/session.mjs.

    Args:
        told: whose outcome holds this one, and what they hold, by their `id`: causes may go in a circle.
    """
    told = set() if told is None else told
    told.add(id(error))
    cause = own(error, "__cause__")
    outcome: dict[str, Any] = {"cause": None, "exception": None, **group_of(error, told)}
    if cause is not None and id(cause) not in told and len(told) <= MOST_CAUSES:
        outcome["cause"] = outcome_of(cause, told)
    if isinstance(error, JSError):
        return outcome | {"name": error.name, "message": error.message, "stack": error.stack}
    said = {"name": type(error).__name__, "message": message(error), "stack": "\n".join(js_stacks(error))}
    return outcome | said | {"exception": error}


def group_of(error: BaseException, told: set[int]) -> dict[str, Any]:
    """What an outcome says of the exceptions of a group; nothing of any other exception."""
    if not isinstance(error, BaseExceptionGroup):
        return {}
    exceptions = BaseExceptionGroup.exceptions.__get__(error)
    errors = [
        outcome_of(each, told)
        for each in exceptions[:MOST_PARTS]
        if id(each) not in told and len(told) <= MOST_CAUSES + MOST_PARTS
    ]
    return {"errors": errors, "of": len(exceptions)}


def bounded(outcome: dict[str, Any]) -> dict[str, Any]:
    """An outcome as it is looked at and shown: texts of any length are cut."""
    said, exception = outcome["message"], outcome["exception"]
    if len(said) >= LONGEST // 2 and isinstance(exception, BaseException):
        whole = message(exception)  # of a long one only the beginning has crossed
        said = whole if whole.startswith(said[: LONGEST // 2]) else said
    told = {"name": clip(outcome["name"], LONGEST_LINE), "message": clip(said)}
    return {**outcome, **told, "stack": outcome["stack"][-LONGEST_STACK:]}


def python_frames(tb: TracebackType | None, file_name: Callable[[str], str] | None = None) -> list[Frame]:
    """User frames of a Python traceback. Those of a `py.fn` have their places in the Lisp."""
    file_name = file_name or shorten
    found: list[Frame] = []
    spans: dict[tuple[int, int], Span | None] = {}  # of a recursion, thousands of frames stand in one place
    asks = False  # does what follows ask JavaScript, whose frames are deeper then?
    for entry in reversed(entries(tb)):
        code, at = entry.tb_frame.f_code, (id(entry.tb_frame.f_code), entry.tb_lasti)
        if at not in spans:
            spans[at] = span_of(entry)
        file, span = code.co_filename, spans[at]
        asks = asks or is_ours(file, BRIDGE)
        if span is not None:
            found.append(Frame("py", repr(span), code.co_name, None if asks else span))
        elif not (file.startswith("<frozen ") or file.endswith(_UNSAID) or is_ours(file)):
            found.append(Frame("py", f"{file_name(file)}:{entry.tb_lineno}", code.co_name))
    found.reverse()
    return found


def is_ours(filename: str, rooms: str | tuple[str, ...] = _ROOMS) -> bool:
    """Is this file a part of polyrepl? What code typed at a prompt calls its file is no path."""
    return os.path.isabs(filename) and real_path(filename).startswith(rooms)


def theirs(tb: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of ours."""
    kept = None
    for entry in reversed(entries(tb)):
        if not is_ours(entry.tb_frame.f_code.co_filename):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept


real_path = lru_cache(maxsize=256)(os.path.realpath)  # of a recursion, thousands of frames name one file


def shorten(filename: str) -> str:
    """A library's path from its package on; anything else as it is."""
    for mark in ("/site-packages/", "/dist-packages/"):
        if mark in filename:
            return filename.split(mark, 1)[1]
    return re.sub(r"^.*/lib/python3\.\d+/", "", filename)


def folded(frames: list[Frame]) -> list[str]:
    """At most SHOWN_FRAMES lines; the middle of a longer stack is counted, not shown."""
    lines = [str(frame) for frame in frames]
    if len(lines) <= SHOWN_FRAMES:
        return lines
    head, tail = SHOWN_FRAMES // 3, SHOWN_FRAMES - SHOWN_FRAMES // 3
    return [*lines[:head], f"… {len(lines) - SHOWN_FRAMES} more frames …", *lines[-tail:]]
