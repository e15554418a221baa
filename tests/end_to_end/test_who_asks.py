"""Attributes that are missing, or of a name that JavaScript means something by: who asks decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from npm_tools import npm_tools
from running import polyrepl

# Names that JavaScript's own machinery means something by.
NAMES = [
    "then",
    "constructor",
    "length",
    "name",
    "prototype",
    "arguments",
    "caller",
    "toString",
    "valueOf",
    "toJSON",
    "__proto__",
    "hasOwnProperty",
    "call",
    "apply",
    "bind",
    "size",
    "destroy",
    "inspect",
    "nodeType",
    "map",
    "keys",
    "catch",
]

PYTHON = f"""
import collections
class Plain:
    a = 1
    ran = 0
    @property
    def boom(self): raise ValueError("boom")
    @property
    def counted(self):
        Plain.ran += 1
        return 2
for name in {NAMES!r}:
    setattr(Plain, name, (lambda name: lambda self, *args: [name, *args])(name))
class Called(Plain):
    def __call__(self): return 1
class Listed(Plain):
    index = count = None
    def __getitem__(self, at): return [7, 8, 9][at]
    def __len__(self): return 3
class Awaited(Plain):
    def __await__(self):
        yield from ()
        return 5
class Bare:
    a = 1
class Default(collections.defaultdict): pass
got = []
def first(*args): got.append(["first", *args])
def second(*args): got.append(["second", *args])
def letters():
    yield "a"
    yield "b"
