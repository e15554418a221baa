"""Colours of the terminal: what each kind of token and each part of the screen looks like.

In: environment, configuration. Out: whether to use colour at all, and a prompt_toolkit style.

The sixteen ANSI colours are used, because they follow the user's own light or dark theme.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO

RULES = {
    "lisp.special": "ansimagenta",
    "lisp.macro": "ansimagenta",
    "lisp.definer": "ansimagenta bold",
    "lisp.defined": "bold",
    "lisp.function": "ansiblue",
    "lisp.local": "",
    "lisp.known": "",
    "lisp.member": "ansicyan",
    "lisp.module": "ansicyan",
    "lisp.unknown": "ansiyellow underline",
    "lisp.quoted": "",
    "lisp.keyword": "ansicyan",
    "lisp.number": "ansiblue",
    "lisp.constant": "ansimagenta",
    "lisp.char": "ansigreen",
    "lisp.string": "ansigreen",
    "lisp.comment": "ansibrightblack",
    "lisp.prefix": "ansimagenta",
    "lisp.bracket": "ansibrightblack",
    "lisp.mismatch": "ansired bold reverse",
    "lisp.error": "ansired",
    "command": "ansimagenta bold",
    "match": "ansigreen bold underline",
    "prompt": "ansigreen bold",
    "prompt.py": "ansiblue bold",
    "prompt.js": "ansiyellow bold",
    "continuation": "ansibrightblack",
    "bottom-toolbar": "noreverse ansibrightblack",
    "toolbar.signature": "noreverse",
    "toolbar.argument": "noreverse bold",
    "auto-suggestion": "ansibrightblack",
    "completion-menu": "bg:ansibrightblack ansiwhite",
    "completion-menu.completion": "bg:ansiblack ansiwhite",
    "completion-menu.completion.current": "bg:ansiwhite ansiblack",
    "completion-menu.meta.completion": "bg:ansiblack ansibrightblack",
    "completion-menu.meta.completion.current": "bg:ansiwhite ansiblack",
}

PYGMENTS = {
    "pygments.keyword": "ansimagenta",
    "pygments.keyword.constant": "ansimagenta",
    "pygments.name.builtin": "ansiblue",
    "pygments.name.function": "ansiblue",
    "pygments.name.class": "ansiblue",
    "pygments.literal.string": "ansigreen",
    "pygments.literal.number": "ansiblue",
    "pygments.comment": "ansibrightblack",
    "pygments.operator.word": "ansimagenta",
    "pygments.error": "ansired",
}


def wants_color(stream: IO[str], env: Mapping[str, str] = os.environ) -> bool:
    """Colour on this stream? NO_COLOR says no, FORCE_COLOR yes, TERM=dumb no, else: is it a terminal?"""
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return env.get("TERM") != "dumb" and stream.isatty()


def paint(text: str, code: str, color: bool) -> str:
    """`text` in the ANSI style `code` ("31", "1;32") if colour is wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
