"""What a value looks like in a page: a MIME bundle, without IPython.

In: a `Value` of the Session. Out: data and metadata as JSON has them. A JavaScript value has brought its own;
a Python object has methods that IPython's notebooks ask too (`_repr_html_` and the like).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any

from polyrepl.bridge.foreign import clip, message

from ..session.display import plain_text
from ..session.events import Value

METHODS = {
    "_repr_html_": "text/html",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_markdown_": "text/markdown",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}
"""Method -> the MIME type of what it gives."""

LONGEST_TEXT = 100_000
_DEEPEST = 100


def bundle(value: Value, complain: Callable[[str], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data and metadata of a value.

    Args:
        value: it.
        complain: gets a line for each method of the object's that raises; the others are shown.
    """
    if not value.is_python:
        return plain({"text/plain": value.text, **value.data}), plain(value.metadata)
    data: dict[str, Any] = {"text/plain": clip(plain_text(value), LONGEST_TEXT)}
    metadata: dict[str, Any] = {}
    found = value.python
    whole = _asked(found, "_repr_mimebundle_", complain, include=None, exclude=None)
    if isinstance(whole, (dict, tuple)):
        more, about = _parted(whole)
        data.update(more)
        metadata.update(about)
    for name, mime in METHODS.items():
        if mime in data or (part := _asked(found, name, complain)) is None:
            continue
        found_data, found_metadata = _parted(part)
        data[mime] = found_data
        metadata.update(found_metadata)
    return plain(data), plain(metadata)


def _parted(given: Any) -> tuple[Any, dict[str, Any]]:
    """What a method gives is data, or data with metadata."""
    if isinstance(given, tuple) and len(given) == 2:
        return given[0], given[1] if isinstance(given[1], dict) else {}
    return given, {}


def _asked(value: Any, name: str, complain: Callable[[str], None], **given: Any) -> Any:
    """What a method of an object's class gives; None where there is none, or it raises."""
    method = None if isinstance(value, type) else getattr(type(value), name, None)
    if not callable(method):
        return None
    try:
        return method(value, **given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: to be looked at does not end a session
        kind = type(error).__name__
        complain(f"{type(value).__name__}.{name} raised {kind}: {clip(message(error), 1000)}\n")
        return None


def plain(data: Any, depth: int = 0) -> Any:
    """Data as JSON can carry it: bytes become base64, numbers that JSON has not become text."""
    if data is None or isinstance(data, (bool, str)):
        return data
    if isinstance(data, (bytes, bytearray, memoryview)):
        return base64.b64encode(data).decode()
    if isinstance(data, int):
        return int(data)
    if isinstance(data, float):
        return float(data) if math.isfinite(data) else repr(data)
    if depth > _DEEPEST:
        return "…"
    if isinstance(data, dict):
        return {str(key): plain(item, depth + 1) for key, item in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(item, depth + 1) for item in data]
    return str(data)
