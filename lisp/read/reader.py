"""Text -> forms; tells complete, incomplete and invalid text apart.

In: a text. Out: forms with spans, or one LispError whose span covers exactly the text at fault and whose
`incomplete` says that more input could still make the text valid.

Shorthands become lists here, so later stages know none of them:

    'x (quote x)   `x (quasiquote x)   ~x (unquote x)   ~@x (unquote-splicing x)
    #(f % %2 %&)  (fn [%1 %2 & %&] (f %1 %2 %&))        ^:a x  (with-meta* x {:a true})        #_x  nothing

(in a quasiquote the parameters are `%1#`, so that every expansion has names of its own).

The reader keeps its own stack (Python's recursion limit does not matter) and drives the lexer's pattern
itself, because every compile starts here.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

from ..errors import LispError
from ..forms import Const, Form, FString, Keyword, List, Map, Set, Source, Span, Str, Symbol, Vector
from ..records import Frozen
from . import complaints as wrong
from . import lexer as lex
from .atoms import read_atom, read_char, read_keyword, read_regex, read_string, unescape
from .lexer import ATOM, CLOSE, KEYWORD, OPEN, STRING, SYMBOL

MAX_DEPTH = 1000

MAX_ARGUMENT = 20

# What a frame of the stack is: the brackets, then those that are complete after a number of forms.
TOP, LIST, VECTOR, MAP, SET, SHORT_FN, HOLE, FSTRING, ONE, PREFIX, META, DISCARD = range(12)
_OPENERS = {"(": LIST, "[": VECTOR, "{": MAP}
_CLOSERS = {LIST: ")", VECTOR: "]", MAP: "}", SET: "}", SHORT_FN: ")", HOLE: "}"}
_PREFIXES = {"'": "quote", "`": "quasiquote", "~": "unquote", "~@": "unquote-splicing"}
_FRAMES = {
    **dict.fromkeys(_PREFIXES, PREFIX),
    "#(": SHORT_FN,
    "#{": SET,
    'f"': FSTRING,
    "^": META,
    "#_": DISCARD,
}

# (what, offset where it opens, forms so far). An f-string's list holds its text pieces too.
Frame: TypeAlias = tuple[int, int, list[Form]]


class Verdict(Frozen):
    """What a text is.

    Attributes:
        kind: "complete", "incomplete" (more text could make it valid), "invalid" or "empty".
        error: what is missing or wrong; None for a complete or empty text.
    """

    __slots__ = ("error", "kind")
    __match_args__ = ("kind", "error")

    def __init__(
        self, kind: Literal["complete", "incomplete", "invalid", "empty"], error: LispError | None = None
    ) -> None:
        self.kind = kind
        self.error = error


class Reader:
    """Reads one form after another from a source; `position` is the offset after the last one."""

    def __init__(self, source: Source | str, start: int = 0) -> None:
        self.source = source if isinstance(source, Source) else Source("<text>", source)
        self.position = start
        if start == 0 and self.source.first_line == 1:
            self.position = lex.shebang_end(self.source.text)
        self._stack: list[Frame] = []
        self._arity = -1  # highest %n of the #( being read, -1 outside of one
        self._rest = False  # has it a %&
        self._fresh = ""  # what its parameters' names end with

    def read(self) -> Form | None:
        """The next form, None at the end. Raises LispError; `position` then stays before the form."""
        found = self._run(ONE)
        return found[0] if found else None

    def read_all(self) -> list[Form]:
        """All forms that are left. Raises LispError."""
        return self._run(TOP)

    def _run(self, what: int) -> list[Form]:
        source = self.source
        text = source.text
        pos = self.position
        stack: list[Frame] = []
        self._stack = stack
        self._arity, self._rest = -1, False
        start = pos
        items: list[Form] = []
        top = items
        constants = lex.CONSTANTS
        form: Form
        while True:
            if what == FSTRING:
                pos, hole, form_or_none = self._fstring_text(pos, start, items)
                if form_or_none is None:
                    self._push((what, start, items), hole, hole + 1)
                    what, start, items = HOLE, hole, []
                else:
                    what, start, items = stack.pop()
                    items.append(form_or_none)
                    if what >= ONE:
                        what, start, items = self._settle(what, start, items)
                        if what == ONE and items:
                            self.position = pos
                            return top
            # Left by `break` with `pos` set, where the pattern cannot go on by itself.
            for match in lex.MASTER.finditer(text, pos):
                group = match.lastindex or lex.BAD
                begin, end = match.span(group)
                if group == SYMBOL:
                    name = match[SYMBOL]
                    if name in constants:
                        form = Const(constants[name], Span(source, begin, end))
                    else:
                        form = Symbol(name, Span(source, begin, end))
                elif group == OPEN:
                    self._push((what, start, items), begin, end)
                    what, start, items = _OPENERS[text[begin]], begin, []
                    continue
                elif group == CLOSE:
                    if _CLOSERS.get(what) != text[begin]:
                        raise wrong.unexpected_closer(source, begin, self._frames(what, start, items))
                    if what == LIST:
                        form = List(tuple(items), Span(source, start, end))
                    elif what == VECTOR:
                        form = Vector(tuple(items), Span(source, start, end))
                    elif what == HOLE:
                        wrong.check_hole(source, start, end, items)
                        what, start, outer = stack.pop()
                        outer.append(items[0])
                        items = outer
                        pos = end
                        break
                    else:
                        form = self._bracketed(what, items, Span(source, start, end))
                    what, start, items = stack.pop()
                elif group == KEYWORD:
                    form = read_keyword(match[KEYWORD], Span(source, begin, end))
                elif group == ATOM:
                    if text[begin] == "%":
                        form = self._argument(match[ATOM], Span(source, begin, end))
                    else:
                        form = read_atom(match[ATOM], Span(source, begin, end))
                elif group == STRING:
                    form = Str(text[begin + 1 : end - 1], Span(source, begin, end))
                elif group == lex.END:
                    if stack or what > ONE:
                        raise wrong.unclosed(source, self._frames(what, start, items))
                    self.position = end
                    return top
                elif group == lex.CHAR:
                    form = read_char(match[lex.CHAR], Span(source, begin, end))
                elif group == lex.QUOTED or text.startswith('#"', begin):
                    read = read_string if group == lex.QUOTED else read_regex
                    try:
                        form, pos = read(source, begin)
                    except LispError as error:
                        holes = [at for kind, at, _ in (*stack, (what, start, items)) if kind == HOLE]
                        raise wrong.inside_hole(error, source, holes) from None
                    items.append(form)
                    if what >= ONE:
                        what, start, items = self._settle(what, start, items)
                        if what == ONE and items:
                            self.position = pos
                            return top
                    break
                elif group == lex.HASH and text[end - 1] == "|":
                    pos, depth = lex.block_comment_end(text, end)
                    if depth:
                        raise wrong.unclosed_comment(source, begin, end)
                    break
                elif group == lex.BAD:
                    raise wrong.bad_token(source, begin, end)
                else:  # an opener or a prefix
                    self._push((what, start, items), begin, end)
                    what, start, items = _FRAMES[text[begin:end]], begin, []
                    if what == SHORT_FN:
                        if self._arity >= 0:
                            raise wrong.nested_short_fn(source, begin, end)
                        self._arity, self._rest, self._fresh = 0, False, self._in_template()
                    elif what == FSTRING:
                        pos = end
                        break
                    continue
                items.append(form)
                if what >= ONE:
                    what, start, items = self._settle(what, start, items)
                    if what == ONE and items:
                        self.position = end
                        return top

    def _push(self, frame: Frame, begin: int, end: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise wrong.too_deep(self.source, begin, end, MAX_DEPTH)
        self._stack.append(frame)

    def _frames(self, what: int, start: int, items: list[Form]) -> list[Frame]:
        """The open frames, outermost first; the frame of the top level is left out."""
        return [*self._stack, (what, start, items)][1:]

    def _settle(self, what: int, start: int, items: list[Form]) -> Frame:
        """Close prefix frames that have all their forms; returns the frame that is current then."""
        while what > ONE and len(items) == (2 if what == META else 1):
            outer = self._stack.pop()
            if what != DISCARD:
                outer[2].append(self._wrap(what, start, items))
            what, start, items = outer
        return what, start, items

    def _wrap(self, what: int, start: int, items: list[Form]) -> Form:
        source = self.source
        last = items[-1].span
        span = Span(source, start, last.end if last else start)
        if what == META:
            return with_meta(items[1], items[0], span)
        mark = "~@" if source.text.startswith("~@", start) else source.text[start]
        head = Symbol(_PREFIXES[mark], Span(source, start, start + len(mark)))
        return List((head, items[0]), span)

    def _bracketed(self, what: int, items: list[Form], span: Span) -> Form:
        if what == MAP:
            if len(items) & 1:
                raise wrong.odd_map(span, items)
            if len(items) > 2:
                wrong.check_map(items)
            return Map(tuple(items), span)
        if what == SET:
            wrong.check_set(items)
            return Set(tuple(items), span)
        fresh = self._fresh
        names: list[Form] = [Symbol(f"%{number}{fresh}", span) for number in range(1, self._arity + 1)]
        if self._rest:
            names += [Symbol("&", span), Symbol(f"%&{fresh}", span)]
        self._arity = -1
        return List((Symbol("fn", span), Vector(tuple(names), span), List(tuple(items), span)), span)

    def _argument(self, name: str, span: Span) -> Symbol:
        """`%`, `%2`, `%&` inside `#(..)`; any other name that begins with `%` is an ordinary one."""
        if name == "%&":
            self._rest = True
        elif name == "%" or (name[1:].isdecimal() and name[1:].isascii()):
            number = 1 if name == "%" else int(name[1:]) if len(name) < 4 else 0
            if not 1 <= number <= MAX_ARGUMENT and self._arity >= 0:
                raise wrong.argument_number(span)
            self._arity = max(self._arity, number) if self._arity >= 0 else -1
            name = f"%{number}"
        else:
            return Symbol(name, span)
        if self._arity < 0:
            raise wrong.stray_argument(span)
        return Symbol(name + self._fresh, span)

    def _in_template(self) -> str:
        """`#` inside a quasiquote: there the parameters of #(..) must be fresh names, as `x#` is."""
        text = self.source.text
        depth = 0
        for what, start, _ in self._stack:
            if what == PREFIX and text[start] in "`~":
                depth += 1 if text[start] == "`" else -1
        return "#" if depth > 0 else ""

    def _fstring_text(self, pos: int, start: int, items: list[Form]) -> tuple[int, int, FString | None]:
        """Read text from `pos`: (after the brace, the brace, None) at a hole, else (after, -1, form)."""
        source = self.source
        text = source.text
        match = lex.FSTRING_REST.match(text, pos)
        end = match.end() if match else pos
        piece = unescape(source, pos, end, braces=True)
        if piece:
            items.append(cast(Form, piece))
        if text.startswith('"', end):
            return end + 1, -1, FString(tuple(items), Span(source, start, end + 1))
        if text.startswith("{", end):
            return end + 1, end, None
        if text.startswith("}", end) and end + 1 < len(text):
            raise wrong.lone_brace(source, end)
        raise wrong.unclosed_string(source, start, 'f"')


