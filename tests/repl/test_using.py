"""`using` of Python's managers: in a cell they hear what leaves the block, elsewhere none commits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.repl.session import Session

MANAGERS = """
import contextlib, sqlite3
log = []
class M:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        log.append('enter ' + self.name)
        return self
    def __exit__(self, kind, value, traceback):
        assert kind is None or (type(value) is kind and traceback is value.__traceback__ is not None)
        log.append(f'{self.name} {kind.__name__}: {value}' if kind else f'{self.name} None')
        return self.swallow
class A:
    def __init__(self, name, swallow=False):
        self.sync = M(name, swallow)
    async def __aenter__(self):
        return self.sync.__enter__()
    async def __aexit__(self, *left):
        return self.sync.__exit__(*left)
class Broken(M):
    def __exit__(self, *left):
        super().__exit__(*left)
        raise KeyError(self.name)
class Closes:
    def __enter__(self):
        return self
    def __exit__(self, kind, value, traceback):
        result = log.append('closed')
        return result
@contextlib.contextmanager
def managed(name):
    try:
        yield name
    except BaseException as error:
        log.append(name + ' ' + type(error).__name__)
        raise
    else:
        log.append(name + ' done')
"""
NAMES = "log, M, A, Broken, managed, contextlib, sqlite3"
USE = f"const [{NAMES}] = py.eval('{NAMES}');"


@pytest.fixture(scope="module")
def bridge() -> Iterator[Bridge]:
    from polyrepl.repl.session.prelude import new_bridge

    with new_bridge() as bridge:
        yield bridge


async def run(session: Session, text: str) -> Any:
    return [event async for event in session.eval_javascript(text, "<cell>")][-1]


@pytest.fixture(scope="module")
def ran() -> Iterator[Any]:
    """Runs a cell of JavaScript: its event, and what Python's managers have noted."""
    import asyncio

    session = Session()
    with asyncio.Runner() as runner:

        async def begin() -> None:
            session.ready()
            names: dict[str, Any] = {}
            exec(MANAGERS, names)
            session.bridge.server.namespace = names
            session.node.share_names()
            await run(session, USE)

        runner.run(begin())
        log = session.bridge.server.namespace["log"]

        def go(text: str) -> tuple[Any, list[str]]:
            log.clear()
            return runner.run(run(session, text)), list(log)

        try:
            yield go
        finally:
            session.close()


@pytest.mark.parametrize("make", ["using m = M('m')", "await using m = A('m')", "await using m = M('m')"])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("log.append(m.name)", "None"),
        ("throw new RangeError('no')", "JSError: RangeError: no"),
        ("throw 5", "JSError: 5"),
        ("null.x", "JSError: TypeError: Cannot read properties of null (reading 'x')"),
        ("py.int('x')", "ValueError: invalid literal for int() with base 10: 'x'"),
    ],
)
def test_the_manager_hears_what_leaves_the_block(ran: Any, make: str, body: str, told: str) -> None:
    event, log = ran(f"try {{ {make}; {body} }} catch (e) {{ log.append('caught'); }}")
    middle = ["m"] if told == "None" else []
    after = [] if told == "None" else ["caught"]
    assert log == ["enter m", *middle, f"m {told}", *after], event
    # Of the cell itself, too.
    event, log = ran(f"{make}; {body}")
    assert log == ["enter m", *middle, f"m {told}"]
    assert (event.severity == "error") if after else not hasattr(event, "severity")


def test_what_is_swallowed_is_forgotten_and_what_is_raised_goes_on(ran: Any) -> None:
    event, log = ran("{ using a = M('a'), b = M('b', true), c = M('c'); throw new Error('x'); } 'after'")
    assert log == ["enter a", "enter b", "enter c", "c JSError: Error: x", "b JSError: Error: x", "a None"]
    assert event.text == '"after"'
    event, log = ran("{ using a = M('a'), b = Broken('b'); log.append('in') }")
    assert log == ["enter a", "enter b", "in", "b None", "a KeyError: 'b'"]
    assert event.ename == "KeyError"
    _, log = ran("(async () => { await using a = A('a', true), b = A('b'); throw 1 })()")
    assert log == ["enter a", "enter b", "b JSError: 1", "a JSError: 1"]
    _, log = ran("{ using s = contextlib.suppress(py.ValueError); py.int('x') } log.append('after')")
    assert log == ["after"]


def test_the_managers_of_contextlib(ran: Any) -> None:
    _, log = ran("try { using name = managed('a'); log.append(name); throw 1 } catch {}")
    assert log == ["a", "a JSError"]
    _, log = ran("{ using name = managed('a') }")
    assert log == ["a done"]
    _, log = ran(
        "try { using stack = contextlib.ExitStack(); stack.enter_context(managed('a')); throw 1 } catch {}"
    )
    assert log == ["a JSError"]


def test_sqlite_rolls_back_and_commits(ran: Any) -> None:
    event, _ = ran(
        """
        const conn = sqlite3.connect(":memory:");
        conn.execute("create table t(a)");
        function put(value, fails) {
          "use strict";
          using c = conn;
          c.execute("insert into t values (?)", [value]);
          if (fails) throw new Error("no");
          return value;
        }
        const put5 = put(5, false);
        try { put(6, true) } catch {}
        conn.rollback();
        const kept5 = String(conn.execute("select * from t").fetchall()) + put5;
        conn.close();
        kept5
        """
    )
    assert event.text == '"[(5,)]5"'


