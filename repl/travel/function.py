"""LispFunction: what a pickled function of the Lisp is in another process.

In: a capsule (made by sending.py). Out: something that is called as the function is. Unpickling does nothing;
the first call starts the process's own Node and makes the function there, and so does the first one after
that Node was lost.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import ref

from polyrepl.bridge import BridgeError, NodeLost

from .about import NOTHING, About, Described, signature
from .home import ENTRY, home, versions
from .side_by_side import Company, Join, Leaving

if TYPE_CHECKING:
    from polyrepl.bridge.capsule import Capsule, Capsules
    from polyrepl.bridge.conversation import Conversation

SCHEME = "polyrepl:sent/"


class LispFunction:
    """A function of the Lisp, or of JavaScript, that came from another process.

    Called where no asyncio loop runs it waits for a promise and gives what that comes to; else it gives the
    promise. A NodeLost costs the call that it happens in, and no other: the next one starts Node anew.

    Args:
        code, data, objects, parts: of its capsule (see bridge.capsule.Capsule).
        name: what it was called.
        made_by: polyrepl's version and Node's, as its sender has them.
        sources, packed: where its code stood in the Lisp (see places.Places).
        about: what it says of itself to Python (see about.About).
    """

    __slots__ = (
        "__dict__",
        "__name__",
        "__qualname__",
        "__weakref__",
        "_capsule",
        "_live",
        "_rest",
        "_what",
        "beside",
        "copy",
        "leaving",
    )
    __doc__ = Described(__doc__, lambda function: function._rest[4][0])
    __signature__ = Described(None, lambda function: signature(function))
    __annotations__ = Described(None, lambda function: {})

    def __init__(
        self,
        code: str,
        data: str,
        objects: tuple[Any, ...],
        parts: tuple[bytes, ...],
        name: str,
        made_by: tuple[str, str],
        sources: tuple[tuple[str, int, str], ...],
        packed: bytes,
        about: About = NOTHING,
    ) -> None:
        self._what = code, data, objects, parts
        self._rest = name, made_by, sources, packed, about
        self.__name__ = self.__qualname__ = name
        self._capsule: Capsule | None = None
        self._live: Any = None
        self.beside: tuple[Company, str] | None = None
        """Those that it was pickled with, and what it is called among them."""
        self.copy = 0
        """How many before it are alike, and not the same."""
        self.leaving: Leaving | None = None
        """What is pickled for it where it is at home and others may be beside it."""

    def __reduce__(self) -> Any:
        if self.beside is not None:
            company, key = self.beside
            return arrived, (company, (self.made_of(), key, None))
        return LispFunction, self.made_of(), *([self.__dict__] if self.__dict__ else [])

    def made_of(self) -> tuple[Any, ...]:
        """What it is made of again."""
        from .objects import departing

        code, data, objects, parts = self._what
        return code, data, departing(objects), parts, *self._rest

    def leave(self, module: Any, join: Join) -> None:
        """It is at home here, and others may be beside it where it is pickled (see Leaving)."""
        self.leaving = Leaving(self, module, arrived, join)

    @property
    def _together(self) -> tuple[LispFunction, int] | None:
        """The capsule of those that it shares something with, and which one of them it is."""
        return None if self.beside is None else self.beside[0].joint.get(self.beside[1])

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a function on a class: bound to the instance. Classes do not bind."""
        return self if instance is None or self._rest[4][3] else types.MethodType(self, instance)

    @property
    def capsule(self) -> Capsule:
        """All that it needs."""
        if self._capsule is None:
            from polyrepl.bridge.capsule import Capsule

            self._capsule = Capsule(*self._what)
        return self._capsule

    def __repr__(self) -> str:
        return f"<LispFunction {self.__name__}>"

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, LispFunction)
            and self.capsule.plain
            and other.capsule.plain
            and self.capsule.digest == other.capsule.digest
        )

    def __hash__(self) -> int:
        return hash(self.capsule.digest)

    def __dask_tokenize__(self) -> Any:
        from dask.base import normalize_token

        return "polyrepl", self.capsule.digest, normalize_token(self.capsule.objects)

    @property
    def nbytes(self) -> int:
        """About how large the pickle is, without Python's objects."""
        capsule = self.capsule
        return len(capsule.code) + len(capsule.data) + sum(map(len, capsule.bytes))

    @property
    def live(self) -> Any:
        """The function itself, a JsProxy in this process's Node. Raises what Capsules.open does."""
        opened = capsules_of(home())
        if self._live is None or not opened.is_live(self._live):
            self._check(opened)
            if self.beside is not None:
                self.beside[0].copy_of(self.beside[1])  # which tells each what it is
            if self._together is None:
                self._live = opened.open(self.capsule, f"{SCHEME}{self.capsule.digest}", self.copy)
            else:
                capsule, at = self._together
                self._live = capsule.live(at)
        return self._live

    def _check(self, opened: Capsules) -> None:
        """Another polyrepl or another major Node may mean other things by the same code."""
        ours = versions(opened)
        made_by = self._rest[1]
        if (ours[0], _major(ours[1])) != (made_by[0], _major(made_by[1])):
            theirs = "polyrepl {} with Node {}".format(*made_by)
            raise BridgeError(
                f"{self.__name__} was sent by {theirs}, and this process has polyrepl {ours[0]} with Node "
                f"{ours[1]}: install the same on both sides"
            )

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._run(
            lambda: self.live(*map(_live, args), **{name: _live(kwargs[name]) for name in kwargs})
        )

    def new(self, /, *args: Any, **kwargs: Any) -> Any:
        """`new Class(...)`, of a class."""
        return self._run(
            lambda: self.live.new(*map(_live, args), **{name: _live(kwargs[name]) for name in kwargs})
        )

    def batch(self, items: Sequence[Any], *, copied: bool = False) -> list[Any]:
        """What it gives of each item, asked for in one request.

        Args:
            items: as it is called with.
            copied: lists and dicts among them are JavaScript's own there, as they were where they came from.

        Raises:
            JSError: what it throws, as a call does; `item`, an attribute of the exception, is the number of
                the item that it was raised for.
        """
        found: list[Any] = self._counted("mapAll", list(items), copied)
        return found

    def fold(self, first: Any, items: Sequence[Any], *, copied: bool = False) -> Any:
        """`reduce` of items from a first value, in one request. Args and what is raised: as `batch`."""
        return self._counted("reduceAll", list(items), copied, _live(first))

    def _counted(self, how: str, items: list[Any], copied: bool, *more: Any) -> Any:
        return self._run(lambda: at_once(capsules_of(home()), how, self.live, items, copied, *more))

    def _run(self, ask: Any) -> Any:
        try:
            try:
                return by_value(settled(ask()))
            except NodeLost as lost:
                if lost.begun:
                    raise
                return by_value(settled(ask()))  # by another Node
        except Exception as error:
            self._show(error)
            raise

    def _show(self, error: Exception) -> None:
        """Say where in the Lisp an exception was raised."""
        from .places import Places
        from .showing import show

        made = self if self._together is None else self._together[0]
        show(error, f"{SCHEME}{made.capsule.digest}", Places(*made._rest[2:4]))


