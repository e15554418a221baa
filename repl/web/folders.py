"""Names by content, and a built folder that takes the place of the one before.

In: files. Out: a folder whose parts are named by a digest of what is in them (`editor.3f9a0c12ab34`). A part
that has changed has another name, so no browser shows a stale one; `index.html` alone keeps its name, and
comes last.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

from .problem import WebProblem

MANIFEST = "polyrepl.json"
INDEX = "index.html"
LITE = "lite"
"""The folder of a JupyterLite, whose files have names of their own."""
DIGITS = 12
_NAMED = re.compile(rf"[\w-]+\.[0-9a-f]{{{DIGITS}}}(?:\.[a-z]+)?")
_DATE = (2020, 1, 1, 0, 0, 0)  # of every file in an archive: equal contents make equal archives


def files(folder: Path) -> list[Path]:
    """All regular files below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def digest(place: Path) -> str:
    """Of a file, or of all files of a folder and their names."""
    total = hashlib.sha256()
    for file in files(place) if place.is_dir() else [place]:
        name = file.relative_to(place).as_posix() if place.is_dir() else ""
        total.update(f"{name}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()[:DIGITS]


def named(place: Path) -> str:
    """Give a file or folder its name by digest: `app` -> `app.3f9a0c12ab34`. Returns the name."""
    name = f"{place.stem}.{digest(place)}{place.suffix}"
    place.rename(place.with_name(name))
    return name


def archive(folder: Path, target: Path) -> None:
    """Put the files of a folder into a zip; equal files make equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for file in files(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, file.read_bytes())


def manifest(folder: Path) -> dict[str, Any] | None:
    """What an earlier build said of a folder; None where there was none."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("parts"), list) else None


def check(folder: Path) -> None:
    """A page is built into a new folder, an empty one, or one that holds a page.

    Raises:
        WebProblem: into any other.
    """
    if folder.is_dir():
        if manifest(folder) is None and any(folder.iterdir()):
            raise WebProblem(f"{folder} has other files in it: name a new folder, or an empty one")
    elif os.path.lexists(folder):
        raise WebProblem(f"{folder} is no folder")


def publish(made: Path, folder: Path, about: dict[str, Any]) -> None:
    """Move what was built into its folder and remove what an earlier build has left there.

    Args:
        made: where it was built, on the same disk.
        folder: where it is to be.
        about: what the manifest says, beside the names of the parts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = (manifest(folder) or {}).get("parts", [])
    parts = sorted(path.name for path in made.iterdir())
    for name in sorted(parts, key=lambda name: name == INDEX):
        if (made / name).is_file():
            os.replace(made / name, folder / name)
        elif not (_NAMED.fullmatch(name) and (folder / name).is_dir()):
            _remove(folder / name)
            (made / name).rename(folder / name)
    said = folder / f"{MANIFEST}.partial"
    said.write_text(json.dumps({**about, "parts": parts}, indent=1) + "\n", "utf-8")
    os.replace(said, folder / MANIFEST)
    for name in before:
        # No other name is believed: a file says it that anybody may have written.
        if isinstance(name, str) and name not in parts and (name == LITE or _NAMED.fullmatch(name)):
            _remove(folder / name)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
