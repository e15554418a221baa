#!/usr/bin/env python
"""docs/api.md between its marks: the public Python and JavaScript interface, from signatures and docstrings.

    python scripts/api_reference.py          writes it; `--check` only says whether the page is current

In: the classes and functions named below, the JSDoc comments of the named files. Out: Markdown. A docstring
    is
prose, indented code, and the lists `Args:`, `Returns:`, `Raises:`, `Attributes:` of indented `name: text`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
WIDTH = 92
ITEM = re.compile(r"([\w.`, *]+): (.*)")
LISTS = ("Args", "Returns", "Raises", "Attributes", "Yields")

# Mark in the page -> (module, names).
PYTHON: dict[str, tuple[str, tuple[str, ...]]] = {
    "bridge": ("polyrepl.bridge", ("Bridge", "JsProxy", "Keyword")),
    "bridge errors": ("polyrepl.bridge", ("JSError",)),
    "compiler": ("polyrepl.lisp.compiler", ("compile", "compile_module", "expand", "format", "read")),
    "compiler class": ("polyrepl.lisp.compiler", ("Compiler", "Compiled")),
    "compiler errors": ("polyrepl.lisp.errors", ("LispError", "Diagnostic")),
    "places": ("polyrepl.lisp.forms", ("Source", "Span")),
    "macro host": ("polyrepl.lisp.host", ("MacroHost",)),
    "session": ("polyrepl.repl.session", ("Session",)),
    "verdict": ("polyrepl.lisp.read.reader", ("Verdict",)),
    "elsewhere": ("polyrepl.repl.travel", ("LispFunction",)),
    "events": ("polyrepl.repl.session.events", ("Value", "Problem", "Lost", "Exit")),
}
# What a class promises, where that is not all that its other files use.
MEMBERS = {
    "Bridge": "eval globalThis import_module require get call eval_async import_async call_async run"
    " serve_forever serving start close"
    " restart alive pid release register pickle_with form current_form interrupt stats",
    "Session": "start status eval eval_form eval_javascript finish interrupt running alive reset close",
    "LispFunction": "batch fold new nbytes",
    "Compiler": "read compile look take_back doc macros globals loader declare_names",
}
ERRORS = ("polyrepl.bridge", ("BridgeError", "NodeNotFound", "NodeLost", "ProtocolError", "WouldBlock",
"JSError", "JSErrorGroup", "JSExit",
                              "Interrupted"))  # fmt: skip
# Mark -> (file, what the names in it are written as).
JAVASCRIPT = {
    "library": ("bridge/node/library.mjs", "export"),
    "promising python": ("bridge/node/chains.mjs", "$py"),
    "python": ("bridge/node/python.mjs", "$py"),
    "javascript errors": ("bridge/node/errors.mjs", "export"),
}


# -- docstrings ------------------------------------------------------------------------------------


def markdown(doc: str) -> str:
    """A docstring as Markdown: prose as it is, indented code in fences, lists as bullets."""
    blocks = re.split(r"\n\s*\n", inspect.cleandoc(doc))
    return "\n\n".join(part for block in blocks for part in _block(block))


def _block(block: str) -> Iterator[str]:
    lines = block.splitlines()
    start = next(
        (at for at, line in enumerate(lines) if line.rstrip(":") in LISTS and line.endswith(":")), None
    )
    if start is not None:
        if start:
            yield from _block("\n".join(lines[:start]))
        stop = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith(" ")), len(lines))
        yield f"*{lines[start].rstrip(':').replace('Args', 'Arguments')}*\n\n" + bullets(
            lines[start + 1 : stop]
        )
        if stop < len(lines):
            yield from _block("\n".join(lines[stop:]))
    elif all(line.startswith("    ") for line in lines):
        yield "```python\n" + textwrap.dedent(block) + "\n```"
    else:
        yield "\n".join(lines)


def bullets(lines: list[str]) -> str:
    """`name: text` over lines of deeper indentation -> "- `name`: text"; prose without names stays prose."""
    made: list[str] = []
    plain = textwrap.dedent("\n".join(lines)).splitlines()
    if not any(ITEM.match(line) for line in plain):
        return "\n".join(plain)
    for line in plain:
        name = ITEM.match(line)
        if line.startswith(" ") and made:
            made[-1] += " " + line.strip()
        elif name:
            made.append(f"- `{name[1].strip('`')}`: {name[2]}")
        else:
            made.append(f"- {line}")
    return "\n".join(made)


# -- Python ----------------------------------------------------------------------------------------


def signature(name: str, value: Any) -> str:
    """The call as it is written, a parameter a line where one line is too long."""
    about = inspect.signature(value)
    pieces, by_name = [], False
    for parameter in about.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not by_name:
            pieces.append("*")
        by_name = by_name or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        pieces.append(spelled(parameter))
    result = (
        "" if about.return_annotation in (about.empty, None) else f" -> {annotation(about.return_annotation)}"
    )
    prefix = f"async {name}" if inspect.iscoroutinefunction(value) else name
    line = f"{prefix}({', '.join(pieces)}){result}"
    if len(line) <= WIDTH:
        return line
    return f"{prefix}(\n" + "".join(f"    {piece},\n" for piece in pieces) + f"){result}"


def spelled(parameter: inspect.Parameter) -> str:
    """`name: type = default`."""
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    kind = "" if parameter.annotation is parameter.empty else f": {annotation(parameter.annotation)}"
    if parameter.default is parameter.empty:
        return f"{stars}{parameter.name}{kind}"
    default = repr(parameter.default)
    if isinstance(parameter.default, str):
        default = f'"{parameter.default}"'
    if "factory" in default:  # of a dataclass
        default = "..."
    return f"{stars}{parameter.name}{kind}{' = ' if kind else '='}{default}"


def annotation(kind: Any) -> str:
    return kind if isinstance(kind, str) else inspect.formatannotation(kind)


def attributes(cls: type) -> dict[str, str]:
    """Attributes with a text under their assignment, in the class or its `__init__`."""
    found: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if not owner.__module__.startswith("polyrepl."):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        for body in [
            node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)
        ]:
            for before, after in itertools.pairwise(body):
                match before, after:
                    case (
                        ast.Assign(targets=[target]) | ast.AnnAssign(target=target),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        name = ast.unparse(target).removeprefix("self.")
                        if name.isidentifier() and not name.startswith("_"):
                            found[name] = " ".join(inspect.cleandoc(text).split())
    return found


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties: those named above, else all of ours as in the source."""
    if cls.__name__ in MEMBERS:
        yield from ((name, inspect.getattr_static(cls, name)) for name in MEMBERS[cls.__name__].split())
        return
    seen = set()
    for owner in cls.__mro__:
        if not owner.__module__.startswith("polyrepl."):
            continue
        for name, value in vars(owner).items():
            if name.startswith("_") or name in seen:
                continue
            if isinstance(value, property) or inspect.isfunction(value):
                seen.add(name)
                yield name, value


