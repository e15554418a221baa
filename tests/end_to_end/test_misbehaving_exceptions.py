"""Exceptions that misbehave, and texts of any size: one clear, short message, in every front end."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.bridge import JSError
from polyrepl.bridge.beginnings import LONG, repr_of, said_by
from polyrepl.bridge.foreign import exception_only
from polyrepl.bridge.frames import stack_place, traceback_text
from polyrepl.repl.commands.code import is_machinery
from running import polyrepl

BAD = r"""
class Raises(Exception):
    def __str__(self): raise ValueError("no")
class NoText(Exception):
    def __str__(self): return 5
class Interrupts(Exception):
    def __str__(self): raise KeyboardInterrupt
class Odd(Exception):
    @property
    def name(self): raise OSError("a property")
class Placeless(Exception):
    @property
    def __traceback__(self): raise OSError("a property")
    @property
    def __cause__(self): raise OSError("a property")
    @property
    def __context__(self): raise OSError("a property")
class Red(Exception): pass
Red.__qualname__ = "Red"
def red():
    error = Red("\x1b[31mred\r\x9b\0")
    error.add_note("\x1b]0;title\x07")
    raise error
class Shown:
    def __init__(self, how): self.how = how
    def __repr__(self):
        if self.how == "exit": raise SystemExit(3)
        if self.how == "number": return 5
        if self.how == "stop": raise KeyboardInterrupt
        if self.how == "bad": raise Raises()
        return "x" * int(self.how)
class Nameless:
    value = 5
    def __dir__(self): raise OSError("dir")
class Unlike:
    value = 5
    @property
    def __dict__(self): raise OSError("dict")
def fail(kind):
    raise kind("m")
def noted(notes):
    error = ValueError("m")
    error.__notes__ = notes
    raise error
def circle():
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    raise first
def huge(size): raise ValueError("y" * size)
def group(): raise ExceptionGroup("g", [ValueError("a"), ExceptionGroup("in", [KeyError("k")])])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    (made / "badly.py").write_text(BAD)
    return made


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit(f",py exec({BAD!r})")
        yield made


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("(badly.fail badly.Raises)", "Raises: <ValueError in __str__>"),
        ("(badly.fail badly.NoText)", "NoText: <TypeError in __str__>"),
        ("(badly.fail badly.Interrupts)", "Interrupts: <KeyboardInterrupt in __str__>"),
        ("(badly.fail badly.Odd)", "Odd: m"),
        ("(badly.fail badly.Placeless)", "Placeless: m"),
        ("(badly.red)", "Red: ␛[31mred␍�␀"),
        ("(badly.red)", "note: ␛]0;title␇"),
        ('(let [e (Error. (String.fromCharCode 27 91 51 49 109))]'
         " (set! e.name (String.fromCharCode 155)) (throw e))",
         "�: ␛[31m"),
        ("(badly.noted 5)", "  note: 5"),
        ("(badly.noted [(badly.Raises)])", "  note: <ValueError in __str__>"),
        ("(badly.circle)", "  caused by KeyError: 'b'"),
        ("(badly.huge 100000000)", "… +99990030 chars"),
        ('(throw (Error. (.repeat "x" 40000)))', "… +30030 chars"),
        ('(throw (Error. (.repeat "x" 100000000)))', "… +99990030 chars"),
        ('(throw (Error. (.repeat "a-" 200000)))', "… +390030 chars"),
        ('(throw (Error. (+ "at " (.repeat "(x:1 " 200000))))', "… +990033 chars"),
        ('(throw (.repeat "x" 100000000))', "chars"),
        ('(setTimeout (fn () (throw (Error. (.repeat "x" 40000)))) 1)', "… +30030 chars"),
        ('(let [e (Error. "m")] (Object.defineProperty e "message" {:get (fn () (throw 1))}) (throw e))',
         "Error: <its message cannot be read>"),
        ('(let [e (Error. "m")] (Object.defineProperty e "stack" {:get (fn () (throw 1))}) (throw e))',
         "Error: m"),
        ('(let [r (Proxy.revocable (Error. "a") {})] (.revoke r) (throw r.proxy))', "Thrown: "),
    ],
)  # fmt: skip
def test_one_error(folder: Path, form: str, says: str) -> None:
    done = polyrepl("-e", '(do (py.import "badly") nil)', "-e", form, cwd=folder, PYTHONPATH=str(folder))
    assert done.code == 1
    assert says in done.err
    assert "internal error" not in done.err
    assert "Traceback" not in done.err
    assert len(done.err) < 30_000
    assert not set(done.err) & set(map(chr, (*range(9), *range(11, 32), *range(127, 160))))


