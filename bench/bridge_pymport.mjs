// A peer: pymport (Python inside the Node process). `script ROW` prints {"value": number} as JSON.
import { pymport, proxify } from "pymport";

const builtins = proxify(pymport("builtins"));

function best(run, calls = 2000, rounds = 7) {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run(i);
    least = Math.min(least, ((performance.now() - start) / calls) * 1e3);
  }
  return least;
}

const rows = {
  js_to_py: () => best(() => builtins.abs(-5)),
  chain: () => {
    const os = proxify(pymport("os"));
    return best(() => os.path.basename("a/b"));
  },
  sorted: () => {
    const items = builtins.list(builtins.range(1000));
    return best(() => builtins.sorted(items, { key: (x) => -x }), 1) / 1e3;
  },
  iterate: () => {
    const items = builtins.list(builtins.range(100_000));
    return best(() => { let sum = 0; for (const x of items) sum += +x; return sum; }, 1, 3) / 1e3;
  },
};

console.log(JSON.stringify({ value: await rows[process.argv[2]]() }));
process.exit(0);
