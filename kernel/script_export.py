"""`jupyter nbconvert --to script`: a notebook as a program that runs.

In: the cells of a notebook. Out: one Lisp text in jupytext's percent format: Lisp cells as they are, Python
and JavaScript cells as forms that run them, what is no program (text, IPython's commands) as comments.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from nbconvert.exporters.exporter import Exporter
from polyrepl.bridge import JSError
from polyrepl.repl.session.node_module import NodeModule
from polyrepl.repl.session.prelude import JAVASCRIPT, new_bridge

from .cells import is_for_ipython, question, renewal, split

_MAGIC = re.compile(r"^([ \t]*)([%!?]\S.*|[\w.]+\?\??[ \t]*)$", re.MULTILINE)
_CAPTURED = re.compile(r"^([ \t]*[\w., ]+=[ \t]*)!(.+)$", re.MULTILINE)
_ASSIGNED = re.compile(r"^([ \t]*[\w., ]+=[ \t]*)(%(\w+).*)$", re.MULTILINE)
_TIMED = re.compile(r"^([ \t]*)%(?:time|prun)[ \t]+(?!-)(\S.*)$", re.MULTILINE)
_TOP_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

# What a notebook has and a program has not, where a cell mentions it.
_SUBSTITUTES = {
    r"\bjs\.": "((py.eval \"lambda js: globals().update(js=js)\") globalThis)",
    r"\bpy\.": '(set! (. globalThis ["py"]) $py.builtins)',
}  # fmt: skip
# What IPython lends to Python, and the notebook to JavaScript, where a cell calls it.
_OF_IPYTHON = {
    "display": "from IPython.display import display",
    "get_ipython": "from IPython.core.interactiveshell import InteractiveShell\n"
    "get_ipython = InteractiveShell.instance",
}
_LENT = ("html", "image", "json", "latex", "markdown", "svg", "vega_lite")
_NOTEBOOK = {
    "display": "(defn display [& shown] (doseq [each shown] (println each)))",
    "update-display": "(defn update-display [& shown] (println (last shown)))",
    "clear-output": "(defn clear-output [& _] nil)",
    "progress": "(defn progress [all & _] all)",
    "read-line": '(defn read-line [& prompt] (py.input (or (first prompt) "")))',
}
_RUN = """(defn js-cell [text]
  (let [vm (js.require "node:vm")
        options {:filename (str "file://" (process.cwd) "/cell.mjs")
                 :importModuleDynamically vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER}
        import-module (.runInThisContext vm "(name, options) => import(name, options)" options)]
    ((.runInThisContext vm text options) {"$import" import-module})))"""

Prepare = Callable[[str], str]
"""The JavaScript of a cell as a function of what it is given."""


def program(cells: Iterable[tuple[str, str]], prepare: Prepare) -> str:
    """The text of a program.

    Args:
        cells: pairs (kind, text); kind is `code`, `markdown` or `raw`.
        prepare: see Prepare; raises JSError or ValueError for what is no JavaScript.
    """
    before: dict[str, None] = {}
    parts: list[str] = []
    for kind, text in cells:
        if kind != "code":
            parts.append(f";; %% [{kind}]\n{commented(text)}")
            continue
        cell = split(text)
        if cell.language == "py":
            made = python_form(cell.code.strip("\n"))
            if re.search(r"\bjs\.", cell.code):
                before[_SUBSTITUTES[r"\bjs\."]] = None
            for name in calls(cell.code, _OF_IPYTHON):
                before[f"(py.exec {literal(_OF_IPYTHON[name])})"] = None
        elif cell.language == "js":
            made = javascript_form(cell.code.strip("\n"), prepare)
            before[_RUN] = None
            if re.search(r"\bpy\.", cell.code):
                before[_SUBSTITUTES[r"\bpy\."]] = None
            for name in calls(cell.code, [known.replace("-", "_") for known in _NOTEBOOK]):
                before[_NOTEBOOK[name.replace("_", "-")]] = None
            for name in calls(cell.code, _LENT):
                before[f'(set! (. globalThis ["{name}"]) {name.replace("_", "-")})'] = None
        elif is_for_ipython(text) or question(text) is not None or renewal(text) is not None:
            made = commented(text)
        else:
            made = cell.code.strip("\n")
            for name, definition in _NOTEBOOK.items():
                if re.search(rf"\({re.escape(name)}[\s)]", made):
                    before[definition] = None
        parts.append(f";; %%\n{made}")
    if before:
        parts.insert(0, "\n".join([";; %% what the notebook has of itself", *before]))
    return "\n\n".join(parts) + "\n"


def calls(code: str, names: Iterable[str]) -> list[str]:
    """Those of the names that a text calls."""
    return [name for name in names if re.search(rf"(?<![\w.$]){name}\(", code)]


def commented(text: str) -> str:
    """A text as comment lines."""
    return "\n".join(f";; {line}".rstrip() for line in text.split("\n"))


def literal(text: str) -> str:
    """A string of the Lisp."""
    return json.dumps(text, ensure_ascii=False)


def python_form(code: str) -> str:
    """The form that runs a Python cell. Lines of IPython's own are left out, and stand above it."""
    if is_for_ipython(code):  # `%%bash` and its text
        return commented(code)
    above = ""
    flags = flags_of(code)
    if flags is None:
        code = _TIMED.sub(r"\1\2", code)
        above = "".join(f";; {found[2]}\n" for found in _MAGIC.finditer(code))
        code = _CAPTURED.sub(captured, _MAGIC.sub(r"\1pass", code))
        above += "".join(f";; {found[0].strip()}\n" for found in _ASSIGNED.finditer(code))
        code = _ASSIGNED.sub(assigned, code)
        flags = flags_of(code) or 0  # it may fail as it fails in its cell
    if flags & inspect.CO_COROUTINE:
        source = f"eval(compile({code!r}, '<cell>', 'exec', {_TOP_AWAIT}), globals())"
        return f"{above}(await (py.eval {literal(source)}))"
    return f"{above}(py.exec {literal(code)})"