def test_a_typed_catch_looks_at_what_cannot_be_looked_at(folder: Path) -> None:
    form = """
    (def r (Proxy.revocable {} {}))
    (.revoke r)
    (defn look [x] (try (throw x) (catch TypeError e :type) (catch Error e :error) (catch e :other)))
    (println (look r.proxy) (look (Error. "a")) (look (TypeError. "b")) (look nil))"""
    done = polyrepl("-e", form, cwd=folder)
    assert (done.code, done.out, done.err) == (0, ":other :error :type :other\n", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (",py fail(Raises)", "Raises: <exception str() failed>"),
        (",py fail(Interrupts)", "Interrupts: <exception str() failed>"),
        (",py fail(Placeless)", "Placeless: m"),
        (",py red()", "Red: ␛[31mred␍�␀"),
        (",py noted(5)", "ValueError: m\n5"),
        (",py fail(Odd)", "Odd: m"),
        (",py circle()", "caused by KeyError: 'b'"),
        (",py group()", "  2 of 2: ExceptionGroup: in (1 sub-exception)\n    1 of 1: KeyError: 'k'"),
        (",py huge(10 ** 8)", "chars"),
        (",py Shown('exit')", "#<Shown: its repr raised SystemExit: 3>"),
        (",py Shown('number')", "#<Shown: its repr raised TypeError"),
        (",py Shown('bad')", "#<Shown: its repr raised Raises: <ValueError in __str__>>"),
        (",inspect (py.Shown \"exit\")", "its repr raised SystemExit"),
        ("(py.Shown \"exit\")", "#<Shown: its repr raised SystemExit: 3>"),
        (",py [Shown('exit')]", "[#<Shown: its repr raised SystemExit: 3>]"),
        (",py Shown('stop')", "Interrupted"),
        (",py [Shown('stop')]", "Interrupted"),
        ("[(py.Shown \"stop\")]", "Interrupted"),
        (",inspect (py.Nameless)", "\n  value  "),
        (",inspect (py.Unlike)", "\n  value  "),
        (",py raise KeyError('k' * 10 ** 8)", "KeyError: 'kkk"),
        (",py raise OSError(2, 'no', 'k' * 10 ** 8, 0, 'x')", "FileNotFoundError: [Errno 2] no: 'kkk"),
        (",py raise ValueError([0] * 2_000_000)", "… (2000000 items)"),
        (",py compile('1 ' + 'k' * 10 ** 6, 'f', 'exec')", "SyntaxError: invalid syntax"),
        (",inspect ((py.type (.repeat \"k\" 100000) (py.tuple) (py.dict)))", "Python __main__.kkk"),
        ("(js.require (.repeat \"k\" 100000))", "Error: Cannot find module 'kkk"),
        ("(js.Object (.repeat \"k\" 50000000))", "#<String kkk"),
        (",js 10n ** 100000n", "… +98002 chars"),
        (",js [10n ** 2000000n]", "[#<BigInt of about 2000001 digits>]"),
    ],
)  # fmt: skip
def test_at_the_prompt(prompt: Prompt, text: str, says: str) -> None:
    shown = prompt.submit(text)
    assert says in shown
    assert "internal error" not in shown
    assert len(shown) < 30_000
    assert prompt.submit("(+ 1 1)") == "2"


@pytest.mark.parametrize("text", ["(throw (badly.Raises))", "(badly.Shown 'exit')"])
def test_a_file(folder: Path, text: str) -> None:
    (folder / "p.lisp").write_text(f'(py.import "badly")\n(println "before")\n{text}\n')
    done = polyrepl("p.lisp", cwd=folder, PYTHONPATH=str(folder))
    assert done.out == "before\n"
    assert "Traceback" not in done.err and "internal" not in done.err


