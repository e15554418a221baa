"""What is suggested for names that mean nothing here."""

import pytest
from polyrepl.lisp.hints import INSTEAD, TRY, try_text, unbound

KNOWN = ["long-name", "count", "println", "map", "filter"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("long-nam", "did you mean long-name?"),
        ("pritnln", "did you mean println?"),
        ("null", "write nil"),
        ("None", "write nil"),
        ("len", "write count"),
        ("equal?", "write ="),
        ("setq", "write set!"),
        ("return", "the last form of a function is its value: write if or cond"),
        ("js/Math.abs", "JavaScript's globals are plain names: write Math.abs"),
        ("foo/bar", "names are joined by dots: write foo.bar"),
        ("a:", "a keyword begins with its colon: write :a"),
        ("Foo.", "write (new Foo ..)"),
        ("np.sum", 'load it first: (py.import "numpy" :as np)'),
        ("path.join", 'load it first: (js.import "node:path" :as path)'),
        ("map.x.y", None),
        ("long-nam.x", "did you mean long-name.x?"),
        ("xyzzy", None),
        (".", None),
        ("meta", "there is no metadata at run time: keep it in a map"),
        ("coun", "did you mean count?"),
        ("gets", None),
        ("counts?", "did you mean `count`?"),
    ],
)
def test_unbound(name: str, hint: str | None) -> None:
    assert unbound(name, KNOWN) == hint


def test_the_table_is_well_formed() -> None:
    assert len(INSTEAD) > 100
    for name, text in INSTEAD.items():
        assert text and not text.startswith("="), name


def test_try_text() -> None:
    assert try_text("binding-shape", pair="(x 1)", inner="x 1") == "write ((x 1)) or [x 1]"
    assert try_text("no-such-code") is None
    assert all(text for text in TRY.values())
