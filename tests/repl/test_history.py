"""The history file: doubles, several sessions at once, lines that cannot be read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from polyrepl.repl.terminal import history
from polyrepl.repl.terminal.history import FormHistory, open_history, read


def make(folder: Path, said: list[str] | None = None) -> FormHistory:
    return open_history(folder, (said if said is not None else []).append)


def test_newest_first_and_each_once(tmp_path: Path) -> None:
    first = make(tmp_path)
    for text in ("(a)", "(b\n c)", "(a)"):
        first.append_string(text)
    assert list(make(tmp_path).load_history_strings()) == ["(a)", "(b\n c)"]
    assert first.get_strings() == ["(b\n c)", "(a)"]


def test_sessions_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        mine = make(tmp_path)
        for number in range(50):
            mine.append_string(f"({name} {number})")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(make(tmp_path).load_history_strings())) == 200


def test_unreadable_lines_are_set_aside_not_lost(tmp_path: Path) -> None:
    make(tmp_path).append_string("(good)")
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"\xff\xfe garbage\n" + file.read_bytes() + b'{"half')
    said: list[str] = []
    assert list(make(tmp_path, said).load_history_strings()) == ["(good)"]
    assert said == [f"history: 2 unreadable lines moved to {file}.unreadable"]
    assert b"garbage" in (tmp_path / "history.jsonl.unreadable").read_bytes()
    assert read(file)[1] == []


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    past = make(tmp_path / "file" / "state", said)
    past.append_string("(x)")
    assert past.get_strings() == ["(x)"]
    assert len(said) == 1 and said[0].startswith("history is not kept")


def test_a_long_file_is_rewritten_without_doubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 5)
    monkeypatch.setattr(history, "REWRITE_AFTER", 10)
    past = make(tmp_path)
    for number in range(12):
        past.append_string(f"({number})")
    assert list(make(tmp_path).load_history_strings()) == ["(11)", "(10)", "(9)", "(8)", "(7)"]
    assert len(read(tmp_path / "history.jsonl")[0]) == 5
