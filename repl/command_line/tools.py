"""`polyrepl fmt`: Lisp files in the canonical layout; and how the tools for files read them.

In: arguments after the tool's name. Out: an exit code: 0 fine, 1 a program with errors, 2 usage.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from polyrepl.lisp.errors import LispError, render

from .arguments import Parser
from .complaints import complain


def read_source(name: str) -> str | None:
    """The text of a file, or of standard input for `-`; None after a clear message."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        complain(f"{name}: byte 0x{error.object[error.start]:02x} is not UTF-8")
    except OSError as error:
        complain(f"{name}: {error.strerror}")
    return None


# -- fmt -----------------------------------------------------------------------------------------


def fmt(arguments: list[str]) -> int:
    """Rewrite files in the canonical layout; `-` formats standard input to standard output."""
    parser = Parser(prog="polyrepl fmt", description=fmt.__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    options = parser.parse_args(arguments)
    worst = 0
    for name in options.files:
        worst = max(worst, format_file(name, options.check))
    return worst


def format_file(name: str, check: bool) -> int:
    from polyrepl.lisp.layout.format import format_text

    text = read_source(name)
    if text is None:
        return 2
    try:
        done = format_text(text, name)
    except LispError as error:
        print(render(error), file=sys.stderr)
        return 1
    if name == "-" and not check:
        sys.stdout.write(done)
        return 0
    if done == text:
        return 0
    if check:
        print(f"would reformat {name}", file=sys.stderr)
        return 1
    replace_file(Path(name), done)
    print(f"reformatted {name}", file=sys.stderr)
    return 0


def replace_file(path: Path, text: str) -> None:
    """Write beside the file and rename, so that a full disk never leaves half a program."""
    target = path.resolve()
    spare = target.with_name(f".{target.name}.polyrepl-tmp")
    spare.write_bytes(text.encode("utf-8"))
    os.chmod(spare, target.stat().st_mode)
    os.replace(spare, target)
