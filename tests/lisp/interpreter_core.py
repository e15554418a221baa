"""Core functions and test helpers of the interpreter: a table from Lisp name to Python callable.

In: an event loop and a log. Out: `builtins(loop, log)`. Arguments of a kind that the core of the language
does not say anything about raise OutsideError, so that such programs are dropped, never compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from interpreter_values import (
    UNDEFINED,
    AsyncItems,
    ErrorValue,
    EventLoop,
    KeywordValue,
    ListValue,
    OutsideError,
    Promise,
    equal,
    number_text,
    show,
    truthy,
)


def number(value: Any) -> float:
    if type(value) is not float:
        raise OutsideError(f"not a number: {show(value)}")
    return value


def array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise OutsideError(f"not an array: {show(value)}")
    return value


def call(fn: Any, args: list[Any]) -> Any:
    if type(fn) is KeywordValue:
        return get(args[0], fn, *args[1:])
    if not callable(fn):
        raise OutsideError(f"not a function: {show(fn)}")
    return fn(*args)


def key_text(key: Any) -> str:
    """A property name."""
    if type(key) is KeywordValue:
        return key.name
    if type(key) is str:
        return key
    if type(key) is float:
        return number_text(key)
    raise OutsideError(f"not a key: {show(key)}")


def index_of(key: float) -> int:
    if key != int(key):
        raise OutsideError("not an index")
    return int(key)


class Class:
    """A class of the program. `bound(instance, make)` gives a method for an instance, or a field's value."""

    def __init__(self, base: Any, fields: Any, methods: Any, getters: Any, bound: Any) -> None:
        self.base, self.fields, self.methods, self.getters, self.bound = base, fields, methods, getters, bound

    def make(self, args: list[Any]) -> Instance:
        instance = Instance(self)
        self.start(instance, args)
        return instance

    def start(self, instance: Instance, args: list[Any]) -> None:
        """Fields of the base first, its constructor, then the own fields."""
        if self.base is not None:
            if "constructor" in self.methods:
                raise OutsideError("super")
            self.base.start(instance, args)
        for key, value in self.fields.items():
            instance[key] = self.bound(instance, value)
        if "constructor" in self.methods:
            self.bound(instance, self.methods["constructor"])(*args)


class Instance(dict):
    """An object of a class: its own properties."""

    def __init__(self, cls: Class) -> None:
        super().__init__()
        self.cls = cls

    def find(self, key: str) -> Any:
        cls: Class | None = self.cls
        while cls is not None:
            if key in cls.getters:
                return cls.bound(self, cls.getters[key])()
            if key in cls.methods:
                return cls.bound(self, cls.methods[key])
            cls = cls.base
        return UNDEFINED


def prop(owner: Any, key: Any) -> Any:
    """`owner[key]` of JavaScript."""
    if type(owner) is Instance:
        name = key_text(key)
        return owner[name] if name in owner else owner.find(name)
    if type(owner) is dict:
        return owner.get(key_text(key), UNDEFINED)
    if isinstance(owner, list):
        if type(key) is float:
            at = index_of(key)
            return owner[at] if 0 <= at < len(owner) else UNDEFINED
        if key == "length":
            return float(len(owner))
        method = ARRAY_METHODS.get(key)
        if method is not None:
            return lambda *args: method(owner, *args)
    if type(owner) is ErrorValue and key == "message":
        return owner.message
    if type(owner) is str and key == "length":
        return float(len(owner))
    raise OutsideError(f"property {key} of {show(owner)}")


def set_prop(owner: Any, key: Any, value: Any) -> None:
    if isinstance(owner, dict):
        owner[key_text(key)] = value
        return
    if isinstance(owner, list) and type(key) is float and 0 <= index_of(key) <= len(owner):
        owner[int(key) : int(key) + 1] = [value]
        return
    raise OutsideError(f"cannot set {key} of {show(owner)}")


def _push(xs: list[Any], *items: Any) -> float:
    xs.extend(items)
    return float(len(xs))


ARRAY_METHODS: dict[str, Callable[..., Any]] = {
    "push": _push,
    "concat": lambda xs, ys: [*xs, *ys] if isinstance(ys, list) else [*xs, ys],
    "slice": lambda xs, start: xs[index_of(start) :],
}


def get(owner: Any, key: Any, *default: Any) -> Any:
    otherwise = default[0] if default else None
    if owner is None or owner is UNDEFINED:
        return otherwise
    if type(owner) is dict:
        return owner.get(key_text(key), otherwise)
    if isinstance(owner, list) and type(key) is float:
        at = index_of(key)
        return owner[at] if 0 <= at < len(owner) else otherwise
    raise OutsideError(f"get from {show(owner)}")


