"""The core functions that a Lisp function of Python's may call, by their Lisp names.

In: the name of a core function. Out: the Python function (`CORE`). What there is not is the Lisp's alone:
symbols, lists apart from vectors, regexes, what asks the session. Names with `%` are what the compiler calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Set
from functools import reduce
from math import isfinite, isinf
from operator import and_, or_, xor
from typing import Any

from . import functions as f
from . import maps as m
from . import sequences as s
from . import values as v


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def time_ms() -> float:
    return time.perf_counter() * 1000


def is_keyword(x: Any) -> bool:
    """Keywords are text in Python."""
    return False


def is_string(x: Any) -> bool:
    return isinstance(x, str)


def is_boolean(x: Any) -> bool:
    return isinstance(x, bool) or type(x).__name__ == "bool_"


def is_nil(x: Any) -> bool:
    return x is None


def is_some(x: Any) -> bool:
    return x is not None


def not_(x: Any) -> bool:
    return not v.truthy(x)


def is_true(x: Any) -> bool:
    return x is True


def is_false(x: Any) -> bool:
    return x is False


def is_set(x: Any) -> bool:
    return isinstance(x, Set)


def is_coll(x: Any) -> bool:
    return isinstance(x, (Mapping, Set)) or m.is_list(x)


def is_iterable(x: Any) -> bool:
    return isinstance(x, Iterable)


def is_seqable(x: Any) -> bool:
    return x is None or is_iterable(x)


def is_error(x: Any) -> bool:
    return isinstance(x, BaseException)


def is_infinite(x: Any) -> bool:
    return isinf(x)


def is_float(x: Any) -> bool:
    return v.number(x) and isfinite(x) and not v.integral(x)


def bit_and(a: int, b: int, *more: int) -> int:
    return reduce(and_, map(int, more), int(a) & int(b))


def bit_or(a: int, b: int, *more: int) -> int:
    return reduce(or_, map(int, more), int(a) | int(b))


def bit_xor(a: int, b: int, *more: int) -> int:
    return reduce(xor, map(int, more), int(a) ^ int(b))


def bit_not(a: int) -> int:
    return ~int(a)


def bit_shift_left(a: int, n: int) -> int:
    return int(a) << int(n)


def bit_shift_right(a: int, n: int) -> int:
    return int(a) >> int(n)


def name(x: Any) -> Any:
    return x if isinstance(x, str) else x.__name__


def upper_case(x: str) -> str:
    return x.upper()


def lower_case(x: str) -> str:
    return x.lower()


def capitalize(x: str) -> str:
    return x[:1].upper() + x[1:].lower()  # Python's own has title case, and another first letter


def trim(x: str) -> str:
    return x.strip(v.BLANK)


def starts_with(x: str, part: str) -> bool:
    return x.startswith(part)


def ends_with(x: str, part: str) -> bool:
    return x.endswith(part)


def str_repeat(x: str, n: int) -> str:
    if n < 0:
        raise ValueError(f"str-repeat: expected a count, got {n}")
    made: str = x * v.exact(n)
    return made


def as_float(x: Any) -> float:
    return float(x)


def as_int(x: Any) -> int:
    """The whole number, its fraction left out."""
    try:
        if isinstance(x, str):
            x = x.strip(v.BLANK)
            if "_" in x:
                raise TypeError(f"int: {v.pr_str(x)} is no whole number")
            if x[:2].lower() in ("0x", "0o", "0b"):
                return int(x, 0)
        return int(x)
    except ValueError:
        return int(float(x))  # a text with a fraction; what is no number at all is an error as before


CORE: dict[str, Callable[..., Any]] = {
    # numbers
    "+": m.add, "-": m.minus, "*": m.times, "/": m.over, "**": v.power, "mod": v.mod, "quot": v.quot,
    "rem": v.rem, "inc": m.inc, "dec": m.dec, "<": m.less, "<=": m.most, ">": m.greater, ">=": m.least,
    "max": m.max_, "min": m.min_, "abs": abs, "even?": m.is_even, "odd?": m.is_odd, "zero?": m.is_zero,
    "pos?": m.is_pos, "neg?": m.is_neg, "nan?": m.is_nan, "infinite?": is_infinite, "rand": m.rand,
    "rand-int": m.rand_int, "int": as_int, "float": as_float, "bigint": as_int, "compare": s.compare,
    "bit-and": bit_and, "bit-or": bit_or, "bit-xor": bit_xor, "bit-not": bit_not,
    "bit-shift-left": bit_shift_left, "bit-shift-right": bit_shift_right,
    # truth, equality, kinds
    "=": v.equal, "==": v.equal, "not=": v.not_equal, "identical?": v.same, "not": not_, "boolean": v.truthy,
    "nil?": is_nil, "some?": is_some, "true?": is_true, "false?": is_false, "string?": is_string,
    "number?": v.number, "integer?": v.integral, "int?": v.integral, "float?": is_float,
    "boolean?": is_boolean, "keyword?": is_keyword, "fn?": callable, "vector?": m.is_list,
    "array?": m.is_list, "sequential?": m.is_list, "map?": m.is_map, "set?": is_set, "coll?": is_coll,
    "seqable?": is_seqable, "iterable?": is_iterable, "error?": is_error, "instance?": m.instance,
    # text
    "str": v.text, "pr-str": v.pr_str, "name": name, "keyword": name, "join": m.join, "split": m.split,
    "subs": m.subs, "upper-case": upper_case, "lower-case": lower_case, "capitalize": capitalize,
    "trim": trim, "starts-with?": starts_with, "ends-with?": ends_with, "includes?": m.includes,
    "index-of": m.index_of, "replace": m.replace, "blank?": m.blank, "str-repeat": str_repeat,
    "parse-int": v.parse_int, "parse-float": v.parse_float, "print": m.print_, "println": m.println,
    "prn": m.prn, "chars": list,
    # sequences
    "map": s.map_, "mapv": s.mapv, "map-indexed": s.map_indexed, "mapcat": s.mapcat, "keep": s.keep,
    "keep-indexed": s.keep_indexed, "split-with": s.split_with, "nthrest": s.nthrest, "ffirst": s.ffirst,
    "trampoline": f.trampoline, "subset?": m.subset, "superset?": m.superset,
    "filter": s.filter_, "filterv": s.filterv, "remove": s.remove, "some": s.some, "every?": s.every,
    "not-any?": s.not_any, "not-every?": s.not_every, "find-first": s.find_first, "reduce": s.reduce_,
    "reduced": v.Reduced, "reductions": s.reductions, "run!": s.run, "count": s.count,
    "empty?": s.is_empty, "not-empty": s.not_empty, "seq": s.seq, "first": s.first, "second": s.second,
    "last": s.last, "nth": s.nth, "rest": s.rest, "next": s.next_, "butlast": s.butlast, "take": s.take,
    "drop": s.drop, "take-last": s.take_last, "drop-last": s.drop_last, "take-while": s.take_while,
    "drop-while": s.drop_while, "take-nth": s.take_nth, "split-at": s.split_at, "slice": s.slice_,
    "subvec": s.slice_, "range": s.range_, "repeat": s.repeat, "repeatedly": s.repeatedly,
    "iterate": s.iterate, "cycle": s.cycle, "cons": s.cons, "concat": s.concat, "reverse": s.reverse,
    "flatten": s.flatten, "distinct": s.distinct, "dedupe": s.dedupe, "interleave": s.interleave,
    "zip": s.zip_, "enumerate": s.enumerate_, "interpose": s.interpose, "partition": s.partition,
    "partition-all": s.partition_all, "partition-by": s.partition_by, "sort": s.sort,
    "sort-by": s.sort_by, "max-key": s.max_key, "min-key": s.min_key, "shuffle": s.shuffle,
    "rand-nth": s.rand_nth, "group-by": s.group_by, "frequencies": s.frequencies, "doall": v.listed,
    "vec": v.listed, "vector": m.vector, "list": m.vector,
    # maps and sets
    "get": v.get, "get-in": m.get_in, "assoc": m.assoc, "assoc-in": m.assoc_in, "update": m.update,
    "update-in": m.update_in, "update-vals": m.update_vals, "update-keys": m.update_keys,
    "dissoc": m.dissoc, "merge": m.merge, "merge-with": m.merge_with, "select-keys": m.select_keys,
    "rename-keys": m.rename_keys, "zipmap": m.zipmap, "keys": m.keys, "vals": m.vals,
    "contains?": m.contains, "has?": m.contains, "hash-map": m.hash_map, "reduce-kv": m.reduce_kv,
    "conj": m.conj, "into": m.into, "set": m.set_, "hash-set": m.hash_set, "disj": m.disj,
    "union": m.union, "intersection": m.intersection, "difference": m.difference, "push!": m.push,
    "conj!": m.push, "pop!": m.pop, "assoc!": m.assoc_, "dissoc!": m.dissoc_,
    # functions, errors, state
    "identity": f.identity, "constantly": f.constantly, "comp": f.comp, "partial": f.partial,
    "juxt": f.juxt, "complement": f.complement, "every-pred": f.every_pred, "some-fn": f.some_fn,
    "memoize": f.memoize, "fnil": f.fnil, "apply": f.apply, "error": v.error, "ex-info": v.ex_info,
    "ex-message": v.ex_message, "ex-data": v.ex_data, "ex-cause": v.ex_cause, "atom": v.Atom,
    "deref": m.deref,
    "reset!": m.reset, "swap!": m.swap, "all": m.all_, "delay": m.delay, "sleep": m.delay, "now": now,
    "time-ms": time_ms,
    # what the compiler calls
    "%truthy": v.truthy, "%eq": v.eq, "%div": v.div, "%asFunction": v.as_function, "%keyed": v.keyed,
    "%thrown": v.thrown,
    "%caught": v.caught, "%Thrown": v.Thrown, "%noClause": v.no_clause, "%arityError": v.arity_error,
    "%items": v.items, "%interpolate": v.interpolate, "%part": s.part, "%whole": s.whole,
    "%turns": s.turns, "%awaitable": m.awaitable, "%asyncItems": m.async_items,
    "%isMapLike": m.is_map, "%isSequenceOf": m.is_sequence_of, "keyword-args": f.keyword_args,
    "%named": f.named,
    "%frozen": v.frozen, "%spliced": v.listed,
}  # fmt: skip
"""Lisp name -> Python function."""
