"""A JavaScript object in Python is a proper Python citizen."""

from __future__ import annotations

import collections.abc as abc
import inspect
import threading
from typing import Any

import pandas
import pytest
from polyrepl.bridge import Bridge, JSError


def by_ref(js: Bridge, source: str) -> Any:
    return js.eval(f'globalThis[Symbol.for("polyrepl.$py")].byRef({source})')


def test_attributes_and_items(js: Bridge) -> None:
    thing = js.eval(
        "globalThis.T = class T { x = 1; static s = 2; double() { return this.x * 2 } get three() { "
        "return 3 } }; new T()"
    )
    assert (thing.x, thing.double(), thing.three, thing["x"], "x" in thing) == (1, 2, 3, 1, True)
    thing.x = 5
    thing["y"] = 6
    assert (thing.double(), thing.y) == (10, 6)
    del thing.y
    assert not hasattr(thing, "y")
    assert getattr(thing, "nope", 7) == 7
    with pytest.raises(AttributeError, match="nope"):
        thing.nope  # noqa: B018
    with pytest.raises(KeyError):
        thing["nope"]
    assert {"x", "double", "three"} <= set(dir(thing))
    double = thing.double
    assert double() == 10
    assert double == thing.double
    assert js.eval("(t, f) => t.double === f")(thing, double) is True
    assert js.eval("T").s == 2
    assert js.eval("T").new().x == 1
    assert "T" in repr(thing)
    assert str(js.eval("({ toString: () => 'me', f() {} }).f")).startswith("f()")
    assert thing.typeof() == "T"


OWNERS = {
    "a function": "Object.assign(() => 0, { me() { return this } })",
    "an async function": "Object.assign(async () => 0, { me() { return this } })",
    "a class": "(class { static me() { return this } })",
    "a class's child": "(class extends (class { static me() { return this } }) {})",
    "an instance": "new (class { me() { return this } })()",
    "an object with symbols": "({ [Symbol()]: 1, me() { return this } })",
    "a transpiled module": "Object.defineProperty({ me() { return this } }, '__esModule', { value: true })",
    "a function made by bind": "Object.assign((() => 0).bind(1), { me() { return this } })",
}


@pytest.mark.parametrize("source", OWNERS.values(), ids=OWNERS)
def test_a_method_of_whatever_remembers_its_object(js: Bridge, source: str) -> None:
    owner = js.eval(source)
    assert owner.me() == owner
    method = owner.me
    assert method() == owner  # as Python's own
    assert method == owner.me
    assert js.eval("(o, f) => f === o.me")(owner, method) is True

    class Holder:
        held = owner.me

    assert Holder().held() == owner  # it has its object


def test_what_classes_and_functions_of_javascript_do_with_this(js: Bridge) -> None:
    of = js.globalThis
    assert of.Promise.all([of.Promise.resolve(1), 2]).result() == [1, 2]
    assert of.Array.of(1, 2) == [1, 2]
    assert js.eval("(a, b) => a * 10 + b").call(None, 1, 2) == 12
    assert js.eval("(a, b) => a * 10 + b").bind(None, 1)(2) == 12
    point = js.eval(
        "globalThis.P = class P { static Inner = class Inner {}; static make() { return new this() } }; P"
    )
    assert isinstance(point.make(), point)
    assert isinstance(point.Inner.new(), point.Inner)


def test_arrays(js: Bridge) -> None:
    xs = by_ref(js, "[1, 2, 3]")
    assert (len(xs), xs[0], xs[-1], xs[1:], list(xs), 2 in xs) == (3, 1, 3, [2, 3], [1, 2, 3], True)
    xs.append(4)
    xs.extend([5, 6])
    xs.insert(0, 0)
    xs[1] = 9
    del xs[-1]
    assert xs.to_py() == [0, 9, 2, 3, 4, 5]
    assert list(reversed(xs)) == [5, 4, 3, 2, 9, 0]
    assert (xs.index(9), xs.count(2)) == (1, 1)
    with pytest.raises(IndexError):
        xs[99]
    assert isinstance(xs, abc.MutableSequence)
    assert sum(by_ref(js, "Array.from({ length: 100000 }, (_, i) => i)")) == sum(range(100_000))


def test_maps_and_sets(js: Bridge) -> None:
    m = by_ref(js, "new Map([['a', 1], ['b', 2]])")
    assert (len(m), m["a"], list(m), dict(m), m.get("q", 5), "a" in m) == (
        2,
        1,
        ["a", "b"],
        {"a": 1, "b": 2},
        5,
        True,
    )
    m["c"] = 3
    del m["a"]
    assert sorted(m.items()) == [("b", 2), ("c", 3)]
    with pytest.raises(KeyError):
        m["a"]
    assert isinstance(m, abc.MutableMapping)
    s = by_ref(js, "new Set([1, 2])")
    s.add(3)
    s.discard(1)
    assert (len(s), 3 in s, set(s)) == (2, True, {2, 3})
    assert s & {3, 9} == {3}
    assert isinstance(s, abc.Set)


