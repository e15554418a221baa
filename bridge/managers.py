"""Context managers that JavaScript has entered, and how they are left.

In: managers to enter and to leave, with what left the block. Out: what `__enter__` and `__exit__` say. A
manager is left once, as Python's own `with` does it: with type, value and traceback, while the exception is
being handled. An asynchronous one is entered and left by one task, as `async with` does: time-outs and groups
of tasks cancel that task, which ends the block. What JavaScript can not leave any more, because an interrupt
took its stack away or Node has ended, is left from here.
"""

from __future__ import annotations

import functools
import itertools
import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import Interrupted, JSError
from .protocol import OPS
from .proxy import JsProxy

if TYPE_CHECKING:  # it is loaded where it is used
    from .blocks import Block

_OPERATOR = OPS["operator"]
_REMEMBERED = 16
_WORDS = {None: "null", True: "true", False: "false"}


_BOUND = (
    "{} belongs to the task that enters it, and a plain `with` has no task of its own: "
    "write (with [:await name manager] ..)"
)


def _task() -> Any:
    """The task that runs; None where there is none."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None or asyncio._get_running_loop() is None else asyncio.current_task()


class Entered:
    """A manager within its block."""

    __slots__ = ("block", "form", "leave", "manager")

    def __init__(self, manager: Any, leave: Any, form: int, block: Block | None = None) -> None:
        self.manager = manager
        self.leave = leave
        self.form = form
        self.block = block  # of one that is awaited

    @property
    def is_async(self) -> bool:
        return self.block is not None


class Managers:
    """All that are entered at this moment, in the order in which they were."""

    def __init__(self) -> None:
        self._entered: dict[int, Entered] = {}
        self._ids = itertools.count(1).__next__
        # Forms (None: all) whose blocks are gone, and what their managers are to be told.
        self.lost: dict[int | None, BaseException] = {}
        self._thrown: deque[JSError] = deque(maxlen=_REMEMBERED)

    # ---- for JavaScript

    def enter(self, manager: Any, form: int) -> tuple[int, Any]:
        """Enter a manager for a form (0: none): its number, and what `__enter__` gives. Raises what that
        raises."""
        kind = type(manager)
        leave = kind.__exit__  # looked up first, as Python does: what cannot be left is not entered
        task = _task()
        held = sys.getrefcount(task)
        value = kind.__enter__(manager)
        if task is not None and sys.getrefcount(task) > held:
            # A cancel scope, say: to cancel that task would end the program, or another form.
            leave(manager, None, None, None)
            raise RuntimeError(_BOUND.format(kind.__name__))
        return self._note(Entered(manager, leave, form)), value

    async def enter_async(self, manager: Any, form: int) -> tuple[int, Any]:
        """`enter` in a task of its own, of a manager of either kind."""
        from .blocks import Block, ways

        enter, leave = ways(type(manager))
        block = Block(manager, enter, leave)
        value = await block.enter()
        return self._note(Entered(manager, leave, form, block)), value

    async def ended(self, ident: int) -> bool:
        """Wait for the end of an asynchronous block: whether it is Python that has ended it."""
        entered = self._entered.get(ident)
        if entered is None or entered.block is None:
            return False
        return await entered.block.end()

    def _note(self, entered: Entered) -> int:
        ident = self._ids()
        self._entered[ident] = entered
        return ident

    def leave(self, ident: int, failed: bool, value: Any) -> bool:
        """Leave a manager, where `failed` with what was thrown. Returns whether that is to be forgotten;
        False for one that has been left from here already. Raises what `__exit__` raises."""
        entered = self._entered.pop(ident, None)
        return entered is not None and _exit(entered, self._raised(value) if failed else None)

    async def leave_async(self, ident: int, failed: bool, value: Any) -> bool:
        """`leave` of an asynchronous one."""
        entered = self._entered.pop(ident, None)
        return entered is not None and await _leave(entered, self._raised(value) if failed else None)

    def _raised(self, value: Any) -> BaseException:
        """The exception for what JavaScript threw: the same one for the same Error, from block to block."""
        error = next((known for known in self._thrown if known.value is value), None) or raised(value)
        if not self._entered:
            self._thrown.clear()
        elif isinstance(error, JSError) and isinstance(value, JsProxy) and error not in self._thrown:
            self._thrown.append(error)
        return error

    # ---- what JavaScript leaves no more

    def lose(self, form: int | None, error: BaseException) -> None:
        """The blocks of a form (None: all) are gone; `error` is what their managers are to be told."""
        if any(form in (None, entered.form) for entered in self._entered.values()):
            self.lost[form] = error

    def leave_lost(self) -> list[BaseException]:
        """Leave them, the innermost first; asynchronous ones wait for `leave_lost_async`. Returns what was
        raised by those and not swallowed by the ones around them."""
        raising: dict[int, BaseException] = {}
        for ident, entered, error in self._gone():
            if not entered.is_async:
                del self._entered[ident]
                try:
                    _told(raising, entered, _exit(entered, raising.get(entered.form, error)))
                except BaseException as failure:
                    _failed(raising, entered, error, failure)
        if not any(True for _ in self._gone()):
            self.lost.clear()
        return list(raising.values())

    async def leave_lost_async(self) -> list[BaseException]:
        """`leave_lost`, of both kinds."""
        raising: dict[int, BaseException] = {}
        for ident, entered, error in self._gone():
            del self._entered[ident]
            told = raising.get(entered.form, error)
            try:
                swallowed = await _leave(entered, told) if entered.is_async else _exit(entered, told)
                _told(raising, entered, swallowed)
            except BaseException as failure:
                _failed(raising, entered, error, failure)
        self.lost.clear()
        return list(raising.values())

    def _gone(self) -> Iterator[tuple[int, Entered, BaseException]]:
        """The ones whose blocks are gone, the innermost first, with what they are to be told."""
        for ident, entered in reversed(list(self._entered.items())):
            error = self.lost.get(entered.form) or self.lost.get(None)
            if error is not None:
                yield ident, entered, error


def _told(raising: dict[int, BaseException], entered: Entered, swallowed: bool) -> None:
    if swallowed:
        raising.pop(entered.form, None)


def _failed(
    raising: dict[int, BaseException], entered: Entered, error: BaseException, failure: BaseException
) -> None:
    if failure is not error:
        raising[entered.form] = failure  # this is what leaves the blocks around it


def _exit(entered: Entered, error: BaseException | None) -> bool:
    if error is None:
        entered.leave(entered.manager, None, None, None)
        return False
    try:
        raise error  # so that it has a traceback, and is the exception that Python is handling
    except BaseException:
        return bool(entered.leave(entered.manager, type(error), error, error.__traceback__))


async def _leave(entered: Entered, error: BaseException | None) -> bool:
    from .blocks import aexit

    if entered.block is not None and entered.block.here():
        return await entered.block.leave(error)
    return await aexit(entered.manager, entered.leave, error)  # its loop runs no more


_AFTER_ALL = frozenset(("exc_info", "exception", "locals", "vars", "eval", "exec"))
_HEEDLESS: set[Any] = set()
_VARARGS, _VARKEYWORDS = 4, 8  # inspect.CO_*, which costs as much as all the rest


def heedless(kind: type, name: str) -> bool:
    """Whether managers of a class are left in one way, whatever leaves their block: JavaScript's `using`,
    which tells of no error, means the same as `with` then. Known of a few of Python's own, and of a method
    whose code never looks at what it is given."""
    leave = getattr(kind, name, None)
    if not isinstance(leave, types.FunctionType):
        if not _HEEDLESS:
            import io
            import mmap
            import threading

            locks = type(threading.Lock()), type(threading.RLock())
            for known in (io.IOBase, mmap.mmap, memoryview, *locks):
                _HEEDLESS.add(known.__exit__)
        return leave in _HEEDLESS
    return _is_heedless(leave.__code__)


@functools.lru_cache(maxsize=256)
def _is_heedless(code: types.CodeType) -> bool:
    """Whether a method's code never looks at what it is given; asked at each `using`, and in between."""
    import dis

    rest = bool(code.co_flags & _VARARGS) + bool(code.co_flags & _VARKEYWORDS)
    given = set(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount + rest])
    if not code.co_argcount or _AFTER_ALL.intersection(code.co_names):
        return False  # `def __exit__(*args)`
    for step in dis.get_instructions(code):
        if step.opname.startswith("LOAD"):
            names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            if not given.isdisjoint(names):
                return False
    return True


def raised(value: Any) -> BaseException:
    """What JavaScript throws into Python's code, as the exception that it would be had Python's code called;
    an interrupt is a KeyboardInterrupt."""
    if isinstance(value, BaseException):
        return value
    if not isinstance(value, JsProxy):
        text = _WORDS[value] if value is None or isinstance(value, bool) else str(value)
        return JSError("", text, "", value)
    try:
        value._js_owner.operate_on(_OPERATOR, "throw", value)
    except Interrupted:
        return KeyboardInterrupt()
    except JSError as error:
        return error.with_traceback(None)
    except Exception:  # Node has ended, say: it leaves the block all the same
        pass
    return JSError("Error", "an exception that cannot be shown", "", value)
