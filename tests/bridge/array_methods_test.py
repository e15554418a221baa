"""A Python list that JavaScript changes is changed as an array would be, and a Set as Python's sets are."""

from __future__ import annotations

import array
import collections
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError

CHANGES = [
    "a.splice(1, 1)",
    "a.splice(1, 2, 'x', 'y', 'z')",
    "a.splice(-2)",
    "a.splice(-9, 1)",
    "a.splice(9, 1, 'x')",
    "a.splice(2, 0, 'x')",
    "a.splice(1, 99)",
    "a.splice()",
    "a.splice(undefined)",
    "a.splice('1', '1')",
    "a.splice(1.7, 1)",
    "a.splice(NaN, 1)",
    "a.splice(1, -1, 'x')",
    "a.fill(0) && 0",
    "a.fill(7, 1, -1) && 0",
    "a.copyWithin(0, 2) && 0",
    "a.push('x', 'y')",
    "a.unshift('x', 'y')",
    "a.shift()",
    "a.pop()",
    "(a.length = 2)",
    "(a.length = 0)",
    "(a[a.length] = 'x')",
    "(a[0] = 'x')",
    "Array.prototype.splice.call(a, 1, 2, 'x')",
    "Array.prototype.push.call(a, 'x')",
]


@pytest.mark.parametrize("kind", [list, collections.deque, collections.UserList])
@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_as_an_array_does(js: Bridge, change: str, kind: Any) -> None:
    mine = kind([1, 2, 3, 4, 5])
    said = js.eval(f"(a) => {change}")(mine)
    expected = js.eval(f"() => {{ const a = [1, 2, 3, 4, 5]; return [{change}, a] }}")()
    assert [said, list(mine)] == expected


def test_what_is_not_touched_stays_as_it_is(js: Bridge) -> None:
    thing, half = object(), [2.0]
    mine = [thing, 1, 2.0, True, half]
    assert js.eval("(a) => a.splice(1, 1, a[0], 5)")(mine) == [1]
    assert mine[0] is mine[1] is thing and mine[4] is True and mine[5] is half
    assert mine[2] == 5 and type(mine[3]) is float


def test_other_sequences(js: Bridge) -> None:
    splice = js.eval("(a) => a.splice(1, 1, 8, 9)")
    numbers, some = array.array("i", [1, 2, 3]), bytearray(b"abc")
    assert (splice(numbers), numbers) == ([2], array.array("i", [1, 8, 9, 3]))
    assert (splice(some), some) == ([98], bytearray(b"a\x08\x09c"))
    for fixed in ((1, 2, 3), range(3), memoryview(b"abc")):
        with pytest.raises(TypeError, match="object cannot change its length"):
            splice(fixed)


@pytest.mark.parametrize("length", ["9", "-1", "1.5", "'x'", "undefined"])
def test_a_length_that_it_cannot_have(js: Bridge, length: str) -> None:
    mine = [1, 2, 3]
    with pytest.raises(JSError, match="a Python sequence of 3 items cannot be made one of"):
        js.eval(f"(a) => {{ a.length = {length} }}")(mine)
    with pytest.raises(IndexError):
        js.eval("(a) => { a[5] = 1 }")(mine)
    assert mine == [1, 2, 3]


def test_sets_on_either_side(js: Bridge) -> None:
    theirs = js.eval("$py.byRef(new Set([1, 2]))")
    assert [{1, 2, 3} - theirs, {1, 5} & theirs, {5} | theirs, {1, 5} ^ theirs] == [
        {3},
        {1},
        {1, 2, 5},
        {2, 5},
    ]
    assert [theirs - {1}, theirs & {1}, theirs | {3}, theirs ^ {1, 3}] == [{2}, {1}, {1, 2, 3}, {2, 3}]
    same = theirs
    theirs |= {8}
    theirs &= {1, 8}
    theirs ^= {8, 9}
    theirs -= {1}
    assert theirs is same and set(theirs) == {9} and js.eval("(s) => s.has(9) && s.size")(same) == 1
