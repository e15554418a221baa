"""The conversion table of the design, 4.3: laws by hypothesis, and the values other bridges get wrong."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import math
import struct
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge, JSError, JsProxy

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
relaxed = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(st.characters(codec="utf-16-le", exclude_categories=())),
    st.text(),
    st.binary(),
)


def same(first: Any, second: Any) -> bool:
    """Equal, of the same type, nan and the sign of zero included. An integral float may come back as int."""
    if isinstance(first, float) and isinstance(second, int) and not isinstance(second, bool):
        return first == second and math.copysign(1, first) == math.copysign(1, second or 1)
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return struct.pack("d", first) == struct.pack("d", second) or (first != first and second != second)
    return bool(first == second)


@pytest.fixture
def identity(js: Bridge) -> Any:
    return js.eval("(x) => x")


@relaxed
@given(scalars)
def test_scalars_round_trip(identity: Any, value: Any) -> None:
    assert same(value, identity(value))


@relaxed
@given(
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    )
)
def test_deep_copies_round_trip(js: Bridge, value: Any) -> None:
    def equal(first: Any, second: Any) -> bool:
        if isinstance(first, list):
            return isinstance(second, list) and len(first) == len(second) and all(map(equal, first, second))
        if isinstance(first, dict):
            # (JavaScript puts keys that look like indices first.)
            return first.keys() == second.keys() and all(equal(first[key], second[key]) for key in first)
        return same(first, second)

    assert equal(value, js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")(value))


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        float("-inf"),
        -0.0,
        0.0,
        -(2**40),
        2**53 - 1,
        2**53,
        2**53 + 1,
        -(2**53) - 1,
        2**70,
        10**400,
        "a😀b",
        "\0",
        "a\0b",
        "",
        "\ud800",
        "x\udfff\ud800y",
        "\u2028",
        1e300,
        5e-324,
        2.0**60,
        0.1,
        True,
        b"",
        b"\0\xff",
    ],
)
def test_values_others_get_wrong(js: Bridge, identity: Any, value: Any) -> None:
    assert same(value, identity(value))
    assert same(value, js.eval("(f) => f()")(lambda: value))
    assert js.eval("(x, f) => f(x)")(value, lambda x: same(value, x)) is True


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1e21", 1e21),
        ("2 ** 53", 2.0**53),
        ("-(2 ** 40)", -(2**40)),
        ("5", 5),
        ("-0", -0.0),
        ("1.5", 1.5),
        ("NaN", math.nan),
        ("-Infinity", -math.inf),
        ("10n", 10),
        ("-(2n ** 70n)", -(2**70)),
        ("undefined", None),
        ("null", None),
        ("'\\ud800'", "\ud800"),
        ("[1, [2]]", [1, [2]]),
        ("({ a: { b: 1 } })", {"a": {"b": 1}}),
        ("new Map([[1, 'x'], [[1], 2]])", {1: "x", (1,): 2}),
        ("new Set([1, 2])", {1, 2}),
        ("new Uint8Array([1, 2])", b"\1\2"),
        ("Buffer.from('ab')", b"ab"),
        ("new ArrayBuffer(2)", b"\0\0"),
        ("new Date(86400000)", datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC)),
        ("Object.create(null)", {}),
        ("({ p: 1, h: ['h', 1] })", {"p": 1, "h": ["h", 1]}),
        ("['p', 1, 2]", ["p", 1, 2]),
        ("[, 1]", [None, 1]),
    ],
)
def test_from_javascript(js: Bridge, source: str, value: Any) -> None:
    got = js.eval(f"({source})")
    assert same(value, got) if not isinstance(value, (list, dict, set)) else value == got


def test_cycles_and_shared_parts(js: Bridge) -> None:
    loop = js.eval("const o = { x: [1] }; o.self = o; o.again = o.x; o")
    assert loop["self"] is loop
    assert loop["again"] is loop["x"]
    again = js.eval(f"(x) => {{ {PY} const y = $py.toJs(x); return y.self === y && y.again === y.x }}")
    assert again(loop) is True


def test_by_handle_kinds(js: Bridge) -> None:
    for source in (
        "() => 1",
        "new (class A {})",
        "Promise.resolve(1)",
        "new Error('x')",
        "/x/g",
        "Symbol('s')",
        "Math",
        "new Date(NaN)",
    ):
        proxy = js.eval(source)
        assert isinstance(proxy, JsProxy), source
        assert js.eval("(a) => a")(proxy) is proxy


@pytest.mark.parametrize(
    "value",
    [
        [],
        (),
        {},
        set(),
        frozenset({1}),
        bytearray(b"a"),
        object(),
        decimal.Decimal("1.5"),
        datetime.datetime(2020, 1, 1),
        range(3),
        enum.IntEnum("E", "A").A,
        collections.namedtuple("P", "x y")(1, 2),
        collections.OrderedDict(a=1),
        collections.defaultdict(list),
        type("S", (str,), {})("s"),
        dataclasses.make_dataclass("D", ["x"])(1),
        functools.partial(int),
        len,
        int,
        numpy,
        numpy.arange(3),
        numpy.sum,
        numpy.datetime64("2020"),
        numpy.timedelta64(1, "s"),
        numpy.timedelta64(1, "ns"),
        1j,
        iter([1]),
        (x for x in ()),
        array.array("d", [1.0]),
        memoryview(b"ab"),
        __import__("pandas").Timestamp("2020"),
        numpy.complex128(1j),
    ],
    ids=lambda value: type(value).__name__,
)
def test_references_come_home(js: Bridge, value: Any) -> None:
    """By handle, at any nesting, through any number of crossings, it is the very same object."""
    nest = js.eval("(x) => [x, { a: [x] }, new Map([['k', x]]), [[[x]]]]")(value)
    assert nest[0] is value
    assert nest[1]["a"][0] is value
    assert nest[2]["k"] is value
    assert nest[3][0][0][0] is value
    assert js.eval("(x, f) => f(f(f(x))) === x")(value, lambda x: x) is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (numpy.float64(1.5), 1.5),
        (numpy.float32(0.5), 0.5),
        (numpy.float16(2.5), 2.5),
        (numpy.int64(7), 7),
        (numpy.uint64(2**63), 2**63),
        (numpy.bool_(True), True),
        (numpy.str_("x"), "x"),
        (numpy.bytes_(b"x"), b"x"),
        (numpy.float64("nan"), math.nan),
    ],
    ids=repr,
)
def test_numpy_scalars(identity: Any, value: Any, expected: Any) -> None:
    assert same(expected, identity(value))


TO_JS = f"(x) => {{ {PY} const y = $py.toJs(x); return [y.constructor.name, y] }}"


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", ">f8", ">i2"])
def test_typed_arrays_both_ways(js: Bridge, dtype: str) -> None:
    values = numpy.array([1, 2, 100], dtype=dtype)
    for array_ in (values, numpy.array([1, 0, 2, 0, 100], dtype=dtype)[::2], _readonly(values)):
        name, back = js.eval(TO_JS)(array_)
        assert name.endswith("Array") and name != "Array"
        got = numpy.asarray(numpy.frombuffer(back, "u1") if isinstance(back, bytes) else back)
        assert got.tolist() == [1, 2, 100]
        assert got.dtype == values.dtype.newbyteorder("=")
        if not isinstance(back, bytes):
            assert numpy.shares_memory(got, numpy.asarray(back))


def _readonly(values: Any) -> Any:
    copy = values.copy()
    copy.setflags(write=False)
    return copy


@pytest.mark.parametrize("letter", "bBhHiIlLqQfd")
def test_buffers_both_ways(js: Bridge, letter: str) -> None:
    """Python's own arrays and views of them, whatever else is installed."""
    values = array.array(letter, [1, 2, 100])
    names = js.eval(TO_JS)
    for buffer in (values, memoryview(values), memoryview(values).toreadonly(), memoryview(values)[:]):
        name, back = names(buffer)
        assert name.endswith("Array") and name != "Array"
        got = list(back)
        assert got == [1, 2, 100]
        assert isinstance(got[0], float) == (letter in "fd")
        if not isinstance(back, bytes):
            assert back.itemsize == values.itemsize
            assert back.obj is not values
    assert names(memoryview(values)[::2])[1].tolist() == [1, 100] if letter != "B" else True


