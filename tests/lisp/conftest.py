"""Fixtures of the Lisp tests: one Node process for the whole run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from lisp_host import LispHost

# The same texts in every run: a failure belongs to a change. POLYREPL_FUZZ_RANDOM=1 tries others.
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
if not os.environ.get("POLYREPL_FUZZ_RANDOM"):
    settings.load_profile("fixed")


@pytest.fixture(scope="session")
def lisp() -> Iterator[LispHost]:
    host = LispHost()
    yield host
    host.close()


@pytest.fixture
def usual_limit() -> Iterator[int]:
    """Python's own recursion limit, whatever earlier tests have set."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield 1000
    sys.setrecursionlimit(before)
