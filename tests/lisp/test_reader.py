"""The reader: what each text reads as, where errors point, and when more input could help."""

import math

import pytest
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import (
    BigInt,
    Const,
    Form,
    FString,
    Keyword,
    List,
    Map,
    Number,
    Regex,
    Set,
    Source,
    Str,
    Symbol,
    Vector,
)
from polyrepl.lisp.layout.format import format_text
from polyrepl.lisp.layout.indent import indent_for
from polyrepl.lisp.read.reader import MAX_DEPTH, Reader, read_all, status


def read(text: str) -> Form:
    (form,) = read_all(text)
    return form


def sym(name: str) -> Symbol:
    return Symbol(name)


def call(*items: Form | str) -> List:
    return List(tuple(Symbol(item) if isinstance(item, str) else item for item in items))


READS: list[tuple[str, Form]] = [
    ("foo", sym("foo")),
    ("np.linalg.norm", sym("np.linalg.norm")),
    (".method", sym(".method")),
    (".-prop", sym(".-prop")),
    ("->", sym("->")),
    ("-", sym("-")),
    ("+", sym("+")),
    ("...", sym("...")),
    ("&", sym("&")),
    ("a/b", sym("a/b")),
    ("x'", sym("x'")),
    ("x#", sym("x#")),
    ("*1", sym("*1")),
    ("-x", sym("-x")),
    (".-5x", sym(".-5x")),
    ("even?", sym("even?")),
    ("π", sym("π")),
    ("$py", sym("$py")),
    ("f", sym("f")),
    ("fn", sym("fn")),
    ("NaN", sym("NaN")),
    ("Infinity", sym("Infinity")),
    ("%time", sym("%time")),
    ("nil", Const(None)),
    ("true", Const(True)),
    ("false", Const(False)),
    (":a", Keyword("a")),
    (":a-b", Keyword("a-b")),
    (":a/b", Keyword("a/b")),
    (":1", Keyword("1")),
    ("12", Number(12)),
    ("-5", Number(-5)),
    ("+5", Number(5)),
    ("1.5", Number(1.5)),
    (".5", Number(0.5)),
    ("-.5", Number(-0.5)),
    ("5.", Number(5)),
    ("1e3", Number(1000.0)),
    ("1.5E-3", Number(0.0015)),
    ("1_000", Number(1000)),
    ("0xFF", Number(255)),
    ("-0x10", Number(-16)),
    ("0b101", Number(5)),
    ("0o17", Number(15)),
    ("10n", BigInt(10)),
    ("-0xFFn", BigInt(-255)),
    ("123456789012345678901234567890n", BigInt(123456789012345678901234567890)),
    ("9007199254740993", Number(9007199254740992.0)),
    ("1e400", Number(math.inf)),
    ('"a"', Str("a")),
    ('""', Str("")),
    (r'"\n\t\r\b\f\v\0\\\"\'\/"', Str("\n\t\r\b\f\v\0\\\"'/")),
    (r'"\u0041\u{1F600}\x41"', Str("A😀A")),
    (r'"\ud83d"', Str("\ud83d")),
    ('"\ud83d"', Str("\ud83d")),
    ('"a\r\nb"', Str("a\nb")),
    ('"a\\\nb"', Str("ab")),
    ('"a\\\r\nb"', Str("ab")),
    ('"a\nb"', Str("a\nb")),
    (r"\a", Str("a")),
    (r"\newline", Str("\n")),
    (r"\u0041", Str("A")),
    (r"\(", Str("(")),
    (r"\\", Str("\\")),
    (r"\"", Str('"')),
    (r'#"a\d\"b"', Regex(r'a\d"b')),
    ('#"(?i)abc"', Regex("abc", "i")),
    ('#"(?mi)abc"', Regex("abc", "im")),
    ('#"(?:a)"', Regex("(?:a)")),
    ('f"abc"', FString(("abc",))),
    ('f""', FString(())),
    ('f"a{x}b"', FString(("a", sym("x"), "b"))),
    ('f"{x}{y}"', FString((sym("x"), sym("y")))),
    ('f"{{x}}"', FString(("{x}",))),
    (r'f"\{x\}\u{41}"', FString(("{x}A",))),
    ('f"{(g "}" {:a 1})}"', FString((call("g", Str("}"), Map((Keyword("a"), Number(1)))),))),
    ('f"{f"{x}"}"', FString((FString((sym("x"),)),))),
    ('f"{ {:a 1} }"', FString((Map((Keyword("a"), Number(1))),))),
    ('f"{#_ a b}"', FString((sym("b"),))),
    ("'x", call("quote", "x")),
    ("`x", call("quasiquote", "x")),
    ("~x", call("unquote", "x")),
    ("~@x", call("unquote-splicing", "x")),
    ("''x", call("quote", call("quote", "x"))),
    ("' x", call("quote", "x")),
    ("'#_a b", call("quote", "b")),
    ("()", List(())),
    ("(a [b {:c #{d}}])", call("a", Vector((sym("b"), Map((Keyword("c"), Set((sym("d"),)))))))),
    ("(a, b,c)", call("a", "b", "c")),
    ("(a #_b c)", call("a", "c")),
    ("(a #_ #_ b c d)", call("a", "d")),
    ("(a #_(b c))", call("a")),
    ("(a ; b)\n c)", call("a", "c")),
    ("(a #| b #| c |# ) |# d)", call("a", "d")),
    ("#(f % 1)", call("fn", Vector((sym("%1"),)), call("f", "%1", Number(1)))),
    ("#(f %2)", call("fn", Vector((sym("%1"), sym("%2"))), call("f", "%2"))),
    ("#(f %&)", call("fn", Vector((sym("&"), sym("%&"))), call("f", "%&"))),
    ("#(f)", call("fn", Vector(()), call("f"))),
    ("`#(f %)", call("quasiquote", call("fn", Vector((sym("%1#"),)), call("f", "%1#")))),
    (
        "`~#(f %)",
        call("quasiquote", call("unquote", call("fn", Vector((sym("%1"),)), call("f", "%1")))),
    ),
    (
        '#(f f"{%}" [%])',
        call("fn", Vector((sym("%1"),)), call("f", FString((sym("%1"),)), Vector((sym("%1"),)))),
    ),
    ("^:a x", call("with-meta*", "x", Map((Keyword("a"), Const(True))))),
    ("^{:b 1} x", call("with-meta*", "x", Map((Keyword("b"), Number(1))))),
    ("^T x", call("with-meta*", "x", Map((Keyword("tag"), sym("T"))))),
    (
        "^:a ^{:a 2 :b 1} x",
        call("with-meta*", "x", Map((Keyword("a"), Const(True), Keyword("b"), Number(1)))),
    ),
    (
        "{a 1 b 2 ~c 3 ~d 4}",
        Map(
            (
                sym("a"),
                Number(1),
                sym("b"),
                Number(2),
                call("unquote", "c"),
                Number(3),
                call("unquote", "d"),
                Number(4),
            )
        ),
    ),
    ("#!/usr/bin/env polyrepl\nx", sym("x")),
    ("\ufeff#!x\ny", sym("y")),
    ("\ufeffx", sym("x")),
    ("(a\r\n b)\r\n", call("a", "b")),
    ("\u00a0x\u3000", sym("x")),
]


