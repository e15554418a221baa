"""One connection's worth of a conversation: its tables, and what comes in over it.

In: frames of the other side. Out: answers, values, notes done, output delivered. When the connection is lost
the exchange is over, and the conversation begins another.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from .answers import Answer, Answers
from .errors import NodeLost, ProtocolError
from .forms import Forms
from .handles import Dead, Exports, Imports
from .line import Line, Waiter
from .marshal import Copying, Marshal, is_single
from .midst import came_between
from .output import Output
from .plain import NoPlain, Short
from .protocol import NOTES
from .server import Server
from .text import Reader
from .transport import Frame

_get_ident = threading.get_ident


class Interrupts(Protocol):
    """What an exchange asks of the interrupt ladder."""

    @property
    def due(self) -> int | None:
        """The form that was asked to stop; None: none."""

    def check(self, form: int, flags: int) -> None: ...


class Tasks(Protocol):
    """What an exchange asks of what runs on the loops for JavaScript."""

    def serve(self, exchange: Exchange, frame: Frame, unread: list[Frame] | None = None) -> None: ...
    def cancel(self, ident: int) -> None: ...


class Loops(Protocol):
    """What an exchange asks of the asyncio loops."""

    @property
    def tasks(self) -> Tasks: ...
    def wake(self) -> None: ...
    def flush_soon(self) -> None: ...


class Common(Protocol):
    """What both sides keep alike (see conversation.Common)."""

    def changes(self) -> str | None: ...
    def take(self, text: str) -> None: ...


class Conversation(Protocol):
    """What an exchange asks of the conversation that it belongs to."""

    @property
    def forms(self) -> Forms: ...
    @property
    def interrupts(self) -> Interrupts: ...
    @property
    def loops(self) -> Loops:
        """Made when they are first asked for."""

    @property
    def looping(self) -> bool:
        """Whether they have been."""

    @property
    def common(self) -> Common | None: ...

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """JavaScript is ready. Returns why it is of no use, if so."""

    def late(self, error: BaseException) -> str:
        """What to print of an exception that nobody caught."""

    def lost(self, exchange: Exchange, reason: str) -> BaseException:
        """The connection is gone. Returns what pending calls fail with."""


class Exchange:
    """The host of a connection (see host.Host).

    Args:
        conversation: that it belongs to.
        connect: makes the connection, given the host and the releases to send along.
        output: takes what JavaScript prints.
        marshal: with the tables.
        server: of the operations on Python's objects.
    """

    def __init__(
        self,
        conversation: Conversation,
        connect: Callable[[Exchange, deque[Dead]], Line],
        output: Output,
        marshal: Marshal,
        server: Server,
    ) -> None:
        self.conversation = conversation
        self.output_to = output
        self.marshal = marshal
        self.exports: Exports = marshal.exports
        self.imports: Imports = marshal.imports
        self.server = server
        self._text = Reader()
        self.answers = Answers(marshal, self._text)
        self.ready = False
        self.refused: BaseException | None = None  # why the other side is of no use
        self._interrupts = conversation.interrupts
        self._forms = conversation.forms
        self._loops: Loops | None = None  # once there are any
        self._serving: dict[int, int] = {}  # other threads than the home thread, inside a callback
        self.connection = connect(self, self.imports.dead)
        self.short: Short = (
            getattr(self.connection, "plain", None) or NoPlain()
        )  # not every line has plain calls

    def copy_containers(self) -> None:
        """From now on what is asked brings copies of containers: the other side cannot look at Python's."""
        if not isinstance(self.marshal, Copying):
            self.marshal = Copying.of(self.marshal)

    def in_callback(self) -> bool:
        """Whether JavaScript stands still until code of the calling thread returns."""
        thread = threading.get_ident()
        if thread == self.connection.home:
            return self.connection.top_python
        return bool(self._serving.get(thread))

    # ---- requests

    def parse(self, frame: Frame) -> list[Any]:
        """Header of a request. Raises ProtocolError when it is malformed."""
        try:
            message = self._text.loads(frame.head)
        except (ValueError, MemoryError) as error:
            if came_between(error):
                raise
            raise ProtocolError(f"malformed request: {error}") from None
        if message.__class__ is not list or len(message) < 3 or message[2].__class__ is not int:
            raise ProtocolError("malformed request")
        return message

    def serve(self, frame: Frame, outermost: bool, unread: list[Frame] | None = None) -> Answer:
        """Run a synchronous request. Raises nothing: whatever happens is its answer. The thread's state is as
        before, also where a signal's handler raises between two steps; before the first one, `unread` has not
        been emptied, and what the frame has brought is still the caller's affair."""
        conn = self.connection
        thread = _get_ident()
        home = thread == conn.home
        message = None
        try:
            if unread is not None:
                unread.clear()
            message = self.parse(frame)
            form = message[2]
            if home:
                conn.top_python = True
            else:
                self._serving[thread] = self._serving.get(thread, 0) + 1
            try:
                # With `top_python` set, so that an interrupt comes before this look or raises by itself.
                if home and self._interrupts.due is not None:
                    self._interrupts.check(form, frame.flags)
                if outermost and form:
                    value = self._forms.run(form, self.server.perform, message, frame.body)
                else:
                    value = self.server.perform(message, frame.body)
            finally:
                if home:
                    conn.top_python = False
                else:
                    self._serving[thread] -= 1
        except BaseException as error:
            if home:
                conn.top_python = False
            if message is None:
                self.leave(frame)
            else:
                self.unread(message)
            return self.answers.make_error(conn.pack, frame.id, True, error)
        return self.answers.make(conn.pack, frame.id, True, value)

    def call(
        self,
        ident: int,
        flags: int,
        outermost: bool,
        form: int,
        handle: int,
        names: Sequence[str],
        args: Sequence[Any],
    ) -> Any:
        """Run a synchronous call that comes to the home thread without a frame (see lane): what is at the end
        of `names` is called with single values. Returns the value where it is single too, else an Answer, a
        tuple. Raises nothing."""
        conn = self.connection
        try:
            conn.top_python = True
            try:
                if self._interrupts.due is not None:
                    self._interrupts.check(form, flags)
                if outermost and form:
                    value = self._forms.run(form, self._apply, handle, names, args)
                else:
                    value = self._apply(handle, names, args)
            finally:
                conn.top_python = False
        except BaseException as error:
            conn.top_python = False
            return self.answers.make_error(conn.pack, ident, True, error)
        return value if is_single(value) else self.answers.make(conn.pack, ident, True, value)

    def _apply(self, handle: int, names: Sequence[str], args: Sequence[Any]) -> Any:
        function = self.exports.get(handle)
        for name in names:
            function = getattr(function, name)
        return self.server.apply(function, args, {})

    def refuse(self, frame: Frame, error: BaseException) -> Answer:
        """The answer of a synchronous request that was left by an exception from outside."""
        if threading.get_ident() == self.connection.home:
            self.connection.top_python = False
        return self.answers.make_error(self.connection.pack, frame.id, True, error)

    def plain(self) -> tuple[dict[int, Any], Callable[..., Any], Callable[..., Any], Any]:
        """See plain.Host."""
        return self.exports.objects, self.server.apply, self.server.perform, self._interrupts

    def outcome(self, ident: int, value: Any, error: BaseException | None) -> Answer:
        """The answer of a synchronous request that was served elsewhere. Raises nothing."""
        if error is not None:
            return self.answers.make_error(self.connection.pack, ident, True, error)
        return self.answers.make(self.connection.pack, ident, True, value)

    def leave(self, frame: Frame) -> None:
        """See plain.Host."""
        with contextlib.suppress(ValueError, RecursionError, MemoryError):
            self.unread(self._text.loads(frame.head))

    def unread(self, message: Any) -> None:
        """What has not been decoded of a request never will be."""
        self.marshal.refuse(message)

    def serve_async(self, frame: Frame, unread: list[Frame] | None = None) -> None:
        """Start an asynchronous request. `unread`: as in `serve`."""
        self.conversation.loops.tasks.serve(self, frame, unread)

    @property
    def interrupted(self) -> bool:
        """Whether a form was asked to stop, which `check` may be about."""
        return self._interrupts.due is not None

    def check(self, form: int, flags: int) -> None:
        """An asynchronous request of a form comes. Raises KeyboardInterrupt where that was asked to stop, and
        JavaScript had not heard of it yet."""
        if self._interrupts.due is not None:
            self._interrupts.check(form, flags)

    def context_of(self, form: int) -> contextvars.Context:
        """The context in which an asynchronous request of a form runs."""
        return self._forms.context(form) or contextvars.copy_context()

    def answer_async(self, frame: Frame, value: Any, error: BaseException | None) -> None:
        """Send the one answer of an asynchronous request."""
        conn = self.connection
        if conn.failure is not None:
            return
        if error is not None:
            answer = self.answers.make_error(conn.pack, frame.id, False, error)
        else:
            answer = self.answers.make(conn.pack, frame.id, False, value)
        try:  # noqa: SIM105 (each answer comes by here)
            conn.send_answer(answer, frame.epoch, False)
        except NodeLost:
            pass

    def take_back(self, segments: list[Any]) -> None:
        """What was encoded is never sent."""
        self.marshal.take_back(segments)

    def value(self, frame: Frame, unread: list[Frame], form: int) -> Any:
        """See plain.Host."""
        conn = self.connection
        try:
            return self.answers.read(frame, unread)
        finally:
            if self._interrupts.due is not None and conn.depth:
                self._interrupts.check(form, frame.flags)
            if self.answers.thrown and not conn.depth:
                self.answers.over()

    def settle(self, waiter: Waiter | None, frame: Frame) -> None:
        """Give an answer to who waits for it; without one it is read all the same, since it owns handles."""
        try:
            value, failure = self.answers.read(frame), None
        except BaseException as error:
            value, failure = None, error
        if waiter is not None:
            waiter.settle(value, failure)

    # ---- notes

    def note(self, frame: Frame) -> None:
        """Do what a note says; one that makes no sense is told on stderr, since nobody waits for an
        answer."""
        try:
            message = self._text.loads(frame.head)
            heed = _NOTES.get(message[0])
            if heed is not None:
                heed(self, *message[1:])
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError) as error:
            if came_between(error):
                raise
            self.output_to.deliver("stderr", f"polyrepl: a malformed note was dropped ({error})\n", None)

    def _release(self, pairs: list[int]) -> None:
        self.exports.release(*pairs)

    def _plane(self, reason: str | None) -> None:
        if self.marshal.end is not None:
            self.marshal.end.answered(reason)

    def _cancel(self, ident: int) -> None:
        self.conversation.loops.tasks.cancel(ident)

    def _begin(self, *versions: Any) -> None:
        self.ready = True
        self.output_to.ready()
        self.refused = self.conversation.welcome(list(versions))
        if self.refused is not None:
            self.connection.lose(str(self.refused))

    def _common(self, text: str) -> None:
        common = self.conversation.common
        if common is not None:
            common.take(text)

    def _reset(self, epoch: int, lost: list[int], forms: list[int]) -> None:
        for form in forms:
            self._unwound(form)
        self.connection.reset(epoch, lost)

    def _unwound(self, form: int) -> None:
        self.server.managers.lose(max(form, 0), KeyboardInterrupt())

    # ---- blocks of JavaScript's that ended without it

    def leave_lost(self) -> None:
        """Leave the managers that a termination, or Node's end, has left open. Raises nothing."""
        conn = self.connection
        home = threading.get_ident() == conn.home
        conn.top_python = home  # an interrupt is about them
        try:
            self._tell(self.server.managers.leave_lost())
        finally:
            conn.top_python = False

    async def leave_lost_async(self) -> None:
        """`leave_lost`, of asynchronous ones too."""
        self._tell(await self.server.managers.leave_lost_async())

    def _tell(self, failures: list[BaseException]) -> None:
        for failure in failures:
            self.output_to.deliver("stderr", self.conversation.late(failure), None)

    def _late(self, form: int, *envelope: Any) -> None:
        failure = self.answers.exception(list(envelope))
        self.output_to.deliver("stderr", self.conversation.late(failure), form or None)

    # ---- output, turns, the end

    def output(self, frame: Frame) -> None:
        """Deliver an output frame."""
        self.output_to.frame(frame)

    def raw_output(self, fd: int) -> bool:
        """Read a raw descriptor once. False when it is finished."""
        return self.output_to.raw(fd)

    def wake_home(self) -> None:
        """See to it that the home loop looks at the connection soon, if there is one or has to be."""
        if self.conversation.looping or self.connection.queued:
            self.conversation.loops.wake()

    def flush_soon(self) -> None:
        """See to it that what was put off is sent soon."""
        if self._loops is None and (self.conversation.looping or self.connection.queued):
            self._loops = self.conversation.loops
        if self._loops is not None:
            self._loops.flush_soon()

    def lost(self, reason: str) -> BaseException:
        """The connection is gone."""
        failure = self.conversation.lost(self, reason)
        self.server.managers.lose(None, failure)
        return failure


_NOTES: dict[int, Callable[..., None]] = {
    NOTES["release"]: Exchange._release,
    NOTES["cancel"]: Exchange._cancel,
    NOTES["plane"]: Exchange._plane,
    NOTES["common"]: Exchange._common,
    NOTES["ready"]: Exchange._begin,
    NOTES["reset"]: Exchange._reset,
    NOTES["late"]: Exchange._late,
    NOTES["unwound"]: Exchange._unwound,
}
