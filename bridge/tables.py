"""Tables and their columns, of pandas, polars and pyarrow, as what a deep copy knows.

In: any Python value. Out: a table's names and columns, a column's items: a numpy array where it holds plain
numbers and nothing is missing, or days or moments (in UTC, as those of NumPy are, with NaT for what is
missing), else a list with None for what is missing. None for anything else. Nothing is imported that is not
there already."""

from __future__ import annotations

import sys
from typing import Any

# Numbers that NumPy has, too.
_POLARS = frozenset(
    ("Float16", "Float32", "Float64", *(f"{sign}Int{8 << step}" for sign in ("", "U") for step in range(4)))
)
_MOMENTS = frozenset(("Date", "Datetime"))


def columns_of_table(value: Any) -> list[tuple[Any, Any]] | None:
    """Names and columns of a table. Raises ValueError where two columns have one name."""
    library = _library(value)
    pairs: list[tuple[Any, Any]]
    if library == "pandas" and isinstance(value, sys.modules["pandas"].DataFrame):
        pairs = [(name, value.iloc[:, index]) for index, name in enumerate(value.columns)]
    elif library == "polars" and isinstance(value, sys.modules["polars"].DataFrame):
        pairs = [(column.name, column) for column in value.get_columns()]
    elif library == "pyarrow" and hasattr(value, "column_names"):
        pairs = list(zip(value.column_names, value.columns, strict=True))
    else:
        return None
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a table with several columns of one name has no copy: rename them first")
    return pairs


def items_of_column(value: Any) -> Any:
    """The items of a column."""
    library = _library(value)
    if library == "pandas":
        pandas = sys.modules["pandas"]
        if isinstance(value, (pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)):
            return _pandas(pandas, value)
    elif library == "polars" and isinstance(value, sys.modules["polars"].Series):
        name = str(value.dtype).partition("(")[0]
        plain = name in _MOMENTS or (name in _POLARS and not value.null_count())
        return value.to_numpy() if plain else value.to_list()
    elif library == "pyarrow" and hasattr(value, "to_pylist") and hasattr(value, "null_count"):
        return _arrow(sys.modules["pyarrow"], value)
    return None


def _arrow(arrow: Any, column: Any) -> Any:
    types, kind = arrow.types, column.type
    moments = _has_moments(types, kind)
    if moments and types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    numeric = types.is_integer(kind) or types.is_floating(kind)
    if moments or (numeric and not column.null_count):
        chunks = isinstance(column, arrow.ChunkedArray)
        return column.to_numpy() if chunks else column.to_numpy(zero_copy_only=False)
    return column.to_pylist()


def _has_moments(types: Any, kind: Any) -> bool:
    """Whether what a column of Arrow's has are days or moments, or categories that are some."""
    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_timestamp(kind) or types.is_date(kind))


def _pandas(pandas: Any, column: Any) -> Any:
    kind = getattr(column.dtype, "kind", "O")
    categories = getattr(column.dtype, "categories", None)
    if categories is not None and getattr(categories.dtype, "kind", "O") == "M":
        return _pandas(pandas, pandas.Series(column).astype(categories.dtype))
    if isinstance(column.dtype, pandas.DatetimeTZDtype):
        return column.to_numpy(dtype=f"M8[{column.dtype.unit}]")
    arrow, of_arrow = sys.modules.get("pyarrow"), getattr(column.dtype, "pyarrow_dtype", None)
    if arrow is not None and of_arrow is not None and _has_moments(arrow.types, of_arrow):
        return _arrow(arrow, arrow.array(getattr(column, "array", column)))
    if kind == "M" and isinstance(column.dtype, pandas.SparseDtype):
        return column.to_numpy(dtype=column.dtype.subtype)
    if not isinstance(column.dtype, pandas.api.extensions.ExtensionDtype) and kind in "iufMb":
        return column.to_numpy()
    if isinstance(column, pandas.MultiIndex):  # of tuples, which do not say what is missing
        return list(column)
    missing = sys.modules["numpy"].asarray(column.isna(), dtype=bool)
    if kind in "iufb" and not missing.any():
        return column.to_numpy(
            dtype=getattr(column.dtype, "numpy_dtype", getattr(column.dtype, "subtype", None))
        )
    if not missing.any():
        return list(column)
    items = column.to_numpy(dtype=object, copy=True)
    items[missing] = None
    return items.tolist()


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]
