"""Colours while typing: prompt_toolkit's view of the incremental scan.

In: the document of each key stroke. Out: styled fragments of the lines that are shown. Only lines whose
text or state changed are scanned again (lines.py), so a key stroke in a long form stays cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer

from ..complete.lines import Lines
from ..complete.scan import Piece, root_of

KINDS = {
    "keyword": "class:lisp.keyword",
    "number": "class:lisp.number",
    "constant": "class:lisp.constant",
    "char": "class:lisp.char",
    "string": "class:lisp.string",
    "regex": "class:lisp.string",
    "fstring": "class:lisp.string",
    "hole-open": "class:lisp.prefix",
    "hole-close": "class:lisp.prefix",
    "open": "class:lisp.bracket",
    "close": "class:lisp.bracket",
    "prefix": "class:lisp.prefix",
    "discard": "class:lisp.comment",
    "comment": "class:lisp.comment",
    "block-comment": "class:lisp.comment",
    "error": "class:lisp.error",
}
SORTS = {
    "local": "class:lisp.local",
    "defined": "class:lisp.defined",
    "quoted": "class:lisp.quoted",
    "member": "class:lisp.member",
}
# Words that only have a meaning inside of some form; they are no names, and not unknown either.
WORDS = frozenset(
    "& % catch finally else => this super undefined _ ... extends constructor static get set".split()  # noqa: SIM905
)
SPECIAL_KINDS = {
    "special": "class:lisp.special",
    "macro": "class:lisp.macro",
    "definer": "class:lisp.definer",
    "module": "class:lisp.module",
}


class EditorLexer(Lexer):
    """Lisp lines with known and unknown names told apart.

    Args:
        lines: the scan that the bracket highlighter and the keys share.
        names: the names that mean something now, each with its kind.
    """

    def __init__(self, lines: Lines, names: Callable[[], Mapping[str, str]]) -> None:
        self.lines = lines
        self.names = names

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        text = document.text
        names = self.names()
        defined = self.lines.update(text).defined_names()

        def get_line(number: int) -> StyleAndTextTuples:
            # prompt_toolkit keeps this function for the text; the scan may have moved on to another one.
            lines = self.lines.update(text)
            if number >= len(lines.lines):
                return []
            scanned = lines.scan(number)
            defined.update(scanned.defined)
            return fragments(lines.lines[number], scanned.pieces, names, defined)

        return get_line


def fragments(
    line: str, pieces: list[Piece], names: Mapping[str, str], defined: set[str]
) -> StyleAndTextTuples:
    """The line in styled parts; blanks between the pieces come out unstyled."""
    found: StyleAndTextTuples = []
    done = 0
    for piece in pieces:
        if piece.start > done:
            found.append(("", line[done : piece.start]))
        word = line[piece.start : piece.end]
        found.append((style_of(piece, word, names, defined), word))
        done = max(done, piece.end)
    if done < len(line):
        found.append(("", line[done:]))
    return found


def style_of(piece: Piece, word: str, names: Mapping[str, str], defined: set[str]) -> str:
    """The style class of one piece."""
    if piece.sort == "mismatch":
        return "class:lisp.mismatch"
    if piece.kind != "symbol":
        return KINDS.get(piece.kind, "")
    if piece.sort != "free":
        return SORTS.get(piece.sort, "")
    kind = names.get(word)
    if kind is None:
        root = root_of(word)
        if root in names or root in defined:
            return "class:lisp.module"
        return "class:lisp.known" if word in WORDS else "class:lisp.unknown"
    if kind in SPECIAL_KINDS:
        # `if` as an argument is a name like any other.
        return SPECIAL_KINDS[kind] if piece.head or kind == "module" else "class:lisp.known"
    return "class:lisp.function" if piece.head else "class:lisp.known"


class ModeLexer(Lexer):
    """The lexer of the language that the line is in.

    Args:
        mode: "lisp", "py" or "js" for a text (a line that begins with `,py` is Python).
        lisp: the lexer of Lisp lines.
    """

    def __init__(self, mode: Callable[[str], str], lisp: Lexer) -> None:
        self.mode = mode
        self.lexers: dict[str, Lexer] = {"lisp": lisp}

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        text = document.text
        inner = self._lexer(self.mode(text))
        head = command_head(text)
        if not head:
            return inner.lex_document(document)
        # The command's own name is blanked for the language behind it.
        rest = inner.lex_document(Document(" " * len(head) + text[len(head) :]))

        def get_line(number: int) -> StyleAndTextTuples:
            line = rest(number)
            return [("class:command", head), *cut(line, len(head))] if number == 0 else line

        return get_line

    def _lexer(self, mode: str) -> Lexer:
        found = self.lexers.get(mode)
        if found is None:
            from pygments.lexers.javascript import JavascriptLexer
            from pygments.lexers.python import PythonLexer

            found = PygmentsLexer(PythonLexer if mode == "py" else JavascriptLexer)
            self.lexers[mode] = found
        return found


def command_head(text: str) -> str:
    """`,doc` of `,doc map`; empty for anything that is no command."""
    if not text.startswith(","):
        return ""
    end = 1
    while end < len(text) and (text[end].isalnum() or text[end] in "-?"):
        end += 1
    return text[:end]


def cut(line: StyleAndTextTuples, columns: int) -> StyleAndTextTuples:
    """A styled line without its first characters."""
    out: StyleAndTextTuples = []
    for style, text, *_ in line:
        if columns >= len(text):
            columns -= len(text)
            continue
        out.append((style, text[columns:]))
        columns = 0
    return out
