"""When IPython's history is written to its file.

In: cells that are done. Out: what they were, written by the history's own thread a moment later, however busy
the program is by then. IPython wakes that thread after each cell, so that it writes while the next one runs,
and the next one waits for it: a third of the time of a short cell. What reads the file through IPython writes
first what is not written yet, and so does the end of the kernel.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

GATHER_SECONDS = 0.1
MOST_CELLS = 1000
"""As many are written at once even sooner."""


class History:
    """Has written what a history manager has gathered.

    Args:
        manager: IPython's `HistoryManager`. How many cells it gathers by its configuration stays.
        thread: ipykernel's IOPubThread, whose loop turns whatever the program does.
    """

    def __init__(self, manager: Any, thread: Any) -> None:
        self._manager, self._thread = manager, thread
        self._due = False
        self._gathers = manager.db_cache_size <= 1 and not manager.db_log_output
        if self._gathers:
            manager.db_cache_size = MOST_CELLS
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _forget(reference))

    def heed(self) -> None:
        """A cell is done."""
        if self._gathers and not self._due and self._manager.db_input_cache:
            self._due = True
            self._thread.schedule(self._wait)

    def _wait(self) -> None:
        self._thread.io_loop.call_later(GATHER_SECONDS, self._write)

    def _write(self) -> None:
        self._due = False
        manager = self._manager
        if manager.save_thread is None and (again := getattr(manager, "_restart_thread_if_stopped", None)):
            again()  # it was stopped for a fork
        if manager.save_thread is not None:
            manager.save_flag.set()


def _forget(reference: weakref.ref[History]) -> None:
    """What the parent will write, its forked child does not."""
    history = reference()
    if history is not None:
        history._manager.db_input_cache = []
