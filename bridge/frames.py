"""One stack of both languages.

In: an exception that crossed the bridge, perhaps several times. Out: its frames, oldest first, each marked
`py` or `js`, without the bridge's own. A traceback knows only Python's frames; between two of them where
JavaScript ran stand frames of the bridge, and there the JavaScript stacks belong that were noted when the
exception crossed.
"""

from __future__ import annotations

import os
import re
import traceback
from dataclasses import dataclass

from .errors import JSError, js_stacks

_HERE = os.path.dirname(os.path.realpath(__file__))
_JS_FRAME = re.compile(
    r"^\s+at (?:async )?(?:(?P<name>.+?) \()?(?P<file>[^()\s][^()]*?):(?P<line>\d+):(?P<col>\d+)\)?$"
)
_EVAL = re.compile(r"^\s+at (?:(?P<name>.+?) )?\(?eval at .*, <anonymous>:(?P<line>\d+):(?P<col>\d+)\)$")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `language` is "py" or "js"; lines and columns count from 1 (column 0: unknown)."""

    language: str
    file: str
    line: int
    column: int
    function: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        return f"{self.language}  {where}" + (f" in {self.function}" if self.function else "")


def frames(error: BaseException) -> list[Frame]:
    """Frames of an exception, newest last."""
    groups: list[list[Frame]] = [[]]
    crossing = False
    for entry in traceback.extract_tb(error.__traceback__):
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
    for line in stack.splitlines():
        match = _EVAL.match(line) or _JS_FRAME.match(line)
        if match is None:
            continue
        groups = match.groupdict()
        file = (groups.get("file") or "<eval>").removeprefix("file://")
        if file.startswith(_HERE):
            if stretches[-1]:
                stretches.append([])
            continue
        if file.startswith("node:"):
            continue
        name = groups.get("name") or ""
        function = "" if name in ("eval", "Object.<anonymous>") else name
        stretches[-1].append(Frame("js", file, int(groups["line"]), int(groups["col"]), function))
    return [stretch[::-1] for stretch in stretches if stretch]


def traceback_text(error: BaseException) -> str:
    """A traceback as Python prints it, with JavaScript's frames in their places and the bridge's left out."""
    lines = ["Traceback (most recent call last):\n"]
    for frame in frames(error):
        lines.append(f'  File "{frame.file}", line {frame.line}, in {frame.function or "<anonymous>"}\n')
        if frame.language == "py":
            summary = traceback.FrameSummary(frame.file, frame.line, frame.function)
            if summary.line:
                lines.append(f"    {summary.line}\n")
    lines += traceback.format_exception_only(error)
    text = "".join(lines)
    older = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if older is None or older is error:
        return text
    said = (
        "The above exception was the direct cause of" if error.__cause__ is not None else "During handling of"
    )
    end = (
        "the following exception" if error.__cause__ is not None else "the above exception, another occurred"
    )
    return f"{traceback_text(older)}\n{said} {end}:\n\n{text}"
