"""A web server for this machine alone.

In: a folder, requests. Out: the regular files in it, with the headers that the page needs (headers.py). It
listens on the loopback address, answers only who names it `localhost` or `127.0.0.1` (a page of another host
whose name was made to mean this machine can not read a thing), and opens each part of a path by itself, so
that no link and no ".." leads out of the folder. It lists nothing and changes nothing.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from .headers import headers_of

HOSTS = ("localhost", "127.0.0.1")
ADDRESS = "127.0.0.1"
_IDLE_SECONDS = 60
_PIECE = 1 << 18
_TEXT = "; charset=utf-8"
TYPES = {
    ".html": f"text/html{_TEXT}",
    ".mjs": f"text/javascript{_TEXT}",
    ".js": f"text/javascript{_TEXT}",
    ".css": f"text/css{_TEXT}",
    ".json": f"application/json{_TEXT}",
    ".ipynb": f"application/json{_TEXT}",
    ".webmanifest": f"application/manifest+json{_TEXT}",
    ".map": f"application/json{_TEXT}",
    ".txt": f"text/plain{_TEXT}",
    ".md": f"text/plain{_TEXT}",
    ".lisp": f"text/plain{_TEXT}",
    ".py": f"text/plain{_TEXT}",
    ".csv": f"text/csv{_TEXT}",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
    ".whl": "application/zip",
}


class Server(ThreadingHTTPServer):
    """Serve a folder on the loopback address.

    Args:
        folder: what is served.
        port: where; 0 takes a free one, see `server_port`.

    Raises:
        OSError: the port is taken, or the folder can not be read.
    """

    daemon_threads = True
    allow_reuse_address = os.name == "posix"

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except BaseException:
            os.close(self.root)
            raise

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def server_close(self) -> None:
        super().server_close()
        os.close(self.root)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server_version = "polyrepl"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        self._answer(whole=False)

    def _answer(self, *, whole: bool) -> None:
        named = self.headers.get_all("Host") or []
        if len(named) != 1 or named[0] not in {f"{host}{port}" for host in HOSTS for port in self._ports()}:
            self._refuse(HTTPStatus.FORBIDDEN, "this server answers only its own machine", whole)
            return
        path = parts_of(self.path)
        found = None if path is None else opened(self.server.root, path)
        if found is None or path is None:
            self._refuse(HTTPStatus.NOT_FOUND, "no such file", whole)
            return
        with found as file:
            size = os.fstat(file.fileno()).st_size
            self.send_response(HTTPStatus.OK)
            self.send_header(
                "Content-Type", TYPES.get(Path(path[-1]).suffix.lower(), "application/octet-stream")
            )
            self.send_header("Content-Length", str(size))
            for name, value in headers_of("/".join(path)).items():
                self.send_header(name, value)
            self.end_headers()
            left = size if whole else 0
            while left and (piece := file.read(min(left, _PIECE))):
                self.wfile.write(piece)
                left -= len(piece)
            if left:  # it shrank meanwhile: the connection has to say so
                self.close_connection = True

    def _ports(self) -> tuple[str, ...]:
        port = self.server.server_port
        return (f":{port}", "") if port == 80 else (f":{port}",)

    def _refuse(self, status: HTTPStatus, reason: str, whole: bool) -> None:
        text = f"{reason}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPES[".txt"])
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers_of("").items():
            self.send_header(name, value)
        self.end_headers()
        if whole:
            self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""


def parts_of(target: str) -> list[str] | None:
    """The parts of a request's path, the last one a file's name; None for what can be no file of ours.

    Args:
        target: as the request has it: "/app/page.mjs?x".
    """
    if not target.startswith("/"):
        return None
    with suppress(UnicodeDecodeError):
        path = unquote_to_bytes(target.partition("?")[0].partition("#")[0]).decode("utf-8")
        parts = path[1:].split("/")
        if parts[-1] == "":
            parts[-1] = "index.html"
        bad = any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)
        return None if bad else parts
    return None


def opened(root: int, parts: list[str]) -> BinaryIO | None:
    """A regular file, reached through folders alone; None where there is none.

    Args:
        root: the descriptor of the folder where the path begins.
    """
    at = os.dup(root)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        # A pipe's end would wait for the other one.
        fd = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    except OSError:
        return None
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    return open(fd, "rb")
