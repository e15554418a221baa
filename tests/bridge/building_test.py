"""Which compiler makes the library of the shared memory, and with which options."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from polyrepl.bridge import building

pytestmark = pytest.mark.skipif(building.refused() is not None, reason="nothing is built here")


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    """A program that notes its arguments and makes an empty file of the last one; its folder has a space."""
    made = tmp_path / "my tools" / "compile"
    made.parent.mkdir()
    made.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.told"\nfor last; do :; done\n: > "$last"\n')
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("options", [[], ["gcc", "-O1"], ["-DNAME=a b", "-m64"]])
def test_cc_is_a_command_with_options(
    options: list[str], compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", shlex.join([str(compiler), *options]))
    assert building.build(str(tmp_path / "made.so")) is None
    told = Path(f"{compiler}.told").read_text().splitlines()
    assert told[: len(options)] == options and "-shared" in told


@pytest.mark.parametrize("cc", ["", "  ", "no-such-compiler -O2", "cc '"])
def test_a_cc_that_is_none_gives_way_to_those_of_the_system(
    cc: str, compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", cc)
    monkeypatch.setenv("PATH", str(compiler.parent))
    assert building.build(str(tmp_path / "made.so")) == "there is no C compiler"
    compiler.rename(compiler.with_name("gcc"))
    assert building.build(str(tmp_path / "made.so")) is None
