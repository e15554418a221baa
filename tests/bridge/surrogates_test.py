"""Half a character of UTF-16 crosses like any other text: in messages, names, keys and values, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError

HALVES = ["\ud800", "a\udc00b", "\udc00\ud800", "😀\ud83d"]
PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


@pytest.mark.parametrize("half", HALVES, ids=ascii)
def test_messages_and_names_of_errors(js: Bridge, half: str) -> None:
    throws = js.eval("(text) => { throw new RangeError(text) }")
    with pytest.raises(JSError) as caught:
        throws(half)
    assert (caught.value.name, caught.value.message) == ("RangeError", half)
    assert half in caught.value.stack
    assert js.eval("(e) => [e instanceof RangeError, e.message]")(caught.value) == [True, half]
    named = js.eval("(text) => { throw Object.assign(new Error(text), { name: text }) }")
    with pytest.raises(JSError) as caught:
        named(half)
    assert (caught.value.name, caught.value.message) == (half, half)
    thrown = js.eval("(text) => { throw text }")
    with pytest.raises(JSError) as caught:
        thrown(half)
    assert (caught.value.message, caught.value.value) == (half, half)
    caused = js.eval("(text) => { throw new Error('x', { cause: new TypeError(text) }) }")
    with pytest.raises(JSError) as caught:
        caused(half)
    assert str(caught.value.__cause__) == f"TypeError: {half}"


@pytest.mark.parametrize("half", HALVES, ids=ascii)
async def test_python_s_exceptions_through_javascript(js: Bridge, half: str) -> None:
    def raises() -> None:
        raise ValueError(half)

    with pytest.raises(ValueError) as caught:
        js.eval("(f) => f()")(raises)
    assert caught.value.args == (half,)
    assert js.eval("(f) => { try { f() } catch (e) { return [e.name, e.message] } }")(raises) == [
        "ValueError",
        half,
    ]
    with pytest.raises(ValueError) as caught:
        await js.call_async(js.eval(f"async (f) => {{ {PY} await $py.async(f, [], []) }}"), raises)
    assert caught.value.args == (half,)


class Thing:
    pass


@pytest.mark.parametrize("half", HALVES, ids=ascii)
def test_keys_and_attributes(js: Bridge, half: str) -> None:
    # Python asks.
    thing = js.eval("new (class {})()")
    setattr(thing, half, 1)
    assert getattr(thing, half) == 1
    assert half in thing
    assert thing[half] == 1
    assert half in dir(thing)
    delattr(thing, half)
    with pytest.raises(AttributeError) as missing:
        getattr(thing, half)
    assert ascii(half)[1:-1].replace("\\U0001f600", "😀") in str(missing.value).replace("\\\\", "\\")
    counts = js.eval("new Map()")
    counts[half] = 2
    assert counts[half] == 2
    with pytest.raises(KeyError) as absent:
        counts[half + "!"]
    assert absent.value.args == (half + "!",)
    assert js.eval("(k) => ({ [k]: k })")(half) == {half: half}
    assert js.eval("(k) => new Map([[k, new Set([k])]])")(half) == {half: {half}}
    assert js.eval("(o) => o")(half) == half
    assert (
        js.call(js.eval("(k) => new (class { constructor() { this[k] = (x) => x } })()")(half), half, half)
        == half
    )

    # JavaScript asks.
    def run(body: str, *args: Any) -> Any:
        return js.eval(f"(o, k) => {{ {PY} {body} }}")(*args)

    own = Thing()
    assert run("o[k] = 1; return [o[k], k in o, Object.keys(o)]", own, half) == [1, True, [half]]
    assert getattr(own, half) == 1
    assert run("delete o[k]; return k in o", own, half) is False
    table = {half: 1}
    assert run("return [o[k], o.get(k), o.has(k), [...o], $py.toJs(o)]", table, half) == [
        1,
        1,
        True,
        [[half, 1]],
        {half: 1},
    ]
    assert run("return o(...$py.kwargs({ [k]: k }))", lambda **named: named == {half: half}, half) is True
    with pytest.raises(KeyError) as lost:
        run("return $py.builtins.dict().__getitem__(k)", own, half)
    assert lost.value.args == (half,)
