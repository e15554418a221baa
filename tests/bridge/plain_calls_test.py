"""Plain calls mean what all others do: each here is made with them and without."""

from __future__ import annotations

import gc
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_calls import both, on_rings, outcome, same
from polyrepl import bridge
from polyrepl.bridge import Bridge, BridgeError, JSError, NodeLost
from polyrepl.bridge.building import refused
from polyrepl.bridge.plain import Begun
from polyrepl.bridge.process import TRANSPORT, find_node

pytestmark = pytest.mark.skipif(refused() is not None, reason="no rings here")


@pytest.fixture(scope="module")
def plain() -> Iterator[Bridge]:
    with on_rings() as js:
        yield js


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(2**54), 2**54), st.floats(), st.text(),
    st.text(st.characters(max_codepoint=0x2FF, blacklist_categories=()), max_size=40), st.binary(max_size=20),
    st.sampled_from([2**53 - 1, -(2**53) + 1, 10**15, 10**15 - 1, 1e15, 1e16, 1e21, 5e-324, -0.0]),
    st.sampled_from(["\ud800", "\u2028", "\x00", "\x7f", "\u00e9" * 3000]),
    st.sampled_from([4050, 4060, 4070, 4080, 4090, 5000]).map("x".__mul__),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(SCALARS, max_size=4))
def test_all_scalars_there_and_back(plain: Bridge, values: list[Any]) -> None:
    count, last = plain.eval("(...x) => x.length"), plain.eval("(...x) => x.at(-1)")
    mine: list[Any] = []

    def keep(*given: Any) -> Any:
        mine.extend(given)
        return given[-1] if given else None

    through = plain.eval("(f, ...x) => f(...x)")
    for run in (lambda: count(*values), lambda: last(*values), lambda: through(keep, *values)):
        one, other, _ = both(plain, run, settled=False)
        assert same(one, other), values
    half = len(mine) // 2
    assert all(map(same, mine[:half], mine[half:])), mine


LOOP = "(f, n) => { let s = 0; for (let i = 0; i < n; i++) s += f(i); return s; }"


def test_plain_calls_are_what_is_counted_on(plain: Bridge) -> None:
    """They are made and served as such, whatever else the machine does meanwhile."""
    add, loop = plain.eval("(x) => x + 1"), plain.eval(LOOP)
    one, other, counted = both(plain, lambda: [add(x) for x in range(2000)])
    assert one == other == list(range(1, 2001)) and counted.sent > 1900 and counted.answered > 0
    served: list[int] = []
    one, other, _ = both(plain, lambda: loop(lambda x: served.append(x) or 1, 1000))
    assert one == other == 1000 and served == [*range(1000), *range(1000)]


PLAIN = ("() => undefined", "function f() { return typeof this }")


@pytest.mark.parametrize(
    "what",
    [
        "() => { throw new TypeError('no') }",
        "() => undefined",
        "() => [1, 2]",
        "() => ({ a: 1 })",
        "() => new Map([[1, 2]])",
        "() => 'a\\\\b\"c\\n'",
        "() => 2 ** 60",
        "() => 10n",
        "() => NaN",
        "() => -0",
        "() => 'x'.repeat(100000)",
        "() => new Uint8Array(200000)",
        "function f() { return typeof this }",
    ],
)
def test_what_is_not_plain_goes_the_usual_way(plain: Bridge, what: str) -> None:
    call = plain.eval(f"({what})")
    one, other, counted = both(plain, lambda: repr(call()) if "=> new" not in what else str(call()))
    assert one == other
    assert counted.answered == 0 or what in PLAIN


def fails(x: int) -> int:
    raise LookupError(f"no {x}")


def ends(x: int) -> int:
    raise SystemExit(x)


@pytest.mark.parametrize(
    "function", [fails, float, str, repr, lambda x: [x], lambda x: {"x": x}, lambda: 1, lambda x: 10**30, max]
)
def test_whatever_a_function_of_pythons_does(plain: Bridge, function: Any) -> None:
    call = plain.eval("(f) => { try { return String(f(7)) } catch (e) { return `${e.name}: ${e.message}` } }")
    one, other, _ = both(plain, lambda: [call(function) for _ in range(20)])
    assert one == other


def test_what_it_throws_passes_through(plain: Bridge) -> None:
    call = plain.eval("(f) => { f(1); f(2) }")
    for kind, function in ((LookupError, fails), (SystemExit, ends)):
        with pytest.raises(kind) as caught:
            call(function)
        assert caught.traceback[-1].name == function.__name__
    assert plain.eval("2") == 2


def test_operations_too(plain: Bridge) -> None:
    box = plain.eval("new (class Box extends Map { name = 'x'; half = 0.5 })([['a', 1], ['b', null]])")
    one, other, counted = both(
        plain, lambda: [len(box), box["a"], box["b"], box.name, box.half, "a" in box, box.has("c"), box.size]
    )
    assert one == other == [2, 1, None, "x", 0.5, True, False, 2]
    assert counted.sent >= 5
    with pytest.raises(AttributeError):
        _ = box.nothing
    with pytest.raises(KeyError):
        _ = box["c"]


