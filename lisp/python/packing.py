"""Functions that are made at a prompt, by value: as data for pickle.

In: a function that making.py has made, or that such a one has made. Out: what it is made of, and what it
takes along, other functions of the kind once each. Nothing is run when it is made again but the code that
makes functions, of the same Python version.
"""

from __future__ import annotations

import builtins
import marshal
import sys
from collections.abc import Callable
from importlib import import_module
from types import CellType, FunctionType, ModuleType
from typing import Any

from .later import Later
from .lines import TEXT, keep_lines

VERSION = sys.version_info[:2]


class Packed:
    """What is pickled: functions by their numbers in it, each once, so that they may know each other."""

    def __init__(self) -> None:
        self.version = VERSION
        self.functions: list[dict[str, Any]] = []


class Module:
    """In the place of a module: its name."""

    def __init__(self, name: str) -> None:
        self.name = name


class Known:
    """In the place of a function: its number."""

    def __init__(self, number: int) -> None:
        self.number = number


def is_ours(value: Any) -> bool:
    """A function that is made at a prompt: of `__main__`, where nobody finds it,"""
    return isinstance(value, FunctionType) and value.__module__ == "__main__"


def packed(function: FunctionType) -> Packed:
    made = Packed()
    numbers: dict[int, int] = {}

    def number_of(f: FunctionType) -> Known:
        if id(f) not in numbers:
            numbers[id(f)] = len(made.functions)
            entry: dict[str, Any] = {}
            made.functions.append(entry)
            names = names_in(f.__code__)
            space = {name: value for name, value in f.__globals__.items() if name in names}
            cells = [cell.cell_contents for cell in f.__closure__ or ()]
            entry.update(
                code=marshal.dumps(f.__code__, 2),  # which gives the same bytes for the same code
                settled=type(f.__module__) is not str,  # a Home of sent.py
                name=f.__name__,
                doc=f.__doc__,
                space={name: with_numbers(value) for name, value in space.items()},
                cells=[with_numbers(value) for value in cells],
                defaults=with_numbers(f.__defaults__),
                named=with_numbers(f.__kwdefaults__),
                annotations=f.__annotations__,
                text=f.__globals__.get(TEXT),
            )
        return Known(numbers[id(f)])

    def with_numbers(value: Any) -> Any:
        if type(value) is Later:
            value = value.found()
        if is_ours(value):
            return number_of(value)
        if isinstance(value, ModuleType):
            return Module(value.__name__)
        return with_items(value, with_numbers)

    number_of(function)
    return made


def with_items(value: Any, change: Callable[[Any], Any]) -> Any:
    """A list, a tuple or a dict of what `change` makes of its items; any other value itself."""
    kind = type(value)
    if kind in (list, tuple):
        return kind(map(change, value))
    return {key: change(item) for key, item in value.items()} if kind is dict else value


def names_in(code: Any) -> set[str]:
    """The names that code and the code inside of it look up."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            found |= names_in(constant)
    return found


def function_of(made: Packed, settle: Callable[[FunctionType], None]) -> FunctionType:
    """The function again.

    Args:
        made: what `packed` gave.
        settle: called with each function that pickle found where it came from (see sent.py).

    Raises:
        TypeError: another Python version has packed it.
        ImportError: a module that it uses is not there.
    """
    if made.version != VERSION:
        there, here = (".".join(map(str, version)) for version in (made.version, VERSION))
        raise TypeError(f"the function was sent by Python {there}, and this is {here}: both must be the same")
    functions: list[FunctionType] = []
    for entry in made.functions:
        space: dict[str, Any] = {"__builtins__": builtins, "__name__": "__main__"}
        if entry["text"] is not None:
            space[TEXT] = entry["text"]
            keep_lines(entry["text"])
        cells = tuple(CellType() for _ in entry["cells"])
        function = FunctionType(marshal.loads(entry["code"]), space, entry["name"], None, cells)
        function.__doc__, function.__annotations__ = entry["doc"], entry["annotations"]
        if entry["settled"]:
            settle(function)
        functions.append(function)

    def restored(value: Any) -> Any:
        if isinstance(value, Known):
            return functions[value.number]
        if isinstance(value, Module):
            return import_module(value.name)
        return with_items(value, restored)

    for function, entry in zip(functions, made.functions, strict=True):
        function.__globals__.update(restored(entry["space"]))
        for cell, value in zip(function.__closure__ or (), entry["cells"], strict=True):
            cell.cell_contents = restored(value)
        function.__defaults__, function.__kwdefaults__ = restored(entry["defaults"]), restored(entry["named"])
    return functions[0]
