"""What values mean to a Lisp function that is Python's: truth, equality, numbers, text, errors.

In: any Python values. Out: what the Lisp says of them, where Python's own operators say something else. No
file of ours outside of this room is needed here, so what uses it runs wherever the room is, also without
Node.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from json import dumps
from typing import Any

EXACT = 2**53
_NAMED_BOOL = ("bool", "bool_")  # NumPy's, by the name of its class: it need not be there
_NESTED = (tuple, frozenset)
BLANK = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What `trim` takes away; to Python the characters 28 to 31 are blank, too, and the last of these is not."""
_WHOLE = re.compile(r"[+-]?[0-9A-Za-z]*")
_DECIMAL = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


class Missing:
    """What a key, an item or an argument is that is not there: the default is taken then, as nil is not."""

    def __repr__(self) -> str:
        return ".."

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Reduced:
    """The answer of `reduce`, before its end."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Atom:
    """A box whose value changes."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"#<atom {pr_str(self.value)}>"


class LispFailure(Exception):
    """What `(error message)` and `(ex-info message data)` make."""

    cause: BaseException | None = None  # of one that has travelled

    def __init__(self, message: Any = "", data: Any = None) -> None:
        super().__init__(message)
        self.data = data

    def __reduce__(self) -> Any:
        return LispFailure, (self.args[0], self.data), _state(self, "data")


class Thrown(Exception):
    """A value that is no exception, thrown by `(throw value)`; `catch` gives the value itself."""

    def __init__(self, value: Any) -> None:
        super().__init__(pr_str(value))
        self.value = value

    def __reduce__(self) -> Any:
        return Thrown, (self.value,), _state(self, "value")


def _state(error: BaseException, made: str) -> dict[str, Any] | None:
    """What a pickled exception takes along beside what it is made of: notes, its place, its cause, which is
    `cause` too, since pools set `__cause__`."""
    kept = {name: value for name, value in error.__dict__.items() if name not in (made, "cause")}
    cause = ex_cause(error)
    if cause is not None:
        kept |= {"__cause__": cause, "cause": cause}
    return kept or None


# -- truth and equality ---------------------------------------------------------------------------


def truthy(x: Any) -> bool:
    """Only nil and false are false: 0, "" and [] are true. NumPy's booleans count as booleans."""
    if x is True:
        return True
    if x is None or x is False:
        return False
    return bool(x) if type(x).__name__ in _NAMED_BOOL else True


