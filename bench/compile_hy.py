"""The reference: Hy compiles the same program to Python's AST. Prints lines per second as JSON."""

import ast
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from program import hy as program

text = program(int(sys.argv[1]))
lines = text.count("\n")
start = time.perf_counter()
import hy  # type: ignore[import-not-found]  # noqa: E402
from hy.compiler import hy_compile  # type: ignore[import-not-found]  # noqa: E402

tree = hy_compile(hy.read_many(text), "__main__")
assert isinstance(tree, ast.Module)
print(json.dumps({"cold": lines / (time.perf_counter() - start)}))