def nth(xs: Any, at: Any, *default: Any) -> Any:
    items = array(xs)
    if 0 <= index_of(number(at)) < len(items):
        return items[int(at)]
    if not default:
        raise OutsideError("nth out of range")
    return default[0]


def plain_text(value: Any) -> str:
    """A scalar as `str` and f-strings write it; they do not agree about -0."""
    if type(value) is float and value == 0 and str(value) == "-0.0":
        raise OutsideError("the text of -0")
    return value if type(value) is str else show(value)


def text(*parts: Any) -> str:
    """`str`"""
    out = []
    for part in parts:
        if part is None or part is UNDEFINED:
            continue
        if type(part) not in (float, str, bool):
            raise OutsideError(f"str of {show(part)}")
        out.append(plain_text(part))
    return "".join(out)


def chain(compare: Callable[[float, float], bool]) -> Callable[..., bool]:
    def holds(*args: Any) -> bool:
        numbers = [number(arg) for arg in args]
        return all(compare(numbers[at], numbers[at + 1]) for at in range(len(numbers) - 1))

    return holds


def minus(first: Any, *more: Any) -> float:
    if not more:
        return -number(first)
    value = number(first)
    for other in more:
        value -= number(other)
    return value


def plus(*args: Any) -> float:
    if not args:
        return 0.0
    value = number(args[0])
    for other in args[1:]:
        value += number(other)
    return value


def times(*args: Any) -> float:
    if not args:
        return 1.0
    value = number(args[0])
    for other in args[1:]:
        value *= number(other)
    return value


def extreme(xs: tuple[Any, ...], choose: Any) -> float:
    numbers = [number(x) for x in xs]
    if any(x != x for x in numbers):
        return math.nan
    found: float = choose(numbers)
    if found == 0 and len({math.copysign(1, x) for x in numbers if x == 0}) == 2:
        raise OutsideError("which of 0 and -0")
    return found


def quotient(a: float, b: float) -> float:
    whole = divide(a, b)
    if not math.isfinite(whole):
        raise OutsideError("quot")
    return float(math.trunc(whole)) + 0.0


def remainder(a: float, b: float) -> float:
    if b == 0 or not math.isfinite(a):
        raise OutsideError("rem")
    rest = math.fmod(a, b)
    if rest == 0 and math.copysign(1, a) < 0:
        raise OutsideError("which of 0 and -0")
    return rest


def divide(a: float, b: float) -> float:
    if b == 0:
        raise OutsideError("division by zero")
    return a / b


def power(a: float, b: float) -> float:
    """Only where every implementation gives the same bits."""
    if abs(a) > 1000 or a * 2 != int(a * 2) or b not in (0, 1, 2, 3):
        raise OutsideError("power")
    return a**b


def bits(x: Any) -> int:
    if abs(number(x)) >= 2**31 or x != x:
        raise OutsideError("bits")
    return int(x)


def mod(a: Any, b: Any) -> float:
    if number(b) == 0 or math.isinf(number(a)):
        raise OutsideError("mod")
    return a % b + 0.0  # -0 is 0


def all_equal(*args: Any) -> bool:
    return all(equal(args[at], args[at + 1]) for at in range(len(args) - 1))


def conj(xs: Any, *items: Any) -> list[Any] | None:
    if xs is None or xs is UNDEFINED:
        return ListValue(reversed(items)) if items else None
    return ListValue([*reversed(items), *xs]) if type(xs) is ListValue else [*array(xs), *items]


def push(xs: Any, *items: Any) -> list[Any]:
    array(xs).extend(items)
    return xs


def assoc(owner: Any, *pairs: Any) -> Any:
    copy = dict(owner) if type(owner) is dict else list(array(owner))
    for at in range(0, len(pairs), 2):
        set_prop(copy, pairs[at], pairs[at + 1])
    return copy


def reduce(fn: Any, *rest: Any) -> Any:
    items = list(array(rest[-1]))
    if len(rest) == 1:
        if not items:
            raise OutsideError("reduce of nothing")
        value = items.pop(0)
    else:
        value = rest[0]
    for item in items:
        value = call(fn, [value, item])
    return value


def refuse_promise(value: Any) -> Any:
    if type(value) is Promise:
        raise OutsideError("a predicate gave a promise")
    return value


