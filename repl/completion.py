"""Completion: which names fit before the cursor.

In: the compiler's tables, the text and the cursor. Out: where the name begins and the candidates.
Nothing is evaluated.
"""

from __future__ import annotations

from polyrepl.lisp.compiler import Compiler

DELIMITERS = frozenset("()[]{}\"'`~,; \t\r\n")


def complete(compiler: Compiler, text: str, cursor: int) -> tuple[int, list[str]]:
    """Candidates for the symbol that ends at `cursor`.

    Returns:
        The offset where the symbol begins, and the sorted candidates.
    """
    start = cursor
    while start > 0 and text[start - 1] not in DELIMITERS:
        start -= 1
    prefix = text[start:cursor]
    if not prefix or prefix.startswith(":"):
        return start, []
    return start, sorted(name for name in compiler.completions() if name.startswith(prefix))
