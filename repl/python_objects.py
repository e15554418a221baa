"""What completion may know of a live Python object without running the user's code on the way.

In: an object and a path of attribute names. Out: the object at the end, its attributes with their kind, a
call shape. Properties and `__getattr__` are not called on the way (an attribute found only that way ends
the path); `dir` is asked, because it is the object's own answer, so callers use a helper thread
(helper.py).
"""

from __future__ import annotations

import builtins
import inspect
import re
import types
from collections.abc import Mapping
from typing import Any, NamedTuple

LONGEST_META = 60
MOST = 2_000
_MISSING = object()
# Descriptors written in C that read a field of the object: numpy's `.T`, slots.
_FIELDS = (types.GetSetDescriptorType, types.MemberDescriptorType)
_CALLABLE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.WrapperDescriptorType,
)


class Attribute(NamedTuple):
    """One attribute: its kind and, for a callable, its call shape, else the type of its value."""

    name: str
    kind: str
    meta: str


def step(value: Any, name: str) -> Any:
    """The attribute, without running a property.

    Raises:
        LookupError: there is none that can be read without running code of the user.
    """
    if isinstance(value, types.ModuleType):
        found = vars(value).get(name, _MISSING)
        if found is _MISSING:
            raise LookupError(name)
        return found
    found = inspect.getattr_static(value, name, _MISSING)
    if found is _MISSING:
        raise LookupError(name)
    if isinstance(found, _FIELDS):
        return getattr(value, name)
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return types.MethodType(found.__func__, value if isinstance(value, type) else type(value))
    if isinstance(found, types.FunctionType) and not isinstance(value, type):
        own = inspect.getattr_static(type(value), name, _MISSING)
        return types.MethodType(found, value) if own is found else found
    if isinstance(found, (property, *_FIELDS)) or (
        hasattr(type(found), "__get__") and not isinstance(found, (*_CALLABLE, type))
    ):
        raise LookupError(name)
    return found


def walk(value: Any, path: list[str]) -> Any:
    """Follow a path of names. Raises LookupError."""
    for name in path:
        value = step(value, name)
    return value


def names(main: Mapping[str, Any]) -> types.SimpleNamespace:
    """The names Python code sees, as one plain object: a global of `main`, else a builtin."""
    return types.SimpleNamespace(**vars(builtins) | dict(main))


def attributes(value: Any, prefix: str = "") -> list[Attribute]:
    """The attributes that begin with `prefix`; private ones only where the prefix asks for them."""
    names: set[str] = set()
    for name in dir(value):
        if isinstance(name, str) and name.startswith(prefix) and (prefix.startswith("_") or name[:1] != "_"):
            names.add(name)
    return [describe(value, name) for name in sorted(names)[:MOST]]


def describe(value: Any, name: str) -> Attribute:
    """Kind and meta of one attribute, read statically."""
    try:
        found = step(value, name)
    except (LookupError, AttributeError):
        static = inspect.getattr_static(value, name, None)
        return Attribute(name, "property", "property" if isinstance(static, property) else "")
    except Exception:
        return Attribute(name, "property", "")
    return Attribute(name, *kind_and_meta(found))


def kind_and_meta(found: Any) -> tuple[str, str]:
    """(`function`, `(a, b=1)`), (`class`, `class`), (`module`, `module`), (`value`, type name)."""
    if isinstance(found, types.ModuleType):
        return "module", "module"
    if isinstance(found, type):
        return "class", "class"
    if isinstance(found, _CALLABLE) or callable(found):
        shape = parameters(found)
        return "function", clip("(" + ", ".join(shape) + ")") if shape is not None else "function"
    return "value", type(found).__name__


def clip(text: str, width: int = LONGEST_META) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def parameters(function: Any) -> list[str] | None:
    """The parameters, each as `name`, `name=default`, `*args`, `**more`; None if nobody knows."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return _documented(function)
    shown: list[str] = []
    star = positional = False
    for parameter in signature.parameters.values():
        text = parameter.name
        if positional and parameter.kind is not parameter.POSITIONAL_ONLY:
            shown.append("/")
        positional = parameter.kind is parameter.POSITIONAL_ONLY
        if parameter.kind is parameter.VAR_POSITIONAL:
            text, star = "*" + text, True
        elif parameter.kind is parameter.VAR_KEYWORD:
            text = "**" + text
        elif parameter.kind is parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        if parameter.default is not parameter.empty:
            text += "=" + default_text(parameter.default)
        shown.append(text)
    return [*shown, "/"] if positional else shown


def default_text(value: Any) -> str:
    """A default as it stands in a signature; only plain values are shown by their repr."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return clip(repr(value), 20).replace(" ", "\u00a0")
    return getattr(value, "__name__", None) or "…"


_DOCUMENTED = re.compile(r"\s*[\w.]+\((?P<inside>[^)]*)\)")


def _documented(function: Any) -> list[str] | None:
    """C functions without a signature often have one in the first line of their doc."""
    doc = inspect.getattr_static(function, "__doc__", None)
    match = _DOCUMENTED.match(doc) if isinstance(doc, str) else None
    if match is None:
        return None
    inside = match["inside"].replace("[", "").replace("]", "")
    return [re.sub(r"\s*=\s*", "=", part.strip()) for part in inside.split(",") if part.strip()]


def keyword_names(function: Any) -> list[tuple[str, str]]:
    """(name, default) of the parameters that may be given by keyword."""
    shown = parameters(function)
    if shown is None:
        return []
    found = []
    for text in shown[shown.index("/") + 1 :] if "/" in shown else shown:
        name, _, default = text.partition("=")
        if name.isidentifier():
            found.append((name, default))
    return found


def first_paragraph(value: Any) -> str | None:
    """The beginning of an object's documentation."""
    doc = inspect.getdoc(value)
    return doc.split("\n\n", 1)[0] if doc else None