def integer(value: Any) -> int:
    if not math.isfinite(number(value)) or value != math.floor(value):
        raise OutsideError("not an integer")
    return int(value)


def count(xs: Any) -> float:
    if xs is None or xs is UNDEFINED:
        return 0.0
    if isinstance(xs, (list, dict, str)):
        return float(len(xs))
    raise OutsideError("count")


def message(error: Any) -> Any:
    if type(error) is not ErrorValue:
        raise OutsideError("ex-message")
    return error.message


def make_range(*args: Any) -> list[float]:
    return [float(n) for n in range(*[integer(arg) for arg in args])]


def is_thenable(value: Any) -> bool:
    return type(value) is Promise or (type(value) is dict and callable(value.get("then")))


def string(value: Any) -> str:
    if type(value) is not str:
        raise OutsideError("not a string")
    return value


PURE: dict[str, Callable[..., Any]] = {
    "+": plus,
    "-": minus,
    "*": times,
    "inc": lambda x: number(x) + 1,
    "dec": lambda x: number(x) - 1,
    "mod": mod,
    "max": lambda *xs: extreme(xs, max),
    "min": lambda *xs: extreme(xs, min),
    "abs": lambda x: abs(number(x)),
    "/": lambda a, b: divide(number(a), number(b)),
    "**": lambda a, b: power(number(a), number(b)),
    "quot": lambda a, b: quotient(number(a), number(b)),
    "rem": lambda a, b: remainder(number(a), number(b)),
    "bit-and": lambda a, b: float(bits(a) & bits(b)),
    "bit-or": lambda a, b: float(bits(a) | bits(b)),
    "bit-xor": lambda a, b: float(bits(a) ^ bits(b)),
    "number?": lambda x: type(x) is float,
    "string?": lambda x: type(x) is str,
    "true?": lambda x: x is True,
    "false?": lambda x: x is False,
    "<": chain(lambda a, b: a < b),
    "<=": chain(lambda a, b: a <= b),
    ">": chain(lambda a, b: a > b),
    ">=": chain(lambda a, b: a >= b),
    "=": all_equal,
    "not=": lambda *args: not all_equal(*args),
    "not": lambda x: not truthy(x),
    "nil?": lambda x: x is None or x is UNDEFINED,
    "some?": lambda x: not (x is None or x is UNDEFINED),
    "even?": lambda x: integer(x) % 2 == 0,
    "odd?": lambda x: integer(x) % 2 == 1,
    "zero?": lambda x: number(x) == 0,
    "pos?": lambda x: number(x) > 0,
    "neg?": lambda x: number(x) < 0,
    "identity": lambda x: x,
    "list": lambda *xs: ListValue(xs),
    "vector": lambda *xs: list(xs),
    "vec": lambda xs: list(array(xs)),
    "first": lambda xs: array(xs)[0] if array(xs) else None,
    "last": lambda xs: array(xs)[-1] if array(xs) else None,
    "rest": lambda xs: array(xs)[1:],
    "nth": nth,
    "get": get,
    "count": count,
    "conj": conj,
    "push!": push,
    "assoc": assoc,
    "range": make_range,
    "map": lambda fn, xs: [call(fn, [x]) for x in array(xs)],
    "mapv": lambda fn, xs: [call(fn, [x]) for x in array(xs)],
    "filter": lambda fn, xs: [x for x in array(xs) if truthy(refuse_promise(call(fn, [x])))],
    "reduce": reduce,
    "some": lambda fn, xs: next(
        (v for v in (refuse_promise(call(fn, [x])) for x in array(xs)) if truthy(v)), None
    ),
    "apply": lambda fn, *args: call(fn, [*args[:-1], *array(args[-1])]),
    "str": text,
    "error": lambda msg: ErrorValue(string(msg)),
    "ex-message": message,
    "promise?": is_thenable,
    "agen": lambda *xs: AsyncItems(list(xs)),
}


def builtins(loop: EventLoop, log: list[Any], shown: list[str]) -> dict[str, Any]:
    """The table for one program; `t` and `tp` write to `log` (values) and `shown` (their texts then)."""

    def note(value: Any) -> Any:
        log.append(value)
        shown.append(show(value))
        return value

    return PURE | {
        "all": lambda xs: loop.all(list(array(xs))),
        "t": note,
        "tp": lambda x: loop.later(note(x)),
        "p": loop.later,
        "p-ms": lambda x, ms: loop.later(x),
        "p!": lambda msg: loop.later(ErrorValue(string(msg)), rejects=True),
        "log": lambda: list(log),
    }
