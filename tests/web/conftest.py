"""What tests in a browser share: a folder of the web's files, a server on 127.0.0.1, Chromium, pages.

In: Debian's chromium, playwright, packages from npm. Out: fixtures; each page asserts at its end that nothing
was asked of any other host.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from npm_tools import npm_tools
from polyrepl.repl.web.assemble import assemble

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
CHROMIUM = shutil.which("chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
OPEN_PAGE = "<!doctype html><title>page</title><link rel=icon href=data:,>"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, and at `/` an empty page."""

    headers_sent: dict[str, str] = {}  # noqa: RUF012  (a subclass has its own)
    extensions_map = {  # noqa: RUF012  (the base class has it so)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(OPEN_PAGE.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a worker needs, as it is put together for pages."""
    folder = tmp_path_factory.mktemp("site")
    assemble(folder, npm_tools(HERE) / "node_modules")
    return folder


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Serves a folder: serve(folder, headers) -> its address."""
    servers = []

    def serve_(folder: Path, headers: dict[str, str] = ISOLATED) -> str:
        handler = type("Served", (Handler,), {"headers_sent": headers})
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
        )
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve_
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser. One for each module: playwright's event loop runs as long as it does, and no other can."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("NOT CHECKED: there is no chromium")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens addresses: open_page(address, **options of playwright's contexts) -> a page. At the end none of
    them has asked another host than 127.0.0.1."""
    asked: list[str] = []
    contexts = []

    def open_(address: str, **options: Any) -> Any:
        context = chromium.new_context(**options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    strangers = [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert asked
    assert not strangers
