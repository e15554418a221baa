"""Python that is sent to the prompt line by line, without a bracketed paste, means what it does in a file."""

from __future__ import annotations

import asyncio

import pytest
from polyrepl.repl.terminal.keys import ends_here
from typing_hands import Hands

FUNCTION = "def f(x):\n    if x:\n        y = 1\n\n        return y\n    else:\n        return 2\n"


def sent(text: str, count: int) -> list[str]:
    """What is submitted, in turn, when all of a text has come at once."""

    async def read() -> list[str]:
        with Hands() as hands:
            hands.editor.mode = "py"
            found = [await hands.type(text.replace("\n", "\r"))]
            while len(found) < count:
                found.append(await hands.type())
            return found

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("text", "submitted"),
    [
        (f"{FUNCTION}\nf(0) + f(1)\n", [FUNCTION, "f(0) + f(1)"]),
        ("x = 1\ny = 2\nx + y\n", ["x = 1", "y = 2", "x + y"]),
        ("x = [\n1,\n2]\nx\n", ["x = [\n1,\n2]", "x"]),
        ('s = """a\n  b\n\nc"""\ns\n', ['s = """a\n  b\n\nc"""', "s"]),
        (
            "try:\n  a\nexcept E:\n  b\nfinally:\n  c\nd\n",
            ["try:\n  a\nexcept E:\n  b\nfinally:\n  c", "d"],
        ),
        (f"{FUNCTION * 20}1\n", [FUNCTION.rstrip()] * 20 + ["1"]),
        ("@dec\nclass A:\n    x = 1\n\n    y = 2\nA\n", ["@dec\nclass A:\n    x = 1\n\n    y = 2", "A"]),
    ],
)
def test_what_is_submitted(text: str, submitted: list[str]) -> None:
    assert [part.rstrip() for part in sent(text, len(submitted))] == [part.rstrip() for part in submitted]


@pytest.mark.parametrize(
    ("text", "following", "over"),
    [
        ("x = 1", "y", True),
        ("def f():", "    a", False),
        ("def f():\n    a = 1\n", "    b", False),
        ("def f():\n    a = 1\n", "f()", True),
        ("if a:\n    b", "else:", False),
        (",lisp", "(+ 1 2)", True),
        ("x = (1,", "2)", False),
    ],
)
def test_where_a_statement_ends(text: str, following: str, over: bool) -> None:
    assert ends_here(text, following + "\n") is over
