"""`polyrepl kernel install | uninstall | list`."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
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
    assert spec["argv"] == [sys.executable, "-P", "-m", "polyrepl.kernel", "-f", "{connection_file}"]
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


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Within, this process may not write everywhere, even where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_read_only_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--prefix", str(tmp_path / "env")]) == 0  # all that it imports is imported now
    capsys.readouterr()
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        os.chmod(folder, 0o777)
        monkeypatch.setenv("IPYTHONDIR", folder)
        locked = Path(folder) / "locked"
        locked.mkdir()
        locked.chmod(0o555)
        with unprivileged():
            code = main(["install", "--prefix", str(locked)])
        assert list(locked.iterdir()) == []
    assert code == 1
    said = capsys.readouterr().err
    assert "can not write" in said and "Permission denied" in said and "--user" in said


def test_the_wheel_registers_the_kernel(tmp_path: Path) -> None:
    """What pip puts where Jupyter looks is what `install` writes, with any Python for this one."""
    root = Path(__file__).resolve().parents[2]
    build = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["shared-data"]["kernelspec"] == "share/jupyter/kernels/polyrepl"
    assert main(["install", "--prefix", str(tmp_path / "env")]) == 0
    packed, installed = root / "kernelspec", tmp_path / "env" / "share" / "jupyter" / "kernels" / "polyrepl"
    assert {file.name for file in packed.iterdir()} == {file.name for file in installed.iterdir()}
    ours, theirs = (json.loads((folder / "kernel.json").read_text()) for folder in (packed, installed))
    assert ours["argv"][0] == "python"  # Jupyter puts its own in its place
    assert ours | {"argv": None} == theirs | {"argv": None}
    assert ours["argv"][1:] == theirs["argv"][1:]


def test_list_from_the_command_line(tmp_path: Path) -> None:
    """`jupyter kernelspec list` shows what was installed, under its name, with its pictures."""
    assert main(["install", "--prefix", str(tmp_path / "env"), "--name", "listed"]) == 0
    done = subprocess.run(
        [sys.executable, "-P", "-m", "jupyter_client.kernelspecapp", "list", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    folder = Path(json.loads(done.stdout)["kernelspecs"]["listed"]["resource_dir"])
    assert {file.name for file in folder.iterdir()} == {
        "kernel.json",
        "logo-32x32.png",
        "logo-64x64.png",
        "logo-svg.svg",
    }
