"""What a command says where it cannot go on.

In: what is wrong. Out: a line on standard error, in which control characters of names are shown, not sent.
"""

from __future__ import annotations

import sys

try:
    from polyrepl.bridge.foreign import visible
except ImportError:  # on Windows, which the bridge refuses: that is then the only complaint

    def visible(text: str) -> str:
        return text


def complain(wrong: object) -> None:
    """Say what is wrong."""
    print(f"polyrepl: {visible(str(wrong))}", file=sys.stderr)


def bad_encoding(name: str, line: int, byte: int) -> str:
    return f"{name}:{line}: error: byte 0x{byte:02x} is not UTF-8\n  hint: save the program as UTF-8"
