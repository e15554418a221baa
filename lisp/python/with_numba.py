"""What the core means to numba, which asks when it compiles its first function (`numba_extensions`).

In: nothing. Out: truth, `=`, `/`, `quot`, `rem`, `mod` and `**` of numbers, loops over ranges and arrays
keep their meaning in functions that numba compiles. numba is not imported before.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from . import sequences, values


def register() -> None:
    """Tell numba, which calls this itself: so it is loaded."""
    numba: Any = sys.modules["numba"]
    extending, types = numba.core.extending, numba.types
    overload: Callable[[Any], Callable[[Any], Any]] = partial(extending.overload, strict=False)

    def is_bool(x: Any) -> bool:
        return isinstance(x, (types.Boolean, types.BooleanLiteral))

    def are_numbers(a: Any, b: Any) -> bool:
        return isinstance(a, types.Number) and isinstance(b, types.Number)

    def are_integers(a: Any, b: Any) -> bool:
        return isinstance(a, types.Integer) and isinstance(b, types.Integer)

    @overload(values.truthy)
    def truthy(x: Any) -> Any:
        if is_bool(x):
            return lambda x: x
        if isinstance(x, types.NoneType):
            return lambda x: False
        return None if isinstance(x, types.Optional) else lambda x: True

    @overload(values.eq)
    def eq(a: Any, b: Any) -> Any:
        if is_bool(a) != is_bool(b):
            return lambda a, b: False
        return lambda a, b: a == b

    @overload(values.div)
    def div(a: Any, b: Any) -> Any:
        if not are_numbers(a, b):
            return None
        if are_integers(a, b):  # whose zero has no sign

            def whole(a: Any, b: Any) -> Any:
                if b != 0:
                    return a / b
                return math.inf if a > 0 else -math.inf if a < 0 else math.nan

            return whole

        def found(a: Any, b: Any) -> Any:
            if b != 0:
                return a / b
            if a == 0 or a != a:
                return math.nan
            return math.copysign(math.inf, a) * math.copysign(1.0, b)

        return found

    @overload(values.mod)
    def mod(a: Any, b: Any) -> Any:
        if are_integers(a, b):  # one type for all answers: numba has no NaN among whole numbers

            def whole(a: Any, b: Any) -> Any:
                if b == 0:
                    raise ZeroDivisionError("mod: division by zero")
                return a % b

            return whole

        def found(a: Any, b: Any) -> Any:
            return a % b if b != 0 else math.nan

        return found if are_numbers(a, b) else None

    @overload(values.quot)
    def quot(a: Any, b: Any) -> Any:
        if are_integers(a, b):

            def whole(a: Any, b: Any) -> Any:
                if b == 0:
                    raise ZeroDivisionError("quot: division by zero")
                found = abs(a) // abs(b)
                return found if (a < 0) == (b < 0) else -found

            return whole

        def found(a: Any, b: Any) -> Any:
            if b == 0:
                raise ZeroDivisionError("quot: division by zero")
            return math.trunc(a / b)

        return found if are_numbers(a, b) else None

    @overload(values.rem)
    def rem(a: Any, b: Any) -> Any:
        if are_integers(a, b):

            def whole(a: Any, b: Any) -> Any:
                if b == 0:
                    raise ZeroDivisionError("rem: division by zero")
                found = abs(a) % abs(b)
                return found if a >= 0 else -found

            return whole

        def found(a: Any, b: Any) -> Any:
            if b == 0:
                raise ZeroDivisionError("rem: division by zero")
            return math.fmod(a, b)

        return found if are_numbers(a, b) else None

    @overload(values.power)
    def power(a: Any, b: Any) -> Any:
        return (lambda a, b: a**b) if are_numbers(a, b) else None

    @overload(values.as_function)
    def as_function(f: Any) -> Any:
        return lambda f: f

    @overload(values.items)
    def items(xs: Any) -> Any:
        return lambda xs: xs

    @overload(sequences.turns)
    def turns(n: Any) -> Any:
        return (lambda n: range(n)) if isinstance(n, types.Integer) else lambda n: range(math.ceil(n))

    @overload(sequences.count)
    def count(xs: Any) -> Any:
        return lambda xs: len(xs)
