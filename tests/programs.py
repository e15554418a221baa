"""Programs with their results: one table that every way of running must satisfy.

Each row is (id, program, the text that its last value shows).
"""

from __future__ import annotations

_TWICE = (
    '(py.exec "import asyncio\\nasync def twice(x):\\n    await asyncio.sleep(0.001)\\n    return x * 2") '
)
_DEEP = (
    '(py.exec "import asyncio\\nasync def deep(n):\\n    await asyncio.sleep(0)\\n    if not n: return 1\\n'
    '    return asyncio.run(deep(n - 1)) + asyncio.get_event_loop().run_until_complete(deep(n - 1))") '
)

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
    ("asyncio-run", _TWICE + '(py.import "asyncio") (asyncio.run ((py.eval "twice") 4))', "8"),
    (
        "run-until-complete",
        _TWICE + '(py.import "asyncio") (.run_until_complete (asyncio.get_event_loop) ((py.eval "twice") 4))',
        "8",
    ),
    (
        "another-loop",
        _TWICE + '(py.import "asyncio") (let [loop (asyncio.new_event_loop)]'
        ' (try (loop.run_until_complete ((py.eval "twice") 4)) (finally (loop.close))))',
        "8",
    ),
    ("nested-asyncio-run", _DEEP + '(py.import "asyncio") (asyncio.run ((py.eval "deep") 3))', "8"),
    ("awaited-nested-run", _DEEP + '(await ((py.eval "deep") 3))', "8"),
    ("js-methods", "(-> [3 1 2] .toSorted (.map (fn (x) (* x x))))", "[1 4 9]"),
]
