"""Completion: what fits before the cursor, from every source there is.

In: the session, text and cursor. Out: where the word begins and the candidates, best first. No call and no
getter of the user's is evaluated; what may take long is asked in a helper thread or of Node, both with a
deadline, and is left out of the answer when it does not come.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from polyrepl.bridge.namespace import Names
from polyrepl.lisp.records import Record

from ..known import python_objects as pyo
from ..known.names import Name
from ..session.js_names import JsNames
from . import js_context
from .context import Place, keywords_in, place_at
from .helper import ask
from .modes import split
from .modules import files, node_packages, python_modules
from .python_context import is_python_text, python_import

MOST = 400
JS_WORDS = """
    async await catch class const else finally for function if let new of return switch throw try typeof while
""".split()  # noqa: SIM905  (a table of words reads better as words)
# `py.import`, `py.async` and `js.import` are forms, not names of the languages.
OWN = {"py": ("import", "async"), "js": ("import",)}


class Candidate(Record):
    """One completion: what is inserted, its kind, the text of the meta column, what is displayed."""

    __slots__ = ("kind", "meta", "shown", "text")
    __match_args__ = ("text", "kind", "meta", "shown")

    def __init__(self, text: str, kind: str = "", meta: str = "", shown: str = "") -> None:
        self.text = text
        self.kind = kind
        self.meta = meta
        self.shown = shown


class World(Protocol):
    """What completion asks of the session."""

    def table(self) -> Mapping[str, Name]:
        """All global names."""

    def js_path(self, path: Sequence[str]) -> list[str]:
        """A dotted Lisp name's parts as JavaScript has them."""

    async def node(self, function: str, *args: Any) -> Any:
        """Call a function of node/describe.mjs; None if Node is not running or not free."""

    def folder(self) -> Path:
        """Where imports are resolved from."""

    def python(self) -> Names:
        """The names that Python code sees."""

    def keywords(self) -> set[str]:
        """Keywords used so far in this session."""


async def complete_lisp(world: World, text: str, cursor: int) -> tuple[int, list[Candidate]]:
    """Candidates for a Lisp text."""
    place = place_at(text, cursor)
    match place.what:
        case "string":
            return place.start, await _strings(world, place)
        case "keyword":
            return place.start, await _keywords(world, text, place)
        case "path" | "member":
            return place.start, await _attributes(world, place)
        case "name" if place.prefix:
            return place.start, _names(world, place)
    return cursor, []


def ranked(prefix: str, candidates: Iterable[Candidate], most: int = MOST) -> list[Candidate]:
    """Those that begin like the prefix, then those with a part that does; a lone exact match is no help."""
    lower = prefix.lower()
    groups: tuple[list[Candidate], ...] = ([], [], [])
    for candidate in candidates:
        group = fit(candidate.text, prefix, lower)
        if group is not None:
            groups[group].append(candidate)
    found = [candidate for group in groups for candidate in group][:most]
    return [] if len(found) == 1 and found[0].text == prefix else found


def fit(name: str, prefix: str, lower: str) -> int | None:
    """How well a name fits what is typed: 0 begins so, 1 but for case, 2 a part does, None not at all."""
    if name.startswith(prefix):
        return 0
    folded = name.lower()
    if folded.startswith(lower):
        return 1
    return 2 if len(prefix) > 1 and ("-" + lower in folded or "_" + lower in folded) else None


def _names(world: World, place: Place) -> list[Candidate]:
    local = [Candidate(name, "local", "local") for name in sorted(place.local_names)]
    # Those that do not fit are left out first: this is done at each key, for more than a thousand names.
    lower = place.prefix.lower()
    fitting = [name for name in world.table().values() if fit(name.name, place.prefix, lower) is not None]
    known = [
        Candidate(name.name, name.kind, meta_of(name))
        for name in sorted(fitting, key=_order)
        if name.name not in place.local_names
    ]
    if place.prefix.startswith(("p", "j")):
        forms = ("py.import", "py.defn", "py.fn", "js.import")
        known += [Candidate(word, "special", "special") for word in forms]
    seen: dict[str, Candidate] = {}
    for candidate in [*local, *known]:
        seen.setdefault(candidate.text, candidate)
    return ranked(place.prefix, seen.values())