def test_abilities_are_true(js: Bridge) -> None:
    f, plain, promise, generator = (
        js.eval(x)
        for x in ("(a, ...b) => a", "new (class {})", "Promise.resolve(1)", "(function* () { yield 1 })()")
    )
    assert [isinstance(x, abc.Callable) for x in (f, plain, promise, generator)] == [
        True,
        False,
        False,
        False,
    ]  # type: ignore[arg-type]
    assert [isinstance(x, abc.Iterable) for x in (f, plain, promise, generator)] == [
        False,
        False,
        False,
        True,
    ]
    assert [isinstance(x, abc.Awaitable) for x in (f, plain, promise, generator)] == [
        False,
        False,
        True,
        False,
    ]
    assert str(inspect.signature(f)) == "(a, *b)"
    assert bool(plain) is True
    assert hash(f) == hash(f)
    assert f != plain


def test_generators(js: Bridge) -> None:
    generator = js.eval(
        "(function* () { const x = yield 1; try { yield x } catch (e) { yield e.message } return 'end' })()"
    )
    assert next(generator) == 1
    assert generator.send("sent") == "sent"
    assert generator.throw(js.eval("new Error('thrown')")) == "thrown"
    with pytest.raises(StopIteration) as stop:
        generator.send(None)
    assert stop.value.value == "end"
    endless = js.eval("globalThis.n = 0; (function* () { for (;;) yield n++ })()")
    assert [x for x, _ in zip(endless, range(5), strict=False)] == [0, 1, 2, 3, 4]
    assert js.eval("n") <= 6
    closed = js.eval(
        "globalThis.closed = false; (function* () { try { yield 1; yield 2 } finally { closed = true } })()"
    )
    next(closed)
    closed.close()
    assert js.eval("closed") is True


async def test_async_functions_and_iterators(js: Bridge) -> None:
    f = js.eval("async (x) => { await null; if (x < 0) throw new RangeError('neg'); return x + 1 }")
    assert await f(1) == 2
    with pytest.raises(JSError, match="neg"):
        await f(-1)
    items = js.eval("(async function* () { yield 1; await null; yield 2 })()")
    assert [x async for x in items] == [1, 2]
    assert await js.eval("new (class { then(r) { r(9) } })()") == 9


def test_as_a_column_s_function(js: Bridge) -> None:
    assert pandas.Series([1, 2]).apply(js.eval("(x) => x * 2")).tolist() == [2, 4]


def test_as_key_and_callback(js: Bridge) -> None:
    assert sorted([3, 1, 2], key=js.eval("(x) => -x")) == [3, 2, 1]
    assert list(map(js.eval("(x) => x * 2"), [1, 2])) == [2, 4]


def test_as_thread_target(js: Bridge) -> None:
    box = by_ref(js, "[]")
    thread = threading.Thread(target=js.eval("(box) => { box.push(1) }"), args=(box,))
    thread.start()
    thread.join()
    assert box.to_py() == [1]


def test_context_manager(js: Bridge) -> None:
    thing = js.eval("globalThis.log = []; new (class { [Symbol.dispose]() { log.push('bye') } })()")
    with thing as same:
        assert same is thing
    assert js.eval("log") == ["bye"]


def test_this_and_keywords(js: Bridge) -> None:
    counter = js.eval("new (class { n = 0; inc(by) { this.n += by; return this } })()")
    assert counter.inc(2).inc(3).n == 5
    assert counter.inc(0) is counter
    with_class = js.eval("new (class { class = 1; from = 2 })()")
    assert (with_class.class_, with_class.from_) == (1, 2)


def test_keyword_arguments_that_name_parameters(js: Bridge) -> None:
    two = js.eval("(x, y) => [x, y]")
    assert two(x=1, y=2) == [1, 2]
    assert two(1, y=2) == [1, 2]
    assert two(y=2, x=1) == [1, 2]
    assert two.__name__ == "anonymous"


