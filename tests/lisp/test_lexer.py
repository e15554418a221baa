"""The lexer: tokens of any text, and going on at a line with the state of the line before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polyrepl.lisp.read.lexer import BEGIN, CODE, Lexer, State, Token, tokens

# kind and text of every token
TOKENS = [
    ("(a :b 1)", ["open (", "symbol a", "keyword :b", "number 1", "close )"]),
    ("nil true x", ["constant nil", "constant true", "symbol x"]),
    (
        "'a `b ~c ~@d ^e #_f",
        [
            "prefix '",
            "symbol a",
            "prefix `",
            "symbol b",
            "prefix ~",
            "symbol c",
            "prefix ~@",
            "symbol d",
            "prefix ^",
            "symbol e",
            "discard #_",
            "symbol f",
        ],
    ),
    ("#(a) #{b}", ["open #(", "symbol a", "close )", "open #{", "symbol b", "close }"]),
    ('"a\\"b" #"c"', ['string "a\\"b"', 'regex #"c"']),
    ('f"a{b}c"', ['fstring f"a', "hole-open {", "symbol b", "hole-close }", 'fstring c"']),
    (
        'f"{ {:a 1} }"',
        [
            'fstring f"',
            "hole-open {",
            "open {",
            "keyword :a",
            "number 1",
            "close }",
            "hole-close }",
            'fstring "',
        ],
    ),
    (
        'f"{f"{x}"}"',
        [
            'fstring f"',
            "hole-open {",
            'fstring f"',
            "hole-open {",
            "symbol x",
            "hole-close }",
            'fstring "',
            "hole-close }",
            'fstring "',
        ],
    ),
    ('f"{{}}"', ['fstring f"{{}}"']),
    ('f"}"', ['fstring f"}"']),
    ("a ; b\nc", ["symbol a", "comment ; b", "symbol c"]),
    (";a\n;b", ["comment ;a", "comment ;b"]),
    ("#| a #| b |# |# c", ["block-comment #| a #| b |# |#", "symbol c"]),
    ("#!x y\nz", ["comment #!x y", "symbol z"]),
    (
        "- -> -1 .5 . .. 12px",
        ["symbol -", "symbol ->", "number -1", "number .5", "symbol .", "symbol ..", "error 12px"],
    ),
    ("\\a \\newline \\(", ["char \\a", "char \\newline", "char \\("]),
    ("@ #t \x00", ["error @", "error #t", "error \x00"]),
    ("f fn foo", ["symbol f", "symbol fn", "symbol foo"]),
]


def shown(text: str, found: list[Token]) -> list[str]:
    return [f"{token.kind} {text[token.start : token.end]}" for token in found]


@pytest.mark.parametrize(("text", "expected"), TOKENS, ids=[text for text, _ in TOKENS])
def test_tokens(text: str, expected: list[str]) -> None:
    assert shown(text, list(tokens(text))) == expected


OPEN = [
    ('"a', State("string")),
    ('"a\\', State("string")),
    ('#"a', State("regex")),
    ('f"a', State("fstring")),
    ('f"a{b', State("code", 0, (0,))),
    ('f"a{ {b', State("code", 0, (1,))),
    ('f"a{ #{b', State("code", 0, (1,))),
    ('f"a{"b', State("string", 0, (0,))),
    ('f"a{f"{x', State("code", 0, (0, 0))),
    ("#| a #| b", State("comment", 2)),
    ("(a [b", CODE),
]


@pytest.mark.parametrize(("text", "state"), OPEN)
def test_what_is_open_at_the_end(text: str, state: State) -> None:
    lexer = Lexer(text)
    list(lexer)
    assert lexer.state == state


ALPHABET = "()[]{}#\"'`~^;|\\\n\r\t ,@_!fan1.:-%π\x00\ud800\ufeff"


@given(st.text(alphabet=ALPHABET, max_size=60))
def test_tokens_are_in_order_and_between_them_are_blanks(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end <= len(text)
        assert not text[at : token.start].strip("\ufeff, \t\n\r\x0b\x0c")
        at = token.end
    assert not text[at:].strip("\ufeff, \t\n\r\x0b\x0c")


@given(st.text(alphabet=ALPHABET.replace("\\", ""), max_size=60))
def test_line_by_line_is_the_same_as_at_once(text: str) -> None:
    """A token over several lines comes in pieces, so what is compared is the kind of every character."""

    def paint(kinds: list[str], start: int, found: list[Token]) -> None:
        for token in found:
            kinds[start + token.start : start + token.end] = [token.kind] * (token.end - token.start)

    whole = [""] * len(text)
    lexer = Lexer(text)
    paint(whole, 0, list(lexer))
    pieces = [""] * len(text)
    state, start = BEGIN, 0
    while start < len(text):
        stop = text.find("\n", start) + 1 or len(text)
        part = Lexer(text[start:stop], 0, state)
        paint(pieces, start, list(part))
        state, start = part.state, stop
    assert pieces == whole
    assert state == lexer.state or not text
