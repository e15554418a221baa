"""JavaScript packages from a folder `node_modules`, for a browser.

In: names. Out: their modules as files. What the page itself needs are modules of one file each, which are
copied; what a user names is bundled, since most packages are many files and know no browser.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from polyrepl.bridge.process import find_node

from .assets import fetched, npm, run
from .problem import WebProblem

_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_RELATIVE = re.compile(r"""^(?:import|export)\b[^'"\n]*['"]\.{1,2}/""", re.MULTILINE)
_LICENCE = re.compile(r"^(?:licen[cs]e|copying|notice)", re.IGNORECASE)
_SPECIFIER = re.compile(r"^(?P<name>(?:@[\w.-]+/)?[\w][\w.-]*)(?:@(?P<version>[\w.^~<>=*+-]+))?$")
_BUNDLER = Path(__file__).resolve().parent / "bundler"
INDEX = "index.json"
_WORD = re.compile(r"^[A-Za-z_$][\w$]*$")
# What Node says a package exports: those of CommonJS it finds by reading them. It may read, and nothing else.
_EXPORTS = """
import { createRequire } from "node:module";
const out = {};
for (const name of process.argv.slice(1)) {
  try {
    out[name] = Object.keys(await import(createRequire(process.cwd() + "/").resolve(name)));
  } catch {
    out[name] = null;
  }
}
console.log(JSON.stringify(out));
process.exit(0);
"""


def about(package: Path) -> dict[str, Any]:
    """Its package.json."""
    found: dict[str, Any] = json.loads((package / "package.json").read_text("utf-8"))
    return found


def entry(package: Path) -> Path:
    """The file that `import` of its name loads."""
    said = about(package)
    exports = said.get("exports")
    if isinstance(exports, dict) and "." in exports:
        exports = exports["."]
    name = exports.get("import") if isinstance(exports, dict) else exports
    if isinstance(name, dict):
        name = name.get("default")
    return package / str(name or said.get("module") or said["main"])


def copy(names: list[str], modules: Path, target: Path) -> dict[str, str]:
    """Copy modules that are one file each, and all that they import.

    Returns:
        For an import map: name -> path in the target.

    Raises:
        WebProblem: one consists of several files.
    """
    target.mkdir()
    found: dict[str, str] = {}
    left = list(names)
    while left:
        name = left.pop()
        if name in found:
            continue
        package = modules / name
        text = entry(package).read_text("utf-8")
        if _RELATIVE.search(text):
            raise WebProblem(f"{name} is more than one file")
        found[name] = f"{name.replace('@', '').replace('/', '-')}.js"
        (target / found[name]).write_text(_MAP.sub("", text), "utf-8")
        left += about(package).get("dependencies", {})
    return dict(sorted(found.items()))


def licences(modules: Path) -> str:
    """Who made what a page is made of, and what may be done with it."""
    parts = []
    for place in sorted(
        {path.parent for path in modules.glob("*/package.json")}
        | {path.parent for path in modules.glob("@*/*/package.json")}
    ):
        said = about(place)
        texts = [
            file.read_text("utf-8", "replace").strip()
            for file in sorted(place.iterdir())
            if file.is_file() and _LICENCE.match(file.name)
        ]
        parts.append(
            "\n\n".join([f"{said['name']} {said['version']}: {said.get('license', 'see below')}", *texts])
        )
    return "\n\n\n".join(parts) + "\n"


# ---- packages that a user names


def bundle(specifiers: list[str], target: Path, kept: Path) -> None:
    """Fetch packages and make a module of each that a browser can import; what two need is there once.

    Args:
        specifiers: as npm takes them: "lodash", "d3@7", "@scope/name".
        target: the folder for them; its index.json says which file is whose.
        kept: where the bundler is kept.

    Raises:
        WebProblem: one is no name, can not be fetched, or is not for browsers.
    """
    target.mkdir(parents=True, exist_ok=True)
    names = []
    for specifier in specifiers:
        found = _SPECIFIER.match(specifier)
        if found is None:
            raise WebProblem(f"{specifier!r} is no package of npm's: name, name@version or @scope/name")
        names.append(found["name"])
    index: dict[str, str] = {}
    if names:
        with tempfile.TemporaryDirectory() as made:
            work = Path(made)
            (work / "package.json").write_text('{"private": true}', "utf-8")
            npm(["install", "--no-save", "--", *specifiers], work)
            for number, (name, keys) in enumerate(_exported(names, work).items()):
                index[name] = f"m{number}.js"
                (work / f"m{number}.mjs").write_text(_face(name, keys), "utf-8")
            _bundled([f"./m{number}.mjs" for number in range(len(index))], work, target, kept)
    (target / INDEX).write_text(json.dumps(index), "utf-8")


