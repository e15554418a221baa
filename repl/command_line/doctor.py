"""`polyrepl doctor`: what is installed, what is found, and what is wrong.

In: nothing. Out: one line a finding, and exit code 1 if something needs doing.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from polyrepl.bridge import NodeNotFound
from polyrepl.bridge.process import find_node

OLDEST_NODE = 24


def doctor(arguments: list[str]) -> int:
    """Print all findings. Returns 0 when nothing is wrong."""
    if arguments:
        print("usage: polyrepl doctor", file=sys.stderr)
        return 2
    wrong = 0
    for fine, name, text in findings():
        wrong += not fine
        print(f"{'ok ' if fine else 'BAD'}  {name:<22} {text}")
    print("nothing is wrong" if not wrong else f"{wrong} to mend")
    return 1 if wrong else 0


def findings() -> Iterator[tuple[bool, str, str]]:
    """(is it fine, what, what was found or what to do)."""
    yield True, "polyrepl", f"{version('polyrepl')} in {Path(__file__).resolve().parents[2]}"
    yield sys.version_info >= (3, 11), "Python", f"{platform.python_version()} {sys.executable}"
    yield node()
    for name in dependencies():
        try:
            yield True, name, version(name)
        except PackageNotFoundError:
            yield False, name, f"is missing: pip install {name}"
    yield from shared_memory()
    yield kernel()
    yield notebook()
    yield from folders()
    yield True, "terminal", f"TERM={os.environ.get('TERM', '(not set)')}, images: {pictures()}"


def dependencies() -> list[str]:
    """The names of all packages that an install brings, as the installed polyrepl declares them."""
    declared = [line for line in requires("polyrepl") or () if "extra ==" not in line]
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in declared]


def node() -> tuple[bool, str, str]:
    try:
        path = find_node()
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except NodeNotFound as error:
        return False, "Node", str(error)
    except (OSError, subprocess.SubprocessError) as error:
        return False, "Node", f"does not start: {error}"
    said = asked.stdout.strip()
    major = said.lstrip("v").partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST_NODE:
        return False, "Node", f"{said or 'no version'} {path}: {OLDEST_NODE} or newer is needed"
    return True, "Node", f"{said} {path}"


def shared_memory() -> Iterator[tuple[bool, str, str]]:
    from polyrepl.bridge import Bridge, BridgeError

    try:
        with Bridge() as js:
            why = js.arrays_copied_because()
            carried = js.stats()["transport"]["why"]
    except BridgeError as error:
        why = carried = str(error)
    arrays = "shared memory" if why is None else f"not used, arrays cross by pipes: {why}"
    yield True, "shared arrays", arrays
    yield True, "calls", f"by pipes: {carried}" if carried else "rings in shared memory"


def kernel() -> tuple[bool, str, str]:
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        return False, "Jupyter kernel", str(error)
    try:
        spec = KernelSpecManager().get_kernel_spec("polyrepl")
    except NoSuchKernel:
        return False, "Jupyter kernel", "is not registered: pip install --force-reinstall polyrepl"
    return True, "Jupyter kernel", str(spec.resource_dir)


def notebook() -> tuple[bool, str, str]:
    for front_end in ("jupyterlab", "notebook"):
        with contextlib.suppress(PackageNotFoundError):
            return True, "Jupyter", f"{front_end} {version(front_end)}"
    return True, "Jupyter", "is missing in this Python; for notebooks: pip install 'polyrepl[notebook]'"


def folders() -> Iterator[tuple[bool, str, str]]:
    from ..config import ConfigError, config_folder, load, state_folder

    config = config_folder() / "config.toml"
    try:
        load(config)
        absent = "" if config.exists() else " (not there; the defaults hold)"
        yield True, "config.toml", f"{config}{absent}"
    except ConfigError as error:
        yield False, "config.toml", str(error)
    state = state_folder()
    place = next((folder for folder in (state, *state.parents) if folder.exists()), state)
    fine = os.access(place, os.W_OK)
    yield fine, "history", str(state) + ("" if fine else ": can not be written, history is not kept")


def pictures() -> str:
    from ..terminal.images import detect

    return detect(ask=False)
