"""The whole compiler on any text: nothing but LispError comes out, and what it emits is JavaScript.

Random text, random tokens, mutants of the tests' own programs, deep nesting, long lines, odd characters. The
seed is fixed, so every run checks the same texts; POLYREPL_FUZZ=N multiplies their number.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lisp_host import LispHost
from polyrepl.lisp.compiler import Compiler, compile, compile_module
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.language import SPECIALS
from polyrepl.lisp.read.lexer import tokens

from .fuzz_texts import PROGRAMS, in_node, messy_programs

HERE = Path(__file__).parent
MORE = int(os.environ.get("POLYREPL_FUZZ", "1"))
BRACKETS = {"(", ")", "[", "]", "{", "}", "#(", "#{", '"', 'f"'}
PIECES = """( ) [ ] { } #{ #( ' ` ~ ~@ & _ . .. ... x y :k :as :or :keys 1 "s" nil % #_ ^:m"""
WORDS = sorted({*SPECIALS, *PIECES.split(" ")})

pytestmark = pytest.mark.timeout(240 * MORE)


def quick(examples: int) -> settings:
    return settings(
        max_examples=examples * MORE, derandomize=True, database=None, deadline=None,
        phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def corpus() -> list[str]:
    """The programs of the tables and of the goldens."""
    found = list(PROGRAMS)
    for path in sorted((HERE / "tables").glob("*.lisp")):
        for part in re.split(r"(?m)^;;; ", path.read_text(encoding="utf-8"))[1:]:
            text = part.partition("\n")[2]
            found.append(re.split(r"(?m)^;(?:=>|!!) ", text)[0].replace("⟦", "").replace("⟧", ""))
    found += [path.read_text() for path in sorted((HERE.parent / "golden").glob("*.lisp"))]
    return found


CORPUS = corpus()


def words_of(text: str) -> list[str]:
    """The tokens, each with the blanks before it."""
    ends = [0, *(token.end for token in tokens(text))]
    return [text[end : token.end] for end, token in zip(ends, tokens(text), strict=False)]


TOKENS = [words_of(text) for text in CORPUS]


class NoHost:
    """A macro host that does nothing, so that defmacro goes its way."""

    def define(self, js: str, name: str) -> int:
        return 0

    def expand(self, id: int, form_wire: object) -> object:
        return form_wire[0] if isinstance(form_wire, list) and form_wire else None

    def known(self, names: list[str]) -> set[str]:
        return {name for name in names if len(name) < 3}


def survives(text: str, emitted: list[str] | None = None) -> None:
    """Both faces take the text: forms one by one, and as a whole."""
    compiler = Compiler(host=NoHost(), polls=True, await_wrapper=True)
    compiler.declare_names(LispHost.HELPERS)
    try:
        forms = compiler.read(text, "fuzz.lisp")
        compiler.declare_unit(forms)
    except LispError as error:
        assert str(error).encode("utf-8")
        return
    for form in forms:
        try:
            made = compiler.compile(form)
        except LispError as error:
            assert str(error).encode("utf-8") and error.message
            if error.span is not None:
                assert 0 <= error.span.start <= error.span.end <= len(error.span.source.text)
            continue
        assert made.code.encode("utf-8")  # no unpaired surrogate in what is written to files
        if emitted is not None:
            emitted.append(made.code)
    try:
        whole = compile_module(text, "fuzz.lisp", source_map="file", macro_host=NoHost())
        assert whole.map is not None
    except LispError as error:
        assert str(error)


def refused_by_node(emitted: list[str]) -> list[str]:
    """Those units that are not JavaScript."""
    script = """
      const vm = require("node:vm");
      const bad = (code) => { try { new vm.Script(code); return null; } catch (e) { return e.message; } };
      show(data.map((code) => [bad(code), code]).filter(([message]) => message !== null));
    """
    answer = in_node(script, sorted(set(emitted)))
    assert isinstance(answer, list)
    return [f"{message}\n{code}" for message, code in answer]


def test_random_text() -> None:
    @quick(250)
    @given(st.text(max_size=80))
    def one(text: str) -> None:
        survives(text)

    one()


def test_random_words() -> None:
    """Special forms with the wrong things in them."""
    emitted: list[str] = []

    @quick(700)
    @given(st.lists(st.sampled_from(WORDS), max_size=14))
    def one(words: list[str]) -> None:
        text = "(" + " ".join(words)
        depth = []
        for char in re.sub(r'"[^"]*"', "", text):
            if char in "([{":
                depth.append({"(": ")", "[": "]", "{": "}"}[char])
            elif char in ")]}" and depth:
                depth.pop()
        survives(text + "".join(reversed(depth)), emitted)

    one()
    assert refused_by_node(emitted) == []


def test_forms_with_odd_contents() -> None:
    emitted: list[str] = []

    @quick(200)
    @given(messy_programs(), st.sampled_from(sorted(SPECIALS)))
    def one(text: str, head: str) -> None:
        survives(f"({head} {text})", emitted)

    one()
    assert refused_by_node(emitted) == []


def mutant(rng: random.Random) -> str:
    """A program with some tokens gone, doubled, swapped, or taken from another program."""
    words = list(rng.choice(TOKENS))
    for _ in range(rng.randint(1, 3)):
        if not words:
            break
        at = rng.randrange(len(words))
        if words[at].strip() in BRACKETS and rng.random() < 0.9:
            continue  # a program whose brackets do not match is not interesting for long
        match rng.randrange(5):
            case 0:
                del words[at]
            case 1:
                words.insert(at, words[at])
            case 2:
                other = rng.randrange(len(words))
                words[at], words[other] = words[other], words[at]
            case 3:
                words[at] = rng.choice(rng.choice(TOKENS) or [" "])
            case 4:
                words[at] = f" {rng.choice(WORDS)}"
    return "".join(words)


def test_mutated_programs() -> None:
    emitted: list[str] = []

    @quick(1200)
    @given(st.integers(0, 2**60))
    def one(seed: int) -> None:
        survives(mutant(random.Random(seed)), emitted)

    one()
    assert len(emitted) > 500
    assert refused_by_node(emitted) == []


OPENERS = [
    "(",
    "[",
    "{",
    "#{",
    "#(",
    "'",
    "`",
    "~",
    "~@",
    "#_",
    "^",
    '(f"{',
    "(let [a ",
    "(fn [x] ",
    "`(~",
    "(-> x (",
    "#|",
]
CLOSERS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "#{": "}",
    "#(": ")",
    "(let [a ": "] a)",
    "(fn [x] ": ")",
    "`(~": ")",
}


