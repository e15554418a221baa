"""One line of Lisp at a time: tokens with what each name is there, carried from line to line.

In: a line and the state in which it starts. Out: its `Piece`s and the state after it. The state is a plain
value, so an editor keeps one per line and scans again only from the line that changed, until a state comes
out as before. Highlighting, bracket matching and completion of locals all read it.

Nothing is expanded here: a name counts as local where it looks bound, by the shape of the built-in forms
(`let`, `fn`, `for`, `catch` ..). A wrong guess costs a colour, never a result.
"""

from __future__ import annotations

from typing import NamedTuple

from polyrepl.lisp.read.lexer import CODE, Lexer, State

LETS = frozenset(
    """let let* letrec loop for doseq dotimes with if-let when-let if-some when-some when-first binding
    let-syntax letrec-syntax""".split()  # noqa: SIM905  (a table of words reads better as words)
)
FNS = frozenset(["fn", "lambda", "py.fn", "py.defn", "defn", "defn-", "defmacro", "constructor", "define"])
DEFINERS = frozenset(
    """def defn defn- py.defn define defmacro defclass define-syntax declare
    defmulti""".split()  # noqa: SIM905  (a table of words reads better as words)
)
# Shapes that bind in ways only their expansion knows: nothing in them is called unknown.
LENIENT = frozenset(["match", "case", "syntax-rules", "define-syntax", "defmacro", "for-macros"])
CLOSERS = {"(": ")", "[": "]", "{": "}", "#(": ")", "#{": "}"}
_HOLDERS = ("list", "arity", "member")


class Frame(NamedTuple):
    """One open bracket. `role` says what its elements are, `head` the name that stands first, `size` how
    many elements it has so far, `mark` the last keyword or "bound" once its bindings were seen."""

    bracket: str
    role: str
    head: str = ""
    size: int = 0
    mark: str = ""
    names: frozenset[str] = frozenset()


class LineState(NamedTuple):
    """What holds at the end of a line: the lexer's state, open brackets, a prefix that waits for its form."""

    lex: State = CODE
    frames: tuple[Frame, ...] = ()
    glue: str = ""


class Piece(NamedTuple):
    """`line[start:end]`: the lexer's `kind`, and `sort`.

    Sorts of symbols: `local` bound in view, `defined` being defined here, `quoted` data, `member` a method
    or property, `free` anything else. Of brackets: `mismatch` for a closer that closes nothing or another
    kind. `head` is true for what stands first in a list.
    """

    start: int
    end: int
    kind: str
    sort: str = ""
    head: bool = False


class Scanned(NamedTuple):
    """The result of one line."""

    pieces: list[Piece]
    state: LineState
    defined: tuple[str, ...]


START = LineState()


def scan_line(line: str, state: LineState) -> Scanned:
    """Scan one line (without its line end) from `state`."""
    # Offset 0 would be taken for the start of a program, where `#!` is a comment.
    lexer = Lexer(" " + line + "\n", 1, state.lex)
    walk = _Walk(line, state)
    for kind, start, end in lexer:
        walk.token(kind, start - 1, min(end - 1, len(line)))
    return Scanned(walk.pieces, LineState(lexer.state, tuple(walk.frames), walk.glue), tuple(walk.defined))


def names_in_view(state: LineState) -> frozenset[str]:
    """Every name bound by a form that is still open."""
    found: frozenset[str] = frozenset()
    for frame in state.frames:
        found |= frame.names
    return found


def root_of(name: str) -> str:
    """`np` of `np.linalg.norm`, `lib` of `lib/name`."""
    root = name.partition(".")[0]
    slash = root.find("/")
    return root[:slash] if slash > 0 else root


