"""The names that the prompt knows: each special form and macro has a shape and documentation."""

from __future__ import annotations

from polyrepl.lisp.compiler import Compiler
from polyrepl.repl.known import names
from polyrepl.repl.known.special_docs import SPECIAL_DOCS
from polyrepl.repl.known.words import DEFINERS, SPECIAL

INTERNAL = {"fn*", "with-meta*"}  # what the reader makes of #(..) and ^meta


def test_every_special_form_is_documented_and_highlighted() -> None:
    compiler = Compiler()
    real = set(compiler.world.specials) - INTERNAL
    table = names.table(compiler)
    undocumented = sorted(name for name in real if not (table[name].shape and table[name].doc))
    assert undocumented == []
    assert sorted(real - (SPECIAL | DEFINERS)) == []


def test_nothing_is_documented_that_is_not_there() -> None:
    real = set(Compiler().world.specials) | {"syntax-rules"}  # a word of define-syntax, not a form by itself
    assert sorted(set(SPECIAL_DOCS) - real) == []


def test_shapes_begin_with_their_name() -> None:
    for name, (shape, doc) in SPECIAL_DOCS.items():
        assert shape.startswith(f"({name} ") and shape.endswith(")")
        assert doc.endswith(".") or "short for one" in doc, name


def test_the_core_is_documented() -> None:
    table = names.table(Compiler())
    functions = [name for name in table.values() if name.kind == "function"]
    assert len(functions) > 300
    assert [name.name for name in functions if not (name.shape and name.doc)] == []
