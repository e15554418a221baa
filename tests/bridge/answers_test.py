"""After any request exactly one answer goes out, whatever the value is or does while it is sent."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError, NodeLost, ProtocolError

# JavaScript values that throw, or lie, while they are looked at.
HOSTILE = {
    "getPrototypeOf throws": "new Proxy({}, { getPrototypeOf() { throw 1; } })",
    "every trap throws": "new Proxy(() => 0, new Proxy({}, { get() { throw new Error('trap'); } }))",
    "revoked": "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    "getter throws": "({ get x() { throw new RangeError('x'); } })",
    "getter throws what cannot be shown": "({ get x() { throw Object.create(null); } })",
    "nested deeply": "(() => { let x = []; for (let i = 0; i < 1e5; i++) x = [x]; return x; })()",
    "half a character": "'\\ud800'",
    "no prototype": "Object.create(null)",
    "toString throws": "({ toString() { throw 2; }, constructor: 3 })",
    "toPrimitive throws": "({ [Symbol.toPrimitive]() { throw this; } })",
    "a thenable that throws": "({ get then() { throw 4; } })",
    "error without a name": "Object.assign(new Error('x'), { name: undefined, message: { toString: 5 } })",
    "error with a bad cause": "new Error('x', { cause: new Proxy(new Error(), { get() { throw 6; } }) })",
    "error whose cause throws": "Object.defineProperty(new Error('x'), 'cause', { get() { throw 7; } })",
    "error of half a character": "new Error('\\udc00')",
    "error that is its own cause": "(() => { const e = new Error('x'); e.cause = e; return e; })()",
    "symbol": "Symbol('s')",
}
WAYS = {
    "returned": "() => {value}",
    "thrown": "() => {{ throw {value}; }}",
    "in a list": "() => [1, {value}]",
    "as a key": "() => new Map([[{value}, 1]])",
    "by reference": "() => [() => {value}][0]()",
}


@pytest.fixture
def bound(own: Bridge) -> Iterator[Bridge]:
    """A bridge whose Node is ended when a call takes too long: a lost answer fails and does not hang."""
    own.eval("0")
    timer = threading.Timer(30, lambda: os.kill(own.pid or 0, signal.SIGKILL))
    timer.start()
    yield own
    timer.cancel()


def outcome(call: Any) -> None:
    try:
        call()
    except NodeLost:
        raise
    except BaseException as error:
        str(error)
        repr(error)


@pytest.mark.parametrize("way", WAYS)
def test_every_value_of_javascript_s_is_answered_once(bound: Bridge, way: str) -> None:
    for name, value in HOSTILE.items():
        ask = bound.eval("(" + WAYS[way].format(value=value) + ")")
        channel = bound.connection.channel  # type: ignore[union-attr]
        before = channel.received
        outcome(ask)
        assert channel.received - before == 1, name
        assert bound.eval("1 + 1") == 2, name


@pytest.mark.parametrize("way", ["returned", "thrown", "in a list"])
async def test_every_promise_is_answered(bound: Bridge, way: str) -> None:
    for name, value in HOSTILE.items():
        ask = bound.eval("(async " + WAYS[way].format(value=value) + ")")
        try:
            await bound.call_async(ask)
        except NodeLost:
            raise
        except BaseException as error:
            str(error)
        assert await bound.eval_async("1 + 1") == 2, name


class _Bad:
    """A Python value whose every look raises."""

    def __str__(self) -> str:
        raise KeyboardInterrupt

    __repr__ = __str__


class Unsaid(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class Nameless(Exception):
    def __str__(self) -> Any:
        return 5


class Halved(Exception):
    def __str__(self) -> str:
        return "\ud800"


def deep(levels: int) -> Any:
    value: Any = None
    for _ in range(levels):
        value = [value]
    return value


def _raise(error: BaseException) -> Any:
    raise error


class Encodes:
    """Of a registered type; what `encode` makes of it is given."""

    def __init__(self, made: Any) -> None:
        self.made = made


ANSWERS: dict[str, Any] = {
    "str raises an interrupt": lambda: str(_Bad()),
    "an error without text": lambda: _raise(Unsaid()),
    "an error whose text is none": lambda: _raise(Nameless()),
    "an error of half a character": lambda: _raise(Halved()),
    "an interrupt": lambda: _raise(KeyboardInterrupt()),
    "an exit": lambda: _raise(SystemExit(1)),
    "a generator's exit": lambda: _raise(GeneratorExit()),
    "a value that cannot be encoded": lambda: Encodes(_Bad),
    "a value nested too deeply": lambda: Encodes(deep(100_000)),
    "a value nested deeper than the text": lambda: Encodes(deep(400)),
    "half a character": lambda: "\ud800",
    "a large number": lambda: 1 << 70_000,
    "a class without a module": lambda: type("X", (), {"__module__": None})(),
}


# asyncio itself lets these out of its loop, which they end.
ENDING = {"str raises an interrupt", "an interrupt", "an exit"}
CASES = [(how, name) for how in ("sync", "async") for name in ANSWERS if how == "sync" or name not in ENDING]


@pytest.mark.parametrize(("how", "name"), CASES)
async def test_every_value_of_python_s_is_answered_once(bound: Bridge, name: str, how: str) -> None:
    def encode(value: Encodes) -> Any:
        return value.made() if isinstance(value.made, type) else value.made

    bound.register(Encodes, "encodes", encode)
    call = "$py.async(f, [], [])" if how == "async" else "f()"
    ask = bound.eval(
        'const $py = globalThis[Symbol.for("polyrepl.$py")];'
        f"(async (f) => {{ try {{ await {call}; return 'value'; }} catch (e) {{ return String(e.name); }} }})"
    )
    assert isinstance(await bound.call_async(ask, ANSWERS[name]), str)
    assert bound.eval("1 + 1") == 2


# ---- fuzzed: values that lie, throw, revoke each other and call back while they are looked at

FUZZ = """(seed) => {
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648, Math.floor(seed / 65536) % n);
  const revoked = [];
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'apply'];
  const odd = (depth) => {
    const { proxy, revoke } = Proxy.revocable([[], {}, new Map(), () => 0, new Error('x')][random(5)], {});
    switch (random(14)) {
      case 0: revoke(); return proxy;
      case 1: revoked.push(revoke); return proxy;
      case 2: return { get a() { for (const each of revoked) each(); return proxy; }, b: proxy };
      case 3: return { get a() { throw odd(depth - 1); } };
      case 4: return new Proxy({}, { [traps[random(6)]]() { throw odd(depth - 1); } });
      case 5: {
        const lies = [undefined, null, 5, '', Symbol('s')];
        return new Proxy([1, 2], { [traps[random(6)]]: () => lies[random(5)] });
      }
      case 6: return Object.create(null, { constructor: { get() { throw 1; } } });
      case 7: return { then(f) { if (random(2)) f(odd(depth - 1)); else throw 2; } };
      case 8: return Object.assign(new Error('e'), { cause: odd(depth - 1), stack: odd(0) });
      case 9: return { [Symbol.toPrimitive]: () => odd(0), toString: null };
      case 10: return { toJSON() { throw 3; }, [Symbol.iterator]: odd(0), [Symbol.toStringTag]: odd(0) };
      case 11: return [1n << 70n, -0, NaN, '\\ud800', undefined, Symbol.iterator][random(6)];
      case 12:
        return new (class extends Map { get size() { throw 4; } *[Symbol.iterator]() { yield 5; } })();
      default: return Object.defineProperty(Promise.resolve(1), 'then', { get() { throw 5; } });
    }
  };
  const value = (depth) => {
    if (depth <= 0 || random(3) === 0) return odd(depth);
    const items = Array.from({ length: random(4) }, () => value(depth - 1));
    switch (random(4)) {
      case 0: return items;
      case 1: return new Map(items.map((item) => [item, value(depth - 1)]));
      case 2: return new Set(items);
      default: return Object.fromEntries(items.map((item, index) => [`k${index}`, item]));
    }
  };
  return { value: value(3) };
}"""
FUZZED_WAYS = {
    "returned": "(make) => (seed) => make(seed).value",
    "thrown": "(make) => (seed) => { throw make(seed).value }",
    "given": "(make, f) => (seed) => { try { f(make(seed).value) } catch (e) { return 1 } }",
    "given and thrown": "(make, f) => (seed) => f(make(seed).value)",
    "thrown in a callback": "(make, f) => (seed) => f(() => { throw make(seed).value })",
    "a promise": "(make) => (seed) => Promise.resolve(make(seed))",
}


@pytest.mark.parametrize("way", FUZZED_WAYS)
def test_javascript_s_odd_values_are_answered_once(bound: Bridge, way: str) -> None:
    def taking(value: Any) -> Any:
        return value() if callable(value) and way == "thrown in a callback" else value

    ask = bound.eval(FUZZED_WAYS[way])(bound.eval(FUZZ), taking)
    channel = bound.connection.channel  # type: ignore[union-attr]
    for seed in range(400):
        before = channel.received
        outcome(lambda seed=seed: ask(seed))
        if way in ("returned", "thrown"):
            assert channel.received - before == 1, seed
        assert bound.eval("1 + 1") == 2, seed


@pytest.mark.parametrize("way", ["returned", "thrown"])
async def test_javascript_s_odd_promises_are_answered(bound: Bridge, way: str) -> None:
    ask = bound.eval(FUZZED_WAYS[way].replace("(seed) =>", "async (seed) =>"))(bound.eval(FUZZ))
    for seed in range(200):
        try:
            # What resolves with a thenable that never calls back is the program's own affair.
            await asyncio.wait_for(bound.call_async(ask, seed), 5)
        except NodeLost:
            raise
        except BaseException as error:
            str(error)
        assert await bound.eval_async("1 + 1") == 2, seed


def odd_class(rng: random.Random) -> Any:
    """A class of Python's whose looks raise, or lie."""
    names = "__str__ __repr__ __len__ __iter__ __getattr__ __hash__ __eq__ __bool__ __await__ __call__ nbytes"
    names += " __next__ __aiter__ __enter__ __exit__ keys __getitem__ __contains__ dtype shape __array__"

    def raises(self: Any, *args: Any) -> Any:
        raise rng.choice([ValueError("\ud800"), KeyError(), SystemExit(), StopIteration(), Unsaid()])

    def lies(self: Any, *args: Any) -> Any:
        return rng.choice([None, 5, -1, "x", self, [], "\ud800", 1 << 80])

    body: dict[str, Any] = {}
    for name in rng.sample(names.split(), rng.randrange(1, 12)):
        body[name] = rng.choice([raises, lies, property(raises), property(lies), None, 5])
    base = rng.choice([object, Exception, dict, list, str, BaseException, int])
    try:
        return type("Odd", (base,), body)
    except TypeError:
        return type("Odd", (), body)


