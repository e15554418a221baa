"""The compiler as a running program sees it, and the files it imports.

In: forms as JSON text from `eval`, `read-string`, `macroexpand` (lisp/runtime/reflect.mjs), names of Lisp
files from `(import "./lib.lisp")`, questions about the session. Out: JavaScript, forms as JSON text, texts of
files, answers (answers.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from polyrepl.lisp.compiler import Compiled, Compiler

if TYPE_CHECKING:  # loaded where they are used
    from .answers import Answers
    from .session import Session


class Reflection:
    """Answers for the compiler that is current when asked.

    Args:
        session: whose compiler it is, a new one after Node was lost.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._made = 0  # forms of running forms
        self._answers: Answers | None = None

    def _compiler(self) -> Compiler:
        return self._session.compiler

    @property
    def answers(self) -> Answers:
        """What the session tells of itself."""
        if self._answers is None:
            from .answers import Answers

            self._answers = Answers(self._session)
        return self._answers

    def about(self, what: str, *asked: Any) -> Any:
        """The answer to a question: the name of a method of Answers, and what it takes."""
        return getattr(self.answers, what)(*asked)

    def compile(self, form: str) -> str:
        """A form's file name, the names it defines, its places, and from line four on its code. Raises
        LispError."""
        return self.code_of(self._compiler().eval_wire(form))

    def code_of(self, compiled: Compiled) -> str:
        """A compiled form as `compile` gives it, for the running program to run."""
        changes = compiled.changes
        names = " ".join(changes.js) if changes is not None else ""
        self._made += 1
        session = self._session
        filename = session.trace.register(f"{session.form_number}e{self._made}", compiled)
        return f"{filename}\n{names}\n{compiled.mappings.places()}\n{compiled.code}"

    def failed(self, filename: str, ran: str) -> None:
        """A form failed while it ran; of its definitions, those of the names in `ran` were made."""
        compiled = self._session.trace.compiled(filename)
        if compiled is not None:
            self._compiler().take_back(compiled, ran.split())

    def read(self, text: str) -> str:
        """The first form of a text. Raises LispError."""
        return self._compiler().read_wire(text)

    def expand(self, form: str, once: bool) -> str:
        """A form after macro expansion. Raises LispError."""
        return self._compiler().expand_wire(form, once)


_SETTLED = 100_000_000  # ns after a file was written in which another writing may leave it the same times


class Files:
    """Finds the Lisp files that programs import: beside the file that imports, else from `folder`. One that
    is as it was is not read again."""

    def __init__(self, folder: Callable[[], str]) -> None:
        self._folder = folder
        self._texts: dict[str, tuple[tuple[int, ...], str]] = {}

    def __call__(self, name: str, importer: str) -> tuple[str, str]:
        """(text, canonical path) of the file `name`, imported by the file (or cell, or prompt) `importer`.

        Raises:
            OSError: the file can not be read. ValueError: its text is not UTF-8.
        """
        beside = os.path.join(self._folder(), importer)
        base = os.path.dirname(beside) if os.path.isfile(beside) else self._folder()
        path = os.path.realpath(os.path.join(base, name))
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            stamp = found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
            known, text = self._texts.pop(path, (None, ""))
            settled = time.time_ns() - found.st_ctime_ns > _SETTLED
            if known != stamp:
                text = file.read().decode("utf-8-sig")
        if settled:
            self._texts[path] = stamp, text
        return text, path
