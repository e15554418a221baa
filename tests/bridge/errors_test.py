"""Exceptions across the bridge: class, identity, cause, notes, groups, and one merged stack."""

from __future__ import annotations

import asyncio
import io
import pickle
import re
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.frames import frames, traceback_text


def caught(function: Any, *args: Any) -> BaseException:
    try:
        function(*args)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def names(error: BaseException) -> list[str]:
    return [f"{frame.language}:{frame.function}" for frame in frames(error)]


def test_merged_stack_of_a_python_exception(js: Bridge) -> None:
    g = js.eval("(function g(f) { return f() })")

    def inner() -> None:
        raise ValueError("deep")

    def outer() -> None:
        g(inner)

    assert names(caught(outer)) == ["py:caught", "py:outer", "js:g", "py:inner"]
    h = js.eval("(function h(f, g, i) { return f(g, i) })")

    def middle(g: Any, inner: Any) -> None:
        g(inner)

    error = caught(lambda: h(middle, g, inner))
    assert names(error) == ["py:caught", "py:<lambda>", "js:h", "py:middle", "js:g", "py:inner"]
    text = traceback_text(error)
    assert "ValueError: deep" in text
    assert "in h\n" in text
    assert "bridge/connection.py" not in text
    assert 'raise ValueError("deep")' in text


def test_merged_stack_of_a_javascript_error(js: Bridge) -> None:
    g = js.eval("(function g() { null.x })")
    f = js.eval("(function f(call) { call() })")

    def call() -> None:
        g()

    error = caught(f, call)
    assert isinstance(error, JSError)
    assert names(error)[0] == "py:caught"
    assert names(error)[-2:] == ["py:call", "js:g"]
    assert not any("bridge/connection" in frame.file for frame in frames(error))


async def test_stack_of_a_form(js: Bridge) -> None:
    def inner() -> None:
        raise ValueError("deep")

    f = js.eval("(async function form(f) { await null; f() })")
    with pytest.raises(ValueError) as info:
        await js.call_async(f, inner, form=3)
    assert names(info.value)[-2:] == ["js:form", "py:inner"]


def test_traceback_in_javascript(js: Bridge) -> None:
    def inner() -> None:
        raise KeyError("k")

    text = js.eval("(f) => { try { f() } catch (e) { return e.traceback } }")(inner)
    assert "KeyError: 'k'" in text
    assert "in inner" in text


def test_causes_notes_groups(js: Bridge) -> None:
    js_error = caught(js.eval("() => { throw new Error('outer', { cause: new RangeError('inner') }) }"))
    assert isinstance(js_error.__cause__, JSError)
    assert (js_error.__cause__.name, js_error.__cause__.message) == ("RangeError", "inner")

    def fail() -> None:
        error = ValueError("outer")
        error.add_note("a note")
        raise error from KeyError("inner")

    assert js.eval("(f) => { try { f() } catch (e) { return [e.cause.name, e.exception.__notes__[0]] } }")(
        fail
    ) == [
        "KeyError",
        "a note",
    ]
    error = caught(js.eval("(f) => f()"), fail)
    assert isinstance(error.__cause__, KeyError)
    assert error.__notes__ == ["a note"]

    def group() -> None:
        raise ExceptionGroup("several", [ValueError("a"), TypeError("b")])

    assert js.eval("(f) => { try { f() } catch (e) { return [e.name, e.errors.map((x) => x.name)] } }")(
        group
    ) == [
        "ExceptionGroup",
        ["ValueError", "TypeError"],
    ]


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(3), StopIteration(1), asyncio.CancelledError(), MemoryError()]
)
def test_all_classes_come_through(js: Bridge, error: BaseException) -> None:
    def fail() -> None:
        raise error

    assert caught(js.eval("(f) => { try { f() } finally { } }"), fail) is error
    assert js.eval("(f) => { try { f() } catch (e) { return e.name } }")(fail) == type(error).__name__


def test_thrown_things_that_are_no_errors(js: Bridge) -> None:
    for source, value in (
        ("42", 42),
        ("'text'", "text"),
        ("null", None),
        ("({ a: 1 })", {"a": 1}),
        ("undefined", None),
    ):
        error = caught(js.eval(f"() => {{ throw {source} }}"))
        assert isinstance(error, JSError)
        assert error.value == value
        assert error.name == ""
    assert js.eval("(f) => { try { f() } catch (e) { return e } }")(js.eval("() => { throw 42 }")) == 42
    # Their text tells what they are.
    assert "code: 5" in str(caught(js.eval("() => { throw { code: 5 } }")))
    assert str(caught(js.eval("() => { throw { toString: () => 'mine' } }"))) == "mine"


def test_messages_do_not_tell_how_the_lisp_asks(js: Bridge) -> None:
    error = caught(js.eval("() => { const $read = (o) => o; return $read('x').missing() }"))
    assert str(error) == "TypeError: (..).missing is not a function"


