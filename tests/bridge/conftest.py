"""A real Bridge per test file, and the assertion that no test leaves a Node process behind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from descriptors import descriptors, left
from polyrepl.bridge import Bridge
from polyrepl.bridge.process import TRANSPORT
from polyrepl.bridge.rings import Offer, offer
from shared_memory import memory

# Files whose tests are about waiting, waking and dying: they run on each transport.
ON_BOTH = {
    "answers_test",
    "basics_test",
    "concurrency_test",
    "death_test",
    "interrupt_test",
    "interrupted_calls_test",
    "interrupted_forms_test",
    "interrupted_loops_test",
    "malformed_test",
    "raising_handlers_test",
    "unsent_test",
}


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("transport", ["rings", "pipes"], indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def all_heard(heard: None) -> None:
    """Interrupts of these tests."""


@pytest.fixture(scope="module", autouse=True)
def transport(request: pytest.FixtureRequest) -> Iterator[None]:
    """What carries the frames of this module's bridges: the usual, or what `ON_BOTH` asks for."""
    wanted: str | None = getattr(request, "param", None)
    if wanted is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TRANSPORT, wanted)
        if wanted == "rings":
            made = offer()
            if not isinstance(made, Offer):
                pytest.skip(made)
            os.close(made.fd)
        yield


@pytest.fixture(scope="module")
def shared(transport: None) -> Iterator[Bridge]:
    before = node_children()
    bridge = Bridge(output=lambda stream, text, form: None).start()
    yield bridge
    bridge.close()
    assert node_children() <= before


@pytest.fixture
def js(shared: Bridge) -> Bridge:
    return shared


@pytest.fixture
def frames(js: Bridge) -> Callable[[], tuple[int, int]]:
    """How many frames have been sent so far, and how many received: each request is one, each answer one."""

    def count() -> tuple[int, int]:
        channel = js.connection.channel  # type: ignore[union-attr]
        return channel.sent, channel.received

    return count


@pytest.fixture
def printed() -> Printed:
    return Printed()


@pytest.fixture
def own(printed: Printed) -> Iterator[Bridge]:
    """A bridge for one test, which may ruin it."""
    before = node_children()
    fds = descriptors()
    bridge = Bridge(output=lambda *event: printed.append(event))
    yield bridge
    bridge.close()
    assert node_children() <= before
    assert not left(fds)


@pytest.fixture
def mine() -> Iterator[Bridge]:
    """A bridge that leaves no memory behind."""
    before = memory()
    with Bridge(output=lambda *event: None) as bridge:
        yield bridge
    assert memory() == before


@pytest.fixture
def py(js: Bridge) -> Any:
    """JavaScript's `$py`."""
    return js.eval('globalThis[Symbol.for("polyrepl.$py")]')


@pytest.fixture
def to_js(js: Bridge) -> Any:
    """A deep JavaScript copy, straight back home."""
    return js.eval('(x) => globalThis[Symbol.for("polyrepl.$py")].toJs(x)')
