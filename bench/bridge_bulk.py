"""Our bridge on bulk data, each figure beside the same by way of JSON text, or in Python itself.

In: a key of ROWS; `<key>_reference` is what it stands beside. Out: {"value": milliseconds} as JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pandas
from polyrepl.bridge import Bridge
from timing import main, milliseconds

COUNT = 100_000
bridge = Bridge()
bridge.eval('globalThis.$py = globalThis[Symbol.for("polyrepl.$py")]')
copied = bridge.eval("(x) => Object.keys($py.toJs(x)).length")
parsed = bridge.eval("(text) => Object.keys(JSON.parse(text)).length")
rows = [{"id": i, "v": i * 0.5, "name": f"n{i}"} for i in range(COUNT)]
ragged = [row if i % 3 else {**row, "more": i} for i, row in enumerate(rows)]
nested = [{"id": i, "at": {"x": 1, "y": i}, "tags": ["a", "b"]} for i in range(COUNT)]
lists = [[i, i * 0.5, "a"] for i in range(COUNT)]
short = [[i] * (i % 4) for i in range(COUNT)]
large = [{"id": 2**60 + i, "v": i * 0.5, "name": f"n{i}"} for i in range(COUNT)]
corner = {"x": 1, "y": [1, 2]}
shared = [{"id": i, "at": corner, "tag": lists[i % 50]} for i in range(COUNT)]
index = {"rows": rows, "by": {row["name"]: row for row in rows}}


def copies(value: Any) -> tuple[Callable[[], float], Callable[[], float]]:
    return (
        lambda: milliseconds(lambda: copied(value)),
        lambda: milliseconds(lambda: parsed(json.dumps(value))),
    )


def live() -> float:
    add = bridge.eval("(rows) => { let sum = 0; for (const row of rows) sum += row.v; return sum }")
    assert add(rows) == sum(row["v"] for row in rows)
    return milliseconds(lambda: add(rows))


def live_reduce() -> float:
    add = bridge.eval("(rows) => rows.reduce((sum, row) => sum + row.v, 0)")
    assert add(rows) == sum(row["v"] for row in rows)
    return milliseconds(lambda: add(rows))


def live_frame() -> float:
    table = pandas.DataFrame(rows)
    add = bridge.eval(
        "(table) => { let sum = 0; for (const row of table.to_dict('records')) sum += row.v; return sum }"
    )
    assert add(table) == sum(row["v"] for row in rows)
    return milliseconds(lambda: add(table))


def frame_in_python() -> float:
    table = pandas.DataFrame(rows)
    return milliseconds(lambda: sum(row["v"] for row in table.to_dict("records")))


def series_map() -> float:
    series = pandas.Series(range(COUNT))
    twice = bridge.eval("(s) => s.map((x) => x * 2)")
    assert twice(series)[5] == 10
    return milliseconds(lambda: twice(series))


def sorted_key() -> float:
    turn = bridge.eval("(xs) => $py.builtins.sorted(xs, ...$py.kwargs({ key: (x) => -x }))")
    assert turn(range(5)) == [4, 3, 2, 1, 0]
    return milliseconds(lambda: turn(range(COUNT)))


def sorted_rows() -> float:
    turn = bridge.eval("(xs) => $py.builtins.sorted(xs, ...$py.kwargs({ key: (row) => -row.v }))")
    assert turn(rows) == rows[::-1]
    return milliseconds(lambda: turn(rows))


def frame() -> tuple[Callable[[], float], Callable[[], float]]:
    table = pandas.DataFrame(rows)
    return (
        lambda: milliseconds(lambda: copied(table)),
        lambda: milliseconds(lambda: parsed(table.to_json(orient="columns"))),
    )


ROWS: dict[str, Callable[[], float]] = {
    "live": live,
    "live_reference": lambda: milliseconds(lambda: sum(row["v"] for row in rows)),
    "live_reduce": live_reduce,
    "live_reduce_reference": lambda: milliseconds(lambda: sum(row["v"] for row in rows)),
    "live_frame": live_frame,
    "live_frame_reference": frame_in_python,
    "series_map": series_map,
    "series_map_reference": lambda: milliseconds(lambda: pandas.Series(range(COUNT)).map(lambda x: x * 2)),
    "sorted_rows": sorted_rows,
    "sorted_rows_reference": lambda: milliseconds(lambda: sorted(rows, key=lambda row: -row["v"])),
    "sorted_key": sorted_key,
    "sorted_key_reference": lambda: milliseconds(lambda: sorted(range(COUNT), key=lambda x: -x)),
}
for key, (ours, theirs) in {
    "rows": copies(rows),
    "ragged": copies(ragged),
    "nested": copies(nested),
    "lists": copies(lists),
    "tuples": copies([tuple(items) for items in lists]),
    "short": copies(short),
    "large": copies(large),
    "shared": copies(shared),
    "index": copies(index),
    "frame": frame(),
}.items():
    ROWS[key], ROWS[f"{key}_reference"] = ours, theirs

if __name__ == "__main__":
    try:
        main(ROWS)
    finally:
        bridge.close()
    os._exit(0)
