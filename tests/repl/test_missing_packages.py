"""A package that is not there: the error names the command that installs it, and only then."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from at_prompt import Prompt


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        yield made


CASES = [
    ('(py.import "nosuchmod.sub" :as x)', "python -m pip install nosuchmod"),
    ('(py.exec "import nosuchmod")', "python -m pip install nosuchmod"),
    (",py import nosuchmod", "python -m pip install nosuchmod"),
    ('(py.import "skimage")', "python -m pip install scikit-image"),
    ('(py.import "json.nosuch")', None),
    (",py import os.nosuch", None),
    ('(js.import "no-such-js" :as x)', "polyrepl npm install no-such-js"),
    ('(js.import "no-such-js/deep/file.js" :as x)', "polyrepl npm install no-such-js"),
    ('(js.import "@scope/no-such/deep.js" :as x)', "polyrepl npm install @scope/no-such"),
    ('(require "no-such-cjs")', "polyrepl npm install no-such-cjs"),
    (",js import x from 'no-such-js'", "polyrepl npm install no-such-js"),
    (",js await import('no-such-js')", "polyrepl npm install no-such-js"),
    (",js require('no-such-cjs')", "polyrepl npm install no-such-cjs"),
    ('(js.import "./no-such.mjs" :as x)', None),
    ('(js.import "node:nosuch" :as x)', None),
    (",js require('./no-such.js')", None),
]


@pytest.mark.parametrize(("program", "command"), CASES, ids=[row[0] for row in CASES])
def test_hint(prompt: Prompt, program: str, command: str | None) -> None:
    shown = prompt.submit(program)
    found = re.search(r"^  hint: (.*(?:pip|npm) install .*)$", shown, re.MULTILINE)
    assert (found and found[1]) == command
    assert "no" in shown.lower() and "Require stack" not in shown


MODULE = '(js.import "data:text/javascript,export default Object.assign(() => 1, {get() {}})" :as thing)'


def test_the_default_export_was_meant(prompt: Prompt) -> None:
    prompt.submit(MODULE)
    assert 'default export has get: (js.import ".." :default thing)' in prompt.submit("(thing.get 1)")
    assert "default export is what can be called: (js.import" in prompt.submit("(thing 1)")
    assert "default export" not in prompt.submit("(thing.put 1)")


UNLOADED = [  # by no other test of this process either
    ("(py.sched.scheduler.run)", 'load it first: (py.import "sched"), then sched is its name'),
    ("(.dumps py.plistlib 1)", 'load it first: (py.import "plistlib"), then plistlib is its name'),
    ('(py.eval "quopri.encodestring(1)")', "Python loads it by: import quopri"),
    (",py colorsys.rgb_to_hsv(1, 1, 1)", "Python loads it by: import colorsys"),
    ("(py.nosuchmod 1)", None),
    ('(py.eval "nosuchmod")', None),
    ("(py.lenn [1])", "did you mean len?"),
]


@pytest.mark.parametrize(("program", "hint"), UNLOADED, ids=[row[0] for row in UNLOADED])
def test_a_module_that_nobody_has_loaded(prompt: Prompt, program: str, hint: str | None) -> None:
    found = re.search(r"^  hint: (.*)$", prompt.submit(program), re.MULTILINE)
    assert (found and found[1]) == hint
