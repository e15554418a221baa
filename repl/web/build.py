"""Build the page: one folder of static files that asks nobody else for anything.

In: where to, and what to take along. Out: the folder. Everything is fetched now, pinned and checked
(assets.py, wheels.py); at run time the page reads only what lies beside it.

    index.html  polyrepl.mjs  service-worker.js  _headers  polyrepl.json  LICENSES.txt
    app.<digest>/       the page, the worker and its modules (assemble.py); npm/ in it, what was asked for
    library.<digest>.zst   archive.<digest>.zst    Python's library, polyrepl (packed.py)
    python.<digest>/    Pyodide    editor.<digest>/    CodeMirror    charts.<digest>/    Vega
    packages.<digest>.zip   files.<digest>.zip   snapshot.<digest>.bin   lite/   what was asked for
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polyrepl import __version__
from polyrepl.lisp.layout.indent import BODY_FORMS

from ..known.words import DEFINERS, OPERATORS, SPECIAL
from . import folders, headers, npm_modules, packed, snapshot, wheels
from .assemble import ENTRIES, assemble
from .assets import cache, packages
from .html import door, index
from .jupyterlite import jupyterlite
from .problem import WebProblem

_PAGE = Path(__file__).resolve().parent / "playground"
_AT_ROOT = "service-worker.js"
"""A service worker is responsible for the folder it lies in."""
_CHARTS = ("vega/build/vega.min.js", "vega-lite/build/vega-lite.min.js", "vega-embed/build/vega-embed.min.js")
_EDITOR = (
    "@codemirror/autocomplete", "@codemirror/commands", "@codemirror/lang-javascript",
    "@codemirror/lang-python", "@codemirror/language", "@codemirror/search", "@codemirror/state",
    "@codemirror/view", "@lezer/highlight",
)  # fmt: skip
_OF_EDITOR = ("editor.mjs", "lisp-mode.mjs")
"""What of the page is put together with CodeMirror."""
_LANGUAGES = {".lisp": "lisp", ".js": "js", ".mjs": "js", ".py": "py"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is to have."""

    folder: Path
    """Where it is built."""
    packages: tuple[str, ...] = ()
    """Python packages, as pip takes them."""
    npm: tuple[str, ...] = ()
    """JavaScript packages, as npm takes them."""
    files: Path | None = None
    """A folder whose files a program finds in its working folder."""
    examples: Path | None = None
    """A folder of programs for the list of examples, in place of ours."""
    snapshot: bool = False
    """A snapshot of Python's memory, for a quick start."""
    lite: bool = False
    """Whether a JupyterLite is built too, in the folder `lite`."""
    cdn: str | None = None
    """Where Pyodide's own builds of packages are fetched from: "" is where they usually are; None: not."""
    kept: Path = field(default_factory=cache)
    """Where what is fetched is kept."""


