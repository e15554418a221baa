"""doc, source, apropos, pst and load-file as forms: what a program asks of the session that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.lisp.compiler import compile
from polyrepl.lisp.errors import LispError
from running import polyrepl

PROGRAM = """\
(defn area "Of a rectangle." [w h]
  (* w h))
(do (doc area) (println "then"))
(source area)
(println (pr-str (apropos "every-")) (nil? (doc 'map-indexed)))
(run! (fn [name] (println (count (apropos name)))) ["every-pred" "no-such-name-at-all"])
(try (area.x.y 1) (catch e (pst e)))
(py.import "textwrap" :as tw)
(doc tw.dedent)
(println (load-file "setup.lisp"))
(source cube)
"""
SETUP = '(import "./part.lisp" :as part)\n(defn cube [x] (* x x x))\n(+ part.two (cube 2))\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "setup.lisp").write_text(SETUP)
    (tmp_path / "part.lisp").write_text("(def two 2)\n")
    (tmp_path / "program.lisp").write_text(PROGRAM)
    return tmp_path


def shown(name: str) -> str:
    """What the program prints first, where its text is called `name`."""
    return f"""\
(area w h)
function
Of a rectangle.
then
; {name}:1:1
(defn area "Of a rectangle." [w h]
  (* w h))
(map-indexed f xs)
function
"""


@pytest.mark.parametrize("way", ["file", "-e", "pipe"])
def test_the_forms_in_a_program(folder: Path, way: str) -> None:
    if way == "file":
        done, name = polyrepl("program.lisp", cwd=folder), "program.lisp"
    elif way == "-e":
        done, name = polyrepl("-e", PROGRAM, cwd=folder), "<-e>"
    else:
        done, name = polyrepl(stdin=PROGRAM, cwd=folder), "<pipe>"
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(shown(name))
    assert '["every-pred"] true\n1\n0\n' in done.out
    assert f"{name}:7:6: TypeError: " in done.out and "(catch e (pst e))" in done.out
    assert "tw.dedent(text)\nRemove any common leading whitespace" in done.out
    assert done.out.endswith("10\n; setup.lisp:2:1\n(defn cube [x] (* x x x))\n")


OWN = [
    "(defn {name} [& xs] :mine) ({name} 1)",
    "({name} 1) (defn {name} [& xs] :mine)",
    "(defmacro {name} [& xs] :mine) ({name} (f x) 2)",
    "(let [{name} (fn [& xs] :mine)] ({name} 1))",
    "((fn [{name}] ({name} 1)) (fn [& xs] :mine))",
]
NAMES = ["doc", "source", "apropos", "pst", "load-file"]


@pytest.fixture(scope="module")
def session() -> Iterator[Prompt]:
    with Prompt() as made:
        yield made


@pytest.fixture
def prompt(session: Prompt) -> Prompt:
    """A session that knows nothing of the tests before."""
    session.submit(",reset")
    return session


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_program_calls_so_wins(name: str, prompt: Prompt) -> None:
    for number, program in enumerate(OWN):
        text = program.replace("{name}", name)
        prompt.submit(",reset")
        if number == 1:  # called before it is there: as for any other name
            assert "not defined" in prompt.submit(text) or "has no value" in prompt.submit(text)
        else:
            assert prompt.submit(text) == ":mine", text
    prompt.submit(",reset", f",js globalThis['{name}'] = () => 'mine'")
    if "-" not in name:
        assert prompt.submit(f"({name} 1)") == '"mine"'


@pytest.mark.parametrize("name", NAMES)
def test_a_compiled_program_has_no_session(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.lisp").write_text(f'(println 1)\n(when false ({name} "map"))\n')
    done = polyrepl("compile", "a.lisp", "-o", "a.mjs", cwd=tmp_path)
    assert (done.code, done.out, (tmp_path / "a.mjs").exists()) == (1, "", False)
    place, message, caret, hint = done.err.splitlines()[0], *done.err.splitlines()[1:]
    assert place == f"a.lisp:2:14: error: {name} asks the session, and a compiled program has none"
    assert message.strip().startswith("(when false") and caret.strip() == "^" * len(name)
    assert hint.startswith("  hint: ") and ("(import" in hint) == (name == "load-file")
    for own in OWN:
        if "defmacro" not in own:
            compile(own.replace("{name}", name))
    if name not in ("doc", "source"):
        with pytest.raises(LispError, match="has none"):
            compile(f"(map {name} [])")


def test_misuse(prompt: Prompt) -> None:
    assert prompt.submit("(pst)") == "no error yet"
    assert "doc takes a name" in prompt.submit("(doc (f x))")
    assert "write (source map)" in prompt.submit("(source)")
    assert "apropos: expected a string or a regular expression" in prompt.submit("(apropos 5)")
    assert "doc is a special form, not a value" in prompt.submit("(map doc [1])")
    assert prompt.submit("(doc no-such-name)") == "no documentation for no-such-name"
    assert prompt.submit("(source if)") == "no source for if"


def test_names_of_all_languages(prompt: Prompt, tmp_path: Path) -> None:
    lib = tmp_path / "lib.lisp"
    lib.write_text('(defn half "Of a number." [x] (/ x 2))\n(defmacro twice "Two." [x] `(+ ~x ~x))\n')
    prompt.submit(f'(import "{lib}" :as lib :refer [half])', '(py.import "math" :as m)')
    assert prompt.submit("(doc lib.half)") == "(half x)\nfunction\nOf a number."
    assert prompt.submit("(doc lib.twice)").endswith("macro\nTwo.")
    for name in ("lib.half", "half"):
        assert prompt.submit(f"(source {name})").endswith(f"lib.lisp:1:1\n{lib.read_text().splitlines()[0]}")
        assert prompt.submit(f",source {name}") == prompt.submit(f"(source {name})")
    assert "defmacro twice" in prompt.submit("(source lib.twice)")
    assert prompt.submit("(doc m.sqrt)").startswith("m.sqrt(x, /)\nReturn the square root")
    assert "no source for m.sqrt: " in prompt.submit("(source m.sqrt)")
    assert prompt.submit("(doc py.len)").startswith("py.len(obj, /)")
    assert prompt.submit("(doc js.parseInt)", "(doc parseInt)") == "parseInt(a, b)\nJavaScript function"
    assert prompt.submit(",js function triple(n) { return 3 * n }", "(source triple)") == (
        "function triple(n) { return 3 * n }"
    )
    assert "special form" in prompt.submit("(doc if)") and "macro" in prompt.submit('(doc "when")')
    assert "(:k m)" in prompt.submit("(doc :k)") and "(inc x)" in prompt.submit("(doc inc)")
    assert prompt.submit("(doc doc)").startswith("(doc name)")
    assert prompt.submit('(apropos #"^every-p")', "(first *1)") == '"every-pred"'
    assert prompt.submit(",py def worker(a, b=2):\n    'Works.'\n    return a\n", "(doc py.worker)") == (
        "py.worker(a, b=2)\nWorks."
    )


def test_the_last_error_of_every_kind(prompt: Prompt) -> None:
    assert "error: unbound symbol nosuch" in prompt.submit("(nosuch 1)", "(pst)")
    assert "ValueError: invalid literal" in prompt.submit('(py.int "x")', "(do (pst) 5)")
    assert "ZeroDivisionError" in prompt.submit(",py 1/0", "(pst)")
    assert "ReferenceError: zz is not defined" in prompt.submit(",js zz", "(pst)")
    assert 'Thrown: "text"' in prompt.submit('(try (throw "text") (catch e (pst e)))')
    caught = prompt.submit('(try (py.int "x") (catch py.ValueError e (pst e)))')
    assert "ValueError: invalid literal" in caught


def test_a_loaded_file_is_the_session_s(
    prompt: Prompt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert prompt.submit('(load-file "setup.lisp")', "[*1 (cube 3)]") == "[10 27]"
    assert prompt.submit('(+ 1 (load-file "./setup.lisp"))') == "11"
    assert prompt.submit('(map load-file ["setup.lisp" "part.lisp"])') == "[10 null]".replace("null", "nil")
    (folder / "macros.lisp").write_text("(defmacro twice [x] `(* 2 ~x))\n(def seen (twice 4))")
    assert prompt.submit('(load-file "macros.lisp")', "(twice seen)") == "16"
    (folder / "later.lisp").write_text("(def a (await (Promise.resolve 5)))\n(defn later [] a)\n(later)")
    assert prompt.submit('(load-file "later.lisp")') == "5"
    assert prompt.submit('(inc (await (load-file "later.lisp")))', "(source later)").endswith(
        "(defn later [] a)"
    )
    (folder / "outer.lisp").write_text('(load-file "setup.lisp")\n(def outer 1)')
    prompt.submit('(load-file "outer.lisp")')
    (folder / "outer.lisp").write_text("(def outer 2)")
    assert prompt.submit(",reload", "outer") == "2"  # the last that was loaded by hand
    (folder / "empty.lisp").write_text("\ufeff; nothing\n")
    assert prompt.submit('(nil? (load-file "empty.lisp"))') == "true"


def test_errors_of_a_loaded_file_point_into_it(
    prompt: Prompt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    bad = folder / "bad.lisp"
    bad.write_text("(def kept 1)\n(defn f [x]\n  (nosuch x))\n(def gone 2)")
    said = prompt.submit('(do (load-file "bad.lisp") 1)').splitlines()
    assert said[:3] == ["bad.lisp:3:4: error: unbound symbol nosuch", "    (nosuch x))", "     ^^^^^^"]
    assert "lisp  In[" in said[-1]
    assert prompt.submit("kept") == "1"
    assert "unbound symbol gone" in prompt.submit("gone")
    bad.write_text('(defn g [s]\n  (py.int s))\n(g "x")')
    said = prompt.submit('(load-file "bad.lisp")').splitlines()
    assert said[0].startswith("bad.lisp:2:3: ValueError: invalid literal")
    assert any("bad.lisp:3:1" in line for line in said)
    bad.write_text("(def x 1)\n(def y (")
    assert prompt.submit('(load-file "bad.lisp")').startswith("bad.lisp:2:8: error: ")
    bad.write_text('(def z {:a 1})\n(do (def z 5) (throw (error "no")) (def w 1))')
    assert "bad.lisp:2:" in prompt.submit('(load-file "bad.lisp")')
    assert "unbound symbol w" in prompt.submit("z", "w")
    assert "no program is" in prompt.submit('(load-file "/dev/zero")')
    bad.write_bytes(b"(def a 1)\n\xff")
    assert "UnicodeDecodeError" in prompt.submit('(load-file "bad.lisp")')
    assert "FileNotFoundError" in prompt.submit('(load-file "nope.lisp")')
    assert prompt.submit('(try (load-file "nope.lisp") (catch py.FileNotFoundError e 7))') == "7"
    bad.write_text("(await (Promise.resolve 1))\n(nosuch 1)")
    assert prompt.submit('(load-file "bad.lisp")').startswith("bad.lisp:2:2: error: unbound symbol nosuch")


def test_a_loaded_file_may_end_the_program(tmp_path: Path) -> None:
    (tmp_path / "end.lisp").write_text("(println 1) (exit 3) (println 2)")
    assert polyrepl("-e", '(load-file "end.lisp")', "-e", "5", cwd=tmp_path).code == 3
    (tmp_path / "own.lisp").write_text('(load-file "own.lisp")')
    done = polyrepl("-e", '(load-file "own.lisp")', cwd=tmp_path)
    assert done.code == 1 and "internal error" not in done.err and len(done.err) < 20_000


def test_a_loaded_file_lies_where_the_shell_is(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "app/main.lisp").write_text('(println (load-file "data/x.lisp"))')
    (tmp_path / "data/x.lisp").write_text('(import "./y.lisp" :as y)\ny.v')
    (tmp_path / "data/y.lisp").write_text("(def v 7)")
    assert polyrepl("app/main.lisp", cwd=tmp_path).out == "7\n"


def test_what_the_forms_print_is_output_of_the_form(tmp_path: Path) -> None:
    done = polyrepl("--json", "-e", "(doc nil?)", cwd=tmp_path)
    assert '{"type": "output", "stream": "stdout", "text": "(nil? x)\\n' in done.out
    assert done.out.endswith('{"type": "end", "id": 1, "status": "ok"}\n')


def test_completion_knows_them(prompt: Prompt, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert {"doc", "doseq"} <= set(prompt.complete("(do"))
    assert set(prompt.complete('(load-file "se')) == {"setup.lisp"}
    assert "load-file" in prompt.complete("(load")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("(clojure.repl/doc map)", "write doc"),
        ('(clojure.repl/find-doc "map")', "(apropos"),
        ("(require '[clojure.repl :refer [doc]])", "doc, source, apropos and pst are there"),
        ('(find-doc "map")', "(apropos"),
        ("(dir math)", "(apropos"),
        ('(load "a.lisp")', "(load-file"),
        ("(pts)", "did you mean pst?"),
        ('(apropo "x")', "did you mean apropos?"),
    ],
)
def test_other_spellings(written: str, hint: str, prompt: Prompt) -> None:
    assert hint in prompt.submit(written)
