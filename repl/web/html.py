"""The page's HTML, and the door for pages of others, with the names that the parts have in this build.

In: the text of `playground/index.html` with `{{..}}` where something stands in, the names. Out: texts.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from .headers import PAGE

_FIRST = "playground/page.mjs"
"""What begins the worker, before all else."""
_HOLE = re.compile(r"\{\{(\w+)\}\}")


def index(text: str, names: dict[str, str], imports: dict[str, str], page: dict[str, Any]) -> str:
    """Fill in the holes.

    Args:
        text: the page with its holes.
        names: the parts, by their names without a digest.
        imports: bare name of a module -> its path in the editor's folder.
        page: what the page's own code is told.

    Raises:
        KeyError: a hole that nothing fills.
    """
    places = {name: f"./{names['editor']}/{path}" for name, path in imports.items()}
    first = f"./{names['app']}/repl/web/{_FIRST}"
    # What is preloaded as a module is compiled as it comes: the editor before what begins the worker.
    preloads = [f'<link rel="modulepreload" href="{html.escape(first)}">'] + [
        f'<link rel="preload" as="script" crossorigin href="{html.escape(place)}">'
        for place in places.values()
    ]
    filling = {
        "policy": html.escape(PAGE),
        "app": names["app"],
        "imports": _script({"imports": places}),
        "preloads": "\n".join(preloads),
        "page": _script(page),
    }
    return _HOLE.sub(lambda hole: filling[hole[1]], text)


def door(names: dict[str, str]) -> str:
    """The module `polyrepl.mjs`, which keeps its name: by it another page of the host begins a session.

    Args:
        names: the parts, by their names without a digest.
    """
    parts = {"python": names["python"] + "/"}
    some = ("library", "archive", "packages", "files", "snapshot")
    parts |= {part: names[part] for part in some if part in names}
    lines = [
        f"  {part}: new URL({json.dumps(place)}, import.meta.url).href," for part, place in parts.items()
    ]
    return "\n".join(
        [
            f'import {{ Client }} from "./{names["app"]}/repl/web/client.mjs";',
            "",
            "const parts = {",
            *lines,
            "};",
            "",
            "/** A session in a worker of its own; options and methods are those of Client. */",
            "export const client = (options = {}) => new Client({ ...parts, ...options });",
            "",
            "/** `$py` of promises over the Python of a session: createPyodideBridge({ worker: client }). */",
            "export const createPyodideBridge = async (options) =>",
            f'  (await import("./{names["app"]}/page/pyodide.mjs")).createPyodideBridge(options);',
            "",
        ]
    )


def _script(value: Any) -> str:
    """JSON that may stand in a script element, which ends at the first `</script`."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
