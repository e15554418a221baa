"""The bracket under the cursor and its partner, shown while typing.

In: the document and the shared scan. Out: the same fragments with two characters marked. Brackets in
strings and comments are no brackets here, because the language's own lexer says what is one.
"""

from __future__ import annotations

from prompt_toolkit.application.current import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text.utils import fragment_list_len
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from ..complete.lines import Lines


class MatchingBrackets(Processor):
    """Marks a pair. `active` may switch it off (other languages have brackets of their own)."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.active = True
        self._key: tuple[str, int] | None = None
        self._pairs: dict[int, list[tuple[int, int]]] = {}

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        document, fragments = transformation_input.document, transformation_input.fragments
        if not self.active or get_app().is_done:  # what was submitted stays on the screen without marks
            return Transformation(fragments)
        key = (document.text, document.cursor_position)
        if key != self._key:
            self._key = key
            self._pairs = pair(self.lines, document)
        spans = self._pairs.get(transformation_input.lineno)
        if not spans:
            return Transformation(fragments)
        exploded = explode_text_fragments(fragments)
        for start, end in spans:
            for at in range(start, min(end, fragment_list_len(exploded))):
                style, text, *_ = exploded[at]
                exploded[at] = (style + " class:match ", text)
        return Transformation(exploded)


def pair(lines: Lines, document: Document) -> dict[int, list[tuple[int, int]]]:
    """Line -> spans to mark: the closer before the cursor or the bracket on it, and its partner."""
    lines.update(document.text)
    row, column = document.cursor_position_row, document.cursor_position_col
    here = lines.bracket_at(row, column - 1) if column else None
    if here is None or not here.kind.endswith("close"):
        here = lines.bracket_at(row, column)
    if here is None:
        return {}
    found = lines.partner(row, here)
    if found is None:
        return {}
    other_row, other = found
    marks: dict[int, list[tuple[int, int]]] = {row: [(here.start, here.end)]}
    marks.setdefault(other_row, []).append((other.start, other.end))
    return marks
