r"""The keys of the prompt.

In: key strokes. Out: edits of the buffer.

    Enter             submit when complete, else a new line, indented
    Alt-Enter         always a new line
    Tab / Shift-Tab   complete, or indent the line again
    F1                documentation of the name under the cursor
    Ctrl-Z, Ctrl-\    suspend, quit, as a terminal does
    Ctrl-X Ctrl-E     edit in $EDITOR (vi: v)
    Alt-Right/Left    slurp, barf forward           Alt-s  splice       Ctrl-Alt-k  kill form
    Alt-Shift-Right/Left  barf, slurp backward      Alt-r  raise        Ctrl-Alt-t  transpose
    Ctrl-Alt-f/b      over a form                   Alt-(  wrap
    vi, normal mode   >) <) slurp, barf   <( >( backward   zr raise   zs splice   zk kill   zt transpose
    Backspace         on an empty ,py or ,js prompt: back to Lisp
"""

from __future__ import annotations

import re
import select
import signal
from collections.abc import Callable
from typing import Protocol

from polyrepl.lisp.read.lexer import Lexer
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import (
    Condition,
    completion_is_selected,
    emacs_mode,
    has_completions,
    has_focus,
    vi_insert_mode,
    vi_navigation_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from ..complete import modes
from ..config import Config
from . import structural

PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"'}


class Hands(Protocol):
    """What the keys do beside editing; the editor implements it."""

    mode: modes.Mode
    config: Config
    javascript: modes.JavaScriptStatus | None

    def show_doc(self) -> None:
        """Show the documentation of the name under the cursor."""


def bindings(hands: Hands) -> KeyBindings:
    """All key bindings of the prompt."""
    made = KeyBindings()
    _add_lines(made, hands)
    _add_others(made, hands)
    _add_structural(made, hands)
    _add_pairs(made, hands)
    return made


def new_line(buffer: Buffer, mode: modes.Mode) -> None:
    """A new line at the cursor, indented as the form asks; blanks at its end move before it."""
    text, cursor = buffer.text, buffer.cursor_position
    column = modes.indent(text, cursor, mode)
    trailing = len(text[:cursor]) - len(text[:cursor].rstrip(" "))
    if trailing and text[:cursor].strip():
        buffer.delete_before_cursor(trailing)
    following = buffer.document.text_after_cursor
    blanks = len(following) - len(following.lstrip(" "))
    if blanks:
        buffer.delete(blanks)
    buffer.insert_text("\n" + " " * column)


def indent_line(buffer: Buffer, mode: modes.Mode) -> None:
    """Let the line under the cursor begin where its form says."""
    document = buffer.document
    row = document.cursor_position_row
    if row == 0:
        return
    start = document.translate_row_col_to_index(row, 0)
    line = document.current_line
    have = len(line) - len(line.lstrip(" "))
    column = modes.indent(document.text, start - 1, mode)
    text = document.text[:start] + " " * column + document.text[start + have :]
    cursor = max(start + column, document.cursor_position + column - have)
    buffer.document = Document(text, cursor)


def sent_along(event: KeyPressEvent) -> str | None:
    """What has come behind a key already: nobody types so fast, a program sends its text line by line. None:
    nothing."""
    waiting = [press.data for press in event.key_processor.input_queue]
    if waiting:
        return "".join(waiting).replace("\r", "\n")
    try:
        ready = select.select([event.app.input.fileno()], [], [], 0)[0]
    except (NotImplementedError, OSError, ValueError):
        return None
    return "" if ready else None


_GOES_ON = re.compile(r"[ \t\n)\]}#]|(?:else|elif|except|finally|case)\b|\Z")


def ends_here(text: str, following: str) -> bool:
    """Of Python that is sent: is the statement over, when these lines come behind it?

    A line alone is run as soon as it is whole. A block goes on over empty lines, as in a file.
    """
    if text.startswith(","):
        return True
    whole = modes.verdict(text.rstrip() + "\n" if "\n" in text else text, "py", None) != "incomplete"
    return whole and ("\n" not in text or _GOES_ON.match(following) is None)


def _add_lines(made: KeyBindings, hands: Hands) -> None:
    typing = has_focus("DEFAULT_BUFFER") & (emacs_mode | vi_insert_mode)

    @made.add("enter", filter=typing)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if completion_is_selected():
            buffer.complete_state = None
            return
        following = sent_along(event) if hands.mode == "py" else None
        if following is not None and not ends_here(buffer.text, following):
            buffer.insert_text("\n")
        elif modes.verdict(buffer.text, hands.mode, hands.javascript) == "incomplete" and following is None:
            new_line(buffer, hands.mode)
        else:
            buffer.validate_and_handle()

    @made.add("enter", filter=has_focus("DEFAULT_BUFFER") & vi_navigation_mode)
    def enter_vi(event: KeyPressEvent) -> None:
        enter(event)

    @made.add("escape", "enter", filter=typing)
    def always_new_line(event: KeyPressEvent) -> None:
        new_line(event.current_buffer, hands.mode)

    in_indentation = Condition(
        lambda: (
            get_app().current_buffer.document.cursor_position_row > 0
            and not get_app().current_buffer.document.current_line_before_cursor.strip()
        )
    )

    @made.add("tab", filter=typing & in_indentation & ~has_completions)
    def tab(event: KeyPressEvent) -> None:
        if hands.mode == "lisp":
            indent_line(event.current_buffer, hands.mode)
        else:
            event.current_buffer.insert_text(" " * (4 if hands.mode == "py" else 2))


def _add_others(made: KeyBindings, hands: Hands) -> None:
    typing = has_focus("DEFAULT_BUFFER") & (emacs_mode | vi_insert_mode)
    at_empty_prompt = Condition(lambda: hands.mode != "lisp" and not get_app().current_buffer.text)

    @made.add("backspace", filter=typing & at_empty_prompt)
    def back_to_lisp(event: KeyPressEvent) -> None:
        hands.mode = "lisp"
        event.app.invalidate()

    suggested = Condition(
        lambda: (
            get_app().current_buffer.suggestion is not None
            and get_app().current_buffer.document.is_cursor_at_the_end
        )
    )

    @made.add("end", filter=typing & suggested)
    def take_suggestion(event: KeyPressEvent) -> None:
        suggestion = event.current_buffer.suggestion
        if suggestion is not None:
            event.current_buffer.insert_text(suggestion.text)

    @made.add("c-\\")
    def quit_(event: KeyPressEvent) -> None:
        run_in_terminal(lambda: signal.raise_signal(signal.SIGQUIT))

    @made.add("f1")
    def doc(event: KeyPressEvent) -> None:
        hands.show_doc()

    @made.add("escape", filter=has_completions & emacs_mode, eager=False)
    def close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()


# -- structure -----------------------------------------------------------------------------------

MOVES: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]] = {
    # name of the move: emacs key sequences, vi keys in normal mode
    "slurp_forward": ((("escape", "right"),), (">", ")")),
    "barf_forward": ((("escape", "left"),), ("<", ")")),
    "slurp_backward": ((("escape", "s-left"),), ("<", "(")),
    "barf_backward": ((("escape", "s-right"),), (">", "(")),
    "splice": ((("escape", "s"),), ("z", "s")),
    "raise_form": ((("escape", "r"),), ("z", "r")),
    "wrap": ((("escape", "("),), ("z", "(")),
    "kill_form": ((("escape", "c-k"),), ("z", "k")),
    "transpose": ((("escape", "c-t"),), ("z", "t")),
}
JUMPS: dict[str, tuple[str, ...]] = {"forward_form": ("escape", "c-f"), "backward_form": ("escape", "c-b")}


