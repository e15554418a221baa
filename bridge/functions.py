"""Functions and promises of JavaScript as Python's code expects them.

In: a proxy's class being made (see proxy). Out: the abilities of one whose object can be called (it binds as
a method, has a name, a signature with defaults, a `__dict__` for what decorators leave on it, and says
whether it is a coroutine function) and of a promise (which a task can be made of).
"""

from __future__ import annotations

import keyword
import re
import types
from collections.abc import Callable as Function
from collections.abc import Generator, Iterable
from typing import Any

from .protocol import OPS, SORT_BITS, SORTS, TAGS, TRAITS
from .untimely import Untimely, put_off

_AWAIT, _DESCRIBE = OPS["await"], OPS["describe"]
_SETATTR, _DELATTR = OPS["setattr"], OPS["delattr"]
_CLASS = SORTS.index("class")
_ASYNC, _GENERATOR = TRAITS["ASYNC_FUNCTION"], TRAITS["GENERATOR_FUNCTION"]


class Left:
    """The default of a parameter that is an expression of JavaScript's: passed, it is as if nothing was."""

    __slots__ = ("source",)
    wire = (TAGS["MISSING"],)

    def __init__(self, source: str) -> None:
        self.source = source

    def __repr__(self) -> str:
        return self.source


class Itself:
    """An argument that crosses by handle whatever it is: an exception is no error there."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Asked:
    """An attribute that is asked for until Python's code has set its own, as `functools.wraps` does."""

    def __init__(self, ask: Function[[Any], Any]) -> None:
        self.ask = ask

    def __get__(self, proxy: Any, owner: Any = None) -> Any:
        if proxy is None:
            raise AttributeError
        return self.ask(proxy)


class Documented(Asked):
    """The docstring of a function; that of the class is what the class is."""

    def __get__(self, proxy: Any, owner: Any = None) -> Any:
        return "A function of JavaScript." if proxy is None else self.ask(proxy)


def _doc(proxy: Any) -> str | None:
    try:
        found = proxy._js_owner.operate(_DESCRIBE, proxy).get("doc")
    except Exception:
        return None  # who asks for help wants no other failure
    return found if isinstance(found, str) else None


DOC = Documented(_doc)


def _name(proxy: Any) -> str:
    return str(getattr(proxy, "name", None) or "anonymous")


def _signature(proxy: Any) -> Any:
    if "__wrapped__" in proxy.__dict__:
        raise AttributeError("__signature__")  # then inspect looks at what it wraps
    import inspect

    about = proxy._js_owner.operate(_DESCRIBE, proxy)
    return inspect.Signature(parameters(about["parameters"], about["defaults"]))


def parameters(names: list[str], defaults: list[Any]) -> list[Any]:
    """Parameters of a function of JavaScript: its names (`...rest`) and beside each None, or (whether Python
    knows the value, the value or its source)."""
    import inspect

    made: list[inspect.Parameter] = []
    taken: set[str] = set()
    late: Any = inspect.Parameter.empty
    for name, default in zip(names, defaults, strict=True):
        rest = name.startswith("...")
        kind = inspect.Parameter.VAR_POSITIONAL if rest else inspect.Parameter.POSITIONAL_OR_KEYWORD
        plain = spelled(name.lstrip("."))
        if not plain.isidentifier() or plain in taken:
            plain = f"arg{len(made)}"
        taken.add(plain)
        # One without a default behind one with: JavaScript takes nothing for undefined there too.
        value = late if default is None else default[1] if default[0] else Left(default[1])
        if value is not inspect.Parameter.empty:
            late = Left("undefined")
        made.append(inspect.Parameter(plain, kind, default=inspect.Parameter.empty if rest else value))
    return made


_DOUBLED = re.compile(r"(?<=[^_])(?:__)+(?=[^_])")


