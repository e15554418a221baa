"""config.toml: what it sets, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from polyrepl.repl.config import Config, ConfigError, load, parse_value

WRONG = [
    ("editing = 'nano'", "editing is one of emacs, vi, not 'nano'"),
    ("\nauto-pairs = true", "c.toml:2: unknown setting auto-pairs: did you mean auto-pair?"),
    ("max-items = 'many'", "max-items is a whole number, not 'many'"),
    ("max-items = -1", "max-items is a whole number, not -1"),
    ("history = 1", "history is true or false, not 1"),
    ("editing = ", "c.toml: Invalid value"),
]


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Config()


def test_settings(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('editing = "vi"\nauto-pair = true\nmax-items = 7\n')
    assert load(file) == Config(editing="vi", auto_pair=True, max_items=7)


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert says in str(caught.value)
    assert str(file) in str(caught.value)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "c.toml")


def test_values_of_set() -> None:
    assert [parse_value(text) for text in ("true", "12", '"a"', "vi")] == [True, 12, "a", "vi"]