def build(wanted: Wanted, tell: Callable[[str], None]) -> dict[str, int]:
    """Build a page.

    Args:
        wanted: what it is to have.
        tell: is told what is being done.

    Returns:
        The sizes of its parts in bytes, by their names without the digest.

    Raises:
        WebProblem: something can not be had, or the folder has other files in it.
        OSError: it can not be written.
    """
    folder = wanted.folder.resolve()
    folders.check(folder)
    for asked in (wanted.files, wanted.examples):
        if asked is not None and not asked.is_dir():
            raise WebProblem(f"{asked} is no folder")
    tell("packages from npm")
    modules = packages(wanted.kept)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        about = _make(wanted, modules, made, tell)
        sizes = {name: _size(made / part) for name, part in about["names"].items()}
        if wanted.lite:
            tell("JupyterLite")
            jupyterlite(made / folders.LITE, wanted.packages, wanted.npm, wanted.files)
            sizes[folders.LITE] = _size(made / folders.LITE)
        folders.publish(made, folder, about)
        return sizes
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _make(wanted: Wanted, modules: Path, made: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """All parts, the last one `index.html`. Returns what the manifest says."""
    names: dict[str, str] = {}

    def part(place: Path) -> None:
        name = place.name.split(".")[0]
        names[name] = folders.named(place)

    (made / "charts").mkdir()
    for name in _CHARTS:
        shutil.copyfile(modules / name, made / "charts" / Path(name).name)
    part(made / "charts")
    imports = _editor(made / "editor", modules, wanted.kept)
    part(made / "editor")
    for name, place in _asked(wanted, modules, made, tell).items():
        if place is not None:
            part(place)
            tell(f"{name}: {names[name]}")
    assemble(made / "app", modules)
    for place in (made / "app").glob("*/*/vendor"):
        npm_modules.smaller(place, wanted.kept)
    (made / "app" / "pyodide").rename(made / "python")
    if wanted.npm:
        tell(f"JavaScript packages: {', '.join(wanted.npm)}")
    npm_modules.bundle(list(wanted.npm), made / "app" / "npm", wanted.kept)
    shutil.copytree(
        _PAGE,
        made / "app" / "repl" / "web" / _PAGE.name,
        ignore=shutil.ignore_patterns(_AT_ROOT, "index.html", "examples", *_OF_EDITOR),
    )
    npm_modules.together(made / "app", [*ENTRIES, f"repl/web/{_PAGE.name}/page.mjs"], wanted.kept)
    _python(wanted, made, tell)
    for name in ("python", packed.LIBRARY, packed.ARCHIVE, *(["snapshot.bin"] if wanted.snapshot else [])):
        part(made / name)
    part(made / "app")
    shutil.copyfile(_PAGE / _AT_ROOT, made / _AT_ROOT)
    (made / "LICENSES.txt").write_text(npm_modules.licences(modules), "utf-8")
    (made / "_headers").write_text(headers.rules(sorted(names.values())), "utf-8")
    (made / ".nojekyll").write_text("", "utf-8")
    page = {
        "version": __version__,
        "names": names,
        "words": {
            "definers": sorted(DEFINERS),
            "special": sorted(SPECIAL),
            "operators": sorted(OPERATORS),
            "bodies": BODY_FORMS,
        },
        "size": sum(
            _size(made / names[name]) for name in ("python", "snapshot" if wanted.snapshot else "library")
        ),
        "examples": examples(wanted.examples or _PAGE / "examples"),
    }
    text = (_PAGE / "index.html").read_text("utf-8")
    (made / folders.INDEX).write_text(index(text, names, imports, page), "utf-8")
    (made / "polyrepl.mjs").write_text(door(names), "utf-8")
    return {"polyrepl": __version__, "names": names}


def _editor(folder: Path, modules: Path, kept: Path) -> dict[str, str]:
    """The editor. Returns names of modules -> their paths in the folder."""
    imports = npm_modules.copy(list(_EDITOR), modules, folder)
    for name in _OF_EDITOR:
        shutil.copyfile(_PAGE / name, folder / name)
    alone = npm_modules.together(folder, [_OF_EDITOR[0]], kept, imports)
    npm_modules.smaller(folder, kept)
    return {"polyrepl/editor": _OF_EDITOR[0], **({} if alone else imports)}


def _python(wanted: Wanted, made: Path, tell: Callable[[str], None]) -> None:
    """Python's parts, packed, and its snapshot."""
    plain, archive = made / "python" / "python_stdlib.zip", made / "app" / "polyrepl.zip"
    tell("Python, packed")
    parts = packed.pack(made / "python", archive, wanted.kept)
    for name in (packed.LIBRARY, packed.ARCHIVE):
        shutil.copyfile(parts / name, made / name)
    if wanted.snapshot:
        tell("a snapshot")
        library = parts / packed.PLAIN
        snapshot.take(made / "python", library, archive, made / "snapshot.bin", wanted.kept)
    plain.unlink()
    archive.unlink()


def _asked(wanted: Wanted, modules: Path, made: Path, tell: Callable[[str], None]) -> dict[str, Path | None]:
    """The parts that only some pages have."""
    found: dict[str, Path | None] = {}
    if wanted.packages:
        tell(f"Python packages: {', '.join(wanted.packages)}")
        place = made / "site-packages"
        place.mkdir()
        rest = list(wanted.packages)
        if wanted.cdn is not None:
            lock = modules / "pyodide" / "pyodide-lock.json"
            address = wanted.cdn or wheels.CDN.format(version=npm_modules.about(lock.parent)["version"])
            address = address if address.endswith("/") else f"{address}/"
            rest = wheels.from_cdn(rest, lock, address, wanted.kept / "wheels", place)
        if rest:
            wheels.download(rest, place)
        found["packages"] = _archived(place, made / "packages.zip")
    if wanted.files is not None:
        found["files"] = made / "files.zip"
        folders.archive(wanted.files, made / "files.zip")
    return found


def _archived(place: Path, target: Path) -> Path:
    folders.archive(place, target)
    shutil.rmtree(place)
    return target


def examples(folder: Path) -> list[dict[str, str]]:
    """The programs of a folder: their names, languages and texts.

    Raises:
        WebProblem: there are none, or one is no text.
    """
    found = []
    for file in sorted(folder.iterdir()):
        language = _LANGUAGES.get(file.suffix)
        if language is None or not file.is_file():
            continue
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            raise WebProblem(f"{file} is no text in UTF-8") from None
        name = file.stem.split("_", 1)[1] if file.stem[:1].isdigit() and "_" in file.stem else file.stem
        found.append({"name": name.replace("_", " "), "language": language, "text": text})
    if not found:
        raise WebProblem(f"{folder} has no examples: files that end in .lisp, .js or .py")
    return found


def _size(place: Path) -> int:
    return (
        sum(file.stat().st_size for file in folders.files(place)) if place.is_dir() else place.stat().st_size
    )
