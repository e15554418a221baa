"""Calls of single values inside one process mean what they mean as JSON, and take less time.

Run inside of Pyodide, as tests of the bridge are: each law is of two conversations, one of which has no lane.
"""

from __future__ import annotations

import builtins
import contextvars
import enum
import math
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import JSError, JsProxy
from polyrepl.bridge.asking import Asking
from polyrepl.bridge.lane import DEEPEST

relaxed = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
singles = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.sampled_from(
        [2**53 - 2, 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 1 - 2**53, 2**31, -(2**31) - 1, 2**63, 2**64]
    ),
    st.floats(),
    st.sampled_from([-0.0, math.nan, math.inf, 5e-324, 2.0**53, 2.0**60, 1e300]),
    st.text(st.characters(codec="utf-16-le", exclude_categories=())),
    st.text(st.sampled_from("'=!\0\ud800\udc00\ud83d\ude00\U0001f600a")),
)


class Number(int):
    pass


class Text(str):
    pass


class Colour(enum.IntEnum):
    RED = 1


class Named:
    """What says that it is a number, and is none."""

    __class__ = int  # type: ignore[assignment]


MINE = object()
SPECIAL = [Number(5), Text("'t"), Colour.RED, Named(), [], (), {}, object(), 1j, b"ab", len, ValueError("v")]
# What each argument is to JavaScript, to the last bit.
TOLD = """(...xs) => xs.map((x) => typeof x + ":" + (typeof x === "string"
  ? Array.from({ length: x.length }, (_, at) => x.charCodeAt(at)).join()
  : Object.is(x, -0) ? "-0" : String(x))).join(" ")"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Any, Any]]:
    """A conversation with the lane, and one without."""
    made = [builtins._converse(lambda *event: None) for _ in range(2)]  # type: ignore[attr-defined]
    made[1].connection.straight = False
    made[1].bridge._ask.__class__ = Asking
    yield made[0], made[1]
    for host in made:
        host.close()


def both(hosts: Any, run: Any) -> tuple[Any, Any]:
    """What comes of the same in both."""
    outcomes = []
    for host in hosts:
        host.select()
        outcomes.append(run(host.bridge))
    return outcomes[0], outcomes[1]


def told(value: Any) -> Any:
    """A value to the last bit, for comparison."""
    if type(value) is float:
        return "float", "nan" if value != value else struct.pack("d", value)
    if type(value) is str:
        return "str", [ord(letter) for letter in value]
    return type(value).__name__, value


@relaxed
@given(st.lists(singles, max_size=4))
def test_arguments_are_the_same_in_javascript(hosts: Any, args: list[Any]) -> None:
    first, second = both(hosts, lambda js: js.eval(TOLD)(*args))
    assert first == second
    assert len(args) == len(first.split()) or not args


@relaxed
@given(singles)
def test_results_of_javascript_are_the_same(hosts: Any, value: Any) -> None:
    first, second = both(hosts, lambda js: js.eval("(x) => x")(value))
    assert told(first) == told(second)


@relaxed
@given(st.lists(singles, max_size=4), singles)
def test_arguments_and_results_of_python_are_the_same(hosts: Any, args: list[Any], result: Any) -> None:
    def run(js: Any) -> Any:
        came: list[Any] = []

        def f(*given: Any) -> Any:
            came.extend(map(told, given))
            return result

        # `[..args]` has been read by JavaScript, so what it calls with is its own.
        back = js.eval(f"(f, args) => ({TOLD})(f(...args))")(f, args)
        return came, back

    first, second = both(hosts, run)
    assert first == second
    assert len(first[0]) == len(args)


@pytest.mark.parametrize(
    "source",
    [
        "-0", "0", "NaN", "-Infinity", "2 ** 53", "2 ** 53 - 1", "-(2 ** 60)", "1e21", "10n", "2n ** 70n",
        "undefined", "null", "''", "\"'\"", "'=1'", "'!x'", "'\\ud800'", "true", "Symbol('s')", "[1]",
        "({ a: 1 })", "() => 1", "new Uint8Array([1, 2])", "new Date(0)", "new String('s')", "Object(1)",
    ],
)  # fmt: skip
def test_each_kind_of_result(hosts: Any, source: str) -> None:
    def run(js: Any) -> Any:
        value = js.eval(f"() => ({source})")()
        there = js.eval(f"(f) => f(({source}))")(told)
        return type(value).__name__, str(value), there[0], str(there[1])

    first, second = both(hosts, run)
    assert first == second


@pytest.mark.parametrize("value", SPECIAL, ids=lambda value: type(value).__name__)
def test_what_is_no_single_value_crosses_as_itself(hosts: Any, value: Any) -> None:
    for host in hosts:
        host.select()
        js = host.bridge
        back = js.eval("(x) => x")(value)
        assert type(back) is bytes if type(value) is bytes else back is value
        assert js.eval("(f) => { const x = f(1); return [x === f(1), typeof x] }")(lambda _: value)[1] == (
            "function" if callable(value) else "object"
        )


def test_identities(hosts: Any) -> None:
    for host in hosts:
        host.select()
        js = host.bridge
        thing = js.eval(
            "globalThis.thing = { f() { return this === globalThis.thing && thing.f } }; () => thing.f"
        )
        function = thing()
        assert thing() is function
        bound = js.eval(f"{PY} $py.byRef(thing)")
        assert bound.f() is function  # with the object that it was taken from
        assert js.eval("(f) => f(1) === f(2)")(lambda _: MINE) is True


def test_errors_are_the_same(hosts: Any) -> None:
    def thrown(js: Any) -> Any:
        outcomes: list[Any] = []
        mine = KeyError("mine")

        def fail(_: int) -> None:
            raise mine

        def tell(run: Any, *args: Any) -> None:
            with pytest.raises(BaseException) as caught:
                run(*args)
            error = caught.value
            outcomes.append((type(error).__name__, str(error), type(getattr(error, "value", None)).__name__))
            outcomes.append(error is mine)

        tell(js.eval("(x) => { throw new TypeError('no ' + x) }"), 5)
        tell(js.eval("(x) => { throw x }"), 5)
        tell(js.eval("(x) => { throw x }"), "text")
        tell(js.eval("() => { throw undefined }"))
        tell(js.eval("() => null.x"))
        tell(js.eval("() => { throw new RangeError('a', { cause: new Error('b') }) }"))
        tell(js.eval("(f) => f(1)"), fail)
        js.eval("(f) => { globalThis.f = f }")(fail)
        tell(js.eval("() => f(1)"))
        tell(
            js.eval("() => { try { f(1) } catch (e) { throw new Error(e.name + e.message, { cause: e }) } }")
        )
        released = js.eval("() => 1")
        js.release(released)
        tell(released)
        tell(js.eval(f"(m) => {{ {PY} return $py.call(m, ['nothing'], [1]) }}"), math)
        tell(js.eval(f"(m) => {{ {PY} return $py.call(m, ['sqrt'], ['x']) }}"), math)
        tell(js.eval(f"(x) => {{ {PY} $py.destroy(x); return x(1) }}"), lambda x: x)
        tell(js.eval("(x) => x(1)"), 5)
        return outcomes

    first, second = both(hosts, thrown)
    assert first == second
    assert any(first[1::2])


def test_an_exception_of_another_conversation(hosts: Any) -> None:
    """Its object is not to be had here, its name and its message are."""
    first, second = (host.bridge for host in hosts)

    def fail(_: int) -> None:
        raise KeyError("theirs")

    hosts[0].select()
    first.eval("(f) => { globalThis.f = f }")(fail)
    for _ in range(2):
        with pytest.raises(JSError, match="KeyError: 'theirs'") as caught:
            second.eval("() => f(1)")()
        assert isinstance(caught.value.value, JsProxy)
        with pytest.raises(KeyError, match="theirs"):
            first.eval("() => f(1)")()


def test_methods_and_paths(hosts: Any) -> None:
    class Thing:
        name = "thing"

        def method(self, *args: Any) -> Any:
            return len(args)

        @property
        def inner(self) -> Thing:
            return self

    def run(js: Any) -> Any:
        calls = (
            "return [o.method(), o.method(1, 'x'), o.inner.method(null), "
            "$py.call(o, ['inner', 'inner', 'method'], [1, 2])]"
        )
        return js.eval(f"(o) => {{ {PY} {calls} }}")(Thing()), js.eval(
            "new (class { m(x) { return this.y + x } y = 1 })"
        ).m(2)

    first, second = both(hosts, run)
    assert first == second == ([0, 2, 1, 2], 3)


def test_calls_nest_as_deeply(hosts: Any) -> None:
    def run(js: Any) -> Any:
        down = js.eval("(n) => n === 0 ? 0 : 1 + up(n - 1)")
        js.eval("(f) => { globalThis.up = f }")(lambda n: 0 if n == 0 else 1 + down(n - 1))
        with pytest.raises(RecursionError, match="nested deeper") as caught:
            down(2 * DEEPEST)
        return down(DEEPEST - 2), str(caught.value), down(4)

    first, second = both(hosts, run)
    assert first == second


def test_the_context_of_a_form(hosts: Any) -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)

    def run(js: Any) -> Any:
        seen: list[int] = []
        with js.forms.running(7):
            token = variable.set(5)
            js.eval("(f) => { globalThis.f = f }")(lambda x: seen.append(variable.get() + x))
            js.eval("(n) => f(n)")(1)
            variable.reset(token)
        js.eval("(n) => f(n)")(2)
        return seen

    first, second = both(hosts, run)
    assert first == second == [6, 2]


def test_releases_go_out(hosts: Any) -> None:
    """Of proxies that were collected while only single values crossed."""
    js = hosts[0].bridge
    hosts[0].select()
    one = js.eval("(x) => x")
    before = js.stats(collect=True)["node"]["objects"]
    for _ in range(50):
        js.eval("() => 1")
        assert one(1) == 1
    assert js.stats(collect=True)["node"]["objects"] <= before + 2


def test_what_it_costs(hosts: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed for the run outside, never asserted."""

    def best(run: Any, count: int = 2000) -> float:
        times = []
        for _ in range(10):
            start = time.perf_counter()
            run(count)
            times.append((time.perf_counter() - start) / count * 1e6)
        return min(times)

    def measure(js: Any) -> tuple[float, float]:
        call = js.eval("(x, y) => x")

        def ours(count: int) -> None:
            for at in range(count):
                call(at, 1.5)

        theirs = js.eval("(f) => (n) => { for (let i = 0; i < n; i++) f(i, 1.5) }")(lambda x, y: x)
        return best(ours), best(theirs)

    lane, json = both(hosts, measure)
    with capsys.disabled():
        print(
            f"\nCALLS: a call of single values takes {lane[0]:.1f} us from Python and {lane[1]:.1f} us from "
            f"JavaScript, as JSON {json[0]:.1f} and {json[1]:.1f} us"
        )


PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
