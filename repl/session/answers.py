"""What a program asks of the session that runs it: doc, source, apropos, pst, load-file.

In: names, outcomes, the paths of files, from lisp/runtime/reflect.mjs by way of node/reflection.mjs. Out:
text, names, the JavaScript of a file's forms one after another. Loaded when the first such question comes.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from polyrepl.lisp.compiler import Compiled
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Span

from ..known import names
from ..known import python_objects as pyo
from ..known.describing import javascript_doc, lisp_doc, lisp_source, python_doc, python_source
from ..prose import wrapped

if TYPE_CHECKING:
    from .session import Session

PIECE = 1_000_000
LONGEST = 100_000_000  # bytes of a program that is loaded


class Answers:
    """Answers for one Session, in the midst of its forms.

    Args:
        session: whose program asks.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.loaded: str | None = None
        """The file that was loaded last, by a command or a form, and not by another file."""

    def doc(self, word: str) -> str:
        """What is known of a name, in lines that fit on the screen, or that nothing is."""
        compiler = self._session.compiler
        found = lisp_doc(compiler, names.table(compiler), word)
        if found is None:
            value = self._value(word)
            if isinstance(value, dict):
                found = javascript_doc(word, value["shape"])
            elif value is not None:
                found = python_doc(word, value[0])
        columns = self._session.trace.columns
        found = found or f"no documentation for {word}"
        return found if columns is None else wrapped(found, columns)

    def source(self, word: str) -> str:
        """The text of what a name is defined as, or that there is none."""
        return self.source_of(word)[0]

    def source_of(self, word: str) -> tuple[str, str]:
        """The text of what a name is defined as, and its language; a remark, and "", where there is none."""
        found = lisp_source(self._session.compiler, self._session.definitions, word)
        if found is not None:
            place, text, language = found
            return (f"; {place}\n{text}" if place else text), language
        value = self._value(word)
        if isinstance(value, dict):
            return str(value["source"]), "js"
        nothing = f"no source for {word}"
        if value is None:
            return nothing, ""
        try:
            return python_source(value[0]), "py"
        except (OSError, TypeError) as error:
            return f"{nothing}: {error}", ""

    def names(self) -> str:
        """All names that mean something to the Lisp, one a line."""
        return "\n".join(sorted(names.table(self._session.compiler)))

    def trace(self, outcome: dict[str, Any]) -> str:
        """The text that tells of an error: place, excerpt, stack, hint."""
        return self._session.trace.runtime_problem(outcome).text

    def load(self, name: str) -> Loading:
        """A Lisp file, whose forms are compiled one after another.

        Args:
            name: its path from the working folder; `~` is the home folder.

        Raises:
            OSError: it cannot be read. ValueError: it is not UTF-8. LispError: its text is not whole forms.
        """
        return Loading(self, self._session, name)

    def _value(self, word: str) -> tuple[Any] | dict[str, Any] | None:
        """What a name stands for: (an object of Python's,), call shape and source of a function of
        JavaScript's, None for anything else."""
        path = word.lstrip(".").split(".")
        if path[0] != "py":
            path = names.js_path(self._session.compiler, path)
        answer = self._session.node.ask("callShape", path[0], path[1:])
        if answer is None or "python" not in answer:
            return None if answer is None else dict(answer)
        try:
            return (pyo.walk(answer["python"], list(answer["rest"])),)
        except LookupError:
            return None


class Loading:
    """A file on its way into the session: called, it gives the code of its next form, as `Reflection.compile`
    does, None behind the last one. Called with True, nothing more of it will run.

    Args:
        answers: of the session.
        session: that the file is loaded into.
        name: the path of the file.

    Raises: as `Answers.load`.
    """

    def __init__(self, answers: Answers, session: Session, name: str) -> None:
        self._answers = answers
        self._session = session
        self._path = os.path.abspath(os.path.expanduser(name))
        text = content(self._path).decode("utf-8-sig")
        self._compiler = session.compiler
        forms = self._compiler.read(text, name_of(self._path, session.folder))
        self._declared = self._compiler.declare_unit(forms)
        self._forms = iter(forms)
        self._last: tuple[str, Compiled, Span] | None = None

    def __call__(self, over: bool = False) -> str | None:
        if over:
            self._compiler.undeclare(self._declared)
            return None
        if self._last is not None:  # it has run
            filename, compiled, span = self._last
            self._session.trace.define(filename, compiled.names, span)
            self._last = None
        form = next(self._forms, None)
        if form is None:
            self._answers.loaded = self._path
            return None
        try:
            compiled = self._compiler.compile(form)
        except LispError:
            self._compiler.undeclare(self._declared)
            raise
        for warning in compiled.warnings:
            print(self._session.trace.warning(warning).text, file=sys.stderr)
        text = self._session.reflection.code_of(compiled)
        if compiled.names and form.span is not None:
            self._last = text.partition("\n")[0], compiled, form.span
        return text


def content(path: str) -> bytes:
    """What a file holds, read in pieces: Ctrl-C is heard between them, also where it never ends.

    Raises:
        OSError: it cannot be read. ValueError: it is longer than any program.
    """
    found = bytearray()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            found += piece
            if len(found) > LONGEST:
                raise ValueError(f"{path} is longer than {LONGEST // 1_000_000} MB: no program is")
    return bytes(found)


def name_of(path: str, folder: str | None) -> str:
    """What messages call a file: its path from the working folder where what it imports is found by that too.

    Args:
        path: its whole path.
        folder: where the imports of the session resolve from (Session.folder).
    """
    here = os.getcwd()
    near = os.path.relpath(path, here)
    return path if near.startswith("..") or folder not in (None, here) else near
