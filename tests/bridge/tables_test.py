"""Tables and columns of other libraries: typed arrays and lists, not gone through item by item."""

from __future__ import annotations

import ctypes
import datetime
import decimal
from typing import Any

import numpy
import pandas
import pytest
from polyrepl.bridge import Bridge
from polyrepl.bridge.tables import columns_of_table, items_of_column


def test_tables(to_js: Any) -> None:
    frame = pandas.DataFrame(
        {
            "f": [1.5, 2.5],
            "i": numpy.array([1, 2], "int32"),
            "s": ["a", None],
            "d": pandas.to_datetime(["2024-01-01", None]),
            "z": pandas.to_datetime(["2024-01-01", None]).tz_localize("UTC"),
            "b": [True, False],
            "N": pandas.array([1, None], dtype="Int64"),
            "c": pandas.Categorical(["u", "v"]),
            "o": [decimal.Decimal(1), [1]],
        }
    )
    day = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    found = to_js(frame)
    assert isinstance(found["f"], memoryview) and found["f"].format == "d"
    assert isinstance(found["i"], memoryview) and found["i"].tolist() == [1, 2]
    assert found["f"].tolist() == [1.5, 2.5]
    assert (found["s"], found["d"], found["z"]) == (["a", None], [day, None], [day, None])
    assert (found["b"], found["N"], found["c"]) == ([True, False], [1, None], ["u", "v"])
    assert found["o"][0] is frame["o"][0] and found["o"][1] == [1]
    assert to_js(frame["f"]).tolist() == [1.5, 2.5]
    assert to_js(frame["s"]) == ["a", None]
    assert to_js({"frame": frame, "x": 1})["frame"]["b"] == [True, False]
    assert to_js(pandas.DataFrame({1: [1.0]}))[1].tolist() == [1.0]
    with pytest.raises(ValueError, match="several columns of one name"):
        to_js(frame[["f", "f"]])


def test_columns_of_pandas_by_themselves(to_js: Any) -> None:
    """An array of pandas' own is a column as its Series is, and what pandas calls missing is null in both."""
    kinds = {
        "nullable": (pandas.array([1, None, 3], dtype="Int64"), [1, None, 3]),
        "truth": (pandas.array([True, None], dtype="boolean"), [True, None]),
        "categories": (pandas.Categorical(["u", None, "u"]), ["u", None, "u"]),
        "texts": (pandas.array(["a", None], dtype="string"), ["a", None]),
        "objects": (
            numpy.array(["a", float("nan"), pandas.NA, None, [1]], object),
            ["a", None, None, None, [1]],
        ),
        "moments": (
            pandas.to_datetime(["2024-01-01", None]).tz_localize("UTC").array,
            [datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), None],
        ),
    }
    for name, (items, expected) in kinds.items():
        column = pandas.Series(items)
        assert to_js(column) == to_js(column.array) == expected, name
        assert to_js(column[::-1]) == expected[::-1]
    whole = pandas.array([1, 2], dtype="Int16")
    for column in (whole, pandas.Series(whole), pandas.arrays.SparseArray(numpy.array([0, 7], "i2"))):
        found = to_js(column)
        assert isinstance(found, memoryview) and found.format == "h"
    assert to_js(pandas.MultiIndex.from_tuples([(1, "a"), (2, "b")])) == [[1, "a"], [2, "b"]]


def test_arrow(to_js: Any) -> None:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"f": [1.5, 2.5], "i": [1, None], "s": ["a", None], "n": [1, 2]})
    found = to_js(table)
    assert (found["f"].tolist(), found["i"], found["s"]) == ([1.5, 2.5], [1, None], ["a", None])
    assert found["n"].tolist() == [1, 2]
    assert to_js(arrow.array([0.5])).tolist() == [0.5]
    assert to_js(arrow.record_batch({"f": [0.5]}))["f"].tolist() == [0.5]


def test_polars(to_js: Any) -> None:
    polars = pytest.importorskip("polars")
    found = to_js(polars.DataFrame({"f": [1.5, 2.5], "i": [1, None], "s": ["a", None]}))
    assert (found["f"].tolist(), found["i"], found["s"]) == ([1.5, 2.5], [1, None], ["a", None])
    assert to_js(polars.Series([1, 2], dtype=polars.Int128)) == [1, 2]  # NumPy has none


def test_what_is_no_table() -> None:
    for value in (numpy.arange(3), {"columns": 1}, [1], object()):
        assert columns_of_table(value) is None
        assert items_of_column(value) is None