def arrived(company: Company, sent: tuple[tuple[Any, ...], str, Any]) -> LispFunction:
    """A function as it is unpickled.

    Args:
        company: of its pickle.
        sent: what it is made of, its key, and (keys, capsule) of those that it shares something with: these
            have come before, and so has what they shared; or None.
    """
    args, key, joint = sent
    function = LispFunction(*args)
    function.beside = company, key
    company.came.append((key, ref(function)))
    if joint is not None:
        keys, capsule = joint
        company.joint.update((each, (capsule, at)) for at, each in enumerate(keys))
    return function


def _major(version: str) -> str:
    return version.partition(".")[0]


def _live(value: Any) -> Any:
    return value.live if isinstance(value, LispFunction) else value


def at_once(capsules: Capsules, how: str, function: Any, items: list[Any], copied: bool, *more: Any) -> Any:
    """Many calls of a function in its own Node as one request.

    Args:
        capsules: of the Node's conversation.
        how: "mapAll" or "reduceAll" of node/travel.mjs.
        function: a JsProxy.
        items, copied: as `LispFunction.batch` takes them.
        more: what else `how` takes.

    Returns:
        What the function gives of each item, as a list; of "reduceAll" the last value.

    Raises:
        Exception: what the function raises, with an attribute `item`.
    """
    ask, number = capsules.function(how), id(items)
    given: Any = _text_of(items, copied)
    is_copied = given is None and copied and is_data(items)
    try:
        found = settled(ask(function, items if given is None else given, is_copied, number, *more))
        if how == "reduceAll":
            return found
        return _from_text(found) if isinstance(found, str) else list(found)
    except NodeLost:
        raise
    except Exception as error:
        item = capsules.module().failedAt(number)
        if item is not None:
            with contextlib.suppress(AttributeError):
                error.item = int(item)  # type: ignore[attr-defined]
        raise


