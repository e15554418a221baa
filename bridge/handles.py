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
from collections.abc import Callable
from typing import Any

from .errors import ProtocolError


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
        self._next = itertools.count(1).__next__
        self._lock = threading.Lock()

    def add(self, value: Any) -> int:
        """Handle of value, the same one as long as the other side holds it; counts one sending."""
        key = _key(value)
        with self._lock:
            handle = self._handles.get(key)
            if handle is None:
                handle = self._next()
                self._handles[key] = handle
                self._objects[handle] = value
                self._counts[handle] = 1
            else:
                self._counts[handle] += 1
            return handle

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
        """The other side forgets receipts: handle, count, handle, count, ..."""
        dropped = []
        with self._lock:
            counts = self._counts
            for handle, count in zip(pairs[::2], pairs[1::2], strict=True):
                had = counts.get(handle, 0)
                if had > count:
                    counts[handle] = had - count
                elif had:
                    del counts[handle]
                    value = self._objects.pop(handle)
                    del self._handles[_key(value)]
                    dropped.append(value)
                    del value
        # Dropped outside the lock: a destructor may come back here.
        del dropped

    def clear(self) -> None:
        """Forget everything: the other side is gone."""
        with self._lock:
            objects = self._objects
            self._objects, self._counts, self._handles = {}, {}, {}
        del objects

    def __len__(self) -> int:
        return len(self._objects)


class _Ref(weakref.ref[Any]):
    __slots__ = ("count", "handle")
    handle: int
    count: int


class Imports:
    """Living proxies of the other side's objects. `make(handle, traits)` creates one."""

    def __init__(self, make: Callable[[int, int], Any]) -> None:
        self._make = make
        self._refs: dict[int, _Ref] = {}
        # Held where nothing is made, so that no collector starts, which may call `_gone`.
        self._lock = threading.RLock()
        # Filled by the collector, at any moment and in any thread: append only, no lock, no I/O.
        self.dead: deque[tuple[int, int]] = deque()

    def adopt(self, handle: int, traits: int) -> Any:
        """The proxy of a handle that has just been received (once more)."""
        proxy = self._again(handle)
        if proxy is not None:
            return proxy
        proxy = self._make(handle, traits)
        ref = _Ref(proxy, self._gone)
        ref.count = 1
        with self._lock:
            other = self._again(handle)  # another thread may have received it meanwhile
            if other is None:
                ref.handle = handle
                self._refs[handle] = ref
                return proxy
        ref.handle = -1
        return other

    def _again(self, handle: int) -> Any:
        with self._lock:
            ref = self._refs.get(handle)
            proxy = None if ref is None else ref()
            if ref is not None and proxy is not None:
                ref.count += 1
            return proxy

    def drop(self, handle: int) -> None:
        """Give a handle back although its proxy still lives."""
        with self._lock:
            ref = self._refs.pop(handle, None)
            if ref is not None:
                self.dead.append((handle, ref.count))
                ref.handle = -1

    def _gone(self, ref: weakref.ref[Any]) -> None:
        assert isinstance(ref, _Ref)
        with self._lock:
            if ref.handle < 0:
                return  # given back already
            if self._refs.get(ref.handle) is ref:
                del self._refs[ref.handle]
            self.dead.append((ref.handle, ref.count))

    def __len__(self) -> int:
        return len(self._refs)
