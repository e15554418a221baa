"""What a name is, as text and as HTML: call shape, kind, documentation, source, where it was defined.

In: a cell's code and a cursor. Out: a MIME bundle; empty if nothing is known of the name. A Lisp name is
looked up in the compiler's tables, any other one in the living objects, Python's through IPython's own
inspector.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polyrepl.repl
from polyrepl.lisp.runtime import corelib
from polyrepl.repl.complete.context import call_at, path_of, place_at, word_at
from polyrepl.repl.complete.helper import ask
from polyrepl.repl.known import python_objects
from polyrepl.repl.known.describing import lisp_source
from polyrepl.repl.session.trace import SCHEME

from .completing import KernelServices

if TYPE_CHECKING:
    from polyrepl.repl.complete.modes import Mode

KINDS = {"special": "special form", "definer": "special form", "js": "JavaScript"}
PATIENCE = 1.0
CELL_FILE = re.compile(r"[^\s<>\"']*[/\\]ipykernel_\d+[/\\]\d+\.py")
RUNTIME = Path(corelib.__file__).parent
NOTEBOOK = Path(polyrepl.repl.__file__).parent / "node" / "notebook.mjs"
_LENT = re.compile(r"^/\*\* (?P<shapes>\(.*?\)): (?P<doc>[A-Z].*?) \*/$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of a name."""

    name: str
    kind: str
    shape: str = ""
    doc: str = ""
    source: str = ""
    where: str = ""
    value: str = ""

    def bundle(self) -> dict[str, str]:
        """The card as text and as HTML."""
        rows = [
            ("Signature", self.shape),
            ("Type", self.kind),
            ("Value", self.value),
            ("Defined", self.where),
            ("Doc", self.doc),
            ("Source", self.source),
        ]
        rows = [(label, text) for label, text in rows if text]
        plain = [f"{label}: {text}" if "\n" not in text else f"{label}:\n{text}" for label, text in rows]
        return {
            "text/plain": "\n".join([self.name, *plain]),
            "text/html": f"<p><b><code>{html.escape(self.name)}</code></b></p>" + "".join(map(_row, rows)),
        }


def _row(row: tuple[str, str]) -> str:
    label, text = row
    if label in ("Doc", "Source"):
        return f"<pre>{html.escape(text)}</pre>"
    return f"<p>{label}: <code>{html.escape(text)}</code></p>"


async def inspect(
    services: KernelServices, shell: Any, code: str, cursor: int, mode: Mode, level: int
) -> dict[str, Any]:
    """The bundle for the name at the cursor; in the arguments of a call, for what is called."""
    named: dict[str, list[str] | None]
    if mode == "js":
        paths = [await services.javascript_word(code, cursor), await services.javascript_call(code, cursor)]
        named = {".".join(path): path for path in paths}
    else:
        named = dict.fromkeys((word_in_lisp(code, cursor), called_in_lisp(code, cursor)))
    for word, path in named.items():
        if word and (found := await look_up(services, shell, word, mode, level, path)):
            return found
    return {}


def word_in_lisp(code: str, cursor: int) -> str:
    """The name at the cursor; of a method (`(.mean df)`) with that of the object where that has one."""
    word = word_at(code, cursor)
    if not word.startswith("."):
        return word[:-1] if word.endswith(".") and code[cursor - 1 : cursor] != "." else word
    end = cursor
    while end < len(code) and word_at(code, end + 1) == word:
        end += 1
    place = place_at(code, end)
    return ".".join((*place.path, place.prefix)) if place.what == "member" and place.path else word


def called_in_lisp(code: str, cursor: int) -> str:
    """What the call around the cursor calls, as a dotted name: `(.mean df`, `(new URL`, `(URL.` too."""
    call = call_at(code, cursor)
    if call is None:
        return ""
    if call.head == "new" and call.arguments:
        return call.arguments[0]
    if call.head == "." and len(call.arguments) > 1:
        return ".".join((*path_of(call.arguments[0]), *call.arguments[1:]))
    if call.head.startswith(".") and call.arguments:
        return ".".join((*path_of(call.arguments[0]), call.head.lstrip(".-")))
    return call.head.removesuffix(".")


