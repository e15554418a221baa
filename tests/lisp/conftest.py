"""Fixtures of the Lisp tests: one Node process for the whole run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lisp_host import LispHost


@pytest.fixture(scope="session")
def lisp() -> Iterator[LispHost]:
    host = LispHost()
    yield host
    host.close()
