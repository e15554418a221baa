"""The await corpus: every program gives the printed value of a lowering-free evaluator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = json.loads((Path(__file__).parent / "corpus" / "await_cases.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any], lisp: Any) -> None:
    assert lisp.run(case["src"]) == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_with_polls(case: dict[str, Any], lisp: Any) -> None:
    assert lisp.run(case["src"], polls=True, await_wrapper=True) == case["expect"]
