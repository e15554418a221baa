"""Programs with their results: one table that every way of running must satisfy.

Each row is (id, program, the text that its last value shows).
"""

from __future__ import annotations

PROGRAMS: list[tuple[str, str, str]] = [
    ("explicit-await", '(let ((np ($py "numpy"))) (await ((. np sum) [1 2 3 4])))', "10"),
    ("py-import", '(py.import "numpy" :as np) (np.sum [1 2 3 4])', "10"),
    ("py-arrow", '(py.import "numpy" :as np) (py-> np sum [1 2 3])', "6"),
    ("keyword-argument", '(py.import "numpy" :as np) (np.sum [[1 2] [3 4]] :axis 0)', "array([4, 6])"),
    (
        "callback",
        '(py.sorted ["bb" "a" "ccc"] :key (fn (s) (- 0 (count s))) :reverse false)',
        "['ccc', 'bb', 'a']",
    ),
    (
        "python-dict",
        '(py.import "json" :as json) (let [d (json.loads "{\\"a\\": [1, 2]}")] (py.len (get d "a")))',
        "2",
    ),
    ("python-exception", '(try (py.int "x") (catch e (. e name)))', '"ValueError"'),
    ("recursion", "(defn fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (fib 20)", "6765"),
    (
        "hygienic-macro",
        "(defmacro twice [e] `(let [v# (await ~e)] (+ v# v#))) "
        "(let ((v 100)) (+ v (twice (Promise.resolve 4))))",
        "108",
    ),
    ("js-import", '(js.import "node:path" :as path) (path.join "a" "b")', '"a/b"'),
    (
        "left-to-right",
        "(let ((x 1)) (+ x (do (set! x 10) (await (Promise.resolve nil)) x)))",
        "11",
    ),
    ("js-methods", "(-> [3 1 2] .toSorted (.map (fn (x) (* x x))))", "[1 4 9]"),
]
