"""A real Bridge per test file, and the assertion that no test leaves a Node process behind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from polyrepl.bridge import Bridge


class Printed(list[tuple[str, str, int | None]]):
    """What JavaScript printed."""

    def text(self, stream: str = "stdout") -> str:
        return "".join(text for name, text, _ in self if name == stream)


def node_children() -> set[int]:
    """Process ids of our living children that are Node."""
    found: set[int] = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and any("main.mjs" in part for part in child.cmdline()):
                found.add(child.pid)
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
