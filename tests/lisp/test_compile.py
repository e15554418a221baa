"""The compiler's faces: compile, modules, imported files, warnings, maps, depth, linear work."""

from __future__ import annotations

import cProfile
import gc
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import Compiled, Compiler, LispErrors, compile, compile_module
from polyrepl.lisp.errors import LispError
from source_maps import original_position


def node(tmp_path: Path, text: str) -> str:
    file = tmp_path / "run.mjs"
    file.write_text(text)
    done = subprocess.run([str(NODE), str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_library_code_runs_in_any_host(tmp_path: Path) -> None:
    made = compile("(def xs [3 1 2]) (str (map inc (sort xs)))", source_map="inline")
    assert made.names == ("xs",) and not made.is_async
    out = node(tmp_path, f"console.log(await (0, eval)({json.dumps(made.code)})({{}}))")
    assert out == "[2 3 4]"


def test_imports_are_parameters(tmp_path: Path) -> None:
    made = compile("(* 2 (await (fetcher 4)))", import_names=["fetcher"])
    assert made.is_async and made.code.split("\n")[1].startswith("async ({ fetcher })")
    call = f"(0, eval)({json.dumps(made.code)})({{ fetcher: async (x) => x }})"
    assert node(tmp_path, f"console.log(await {call})") == "8"


@pytest.mark.parametrize("name", ["fetch-it", "map", "fetch", "class", "$py", "$own", "a?"])
def test_any_name_can_be_imported(name: str, tmp_path: Path) -> None:
    made = compile(f"(let [x 1] ({name} x 2))", import_names=[name], runtime="import")
    imports = f"{{ {json.dumps(name)}: (a, b) => [a, b], $rt: {{ map() {{}} }} }}"
    out = node(tmp_path, f"console.log(JSON.stringify((0, eval)({json.dumps(made.code)})({imports})))")
    assert out == "[1,2]"


def test_all_independent_errors_are_reported() -> None:
    with pytest.raises(LispErrors) as caught:
        compile("(nope 1)\n(def ok 1)\n(let [x] x)\n(+ ok nowhere)")
    assert [error.span.text for error in caught.value.errors if error.span] == ["nope", "x", "nowhere"]


@pytest.mark.parametrize(
    "text",
    [
        "(defmacro m [x] (nope x)) (m 1) (m 2)",
        '(import "./none.lisp" :as lib :refer [f]) (lib.g 1) (f 2) (lib/g 3)',
        "(define-syntax m (syntax-rules () (m 1))) (m)",
        "(def x (nope)) (inc x)",
    ],
)
def test_consequences_of_an_error_are_not_errors(text: str) -> None:
    with pytest.raises(LispError) as caught:
        compile(text, loader=loader)
    assert not isinstance(caught.value, LispErrors)


def test_module_runs_without_python(tmp_path: Path) -> None:
    made = compile_module(
        '(js.import "node:path" :as path) (defn fact [n] (if (< n 2) 1 (* n (fact (dec n))))) '
        '(println (path.join "a" "b") (fact 5))'
    )
    assert node(tmp_path, made.code) == "a/b 120"


FILES = {
    "/x/lib.lisp": "(def base 10) (defn area [w h] (* w h base)) (defmacro twice [x] `(+ ~x ~x)) "
    "(define-syntax add-base (syntax-rules () ((_ x) (+ x base)))) (defmacro with-area [x] `(area ~x 1))",
    "/x/a.lisp": '(import "./b.lisp")',
    "/x/b.lisp": '(import "./a.lisp")',
    "/x/broken.lisp": "(def x 1)\n(oops)",
}


def loader(name: str, importer: str) -> tuple[str, str]:
    path = "/x/" + name.rpartition("/")[2]
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory")
    return FILES[path], path


def run_with_files(lisp: Any, text: str) -> str:
    lisp.ask(op="reset")
    compiler = lisp.compiler()
    compiler.loader = loader
    forms = compiler.read(text, "/x/main.lisp")
    compiler.declare_unit(forms)
    shown = [lisp.ask(op="run", codes=[compiler.compile(form).code]) for form in forms]
    return str(shown[-1])


def test_imported_files_keep_their_names_and_macros(lisp: Any) -> None:
    text = """(import "./lib.lisp" :as lib :refer [area]) (def base 1)
      [(area 2 3) (lib.area 1 2) (lib/area 1 1) (lib.twice 4) (lib.add-base 1) (lib.with-area 5)
       base lib.base]"""
    assert run_with_files(lisp, text) == "[60 20 10 8 11 50 1 10]"


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ('(import "./a.lisp")', '"./a.lisp"', "import each other"),
        ('(import "./none.lisp")', '"./none.lisp"', "No such file"),
        ('(import "./lib.lisp" :refer [aera])', "aera", "area"),
        ('(import "./lib.lisp") (lib.aera 1)', "lib.aera", "lib.area"),
        ('(import "./lib.lisp") lib', "lib", "imported file"),
        ('(import "./broken.lisp")', "oops", "unbound"),
    ],
)
def test_imports_that_fail(lisp: Any, text: str, at: str, says: str) -> None:
    with pytest.raises(LispError) as caught:
        run_with_files(lisp, text)
    assert caught.value.span is not None and caught.value.span.text == at
    assert says in str(caught.value)