def test_errors_in_getters_and_texts(js: Bridge) -> None:
    class Bad:
        @property
        def x(self) -> int:
            raise LookupError("no x")

        def __repr__(self) -> str:
            raise ValueError("no repr")

    assert js.eval("(o) => { try { o.x } catch (e) { return e.name } }")(Bad()) == "LookupError"
    assert "no repr" in js.eval("(o) => { try { return String(o) } catch (e) { return e.message } }")(Bad())
    with pytest.raises(JSError, match="no text"):
        str(js.eval("new (class { toString() { throw new Error('no text') } })()"))

    class Worse(Exception):
        def __str__(self) -> str:
            raise ValueError

    def fail() -> None:
        raise Worse

    assert js.eval("(f) => { try { f() } catch (e) { return e.message } }")(fail) == "<ValueError in __str__>"


def test_errors_in_what_node_shows(js: Bridge) -> None:
    class Bad:
        def __repr__(self) -> str:
            raise ValueError("no repr")

    assert "no repr" in js.eval("(o) => require('util').inspect(o)")(Bad())


def test_stack_overflow_is_reported(js: Bridge) -> None:
    with pytest.raises(JSError, match="call stack"):
        js.eval("(function f() { return f() })()")

    def loop(n: int) -> int:
        return loop(n + 1)

    with pytest.raises(RecursionError):
        js.eval("(f) => f(0)")(loop)
    again = js.eval("(f) => f()")

    def forever() -> None:
        again(forever)

    with pytest.raises((RecursionError, JSError)):
        forever()
    assert js.eval("1 + 1") == 2


def test_late_rejections_are_reported_once(own: Bridge, printed: Any) -> None:
    own.eval(
        "Promise.reject(new TypeError('forgotten')); setTimeout(() => { throw new "
        "RangeError('later') }, 1); 1"
    )
    own.eval("new Promise((r) => setTimeout(r, 20))").result()
    text = printed.text("stderr")
    assert text.count("TypeError: forgotten") == 1
    assert text.count("RangeError: later") == 1
    assert own.eval("1") == 1


def test_what_nobody_awaits_is_told_without_the_bridge(own: Bridge, printed: Any) -> None:
    def fails() -> None:
        raise ValueError("of Python's") from KeyError("k")

    own.eval("(f) => { setTimeout(() => f(), 1); setTimeout(() => { throw 5 }, 2) }")(fails)
    own.eval("new Promise((r) => setTimeout(r, 30))").result()
    text = printed.text("stderr")
    assert text.startswith("Uncaught (late) ValueError: of Python's\n    js  <eval>:1:")
    assert re.search(r"\n    py  .*errors_test.py:\d+ in fails\n  caused by KeyError: 'k'\n", text)
    assert text.endswith("Uncaught (late) 5\n") and "bundle" not in text


def test_a_rejection_that_python_awaits_is_no_late_one(own: Bridge, printed: Any) -> None:
    """It is rejected before Python's `await` can come. One that Python forgets is told of."""
    fail = own.eval("async (text) => { throw new Error(text) }")

    async def catch() -> None:
        for text in ("once", "twice"):
            with pytest.raises(JSError, match=text):
                await fail(text)
        with pytest.raises(JSError, match="at once"):
            await own.eval_async("Promise.reject(new Error('at once'))")

    asyncio.run(catch())
    with pytest.raises(JSError, match="blocking"):
        fail("blocking").result()
    kept = fail("kept")
    own.eval("new Promise((r) => setTimeout(r, 1))").result()
    own.stats(collect=True)
    assert printed.text("stderr") == ""
    del kept
    own.stats(collect=True)
    own.eval("1")
    assert printed.text("stderr").count("Error: kept") == 1


def test_a_long_message_crosses_when_it_is_read(js: Bridge) -> None:
    """What tells of an exception looks at its beginning."""

    def fails(length: int) -> None:
        raise ValueError("x" * length)

    lengths = js.eval(
        "(f, n) => { try { f(n) } catch (e) { return [e.stack.length, e.message.length, String(e).length] } }"
    )
    assert list(lengths(fails, 3_000_000))[1:] == [3_000_000, 3_000_012]
    stack = js.eval("(f, n) => { try { f(n) } catch (e) { return e.stack.length } }")
    assert 1_000_000 < stack(fails, 30_000_000) < 1_100_000
    own = js.eval("(f, n) => { try { f(n) } catch (e) { e.message = 'mine'; return String(e) } }")
    assert own(fails, 3_000_000) == "ValueError: mine"
    with pytest.raises(ValueError) as caught:
        js.eval("(f, n) => f(n)")(fails, 3_000_000)
    assert len(str(caught.value)) == 3_000_000


def test_a_message_that_looks_like_a_stack(js: Bridge) -> None:
    def fails() -> None:
        raise ValueError("one\n    at two (three.js:4:5)")

    stack = js.eval("(f) => { try { f() } catch (e) { return e.stack } }")(fails)
    assert stack.startswith("ValueError: one\n    at two (three.js:4:5)\n    at ")
    assert stack.count("three.js") == 1


