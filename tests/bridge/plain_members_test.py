"""Methods, attributes and objects of Python's as arguments, which plain calls serve: as all others do."""

from __future__ import annotations

import collections
import enum
import os
import traceback
import types
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_calls import both, channel, on_rings
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.building import refused

pytestmark = pytest.mark.skipif(refused() is not None, reason="no rings here")
PY = "globalThis[Symbol.for('polyrepl.$py')]"
TELL = """
const tell = (run) => {
  try { const value = run(); return "function object".includes(typeof value) ? typeof value : value }
  catch (error) { return `${error.name}: ${error.message}` }
};
"""


@pytest.fixture(scope="module")
def plain() -> Iterator[Bridge]:
    with on_rings() as js:
        yield js


class Other:
    """What an argument may be."""

    size = 3

    def __repr__(self) -> str:
        return "other"


class Box:
    """Attributes of all kinds, and a log of what was asked for."""

    klass = 7

    def __repr__(self) -> str:
        return "box"

    def __len__(self) -> int:
        return 5

    def __contains__(self, what: Any) -> bool:
        self.log.append(f"{what!r:.40}?")
        return what == "x"

    def __getitem__(self, key: Any) -> Any:
        if key in (1, "text"):
            return key
        raise KeyError(key)

    def __add__(self, other: Any) -> Any:
        return 1 if other is self else NotImplemented

    def __init__(self) -> None:
        self.log: list[str] = []
        self.x, self.text, self.größe, self.none, self.huge = 0.5, "a b", 1, None, 10**30
        self.part = types.SimpleNamespace(deep=types.SimpleNamespace(end=len), n=-4)

    @property
    def seen(self) -> int:
        self.log.append("seen")
        return len(self.log)

    @property
    def lacks(self) -> int:
        self.log.append("lacks")
        raise AttributeError("it lacks")

    @property
    def fails(self) -> int:
        raise LookupError("no")

    def __getattr__(self, name: str) -> Any:
        self.log.append(name)
        if name == "made":
            return 11
        raise AttributeError(name)

    def method(self, *args: Any) -> Any:
        self.log.append(f"method {args!r:.40}")
        return len(args)

    def same(self, other: Any) -> bool:
        return other is self

    def size(self, other: Other) -> int:
        return other.size

    @staticmethod
    def static(a: int) -> int:
        return a + 1

    @classmethod
    def of_class(cls) -> str:
        return cls.__name__


def module() -> types.ModuleType:
    made = types.ModuleType("made")
    made.__dict__.update(path=os.path, x=1, method=len)
    return made


OBJECTS: dict[str, Any] = {
    "box": Box,
    "dict": lambda: {"x": 1, "text": "t", "part": {"n": 3}, "items": 5},
    "default": lambda: collections.defaultdict(int, x=1),
    "list": lambda: [1, "two", None],
    "named": lambda: collections.namedtuple("Named", "x text")(1, "t"),
    "module": module,
    "enum": lambda: enum.Enum("Color", {"RED": 1}),
    "class": lambda: type("Made", (Box,), {}),
    "number": lambda: 10**40,
    "text": lambda: types.SimpleNamespace(x="a\nb", text='"', n="\ud800", none=b"x"),
}
NAMES = [
    "x", "text", "größe", "none", "huge", "seen", "lacks", "fails", "made", "nothing", "klass", "part",
    "method", "same", "size", "static", "of_class", "items", "path", "RED", "1", "__class__", "__doc__", "n",
    "deep", "then", "\ud800", 'a"b', "constructor", "length",
]  # fmt: skip
VALUES = st.sampled_from(
    ["1", "-0.5", "null", "true", "'t'", "'a\\\\b'", "o", "p", "{a: 1}", "2n ** 70n", "undefined", "() => 1"]
)
ARGUMENTS = st.lists(VALUES)
WAYS = [
    "String(o)", "o.length", "o.size", "o[1]", "o[7]", "`${o}`", "o.get?.(@)", "o[1] = @", "delete o[1]",
    "o.has(@)", "Object.keys(o).length", "JSON.stringify(o)", "o.x + o.text", "o.set?.(@, 1)", "@ in o",
    "Array.isArray(o)",
]  # fmt: skip
STEP = st.one_of(
    st.sampled_from(NAMES).map(lambda name: f"o[{name!a}]"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).map(lambda two: f"o[{two[0]!a}]?.[{two[1]!a}]"),
    st.tuples(st.sampled_from(NAMES), ARGUMENTS).map(lambda call: f"o[{call[0]!a}]({', '.join(call[1])})"),
    st.tuples(st.lists(st.sampled_from(NAMES)), ARGUMENTS).map(
        lambda call: f"$py.call(o, [{', '.join(map(ascii, call[0]))}], [{', '.join(call[1])}])"
    ),
    st.sampled_from(NAMES).map(lambda name: f"{name!a} in o"),
    st.sampled_from(NAMES).map(lambda name: f"delete o[{name!a}]"),
    st.tuples(st.sampled_from(NAMES), VALUES).map(lambda two: f"o[{two[0]!a}] = {two[1]}"),
    st.tuples(st.sampled_from(WAYS), VALUES).map(lambda two: two[0].replace("@", f"({two[1]})")),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(OBJECTS)), st.lists(STEP, min_size=1, max_size=8))