def _add_structural(made: KeyBindings, hands: Hands) -> None:
    wanted = Condition(lambda: hands.config.structural and hands.mode == "lisp")
    focused = has_focus("DEFAULT_BUFFER") & wanted

    def add_move(name: str, emacs: tuple[tuple[str, ...], ...], vi: tuple[str, ...]) -> None:
        move: Callable[[str, int], structural.Edit] = getattr(structural, name)

        def run(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if name == "kill_form":
                span = structural.kill_span(buffer.text, buffer.cursor_position)
                if span is not None:
                    event.app.clipboard.set_text(buffer.text[span[0] : span[1]])
            done = move(buffer.text, buffer.cursor_position)
            if done is not None:
                buffer.save_to_undo_stack()
                buffer.document = Document(*done)

        for keys in emacs:
            made.add(*keys, filter=focused & emacs_mode)(run)
        made.add(*vi, filter=focused & vi_navigation_mode)(run)

    def add_jump(name: str, keys: tuple[str, ...]) -> None:
        jump: Callable[[str, int], int] = getattr(structural, name)

        @made.add(*keys, filter=focused & emacs_mode)
        def run(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            buffer.cursor_position = jump(buffer.text, buffer.cursor_position)

    for name, (emacs, vi) in MOVES.items():
        add_move(name, emacs, vi)
    for name, keys in JUMPS.items():
        add_jump(name, keys)


# -- pairs ---------------------------------------------------------------------------------------


def in_code(text: str, cursor: int) -> bool:
    """Is the cursor outside of strings, comments and a character that is being written?"""
    before = text[:cursor]
    lexer = Lexer(before)
    last = None
    for last in lexer:  # noqa: B007  (the last token is what is wanted)
        pass
    if lexer.state.mode != "code":
        return False
    comment = last is not None and last.kind == "comment" and last.end == len(before)
    return not comment and not before.endswith("\\")


def _add_pairs(made: KeyBindings, hands: Hands) -> None:
    wanted = Condition(lambda: hands.config.auto_pair)
    typing = has_focus("DEFAULT_BUFFER") & (emacs_mode | vi_insert_mode) & wanted

    def add_opener(opener: str, closer: str) -> None:
        @made.add(opener, filter=typing)
        def run(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            text, cursor = buffer.text, buffer.cursor_position
            following = text[cursor : cursor + 1]
            if opener == '"' and following == '"' and not in_code(text, cursor):
                buffer.cursor_position += 1
            elif in_code(text, cursor) and (not following or following in ")]} \n\t"):
                buffer.insert_text(opener + closer)
                buffer.cursor_position -= 1
            else:
                buffer.insert_text(opener)

    def add_closer(closer: str) -> None:
        @made.add(closer, filter=typing)
        def run(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            text, cursor = buffer.text, buffer.cursor_position
            if text[cursor : cursor + 1] == closer and in_code(text, cursor):
                buffer.cursor_position += 1
            else:
                buffer.insert_text(closer)

    for opener, closer in PAIRS.items():
        add_opener(opener, closer)
        if opener != closer:
            add_closer(closer)

    between = Condition(
        lambda: (
            PAIRS.get(get_app().current_buffer.document.char_before_cursor, "?")
            == get_app().current_buffer.document.current_char
        )
    )

    @made.add(Keys.Backspace, filter=typing & between)
    def delete_pair(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor()
        event.current_buffer.delete()
