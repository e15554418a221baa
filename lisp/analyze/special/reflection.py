"""doc, source, apropos, pst and load-file: what a program asks of the session that runs it.

In: a form. Out: a call of the runtime (runtime/reflect.mjs), which asks whoever runs the compiler. In a
text that is compiled to be run later there is nobody to ask: an error, which says what to write. Whatever
else is called so, a local, a definition, a global of JavaScript's, wins over these names.
"""

from __future__ import annotations

from collections.abc import Callable

from ...emit.spelling import string
from ...forms import Form, Keyword, List, Str, Symbol
from ...nodes import CoreRef, Node
from ..analyzer import Analyzer
from ..rules import SPECIALS
from ..scope import Scope, Special

# form: the runtime's function, call shape, least and most arguments, what a compiled program does instead
_ASKING = {
    "doc": ("tellDoc", "(doc map)", 1, 1, "leave it out; at the prompt (doc map) tells what a name does"),
    "source": ("tellSource", "(source map)", 1, 1, "leave it out; at the prompt (source map) shows it"),
    "apropos": ("namesWith", '(apropos "map")', 1, 1, 'leave it out; at the prompt (apropos "map") lists it'),
    "pst": ("tellTrace", "(pst) or (pst e)", 0, 1, "print what was caught: (println (.-stack e))"),
    "load-file": ("loadFile", '(load-file "x.lisp")', 1, 1, '(import "./x.lisp" :as x) compiles it too'),
}  # fmt: skip
_OF_NAMES = ("doc", "source")


def runtime(an: Analyzer, name: str, at: Form) -> CoreRef:
    """The function of the runtime that a form calls."""
    if an.world.ahead:
        said = f"{name} asks the session, and a compiled program has none"
        raise an.fail("session-only", at, said, _ASKING[name][4])
    return CoreRef(at.span, f"%{_ASKING[name][0]}")


def asking(name: str) -> Callable[[Analyzer, List, Scope, bool], Node]:
    _, shape, least, most, _ = _ASKING[name]

    def build(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
        given = form.items[1:]
        if not least <= len(given) <= most:
            what = "a name" if name in _OF_NAMES else "one argument" if least else "at most an error"
            raise an.fail("arity", form, f"{name} takes {what}", f"write {shape}")
        asked = runtime(an, name, form.items[0])
        if name in _OF_NAMES:
            return an.apply(asked, [string(named(an, name, given[0]), given[0].span)], form.span)
        return an.apply(asked, an.values(given, scope), form.span)

    return build


def named(an: Analyzer, what: str, form: Form) -> str:
    """The name that `(doc x)` is about; `'x` and `"x"` are that too."""
    if isinstance(form, List) and len(form.items) == 2 and form.items[0] == Symbol("quote"):
        form = form.items[1]
    if isinstance(form, Symbol):
        return form.name
    if isinstance(form, Str):
        return form.value
    if isinstance(form, Keyword):
        return f":{form.name}"
    raise an.fail("bad-name", form, f"{what} takes a name", f"write {_ASKING[what][1]}")


def as_value(name: str) -> Callable[[Analyzer, Symbol], Node]:
    return lambda an, symbol: runtime(an, name, symbol)


for _name in _ASKING:
    SPECIALS[_name] = Special(_name, asking(_name), True, None if _name in _OF_NAMES else as_value(_name))