def _order(name: Name) -> tuple[int, str]:
    return (1 if name.kind == "js" else 0, name.name)


def meta_of(name: Name) -> str:
    """The meta column of a global name."""
    shape = pyo.clip(name.shape, 50)
    if name.kind in ("special", "macro", "definer"):
        return f"{'macro' if name.kind == 'macro' else 'special'} {shape}".strip()
    if name.kind == "js":
        return "JavaScript"
    return shape or name.kind


async def _strings(world: World, place: Place) -> list[Candidate]:
    typed, folder = place.prefix, world.folder()
    if place.import_of == "py":
        found = await ask(lambda: python_modules(typed), 1.0)
        return [Candidate(name, "module", "module") for name in (found or [])[:MOST]]
    if place.import_of == "js" and not typed.startswith((".", "/")):
        return await _packages(world, typed)
    if place.import_of != "file" and "/" not in typed and not typed.startswith((".", "~")):
        return []
    paths = await ask(lambda: files(typed, folder))
    return [
        Candidate(path, "file", "folder" if path.endswith("/") else "", path.rstrip("/").rpartition("/")[2])
        for path in (paths or [])
    ]


async def _packages(world: World, typed: str) -> list[Candidate]:
    folder = world.folder()
    found = await ask(lambda: node_packages(typed, folder)) or []
    kinds = ((name, "Node" if name.startswith("node:") else "package") for name in found)
    return [
        Candidate(name, "module", "file" if name.startswith((".", "/")) else kind) for name, kind in kinds
    ][:MOST]


async def _keywords(world: World, text: str, place: Place) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    if place.calls:
        given = set(place.calls[-1].arguments)
        for name, default in await keyword_arguments(world, place.calls[-1].head):
            if ":" + name not in given:
                meta = f"argument = {default}" if default else "argument"
                found[":" + name] = Candidate(":" + name, "argument", meta)
    seen = keywords_in(text) | world.keywords()
    for word in sorted(seen - {place.prefix}):
        found.setdefault(word, Candidate(word, "keyword", "keyword"))
    return [candidate for candidate in found.values() if candidate.text.startswith(place.prefix)]


async def keyword_arguments(world: World, head: str) -> list[tuple[str, str]]:
    """(name, default) of the Python callable that `head` names, if it names one."""
    found = await python_at(world, tuple(head.lstrip(".").split(".")))
    if found is None:
        return []
    value, rest = found
    return await ask(lambda: pyo.keyword_names(pyo.walk(value, rest))) or []


async def _attributes(world: World, place: Place) -> list[Candidate]:
    if not place.path or place.path[0] in place.local_names:
        return []
    prefix = place.prefix
    own = (
        []
        if len(place.path) > 1
        else [Candidate(n, "special", "special") for n in OWN.get(place.path[0], ())]
    )
    own = [candidate for candidate in own if candidate.text.startswith(prefix)]
    if place.path[0] == "py":
        return own + await python_attributes(world, list(place.path[1:]), prefix)
    if place.path == ("js",):
        return own + await js_globals(world, prefix)
    root, *rest = world.js_path(place.path)
    return await attributes_of(world, root, rest, prefix)


async def python_attributes(world: World, path: list[str], prefix: str) -> list[Candidate]:
    """What `py.path.` has."""
    return await attributes_at(world.python(), path, prefix)


async def js_globals(world: World, prefix: str) -> list[Candidate]:
    """What `js.` has: the names of the global object."""
    found = sorted(map(tuple, await world.node("globals") or []))
    return [Candidate(*entry) for entry in found if entry[0].startswith(prefix)][:MOST]


async def attributes_of(world: World, root: str, path: list[str], prefix: str) -> list[Candidate]:
    """Attributes of what the JavaScript global `root` holds, whichever language it is of."""
    answer = await world.node("attributes", root, path, prefix)
    if answer is None:
        return []
    if "found" in answer:
        return [Candidate(name, kind, pyo.clip(meta)) for name, kind, meta in answer["found"]]
    return await attributes_at(answer["python"], list(answer["rest"]), prefix)


async def attributes_at(value: Any, path: list[str], prefix: str) -> list[Candidate]:
    """Attributes of what a path of attributes leads to from a Python object."""
    found = await ask(lambda: pyo.attributes(pyo.walk(value, path), prefix)) or []
    return [Candidate(entry.name, entry.kind, entry.meta) for entry in found][:MOST]


