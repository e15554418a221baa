"""How a function of the Lisp becomes a capsule.

In: a JsProxy of a function or class, and who knows where its code stood in the Lisp. Out: a LispFunction,
which is what is pickled in the function's place. What must stay in its process is a TypeError that says why,
and which variable it is.
"""

from __future__ import annotations

import copyreg
import types
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from polyrepl.bridge import JSError, JsProxy
from polyrepl.bridge.capsule import Capsules
from polyrepl.bridge.errors import as_error
from polyrepl.bridge.functions import Awaitable
from polyrepl.bridge.functions import Callable as Called
from polyrepl.lisp.emit.mangle import demangle

from .about import NOTHING, About, about
from .home import versions
from .objects import packed
from .places import Lookup, places_of

if TYPE_CHECKING:
    from .function import LispFunction

LARGE = 1_000_000  # bytes of captured values that are worth a warning


def stand_in(
    capsules: Capsules, proxy: JsProxy, lookup: Lookup, make: type[LispFunction]
) -> LispFunction | JSError:
    """What is pickled in place of an object of JavaScript.

    Args:
        capsules: of the conversation that it belongs to.
        proxy: the object.
        lookup: gives the form that was run under a file name.
        make: LispFunction.

    Returns:
        What `make` makes; of an Error, a JSError.

    Raises:
        TypeError: it must stay in its process.
        NodeLost: its Node has ended.
    """
    if isinstance(proxy, Awaitable):
        raise TypeError("a promise cannot be sent to another process: await it first")
    if not isinstance(proxy, Called):
        if hasattr(proxy, "__next__"):
            raise TypeError(
                "an iterator of JavaScript cannot be sent to another process: send its items, (vec it)"
            )
        if (error := as_error(proxy)) is not None:
            return error
        kind = proxy.typeof() or "object"
        said = _KINDS.get(kind) or f"a JavaScript {kind}"
        raise TypeError(f"{said} cannot be sent to another process: send data, or copy it with to_py()")
    name = demangle(proxy.name or "") or "a function"
    receiver = proxy._js_this[1] if proxy._js_this is not None else None
    module = capsules.module()

    def made(sent: Any, what: About) -> LispFunction:
        objects, parts, functions = _checked(name, *sent)
        where = places_of(functions, lookup)
        code, data = sent[:2]
        return make(code, data, objects, parts, name, versions(capsules), where.sources, where.packed, what)

    def join(company: Any) -> tuple[str, tuple[Sequence[str], LispFunction] | None]:
        key, joint = _asked(module.join, company, proxy, name)
        return key, None if joint is None else (tuple(joint[0]), made(joint[1], NOTHING))

    *sent, may_share = _asked(module.send, proxy, receiver, name)
    found = made(sent, about(proxy))
    if may_share:
        found.leave(module, join)
    return found


def _asked(ask: Callable[..., Any], *args: Any) -> Any:
    try:
        return ask(*args)
    except JSError as error:
        if error.name != "Unsendable":
            raise
        raise TypeError(error.message) from None


def _checked(
    name: str,
    code: str,
    data: str,
    ways: Any,
    objects: Any,
    parts: Any,
    functions: Any,
    size: int,
    largest: str,
) -> tuple[tuple[Any, ...], tuple[bytes, ...], Any]:
    """Python's objects, bytes and places of a capsule."""
    for way, thing in zip(ways, objects, strict=True):
        why = _must_stay(thing)
        if why is not None:
            raise TypeError(f"{name} cannot be sent to another process: its {way} is {why}")
    if size > LARGE:
        warnings.warn(
            f"{name} takes {size / 1e6:.1f} MB along, most of it in its {largest or 'variables'}: "
            "give large data as an argument, or let each process load it",
            stacklevel=7,
        )
    return tuple(map(packed, objects)), tuple(map(bytes, parts)), functions


def _must_stay(thing: Any) -> str | None:
    """Why an object of Python's cannot be sent; None: perhaps it can, and pickle will tell."""
    import io
    import socket

    if isinstance(thing, (io.IOBase, socket.socket)):
        return "open, and belongs to this process: open it in the function"
    if isinstance(thing, (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)):
        return f"a {type(thing).__name__} that has begun: send the function that makes it"
    kind = type(thing)
    if isinstance(thing, _BY_NAME) or kind in copyreg.dispatch_table:
        return None
    if all(getattr(kind, name, None) is getattr(object, name, None) for name in _OWN_PICKLING):
        try:
            thing.__reduce_ex__(4)  # which looks at its class, and no further
        except TypeError as error:
            return f"a {kind.__name__}, and pickle refuses that ({error}): make one in the function"
    return None


_KINDS = {"LispSymbol": "a symbol", "LazySeq": "a lazy sequence", "Atom": "an atom"}
_BY_NAME = types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type
_OWN_PICKLING = "__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs_ex__", "__getnewargs__"