@pytest.mark.parametrize("fault", ["throw new Error('end')", "yield { get x() { throw new Error('end') } }"])
def test_items_before_an_exception_come_first(js: Bridge, fault: str) -> None:
    """An iteration fetches ahead, in batches; what is thrown there is raised where it stands."""
    numbers = js.eval(
        "new (class { *[Symbol.iterator]() { for (let i = 0; i < 6; i++) yield [i, i]; " + fault + " } })"
    )
    seen = []
    with pytest.raises(JSError, match="end"):
        for item in numbers:
            seen.append(item)  # noqa: PERF402
    assert seen == [[i, i] for i in range(6)]


def test_what_is_no_iterable_and_no_slice(js: Bridge) -> None:
    by_reference = "globalThis[Symbol.for('polyrepl.$py')].byRef"
    got: list[Any] = []
    js.eval(f"(f) => {{ f({by_reference}({{ a: 1 }})); f({by_reference}([1, 2, 3])) }}")(got.append)
    plain, items = got
    assert not isinstance(plain, abc.Iterable)
    with pytest.raises(TypeError, match="not iterable"):
        iter(plain)
    with pytest.raises(TypeError, match="splice"):
        items[0:1] = [5]
    with pytest.raises(TypeError, match="splice"):
        del items[0:1]


def test_the_value_that_a_generator_returns(js: Bridge) -> None:
    def delegate() -> Any:
        returned.append((yield from js.eval("(function* () { yield 1; return 7 })()")))

    returned: list[Any] = []
    assert list(delegate()) == [1]
    assert returned == [7]


def test_a_proxy_of_javascripts_is_live(js: Bridge) -> None:
    """What looks like a literal may be a store's state or a draft: nothing that is done to it is lost."""
    js.eval("globalThis.state = { n: 1 }; globalThis.list = [1, 2]")
    state, items = js.eval("new Proxy(state, {})"), js.eval("new Proxy(list, {})")
    state.n = 5
    items.append(3)
    assert (js.eval("state"), js.eval("list")) == ({"n": 5}, [1, 2, 3])
    assert (state["n"], list(items)) == (5, [1, 2, 3])
    assert js.eval("(one, other) => [one === other, Array.isArray(one)]")(items, items) == [True, True]
    assert js.eval("({ inner: new Proxy({}, {}) })")["inner"].__class__.__name__ != "dict"
    seen = js.eval("(f) => { const made = new Proxy(state, {}); f(made); return made.m }")
    assert seen(lambda made: setattr(made, "m", 7)) == 7


def test_every_property_is_reachable(js: Bridge) -> None:
    """Keywords, dunder names and what the proxy takes itself: with an underscore behind, or as they are."""
    thing = js.eval(
        "new (class { class = 1; new = 2; to_py = 3; typeof = 4; _handle = 5; __meta__ = 6; __len__ = 7; "
        "None = 8; type_ = 9; from_ = 10; from = 11; __doc__ = 12; result = 13 })"
    )
    assert [thing.class_, thing.new_, thing.to_py_, thing.typeof_, thing._handle, thing.__meta__] == [
        *range(1, 7)
    ]
    assert [thing.__len__, thing.None_, thing.type_, thing.from_, thing.__doc___, thing.result] == [
        *range(7, 11),
        12,
        13,
    ]
    assert (thing.typeof(), thing["new"], thing["from"]) == ("", 2, 11)
    # Nothing else of the proxy's own is in the way of what libraries call theirs.
    names = "_handle _owner _imports _traits _this _has _step _placed"
    theirs = js.eval("(names, made) => Object.assign(made, Object.fromEntries(names.map((n) => [n, n])))")
    for made in (
        "new (class {})",
        "() => 1",
        "Promise.resolve(1)",
        "(function* () {})()",
        "new (class extends Map {})",
    ):
        one = theirs(names.split(), js.eval(made))
        assert [getattr(one, name) for name in names.split()] == names.split()
    assert (thing.result_, js.eval("Object.assign(Promise.resolve(1), {result: 9})").result_) == (13, 9)
    thing.new_ = 20
    thing.from_ = 21
    thing.class_ += 1
    assert js.eval("(o) => [o.new, 'new_' in o, o.from_, o.from, o.class]")(thing) == [20, False, 21, 11, 2]
    del thing.class_
    with pytest.raises(AttributeError, match="class"):
        thing.class_  # noqa: B018
    assert not hasattr(thing, "__array__")
    assert not hasattr(js.eval("new Proxy({}, { get: () => 1 })"), "__array__")
    promise = js.eval("Object.assign(Promise.resolve(1), { result: 2 })")
    assert (promise.result(), promise.result_) == (1, 2)
    entries = js.eval("$py => $py.byRef(new Map([['a', 1]]))")(
        js.eval('globalThis[Symbol.for("polyrepl.$py")]')
    )
    assert (entries.get("b", 5), entries.get_("b")) == (5, None)