@pytest.mark.parametrize("opener", OPENERS)
def test_deep_nesting(opener: str, usual_limit: int) -> None:
    for depth in (400, 999, 1001, 20_000):
        survives(opener * depth)
        survives(opener * depth + "1" + CLOSERS.get(opener, ")") * depth)


LONG = {
    "one line": "(+ 1 (str \"" + "a" * 500_000 + '" ' + "x " * 250_000 + "))",
    "a symbol": "x" * 1_000_000,
    "blanks": " " * 1_000_000,
    "a number": "9" * 100_000,
    "a float": "1e" + "9" * 1000,
    "strings": '"\\n" ' * 30_000,
    "a vector": "[" + "1 " * 30_000 + "]",
    "cond": "(def a 1) (cond " + "(= a 1) 2 " * 3_000 + ")",
    "arrows": "(-> 1 " + "(+ 1) " * 5_000 + ")",
    "do": "(do " + "(if 1 2 3) " * 5_000 + ")",
    "quotes": "'" * 5_000 + "x",
    "a comment": ";" + "x" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_lines(name: str, usual_limit: int) -> None:
    compiler = Compiler()
    try:
        for form in compiler.read(LONG[name]):
            assert compiler.compile(form).map is not None
    except LispError as error:
        assert len(str(error)) < 2_000


ODD = [
    "\x00", "(\x00)", "\ufeff(+ 1 2)", "(+ 1\ufeff 2)", "(+ 1 2)\r\n(nope)\r\n", "\r(\r)\r", '"\ud800"',
    "\udfff", "(\ud800x 1)", 'f"{\ud800}"', "(def \ud800 1)", "{:\ud800 1}", '#"\ud800"', "(.\ud800 x)",
    "\u2028(\u2029)", '"\u2028"', "(def 𝒳 1) 𝒳", "\\\ud800", "(str \\\x00)", '(js.import "\ud800")',
    '(py.import "\ud800")', "(def λ😀 1)", "\x1b[31m", "\x7f", "(\u200b)", '(import "\x00.lisp")',
    "\u0301", "(def e\u0301 1)", "1\u0301", "#\ud800", "^\ud800 x", ":\x00", "`\ud800#", "%\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_characters(text: str) -> None:
    emitted: list[str] = []
    survives(text, emitted)
    survives(f'(let [s "{text}"] s)'.replace("\\", "\\\\"), emitted)
    try:
        compile(text, filename="a\ud800\n\x00.lisp", source_map="inline")
    except LispError as error:
        assert str(error).encode("utf-8")
    assert refused_by_node(emitted) == []
