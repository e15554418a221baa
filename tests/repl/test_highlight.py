"""The lexer that nbconvert and other tools get from pygments by the name `polyrepl`."""

from __future__ import annotations

from typing import Any

import pytest
from pygments import token as t
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name


def tokens(text: str) -> list[Any]:
    lexer = get_lexer_by_name("polyrepl")
    found = list(lexer.get_tokens_unprocessed(text))
    assert "".join(word for _, _, word in found) == text  # every character once, at its place
    assert all(text.startswith(word, at) for at, _, word in found)
    return [(kind, word) for _, kind, word in found]


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("%%py\ndef f(x):\n    return x", t.Keyword, "def"),
        ("%%python\nimport os", t.Keyword.Namespace, "import"),
        ("%%js\nconst a = `x`", t.Keyword.Declaration, "const"),
        ("\n%%javascript \nfunction f() {}", t.Keyword.Declaration, "function"),
        ("(defn f [x] x)", t.Keyword.Declaration, "defn"),
    ],
)
def test_each_cell_has_the_colours_of_its_language(text: str, kind: Any, word: str) -> None:
    assert (kind, word) in tokens(text)


def test_a_marker_elsewhere_is_no_marker() -> None:
    assert (t.Keyword, "def") not in tokens("(f 1)\n%%py\ndef f(x): pass")


def test_html() -> None:
    from pygments import highlight

    html = highlight("%%py\nreturn 1", get_lexer_by_name("polyrepl"), HtmlFormatter())
    assert '<span class="cp">%%py' in html and '<span class="k">return</span>' in html
