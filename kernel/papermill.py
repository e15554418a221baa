"""Parameters of papermill (`-p name value`, `-f file.yaml`) become `(def name value)` forms.

In: papermill loads this module with its engines (the entry point in pyproject.toml). Out: a translator that
papermill knows for the language `polyrepl`; its own engine is left as it is. Nobody else imports this, so
papermill is no dependency.
"""

from __future__ import annotations

import json
import math
from typing import Any

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import BigInt, Const, Form, List, Map, Number, Str, Symbol, Vector
from polyrepl.lisp.read.reader import read_all

SAFE_INTEGER = 2**53 - 1
ENGINE = NBClientEngine
"""What the entry point must name: an engine. It is papermill's own."""


class PolyreplTranslator(Translator):  # type: ignore[misc]  # papermill has no types
    """Values of JSON and YAML in Lisp notation."""

    @classmethod
    def translate_escaped_str(cls, str_val: Any) -> str:
        """A string; of any other thing its text."""
        return json.dumps(str(str_val), ensure_ascii=False)

    @classmethod
    def translate_none(cls, val: None) -> str:
        """`nil`."""
        return "nil"

    @classmethod
    def translate_int(cls, val: int) -> str:
        """A number; beyond what a JavaScript number holds exactly, a BigInt as Python's own would become."""
        return str(val) if abs(val) <= SAFE_INTEGER else f"{val}n"

    @classmethod
    def translate_float(cls, val: float) -> str:
        """A number."""
        if math.isnan(val):
            return "NaN"
        if math.isinf(val):
            return "Infinity" if val > 0 else "-Infinity"
        return repr(val)

    @classmethod
    def translate_list(cls, val: list[Any]) -> str:
        """`[a b]`."""
        return f"[{' '.join(map(cls.translate, val))}]"

    @classmethod
    def translate_dict(cls, val: dict[Any, Any]) -> str:
        """`{"key" value}`."""
        items = (f"{cls.translate_str(str(key))} {cls.translate(value)}" for key, value in val.items())
        return f"{{{' '.join(items)}}}"

    @classmethod
    def comment(cls, cmt_str: str) -> str:
        """`; text`."""
        return f"; {cmt_str}".strip()

    @classmethod
    def assign(cls, name: str, str_val: str) -> str:
        """`(def name value)`.

        Raises:
            PapermillException: the name is not one that Lisp can define.
        """
        if not is_name(name):
            raise PapermillException(f"parameter {name!r}: not a name that a Lisp program can define")
        return f"(def {name} {str_val})"

    @classmethod
    def inspect(cls, parameters_cell: Any) -> list[Parameter]:
        """The `(def name value)` forms of the parameters cell; a comment on the same line is its help."""
        text = parameters_cell["source"]
        try:
            forms = read_all(text)
        except LispError:
            return []
        found = []
        for form in forms:
            if not isinstance(form, List) or len(form.items) != 3 or form.span is None:
                continue
            head, name, value = form.items
            if head == Symbol("def") and isinstance(name, Symbol) and value.span is not None:
                rest = text[form.span.end :].partition("\n")[0].strip()
                told = rest.lstrip("; ") if rest.startswith(";") else ""
                found.append(Parameter(name.name, type_of(value), value.span.text, told))
        return found


def is_name(text: str) -> bool:
    """Is the text one symbol without a path?"""
    try:
        return read_all(text) == [Symbol(text)] and "." not in text
    except LispError:
        return False


def type_of(value: Form) -> str:
    """What papermill's help calls the type of a value; `None` is its word for: not known."""
    match value:
        case Const(None):
            return "nil"
        case Const():
            return "boolean"
        case Number() | BigInt():
            return "number"
        case Str():
            return "string"
        case Vector():
            return "vector"
        case Map():
            return "map"
    return "None"


papermill_translators.register("polyrepl", PolyreplTranslator)
