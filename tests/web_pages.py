"""Pages for the tests, as `polyrepl web build` makes them.

In: what a page is to have. Out: its folder. What npm fetches is kept under build/ (which git ignores); tests
skip only when the registry cannot be reached.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from npm_tools import UNREACHABLE
from polyrepl.repl.web.build import Wanted, build
from polyrepl.repl.web.problem import WebProblem

KEPT = Path(__file__).parents[1] / "build" / "test-tools" / "web"
NO_INDEX = ("Temporary failure", "NewConnectionError", "Failed to establish", "403", "503")


def built(folder: Path, **wanted: Any) -> dict[str, int]:
    """Build a page; returns the sizes of its parts."""
    try:
        return build(Wanted(folder, kept=KEPT, **wanted), lambda text: None)
    except WebProblem as problem:
        said = str(problem)
        if said.startswith("npm") and any(code in said for code in UNREACHABLE):
            pytest.skip(f"NOT CHECKED: npm cannot reach its registry:\n{said}")
        if said.startswith("pip") and any(code in said for code in NO_INDEX):
            pytest.skip(f"NOT CHECKED: pip cannot reach its index:\n{said}")
        raise
