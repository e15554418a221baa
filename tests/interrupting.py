"""What the tests of interrupts share: JavaScript that can be stopped, and who stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from polyrepl.bridge import Bridge
from processes import wait_for

POLLED = """
globalThis.spin = () => {
  const flag = globalThis[Symbol.for("polyrepl.$flag")];
  const Interrupt = globalThis[Symbol.for("polyrepl.Interrupt")];
  globalThis.cleaned = false;
  try { for (;;) { if (flag[0] !== 0) break; } throw new Interrupt(); } finally { globalThis.cleaned = true; }
};
globalThis.pending = async () => {
  const $w = globalThis[Symbol.for("polyrepl.$w")];
  globalThis.cleaned = false;
  try { await $w(new Promise(() => {})); } finally { globalThis.cleaned = true; }
};
globalThis.alive = 5;
"""
# `cleaned` shows that rung 1 did it: a termination (rung 2) runs no `finally`.


def when_waiting(js: Bridge, act: Callable[[], None]) -> threading.Thread:
    """Act in another thread, soon after the main thread has begun to wait for JavaScript."""

    def run() -> None:
        wait_for(lambda: js.connection is not None and js.connection.waiting)
        time.sleep(0.05)
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


async def interrupted(js: Bridge, source: str, *args: Any, form: int = 3) -> None:
    """Run until the interrupt."""
    with pytest.raises(KeyboardInterrupt):
        await js.call_async(js.eval(source), *args, form=form)
