"""A module of ours in the living Node, and what is asked of it.

In: a bridge and a file in a `node/` folder. Out: answers of its functions. A Node that was replaced gets the
module anew. Questions are asynchronous and have a deadline: a busy or dead Node costs an answer, never a key
stroke.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from polyrepl.bridge import Bridge


class NodeModule:
    """One module.

    Args:
        bridge: to Node.
        path: the module's file.
        asked: the functions that `ask` calls; fetched at once, since asking for an attribute waits for Node.
        begin: a function of the module to call when Node has loaded it.
    """

    def __init__(
        self, bridge: Bridge, path: str | os.PathLike[str], asked: Sequence[str] = (), begin: str = ""
    ) -> None:
        self._bridge = bridge
        self._path = str(path)
        self._asked = tuple(asked)
        self._begin = begin
        self._module: Any = None
        self._functions: dict[str, Any] = {}
        self._pid: int | None = None

    @property
    def loaded(self) -> bool:
        """Has the living Node loaded it?"""
        return self._module is not None and self._pid == self._bridge.pid and self._bridge.alive

    def load(self) -> None:
        """Have it loaded; waits for Node.

        Raises:
            BridgeError: there is no Node.
        """
        if self.loaded:
            return
        self._module = self._bridge.import_module(self._path)
        self._pid = self._bridge.pid
        self._functions = {name: getattr(self._module, name) for name in self._asked}
        if self._begin:
            getattr(self._module, self._begin)()

    def now(self, function: str, *args: Any) -> Any:
        """Call a function and wait for it.

        Raises:
            BridgeError: there is no Node. JSError: what the function throws.
        """
        self.load()
        return (self._functions.get(function) or getattr(self._module, function))(*args)

    async def ask(self, function: str, *args: Any, deadline: float) -> Any:
        """What one of the `asked` functions says; None if Node is not there, fails, or is not done in time.

        Args:
            deadline: seconds.
        """
        if not self.loaded:
            return None
        import asyncio

        try:
            async with asyncio.timeout(deadline):
                return await self._bridge.call_async(self._functions[function], *args)
        except Exception:  # a question of completion's is worth no complaint
            return None
