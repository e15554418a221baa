"""The rings: memory in which frames cross where both sides have the library (native/lanes.h).

In: nothing but the library. Out: a pair of rings that Node is offered when it is started, or why there is
none; frames cross by pipes then.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from typing import Any, Protocol

from .building import VERSION, library, refused

_NAME = "polyrepl.bridge.native.plane"


class Rings(Protocol):
    """One pair, seen from here (native/rings.c)."""

    def bells(self, into: int, out: int, loop: int, /) -> None:
        """The descriptors that ring: here, there where it waits, there where its event loop does."""

    def close(self) -> None:
        """Those are others' from now on."""

    def send(self, data: Any, /) -> int:
        """Write as many bytes as there is room for."""

    def receive(self, until: float, /) -> bytes:
        """All that is there, if need be not before a time of time.perf_counter. Raises EOFError."""

    def into(self, buffer: Any, at: int, /) -> int:
        """Read what is there to a place. Raises EOFError."""

    def among(
        self, writes: Callable[[], bool], reads: Callable[[], bool], others: Callable[[], int], /
    ) -> None:
        """Who tells whether somebody writes, or reads, and how many other threads there are. They are
        functions of C's: no other thread comes between."""

    def ask(self, ident: int, epoch: int, op: int, form: int, operands: tuple[Any, ...], /) -> Any:
        """The value of a plain request, or the fields of the Frame that answers it where that is not plain.
        Ellipsis: it was sent, and that is not there at once. NotImplemented: it was not sent."""

    def trade(self, ident: int, epoch: int, frame: bytes, segments: Any, /) -> Any:
        """As `ask`, of a request's whole frame. Once that is sent, so are its Segments (segments.sent)."""

    def kept(self, ident: int, /) -> tuple[Any, ...] | None:
        """The fields of the answer to a request, if it is the last frame that was given."""

    def request(self, number: int, /) -> tuple[Any, ...] | None:
        """The fields of a request that `serve` has handed on, if it is the last frame that was given."""

    def serve(
        self,
        parent: int,
        epoch: int,
        objects: Any,
        apply: Any,
        perform: Any,
        line: Any,
        outbox: Any,
        interrupts: Any,
        waits: bool,
        /,
    ) -> tuple[Any, ...] | None:
        """Serve plain calls that a request of ours makes. What came of one that is to be answered the usual
        way (its number, a value, an exception); the fields of a Frame: it has made another request, or is
        answered; None: what comes next is none. `waits`: whether what comes first is waited for."""

    def written(self) -> int:
        """How much was written, modulo 2^32."""

    def reached(self, end: int, /) -> bool:
        """Whether the other side has read as much as had been written then."""

    def counts(self) -> tuple[int, int]:
        """How many frames `ask`, `trade` and `serve` have sent, and how many they have received."""

    def asked(self) -> int:
        """What `ask` or `trade` has sent, or `serve` leaves to be answered; 0: neither."""


class Offer:
    """A pair of rings, a descriptor of its memory for the other side, and the library that side needs."""

    def __init__(self, rings: Rings, fd: int, path: str) -> None:
        self.rings = rings
        self.fd = fd
        self.path = path


def offer() -> Offer | str:
    """A new pair, or why there is none. The descriptor is the caller's to close."""
    found = refused() or _loaded()
    if isinstance(found, str):
        return found
    module, path = found
    try:
        fd = os.memfd_create("rings-of-polyrepl", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError as error:
        return f"the system gives no shared memory ({error.strerror})"
    try:
        os.ftruncate(fd, module.SIZE)
        _seal(fd)
        return Offer(module.open(fd), fd, path)
    except OSError as error:
        os.close(fd)
        return f"the system gives no shared memory ({error.strerror})"


def _seal(fd: int) -> None:
    import fcntl

    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)


@functools.cache
def _loaded() -> tuple[Any, str] | str:
    """The library as a module, and its path; or what is wrong with it."""
    path, reason = library()
    if reason is not None:
        return reason
    try:
        loader = ExtensionFileLoader(_NAME, path)
        module = loader.create_module(ModuleSpec(_NAME, loader, origin=path))
        loader.exec_module(module)
    except (ImportError, OSError, SystemError) as error:
        return f"its library can not be loaded ({error})"
    if getattr(module, "VERSION", 0) != VERSION:
        return "its library is of another version of polyrepl"
    return module, path