def test_a_method_knows_what_it_was_taken_from(plain: Bridge) -> None:
    counter = plain.eval("new (class { n = 41; more() { return ++this.n } })()")
    assert [counter.more(), counter.more()] == [42, 43]


def test_they_nest(plain: Bridge) -> None:
    down = plain.eval("globalThis.down = (f, n) => n === 0 ? 0 : f(n - 1) + 1; down")

    def further(n: int) -> int:
        return int(down(further, n))

    one, other, _ = both(plain, lambda: [further(n) for n in (1, 5, 19, 20, 21, 60)])
    assert one == other == [1, 5, 19, 20, 21, 60]


def test_what_was_put_off_is_in_front_of_the_answer(plain: Bridge) -> None:
    """What a function that JavaScript calls has asked asynchronously is sent before its answer."""
    plain.eval("globalThis.seen = []")
    note = plain.eval("(x) => { seen.push(x) }")
    call = plain.eval("(f) => { seen.push('before'); const x = f(1); seen.push('after'); return x }")
    line: Any = plain.connection

    class Nobody:
        def settle(self, value: Any, error: BaseException | None) -> None: ...

    def posts(x: int) -> int:
        line.post([7, 0, 0, note._js_handle, None, x], [], Nobody())
        assert line.outbox.outgoing
        return x

    assert call(posts) == 1
    assert not line.outbox.outgoing


