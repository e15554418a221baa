"""What a host of the page answers beside a file: isolation, what may run, how long a copy is good.

In: the path of a file in the built folder. Out: headers. `polyrepl web serve` sends them; `rules` is
the same for static hosts that read a file `_headers`. Where a host sends none of this the page's service
worker adds the isolation, and the page carries its policy itself.
"""

from __future__ import annotations

import re

from .folders import LITE

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What gives a page shared memory, by which a running loop is stopped."""

_ALWAYS = {**ISOLATION, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

PAGE = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src data: blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
"""The page's policy, and that of the sandboxed frames in it, which show a program's HTML. What is inline is
the import map; the page's first act is a stricter policy: an inline script has to know a random word."""

_SCRIPT = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' https: http: data: blob:; "
    "connect-src 'self' https: http: wss: ws: data: blob:; worker-src 'self' data: blob:"
)
"""A worker's policy is that of its script: there the user's program runs, and may ask whom it likes."""

_LITE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; connect-src 'self' data: blob:; worker-src 'self' data: blob:; "
    "frame-src 'self' data: blob:; object-src 'self' data: blob:; base-uri 'none'"
)
"""JupyterLite's pages check settings by code that they make, and show a notebook's HTML as their own."""

_REST = "default-src 'none'; sandbox"

_NAMED_BY_DIGEST = re.compile(r"(?:^|/)[\w-]+\.[0-9a-f]{12}(?:/|\.\w+$)")
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"


def headers_of(path: str) -> dict[str, str]:
    """The headers of a file.

    Args:
        path: its path from the folder, with "/".
    """
    policy = _REST
    if path.startswith(f"{LITE}/") and path.endswith(".html"):
        policy = _LITE
    elif path.endswith(".html"):
        policy = PAGE
    elif path.endswith((".mjs", ".js")):
        policy = _SCRIPT
    cache = _FOREVER if _NAMED_BY_DIGEST.search(path) else _ASK
    return {**_ALWAYS, "Content-Security-Policy": policy, "Cache-Control": cache}


def rules(kept: list[str]) -> str:
    """The text of the file `_headers`: isolation for all, and copies that are good for ever.

    Args:
        kept: names of folders and files that are named by their digest.
    """
    lines = ["/*", *(f"  {name}: {value}" for name, value in _ALWAYS.items())]
    for name in kept:
        lines += [
            f"/{name}" if name.endswith((".zip", ".zst", ".json", ".bin")) else f"/{name}/*",
            f"  Cache-Control: {_FOREVER}",
        ]
    return "\n".join(lines) + "\n"
