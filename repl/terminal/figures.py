"""matplotlib figures at the terminal, without loading matplotlib for who does not plot.

In: a function that draws. Out: pyplot set to our backend (mpl_backend.py) through MPLBACKEND, and figures
that are still open when a form ends drawn, as notebooks do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

BACKEND = "module://polyrepl.repl.terminal.mpl_backend"

_draw: list[Callable[[Any], None]] = []


def draw_with(function: Callable[[Any], None]) -> None:
    """Let figures be drawn by `function(figure)`, unless the user has chosen a backend."""
    _draw[:] = [function]
    os.environ.setdefault("MPLBACKEND", BACKEND)


def draw(figure: Any) -> None:
    """Draw one figure."""
    for function in _draw:
        function(figure)


def show() -> None:
    """Draw every open figure and close it."""
    from matplotlib._pylab_helpers import Gcf  # there already: who calls has a figure

    for manager in Gcf.get_all_fig_managers():
        draw(manager.canvas.figure)
    Gcf.destroy_all()


def flush() -> None:
    """Draw what a form has left open."""
    if "matplotlib.pyplot" in sys.modules and os.environ.get("MPLBACKEND") == BACKEND:
        show()
