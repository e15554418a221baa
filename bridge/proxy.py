"""JsProxy: a JavaScript object seen from Python.

In: a handle with its traits. Out: a proxy whose class has exactly the abilities of the object: a function is
callable, a Promise awaitable, an iterable iterable, so that `callable(f)` and `isinstance(x, Iterable)`
tell the truth. Every operation is one request; results are converted (see marshal).
"""

from __future__ import annotations

from collections.abc import Coroutine
from keyword import kwlist
from typing import TYPE_CHECKING, Any, Protocol

from .abilities import (
    AsyncContext,
    AsyncIterable,
    AsyncIterator,
    Context,
    Generator,
    Iterable,
    Iterator,
    List,
    Set,
    Sized,
)
from .errors import BridgeError, JSError
from .functions import DOC, Awaitable, Callable, Coded, Promise
from .protocol import OPS, SORT_BITS, SORTS, TRAITS

if TYPE_CHECKING:
    from .capsule import Capsules

_GETATTR, _SETATTR, _DELATTR = OPS["getattr"], OPS["setattr"], OPS["delattr"]
_HASATTR = OPS["hasattr"]
_GETITEM, _SETITEM, _DELITEM = OPS["getitem"], OPS["setitem"], OPS["delitem"]
_CALL, _NEW, _LEN = OPS["call"], OPS["new"], OPS["len"]
_CONTAINS, _DIR, _REPR, _STR = OPS["contains"], OPS["dir"], OPS["repr"], OPS["str"]
_OPERATOR, _CONVERT, _DESCRIBE = OPS["operator"], OPS["convert"], OPS["describe"]
_LOCAL = frozenset(("_js_handle", "_js_traits", "_js_imports", "_js_owner", "_js_this"))
_MODULE = SORTS.index("module")


class Keyword(str):
    """A Lisp keyword as a positional value of a call; a plain string everywhere else."""

    __slots__ = ()


