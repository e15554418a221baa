"""What is suggested for names that mean nothing here."""

import pytest
from polyrepl.lisp.analyze.hints import INSTEAD, made_later, unbound
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.runtime.corelib import table

KNOWN = ["long-name", "count", "println", "map", "filter"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("long-nam", "did you mean long-name?"),
        ("pritnln", "did you mean println?"),
        ("null", "write nil"),
        ("None", "write nil"),
        ("len", "write count"),
        ("equal?", "write ="),
        ("null?", "write empty?, or nil? for nil"),
        ("const", "write def, or let inside a function"),
        ("setq", "write set!"),
        ("return", "the last form of a function is its value: write if or cond"),
        ("js/Math.abs", "JavaScript's globals are plain names: write Math.abs"),
        ("foo/bar", "names are joined by dots: write foo.bar"),
        ("a:", "a keyword begins with its colon: write :a"),
        ("Foo.", "write (new Foo ..)"),
        ("np.sum", 'load it first: (py.import "numpy" :as np)'),
        ("fs", 'load it first: (js.import "node:fs" :as fs)'),  # `fn` is near, and not meant
        ("os.getcwd", 'load it first: (js.import "node:os" :as os), or (py.import "os")'),
        ("ord", "of Python: py.ord"),
        ("open", "of Python: py.open"),
        ("ValueError", "of Python: py.ValueError"),
        ("Long/parseLong", "write parse-long"),
        ("path.join", 'load it first: (js.import "node:path" :as path)'),
        ("map.x.y", None),
        ("long-nam.x", "did you mean long-name.x?"),
        ("xyzzy", None),
        (".", None),
        ("meta", "there is no metadata at run time: keep it in a map"),
        ("coun", "did you mean count?"),
        ("gets", None),
        ("counts?", "did you mean `count`?"),
    ],
)
def test_unbound(name: str, hint: str | None) -> None:
    assert unbound(name, KNOWN) == hint


def test_the_table_is_well_formed() -> None:
    assert len(INSTEAD) > 100
    for name, text in INSTEAD.items():
        assert text and not text.startswith("="), name


def test_every_row_shows_and_names_what_is_there() -> None:
    """A name that is bound here would never be unbound; a word that is advised must mean something."""
    core = list(table())
    for name, text in INSTEAD.items():
        assert unbound(name, core) == text
        for form in (name, f"({name} 1)"):
            compiler = Compiler()
            with pytest.raises(LispError) as caught:
                for read in compiler.read(form):
                    compiler.compile(read)
            assert caught.value.hint == text, form
        advised = text.removeprefix("write ")
        if advised != text and " " not in advised and not advised.startswith(("[", "(", "{", "f")):
            known = Compiler()
            try:
                known.compile(known.read(advised)[0])
            except LispError as error:
                assert "is a special form" in error.message or "macro" in error.message, f"{name}: {advised}"


DEFMUL = "(defmacro defmul [name by] nil)"
LATER = "(defmul twice ..) further on may define it: write (declare twice) before its first use"


class _Host:
    """Defines macros and runs none."""

    def define(self, js: str, name: str) -> int:
        return 1

    def expand(self, id: int, form_wire: object) -> object:
        raise AssertionError("no macro is called before the error")

    def known(self, names: list[str]) -> set[str]:
        return set()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (f"{DEFMUL}\n(defn f [] (twice 4))\n(defmul twice 2)", LATER),
        (f"(defn f [] (twice 4))\n{DEFMUL}\n(defmul twice 2)", LATER),
        (f"{DEFMUL}\n(println twice)\n(defmul  twice)", LATER),
        (f"{DEFMUL}\n(defn f [] (twice 4))\n(defmul twice-as-much 2)", None),
        (f"{DEFMUL}\n(defn f [] (twice 4))\n; (defmul twice 2)", None),
        (f"{DEFMUL}\n(defn f [] (twice 4))\n(println twice)", None),
    ],
)
def test_a_name_that_a_later_call_of_a_macro_defines(text: str, hint: str | None) -> None:
    compiler = Compiler(host=_Host())
    forms = compiler.read(text)
    compiler.declare_unit(forms)
    with pytest.raises(LispError) as error:
        for form in forms:
            compiler.compile(form)
    assert error.value.message == "unbound symbol twice"
    if hint is None:
        assert "further on" not in (error.value.hint or "")
    else:
        assert error.value.hint == hint


def test_a_long_text_of_calls_of_no_macro() -> None:
    calls = "".join(f"(call{i} twice)\n(defmacro other{i} [] nil)\n" for i in range(20_000))
    symbol = Compiler().read(f"(f twice)\n{calls}")[0].items[1]
    assert made_later(symbol, ()) is None
    assert made_later(symbol, {"call19999"}) == LATER.replace("defmul", "call19999")