@pytest.mark.parametrize(("text", "form"), READS, ids=[text[:30] for text, _ in READS])
def test_reads(text: str, form: Form) -> None:
    assert read(text) == form
    assert status(text).kind == "complete"


def test_numbers_keep_their_text() -> None:
    for text, shown in [
        ("0xff", "0xff"),
        ("1_000", "1000"),
        ("+5", "5"),
        ("9007199254740993", "9007199254740993"),
    ]:
        form = read(text)
        assert isinstance(form, Number)
        assert form.text == shown
    zero = read("-0")
    assert isinstance(zero, Number)
    assert math.copysign(1, zero.value) == -1


def test_spans_cover_the_text() -> None:
    text = '(foo \'bar [1 ^:a x] f"a{y}" #(g %) :k "s\\n" #"r")'
    stack: list[Form] = read_all(text)
    seen = []
    while stack:
        form = stack.pop()
        assert form.span is not None
        seen.append(form.span.text)
        stack.extend(getattr(form, "items", ()))
        stack.extend(part for part in getattr(form, "parts", ()) if not isinstance(part, str))
    for piece in [
        "'bar",
        "bar",
        "[1 ^:a x]",
        "^:a x",
        "^",
        "x",
        'f"a{y}"',
        "y",
        "#(g %)",
        "%",
        ":k",
        '"s\\n"',
        text,
    ]:
        assert piece in seen


