"""Compile a file of many lines, cold (a new process) and warm. Prints lines per second as JSON."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from program import lisp

lines = int(sys.argv[2])
text = lisp(lines)
lines = text.count("\n")
rates = []
for _ in range(4):
    start = time.perf_counter()
    from polyrepl.lisp.compiler import compile

    compile(text, filename="program.lisp")
    rates.append(lines / (time.perf_counter() - start))
print(json.dumps({"cold": rates[0], "warm": max(rates)}))
