"""Object tables and their lifetimes.

In: Python objects that go to Node, handles of JavaScript objects that arrive. Out: `Exports` keeps what
Node holds (handle -> object, count of times sent); `Imports` knows the living JsProxy of each handle and
collects releases of those that died. Counts make a release that crosses a new send harmless: Node gives back
only as many as it had received.
"""

from __future__ import annotations

import itertools
import threading
import types
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from .errors import ProtocolError

_TAKEN: Final = ("",)  # in place of the tag of a value on the wire


def _key(value: Any) -> Any:
    """What tells an object from others. Python makes a method anew each time that it is read; to JavaScript,
    where `o.m === o.m` and listeners are found again by that, it is the same of one object and function."""
    kind = type(value)
    if kind is types.MethodType:
        return id(value.__self__), id(value.__func__)
    if kind is types.BuiltinMethodType:
        return value  # equal for the same object and function of C's; none of the program's code runs for it
    return id(value)


class Exports:
    """Objects of ours that the other side holds."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self._handles: dict[Any, int] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, value: Any, given: list[int] | None = None) -> int:
        """Handle of value, the same one as long as the other side holds it; counts one sending, and notes it
        in `given`: whatever exception comes, both have been done, or neither."""
        key = _key(value)
        with self._lock:
            handle = self._handles.get(key)
            if handle is None:
                handle = next(self._numbers)
                self._handles[key] = handle
                self._objects[handle] = value
                self._counts[handle] = 1
            else:
                self._counts[handle] += 1
            if given is not None:
                given.append(handle)
            return handle

    def add_all(self, values: Sequence[Any], given: list[int]) -> list[int]:
        """`add` of each of several values that are no methods: many take hardly longer than a few."""
        keys = list(map(id, values))
        with self._lock:
            known = self._handles
            if len(set(keys)) == len(keys) and known.keys().isdisjoint(keys):
                handles = list(itertools.islice(self._numbers, len(keys)))
                try:
                    self._objects.update(zip(handles, values, strict=True))
                    known.update(zip(keys, handles, strict=True))
                    given += handles
                    self._counts.update(dict.fromkeys(handles, 1))
                except BaseException:  # an interrupt
                    for key, handle in zip(keys, handles, strict=True):
                        self._objects.pop(handle, None)
                        self._counts.pop(handle, None)
                        known.pop(key, None)
                    raise
                return handles
        return [self.add(value, given) for value in values]

    def get(self, handle: Any) -> Any:
        """The object behind a handle. Raises ProtocolError for one that was never given or is released."""
        try:
            return self._objects[handle]
        except (KeyError, TypeError):
            raise ProtocolError(f"unknown handle {handle!r}") from None

    @property
    def objects(self) -> dict[int, Any]:
        """All that the other side holds, by its handle: to be looked at only."""
        return self._objects

    def peek(self, handle: Any) -> Any:
        """The object behind a handle, None when there is none."""
        return self._objects.get(handle)

    def release(self, *pairs: int) -> None:
        """The other side forgets receipts: handle, count, handle, count, ... Whatever exception of a signal's
        handler comes, all of them are forgotten."""
        left = list(pairs[::-1])
        dropped: list[Any] = []
        with self._lock:
            try:
                self._release(left, dropped)
            except BaseException:
                self._release(left, dropped)
                raise
        # Dropped outside the lock: a destructor may come back here.
        del dropped

    def _release(self, left: list[int], dropped: list[Any]) -> None:
        counts, objects = self._counts, self._objects
        while left:
            count, handle = left[-2:]
            had = counts.get(handle, 0)
            # Between the steps of each branch nothing is called, so no handler is either.
            if had > count:
                counts[handle] = had - count
                del left[-2:]
                continue
            if had:
                value = objects[handle]
                key = _key(value)
                dropped.append(value)
                del counts[handle], objects[handle], self._handles[key], left[-2:]
                del value
                continue
            del left[-2:]

    def clear(self) -> None:
        """Forget everything: the other side is gone."""
        with self._lock:
            objects = self._objects
            self._objects, self._counts, self._handles = {}, {}, {}
        del objects

    def __len__(self) -> int:
        return len(self._objects)


class Dead(Protocol):
    """What is to be given back to the other side, see `releases`."""

    handle: int
    count: int

    @property
    def imports(self) -> Imports | None:
        """Where it may be known still."""


class _Ref(weakref.ref[Any]):
    __slots__ = ("count", "handle", "imports")
    handle: int
    count: int
    imports: Imports


class Unread:
    """A handle that has come, and that nobody will make a proxy of."""

    __slots__ = ("count", "handle")
    imports: None = None

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.count = 1


def releases(dead: deque[Dead], pairs: list[int]) -> list[int]:
    """Add handle, count, handle, count, ... of all that is to be given back, which is taken from there:
    whatever exception comes, each is in one of the two places."""
    while dead:
        each = dead[0]
        if each.handle >= 0:  # else it was given back already
            if each.imports is not None:
                each.imports.forget(each)
            pairs += (each.handle, each.count)
            each.handle = -1
        del dead[0]
    return pairs


class Imports:
    """Living proxies of the other side's objects. `make(handle, traits)` creates one."""

    def __init__(self, make: Callable[[int, int], Any]) -> None:
        self._make = make
        self.gone = "this object lived in a Node process that has ended"
        """Why they are of no use, once the conversation is another."""
        self._refs: dict[int, _Ref] = {}
        self._lent: dict[int, _Ref] = {}
        self._lock = threading.RLock()
        # Filled by the collector, at any moment and in any thread, by a function of C's: in code of Python's
        # a signal's handler might be called, whose exception would be lost.
        self.dead: deque[Dead] = deque()

    def adopt(self, handle: int, traits: int, wire: list[Any] | None = None) -> Any:
        """The proxy of a handle that has just been received (once more), in `wire`, where that is marked:
        whatever exception comes, both have been done, or neither."""
        wire = [] if wire is None else wire
        proxy = self._again(handle, wire)
        if proxy is not None:
            return proxy
        proxy = self._make(handle, traits)
        ref = _Ref(proxy, self.dead.append)
        ref.count, ref.handle, ref.imports = 1, -1, self
        with self._lock:
            other = self._again(handle, wire)  # another thread may have received it meanwhile
            if other is None:
                ref.handle = handle
                self._refs[handle] = ref
                wire[:1] = _TAKEN
                return proxy
        return other

    def _again(self, handle: int, wire: list[Any]) -> Any:
        with self._lock:
            ref = self._refs.get(handle)
            proxy = None if ref is None else ref()
            if ref is not None and proxy is not None:
                ref.count += 1
                wire[:1] = _TAKEN
            return proxy

    def lend(self, handle: int, holder: Any) -> None:
        """A handle has come that something else than a proxy holds, as long as it lives."""
        ref = _Ref(holder, self.dead.append)
        ref.count, ref.handle, ref.imports = 1, handle, self
        self._lent[id(ref)] = ref

    def refuse(self, handle: int) -> None:
        """A handle has come that nobody will make a proxy of."""
        self.dead.append(Unread(handle))

    def drop(self, handle: int) -> None:
        """Give a handle back although its proxy still lives."""
        with self._lock:
            ref = self._refs.pop(handle, None)
            if ref is not None:
                self.dead.append(ref)

    def forget(self, ref: Dead) -> None:
        """What stood for a handle is given back."""
        with self._lock:
            if self._lent.pop(id(ref), None) is None and self._refs.get(ref.handle) is ref:
                del self._refs[ref.handle]

    def __len__(self) -> int:
        with self._lock:
            return sum(ref() is not None for ref in self._refs.values())