def test_other_arrays(js: Bridge) -> None:
    copy = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    grid = js.eval(
        f"(x) => {{ {PY} const y = $py.toJs(x); return [y.length, y[1].constructor.name, y[1][2], "
        f"y[0].buffer === y[1].buffer] }}"
    )
    assert grid(numpy.arange(6.0).reshape(2, 3)) == [2, "Float64Array", 5, True]
    assert grid(numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3))) == [2, "Float64Array", 5, True]
    assert copy(numpy.array(5)) == 5
    assert copy(numpy.array([True, False])) == [True, False]
    assert copy(numpy.array(["a", "b"])) == ["a", "b"]
    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    assert copy(numpy.array(["2020-01-01", "NaT"], dtype="datetime64[ns]")) == [when, None]
    assert copy(numpy.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])) == [[1, 2.5]]
    assert numpy.asarray(copy(numpy.zeros((0,)))).shape == (0,)


def test_other_buffers(js: Bridge) -> None:
    copy = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    assert copy(array.array("h", [1, -2])).tolist() == [1, -2]
    assert copy(memoryview(b"ab")) == b"ab"
    assert copy(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)) == when
    assert copy({1: "a"}) == {1: "a"}
    assert js.eval("new Float16Array([1.5, 2])").tolist() == [1.5, 2.0]


