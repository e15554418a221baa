"""Output: in the order it happened, complete, attributed to its form, whatever its bytes."""

from __future__ import annotations

from typing import Any

from polyrepl.bridge import Bridge
from processes import until


async def test_order_between_the_languages(own: Bridge, printed: Any) -> None:
    f = own.eval("(say) => { for (let i = 0; i < 50; i++) { console.log('js', i); say(i) } }")
    await own.call_async(f, lambda i: printed.append(("stdout", f"py {i}\n", 1)), form=1)
    assert printed == [
        event for i in range(50) for event in (("stdout", f"js {i}\n", 1), ("stdout", f"py {i}\n", 1))
    ]


async def test_a_hundred_thousand_lines(own: Bridge, printed: Any) -> None:
    await own.call_async(own.eval("() => { for (let i = 0; i < 100000; i++) console.log(i) }"), form=1)
    assert printed.text() == "".join(f"{i}\n" for i in range(100_000))


def test_output_appears_before_a_loop_that_follows(own: Bridge, printed: Any) -> None:
    own.eval("(f) => { console.log('a'); process.stdout.write('b'); f() }")(
        lambda: printed.append(("stdout", "|", None))
    )
    assert printed.text() == "a\nb|"


def test_binary_garbage_and_large_writes(own: Bridge, printed: Any) -> None:
    own.eval(
        "process.stdout.write(Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a])); "
        "process.stdout.write('😀\\ud800\\n')"
    )
    assert printed.text() == "a\\xff\\xfeb\n😀\ufffd\n"
    own.eval("process.stdout.write('x'.repeat(3e6))")
    assert printed.text().count("x") == 3_000_000 + 2


async def test_output_after_the_form_is_still_its_own(own: Bridge, printed: Any) -> None:
    f = own.eval(
        "() => { globalThis.done = new Promise((r) => { globalThis.go = r })"
        ".then(() => console.log('late')); }"
    )
    await own.call_async(f, form=5)
    await own.call_async(own.eval("() => { console.log('six') }"), form=6)
    own.eval("go(); 1")
    await own.eval("done")
    assert printed == [("stdout", "six\n", 6), ("stdout", "late\n", 5)]


async def test_raw_descriptors(own: Bridge, printed: Any) -> None:
    own.eval(
        "require('node:child_process').spawnSync('sh', ['-c', 'echo out; echo err >&2'],"
        "{ stdio: 'inherit' }); 1"
    )
    own.eval("require('node:fs').writeSync(1, 'fd\\n')")
    await until(
        lambda: (printed.text(), printed.text("stderr")) == ("out\nfd\n", "err\n"),
        lambda: own.eval("new Promise((r) => setTimeout(r, 1))"),
    )


def test_a_failing_sink_breaks_nothing(capsys: Any) -> None:
    def sink(stream: str, text: str, form: int | None) -> None:
        raise ValueError("bad sink")

    with Bridge(output=sink) as js:
        assert js.eval("console.log(1), 5") == 5


def test_callback_of_process_stdout_write(own: Bridge, printed: Any) -> None:
    own.eval("new Promise((r) => process.stdout.write('x', r))").result()
    own.eval("new Promise((r) => process.stdout.write('y', 'utf8', r))").result()
    assert printed.text() == "xy"


async def test_both_sides_write_a_megabyte_at_once(own: Bridge, printed: Any) -> None:
    f = own.eval("(x, f) => { process.stdout.write('y'.repeat(2e6)); return f(x + 'z').length }")
    assert f("x" * 3_000_000, lambda x: x) == 3_000_001
    assert len(printed.text()) == 2_000_000
