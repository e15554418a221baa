"""What goes on beside the forms: timers and servers in Node, tasks in Python.

In: node/terminal.mjs in a living Node. Out: what there is, in words; none of it left, if asked.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from polyrepl.bridge import Bridge

from ..session.node_module import NodeModule
from ..session.trace import is_ours

TERMINAL = Path(__file__).parents[1] / "node" / "terminal.mjs"
DEADLINE = 0.3  # seconds
NOUNS = {"Timeout": "timer", "ProcessWrap": "child process", "TCPServerWrap": "server"}


def terminal_module(bridge: Bridge) -> NodeModule:
    """What a terminal asks of Node."""
    return NodeModule(bridge, TERMINAL, ("pending",), begin="baseline")


async def pending(node: NodeModule) -> list[str]:
    """What would be cut short by leaving now."""
    found = [
        counted(many, NOUNS.get(kind, kind))
        for kind, many in await node.ask("pending", deadline=DEADLINE) or []
    ]
    tasks = user_tasks()
    return [*found, counted(len(tasks), "Python task")] if tasks else found


def stop(node: NodeModule) -> str:
    """Stop timers in Node and tasks in Python; says what was stopped, "" if there was nothing.

    Raises:
        BridgeError: there is no Node.
    """
    timers = node.now("stopTimers")
    tasks = user_tasks()
    for task in tasks:
        task.cancel()
    found = [counted(many, noun) for many, noun in ((timers, "timer"), (len(tasks), "Python task")) if many]
    return f"stopped {' and '.join(found)}" if found else ""


def counted(many: int, noun: str) -> str:
    return f"{many} {noun}" + ("s" if many > 1 else "")


def user_tasks() -> list[asyncio.Task[Any]]:
    """Tasks of the user's program on the running loop."""
    return [task for task in asyncio.all_tasks() if not _serves_us(task)]


def _serves_us(task: asyncio.Task[Any]) -> bool:
    """Is it a task of the editor's or of this package's, such as the one that asks?"""
    code = getattr(task.get_coro(), "cr_code", None)
    name = getattr(code, "co_filename", "")
    return task is asyncio.current_task() or "/prompt_toolkit/" in name or is_ours(name)
