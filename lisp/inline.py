"""The runtime as text to embed: just the functions that a program uses, with the helpers they need.

In: exported names of the runtime. Out: JavaScript declarations in an order that works. The runtime keeps a
discipline that makes this simple: every top-level declaration begins at column 0 with its keyword, top-level
names are unique across files, and imports are never renamed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .corelib import runtime_files

_START = re.compile(
    r"^(?:export\s+)?(?:async\s+)?(function\*?|const|let|class)\s+(?:([\w$]+)|(\{[^}]*\}))", re.MULTILINE
)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_STRING_OR_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_EXPORT_FROM = re.compile(r'^export \* from "\./([\w.]+)"', re.MULTILINE)
_IMPORT = re.compile(r"^import[^;]*;[^\n]*\n?|^export \{[^}]*\};?\n?|^export \* [^\n]*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    text: str
    is_function: bool
    needs: frozenset[str]


@lru_cache(maxsize=1)
def declarations() -> dict[str, Declaration]:
    """Every top-level declaration of the runtime, by name."""
    found: dict[str, tuple[str, bool]] = {}
    texts = runtime_files()
    order = _EXPORT_FROM.findall(texts.get("index.mjs", ""))
    # index.mjs names the files so that constants come before what needs them
    for file in [*order, *(file for file in texts if file not in order)]:
        if file in ("index.mjs", "macros.mjs") or file not in texts:
            continue
        text = texts[file]
        text = _IMPORT.sub("", text)
        starts = list(_START.finditer(text))
        for at, start in enumerate(starts):
            end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
            if start[2] is not None:
                found[start[2]] = (tidy(text[start.start() : end]), start[1].startswith("function"))
    names = found.keys()
    made = {}
    for name, (body, is_function) in found.items():
        words = set(_WORD.findall(_STRING_OR_COMMENT.sub(" ", body)))
        made[name] = Declaration(name, body, is_function, frozenset((words & names) - {name}))
    return made


def tidy(text: str) -> str:
    """A declaration without `export` and without the comments that lead the next one."""
    text = text.removeprefix("export ").rstrip()
    while True:
        if text.endswith("*/"):
            text = text[: text.rindex("/*")].rstrip()
            continue
        head, _, last = text.rpartition("\n")
        if head and last.startswith("//"):
            text = head.rstrip()
            continue
        return text


def embed(wanted: list[str]) -> str:
    """Declarations of the wanted names and of all they need, in the runtime's own order."""
    table = declarations()
    done: set[str] = set()
    stack = [name for name in wanted if name in table]
    while stack:
        name = stack.pop()
        if name not in done:
            done.add(name)
            stack.extend(table[name].needs)
    return "\n\n".join(declaration.text for name, declaration in table.items() if name in done)
