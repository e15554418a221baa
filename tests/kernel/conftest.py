"""Real kernels through jupyter_client; one for all tests that leave it as they found it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel
from kernels import Kernel
from polyrepl.kernel.install import main as kernel_command
from running import MARKER, assert_nothing_left, environment


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The kernelspec of this very interpreter, where Jupyter looks first."""
    prefix = tmp_path_factory.mktemp("prefix")
    assert kernel_command(["install", "--prefix", str(prefix)]) == 0
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(prefix / "share" / "jupyter")
    yield prefix
    if before is None:
        del os.environ["JUPYTER_PATH"]
    else:
        os.environ["JUPYTER_PATH"] = before


@pytest.fixture(scope="session")
def new_kernel(kernelspec: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Kernel]]:
    """Starts kernels; ends them all, and sees that nothing is left of them."""
    started: list[Kernel] = []

    def start(**variables: str) -> Kernel:
        home = tmp_path_factory.mktemp("home")
        env = environment(home, **variables)
        manager, client = start_new_kernel(kernel_name="polyrepl", env=env, cwd=str(home))
        made = Kernel(manager, client, env[MARKER], home)
        started.append(made)
        return made

    yield start
    for kernel in started:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel()
        assert_nothing_left(kernel.mark)


@pytest.fixture(scope="session")
def shared(new_kernel: Callable[..., Kernel]) -> Kernel:
    return new_kernel()


@pytest.fixture
def kernel(shared: Kernel) -> Kernel:
    """The kernel that tests share; a test that harms it makes its own with `new_kernel`."""
    return shared
