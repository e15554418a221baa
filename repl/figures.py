"""matplotlib's backend at the terminal: `plt.show()` draws into the terminal, not into a window.

In: figures of pyplot. Out: PNG bytes to the function that the terminal has set with `draw_with`. It is
chosen through MPLBACKEND, so matplotlib is loaded only by who uses it. A figure that is still open when
its form ends is drawn too, as notebooks do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

BACKEND = "module://polyrepl.repl.figures"

_draw: list[Callable[[Any], None]] = []


def draw_with(draw: Callable[[Any], None]) -> None:
    """Let figures be drawn by `draw(figure)`, unless the user has chosen a backend."""
    _draw[:] = [draw]
    os.environ.setdefault("MPLBACKEND", BACKEND)


def show(*args: Any, **kwargs: Any) -> None:
    """pyplot's `show`: draw every open figure and close it."""
    from matplotlib._pylab_helpers import Gcf

    for manager in Gcf.get_all_fig_managers():
        if _draw:
            _draw[0](manager.canvas.figure)
    Gcf.destroy_all()


def flush() -> None:
    """Draw what a form has left open. Free of charge for who never loaded pyplot."""
    if "matplotlib.pyplot" in sys.modules and os.environ.get("MPLBACKEND") == BACKEND:
        show()


def __getattr__(name: str) -> Any:
    # Loaded when pyplot asks for the backend, not when the terminal starts.
    if name == "FigureCanvas":
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        return FigureCanvasAgg
    if name == "FigureManager":
        from matplotlib.backend_bases import FigureManagerBase

        return FigureManagerBase
    raise AttributeError(name)
