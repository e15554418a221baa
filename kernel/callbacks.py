"""A widget's callback prints under the cell that registered it.

In: `HasTraits.observe` and the `on_click`, `on_submit`, `on_msg` .. of ipywidgets. Out: the same, and a
callback that the front end sets off runs for the cell that registered it: output, displays, its error.
Without this they belong to the comm message, and JupyterLab shows them nowhere. What a running cell sets
off belongs to that cell.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from traitlets import HasTraits
from traitlets.traitlets import EventHandler

Owner = TypeVar("Owner")
Run = Callable[[Owner, Callable[[], Any]], Any]

_observe = HasTraits.observe
WIDGETS = "ipywidgets.widgets.widget"


class Registered(Generic[Owner]):
    """A callback with the cell that registered it; equal to the callback, so that it can be taken back."""

    def __init__(self, function: Callable[..., Any], owner: Owner, run: Run[Owner]) -> None:
        self._function, self._owner, self._run = function, owner, run

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._run(self._owner, lambda: self._function(*args, **options))

    def __eq__(self, other: object) -> bool:
        function = other._function if isinstance(other, Registered) else other
        return bool(self._function == function)

    def __hash__(self) -> int:
        return hash(self._function)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


def follow(current: Callable[[], Owner | None], run: Run[Owner], comms: Any) -> None:
    """Let each callback that is registered from now on belong to the cell that registers it.

    Args:
        current: the cell that the calling code belongs to; None where that is no cell.
        run: calls a function for a cell.
        comms: the comm manager. A widget opens a comm before anything can be registered with it: ipywidgets,
            which takes a while to import, is looked for then.
    """

    def registered(function: Any) -> Any:
        owner = current()
        known = owner is None or not callable(function) or isinstance(function, (EventHandler, Registered))
        return function if known else Registered(function, owner, run)

    def observe(self: HasTraits, handler: Any, *args: Any, **options: Any) -> None:
        _observe(self, registered(handler), *args, **options)

    def register_comm(comm: Any) -> Any:
        if WIDGETS in sys.modules:
            _follow_dispatchers(sys.modules[WIDGETS].CallbackDispatcher, registered)
        return register(comm)

    register = comms.register_comm
    comms.register_comm = register_comm
    HasTraits.observe = observe  # type: ignore[method-assign]


def _follow_dispatchers(dispatcher: Any, registered: Callable[[Any], Any]) -> None:
    """Let ipywidgets' lists of callbacks take registered ones; harmless twice."""
    register = dispatcher.register_callback
    if hasattr(register, "follows"):
        return

    def register_callback(self: Any, callback: Any, remove: bool = False) -> None:
        register(self, callback if remove else registered(callback), remove=remove)

    register_callback.follows = register  # type: ignore[attr-defined]
    dispatcher.register_callback = register_callback
