"""The vendored JavaScript is what its pin says, with its licence; nothing is fetched."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "vendor_acorn.py"


def test_acorn_is_the_pinned_one() -> None:
    ran = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_its_licence_is_installed_with_it() -> None:
    vendor = files("polyrepl.repl").joinpath("node", "vendor")
    assert "Permission is hereby granted" in vendor.joinpath("LICENSE").read_text(encoding="utf-8")
    assert vendor.joinpath("acorn.mjs").is_file()
