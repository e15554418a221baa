"""A short run of bench/soak.py; the ten minutes are run by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.bridge.process import TRANSPORT

SOAK = Path(__file__).resolve().parents[2] / "bench" / "soak.py"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("transport", ["rings", "pipes"])
def test_a_short_soak(transport: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SOAK), "6", "--seed", "7"],
        capture_output=True,
        text=True,
        env={**os.environ, TRANSPORT: transport},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # All kinds of traffic and faults had their turn, however slow the machine is.
    assert {"calls", "proxies", "throws", "interrupts", "kills"} <= {
        line.split()[0] for line in done.stdout.splitlines() if line
    }