def test_objects_of_javascript_are_disposed_of_as_ever(ran: Any) -> None:
    event, log = ran(
        """
        const dispose = (name, fails) => { log.append(name); if (fails) throw new Error(name) };
        const thing = (...told) => ({ [Symbol.dispose]: () => dispose(...told) });
        let seen;
        try {
          using a = thing("a", true), /* = */ m = (0, M("m")), none = null, b = thing("b", true);
          function later() { return early }
          const early = 1;
          log.append(later());
          throw new Error("body");
        } catch (e) { seen = e }
        for (const n of [1, 2]) { using m = thing(n); if (n == 1) continue; break }
        const { name, error, suppressed } = seen;
        [name, error.message, suppressed.name, suppressed.error.message, suppressed.suppressed.message]
        """
    )
    assert event.text == '["SuppressedError" "a" "SuppressedError" "b" "body"]', event
    assert log == [
        "enter m",
        1,
        "b",
        "m JSError: SuppressedError: An error was suppressed during disposal",
        "a",
        1,
        2,
    ]
    event, log = ran(
        """
        const closing = { async [Symbol.asyncDispose]() { await null; log.append("closed") } };
        { await using c = closing; using m = M("m"); }
        try { await using c = closing; throw 1 } catch { log.append("caught") }
        """
    )
    assert log == ["enter m", "m None", "closed", "closed", "caught"]
    event, _ = ran("{ using x = {} }")
    assert "Symbol.dispose" in event.evalue and event.severity == "error"


def test_heads_of_loops(ran: Any) -> None:
    event, log = ran("for (using m of [M('a'), M('b')]) log.append(m.name)")
    assert log == ["enter a", "a", "a None", "enter b", "b", "b None"], event
    _, log = ran("for (using m of [M('a', true), M('b'), M('c')]) { if (m.name == 'b') break; throw 1 }")
    assert log == ["enter a", "a JSError: 1", "enter b", "b None"]
    event, log = ran(
        "out: for (const n of [1, 2]) for (using m of [M('a')]) { if (n == 1) continue out; null.x }"
    )
    assert log[:-1] == ["enter a", "a None", "enter a"] and log[-1].startswith("a JSError: TypeError")
    assert event.severity == "error" and "<cell>:1" in event.text
    _, log = ran("for (await using m of [A('a'), M('b')]) for (using n of [M('c')]) log.append(m.name)")
    assert log == [
        "enter a",
        "enter c",
        "a",
        "c None",
        "a None",
        "enter b",
        "enter c",
        "b",
        "c None",
        "b None",
    ]
    _, log = ran("async function* all() { yield M('a') }\nfor await (using m of all()) log.append(m.name)")
    assert log == ["enter a", "a", "a None"]
    event, log = ran(
        "again: for (using a = M('a'), b = M('b', true), n = { [Symbol.dispose]() { log.append('n') } };;) {"
        " log.append('turn'); if (log.length < 4) continue again; throw 5 }\n[a2 = 1, log.length]"
    )
    assert log == ["enter a", "enter b", "turn", "turn", "n", "b JSError: 5", "a None"], event
    assert event.text == "[1 7]"


def test_loops_without_blocks(ran: Any) -> None:
    _, log = ran(
        "for (using m of [M('a')])for (using n = M('b');;) { break }let after = 1; log.append(after)"
    )
    assert log == ["enter a", "enter b", "b None", "a None", 1]
    event, log = ran(
        "for (using m of [M('a')])for (var i1 = 0; i1 < 2; i1++)var last1 = i1\nvar m1 = 1; [i1, last1, m1]"
    )
    assert (event.text, log) == ("[2 1 1]", ["enter a", "a None"])
    event, log = ran(
        "{for (using f of [M('a'), null])log.append((() => f?.name)())}"
        "class K { static { using m = M('k') } }"
    )
    assert log == ["enter a", "a", "a None", None, "enter k", "k None"], event
    event, log = ran("using of = M('a'); for (using of of of) ;")
    assert event.severity == "error"
    event, _ = ran("for (using x of [{}]) ;")
    assert "Symbol.dispose" in event.evalue


def test_an_error_in_a_block_keeps_its_place(ran: Any) -> None:
    event, _ = ran("{\n  using m = M('m');\n  null.x;\n}")
    assert "<cell>:3" in event.text


FOREIGN = "(manager, body) => { using held = manager; return body() }"
FOREIGN_LATER = "async (manager, body) => { await using held = manager; return body() }"


def test_libraries_that_could_not_tell_are_refused(bridge: Bridge) -> None:
    js = bridge
    use, later = js.eval(FOREIGN), js.eval(FOREIGN_LATER)
    names: dict[str, Any] = {}
    exec(MANAGERS, names)
    conn = names["sqlite3"].connect(":memory:")
    ran: list[int] = []
    for manager in (conn, names["M"]("m"), names["managed"]("a"), names["contextlib"].ExitStack()):
        with pytest.raises(JSError, match=r"Symbol\.dispose"):
            use(manager, lambda: ran.append(1))
    with pytest.raises(JSError, match=r"Symbol\.(asyncD|d)ispose"):
        js.run(later(names["A"]("a"), lambda: ran.append(1)))
    assert ran == [] and names["log"] == []
    conn.close()


def test_libraries_close_what_is_closed_in_one_way(bridge: Bridge, tmp_path: Any) -> None:
    import threading

    use = bridge.eval(FOREIGN)
    names: dict[str, Any] = {}
    exec(MANAGERS, names)
    assert use(names["Closes"](), lambda: 5) == 5
    assert names["log"] == ["closed"]
    file, lock = (tmp_path / "x").open("w"), threading.Lock()
    lock.acquire()
    with pytest.raises(ZeroDivisionError):
        use(file, lambda: 1 / 0)
    assert file.closed
    use(lock, lambda: None)
    assert not lock.locked()
