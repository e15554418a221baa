"""What was put off is all there when it is asked for: ssl of asyncio, and what the line editor imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from running import polyrepl

BEGIN = """import sys
from polyrepl.repl.command_line.late_modules import load_asyncio
load_asyncio()
import asyncio
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_loop_runs_without_it() -> None:
    assert run("asyncio.run(asyncio.sleep(0))\nprint('_ssl' in sys.modules)") == "False\n"


@pytest.mark.parametrize(
    "code",
    [
        "import ssl\nprint(ssl.SSLContext.__name__)",
        "from ssl import SSLContext\nprint(SSLContext.__name__)",
        "from ssl import *\nprint(SSLContext.__name__)",
        "import asyncio.sslproto\nprint(asyncio.sslproto.ssl.SSLContext.__name__)",
        "from asyncio import sslproto\nprint(sslproto.SSLProtocol and 'SSLContext')",
        "import ssl\nssl.mine = 1\nprint('SSLContext' if ssl.mine == 1 and ssl.SSLContext else '')",
        "import http.client, urllib.request\nprint(http.client.HTTPSConnection and 'SSLContext')",
        "import inspect, ssl\nprint('SSLContext' if inspect.getsource(ssl.create_default_context) else '')",
    ],
)
def test_it_is_there_when_it_is_asked_for(code: str) -> None:
    assert run(code) == "SSLContext\n"


@pytest.mark.parametrize(
    "code",
    [
        "import secrets\nprint(len(secrets.token_hex(4)))",
        "from secrets import token_hex\nprint(len(token_hex(4)))",
        "from secrets import *\nprint(len(token_hex(4)))",
        "import secrets\nprint(8 if 'token_hex' in dir(secrets) else '')",
        "import secrets\nprint(8 if 'token_hex' in vars(secrets) else '')",
        "import shutil\nprint(8 if shutil.which('sh') else '')",
        "import shutil\nprint(8 if 'which' in vars(shutil) and 'which' in shutil.__dict__ else '')",
        "from tempfile import *\nwith TemporaryDirectory() as place:\n    print(8 if place else '')",
        "import importlib, ipaddress\nprint(importlib.reload(ipaddress).ip_address('0.0.0.8')._ip)",
        "import urllib.parse\nprint(8 if urllib.parse.urlsplit('http://[::1]/').hostname == '::1' else '')",
        "import inspect, shutil\nprint(8 if inspect.getsource(shutil.which) else '')",
        "import wcwidth.textwrap, hashlib\nprint(8 if hashlib.sha256(b'').digest_size == 32 else '')",
    ],
)
def test_what_the_prompt_puts_off_is_there_when_it_is_asked_for(code: str) -> None:
    put_off = "from polyrepl.repl.command_line.late_modules import put_off_for_prompt\nput_off_for_prompt()\n"
    none_yet = (
        "import pathlib, prompt_toolkit, sys\nassert not {'_hashlib', 'random', 'bz2'} & set(sys.modules)\n"
    )
    assert run(put_off + none_yet + code) == "8\n"


TLS = """
import ssl
async def main():
    context = ssl.create_default_context()
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="here")
    except (ssl.SSLError, ConnectionError) as error:
        print(type(error).__name__ in ("SSLError", "SSLEOFError", "ConnectionResetError"))
    server.close()
asyncio.run(main())
"""


def test_a_connection_uses_it() -> None:
    assert run(TLS) == "True\n"


def test_programs_have_it(tmp_path: Path) -> None:
    code = (
        "(py.exec \"import sys; print('_ssl' in sys.modules); import ssl; print(ssl.SSLContext.__name__)\")"
    )
    done = polyrepl("-e", code, cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "False\nSSLContext\n", "")
