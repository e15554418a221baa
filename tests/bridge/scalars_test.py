"""Moments, spans, exact numbers, paths and enums in JavaScript: deep copies, JSON, arithmetic, Node's file
functions."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.scalars import milliseconds

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
UTC = datetime.UTC
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = datetime.timedelta(milliseconds=1)


class Colour(enum.Enum):
    RED = "red"
    DAY = datetime.date(2024, 1, 2)


class Contrary(datetime.datetime):
    """Nothing that it says of itself is to be asked."""

    def astimezone(self, tz: Any = None) -> Any:
        raise AssertionError

    def timestamp(self) -> Any:
        raise AssertionError

    __sub__ = __rsub__ = __eq__ = __ne__ = replace = utcoffset = isoformat = astimezone  # type: ignore
    __hash__ = datetime.datetime.__hash__


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is not UTC here."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_copies_of_moments(js: Bridge) -> None:
    to_js = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    frame = pandas.DataFrame({"d": pandas.to_datetime(["2024-01-01", None]), "n": [1, 2]})
    moment = datetime.datetime(2024, 1, 1).astimezone(UTC)
    assert to_js(frame.to_dict("records")) == [{"d": moment, "n": 1}, {"d": None, "n": 2}]
    assert to_js(pandas.Timestamp("2024-01-01T05:00", tz="Asia/Tokyo")) == datetime.datetime(
        2023, 12, 31, 20, tzinfo=UTC
    )
    assert to_js(Contrary(2024, 1, 1)) == moment
    assert to_js(Contrary(2024, 1, 1, tzinfo=UTC)) == datetime.datetime(2024, 1, 1, tzinfo=UTC)
    year = js.eval(f"(x) => {{ {PY} return $py.toJs(x).getUTCFullYear() }}")
    assert year(datetime.datetime(1, 1, 1)) in (0, 1)
    assert year(datetime.datetime(9999, 12, 31, 23, 59)) in (9999, 10000)
    assert year(datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=14)))) == 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_milliseconds_of_every_moment(zone: None, moment: datetime.datetime) -> None:
    found = milliseconds(moment)
    assert found is not None
    try:
        expected = moment.timestamp() * 1000
    except (ValueError, OverflowError):
        assert moment.year in (1, 9999)
    else:
        assert found == pytest.approx(expected, abs=0.05)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_less_than_a_millisecond_is_left_out(moment: datetime.datetime) -> None:
    found = milliseconds(moment, whole=True)
    assert found is not None
    assert found.is_integer()
    assert datetime.timedelta(0) <= moment - EPOCH - datetime.timedelta(milliseconds=found) < MILLISECOND


def test_no_moment_gets_into_the_next_second(js: Bridge) -> None:
    text = js.eval(f"(x) => {{ {PY} return $py.toJs(x).toISOString() }}")
    for year in (1, 1969, 2024, 9999):
        last = datetime.datetime(year, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        assert text(last) == f"{year:04}-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (datetime.time(1, 2, 3), "01:02:03"),
        (datetime.datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02T00:00:00.000Z"),
        (pandas.Timestamp("2024-01-02", tz="UTC"), "2024-01-02T00:00:00.000Z"),
        (datetime.timedelta(days=1, seconds=1), "1 day, 0:00:01"),
        (pandas.Timedelta("1h"), "0 days 01:00:00"),
        (numpy.timedelta64(5, "s"), "5 seconds"),
        (pandas.Period("2024-01"), "2024-01"),
        (pandas.Interval(0, 1.5), "(0, 1.5]"),
        (decimal.Decimal("1.10"), "1.10"),
        (fractions.Fraction(1, 3), "1/3"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (PurePosixPath("/a/b"), "/a/b"),
        (Colour.RED, "red"),
        (Colour.DAY, "2024-01-02"),
    ],
    ids=str,
)
def test_json(js: Bridge, value: Any, text: str) -> None:
    stringify = js.eval("(x) => JSON.parse(JSON.stringify(x))")
    assert stringify(value) == text
    assert stringify([value, {"k": (value,)}]) == [text, {"k": [text]}]
    assert js.eval("(x) => JSON.parse(JSON.stringify({ x }))")(value) == {"x": text}
    if not isinstance(value, datetime.datetime):
        assert stringify({value: 1}) == {text: 1}


def test_copies_keep_what_json_writes_as_text(js: Bridge) -> None:
    to_js = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    for value in (datetime.date(2024, 1, 2), decimal.Decimal(1), uuid.UUID(int=1), Path("/a")):
        assert to_js([value])[0] is value
    assert to_js([Colour.RED]) == ["red"]


def test_arithmetic(js: Bridge) -> None:
    number = js.eval("(x) => Number(x)")
    day = datetime.datetime(2024, 1, 2, tzinfo=UTC)
    ms = day.timestamp() * 1000
    assert number(day) == ms
    assert number(datetime.datetime(2024, 1, 2)) == datetime.datetime(2024, 1, 2).timestamp() * 1000
    assert number(datetime.date(2024, 1, 2)) == ms
    assert number(pandas.Timestamp(day)) == ms
    assert number(numpy.datetime64("2024-01-02")) == ms
    assert number(datetime.timedelta(seconds=1.5)) == 1500
    assert number(decimal.Decimal("1.5")) == 1.5
    assert number(fractions.Fraction(1, 2)) == 0.5
    for nothing in (object(), Path("/a"), pandas.NaT, 1j):
        assert js.eval("(x) => Number.isNaN(+x)")(nothing)
    later = day + datetime.timedelta(hours=1)
    assert js.eval("(a, b) => [Math.max(a, b), b - a, a < b, new Date(+a).getUTCDate()]")(day, later) == [
        ms + 3600000,
        3600000,
        True,
        2,
    ]


def test_a_path_is_a_path_for_node(js: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = js.eval("(p) => process.getBuiltinModule('node:fs').readFileSync(p, 'utf8')")
    for name in ("plain.txt", "with space %41 ünï.txt"):
        (tmp_path / name).write_text(name)
        assert read(tmp_path / name) == name
    monkeypatch.chdir(tmp_path)
    assert read(Path("plain.txt")) == "plain.txt"  # from where Python is
    write = js.eval(
        "async (p) => { const fs = process.getBuiltinModule('node:fs'); fs.writeFileSync(p, 'x');"
        "await fs.promises.appendFile(p, 'y'); return [fs.existsSync(p), fs.statSync(p).size] }"
    )
    assert write(tmp_path / "new").result() == [True, 2]
    assert js.eval("(p) => String(p)")(tmp_path) == os.fspath(tmp_path)
    with pytest.raises(JSError, match="ENOENT"):
        read(tmp_path / "nothing")
