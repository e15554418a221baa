"""Python's mappings, sets and sequences in the Lisp: what every core function on them does is what it does
on a dict, a set, a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

SETUP = """
(py.import collections)
(py.import types)
(py.import os)
(def made {:UserDict (collections.UserDict (js->py {"a" 1 "b" 2}))
           :ChainMap (collections.ChainMap (js->py {"a" 1}) (js->py {"b" 2}))
           :mappingproxy (types.MappingProxyType (js->py {"a" 1 "b" 2}))})
(def u (get made (keyword "KIND")))
"""
IN_ORDER = "(defn in-order [x] (if (map? x) (into {} (sort-by first x)) x))\n(def u"
SAYS = {
    "(merge {:x 1} u)": "{:a 1 :b 2 :x 1}",
    "(merge nil u {:b 3})": "{:a 1 :b 3}",
    "(count (for [[k v] u] [k v]))": "2",
    "(sort (map first u))": '["a" "b"]',
    "[(sort (keys u)) (sort (vals u))]": '[["a" "b"] [1 2]]',
    "(reduce-kv (fn [a k v] (+ a v)) 0 u)": "3",
    "(into {} u)": "{:a 1 :b 2}",
    "[(map? u) (set? u) (count u) (empty? u)]": "[true false 2 false]",
    '[(get u "a") (:b u) (get u "z" 7) (contains? u "a")]': "[1 2 7 true]",
    "(let [{:keys [a b]} u] [a b])": "[1 2]",
    "(py->js u)": "{:a 1 :b 2}",
    "(Object.fromEntries u)": "{:a 1 :b 2}",
    '(= u {"a" 1 "b" 2})': "true",
    '(py->js (assoc u "c" 3))': "{:a 1 :b 2 :c 3}",
    '(py->js (dissoc u "a"))': "{:b 2}",
    '(py->js (into u [["c" 3]]))': "{:a 1 :b 2 :c 3}",
    '[(map? os.environ) (get os.environ "HOME")]': None,
}


@pytest.mark.parametrize("kind", ["UserDict", "ChainMap", "mappingproxy"])
def test_core_functions_on_mappings(tmp_path: Path, kind: str) -> None:
    program = SETUP.replace("KIND", kind) + "\n".join(f"(prn (in-order {form}))" for form in SAYS)
    program = program.replace("(def u", IN_ORDER)
    (tmp_path / "program.lisp").write_text(program)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    for form, line, value in zip(SAYS, done.out.splitlines(), SAYS.values(), strict=True):
        if value is not None:
            assert line == value, form
    assert '[true "' in done.out


def test_sets_and_sequences(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(
        """
(py.import collections)
(def frozen (py.eval "frozenset([1])"))
(prn (conj frozen 2) (disj frozen 1) frozen)
(def queue (collections.deque [1 2]))
(prn (conj queue 3) queue (first queue) (last queue) (vector? queue))
(prn (py->js queue) (conj (collections.UserList [1]) 2) (set? (.keys (js->py {"a" 1}))))
(prn (filter frozen [1 2]) (map frozen [1 2]) (some (.keys (js->py {"a" 1})) ["b" "a"]))
"""
    )
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "#py {1, 2} #py set() #py frozenset({1})",
        "#py deque([1, 2, 3]) #py deque([1, 2]) 1 2 true",
        "[1 2] #py [1, 2] true",
        '[1] [1 nil] "a"',
    ]


def test_collections_with_ways_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(
        """
(py.exec "
import bisect, collections
class Frozen(dict):
    def __setitem__(self, key, value): raise TypeError('frozen')
    def copy(self): return self
class Sorted(collections.UserList):
    def append(self, item): raise NotImplementedError('use add')
    def add(self, item): bisect.insort(self.data, item)
class Text(str): pass")
(def frozen (py.Frozen {:a 1}))
(prn (assoc frozen :b 2) (dissoc frozen :a) (conj frozen [:c 3]) (merge frozen {:d 4}) frozen)
(def sorted (py.Sorted [1 5]))
(prn (conj sorted 3) (push! sorted 2) sorted)
(def keyed (js->py {}))
(py.exec "def put(d): d[Text('k')] = Text('v'); d[Text('l')] = collections.UserString('w')")
(py.put keyed)
(prn (into {} (map (fn [[k v]] [k 1]) keyed)) (merge {:x 1} keyed) (zipmap (keys keyed) [1 2]) (py->js keyed))
(py.import collections)
(def text (collections.UserString "ab"))
(prn (py->js text) (JSON.stringify [text]) (count text) (str text) (py->js {:a text}))
"""
    )
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "#py {'a': 1, 'b': 2} #py {} #py {'a': 1, 'c': 3} #py {'a': 1, 'd': 4} #py {'a': 1}",
        "#py [1, 3, 5] #py [1, 2, 5] #py [1, 2, 5]",
        """{:k 1 :l 1} {:x 1 :k #py 'v' :l #py 'w'} #<Map {#py 'k' 1 #py 'l' 2}> {:k "v" :l "w"}""",
        '"ab" "[\\"ab\\"]" 2 "ab" {:a #py \'ab\'}',
    ]