def test_threads_call_beside(plain: Bridge) -> None:
    add, loop = plain.eval("(x) => x + 1"), plain.eval(LOOP)
    wrong: list[Any] = []

    def ask() -> None:
        wrong.extend(x for x in range(300) if add(x) != x + 1)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert loop(lambda x: x, 100) == 4950
        wrong.extend(x for x in range(100) if add(x) != x + 1)
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("what", ["a value", "an object", "an error", "a callback"])
def test_another_thread_reads_the_answer_before_anybody_waits_for_it(
    plain: Bridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    waited_for = tmp_path / "waited for"
    body = {"an object": "return new (class {})()", "an error": "throw new RangeError('no')"}.get(
        what, "return f()"
    )
    slow = plain.eval(
        f"""(f) => {{
            const fs = process.getBuiltinModule("fs");
            while (!fs.existsSync({json.dumps(str(waited_for))}));
            {body}
        }}"""
    )
    add, line = plain.eval("(x) => x + 1"), cast(Any, plain.connection)
    ask, beside = line.plain.ask, []

    def asked(*request: Any) -> Any:
        found = ask(*request)
        if isinstance(found, Begun) and not beside and threading.current_thread() is threading.main_thread():
            beside.append(None)
            waited_for.touch()
            thread = threading.Thread(target=lambda: beside.append(add(1)))
            thread.start()
            if what == "a callback":  # which is served before that thread has its own answer
                return found
            thread.join()
        return found

    monkeypatch.setattr(line.plain, "ask", asked)
    function = (lambda: "x") if what == "a callback" else plain.eval("() => 7")
    gc.collect()
    line.flush()  # what is to be given back goes along with a call that is not plain
    said = outcome(lambda: slow(function))
    if what == "an error":
        assert said == (JSError, "RangeError: no")
    elif what == "an object":
        assert said.typeof() == ""
    else:
        assert said == ("x" if what == "a callback" else 7)
    assert beside[0] is None and add(1) == 2


def test_output_is_not_held_up(own: Bridge, monkeypatch: pytest.MonkeyPatch, printed: Any) -> None:
    monkeypatch.setenv(TRANSPORT, "rings")
    say = own.eval("(x) => { console.log(x); return x }")
    assert [say(x) for x in range(50)] == list(range(50))
    own.eval("1")
    assert printed.text().split() == [str(x) for x in range(50)]


def test_objects_are_given_back_while_only_plain_calls_are_made(plain: Bridge) -> None:
    make, add = plain.eval("() => () => 1"), plain.eval("(x) => x + 1")
    before = plain.stats(collect=True)["python"]["proxies"]
    for x in range(500):
        make()
        add(x)
    assert plain.stats(collect=True)["python"]["proxies"] <= before + 2


@pytest.mark.parametrize("how", ["close", "kill"])
def test_the_end_within_a_call(own: Bridge, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setenv(TRANSPORT, "rings")
    loop, add = own.eval(LOOP), own.eval("(x) => x + 1")
    assert add(1) == 2

    def end(x: int) -> int:
        if x == 20:
            if how == "close":
                own.close()
            else:
                import os
                import signal

                os.kill(cast(int, own.pid), signal.SIGKILL)
        return x

    with pytest.raises(BridgeError):
        loop(end, 100)
    with pytest.raises((NodeLost, BridgeError)):
        add(1)


def test_a_handle_that_was_given_back(plain: Bridge) -> None:
    call: Any = plain.eval(
        "(f) => { const $py = globalThis[Symbol.for('polyrepl.$py')]; $py.destroy?.(f); return f(1) }"
    )
    for _ in range(2):
        with pytest.raises(JSError):
            call(lambda x: x)
    assert plain.eval("3") == 3


AWAKE = """
const { Connection } = await import(FOLDER + "connection.mjs");
const { Interrupts } = await import(FOLDER + "interrupts.mjs");
const { KINDS, NOTES } = await import(FOLDER + "protocol.mjs");
Object.defineProperty(globalThis, "performance", { value: { now: () => 0 } }); // none of its turns is over
const interrupts = new Interrupts(new Int32Array(new SharedArrayBuffer(256)), null);
const body = Buffer.alloc(0);
const frame = (kind, head) => ({ kind, id: 1, epoch: 0, flags: 0, head: JSON.stringify(head), body });
const request = frame(KINDS.REQUEST, []), note = frame(KINDS.NOTE, [NOTES.release, []]);
for (const frames of [[], [request], [request, note], [note, request], [note]]) {
  let awake = 0;
  const channel = { epoch: 0, outEnd: 0, put() {}, flush() {}, swap() {} };
  channel.poll = () => frames.shift() ?? null;
  channel.spin = () => void (awake += 1);
  const parts = { operators: () => ({}), keywords: {}, promises: () => ({ given() {}, forgotten() {} }) };
  new Connection(channel, interrupts, () => () => 1, (code) => process.exit(code), parts).bell();
  console.log(awake);
}
"""


def test_what_is_forgotten_between_two_calls_does_not_send_node_to_sleep() -> None:
    """It stays awake for the next call for a while also where the last one brought such a note along."""
    folder = json.dumps((Path(bridge.__file__).parent / "node").as_uri() + "/")
    command = [find_node(), "--input-type=module", "-e", AWAKE.replace("FOLDER", folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "1", "1", "1", "0"], done.stderr


@pytest.mark.parametrize("what", ["an object", b"bytes", "a\ntext", 10**30, float("nan"), ...])
def test_whatever_its_arguments_an_answer_at_once_is_read_at_once(plain: Bridge, what: Any) -> None:
    same_ = plain.eval("(x) => x")
    value = [what] if what == "an object" else what
    one, other, counted = both(plain, lambda: [same_(value) for _ in range(200)])
    assert all(map(same if isinstance(value, float) else lambda a, b: a == b, one, other))
    assert one[0] is value or not isinstance(value, list)
    assert counted.sent >= 190 and counted.traded + counted.answered > 0


def test_an_error_that_comes_at_once(plain: Bridge) -> None:
    fail, check = plain.eval("(x) => { throw new RangeError(`no ${x}`) }"), plain.eval("(x) => x.nothing.at")

    def run() -> list[str]:
        told = []
        for call in (fail, check):
            for argument in (1, b"x"):
                try:
                    call(argument)
                except JSError as error:
                    told.append(f"{error.name} {error.message} {error.stack.splitlines()[0]}")
        return told

    one, other, counted = both(plain, run)
    assert one == other and len(one) == 4 and counted.sent > 0


def test_requests_that_are_no_plain_calls_are_served_at_once(plain: Bridge) -> None:
    """Attributes, items, methods, arguments and results of any kind, and what they raise."""

    class Box:
        name = "box"

        def me(self) -> Box:
            return self

        def fails(self) -> None:
            raise LookupError("no")

    box = Box()
    ask = plain.eval(
        """(box, list, n) => {
          const out = [];
          for (let i = 0; i < n; i++) {
            let failed; try { box.fails() } catch (error) { failed = `${error.name}: ${error.message}` }
            out.push(box.name, box.me().name, box.me() === box);
            out.push(list[1], list.length, list.index("b"), failed, list[7]);
          }
          return out;
        }"""
    )
    one, other, counted = both(plain, lambda: ask(box, ["a", "b"], 50))
    assert one == other == ["box", "box", True, "b", 2, 1, "LookupError: no", None] * 50
    assert counted.left > 0


def test_releases_and_large_arguments_are_in_order(plain: Bridge) -> None:
    """What is too large for a frame that is answered at once goes with its number all the same."""
    size, same_ = plain.eval("(x, y) => x.length + y.length"), plain.eval("(x) => x")

    def run() -> list[Any]:
        return [(size(b"x" * n, "y" * n), len(same_([n] * 3))) for n in (1, 4000, 65530, 70000, 1 << 21)]

    def held() -> Any:
        plain.stats(collect=True)  # exceptions of earlier tests, which hold frames
        gc.collect()
        stats = plain.stats(collect=True)
        return stats["python"], stats["node"]

    run()
    before = held()
    one, other, _ = both(plain, run)
    assert one == other == [(2 * n, 3) for n in (1, 4000, 65530, 70000, 1 << 21)]
    assert held() == before
