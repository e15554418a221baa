"""`polyrepl kernel install | uninstall | list`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from polyrepl.kernel.install import main


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Jupyter that finds nothing but what the test installs."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "env" / "share" / "jupyter"))


def test_install_writes_this_interpreter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--name", "mine", "--display-name", "My Lisp λ", "--env", "A", "1", "--env", "B", "2"]
    assert main(["install", "--prefix", str(tmp_path / "env"), *options]) == 0
    folder = tmp_path / "env" / "share" / "jupyter" / "kernels" / "mine"
    assert str(folder) in capsys.readouterr().out
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["argv"] == [sys.executable, "-m", "polyrepl.kernel", "-f", "{connection_file}"]
    assert (spec["display_name"], spec["env"]) == ("My Lisp λ", {"A": "1", "B": "2"})
    assert spec["interrupt_mode"] == "message"
    assert (folder / "logo-64x64.png").exists()


def test_user_install_list_and_uninstall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--user", "--name", "lisp-a"]) == 0
    assert (tmp_path / "user" / "kernels" / "lisp-a" / "kernel.json").exists()
    assert main(["install", "--prefix", str(tmp_path / "env"), "--name", "lisp-b"]) == 0
    capsys.readouterr()
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("lisp-")] == ["lisp-a", "lisp-b"]
    assert all(sys.executable in line for line in lines if line.startswith("lisp-"))
    assert main(["uninstall", "--name", "lisp-a"]) == 0
    assert main(["uninstall", "--name", "lisp-b", "--prefix", str(tmp_path / "env")]) == 0
    assert not (tmp_path / "user" / "kernels" / "lisp-a").exists()
    capsys.readouterr()
    assert main(["uninstall", "--name", "lisp-a"]) == 1
    assert "no kernel named lisp-a" in capsys.readouterr().err


def test_the_command_line_knows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from polyrepl.repl.cli import main as polyrepl

    assert polyrepl(["kernel", "install", "--prefix", str(tmp_path / "env"), "--name", "by-command"]) == 0
    assert "by-command" in capsys.readouterr().out


def test_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--prefix", str(tmp_path), "--name", "no spaces"]) == 2
    assert "name" in capsys.readouterr().err.lower()
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, so nothing can be written below it")
    assert main(["install", "--prefix", str(blocked)]) == 1
    said = capsys.readouterr().err
    assert "can not write" in said and "--user" in said
    with pytest.raises(SystemExit) as usage:
        main(["install", "--user", "--sys-prefix"])
    assert usage.value.code == 2
    other = tmp_path / "user" / "kernels" / "other"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(json.dumps({"argv": ["x"], "display_name": "x", "language": "x"}))
    assert main(["uninstall", "--name", "other"]) == 1
    assert other.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_prefix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert main(["install", "--prefix", str(locked)]) == 1
    assert "can not write" in capsys.readouterr().err
