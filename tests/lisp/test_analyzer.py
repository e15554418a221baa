"""The analyzer's and the lowerer's tables have a rule for everything; what holds for a block ends with it."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polyrepl.lisp import nodes
from polyrepl.lisp.analyze import analyzer, rules
from polyrepl.lisp.analyze.analyzer import Analyzer
from polyrepl.lisp.analyze.scope import Scope
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form
from polyrepl.lisp.inside import Inside
from polyrepl.lisp.lower import lowerer
from polyrepl.lisp.lower.types import infer
from polyrepl.lisp.read.reader import read_all

sys.path.insert(0, str(Path(__file__).parent))
from generate import program
from generator import text_of

ERRORS = json.loads((Path(__file__).parent / "corpus" / "error_cases.json").read_text())["cases"]
PARTS = {"Bind"}  # nodes that are steps of others


def test_every_form_has_a_rule() -> None:
    assert set(rules.FORMS) == set(get_args(Form))


def test_every_node_has_a_lowering() -> None:
    kinds = {kind for kind in vars(nodes).values() if isinstance(kind, type) and issubclass(kind, nodes.Node)}
    lowered = {*lowerer.EXPR, *lowerer.INTO}
    assert {kind.__name__ for kind in kinds - lowered} <= {"Node", *PARTS}


class Thing:
    def __init__(self) -> None:
        self.a = 1
        self.b = 2


def test_inside_puts_back_what_was_there() -> None:
    thing = Thing()
    with Inside(thing, {"a": 10}):
        with pytest.raises(KeyError), Inside(thing, {"a": 20, "b": 30}):
            assert (thing.a, thing.b) == (20, 30)
            thing.b = 40
            raise KeyError
        assert (thing.a, thing.b) == (10, 2)
    assert (thing.a, thing.b) == (1, 2)


def test_a_misspelt_context_is_refused() -> None:
    with pytest.raises(AttributeError), Inside(Thing(), {"c": 1}):
        pass


def context_of(owner: Analyzer | lowerer.Lowerer, kind: Any) -> dict[str, object]:
    """What holds at a place; of lists that grow, which they are."""
    found = {name: getattr(owner, name) for name in kind.__annotations__}
    return {name: id(value) if isinstance(value, list) else value for name, value in found.items()}


def assert_contexts_stay(text: str) -> None:
    """Analyzing and lowering a form, with an error or without, leaves everything as it was around it."""
    compiler = Compiler()
    world = compiler.world
    forms = read_all(text)
    compiler.declare_unit(forms)
    for form in forms:
        an = Analyzer(world)
        before, place = context_of(an, analyzer.Context), (world.namespace, world.loading)
        node = None
        with contextlib.suppress(LispError):
            node = an.form(form, Scope(), False)
        assert context_of(an, analyzer.Context) == before
        assert (world.namespace, world.loading) == place
        if node is not None:
            infer(an.locals)
            lw = lowerer.Lowerer(set(), world.stack, polls=True, await_wrapper=True)
            before = context_of(lw, lowerer.Context)
            lw.into(node, lowerer.RETURN)
            assert context_of(lw, lowerer.Context) == before


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_a_form_leaves_the_state_as_it_was(seed: int) -> None:
    assert_contexts_stay(text_of(program(seed)))


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["id"])
def test_a_form_with_an_error_does_too(case: dict[str, str]) -> None:
    assert_contexts_stay(case["src"])


@pytest.mark.parametrize(
    "text",
    [
        "(loop [i 0] (try (if (< i 3) (recur (inc i)) (nope)) (catch e e) (finally (nope))))",
        "(defclass A (extends B) (m [x] (fn [] (nope))) (field n (nope)))",
        "(auto (fn [x] (await (nope))))",
        "(let go ((i 0)) (with [f i] (go (nope))))",
    ],
)
def test_an_error_deep_inside_does_too(text: str) -> None:
    assert_contexts_stay(text)