def spelled(name: str) -> str:
    """Python's spelling of a parameter: what stands doubled in JavaScript for a Lisp name's `_`, or has a `$`
    because it is a reserved word there, is as it was; one that is reserved here gets a `_`."""
    plain = _DOUBLED.sub(lambda run: "_" * (len(run[0]) // 2), name).removesuffix("$")
    return plain + "_" if keyword.iskeyword(plain) else plain


def _annotations(proxy: Any) -> dict[str, Any]:
    made: dict[str, Any] = proxy.__dict__.setdefault("__annotations__", {})
    return made


class Callable:
    """A function, or a class."""

    __slots__ = ()
    __name__ = Asked(_name)
    __signature__ = Asked(_signature)
    __annotations__ = Asked(_annotations)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            args, kwargs = self._js_placed(args, kwargs)
        try:
            return self._js_owner.call(self, args, kwargs)
        except Untimely:
            if not put_off(self, args):
                raise
            return None

    def _js_placed(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Keyword arguments that name parameters, at their places; nothing is passed for those between. Those
        that name properties which a parameter takes apart go there as an object. A function without a name
        for any of them collects them all, and one with `...rest` what is left. Raises TypeError where an
        argument would be taken for another, and for functions of JavaScript's own."""
        about = self._js_owner.operate(_DESCRIBE, self)
        if about["native"]:
            raise TypeError(f"{_name(self)}() takes no keyword arguments: it is one of JavaScript's own")
        names: list[str] = about["parameters"]
        rest = bool(names) and names[-1].startswith("...")
        named = names[:-1] if rest else names
        keys = {name: name if name in kwargs else spelled(name) for name in named}
        free = named[len(args) :]
        others = {name: value for name, value in kwargs.items() if name not in map(keys.get, free)}
        if not rest:
            for name in others:
                if name in keys.values():
                    raise TypeError(f"{_name(self)}() got multiple values for argument {name!r}")
        taken: dict[str, dict[str, Any]] = {}  # what goes to parameters that take an object apart
        known: list[str] = []
        for index, properties in enumerate(about["patterns"]):
            if index < len(args) or not properties:
                continue
            meant = {spelled(name): name for name in properties} | {name: name for name in properties}
            mine = {name: others.pop(name) for name in list(others) if "..." in properties or name in meant}
            known += properties
            if mine:
                taken[keys[names[index]]] = {meant.get(name, name): value for name, value in mine.items()}
        if taken:
            if others:
                raise self._js_unexpected(others, [*keys.values(), *known])
            kwargs = {name: value for name, value in kwargs.items() if name in map(keys.get, free)} | taken
        nothing = Left("undefined")
        if len(others) == len(kwargs):
            if rest and all(
                about["defaults"][len(args) : len(named)]
            ):  # they are for the rest, not for these
                return (*args, *[nothing] * len(free)), kwargs
            return args, kwargs
        if others and not rest:
            raise self._js_unexpected(others, keys.values())
        last = max(index for index, name in enumerate(free) if keys[name] in kwargs)
        count = len(free) if others else last + 1
        return (*args, *(kwargs.get(keys[name], nothing) for name in free[:count])), others

    def _js_unexpected(self, others: dict[str, Any], takes: Iterable[str]) -> TypeError:
        name, known = next(iter(others)), ", ".join(takes)
        return TypeError(f"{_name(self)}() got an unexpected keyword argument {name!r}: it takes {known}")

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a function of Python's on a class: bound to the instance, which is its first argument. Classes
        do not bind, nor does a method that has its object."""
        proxy: Any = self
        if instance is None or proxy._js_this is not None or proxy._js_traits & SORT_BITS == _CLASS:
            return self
        return types.MethodType(self, instance)

    def __getattr__(self, name: str) -> Any:
        if name == "__qualname__":  # which a class body cannot define
            return self.__name__
        return super().__getattr__(name)  # type: ignore[misc]

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") and name.endswith("__"):
            # Python looks here, without a question; the function holds it, and shows the name in JavaScript
            if not self.__dict__:
                self._js_owner.operate_quietly(_SETATTR, self, "__dict__", self.__dict__)
            self.__dict__[name] = value
            self._js_owner.operate_quietly(_SETATTR, self, name, value)
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("__") and name.endswith("__"):
            if name not in self.__dict__:
                raise AttributeError(name)
            del self.__dict__[name]
            self._js_owner.operate_quietly(_DELATTR, self, name)
        else:
            super().__delattr__(name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        name = _name(self)
        raise TypeError(
            f"the JavaScript class {name} cannot be the base of a Python class: "
            f"hold an object made with {name}.new(..), or write the class in JavaScript or Lisp"
        )


def placed(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a call that names the function: as the function places them, if it is one."""
    return function._js_placed(args, kwargs) if isinstance(function, Callable) else (args, kwargs)


async def _coroutine(*args: Any) -> Any: ...
def _generator(*args: Any) -> Any:
    yield


async def _async_generator(*args: Any) -> Any:
    yield


_KINDS = {_ASYNC: _coroutine, _GENERATOR: _generator, _ASYNC | _GENERATOR: _async_generator}


def _code(proxy: Any) -> types.CodeType:
    kind: Any = _KINDS[proxy._js_traits & (_ASYNC | _GENERATOR)]
    name = _name(proxy)
    code: types.CodeType = kind.__code__.replace(co_name=name, co_qualname=name, co_filename="<javascript>")
    return code


class Coded:
    """An async or generator function: `inspect` sees it by the flags of its code."""

    __slots__ = ()
    __code__ = Asked(_code)
    __defaults__ = None
    __kwdefaults__ = None


class Awaitable:
    """Anything that JavaScript can await."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Any]:
        coroutine = self._js_owner.operate_async(_AWAIT, self)  # type: ignore[attr-defined]
        result: Generator[Any, None, Any] = coroutine.__await__()
        return result

    def result(self) -> Any:
        """Wait for the promise here and now. Raises WouldBlock where that could never end."""
        return self._js_owner.block_on(self)  # type: ignore[attr-defined]


class Promise(Awaitable):
    """A promise is what an async function gives, so it is a coroutine to Python: a task, `asyncio.run` and
    the like drive it. Several tasks may, each with a wait of its own."""

    __slots__ = ()

    def send(self, value: Any) -> Any:
        """Go on waiting, for the task that runs."""
        return self._js_step(lambda wait: wait.send(value))

    def throw(self, error: Any, *rest: Any) -> Any:
        """Go on waiting with an exception, for the task that runs."""
        return self._js_step(lambda wait: wait.throw(error, *rest))

    def close(self) -> None:
        """Give up waiting; the promise goes on."""
        wait = self.__dict__.get("_waits", {}).pop(_waiter(), None)
        if wait is not None:
            wait.close()

    def _js_step(self, step: Function[[Any], Any]) -> Any:
        waits, who = self.__dict__.setdefault("_waits", {}), _waiter()
        wait = waits.get(who)
        if wait is None:
            wait = waits[who] = self.__await__()
        try:
            return step(wait)
        except BaseException:
            waits.pop(who, None)
            raise


def _waiter() -> Any:
    import asyncio

    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