class Owner(Protocol):
    """What proxies ask of the conversation that they belong to, each in one request (see asking.Asking)."""

    def operate(self, op: int, proxy: JsProxy, *operands: Any) -> Any: ...
    def operate_on(self, op: int, name: str, *operands: Any) -> Any: ...
    def mark(self, proxy: JsProxy) -> int: ...
    def operate_quietly(self, op: int, proxy: JsProxy, *operands: Any) -> None: ...
    def operate_async(self, op: int, proxy: JsProxy, *operands: Any) -> Coroutine[Any, Any, Any]: ...
    def call(self, function: JsProxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
    def block_on(self, promise: JsProxy) -> Any: ...
    def stand_in(self, proxy: JsProxy) -> Any: ...
    @property
    def capsules(self) -> Capsules | None: ...


class JsProxy:
    """A live JavaScript object. Attributes and items are the object's properties; `name_` reads `name` where
    a Python keyword or a method of the proxy's own is in the way; `proxy.new(...)` constructs,
    `proxy.to_py()` copies.

    Its class has exactly the abilities of the object: functions are callable, arrays, Maps and Sets mutable
    collections, iterators iterate, promises are awaitable. Every operation is one round trip and raises what
    JavaScript throws: JSError, AttributeError, KeyError or IndexError for what is missing, the exception
    itself where Python raised it; NodeLost when its Node has ended.
    """

    __slots__ = ("__weakref__", "_js_handle", "_js_imports", "_js_owner", "_js_this", "_js_traits")
    _js_handle: int
    _js_traits: int
    _js_imports: Any
    _js_owner: Owner
    _js_this: Any  # None, or for a bound method (its own function, the object it was taken from)

    def __getattr__(self, name: str) -> Any:
        names = _names(self, name)
        if name.startswith("__") and name.endswith("__") and len(names) == 1 and not self._js_has(name):
            raise AttributeError(name)
        value = self._js_owner.operate(_GETATTR, self, *names)
        if isinstance(value, Callable) and self._js_traits & SORT_BITS != _MODULE:
            return _bound(value, self)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _LOCAL:
            object.__setattr__(self, name, value)
        else:
            plain, *other = _names(self, name)
            self._js_owner.operate(_SETATTR, self, plain, value, *other)

    def __delattr__(self, name: str) -> None:
        self._js_owner.operate(_DELATTR, self, *_names(self, name))

    def _js_has(self, name: str) -> bool:
        """Whether there is such a property. Python looks for names of its protocols everywhere: one that is
        not to be had is not there, and what answers to any name (a Proxy) does not have them all."""
        try:
            return bool(self._js_owner.operate(_HASATTR, self, name))
        except (BridgeError, JSError):
            return False

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            count = self._js_owner.operate(_LEN, self)
            return [self[index] for index in range(*key.indices(count))]
        return self._js_owner.operate(_GETITEM, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, slice):
            raise TypeError("JavaScript has no slices to assign to: use splice(start, count, *items)")
        self._js_owner.operate(_SETITEM, self, key, value)

    def __delitem__(self, key: Any) -> None:
        if isinstance(key, slice):
            raise TypeError("JavaScript has no slices to delete: use splice(start, count)")
        self._js_owner.operate(_DELITEM, self, key)

    def __contains__(self, key: Any) -> bool:
        return bool(self._js_owner.operate(_CONTAINS, self, key))

    # Else Python would ask an object that is no iterable for its items 0, 1, 2, ...
    __iter__: Any = None

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        # The same object has the same living proxy; only bound methods are made anew, as Python's own are.
        return self is other or (
            isinstance(other, JsProxy)
            and self._js_handle == other._js_handle
            and self._js_imports is other._js_imports
        )

    def __hash__(self) -> int:
        return hash((self._js_handle, id(self._js_imports)))

    def __repr__(self) -> str:
        return str(self._js_owner.operate(_REPR, self))

    def __str__(self) -> str:
        return str(self._js_owner.operate(_STR, self))

    def __copy__(self) -> JsProxy:
        return self  # as functions and modules: a reference to something that lives elsewhere

    def __deepcopy__(self, memo: dict[int, Any]) -> JsProxy:
        return self

    def __reduce__(self) -> Any:
        made = self._js_owner.stand_in(self)
        return (getattr(made, "leaving", None) or made).__reduce__()

    def __dask_tokenize__(self) -> Any:
        try:
            return self._js_owner.stand_in(self).__dask_tokenize__()
        except (TypeError, AttributeError, JSError):  # what must stay may still be called in our threads
            from uuid import uuid4

            return "polyrepl", uuid4().hex

    def __dir__(self) -> list[str]:
        return [*self._js_owner.operate(_DIR, self), *_METHODS]

    def new(self, /, *args: Any, **kwargs: Any) -> Any:
        """`new Class(...args)`; keyword arguments are placed as those of a call. Raises JSError."""
        placed = getattr(type(self), "_js_placed", None)
        if kwargs and placed is not None:
            args, kwargs = placed(self, args, kwargs)
        for name, value in kwargs.items():
            args += (Keyword(name), value)
        return self._js_owner.operate(_NEW, self, *args)

    def to_py(self) -> Any:
        """A deep copy as plain Python data (lists, dicts, sets, aware UTC datetimes).

        Functions stay proxies.
        """
        return self._js_owner.operate(_CONVERT, self)

    def typeof(self) -> str:
        """JavaScript's name of its class: "Array", "Map", "Promise"."""
        return str(self._js_owner.operate(_DESCRIBE, self)["type"])


class _Class:
    __slots__ = ()

    def __instancecheck__(self, value: Any) -> bool:
        # isinstance(x, C) is `x instanceof C`; Python's own objects are instances of no JavaScript class.
        if isinstance(value, JSError):
            value = value.value
        return isinstance(value, JsProxy) and bool(
            self._js_owner.operate_on(_OPERATOR, "instanceof", value, self)  # type: ignore[attr-defined]
        )


_METHODS = ("new", "to_py", "typeof")
_CLASSES: dict[int, type[JsProxy]] = {}
_ABILITIES: tuple[tuple[str, type], ...] = (
    ("CALLABLE", Callable),
    ("ASYNC_FUNCTION", Coded),
    ("GENERATOR_FUNCTION", Coded),
    ("AWAITABLE", Awaitable),
    ("GENERATOR", Generator),
    ("ITERATOR", Iterator),
    ("ITERABLE", Iterable),
    ("ASYNC_ITERATOR", AsyncIterator),
    ("ASYNC_ITERABLE", AsyncIterable),
    ("SIZED", Sized),
    ("CONTEXT", Context),
    ("ASYNC_CONTEXT", AsyncContext),
)
_NAMES = {
    "callable": "JsFunction",
    "class": "JsClass",
    "promise": "JsPromise",
    "list": "JsArray",
    "dict": "JsMap",
}


def make_proxy(owner: Owner, imports: Any, handle: int, traits: int) -> JsProxy:
    """A new proxy for a handle that has none."""
    cls = _CLASSES.get(traits)
    if cls is None:
        cls = _CLASSES[traits] = _make_class(traits)
    proxy = cls.__new__(cls)
    put = object.__setattr__
    put(proxy, "_js_owner", owner)
    put(proxy, "_js_imports", imports)
    put(proxy, "_js_handle", handle)
    put(proxy, "_js_traits", traits)
    put(proxy, "_js_this", None)
    return proxy


def _bound(function: Any, this: JsProxy) -> JsProxy:
    """A method that remembers its object, as Python's do; at home it is the function itself."""
    method = make_proxy(function._js_owner, function._js_imports, function._js_handle, function._js_traits)
    object.__setattr__(method, "_js_this", (function, this))
    return method


def _make_class(traits: int) -> type[JsProxy]:
    bases = [ability for trait, ability in _ABILITIES if traits & TRAITS[trait]]
    sort = SORTS[traits & SORT_BITS] if traits & SORT_BITS < len(SORTS) else "object"
    for name, kind in (
        ("list", List),
        ("set", Set),
        ("class", _Class),
        ("callable", _Class),
        ("promise", Promise),
    ):
        if name == sort:
            bases.append(kind)
    # What a base has already inherited.
    bases = [
        base
        for base in dict.fromkeys(bases)
        if not any(other is not base and issubclass(other, base) for other in bases)
    ]
    slots = ("__dict__",) if Callable in bases or Promise in bases else ()
    namespace: dict[str, Any] = {"__slots__": slots, "__module__": __name__}
    if sort == "callable":
        namespace["__doc__"] = DOC  # a class inherits none
    cls: type[JsProxy] = type(_NAMES.get(sort, "JsProxy"), (*bases, JsProxy), namespace)
    if sort in _PROTOCOLS:
        import collections.abc as abc

        base, names = _PROTOCOLS[sort]
        protocol = getattr(abc, base)
        protocol.register(cls)
        for method in names.split():
            setattr(cls, method, getattr(protocol, method))
    return cls


# Methods that Python code expects of such a container; they win over JavaScript's of the same name.
_PROTOCOLS = {
    "list": ("MutableSequence", "append extend index count remove clear __reversed__ __iadd__"),
    "dict": ("MutableMapping", "get keys values items pop popitem update setdefault clear"),
    "set": (
        "MutableSet",
        "isdisjoint __and__ __or__ __sub__ __xor__ __rand__ __ror__ __rsub__ __rxor__ "
        "__iand__ __ior__ __isub__ __ixor__ __le__ __ge__ __lt__ __gt__ remove pop",
    ),
}


def _names(proxy: JsProxy, name: str) -> tuple[str, ...]:
    """The property that an attribute means; `class_`, `new_`: where there is none of that very name, the one
    that a keyword or a name of a proxy's own stands in the way of (`result_` of any proxy: who reads it need
    not know whether it is a promise)."""
    plain = name[:-1]
    if name[-1:] != "_" or not (
        plain in kwlist or any(plain in cls.__dict__ for cls in (*type(proxy).__mro__, Awaitable))
    ):
        return (name,)
    return name, plain