def with_meta(form: Form, meta: Form, span: Span) -> Form:
    """`(with-meta* form {..})`; metadata of a form that has some already is merged, the outer wins."""
    entries: tuple[Form, ...]
    match meta:
        case Keyword():
            entries = (meta, Const(True, meta.span))
        case Symbol() | Str():
            entries = (Keyword("tag", meta.span), meta)
        case Map():
            entries = meta.items
        case _:
            raise wrong.bad_meta(meta, span)
    match form:
        case List(items=(Symbol(name="with-meta*"), inner, Map(items=more))):
            taken = {key for key in entries[::2] if isinstance(key, Keyword)}
            for at in range(0, len(more), 2):
                if more[at] not in taken:
                    entries += more[at : at + 2]
            form = inner
    head = Symbol("with-meta*", Span(span.source, span.start, span.start + 1))
    return List((head, form, Map(entries, meta.span)), span)


def read_all(text: str, filename: str = "<text>") -> list[Form]:
    """All forms of a text. Raises LispError, with `incomplete` true when more input could complete it."""
    return Reader(Source(filename, text)).read_all()


def status(text: str) -> Verdict:
    """Is the text complete, incomplete, invalid, or empty (nothing but blanks and comments)? Never raises."""
    try:
        found = read_all(text)
    except LispError as error:
        return Verdict("incomplete" if error.incomplete else "invalid", error)
    return Verdict("complete" if found else "empty")