def python_entry(name: str, value: Any) -> str:
    parts = [f"#### {name}"]
    doc = inspect.getdoc(value)
    assert doc, f"{name} has no docstring"
    if not inspect.isclass(value):
        return "\n\n".join([*parts, f"```py\n{signature(name, value)}\n```", markdown(doc)])
    made_by_hand = value.__init__ is not object.__init__ and not getattr(value, "_is_protocol", False)
    if made_by_hand and not issubclass(value, BaseException | str):
        parts.append(f"```py\n{signature(name, value)}\n```")
    parts.append(markdown(doc))
    for attribute, text in attributes(value).items():
        parts.append(f"**`.{attribute}`** {text}")
    for method, function in members(value):
        about = inspect.getdoc(function)
        assert about, f"{name}.{method} has no docstring"
        if isinstance(function, property):
            parts.append(f"**`.{method}`** {markdown(about)}")
        else:
            parts.append(f"```py\n{signature(f'.{method}', function)}\n```\n\n{markdown(about)}")
    return "\n\n".join(parts)


def python_entries(module: str, names: tuple[str, ...]) -> str:
    loaded = importlib.import_module(module)
    return "\n\n".join(python_entry(name, getattr(loaded, name)) for name in names)


def error_table() -> str:
    """The exceptions of the bridge: each with what it is derived from and what it says."""
    loaded = importlib.import_module(ERRORS[0])
    rows = ["| exception | is a | raised when |", "|---|---|---|"]
    for name in ERRORS[1]:
        error = getattr(loaded, name)
        said = " ".join((inspect.getdoc(error) or "").partition("\n\n")[0].split())
        rows.append(f"| `{name}` | `{error.__base__.__name__}` | {said} |")
    return "\n".join(rows)


