"""The plan of the house from its imports: counts, what runs upward, circles, and docs/images/house.svg.

python scripts/house                   counts of this tree, and what is against the rules
python scripts/house --since REVISION  the same beside those of an older commit: its files are counted in the
                                       rooms into which git says they moved
python scripts/house --tree PATH       another tree
python scripts/house --draw            write docs/images/house.svg; --check only says whether it is current
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from house.counts import MOMENTS, Count, circles, counts, upward
from house.imports import PARTS, Import, files, imports
from house.picture import PICTURE, drawn

ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    "files": lambda c: c.files,
    "imports between files": lambda c: c.imports,
    "rooms": lambda c: c.rooms,
    "arrows between rooms": lambda c: c.arrows,
    "imports against the floors": lambda c: c.upward,
    "circles at load": lambda c: circle_text(c, "load"),
    "… or in functions": lambda c: circle_text(c, "call"),
    "… or for types": lambda c: circle_text(c, "type"),
}


def circle_text(count: Count, what: str) -> str:
    """`2 (24, 3 files)`."""
    found = count.circles[what]
    return f"{len(found)} ({', '.join(str(len(one)) for one in found)} files)" if found else "0"


def git(tree: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(tree), *words], capture_output=True, check=True).stdout


def renames(revision: str, tree: Path) -> dict[str, str]:
    """Old name -> name now, of the files that moved since; commit by commit, as they were rewritten later."""
    log = git(
        tree, "log", "--reverse", "-M", "--diff-filter=R", "--format=", "--name-status", f"{revision}..HEAD"
    )
    here = git(tree, "diff", "-M", "--diff-filter=R", "--name-status", "HEAD")
    moved: dict[str, str] = {}
    for line in (log + here).decode().splitlines():
        _, before, after = line.split("\t")
        for first in [old for old, new in moved.items() if new == before]:
            moved[first] = after
        moved.setdefault(before, after)
    return moved


def since(revision: str, tree: Path = ROOT) -> tuple[list[str], list[Import], int]:
    """The files and imports of an older commit under the names they have now, and how many had moved."""
    with tempfile.TemporaryDirectory() as folder:
        there = set(git(tree, "ls-tree", "--name-only", revision).decode().split())
        archive = git(tree, "archive", revision, *(part for part in PARTS if part in there))
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        old, found = files(Path(folder)), imports(Path(folder))
    moved = renames(revision, tree)
    named = [
        Import(moved.get(i.source, i.source), moved.get(i.target, i.target), i.moment, i.line) for i in found
    ]
    return [moved.get(file, file) for file in old], named, sum(file in moved for file in old)


def table(columns: dict[str, dict[str, Count]]) -> str:
    """The figures of each package, one column a tree."""
    lines = []
    for part in (*PARTS, "all"):
        rows = [
            [name, *(str(value(tree[part])) for tree in columns.values())] for name, value in ROWS.items()
        ]
        lines.append(f"{part:<28}" + "".join(f"{title:>26}" for title in columns))
        lines += [f"  {name:<26}" + "".join(f"{cell:>26}" for cell in cells) for name, *cells in rows]
    return "\n".join(lines)


def faults(found: list[Import]) -> str:
    """What is against the rules, by name."""
    lines = [
        f"against the floors: {a} -> {b} ({made[0].source}:{made[0].line})"
        for (a, b), made in upward(found).items()
    ]
    lines += [f"circle: {' '.join(members)}" for members in circles(found, MOMENTS["call"])]
    return "\n".join(lines)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--since", metavar="REVISION")
    parser.add_argument("--tree", type=Path, default=ROOT, metavar="PATH")
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    found = imports(options.tree)
    if options.draw or options.check:
        new = drawn(found)
        old = PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else ""
        if options.check:
            if old != new:
                print(f"{PICTURE.name} is out of date: run python scripts/house --draw", file=sys.stderr)
            return int(old != new)
        PICTURE.write_text(new, encoding="utf-8")
        return 0
    columns = {}
    if options.since:
        old_files, old_imports, moved = since(options.since, options.tree)
        columns[options.since] = counts(old_files, old_imports)
        print(f"{moved} of {len(old_files)} files have moved since; they are counted where they are now\n")
    columns["this tree"] = counts(files(options.tree), found)
    print(table(columns))
    said = faults(found)
    print(f"\n{said}" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
