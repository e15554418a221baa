"""Names and identifiers: a table, and the laws of the two directions."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polyrepl.lisp.emit.mangle import ESCAPES, JS_GLOBALS, RESERVED, demangle, mangle, rename

from .fuzz_texts import in_node

TABLE = [
    ("map", "map"),
    ("my-name", "my_name"),
    ("a-b-c", "a_b_c"),
    ("snake_case", "snake__case"),
    ("_private", "_private"),
    ("trailing_", "trailing_"),
    ("_", "_"),
    ("__", "__"),
    ("even?", "even$q"),
    ("push!", "push$b"),
    ("+", "$a"),
    ("-", "$m"),
    ("*1", "$s1"),
    ("/", "$d"),
    ("->", "$m$g"),
    ("->>", "$m$g$g"),
    ("<=", "$l$e"),
    ("not=", "not$e"),
    ("%1", "$o1"),
    ("%&", "$o$n"),
    ("$", "$$"),
    ("$py", "$$py"),
    ("a--b", "a$m$mb"),
    ("a-_b", "a$m__b"),
    ("class", "class$"),
    ("class$", "class$$"),
    ("Math", "Math$"),
    ("await", "await$"),
    ("__dirname", "__dirname$"),
    ("π", "π"),
    ("naïve-name", "naïve_name"),
    ("1st", "$x31xst"),
    ("😀", "$x1f600x"),
    ("x#", "x$h"),
    ("x'", "x$t"),
]


@pytest.mark.parametrize(("name", "identifier"), TABLE)
def test_table(name: str, identifier: str) -> None:
    assert mangle(name) == identifier
    assert demangle(identifier) == name


def test_short_names_are_injective() -> None:
    seen: dict[str, str] = {}
    for length in range(1, 5):
        for chars in itertools.product("ax1-_$?", repeat=length):
            name = "".join(chars)
            identifier = mangle(name)
            assert identifier not in seen, (name, seen.get(identifier))
            seen[identifier] = name
            assert demangle(identifier) == name
            assert demangle(rename(name, 12)) == name


def test_reserved_and_global_names() -> None:
    for name in RESERVED | JS_GLOBALS:
        assert mangle(name) == name + "$"
        assert demangle(mangle(name)) == name


def test_the_compilers_own_names_are_never_made() -> None:
    assert not {escape[1] for escape in ESCAPES.values()} & set("rpfwi")


@given(st.text(min_size=1, max_size=12))
def test_laws(name: str) -> None:
    identifier = mangle(name)
    assert demangle(identifier) == name
    assert demangle(rename(name, 3)) == name
    assert identifier not in RESERVED and identifier not in JS_GLOBALS
    assert re.fullmatch(r"[^\W\d]\w*", identifier.replace("$", "a")) or not identifier.isascii()


@given(st.text(alphabet="ab$_x1q", max_size=12))
def test_foreign_identifiers_do_not_fail(identifier: str) -> None:
    assert isinstance(demangle(identifier), str)


def test_foreign_identifiers() -> None:
    assert demangle("getItem") == "getItem"
    assert demangle("toISOString") == "toISOString"
    assert demangle("x$1") == "x"


def test_every_identifier_is_one_for_javascript() -> None:
    names = [chr(code) for code in [*range(0x21, 0xD800), *range(0xE000, 0x20000)]]
    names += ["a" + name for name in names]
    bad = in_node(
        "show(data.filter((id) => !/^[\\p{ID_Start}$_][\\p{ID_Continue}$\\u200c\\u200d]*$/u.test(id)))",
        [mangle(name) for name in names],
    )
    assert bad == []


def test_reserved_words_are_javascripts() -> None:
    script = """show(data.filter((id) => {
        try { new Function(`"use strict"; const ${id} = 1; return async () => ${id}`); return true }
        catch { return false }
    }))"""
    assert in_node(script, sorted(RESERVED)) == []
    assert in_node(script, ["name", "of", "get", "async", "class$", "await$"]) == [
        "name", "of", "get", "async", "class$", "await$"
    ]  # fmt: skip


def test_all_globals_of_node_are_known() -> None:
    # -e also offers the built-in modules as globals, which a program does not have
    script = """const builtin = new Set(require("module").builtinModules);
        show(Object.getOwnPropertyNames(globalThis).filter((name) => !builtin.has(name)))"""
    found = in_node(script, None)
    assert isinstance(found, list)
    known = JS_GLOBALS | RESERVED
    assert [name for name in found if name not in known and not name.startswith("node:")] == []
