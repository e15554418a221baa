"""The words that highlighting tells apart. In a file of their own: the prompt starts without pygments.

In: nothing. Out: sets of names.
"""

from __future__ import annotations

DEFINERS = frozenset(
    """
    def defn defn- defonce define defmacro defclass define-syntax defsyntax js.import py.import import declare
    py.defn for-macros begin-for-syntax
    """.split()  # noqa: SIM905  (a table of words reads better as words)
)
SPECIAL = frozenset(
    """
    quote quasiquote set! fn lambda if do begin let letfn loop recur while try catch finally throw await
    yield new when unless cond case match and or if-let when-let if-not when-not -> ->> some-> some->>
    as-> cond-> cond->> doto for doseq dotimes pfor with auto py-> let-syntax letrec-syntax delete!
    . .. assert class comment condp if-some let* macroexpand macroexpand-1 py.async py.eval py.exec super
    py.fn syntax-error this-as time unquote unquote-splicing when-first when-some with-open yield*
    doc source apropos pst load-file syntax-rules
    """.split()  # noqa: SIM905  (a table of words reads better as words)
)
OPERATORS = frozenset(["+", "-", "*", "/", "**", "=", "==", "<", ">", "<=", ">=", "not=", "mod"])