class _Walk:
    """The state while one line is walked."""

    def __init__(self, line: str, state: LineState) -> None:
        self.line = line
        self.frames = list(state.frames)
        self.glue = state.glue
        self.pieces: list[Piece] = []
        self.defined: list[str] = []

    def token(self, kind: str, start: int, end: int) -> None:
        frames = self.frames
        if kind in ("open", "hole-open"):
            text = self.line[start:end]
            role = "hole" if kind == "hole-open" else self._role(text, end)
            self._count()
            self.pieces.append(Piece(start, end, kind))
            mark = "fns" if role == "member" and frames[-1].role == "fns" else ""
            frames.append(Frame("{" if kind == "hole-open" else text, role, mark=mark))
            self.glue = ""
        elif kind in ("close", "hole-close"):
            closer = self.line[start:end]
            fits = bool(frames) and CLOSERS[frames[-1].bracket] == closer
            if fits:
                frames.pop()
            elif frames and any(CLOSERS[frame.bracket] == closer for frame in frames):
                # The inner one was forgotten: what follows reads best as if it had been closed.
                while CLOSERS[frames.pop().bracket] != closer:
                    pass
            self.pieces.append(Piece(start, end, kind, "" if fits else "mismatch"))
            self.glue = ""
        elif kind == "symbol":
            self._symbol(start, end)
            self.glue = ""
        elif kind in ("prefix", "discard"):
            self.pieces.append(Piece(start, end, kind))
            self.glue += self.line[start:end]
        elif kind in ("comment", "block-comment"):
            self.pieces.append(Piece(start, end, kind))
        else:
            head = bool(frames) and frames[-1].size == 0 and frames[-1].role == "list"
            self.pieces.append(Piece(start, end, kind, "", head))
            self._count()
            if kind == "keyword" and frames:
                frames[-1] = frames[-1]._replace(mark=self.line[start:end])
            self.glue = ""

    def _count(self) -> None:
        if self.frames:
            frame = self.frames[-1]
            self.frames[-1] = frame._replace(size=frame.size + 1)

    # -- names -----------------------------------------------------------------------------------

    def _symbol(self, start: int, end: int) -> None:
        name = self.line[start:end]
        frame = self.frames[-1] if self.frames else None
        head = frame is not None and frame.size == 0 and frame.role in _HOLDERS
        sort = self._sort(name, frame)
        self.pieces.append(Piece(start, end, "symbol", sort, head))
        if frame is not None:
            if head:
                frame = self.frames[-1]
                self.frames[-1] = frame._replace(head=name)
            self._count()

    def _sort(self, name: str, frame: Frame | None) -> str:
        quoted = self.glue[-1:] in ("'", "`") or (
            frame is not None and frame.role == "quoted" and "~" not in self.glue
        )
        if quoted:
            return "quoted"
        if name[0] == "." and name.strip("."):
            return "member"
        if frame is None:
            return "free"
        match frame.role:
            case "params" | "pattern":
                return self._bind(name)
            case "defs":
                return self._define(name)
            case "define-head":
                return self._define(name) if frame.size == 0 else self._bind(name)
            case "bindings" if frame.size % 2 == 0:
                return self._bind(name)
            case "binding1" if frame.size == 0:
                return self._bind(name)
            case "member" if frame.size == 0:
                return self._bind(name, outer=True) if frame.mark == "fns" else "member"
            case "list" if frame.size >= 1:
                if binds := self._bound_in_list(name, frame):
                    return binds
        if frame.role == "lenient":
            return "quoted"
        if name[0] == "%" or self._in_view(root_of(name)):
            return "local"
        return "free"

    def _bound_in_list(self, name: str, frame: Frame) -> str:
        """A symbol further on in a list that gives it a meaning."""
        head, count = frame.head, frame.size
        if frame.mark == ":as":
            self.frames[-1] = frame._replace(mark="")
            return self._define(name)
        if head in DEFINERS and (count == 1 or head == "declare"):
            return self._define(name)
        simple = "." not in name
        if (
            (count == 1 and head in ("fn", "lambda", "let", "loop"))
            or (head == "catch" and count <= 2 and simple and not name[0].isupper())
            or (head == "as->" and count == 2)
        ):
            return self._bind(name)
        return ""

    def _in_view(self, name: str) -> bool:
        return any(name in frame.names for frame in self.frames)

    def _bind(self, name: str, *, outer: bool = False) -> str:
        if name == "&":
            return "local"
        for at in range(len(self.frames) - 1 - outer, -1, -1):
            frame = self.frames[at]
            if frame.role in _HOLDERS or frame.role == "lenient":
                self.frames[at] = frame._replace(names=frame.names | {name})
                break
        return "local"

    def _define(self, name: str) -> str:
        self.defined.append(name)
        return "defined"

    # -- brackets --------------------------------------------------------------------------------

    def _role(self, bracket: str, end: int) -> str:
        """What the elements of a bracket that opens here are."""
        if not self.frames:
            return "quoted" if self.glue[-1:] in ("'", "`") else self._plain(bracket)
        frame = self.frames[-1]
        if self.glue[-1:] in ("'", "`") or (frame.role == "quoted" and "~" not in self.glue):
            return "quoted"
        match frame.role:
            case "lenient" | "pattern":
                return frame.role
            case "params":
                return "binding1" if bracket == "(" else "pattern"
            case "define-head":
                return "pattern"
            case "bindings":
                if frame.mark == ":let" and bracket == "[":
                    self.frames[-1] = frame._replace(mark="")
                    return "bindings"
                if frame.bracket == "(" and bracket == "(":
                    return "binding1"
                return "pattern" if frame.size % 2 == 0 else self._plain(bracket)
            case "binding1" if frame.size == 0:
                return "pattern"
            case "fns":
                return "member"
            case "arity" | "member" if frame.mark != "bound":
                self.frames[-1] = frame._replace(mark="bound")
                return "params"
            case "list" if frame.size >= 1:
                return self._role_in_list(frame, bracket, end)
        return self._plain(bracket)

    def _role_in_list(self, frame: Frame, bracket: str, end: int) -> str:
        head = frame.head
        if frame.mark == ":refer" and bracket == "[":
            return "defs"
        if head in LETS and frame.mark != "bound":
            self.frames[-1] = frame._replace(mark="bound")
            return "bindings"
        if head == "letfn" and frame.size == 1:
            return "fns"
        if head == "defclass" and bracket == "(":
            return "member"
        if head in FNS and frame.mark != "bound":
            if bracket == "(" and self.line[end : end + 1] == "[" and head != "define":
                return "arity"
            self.frames[-1] = frame._replace(mark="bound")
            return "define-head" if head == "define" and frame.size == 1 and bracket == "(" else "params"
        if head in LENIENT:
            return "lenient"
        return self._plain(bracket)

    @staticmethod
    def _plain(bracket: str) -> str:
        return "list" if bracket in ("(", "#(") else "data"
