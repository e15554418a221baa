"""`polyrepl compile` and `polyrepl fmt`: the commands as typed, and their output in plain Node."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

from npm_tools import NODE
from running import COMMAND, MARKER, assert_nothing_left, deadline, environment, polyrepl
from source_maps import original_position

PROGRAM = """\
(js.import "node:path" :as path)
(defmacro twice [x] `(let [v# ~x] (+ v# v#)))
(defn area [w h]
  (* w h))
(println (path.join "a" "b") (twice (area 2 3)) {:k [1 nil]} f"{(area 1 1)}!")
"""


def run_node(*args: str | Path, cwd: Path) -> tuple[int, str, str]:
    """Plain Node, with an environment in which no polyrepl is found."""
    env = {"PATH": str(NODE.parent), "HOME": str(cwd)}
    done = subprocess.run(
        [NODE, *args], cwd=cwd, capture_output=True, text=True, env=env, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_module_runs_in_plain_node(tmp_path: Path) -> None:
    (tmp_path / "shapes.lisp").write_text(PROGRAM)
    done = polyrepl("compile", "shapes.lisp", "-o", "shapes.mjs", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert polyrepl("compile", "shapes.lisp", cwd=tmp_path).out == (tmp_path / "shapes.mjs").read_text()
    assert run_node("shapes.mjs", cwd=tmp_path) == (0, "a/b 12 {:k [1 nil]} 1!\n", "")
    use = 'import { area } from "./shapes.mjs"; console.log(area(4, 5))'
    (tmp_path / "use.mjs").write_text(use)
    assert run_node("use.mjs", cwd=tmp_path)[1].splitlines()[-1] == "20"


def test_arguments_and_exit(tmp_path: Path) -> None:
    (tmp_path / "main.lisp").write_text("(println (count *argv*) (first *argv*)) (exit 3)")
    assert polyrepl("compile", "main.lisp", "-o", "main.mjs", cwd=tmp_path).err == ""
    assert run_node("main.mjs", "a b", "c", cwd=tmp_path) == (3, "2 a b\n", "")
    (tmp_path / "own.lisp").write_text('(defn exit [x] (println "own" x)) (exit 3)')
    assert polyrepl("compile", "own.lisp", "-o", "own.mjs", cwd=tmp_path).err == ""
    assert run_node("own.mjs", cwd=tmp_path) == (0, "own 3\n", "")


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    done = polyrepl("compile", "-", "--source-map", "none", stdin="(def x 1) (* x 2)", cwd=tmp_path)
    assert done.code == 0 and done.out.endswith("export { x };\n") and "sourceMapping" not in done.out
    assert list(tmp_path.iterdir()) == []


def test_stacks_name_the_lisp(tmp_path: Path) -> None:
    """Node's own --enable-source-maps reads the map."""
    program = "(defn broken [x]\n  (+ 1\n     (.missing-method! x)))\n(broken {})\n"
    (tmp_path / "broken.lisp").write_text(program)
    for kind in ("inline", "file"):
        done = polyrepl("compile", "broken.lisp", "-o", f"{kind}.mjs", "--source-map", kind, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        code, _, err = run_node("--enable-source-maps", f"{kind}.mjs", cwd=tmp_path)
        assert code == 1 and "broken.lisp:3:6)" in err and "broken.lisp:4:1)" in err
    assert not (tmp_path / "inline.mjs.map").exists()
    made = json.loads((tmp_path / "file.mjs.map").read_text())
    assert (made["version"], made["file"], made["sources"]) == (3, "file.mjs", ["broken.lisp"])
    assert made["sourcesContent"] == [program]
    lines = (tmp_path / "file.mjs").read_text().splitlines()
    row = next(at for at, line in enumerate(lines) if line.startswith("broken("))
    place = original_position(made, row, 0)
    assert place is not None and (place.line, place.col) == (3, 0)


def test_sources_are_named_from_the_output(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "src" / "lib.lisp").write_text("(def base 10)")
    (tmp_path / "src" / "main.lisp").write_text('(import "./lib.lisp" :as lib) (println (* 2 lib.base))')
    command = ("compile", "src/main.lisp", "-o", "out/main.mjs", "--source-map", "file")
    assert polyrepl(*command, cwd=tmp_path).err == ""
    made = json.loads((tmp_path / "out" / "main.mjs.map").read_text())
    assert sorted(made["sources"]) == ["../src/lib.lisp", "../src/main.lisp"]
    assert run_node("out/main.mjs", cwd=tmp_path) == (0, "20\n", "")


def test_all_errors_together_and_nothing_written(tmp_path: Path) -> None:
    text = "(def ok 1)\n(lenght [1])\n(let [x] x)\n(+ ok nowhere)\n"
    (tmp_path / "bad.lisp").write_text(text)
    (tmp_path / "bad.mjs").write_text("before")
    done = polyrepl("compile", "bad.lisp", "-o", "bad.mjs", cwd=tmp_path)
    assert done.code == 1 and done.out == ""
    for place in ("bad.lisp:2:2: error", "bad.lisp:3:7: error", "bad.lisp:4:7: error"):
        assert place in done.err
    assert "Traceback" not in done.err and (tmp_path / "bad.mjs").read_text() == "before"


def test_warnings_do_not_stop(tmp_path: Path) -> None:
    (tmp_path / "warned.lisp").write_text("(defn f [] (await 1))\n(def y (+ 1 (f)))\n")
    done = polyrepl("compile", "warned.lisp", cwd=tmp_path)
    assert done.code == 0 and "warned.lisp:2:13: warning" in done.err


def test_the_browser_target_has_nothing_of_node(tmp_path: Path) -> None:
    program = '(def button (document.querySelector "b")) (println (map inc [1 2]) f"{button}")'
    (tmp_path / "page.lisp").write_text(program)
    assert polyrepl("compile", "page.lisp", "-o", "page.mjs", "--target", "browser", cwd=tmp_path).err == ""
    code = (tmp_path / "page.mjs").read_text()
    assert not re.search(r"^import |\bimport\(|createRequire", code, re.MULTILINE)
    shim = "globalThis.document = { querySelector: (s) => s }; await import('./page.mjs');"
    assert run_node("--input-type=module", "-e", shim, cwd=tmp_path) == (0, "[2 3] b\n", "")
    for wrong in ('(js.import "node:fs" :as fs)', '(def fs (require "fs"))'):
        (tmp_path / "page.lisp").write_text(wrong)
        done = polyrepl("compile", "page.lisp", "--target", "browser", cwd=tmp_path)
        assert done.code == 1 and "page.lisp:1:" in done.err and "browser" in done.err


def test_a_program_that_uses_python_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "np.lisp").write_text('(py.import "math" :as m) (println (m.sqrt 4))')
    assert polyrepl("compile", "np.lisp", "-o", "np.mjs", cwd=tmp_path).code == 0
    code, _, err = run_node("np.mjs", cwd=tmp_path)
    assert code == 1 and "uses Python" in err


def test_usage(tmp_path: Path) -> None:
    (tmp_path / "a.mjs").write_text("(+ 1 2)")
    (tmp_path / "latin.lisp").write_bytes(b'"\xe9"')
    for args, says in [
        (("none.lisp",), "none.lisp: No such file"),
        (("latin.lisp",), "not UTF-8"),
        (("a.mjs", "--watch"), "is the program itself"),
        (("a.mjs", "-o", "a.mjs"), "is the program itself"),
        (("-", "--source-map", "file"), "needs a file"),
        (("-", "--watch"), "cannot be watched"),
        (("a.lisp", "--target", "moon"), "invalid choice"),
    ]:
        done = polyrepl("compile", *args, stdin="(+ 1 2)", cwd=tmp_path)
        assert done.code == 2 and says in done.err and "Traceback" not in done.err, args
    (tmp_path / "ok.lisp").write_text("(+ 1 2)")
    done = polyrepl("compile", "ok.lisp", "-o", "no/such/folder.mjs", cwd=tmp_path)
    assert done.code == 2 and "No such file or directory" in done.err


def replace(path: Path, text: str) -> None:
    """At once, so that the watcher never sees half a file."""
    spare = path.with_suffix(".new")
    spare.write_text(text)
    spare.replace(path)


def test_watch_compiles_again_and_ends_quietly(tmp_path: Path) -> None:
    lib, main, out = tmp_path / "lib.lisp", tmp_path / "main.lisp", tmp_path / "main.mjs"
    lib.write_text("(def x 1)")
    main.write_text('(import "./lib.lisp" :refer [x]) (defmacro m [] `(inc x)) (println (m))')
    env = environment(tmp_path)
    child = subprocess.Popen(
        [*COMMAND, "compile", "main.lisp", "--watch"],
        cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    try:
        with deadline(60):
            assert child.stderr.readline().startswith("compiled main.lisp")
            assert run_node(out, cwd=tmp_path)[1] == "2\n"
            replace(lib, "(def x 100)")  # a file that is imported
            assert child.stderr.readline().startswith("compiled main.lisp")
            assert run_node(out, cwd=tmp_path)[1] == "101\n"
            replace(main, "(nope)")
            assert "error: unbound symbol nope" in child.stderr.readline()
            replace(main, '(println "better")')
            while not (line := child.stderr.readline()).startswith("compiled"):
                assert line, "the watcher has ended"
            assert run_node(out, cwd=tmp_path)[1] == "better\n"
            child.send_signal(signal.SIGINT)
            rest = child.stderr.read()
            assert (child.wait(), rest) == (-signal.SIGINT, "")
    finally:
        child.kill()
        child.wait()
        child.stderr.close()
    assert_nothing_left(env[MARKER])


def test_fmt(tmp_path: Path) -> None:
    file = tmp_path / "a.lisp"
    file.write_text("(defn f [x]\n(+ x ; one\n1))\n")
    mode = 0o640
    os.chmod(file, mode)
    done = polyrepl("fmt", "--check", "a.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (1, "would reformat a.lisp\n")
    assert polyrepl("fmt", "a.lisp", cwd=tmp_path).err == "reformatted a.lisp\n"
    assert file.read_text() == "(defn f [x]\n  (+ x ; one\n     1))\n"
    assert file.stat().st_mode & 0o777 == mode
    assert polyrepl("fmt", "--check", "a.lisp", cwd=tmp_path).code == 0
    done = polyrepl("fmt", "-", stdin="(do\n1)", cwd=tmp_path)
    assert (done.code, done.out) == (0, "(do\n  1)\n")
    file.write_text("(do\n")
    done = polyrepl("fmt", "a.lisp", cwd=tmp_path)
    assert done.code == 1 and "a.lisp:1:1: error" in done.err and file.read_text() == "(do\n"
