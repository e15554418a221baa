"""Source maps: digits as the format defines them, round trips, and look-ups."""

import json
import re
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polyrepl.lisp.emit.sourcemap import SourceMapBuilder, encode_vlq, inline_comment, to_json
from source_maps import Position, decode, decode_vlq, original_position

from .fuzz_texts import in_node


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "A"), (1, "C"), (-1, "D"), (15, "e"), (16, "gB"), (-16, "hB"), (123, "2H"), (123456789, "qxmvrH")],
)
def test_vlq_table(value: int, text: str) -> None:
    assert encode_vlq(value) == text
    assert decode_vlq(text) == [value]


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_vlq_round_trip(values: list[int]) -> None:
    assert decode_vlq("".join(map(encode_vlq, values))) == values


@pytest.mark.parametrize("text", ["!", "g", "é"])
def test_bad_vlq(text: str) -> None:
    with pytest.raises(ValueError):
        decode_vlq(text)


def test_build_and_look_up() -> None:
    builder = SourceMapBuilder()
    builder.add(0, 0, "a.lisp", 0, 0)
    builder.add(0, 6, "a.lisp", 0, 5, "my-name")
    builder.add(2, 4, "b.lisp", 7, 1)
    builder.add(2, 9)
    builder.set_content("a.lisp", "(def my-name 1)")
    map_ = builder.build("out.mjs")
    assert map_["version"] == 3
    assert map_["sources"] == ["a.lisp", "b.lisp"]
    assert map_["sourcesContent"] == ["(def my-name 1)", None]
    assert map_["names"] == ["my-name"]
    assert map_["mappings"] == "AAAA,MAAKA;;ICOJ,K"
    assert original_position(map_, 0, 3) == Position("a.lisp", 0, 0, None)
    assert original_position(map_, 0, 6) == Position("a.lisp", 0, 5, "my-name")
    assert original_position(map_, 0, 99) == Position("a.lisp", 0, 5, "my-name")
    assert original_position(map_, 1, 0) is None
    assert original_position(map_, 2, 3) is None
    assert original_position(map_, 2, 4) == Position("b.lisp", 7, 1, None)
    assert original_position(map_, 2, 10) is None
    assert original_position(map_, 9, 0) is None
    found = re.fullmatch(
        r"//# sourceMappingURL=data:application/json;charset=utf-8;base64,(.*)", inline_comment(map_)
    )
    assert found is not None
    assert json.loads(b64decode(found[1])) == map_ == json.loads(to_json(map_))


def test_repeats_are_dropped_and_the_last_of_a_place_wins() -> None:
    builder = SourceMapBuilder()
    builder.add(0, 5, "a", 1, 1)
    builder.add(0, 0, "a", 1, 1)
    builder.add(0, 7, "a", 2, 2)
    builder.add(0, 7, "a", 3, 3)
    assert [(m.gen_col, m.line) for m in decode(builder.build())] == [(0, 1), (7, 3)]


def test_empty() -> None:
    map_ = SourceMapBuilder().build()
    assert map_ == {"version": 3, "sources": [], "names": [], "mappings": ""}
    assert decode(map_) == []
    assert original_position(map_, 0, 0) is None


def test_malformed() -> None:
    with pytest.raises(ValueError):
        decode({"mappings": "AA"})


PLACES = st.tuples(
    st.integers(0, 5),
    st.integers(0, 30),
    st.sampled_from(["a", "b"]),
    st.integers(0, 50),
    st.integers(0, 50),
    st.sampled_from([None, "x", "y"]),
)


@given(st.lists(PLACES, max_size=30))
def test_every_place_is_found_again(places: list[tuple[int, int, str, int, int, str | None]]) -> None:
    builder = SourceMapBuilder()
    for place in places:
        builder.add(*place)
    map_ = json.loads(to_json(builder.build()))
    last = {place[:2]: place[2:] for place in places}
    for (line, col), (source, at_line, at_col, name) in last.items():
        assert original_position(map_, line, col) == Position(source, at_line, at_col, name)


@given(st.lists(PLACES, min_size=1, max_size=30))
@settings(max_examples=10, deadline=None)
def test_nodes_own_decoder_agrees(places: list[tuple[int, int, str, int, int, str | None]]) -> None:
    builder = SourceMapBuilder()
    for place in places:
        builder.add(*place)
    map_ = builder.build("x.js")
    script = """const { SourceMap } = require("module"); const map = new SourceMap(data.map);
        show(data.at.map(([line, col]) => { const e = map.findEntry(line, col);
            return [e.originalSource, e.originalLine, e.originalColumn] }))"""
    at = sorted({place[:2] for place in places})
    # not the names: Node gives a mapping without one the name of an earlier mapping
    expected = [list(original_position(map_, *place) or ())[:3] for place in at]
    assert in_node(script, {"map": map_, "at": at}) == expected
