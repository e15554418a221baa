"""Imports go one way: lisp and bridge import nothing of ours, repl imports both, kernel imports repl."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {"lisp": set(), "bridge": set(), "repl": {"lisp", "bridge"}, "kernel": {"lisp", "bridge", "repl"}}


def imported_rooms(file: Path, room: str) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
        assert not (isinstance(node, ast.ImportFrom) and node.level > 1), f"{file} leaves its room"
        rooms |= {name.split(".")[1] for name in names if name.startswith("polyrepl.")}
    return rooms - {room}


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_imports_go_one_way(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"no Python files in {room}/"
    for file in files:
        assert imported_rooms(file, room) <= ALLOWED[room], file
