"""A text under edit, scanned line by line: only what changed is scanned again.

In: the text of a buffer, again and again. Out: the pieces of its lines, the state at any place, and the
partner of a bracket. A key stroke in a long buffer costs the scan of the changed line, plus the lines on
the screen when the change reaches further (an opened string, another nesting).
"""

from __future__ import annotations

from .scan import CLOSERS, START, LineState, Piece, Scanned, scan_line


class Lines:
    """The incremental scan of one buffer."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._text = ""
        # _scans[i] was made from _before[i]; it is good as long as the state before line i is that one.
        self._scans: list[Scanned | None] = []
        self._before: list[LineState | None] = []
        self._known = 0  # lines whose state before is certain
        self.defined: dict[int, tuple[str, ...]] = {}
        self.scanned = 0  # lines scanned so far; the tests read it

    def update(self, text: str) -> Lines:
        """Take the buffer's text as it is now."""
        if text == self._text and self.lines:
            return self
        old, new = self.lines, text.split("\n")
        start = 0
        limit = min(len(old), len(new))
        while start < limit and old[start] == new[start]:
            start += 1
        tail = 0
        while tail < limit - start and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        gap: list[None] = [None] * (len(new) - start - tail)
        self._scans[start : len(old) - tail] = gap
        self._before[start : len(old) - tail] = gap
        self._known = min(self._known, start)
        self.lines = new
        self._text = text
        return self

    def scan(self, number: int) -> Scanned:
        """The scan of line `number`, counted from 0."""
        while self._known <= number:
            at = self._known
            before = START if at == 0 else self._state_after(at - 1)
            if self._scans[at] is None or self._before[at] != before:
                self._scans[at] = scan_line(self.lines[at], before)
                self.scanned += 1
            # Equal states are made one object, so that comparing them stays cheap.
            self._before[at] = before
            self._known = at + 1
        found = self._scans[number]
        assert found is not None
        return found

    def _state_after(self, number: int) -> LineState:
        scanned = self._scans[number]
        assert scanned is not None
        return scanned.state

    def pieces(self, number: int) -> list[Piece]:
        """The tokens of line `number`."""
        return self.scan(number).pieces

    def defined_names(self) -> set[str]:
        """The names that the lines scanned so far define."""
        return {name for scan in self._scans[: self._known] if scan is not None for name in scan.defined}

    # -- brackets --------------------------------------------------------------------------------

    def bracket_at(self, number: int, column: int) -> Piece | None:
        """The bracket that covers this place, if there is one."""
        for piece in self.pieces(number):
            if piece.start <= column < piece.end and piece.kind in BRACKETS:
                return piece
        return None

    def partner(self, number: int, piece: Piece) -> tuple[int, Piece] | None:
        """Where the bracket's other half stands: (line, piece); None if it has none or another kind."""
        opens = piece.kind in ("open", "hole-open")
        step = 1 if opens else -1
        depth = 0
        text = self.lines[number][piece.start : piece.end]
        while 0 <= number < len(self.lines):
            row = self.pieces(number)
            for other in row if opens else reversed(row):
                if other.kind not in BRACKETS:
                    continue
                if depth == 0 and other is not piece:
                    continue
                depth += 1 if (other.kind in ("open", "hole-open")) == opens else -1
                if depth == 0:
                    shown = self.lines[number][other.start : other.end]
                    opener, closer = (text, shown) if opens else (shown, text)
                    return (number, other) if CLOSERS.get(opener) == closer else None
            number += step
        return None


BRACKETS = frozenset(["open", "close", "hole-open", "hole-close"])
