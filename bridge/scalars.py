"""Python's single values as JavaScript and JSON know them: moments as milliseconds, enums as their values,
paths and the like as text.

In: any Python value. Out: its number, its text, its plain value. Of a subclass the fields are read as the
base class keeps them: what the subclass makes of its methods (`pandas.Timestamp.astimezone`) is its own
affair."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import os
import sys
from typing import Any

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MILLISECOND = datetime.timedelta(milliseconds=1)
_DATE_FIELDS = tuple(getattr(datetime.date, name) for name in ("year", "month", "day"))
_TIME_FIELDS = tuple(
    getattr(datetime.datetime, name) for name in ("hour", "minute", "second", "microsecond", "tzinfo")
)
_SPAN_FIELDS = tuple(getattr(datetime.timedelta, name) for name in ("days", "seconds", "microseconds"))
# After 400 years the calendar, with its days of the week, is the same again.
_CYCLE_YEARS, _CYCLE_SECONDS = 400, 146097 * 86400


def plain_datetime(value: datetime.datetime) -> datetime.datetime:
    """A datetime of exactly that class with the fields of one of a subclass."""
    if type(value) is datetime.datetime:
        return value
    fields = [field.__get__(value) for field in _DATE_FIELDS + _TIME_FIELDS]
    return datetime.datetime(*fields, fold=datetime.datetime.fold.__get__(value))


def milliseconds(value: datetime.datetime, whole: bool = False) -> float | None:
    """Milliseconds since 1970 of a moment, a naive one in local time; None for NaT. `whole` leaves out
    what is less than one, so that no moment gets into the next second, or year."""
    if type(value).__name__ == "NaTType":
        return None
    moment = plain_datetime(value)
    if whole:
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if moment.utcoffset() is not None:
        return (moment - EPOCH) / _MILLISECOND
    moment = moment.replace(tzinfo=None)
    second, part = moment.replace(microsecond=0), moment.microsecond / 1000
    try:
        return second.timestamp() * 1000 + part
    except (ValueError, OverflowError, OSError):
        # At the ends of the calendar the zone's offset is asked for years that there are not.
        shift = 1 if second.year < 5000 else -1
        near = second.replace(year=second.year + shift * _CYCLE_YEARS)
        return (near.timestamp() - shift * _CYCLE_SECONDS) * 1000 + part


def number(value: Any) -> float | None:
    """What a value is in arithmetic: moments and days (as their midnight in UTC) are milliseconds since
    1970, spans milliseconds, numbers of every kind a float. None for what is no number."""
    kind = type(value)
    if issubclass(kind, datetime.datetime):
        return milliseconds(value)
    if issubclass(kind, datetime.date):
        year, month, day = (field.__get__(value) for field in _DATE_FIELDS)
        return (datetime.datetime(year, month, day, tzinfo=datetime.UTC) - EPOCH) / _MILLISECOND
    if issubclass(kind, datetime.timedelta):
        days, seconds, micro = (field.__get__(value) for field in _SPAN_FIELDS)
        return datetime.timedelta(days, seconds, micro) / _MILLISECOND
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, (numpy.datetime64, numpy.timedelta64)):
        unit = "timedelta64[us]" if issubclass(kind, numpy.timedelta64) else "datetime64[us]"
        return None if numpy.isnat(value) else float(value.astype(unit).astype("int64")) / 1000
    if issubclass(kind, enum.Enum) and not hasattr(type(value), "__float__"):
        value = value.value
    for convert in ("__float__", "__index__"):
        if hasattr(type(value), convert):
            try:
                return float(value)
            except (TypeError, ValueError, OverflowError):
                return None
    return None


def json_text(value: Any) -> str | None:
    """The text that stands for a value in JSON: ISO text of a day or a time of day; the text of a span, an
    exact number, a UUID, a path. None for everything else."""
    kind = type(value)
    if issubclass(kind, datetime.date) and not issubclass(kind, datetime.datetime):
        return datetime.date.isoformat(value)
    if issubclass(kind, datetime.time):
        return datetime.time.isoformat(value)
    if issubclass(kind, (datetime.timedelta, decimal.Decimal, fractions.Fraction)):
        return str(value)
    if issubclass(kind, os.PathLike):
        name = os.fspath(value)
        return os.fsdecode(name) if isinstance(name, bytes) else name
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and issubclass(kind, numpy.timedelta64):
        return str(value)
    if pandas is not None and issubclass(kind, (pandas.Period, pandas.Interval)):
        return str(value)
    uuid = sys.modules.get("uuid")
    if uuid is not None and issubclass(kind, uuid.UUID):
        return str(value)
    return None
