"""`polyrepl web serve`: who is answered, what is answered, and what nobody gets."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from polyrepl.repl.web.headers import PAGE, headers_of
from polyrepl.repl.web.server import TYPES, Server, parts_of

FILES = {
    "index.html": b"<p>index",
    "app.0123456789ab/page/page.mjs": b"export {};",
    "app.0123456789ab/polyrepl.zip": b"PK",
    "python.0123456789ab/pyodide.asm.wasm": b"\0asm",
    "lite/index.html": b"<p>lite",
    "a b.txt": b"blank",
    "large.bin": bytes(3_000_000),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "page"
    for name, data in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(data)
    (tmp_path / "secret.txt").write_text("secret")
    (made / "link.txt").symlink_to(tmp_path / "secret.txt")
    (made / "inner.txt").symlink_to("index.html")
    (made / "up").symlink_to(tmp_path)
    os.mkfifo(made / "pipe")
    return made


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server(folder) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(
    server: Server, target: str, hosts: tuple[str, ...] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """Send exactly this; returns status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.putrequest(method, target, skip_host=True)
    for host in (f"127.0.0.1:{server.server_port}",) if hosts is None else hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


@pytest.mark.parametrize("name", FILES)
def test_files_come_with_their_type_and_the_headers(server: Server, name: str) -> None:
    status, headers, body = ask(server, "/" + name.replace(" ", "%20"))
    assert (status, body) == (200, FILES[name])
    assert headers["Content-Type"] == TYPES.get(Path(name).suffix, "application/octet-stream")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    kept = "immutable" in headers["Cache-Control"]
    assert kept == (".0123456789ab/" in name), "only what has its digest in its name may be kept"


def test_a_folder_is_its_index_and_nothing_is_listed(server: Server) -> None:
    assert ask(server, "/")[2] == FILES["index.html"]
    assert ask(server, "/?x=1#y")[2] == FILES["index.html"]
    assert ask(server, "/lite/")[2] == FILES["lite/index.html"]
    assert ask(server, "/lite")[0] == 404
    assert ask(server, "/app.0123456789ab/")[0] == 404
    assert ask(server, "/app.0123456789ab/page/")[0] == 404


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/lite/../../secret.txt",
        "/lite/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/./index.html",
        "/lite//index.html",
        "/index.html/",
        "/index.html%00.txt",
        "/%ff",
        "/link.txt",
        "/inner.txt",
        "/up/secret.txt",
        "/up/page/index.html",
        "/pipe",
        "/nothing.txt",
        "http://127.0.0.1/index.html",
        "*",
    ],
)
def test_nothing_but_regular_files_below_the_folder(server: Server, target: str) -> None:
    status, headers, body = ask(server, target)
    assert status == 404
    assert body == b"no such file\n"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("",),
        ("example.org",),
        ("example.org:{port}",),
        ("127.0.0.1",),
        ("127.0.0.1:1",),
        ("127.0.0.1:{port}.example.org",),
        ("localhost.example.org:{port}",),
        ("127.0.0.1:{port}", "example.org"),
    ],
)
def test_who_calls_it_otherwise_gets_nothing(server: Server, hosts: tuple[str, ...]) -> None:
    named = tuple(host.format(port=server.server_port) for host in hosts)
    status, _, body = ask(server, "/index.html", named)
    assert status == 403
    assert FILES["index.html"] not in body


def test_both_names_of_this_machine_are_answered(server: Server) -> None:
    for host in ("localhost", "127.0.0.1"):
        assert ask(server, "/", (f"{host}:{server.server_port}",))[0] == 200


def test_it_listens_on_loopback_alone_and_only_gives(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert ask(server, "/", method="HEAD")[2] == b""
    assert ask(server, "/", method="HEAD")[1]["Content-Length"] == str(len(FILES["index.html"]))
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(server, "/", method=method)[0] == 501


def test_a_connection_is_used_again(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    for name in ("large.bin", "nothing", "index.html"):
        connection.request("GET", f"/{name}")
        answer = connection.getresponse()
        assert answer.read() == FILES.get(name, b"no such file\n")
    connection.close()


def test_paths() -> None:
    assert parts_of("/a/b%20c.txt?q#f") == ["a", "b c.txt"]
    assert parts_of("/") == ["index.html"]
    assert parts_of("/a/") == ["a", "index.html"]
    assert parts_of("a") is None


def test_policies() -> None:
    page = headers_of("index.html")["Content-Security-Policy"]
    assert page == PAGE
    assert "unsafe-eval" not in page
    assert "https:" not in page
    assert "unsafe-eval" in headers_of("app/repl/web/worker.mjs")["Content-Security-Policy"]
    assert "sandbox" in headers_of("files/x.svg")["Content-Security-Policy"]


# ---- the command


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "polyrepl", "web", "serve", *arguments]


def test_the_command_serves_until_an_interrupt(folder: Path) -> None:
    (folder / "polyrepl.json").write_text('{"parts": []}')
    with subprocess.Popen(
        command(str(folder), "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        line = serving.stdout.readline()
        port = int(line.split("127.0.0.1:")[1].split("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        assert connection.getresponse().read() == FILES["index.html"]
        connection.close()
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == -signal.SIGINT
        assert serving.stderr.read() == ""


def failing(*arguments: str) -> str:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("polyrepl: ")
    return done.stderr


def test_what_is_no_page_is_not_served(folder: Path, tmp_path: Path) -> None:
    assert failing(str(folder)) == f"polyrepl: {folder} has no page in it: polyrepl web build {folder}\n"
    assert "no page in it" in failing(str(tmp_path / "missing"))


def test_a_port_that_is_taken(folder: Path) -> None:
    (folder / "polyrepl.json").write_text('{"parts": []}')
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = failing(str(folder), "--port", str(taken.getsockname()[1]))
    assert "--port names another" in said