# -- JavaScript ------------------------------------------------------------------------------------

COMMENT = re.compile(r"/\*\*(?P<text>(?:[^*]|\*(?!/))*)\*/\n(?P<indent> *)(?P<code>[^\n]*)")


def jsdoc(text: str) -> str:
    """A JSDoc comment as Markdown: prose, then `@param` and its kin as bullets."""
    plain = re.sub(r"\n *\* ?", "\n", text).strip()
    prose, *tags = re.split(r"(?:^|\s)@(?=(?:param|returns|throws|type)\b)", plain)
    parts = [markdown(prose.strip())] if prose.strip() else []
    made = []
    for tag in tags:
        word, _, rest = " ".join(tag.split()).partition(" ")
        kind, rest = _braced(rest)
        if word == "param":
            name, _, said = rest.partition(" ")
            made.append(f"- `{name}`: `{kind}` {said}".rstrip())
        else:
            made.append(f"- {word} `{kind}` {rest}".rstrip())
    return "\n\n".join([*parts, *(["\n".join(made)] if made else [])])


def _braced(text: str) -> tuple[str, str]:
    """The type in braces (braces may nest) and what follows."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return text[1:at], text[at + 1 :].strip()
    return "", text


def javascript_entries(file: str, written: str) -> str:
    """The documented exports of a file, or the documented members of its `$py`."""
    text = (ROOT / file).read_text(encoding="utf-8")
    parts = []
    for match in COMMENT.finditer(text):
        code = match["code"]
        if written == "export":
            head = re.match(r"export (?:async )?(?:function\*?|class|const) (\w+)(\([^)]*\))?", code)
            shown = head and head[1] + (head[2] or "")
        else:
            head = re.match(
                r"(?:const )?(\$py(?:\.\w+)?) = (?:async )?(\([^()]*(?:\{[^}]*\})?[^()]*\)|\w+) =>", code
            )
            shown = head and head[1] + (head[2] if head[2].startswith("(") else f"({head[2]})")
        if shown:
            parts.append(f"**`{shown}`**\n\n{jsdoc(match['text'])}")
    assert parts, f"{file}: no documented {written}"
    return "\n\n".join(parts)


# -- the page --------------------------------------------------------------------------------------


def sections() -> dict[str, str]:
    made = {mark: python_entries(*what) for mark, what in PYTHON.items()}
    made["error table"] = error_table()
    made.update({mark: javascript_entries(*what) for mark, what in JAVASCRIPT.items()})
    return made


def filled(page: str) -> str:
    """The page with what the sources say now; every section must have its mark."""
    for mark, text in sections().items():
        pattern = re.compile(rf"(<!-- {re.escape(mark)} -->\n).*?(<!-- /{re.escape(mark)} -->)", re.DOTALL)
        page, count = pattern.subn(lambda match, text=text: f"{match[1]}\n{text}\n\n{match[2]}", page)
        assert count == 1, f"docs/api.md has no mark {mark!r}"
    return page


def main(words: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    new = filled(page)
    if "--check" in words:
        if new != page:
            print("docs/api.md is out of date: run python scripts/api_reference.py", file=sys.stderr)
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