def test_what_an_exception_has_itself_wins_over_what_errors_have(js: Bridge) -> None:
    class Invalid(ValueError):
        def errors(self) -> list[int]:
            return [1, 2]

    class Told(ValueError):
        errors = ("one",)
        cause = "because"

    class Silent(ValueError):
        cause = None

    def raising(error: Exception) -> Any:
        def fail() -> None:
            raise error from KeyError("k")

        return fail

    look = js.eval("(f, g) => { try { f() } catch (e) { return g(e) } }")
    assert look(raising(Invalid()), js.eval("(e) => e.errors().length")) == 2
    assert look(raising(Told()), js.eval("(e) => [e.errors[0], e.cause]")) == ["one", "because"]
    assert look(raising(Silent()), js.eval("(e) => [e.errors === undefined, e.cause.name]")) == [
        True,
        "KeyError",
    ]
    group = ExceptionGroup("g", [ValueError("v")])
    assert look(raising(group), js.eval("(e) => [e.errors[0].name, e.cause.name]")) == [
        "ValueError",
        "KeyError",
    ]


def test_a_pickled_error_is_of_its_class_and_has_what_it_had(js: Bridge) -> None:
    """Its properties as far as they are data, its cause, the errors of a group; so in JavaScript too."""
    fail = js.eval("""(kind) => {
      const cause = Object.assign(new RangeError("inner"), { code: "E1" });
      const group = kind === "group";
      const error = group ? new AggregateError([cause], "many") : new TypeError("outer", { cause });
      throw Object.assign(error, { n: 1, at: [new Date(0), { f: () => 1 }] });
    }""")
    look = js.eval("""(f) => { try { f(); } catch (e) {
      const inner = e.cause ?? e.errors[0];
      return [e instanceof TypeError, e.constructor.name, e.name, e.n, e.at[0] instanceof Date, e.at[1].f,
        inner.code, inner instanceof RangeError, Object.keys(e), inner.cause === undefined,
        typeof e.exception];
    } }""")

    def again(error: BaseException, told: BaseException | None) -> Any:
        back = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error))))
        back.__cause__ = told  # as a pool of processes sets it

        def fail() -> None:
            raise back

        return fail

    told = type("_RemoteTraceback", (Exception,), {})("\nTraceback ..")
    assert look(again(caught(fail, "one"), told)) == [
        True, "TypeError", "TypeError", 1, True, "() => 1", "E1", True, ["n", "at"], True, "object",
    ]  # fmt: skip
    assert look(again(caught(fail, "group"), None))[1:8] == [
        "AggregateError", "AggregateError", 1, True, "() => 1", "E1", True,
    ]  # fmt: skip
    nothing = js.eval(
        "(f) => { try { f(); } catch (e) { return [e.cause === undefined, e instanceof Error]; } }"
    )
    assert nothing(again(caught(js.eval("() => { throw new Error('x') }")), told)) == [True, True]


def test_a_cause_that_cannot_be_pickled_is_told(js: Bridge) -> None:
    class Local(Exception):
        """Of this function, which no other process has."""

    def fail() -> None:
        raise Local("here")

    error = caught(
        js.eval("(f) => { try { f(); } catch (e) { throw new Error('outer', { cause: e }); } }"), fail
    )
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.dispatch_table = {}  # tblib, where it is installed, pickles causes itself
    pickler.dump(error)
    back = pickle.loads(written.getvalue())
    assert str(back) == "Error: outer"
    assert (type(back.__cause__), str(back.__cause__)) == (JSError, "Local: here")


def test_a_literal_that_was_thrown_comes_home_as_data(js: Bridge) -> None:
    fail = js.eval("() => { throw { a: [1] }; }")
    look = js.eval("(f) => { try { f(); } catch (e) { return [Array.isArray(e.a), Object.keys(e)]; } }")
    assert look(lambda: fail()) == [True, ["a"]]


@pytest.mark.parametrize(
    ("thrown", "wanted"),
    [
        ("const o = {}; o.o = o; throw Object.assign(new Error('e'), { data: o, n: 1 })", [1, "string"]),
        ("throw Object.assign(new Error('e'), { data: new Map([[1, 2], [true, 3]]), n: 1 })", [1, "string"]),
        ("throw Object.assign(new Error('e'), { data: new Float64Array(2), n: 1 })", [1, "object"]),
        ("class E extends Error { #n = 2; get n() { return this.#n; } } throw new E('e')", [2, "undefined"]),
        ("const e = new DOMException('e', 'AbortError'); e.n = e.code; throw e", [20, "undefined"]),
        ("throw Object.defineProperty(new Error('e'), 'n', { get() { throw 1; } })", [None, "undefined"]),
        ("throw Object.assign(new Error('e'), { value: 5, then: 2, exception: 3, n: 4 })", [4, "undefined"]),
    ],
)  # fmt: skip
def test_what_an_error_has_is_pickled_as_far_as_it_can_be(js: Bridge, thrown: str, wanted: Any) -> None:
    back = pickle.loads(pickle.dumps(caught(js.eval(f"() => {{ {thrown}; }}"))))

    def fail() -> None:
        raise back

    look = js.eval("(f) => { try { f(); } catch (e) { return [e.message, e.n ?? null, typeof e.data]; } }")
    assert look(fail) == ["e", *wanted]
