"""The error corpus: a compile error covers exactly the text at fault and says what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError

CASES = json.loads((Path(__file__).parent / "corpus" / "error_cases.json").read_text())["cases"]


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w.-]+", text.lower()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    compiler = Compiler()
    forms = compiler.read(case["src"], "case.lisp")
    with pytest.raises(LispError) as caught:
        for form in forms:
            compiler.compile(form)
    error = caught.value
    assert error.span is not None and error.span.text == case["points_at"]
    said = words(f"{error.message} {error.hint or ''}")
    missing = words(case["says"]) - said - {"or", "write", "a", "you"}
    assert len(missing) <= 1, (error.message, error.hint, missing)
