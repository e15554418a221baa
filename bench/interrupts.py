"""The law of the interrupt ladder: an interrupt belongs to one form.

In: how many loops that poll, how many that do not, a seed. Out: what happened, exit code 0 when the law held:
each form is interrupted once, 0-20 ms after it has said that it runs, and ends with one Interrupt; JavaScript
is never restarted; forms between them, which nobody interrupts, come to their values.

    python bench/interrupts.py 2000 200

Run it on a quiet machine and on a busy one. A form that does not end within NET seconds ends the run: no
verdict depends on how long anything takes.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from typing import Any

from polyrepl.bridge import Bridge, NodeLost

NET = 60.0  # seconds
# Later than every rung of a ladder that was not put away.
LONG = 3500  # milliseconds
SETUP = """
const flag = globalThis[Symbol.for("polyrepl.$flag")];
const Interrupt = globalThis[Symbol.for("polyrepl.Interrupt")];
const spin = (ms) => {
  const end = performance.now() + ms;
  while (performance.now() < end) if (flag[0] !== 0) throw new Interrupt();
};
globalThis.law = {
  polled: (said) => { said(); spin(Infinity) },
  endless: (said) => { said(); for (;;); },
  innocent: (ms) => { spin(ms); return "whole" },
};
"""


class Law:
    """One bridge, one form after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.form = 0
        self.bridge = Bridge(output=self._output)
        self.bridge.eval(SETUP)
        self.pid = self.bridge.pid
        names = ("polled", "endless", "innocent")
        self.js = {name: self.bridge.eval(f"law.{name}") for name in names}

    def _output(self, stream: str, text: str, form: int | None) -> None:
        self.wrong.append(f"{text.strip()} was printed")

    async def stopped(self, name: str) -> None:
        """A loop that is interrupted once."""
        self.form += 1
        running = threading.Event()
        pause = self.random.random() * 0.02

        def press() -> None:
            running.wait()
            time.sleep(pause)
            self.bridge.interrupt()

        presser = threading.Thread(target=press)
        presser.start()
        try:
            value = await self._within_the_net(name, running.set)
            self.wrong.append(f"{name} {self.form} gave {value!r}")
        except KeyboardInterrupt:  # in Python, when it had just said that it runs
            self.seen[name] += 1
        running.set()
        presser.join()

    async def let_be(self, milliseconds: float) -> None:
        """A form that nobody interrupts."""
        self.form += 1
        try:
            value = await self._within_the_net("innocent", milliseconds)
        except KeyboardInterrupt as error:
            value = error
        if value == "whole":
            self.seen["innocent"] += 1
        else:
            self.wrong.append(f"form {self.form}, which nobody interrupted, gave {value!r}")

    async def _within_the_net(self, name: str, *args: Any) -> Any:
        assert self.pid is not None
        net = threading.Timer(NET, os.kill, (self.pid, signal.SIGKILL))
        net.start()
        try:
            return await self.bridge.call_async(self.js[name], *args, form=self.form)
        except NodeLost as lost:
            raise SystemExit(f"WRONG: {name}, form {self.form}: {lost} ({dict(self.seen)})") from None
        finally:
            net.cancel()

    async def run(self, polled: int, endless: int) -> None:
        kinds = ["polled"] * polled + ["endless"] * endless
        self.random.shuffle(kinds)
        for kind in kinds:
            await self.stopped(kind)
            if self.random.random() < 0.1:
                await self.let_be(self.random.random() * 5)
        for kind in ("polled", "endless"):
            await self.stopped(kind)
            await self.let_be(LONG)
        assert self.bridge.interrupt() is False
        await self.let_be(1)
        self.bridge.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("polled", type=int, nargs="?", default=2000)
    options.add_argument("endless", type=int, nargs="?", default=200)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    faulthandler.dump_traceback_later(3 * NET + chosen.polled + chosen.endless, exit=True)
    law = Law(chosen.seed)
    signal.signal(signal.SIGINT, lambda number, frame: law.bridge.interrupt() and None)
    began = time.monotonic()
    asyncio.run(law.run(chosen.polled, chosen.endless))
    for line in law.wrong:
        print(f"WRONG: {line}")
    print(f"{dict(law.seen)}, {time.monotonic() - began:.0f} s, seed {chosen.seed}")
    return 1 if law.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
