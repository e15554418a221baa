"""A string or whole number of a class of Python's (an enum's member, what stands in a tag of BeautifulSoup's)
is taken by what takes strings and whole numbers, and found among plain keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

SETUP = """
(py.import "enum") (py.import "decimal") (py.import "collections")
(def numbers (enum.IntEnum "N" "one two")) (def words (enum.StrEnum "W" "red green"))
(defn tried [f x] (try (pr-str (f x)) (catch e (ex-message e))))
(defmacro law [of plain & forms]
  `(doseq [[form# f#] [~@(map (fn [form] `[~(pr-str form) (fn [~'x] ~form)]) forms)]]
     (let [a# (tried f# ~of) b# (tried f# ~plain)] (when (not= a# b#) (println form# a# b#)))))
"""

TEXTS = """
(starts-with? x "r") (ends-with? x "d") (starts-with? "red!" x) (includes? "a red" x) (includes? x "e")
(split x #"e") (replace x "r" "b") (replace "a red" x "b") (trim x) (triml x) (keyword x) (symbol x)
(name x) (subs x 1) (re-find #"e" x) (re-seq #"." x) (re-matches #"red" x) (split-lines x) (blank? x)
(upper-case x) (index-of x "e") (join "," [x x]) (str x) (parse-long x) (parse-double x) (parse-boolean x)
(count x) (get {:red 1} x) ({:red 1} x) (contains? {:red 1} x) (contains? #{"red"} x)
(get (hash-map "red" 1) x) (dissoc {:red 1} x) (assoc {} x 1) (update {:red 1} x inc)
(select-keys {:red 1} [x]) (get-in {:red {:red 2}} [x x]) (conj #{"red"} x) (disj #{"red"} x)
(count (distinct [x "red"])) (count (distinct ["red" x])) (frequencies ["red" x])
(count (group-by identity [x "red"])) (= #{"red"} (set [x])) (= (set [x]) #{"red"}) (= x "red")
(compare x "red") (char-code x 0) (chars x) (+ x "!")
(split "a red b" x) (replace "a red" "red" x) (replace "a red" #"r." x) (replace-first "red red" x "b")
(re-pattern x) (includes? x "re") (index-of x "ed") (last-index-of x "ed") (index-of "a red" x)
(pad-left x 5) (str-repeat x 2)
"""

WHOLES = """
(nth [5 6 7] x) (get [5 6 7] x) ([5 6 7] x) (contains? [5 6] x) (take x [5 6 7]) (drop x [5 6 7])
(repeat x "a") (range x) (range 0 9 x) (subs "hello" x) (subs "hello" 0 x) (assoc [5 6 7] x 9)
(partition x [1 2 3 4]) (even? x) (odd? x) (quot 7 x) (rem 7 x) (mod 7 x) (get {1 :a 2 :b} x)
(contains? #{2} x) (split-at x [5 6 7]) (take-last x [5 6 7]) (drop-last x [5 6 7]) (subvec [5 6 7] x)
(update [5 6 7] x inc) (assoc-in {:a [1 2 3]} [:a x] 9) (get-in {:a [1 2 3]} [:a x])
(count (distinct [2 x])) (frequencies [2 x]) (dotimes [i x] i) (nth "abc" x) (= 2 x) (< x 3) (inc x)
(* x 2.5) (str x) (compare x 2) (count (set [x 2])) (nth (range 9) x) (take-nth x (range 9))
(partition-all x [1 2 3]) (= #{2} (set [x])) (conj #{2} x) (str-repeat "a" x)
"""


def differences(tmp_path: Path, program: str) -> list[str]:
    (tmp_path / "program.lisp").write_text(SETUP + program)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize("of", ["words.red", "(collections.UserDict {:k words.red})"])
def test_strings(tmp_path: Path, of: str) -> None:
    of = of if of.startswith("words") else f'(get {of} "k")'
    assert differences(tmp_path, f'(law {of} "red" {TEXTS})') == []


def test_whole_numbers(tmp_path: Path) -> None:
    assert differences(tmp_path, f"(law numbers.two 2 {WHOLES})") == []


def test_other_numbers_are_keys_where_they_are_equal(tmp_path: Path) -> None:
    keys = "(contains? #{2} x) (get {2 :b} x) (get (hash-map 2 :b) x) (count (distinct [2 x]))"
    assert differences(tmp_path, f'(law (decimal.Decimal "2.0") 2 {keys})') == []


def test_what_is_none_is_refused(tmp_path: Path) -> None:
    program = """
    (doseq [f [(fn [] (trim (py.list))) (fn [] (nth [1] (py.list))) (fn [] (take (decimal.Decimal 1) [1]))
               (fn [] (subs "ab" (py.dict))) (fn [] (keyword py.list))
               (fn [] (even? (decimal.Decimal "1.5")))]]
      (println (try (f) (catch e (ex-message e)))))
    """
    assert differences(tmp_path, program) == [
        "trim: expected a string, got a Python list",
        "nth: expected an index, got a Python list",
        "take: expected a number, got a Python Decimal",
        "subs: expected an index, got a Python dict",
        "keyword: expected a string, got a Python type",
        "even?: expected an integer, got a Python Decimal",
    ]
