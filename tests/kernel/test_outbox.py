"""How messages of the streams get to the thread that sends them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from polyrepl.kernel.streams import Outbox


class Sender:
    """ipykernel's thread, as far as an outbox knows it; `run` is a turn of it."""

    def __init__(self, thread: Any) -> None:
        self.thread = thread
        self.io_loop = self
        self.sent: list[str] = []
        self.woken = 0
        self._events: deque[Callable[[], object]] = deque()
        self.fails = False

    def schedule(self, function: Callable[[], object]) -> None:
        self._events.append(function)
        self.woken += 1

    def add_callback(self, function: Callable[[Any], object], message: Any) -> None:
        assert function == self._handle_event and message == []
        self.woken += 1

    def _really_send(self, message: str) -> None:
        if self.fails:
            self.fails = False
            raise TimeoutError
        self.sent.append(message)

    def _handle_event(self, message: Any = None) -> None:
        for _ in range(len(self._events)):
            self._events.popleft()()


def queue(outbox: Outbox, *messages: str) -> None:
    for message in messages:
        outbox.send_multipart(message)
    outbox.queue()()


@pytest.mark.parametrize("own", [False, True])
def test_messages_stay_in_the_order_in_which_they_were_queued(own: bool) -> None:
    end = threading.Event()
    thread = threading.current_thread() if own else threading.Thread(target=end.wait)
    if not own:
        thread.start()
    sender = Sender(thread)
    outbox = Outbox(sender)
    queue(outbox, "a", "b")
    sender.schedule(lambda: sender.sent.append("shown"))
    queue(outbox, "c")
    queue(outbox)
    assert sender.sent == [] and sender.woken == 3
    sender._handle_event()
    assert sender.sent == ["a", "b", "shown", "c"]
    end.set()


def test_one_that_is_not_taken_keeps_no_other() -> None:
    sender = Sender(threading.current_thread())
    outbox = Outbox(sender)
    queue(outbox, "lost", "b")
    queue(outbox, "c")
    sender.fails = True
    with pytest.raises(TimeoutError):
        sender._handle_event()
    assert sender.woken == 3
    sender._handle_event()
    assert sender.sent == ["b", "c"]


def test_without_the_thread_they_are_sent_at_once() -> None:
    sender = Sender(threading.Thread())
    queue(Outbox(sender), "a")
    assert sender.sent == ["a"]
