"""The names a session knows, with kind, call shape and documentation.

In: its compiler. Out: `Name`s. Completion, highlighting, the toolbar, `,doc` and `,apropos` all read this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from polyrepl.lisp.emit.mangle import JS_GLOBALS, mangle
from polyrepl.lisp.records import Record
from polyrepl.lisp.runtime import corelib

from .special_docs import SPECIAL_DOCS
from .words import DEFINERS

if TYPE_CHECKING:
    from polyrepl.lisp.compiler import Compiler

SESSION_NAMES = {
    "*1": "the last value",
    "*2": "the value before *1",
    "*3": "the value before *2",
    "*e": "the last error",
    "*argv*": "the arguments of the program",
    "exit": "(exit code): end the session",
}


class Name(Record):
    """One name. Kinds: special macro definer function value module js."""

    __slots__ = ("doc", "kind", "name", "shape")
    __match_args__ = ("name", "kind", "shape", "doc")

    def __init__(self, name: str, kind: str, shape: str = "", doc: str = "") -> None:
        self.name = name
        self.kind = kind
        self.shape = shape
        self.doc = doc


@lru_cache(maxsize=1)
def fixed() -> dict[str, Name]:
    """What every session has: special forms, macros of the core, core functions, JavaScript's globals."""
    found = {name: Name(name, "js") for name in JS_GLOBALS if name.isidentifier()}
    for name, entry in corelib.table().items():
        found[name] = Name(name, "function", " ".join(entry.arglists[:3]), entry.doc)
    for name, (shape, doc) in SPECIAL_DOCS.items():
        found[name] = Name(name, "definer" if name in DEFINERS else "special", shape, doc)
    for name, doc in SESSION_NAMES.items():
        found[name] = Name(name, "value", "", doc)
    for name in ("py", "js", "$py"):
        found[name] = Name(name, "module")
    return found


def table(compiler: Compiler) -> dict[str, Name]:
    """Every global name that means something now."""
    found = dict(fixed())
    found.update(built_in(compiler))
    for name, known in user_globals(compiler).items():
        found[name] = global_name(name, known)
    for name, macro in user_macros(compiler).items():
        found[name] = macro_name(name, macro)
    return found


def built_in(compiler: Compiler) -> dict[str, Name]:
    """The macros of the language, with the docs that the compiler's table has."""
    world = getattr(compiler, "world", None)
    found: dict[str, Name] = {}
    for name, meaning in getattr(world, "specials", {}).items():
        if hasattr(meaning, "expand"):
            found[name] = macro_name(name, meaning)
    return found


def global_name(name: str, known: Any) -> Name:
    """A definition of the user's."""
    arglists = tuple(getattr(known, "arglists", ()) or ())
    is_python = bool(getattr(known, "is_python", False))
    shape = " ".join(f"({arglist})" for arglist in arglists[:3])
    kind = "function" if arglists else "module" if is_python else "value"
    return Name(name, kind, shape, getattr(known, "doc", None) or "")


def macro_name(name: str, macro: Any) -> Name:
    shape = getattr(macro, "arglists", None) or ""
    if isinstance(shape, (tuple, list)):
        shape = " ".join(shape)
    if shape and not shape.startswith("("):
        shape = f"({name} {shape.strip('[]')})"
    return Name(name, "macro", shape, getattr(macro, "doc", None) or "")


def user_globals(compiler: Compiler) -> Mapping[str, Any]:
    """What the session's forms have defined."""
    namespace = getattr(getattr(compiler, "world", None), "namespace", None)
    found = getattr(namespace, "globals", None)
    return found if isinstance(found, Mapping) else {}


def user_macros(compiler: Compiler) -> Mapping[str, Any]:
    """The macros the session's forms have defined."""
    namespace = getattr(getattr(compiler, "world", None), "namespace", None)
    found = getattr(namespace, "macros", None)
    return found if isinstance(found, Mapping) else {}


def js_name(compiler: Compiler, name: str) -> str:
    """The JavaScript identifier of a Lisp name: a definition's own, else the raw global."""
    known = user_globals(compiler).get(name)
    if known is not None:
        return str(getattr(known, "js", mangle(name)))
    meant = fixed().get(name)
    return name if meant is not None and meant.kind == "js" else mangle(name)


def js_path(compiler: Compiler, path: Sequence[str]) -> list[str]:
    """The parts of a dotted Lisp name as JavaScript has them; `js.` names a global itself."""
    if path[0] == "js" and len(path) > 1:
        return list(path[1:])
    file = getattr(user_globals(compiler).get(path[0]), "module", None)
    if file is not None and len(path) > 1 and path[1] in file.globals:
        return [file.globals[path[1]].js, *path[2:]]
    return [js_name(compiler, path[0]), *path[1:]]