def eq(a: Any, b: Any) -> bool:
    """Equal by structure; `1` is not `true`, and a list equals a tuple of the same items."""
    if a is b:
        return not (isinstance(a, float) and a != a)
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool) and a == b
    if isinstance(a, (str, bytes)) or isinstance(b, (str, bytes)):
        return bool(a == b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        same = len(a) == len(b) and all(key in b and eq(value, b[key]) for key, value in a.items())
        return same and _marks(a) == _marks(b)
    if isinstance(a, Set) and isinstance(b, Set):
        return a == b and _marks(a) == _marks(b)
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return len(a) == len(b) and all(map(eq, a, b))
    return bool(a == b)


def _marks(keys: Iterable[Any]) -> set[Any]:
    """Marks of the keys that Python may take for others: 1 and true are one key to it."""
    return {mark(key) for key in keys if type(key) is not str and (isinstance(key, _NESTED) or key in (0, 1))}


def equal(first: Any, *more: Any) -> bool:
    """`(= a b c ..)`."""
    return all(eq(a, b) for a, b in zip((first, *more), more, strict=False))


def not_equal(first: Any, *more: Any) -> bool:
    """`(not= a b ..)`."""
    return not equal(first, *more)


def same(a: Any, b: Any) -> bool:
    """`identical?`: numbers and text by their value, everything else the very same object."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float, str)) and isinstance(b, (int, float, str)):
        return a == b
    return a is b


# -- numbers --------------------------------------------------------------------------------------


def div(a: Any, b: Any) -> Any:
    """`(/ a b)`: by zero it is Infinity, -Infinity or NaN."""
    try:
        return a / b
    except ZeroDivisionError:
        if a != a or a == 0:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def quot(a: Any, b: Any) -> Any:
    """The quotient without its fraction, towards zero."""
    if b == 0:
        raise ZeroDivisionError("quot: division by zero")
    if isinstance(a, int) and isinstance(b, int):
        found = abs(a) // abs(b)
        return found if (a < 0) == (b < 0) else -found
    return math.trunc(a / b)


def rem(a: Any, b: Any) -> Any:
    """What `quot` leaves; it has the sign of `a`."""
    if b == 0:
        raise ZeroDivisionError("rem: division by zero")
    return a - b * quot(a, b) if isinstance(a, int) and isinstance(b, int) else math.fmod(a, b)


def mod(a: Any, b: Any) -> Any:
    """What is left when `b` is taken away as often as fits; it has the sign of `b`; NaN by zero."""
    try:
        return a % b
    except ZeroDivisionError:
        return math.nan


def power(a: Any, b: Any) -> Any:
    """`(** a b)`; Infinity where Python has an error, NaN where it has a complex number."""
    try:
        found = a**b
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return math.inf if a > 0 or b % 2 == 0 else -math.inf
    return math.nan if isinstance(found, complex) and not isinstance(a, complex) else found


def number(x: Any) -> bool:
    """`number?`: Python's numbers and NumPy's, no booleans."""
    if isinstance(x, (int, float)):
        return not isinstance(x, bool)
    return hasattr(x, "__float__") and hasattr(x, "__mul__") and type(x).__name__ not in _NAMED_BOOL


def integral(x: Any) -> bool:
    """`integer?`: also a float without a fraction."""
    return number(x) and (isinstance(x, int) or (math.isfinite(x) and x == math.trunc(x)))


# -- text -----------------------------------------------------------------------------------------


def exact(n: Any) -> Any:
    """A number where Python wants an integer: `(/ 4 2)`, 2.0, is 2. What has a fraction Python refuses."""
    return int(n) if isinstance(n, float) and n.is_integer() else n


def number_text(x: Any) -> str:
    """A number as the Lisp writes it: 3.0 is "3", 0.00001 has no exponent."""
    if isinstance(x, int):
        return int.__repr__(x)
    if x != x:
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    digits, has_exponent, exponent = float.__repr__(float(x)).partition("e")
    if not has_exponent:
        return digits.removesuffix(".0")
    at = int(exponent)
    if not -7 < at < 21:
        return f"{digits}e{at:+}"
    sign = "-" if digits[0] == "-" else ""
    digits = digits.lstrip("-").replace(".", "")
    return sign + ("0." + "0" * (-at - 1) + digits if at < 0 else digits.ljust(at + 1, "0"))


def pr_str(*xs: Any) -> str:
    """The values as they would be read back, with spaces between."""
    return " ".join(map(_written, xs))


def _written(x: Any) -> str:
    if isinstance(x, str):
        return dumps(x, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(x, float) and x == 0:
        return number_text(x)
    if isinstance(x, Mapping):
        return "{" + " ".join(f"{_key(key)} {_written(value)}" for key, value in x.items()) + "}"
    if isinstance(x, (list, tuple, range)):
        return "[" + " ".join(map(_written, x)) + "]"
    if isinstance(x, Set):
        return "#{" + " ".join(map(_written, x)) + "}"
    return interpolate(x)


def _key(key: Any) -> str:
    return f":{key}" if isinstance(key, str) and key and not any(c.isspace() for c in key) else _written(key)


def interpolate(x: Any) -> str:
    """The text of a value in an f-string."""
    if isinstance(x, str):
        return x
    if x is None:
        return "nil"
    if isinstance(x, bool) or type(x).__name__ in _NAMED_BOOL:
        return "true" if x else "false"
    if isinstance(x, (int, float)) and type(x).__str__ in (int.__str__, float.__str__):
        return number_text(x) if x else "0"
    if isinstance(x, (Mapping, list, tuple, range, Set)):
        return _written(x)
    return number_text(x.item()) if type(x).__module__ == "numpy" and number(x) and not x.shape else str(x)


def text(*xs: Any) -> str:
    """`(str ..)`: the texts of all, joined; nil is nothing."""
    return "".join([interpolate(x) for x in xs if x is not None])


def parse_int(text: Any, base: int = 10) -> Any:
    """The whole number that a text begins with, NaN where there is none."""
    if not isinstance(text, str):
        return math.trunc(text)
    text = _WHOLE.match(text.strip(BLANK))[0]  # type: ignore[index]
    for end in range(len(text), 0, -1):
        try:
            return int(text[:end], exact(base))
        except ValueError:
            continue
    return math.nan


def parse_float(text: Any) -> Any:
    """The number that a text begins with, NaN where there is none."""
    found = _DECIMAL.match(str(text).strip(BLANK))
    return float(found[0]) if found is not None else math.nan


# -- errors ---------------------------------------------------------------------------------------


def error(message: Any, cause: Any = None) -> LispFailure:
    """An exception to throw."""
    return ex_info(message, None, cause)


def ex_info(message: Any, data: Any, cause: Any = None) -> LispFailure:
    """An exception that carries data."""
    made = LispFailure(message, data)
    if isinstance(cause, BaseException):
        made.__cause__ = cause
    return made


def ex_message(e: Any) -> Any:
    """The message of an exception; of anything else that was thrown, its text; nil for nil."""
    if isinstance(e, BaseException):
        return e.args[0] if e.args and isinstance(e.args[0], str) else str(e)
    return None if e is None else text(e)


def ex_data(e: Any) -> Any:
    """The data of an `ex-info`, else nil."""
    return getattr(e, "data", None)


def ex_cause(e: Any) -> Any:
    """The exception that led to this one, else nil."""
    found = getattr(e, "cause", None)  # of one that has travelled
    found = found if isinstance(found, BaseException) else getattr(e, "__cause__", None)
    return None if type(found).__name__ in ("_RemoteTraceback", "RemoteTraceback") else found


def thrown(value: Any) -> BaseException:
    """What is raised for `(throw value)`."""
    if isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException)):
        return value  # type: ignore[return-value]
    return Thrown(value)


def caught(e: BaseException) -> Any:
    """What `(catch e ..)` gives of what was raised."""
    return e.value if isinstance(e, Thrown) else e


def no_clause(what: str, value: Any) -> LispFailure:
    """The error of a `case` or a `match` without an answer."""
    return LispFailure(f"{what}: no clause matches {pr_str(value)}")


def arity_error(name: Any, count: int) -> TypeError:
    """The error of a function that has no such number of arguments."""
    return TypeError(f"{name or 'fn'}() takes no {count} arguments")


def as_function(f: Any) -> Callable[..., Any]:
    """What is called for `(f x)`: a function, or a look-up in data; text is a key, as a keyword is."""
    if callable(f):
        return f  # type: ignore[no-any-return]
    if isinstance(f, str):
        return lambda m, default=None: get(m, f, default)
    if isinstance(f, (Mapping, Sequence, Set)):
        return lambda key, default=None: get(f, key, default)
    raise TypeError(f"{pr_str(f)} is not a function")


def keyed(f: Any, key: str, value: Any) -> Any:
    """`(f :key value)`: a keyword argument of a function, a key and its default of data."""
    if callable(f):
        return f(**{key.replace("-", "_"): value})
    return as_function(f)(key, value)


def get(m: Any, key: Any, default: Any = None) -> Any:
    """The value of a key, the item at an index; the default (nil) where it is missing."""
    if m is None:
        return default
    if isinstance(m, Mapping):
        try:
            return m.get(key, default)
        except TypeError:  # a list as a key
            return m.get(frozen(key), default)
    if isinstance(m, Set):
        key = frozen(key)
        return key if key in m else default
    if isinstance(m, Sequence):
        at = key if type(key) is int else place(key)
        return m[at] if 0 <= at < len(m) else default
    try:
        return m[key]
    except (KeyError, IndexError, TypeError):
        return default


def place(key: Any) -> int:
    """The index that a key is, NumPy's whole numbers too; -1 for what is none."""
    key = exact(key)
    return -1 if isinstance(key, bool) or not hasattr(key, "__index__") else int(key.__index__())


def frozen(x: Any) -> Any:
    """The same as a key of a dict or an item of a set: lists become tuples."""
    if isinstance(x, (list, tuple)):
        return tuple(map(frozen, x))
    if isinstance(x, dict):
        return frozenset((key, frozen(value)) for key, value in x.items())
    return frozenset(map(frozen, x)) if isinstance(x, (set, frozenset)) else x


def mark(x: Any) -> Any:
    """A key by which equal values are told from others: `1` is not `true`, in a list neither."""
    if isinstance(x, bool):
        return bool, x
    if isinstance(x, (list, tuple)):
        return tuple(map(mark, x))
    if isinstance(x, dict):
        return frozenset((mark(key), mark(value)) for key, value in x.items())
    return frozenset(map(mark, x)) if isinstance(x, (set, frozenset)) else x


def items(xs: Any) -> Iterable[Any]:
    """What is iterated: nil is empty, a map gives [key value] pairs."""
    if xs is None:
        return ()
    if isinstance(xs, Mapping):
        return [[key, value] for key, value in xs.items()]
    return xs  # type: ignore[no-any-return]


def listed(xs: Any) -> list[Any]:
    """The items as a list of their own."""
    return list(items(xs))
