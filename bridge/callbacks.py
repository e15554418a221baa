"""Callbacks of JavaScript's that Python is about to call once for every item: asked for many at a time.

In: a Python function that JavaScript calls, and its arguments. Out: the same arguments with the callback's
answers in place of the callback, where the function is known to call it for each item in order and to look
at nothing between: `sorted`, `min` and `max` with a key, `list.sort`, and `map` and `apply` of a pandas
Series. What is called otherwise than foreseen is still called, one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from .arrays import Items
from .protocol import OPS, TRAITS
from .proxy import JsProxy

_CALLS, _CALLABLE = OPS["calls"], TRAITS["CALLABLE"]
_CHUNK = 4096  # at most; JavaScript gives back fewer where they take long
Arguments = tuple[list[Any], dict[str, Any]]


def asked_ahead(function: Any, args: list[Any], kwargs: dict[str, Any]) -> Arguments:
    """The arguments to call with. Raises what the callback throws."""
    for value in args:
        if issubclass(type(value), JsProxy):
            break
    else:
        if not kwargs:
            return args, kwargs  # nearly all calls: nothing more may be done for them
    if not any(map(_is_callback, args)) and not any(map(_is_callback, kwargs.values())):
        return args, kwargs
    key: Any = kwargs.get("key")
    if _is_callback(key):
        items = _keyed(function, args)
        if items is not None:
            kwargs = {**kwargs, "key": Answers(key, items)}
            return (args if len(args) != 1 else [items]), kwargs
    elif len(args) == 1 and not kwargs:
        column = _column(function)
        if column is not None:
            return [Answers(args[0], column)], kwargs
    return args, kwargs


def _keyed(function: Any, args: list[Any]) -> list[Any] | None:
    """What a function calls its key with."""
    owner = getattr(function, "__self__", None)
    if type(owner) is list and not args and function == owner.sort:
        return list(owner)
    if function is sorted and len(args) == 1:
        return list(args[0])
    if function is not min and function is not max:
        return None
    if len(args) == 1:  # others are read while the key is called
        return list(args[0]) if type(args[0]) in (list, tuple, range, dict, set, frozenset) else None
    return args or None


def _is_callback(value: Any) -> bool:
    return issubclass(type(value), JsProxy) and bool(value._js_traits & _CALLABLE)


def _column(function: Any) -> list[Any] | None:
    """What `map` and `apply` of a Series call their function with."""
    pandas = sys.modules.get("pandas")
    series: Any = getattr(function, "__self__", None)
    if pandas is None or type(series) is not pandas.Series or len(series) < 2:
        return None
    if getattr(function, "__func__", None) not in (pandas.Series.map, pandas.Series.apply):
        return None
    if not isinstance(series.dtype, pandas.StringDtype) and getattr(series.dtype, "kind", "") not in "iufb":
        return None
    return list(series.astype(object))


class Answers:
    """A function that gives what another one said of the items it was asked about ahead."""

    def __init__(self, callback: Callable[[Any], Any], items: Sequence[Any]) -> None:
        self.callback = callback
        self.items = items
        self.answers = _answers(callback, items)
        self.at = 0

    def __call__(self, item: Any) -> Any:
        at = self.at
        if at < len(self.items):
            expected = self.items[at]
            if item is expected or (type(item) is type(expected) and _same(item, expected)):
                self.at = at + 1
                return self.answers[at]
        return self.callback(item)


def _same(first: Any, second: Any) -> bool:
    return type(first) in (int, float, str, bool) and bool(first == second or first != first)


def _answers(callback: Any, items: Sequence[Any]) -> list[Any]:
    """What a function of JavaScript's says of each item, as if called one after the other."""
    answers: list[Any] = []
    size = 16
    while len(answers) < len(items):
        chunk = items[len(answers) : len(answers) + size]
        given = callback._js_owner.operate(_CALLS, callback, Items(chunk))
        answers += given
        size = min(size * 4, _CHUNK) if len(given) == len(chunk) else max(1, len(given))
    return answers
