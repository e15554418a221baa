"""The examples of a Markdown page, and what running them gives.

In: Markdown text. Out: `Section`s with their lisp blocks, and from `Runner` the differences between what
a block says and what a real Session does.

    (inc 1)                 ; => 2              the value of the form before, as it is printed
    (println "a")           ; prints: a         a line it writes to standard output
    (throw (error "no"))    ; error: no         it fails, and the message contains the text
    (inc 1 2)               ; warns: inc        it compiles with a warning that contains the text

What ends in ` ..` need only begin like that. A comment of this kind belongs to the form that ends on its
line, or on the line before when it stands alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from polyrepl.lisp.errors import LispError, render
from polyrepl.lisp.forms import Form
from polyrepl.repl.session import Session
from polyrepl.repl.session.display import plain_text
from polyrepl.repl.session.events import Exit, Lost, Problem, Value

_FENCE = re.compile(r"^```lisp\n(.*?)^```$|^(#{1,6}) ([^\n]*)$|^```\w*\n.*?^```$", re.DOTALL | re.MULTILINE)
_CLAIM = re.compile(r"[ \t]*(?:\n[ \t]*)?; ?(=>|prints:|error:|warns:) ?([^\n]*)")
_SPACE = re.compile(r"\s+")


@dataclass
class Section:
    """What stands under one heading: its lisp blocks, each with the line it begins at."""

    title: str
    level: int
    blocks: list[tuple[int, str]] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The sections of a page that have lisp blocks, in order."""
    found = [Section("", 0)]
    for match in _FENCE.finditer(text):
        if match[2]:
            found.append(Section(match[3], len(match[2])))
        elif match[1] is not None:
            found[-1].blocks.append((text.count("\n", 0, match.start(1)) + 1, match[1]))
    return [section for section in found if section.blocks]


@dataclass(frozen=True)
class Claim:
    """What a comment says: `kind` is the mark before the text."""

    kind: str
    text: str


def claims(text: str, end: int) -> list[Claim]:
    """The comments that belong to the form which ends at `end`."""
    found = []
    while match := _CLAIM.match(text, end):
        found.append(Claim(match[1].rstrip(":"), match[2].strip()))
        end = match.end()
    return found


class Runner:
    """Runs blocks in one Session; `fresh` forgets what the ones before have defined."""

    def __init__(self, folder: str) -> None:
        self.printed: list[str] = []
        self.session = Session(output=self._output, folder=folder)
        self.session.start()
        self._known = self._names()

    def _names(self) -> list[str]:
        return [*self.session.compiler.globals, *self.session.compiler.macros]

    def _output(self, stream: str, text: str, form: int | None) -> None:
        if stream == "stdout":
            self.printed.append(text)

    def fresh(self) -> None:
        if self._names() != self._known:  # a reset costs a Node: not where nothing was defined
            self.session.reset()

    def close(self) -> None:
        self.session.close()

    async def run(self, block: str, line: int = 1) -> list[str]:
        """Run a block. Returns a message for each comment that is not true, each unsaid failure."""
        wrong: list[str] = []
        block, forms = self.read(block, line, wrong)
        self.session.compiler.declare_unit(forms)
        for form in forms:
            assert form.span is not None
            at = line + block.count("\n", 0, form.span.start)
            said = claims(block, form.span.end)
            got = await self.outcome(form)
            for kind in ("=>", "prints", "error", "warns"):
                want = [claim.text for claim in said if claim.kind == kind]
                have = got.get(kind, [])
                if not same(kind, want, have):
                    wrong.append(
                        f"line {at}: {form.span.text}\n    said {kind} {want}\n    got  {kind} {have}"
                    )
        return wrong

    def read(self, block: str, line: int, wrong: list[str]) -> tuple[str, list[Form]]:
        """The forms of a block. A line that says it cannot be read is tried and left out."""
        try:
            return block, self.session.compiler.read(block, "<docs>")
        except LispError as error:
            if error.span is not None:
                begin = block.rfind("\n", 0, error.span.start) + 1
                end = block.find("\n", begin)
                if f"; error: {error.message}" in block[begin:end]:
                    return self.read(block[:begin] + " " * (end - begin) + block[end:], line, wrong)
            wrong.append(f"line {line}: {render(error)}")
            return block, []

    async def outcome(self, form: Form) -> dict[str, list[str]]:
        """What one form did: `=>` its value (nil too), `prints` lines, `error` and `warns` messages."""
        self.printed.clear()
        got: dict[str, list[str]] = {"=>": ["nil"], "error": [], "warns": []}
        async for event in self.session.eval_form(form):
            match event:
                case Value(quiet=False):
                    text = plain_text(event)
                    got["=>"] = ["nil" if text == "" else text]
                case Problem(severity="warning"):
                    got["warns"].append(f"{event.evalue}\n{event.text}")
                case Problem():
                    got["error"].append(f"{event.ename}: {event.evalue}\n{event.text}")
                    got["=>"] = []
                case Exit(code):
                    got["=>"] = [f"exit {code}"]
                case Lost(text):
                    got["error"].append(text)
        got["prints"] = "".join(self.printed).splitlines()
        return got


def same(kind: str, want: list[str], have: list[str]) -> bool:
    """Is what a comment says what happened? A value without a comment may be anything; a failure may not."""
    if kind == "=>":
        return not want or (len(have) == 1 and fits(_SPACE.sub(" ", want[0]), _SPACE.sub(" ", have[0])))
    return len(want) == len(have) and all(
        fits(text, got.strip()) if kind == "prints" else text != "" and text in got
        for text, got in zip(want, have, strict=True)
    )


def fits(want: str, have: str) -> bool:
    """Equal, or equal up to the `..` that `want` ends with."""
    return have.startswith(want[:-2]) if want.endswith(" ..") else want == have
