"""Editing at the prompt, by key strokes."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from polyrepl.repl.complete.completer import Candidate
from polyrepl.repl.config import Config
from polyrepl.repl.terminal.editor import Editor
from polyrepl.repl.terminal.history import FormHistory
from processes import until
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.output import DummyOutput
from typing_hands import (
    ALT,
    ALT_ENTER,
    ALT_LEFT,
    ALT_RIGHT,
    BACKSPACE,
    CTRL_C,
    CTRL_D,
    CTRL_R,
    ENTER,
    HOME,
    LEFT,
    RIGHT,
    TAB,
    UP,
    Hands,
    KnownServices,
    pasted,
)


async def submitted(*keys: str, config: Config | None = None) -> str:
    with Hands(config) as hands:
        return await hands.type(*keys)


async def buffer(*keys: str, config: Config | None = None) -> str:
    with Hands(config) as hands:
        return await hands.buffer_after(*keys)


# -- Enter ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["(+ 1 2)", ENTER], "(+ 1 2)"),
        (["(let [x 1]", ENTER, "x)", ENTER], "(let [x 1]\n  x)"),
        (["(foo a", ENTER, "b)", ENTER], "(foo a\n     b)"),
        (["[1", ENTER, "2]", ENTER], "[1\n 2]"),
        (["(defn f [x]", ENTER, "(inc x))", ENTER], "(defn f [x]\n  (inc x))"),
        (['"a', ENTER, 'b"', ENTER], '"a\nb"'),
        (["(+ 1 2))", ENTER], "(+ 1 2))"),
        (["#_", ENTER, "1 2", ENTER], "#_\n1 2"),
        (["(+ 1 2)", LEFT, LEFT, ENTER], "(+ 1 2)"),
        (["; only a comment", ENTER], "; only a comment"),
        ([",help", ENTER], ",help"),
        ([",time (+ 1", ENTER, "2)", ENTER], ",time (+ 1\n         2)"),
        ([",py def f(x):", ENTER, "return x", ENTER, ENTER], ",py def f(x):\n    return x\n"),
        ([",js f(", ENTER, "1)", ENTER], ",js f(\n  1)"),
    ],
)
async def test_enter_submits_exactly_when_complete(keys: list[str], text: str) -> None:
    assert (await submitted(*keys)).rstrip(" ") == text


async def test_alt_enter_always_makes_a_new_line() -> None:
    assert await submitted("(+ 1 2)", ALT_ENTER, "(+ 3 4)", ENTER) == "(+ 1 2)\n(+ 3 4)"


async def test_a_paste_is_kept_as_it_is() -> None:
    text = "(defn f [x]\n      ;; odd  layout\n   x)\n(f 1)"
    assert await submitted(pasted(text), ENTER) == text


async def test_a_paste_with_line_ends_of_windows() -> None:
    assert await submitted(pasted("[1\r\n2]"), ENTER) == "[1\n2]"


async def test_new_line_in_the_middle_takes_the_blanks_along() -> None:
    assert await buffer("(foo a b", LEFT, ENTER) == "(foo a\n     |b"


async def test_tab_indents_an_empty_line_start() -> None:
    assert await buffer(pasted("(let [x 1]\nx"), HOME, TAB) == "(let [x 1]\n  |x"


async def test_ctrl_c_and_ctrl_d() -> None:
    with pytest.raises(KeyboardInterrupt):
        await submitted("(+ 1", CTRL_C)
    with pytest.raises(EOFError):
        await submitted(CTRL_D)


# -- structure and pairs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (["(a) b", HOME, RIGHT, RIGHT, ALT_RIGHT], "(a| b)"),
        (["(a b)", LEFT, ALT_LEFT], "(a|) b"),
        (["(a (f x))", LEFT, LEFT, ALT, "s"], "(a f x|)"),
        (["(a (f x))", LEFT, LEFT, ALT, "r"], "(a x|)"),
        (["(a b)", LEFT, ALT, "\x14"], "(b a|)"),
        (["(a b)", LEFT, LEFT, ALT, "\x0b"], "(a |)"),
        (["a", HOME, ALT, "("], "(|a)"),
        (["(a) b", HOME, ALT, "\x06"], "(a)| b"),
    ],
)
async def test_structural_keys(keys: list[str], after: str) -> None:
    assert await buffer(*keys) == after


async def test_structural_keys_can_be_undone_and_switched_off() -> None:
    assert await buffer("(a) b", HOME, RIGHT, ALT_RIGHT, "\x1f") == "(|a) b"
    assert await buffer("(a b)", LEFT, ALT, "s", config=Config(structural=False)) == "(a bs|)"


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (["("], "(|)"),
        (["(", ")"], "()|"),
        (["(", BACKSPACE], "|"),
        (['"a'], '"a|"'),
        (['"a', '"'], '"a"|'),
        (['"('], '"(|"'),
        (["\\("], "\\(|"),
        (["; ("], "; (|"),
        (["a", HOME, "("], "(|a"),
    ],
)
async def test_pairs_where_asked_for(keys: list[str], after: str) -> None:
    assert await buffer(*keys, config=Config(auto_pair=True)) == after


async def test_no_pairs_by_default() -> None:
    assert await buffer("(") == "(|"


# -- vi ------------------------------------------------------------------------------------------


async def test_vi() -> None:
    vi = Config(editing="vi")
    with Hands(vi) as hands:
        assert await hands.type("(a b)", "\x1b", "0", "x", "i", "(", ENTER) == "(a b)"
    with Hands(vi) as hands:
        assert await hands.buffer_after("(a) b", "\x1b", "0", "l", ">", ")") == "(|a b)"


# -- history -------------------------------------------------------------------------------------


async def test_history_goes_by_whole_form(tmp_path: Path) -> None:
    with Hands(history=tmp_path) as hands:
        await hands.type("(let [x 1]", ENTER, "x)", ENTER)
        await hands.type("(inc 2)", ENTER)
        await hands.type("(inc 2)", ENTER)
    with Hands(history=tmp_path) as hands:
        assert await hands.buffer_after(UP) == "(inc 2)|"
        assert (await hands.buffer_after(UP, UP)).replace("|", "") == "(let [x 1]\n  x)"


async def test_up_looks_for_forms_that_begin_so(tmp_path: Path) -> None:
    with Hands(history=tmp_path) as hands:
        for text in ("(def a 1)", "(inc 2)", "(inc 3)"):
            await hands.type(text, ENTER)
        assert await hands.buffer_after("(def", UP) == "(def a 1)|"


async def test_ctrl_r(tmp_path: Path) -> None:
    with Hands(history=tmp_path) as hands:
        for text in ("(def alpha 1)", "(inc 2)"):
            await hands.type(text, ENTER)
        assert await hands.type(CTRL_R, "alp", ENTER, ENTER) == "(def alpha 1)"


async def test_suggestion_from_history(tmp_path: Path) -> None:
    with Hands(history=tmp_path) as hands:
        await hands.type("(long-name 1 2 3)", ENTER)

        async def suggested() -> None:
            await until(lambda: hands.editor.session.default_buffer.suggestion is not None)
            hands.pipe.send_text("\x1b[F" + ENTER)  # End takes the suggestion

        waiting = asyncio.ensure_future(suggested())
        assert await hands.type("(long") == "(long-name 1 2 3)"
        await waiting


# -- completion and signature --------------------------------------------------------------------


async def test_completion_while_typing_and_enter_on_a_choice() -> None:
    with Hands() as hands:
        hands.services.candidates = [Candidate("reduce", "function", "(reduce f xs)"), Candidate("repeat")]
        hands.services.start = 1

        async def choose() -> None:
            app_buffer = hands.editor.session.default_buffer
            await until(lambda: (state := app_buffer.complete_state) and len(state.completions) >= 2)
            assert app_buffer.complete_state is not None
            meta = app_buffer.complete_state.completions[0].display_meta_text
            assert meta == "(reduce f xs)"
            # Tab chooses the first; the first Enter takes it, `)` and the second submit.
            hands.pipe.send_text(TAB + ENTER + ")" + ENTER)

        waiting = asyncio.ensure_future(choose())
        assert await hands.type("(re") == "(reduce)"
        await waiting


async def test_signature_in_the_toolbar() -> None:
    with Hands() as hands:
        hands.services.shape = ("(reduce f init xs)", 2)

        async def look() -> None:
            await until(lambda: "reduce" in str(hands.editor._toolbar()))
            assert ("class:toolbar.argument", "init") in hands.editor._toolbar()
            hands.pipe.send_text(")" + ENTER)

        waiting = asyncio.ensure_future(look())
        await hands.type("(reduce f i")
        await waiting


# -- modes ---------------------------------------------------------------------------------------


async def test_backspace_on_an_empty_prompt_returns_to_lisp() -> None:
    with Hands() as hands:
        hands.editor.mode = "py"
        assert await hands.type("x", BACKSPACE, BACKSPACE, "(f)", ENTER) == "(f)"
        assert hands.editor.mode == "lisp"


@contextlib.contextmanager
def on_a_terminal() -> Iterator[tuple[int, Editor]]:
    """An editor on a terminal of its own, and the descriptor to type into."""
    typed, end = os.openpty()
    with open(end, closefd=True) as screen:
        yield (
            typed,
            Editor(
                KnownServices(),
                Config(),
                FormHistory(None, print),
                input=Vt100Input(screen),
                output=DummyOutput(),
            ),
        )
    os.close(typed)


async def test_ctrl_space_between_two_prompts_is_no_ctrl_d() -> None:
    with on_a_terminal() as (typed, editor), editor.raw():
        os.write(typed, CTRL_C.encode())
        with pytest.raises(KeyboardInterrupt):
            await editor.read()
        os.write(typed, b"\x00(+ 1 2)\r")
        assert await editor.read() == "(+ 1 2)"


async def test_ctrl_d_typed_while_a_form_runs_leaves() -> None:
    with on_a_terminal() as (typed, editor):
        os.write(typed, CTRL_D.encode())
        with editor.raw(), pytest.raises(EOFError):
            await editor.read()