def test_a_traceback_is_pythons_own() -> None:
    first, second = ValueError("a"), KeyError("b")
    assert traceback_text(first) == "".join(traceback.format_exception(first)) == "ValueError: a\n"
    first.__cause__, second.__cause__ = second, first
    assert traceback_text(first) == "".join(traceback.format_exception(first))
    first.__cause__ = first
    assert traceback_text(first) == "".join(traceback.format_exception(first))
    first.__cause__, second.__cause__ = None, None
    first.__context__, first.__suppress_context__ = second, False
    assert traceback_text(first) == "".join(traceback.format_exception(first))


HUGE = "k" * (LONG + 1)


def test_the_beginning_of_a_repr() -> None:
    circle: list[object] = ["a"]
    circle.append(circle)
    strings = [HUGE, HUGE.encode(), bytearray(HUGE, "ascii"), [HUGE], (HUGE, 1), {HUGE: 1}, {1: [HUGE]}]
    plain = ["abc", b"abc", [], (1,), (), {1: "b"}, set(), {"a"}, frozenset("a"), [["a", {"b": (None, 1.5)}]]]
    many = [[0] * 2_000_000, [[]] * 2_000_000, [[0] * 1000] * 2000, ["\x00" * LONG]]
    for value in [*plain, circle, *strings, *many]:
        whole = repr(value)
        for longest in (80, 10_000):
            text, more = repr_of(value, longest)
            assert len(text) <= longest and more == (len(whole) > longest)
            assert text == whole if not more else text.partition("…")[0] == whole[: text.index("…")]


def test_the_beginning_of_what_an_exception_says() -> None:
    no = (2, "no")
    plain = [KeyError("a"), KeyError(), KeyError(1, 2), ValueError(), ValueError(1), ValueError("x", 2)]
    plain += [
        OSError(),
        OSError(1),
        OSError(*no),
        OSError(*no, "f"),
        OSError(*no, b"f", 0, "g"),
        SystemExit(3),
    ]
    plain += [OSError(*no, 3), OSError(*no, ""), OSError(*no, "f", 0, ""), ImportError("x"), ImportError(3)]
    plain += [ImportError("x", 2), ExceptionGroup("g", [ValueError()]), SyntaxError("m", ("f", 1, 2, "t"))]
    plain += [UnicodeDecodeError("utf8", b"x", 0, 1, "r"), JSError("E", "m"), ValueError(b"x")]
    huge = [KeyError(HUGE), KeyError([HUGE]), ValueError(HUGE), ValueError(HUGE, 1), ImportError(HUGE)]
    huge += [OSError(*no, HUGE), OSError(*no, "f", 0, HUGE), OSError(*no, HUGE, 0, HUGE), OSError(HUGE)]
    for error in [*plain, *huge]:
        text, more = said_by(error, 100)
        whole = str(error)
        assert more == (error in huge)
        assert text == whole if not more else text.partition("…")[0] == whole[: text.index("…")]
    assert "\n".join(["", "    …1 kkkk"]) in exception_only(SyntaxError("m", ("f", 1, 1, "1 " + HUGE)))


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("    at f (/a b/c.js:1:2)", ("f", "/a b/c.js", 1, 2)),
        ("    at async o.f [as g] (file:///c.mjs:10:20)", ("o.f [as g]", "file:///c.mjs", 10, 20)),
        ("    at /c.js:1:2", ("", "/c.js", 1, 2)),
        ("    at eval (eval at run (/x.js:1:1), <anonymous>:3:4)", ("eval", "<eval>", 3, 4)),
        ("    at new Promise (<anonymous>)", None),
        ("at f (/c.js:1:2)", None),
        ("Error: x", None),
        ("    at f (/c.js:1:" + "9" * 5000 + ")", None),
        ("    at " + " (x:1" * 100_000 + ":1)", None),
        (" " * 100_000, None),
    ],
)
def test_places_of_a_stack(line: str, place: tuple[str, str, int, int] | None) -> None:
    assert stack_place(line) == place


def test_a_folder_called_polyrepl_is_profiled() -> None:
    assert not is_machinery(("/home/me/polyrepl/asyncio_tools/work.py", 1, "f"), ())
    assert is_machinery((is_machinery.__code__.co_filename, 1, "f"), ())


