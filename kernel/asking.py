"""The requests that ask and change nothing: complete, inspect, is_complete, history.

In: code and a cursor. Out: reply contents. They are answered while a cell runs too (dispatch.py), so nothing
here waits for Node longer than a tenth of a second then.
"""

from __future__ import annotations

from typing import Any

from polyrepl.lisp.layout.indent import indent_for
from polyrepl.repl.complete import modes
from polyrepl.repl.session.js_names import JsNames

from .cells import asked_by, is_for_ipython, is_marker, is_text_magic, markers, shift, split
from .completing import Item, KernelServices, complete, complete_python
from .inspecting import inspect, look_up, name_cells
from .text import well_formed


def completed(start: int, end: int, found: list[Item]) -> dict[str, Any]:
    """A complete_reply's content."""
    return {
        "status": "ok",
        "matches": [item.text for item in found],
        "cursor_start": start,
        "cursor_end": end,
        "metadata": {
            "_jupyter_types_experimental": [
                {"text": i.text, "type": i.kind, "signature": i.signature, "start": start, "end": end}
                for i in found
            ]
        },
    }


class Asking:
    """The part of the kernel that answers questions; mixed into it."""

    shell: Any
    lisp: Any
    services: KernelServices

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """The reader's verdict; an incomplete cell also says where the next line goes."""
        code = well_formed(code)  # as it would run
        cell = split(code)
        if is_marker(code):
            return {"status": "incomplete", "indent": ""}  # its code is still to come
        if cell.language == "py":
            check = self.shell.input_transformer_manager.check_complete
            status, indent = check(cell.code)
            if status == "invalid":  # Python 3.13 refuses a docstring with half a character; a cell has none
                status, indent = check(f"pass\n{cell.code}")
            return {"status": status, **({"indent": " " * (indent or 0)} if status == "incomplete" else {})}
        if cell.language == "js":
            verdict = await self.services.node("status", cell.code, True) or modes.javascript_verdict(
                cell.code
            )
            if verdict == "incomplete":
                return {"status": verdict, "indent": " " * modes.indent(cell.code, len(cell.code), "js")}
            return {"status": "complete" if verdict == "empty" else verdict}
        if is_for_ipython(code):
            goes_on = code.rstrip(" \t").endswith("\\") and not is_text_magic(code)
            return {"status": "incomplete", "indent": ""} if goes_on else {"status": "complete"}
        read = self.lisp.status(cell.code)
        if read.kind == "incomplete":
            return {"status": "incomplete", "indent": " " * indent_for(cell.code, len(cell.code))}
        return {"status": "invalid" if read.kind == "invalid" else "complete"}

    async def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:
        """Names that fit at the cursor, with their kinds and signatures."""
        cursor = len(code) if cursor_pos is None else max(0, min(cursor_pos, len(code)))
        if (marker := markers(code[:cursor], self.shell.magics_manager.magics["line"])) is not None:
            start, end, found = *marker[:2], [Item(each, "magic") for each in marker[2]]
            return completed(start, end, found)
        cell = split(code)
        before = len(code) - len(cell.code)
        if cursor < before:  # in the marker's line
            return completed(cursor, cursor, [])
        inner = shift(code, cursor)
        if (asked := asked_by(code)) is not None and asked[0] <= cursor <= asked[1]:
            name, typed = code[asked[0] : asked[1]], cursor - asked[0]
            start, end, found = await complete(self.services, name, typed, "lisp")
            return completed(start + asked[0], end + asked[0], found)
        if is_text_magic(code):
            return completed(cursor, cursor, [])
        if cell.language == "py" or is_for_ipython(code):
            start, end, found = await complete_python(self.services, self.shell, cell.code, inner)
        else:
            start, end, found = await complete(self.services, cell.code, inner, cell.language)
        start, end = start + before, end + before
        return completed(start, end, found)

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> dict[str, Any]:
        """What the name at the cursor is: signature, doc, with detail level 1 its source too."""
        cell = split(code)
        inner = shift(code, max(0, min(cursor_pos, len(code))))
        if cell.language == "py" or is_for_ipython(code):
            return await self._inspect_python(cell.code, inner, detail_level, omit_sections)
        if (asked := asked_by(code)) is not None and code.strip() not in self.services.table():
            data = await self.about(code[slice(*asked)], detail_level)
        else:
            data = await inspect(self.services, self.shell, cell.code, inner, cell.language, detail_level)
        return {"status": "ok", "found": bool(data), "data": data, "metadata": {}}

    async def about(self, name: str, level: int) -> dict[str, Any]:
        """What a name is that a cell asks about; Python's may stand without its `py.`."""
        found = await inspect(self.services, self.shell, name, len(name), "lisp", level)
        if not found and name.partition(".")[0] in self.shell.user_ns:
            found = await inspect(self.services, self.shell, f"py.{name}", len(name) + 3, "lisp", level)
        return found

    async def _inspect_python(self, code: str, cursor: int, level: int, omit: Any) -> dict[str, Any]:
        from IPython.utils.tokenutil import token_at_cursor

        name = token_at_cursor(code, cursor)
        if name.startswith("js.") and isinstance(self.shell.user_ns.get("js"), JsNames):
            # As JavaScript has it, not how it is lent to Python.
            told = await look_up(self.services, self.shell, name, "lisp", level)
            if told:
                return {"status": "ok", "found": True, "data": told, "metadata": {}}
        try:
            data = self.shell.object_inspect_mime(name, detail_level=level, omit_sections=omit)
        except KeyError:
            return {"status": "ok", "found": False, "data": {}, "metadata": {}}
        return {"status": "ok", "found": True, "data": name_cells(self.shell, data), "metadata": {}}

    async def do_history(
        self,
        hist_access_type: str,
        output: bool = False,
        raw: bool = True,
        session: int = 0,
        start: int | None = 0,
        stop: int | None = None,
        n: int | None = None,
        pattern: str | None = None,
        unique: bool = False,
    ) -> dict[str, Any]:
        """Entries (session, line, text), the newest last."""
        manager = self.shell.history_manager
        match hist_access_type:
            case "tail":
                found = manager.get_tail(n or 10, raw=raw, output=output, include_latest=True)
            case "range":
                found = manager.get_range(session or 0, start or 0, stop, raw=raw, output=output)
            case "search":
                found = manager.search(
                    well_formed(pattern or "*"), raw=raw, output=output, n=n, unique=unique
                )
            case _:
                raise ValueError(f"history access type {hist_access_type!r}: one of tail, range, search")
        # IPython calls the running session 0; a client can ask for it again only by its number.
        number = manager.session_number
        return {"status": "ok", "history": [(s or number, line, text) for s, line, text in found]}
