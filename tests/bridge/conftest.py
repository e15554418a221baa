"""A real Bridge per test file, and the assertion that no test leaves a Node process behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polyrepl.bridge import Bridge


class Printed(list[tuple[str, str, int | None]]):
    """What JavaScript printed."""

    def text(self, stream: str = "stdout") -> str:
        return "".join(text for name, text, _ in self if name == stream)


def node_children() -> set[int]:
    """Process ids of our living children that are Node."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if b"main.mjs" in command and state != "Z":
                found.add(int(child))
    return found


@pytest.fixture(scope="module")
def shared() -> Iterator[Bridge]:
    before = node_children()
    bridge = Bridge(output=lambda stream, text, form: None).start()
    yield bridge
    bridge.close()
    assert node_children() <= before


@pytest.fixture
def js(shared: Bridge) -> Bridge:
    return shared


@pytest.fixture
def printed() -> Printed:
    return Printed()


@pytest.fixture
def own(printed: Printed) -> Iterator[Bridge]:
    """A bridge for one test, which may ruin it."""
    before = node_children()
    fds = len(os.listdir("/proc/self/fd"))
    bridge = Bridge(output=lambda *event: printed.append(event))
    yield bridge
    bridge.close()
    assert node_children() <= before
    assert len(os.listdir("/proc/self/fd")) <= fds


@pytest.fixture
def py(js: Bridge) -> Any:
    """JavaScript's `$py`."""
    return js.eval('globalThis[Symbol.for("polyrepl.$py")]')
