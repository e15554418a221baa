"""Data that are nested deeply, and recursion through C, in a page's Python: an error, and all is kept.

In: programs for a worker of Chromium. Out: what they raise; what was defined before is there afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.web.stack import NotSoError, watched
from workers import Worker, printed, values

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

BEFORE = """
import copy, functools, itertools, json, operator, pickle, types
def nest(wrap, depth, x=1):
    for _ in range(depth): x = wrap(x)
    return x
lists = lambda depth: nest(lambda x: [x], depth)
dicts = lambda depth: nest(lambda x: {"a": x}, depth)
tuples = lambda depth: nest(lambda x: (x,), depth)
class Node:
    def __init__(self, x): self.x = x
    def __repr__(self): return f"<{self.x!r}>"
    def __getattr__(self, name): return getattr(self.x, name)
    def __eq__(self, other): return self.x == other.x
    def __call__(self): return self.x()
nodes = lambda depth: nest(Node, depth)
def by_key(depth): return depth and sorted([1], key=lambda _: by_key(depth - 1))[0]
def by_map(depth): return depth and next(map(lambda _: by_map(depth - 1), [1]))
def said(work):
    try:
        work()
    except (RecursionError, MemoryError):  # the latter is the parser's
        return "too deep"
    return "no error"
"""
PROGRAMS = [
    "repr(lists(depth))", "repr(dicts(depth))", "str(tuples(depth))", "f'{lists(depth)}'",
    "repr(nest(lambda x: frozenset([x]) if depth < 500 else [x], depth))", "print(lists(depth))",
    "json.dumps(lists(depth))", "json.dumps(dicts(depth))", "json.dumps(lists(depth), indent=1)",
    "json.loads('[' * depth + ']' * depth)", "json.loads('{\"a\":' * depth + '1' + '}' * depth)",
    "lists(depth) == lists(depth)", "tuples(depth) < tuples(depth)", "dicts(depth) == dicts(depth)",
    "pickle.dumps(lists(depth))", "copy.deepcopy(lists(depth))",
    "isinstance(1, nest(lambda x: (x,), depth, str))",
    "repr(nodes(depth))", "nodes(depth).nothing", "nodes(depth) == nodes(depth)",
    "by_key(depth)", "by_map(depth)",
    "hash(tuples(depth))", "{tuples(depth)}", "{}.get(tuples(depth))",
    "functools.cache(lambda x: 1)(tuples(depth))", "hash(nest(lambda x: types.GenericAlias(list, x), depth))",
    "hash(nest(lambda x: slice(x, 1), depth))",
    "next(nest(lambda x: map(str, x), depth, iter([1])))",
    "list(nest(lambda x: filter(None, x), depth, [1]))",
    "next(nest(zip, depth, iter([1])))", "next(nest(enumerate, depth, iter([1])))",
    "any(nest(itertools.chain, depth, [1]))", "[*nest(lambda x: itertools.islice(x, 1), depth, [1])]",
    "next(nest(itertools.groupby, depth, iter([1])))", "sum(nest(itertools.accumulate, depth, [1]))",
    "next(nest(lambda x: iter(lambda: next(x), 0), depth, iter([1])))",
    "compile('-' * depth + '1', 'x', 'eval')", "compile('f' + '(1)' * depth, 'x', 'eval')",
]  # fmt: skip


@pytest.fixture(scope="module")
def worker(site: Path, serve: Callable[..., str], open_page: Callable[..., Any]) -> Iterator[Worker]:
    made = Worker(open_page(serve(site)))
    made.run("(def kept 42)")
    made.run(BEFORE, language="py")
    yield made
    assert values(made.run("kept")) == ["42"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_too_deep_is_an_error(program: str, worker: Worker) -> None:
    for depth in (3000, 100_000):
        events = worker.run(f"depth = {depth}\nprint(said(lambda: {program}))", language="py")
        assert printed(events).strip() == "too deep", events
    assert values(worker.run("kept")) == ["42"]


def test_what_is_not_too_deep_is_none(worker: Worker) -> None:
    text = """
assert len(repr(lists(700))) == 1401 and json.loads(json.dumps(dicts(500))) == dicts(500)
assert repr(nodes(200)).count("<") == 200 and by_key(60) == 1 and by_map(300) == 0
assert next(nest(lambda x: map(int, x), 300, iter([1]))) == 1 and [*nest(itertools.chain, 300, [1])] == [1]
assert pickle.loads(pickle.dumps(lists(300))) == lists(300)
assert hash(tuples(300)) == hash(tuples(300)) and {tuples(300): 1}[tuples(300)] == 1
def down(n): return n and down(n - 1)
assert down(900) == 0
print("all")"""
    assert printed(worker.run(text, language="py")).strip() == "all"


def test_deep_data_that_the_lisp_holds(worker: Worker) -> None:
    """Shown, asked for, and forgotten."""
    worker.run("(def deep (loop [i 0 x (py.list)] (if (< i 20000) (recur (+ i 1) (py.list [x])) x)))")
    for text in ("deep", "(println deep)", "(py.repr deep)", "(= deep deep)", "(json-str deep)"):
        events = worker.run(text)
        assert not [event for event in events if event["op"] == "lost"], (text, events)
    assert values(worker.run("(def deep nil) (+ kept 1)")) == ["43"]


def test_between_calls_of_the_lisp(worker: Worker) -> None:
    worker.run("def held(f, n): return f(n - 1) if n else len(repr(nodes(3000)))", language="py")
    for text in (
        '(defn go [n] ((py.eval "held") go n)) (go 25)',
        '(defn go [n] (if (= n 0) ((py.eval "held") nil 0) (+ 1 (go (- n 1))))) (go 500)',
    ):
        events = worker.run(text)
        assert [event.get("ename") for event in events if event["op"] == "problem"] == ["RecursionError"], (
            events
        )


def test_what_is_no_module_of_python_s_is_said() -> None:
    with pytest.raises(NotSoError, match="no WebAssembly"):
        watched(b"something else")
