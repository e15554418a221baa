"""matplotlib's backend at the terminal: `plt.show()` draws into the terminal, not into a window.

In: pyplot's `show`. Out: figures.py draws what is open. Named in MPLBACKEND by figures.py, so this file, and
matplotlib with it, is loaded only by a program that plots.
"""

from __future__ import annotations

from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from . import figures

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase


def show(*args: Any, **kwargs: Any) -> None:
    """pyplot's `show`."""
    figures.show()
