"""A Python object in JavaScript behaves as JavaScript code expects of such a thing."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import decimal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy
import pytest
from polyrepl.bridge import Bridge, JSError

PY = (
    'const $py = globalThis[Symbol.for("polyrepl.$py")]; const ops = (x) => x[Symbol.for("polyrepl.python")];'
)


def run(js: Bridge, body: str, *args: Any) -> Any:
    return js.eval(f"(a, b, c) => {{ {PY} {body} }}")(*args)


class Thing:
    def __init__(self) -> None:
        self.x = 1

    def double(self) -> int:
        return self.x * 2

    def __repr__(self) -> str:
        return f"<thing {self.x}>"

    def __str__(self) -> str:
        return "thing"


def test_attributes(js: Bridge) -> None:
    thing = Thing()
    assert run(js, "a.x = 5; return [a.x, a.double(), 'x' in a, 'q' in a, Object.keys(a)]", thing) == [
        5,
        10,
        True,
        False,
        ["double", "x"],
    ]
    run(js, "delete a.x", thing)
    assert not hasattr(thing, "x")


def test_what_node_shows(js: Bridge) -> None:
    inspect = "require('util').inspect"
    assert run(js, f"return [{inspect}(a), {inspect}([a])]", Thing()) == ["<thing 1>", "[ <thing 1> ]"]
    assert run(js, f"return {inspect}(a)", [1, "x"]) == "[1, 'x']"
    assert run(js, f"return {inspect}(a)", len) == repr(len)
    within = "{ showProxy: true, depth: 9 }"  # what looks behind proxies sees none of the connection
    assert run(js, f"return {inspect}([a], {within})", Thing()) == "[ Proxy [ PyProxy {}, <thing 1> ] ]"


def test_json_of_an_array(js: Bridge) -> None:
    assert (
        run(js, "return JSON.stringify([a, b, c])", [1], {"a": (1, 2)}, numpy.array([1.5]))
        == '[[1],{"a":[1,2]},[1.5]]'
    )


def test_texts(js: Bridge) -> None:
    assert run(js, "return [String(a), `${a}`]", Thing()) == ["thing", "thing"]
    assert run(js, "return JSON.stringify([a, b])", [1], {"a": (1, 2)}) == '[[1],{"a":[1,2]}]'
    assert run(js, "return a + 1", decimal.Decimal("2.5")) == "2.51"
    assert run(js, "return [+a, a * 2]", decimal.Decimal("2.5")) == [2.5, 5]


def test_a_list_is_an_array(js: Bridge) -> None:
    data = [3, 1, 2]
    assert run(
        js,
        "return [Array.isArray(a), a.length, a[0], a[9] === undefined, a.map((x) => x + 1), [...a], "
        "Array.from(a), a.includes(1),"
        "a.toSorted(), a.slice(1), a.reduce((x, y) => x + y), a.join('-'), a.at(-1), Object.keys(a), "
        "[0].concat(a), Math.max(...a),"
        "a.entries().next().value, 1 in a, 7 in a]",
        data,
    ) == [
        True,
        3,
        3,
        True,
        [4, 2, 3],
        data,
        data,
        True,
        [1, 2, 3],
        [1, 2],
        6,
        "3-1-2",
        2,
        ["0", "1", "2"],
        [0, 3, 1, 2],
        3,
        [0, 3],
        True,
        False,
    ]
    run(js, "a.push(9, 8); a[0] = 7; a.shift(); a.unshift(0)", data)
    assert data == [0, 1, 2, 9, 8]
    run(js, "a.sort(); const [x, ...rest] = a; if (x !== 0 || rest.length !== 4) throw x", data)
    assert run(js, "return a[1][0]", (1, (2, 3))) == 2
    with pytest.raises(TypeError):
        run(js, "a[0] = 1", (1, 2))


def test_a_dict_is_like_a_map_and_has_keys(js: Bridge) -> None:
    data: dict[Any, Any] = {"a": 1, "name": "n", 3: 4}
    assert run(
        js,
        "return [a.a, a['name'], a.size, a.has(3), a.get(3), a.nope === undefined, [...a].length, "
        "Object.keys(a)]",
        data,
    ) == [
        1,
        "n",
        3,
        True,
        4,
        True,
        3,
        ["3", "a", "name"],
    ]
    run(
        js,
        "a.b = 2; a.set('c', [3]); a.delete('a'); delete a.name; const {b: bb} = a; if (bb !== 2) throw bb",
        data,
    )
    assert data == {3: 4, "b": 2, "c": [3]}
    seen: list[Any] = []
    run(
        js,
        "a.forEach((v, k) => b(k, v)); for (const [k, v] of new Map(a)) b(k, v)",
        {"x": 1},
        lambda *kv: seen.append(kv),
    )
    assert seen == [("x", 1), ("x", 1)]
    assert run(js, "return { ...a }", {"x": 1, "y": 2}) == {"x": 1, "y": 2}


def test_what_lives_in_python_is_not_frozen(js: Bridge) -> None:
    for value in ({"a": 1}, [1], (), Thing()):
        for how in ("freeze", "seal", "preventExtensions"):
            assert run(
                js, f"try {{ Object.{how}(a) }} catch (e) {{ return [e.name, e.message] }}", value
            ) == [
                "TypeError",
                "a Python object cannot be frozen or sealed, since it lives in Python: "
                "(py->js x), $py.toJs(x) copies it",
            ]
    assert run(js, "return Object.isFrozen(Object.freeze($py.toJs(a)))", {"a": 1}) is True


def test_sets(js: Bridge) -> None:
    data = {1, 2}
    assert run(js, "a.add(3); a.delete(1); return [a.size, a.has(3), [...a], new Set(a).size]", data) == [
        2,
        True,
        [2, 3],
        2,
    ]


def test_iteration_is_lazy(js: Bridge) -> None:
    made: list[int] = []

    def generate() -> Iterator[int]:
        for i in range(1000):
            made.append(i)
            yield i

    generator = generate()
    assert run(
        js, "const out = []; for (const x of a) { out.push(x); if (x === 4) break } return out", generator
    ) == [0, 1, 2, 3, 4]
    assert len(made) == 5
    assert next(generator, "closed") == "closed"  # by leaving the loop, as JavaScript's own
    assert run(js, "let s = 0; for (const x of a) s += x; return s", range(100_000)) == sum(range(100_000))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, 126, 127, 700, 5000])
def test_lists_of_what_crosses_in_different_ways_come_whole(js: Bridge, count: int) -> None:
    odd = [None, 2**70, float("nan"), float("inf"), object(), b"ab", "text", [1], True, -0.0, 2**53 - 1]
    for step in (1, 9, 101):
        items = [odd[at // step % len(odd)] if at % step == 0 else at for at in range(count)]
        for sequence in (items, tuple(items)):
            back = run(js, "const out = []; for (const x of a) out.push(x); return out", sequence)
            assert list(map(repr, back)) == list(map(repr, items))
    assert run(js, "return [...a]", range(2**70, 2**70 + count)) == list(range(2**70, 2**70 + count))
    assert run(js, "const [x, y] = a; return x + y", iter([1, 2, 3])) == 3


def test_generator_protocol(js: Bridge) -> None:
    def generate() -> Any:
        got = yield 1
        try:
            yield got
        except ValueError:
            yield "caught"
        return "end"

    assert run(
        js,
        "const o = ops(a); return [o.send(a, null), o.send(a, 5), o.throw(a, b), o.send(a, null), o.kind(a)]",
        generate(),
        ValueError(),
    ) == [[False, 1], [False, 5], [False, "caught"], [True, "end"], "iterator"]


async def test_async_iterators_and_awaitables(js: Bridge) -> None:
    async def count() -> AsyncIterator[int]:
        for i in range(3):
            await asyncio.sleep(0)
            yield i

    async def value(x: int) -> int:
        await asyncio.sleep(0)
        return x

    collect = js.eval("async (a) => { const out = []; for await (const x of a) out.push(x); return out }")
    assert await js.call_async(collect, count()) == [0, 1, 2]
    twice = js.eval("async (a) => { const c = a(7); return [await c, await c] }")
    assert await js.call_async(twice, value) == [7, 7]
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    future.set_result(3)
    assert await js.call_async(js.eval("async (a) => (await a) + 1"), future) == 4

    async def fails() -> None:
        raise KeyError("k")

    with pytest.raises(KeyError):
        await js.call_async(js.eval("async (f) => { await f() }"), fails)


def test_context_managers(js: Bridge) -> None:
    log: list[str] = []

    @contextlib.contextmanager
    def manager() -> Iterator[str]:
        log.append("in")
        try:
            yield "value"
        except ValueError:
            log.append("error")
        finally:
            log.append("out")

    assert run(js, "const v = ops(a).enter(a); ops(a).exit(a); return v", manager()) == "value"
    assert run(js, "ops(a).enter(a); return ops(a).exit(a, b)", manager(), ValueError()) is True
    assert log == ["in", "out", "in", "error", "out"]
    file = open(__file__)  # noqa: SIM115
    assert run(js, "{ using f = a } return a.closed", file) is True


def test_operators_of_arrays(js: Bridge) -> None:
    array = numpy.array([1, 2, 3])
    assert run(js, "return ops(a).binary('mul', a, 2)", array).tolist() == [2, 4, 6]
    assert run(js, "return ops(a).binary('sub', 10, a)", array).tolist() == [9, 8, 7]
    assert run(js, "return ops(a).binary('gt', a, 1)", array).tolist() == [False, True, True]
    assert run(
        js,
        "return [ops(a).equals(a, b), ops(a).equals(a, 1), ops(a).len(a), ops(a).kind(a), "
        "ops(a).typeName(a)]",
        array,
        array.copy(),
    ) == [
        True,
        False,
        3,
        "object",
        "ndarray",
    ]
    assert run(js, "return ops(a).unary('neg', a)", array).tolist() == [-1, -2, -3]
    assert run(js, "return ops(a).kind(a)", numpy) == "module"
    grid = numpy.arange(6).reshape(2, 3)
    assert run(js, "return ops(a).getitem(a, $py.tuple([1, 2]))", grid) == 5
    assert run(js, "return ops(a).getitem(a, $py.slice(1, 3))", array).tolist() == [2, 3]
    assert run(
        js, "return ops(a).getitem(a, $py.tuple([$py.slice(null, null, null), 0]))", grid
    ).tolist() == [0, 3]


class Grid:
    """What answers operators with what it was asked."""

    def __mul__(self, other: Any) -> Any:
        return ("mul", other)

    def __rsub__(self, other: Any) -> Any:
        return ("rsub", other)

    def __gt__(self, other: Any) -> Any:
        return ("gt", other)

    def __neg__(self) -> Any:
        return ("neg",)

    def __getitem__(self, key: Any) -> Any:
        return ("item", key)


def test_operators(js: Bridge) -> None:
    grid = Grid()
    assert run(js, "return ops(a).binary('mul', a, 2)", grid) == ("mul", 2)
    assert run(js, "return ops(a).binary('sub', 10, a)", grid) == ("rsub", 10)
    assert run(js, "return ops(a).binary('gt', a, 1)", grid) == ("gt", 1)
    assert run(js, "return ops(a).unary('neg', a)", grid) == ("neg",)
    assert run(
        js,
        "return [ops(a).equals(a, b), ops(a).equals(a, 1), ops(a).len(a), ops(c).kind(c), "
        "ops(c).typeName(c)]",
        collections.deque([1, 2, 3]),
        collections.deque([1, 2, 3]),
        grid,
    ) == [True, False, 3, "object", "Grid"]
    assert run(js, "return ops(a).truth(a)", []) is False
    assert run(js, "return ops(a).getitem(a, $py.tuple([1, 2]))", grid) == ("item", (1, 2))
    assert run(js, "return ops(a).getitem(a, $py.slice(1, 3))", [1, 2, 3, 4]) == [2, 3]
    assert run(js, "return ops(a).getitem(a, $py.tuple([$py.slice(null, null, null), 0]))", grid) == (
        "item",
        (slice(None, None, None), 0),
    )
    table = {"k": 1}
    run(js, "ops(a).setitem(a, 'x', 2); ops(a).delitem(a, 'k')", table)
    assert table == {"x": 2}
    assert run(
        js, "return [ops(a).contains(a, 'x'), ops(a).repr(a), ops(a).str(a), ops(a).kind(a)]", table
    ) == [
        True,
        "{'x': 2}",
        "{'x': 2}",
        "dict",
    ]
    kinds = [[], (), {}, set(), iter([]), len, decimal, int, Thing()]
    assert run(js, "return a.map((x) => ops(x).kind(x))", kinds) == [
        "list",
        "tuple",
        "dict",
        "set",
        "iterator",
        "callable",
        "module",
        "class",
        "object",
    ]


def test_instanceof(js: Bridge) -> None:
    assert run(js, "return [a instanceof b, a instanceof c, 5 instanceof b]", Thing(), Thing, int) == [
        True,
        False,
        False,
    ]

    def fail() -> None:
        raise KeyError("x")

    assert run(
        js,
        "try { a() } catch (e) { return [e instanceof b, e instanceof c, e instanceof Error] }",
        fail,
        LookupError,
        ValueError,
    ) == [
        True,
        False,
        True,
    ]


def test_make_and_copy(js: Bridge) -> None:
    assert run(
        js, "const l = $py.fromJs([1, {a: [2]}]); return [Array.isArray(l), l === a(l)]", lambda x: x
    ) == [True, True]
    made = run(js, "return $py.fromJs([1, {a: [2]}])")
    assert made == [1, {"a": [2]}]
    assert run(js, "return $py.tuple([1, 2])") == (1, 2)
    assert run(js, "const l = [1]; a($py.byRef(l)); return l", lambda x: x.append(2)) == [1, 2]
    run(js, "$py.exec('zzz_bridge = [1]')")
    assert run(js, "const z = $py.eval('zzz_bridge'); z.append(2); return $py.eval('len(zzz_bridge)')") == 2


def test_structured_clone_is_refused(js: Bridge) -> None:
    with pytest.raises(JSError, match="could not be cloned"):
        run(js, "structuredClone(a)", [])


def test_functions_are_functions(js: Bridge) -> None:
    assert run(
        js,
        "return [typeof a, a.call(null, 'x'), a.apply(null, ['ab']), a.bind(null, 'abc')(), "
        "['q'].map((x) => a(x))]",
        len,
    ) == [
        "function",
        1,
        2,
        3,
        [1],
    ]
    assert run(js, "return a.__name__", len) == "len"


def test_chain_helpers(js: Bridge) -> None:
    assert run(js, "return $py.get($py('os'), ['path', 'sep'])") == "/"
    assert run(js, "return $py.call({ m: { f: (x) => x + 1 } }, ['m', 'f'], [1])") == 2
    with pytest.raises(AttributeError, match="nope"):
        run(js, "$py.call($py('os'), ['nope'], [])")
    with pytest.raises(ModuleNotFoundError):
        run(js, "$py('no_such_module_anywhere')")


def test_items_before_an_exception_come_first(js: Bridge) -> None:
    """An iteration fetches ahead, in batches; what is raised there is raised where it stands."""

    class Numbers:
        def __iter__(self) -> Iterator[int]:
            yield from range(6)
            raise ValueError("the end")

        def __len__(self) -> int:
            return 9

    look = js.eval(
        "(xs) => { const seen = []; try { for (const x of xs) seen.push(x); } "
        "catch (e) { seen.push(e.message); } return seen; }"
    )
    assert look(Numbers()) == [0, 1, 2, 3, 4, 5, "the end"]
    with pytest.raises(ValueError, match="the end"):
        js.eval("(xs) => [...xs]")(Numbers())