def test_large_arrays_are_not_copied(js: Bridge) -> None:
    back = numpy.asarray(js.eval("new Float64Array(1e6).fill(1.5)"))
    assert back.sum() == 1.5e6
    check = js.eval(
        f"(x) => {{ {PY} const y = $py.toJs(x); return [y.length, y[999999], y.byteOffset % 8] }}"
    )
    assert check(numpy.arange(1e6)) == [1000000, 999999, 0]


def test_large_buffers(js: Bridge) -> None:
    back = js.eval("new Float64Array(1e6).fill(1.5)")
    assert (len(back), back.format, sum(back)) == (1_000_000, "d", 1.5e6)
    check = js.eval(
        f"(x) => {{ {PY} const y = $py.toJs(x); return [y.length, y[999999], y.byteOffset % 8] }}"
    )
    assert check(array.array("d", range(1_000_000))) == [1000000, 999999, 0]


def test_throwing_getter(js: Bridge) -> None:
    with pytest.raises(JSError, match="no peeking"):
        js.eval("({ get a() { throw new Error('no peeking') } })")
    assert js.eval("1") == 1


def test_callable_objects(js: Bridge) -> None:
    class Adder:
        def __call__(self, x: int) -> int:
            return x + 1

    call = js.eval("(f, x) => f(x)")
    assert call(Adder(), 1) == 2
    assert call(functools.partial(pow, 2), 3) == 8
    assert call(math.sqrt, 9.0) == 3
    assert call(int, "7") == 7
    assert js.eval("(C) => new C('7')")(decimal.Decimal) == decimal.Decimal(7)


def test_a_callable_of_numpy(js: Bridge) -> None:
    assert js.eval("(f, x) => f(x)")(numpy.sqrt, 9.0) == 3


def test_register(own: Bridge) -> None:
    own.register(decimal.Decimal, "decimal", str, decimal.Decimal)
    own.eval(
        f"{PY} class Dec {{ constructor(t) {{ this.t = t }} }}; globalThis.Dec = Dec;"
        "$py.register('decimal', { test: (x) => x instanceof Dec, encode: (x) => x.t, decode: (t) => "
        "new Dec(t) })"
    )
    assert own.eval("(d) => d instanceof Dec && d.t")(decimal.Decimal("1.50")) == "1.50"
    back = own.eval("new Dec('2.5')")
    assert back == decimal.Decimal("2.5")
    assert isinstance(back, decimal.Decimal)


def test_an_object_whose_prototype_gives_it_nothing_is_plain(js: Bridge) -> None:
    bare = "const Bare = function () {}; Bare.prototype = Object.create(null);"
    assert js.eval(f"(() => {{ {bare} return [Object.assign(new Bare(), {{ a: 1 }})] }})()") == [{"a": 1}]
    for source in (
        "Object.create(Object.create(null, { f: { value: 1 } }))",
        "Object.create({})",
        "new (class {})()",
        f"(() => {{ {bare} return Object.assign(new Bare(), {{ [Symbol()]: 1 }}) }})()",
    ):
        assert not isinstance(js.eval(source), dict)
