"""The way into the kernel's process.

In: a connection file on the command line. Out: a running kernel, until shutdown.

Node is spawned before IPython is imported, so that both start at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys


def main() -> None:
    """Start the kernel and serve until it is shut down."""
    from polyrepl.bridge import NodeNotFound
    from polyrepl.repl.session.nesting import nesting

    from .session import KernelSession

    session = KernelSession()
    with contextlib.suppress(NodeNotFound):  # the first cell says so, where it can be read
        session.start()
    import_without_debugger()
    from .application import PolyreplKernelApp
    from .steps import KernelLoop

    # ipykernel asks for the thread's event loop; newer Pythons warn where none has been set.
    loop = KernelLoop()
    asyncio.set_event_loop(loop)
    PolyreplKernelApp.lisp = session
    with nesting(loop):
        PolyreplKernelApp.launch_instance()


def import_without_debugger() -> None:
    """Import ipykernel so that it finds no debugpy.

    Our cells are Lisp, which debugpy can not step through, so the kernel must not offer it; and its import
    takes longer than all else that a kernel does to start. A cell may import it afterwards.
    """
    if "debugpy" in sys.modules:
        return
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        import ipykernel.debugger  # noqa: F401
    finally:
        del sys.modules["debugpy"]
