"""What completion may know of a live Python object without running the user's code on the way.

In: an object and a path of attribute names. Out: the object at the end, its attributes with their kind, a
call shape. Properties and `__getattr__` are not called on the way (an attribute found only that way ends
the path) but of pandas' and numpy's own classes, where they only look. `dir` is asked, because it is the
object's own answer, so callers use a helper thread (helper.py).
"""

from __future__ import annotations

import inspect
import re
import types
from typing import Any, NamedTuple

from polyrepl.bridge.beginnings import repr_of
from polyrepl.bridge.namespace import Names

LONGEST_META = 60
MOST = 2_000
_MISSING = object()
# Descriptors written in C that read a field of the object: numpy's `.T`, slots.
_FIELDS = (types.GetSetDescriptorType, types.MemberDescriptorType)
# Libraries whose properties only look, as IPython's completer takes them: a column of a frame.
_TRUSTED = frozenset(["pandas", "numpy"])
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
    if isinstance(value, Names):
        try:
            return getattr(value, name)
        except AttributeError:
            raise LookupError(name) from None
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


def trusted(value: Any) -> bool:
    """Is the object of a library whose properties and `__getattr__` do nothing but look?

    Of its very class: a subclass of the user's has code of the user's.
    """
    module = getattr(type(value), "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] in _TRUSTED


def walk(value: Any, path: list[str]) -> Any:
    """Follow a path of names. Raises LookupError."""
    for name in path:
        try:
            value = step(value, name)
        except LookupError:
            if not trusted(value):
                raise
            try:
                value = getattr(value, name)
            except Exception:
                raise LookupError(name) from None
    return value


def attributes(value: Any, prefix: str = "") -> list[Attribute]:
    """The attributes that begin with `prefix`; private ones only where the prefix asks for them."""
    names: set[str] = set()
    for name in names_of(value):
        if isinstance(name, str) and name.startswith(prefix) and (prefix.startswith("_") or name[:1] != "_"):
            names.add(name)
    return [describe(value, name) for name in sorted(names)[:MOST]]


def names_of(value: Any) -> list[str]:
    """`dir(value)`; where that raises, what the object's class has."""
    try:
        return dir(value)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return list(type.__dir__(type(value)))


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
    except Exception:  # it asks the object, too
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
        return clip(repr_of(value, 30)[0], 20).replace(" ", "\u00a0")
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
