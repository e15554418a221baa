"""What the tests of plain calls share: what comes of it with them and without, and how many there were."""

from __future__ import annotations

import contextlib
import gc
import math
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from polyrepl.bridge import Bridge
from polyrepl.bridge.process import TRANSPORT


class Counted:
    """Rings, and how many requests were asked, how many answered at once (by a value, by a frame), how many
    left by `serve`."""

    def __init__(self, rings: Any) -> None:
        self.rings = rings
        self.sent = self.answered = self.traded = self.left = 0
        self.asked, self.counts, self.kept = rings.asked, rings.counts, rings.kept
        self.written, self.reached = rings.written, rings.reached

    def ask(self, *request: Any) -> Any:
        return self._count(self.rings.ask(*request))

    def trade(self, *request: Any) -> Any:
        return self._count(self.rings.trade(*request))

    def _count(self, said: Any) -> Any:
        self.sent += said is not NotImplemented
        self.traded += type(said) is tuple
        self.answered += said is not NotImplemented and said is not Ellipsis and type(said) is not tuple
        return said

    def serve(self, *request: Any) -> Any:
        said = self.rings.serve(*request)
        self.left += said is not None
        return said


@contextlib.contextmanager
def on_rings() -> Iterator[Bridge]:
    """A bridge whose frames go by rings already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TRANSPORT, "rings")
        js = Bridge(output=lambda *event: None).start()
    assert js.eval("1") == 1 and js.stats()["transport"]["kind"] == "rings"
    yield js
    js.close()


def channel(js: Bridge) -> Any:
    return cast(Any, js.connection).channel


def both(js: Bridge, run: Callable[[], Any], settled: bool = True) -> tuple[Any, Any, Counted]:
    """What comes of it with plain calls and without, and what was counted, for certain if `settled`."""
    if settled:
        gc.collect()
    cast(Any, js.connection).flush()  # what is to be given back goes along with a call that is not plain
    rings = channel(js).plain
    counted = channel(js).plain = Counted(rings)
    try:
        with_them = outcome(run)
        channel(js).plain = None
        return with_them, outcome(run), counted
    finally:
        channel(js).plain = rings


def outcome(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except Exception as error:
        return type(error), str(error)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other and (one != 0 or str(one) == str(other))
