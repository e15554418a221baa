"""Which file of the house imports which, read from the sources; nothing is imported or run.

In: the root of a tree. Out: every import of one file of ours by another, with the moment it happens:

    load      as the importing file is loaded
    call      inside a function, so at the call (also `import_module("..")`, and `import("..")` in JavaScript)
    type      for type checkers alone (`if TYPE_CHECKING:`, `import("..")` in a JSDoc comment)

An import counts for the file that it names: that Python also runs the `__init__` of every package above it is
left out, as that would tie each package whose `__init__` offers names into a circle.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("lisp", "bridge", "repl", "kernel")
"""The four packages, from the bottom to the top."""

PACKAGE = "polyrepl"


@dataclass(frozen=True, order=True)
class Import:
    """`source` imports `target` (paths from the root, with `/`), in `line` of the source."""

    source: str
    target: str
    moment: str
    line: int

    @property
    def python(self) -> bool:
        return self.source.endswith(".py")


def files(root: Path) -> list[str]:
    """The Python and JavaScript files of the four packages, as paths from the root."""
    found = [
        path.relative_to(root).as_posix()
        for part in PARTS
        for pattern in ("*.py", "*.mjs")
        for path in (root / part).rglob(pattern)
        if not {"node_modules", "vendor", "__pycache__"} & set(path.parts)
    ]
    return sorted(found)


def imports(root: Path) -> list[Import]:
    """All imports among the files below `root`, without those of a file by itself."""
    there = frozenset(files(root))
    found = set()
    for file in there:
        text = (root / file).read_text(encoding="utf-8")
        read = _python(file, text, there) if file.endswith(".py") else _javascript(file, text, there)
        found |= {one for one in read if one.target != file}
    return sorted(found)


# -- Python ----------------------------------------------------------------------------------------


def modules(text: str, package: str = "") -> Iterator[tuple[str, str, str, int]]:
    """Every import of a Python text as (module, name or "", moment, line); relative ones from `package`."""
    yield from _statements(ast.parse(text), package.split("."), "load")


def _statements(node: ast.AST, package: list[str], moment: str) -> Iterator[tuple[str, str, str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, "", moment, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            above = package[: len(package) - child.level + 1] if child.level else []
            module = ".".join([*above, *([child.module] if child.module else [])])
            yield from ((module, alias.name, moment, child.lineno) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _statements(ast.Module(child.body, []), package, "type")
            yield from _statements(ast.Module(child.orelse, []), package, moment)
        else:
            if isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module"):
                match child.args:
                    case [ast.Constant(value=str(name))]:
                        yield name, "", "call", child.lineno
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _statements(child, package, "call" if inside and moment == "load" else moment)


def _python(file: str, text: str, there: frozenset[str]) -> Iterator[Import]:
    package = [PACKAGE, *file.split("/")[:-1]]
    for module, name, moment, line in modules(text, ".".join(package)):
        target = _file_of(module, name, there)
        if target:
            yield Import(file, target, moment, line)


def _file_of(module: str, name: str, there: frozenset[str]) -> str | None:
    """The file that `from module import name` is about, None for one that is not ours."""
    if module.split(".")[0] != PACKAGE:
        return None
    path = "/".join(module.split(".")[1:])
    candidates = [f"{path}/{name}.py", f"{path}/{name}/__init__.py", f"{path}.py", f"{path}/__init__.py"]
    return next((candidate for candidate in candidates if candidate in there), None)


# -- JavaScript ------------------------------------------------------------------------------------

# `import a, { b } from "./c.mjs"`, `import "./c.mjs"`, `export * from "./c.mjs"`: at the start of a line.
_STATIC = re.compile(
    r"""^(?:import|export)\s*(?:[\w*\s,${}]*?\bfrom\s*)?["'](?P<path>\.[^"']+)["']""", re.MULTILINE
)
_DYNAMIC = re.compile(r"""\bimport\(\s*["'](?P<path>\.[^"']+)["']\s*\)""")
_COMMENT = re.compile(r"^\s*(?://|/?\*)")


def _javascript(file: str, text: str, there: frozenset[str]) -> Iterator[Import]:
    def found(match: re.Match[str], moment: str) -> Iterator[Import]:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), match["path"]))
        if target in there:
            yield Import(file, target, moment, text.count("\n", 0, match.start()) + 1)

    for match in _STATIC.finditer(text):
        yield from found(match, "load")
    for match in _DYNAMIC.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
        yield from found(match, "type" if _COMMENT.match(line) or "/**" in line else "call")
