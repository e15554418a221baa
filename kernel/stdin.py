"""input(), getpass() and `(read-line)`: a question to the front end, while Node goes on.

In: a prompt. Out: the line that the user typed. The main thread waits here, and it is the one that serves
JavaScript; so while it waits for the answer it also waits for Node, and serves what Node asks.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import sys
import threading
from typing import Any

import zmq
from ipykernel.ipkernel import IPythonKernel

from .interrupts import Interrupts

END_OF_INPUT = "\x04"
# Signals end a wait at once; this only bounds what could be missed when Node is replaced.
LONGEST_WAIT_MS = 50


class Stdin(IPythonKernel):
    """IPythonKernel whose input requests do not hold Node up."""

    interrupts: Interrupts
    lisp: Any
    session: Any
    stdin_socket: Any

    def _input_request(self, prompt: str, ident: Any, parent: Any, password: bool = False) -> str:
        """Ask, wait, return the line.

        Raises:
            EOFError: the user ended the input.
            KeyboardInterrupt: an interrupt came.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        self._forget_stale_answers()
        content = {"prompt": prompt, "password": password}
        self.session.send(self.stdin_socket, "input_request", content, parent, ident=ident)
        serving = threading.current_thread() is threading.main_thread()
        while True:
            reply = self._answer() if self._wait(serving) else None
            if reply is not None:
                value = str(reply["content"].get("value", ""))
                if value == END_OF_INPUT:
                    raise EOFError
                return value

    def _wait(self, serving: bool) -> bool:
        """Sleep until something is there; serve Node. True if it is an answer."""
        poller = zmq.Poller()
        poller.register(self.stdin_socket, zmq.POLLIN)
        bridge = self.lisp.bridge
        connection = bridge.connection if serving and bridge.alive else None
        if connection is not None:
            for fd in (connection.fd, *bridge.output_fds()):
                poller.register(fd, zmq.POLLIN)
        # What was read and is not served yet rings no more: of a slow request before it, of another thread.
        ready = dict(poller.poll(0 if connection is not None and connection.inbox else LONGEST_WAIT_MS))
        answered = bool(ready.pop(self.stdin_socket, 0))
        if connection is not None and (ready.pop(connection.fd, 0) or connection.inbox):
            with self.interrupts.held():
                connection.run_ready()
        for source in ready:
            bridge.raw_output(source)
        return answered

    def _answer(self) -> dict[str, Any] | None:
        """A message of the stdin channel; None if what came is none."""
        try:
            _, message = self.session.recv(self.stdin_socket)
        except Exception as error:
            self.log.warning("invalid message on the stdin channel: %s", error)
            return None
        return message if message is not None and isinstance(message["content"], dict) else None

    def _forget_stale_answers(self) -> None:
        """What was typed for a question that was interrupted answers no other."""
        try:
            while True:
                self.stdin_socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return
