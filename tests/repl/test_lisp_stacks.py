"""Stacks of Lisp programs: behind awaits, through JavaScript libraries, inside macros; places exact."""

from __future__ import annotations

from pathlib import Path

from running import polyrepl

PROGRAMS = {
    "awaits": (
        """\
(defn later [] (await (Promise.resolve 1)) (throw (error "late")))
(defn middle? [] (let [x (await (later))] x))
(defn main [f] (+ 1 (await (f))))
(def g middle?)
(+ 0 (await (main g)))
""",
        """\
awaits.lisp:1:51: Error: late
  (defn later [] (await (Promise.resolve 1)) (throw (error "late")))
                                                    ^^^^^^^^^^^^^^
  lisp  awaits.lisp:5:6
  lisp  awaits.lisp:3:21 in main
  lisp  awaits.lisp:2:26 in middle?
  lisp  awaits.lisp:1:51 in later
""",
    ),
    "library": (
        """\
(js.import "node:fs/promises" :as fs)
(defn read-it [f]
  (let [text (await (fs.readFile f "utf8"))]
    (count text)))
(println (await (read-it "none")))
""",
        """\
library.lisp:3:14: Error: ENOENT: no such file or directory, open 'none'
    (let [text (await (fs.readFile f "utf8"))]
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  lisp  library.lisp:5:10
  lisp  library.lisp:3:14 in read-it
""",
    ),
    "macros": (
        """\
(defmacro checked [x] `(let [v# ~x] (.boom! v#)))
(define-syntax twice (syntax-rules () ((_ e) (do e (checked e)))))
(defn run-it [x]
  (list 1
        (twice (inc x))))
(run-it 1)
""",
        """\
macros.lisp:5:9: TypeError: v.boom! is not a function
          (twice (inc x))))
          ^^^^^^^^^^^^^^^
  in expansion of checked at macros.lisp:5:9
  in expansion of twice at macros.lisp:5:9
  lisp  macros.lisp:6:1
  lisp  macros.lisp:5:9 in run-it
""",
    ),
    "python": (
        """\
(py.import "functools")
(py.defn ratio [a b]
  (let [ä "ö" x (inc a)] (rem x b)))
(py.defn ratios [xs]
  (functools.reduce (fn [all x] (ratio x 0)) xs))
(defn start [] (ratios [1 2 3]))
(start)
""",
        """\
python.lisp:3:26: ZeroDivisionError: rem: division by zero
    (let [ä "ö" x (inc a)] (rem x b)))
                           ^^^^^^^^^
  lisp  python.lisp:7:1
  lisp  python.lisp:6:16 in start
  py    python.lisp:5:3 in ratios
  py    python.lisp:5:33 in fn
  py    python.lisp:3:26 in ratio
""",
    ),
    "between": (
        """\
(py.defn call [f] (f 1))
(defn bad [x]
  (py.int "q"))
(call bad)
""",
        """\
between.lisp:3:3: ValueError: invalid literal for int() with base 10: 'q'
    (py.int "q"))
    ^^^^^^^^^^^^
  lisp  between.lisp:4:1
  lisp  between.lisp:3:3 in bad
  py    between.lisp:1:19 in call
""",
    ),
    "values": (
        """\
(def ok 1)
  (throw "text")
""",
        """\
values.lisp:2:3: Thrown: "text"
    (throw "text")
    ^^^^^^^^^^^^^^
""",
    ),
    "wide": (
        """\
(defn größe! [x] (list "😀😀" (.missing! x)))
(größe! {})
""",
        """\
wide.lisp:1:29: TypeError: x.missing! is not a function
  (defn größe! [x] (list "😀😀" (.missing! x)))
                                ^^^^^^^^^^^^^
  lisp  wide.lisp:2:1
  lisp  wide.lisp:1:29 in größe!
""",
    ),
}


def test_stacks(tmp_path: Path) -> None:
    for name, (program, wanted) in PROGRAMS.items():
        (tmp_path / f"{name}.lisp").write_text(program)
        done = polyrepl(f"{name}.lisp", cwd=tmp_path)
        assert (done.code, done.out, done.err) == (1, "", wanted)


PRINTED = """\
(defn f [] (throw (Error. "a")))
(defn g [] (f))
(try (g) (catch e (js.console.error e)))
((py.eval "lambda f: f()") (fn [] (try (g) (catch e (println e.stack)))))
(js.console.trace "t")
(py.import "warnings" :as warnings) (warnings.warn "careful")
(js.console.error (Object.assign (Error. "with" {:cause (Error. "of")}) {:code "E1"}))
(println "plain\\n    at no place\\n  end")
(try (await ((fn [] (await nil) (g)))) (catch e (js.console.log e)))
"""
SHOWN = {
    "stdout": """\
Error: a
    at f (p.lisp:1:19)
    at g (p.lisp:2:12)
    at p.lisp:4:40
    at p.lisp:4:1
plain
    at no place
  end
Error: a
    at f (p.lisp:1:19)
    at g (p.lisp:2:12)
    at p.lisp:9:33
    at async p.lisp:9:6
""",
    "stderr": """\
Error: a
    at f (p.lisp:1:19)
    at g (p.lisp:2:12)
    at p.lisp:3:6
Trace: t
    at p.lisp:5:1
UserWarning: careful
Error: with
    at p.lisp:7:34 {
  code: 'E1',
  [cause]: Error: of
      at p.lisp:7:57
}
""",
}


def test_printed_stacks_have_the_places_in_the_lisp_and_no_frames_of_ours(tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text(PRINTED)
    done = polyrepl("p.lisp", cwd=tmp_path)
    # Whether Node's queue has called what was awaited, as it tells itself, is of no interest.
    out = "".join(line for line in done.out.splitlines(keepends=True) if "task_queues" not in line)
    assert {"stdout": out, "stderr": done.err} == SHOWN
