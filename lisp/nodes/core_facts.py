"""What the functions of the core surely return, and those of JavaScript itself: tables.

In: nothing. Out: names with the type of their value (`Type` of values.py), whatever they are given.
"""

from __future__ import annotations

from .values import Type

_NUMBERS = ("count", "compare", "rand", "rand-int", "hash", "parse-int", "parse-float")
_STRINGS = ("str", "pr-str", "name", "join", "subs", "upper-case", "lower-case", "trim")
_BOOLEANS = (
    "empty?", "contains?", "every?", "promise?", "array?", "vector?", "map?", "set?", "list?", "symbol?",
    "keyword?", "fn?", "boolean?", "coll?", "seq?", "not-empty?", "%isMapLike", "%isSequenceOf", "%matches",
    "%holds",
)  # fmt: skip
RETURNS: dict[str, Type] = {
    **dict.fromkeys(_NUMBERS, "num"),
    **dict.fromkeys(_STRINGS, "str"),
    **dict.fromkeys(_BOOLEANS, "bool"),
}
# Functions of JavaScript itself.
JS_RETURNS: dict[str, Type] = {
    "Number": "num",
    "parseInt": "num",
    "parseFloat": "num",
    "String": "str",
    "Boolean": "bool",
    "isNaN": "bool",
}
# What gives a collection of either language, or nil: to be called, it is looked up in.
COLLECTIONS = frozenset(
    ("set", "vec", "vector", "mapv", "filterv", "hash-map", "hash-set", "zipmap", "select-keys", "assoc",
     "assoc-in", "dissoc", "update", "update-in", "merge", "merge-with", "into", "conj", "disj", "union",
     "frequencies", "group-by", "rename-keys", "update-vals", "update-keys", "conj!", "%conjOwn", "%assocOwn",
     "%assocInOwn", "%disjOwn", "%dissocOwn", "%intoOwn", "%mergeOwn", "%mergeWithOwn", "%updateOwn",
     "%updateInOwn")
)  # fmt: skip