async def look_up(
    services: KernelServices,
    shell: Any,
    word: str,
    mode: Mode,
    level: int,
    path: list[str] | None = None,
) -> dict[str, Any]:
    """The bundle for a name, dotted or not; `path` is it where it has more than names."""
    if mode == "lisp":
        known = services.table().get(word)
        if known is not None and known.kind not in ("js", "module", "value"):
            kind = KINDS.get(known.kind, known.kind)
            source, where = definition(services, word)
            return Card(word, kind, known.shape, known.doc, source if level else "", where).bundle()
    path = path or word.lstrip(".").split(".")
    if path[0] == "py":
        return await python_bundle(shell, word, services.python(), path[1:], level)
    root, *rest = services.js_path(path, mode)
    answer = await services.look_at(root, rest)
    if answer is None:
        return {}
    if "python" in answer:
        return await python_bundle(shell, word, answer["python"], list(answer["rest"]), level)
    return javascript_card(services, word, answer, level).bundle()


def javascript_card(services: KernelServices, word: str, answer: dict[str, Any], level: int) -> Card:
    """What Node has told of a value; what a Lisp form has defined is described as its form does."""
    source, where = definition(services, word)
    shape, doc = answer.get("shape", ""), answer.get("doc", "")
    known = services.table().get(word)
    if (lent := lent_by_the_notebook().get(word.removeprefix("js."))) is not None and not where:
        return Card(word, answer["kind"], lent[0], lent[1])
    return Card(
        word,
        answer["kind"],
        f"{word}{shape}" if shape else "",
        (known.doc if known is not None else "") or doc,
        (source or answer.get("source", "")) if level else "",
        where or written_in(answer.get("where", "")),
        answer.get("text", ""),
    )


@cache
def lent_by_the_notebook() -> dict[str, tuple[str, str]]:
    """Call shape and documentation of `display` and its like, by both their names; from their own file."""
    found = {}
    for entry in _LENT.finditer(NOTEBOOK.read_text("utf-8")):
        shapes, doc = entry["shapes"], entry["doc"]
        name = shapes.lstrip("(").split()[0].rstrip(")")
        found[name] = found[name.replace("-", "_")] = shapes, doc
    return found


def written_in(where: str) -> str:
    """A place that tells a person something: not one in what the compiler has made."""
    return "" if where.startswith(SCHEME) else where


async def python_bundle(shell: Any, word: str, root: Any, path: list[str], level: int) -> dict[str, Any]:
    """What IPython's inspector says of the object at the end of the path."""

    def describe() -> dict[str, Any]:
        value = python_objects.walk(root, path)
        found: dict[str, Any] = shell.inspector._get_info(value, word, detail_level=level)
        return found

    return name_cells(shell, await ask(describe, PATIENCE) or {})


def name_cells(shell: Any, bundle: dict[str, Any]) -> dict[str, Any]:
    """A bundle in which a cell's made-up file is called by its number."""

    def cell(found: re.Match[str]) -> str:
        known = shell.compile.format_code_name(found[0])
        return known[1] if known is not None else found[0]

    return {mime: CELL_FILE.sub(cell, text) for mime, text in bundle.items()}


def definition(services: KernelServices, name: str) -> tuple[str, str]:
    """Source text and place of a name of the Lisp; empty where nobody knows."""
    found = lisp_source(services.session.compiler, services.session.definitions, name)
    if found is None:
        return "", ""
    where, text, _ = found
    if not where:
        entry = corelib.table()[name]
        where = f"{RUNTIME / entry.file}:{corelib.source(entry)[1]}"
    return text, where
