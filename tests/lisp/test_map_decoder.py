"""Source maps, checked by a decoder and a parser that are not ours (npm, see tests/npm_tools.py).

For every form of the goldens, of the tables and of a program of many lines: the decoder finds exactly the
mappings that the compiler made; each points at the beginning of a form of the source; each recorded name
stands in the source there. One program's code is compared with the text it must come from.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lisp_host import NODE, LispHost
from npm_tools import npm_tools
from polyrepl.lisp.compiler import Compiled, Compiler, compile, compile_module
from polyrepl.lisp.emit.mangle import mangle
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form, FString, List, Map, Set, Source, Symbol, Vector
from polyrepl.lisp.read.reader import read_all

pytestmark = pytest.mark.timeout(240)  # npm may have to install its tools first

HERE = Path(__file__).parent
GOLDENS = sorted((HERE.parent / "golden").glob("*.lisp"))


def decoded(units: list[Compiled]) -> list[dict[str, Any]]:
    """What the decoder says of each unit."""
    asked = [{"code": unit.code, "map": unit.map} for unit in units]
    ran = subprocess.run(
        [NODE, HERE / "decode_maps.mjs", npm_tools()],
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    answer: list[dict[str, Any]] = json.loads(ran.stdout)
    return answer


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def place(source: Source, offset: int) -> tuple[int, int]:
    """(line, UTF-16 column) of an offset, from 0, counted from the text itself."""
    before = source.text[:offset]
    return before.count("\n"), utf16(before.rpartition("\n")[2])


def form_starts(text: str) -> set[tuple[int, int]]:
    """Where the forms of a text begin, as the reader sees them."""
    found = set()
    stack: list[Form] = list(read_all(text))
    while stack:
        form = stack.pop()
        if form.span is not None:
            found.add(place(form.span.source, form.span.start))
            if isinstance(form, Symbol):  # a.b.c: each part may be pointed at
                at = form.span.start
                for part in form.span.text.split(".")[:-1]:
                    at += len(part) + 1
                    found.add(place(form.span.source, at))
        if isinstance(form, (List, Vector, Map, Set)):
            stack.extend(form.items)
        elif isinstance(form, FString):
            stack.extend(part for part in form.parts if not isinstance(part, str))
    return found


def check(text: str, units: list[Compiled]) -> int:
    """All mappings of the units of one text; returns how many there were."""
    return check_decoded(text, units, decoded(units))


def check_decoded(text: str, units: list[Compiled], answers: list[dict[str, Any]]) -> int:
    starts = form_starts(text)
    lines = text.split("\n")
    count = 0
    for unit, found in zip(units, answers, strict=True):
        made = [
            [line, column, span.source.name, *place(span.source, span.start), name]
            for line, column, span, name in unit.mappings
        ]
        told = [
            entry
            for before, entry in zip([None, *made], made, strict=False)
            if before is None
            or before[0] != entry[0]
            or before[2:] != entry[2:]  # one that changes something
        ]
        assert found["segments"] == told
        places = [(line, column) for line, column, *_ in made]
        assert places == sorted(set(places))  # in order, one for a place
        for _, _, _, line, column, name in made:
            assert (line, column) in starts, f"{lines[line]!r} column {column}"
            if name is not None:
                units16 = lines[line].encode("utf-16-le")[2 * column :].decode("utf-16-le")
                assert units16.removeprefix("(").startswith(name)
        named = {(line, column): name for line, column, *_, name in made if name is not None}
        for identifier, line, column, name in found["names"]:
            if (line, column) in named:  # x$2 is an x
                assert name == named.pop((line, column))
                assert re.sub(r"(?<=.)\$\d+$", "", identifier) in (mangle(name), name)
        assert named == {}  # every name was of an identifier
        count += len(made)
    return count


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_every_mapping_of_the_goldens(path: Path) -> None:
    text = path.read_text()
    compiler = Compiler()
    units = [compiler.compile(form) for form in compiler.read(text, path.name)]
    assert check(text, units) > 5
    assert check(text, [compile(text, path.name)]) > 5


def test_every_mapping_of_the_tables() -> None:
    """The tests' programs that need no host, some hundreds, in one go."""
    programs: list[tuple[str, list[Compiled]]] = []
    for path in sorted((HERE / "tables").glob("*.lisp")):
        for part in re.split(r"(?m)^;;; ", path.read_text())[1:]:
            program = part.partition("\n")[2]
            compiler = Compiler()
            compiler.declare_names(LispHost.HELPERS)
            try:
                units = [compiler.compile(form) for form in compiler.read(program, "case.lisp")]
            except LispError:  # a program that must not compile, or with macros of the host
                continue
            programs.append((program, units))
    answers = iter(decoded([unit for _, units in programs for unit in units]))
    count = 0
    for program, units in programs:
        count += check_decoded(program, units, [next(answers) for _ in units])
    assert count > 3000


WIDE = """\
;; 😀 in comments, strings and names: columns are UTF-16 units
(def größe "😀😀") (defn länge [x]
  (let [s "𝒳" n (count x)] (.missing x "😀" (str s n
    größe))))
(länge "a😀b")
"""


def test_columns_count_utf16_units() -> None:
    compiler = Compiler()
    units = [compiler.compile(form) for form in compiler.read(WIDE, "wide.lisp")]
    assert check(WIDE, units) > 15


PROGRAM = """\
(def limit 10)
(defn clamp [x (top limit)]
  (cond
    (> x top) top
    (< x 0) (throw (error "negative"))
    :else x))
(defn total [items]
  (loop [sum 0 i 0]
    (if (< i (count items))
      (recur (+ sum (clamp (nth items i)))
             (inc i))
      sum)))
(defn load [url]
  (let [page (await (fetch url))
        text (await (.text page))]
    {:url url :size (.-length text)}))
(defclass Shape
  (constructor [w] (set! this.w w))
  (area [] (* this.w this.w)))
"""
# JavaScript at a place -> the Lisp that it comes from: the text from the mapped position on begins so
EXPECTED = [
    ("globalThis.limit = 10", "(def limit 10)"),
    ("function clamp(", "(defn clamp"),
    ('error("negative")', '(error "negative")'),
    ("clamp(nth", "(clamp (nth items i))"),
    ("nth(", "(nth items i)"),
    ("count(items)", "(count items)"),
    ("fetch(url)", "(fetch url)"),
    ("await fetch", "(await (fetch url))"),
    ("page.text()", "page)"),
    ("text());", "(.text page)"),
    ("length", "(.-length text)"),
    ("this.w = w", "this.w w)"),
    ("class Shape", "(defclass Shape"),
]


def test_a_program_of_many_lines() -> None:
    compiler = Compiler()
    forms = compiler.read(PROGRAM, "program.lisp")
    units = [compiler.compile(form) for form in forms]
    assert check(PROGRAM, units) > 60
    found = []
    for unit in units:
        for row, line in enumerate(unit.code.split("\n")):
            for text, wanted in EXPECTED:
                at = line.find(text)
                if at >= 0 and (at == 0 or line[at - 1] in " .(;"):
                    span = unit.span_at(row, at)
                    assert span is not None, text
                    offset = span.source.text[span.start :]
                    found.append((text, offset.startswith(wanted) or (wanted, offset[:30])))
    assert [entry for entry in found if entry[1] is not True] == []
    assert {text for text, _ in found} == {text for text, _ in EXPECTED}


def test_modules_have_maps_too() -> None:
    made = compile_module(PROGRAM, "program.lisp", source_map="file")
    assert check(PROGRAM, [made]) > 60