# (text, code, what the span covers)
INVALID = [
    (")", "unmatched", ")"),
    ("(a))", "unmatched", ")"),
    ("(]", "mismatched", "]"),
    ("(a [b 1)", "mismatched", ")"),
    ("#(a}", "mismatched", "}"),
    ("(')", "dangling-prefix", "'"),
    ("[#_]", "dangling-prefix", "#_"),
    ("(^:a)", "dangling-prefix", "^"),
    ("{:a}", "odd-map", ":a"),
    ("{:a 1 :b}", "odd-map", ":b"),
    ("{:a 1 :a 2}", "duplicate-key", ":a"),
    ('{:a 1 "a" 2}', "duplicate-key", '"a"'),
    ("#{1 2 1}", "duplicate-key", "1"),
    ("::a", "bad-keyword", "::a"),
    (":", "bad-keyword", ":"),
    (":a:", "bad-keyword", ":a:"),
    ("12px", "bad-number", "12px"),
    ("1/2", "bad-number", "1/2"),
    ("010", "bad-number", "010"),
    ("1.5n", "bad-number", "1.5n"),
    ("1__0", "bad-number", "1__0"),
    ("0x", "bad-number", "0x"),
    ("1" * 1001, "long-number", "1" * 1001),
    ('"a\\qb"', "bad-escape", "\\q"),
    ('"\\u12"', "bad-escape", "\\u12"),
    ('"\\u{110000}"', "bad-escape", "\\u{110000}"),
    ('"\\x1"', "bad-escape", "\\x1"),
    ('"\\1"', "bad-escape", "\\1"),
    ('"\\01"', "bad-escape", "\\0"),
    ("\\foo", "bad-character", "\\foo"),
    ("\\ ", "bad-token", "\\"),
    ("@x", "bad-token", "@"),
    ("“a”", "bad-token", "“"),
    ("a\x00b", "bad-token", "\x00"),
    ("a\u200bb", "bad-token", "\u200b"),
    ("\ud800", "bad-token", "\ud800"),
    ("#t", "bad-dispatch", "#t"),
    ("#js {:a 1}", "bad-dispatch", "#js"),
    ("#", "bad-dispatch", "#"),
    ("##NaN", "bad-dispatch", "##NaN"),
    ("#<Foo>", "bad-dispatch", "#<Foo>"),
    ("%", "stray-argument", "%"),
    ("[%2]", "stray-argument", "%2"),
    ("#(%0)", "argument-number", "%0"),
    ("#(%21)", "argument-number", "%21"),
    ("#(a #(b))", "nested-short-fn", "#("),
    ('#"(?x)a"', "bad-regex-flag", "x"),
    ('f"{}"', "empty-hole", "{}"),
    ('f"{a b}"', "crowded-hole", "b"),
    ('f"{x:.2f}"', "format-spec", "x:.2f"),
    ('f"{x!r}"', "format-spec", "x!r"),
    ('f"{(f x):>10}"', "format-spec", ":>10"),
    ('f"a}"', "lone-brace", "}"),
    ("^1 x", "bad-metadata", "1"),
    ("'" * (MAX_DEPTH + 1) + "x", "too-deep", "'"),
    ("(" * 100_000, "too-deep", "("),
    ('"\\q', "bad-escape", "\\q"),
    ("(a ] ", "mismatched", "]"),
]


@pytest.mark.parametrize(("text", "code", "covers"), INVALID, ids=[case[0][:20] for case in INVALID])
def test_invalid(text: str, code: str, covers: str) -> None:
    verdict = status(text)
    assert verdict.kind == "invalid"
    error = verdict.error
    assert error is not None and error.span is not None
    assert (error.code, error.span.text) == (code, covers)
    assert not error.incomplete
    assert str(error)


INCOMPLETE = [
    ("(", "("),
    ("(a [b", "["),
    ("(a [b]", "("),
    ("#(a", "#("),
    ("#{a", "#{"),
    ("{:a", "{"),
    ('"abc', '"'),
    ('"abc\\', '"'),
    ('"abc\\u00', '"'),
    ('"abc\\u{1F6', '"'),
    ('#"abc', '#"'),
    ('f"abc', 'f"'),
    ('f"abc{', "{"),
    ('f"abc{x', "{"),
    ('f"abc{x}', 'f"'),
    ('f"abc}', 'f"'),
    ('f"abc{"x', '"'),
    ("'", "'"),
    ("(a '", "'"),
    ("~@", "~@"),
    ("^", "^"),
    ("^:a", "^"),
    ("^:a ; c", "^"),
    ("a #_", "#_"),
    ("#_ #_ a", "#_"),
    ("#| a", "#|"),
    ("#| a #| b |#", "#|"),
    ("(a) (b", "("),
]


@pytest.mark.parametrize(("text", "covers"), INCOMPLETE, ids=[case[0][:20] for case in INCOMPLETE])
def test_incomplete(text: str, covers: str) -> None:
    verdict = status(text)
    assert verdict.kind == "incomplete"
    assert verdict.error is not None and verdict.error.span is not None
    assert verdict.error.incomplete
    assert verdict.error.span.text == covers


@pytest.mark.parametrize(
    "text", ["", " \n\t", "; a", "#| a |#", "#_a", "#_ #_ a b", "#!shebang", "\ufeff", ",,"]
)
def test_empty(text: str) -> None:
    assert status(text).kind == "empty"
    assert Reader(text).read() is None


