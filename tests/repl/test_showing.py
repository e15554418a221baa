"""What the prompt shows of values: three languages, long ones, strange ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from at_prompt import Prompt


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        yield made


CASES = [
    ("[1 2.5 -0.0 nil true]", "[1 2.5 -0 nil true]"),
    ('{:a "x" :b [:k]}', '{:a "x" :b [:k]}'),
    ("#{1}", "#{1}"),
    ("'(a b)", "(a b)"),
    ("(fn foo [a] a)", "#<fn foo>"),
    ("(defclass Dog (field age 3))", ""),
    ("(new Dog)", "#<Dog {:age 3}>"),
    ("[(Promise.resolve 5)]", "[#<Promise 5>]"),
    ("[(new Promise (fn [ok] nil))]", "[#<Promise pending>]"),
    ('(new TypeError "no")', "#<TypeError: no>"),
    ("(new Map [[1 2]])", "#<Map {1 2}>"),
    ("(new Uint8Array [1 2])", "#<Uint8Array [1 2]>"),
    ("(new Date 0)", "#<Date 1970-01-01T00:00:00.000Z>"),
    ("(BigInt 10)", "10n"),
    ("(let [a [1]] (.push a a) a)", "[1 #<cycle>]"),
    ("(py.eval \"(lambda a: a.append(a) or a)([1])\")", "[1, [...]]"),
    ('(py.eval "{1: None}")', "{1: None}"),
    ('[(py.eval "{1: None}")]', "[#py {1: None}]"),
    ('(py.eval "[0.1, True]")', "[0.1, True]"),
    ("nil", ""),
    ("(def x 1)", ""),
    ('"a\\nb"', '"a\\nb"'),
    ("*1", '"a\\nb"'),
    (",py 'text'", "'text'"),
    (",py None", ""),
    (",py 1;", ""),
    (",js [1, {a: undefined}]", "[1 {:a nil}]"),
    (",js ({ get boom() { throw 1 }, b: 2 })", "{:boom #<getter> :b 2}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), CASES, ids=[row[0] for row in CASES])
def test_shown(prompt: Prompt, text: str, shown: str) -> None:
    assert prompt.submit(text) == shown


def test_the_last_values_and_the_last_error(prompt: Prompt) -> None:
    prompt.submit('"one"', ",py 'two'", ",js 'three'")
    assert prompt.submit("[*1 *2 *3]") == '["three" "two" "one"]'
    prompt.submit('(throw (new RangeError "far"))')
    assert prompt.submit("*e.message") == '"far"'


def test_laid_out_for_the_width(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{:first [1 2 3 4 5 6 7 8 9 10] :second {:deep [11 12 13 14 15 16] :other "word"}}'
    for width in (30, 50, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = prompt.submit(text).split("\n")
        assert max(map(len, lines)) <= width
        assert (len(lines) == 1) == (width == 100)
        assert re.sub(r"\s+", " ", " ".join(lines)) == text


def test_tables_of_pandas_and_arrays_of_numpy(prompt: Prompt) -> None:
    prompt.submit('(py.import "numpy" :as np)', '(py.import "pandas" :as pd)')
    assert prompt.submit("(.reshape (np.arange 4) [2 2])") == "array([[0, 1],\n       [2, 3]])"
    shown = prompt.submit('(pd.DataFrame {:city ["Oslo" "Rome"] :n [1 200]})')
    assert shown == "   city    n\n0  Oslo    1\n1  Rome  200"


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        ('(.repeat "x" 100000000)', "… +99998000 chars"),
        ("(Array.from (range 2000000))", "… +1999900 more]"),
        ("(new Float64Array 5000000)", "… +4999900 more]>"),
        ("(range)", "…)"),
        ("(reduce (fn [a i] [a]) [] (range 5000))", "… 1 item"),
        (",py list(range(2_000_000))", "… +1999900 more]"),
        (",py bytes(50_000_000)", "… +49998000 bytes"),
    ],
)
def test_long_values_are_cut_with_a_count(prompt: Prompt, make: str, shown: str) -> None:
    text = prompt.submit(make)
    assert shown in text and len(text) < 10_000
    assert text.endswith(",more shows more")


def test_a_repr_that_raises_and_one_of_many_lines(prompt: Prompt) -> None:
    prompt.submit(",py class Bad:\n    def __repr__(self): raise ValueError('no repr')")
    assert prompt.submit(",py Bad()") == "#<Bad: its repr raised ValueError: no repr>"
    prompt.submit(",py class Tall:\n    def __repr__(self): return '\\n'.join(map(str, range(500)))")
    shown = prompt.submit(",py Tall()")
    assert shown.split("\n")[60] == "… +440 lines"
    assert prompt.submit(",more all").endswith("499")