"""
SETUP = '(py.import "sys") (.insert sys.path 0 ".") (py.import "things")\n'
TRIED = '(defn tried [f] (try (f) (catch e (str (.-name e) ": " (.-message e)))))\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "things.py").write_text(PYTHON)
    return tmp_path


def lines(folder: Path, program: str) -> list[str]:
    (folder / "program.lisp").write_text(SETUP + TRIED + program)
    done = polyrepl("program.lisp", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize("kind", ["Plain", "Called", "Listed", "Awaited"])
def test_every_name_of_python_is_reachable(folder: Path, kind: str) -> None:
    """As a method of a value, of the value of an expression, and as an attribute."""
    program = "\n".join(
        f"(let [o (things.{kind})] (println (py.str (.{name} o 1)) (py.str (.{name} (things.{kind}) 2)) "
        f"(py.str ((.-{name} o) 3)) (py.str (let [f o.{name}] (f 4)))))"
        for name in NAMES
    )
    assert lines(folder, program) == [
        " ".join(f"['{name}', {number}]" for number in (1, 2, 3, 4)) for name in NAMES
    ]


def test_await_sees_no_thenable(folder: Path) -> None:
    """A method `then` makes no promise: what has one is awaited, returned and resolved as itself."""
    assert lines(
        folder,
        """
        (def o (things.Plain))
        (def look (js.eval "async (o) => [typeof o.then, (await o) === o]"))
        (println (= (await o) o) (= (await (Promise.resolve o)) o) (await (look o)) (await (things.Awaited)))
        """,
    ) == ["true true [undefined true] 5"]


def test_what_is_missing_is_an_error_of_the_lisp(folder: Path) -> None:
    assert lines(
        folder,
        """
        (def o (things.Bare))
        (defn made [] o)
        (println (tried #(.missing o)) "|" (tried #(.-missing o)) "|" (tried (fn [] o.missing)))
        (println (tried #(.missing (made))) "|" (tried #(.-missing (made))) "|" (tried #(-> o .missing)))
        (println (tried #(let [{:keys [a b]} o] [a b])) (:b o) (get o :b) (get o "b" 5) (:a o))
        (println (tried #(.-missing (py.list))) "|" (try (.missing o) (catch py.AttributeError e "caught")))
        (println (.-missing {:a 1}) (.-missing (Object.create o)) (:k (py.dict)))
        (println (get (py.list [1]) 7) (:k (py.list)))
        (def d (things.Default py.list))
        (println (:k d) (get d "k") (py.len d))
        """,
    ) == [
        "AttributeError: 'Bare' object has no attribute 'missing' | "
        "AttributeError: 'Bare' object has no attribute 'missing' | "
        "AttributeError: 'Bare' object has no attribute 'missing'",
        "AttributeError: 'Bare' object has no attribute 'missing' | "
        "AttributeError: 'Bare' object has no attribute 'missing' | "
        "AttributeError: 'Bare' object has no attribute 'missing'",
        "[1 nil] nil nil 5 1",
        "AttributeError: 'list' object has no attribute 'missing' | caught",
        "nil nil nil",
        "nil nil",
        "nil nil 0",
    ]


@pytest.mark.parametrize(
    "form", ["(.weekdy (day))", "(.weekdy d)", "(.-weekdy (day))", "(.-weekdy d)", "d.weekdy"]
)
def test_the_error_has_its_place_and_hint(folder: Path, form: str) -> None:
    (folder / "program.lisp").write_text(
        '(py.import "datetime")\n(defn day [] (datetime.date 2024 1 1))\n(def d (day))\n' + form
    )
    done = polyrepl("program.lisp", cwd=folder)
    assert done.code == 1
    assert done.err.splitlines() == [
        "program.lisp:4:1: AttributeError: 'datetime.date' object has no attribute 'weekdy'",
        f"  {form}",
        "  " + "^" * len(form),
        "  hint: did you mean weekday?",
    ]


def test_what_is_missing_is_undefined_to_javascript(folder: Path) -> None:
    assert lines(
        folder,
        """
        (def look (js.eval "(o) => [o.x === undefined, o?.x ?? 'd', o.x?.y, typeof o.nodeType,
          o.hasOwnProperty('a'), o.hasOwnProperty('x'), 'a' in o, 'x' in o, Object.hasOwn(o, 'toString'),
          o.__proto__ === Object.prototype, o.propertyIsEnumerable('a'), o.constructor === Object]"))
        (println (look (things.Bare)))
        (def miss (js.eval "(o) => {
          try { o.missing() } catch (e) { return e.constructor === TypeError }
        }"))
        (println (miss (things.Bare)) (miss (py.list)) (miss things.Bare) (miss things))
        (def d (things.Default py.list))
        (def look-for (js.eval "(d) => [d.missing, d.hasOwnProperty('missing'), Object.keys(d)]"))
        (println (look-for d) (py.len d))
        """,
    ) == [
        "[true d nil undefined true false true false false true true true]",
        "true true true true",
        "[nil false []] 0",
    ]


def test_object_keys_run_no_properties(folder: Path) -> None:
    assert lines(
        folder,
        """
        (def o (things.Plain))
        (def own #{"a" "boom" "counted" "ran"})
        (def walked (js.eval "(o) => { const k = []; for (const x in o) k.push(x); return k }"))
        (println (filter own (Object.keys o)) (filter own (walked o)))
        (println ((js.eval "(o) => ['boom' in o, Object.hasOwn(o, 'boom')]") o) things.Plain.ran)
        (println (.get (Object.getOwnPropertyDescriptor o "counted")))
        (println (tried #((js.eval "(o) => o.boom") o)))
        """,
    ) == ["[a boom counted ran] [a boom counted ran]", "[true true] 0", "2", "ValueError: boom"]


def test_libraries_of_javascript_look_at_python(folder: Path) -> None:
    (folder / "node_modules").symlink_to(npm_tools() / "node_modules")
    assert lines(
        folder,
        """
        (py.import "datetime")
        (js.import "rxjs" :as rx) (js.import "dayjs") (js.import "lodash" :as _)
        (js.import "node:events" :refer [EventEmitter]) (js.import "node:stream" :as stream)
        (js.import "node:stream/promises" :refer [pipeline])
        (def e (new EventEmitter))
        (.on e "x" things.first) (.on e "x" things.second) (.off e "x" things.first) (.emit e "x" 1)
        (println (py->js things.got))
        (def seen [])
        (.subscribe (rx.from (things.letters)) (fn [x] (.push seen x)))
        (println seen)
        (def written [])
        (await (pipeline (things.letters) (new stream.Writable {:objectMode true
          :write (fn [chunk encoding done] (.push written chunk) (done))})))
        (println written (await (.toArray (stream.Readable.from (things.letters)))))
        (println (.format (dayjs (datetime.datetime 2024 5 6 7 8 9)) "YYYY-MM-DD HH:mm:ss"))
        (println (_.get (things.Bare) "x" 5) (_.get (things.Bare) "a" 5) (_.has (things.Bare) "x")
          (_.keys (things.Bare)) (_.isEmpty (py.list)) (_.map (py.list [1 2]) inc))
        (println (_.isFunction py.len) (_.isPlainObject (py.dict)) (_.isPlainObject (things.Bare)))
        (println (_.cloneDeep (py.dict {:a [1]})) (_.merge {} (py.dict {:a {:b 1}}) (py.dict {:a {:c 2}})))
        (println (_.isEqual (py.dict {:a [1]}) {:a [1]}) (_.isEqual (py.dict {:a 1}) {:a 2}))
        (js.import "node:util" :refer [isDeepStrictEqual])
        (println (isDeepStrictEqual (py.list [1]) [1]) (isDeepStrictEqual (py.dict {:a 1}) {:a 1})
          (isDeepStrictEqual (py.list [1]) [2]))
        """,
    ) == [
        "[[second 1]]",
        "[a b]",
        "[a b] [a b]",
        "2024-05-06 07:08:09",
        "5 1 false [a] true [2 3]",
        "true true false",
        "{:a [1]} {:a {:b 1 :c 2}}",
        "true false",
        "true true false",
    ]


def test_a_pipe_and_an_expression(folder: Path) -> None:
    """Every front end asks as the Lisp does (`,js` and `%%js`: tests/repl/test_languages.py)."""
    program = SETUP + "(.then (things.Plain) 1)"
    for args, stdin in ((["-e", program], ""), ([], program + "\n")):
        done = polyrepl(*args, stdin=stdin, cwd=folder)
        assert (done.out.splitlines()[-1], done.err) == ("['then', 1]", "")


def test_a_compiled_file_reads_as_it_did(tmp_path: Path) -> None:
    """Without a bridge there is nobody to tell; for browsers nothing is said at all."""
    (tmp_path / "program.lisp").write_text(
        "(defn f [o] [(.-a o) (.m o 1) (.-missing o)]) (console.log (str (f {:a 1 :m inc})))"
    )
    for target in ("node", "browser"):
        done = polyrepl("compile", "program.lisp", "-o", "out.mjs", "--target", target, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        assert ("$read" in (tmp_path / "out.mjs").read_text()) == (target == "node")
        assert polyrepl("node", "out.mjs", cwd=tmp_path).out.strip() == "[1 2 nil]"
