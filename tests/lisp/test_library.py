"""`polyrepl.lisp` as a library: only the standard library beneath it, results that run in any JS host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import compile, expand, format, read
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.layout.write import write_form

# Run without site-packages, with every module refused that is neither Python's own nor of polyrepl.lisp.
ALONE = """
import sys
sys.path.append(sys.argv[1])

class Refuse:
    def find_spec(self, name, path=None, target=None):
        head = name.partition(".")[0]
        ours = name == "polyrepl" or name == "polyrepl.lisp" or name.startswith("polyrepl.lisp.")
        if not ours and head not in sys.stdlib_module_names:
            raise ImportError(f"refused: {name}")
        return None

sys.meta_path.insert(0, Refuse())
from polyrepl.lisp import compiler, errors
from polyrepl.lisp.analyze import hints
from polyrepl.lisp.emit import sourcemap
from polyrepl.lisp.layout import format, indent, write
from polyrepl.lisp.read import lexer, reader
from polyrepl.lisp.compiler import compile, compile_module, expand, read
import json
code = compile("(defn f [x] (inc x)) (f (await (later 1)))", import_names=["later"]).code
module = compile_module("(def x (map inc [1 2]))").code
assert read("(a)") and expand("(when 1 2)") and "x" in module
try:
    compile("(nope)")
except errors.LispError as error:
    assert "unbound" in str(error)
print(json.dumps(code))
"""


def test_only_the_standard_library(tmp_path: Path) -> None:
    root = Path(str(files("polyrepl.lisp"))).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, str(root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    script = tmp_path / "run.mjs"
    script.write_text(f"console.log(await (0, eval)({done.stdout})({{ later: async (x) => x + 1 }}))")
    ran = subprocess.run([NODE, script], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("3\n", "")


PROGRAMS = [
    ("(+ 1 2)", "3"),
    ("(await (later 2))", "2"),
    ("(def a 1) (defn f [x] (+ x a)) (map f [1 2])", "[2,3]"),
    ('(str {:k [1 nil]} f"{(/ 1 2)}" #{1})', '"{:k [1 nil]}0.5#{1}"'),
    ('(frequencies ["a" "b" "a"])', '{"a":2,"b":1}'),
    ("(for [x [1 2] :when (odd? x)] (* x x))", "[1]"),
    ("(let [{:keys [a] :or {a 5}} {}] (match [a 1] [x _] x))", "5"),
    ('(try (throw (error "x")) (catch e (ex-message e)) (finally 1))', '"x"'),
    ('($py.call $py ["f"] [])', '["f"]'),
    ("(py.len [1])", '["len"]'),
]


def test_results_in_plain_node(tmp_path: Path) -> None:
    """`await (0, eval)(code)({ $py })`, runtime inline and imported, with and without a map comment."""
    runtime = Path(str(files("polyrepl.lisp").joinpath("runtime", "index.mjs")))
    lines = [
        f"import * as $rt from {json.dumps(runtime.as_uri())};",
        "const $py = { builtins: {}, call: (root, path) => path };",
        "const later = async (x) => x;",
    ]
    for program, _ in PROGRAMS:
        for options in ({}, {"source_map": "inline"}, {"runtime": "import"}):
            made = compile(program, import_names=["$py", "later"], **options)  # type: ignore[arg-type]
            call = f"await (0, eval)({json.dumps(made.code)})({{ $py, $rt, later }})"
            lines.append(f"console.log(JSON.stringify({call}));")
    script = tmp_path / "run.mjs"
    script.write_text("\n".join(lines))
    ran = subprocess.run([NODE, script], capture_output=True, text=True, check=False, env={**os.environ})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:-1] == [wanted for _, wanted in PROGRAMS for _ in range(3)]


def test_compiled_is_frozen_and_says_what_it_is() -> None:
    made = compile("(def x 1) (defn f [] (await 1)) (+ 1 (f))", "a.lisp", source_map="object")
    assert made.names == ("x", "f") and not made.is_async and not made.quiet
    assert [warning.code for warning in made.warnings] == ["missing-await"]
    assert made.map is not None and made.map["sources"] == ["a.lisp"] and made.map["version"] == 3
    assert compile("1", source_map=None).map is None
    assert compile("1", source_map="inline").code.splitlines()[-1].startswith("//# sourceMappingURL=data:")
    with pytest.raises(AttributeError):
        made.code = ""  # type: ignore[misc]


def test_read_expand_format(lisp: Any) -> None:
    assert [write_form(form) for form in read("(a [1]) 'b")] == ["(a [1])", "'b"]
    assert format("(do\n1 ; one\n2)") == "(do\n  1 ; one\n  2)\n"
    texts = [write_form(form) for form in expand("(when a b) x (unless-not 1)")]
    assert texts == ["(if a b)", "x", "(unless-not 1)"]
    assert [write_form(form) for form in expand("(unless a b)", once=True)] == ["(if (not a) b)"]
    text = "(define-syntax inc2 (syntax-rules () ((_ x) (inc (inc x))))) (inc2 5)"
    assert write_form(expand(text)[1]) == "(inc (inc 5))"
    text = "(defmacro twice [x] `(do ~x ~x)) (twice (f))"
    assert write_form(expand(text, macro_host=lisp)[1]) == "(do (f) (f))"
    for wrong in (lambda: read("("), lambda: format("("), lambda: expand("(when)"), lambda: expand(")")):
        with pytest.raises(LispError):
            wrong()
