"""A function of Python's, made of what the compiler wrote (form.py) and the values that it takes along.

In: the text of a syntax tree, and values. Out: the function. Its globals are a dict of its own: functions
of the core, the values, itself; so whoever pickles functions by value (cloudpickle) sends what it uses and
nothing else. Its module is `sent`, where pickle finds it.

The text is JSON. A node of the tree is an object: `_` its class, `@` where it stands in the Lisp (first
line and column, last line and column), all other names its fields.
"""

from __future__ import annotations

import ast
import builtins
import json
import warnings
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from .checking import check
from .core import CORE
from .later import Later
from .lines import TEXT, keep_lines, text_of
from .sent import settle
from .values import MISSING

KEPT = 512  # functions whose code is remembered
_NO_PLACE = [1, 0, 1, 0]


def made(text: str, values: list[Any]) -> FunctionType:
    """`function` as a program calls it: in a list keywords of the Lisp are values, not names of arguments."""
    return function(text, *values)


def function(text: str, *values: Any) -> FunctionType:
    """The function that a text describes.

    Args:
        text: what form.py wrote.
        values: of the names that it takes along, in the order in which the text names them; of a name that is
            only declared so far what gives its value.

    Raises:
        TypeError: a value cannot be taken along.
    """
    code, said = code_of(text)
    space: dict[str, Any] = {"__builtins__": builtins, "__name__": "__main__", TEXT: text_of(said)}
    for name, lisp_name in said["core"].items():
        space[name] = MISSING if lisp_name == "" else CORE[lisp_name]
    for name, known in said["builtins"].items():
        if name != known:
            space[name] = getattr(builtins, known)
    for (name, lisp_name, is_later), value in zip(said["names"], values, strict=True):
        if is_later:
            space[name] = Later(lisp_name, value, space, name)
        else:
            check(lisp_name, value)
            space[name] = value
    exec(code, space)
    found: FunctionType = space[said["def"]]
    if said["name"] != said["def"]:
        found.__name__ = found.__qualname__ = said["name"]
        found.__code__ = found.__code__.replace(co_name=said["name"], co_qualname=said["name"])
    settle(found)
    return found


@lru_cache(maxsize=KEPT)
def code_of(text: str) -> tuple[CodeType, dict[str, Any]]:
    """The compiled code and what else the text says. The Lisp's lines are there for tracebacks from now on.

    Raises:
        SyntaxError, RecursionError, ValueError: Python does not take the tree.
    """
    said: dict[str, Any] = json.loads(text)
    tree = ast.Module(body=[made_of(said["tree"], _NO_PLACE)], type_ignores=[])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `(nil? 5)`: the Lisp says nothing either
        code = compile(tree, said["file"], "exec", dont_inherit=True)
    keep_lines(said)
    return code, said


def made_of(item: Any, at: list[int]) -> Any:
    """A part of the tree; what says no place has that of what is around it."""
    if isinstance(item, list):
        return [made_of(part, at) for part in item]
    if not isinstance(item, dict):
        return item
    kind = getattr(ast, item["_"])
    at = item.get("@", at)
    made: Any = kind(**{name: made_of(value, at) for name, value in item.items() if name not in "_@"})
    if "lineno" in kind._attributes:
        made.lineno, made.col_offset, made.end_lineno, made.end_col_offset = at
    if "type_params" in kind._fields:
        made.type_params = []
    return made
