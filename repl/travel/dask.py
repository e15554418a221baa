"""For workers of Dask: Node is started before the first task needs it.

    client.register_plugin(NodePlugin())

In: a worker. Out: its process's Node runs, with what opens functions of the Lisp.
"""

from __future__ import annotations

import asyncio
from typing import Any

from distributed.diagnostics.plugin import WorkerPlugin

from .function import capsules_of
from .home import home


class NodePlugin(WorkerPlugin):
    """Starts Node in each worker, those that come later too."""

    name = "polyrepl-node"

    async def setup(self, worker: Any) -> None:
        """Called by the worker as it begins."""
        threads = worker.executors["default"]
        # In a thread of tasks: the worker's own loop must go on.
        await asyncio.get_running_loop().run_in_executor(threads, lambda: capsules_of(home()).module())
