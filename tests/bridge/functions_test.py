"""Functions of one language in the other's hands: bound as methods, looked at, wrapped, awaited, curried."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import inspect
import typing
from typing import Any

import anyio
import pytest
from polyrepl.bridge import Bridge

# ---- JavaScript's functions in Python


def test_on_a_class_it_binds_as_python_s_do(js: Bridge) -> None:
    pair = js.eval("(self, x) => [self, x]")

    class Box:
        m = pair
        s = staticmethod(pair)
        c = classmethod(pair)
        p = property(js.eval("(self) => self.v"))
        partial = functools.partialmethod(pair, 5)
        part = js.eval("(class Part { constructor(x) { this.x = x } })")
        push = js.eval("globalThis.items = [1]; $py.byRef(items)".replace("$py", PY)).push
        v = 7

    box = Box()
    assert box.m(5) == [box, 5]
    assert box.m.__self__ is box
    assert box.m.__func__ is Box.m is pair
    assert Box.m(1, 2) == [1, 2]
    assert box.s(1, 2) == [1, 2]
    assert box.c(3) == [Box, 3]
    assert box.p == 7
    assert box.partial() == [box, 5]
    assert box.part is Box.part  # a class is no method
    assert box.part.new(1).x == 1
    assert box.push(2) == 2  # it has its object already
    box.mine = pair
    assert box.mine(1, 2) == [1, 2]  # on the instance nothing binds
    assert box.m(x=5) == [box, 5]


PY = 'globalThis[Symbol.for("polyrepl.$py")]'


def test_this_is_not_set(js: Bridge) -> None:
    class Box:
        m = js.eval("(function () { 'use strict'; return [this === undefined, arguments.length] })")

    assert Box().m(1) == [True, 2]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a, b = 5, c = 'x', d = [1], e = true, ...f) => a", "(a, b=5, c='x', d=[1], e=True, *f)"),
        ("function f({ a, b }, c) {}", "(arg0, c)"),
        ('function f(a = g(1, ")"), b /* , */) {}', '(a=g(1, ")"), b=undefined)'),
        ("class A { constructor(x, y = 2) {} }", "(x, y=2)"),
        ("class A {}", "(*args)"),
        (
            "(from, item_id, item__id, __a__, class$, a____b, valid$q) => 0",
            "(from_, item_id, arg2, __a__, class_, a__b, arg6)",
        ),
        ("Math.max", "(arg0, arg1, *args)"),
        ("({ async *'m('(x) {} })['m(']", "(x)"),
        ("(x, y) => {\n  if (y === undefined) y = 5;\n  return y;\n}", "(x, y=5)"),  # as the Lisp writes it
    ],
)
def test_signature(js: Bridge, source: str, text: str) -> None:
    assert str(inspect.signature(js.eval(f"({source})"))) == text


def test_keywords_by_either_spelling(js: Bridge) -> None:
    f = js.eval("(item__id, from, b = 3) => [item__id, from, b]")
    assert f(item_id=1, from_=2) == [1, 2, 3]
    assert f(item__id=1, **{"from": 2}) == [1, 2, 3]
    assert f(1, b=5, from_=2) == [1, 2, 5]


def test_keywords_of_the_rest_fill_no_defaults(js: Bridge) -> None:
    function = js.eval("(a, b = 2, ...rest) => [a, b, ...rest]")
    assert function(1, c=5) == [1, 2, "c", 5]
    assert function(1, 3, c=5) == [1, 3, "c", 5]
    assert function(a=1, c=5) == [1, 2, "c", 5]
    assert js.eval("(a, ...rest) => [a, ...rest]")(c=5) == ["c", 5]  # as the Lisp calls it


def test_a_default_that_is_an_expression_can_be_passed(js: Bridge) -> None:
    f = js.eval("(x, y = x * 2) => [x, y]")
    bound = inspect.signature(f).bind(4)
    bound.apply_defaults()
    assert f(*bound.args) == [4, 8]


@pytest.mark.parametrize(
    ("source", "doc"),
    [
        ("(function f(a) { /** What it does. */ return a })", "What it does."),
        (
            "(a, b = 1) => {\n  /** One.\n   *\n   *   Two *\\/ **.\n   */\n  return a }",
            "One.\n\n  Two */ **.",
        ),
        ("async function* f({ a }) {\n  /** It. */\n  if (a === undefined) a = 1;\n}; f", "It."),
        ("(a) => a", None),
        ("(a) => { /* no */ return '/** no */' }", None),
        ("(a) => { return 1; /** late */ }", None),
        ("Math.max", None),
    ],
)
def test_the_first_comment_of_a_function_is_its_docstring(js: Bridge, source: str, doc: str | None) -> None:
    function = js.eval(source)
    assert function.__doc__ == doc and inspect.getdoc(function) == (doc and inspect.cleandoc(doc))
    function.__doc__ = "of Python's"
    assert function.__doc__ == "of Python's"


def test_wraps_in_both_directions(js: Bridge) -> None:
    def plain(a: int, b: int = 1) -> int:
        """What it does."""
        return a + b

    plain.mark = 5  # type: ignore[attr-defined]
    outer = js.eval("(...args) => args.length")
    wrapped: Any = functools.wraps(plain)(outer)
    assert wrapped is outer
    assert (wrapped.__name__, wrapped.__doc__) == ("plain", "What it does.")
    assert wrapped.__qualname__ == plain.__qualname__
    assert wrapped.__module__ == __name__
    assert wrapped.__wrapped__ is plain
    assert wrapped.mark == 5
    assert inspect.signature(wrapped) == inspect.signature(plain)
    assert wrapped(1, 2) == 2
    del wrapped.__wrapped__
    with pytest.raises(AttributeError):
        _ = wrapped.__wrapped__

    inner = js.eval("(function named(x, y = 2) { return x })")

    @functools.wraps(inner)
    def around(*args: Any) -> Any:
        return inner(*args)

    assert (around.__name__, around.__qualname__) == ("named", "named")
    assert str(inspect.signature(around)) == "(x, y=2)"
    assert typing.get_type_hints(inner) == {}


def test_what_python_leaves_on_a_function_stays(js: Bridge) -> None:
    def plain(a, b=1): ...  # type: ignore[no-untyped-def]

    keep = js.eval(
        """(wraps, ask) => { const f = wraps((...rest) => 1); ask();
        return [f, f.__name__, f.__wrapped__ !== undefined] }"""
    )
    made, name, wrapped = keep(functools.wraps(plain), gc.collect)
    assert (name, wrapped) == ("plain", True)
    assert made.__wrapped__ is plain
    assert str(inspect.signature(made)) == "(a, b=1)"
    kept = made.__dict__
    ask = js.eval("(f, g) => { globalThis.kept = f; }")
    ask(made)
    del made
    gc.collect()
    js.eval("1")
    assert js.eval("kept").__dict__ is kept
    frozen = js.eval("Object.freeze((x) => x)")
    assert functools.wraps(plain)(frozen).__name__ == "plain"


def test_kinds_of_functions(js: Bridge) -> None:
    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    for source, expected in (
        ("async (x) => x", (True, False, False)),
        ("async function f(x) {}", (True, False, False)),
        ("function* f() {}", (False, True, False)),
        ("async function* f() {}", (False, False, True)),
        ("(x) => x", (False, False, False)),
        ("class A {}", (False, False, False)),
    ):
        function = js.eval(f"({source})")
        assert tuple(kind(function) for kind in kinds) == expected, source
        partial = functools.partial(function)
        assert tuple(kind(partial) for kind in kinds) == expected, source
    assert asyncio.iscoroutinefunction(js.eval("async () => 1"))

    class Box:
        later = js.eval("async (self) => self.v")
        v = 3

    assert inspect.iscoroutinefunction(Box().later)
    assert asyncio.run(Box().later()) == 3


def test_every_name_of_a_function_can_be_read(js: Bridge) -> None:
    for source in ("(x) => x", "function f(x) { return x }", "async () => 1", "class A { static m() {} }"):
        function = js.eval(f"({source})")
        assert {name for name, _ in inspect.getmembers(function)} >= {"name", "length", "bind"}


def test_a_promise_is_a_coroutine_to_asyncio(js: Bridge) -> None:
    later = js.eval("async (x) => { await new Promise((ok) => setTimeout(ok, 1)); return x + 1 }")
    failing = js.eval("async () => { throw new RangeError('no') }")

    async def main() -> Any:
        made = await asyncio.create_task(later(1))
        promise = later(10)
        twice = await asyncio.gather(asyncio.create_task(promise), asyncio.create_task(promise))
        both = await asyncio.gather(later(2), asyncio.ensure_future(later(3)), later(4))
        async with asyncio.TaskGroup() as group:
            grouped = group.create_task(later(5))
        waited = await asyncio.wait_for(later(6), 60)
        failed = await asyncio.gather(failing(), return_exceptions=True)
        again = await promise
        return made, twice, both, grouped.result(), waited, failed[0].name, again

    assert asyncio.run(main()) == (2, [11, 11], [3, 4, 5], 6, 7, "RangeError", 11)
    assert asyncio.run(later(1)) == 2
    assert anyio.run(later, 2) == 3

    async def cancelled() -> str:
        task = asyncio.create_task(js.eval("new Promise(() => {})"))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return repr(task)
        return "went on"

    assert "cancelled" in asyncio.run(cancelled())


def test_what_is_awaited_lives_until_then(js: Bridge) -> None:
    class Wait:
        def __init__(self) -> None:
            self.waiting = js.eval("(async () => 5)()").__await__()  # nobody else has the promise

        def __await__(self) -> Any:
            return self.waiting

    async def main() -> Any:
        wait = Wait()
        gc.collect()
        js.eval("1")  # whose frame would give the promise back
        return await wait

    assert asyncio.run(main()) == 5


def test_only_promises_are_coroutines(js: Bridge) -> None:
    thenable = js.eval("new (class { then(ok) { ok(5) } send(x) { return x + 1 } })()")
    assert thenable.send(1) == 2  # a method of its own


def test_a_javascript_class_is_no_base(js: Bridge) -> None:
    parent = js.eval("(class Parent {})")
    with pytest.raises(TypeError, match="the JavaScript class Parent cannot be the base of a Python class"):

        class Child(parent):  # type: ignore[misc]
            pass


# ---- Python's functions in JavaScript


def test_name_and_length(js: Bridge) -> None:
    about = js.eval("(f) => [f.name, f.length]")

    def three(a: int, b: int, c: int = 1, *rest: int, key: int) -> None: ...

    class Box:
        def __init__(self, x: int) -> None: ...
        def two(self, a: int, b: int) -> None: ...
        def __call__(self, a: int) -> None: ...

    assert about(three) == ["three", 2]
    assert about(Box) == ["Box", 1]
    assert about(Box(1).two) == ["two", 2]
    assert about(Box(1)) == ["", 1]
    assert about(functools.partial(three, 1)) == ["", 1]
    assert about(len) == ["len", 1]
    assert about(max) == ["max", 0]
    assert about(lambda *rest: 0) == ["<lambda>", 0]

    class Named:
        name, length = "own", 9

        def __call__(self) -> None: ...

    assert about(Named()) == ["own", 9]


def test_currying_by_length(js: Bridge) -> None:
    curry = js.eval(
        "(f) => function c(...a) { return a.length >= f.length ? f(...a) : (...b) => c(...a, ...b) }"
    )
    assert curry(lambda a, b, c: [a, b, c])(1)(2)(3) == [1, 2, 3]


def test_classes_of_javascripts_own_do_not_bind(js: Bridge) -> None:
    names = ["Map", "Set", "Date", "Error", "Promise", "Array", "Object", "String", "URL", "Uint8Array"]
    kinds = {name: js.eval(name) for name in names}
    holder = type("Holder", (), kinds)()
    assert all(getattr(holder, name) is kinds[name] for name in names)
    assert holder.URL.new("http://a/").host == "a"
    # Functions do, whether they have a prototype or not, also those that are frozen.
    for source in (
        "(self, x) => x",
        "(function (self, x) { return x })",
        "Object.freeze(function (self, x) { return x })",
        "(function (self, x) { return x }).bind(null)",
    ):
        assert type("Holder", (), {"method": js.eval(source)})().method(5) == 5


MANAGED = """%s (x, log) {
  try { yield 2 * x; log.append('done') }
  catch (e) { log.append(e.name); if (x < 0) throw e }
  finally { log.append('left') }
}"""


def test_contextlib_takes_generators_of_javascript(js: Bridge) -> None:
    managed = contextlib.contextmanager(js.eval(f"({MANAGED % 'function*'})"))
    log: list[str] = []
    with managed(2, log) as value:
        assert value == 4
    with managed(1, log):
        raise ValueError("swallowed")
    error = KeyError("on")
    with pytest.raises(KeyError) as raised, managed(-1, log):
        raise error
    assert raised.value is error
    assert log == ["done", "left", "ValueError", "left", "KeyError", "left"]


def test_contextlib_takes_async_generators_of_javascript(js: Bridge) -> None:
    managed = contextlib.asynccontextmanager(js.eval(f"({MANAGED % 'async function*'})"))
    log: list[str] = []
    error = KeyError("on")

    async def main() -> None:
        async with managed(2, log) as value:
            assert value == 4
        async with managed(1, log):
            raise ValueError("swallowed")
        with pytest.raises(KeyError) as raised:
            async with managed(-1, log):
                raise error
        assert raised.value is error

    asyncio.run(main())
    assert log == ["done", "left", "ValueError", "left", "KeyError", "left"]


def test_what_a_generator_is_thrown(js: Bridge) -> None:
    """An exception, a class, or a class and what it is made of, as Python's own."""
    told = "catch (error) { e = `${error.name} ${error.message}` }"
    make = js.eval(f"(function* () {{ for (let e; ; ) try {{ yield e }} {told} }})")
    generator = make()
    assert next(generator) is None
    assert generator.throw(ValueError("a")) == "ValueError a"
    assert generator.throw(ValueError) == "ValueError "
    assert generator.throw(ValueError, "b") == "ValueError b"
    assert generator.throw(ValueError, ValueError("c"), None) == "ValueError c"
    assert generator.throw(OSError, (2, "d")) == "FileNotFoundError [Errno 2] d"
