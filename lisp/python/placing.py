"""Where a frame of a traceback stands in the Lisp, if its code is that of a `py.fn`.

In: an entry of a traceback. Out: a span of the lines that the function was made of, or None: other code.
"""

from __future__ import annotations

from itertools import islice
from types import TracebackType

from ..forms import Source, Span
from .lines import TEXT


def entries(traceback: TracebackType | None) -> list[TracebackType]:
    """The entries of a traceback, the outermost first."""
    found = []
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


def span_of(entry: TracebackType) -> Span | None:
    code = entry.tb_frame.f_code
    said = entry.tb_frame.f_globals.get(TEXT)
    if not isinstance(said, dict) or code.co_filename != said["file"]:
        return None
    line, last, column, end = next(
        islice(code.co_positions(), entry.tb_lasti // 2, None), (None, None, None, None)
    )
    if line is None or last is None or column is None or end is None:
        return None
    first, lines = said["line"], said["lines"]
    if not first <= line <= last < first + len(lines):
        return None
    starts = [0]
    for text in lines:
        starts.append(starts[-1] + len(text) + 1)

    def offset(number: int, of_bytes: int) -> int:
        text = lines[number - first].encode("utf-8", "surrogatepass")[:of_bytes]
        return int(starts[number - first]) + len(text.decode("utf-8", "surrogatepass"))

    return Span(Source(said["file"], "\n".join(lines), first), offset(line, column), offset(last, end))