def _text_of(items: list[Any], copied: bool) -> str | None:
    """Items as JSON text, which travels with the request for them; None where it would lose something."""
    from polyrepl.bridge.bulk import plain, tree

    if tree(items) is None if copied else not plain(items):
        return None
    from orjson import dumps

    try:
        return dumps(items).decode()
    except TypeError:  # half a character
        return None


def _from_text(text: str) -> list[Any]:
    from orjson import loads

    found: list[Any] = loads(text)
    return found


_SCALARS = frozenset((type(None), str, int, float, bool, bytes))


def is_data(value: Any) -> bool:
    """Whether all of it can be copied without loss."""
    if isinstance(value, (list, tuple, set)):
        return set(map(type, value)) <= _SCALARS or all(map(is_data, value))
    if isinstance(value, dict):
        return all(type(key) is str or _is_key(key) for key in value) and all(map(is_data, value.values()))
    return type(value) in _SCALARS or _is_date(value)


def _is_key(key: Any) -> bool:
    return type(key) in _SCALARS or (isinstance(key, tuple) and all(map(_is_key, key)))


def _is_date(value: Any) -> bool:
    """Whether it is what a Date of JavaScript's becomes, and says no more than one."""
    if type(value).__name__ != "datetime" or type(value).__module__ != "datetime":
        return False
    return str(value.tzinfo) == "UTC" and not value.microsecond % 1000 and not value.fold


def by_value(result: Any) -> Any:
    """A result as it can be sent on: a typed array is memory of this process, of which NumPy has a copy, or
    `array` where there is no NumPy. Those in a list or dict of results too."""
    if type(result) is memoryview:
        try:
            from numpy import array
        except ImportError:
            from array import array as column

            return column(result.format, result.tobytes())
        return array(result)
    if type(result) is list and memoryview in set(map(type, result)):
        return [by_value(item) for item in result]
    if type(result) is dict and memoryview in set(map(type, result.values())):
        return {key: by_value(item) for key, item in result.items()}
    return result


def settled(value: Any) -> Any:
    """What a promise comes to, where that can be waited for; anything else as it is."""
    from polyrepl.bridge.functions import Awaitable

    if not isinstance(value, Awaitable):
        return value
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        capsules = value._js_owner.capsules  # type: ignore[attr-defined]
        return value.result() if capsules is None else capsules.settle(value)
    return value


def capsules_of(conversation: Conversation) -> Capsules:
    """Those that a conversation opens; functions that are made there can be pickled from then on."""
    found = conversation.capsules
    if found is None:
        from polyrepl.bridge.capsule import Capsules

        from .sending import stand_in

        found = conversation.capsules = Capsules(conversation, ENTRY)
        capsules = found
        conversation.pickle_with(lambda proxy: stand_in(capsules, proxy, lambda _: None, LispFunction))
    return found