async def python_at(world: World, path: tuple[str, ...]) -> tuple[Any, list[str]] | None:
    """The Python object that a dotted Lisp name leads to: (where it begins, rest of the path)."""
    if not path or not path[0]:
        return None
    if path[0] == "py":
        return world.python(), list(path[1:])
    root, *rest = world.js_path(path)
    answer = await world.node("callShape", root, rest)
    if isinstance(answer, Mapping) and "python" in answer:
        return answer["python"], list(answer["rest"])
    return None


# -- the other languages ---------------------------------------------------------------------------


async def complete_python(world: World, text: str, cursor: int) -> tuple[int, list[Candidate]]:
    """Candidates for Python typed at a `,py` prompt, or behind `,py`."""
    before = code_before(text, cursor)
    if is_python_text(before):
        return cursor, []
    if (found := python_import(before)) is not None:
        return cursor - len(found.typed), await _imported(*found)
    start = cursor
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    *path, prefix = text[start:cursor].split(".")
    names = world.python()
    begin = cursor - len(prefix)
    if path:
        if not path[0] or path[0][0].isdigit():
            return cursor, []
        root = getattr(names, path[0], None)
        if isinstance(root, JsNames):
            if path[1:]:
                return begin, await attributes_of(world, path[1], path[2:], prefix)
            return begin, await js_globals(world, prefix)
        return begin, await attributes_at(root, path[1:], prefix)
    if not prefix:
        return cursor, []
    import keyword

    known = {word: Candidate(word, "keyword", "keyword") for word in keyword.kwlist}
    lower = prefix.lower()
    fitting = [name for name in dir(names) if fit(name, prefix, lower) is not None]
    for entry in await ask(lambda: [pyo.describe(names, name) for name in fitting]) or []:
        if prefix.startswith("__") or not entry.name.startswith("__"):
            shown = entry.meta if entry.kind == "value" else entry.kind
            known.setdefault(entry.name, Candidate(entry.name, shown, shown))
    return begin, ranked(prefix, [known[name] for name in sorted(known)])


async def _imported(typed: str, module: str | None) -> list[Candidate]:
    """What Python's import may name: modules, or what is in one. Nothing is imported for it."""
    if module is None:
        names = await ask(lambda: python_modules(typed), 1.0) or []
        return [Candidate(name, "module", "module") for name in names[:MOST]]
    inner = await ask(lambda: python_modules(f"{module}.{typed}"), 1.0) or []
    parts = [Candidate(name.rpartition(".")[2], "module", "module") for name in inner]
    loaded = sys.modules.get(module)
    known = await attributes_at(loaded, [], typed) if loaded else []
    found = {candidate.text: candidate for candidate in (*parts, *known)}
    return [found[name] for name in sorted(found)][:MOST]


def code_before(text: str, cursor: int) -> str:
    """The text of another language before the cursor, without the command that it stands behind."""
    head = split(text)[0]
    return text[len(head) : cursor]


async def complete_javascript(world: World, text: str, cursor: int) -> tuple[int, list[Candidate]]:
    """Candidates for JavaScript typed at a `,js` prompt, or behind `,js`."""
    string = await world.node("unfinished", code_before(text, cursor))
    if string is not None:
        typed = string["text"]
        return cursor - len(typed), await _packages(world, typed) if string["module"] else []
    word = text[js_context.start_of(text, cursor) : cursor]
    *path, prefix = word.split(".")
    begin = cursor - len(prefix)
    if path:
        if not js_context.is_plain(word):  # of something else than a name: `[1].ma`, `f(x)?.`
            path = list(await world.node("memberOf", code_before(text, cursor)) or [])
            if not path:
                return cursor, []
        if path[0] == "py":
            return begin, await python_attributes(world, path[1:], prefix)
        return begin, await attributes_of(world, path[0], path[1:], prefix)
    if not prefix:
        return cursor, []
    found = await world.node("globals") or []
    names = [Candidate(word, "keyword", "keyword") for word in JS_WORDS]
    return begin, ranked(prefix, [*names, *(Candidate(n, k, m) for n, k, m in sorted(map(tuple, found)))])
