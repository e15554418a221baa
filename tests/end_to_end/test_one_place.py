"""One working folder and one environment for all languages of a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.bridge import Bridge
from running import polyrepl


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prompt]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "m.mjs").write_text("export const where = 'above';")
    (tmp_path / "sub" / "m.mjs").write_text("export const where = 'below';")
    before = dict(os.environ)
    with Prompt() as made:
        made.submit('(py.import "os")', ",py import os, subprocess")
        yield made
    for name in set(os.environ) - set(before):
        del os.environ[name]


MOVES = [
    '(os.chdir "sub")',
    '(process.chdir "sub")',
    ",py os.chdir('sub')",
    ",js process.chdir('sub')",
    ",cd sub",
]


@pytest.mark.parametrize("move", MOVES)
def test_a_folder_is_everybody_s(prompt: Prompt, tmp_path: Path, move: str) -> None:
    prompt.submit(move)
    below = str((tmp_path / "sub").resolve())
    assert prompt.submit("(process.cwd)") == f'"{below}"'
    assert prompt.submit("(os.getcwd)") == f'"{below}"'
    assert prompt.submit(",py os.getcwd()") == f"'{below}'"
    assert prompt.submit(",js process.cwd()") == f'"{below}"'
    assert prompt.submit('(js.import "./m.mjs" :refer [where])', "where") == '"below"'
    assert prompt.submit('(.existsSync (require "node:fs") "../sub")') == "true"
    prompt.submit('(process.chdir "..")')
    assert prompt.submit('(js.import "./m.mjs" :refer [where])', "where") == '"above"'


def test_an_environment_is_everybody_s(prompt: Prompt) -> None:
    prompt.submit('(set! (. os.environ ["PLACE_A"]) "1")', '(set! process.env.PLACE_B "2")')
    prompt.submit(",py os.environ['PLACE_C'] = 'é x'", ",js process.env.PLACE_D = 4")
    names = "ABCD"
    assert [prompt.submit(f"process.env.PLACE_{name}") for name in names] == ['"1"', '"2"', '"é x"', '"4"']
    assert [os.environ.get(f"PLACE_{name}") for name in names] == ["1", "2", "é x", "4"]
    prompt.submit('(os.environ.pop "PLACE_B")', ",js delete process.env.PLACE_A")
    assert prompt.submit("(= undefined process.env.PLACE_B)") == "true"
    assert "PLACE_A" not in os.environ
    assert (
        prompt.submit('(.toString (.execSync (require "node:child_process") "echo $PLACE_C"))') == '"é x\\n"'
    )
    assert prompt.submit(",py subprocess.check_output('echo $PLACE_D', shell=True)") == r"b'4\n'"


def test_an_environment_that_takes_the_place_of_the_first_is_everybody_s(prompt: Prompt) -> None:
    """As tests of JavaScript's do."""
    prompt.submit('(set! process.env.PLACE_A "1")')
    prompt.submit(",js process.env = { ...process.env, PLACE_B: 2 }; delete process.env.PLACE_A")
    assert "PLACE_A" not in os.environ and os.environ["PLACE_B"] == "2"
    prompt.submit(",js process.env.PLACE_B = '3'")
    assert os.environ["PLACE_B"] == "3"
    prompt.submit(",py os.environ['PLACE_C'] = '4'")
    assert prompt.submit("[process.env.PLACE_B process.env.PLACE_C]") == '["3" "4"]'
    prompt.submit(",js process.env = new Proxy({}, { ownKeys() { throw new Error('no') } })")
    assert prompt.submit("(+ 1 2)") == "3" and os.environ["PLACE_B"] == "3"


def test_what_fails_and_what_comes_later_counts_too(prompt: Prompt, tmp_path: Path) -> None:
    prompt.submit('(do (process.chdir "sub") (set! process.env.PLACE_E "5") (throw (Error. "x")))')
    assert os.getcwd() == str((tmp_path / "sub").resolve()) and os.environ["PLACE_E"] == "5"
    prompt.submit('(await (new Promise (fn (ok) (setTimeout (fn () (process.chdir "..") (ok)) 1))))')
    assert os.getcwd() == str(tmp_path.resolve())
    prompt.submit("(def moved false)", '(setTimeout (fn () (process.chdir "sub") (set! moved true)) 1)')
    assert (
        prompt.submit("(while (not moved) (await (Promise.resolve)) (await (new Promise setImmediate)))")
        == ""
    )
    assert prompt.submit("(os.getcwd)") == f'"{(tmp_path / "sub").resolve()}"'


# Within one piece of code: where the outermost request of one language meets the other.
WITHIN = [
    ",py os.chdir('sub'); js.process.cwd()",
    ",py js.process.chdir('sub'); os.getcwd()",
    ",py os.chdir('sub'); await js.eval('(async () => process.cwd())')()",
    ",py await js.eval('(async () => { await 1; process.chdir(\"sub\") })')(); os.getcwd()",
    ",js process.chdir('sub'); py.os.getcwd()",
    '(do (process.chdir "sub") (os.getcwd))',
    ",py os.environ['WHERE'] = os.getcwd() + '/sub'; js.process.env.WHERE",
    ",py js.eval('process.env.WHERE = process.cwd() + \"/sub\"'); os.environ['WHERE']",
    '(do (set! process.env.WHERE (str (process.cwd) "/sub")) (. os.environ ["WHERE"]))',
]


@pytest.mark.parametrize("code", WITHIN)
def test_it_is_one_within_a_form_too(prompt: Prompt, tmp_path: Path, code: str) -> None:
    assert prompt.submit(code)[1:-1] == str(tmp_path.resolve() / "sub")


def test_what_python_has_changed_is_not_forgotten_for_what_javascript_has(
    prompt: Prompt, tmp_path: Path
) -> None:
    python = "__import__('os').chdir('sub')"
    prompt.submit(f'(do (py.eval "{python}") (set! process.env.PLACE_G "7") nil)')
    assert prompt.submit("(process.cwd)") == f'"{tmp_path.resolve()}/sub"'
    assert prompt.submit(",py os.environ['PLACE_G']") == "'7'"


def test_a_text_of_several_forms(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    text = (
        '(py.import "os") (os.chdir "sub") (println (process.cwd)) (process.chdir "..") (println (os.getcwd))'
    )
    done = polyrepl("-e", text, cwd=tmp_path)
    here = tmp_path.resolve()
    assert (done.out, done.err) == (f"{here}/sub\n{here}\n", "")


def test_a_program_s_imports_are_found_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "m.mjs").write_text("export const where = 'beside';")
    (tmp_path / "p.lisp").write_text(
        '(process.chdir "sub") (js.import "./m.mjs" :refer [where])'
        ' (println where (.endsWith (process.cwd) "sub"))'
    )
    assert polyrepl("p.lisp", cwd=tmp_path).out == "beside true\n"


def test_a_bridge_alone_keeps_its_own(tmp_path: Path) -> None:
    with Bridge(cwd=tmp_path) as js:
        before = os.getcwd()
        js.eval("process.chdir('/'); process.env.PLACE_F = '6'")
        assert os.getcwd() == before and "PLACE_F" not in os.environ
        assert js.eval("process.cwd()") == "/"
