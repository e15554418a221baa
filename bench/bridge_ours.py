"""Our bridge's calls in both directions. Prints microseconds (sorted: milliseconds) as JSON."""

from __future__ import annotations

import json
import time

from polyrepl.bridge import Bridge

LOOP = """((calls, rounds) => {
  const $py = globalThis[Symbol.for("polyrepl.$py")];
  const os = $py("os");
  const abs = $py.builtins.abs;
  const best = (run) => {
    let least = Infinity;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) run();
      least = Math.min(least, ((performance.now() - start) / calls) * 1e3);
    }
    return least;
  };
  return [best(() => abs(-5)), best(() => $py.call(os, ["path", "basename"], ["a/b"]))];
})"""


def main() -> None:
    bridge = Bridge()
    try:
        js_to_py, chain = bridge.eval(LOOP)(1000, 10)
        add = bridge.eval("(x) => x + 1")
        least = float("inf")
        for _ in range(10):
            start = time.perf_counter()
            for _ in range(1000):
                add(1)
            least = min(least, (time.perf_counter() - start) / 1000 * 1e6)
        negate = bridge.eval("(x) => -x")
        sorts = []
        for _ in range(5):
            start = time.perf_counter()
            sorted(range(1000), key=negate)
            sorts.append((time.perf_counter() - start) * 1e3)
        print(json.dumps({"js_to_py": js_to_py, "chain": chain, "py_to_js": least, "sorted": min(sorts)}))
    finally:
        bridge.close()


main()
