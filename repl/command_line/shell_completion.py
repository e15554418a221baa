"""`polyrepl completion SHELL`: the completion file of a shell, as it is also installed with the package.

In: bash, zsh or fish. Out: the file's text on standard output; exit code 2 for any other word.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "completions"
# The wheel puts the same files where the shells look (pyproject.toml, shared-data).
FILES = {"bash": "polyrepl.bash", "zsh": "_polyrepl", "fish": "polyrepl.fish"}

USAGE = """\
usage: polyrepl completion bash|zsh|fish

  bash   source <(polyrepl completion bash)                          (in ~/.bashrc)
  zsh    polyrepl completion zsh > DIR/_polyrepl                      (DIR in $fpath)
  fish   polyrepl completion fish > ~/.config/fish/completions/polyrepl.fish
"""


def completion(arguments: list[str]) -> int:
    """Print the file of the shell that is named."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE, end="")
        return 0
    if len(arguments) != 1 or arguments[0] not in FILES:
        print(USAGE, end="", file=sys.stderr)
        return 2
    sys.stdout.write((FOLDER / FILES[arguments[0]]).read_text(encoding="utf-8"))
    return 0