def captured(found: re.Match[str]) -> str:
    """`x = !command` as Python has it."""
    return f"{found[1]}__import__('subprocess').getoutput({found[2].strip()!r}).splitlines()"


def assigned(found: re.Match[str]) -> str:
    """`x = %magic` as Python has it; None where it has no like."""
    value = "__import__('os').getcwd()" if found[3] == "pwd" else "None"
    return found[1] + value


def flags_of(code: str) -> int | None:
    """The flags of the code object of Python with top-level `await`; None: it is no Python."""
    try:
        tree = compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | _TOP_AWAIT)
        flags: int = compile(tree, "<cell>", "exec", _TOP_AWAIT, dont_inherit=True).co_flags
    except (SyntaxError, ValueError):
        return None
    return flags


def javascript_form(code: str, prepare: Prepare) -> str:
    """The form that runs a JavaScript cell."""
    try:
        made = f"({prepare(code)})"
    except (JSError, ValueError):
        made = code  # it fails as it fails in its cell
    return f"(await (js-cell {literal(made)}))"


class LispExporter(Exporter):
    """nbconvert asks for it by the language of the notebook."""

    export_from_notebook = "Lisp program"
    output_mimetype = "text/x-clojure"

    def _file_extension_default(self) -> str:
        return ".lisp"

    def from_notebook_node(  # type: ignore[override]  # a text, as all exporters of text
        self, nb: Any, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The program, and nbconvert's resources."""
        book, found = super().from_notebook_node(nb, resources, **options)
        cells = [(cell.cell_type, cell.source) for cell in book.cells]
        bridge = new_bridge()
        reader = NodeModule(bridge, JAVASCRIPT, ("prepareCell",))

        def prepare(code: str) -> str:
            made = reader.now("prepareCell", code, "cell")
            if "code" not in made:
                raise ValueError(made["message"])
            return str(made["code"])

        try:
            return program(cells, prepare), found
        finally:
            bridge.close()
