"""Values of any size within the rows and columns of a terminal; `,more` goes on to their ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from at_prompt import Prompt

ROWS = 60 + 2  # max-lines, what is left out, the hint

# As a cheerio list: an instance with its own fields, each of them deep, with ways back.
LIST = """,js class Loaded {
  constructor(n) {
    this.length = n;
    this.options = {xml: false, _useHtmlParser2: true};
    for (let i = 0; i < n; i++) this[i] = node(4, i);
    this._root = {0: node(3, 0), length: 1};
  }
}
function node(depth, i) {
  const attribs = {class: "item item-" + i, id: "n" + i};
  const made = {type: "tag", name: "li", namespace: "http://www.w3.org/1999/xhtml", attribs, next: null};
  made.children = depth ? [1, 2, 3].map((n) => Object.assign(node(depth - 1, n), {parent: made})) : [];
  return made;
}
globalThis.loaded = new Loaded(20);"""
DEEP = """(defn deep (n)
  (if (= n 0)
    {:leaf [1 2 3] :text (.repeat "y" 30)}
    {:children [(deep (- n 1)) 1] :attributes {:name "a name that is long"}}))"""


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit(LIST, DEEP)
        yield made


def pages(prompt: Prompt, text: str, most: int = 2000) -> Iterator[list[str]]:
    shown = prompt.submit(text)
    while True:
        lines = shown.split("\n")
        yield lines
        if lines[-1] != ",more shows more":
            return
        assert (most := most - 1), "endless"
        shown = prompt.submit(",more")


def test_a_library_s_object_is_an_overview_first(prompt: Prompt) -> None:
    first = prompt.submit("loaded").split("\n")
    assert first[0].startswith("#<Loaded {") and first[-1] == ",more shows more"
    assert len(first) <= ROWS
    assert max(map(len, first)) <= 80
    assert len(prompt.submit(",more").split("\n")) <= ROWS + 1
    whole = prompt.submit("loaded", ",more all")
    assert len(whole.split("\n")) > 1000 and ":class" in whole and "…" not in whole


def test_more_shows_every_line_in_the_end(prompt: Prompt) -> None:
    prompt.submit("(def lines (.map (Array.from (range 90)) (fn (i) [i (.repeat \"z\" 90)])))")  # fmt: skip
    found = list(pages(prompt, "lines"))
    assert all(len(page) <= ROWS + 1 for page in found)
    shown = "\n".join(line for page in found for line in page)
    assert all(f"[{i}\n" in shown for i in range(90))


@pytest.mark.parametrize("depth", [3, 8, 20, 60])
def test_nesting_does_not_drift_to_the_right(prompt: Prompt, depth: int) -> None:
    for page in pages(prompt, f"(deep {depth})"):
        for line in page:
            assert len(line) - len(line.lstrip()) <= 80 - 24
    shown = prompt.submit(f"(deep {depth})")
    assert ":leaf" in (prompt.submit(",more all") if shown.endswith(",more shows more") else shown)


def test_maps_that_are_alike_are_a_table(prompt: Prompt) -> None:
    prompt.submit('(def people [{:name "Ada" :age 36 :of nil} {:name "Grace Hopper" :age 1.5 :of :navy}'
                  ' {:age 7 :name "漢字" :of (.repeat "w" 60)}])')  # fmt: skip
    assert prompt.submit("people").split("\n") == [
        ":name           :age  :of",
        '"Ada"             36  nil',
        '"Grace Hopper"   1.5  :navy',
        '"漢字"             7  "' + "w" * 56 + "…",
        ",more shows more",
    ]
    assert prompt.submit(",more").startswith('[{:name "Ada" :age 36 :of nil}\n')
    assert prompt.submit("[{:a 1 :b 2} {:a 3 :b 4}]") == "[{:a 1 :b 2} {:a 3 :b 4}]"  # it fits
    found = list(pages(prompt, "(.map (Array.from (range 150)) (fn (i) {:id i :square (* i i)}))"))
    assert [len(page) <= ROWS for page in found] == [True] * len(found)
    assert found[0][:3] == [":id  :square", "  0        0", "  1        1"]
    assert found[0][-2:] == ["… +93 more", ",more shows more"]
    assert found[1][:2] == ["items 57 to 113 of 150", ":id  :square"]
    assert found[2][-1] == "149    22201"


@pytest.mark.parametrize(
    "form",
    [
        '(.map (Array.from (range 40)) (fn (i) (if (odd? i) {:a i :b 1} {:c i :d (.repeat "x" 40)})))',
        '(.map (Array.from (range 40)) (fn (i) {:a [i [i]] :b {:c [i] :d "long enough"} :e [i [i i [i]]]}))',
        "(.map (Array.from (range 40)) (fn (i) [i (* i i) (* i i i) (* i i i i)]))",
    ],
)
def test_what_is_not_alike_stays_as_it_is_written(prompt: Prompt, form: str) -> None:
    assert prompt.submit(form).startswith("[")


def test_the_rows_are_the_person_s_to_choose(prompt: Prompt) -> None:
    prompt.submit(",set max-lines 10")
    try:
        assert len(prompt.submit("loaded").split("\n")) <= 12
        assert (
            prompt.submit("(.map (Array.from (range 99)) (fn (i) {:id i :square (* i i)}))").count("\n") <= 12
        )
    finally:
        prompt.submit(",set max-lines 60")