def test_members_are_what_they_are_otherwise(plain: Bridge, kind: str, steps: list[str]) -> None:
    told = ", ".join(f"tell(() => ({step}))" for step in steps)
    ask = plain.eval(f"(o, p) => {{ const $py = {PY}; {TELL} return [{told}] }}")
    logs = []

    def run() -> list[Any]:
        thing = OBJECTS[kind]()
        said = list(ask(thing, Other()))
        logs.append(getattr(thing, "log", None) if kind == "box" else None)
        return said

    one, other, _ = both(plain, run, settled=False)
    assert repr(one) == repr(other) and logs[0] == logs[1]


def test_they_are_served_as_plain_calls(plain: Bridge) -> None:
    ask = plain.eval(
        """(box, other, n) => { let s = 0;
        for (let i = 0; i < n; i++) s += box.x + box.static(i) + box.size(other) + box.same(box) + box.part.n;
        return s }"""
    )
    box, other = Box(), Other()
    before = channel(plain).plain.counts()[1]
    assert ask(box, other, 500) == 500 * (0.5 + 1 + 3 + 1 - 4) + 500 * 499 / 2
    assert channel(plain).plain.counts()[1] - before > 2000


@pytest.mark.parametrize("name", ["lacks", "fails", "method"])
def test_the_traceback_of_what_fails_is_the_same(plain: Bridge, name: str) -> None:
    class Own(Box):
        def method(self, *args: Any) -> Any:
            return 1 / args[0]

    ask = plain.eval(f"(box, name) => {PY}.call(box, [name], [0])")

    def run() -> tuple[list[str], str]:
        with pytest.raises((AttributeError, LookupError, ZeroDivisionError)) as caught:
            ask(Own(), name)
        frames = traceback.extract_tb(caught.value.__traceback__)
        own = [frame.name for frame in frames if frame.filename == __file__]
        return own, str(caught.value)

    one, other, _ = both(plain, run)
    assert one == other


@pytest.mark.parametrize(
    "member", ["box.gone", "box.gone()", "box.part.gone", "call(box, ['part', 'gone'], [])"]
)
def test_an_exit_in_a_member(plain: Bridge, member: str) -> None:
    class Part:
        @property
        def gone(self) -> int:
            raise SystemExit(3)

    part = Part()
    part.part = Part()  # type: ignore[attr-defined]
    ask = plain.eval(f"(box) => {{ const {{ call }} = {PY}; return {member} }}")

    def run() -> Any:
        with pytest.raises(SystemExit) as caught:
            ask(part)
        return caught.value.code

    one, other, _ = both(plain, run)
    assert one == other == 3


def test_objects_that_were_given_back(plain: Bridge) -> None:
    ask = plain.eval(f"(box, other) => {{ {PY}.destroy?.(other); return box.method(other) }}")
    for _ in range(2):
        with pytest.raises(JSError):
            ask(Box(), Other())
    assert plain.eval("3") == 3
