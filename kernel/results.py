"""What a value or an error looks like in a message.

In: events of the Session. Out: MIME bundles, and the content of `error` messages, with colours.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import re
from typing import Any

from ipykernel.jsonutil import encode_images, json_clean
from polyrepl.lisp.records import changed
from polyrepl.repl.session.events import Exit, Problem, Value

Bundle = tuple[dict[str, Any], dict[str, Any]]

SVG = "image/svg+xml"
RED, YELLOW, DIM, BOLD, END = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"

_POSITION = re.compile(r"^(?P<where>\S+:\d+:\d+): (?P<name>[\w.$]+)(?P<rest>.*)$", re.DOTALL)
_CELL = re.compile(r"(?:^|at )In\[(?P<number>\d+)\]:(?P<line>\d+):\d+")
_FRAME = re.compile(r"^\s+(lisp|js|py)\s{2,}")


def bundle_of(value: Value, formatter: Any) -> Bundle:
    """The MIME bundle of a value: a Python object's by IPython's `formatter`, a JavaScript object's own.

    Empty where the object has shown itself.
    """
    if not value.is_python:
        return clean({"text/plain": value.text, **value.data}), value.metadata
    data, metadata = formatter.format(value.python)
    return data, metadata


def clean(data: dict[str, Any]) -> dict[str, Any]:
    """A bundle as JSON can carry it: bytes become base64, nan becomes text.

    An SVG that only readers of HTML understand (`width=60`, the `&nbsp;` of a DOM node, an `xlink:` that
    nothing declares) is HTML: front ends show it as a file of XML, and nothing of a broken one.
    """
    cleaned: dict[str, Any] = json_clean(encode_images(data))
    if isinstance(svg := cleaned.get(SVG), str):
        cleaned[SVG] = svg.lstrip()  # before a declaration of XML nothing may stand
        if not is_xml(cleaned[SVG]):
            cleaned["text/html"] = cleaned.pop(SVG)
    return cleaned


def is_xml(text: str) -> bool:
    """Is a text well-formed XML, namespaces too?"""
    from xml.parsers import expat  # few notebooks have an SVG

    try:
        expat.ParserCreate(namespace_separator=" ").Parse(text, True)
    except expat.ExpatError:
        return False
    except ValueError:  # half a character: the message says it by its escape
        return True
    return True


def error_content(problem: Problem) -> dict[str, Any]:
    """The content of an `error` message, also part of an error reply."""
    return {
        "ename": problem.ename,
        "evalue": problem.evalue,
        "traceback": paint(problem.text).splitlines(),
    }


def exit_problem(event: Exit) -> Problem:
    """What a cell that asked the program to end reports; the kernel itself goes on."""
    text = f"SystemExit: {event.code}\n  the kernel goes on; shut it down from the front end"
    return Problem("error", "SystemExit", str(event.code), text)


def with_hint(problem: Problem, hint: str) -> Problem:
    """The problem with this hint in place of its own."""
    lines = [line for line in problem.text.splitlines() if not line.startswith("  hint: ")]
    return changed(problem, text="\n".join([*lines, f"  hint: {hint}"]))


def paint(text: str) -> str:
    """The rendering of a problem with colours: position bold, name red, caret yellow, frames dim.

    A place in a cell is said once more, in the words that IPython uses: front ends that can go to a cell
    from a traceback (VS Code does) know it by them. JupyterLab links what stands in a file, by its full path.
    """
    first, *rest = text.splitlines() or [""]
    found = _POSITION.match(first)
    if found is not None:
        head = f"{BOLD}{found['where']}{END}: {RED}{found['name']}{END}{found['rest']}"
    else:
        name, colon, said = first.partition(":")
        head = f"{RED}{name}{END}{colon}{said}"
    cell = _CELL.search(first)
    link = [f"{DIM}Cell In[{cell['number']}], line {cell['line']}{END}"] if cell is not None else []
    return "\n".join([head, *link, *map(_painted, rest)])


def _painted(line: str) -> str:
    marks = line.strip()
    if marks and set(marks) <= {"^"}:
        return f"{YELLOW}{line}{END}"
    if _FRAME.match(line):
        return f"{DIM}{line}{END}"
    return line
