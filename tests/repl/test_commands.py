"""Every command of the prompt: what it does, and what it says of a mistake."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.commands.habits import meant
from polyrepl.repl.commands.table import COMMANDS, Quit, of_other_prompts
from polyrepl.repl.prose import precise

ISSUE = """help doc source apropos expand js time profile inspect type load reload save reset restart
interrupt more bt env set edit quit py lisp""".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit('(defn area "Area of a box." [w h] (* w h))', '(py.import "json" :as json)')
        yield made


def test_the_table_has_all_of_them() -> None:
    assert set(ISSUE) <= set(COMMANDS)
    for name, entry in COMMANDS.items():
        assert entry.usage.startswith(f",{name}"), name
        assert len(entry.summary) > 10, name


CASES = [
    # text, patterns that must be shown
    (",help", [rf"^  ,{name}\b" for name in ISSUE]),
    (",help doc", [r"^,doc name: "]),
    (",help ,doc", [r"^,doc name: "]),
    (",doc area", [r"^\(area w h\)$", r"^Area of a box\.$"]),
    (",doc map", [r"^\(map f xs", "What f gives"]),
    (",doc let", [r"^\(let \[name value", "special form"]),
    (",doc when", ["^macro$"]),
    (",doc py.len", [r"^py\.len\(obj, /\)$", "number of items"]),
    (",doc json.dumps", ["^json.dumps\\(obj", "Serialize"]),
    (",doc Math.max", [r"^Math\.max\(", "JavaScript function"]),
    (",doc nosuch", ["^no documentation for nosuch$"]),
    (",source area", [r"^; In\[\d+\]:1:1$", r"^\(defn area "]),
    (",source map", ["^export function map"]),
    (",source json.dumps", ["^def dumps"]),
    (",source py.len", ["^no source for py.len"]),
    (",source nosuch", ["^no source for nosuch$"]),
    ("?area", [r"^\(area w h\)$"]),
    ("area?", [r"^\(area w h\)$"]),
    ("(doc area)", [r"^\(area w h\)$", r"^Area of a box\.$"]),
    ("(source area)", [r"^\(defn area "]),
    ('(apropos "every-p")', [r'^\["every-pred"\]$']),
    ('(load-file "/nosuch/file.lisp")', ["FileNotFoundError: .*No such file .*'/nosuch/file.lisp'"]),
    ("(pst)", ["."]),
    ("json.dumps?", ["^json.dumps\\(obj"]),
    (",timeit (+ 1 2)", [r"^\S+ (ns|us) ± \S+ (ns|us), best \S+ (ns|us) \(7 runs of 10+ rounds\)$"]),
    (",timeit (nosuch 1)", ["unbound symbol nosuch"]),
    (",history area", [r"^\(defn area "]),
    (",history zzzz", ["^nothing that ran holds zzzz$"]),
    (",who area", ["^  area "]),
    (",pst", ["did you mean ,bt"]),
    (",hist", ["did you mean ,history"]),
    (",whos", ["did you mean ,who"]),
    (",sh exit 3", ["^ended with 3$"]),
    ("!exit 4", ["^ended with 4$"]),
    (",apropos threaded", [r"^  ->  +macro", r"^  ->>  +macro"]),
    (",apropos zzzz", ["^nothing is called or described as zzzz$"]),
    (",expand (when a b)", [r"^\(if a b\)$"]),
    (",expand (-> x (f 1) g)", [r"^\(g \(f x 1\)\)$"]),
    (",expand (when", ["never closed"]),
    (",js (defn f [x] (+ x 1))", ["^  globalThis.f = function f"]),
    (",js (1 + 2) * 3", ["^9$"]),
    (",js\nlet of_lines = 2\nof_lines + 1", ["^3$"]),
    (",js\n#!/usr/bin/env node\n4 + 1", ["^5$"]),
    (",py\nof_python = 4\nif of_python:\n    print(of_python + 2)", ["^6$"]),
    (",lisp\n(+ 4 4)", ["^8$"]),
    (",js\t3 + 4", ["^7$"]),
    (",compiled (if a 1 2)", ["unbound symbol a"]),
    (",compiled (+ 1 2)", [r"1 \+ 2"]),
    (",time (reduce + (range 10))", ["^45$", r"^\S+ (ns|us|ms) \(and \S+ (us|ms) to compile\)$"]),
    (",time (reduce", ["never closed"]),
    (",inspect [1 2]", ["^JavaScript Array$", r"^  push +\("]),
    (',inspect (py.eval "[1]")', ["^Python builtins.list$", r"^  append +\(self, object, /\)$"]),
    (",inspect json.dumps", ["^Python builtins.function$", r"^dumps\(obj, .*json/__init__.py:\d+$"]),
    (",inspect nil", ["^nil$"]),
    (",inspect (nosuch)", ["unbound symbol"]),
    (",type (new Map)", ["^JavaScript Map$"]),
    (",type (py.dict)", ["^Python builtins.dict$"]),
    (",type nil", ["^nil$"]),
    (",type 5", ["^JavaScript number$"]),
    (",more", ["^nothing more$"]),
    (",load /nowhere.lisp", ["^/nowhere.lisp: No such file"]),
    (",reload nosuch", ["^nothing that was imported is called nosuch$"]),
    (",save /nowhere/x", ["^/nowhere/x: No such file"]),
    (",interrupt", ["^nothing runs in the background$"]),
    (",env", ["^Lisp$", r"^  area +function \(area w h\)$", r"^  json +module"]),
    (",env zzz", ["^nothing here is called zzz$"]),
    (",set", [r"^  max-items +\d+", r"^  editing +emacs"]),
    (",set max-items", [r"^  max-items +\d+"]),
    (",set max-itms 3", ["unknown setting max-itms: did you mean max-items"]),
    (",set max-itms", ["unknown setting max-itms: did you mean max-items"]),
    (",set max-items x", ["max-items is a whole number, not 'x'"]),
    (",help hepl", ["^unknown command ,hepl: did you mean ,help\\?"]),
    (",hepl", ["^unknown command ,hepl: did you mean ,help\\?$"]),
    (",", ["^unknown command ,: ,help lists them$"]),
    *[(f",{name}", [f"^usage: ,{name} "]) for name in
      "doc source apropos expand compiled time profile inspect type load save".split()],  # noqa: SIM905
]  # fmt: skip


@pytest.mark.parametrize(("text", "patterns"), CASES, ids=[row[0] for row in CASES])
def test_shows(prompt: Prompt, text: str, patterns: list[str]) -> None:
    shown = prompt.submit(text)
    for pattern in patterns:
        assert re.search(pattern, shown, re.MULTILINE), (pattern, shown)
    assert "Traceback" not in shown and "internal error" not in shown


def test_documentation_is_broken_between_words(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = prompt.submit(",doc map").split("\n")
    assert max(map(len, lines)) <= 40
    assert " ".join(lines).startswith("(map f xs & more) function What f gives for each item;")


def test_profile(prompt: Prompt) -> None:
    prompt.submit("(defn busy [n] (count (map (fn [x] [x]) (range n))))")
    prompt.submit(",py def slow(n):\n    return sum(str(i).count('1') for i in range(n))")
    shown = prompt.submit(',profile (do (dotimes [_ 5] (busy 500000)) ((py.eval "slow") 100000) nil)')
    javascript, _, python = shown.partition("Python (self time)")
    place = r"\d ms  (map|reduceArray|range|next)  (\S+/lisp/runtime/\w+\.mjs):(\d+)$"
    found = re.findall(place, javascript, re.MULTILINE)
    assert found, javascript
    for name, file, line in found:  # in the module itself, not in the bundle that it runs from
        assert name in Path(file).read_text().splitlines()[int(line) - 1], (name, file, line)
    assert "slow" in python or "genexpr" in python
    for inner in ("posix.write", "select", "bridge/node", "session.mjs"):
        assert inner not in shown


def test_bt_and_error_value(prompt: Prompt) -> None:
    prompt.submit("(defn parse [s] (py.int s))")
    assert "invalid literal" in prompt.submit('(parse "x")')
    shown = prompt.submit(",bt")
    assert re.search(r"lisp  In\[\d+\]:1:1\b", shown) and "in parse" in shown
    assert "at parse (polyrepl:form/" in shown
    assert prompt.submit("*e.message").startswith('"invalid literal')


def test_bt_is_of_the_last_error_in_any_language(prompt: Prompt) -> None:
    prompt.submit("(parse 1 2)", '(throw (Error "lisp\'s own"))')
    prompt.submit(",py try: 1 / 0\nexcept Exception as e: raise KeyError('outer') from e")
    shown = prompt.submit(",bt")
    assert "division by zero" in shown and "KeyError: 'outer'" in shown and "lisp's own" not in shown
    assert prompt.submit("[*e.name (. *e.exception __class__ __name__)]") == '["KeyError" "KeyError"]'
    prompt.submit("(not-defined)")
    assert "unbound symbol not-defined" in prompt.submit(",bt")


def test_bt_has_the_stacks_of_the_causes(prompt: Prompt) -> None:
    prompt.submit('(defn inner [] (throw (Error "inner")))')
    shown = prompt.submit(
        '(try (inner) (catch Error e (throw (Error "mid" {:cause (Error "own" {:cause e})}))))'
    )
    assert [line.strip() for line in shown.splitlines() if "caused by" in line] == [
        "caused by Error: own", "caused by Error: inner",
    ]  # fmt: skip
    assert "in inner" in prompt.submit(",bt").partition("caused by Error: inner")[2]
    around = prompt.submit(",js {const a = Error('a'), b = Error('b', {cause: a}); a.cause = b; throw a}")
    assert around.count("caused by") == 1


def test_compiled_defines_nothing(prompt: Prompt) -> None:
    assert "globalThis.only_shown" in prompt.submit(
        ",compiled (do (defmacro not-yet [x] x) (def only-shown 1))"
    )
    assert "unbound symbol only-shown" in prompt.submit("only-shown")
    assert "unbound symbol not-yet" in prompt.submit("(not-yet 1)")
    assert "only-shown" not in prompt.submit(",env only-shown").replace("called only-shown", "")
    assert prompt.submit(",time (def timed 1)", "timed").endswith("1")


def test_what_was_only_looked_at_or_failed_changes_nothing(prompt: Prompt) -> None:
    prompt.submit("(def looked-at {:a 41})")
    for text in (",compiled (def looked-at 5)", ",time (def looked-at (nope))", "(def looked-at (nope))"):
        prompt.submit(text)
        assert prompt.submit("(looked-at :a)").endswith("41")


def test_a_form_that_can_not_be_compiled_defines_nothing(prompt: Prompt) -> None:
    shown = prompt.submit("(def before-it 1) (defn not-made [] (missing-name)) (def after-it 2)")
    assert "unbound symbol missing-name" in shown
    assert "unbound symbol not-made" in prompt.submit("(not-made)")
    assert "unbound symbol after-it" in prompt.submit("after-it")
    assert prompt.submit("before-it") == "1"


@pytest.mark.parametrize("width", [80, 40])
def test_tables_fit_the_screen(prompt: Prompt, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(prompt.terminal.showing, "width", lambda: width)
    for text in (",help", ",set", ",apropos reduce"):
        lines = prompt.submit(text).splitlines()
        assert len(lines) > 5 and max(map(len, lines)) <= width, text
    assert "ran without an error to a file" in re.sub(r"\s+", " ", prompt.submit(",help"))


def test_an_excerpt_fits_the_screen(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt.terminal.showing, "width", lambda: 50)
    text = f"(do {'(inc 1) ' * 9}(nowhere) {'(inc 1) ' * 9})"
    _, excerpt, caret, *_ = prompt.submit(text).splitlines()
    assert len(excerpt) <= 50 and excerpt[caret.index("^") :].startswith("nowhere")
    assert prompt.submit("(nowhere)").splitlines()[1:3] == ["  (nowhere)", "   ^^^^^^^"]


def test_more_goes_on(prompt: Prompt) -> None:
    assert "… +150 more]" in prompt.submit("(Array.from (range 250))")
    assert prompt.submit(",more").startswith("items 100 to 199 of 250\n")
    assert prompt.submit("(Array.from (range 250))", ",more all").endswith(" 249]")
    assert "… +60 more" in prompt.submit(",py list(range(160))")
    assert prompt.submit(",more").rstrip().endswith("159]")
    assert "… +8000 chars" in prompt.submit('(.repeat "x" 10000)')


def test_set_holds_at_once(prompt: Prompt) -> None:
    assert prompt.submit(",set max-items 2", "[1 2 3]").splitlines()[0] == "[1 2 … +1 more]"
    assert prompt.submit(",set max-items 100", "[1 2 3]") == "[1 2 3]"
    assert re.search(r"^\d.*(us|ms)$", prompt.submit(",set time true", "(+ 1 1)").splitlines()[-1])
    prompt.submit(",set time false")


def test_load_reload_and_save(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "lib.lisp"
    file.write_text("(def loaded 1)\n(+ 1 1)\n")
    assert prompt.submit(f",load {file}") == ""
    assert prompt.submit("loaded") == "1"
    file.write_text("(def loaded 2)")
    assert prompt.submit(",reload", "loaded") == "2"
    file.write_bytes(b"\xff")
    assert "not UTF-8" in prompt.submit(",reload")
    prompt.submit("(def saved-one 11)", "(nosuch)")
    assert re.search(r"\d+ forms written to ", prompt.submit(f",save {tmp_path}/out.lisp"))
    text = (tmp_path / "out.lisp").read_text()
    assert "(def saved-one 11)\n" in text and "nosuch" not in text


def test_reload_of_a_python_module(prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = tmp_path / "reloaded_module.py"
    module.write_text("x = 1")
    assert prompt.submit('(py.import "reloaded_module" :as r)', "r.x") == "1"
    module.write_text("x = 22")
    assert re.search("^loaded again: .*reloaded_module.py$", prompt.submit(",reload reloaded_module"))
    assert prompt.submit("r.x") == "22"
    module.write_text("x = ")
    assert "SyntaxError" in prompt.submit(",reload reloaded_module")


def test_edit(prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "(* 6 7)" > "$1"\n')
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    assert prompt.submit(",edit").splitlines() == ["(* 6 7)", "42"]
    file = tmp_path / "mine.lisp"
    assert prompt.submit(f",edit {file}") == ""
    assert file.read_text() == "(* 6 7)\n"
    monkeypatch.setenv("EDITOR", "false")
    assert "false ended with 1: nothing was run" in prompt.submit(",edit")
    for none in ("/nowhere/editor", "vi '"):
        monkeypatch.setenv("EDITOR", none)
        assert "EDITOR names the editor to use" in prompt.submit(",edit")


def test_interrupt_stops_what_runs_in_the_background(prompt: Prompt) -> None:
    prompt.submit("(do (setInterval (fn [] nil) 100000) nil)")
    assert prompt.submit(",interrupt") == "stopped 1 timer"
    assert prompt.submit(",interrupt") == "nothing runs in the background"


@pytest.mark.parametrize("text", [",quit", "exit", "quit", "exit()", "quit()"])
def test_quit(prompt: Prompt, text: str) -> None:
    with pytest.raises(Quit):
        prompt.submit(text)


def test_words_of_other_prompts_unless_they_are_the_user_s(prompt: Prompt) -> None:
    assert prompt.submit("help") == prompt.submit("?") == prompt.submit(",help")
    prompt.submit("(def help 5)")
    assert prompt.submit("help") == "5"


def test_a_line_that_was_begun_is_ended(prompt: Prompt) -> None:
    assert prompt.submit("(do (print 1) 2)") == "1\n2"
    assert prompt.submit('(print "half")') == "half"
    assert prompt.shown.getvalue() == "half\n"
    assert prompt.submit('(do (print 1) (throw (new Error "no")))').startswith("1\nIn[")


def test_reset_and_restart(prompt: Prompt) -> None:
    prompt.submit("(def gone 1)", ",py stays = 5")
    assert "Python objects are still there" in prompt.submit(",reset")
    assert "unbound symbol gone" in prompt.submit("gone")
    assert prompt.submit('(py.eval "stays")') == "5"
    prompt.submit(",restart")
    assert "NameError" in prompt.submit('(py.eval "stays")')
    assert prompt.submit("(+ 1 2)") == "3"


def test_the_source_is_of_the_definition_that_ran(prompt: Prompt) -> None:
    prompt.submit("(defn placed [] 1)")
    prompt.submit('(do (def placed-too 2) (py.int "x") (defn placed [] 3))')
    assert prompt.submit(",source placed").endswith("(defn placed [] 1)")
    assert "(def placed-too 2)" in prompt.submit(",source placed-too")


LINES = [
    # typed, what it means; `mine?` and `!!` are the person's own
    ("!ls -l (x)", ",sh ls -l (x)"),
    ("?map", ",doc map"),
    ("??map", ",source map"),
    ("np.sum??", ",source np.sum"),
    ("?mine?", ",doc mine?"),
    ("mine??", ",doc mine?"),
    ("?even?", ",doc even?"),
    ("np.sum?", ",doc np.sum"),
    ("mine?", "mine?"),
    ("(doc map)", "(doc map)"),
    ("?a b", "?a b"),
    ("!", "!"),
    ("!! x", "!! x"),
    ('"x?"', '"x?"'),
    (":k?", ":k?"),
]


@pytest.mark.parametrize(("typed", "means"), LINES, ids=[typed for typed, _ in LINES])
def test_lines_of_other_prompts(typed: str, means: str) -> None:
    assert meant(typed, {"mine?", "!!"}.__contains__) == means


@pytest.mark.parametrize(
    ("typed", "here"),
    [
        ("%timeit (f 1)", "here %timeit is ,timeit: "),
        ("%%time\t(f 1)", "here %%time is ,time: "),
        ("%whos", "here %whos is ,who: "),
        ("%pip install x", "here %pip is ,sh: "),
        (".help", "here .help is ,help: "),
        (".load a.lisp", "here .load is ,load: "),
        ("\\q", "here \\q is ,quit: "),
        (":quit", "here :quit is ,quit: "),
        (":repl/quit now", "here :repl/quit is ,quit: "),
        (":t inc", "here :t is ,type: "),
        ("%env", None),
        (":x", None),
        (":size", None),
        ("%", None),
        (".toString", None),
        ("(%timeit 1)", None),
        ("%timeit\n(f)", None),
    ],
)
def test_commands_of_other_prompts_name_ours(typed: str, here: str | None) -> None:
    said = of_other_prompts(typed, "%.:\\")
    assert said is None if here is None else said is not None and said.startswith(here)


def test_they_are_told_in_every_language_and_run_where_they_mean_something(prompt: Prompt) -> None:
    assert prompt.submit("%who").startswith("here %who is ,who")
    assert prompt.submit("(def %who 5)", "%who") == "5"
    shown = prompt.submit(":quit").splitlines()
    assert shown[0] == ":quit" and shown[1].startswith("here :quit is ,quit")
    assert prompt.submit(",py", "%timeit f()").startswith("here %timeit is ,timeit")
    assert prompt.submit(",js", ".exit").startswith("here .exit is ,quit")
    prompt.submit(",lisp")


def test_timeit_points_into_what_was_typed(prompt: Prompt) -> None:
    assert prompt.submit(",timeit (+ 1 (nosuch 1))").splitlines()[:3] == [
        "<timeit>:1:7: error: unbound symbol nosuch",
        "  (+ 1 (nosuch 1))",
        "        ^^^^^^",
    ]
    assert prompt.submit(",timeit (+ 1").startswith("<timeit>:1:1: error: ")
    assert prompt.submit(',timeit (throw (error "no"))').startswith("<timeit>:1:8: Error: no")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(3.4e-10, "0.34 ns"), (1.23e-8, "12.3 ns"), (5e-7, "500 ns"), (1.2e-6, "1.20 us"), (9.9e-4, "990 us"),
     (0.0034, "3.4 ms"), (1.24, "1.2 s"), (0, "0.00 ns")],
)  # fmt: skip
def test_short_times_keep_their_digits(seconds: float, shown: str) -> None:
    assert precise(seconds) == shown


def test_results_by_number(tmp_path: Path) -> None:
    with Prompt() as prompt:
        prompt.submit(
            "(+ 1 1)", "(def f (fn (x) (* 2 x)))", "f", '(py.eval "{1: 2}")', ",py 'text'", ",js ({a: [1]})"
        )
        assert prompt.submit(",out") == "1 3 4 5 6"
        assert prompt.submit(",out 1") == "2"
        assert prompt.submit(",out 3", "(*1 4)") == "8"
        assert prompt.submit(",out 4", "(get *1 1)") == "2"
        assert prompt.submit(",py Out[1] + 1") == "3"
        assert prompt.submit(",py Out[3](5)") == "10"
        assert prompt.submit(",py Out[4], Out[5], 2 in Out") == "({1: 2}, 'text', False)"
        assert prompt.submit(",py Out[6]['a'][0]") == "1"
        assert prompt.submit(",out 2") == "In[2] has shown no value, or one too long ago"
        assert prompt.submit(",out x") == "usage: ,out [n]"
        prompt.submit(",reset")
        assert "KeyError: 1" in prompt.submit(",py Out[1]")
        assert prompt.submit(",py Out[5]") == "'text'"


def test_a_log_can_be_loaded(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "session.lisp"
    assert prompt.submit(f",log {file}") == f"what is typed and shown goes to {file}"
    prompt.submit("(def logged 6)", "(* logged 7)", ",py 'a' * 2", "(nosuch 1)")
    assert prompt.submit(",log off") == "nothing is logged"
    prompt.submit("(def logged 0)")
    text = file.read_text()
    assert text.startswith(
        "(def logged 6)\n(* logged 7)\n; => 42\n; ,py 'a' * 2\n; => 'aa'\n(nosuch 1)\n; In["
    )
    assert "; hint:" in text or "unbound symbol nosuch" in text
    file.write_text(text.replace("(nosuch 1)\n", ""))
    assert prompt.submit(f",load {file}", "logged") == "6"
    assert "No such file" in prompt.submit(",log /nowhere/x")
    assert ",log" in prompt.submit(",logstart") and ",out" in prompt.submit(",results")
