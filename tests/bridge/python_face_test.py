"""What Python programs write: source that awaits, require, globalThis, groups of errors, keyword arguments,
and whose names a Python function finds that JavaScript calls."""

from __future__ import annotations

import asyncio
import collections
import pickle
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError, JSErrorGroup, JSExit, WouldBlock

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("await 5", 5),
        ("await Promise.resolve([1, {a: 2}])", [1, {"a": 2}]),
        ("const { join } = await import('node:path'); join('a', 'b')", "a/b"),
        ("let awaited = await 3\nawaited + 1", 4),
        ("await 1; 'import(1)' + `import(2)` // import(3)", "import(1)import(2)"),
        ("await 1; 10n ** 30n", 10**30),
        ("await null", None),
        ("await 1; 'a' < 'b'", True),
        ("for await (const x of [1, 2]) x", 2),
        ("async () => await 5", ...),
        # To a script these call, or look into, something of the name `await`.
        ("await (async () => 6)()", 6),
        ("const called = await (Promise.resolve(8)); called", 8),
        ("await [1, 2]", [1, 2]),
        ("for (const x of await [1, 2]) x", 2),
        ("[await (Promise.resolve(3))]", [3]),
        ("await `x`", "x"),
        ("await -1", -1),
        ("if (await (Promise.resolve(true))) 'yes'", "yes"),
        ("(async () => { with ({ a: 1 }) await (0) }).name", ""),
    ],
)
def test_source_that_awaits(js: Bridge, source: str, value: Any) -> None:
    for result in (js.eval(source), asyncio.run(js.eval_async(source))):
        assert callable(result) if value is ... else result == value


def test_await_may_be_a_name(js: Bridge) -> None:
    assert js.eval("typeof await") == "undefined"
    assert js.eval("(function () { var await = 5; return await + 1 })()") == 6
    assert js.eval("'await (1)' + `await (2)` // await (3)") == "await (1)await (2)"
    with pytest.raises(JSError, match="SyntaxError"):
        js.eval("await (1")


def test_what_source_that_awaits_declares_is_global(js: Bridge) -> None:
    js.eval("const kept = await 6")
    assert js.eval("kept + 1") == 7
    function = js.eval("await null; function twice(x) { return 2 * x }; twice")
    assert function(4) == 8
    assert js.eval("twice") is function


