"""Functions of a session's earlier forms: what they are, and how a program tells that they still are.

In: a definition and the JavaScript of its form. Out: the code of the function, which is what it says of
itself (`toString`), and the length and hash that the runtime's `ofCode` compares.
"""

from __future__ import annotations

from .. import nodes as n


class Known:
    """A definition of a function in an earlier form, and the JavaScript of its form."""

    __slots__ = ("form", "node")

    def __init__(self, node: n.Define, form: str) -> None:
        self.node = node
        self.form = form

    def code(self) -> str | None:
        """The function as it was written; None where the form is no plain definition."""
        _, found, text = self.form.partition(f"\n  globalThis.{self.node.js} = function ")
        if not found or not text.endswith("\n  };\n}"):
            return None
        return "function " + text[: -len(";\n}")]


def digest(code: str) -> tuple[int, int]:
    """Length and hash of a text (FNV-1a of its UTF-16 code units)."""
    units = code.encode("utf-16-le")
    found = 0x811C9DC5
    for at in range(0, len(units), 2):
        found = ((found ^ (units[at] | units[at + 1] << 8)) * 0x01000193) & 0xFFFFFFFF
    return len(units) // 2, found
