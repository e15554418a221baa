"""Values of libraries show their own text or items, within a budget of screen rows."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from npm_tools import LIBRARIES, NODE, npm_tools

SMALL = {
    "matrix": "#<DenseMatrix [[1, 2], [3, 4]]>",
    "complex": "#<Complex 2 + 3i>",
    "fraction": "#<Fraction 0.(3)>",
    "unit": "#<Unit 5 cm>",
    "big": "#<Decimal 1.25>",
    "node": "#<OperatorNode x ^ 2 + 1>",
    "rows": '#<ColumnTable [{:a 1 :b "x"} {:a 2 :b "y"}]>',
    "list": "#<List [ 1, 2 ]>",
    "map": '#<Map { "a": 1 }>',
    "set": "#<Set { 1 }>",
    "record": "#<Record { a: 2 }>",
    "vector": "#<Vector [1,2]>",
    "table": '#<Table [ {"a": 1, "b": "x"}, {"a": 2, "b": "y"} ]>',
    "row": '#<StructRow {"a": 2, "b": "y"}>',
    "nested": "[#<List [ 1 ]> #<Complex i>]",
}
MOST_ROWS = 110  # a hundred items, each on its line, and what stands around them


def test_values_of_libraries() -> None:
    script = Path(__file__).with_name("library_values.mjs")
    made = subprocess.run(
        [NODE, script, npm_tools(LIBRARIES)], capture_output=True, encoding="utf-8", check=True
    )
    shown = json.loads(made.stdout)
    assert shown["small"] == SMALL
    for name, text in shown["large"].items():
        assert "…" in text, name
        assert len(text.split("\n")) <= MOST_ROWS, name
        assert len(text) < 4000, name
