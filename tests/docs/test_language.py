"""docs/language.md, docs/python-functions.md and README.md are true: every example is run.

No form and no core function lacks one.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from polyrepl.lisp.forms import Form, FString, List, Map, Set, Symbol, Vector
from polyrepl.lisp.language import SPECIALS
from polyrepl.lisp.read.reader import read_all
from polyrepl.lisp.runtime.corelib import table
from polyrepl.repl.session.nesting import nesting

sys.path.insert(0, str(Path(__file__).parent))

from examples import Runner, Section, sections

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("docs/language.md", "docs/python-functions.md", "README.md")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
SECTIONS = [(name, section) for name, text in PAGES.items() for section in sections(text)]

# Made by the reader and by macros only.
INTERNAL = {"with-meta*", "fn*"}


class Loop:
    """One Session, and the event loop that it lives on, for all tests of this file."""

    def __init__(self, folder: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.runner = Runner(folder)

    def run(self, section: Section) -> list[str]:
        self.runner.fresh()

        async def blocks() -> list[str]:
            return [wrong for line, text in section.blocks for wrong in await self.runner.run(text, line)]

        with nesting(self.loop):  # as every front end does
            return self.loop.run_until_complete(blocks())

    def close(self) -> None:
        self.runner.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder = str(tmp_path_factory.mktemp("language"))
    before = os.getcwd()
    os.chdir(folder)
    made = Loop(folder)
    yield made
    made.close()
    os.chdir(before)


@pytest.mark.parametrize(("page", "section"), SECTIONS, ids=[section.title for _, section in SECTIONS])
def test_examples(page: str, section: Section, session: Loop) -> None:
    wrong = session.run(section)
    assert not wrong, "\n".join([f"{page}, {section.title}", *wrong])


def names_in(forms: list[Form]) -> set[str]:
    """All symbols that the forms are written with."""
    found: set[str] = set()
    stack: list[object] = list(forms)
    while stack:
        match stack.pop():
            case Symbol(name=name):
                found.add(name)
            case List(items=items) | Vector(items=items) | Map(items=items) | Set(items=items):
                stack.extend(items)
            case FString(parts=parts):
                stack.extend(parts)
    return found


def readable(block: str) -> list[Form]:
    """The forms of a block without the lines that show what cannot be read."""
    lines = [line for line in block.splitlines() if not line.startswith("#{1 2 2}")]
    return read_all("\n".join(lines))


@pytest.mark.parametrize(
    "names", [sorted(set(SPECIALS) - INTERNAL), sorted(table())], ids=["forms and macros", "core functions"]
)
def test_each_has_an_example(names: list[str]) -> None:
    blocks = [text for page, section in SECTIONS if page == "docs/language.md" for _, text in section.blocks]
    used = names_in([form for block in blocks for form in readable(block)])
    assert [name for name in names if name not in used] == []


def test_table_of_core_functions_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location(
        "language_reference", ROOT / "scripts" / "language_reference.py"
    )
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = PAGES["docs/language.md"]
    assert script.updated(page) == page, "run scripts/language_reference.py"


def transcript(page: str) -> list[tuple[str, str]]:
    """(input, what is shown after it) of the prompt shown in a page."""
    match = re.search(r"^```\n\$ polyrepl\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert match, "the page shows no prompt"
    turns: list[tuple[str, str]] = []
    for line in match[1].splitlines():
        if line.startswith("=> "):
            turns.append((line[3:], ""))
        elif turns and line.startswith(".. ") and not turns[-1][1]:
            turns[-1] = (turns[-1][0] + "\n" + line[3:], "")
        elif turns:
            turns[-1] = (turns[-1][0], (turns[-1][1] + "\n" + line).strip())
    return turns


def test_the_prompt_in_the_readme(session: Loop) -> None:
    session.runner.fresh()
    for text, shown in transcript(PAGES["README.md"]):
        [form] = read_all(text, "In[7]")
        got = session.loop.run_until_complete(session.runner.outcome(form))
        if got["error"]:
            assert shown.partition(": ")[2].splitlines()[0] in got["error"][0], text
        else:
            assert (shown or "nil") == got["=>"][0], text