def warnings_of(text: str) -> list[tuple[str, str]]:
    compiler = Compiler()
    warnings = [warning for form in compiler.read(text) for warning in compiler.compile(form).warnings]
    return [(warning.code, warning.span.text if warning.span else "") for warning in warnings]


def test_a_forgotten_await_is_a_warning() -> None:
    text = "(defn f [] (await 1)) (+ 1 (f))"
    assert warnings_of(text) == [("missing-await", "(f)")]
    assert warnings_of("(defn f [] (await 1)) (+ 1 (await (f)))") == []
    assert warnings_of("(defn f [] (await 1)) [(f) (= (f) 1)]") == []


@pytest.mark.parametrize(
    ("form", "call"),
    [
        ("(if (f 1) 1 2)", "(f 1)"),
        ("(condp f 1 2 :a :b)", "(f ..)"),
        ("(match 5 (? f x) :yes _ :no)", "(f ..)"),
        ("(if (-> 1 f) 1 2)", "(f ..)"),
    ],
)
def test_the_hint_names_the_call(form: str, call: str) -> None:
    """Where a macro makes it, what stands there in the text is no call of the function."""
    compiler = Compiler()
    *_, compiled = [compiler.compile(each) for each in compiler.read(f"(defn f [x] (await x)) {form}")]
    assert [warning.hint for warning in compiled.warnings] == [f"write (await {call})"]


@pytest.mark.parametrize(
    ("form", "warned"),
    [
        ("(if (f) 1 2)", True),
        ("(when-not (f) 1)", True),
        ("(cond (f) 1)", True),
        ("(while (f) 1)", True),
        ("(:a (f))", True),
        ("(let [{:keys [a]} (f)] a)", True),
        ("(let [[a] (f)] a)", True),
        ("(for [x [1] :when (f)] x)", True),
        ("(doseq [x [1] :while (f)] x)", True),
        ("(if-let [x (f)] x 2)", True),
        ("(if-let [[a] (f)] a 2)", True),
        ("(when-let [x (f)] x)", True),
        ("(and (f) 1)", True),
        ("(or (f) 1)", True),
        ("(if (and 1 (f)) 1 2)", True),
        ("(match 1 x :when (f) x _ 2)", True),
        ("(match 1 (x :when (f)) x _ 2)", True),
        ("(let [x (f)] (if x 1 2))", True),
        ("(or 1 (f))", False),
        ("(let [p nil] (or p (set! p (f))))", False),
        ("(for [x [1] :when (await (f))] x)", False),
        ("(match 1 x :when (await (f)) x _ 2)", False),
        ("(if (await (f)) 1 2)", False),
        ("(auto (if (f) 1 2))", False),
        ("(let [x (f)] (await x))", False),
        ("(if-let [x (await (f))] x)", False),
        ("[(f) (f)]", False),
    ],
)
def test_what_a_promise_is_not_meant_for(form: str, warned: bool) -> None:
    found = warnings_of(f"(defn f [] (await 1)) {form}")
    assert found == ([("missing-await", "(f)")] if warned else [])


@pytest.mark.parametrize(
    ("form", "warned"),
    [
        ("(fn f [[x & more]] (if more (recur more) x))", ["more"]),
        ("(fn [& xs] (when xs 1))", ["xs"]),
        ("(let [[a & b] [1]] (cond b 1 :else 2))", ["b"]),
        ("(let [[a & b] [1]] (and b 1))", ["b"]),
        ("(let [[a & b] [1]] (when-let [c b] c))", ["c"]),
        ("(fn [& xs] (if (seq xs) 1 2))", []),
        ("(fn [& xs] (if (and xs (seq xs)) 1 2))", ["xs"]),
        ("(fn [& xs] (or 1 xs))", []),
        ("(fn [[x & more]] (if (next more) 1 2))", []),
        ("(fn [xs] (if xs 1 2))", []),
    ],
)
def test_the_rest_of_a_sequence_is_never_nil(form: str, warned: list[str]) -> None:
    assert warnings_of(form) == [("always-true", name) for name in warned]


def test_def_in_a_function_is_a_warning() -> None:
    assert warnings_of("(defn f [] (def x 1))") == [("global-in-function", "(def x 1)")]
    assert warnings_of("(defn f [] (define x 1) x) (let [y 1] (def z y)) (defn g [] (defonce once 1))") == []


