"""A folder served on the loopback, and what a browser asks of whom.

In: a folder. Out: its address, with the headers that isolate a page or without; the requests of a browser's
pages, each of which has to be for 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ISOLATING = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def __init__(self, *args: Any, headers_too: dict[str, str], **kwargs: Any) -> None:
        self._headers_too = headers_too
        super().__init__(*args, **kwargs)

    def end_headers(self) -> None:
        for name, value in self._headers_too.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path, *, isolated: bool = True) -> Iterator[str]:
    """Serve a folder. Gives its address, without a slash at the end."""
    handler = partial(_Handler, directory=str(folder), headers_too=ISOLATING if isolated else {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Requests:
    """What the pages of a browser's context, and their workers, have asked for."""

    def __init__(self, context: Any) -> None:
        self.addresses: list[str] = []
        context.on("request", lambda request: self.addresses.append(request.url))

    def assert_at_home(self) -> None:
        """None of it was another machine's, and there was some."""
        assert self.addresses
        schemes = {"data", "blob"}
        foreign = [
            address
            for address in self.addresses
            if (parts := urllib.parse.urlsplit(address)).scheme not in schemes
            and parts.hostname != "127.0.0.1"
        ]
        assert not foreign
