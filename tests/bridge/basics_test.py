"""The first whole way: values, calls both ways, exceptions, nesting, chains, output, modules."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError, JsProxy, protocol
from polyrepl.bridge.answers import Later

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


def run(js: Bridge, body: str, *args: Any) -> Any:
    """Call a JavaScript function body with $py and arguments a, b, c."""
    return js.eval(f"(a, b, c) => {{ {PY} {body} }}")(*args)


def test_protocol_pages_say_the_same(js: Bridge) -> None:
    page = js.import_module(str(protocol.__file__).replace("protocol.py", "node/protocol.mjs"))
    assert page.VERSION == protocol.VERSION
    assert page.PREFIX_SIZE == protocol.PREFIX_SIZE == protocol.PREFIX.size
    assert page.MAX_FRAME == protocol.MAX_FRAME
    assert page.CONTROL_SIZE == protocol.CONTROL_SIZE == protocol.CONTROL.size
    assert (page.SORT_BITS, page.SEVERAL) == (protocol.SORT_BITS, protocol.SEVERAL)
    assert page.LAST_REQUEST == protocol.LAST_REQUEST
    for name in [
        "KINDS",
        "FLAGS",
        "OPS",
        "LOOKS",
        "NOTES",
        "TAGS",
        "TRAITS",
        "WORDS",
        "TOPS",
        "GATES",
        "CONTROLS",
    ]:
        assert getattr(page, name) == getattr(protocol, name)
    assert list(protocol.SORTS) == page.SORTS


def test_calls_both_ways_nest_deeply(js: Bridge) -> None:
    down = js.eval("(f, n) => n === 0 ? 0 : 1 + f(n - 1)")

    def up(n: int) -> int:
        return 0 if n == 0 else 1 + down(up, n - 1)

    assert up(300) == 300


def test_python_feels_local(js: Bridge) -> None:
    assert run(js, 'const m = $py("math"); return m.sqrt(16) + m.pi') == 4 + math.pi
    assert run(js, 'return $py.call($py("os.path"), ["join"], ["a", "b"])') == "a/b"
    assert run(js, 'return $py.call($py("os"), ["path", "join"], ["a", "b"])') == "a/b"


def test_keyword_convention(js: Bridge) -> None:
    def f(*args: Any, **kwargs: Any) -> Any:
        return [args, kwargs]

    keyword = "const k = (n) => Object.defineProperty(() => 0, Symbol.for('polyrepl.keyword'), {value: n});"
    assert run(js, keyword + "return a(1, k('x'), 2, k('y'), k('z'))", f) == [(1,), {"x": 2, "y": "z"}]
    assert run(js, keyword + "return a(1, k('last'))", f) == [(1, "last"), {}]
    names = js.eval("(...xs) => xs.map((x) => typeof x === 'function' ? ':' + x : x)")
    assert names(1, a=2) == [1, ":a", 2]


def test_python_exception_is_the_same_object_everywhere(js: Bridge) -> None:
    class Odd(ValueError):
        pass

    error = Odd("seven")

    def fail() -> None:
        raise error

    assert run(js, "try { a() } catch (e) { return [e.name, e.message, e instanceof Error] }", fail) == [
        "Odd",
        "seven",
        True,
    ]
    with pytest.raises(Odd) as caught:
        run(js, "a()", fail)
    assert caught.value is error
    with pytest.raises(Odd) as caught:
        run(js, "a(() => b(() => a2())); function a2() { c() }", lambda f: f(), lambda f: f(), fail)
    assert caught.value is error
    assert run(js, "try { a() } catch (e) { return e.exception }", fail) is error


def test_js_exception_is_the_same_object_at_home(js: Bridge) -> None:
    with pytest.raises(JSError) as caught:
        js.eval("null.x")
    assert caught.value.name == "TypeError"
    assert "null" in caught.value.message
    assert "TypeError" in caught.value.stack
    with pytest.raises(JSError) as caught:
        js.eval("(() => { throw 42 })()")
    assert caught.value.value == 42

    def passes(f: Any) -> None:
        f()

    assert run(
        js, "const e = new RangeError('x'); try { a(() => { throw e }) } catch (x) { return x === e }", passes
    )


def test_the_names_of_python(js: Bridge) -> None:
    """A global hides a builtin; to set one defines it; what neither has is undefined to JavaScript."""
    assert run(js, "return $py.builtins.len('abc')") == 3
    run(js, "$py.exec('def twice_of(x): return 2 * x')")
    assert run(js, "return $py.builtins.twice_of(4)") == 8
    run(js, "$py.builtins.len_of_names = 7")
    assert run(js, "return $py.eval('len_of_names')") == 7
    run(js, "$py.exec('def ascii(x): return \"mine\"')")
    assert run(js, "return $py.builtins.ascii(1)") == "mine"
    run(js, "delete $py.builtins.ascii")
    assert run(js, "return $py.builtins.ascii(1)") == "1"
    assert run(js, "return $py.builtins.nosuch === undefined") is True
    with pytest.raises(AttributeError, match="Python has no name nosuch"):
        run(js, "$py.get($py.builtins, ['nosuch'])")
    assert run(js, "return 'twice_of' in $py.builtins && !('nosuch' in $py.builtins)")


def test_chain_is_one_round_trip(js: Bridge, frames: Any) -> None:
    run(js, "$py.call($py.builtins, ['len'], [''])")
    before = frames()[1]
    run(js, "return $py.call($py.builtins, ['str', 'upper'], ['a'])")
    run(js, "return 1")
    assert frames()[1] - before <= 6


def test_lists_dicts_iterators(js: Bridge) -> None:
    data = [3, 1, 2]
    assert run(js, "return [Array.isArray(a), a.length, a[1], [...a], a.map((x) => x * 2)]", data) == [
        True,
        3,
        1,
        [3, 1, 2],
        [6, 2, 4],
    ]
    run(js, "a.sort(); a[0] = 9", data)
    assert data == [9, 2, 3]
    table = {"a": 1, "get": 2}
    assert run(js, "return [a.a, a.get('a'), a.size, a.has('a'), a.has('q'), [...a]]", table) == [
        1,
        1,
        2,
        True,
        False,
        [["a", 1], ["get", 2]],
    ]
    run(js, "a.b = 5; delete a.a", table)
    assert table == {"get": 2, "b": 5}
    assert run(
        js,
        "const out = []; for (const x of a) { out.push(x); if (out.length === 3) break } return out",
        iter(range(10)),
    ) == [0, 1, 2]
    assert run(js, "return JSON.stringify({a})", [1, {"x": (2, None)}]) == '{"a":[1,{"x":[2,null]}]}'


def test_identity_of_references(js: Bridge) -> None:
    identity = js.eval("(x) => x")
    for thing in ([], {}, set(), object(), len, bytearray(b"x"), (1, 2), type, math):
        assert identity(thing) is thing
    f = js.eval("globalThis.f1 = () => 1")
    assert identity(f) is f
    assert js.eval("(x) => x === globalThis.f1")(f) is True
    assert run(js, "return a === a2(a); function a2(x) { return b(x) }", [1], lambda x: x)


def test_a_missing_attribute_on_a_path_is_pythons_error(js: Bridge) -> None:
    assert run(js, "try { $py.get($py('math'), ['sqtr']) } catch (e) { return e.name }") == "AttributeError"
    assert run(js, "return a.nothing === undefined", {}) is True


async def test_call_async_serves_python_meanwhile(js: Bridge) -> None:
    f = js.eval(
        "async (f, n) => { let s = 0; for (let i = 0; i < n; i++) { s += f(i); await null } return s }"
    )
    assert await js.call_async(f, lambda x: x * 2, 10, form=7) == 90
    slow = js.eval("(f) => new Promise((r) => setTimeout(() => r(f()), 20))")
    assert await asyncio.gather(*[js.call_async(slow, lambda: 1, form=n) for n in range(1, 20)]) == [1] * 19


async def test_async_functions_both_ways(js: Bridge) -> None:
    async def work(x: int) -> int:
        await asyncio.sleep(0.001)
        return x + 1

    f = js.eval(f"(a) => {{ {PY} return (async () => [await a(1), await $py.async(a, [], [2])])() }}")
    assert await js.call_async(f, work) == [2, 3]
    promise = js.eval("(async () => 5)()")
    assert isinstance(promise, JsProxy)
    assert await promise == 5


def test_promise_result_without_a_loop(js: Bridge) -> None:
    assert js.eval("(async () => { await null; return 6 })()").result() == 6


async def test_output_carries_the_form(own: Bridge, printed: Any) -> None:
    f = own.eval("async () => { console.log('one'); await null; console.error('two'); return 3 }")
    assert await own.call_async(f, form=12) == 3
    assert printed == [("stdout", "one\n", 12), ("stderr", "two\n", 12)]


def test_modules(js: Bridge, tmp_path: Any) -> None:
    assert js.import_module("node:path").join("a", "b") == "a/b"
    file = tmp_path / "m.mjs"
    file.write_text("await null; export const x = 5; export default () => x;")
    module = js.import_module(file)
    assert module.x == 5
    assert module.default() == 5
    assert js.eval("require('node:os').EOL") == "\n"
    assert js.eval("import('node:os').then((m) => m.EOL)").result() == "\n"


def test_every_operation_is_there_on_both_sides(js: Bridge) -> None:
    """Only `run` (a call with a form of its own), `hold` and `calls` are Python's to ask, `make`, `column`,
    `chain` and `exit` JavaScript's."""
    conn = js.connection
    assert conn is not None
    for name, number in protocol.OPS.items():
        if name not in ("make", "column", "chain", "exit"):
            with contextlib.suppress(Exception):  # the operands make no sense; the operation is known
                js.exchange.answers.read(conn.request([number, 0, 0, 1 << 40, None, None], []))
            frame = conn.request([number, 0, 0, 1 << 40, None, None], []) if name != "run" else None
            assert frame is None or b"unknown operation" not in frame.head, name
        if name not in ("run", "hold", "calls"):
            try:
                value = js.server.perform([number, 0, 0, 1 << 40, None, None], b"")
                if isinstance(value, Later):
                    value.coroutine.close()
            except Exception as error:
                assert "unknown operation" not in str(error), name
    for number in (0, 99):
        assert b"unknown operation" in conn.request([number, 0, 0], []).head


def test_javascript_has_python_by_name(js: Bridge) -> None:
    assert js.eval("$py('math').sqrt(16)") == 4
    assert js.eval(
        "[$py === globalThis[Symbol.for('polyrepl.$py')], Object.keys(globalThis).includes('$py')]"
    ) == [
        True,
        False,
    ]
