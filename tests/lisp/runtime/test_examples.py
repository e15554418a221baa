"""Every core function's doc has an example, and it is true: both sides print the same."""

from __future__ import annotations

from typing import Any

import pytest
from polyrepl.lisp.runtime.corelib import Entry, table

# What they do is a side effect, or random.
WITHOUT = {
    "py->js",
    "js->py",
    "by-ref",
    "shared-array",
    "print",
    "println",
    "pr",
    "prn",
    "newline",
    "pprint",
    "rand",
    "rand-int",
}


@pytest.mark.parametrize("entry", table().values(), ids=lambda entry: entry.name)
def test_example(entry: Entry, lisp: Any) -> None:
    _, mark, example = entry.doc.partition("Example: ")
    if entry.name in WITHOUT:
        assert not mark
        return
    assert mark, f"{entry.name} has no example"
    call, _, result = example.rpartition(" => ")
    assert lisp.run(call) == lisp.run(result)