def test_one_form_at_a_time() -> None:
    text = '(a) \'b ; c\n #_d f"{e}" "g" #"h" i'
    reader = Reader(Source("<pipe>", text))
    found = []
    while (form := reader.read()) is not None:
        found.append((form, text[: reader.position]))
    assert [form for form, _ in found] == read_all(text)
    assert [before.rsplit(None, 1)[-1] for _, before in found] == ["(a)", "'b", 'f"{e}"', '"g"', '#"h"', "i"]
    assert reader.position == len(text)


def test_an_error_leaves_the_position_before_the_form() -> None:
    reader = Reader("(a) (b")
    reader.read()
    for _ in range(2):
        with pytest.raises(LispError):
            reader.read()
        assert reader.position == 3
    assert Reader(Source("x", "(a) (b) )"), start=3).read() == call("b")


def test_nesting_up_to_the_limit() -> None:
    for opener, closer in ["()", "[]", ("#{", "}"), ("{:a ", "}"), ("'", ""), ("^:a ", ""), ("#_ a ", "")]:
        assert status(opener * MAX_DEPTH + "x" + closer * MAX_DEPTH).kind == "complete"
    assert status('f"{' * 500 + "x" + '}"' * 500).kind == "complete"


def test_odd_texts() -> None:
    assert read_all("a\x0bb\x0cc") == [sym("a"), sym("b"), sym("c")]
    line = "(+ 1 2) " * 130_000
    assert len(read_all(line)) == 130_000
    assert read_all('"' + "x" * 1_000_000 + '"') == [Str("x" * 1_000_000)]
    assert read_all('"' + "\\n" * 500_000 + '"') == [Str("\n" * 500_000)]
    assert read_all("a" * 1_000_000) == [sym("a" * 1_000_000)]
    assert read_all('f"' + "{x}" * 100_000 + '"')
    assert status("#|" * 500_000).kind == "incomplete"
    # a long line costs an indentation no more than many short ones do
    assert indent_for("() [a] " * 100_000) == 0
    assert format_text("() [a]  " * 30_000) == "() [a] " * 29_999 + "() [a]\n"
    assert "is there twice" in str(status('{"\ud800" 1 "\ud800" 2}').error).encode().decode()
    assert len(str(status("1x" * 1_000_000).error)) < 500


# (text, what the hint must say)
BRACKETS = [
    (
        "(defn f [x]\n  (let [y 1]\n    (+ x y))\n\n(defn g [] 1)\n(h)",
        "line 5 stands as if the ( of 1:1",
        "line 3?",
    ),
    ("(defn f [x]\n  (when (> x 1\n    (foo x))\n  (bar))\n", "line 3 stands as if the ( of 2:9", "line 2?"),
    ("(defn f [x]\n  (let [y (g 1\n        z 2]\n    y))", "line 3 stands as if the ( of 2:11", ") missing"),
    ("(defn f [x]\n  (a))\n  (b))\n", "line 3 stands as if inside the ( of 1:1", "closed on line 2"),
    ("(foo (bar", "add ))", "line 1"),
    ('(foo [f"a{(b', 'add )}"])', "line 1"),
    ("(ok)\n(foo\n  (bar)\n  ; end\n", "add )", "line 3"),
]


@pytest.mark.parametrize(("text", "first", "second"), BRACKETS)
def test_brackets_are_judged_by_indentation(text: str, first: str, second: str) -> None:
    error = status(text).error
    assert error is not None and error.hint is not None
    assert first in error.hint
    assert second in error.hint


def test_a_quote_missing_on_an_earlier_line() -> None:
    error = status('(f "a)\n(g "b")\n').error
    assert error is not None and error.hint is not None
    assert "string of 1:4 runs over" in error.hint


def test_a_brace_missing_in_an_fstring() -> None:
    for text in ['(println f"a{x")', 'f"aa{ {:a "b']:
        error = status(text).error
        assert error is not None and error.hint is not None
        assert "{ of 1:" + str(text.index("{") + 1) + " is still open" in error.hint


def test_only_the_first_text_of_a_pipe_may_begin_with_a_shebang() -> None:
    assert Reader(Source("<pipe>", "#!x\ny", first_line=1)).read() == sym("y")
    with pytest.raises(LispError):
        Reader(Source("<pipe>", "#!x\ny", first_line=7)).read()


def test_a_wrong_closer_shows_both_places() -> None:
    error = status("(foo [1\n  2)").error
    assert error is not None
    assert str(error).splitlines() == [
        "<text>:2:4: error: ) cannot close the [ opened at 1:6",
        "    2)",
        "     ^",
        "  <text>:1:6: the [ is here",
        "    (foo [1",
        "         ^",
        "  hint: line 2 stands as if the [ of 1:6 were closed: is ] missing at the end of line 1?",
    ]
