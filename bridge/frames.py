"""One stack of both languages.

In: an exception that crossed the bridge, perhaps several times. Out: its frames, oldest first, each marked
`py` or `js`, without the bridge's own. A traceback knows only Python's frames; between two of them where
JavaScript ran stand frames of the bridge, and there the JavaScript stacks belong that were noted when the
exception crossed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from .errors import JSError, js_stacks
from .foreign import LONGEST_STACK, clip, exception_only, own

_LONGEST_LINE = 10_000  # of a frame: paths and names are shorter
_HERE = os.path.dirname(os.path.realpath(__file__))
_OURS = (_HERE, "polyrepl:bridge/")  # the latter in a browser, where files are somebody's URLs


class Frame:
    """One frame: `language` is "py" or "js"; lines and columns count from 1 (column 0: unknown)."""

    __slots__ = ("column", "file", "function", "language", "line")
    __match_args__ = ("language", "file", "line", "column", "function")

    def __init__(self, language: str, file: str, line: int, column: int, function: str) -> None:
        self.language = language
        self.file = file
        self.line = line
        self.column = column
        self.function = function

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return (self.file, self.line, self.column, str(self)) == (
            other.file,
            other.line,
            other.column,
            str(other),
        )

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        return f"{self.language}  {where}" + (f" in {self.function}" if self.function else "")


def frames(error: BaseException) -> list[Frame]:
    """Frames of an exception, newest last."""
    import traceback

    groups: list[list[Frame]] = [[]]
    crossing = False
    for entry in traceback.extract_tb(own(error, "__traceback__")):
        if os.path.realpath(entry.filename).startswith(_HERE + os.sep):
            if not crossing and groups[-1]:
                groups.append([])
            crossing = True
            continue
        crossing = False
        groups[-1].append(Frame("py", entry.filename, entry.lineno or 0, 0, entry.name))
    if not groups[-1]:
        groups.pop()
    # Stretches of JavaScript, the innermost first. One stack often has several: the bridge's frames part
    # them.
    stretches: list[list[Frame]] = []
    for stack in [*([error.stack] if isinstance(error, JSError) else ()), *js_stacks(error)]:
        stretches += [stretch for stretch in js_stretches(stack) if stretch not in stretches]
    # A JSError ends in JavaScript; anything else ends in Python, and JavaScript stands between the groups.
    # When there is more JavaScript than that, the outermost code was JavaScript's (a form run by the loop).
    needed = len(groups) if isinstance(error, JSError) else len(groups) - 1
    needed = max(0, needed)  # an exception that was never raised has no groups
    stretches = stretches[: needed + 1]
    stretches.reverse()
    result: list[Frame] = []
    if len(stretches) > needed:
        result += stretches.pop(0)
    behind = len(groups) - len(stretches) if isinstance(error, JSError) else len(groups) - 1 - len(stretches)
    for index, group in enumerate(groups):
        result += group
        if behind <= index < behind + len(stretches):
            result += stretches[index - behind]
    return result


def js_stretches(stack: str) -> list[list[Frame]]:
    """User frames of a JavaScript stack text, parted where the bridge stands between: the newest stretch
    first, in each the oldest frame first."""
    stretches: list[list[Frame]] = [[]]
    for line in stack[-LONGEST_STACK:].splitlines():
        place = stack_place(line)
        if place is None:
            continue
        name, file, row, column = place
        file = file.removeprefix("file://")
        if file.startswith(_OURS):
            if stretches[-1]:
                stretches.append([])
            continue
        if file.startswith("node:"):
            continue
        function = "" if name in ("eval", "Object.<anonymous>") else name
        stretches[-1].append(Frame("js", file, row, column, function))
    return [stretch[::-1] for stretch in stretches if stretch]


def stack_place(line: str) -> tuple[str, str, int, int] | None:
    """Name ("" if none), file, line and column of one line of V8's stack text; None for any other text.

    Linear, whatever the line holds: messages stand in stacks, too.
    """
    text = line.lstrip()
    if len(text) == len(line) or len(line) > _LONGEST_LINE or not text.startswith("at "):
        return None
    text = text.removeprefix("at ").removeprefix("async ").removesuffix(")")
    evaluated, _, after = text.rpartition(", <anonymous>:")
    if evaluated:
        head, found, _ = evaluated.partition("eval at ")
        if found and (not head or head[-1] in " ("):
            name, file, place = head.removesuffix("(").removesuffix(" "), "<eval>", f"<eval>:{after}"
        else:
            return None
    else:
        name, parted, place = text.rpartition(" (")
        if not parted:
            name, place = "", text
        file = place.rsplit(":", 2)[0]
    numbers = place.rsplit(":", 2)[1:]
    if len(numbers) < 2 or not all(number.isdecimal() and len(number) < 10 for number in numbers):
        return None
    if not file or file[0].isspace() or "(" in file or ")" in file:
        return None
    if file.startswith("file:"):
        file = file.partition("?")[0]  # what tells a module that was loaded again
    return name, file, int(numbers[0]), int(numbers[1])


def traceback_text(error: BaseException) -> str:
    """A traceback as Python prints it, with JavaScript's frames in their places and the bridge's left out.

    Of an exception that was never raised it is the last line alone; causes that go in a circle come once.
    """
    parts: list[str] = []
    said = ""
    for each, direct in _older(error):
        lines = _own_text(each)
        parts.append(lines + said)
        said = _CAUSED if direct else _HANDLED
    return "".join(reversed(parts))


_CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
_HANDLED = "\nDuring handling of the above exception, another exception occurred:\n\n"


def short_text(error: BaseException) -> str:
    """Class, message and frames of an exception and of its causes, as it is told where nobody awaits it."""
    lines: list[str] = []
    for each, direct in _older(error):
        said = str(each) if isinstance(each, JSError) else exception_only(each)
        lines.append(("  caused by " if lines else "") + clip(said))
        lines += [f"    {frame}" for frame in frames(each)]
        if not direct:
            break
    return "\n".join(lines)


def _older(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """The exception and what led to it, the newest first, and whether the next is its `__cause__`."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        each, cause = following, own(following, "__cause__")
        following = cause if cause is not None else _context(each)
        yield each, cause is not None


def _context(error: BaseException) -> BaseException | None:
    found: BaseException | None = own(error, "__context__")
    return None if own(error, "__suppress_context__") else found


def _own_text(error: BaseException) -> str:
    """The traceback of one exception without what led to it."""
    found = frames(error)
    lines = ["Traceback (most recent call last):\n"] if found else []
    for frame in found:
        lines.append(f'  File "{frame.file}", line {frame.line}, in {frame.function or "<anonymous>"}\n')
        if frame.language == "py":
            from traceback import FrameSummary

            summary = FrameSummary(frame.file, frame.line, frame.function)
            if summary.line:
                lines.append(f"    {summary.line}\n")
    return "".join(lines) + exception_only(error) + "\n"
