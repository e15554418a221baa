"""Python packages for the page: wheels that run in WebAssembly, or anywhere.

In: requirements. Out: the files of their wheels and of all that these need, as they lie in `site-packages`.
They are downloaded by pip from the index it is set up for, never built: what has no such wheel is named.
Pyodide's own builds, of NumPy and others, are not on the index: `from_cdn` takes those that its lock file
names, with their digests.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from .assets import run
from .problem import WebProblem

PYTHON = "3.14"
"""The Python of the Pyodide that is pinned, and its platform on the index."""
PLATFORM = "pyemscripten_2026_0_wasm32"
CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
"""Where Pyodide itself says that its builds are."""
_TARGET = [
    "--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON, "--platform", PLATFORM,
]  # fmt: skip
_NONE_FOR = re.compile(r"No matching distribution found for ([^\s;]+)")
_DATA = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/(.+)$")
_ELSE = re.compile(r"^[^/]+\.data/")
_SECONDS = 120


def download(requirements: list[str], target: Path) -> None:
    """Fetch wheels by pip and unpack them.

    Args:
        requirements: as pip takes them: "attrs", "sortedcontainers==2.4.0".
        target: the folder that becomes `site-packages`.

    Raises:
        WebProblem: something has no wheel that runs in a page, or pip can not reach its index.
    """
    with tempfile.TemporaryDirectory() as made:
        said = _pip([*requirements], Path(made))
        if said is not None:
            raise WebProblem(_why(requirements, said))
        for wheel in sorted(Path(made).glob("*.whl")):
            unpack(wheel, target)


def _pip(requirements: list[str], target: Path, *options: str) -> str | None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *_TARGET]
    return run([*command, *options, "--dest", str(target), "--", *requirements], target)


def _why(requirements: list[str], said: str) -> str:
    """The message for what pip said of them together: each one that has no wheel, by name."""
    if "No module named pip" in said:
        return "this Python has no pip, which fetches packages: python -m ensurepip"
    if _NONE_FOR.search(said) is None:
        lines = [line for line in said.splitlines() if line.strip()]
        return "pip can not fetch the packages:\n" + "\n".join(f"  {line}" for line in lines[-4:])
    missing = []
    with tempfile.TemporaryDirectory() as made:
        for name in requirements:
            alone = _pip([name], Path(made))
            found = None if alone is None else _NONE_FOR.search(alone)
            if found is not None:
                wanted = found[1].removeprefix("(from versions: none)")
                missing.append(name if _same(wanted, name) else f"{wanted}, which {name} needs")
    names = "\n".join(f"  {name}" for name in missing or [_NONE_FOR.search(said)[1]])  # type: ignore[index]
    return (
        f"no wheel for the browser on the package index (pure Python, or {PLATFORM}):\n{names}\n"
        "leave it out, or see --wheels-from-cdn in `polyrepl web build --help`"
    )


def _same(one: str, other: str) -> bool:
    first, second = (re.split(r"[<>=!~\[;@ ]", text, maxsplit=1)[0] for text in (one, other))
    return normal(first) == normal(second)


def normal(name: str) -> str:
    """A package's name as indexes compare it: `Foo.Bar` -> `foo-bar`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unpack(wheel: Path, target: Path) -> None:
    """Put the files of a wheel where Python finds them.

    Raises:
        WebProblem: it is no wheel, or a file of it would lie elsewhere.
    """
    root = target.resolve()
    try:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                inner = _DATA.match(entry.filename)
                if entry.is_dir() or (inner is None and _ELSE.match(entry.filename)):
                    continue
                place = (root / (inner[1] if inner else entry.filename)).resolve()
                if not place.is_relative_to(root):
                    raise WebProblem(f"{wheel.name}: {entry.filename} would lie outside of site-packages")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(entry))
    except zipfile.BadZipFile:
        raise WebProblem(f"{wheel.name} is no wheel") from None


# ---- Pyodide's own builds


def from_cdn(names: list[str], lock: Path, address: str, kept: Path, target: Path) -> list[str]:
    """Fetch packages that Pyodide's lock file names, with what they need, and unpack them.

    Args:
        names: which.
        lock: the lock file: it has the digest of each.
        address: where the files are, with a "/" at its end.
        kept: a folder for what was fetched.
        target: the folder that becomes `site-packages`.

    Returns:
        The names that are not in the lock file: whoever asks gets these from the index.

    Raises:
        WebProblem: one can not be fetched, or is another than the lock file says.
    """
    table: dict[str, dict[str, Any]] = json.loads(lock.read_text("utf-8"))["packages"]
    known = {normal(name): entry for name, entry in table.items()}
    others = [name for name in names if normal(name) not in known]
    asked = [normal(name) for name in names if normal(name) in known]
    for entry in _needed(asked, known, lock.name):
        unpack(_fetched(entry["file_name"], entry["sha256"], address, kept), target)
    return others


def _needed(asked: list[str], known: dict[str, dict[str, Any]], lock: str) -> list[dict[str, Any]]:
    """Entries of packages and of all that they need; all is looked at before anything is fetched.

    Raises:
        WebProblem: a package needs what can not be had; it is named, and who asked for it.
    """
    found: dict[str, dict[str, Any]] = {}
    without: dict[str, str] = {}
    for first in asked:
        left, seen = [first], {first}
        while left:
            name = left.pop()
            entry = known.get(name)
            for_whom = f"{first} needs {name}" if name != first else name
            if entry is None:
                raise WebProblem(f"{for_whom}, which {lock} does not name")
            if entry["package_type"] != "package":
                without.setdefault(first, for_whom if name != first else f"{name} is one")
            else:
                found[name] = entry
                new = set(map(normal, entry["depends"])) - seen
                left += sorted(new)
                seen |= new
    if without:
        lines = "\n".join(f"  {line}" for line in without.values())
        raise WebProblem(
            f"shared libraries, which a page can not load:\n{lines}\n"
            f"leave out {', '.join(without)}: what else was asked for can be had"
        )
    return list(found.values())


def _fetched(file: str, sha256: str, address: str, kept: Path) -> Path:
    place = kept / sha256[:16] / file
    if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256:
        return place
    try:
        with urllib.request.urlopen(f"{address}{file}", timeout=_SECONDS) as answer:
            data: bytes = answer.read()
    except OSError as error:
        raise WebProblem(f"{address}{file} can not be fetched: {error}") from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise WebProblem(
            f"{address}{file} is not what Pyodide's lock file says (sha256 {found}): nothing of it is used"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place
