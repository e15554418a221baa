"""The compiler as a running program sees it, and the files it imports.

In: forms as JSON text from `eval`, `read-string`, `macroexpand` (lisp/runtime/reflect.mjs), names of Lisp
files from `(import "./lib.lisp")`. Out: JavaScript, forms as JSON text, the texts of files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from polyrepl.lisp.compiler import Compiled, Compiler


class Reflection:
    """Answers for the compiler that is current when asked.

    Args:
        compiler: gives the Session's compiler (a new one after Node was lost).
        register: gives the JavaScript of a form its file name, as for forms typed at the prompt.
    """

    def __init__(self, compiler: Callable[[], Compiler], register: Callable[[Compiled], str]) -> None:
        self._compiler = compiler
        self._register = register

    def compile(self, form: str) -> str:
        """The file name and, from the second line on, the JavaScript of a form. Raises LispError."""
        compiled = self._compiler().eval_wire(form)
        return f"{self._register(compiled)}\n{compiled.code}"

    def read(self, text: str) -> str:
        """The first form of a text. Raises LispError."""
        return self._compiler().read_wire(text)

    def expand(self, form: str, once: bool) -> str:
        """A form after macro expansion. Raises LispError."""
        return self._compiler().expand_wire(form, once)


class Files:
    """Finds the Lisp files that programs import: beside the file that imports, else from `folder`."""

    def __init__(self, folder: Callable[[], str]) -> None:
        self._folder = folder

    def __call__(self, name: str, importer: str) -> tuple[str, str]:
        """(text, canonical path) of the file `name`, imported by the file (or cell, or prompt) `importer`.

        Raises:
            OSError: the file can not be read. ValueError: its text is not UTF-8.
        """
        beside = Path(self._folder(), importer)
        base = beside.parent if beside.is_file() else Path(self._folder())
        path = (base / name).resolve()
        return path.read_bytes().decode("utf-8-sig"), str(path)
