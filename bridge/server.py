"""What Node asks of Python objects: one small function per operation.

In: a request's header (see protocol). Out: the Python value it answers with (see answers). Anything raised
here becomes an error reply, never a crash.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Callable
from typing import Any

from . import operators, traits
from .ahead import read_ahead
from .answers import MISSING, Later, Plain, Shared, Wired
from .callbacks import asked_ahead
from .containers import clone, is_mapping, items_of, keeps_items, key_named, names_of
from .errors import ProtocolError, WouldBlock
from .iterators import advance, batch
from .managers import Managers, heedless, raised
from .marshal import Marshal
from .namespace import Names
from .protocol import LOOKS, OPS, TAGS, TRAITS
from .segments import Segments
from .shapes import well_formed
from .text import DEEP, depth, excerpt

_MAPPING, _ARRAY_LIKE = TRAITS["MAPPING"], TRAITS["ARRAY_LIKE"]
_READ, _CHAIN, _PROBE = LOOKS["READ"], LOOKS["CHAIN"], LOOKS["PROBE"]
_ARRAY, _HANDLE, _KEYWORD = TAGS["ARRAY"], TAGS["HANDLE"], TAGS["KEYWORD"]
_AS_IS = TAGS["AS_IS"]


def _check_form(message: Any) -> None:
    if not well_formed(message):
        raise ProtocolError(f"malformed request {excerpt(message)}") from None


def _declares(target: Any, name: str) -> bool:
    """Does an object have an attribute? Nothing of its class runs but `__dir__`."""
    import inspect  # late: a start needs none

    try:
        inspect.getattr_static(target, name)
    except AttributeError:
        return hasattr(type(target), "__getattr__") and name in dir(target)
    return True


def _place(value: Any, name: str, bits: int) -> Any:
    """The item of a sequence, or its length, that JavaScript asks for by a name."""
    if bits & _ARRAY_LIKE:
        if name == "length":
            return len(value)
        if name.isascii() and name.isdecimal() and int(name) < len(value):
            return value[int(name)]
    return MISSING


def _empty_slot(target: Any, name: str) -> bool:
    """Is it an attribute of `__slots__`? One that could not be deleted has no value."""
    import inspect

    return isinstance(inspect.getattr_static(target, name), types.MemberDescriptorType)


def _calls(function, args, kwargs):  # type: ignore[no-untyped-def]
    return function(*args, **kwargs)


# In a function of the program's: libraries look at the names of who calls them, and these are none of its.
_CALLING = _calls.__code__.replace(co_varnames=("<function>", "<arguments>", "<keywords>"))


class Server:
    """The operations on Python objects."""

    def __init__(
        self,
        marshal: Marshal,
        stats: Callable[[], dict[str, Any]],
        dismiss: Callable[[], None],
        namespace: dict[str, Any] | None = None,
    ) -> None:
        self.marshal = marshal
        self.get = marshal.exports.get
        self.decode = marshal.decode
        self.stats = stats
        self.dismiss = dismiss
        self.managers = Managers()
        if namespace is None:
            main = sys.modules.get("__main__")
            namespace = main.__dict__ if main is not None else {"__builtins__": builtins}
        self.namespace = namespace

    @property
    def namespace(self) -> dict[str, Any]:
        """The globals of eval, exec and Python's names, and of the code that calls Python's functions, where
        some look (duckdb for tables, `namedtuple` for its module); a front end may choose others."""
        return self._namespace

    @namespace.setter
    def namespace(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        namespace.setdefault("__builtins__", builtins)  # as exec does: code that imports looks there
        self.apply: Callable[[Any, Any, Any], Any] = types.FunctionType(_CALLING, namespace)

    def perform(self, message: list[Any], body: Any) -> Any:
        """Run one request. Raises whatever the operation raises, ProtocolError for an unknown one."""
        try:
            operation = _TABLE[message[0]]
        except (KeyError, IndexError, TypeError):
            raise ProtocolError(f"unknown operation {excerpt(message)}") from None
        try:
            return operation(self, message, body)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
            self.check(message, error)
            raise

    def check(self, message: list[Any], error: BaseException) -> None:
        """Raises ProtocolError where a request failed of making no sense; `error` is what it failed with."""
        if isinstance(error, ProtocolError):
            return
        _check_form(message)
        if isinstance(error, RecursionError) and (levels := depth(message)) > DEEP:
            raise ProtocolError(f"a request of {levels} levels is nested too deeply") from error

    def resolve(self, handle: Any, path: Any) -> Any:
        """The object at the end of an attribute chain."""
        value = self.get(handle)
        if path:
            for name in path:
                value = self.part(value, name)
        return value

    def called(self, message: list[Any], body: Any) -> tuple[Any, list[Any], dict[str, Any]]:
        """What an asynchronous call is of: the function, its arguments."""
        try:
            args, kwargs = self.arguments(message[5], message[6:], body)
            return self.resolve(message[3], message[4]), args, kwargs
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
            self.check(message, error)
            raise

    def awaited(self, message: list[Any]) -> Any:
        """What an asynchronous wait is for."""
        _check_form(message)
        return self.get(message[3])

    def arguments(
        self, split: int, wires: list[Any], body: Any, decode: Any = None
    ) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments; from number `split` on (-1: none are), `:name value` pairs are
        keywords."""
        decode = decode or self.decode
        shared: list[Any] = []
        if split < 0:
            for wire in wires:
                if wire.__class__ is list:
                    return [decode(arg, body, shared) if arg.__class__ is list else arg for arg in wires], {}
            return wires, {}
        args = [decode(arg, body, shared) for arg in wires[:split]]
        kwargs: dict[str, Any] = {}
        index = split
        while index < len(wires):
            wire = wires[index]
            index += 1
            if wire.__class__ is list and wire[0] == _KEYWORD and index < len(wires):
                kwargs[wire[1]] = decode(wires[index], body, shared)
                index += 1
            else:
                args.append(decode(wire, body, shared))
        return args, kwargs

    # ---- operations

    def ping(self, message: list[Any], body: Any) -> Any:
        return message[3] if len(message) > 3 else None

    def import_(self, message: list[Any], body: Any) -> Any:
        if len(message) > 4:
            from .files import load  # late: few programs need it

            return load(message[3], message[4])
        return importlib.import_module(message[3])

    def getattr(self, message: list[Any], body: Any) -> Any:
        return self.look(self.get(message[3]), message[4], message[5])

    def look(self, value: Any, path: list[str], mode: int = _PROBE) -> Any:
        """What a path of attributes leads to (see protocol.LOOKS)."""
        if mode == _CHAIN:
            for name in path:
                value = getattr(value, name)
            return value
        for name in path[:-1]:
            value = self.part(value, name)
        name = path[-1]
        found = getattr(value, name, MISSING)
        if found is not MISSING:
            return found
        bits = traits.of(value)
        if bits & _MAPPING:
            try:
                # A defaultdict makes an item of what is asked for, but not of what JavaScript only probes.
                key = key_named(value, name)
                return value[key] if mode == _READ or key in value else MISSING
            except (KeyError, TypeError, IndexError):
                return MISSING
        if mode == _PROBE:
            return _place(value, name, bits)
        return getattr(value, name)  # raises Python's own AttributeError, with its suggestions

    def part(self, value: Any, name: str) -> Any:
        """An attribute, an item of a mapping, a place of a sequence: what JavaScript writes as a property.
        Raises AttributeError."""
        found = self.look(value, [name])
        return getattr(value, name) if found is MISSING else found

    def setattr(self, message: list[Any], body: Any) -> Any:
        target, name = self.get(message[3]), message[4]
        value = self.decode(message[5], body)
        if keeps_items(target) and not hasattr(target, name):
            target[key_named(target, name)] = value
        else:
            setattr(target, name, value)
            if isinstance(target, type):
                traits.changed(target)

    def delattr(self, message: list[Any], body: Any) -> Any:
        target, name = self.get(message[3]), message[4]
        attribute = not isinstance(target, dict) or not keeps_items(target)
        if not is_mapping(target) or (attribute and hasattr(target, name)):
            try:
                delattr(target, name)
            except AttributeError:
                if _declares(target, name) and not _empty_slot(target, name):
                    raise
            if isinstance(target, type):
                traits.changed(target)
        elif (key := key_named(target, name)) in target:
            del target[key]

    def hasattr(self, message: list[Any], body: Any) -> Any:
        """Whether there is an attribute or an item. With a mark behind the name: an attribute, asked without
        running a property."""
        target, name = self.get(message[3]), message[4]
        if len(message) > 5:
            return _declares(target, name)
        try:
            return hasattr(target, name) or bool(
                traits.of(target) & _MAPPING and key_named(target, name) in target
            )
        except Exception:
            return True  # a property that raises is there

    def call(self, message: list[Any], body: Any) -> Any:
        # The arguments first: what a call that fails mentions has been received all the same.
        args, kwargs = self.arguments(message[5], message[6:], body)
        path = message[4]
        function = self.get(message[3])
        if path:  # `resolve` costs a call
            for name in path:
                function = getattr(function, name)
        if args or kwargs:
            args, kwargs = asked_ahead(function, args, kwargs)
        return self.apply(function, args, kwargs)

    def new(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        args = [self.decode(wire, body, shared) for wire in message[4:]]
        return self.apply(self.get(message[3]), args, {})

    def await_(self, message: list[Any], body: Any) -> Any:
        """An awaitable asked for synchronously: JavaScript stands still, and so would the asyncio loop."""
        value = self.get(message[3])
        if traits.is_awaitable(value):
            raise WouldBlock("a coroutine cannot be waited for inside a synchronous call: await it")
        return value

    def getitem(self, message: list[Any], body: Any) -> Any:
        target, key = self.get(message[3]), self.decode(message[4], body)
        if len(message) > 5:  # lax: a missing item is undefined, and a defaultdict makes none
            try:
                return target[key] if not is_mapping(target) or key in target else MISSING
            except (IndexError, KeyError):
                return MISSING
        return target[key]

    def column(self, message: list[Any], body: Any) -> Any:
        """The item that each of several dicts has under a text, see `read_ahead`."""
        items = read_ahead(self.marshal.exports, message[5:], message[3], message[4])
        return Wired([_AS_IS, items], Segments())

    def setitem(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        key = self.decode(message[4], body, shared)
        self.get(message[3])[key] = self.decode(message[5], body, shared)

    def delitem(self, message: list[Any], body: Any) -> Any:
        del self.get(message[3])[self.decode(message[4], body)]

    def len(self, message: list[Any], body: Any) -> Any:
        return len(self.get(message[3]))

    def iter(self, message: list[Any], body: Any) -> Any:
        """[private, iterator, done, items]: whether nobody else sees the iterator, and the first items."""
        target = self.get(message[3])
        pairs = len(message) > 5 and message[5]
        iterator = iter(items_of(target) if pairs else target)
        segments = Segments()
        done, items, *failure = batch(self.marshal, iterator, message[4], pairs, segments)
        handle = None if done else [_HANDLE, self.marshal.give(iterator, segments), traits.of(iterator)]
        return Wired([_ARRAY, iterator is not target, handle, done, items, *failure], segments)

    def next(self, message: list[Any], body: Any) -> Any:
        """[done, items]: at most message[4] items, fewer when they are slow to come. What was raised after
        some items stands behind them."""
        segments = Segments()
        pairs = len(message) > 5 and message[5]
        parts = batch(self.marshal, self.get(message[3]), message[4], pairs, segments)
        return Wired([_ARRAY, *parts], segments)

    def contains(self, message: list[Any], body: Any) -> Any:
        return self.decode(message[4], body) in self.get(message[3])

    def dir(self, message: list[Any], body: Any) -> Any:
        target = self.get(message[3])
        if is_mapping(target) and len(message) > 4:
            return Plain(names_of(target))
        return Plain(dir(target))

    def repr(self, message: list[Any], body: Any) -> Any:
        text = repr(self.get(message[3]))
        most = message[4] if len(message) > 4 else len(text)
        return text if len(text) <= most else f"{text[:most]}… +{len(text) - most} chars"

    def str(self, message: list[Any], body: Any) -> Any:
        return str(self.get(message[3]))

    def display(self, message: list[Any], body: Any) -> Any:
        import pprint

        return pprint.pformat(self.get(message[3]), width=100)

    def eval(self, message: list[Any], body: Any) -> Any:
        return eval(message[3], self.namespace)

    def exec(self, message: list[Any], body: Any) -> Any:
        exec(message[3], self.namespace)

    def operator(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        values = [self.decode(wire, body, shared) for wire in message[4:]]
        try:
            function = operators.find(message[3], len(values))
        except (KeyError, TypeError):
            raise ProtocolError(f"unknown operator {excerpt(message)}") from None
        return function(*values)

    def convert(self, message: list[Any], body: Any) -> Any:
        return Plain(self.get(message[3]), len(message) > 4)

    def make(self, message: list[Any], body: Any) -> Any:
        """A Python object to share, from a copy: kind is value, tuple or slice; names: Python's names;
        array: of a dtype and shape, shared; clone: a collection of the same items, to be changed."""
        if message[3] == "names":
            return Shared(Names(lambda: self.namespace))
        value = self.decode(message[4], body)
        if message[3] == "array":
            return self.marshal.sharing().sure().empty(*value)
        if message[3] == "clone":
            return Shared(clone(value))
        if message[3] == "tuple":
            value = tuple(value)
        elif message[3] == "slice":
            value = slice(*value)
        return Shared(value)

    def describe(self, message: list[Any], body: Any) -> Any:
        """Its class; of what can be called, when asked, also its name and how many arguments it takes."""
        return Plain(traits.describe(self.get(message[3]), len(message) > 4))

    def stats_(self, message: list[Any], body: Any) -> Any:
        return Plain(self.stats())

    def chain(self, message: list[Any], body: Any) -> Any:
        """The outcomes of several steps; with a mark, a statement: what is asked after it comes after it."""
        _check_form(message)
        from .chains import Chain  # late: asyncio is not needed at the start

        chain = Chain(self, message[4:], body)
        return Later(chain.run(), chain.quiet if message[3] else None)

    def exit(self, message: list[Any], body: Any) -> Any:
        """This process ends when what was asked before has been seen to; or (true) an answer comes when there
        is nothing left to do here."""
        if len(message) > 3 and message[3]:
            _check_form(message)
            from .resting import rests  # late: asyncio is not needed at the start

            return Later(rests())
        self.dismiss()
        return None

    async def _enter_async(self, target: Any, form: int) -> Any:
        return self._entered(*await self.managers.enter_async(target, form))

    def _entered(self, ident: int, value: Any) -> Wired:
        segments = Segments()
        return Wired([_ARRAY, ident, self.marshal.encode(value, segments)], segments)

    def send(self, message: list[Any], body: Any) -> Any:
        """Generator and context-manager protocol: [done, value] for generators, [number, value] for a manager
        that is entered, for one that is left whether what left the block is to be forgotten."""
        target, method = self.get(message[3]), message[4]
        value = self.decode(message[5], body)
        blocks = self.managers
        match method:
            case "enter":
                return self._entered(*blocks.enter(target, message[2]))
            case "leave":
                return blocks.leave(*value)
            case "heedless":
                return heedless(type(target), "__aexit__" if value else "__exit__")
            case "enterAsync":
                return Later(self._enter_async(target, message[2]))
            case "leaveAsync":
                return Later(blocks.leave_async(*value))
            case "endedAsync":
                return Later(blocks.ended(value))
            case "exit":
                error = None if value is None else raised(value)
                return type(target).__exit__(
                    target, error and type(error), error, error and error.__traceback__
                )
        return advance(self.marshal, target, method, value)


_SHADOWED = {"import": "import_", "stats": "stats_", "await": "await_"}
_NAMES = (
    "ping import getattr setattr delattr hasattr call new getitem setitem delitem len iter next contains dir "
    "repr str display await eval exec operator convert make describe stats send column exit chain"
)
_TABLE: dict[int, Callable[[Server, list[Any], Any], Any]] = {
    OPS[name]: getattr(Server, _SHADOWED.get(name, name)) for name in _NAMES.split(" ")
}
