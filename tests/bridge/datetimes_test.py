"""A datetime is like a Date to JavaScript: libraries look for its class, its methods and its text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError

AWARE = dt.datetime(2024, 1, 2, 3, 4, 5, 678901, dt.timezone(dt.timedelta(hours=5, minutes=30)))


class Later(dt.datetime):
    """A class of somebody's."""


MOMENTS = [
    AWARE,
    dt.datetime(2024, 7, 2, 3, 4, 5),
    dt.datetime(1, 1, 1),
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(99, 12, 31, 23, 59, 59, 999000, dt.UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999999, dt.UTC),
    dt.datetime(9999, 12, 31, tzinfo=dt.UTC),
    dt.datetime.max.replace(tzinfo=dt.UTC),
    Later(2024, 1, 2, tzinfo=dt.UTC),
]

# What a method of Date gives, of a datetime and of the Date that `py->js` makes of it.
BOTH = """(d, copy) => Object.getOwnPropertyNames(Date.prototype)
  .filter((name) => !/^(?:set|constructor|toString|toTemporal)/.test(name))
  .map((name) => [name, d[name](), copy[name]()])"""


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_every_method_gives_what_that_of_the_date_gives(js: Bridge, moment: dt.datetime) -> None:
    copy = js.eval("(d) => $py.byRef($py.toJs(d))")(moment)
    found = js.eval(BOTH)(moment, copy)
    assert len(found) > 25
    assert [one for one in found if one[1] != one[2]] == []


LOOKS = """(d) => [
  d instanceof Date, d.constructor === Date, Object.prototype.toString.call(d), typeof d.getTime,
  "getTime" in d, Object.keys(d).includes("getTime"), +new Date(d) === d.getTime(), +d === d.valueOf()]"""


@pytest.mark.parametrize("moment", [each for each in MOMENTS if each.microsecond % 1000 == 0], ids=str)
def test_it_looks_like_one(js: Bridge, moment: dt.datetime) -> None:
    assert js.eval(LOOKS)(moment) == [True, True, "[object Date]", "function", True, False, True, True]


def test_it_stays_what_it_is(js: Bridge) -> None:
    assert js.eval("(d) => d")(AWARE) is AWARE
    assert js.eval("(d) => [d.year, d.day, d.hour, d.getHours === undefined, String(d), `${d}`]")(AWARE) == [
        *(2024, 2, 3, False, str(AWARE), str(AWARE))
    ]
    assert js.eval("(d) => d.isoformat()")(AWARE) == AWARE.isoformat()
    assert js.eval("require('node:util').inspect")(AWARE) == repr(AWARE)
    assert js.eval("(d) => JSON.stringify({ d })")(AWARE) == '{"d":"2024-01-01T21:34:05.678Z"}'


def test_it_cannot_be_changed(js: Bridge) -> None:
    with pytest.raises(JSError, match=r"a Python datetime cannot be changed: new Date\(x.getTime\(\)\)"):
        js.eval("(d) => d.setHours(3)")(AWARE)


@pytest.mark.parametrize("other", [dt.date(2024, 1, 2), dt.time(1), dt.timedelta(1), dt.datetime, dt])
def test_what_is_none_does_not_look_like_one(js: Bridge, other: Any) -> None:
    look = "(d) => [d instanceof Date, d.getTime === undefined, `${Object.prototype.toString.call(d)}`]"
    assert js.eval(look)(other)[:2] == [False, True] and "Date" not in js.eval(look)(other)[2]


def test_what_numpy_has_for_them(js: Bridge) -> None:
    np = pytest.importorskip("numpy")
    look = js.eval("(d) => [d instanceof Date, d.getTime(), +d, JSON.stringify({ d })]")
    assert look(np.datetime64("2024-01-02T03:04:05.678901234")) == [
        *(True, 1704164645678, pytest.approx(1704164645678.9), '{"d":"2024-01-02T03:04:05.678Z"}')
    ]
    assert look(np.datetime64("2024-01-02"))[:2] == [True, 1704153600000]
    assert js.eval("(d) => [d instanceof Date, d.getTime === undefined]")(np.timedelta64(1, "s")) == [
        False,
        True,
    ]
    assert js.eval("(d) => d")(np.datetime64("2024-01-02")) == np.datetime64("2024-01-02")


def test_what_pandas_has_for_them(js: Bridge) -> None:
    pd = pytest.importorskip("pandas")
    look = js.eval("(d) => [d instanceof Date, d.getTime(), JSON.stringify({ d })]")
    assert look(pd.Timestamp("2024-01-02T03:04:05.678901234Z")) == [
        *(True, 1704164645678, '{"d":"2024-01-02T03:04:05.678Z"}')
    ]
    assert str(look(pd.NaT)) == str([True, float("nan"), '{"d":null}'])
    with pytest.raises(JSError, match="Invalid time value"):
        js.eval("(d) => d.toISOString()")(pd.NaT)