def _exported(names: list[str], work: Path) -> dict[str, list[str] | None]:
    """Name -> what it exports; None where Node can not load it."""
    command = [find_node(), "--permission", f"--allow-fs-read={work.resolve()}"]
    command += ["--input-type=module", "-e", _EXPORTS, "--", *names]
    ran = subprocess.run(
        command, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
    )
    try:
        found: dict[str, list[str] | None] = json.loads(ran.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return dict.fromkeys(names)
    return found


def _face(name: str, keys: list[str] | None) -> str:
    """A module that exports what a package exports; `module.exports` is all of a CommonJS module."""
    said = json.dumps(name)
    if keys is None:
        return f"export * from {said};\n"
    plain = [key for key in keys if _WORD.match(key) and key != "default"]
    lines = [f"export {{ {', '.join(plain)} }} from {said};"] if plain else []
    if "module.exports" in keys:
        # A constant: esbuild makes no name of its own of such a one.
        lines.append(f"import whole from {said};\nconst all = whole;")
        lines.append('export { all as default, all as "module.exports" };')
    elif "default" in keys:
        lines.append(f"export {{ default }} from {said};")
    return "\n".join([*lines, "export {};", ""])


def smaller(modules: Path, kept: Path) -> None:
    """Say the same in fewer characters: modules of others, of one file each. Without esbuild they stay as
    they are.

    Args:
        modules: the folder of the files, which change; all end in `.js`, or all in `.mjs`.
        kept: where esbuild is kept.

    Raises:
        WebProblem: one is no module.
    """
    program = _esbuild(kept)
    if program is None:
        return
    files = sorted(modules.glob("*js"))
    options = ["--minify", f"--out-extension:.js={files[0].suffix}", "--allow-overwrite"]
    _run(program, [*map(str, files), *options, f"--outdir={modules}"], modules)


def together(folder: Path, entries: list[str], kept: Path, names: dict[str, str] | None = None) -> bool:
    """Put each module together with all that it imports: a page that asks for a few files is ready before one
    that finds a hundred, one after the other. Names stay as they are, since programs see them. The modules
    that are in one of them now go.

    Args:
        folder: where the modules are. Those in its folders `npm` and `pyodide` are left alone.
        entries: their paths from there; they keep them.
        kept: where esbuild is kept.
        names: bare names that stand for files of the folder; all others are left as they are.

    Returns:
        False where there is no esbuild: all stays.

    Raises:
        WebProblem: one is no module, or imports what is not there.
    """
    program = _esbuild(kept)
    if program is None:
        return False
    options = ["--bundle", "--format=esm", "--platform=browser", "--packages=external", "--outbase=."]
    options += ["--minify-whitespace", "--minify-syntax", "--out-extension:.js=.mjs"]
    options += [f"--alias:{name}=./{file}" for name, file in (names or {}).items()]
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        _run(program, [*entries, *options, f"--outdir={made}"], folder)
        for file in folder.rglob("*js"):
            ours = file.relative_to(folder).parts[0] not in ("npm", "pyodide")
            if ours and (file.suffix == ".mjs" or file.name in (names or {}).values()):
                file.unlink()
        for entry in entries:
            Path(made, entry).rename(folder / entry)
    for place in sorted(folder.rglob("*"), reverse=True):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    return True


def _run(program: Path, options: list[str], folder: Path) -> None:
    command = [str(program), *options, "--legal-comments=inline", "--target=es2022", "--log-level=error"]
    said = run(command, folder)
    if said is not None:
        raise WebProblem(f"esbuild can not read the modules of {folder.name}:\n{said}")


def _esbuild(kept: Path) -> Path | None:
    """The program; None where there is none for this platform."""
    return next(iter(sorted(fetched(_BUNDLER, kept).glob("@esbuild/*/bin/esbuild"))), None)


def _bundled(entries: list[str], work: Path, target: Path, kept: Path) -> None:
    program = _esbuild(kept)
    if program is None:
        raise WebProblem("esbuild, which puts packages together, is not to be had for this platform")
    said = run(
        [
            str(program), *entries, "--bundle", "--format=esm", "--platform=browser", "--target=es2022",
            "--splitting", "--minify-whitespace", "--legal-comments=inline", "--log-level=error",
            f"--outdir={target.resolve()}",
        ],
        work,
    )  # fmt: skip
    if said is not None:
        lines = [line for line in said.splitlines() if line.strip()]
        raise WebProblem(
            "a package of --npm is not for browsers:\n" + "\n".join(f"  {line}" for line in lines[:8])
        )