def test_a_local_definition_used_outside_says_def() -> None:
    with pytest.raises(LispError) as caught:
        warnings_of("(defn outer [] (defn helper [] 1) (helper)) (helper)")
    assert caught.value.code == "unbound-symbol"
    assert caught.value.hint == (
        "it is defined in the function outer, and known only there: (def helper ..) there makes it global"
    )


def test_wrong_number_of_arguments_is_a_warning() -> None:
    assert warnings_of("(inc 1 2)") == [("arity", "(inc 1 2)")]


def test_maps_point_at_the_expression() -> None:
    text = "(def a 1)\n(defn f [x]\n  (+ a\n     (.missing x)))"
    compiler = Compiler()
    definition, form = compiler.read(text, "m.lisp")
    compiler.compile(definition)
    made = compiler.compile(form)
    assert made.map is not None
    lines = made.code.split("\n")
    line = next(at for at, row in enumerate(lines) if ".missing" in row)
    found = original_position(made.map, line, lines[line].index("x.missing") + 2)
    assert found is not None and (found.source, found.line, found.col) == ("m.lisp", 3, 5)


DEEP: dict[str, Callable[[int], str]] = {
    "+": lambda n: "(def x 1)" + "(+ x " * n + "1" + ")" * n,
    "if": lambda n: "(def x 1)" + "(if x " * n + "1" + ")" * n,
    "let": lambda n: "(let [a 1] " * n + "a" + ")" * n,
    "let init": lambda n: "(let [a " * (n // 2) + "1" + "] a)" * (n // 2),
    "fn": lambda n: "(fn [a] " * n + "a" + ")" * n,
    "vector": lambda n: "[" * n + "]" * n,
    "try": lambda n: "(try " * (n // 2) + "1" + " (catch e 2))" * (n // 2),
    "loop": lambda n: "(loop [i 0] (if (< i 1) (recur (inc i)) " * (n // 2) + "1" + "))" * (n // 2),
    "match": lambda n: "(match 1 1 " * n + "1" + " _ 2)" * n,
    "quasiquote": lambda n: "`" + "(b " * n + "c" + ")" * n,
    "cond": lambda n: "(def x 1)(cond " + "(= x 1) 2 " * (5 * n) + ":else 3)",
    "->": lambda n: "(-> 1 " + "inc " * (5 * n) + ")",
    "or": lambda n: "(def x 1)(or " + "x " * (5 * n) + ")",
}


@pytest.mark.parametrize("shape", DEEP)
def test_deep_programs_compile(shape: str, usual_limit: int) -> None:
    compiler = Compiler(source_map=False)
    for form in compiler.read(DEEP[shape](990)):
        compiler.compile(form)
    assert sys.getrecursionlimit() == usual_limit


PROGRAM = """(defn process-items [items opts]
  (let [{:keys [limit verbose] :or {limit 10}} opts
        total (reduce + 0 (map :price items))]
    (when verbose
      (println "total" total))
    (cond
      (> total limit) {:status :over :total total}
      (= total 0) {:status :empty}
      :else (for [x items :when (odd? (:id x))]
              (assoc x :price (* 2 (:price x)))))))
"""


def calls_for(count: int) -> int:
    """How many Python calls a file of so many lines takes."""
    text = "".join(PROGRAM.replace("process-items", f"process-{n}") for n in range(count // 10))
    profile = cProfile.Profile()
    profile.runcall(compile, text)
    return sum(entry.callcount for entry in profile.getstats())


def test_compiling_grows_linearly() -> None:
    """Counted, not timed: timings are bench/'s."""
    small, large = calls_for(500), calls_for(4000)
    assert large < 8 * small * 1.05


def test_compiling_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    compile("(+ 1 2)")
    with pytest.raises(LispError):
        compile("(nope)")
    assert gc.isenabled()
    gc.disable()
    try:
        compile("(+ 1 2)")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_only_the_standard_library_is_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import polyrepl.lisp.compiler as c; c.Compiler();"
        "print([m for m in set(sys.modules) - before if m.split('.')[0] not in sys.stdlib_module_names"
        " and not m.startswith('polyrepl')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_slices_in_brackets_are_no_calls_of_slice() -> None:
    assert warnings_of("(def m {}) [(. m [(slice nil) 0]) (. m [(slice 1)])]") == []


def test_a_failed_form_defines_nothing() -> None:
    compiler = Compiler()
    with pytest.raises(LispError):
        compiler.compile(compiler.read("(do (def half 1) (nope))")[0])
    assert "half" not in compiler.globals


def test_doc_and_names() -> None:
    compiler = Compiler()
    made: Compiled = compiler.compile(compiler.read('(defn f "Twice x." [x (y 1)] (* 2 x))')[0])
    assert made.names == ("f",) and made.quiet
    assert compiler.doc("f") == "(f x (y ..))\nTwice x."
    assert "when" in compiler.macros and "map" in compiler.globals