def test_source_that_awaits_fails_as_any(js: Bridge) -> None:
    with pytest.raises(JSError, match="RangeError: no"):
        js.eval("await Promise.reject(new RangeError('no'))")
    with pytest.raises(JSError) as thrown:
        js.eval("await 1; throw 5")
    assert thrown.value.value == 5
    with pytest.raises(JSError, match="SyntaxError"):
        js.eval("await )")
    with pytest.raises(ZeroDivisionError):
        js.eval("f => globalThis.fail = f")(lambda: 1 // 0)
        js.eval("await 1; fail()")
    # What has run is not run again.
    with pytest.raises(JSError, match="SyntaxError"):
        js.eval("globalThis.runs = (globalThis.runs ?? 0) + 1; JSON.parse('x'); async () => await 1")
    assert js.eval("runs") == 1


def test_source_that_awaits_is_not_waited_for_where_it_could_not_end(js: Bridge) -> None:
    async def main() -> None:
        with pytest.raises(WouldBlock, match="eval_async"):
            js.eval("globalThis.ran = await 7")

    asyncio.run(main())
    with pytest.raises(WouldBlock):
        js.eval("f => f()")(lambda: js.eval("globalThis.ran = await 7"))
    assert js.eval("typeof ran") == "undefined"


def test_require_and_global_this(js: Bridge, tmp_path: Any) -> None:
    (tmp_path / "data.json").write_text('{"a": [1]}')
    (tmp_path / "common.cjs").write_text("exports.two = () => 2; exports.here = __dirname")
    assert js.require("node:path").join("a", "b") == "a/b"
    assert js.require(tmp_path / "data.json").a == [1]
    common = js.require(tmp_path / "common.cjs")
    assert (common.two(), common.here) == (2, str(tmp_path))
    inner = []
    js.eval("f => f()")(lambda: inner.append(js.require(tmp_path / "common.cjs")))
    assert inner[0] is common
    with pytest.raises(JSError, match="Cannot find module"):
        js.require("./no-such-file.js")
    assert js.globalThis.Math.max(1, 2) == 2
    js.globalThis.set_from_python = 4
    assert js.eval("set_from_python") == 4
    assert js.eval("(x) => x === globalThis")(js.globalThis) is True


ASKS = "Object.assign(new Error('m', {cause: new Error('why')}), {[Symbol.for('polyrepl.exit')]: %s})"


@pytest.mark.parametrize(("code", "meant"), [("3", 3), ("'said'", "said")])
def test_an_error_that_asks_for_the_end_is_a_system_exit(js: Bridge, code: str, meant: object) -> None:
    js.eval(f"globalThis.asks = {ASKS % code}; function goes() {{ throw asks }}")

    async def leaves() -> None:
        js.globalThis.goes()

    begun: list[asyncio.Task[None]] = []

    async def main() -> None:
        begun.append(asyncio.create_task(leaves()))
        await asyncio.Event().wait()

    with pytest.raises(SystemExit) as raised:
        asyncio.run(main())
    error = raised.value
    assert error is begun[0].exception() and isinstance(error, JSError) and isinstance(error, JSExit)
    assert (error.code, str(error), str(error.__cause__)) == (meant, "Error: m", "Error: why")
    assert pickle.loads(pickle.dumps(error)).code == meant
    # Home again it is the same, and who awaits it in JavaScript hears of it.
    assert js.eval("f => { try { f() } catch (e) { return e === asks } }")(lambda: _raise(error)) is True
    heard = js.eval("async f => { try { await f() } catch (e) { return e === asks } }")

    async def awaited() -> Any:
        return await heard(leaves)

    assert asyncio.run(awaited()) is True


BOTH = "new AggregateError([new TypeError('a'), new RangeError('b')], 'both', {cause: new Error('why')})"


def test_an_aggregate_error_is_a_group(js: Bridge) -> None:
    with pytest.raises(JSError) as raised:
        js.eval(f"{{ throw globalThis.both = {BOTH} }}")
    error = raised.value
    assert str(error) == "AggregateError: both"
    assert isinstance(error, ExceptionGroup) and isinstance(error, JSErrorGroup)
    assert [str(each) for each in error.exceptions] == ["TypeError: a", "RangeError: b"]
    assert (error.name, error.message, "both" in error.stack) == ("AggregateError", "both", True)
    assert str(error.__cause__) == "Error: why"
    # Home again it is the same.
    assert js.eval("f => { try { f() } catch (e) { return e === both } }")(lambda: _raise(error)) is True
    matched, rest = error.split(lambda each: getattr(each, "name", "") == "TypeError")
    assert matched is not None and rest is not None
    assert [str(each) for each in rest.exceptions] == ["RangeError: b"]
    seen = []
    try:
        asyncio.run(js.eval_async("Promise.any([Promise.reject(new TypeError('a')), fails()])"))
    except JSError as other:
        assert not isinstance(other, ExceptionGroup)  # a ReferenceError
    try:
        asyncio.run(js.eval_async("Promise.any([1, 2].map(async (n) => { throw new Error(n) }))"))
    except* JSError as group:
        seen = [str(each) for each in group.exceptions]
    assert seen == ["Error: 1", "Error: 2"]


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("errors", ["", "5", "new Error('x'), 5", "null", "{}"])
def test_one_without_errors_is_none(js: Bridge, errors: str) -> None:
    with pytest.raises(JSError) as raised:
        js.eval(f"{{ throw new AggregateError([{errors}], 'm') }}")
    assert type(raised.value) is JSError
    assert raised.value.message == "m"


def test_groups_in_groups_end(js: Bridge) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        js.eval("{ const e = new AggregateError([new Error('z')], 'itself'); e.errors.push(e, e); throw e }")
    assert str(raised.value.exceptions[0]) == "Error: z"
    python = js.eval(
        "(f) => { try { f() } catch (e) { throw new AggregateError([e, new Error('y')], 'p') } }"
    )
    with pytest.raises(ExceptionGroup) as raised:
        python(lambda: _raise(KeyError("mine")))
    assert isinstance(raised.value.exceptions[0], KeyError)
    with pytest.raises(JSError) as alone:  # an interrupt is in no group of exceptions
        python(lambda: _raise(KeyboardInterrupt()))
    assert not isinstance(alone.value, ExceptionGroup)


def test_keyword_arguments_that_name_some_parameters(js: Bridge) -> None:
    f = js.eval("(a, b = 2, c = 3) => [a, b, c]")
    assert f(1, c=5) == [1, 2, 5]
    assert f(c=1, a=2) == [2, 2, 1]
    assert f(b=1) == [None, 1, 3]
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'd': it takes a, b, c"):
        f(1, c=1, d=2)
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        f(1, a=2)
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        f(1, a=2, c=3)
    rest = js.eval("(a, ...rest) => [a, rest]")
    assert rest(a=1, z=2) == [1, ["z", 2]]
    assert rest(1, a=2) == [1, ["a", 2]]
    assert js.eval("(self, root, function_) => [self, root, function_]")(self=1, root=2, function_=3) == [
        1,
        2,
        3,
    ]
    assert f(z=1) == ["z", 1, 3]  # none is named: collected, as Lisp functions do


def test_dir_has_what_programs_use(js: Bridge) -> None:
    names = {name for name in dir(js) if not name.startswith("__")}
    assert {"eval", "require", "globalThis", "import_module", "close"} <= names
    assert not names & {"exchange", "connection", "server", "live", "welcome", "marshal", "loops"}
    assert not any(name.startswith("_") for name in names)
    pages = "".join((DOCS / page).read_text() for page in ("api.md", "bridge.md"))
    assert [name for name in names if not re.search(rf"\.{name}\b", pages)] == []


def test_a_function_finds_the_names_of_main(js: Bridge) -> None:
    names = js.server.namespace
    call = js.eval("(f, ...args) => f(...args)")
    assert call(sys._getframe).f_globals is names
    assert call(collections.namedtuple, "Pair", "x y").__module__ == names["__name__"]
    js.eval("f => globalThis.frameOf = f")(sys._getframe)
    later = js.eval(
        "f => Symbol.for('polyrepl.$py') && globalThis[Symbol.for('polyrepl.$py')].async(f, [], [])"
    )
    assert later(sys._getframe).result().f_globals is names
    assert not [name for name in call(sys._getframe).f_locals if name.isidentifier()]


def test_keyword_arguments_that_a_parameter_takes_apart(js: Bridge) -> None:
    apart = js.eval("(x, {y = 1, z: w, /* { */ v = '}'} = {}, last) => [x, y, w, v, last]")
    assert apart(1, y=5) == [1, 5, None, "}", None]
    assert apart(1, z=2, v=3, last=4) == [1, 1, 2, 3, 4]
    assert apart(x=1) == [1, 1, None, "}", None]
    assert apart(1, {"y": 2}) == [1, 2, None, "}", None]
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'q': it takes x, .*last, y, z, v"):
        apart(1, y=2, q=3)
    assert js.eval("({a, ...others}) => [a, others.b]")(a=1, b=2) == [1, 2]
    assert js.eval("({a}) => a")(a=[1]) == [1]
    assert js.eval("({...all}) => all")(a=1) == {"a": 1}
    assert js.eval("({...all} = {b: 2}) => all")() == {"b": 2}
    assert js.eval("({a} = {}, {b} = {}) => [a, b]")(b=1, a=2) == [2, 1]
    assert js.eval("({a} = {}, {b} = {}) => [a, b]")(b=1) == [None, 1]
    reserved = js.eval("(x, {class: c, 'max-age': m, import: i} = {}, ...rest) => [x, c, m, i, rest]")
    assert reserved(1, class_=2, import_=3, **{"max-age": 4}) == [1, 2, 4, 3, []]
    assert js.eval("({class_: c}) => c")(class_=5) == 5


def test_keyword_arguments_are_the_same_by_every_way_of_calling(js: Bridge) -> None:
    root = js.eval("new (class { k = 5; m(a, b = 2, { c } = {}) { return [this.k, a, b, c] } })()")
    js.globalThis.held = js.eval("({ async f(a, b = 2, { class: c } = {}) { return [a, b, c] } })")
    function = js.eval("held.f")
    for given, kwargs, value in (
        ((), {"a": 1}, [1, 2, None]),
        ((1,), {"b": 5}, [1, 5, None]),
        ((1,), {"class_": 7}, [1, 2, 7]),
        ((1,), {"zz": 7}, [1, "zz", None]),  # none is named: collected
    ):
        assert asyncio.run(js.call_async(function, *given, **kwargs)) == value
        assert js.call(js.globalThis, "held.f", *given, **kwargs).result() == value
        assert function(*given, **kwargs).result() == value
    assert js.call(root, "m", 1, c=7) == root.m(1, c=7) == [5, 1, 2, 7]
    assert js.call(root, "m", a=1) == root.m(a=1) == [5, 1, 2, None]
    with pytest.raises(TypeError, match="unexpected keyword argument 'q'"):
        js.call(root, "m", a=1, q=2)
    with pytest.raises(TypeError, match="unexpected keyword argument 'q'"):
        asyncio.run(js.call_async(function, a=1, q=2))


def test_keyword_arguments_of_classes_and_of_javascripts_own(js: Bridge) -> None:
    point = js.eval("(class Point { constructor(x, y = 2) { this.at = [x, y] } })")
    assert point.new(x=1).at == [1, 2]
    assert point.new(1, y=5).at == [1, 5]
    with pytest.raises(TypeError, match=r"Point\(\) got an unexpected keyword argument 'z': it takes x, y"):
        point.new(x=1, z=3)
    options = js.eval("(class Options { constructor({ size }) { this.size = size } })")
    assert options.new(size=3).size == 3
    with pytest.raises(TypeError, match=r"parseInt\(\) takes no keyword arguments"):
        js.eval("parseInt")(string="7")
    # What a function that is bound, or behind a Proxy, does with them is not known.
    assert js.eval("((...all) => all.length).bind(null)")(a=1) == 2
    assert js.eval("new Proxy((...all) => all.length, {})")(a=1) == 2


def test_messages_of_what_is_no_promise_and_of_classes_without_a_name(js: Bridge) -> None:
    with pytest.raises(TypeError, match="run takes a promise or a coroutine, not int"):
        js.run(5)  # type: ignore[arg-type]
    nameless = js.eval("new (class { x = 1 })")
    with pytest.raises(AttributeError, match='JavaScript Object has no property "y"'):
        print(nameless.y)
    odd = js.eval("Object.defineProperty(new (class Odd {}), 'constructor', { value: { name: 5 } })")
    assert odd.typeof() == "Object"
