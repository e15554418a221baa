"""What a worker needs to hold a Session in a browser, put together in one folder.

In: a folder, the packages from npm. Out: in the folder, everything relative to everything else, so that it
may stand anywhere and be called anything:

    page/pyodide.mjs       what a page imports that talks to Python itself (createPyodideBridge)
    repl/web/worker.mjs    what a page starts (serving.mjs says how to talk to it)
    repl/web/client.mjs    what a page imports, to start it and to talk to it
    lisp/ bridge/ repl/    the modules that these import, with the web's files in the place of Node's
    polyrepl.zip           Python's half: the compiler, the bridge, the Session; nothing of terminals
    pyodide/               Python itself

No bundler, no import map, no other host is needed; a page's build puts each of ENTRIES together with what it
imports (npm_modules.py), so that a browser asks for few files. Bare names of `js.import` are looked up in
`npm/`, see importing.mjs; who builds a page puts that there.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polyrepl

from .page import write_page
from .stack import watched

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("lisp", "bridge", "repl")
_BRIDGE, _REPL = _ROOT / "bridge", _ROOT / "repl"
_IMPORTED = re.compile(
    r"""^(?:import|export|\}) ?[^"'\n]*["'](\.{1,2}/[^"']+)["']|"""
    r"""^(?! *(?:\*|/\*)).*\bimport\(["'](\.{1,2}/[^"']+)["']\)""",
    re.MULTILINE,
)
_INSTEAD = {
    _BRIDGE / "node" / "platform.mjs": _BRIDGE / "node" / "browser.mjs",
    **{
        _REPL / "node" / name: _REPL / "web" / name
        for name in ("platform.mjs", "importing.mjs", "place.mjs", "renewing.mjs")
    },
}
"""Files of Node's alone -> what stands in their places."""

ENTRIES = ("repl/web/worker.mjs", "repl/web/unpacking.mjs", "repl/web/client.mjs", "page/pyodide.mjs")
"""What pages start and import; all else is imported by these."""
_FIRST = tuple(_ROOT / name for name in ENTRIES if name.startswith("repl/"))

PYODIDE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
"""The files of Pyodide that a start reads."""

_MODULE = """const module = {{ exports: {{}} }};
const {{ exports }} = module;
{script}
export default module.exports;
"""
_WITHOUT = (
    "bridge/__main__.py",
    "repl/__main__.py",
    "repl/cli.py",
    "repl/command_line",
    "repl/terminal",
    *(
        f"repl/web/{name}.py"
        for name in (
            *("assemble", "assets", "build", "folders", "headers", "html", "npm_modules", "packed", "page"),
            *("problem", "server", "stack", "wasm", "wheels"),
        )
    ),
)
"""What of Python's files no worker imports."""

_METADATA = "Metadata-Version: 2.1\nName: polyrepl\nVersion: {}\n"
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive


def assemble(folder: Path, packages: Path) -> None:
    """Write the files.

    Args:
        folder: where to; made, if need be.
        packages: a `node_modules` with pyodide, node-inspect-extracted and fzstd.

    Raises:
        OSError: a file cannot be read or written.
    """
    modules(folder, packages)
    write_page(folder / "page")
    archive(folder / "polyrepl.zip")
    (folder / "pyodide").mkdir(exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(packages / "pyodide" / name, folder / "pyodide" / name)
    wasm = folder / "pyodide" / "pyodide.asm.wasm"
    wasm.write_bytes(watched(wasm.read_bytes()))


def modules(folder: Path, packages: Path) -> None:
    """Write the JavaScript: the arguments and errors are those of `assemble`."""
    script = packages / "node-inspect-extracted" / "dist" / "inspect.js"
    vendor = folder / "bridge" / "node" / "vendor" / "inspect.mjs"
    vendor.parent.mkdir(parents=True, exist_ok=True)
    vendor.write_text(_MODULE.format(script=script.read_text("utf-8")), "utf-8")
    unpacker = folder / "repl" / "web" / "vendor" / "fzstd.mjs"
    unpacker.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(packages / "fzstd" / "esm" / "index.mjs", unpacker)
    for file in _needed(_FIRST):
        target = folder / file.relative_to(_ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_INSTEAD.get(file, file).read_bytes())


def archive(target: Path) -> None:
    """Write Python's half as an archive. Raises OSError."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in sorted(_python()):
            made.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED, 9)


def _python() -> Iterator[tuple[str, bytes]]:
    """The files: their names in the archive, and what they hold."""
    version = polyrepl.__version__
    yield f"polyrepl-{version}.dist-info/METADATA", _METADATA.format(version).encode()
    yield "polyrepl/__init__.py", Path(str(polyrepl.__file__)).resolve().read_bytes()
    for package in _PACKAGES:
        for file in (*(_ROOT / package).rglob("*.py"), *(_ROOT / package).rglob("table.json")):
            name = file.relative_to(_ROOT).as_posix()
            if not any(name == out or name.startswith(f"{out}/") for out in _WITHOUT):
                yield f"polyrepl/{name}", file.read_bytes()


def _needed(first: tuple[Path, ...]) -> set[Path]:
    """The files of modules and of all that these import, also through others."""
    found, left = set(first), list(first)
    while left:
        file = left.pop()
        text = _INSTEAD.get(file, file).read_text("utf-8")
        for names in _IMPORTED.findall(text):
            target = (file.parent / (names[0] or names[1])).resolve()
            # Of the web's files that stand in Node's places, what they import is meant from there.
            if target not in found and target.is_file():
                found.add(target)
                left.append(target)
    return found
