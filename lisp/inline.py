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
# what holds no reference: comments, strings, regular expressions; properties; keys; names of methods
_NO_CODE = re.compile(
    r"""(`(?:\\.|[^`\\])*`)|/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'
    |(?<=[=(,:!&|?{};\n])[ ]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*
    |(?<!\.)\.\s*[A-Za-z_$][\w$]*|\?\.\s*[A-Za-z_$][\w$]*""",
    re.DOTALL | re.VERBOSE,
)
_HOLE = re.compile(r"\$\{((?:[^{}`]|\{[^{}]*\}|`[^`]*`)*)\}")
_KEY = re.compile(r"(?<=[{,])(\s*)[A-Za-z_$][\w$]*(?=\s*:)")
_METHOD = re.compile(
    r"^(\s+(?:static |async |get |set |\*)*)(?!(?:if|for|while|switch|catch|function|return)\b)"
    r"[A-Za-z_$][\w$]*(?=\([^()]*\) \{$)",
    re.MULTILINE,
)
# what binds local names: parameters of functions, arrows and methods; declarations; catch
_BINDERS = re.compile(
    r"(?:function\*?\s*[\w$]*|catch|^\s+(?:static |async |get |set |\*)*)\s*\(((?:[^()]|\([^()]*\))*)\)\s*\{"
    r"|\(((?:[^()]|\([^()]*\))*)\)\s*=>|([A-Za-z_$][\w$]*)\s*=>"
    r"|(?<=\s)(?:const|let)\s+([A-Za-z_$][\w$]*|[{\[][^=;]*?[}\]](?=\s+(?:=|of\b)))",
    re.MULTILINE,
)
_DEFAULT = re.compile(r"=[^,}\]]*|[A-Za-z_$][\w$]*\s*:")
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
        if file == "index.mjs" or file not in texts:
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
        made[name] = Declaration(name, body, is_function, frozenset((references(body) & names) - {name}))
    return made


def holes(found: re.Match[str]) -> str:
    """Of a template its expressions, of anything else nothing."""
    if found[1] is None:
        return " "
    return " ; ".join(_NO_CODE.sub(" ", hole) for hole in _HOLE.findall(found[1]))


def references(text: str) -> set[str]:
    """Names that a declaration may take from outside: not properties, not what it binds itself."""
    code = _METHOD.sub(r"\1_", _KEY.sub(r"\1_", _NO_CODE.sub(holes, text)))
    local: set[str] = set()
    for found in _BINDERS.finditer(code):
        binder = " ".join(part for part in found.groups() if part)
        local.update(_WORD.findall(_DEFAULT.sub(" ", binder)))
    return set(_WORD.findall(code)) - local


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
