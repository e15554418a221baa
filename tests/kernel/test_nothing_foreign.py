"""What lies beside a notebook is its own: nothing of it is run in place of what the kernel needs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from kernels import Kernel
from running import MARKER, assert_nothing_left, environment

TRAP = "import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\nraise ImportError('foreign')\n"


def test_modules_beside_the_notebook(tmp_path: Path) -> None:
    folder, home = tmp_path / "notebook", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    traps = (
        "json.py",
        "select.py",
        "polyrepl.py",
        "runpy.py",
        "socket.py",
        "ipykernel.py",
        "zmq.py",
        "warnings.py",
        # What IPython imports late.
        "pexpect.py",
        "ptyprocess.py",
        "stack_data.py",
        "executing.py",
        "matplotlib_inline.py",
    )
    for name in traps:
        (folder / name).write_text(TRAP)
    (folder / "helper_mod.py").write_text("value = 42\n")
    env = environment(home)
    manager, client = start_new_kernel(kernel_name="polyrepl", env=env, cwd=str(folder))
    kernel = Kernel(manager, client, env[MARKER], home)
    try:
        assert kernel.run('(py.import "helper_mod") helper_mod.value').result == "42"
        assert kernel.run('(py.import "json") (json.dumps [1])').result == '"[1]"'
        assert kernel.run("%pip --version").text().startswith("pip ")
        assert "ZeroDivisionError" in kernel.run("%%py\n1 / 0").error
        assert kernel.run("%matplotlib inline").reply["status"] == "ok"
        assert not list(folder.glob("*.ran"))
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    assert_nothing_left(kernel.mark)
    (history,) = home.rglob("kernel-history.sqlite")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_the_spec_of_the_package() -> None:
    spec = json.loads((Path(__file__).parents[2] / "kernelspec" / "kernel.json").read_text())
    assert spec["argv"] == ["python", "-P", "-m", "polyrepl.kernel", "-f", "{connection_file}"]
