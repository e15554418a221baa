"""Memory that both languages have: the library, and one plane of blocks for each conversation.

In: arrays. Out: blocks of a memfd that Node maps too (native/plane.c), in which arrays are shared without a
copy, or copied once. Nothing here is loaded before an array is shared or a large one crosses; where it can
not be had, `Unavailable` says why, and arrays cross in frames.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import operator
import os
import sys
import weakref
from collections.abc import Iterator
from typing import Any

from .building import VERSION, refused
from .building import library as find_library
from .deep import masked
from .errors import BridgeError

# Of virtual memory; where an address space is limited, less.
_SIZES = (1 << 36, 1 << 33, 1 << 30)
_SET_HANDLER = 304  # PyDataMem_SetHandler in NumPy's table of functions
_SHARED = "iuf"


class Unavailable(BridgeError):
    """There is no shared memory here."""


class Library:
    """The functions of native/plane.c."""

    def __init__(self, path: str) -> None:
        self.path = path
        found = ctypes.PyDLL(path)
        if ctypes.c_int.in_dll(found, "plane_version").value != VERSION:
            raise Unavailable("its library is of another version of polyrepl")
        size, pointer, python = ctypes.c_size_t, ctypes.c_void_p, ctypes.py_object

        def function(name: str, result: Any, *arguments: Any) -> Any:
            made = getattr(found, f"plane_{name}")
            made.restype, made.argtypes = result, arguments
            return made

        self.open = function("open", pointer, ctypes.c_int, size, size, size)
        self.close = function("close", None, pointer)
        self.live = function("live", size, pointer)
        self.cached = function("cached", size, pointer)
        self.take = function("take", python, pointer, size, ctypes.c_int)
        self.where = function("where", ctypes.c_int64, pointer, python)
        self.hold = function("hold", python, pointer, size)
        self.foreign = function("foreign", python, pointer, ctypes.c_uint64, ctypes.c_uint64, python)
        self.handler = function("handler", python, pointer)
        self.forks = function("forks", ctypes.c_int)


def load() -> Library:
    """The library of this process. Raises Unavailable."""
    found = refused() or _tried()
    if isinstance(found, str):
        raise Unavailable(found)
    return found


@functools.cache
def _tried() -> Library | str:
    """The library, when it has passed a test of itself; else what is wrong with it."""
    path, reason = find_library()
    if reason is not None:
        return reason
    try:
        library = Library(path)
        plane = Plane(library)
    except (OSError, ValueError, AttributeError) as error:
        return f"its library can not be loaded ({error})"
    except Unavailable as error:
        return str(error)
    block = plane.take(1 << 17)
    memoryview(block)[:5] = b"plane"
    here = library.where(plane.arena, memoryview(block)[1:]) == block.start + 1
    if not here or bytes(memoryview(library.hold(plane.arena, block.start))[:5]) != b"plane":
        return "its library failed a test of itself"
    del block
    plane.close()
    if library.forks():
        return "forks can not be watched"
    return library


class Plane:
    """Blocks of one memfd, of which this side allocates.

    An array keeps the memory that it lies in, also when the plane is closed.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.arena: int | None = None
        why = ""
        for size in _SIZES:
            try:
                fd = os.memfd_create("polyrepl", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            except OSError as error:
                raise Unavailable(f"the system gives no shared memory ({error.strerror})") from None
            try:
                os.ftruncate(fd, size)
                seal()(fd)
                self.arena = library.open(fd, size, 0, size)
            except OSError as error:
                why = f" ({error.strerror})"
            if self.arena is not None:
                break
            os.close(fd)
        else:
            raise Unavailable(f"the system gives no shared memory{why}")
        self.size, self.fd = size, fd
        self._closing = weakref.finalize(self, library.close, self.arena)
        self._closing.atexit = False  # what lives then goes with the process
        # Explicitly shared: by id of the array, and by where it lies.
        self._arrays: dict[int, tuple[weakref.ref[Any], tuple[int, int, str]]] = {}
        self._places: dict[tuple[int, int, str], weakref.ref[Any]] = {}
        # By what holds a block for the other side: the shapes that it knows, by where they lie.
        self._shapes: weakref.WeakKeyDictionary[Any, dict[tuple[int, int, str], Any]] = (
            weakref.WeakKeyDictionary()
        )
        self._holds: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def close(self) -> None:
        """No new blocks; the memory goes when the last array that lies in it does."""
        self._closing()
        self.arena = None

    @property
    def live(self) -> int:
        """Bytes in use."""
        return self.library.live(self.arena) if self.arena else 0

    @property
    def cached(self) -> int:
        """Bytes of blocks that wait to be used again."""
        return self.library.cached(self.arena) if self.arena else 0

    def take(self, size: int, clean: bool = False) -> Any:
        """A block of `size` bytes, which exports them; zeros if `clean`. Raises MemoryError."""
        block = None if self.arena is None else self.library.take(self.arena, size, clean)
        if block is None:
            raise MemoryError(f"no room for {size} bytes in the shared memory")
        return block

    def holding(self, data: Any) -> tuple[Any, int] | None:
        """The block in which writable, contiguous data lie, and how far in it; None where they do not."""
        where = -1 if self.arena is None else self.library.where(self.arena, data)
        if where < 0:
            return None
        block = self.library.hold(self.arena, where)
        if block is None:
            return None
        block = self._holds.setdefault(block.start, block)  # the same one as long as the other side has it
        return block, where - block.start

    # ---- NumPy's arrays

    def share(self, array: Any) -> Any:
        """See Verbs.share."""
        import numpy

        if masked(array):
            raise TypeError(
                "an array with masked items cannot be shared, since JavaScript would see what is masked: "
                "share what a.filled() gives"
            )
        found = numpy.asarray(array)
        kind, size = found.dtype.kind, found.dtype.itemsize
        if kind not in _SHARED or size > 8:
            raise TypeError(
                f"an array of dtype {found.dtype} cannot be shared: JavaScript has typed arrays of integers "
                "and floats of up to 64 bits only (view its memory as such, or copy it with astype)"
            )
        native = found.dtype.newbyteorder("=")
        lies = found.flags.c_contiguous and found.flags.writeable and found.dtype == native
        if not lies or self._place(found) is None:
            found, old = self.empty(native, found.shape), found
            found[...] = old
        self._remember(found)
        return found

    def empty(self, dtype: Any, shape: Any) -> Any:
        """A new array of zeros, shared explicitly."""
        import numpy

        dtype = numpy.dtype(dtype)
        if dtype.kind not in _SHARED or dtype.itemsize > 8:
            raise TypeError(f"an array of dtype {dtype} cannot be shared: integers and floats can")
        shape = _lengths(shape)
        count = 1
        for length in shape:
            count *= length
        block = self.take(count * dtype.itemsize, clean=True)
        made = numpy.ndarray(shape, dtype.newbyteorder("="), buffer=memoryview(block))
        self._remember(made)
        return made

    def _place(self, array: Any) -> tuple[Any, int, str] | None:
        held = self.holding(array)
        if held is None or held[1] % array.dtype.itemsize:
            return None
        return held[0], held[1], _letters(array)

    def _remember(self, array: Any) -> None:
        placed = self._place(array)
        assert placed is not None
        block, at, letters = placed
        place, ident = (block.start + at, array.nbytes, letters), id(array)
        arrays, places = self._arrays, self._places

        def gone(ref: Any) -> None:
            if arrays.get(ident, (None,))[0] is ref:
                del arrays[ident]
            if places.get(place) is ref:
                del places[place]

        ref = weakref.ref(array, gone)
        arrays[ident] = ref, place
        places[place] = ref

    def place_of(self, array: Any) -> tuple[Any, int, str] | None:
        """Block, offset in it and format of an array that was shared explicitly; None for any other."""
        known = self._arrays.get(id(array))
        found: Any = None if known is None else known[0]()
        if known is None or found is not array or not found.flags.writeable:
            return None
        held = self.holding(array)
        if held is None or (held[0].start + held[1], array.nbytes, _letters(array)) != known[1]:
            return None  # its dtype was set
        self._shapes.setdefault(held[0], {})[known[1]] = array.shape
        return held[0], held[1], known[1][2]

    def array_at(self, block: Any, at: int, size: int, letters: str) -> Any:
        """The array that was shared explicitly and is all of these bytes of a block, made again where only
        the other side had it; None where there is none."""
        place = block.start + at, size, letters
        ref = self._places.get(place)
        array: Any = None if ref is None else ref()
        if array is None or _letters(array) != letters:
            array = None
            shape = self._shapes.get(block, {}).get(place)
            if shape is not None:
                import numpy

                array = numpy.ndarray(shape, letters, buffer=memoryview(block)[at : at + size])
                self._remember(array)
        return array

    @contextlib.contextmanager
    def arrays(self) -> Iterator[None]:
        """See Verbs.shared_arrays."""
        set_handler = _numpy_handler()
        before = set_handler(self.library.handler(self.arena))
        try:
            yield
        finally:
            set_handler(before)


def _letters(array: Any) -> str:
    """Format of an array's items, on the wire; of another byte order it is none that is shared."""
    dtype = array.dtype
    return f"{dtype.kind}{dtype.itemsize}" if dtype.isnative else ""


def _lengths(shape: Any) -> tuple[int, ...]:
    """A shape, of NumPy's whole numbers too. Raises TypeError, ValueError."""
    try:
        lengths = tuple(map(operator.index, shape if hasattr(shape, "__iter__") else (shape,)))
    except TypeError:
        raise TypeError(f"a shape is a whole number, or some of them, not {shape!r}") from None
    if any(length < 0 for length in lengths):
        raise ValueError(f"a shape is of whole numbers from 0 on, not {shape!r}")
    return tuple(map(int, lengths))


@functools.cache
def seal() -> Any:
    """What keeps a memfd from being cut off beneath who maps it."""
    import fcntl

    bits = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    return lambda fd: fcntl.fcntl(fd, fcntl.F_ADD_SEALS, bits)


@functools.cache
def _numpy_handler() -> Any:
    """PyDataMem_SetHandler, by NumPy's table of functions, so that its headers are not needed."""
    import numpy

    inner = sys.modules.get("numpy._core._multiarray_umath") or sys.modules.get(
        "numpy.core._multiarray_umath"
    )
    if inner is None:
        raise Unavailable(f"NumPy {numpy.__version__} has no allocator that can be set")
    pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    functions = ctypes.cast(pointer(inner._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(functions[_SET_HANDLER])
