"""Tables and columns of other libraries: typed arrays and lists, not gone through item by item."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy
import pandas
import pytest
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
