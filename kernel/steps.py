"""The event loop of a kernel, which goes on while the program's steps wait.

In: callbacks, timers and descriptors of a loop. Out: the same, except that from `close_steps` to `open_steps`
nothing is called that belongs to a form: what code of a cell has put on the loop, in its context or in a copy
of it. What is the kernel's own (its sockets, the bridge) goes on.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import selectors
from collections import ChainMap, deque
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from polyrepl.bridge.forms import current, form_of


class Step:
    """A callback of the program's; it waits where the loop says so, and then runs once."""

    __slots__ = ("args", "callback", "context", "handle", "loop", "stopped")

    def __init__(
        self, loop: KernelLoop, callback: Callable[..., Any], args: tuple[Any, ...], context: Any
    ) -> None:
        self.loop, self.callback, self.args, self.context = loop, callback, args, context
        self.handle: asyncio.Handle | None = None
        self.stopped = False
        """An interrupt was raised in it, which is about nothing else."""

    def __call__(self) -> None:
        if self.loop.waits(self):
            return
        try:
            self.callback(*self.args)
        except KeyboardInterrupt:
            if not self.stopped:
                raise
        except SystemExit as error:  # it ends this step, not the kernel
            self._tell(error)

    def __repr__(self) -> str:
        return repr(self.callback)

    def run_late(self) -> None:
        """Run after a wait: what it raises is told as the loop tells it."""
        if self.handle is not None and self.handle.cancelled():
            return
        try:
            self.context.run(self.callback, *self.args)
        except KeyboardInterrupt:
            if not self.stopped:
                raise
        except BaseException as error:
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        told = {"message": f"Exception in callback {self!r}", "exception": error, "handle": self.handle}
        self.loop.call_exception_handler(told)


_RUNS = (Step.__call__.__code__, Step.run_late.__code__)


def step_of(frame: FrameType | None) -> Step | None:
    """The step that the loop has called and that runs in this frame, if any."""
    while frame is not None:
        if frame.f_code in _RUNS:
            step: Step = frame.f_locals["self"]
            return step
        frame = frame.f_back
    return None


def settle(future: asyncio.Future[None]) -> None:
    """Let who waits for it go on; harmless when it has gone."""
    if not future.done():
        future.set_result(None)


class Descriptors(selectors.BaseSelector):
    """A selector in which the program's descriptors can be left out."""

    def __init__(self) -> None:
        self._kernels = selectors.DefaultSelector()
        self._programs = selectors.DefaultSelector()
        self._kernels.register(self._programs.fileno(), selectors.EVENT_READ)
        self.out = False
        """Whether they are left out."""
        self.looked: Callable[[], bool] = lambda: False
        """Called before each look; whether there is something to do at once."""

    def leave_out(self, out: bool) -> None:
        """Leave the program's descriptors out, or look at them again."""
        if out and not self.out:
            self._kernels.unregister(self._programs.fileno())
        elif self.out and not out:
            self._kernels.register(self._programs.fileno(), selectors.EVENT_READ)
        self.out = out

    def _of(self, fileobj: Any) -> selectors.DefaultSelector:
        return self._programs if fileobj in self._programs.get_map() else self._kernels

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Look at a descriptor, which belongs to whom the calling code does."""
        return (self._programs if current() else self._kernels).register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Look at it no more."""
        return self._of(fileobj).unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Look for something else."""
        return self._of(fileobj).modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; waits at most so many seconds."""
        if self.looked():
            timeout = 0
        inner = self._programs.fileno()
        ready = []
        for key, events in self._kernels.select(timeout):
            if key.fd == inner:
                ready += self._programs.select(0)
            else:
                ready.append((key, events))
        return ready

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """All that is looked at."""
        return ChainMap(self._programs.get_map(), self._kernels.get_map())  # type: ignore[arg-type]

    def close(self) -> None:
        """Look at nothing any more."""
        self._kernels.close()
        self._programs.close()


class KernelLoop(asyncio.SelectorEventLoop):
    """A loop whose steps of the program can be made to wait.

    `inside` says whether code of the program is being run: who runs the loop from there waits for just these
    steps, so they are called.
    """

    def __init__(self) -> None:
        self.inside: Callable[[], bool] = lambda: False
        self._closed_to_program = False
        self._late: deque[Step] = deque()
        self._descriptors = Descriptors()
        self._descriptors.looked = self._looked
        super().__init__(self._descriptors)

    # -- what waits ------------------------------------------------------------------------------

    def close_steps(self) -> None:
        """From now on the program's steps wait; harmless when they do already."""
        self._closed_to_program = True
        self._descriptors.leave_out(True)

    def open_steps(self) -> None:
        """They go on, those that have waited first, in their order."""
        if not self._closed_to_program:
            return
        self._closed_to_program = False
        self._descriptors.leave_out(False)
        if self._late:
            super().call_soon(self._run_late)

    def waits(self, step: Step) -> bool:
        """Whether a step that is due has to wait; it is kept then."""
        if self._closed_to_program and self.inside():
            self.open_steps()
        if not self._closed_to_program and not self._late:
            return False
        self._late.append(step)
        return True

    async def turn_over(self) -> None:
        """Return when code of the program may run: now, or in its place among the steps that wait."""
        while True:
            over: asyncio.Future[None] = self.create_future()
            step = Step(self, functools.partial(settle, over), (), contextvars.copy_context())
            if not self.waits(step):
                return
            await over

    def _looked(self) -> bool:
        if self._closed_to_program and self.inside():
            self.open_steps()
            return bool(self._late)
        return False

    def _run_late(self) -> None:
        if self._closed_to_program:
            return  # `open_steps` will ask for it again
        if len(self._late) > 1:  # should one of them run the loop, or be interrupted
            super().call_soon(self._run_late)
        for _ in range(len(self._late)):
            if self._late and not self._closed_to_program:
                self._late.popleft().run_late()

    # -- the loop's ------------------------------------------------------------------------------

    def _put(
        self,
        put: Callable[..., Any],
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        context: contextvars.Context | None,
    ) -> Any:
        """Put a callback on the loop, and one of the program's so that it may wait."""
        if context is None:
            context = contextvars.copy_context()
        if not form_of(context):
            return put(callback, *args, context=context)
        step = Step(self, callback, args, context)
        step.handle = put(step, context=context)
        return step.handle

    def call_soon(  # type: ignore[override]  # asyncio's has a type for each argument
        self, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's; a step of the program's may wait."""
        handle: asyncio.Handle = self._put(super().call_soon, callback, args, context)
        return handle

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's; a step of the program's may wait."""
        handle: asyncio.Handle = self._put(super().call_soon_threadsafe, callback, args, context)
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's; a step of the program's may wait."""
        put = functools.partial(super().call_at, when)
        handle: asyncio.TimerHandle = self._put(put, callback, args, context)
        return handle
