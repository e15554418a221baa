"""What is known of a name, as text: its documentation, its source.

In: a name, what a compiler knows, the living object where there is one. Out: text, None where nothing is
known. `,doc` and `(doc x)`, `,source` and `(source x)` read the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from polyrepl.lisp.analyze.special.imports import defined_names
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form, List, Span, Symbol
from polyrepl.lisp.read.reader import read_all
from polyrepl.lisp.runtime import corelib

from . import python_objects as pyo
from .names import Name, global_name, macro_name, user_globals, user_macros

if TYPE_CHECKING:
    from polyrepl.lisp.compiler import Compiler

KINDS = {"special": "special form", "definer": "special form"}
_DEFINING = (Symbol("defmacro"), Symbol("define-syntax"), Symbol("defsyntax"))


def lisp_doc(compiler: Compiler, table: Mapping[str, Name], word: str) -> str | None:
    """Call shape, kind and documentation of a Lisp name, also of one in an imported file (`lib.name`).

    Args:
        compiler: of the session.
        table: its names (names.table).
        word: the name.
    """
    if word.startswith(":"):
        return f"{word}\nkeyword: as a function it looks itself up, (:k m)"
    known = table.get(word) or in_file(compiler, word)
    if known is None or known.kind in ("js", "module") or not (known.shape or known.doc):
        return None
    kind = KINDS.get(known.kind, known.kind)
    return "\n".join(part for part in (known.shape or word, kind, known.doc) if part)


def in_file(compiler: Compiler, word: str) -> Name | None:
    """What a name of an imported Lisp file means, written as `lib.name`."""
    head, _, name = word.partition(".")
    space = getattr(user_globals(compiler).get(head), "module", None)
    if space is None:
        return None
    if name in space.globals:
        return global_name(word, space.globals[name])
    return macro_name(word, space.macros[name]) if name in space.macros else None


def python_doc(word: str, value: Any) -> str:
    """Signature and docstring of a Python object."""
    lines = []
    shape = pyo.parameters(value) if callable(value) else None
    if shape is not None:
        lines.append(f"{word}({', '.join(shape)})")
    else:
        lines.append(f"{word}: {type(value).__name__}")
    try:
        doc = inspect.getdoc(value)
    except Exception:  # it asks the object what it is, which may not be able to say (`flask.request`)
        doc = inspect.getdoc(type(value))
    if doc:
        lines.append(doc)
    return "\n".join(lines)


def javascript_doc(word: str, shape: str) -> str:
    """What there is to say of a function of JavaScript's, given its call shape."""
    return f"{word}{shape}\nJavaScript function"


def lisp_source(
    compiler: Compiler, definitions: Mapping[str, Span], word: str
) -> tuple[str, str, str] | None:
    """The text that defines a name of the program, an imported file or the core.

    Args:
        compiler: of the session.
        definitions: the forms that its own names were defined by last.
        word: the name.

    Returns:
        (where it stands, the text, its language); where is "" for the core.
    """
    span = span_in_file(compiler, word) or definitions.get(word)
    if span is not None:
        return repr(span), span.text, "lisp"
    entry = corelib.table().get(word)
    if entry is None or word in user_globals(compiler) or word in user_macros(compiler):
        return None
    return "", corelib.source(entry)[0], "js"


def span_in_file(compiler: Compiler, word: str) -> Span | None:
    """Where a name of an imported Lisp file is defined, written as `lib.name` or as it was referred to."""
    known = user_globals(compiler).get(word)
    space, name = getattr(known, "home", None), getattr(known, "name", word)
    if known is None and "." in word:
        head, _, name = word.partition(".")
        space = getattr(user_globals(compiler).get(head), "module", None)
    path = getattr(space, "path", "")
    text = compiler.world.texts.get(path) if path else None
    return None if text is None else next(_defining(text, path, name), None)


def _defining(text: str, path: str, name: str) -> Iterator[Span]:
    """The forms of a file that define a name, the last one first."""
    try:
        forms = read_all(text, path)
    except LispError:  # it was edited meanwhile
        return
    for form in reversed(forms):
        named: list[Form] = [*defined_names(form)]
        if isinstance(form, List) and len(form.items) > 1 and form.items[0] in _DEFINING:
            named = [form.items[1]]
        if any(isinstance(each, Symbol) and each.name == name for each in named) and form.span is not None:
            yield form.span


def python_source(value: Any) -> str:
    """The text of a Python function, class or module.

    Raises:
        OSError, TypeError: there is none.
    """
    return inspect.getsource(value)
