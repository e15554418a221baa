"""Core functions that make and call functions, as Python's.

In: functions as the Lisp has them (text and data may be called). Out: functions of Python's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .sequences import some
from .values import as_function, items, listed, mark, truthy


def identity(x: Any) -> Any:
    return x


def constantly(x: Any) -> Callable[..., Any]:
    return lambda *_, **__: x


def comp(*fs: Any) -> Callable[..., Any]:
    if not fs:
        return identity
    *outer, inner = map(as_function, fs)

    def composed(*args: Any) -> Any:
        found = inner(*args)
        for f in reversed(outer):
            found = f(found)
        return found

    return composed


def partial(f: Any, *args: Any) -> Callable[..., Any]:
    return functools.partial(as_function(f), *args)


def juxt(*fs: Any) -> Callable[..., list[Any]]:
    found = [*map(as_function, fs)]
    return lambda *args: [f(*args) for f in found]


def complement(f: Any) -> Callable[..., bool]:
    f = as_function(f)
    return lambda *args: not truthy(f(*args))


def every_pred(*fs: Any) -> Callable[..., bool]:
    return lambda *xs: all(truthy(as_function(f)(x)) for f in fs for x in xs)


def some_fn(*fs: Any) -> Callable[..., Any]:
    return lambda *xs: some(lambda f: some(f, xs), fs)


def memoize(f: Any) -> Callable[..., Any]:
    f = as_function(f)
    known: dict[Any, Any] = {}

    def remembered(*args: Any) -> Any:
        key = tuple(map(mark, args))
        if key not in known:
            known[key] = f(*args)
        return known[key]

    return remembered


def fnil(f: Any, *defaults: Any) -> Callable[..., Any]:
    f = as_function(f)

    def filled(*args: Any) -> Any:
        given = [defaults[at] if x is None and at < len(defaults) else x for at, x in enumerate(args)]
        return f(*given)

    return filled


def trampoline(f: Any, *args: Any) -> Any:
    found = as_function(f)(*args)
    while callable(found):
        found = found()
    return found


def apply(f: Any, *args: Any) -> Any:
    return as_function(f)(*args[:-1], *items(args[-1]))


def named(rest: Iterable[Any], given: Mapping[str, Any], spelled: Mapping[str, str]) -> list[Any]:
    """The rest of the arguments where it is taken for keywords, with those that were given by name.

    Args:
        spelled: keys that Python has to write in another way, by that (`x_y` for `x-y`).
    """
    if not given:
        return listed(rest)
    return [{**keyword_args(rest), **{spelled.get(key, key): value for key, value in given.items()}}]


def keyword_args(rest: Iterable[Any]) -> dict[Any, Any]:
    """`& {:keys [..]}`: `:name value ..`, or one map."""
    found = listed(rest)
    if len(found) == 1 and isinstance(found[0], Mapping):
        return dict(found[0])
    return dict(zip(found[::2], found[1::2], strict=False))
