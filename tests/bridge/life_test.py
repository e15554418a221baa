"""Node's life: death is noticed at once, the next use restarts it, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.bridge import Bridge, NodeLost, NodeNotFound
from processes import gone


def test_kill_is_noticed_and_node_comes_back(own: Bridge) -> None:
    reasons: list[str] = []
    own.on_reset.append(reasons.append)
    old = own.eval("({}).constructor")
    pid = own.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(NodeLost, match="SIGKILL"):
        own.eval("1")
    assert len(reasons) == 1
    assert own.eval("2") == 2
    assert own.pid != pid
    with pytest.raises(NodeLost):
        old()


def test_exit_inside_a_call(own: Bridge) -> None:
    with pytest.raises(NodeLost, match="exit status 3"):
        own.eval("process.exit(3)")
    assert own.eval("1") == 1


async def test_pending_futures_fail_at_once(own: Bridge) -> None:
    f = own.eval("() => new Promise(() => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10))")
    with pytest.raises(NodeLost):
        await own.call_async(f, form=1)
    assert own.eval("1") == 1


@pytest.mark.parametrize("end", ["", "js.close()", "os.kill(os.getpid(), 9)", "os._exit(1)"])
@pytest.mark.parametrize("busy", ["", "js.eval('setTimeout(() => { for (;;); }, 1); 1');", "js.connection"])
def test_no_orphan(end: str, busy: str) -> None:
    lines = ("import os", "from polyrepl.bridge import Bridge", "js = Bridge().start()", "js.eval('1')", busy)
    code = "\n".join([*lines, "print(js.pid, flush=True)", end])
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=30, check=False)
    assert gone(int(done.stdout))


def test_missing_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POLYREPL_NODE", str(tmp_path / "no-node"))
    with pytest.raises(NodeNotFound, match="POLYREPL_NODE"):
        Bridge().start()


def test_old_node(tmp_path: Path) -> None:
    fake = tmp_path / "node"
    fake.write_text(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo v18.1.0; else echo 'bad option' >&2; exit 9; fi\n"
    )
    fake.chmod(0o755)
    bridge = Bridge(node=str(fake), output=lambda *event: None)
    with pytest.raises(NodeNotFound, match=r"v18\.1\.0.*24 or newer"):
        bridge.eval("1")
    bridge.close()