@pytest.mark.parametrize(
    ("form", "end"),
    [
        ("(js.Uint8Array. 1e9)", "… +999900000 more]>\n"),
        ("(let [a (js.Array.)] (set! a.length 4294967295) a)", "… +4294867295 more]\n"),
        ('(.repeat "x" 100000000)', "… +99000000 chars\n"),
        ('(Error. (.repeat "x" 100000000))', "chars>\n"),
        ('(py.str.ljust "x" 3000000)', "chars\n"),
        ("(js->py (range 900000))", "chars\n"),
        ("(js->py (range 1200000))", "… (1200000 items)\n"),
    ],
)
def test_a_huge_value_is_cut_and_that_is_said(form: str, end: str) -> None:
    done = polyrepl("-e", form)
    assert (done.code, done.out[-len(end) :]) == (0, end)
    assert done.err == "polyrepl: the value is too large to be shown whole; --full shows all of it\n"
    assert len(done.out) < 3_000_000


BIG = '(def big (.repeat "x" 100000000))'


@pytest.mark.parametrize(
    ("form", "end"),
    [
        ("{big 1}", "… +99000000 chars 1}\n"),
        ('{(+ "1" big) 1}', "… +99000001 chars 1}\n"),
        ("{(Symbol big) 1}", "… +99000000 chars> 1}\n"),
        ("(Symbol big)", "… +99000000 chars>\n"),
        ("[(keyword big)]", "… +99000000 chars]\n"),
        ("[(symbol big)]", "… +99000000 chars]\n"),
        ('[(Object.defineProperty (fn [] 1) "name" {:value big})]', "… +99000000 chars>]\n"),
        ('[(badly.Shown "100000000")]', "… +99000000 chars]\n"),
        ('{:a (badly.Shown "100000000")}', "… +99000000 chars}\n"),
    ],
)
def test_each_name_of_a_value_is_cut(folder: Path, form: str, end: str) -> None:
    done = polyrepl("-e", f'{BIG} (py.import "badly") nil', "-e", form, cwd=folder, PYTHONPATH=str(folder))
    assert (done.code, done.out[-len(end) :]) == (0, end)
    assert done.err == "polyrepl: the value is too large to be shown whole; --full shows all of it\n"
    assert len(done.out) < 1_001_000


def test_python_has_the_last_error_of_the_prompt(prompt: Prompt) -> None:
    for text in (",py int('x')", '(py.int "x")'):
        prompt.submit(text, ",py 1")
        asked = ",py import sys; sys.last_type.__name__, sys.last_traceback is not None, sys.last_value"
        assert prompt.submit(asked).startswith("('ValueError', True,")
        prompt.submit('(py.exec "del sys.last_type")')


def test_a_table_and_attributes_have_short_names(prompt: Prompt) -> None:
    prompt.submit(BIG)
    assert len(prompt.submit("[{big 1 :a 2} {big 3 :a 4} {big 5 :a 6}]")) < 30_000
    assert len(prompt.submit(",inspect {big 1 :a 2}")) < 30_000


@pytest.mark.parametrize("options", [("--full",), ("--json",)])
@pytest.mark.parametrize("form", ["(range 120000)", "(js->py (range 400000))"])
def test_what_is_asked_for_whole_is_whole(options: tuple[str, ...], form: str) -> None:
    done = polyrepl(*options, "-e", form)
    assert (done.code, done.err) == (0, "")
    assert "…" not in done.out and "\\u2026" not in done.out
    last = form.split()[-1].strip(")")
    shown = done.out.rpartition('\n{"type": "end"')[0] if "--json" in options else done.out
    assert str(int(last) - 1) in shown[-60:]


def test_what_is_printed_is_never_cut() -> None:
    done = polyrepl("-e", "(println (range 120000))")
    assert done.out.endswith("119999)\n") and done.err == ""


def test_endless_values_and_long_own_texts_are_not_called_cut() -> None:
    done = polyrepl("-e", "(range)", "-e", '(js.URL. (+ "http://a/?" (.repeat "x" 5000)))')
    assert done.err == ""
    assert "(0 1 2 3 4 5 6 7 8 9 …)" in done.out and "x" * 5000 in done.out
