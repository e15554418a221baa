"""The kernel's process: IPython's kernel application with our kernel in it.

In: a connection file on the command line. Out: a running kernel, until shutdown.
"""

from __future__ import annotations

from ipykernel.kernelapp import IPKernelApp

from .kernel import PolyreplKernel


class PolyreplKernelApp(IPKernelApp):  # type: ignore[misc]
    """IPKernelApp that makes a PolyreplKernel."""

    name = "polyrepl-kernel"
    kernel_class = PolyreplKernel


def main() -> None:
    """Start the kernel and serve until it is shut down."""
    PolyreplKernelApp.launch_instance()
