"""argparse for our commands.

In: arguments. Out: what they mean, usage errors, help. Imported where `plain` of cli.py does not do.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from polyrepl.bridge.foreign import visible


class Parser(argparse.ArgumentParser):
    """argparse's own says nothing where its help cannot be written, and sends what it was given."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        super().error(visible(message))

    def print_help(self, file: Any = None) -> None:
        """Write the help, to standard output if `file` is None. Raises OSError."""
        (sys.stdout if file is None else file).write(self.format_help())