def test_columns_are_not_gone_through_item_by_item(to_js: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = pandas.Series([1, None, 3], dtype="Int64")
    spans = pandas.Series(pandas.to_timedelta(["1D", None]))
    texts = pandas.Series(["a", None], dtype="string")
    plain = pandas.DataFrame({"x": [1.5, 2.5], "y": [1, 2]})

    def gone_through(column: Any) -> Any:
        raise AssertionError("item by item")

    monkeypatch.setattr(pandas.Series, "__iter__", gone_through)
    assert to_js(numbers) == [1, None, 3]
    assert to_js(texts) == ["a", None]
    assert items_of_column(spans) == [pandas.Timedelta(days=1), None]
    assert {key: value.tolist() for key, value in to_js(plain).items()} == {"x": [1.5, 2.5], "y": [1, 2]}
    assert isinstance(to_js(plain)["x"], memoryview)
    assert numbers.isna().tolist() == [False, True, False] and texts.isna().tolist() == [False, True]


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_columns_of_other_libraries_become_typed_arrays(to_js: Any, library: str) -> None:
    module = pytest.importorskip(library)
    column = module.Series if library == "polars" else module.array
    for dtype in ("i1", "u2", "i8", "f4", "f8"):
        found = to_js(column(numpy.arange(5, dtype=dtype)))
        assert isinstance(found, memoryview) and numpy.asarray(found).dtype == dtype
        assert found.tolist() == [0, 1, 2, 3, 4]


UNITS = ("s", "ms", "us", "ns")
DAYS = numpy.array([3, "NaT", -1, 19724] * 3, "M8[D]")  # as many as go by a column


def of_pandas(moments: Any) -> dict[str, Any]:
    plain = pandas.Series(moments)
    zone = plain.dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    every = {"plain": plain, "zone": zone, "categories": plain.astype("category")}
    arrays = {f"{name}, array": column.array for name, column in every.items()}
    indices = {f"{name}, index": pandas.Index(column) for name, column in every.items()}
    sparse = pandas.arrays.SparseArray(moments)
    return every | arrays | indices | {"sparse": pandas.Series(sparse), "sparse, array": sparse}


def of_polars(moments: Any) -> dict[str, Any]:
    polars = pytest.importorskip("polars")
    plain = polars.Series(moments)
    found = {"plain": plain, "zone": plain.dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo")}
    return found | {"days": plain.cast(polars.Date)}


def of_arrow(moments: Any) -> dict[str, Any]:
    arrow = pytest.importorskip("pyarrow")
    plain = arrow.array(moments)
    found = {"plain": plain, "categories": plain.dictionary_encode(), "days": plain.cast(arrow.date32())}
    found |= {"date64": found["days"].cast(arrow.date64())}
    found |= {"zone": plain.cast(arrow.timestamp(plain.type.unit, "Asia/Tokyo"))}
    return found | {
        f"{name}, chunks": arrow.chunked_array([column[:5], column[5:5], column[5:]])
        for name, column in found.items()
    }


def of_both(moments: Any) -> dict[str, Any]:
    return {
        name: pandas.Series(column, dtype=pandas.ArrowDtype(column.type))
        for name, column in of_arrow(moments).items()
    }


@pytest.mark.parametrize("columns", [of_pandas, of_polars, of_arrow, of_both], ids=lambda f: f.__name__)
def test_moments_of_all_libraries_are_those_of_numpy(to_js: Any, columns: Any) -> None:
    """Days too, whatever the zone: in UTC, and null where one is missing."""
    moments = DAYS.astype("M8[ms]")
    expected = to_js(moments)
    assert expected == [
        None if item is None else item.replace(tzinfo=datetime.UTC) for item in moments.tolist()
    ]
    every = columns(moments)
    crossed = to_js(every)
    for name, column in every.items():
        assert crossed[name] == expected, name
        found = to_js([column[2:], column[:0], column[1::2]])
        assert found == [expected[2:], [], expected[1::2]], name
    for unit in UNITS[columns is of_polars :]:  # of seconds polars has none
        for name, column in columns(DAYS.astype(f"M8[{unit}]")).items():
            items = items_of_column(column)
            assert items.dtype.kind == "M" and numpy.array_equal(items, DAYS, equal_nan=True), (unit, name)


def test_moments_of_less_than_milliseconds(to_js: Any) -> None:
    """They are cut as NumPy's are, in a column and in a short one."""
    arrow = pytest.importorskip("pyarrow")
    moments = numpy.array([1, -1, 1_999_999_999], "M8[ns]")
    for count in (3, 30):
        these = numpy.resize(moments, count)
        assert to_js(arrow.array(these)) == to_js(these) == to_js(pandas.Series(these))
    assert to_js(arrow.array(moments))[1].microsecond == 999_000


def test_what_is_like_moments_stays_what_it_is(to_js: Any) -> None:
    arrow, polars = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    span, time = datetime.timedelta(seconds=1), datetime.time(1, 2)
    for values in ([span, None], [time, None], [decimal.Decimal("1.5"), None]):
        assert to_js(arrow.array(values)) == to_js(polars.Series(values)) == values
    assert to_js(arrow.array(["u", None]).dictionary_encode()) == ["u", None]
    assert to_js(polars.Series(["u", None], dtype=polars.Categorical)) == ["u", None]
    assert to_js(polars.Series([None, None])) == to_js(arrow.nulls(2)) == [None, None]


def test_dates_that_come_home_make_the_column_again(to_js: Any) -> None:
    column = pandas.Series(DAYS.astype("M8[ms]")).dt.tz_localize("UTC")
    assert pandas.Series(to_js(column)).astype(column.dtype).equals(column)
    grid = numpy.resize(DAYS, (2, 9))
    assert to_js({"same": grid, "row": grid[1]}) == {
        "same": [to_js(row) for row in grid],
        "row": to_js(grid[1]),
    }
    both = [1]
    found = to_js([both, DAYS, both, DAYS, grid, both])  # each is numbered as JavaScript numbers it
    assert found[0] is found[2] is found[5] and found[1] == found[3] == to_js(DAYS)


def test_a_buffer_has_the_shape_of_its_array(js: Bridge) -> None:
    text = js.eval("(x) => JSON.stringify(globalThis[Symbol.for('polyrepl.$py')].toJs(x))")
    for shape in ((2, 3), (2, 1, 4), (0, 3), (3, 0), (6,), (0,)):
        for dtype in ("f8", ">f4", "i2", "u1"):
            array = numpy.arange(int(numpy.prod(shape))).astype(dtype).reshape(shape)
            assert text(memoryview(array)) == text(array), (shape, dtype)
            assert text(memoryview(array.T)) == text(array.T), (shape, dtype)
    ints = ((ctypes.c_int * 3) * 2)((1, 2, 3), (4, 5, 6))
    assert text(ints) == text(numpy.array(ints))
    size = js.eval("(x) => [x.buffer.byteLength, x.byteLength]")
    assert size(memoryview(numpy.zeros((3, 4)))) == [96, 96]
