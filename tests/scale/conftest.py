"""A session that sends functions, and two worker processes that call them."""

from __future__ import annotations

import multiprocessing
import os
import sys
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from polyrepl.repl.session import Session
from polyrepl.repl.session.events import Lost, Problem

Lisp = Callable[[str], Coroutine[Any, Any, Any]]
HERE: dict[str, Any] = {
    "processes": True,
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
    "worker_dashboard_address": "127.0.0.1:0",
}
"""Nothing listens anywhere else, and on no port that another may have."""


@pytest.fixture
def only_here(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that no other process has; with a class Box."""
    made = types.ModuleType("only_here")
    made.Box = type("Box", (), {"__module__": "only_here"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "only_here", made)
    return "only_here"


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    """Two processes that know nothing of this one; nothing of theirs is left afterwards."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        nodes = set()
        yield pool
        for process in psutil.Process().children(recursive=True):
            if "node" in process.name().lower() and process.ppid() != os.getpid():
                nodes.add(process)
    _, alive = psutil.wait_procs(nodes, timeout=20)
    assert not alive


@pytest_asyncio.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    made = Session(folder=str(tmp_path))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def lisp(session: Session) -> Lisp:
    """Runs a text and gives the value of its last form."""

    async def run(text: str) -> Any:
        async for event in session.eval(text, "<test>"):
            if isinstance(event, Lost) or (isinstance(event, Problem) and event.severity == "error"):
                raise AssertionError(event)
        return session.node.module().lastResult()

    return run
