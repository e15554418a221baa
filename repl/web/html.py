"""The page's HTML, with the names that its parts have in this build.

In: the text of `playground/index.html` with `{{..}}` where something stands in, the names. Out: the text.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from .headers import PAGE

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
    preloads = [f'<link rel="modulepreload" href="{html.escape(place)}">' for place in places.values()]
    filling = {
        "policy": html.escape(PAGE),
        "app": names["app"],
        "imports": _script({"imports": places}),
        "preloads": "\n".join(preloads),
        "page": _script(page),
    }
    return _HOLE.sub(lambda hole: filling[hole[1]], text)


def _script(value: Any) -> str:
    """JSON that may stand in a script element, which ends at the first `</script`."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
