"""What of a session is in Node: the functions of node/session.mjs in the Node that serves.

In: a bridge, and what a Node must be told when it begins. Out: what those functions give; a Node that was
lost is replaced when the next one is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import suppress
from json import dumps
from typing import TYPE_CHECKING, Any, Literal, Protocol

from polyrepl.bridge import Bridge, BridgeError, Interrupted, JSError, JsProxy
from polyrepl.lisp.emit.mangle import mangle

from .place import Place
from .prelude import PRELUDE
from .signals import Signals

if TYPE_CHECKING:  # loaded where it is used
    import asyncio

    from polyrepl.bridge.turns import Turn
    from polyrepl.lisp.compiler import Compiled
    from polyrepl.repl.travel import LispFunction

PATIENCE = 0.3  # seconds that a busy Node has to say what it has changed
_BUSY = 0.15  # seconds after which a Node that does not answer has something to do
_PROBE = 1 << 30  # what stands for a form where it is asked whether it does
RESULTS = ("*1", "*2", "*3")


class LateLoop(Protocol):
    """An event loop that begins when it is awaited."""

    @property
    def begun(self) -> bool:
        """Has it?"""

    def __await__(self) -> Generator[Any, None, None]: ...


class NodeSide:
    """Our half of the code in Node.

    Args:
        bridge: the way there.
        begin: called with the module node/session.mjs in a Node that has begun to serve; it calls `take`.
    """

    def __init__(self, bridge: Bridge, begin: Callable[[JsProxy], None]) -> None:
        self._bridge = bridge
        self._begin = begin
        self._module: JsProxy | None = None
        self._run: Any = None  # the JavaScript of a form
        self._run_now: Any = None  # the same in a turn that goes on
        self._rest: Any = None  # what comes of a form that `_run_now` has begun
        self.defined: Any = None
        """The globals that the last form has defined, by their names in JavaScript."""
        self._remember: Any = None
        self._share: Any = None
        self._exit_code: Any = None
        self._keep_result: Any = None
        self._rests: Any = None
        self.program = False
        """Is all that runs a program, which `exit` in a callback that nobody awaits ends too?"""
        self.signals = Signals(bridge)
        """Signals that JavaScript listens to, where `heeds` says whose Ctrl-C is."""
        self.heeds: Literal["program", "prompt"] | None = None
        self.place = Place()
        """The working folder and the environment, as both sides agreed on them last."""

    # -- the Node that serves --------------------------------------------------------------------

    def beginning(self, folder: str | None, limits: dict[str, int | bool] | None) -> str:
        """What a Node must know before its first form, as text for `begin` of node/session.mjs.

        Args:
            folder: where imports resolve from; the working folder, which they follow then, if None.
            limits: see Session.limits.
        """
        return dumps(
            {
                "results": [mangle(name) for name in RESULTS],
                "error": mangle("*e"),
                "argv": mangle("*argv*"),
                "folder": folder or os.getcwd(),
                "follows": folder is None,
                "limits": limits,
                "program": self.program,
                "signals": self.heeds,
            }
        )

    @property
    def alive(self) -> bool:
        """Whether there is a Node that is ready."""
        return self._module is not None and self._bridge.alive

    def ready(self) -> None:
        """Have Node run with our half of the code loaded; waits for it."""
        if not self.alive:
            self._module = self._bridge.import_module(PRELUDE)
            self._begin(self._module)

    def take(self, often: Any) -> None:
        """Keep what is called often: what `begin` of node/session.mjs gives."""
        self._run, self._run_now, self._rest, self.defined, *others = often
        self._remember, self._share, self._exit_code, self._keep_result, self._rests = others
        self._bridge.common = self.place

    def forget(self) -> None:
        """That Node has ended."""
        self._module = None
        self.signals.forget()
        self._bridge.common = None

    def module(self) -> JsProxy:
        """The module node/session.mjs in a running Node."""
        self.ready()
        assert self._module is not None
        return self._module

    # -- what its functions give -----------------------------------------------------------------

    def ask(self, function: str, *args: Any) -> Any:
        """What a function of node/session.mjs gives."""
        return getattr(self.module(), function)(*args)

    async def run(
        self, form: tuple[Any, ...], number: int, turn: Turn | None, late: LateLoop | None
    ) -> dict[str, Any]:
        """The outcome of a form.

        Args:
            form: what `run` of node/session.mjs takes.
            number: the form's.
            turn: of several forms, which goes on until one awaits.
            late: the loop of a program, which begins when something needs it.

        Raises:
            KeyboardInterrupt: it was stopped before it began. NodeLost: Node has ended.
        """
        outcome: dict[str, Any]
        if turn is None and (late is None or late.begun):
            outcome = await self._bridge.call_async(self._run, *form, form=number)
        elif turn is not None and turn.steps is not None:
            outcome = await self._bridge.call_async(self._run_now, *form, form=number)
        else:
            outcome = self._bridge.call_now(self._run_now, *form, form=number)
        if outcome["kind"] == "later":
            if turn is not None:
                turn.end()
            elif late is not None:
                await late
            outcome = await self._bridge.call_on(self._rest, number)
        return outcome

    def remember(self, value: Any) -> None:
        """Make a value that no form of Lisp has made `*1`, and shift the ones before."""
        self.ready()
        self._remember(value)

    def keep_result(self, number: int, most: int) -> None:
        """Keep the value that was shown last under a number, beside at most so many others."""
        self.ready()
        self._keep_result(number, most)

    def remember_error(self, error: BaseException) -> None:
        """Make an exception that no form of Lisp has raised `*e`."""

        def raise_again() -> None:  # so JavaScript gets it as it gets any exception of Python
            raise error

        self.module().rememberError(raise_again)

    def exit_code(self) -> int:
        """What the program has set `process.exitCode` to; 0 if nothing."""
        return int(self._exit_code()) if self.alive else 0

    def end(self, code: int) -> None:
        """End Node, and the program with it, as a callback of JavaScript's may that nobody awaits."""
        with suppress(BridgeError, JSError):
            self._bridge.eval("process.exit")(code & 255)

    def rests(self) -> bool:
        """Has the program left nothing in Node that is still to come? Waits until its event loop has gone
        round."""
        return bool(self._bridge.wait_now(self._rests))

    def share_names(self) -> None:
        """Let JavaScript see Python's names as `py.name`."""
        self.module().shareNames()

    def next_page(self, everything: bool) -> dict[str, Any] | None:
        """What follows the last page of the value that was shown last, {text, more}; None: nothing."""
        page: dict[str, Any] | None = self.module().nextPage(everything)
        return page

    def stand_in(self, proxy: JsProxy, lookup: Callable[[str], Compiled | None]) -> LispFunction | JSError:
        """What is pickled in place of a function; `lookup` gives the form of a file name.

        Raises:
            TypeError: it must stay in its process.
        """
        from polyrepl.bridge.capsule import Capsules
        from polyrepl.repl.travel.function import LispFunction
        from polyrepl.repl.travel.home import ENTRY
        from polyrepl.repl.travel.sending import stand_in

        if self._bridge.capsules is None:
            # What is the program's own, and what was here before it, is known to session.mjs.
            begun = lambda module: module.own(self.module().owned)  # noqa: E731
            self._bridge.capsules = Capsules(self._bridge, ENTRY, begun)
        return stand_in(self._bridge.capsules, proxy, lookup, LispFunction)

    # -- one working folder, one environment -----------------------------------------------------

    async def share_place(self) -> None:
        """Before and after Python code that no form has called: all languages have one working folder and one
        environment. A Node that is busy hears of it later."""
        await self.busy(PATIENCE)

    async def busy(self, seconds: float) -> asyncio.Future[Any] | None:
        """What is done when Node answers, where something keeps its event loop longer than some seconds; else
        None."""
        if not self.alive:
            return None
        import asyncio

        async def ask() -> None:
            # Let go of, it is Interrupted: a task's KeyboardInterrupt would end the loop.
            with suppress(Interrupted, Exception):
                await self._bridge.call_async(self._share, form=_PROBE)

        asked = asyncio.ensure_future(ask())
        done, _ = await asyncio.wait({asked}, timeout=seconds)
        return None if done else asked

    async def let_go(self) -> bool:
        """Stop what keeps JavaScript's event loop and is no form's (a timer's callback that loops). Returns
        whether there was something."""
        answer = await self.busy(_BUSY)
        if answer is None or not self._bridge.interrupt(_PROBE):
            return False
        import asyncio

        await asyncio.wait({answer})
        return True
