"""The tables of docs/terminal.md that the program itself knows: commands and settings.

    python scripts/terminal_reference.py          writes them into docs/terminal.md

In: the docstrings of the commands, the fields of Config. Out: Markdown between `<!-- name -->` marks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from polyrepl.repl.commands.table import COMMANDS
from polyrepl.repl.config import names

PAGE = Path(__file__).resolve().parents[1] / "docs" / "terminal.md"


def commands() -> str:
    rows = [f"| `{entry.usage}` | {entry.summary} |" for entry in COMMANDS.values()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def settings() -> str:
    rows = []
    for name, entry in names().items():
        default = str(entry.default).lower() if isinstance(entry.default, bool) else repr(entry.default)
        choices = entry.metadata.get("choices")
        allowed = f" ({', '.join(choices)})" if choices else ""
        rows.append(f"| `{name}` | `{default}` | {entry.metadata['help']}{allowed} |".replace("'", '"'))
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])


def filled(text: str) -> str:
    """The page with its tables as they are now."""
    for name, table in (("commands", commands()), ("settings", settings())):
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(
            pattern, lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text, flags=re.DOTALL
        )
    return text


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(0 if filled(page) == page else "docs/terminal.md: run scripts/terminal_reference.py")
    PAGE.write_text(filled(page), encoding="utf-8")
