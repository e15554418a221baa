"""The long run: `python tests/lisp/differential_run.py --programs 100000 --seed 1`.

Prints the differences (made small) and the count; the exit code is 1 when there is a difference.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from differential import run


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare compiled programs with the interpreter.")
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first program")
    parser.add_argument("--limit", type=int, default=5, help="stop after so many differences")
    parser.add_argument("--no-shrink", action="store_true")
    options = parser.parse_args()
    tally = run(
        options.programs, options.seed, limit=options.limit, report=lambda found: print(found, flush=True),
        reduce=not options.no_shrink,
    )  # fmt: skip
    print(tally)
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
