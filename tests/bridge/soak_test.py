"""A short run of bench/soak.py; the ten minutes are run by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).resolve().parents[2] / "bench" / "soak.py"


@pytest.mark.timeout(180)
def test_a_short_soak() -> None:
    done = subprocess.run(
        [sys.executable, str(SOAK), "8", "--seed", "7"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # All kinds of traffic and faults had their turn, however slow the machine is.
    assert {"calls", "proxies", "throws", "interrupts", "kills"} <= {
        line.split()[0] for line in done.stdout.splitlines() if line
    }
