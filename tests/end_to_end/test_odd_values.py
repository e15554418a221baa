"""Values that throw when they are looked at, and text with half a character, in programs of the Lisp's."""

from __future__ import annotations

import pytest
from running import polyrepl

REVOKED = "(def r (Proxy.revocable {} {})) (r.revoke)"
# Proxies that answer anything, that take every name for a text, and that have no prototype to show.
ANY = "new Proxy({a: 1}, {get: () => 42})"
TEXTS = "new Proxy({a: 1}, {get: (it, key) => `${key}`})"
ORPHAN = "new Proxy({a: 1}, {getPrototypeOf() { throw new Error(`no`) }})"
SHOWN = "#<{} that cannot be shown: {}>\n"
GONE = "Cannot perform 'get' on a proxy that has been revoked"
NO_TEXT = "Cannot convert a Symbol value to a string"


@pytest.mark.parametrize(
    ("code", "out", "err"),
    [
        (f'{REVOKED} (try (throw r.proxy) (catch e (println "caught")))', "caught\n", ""),
        (f"{REVOKED} (throw r.proxy)", "", "Thrown: a value that throws when it is looked at"),
        (
            f"{REVOKED} (await (Promise.reject r.proxy))",
            "",
            "Thrown: a value that throws when it is looked at",
        ),
        (f"{REVOKED} (begin (Promise.reject r.proxy) nil)", "", "an exception that cannot be shown"),
        (f"{REVOKED} r.proxy", "", "revoked"),
        (f"{REVOKED} (println r.proxy)", SHOWN.format("Proxy", "TypeError: " + GONE), ""),
        (f'(js.eval "{ANY}")', "{:a 42}\n", ""),
        (f'(println (js.eval "{ANY}"))', "{:a 42}\n", ""),
        (f'(js.eval "{TEXTS}")', SHOWN.format("Object", "TypeError: " + NO_TEXT), ""),
        (f'(println (str (js.eval "{TEXTS}")))', SHOWN.format("Object", "TypeError: " + NO_TEXT), ""),
        (f'(js.eval "{ORPHAN}")', SHOWN.format("Proxy", "Error: no"), ""),
        ('(throw (Error "x\\ud800y"))', "", "Error: x\\ud800y"),
        ('(throw "\\ud800")', "", 'Thrown: "\\ud800"'),
        ('(begin (Promise.reject (Error "late\\ud800")) nil)', "", "Error: late\\ud800"),
        ('(py.exec "raise ValueError(chr(0xd800))")', "", "ValueError: \\ud800"),
        ('(try (py.exec "raise ValueError(chr(0xd800))") (catch e (println (count e.message))))', "1\n", ""),
    ],
)
def test_programs(code: str, out: str, err: str) -> None:
    done = polyrepl("-e", code)
    assert done.out == out
    assert err in done.err
    assert "Traceback" not in done.err
    assert (done.code == 0) == (err == "")


@pytest.mark.parametrize("size", [9999, 10000, 10001, 20001])
def test_long_collections_are_written_in_blocks(size: int) -> None:
    form = f'(let [a (.fill (js.Array. {size}) 7)] [(= (pr-str a) (str "[" (a.join " ") "]"))'
    form += ' (= (pr-str [[a] 1]) (str "[[[" (a.join " ") "]] 1]"))])'
    done = polyrepl("-e", form)
    assert (done.code, done.out, done.err) == (0, "[true true]\n", "")


@pytest.mark.parametrize("value", ["(js.Array. 4294967295)", "[(js.Uint8Array. 300000000)]"])
def test_what_no_string_can_hold(value: str) -> None:
    said = "RangeError: this value's text is longer than a string can be (512 MiB): show a part of it"
    for done in (polyrepl("--full", "-e", value), polyrepl("-e", f"(println {value})")):
        assert (done.code, done.out) == (1, "")
        assert said in done.err
    done = polyrepl("--json", "-e", value)
    assert done.code == 1 and done.out.count("\n") == 2 and said.removeprefix("RangeError: ") in done.out
