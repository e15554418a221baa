"""What the page is made of that is not ours: Pyodide, the editor, charts; from npm, pinned.

In: `package.json` and `package-lock.json` beside this file, which has a digest for each package. Out: a
folder `node_modules`, made once by `polyrepl npm ci`, which checks the digests, and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..config import cache_folder
from .problem import WebProblem

_HERE = Path(__file__).resolve().parent
_NAMES = ("package.json", "package-lock.json")
_SECONDS = 600
_IN_USE = 3600  # seconds


def cache() -> Path:
    """Where what was fetched and built is kept."""
    return cache_folder() / "web"


def packages(kept: Path) -> Path:
    """What a page is made of; see `fetched`."""
    return fetched(_HERE, kept)


def fetched(wanted: Path, kept: Path) -> Path:
    """A folder `node_modules`; fetches it where it is not there yet.

    Args:
        wanted: the folder that has the package.json and the lock file.
        kept: where it is kept.

    Raises:
        WebProblem: npm can not fetch it, or a package is another than the lock file says.
        OSError: it can not be written.
    """
    lock = wanted / "package-lock.json"
    if not lock.is_file():
        raise WebProblem(f"{lock} is missing: this install has no web parts; install polyrepl again")
    done = kept / f"npm-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not done.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=kept, prefix="partial-"))
        try:
            for name in _NAMES:
                shutil.copyfile(wanted / name, made / name)
            npm(["ci"], made)
            publish(made, done)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return done / "node_modules"


def npm(command: list[str], where: Path) -> None:
    """Run a command of npm's; no script of a package runs.

    Raises:
        WebProblem: it failed; the text has npm's own words.
    """
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    arguments = [command[0], *options, *command[1:]]
    said = run([sys.executable, "-m", "polyrepl", "npm", *arguments], where)
    if said is not None:
        lines = [line for line in said.splitlines() if line.startswith(("npm error", "polyrepl:"))]
        words = "\n".join(f"  {line}" for line in lines[:6] or said.splitlines()[-6:])
        raise WebProblem(f"npm {command[0]} failed; what a page is made of is fetched once, by npm:\n{words}")


def run(command: list[str], where: Path) -> str | None:
    """Run a program quietly. Returns what it said where it failed, else None."""
    env = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    try:
        ran = subprocess.run(
            command, cwd=where, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=False, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end within {_SECONDS} s"
    return None if ran.returncode == 0 else f"{ran.stdout}\n{ran.stderr}"


def once(folder: Path, parts: str, make: Callable[[Path], None]) -> Path:
    """What is made of parts, made once. What was made of others goes when it is an hour old: until then
    another process may copy it.

    Args:
        folder: where it is kept.
        parts: names the parts.
        make: writes it into a folder that is there.

    Returns:
        The folder.
    """
    done = folder / hashlib.sha256(parts.encode()).hexdigest()[:16]
    if not done.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as place:
            made = Path(place) / "made"
            made.mkdir()
            make(made)
            publish(made, done)
        for other in folder.iterdir():
            if other != done and time.time() - other.stat().st_mtime > _IN_USE:
                shutil.rmtree(other, ignore_errors=True)
    return done


def publish(made: Path, done: Path) -> None:
    """Give a finished folder its name; where another process was first, its folder stays."""
    try:
        made.rename(done)
    except OSError:
        if not done.is_dir():
            raise
