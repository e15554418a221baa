#!/usr/bin/env python
"""The table of core functions in docs/language.md, made from the comments of lisp/runtime/*.mjs.

In: the call shapes, the sentence and the example of each function. Out: the text between the markers of
the page; `--check` changes nothing and exits with 1 when the page is out of date.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

from polyrepl.lisp.read.lexer import Lexer
from polyrepl.lisp.runtime.corelib import Entry, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "language.md"
BEGIN = "<!-- core functions: begin -->\n"
END = "<!-- core functions: end -->\n"
WIDTH = 100

# File of the runtime -> heading, in the order of the page.
GROUPS = {
    "arithmetic.mjs": "Arithmetic and order",
    "operators.mjs": "Operators",
    "core_numbers.mjs": "Numbers and comparison",
    "core_predicates.mjs": "Predicates and types",
    "core_strings.mjs": "Text",
    "core_format.mjs": "Formatting",
    "core_seq.mjs": "Sequences: make, look",
    "core_parts.mjs": "Sequences: take parts",
    "core_higher.mjs": "Sequences: with a function",
    "core_collections.mjs": "Sequences: join, split",
    "core_order.mjs": "Sequences: order, group",
    "core_maps.mjs": "Maps",
    "core_sets.mjs": "Sets",
    "core_mutate.mjs": "Changing things in place",
    "core_functions.mjs": "Functions, names, errors, atoms",
    "core_async.mjs": "Promises and time",
    "core_batches.mjs": "Many at a time",
    "core_io.mjs": "Printing and JSON",
    "display.mjs": "Rich display",
    "reflect.mjs": "Code as data",
}


def printed(result: str) -> str:
    """The expression of a result as it is printed: without its quotes, `'(1 a)` -> `(1 a)`."""
    for token in reversed(list(Lexer(result))):
        if token.kind == "prefix" and result[token.start] == "'":
            result = result[: token.start] + result[token.end :]
    return result


def entry_text(entry: Entry) -> str:
    """One function: its shapes and sentence as comments, its example as code."""
    sentence, _, example = entry.doc.partition("Example: ")
    lines = textwrap.wrap(" ".join(entry.arglists), WIDTH - 2, break_on_hyphens=False)
    lines += textwrap.wrap(sentence.strip(), WIDTH - 2, break_on_hyphens=False, break_long_words=False)
    text = "".join(f"; {line}\n" for line in lines)
    if example:
        call, _, result = re.sub(r"\s+", " ", example).strip().rpartition(" => ")
        text += f"{call}  ; => {printed(result)}\n"
    return text


def reference() -> str:
    """The text that belongs between the markers."""
    groups: dict[str, list[Entry]] = {file: [] for file in GROUPS}
    for entry in table().values():
        groups.setdefault(entry.file, []).append(entry)
    parts = []
    for file, entries in groups.items():
        title = GROUPS.get(file, file.removesuffix(".mjs"))
        if entries:
            parts.append(f"### {title}\n\n```lisp\n" + "\n".join(map(entry_text, entries)) + "```\n")
    return "\n" + "\n".join(parts) + "\n"


def updated(page: str) -> str:
    """The page with a new table."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name}: the markers are missing")
    return before + BEGIN + reference() + END + after


def main(arguments: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    new = updated(page)
    if new == page:
        return 0
    if "--check" in arguments:
        print(f"{PAGE.name} is out of date: run scripts/language_reference.py", file=sys.stderr)
        return 1
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