def test_python_s_odd_values_are_answered_once(bound: Bridge) -> None:
    rng = random.Random(11)
    ask = bound.eval(
        "(f) => { try { const x = f(); `${x}`; x.length; [...x]; JSON.stringify(x); x == 1; 'a' in x; "
        "return 1 } catch (e) { try { return String(e) } catch { return 2 } } }"
    )
    call = bound.eval("(f) => f()")
    for turn in range(400):
        kind = odd_class(rng)

        def made(kind: Any = kind) -> Any:
            value = kind()
            if isinstance(value, BaseException) and rng.random() < 0.5:
                raise value
            return value

        for function in (ask, call):
            try:
                function(made)
            except NodeLost:
                raise
            except BaseException:  # which may have no text
                continue
        assert bound.eval("1 + 1") == 2, turn


def test_the_brink_of_the_stack(bound: Bridge) -> None:
    """Wherever JavaScript's stack ends, each request is answered, and the counts are as before."""
    brink = bound.eval(
        "(f, from, to, by) => { const told = {}; const deep = (n) => n > 0 ? deep(n - 1) : f(() => f(null));"
        "for (let n = from; n < to; n += by) { let how = 'value'; try { deep(n) } catch (e) { how = e.name }"
        "told[how] = (told[how] ?? 0) + 1 } return told }"
    )
    call = bound.eval("(f) => f()")

    def back(inner: Any) -> Any:
        return 1 if inner is None else call(inner)

    told = brink(back, 1000, 60_000, 97)
    assert set(told) == {"value", "RangeError"}
    told = brink(back, 100, 30_000, 97)
    assert bound.connection.depth == 0  # type: ignore[union-attr]
    assert bound.eval("1 + 1") == 2


def test_arrays_whose_json_throws(bound: Bridge) -> None:
    """Whoever breaks what the frames are written with has an answer all the same."""
    bound.eval("Array.prototype.toJSON = () => { throw new Error('no') }; 1")
    with pytest.raises((JSError, ProtocolError)):
        bound.eval("[1, 2]")
    bound.eval("delete Array.prototype.toJSON; 1")
    assert bound.eval("[1, 2]") == [1, 2]
