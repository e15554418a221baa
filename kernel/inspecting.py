"""What a name is, as text and HTML.

In: a Lisp cell and a cursor. Out: a MIME bundle; empty if nothing is known of the name.
"""

from __future__ import annotations

from typing import Any


async def inspect_lisp(lisp: Any, shell: Any, code: str, cursor: int, level: int) -> dict[str, str]:
    """The bundle for the name at the cursor."""
    start, end = cursor, cursor
    while start > 0 and code[start - 1] not in "()[]{}\"'`~,; \t\r\n":
        start -= 1
    while end < len(code) and code[end] not in "()[]{}\"'`~,; \t\r\n":
        end += 1
    text = lisp.doc(code[start:end])
    return {"text/plain": text} if text else {}
