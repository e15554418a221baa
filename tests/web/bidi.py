"""Firefox over WebDriver BiDi: enough of it to open a page and to run scripts in it.

In: a program that speaks it (`firefox --remote-debugging-port`), an address. Out: what scripts return, and
the addresses of all that the page has asked for. https://w3c.github.io/webdriver-bidi/
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

LISTENS = "WebDriver BiDi listening on "
MOST = 64 << 20


class Page:
    """A page of the browser."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._context = ""
        self.asked: list[str] = []
        """What it has asked for: addresses."""

    async def command(self, method: str, **params: Any) -> Any:
        """Send a command; returns its result."""
        self._number += 1
        await self._socket.write_message(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            said = await self._socket.read_message()
            assert said is not None, "the browser has ended"
            message = json.loads(said)
            if message.get("method") == "network.beforeRequestSent":
                self.asked.append(message["params"]["request"]["url"])
            elif message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]

    async def begin(self) -> None:
        """Open an empty page."""
        await self.command("session.new", capabilities={})
        await self.command("session.subscribe", events=["network.beforeRequestSent"])
        tree = await self.command("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]

    async def open(self, address: str) -> None:
        """Load an address."""
        await self.command("browsingContext.navigate", context=self._context, url=address, wait="complete")

    async def evaluate(self, script: str) -> Any:
        """What an expression comes to, or the promise that it is: a text, a number, a boolean, null."""
        found = await self.command(
            "script.evaluate", expression=script, target={"context": self._context}, awaitPromise=True,
            userActivation=True,
        )  # fmt: skip
        assert found["type"] == "success", found
        return found["result"].get("value")

    async def click(self, selector: str) -> None:
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    async def until(self, condition: str) -> None:
        """Wait until a condition holds: at each change of the page it is looked at again."""
        await self.evaluate(
            f"""new Promise((done) => {{
              const holds = () => {condition};
              if (holds()) return done();
              const seen = new MutationObserver(() => holds() && (seen.disconnect(), done()));
              const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
              seen.observe(document, all);
            }})"""
        )


@asynccontextmanager
async def firefox(program: str, home: Path) -> AsyncIterator[Page]:
    """A page in a Firefox of its own.

    Args:
        program: its path.
        home: an empty folder, for all that it keeps.
    """
    process = await asyncio.create_subprocess_exec(
        program, "--headless", "--no-remote", "--profile", str(home), "--remote-debugging-port=0",
        "about:blank",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(home)}, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    drained = None
    try:
        said = ""
        while not said.startswith(LISTENS):
            line = await process.stderr.readline()
            assert line, "Firefox has ended"
            said = line.decode(errors="replace").strip()
        drained = asyncio.ensure_future(process.stderr.read())
        socket = await websocket_connect(f"{said.removeprefix(LISTENS)}/session", max_message_size=MOST)
        page = Page(socket)
        await page.begin()
        yield page
        socket.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if drained is not None:
            await drained
