"""`=` is an equivalence, and whatever finds things by it agrees: distinct, Sets, keys of Maps, hash.

Values are drawn as Lisp text, from few atoms, so that equal ones of different make (an object and a Map, an
array and a list, 1 and 1n) often meet.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CONSTANTS = ["1", "1n", "2", "-0", "0", "true", "false", "nil", "undefined", '""']
NAMES = [":a", '"a"', ":b", '"b"', "'a", '\'f"a{x}"']
ATOMS = st.sampled_from([*CONSTANTS, *NAMES])
KEYS = st.sampled_from([":a", ":b", '"a"', '"b"'])


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(inner, max_size=3)
    pairs = st.lists(st.tuples(inner, inner), max_size=3)

    def joined(opener: str, closer: str = ")") -> Any:
        return lambda parts: f"{opener} {' '.join(parts)}{closer}"

    def flat(opener: str, closer: str = ")") -> Any:
        return lambda parts: f"{opener} {' '.join(f'{k} {v}' for k, v in parts)}{closer}"

    def raw(parts: list[tuple[str, str]]) -> str:
        return f"(new Map [{' '.join(f'[{k} {v}]' for k, v in parts)}])"

    return st.one_of(
        items.map(joined("(vector")),
        items.map(joined("(list")),
        items.map(joined("(map identity [", "])")),
        items.map(joined("(hash-set")),
        items.map(joined("(new Set [", "])")),  # by identity: equal things may be there twice
        items.map(lambda parts: f"(take-while some? (seq [{' '.join(parts)}]))"),
        pairs.map(flat("(hash-map")),
        pairs.map(raw),
        st.lists(st.tuples(KEYS, inner), max_size=3, unique_by=lambda pair: pair[0].strip(':"')).map(
            flat("{", "}")
        ),
        st.integers(0, 2).map(lambda n: f"(range {n})"),
        st.integers(0, 2).map(lambda n: f"(new Date {n})"),
    )


VALUES = st.recursive(ATOMS, compound, max_leaves=6)

LAW = """
(def wrong [])
(defn check [law & values] (fn [holds] (when-not holds (.push wrong [law (map pr-str values)]))))
(doseq [a vs]
  ((check "reflexive" a) (= a a))
  (doseq [b vs]
    (let [same (= a b)]
      ((check "boolean" a b) (boolean? same))
      ((check "symmetric" a b) (= same (= b a)))
      ((check "nested" a b)
        (and (= same (= [a] [b])) (= same (= {:k a} {:k b})) (= same (= (hash-map 1 a) (hash-map 1 b)))))
      ((check "hash" a b) (or (not same) (= (hash a) (hash b))))
      ((check "distinct" a b) (= same (= 1 (count (distinct [a b])))))
      ((check "set" a b) (= same (= 1 (count (set [a b]))) (= 1 (count (conj #{} a b)))))
      ((check "member" a b) (= same (contains? #{a} b)))
      ((check "keys" a b) (= same (= 1 (count (hash-map a 1 b 2)))))
      ((check "group" a b) (= same (= 1 (count (frequencies [a b])))))
      (when same
        (doseq [c vs] ((check "transitive" a b c) (= (= b c) (= a c))))))))
wrong
"""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=2, max_size=7))
def test_equality_is_an_equivalence(lisp: Any, values: list[str]) -> None:
    assert lisp.run(f"(def vs [{' '.join(values)}])\n{LAW}") == "[]"
