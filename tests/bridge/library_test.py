"""Both libraries: the Node one (its own tests, run with the real Node), and the Python one in its
surroundings."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.bridge import Bridge, bridge, node
from polyrepl.bridge.process import find_node
from processes import gone

HERE = Path(__file__).parent
ROOT = HERE.resolve().parents[1]


@pytest.mark.parametrize("file", sorted(HERE.glob("library*.test.mjs")), ids=lambda file: file.name)
def test_node_library(file: Path) -> None:
    environment = {
        **os.environ,
        "POLYREPL_PYTHON": sys.executable,
        "POLYREPL_LIBRARY": (Path(bridge.__file__).parent / "node" / "library.mjs").as_uri(),
    }
    done = subprocess.run(
        [find_node(), "--test", "--test-timeout=30000", str(file)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_started_by_hand_says_what_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "polyrepl.bridge"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert "createNodePythonBridge" in done.stderr


def test_plain_script() -> None:
    code = """if True:
        from polyrepl.bridge import Bridge
        with Bridge() as js:
            print(js.eval('x => x + 1')(2))
            js.eval('console.log(5)')
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("3\n5\n", "")


def test_shared_node() -> None:
    assert node.eval("1 + 1") == 2
    assert isinstance(node, Bridge)
    node.close()


def test_under_asyncio_run() -> None:
    async def main() -> int:
        with Bridge(output=lambda *event: None) as js:
            f = js.eval("async (f) => await f(20)")

            async def double(x: int) -> int:
                await asyncio.sleep(0)
                return x * 2

            return int(await js.call_async(f, double))

    assert asyncio.run(main()) == 40
    assert asyncio.run(main()) == 40


def test_one_bridge_over_several_loops(js: Bridge) -> None:
    f = js.eval("async (x) => { await null; return x }")
    for i in range(3):
        assert asyncio.run(js.call_async(f, i)) == i
    assert f(5).result() == 5


def test_a_closed_bridge_says_so() -> None:
    js = Bridge(output=lambda *event: None).start()
    js.eval("1")
    js.close()
    js.close()
    with pytest.raises(Exception, match="closed"):
        js.eval("1")


def blocks(file: Path, language: str) -> list[str]:
    """Code blocks of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(encoding="utf-8"), re.S | re.M)


def test_the_pages_python_examples_run() -> None:
    outputs = {"README.md": "[3, 2, 1]\na/b\n", "docs/bridge.md": ""}
    for page, output in outputs.items():
        (code,) = [block for block in blocks(ROOT / page, "python") if "polyrepl.bridge" in block]
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, output, ""), page


def test_the_pages_javascript_examples_run() -> None:
    library = (Path(bridge.__file__).parent / "node" / "library.mjs").as_uri()
    for page, output in {"README.md": "4\n", "docs/bridge.md": ""}.items():
        (code,) = [block for block in blocks(ROOT / page, "js") if "createNodePythonBridge" in block]
        code = "\n".join(line for line in code.splitlines() if not line.startswith("import "))
        code = f"import {{ createNodePythonBridge }} from '{library}';\n" + code.replace('"python3"', "")
        done = subprocess.run(
            [find_node(), "--input-type=module", "-e", code],
            env={**os.environ, "POLYREPL_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, output, ""), page


def test_under_pytest_capture(capsys: pytest.CaptureFixture[str]) -> None:
    with Bridge() as js:
        js.eval("console.log('captured'); console.error('too')")
    assert capsys.readouterr() == ("captured\n", "too\n")


def test_a_fork_starts_its_own_node() -> None:
    code = """if True:
        import os
        from polyrepl.bridge import Bridge
        js = Bridge()
        mine = js.eval('process.pid')
        child = os.fork()
        if child == 0:
            print(js.eval('process.pid'), flush=True)
            js.close()
            os._exit(0)
        os.waitpid(child, 0)
        print(mine, js.eval('process.pid'))
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    other, mine, again = map(int, done.stdout.split())
    assert other != mine == again
    assert gone(other)
    assert gone(mine)
