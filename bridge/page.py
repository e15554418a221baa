"""The conversation with a page, of a Python that runs in a worker of it.

In: the page's half (web/page.mjs), and the conversation with the JavaScript around. Out: a Conversation;
while it lasts, that JavaScript has the page's object as `page`.
"""

from __future__ import annotations

import json
from typing import Self

from .asking import Asking
from .local import LocalBridge, Port

_PAGE = "globalThis.page"


class PageBridge(LocalBridge):
    """The conversation with a page that is not where this Python runs (web/page.mjs): it never stands still
    for Python, so it gets copies of containers, and functions as what gives promises."""

    _asks = Asking

    def start(self) -> Self:
        """Begin; harmless when it has begun."""
        super().start()
        assert self.exchange is not None
        self.exchange.copy_containers()
        return self


def meet(home: LocalBridge, port: Port, window: str | None) -> PageBridge:
    """Begin a conversation with a page.

    Args:
        home: that of the programs of this Python's own JavaScript.
        port: the page's half.
        window: wire form of what they have as `page`, an object of the page's.
    """
    page = PageBridge(port).start()
    if window is not None:
        home.eval(f"(value) => {{ {_PAGE} = value; }}")(page.marshal.decode(json.loads(window), b""))
    return page


def part(home: LocalBridge, page: PageBridge) -> None:
    """It is over, and `page` gone."""
    page.close()
    home.eval(f"delete {_PAGE}")
