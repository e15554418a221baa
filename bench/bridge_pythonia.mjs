// A peer: pythonia (Python is its child). `script ROW` prints {"value": number} as JSON.
import { python } from "pythonia";

const builtins = await python("builtins");

async function best(run, calls = 300, rounds = 5) {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run(i);
    least = Math.min(least, ((performance.now() - start) / calls) * 1e3);
  }
  return least;
}

const rows = {
  js_to_py: () => best(() => builtins.abs(-5)),
  chain: async () => {
    const os = await python("os");
    return best(() => os.path.basename("a/b"));
  },
  in_flight_back: async () => (await best(() => Promise.all(Array.from({ length: 1000 }, (_, i) => builtins.abs(i))), 1, 5)) / 1e3,
  sleeps: async () => {
    const time = await python("time");
    return (await best(() => Promise.all(Array.from({ length: 100 }, () => time.sleep(0.01))), 1, 2)) / 1e3;
  },
  sorted: async () => {
    const items = await builtins.list(await builtins.range(1000));
    const key = (x) => -x;
    return (await best(() => builtins.sorted$(items, { key }), 1, 3)) / 1e3;
  },
  array_to_js: async () => {
    const array = await python("array");
    const numbers = await array.array("d", await builtins.range(1_000_000));
    return (await best(async () => (await numbers.tolist()).length, 1, 3)) / 1e3;
  },
  array_to_py: async () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, i) => i + 0.5);
    return (await best(() => builtins.len(numbers), 1, 3)) / 1e3;
  },
  iterate: async () => {
    const items = await builtins.list(await builtins.range(100_000));
    return (
      (await best(
        async () => {
          let sum = 0;
          for await (const x of items) sum += x;
          return sum;
        },
        1,
        1,
      )) / 1e3
    );
  },
  memory: async () => {
    const make = await python("collections");
    const resident = () => process.memoryUsage.rss() / 2 ** 20;
    const use = async (count) => {
      for (let i = 0; i < count; i++) await make.deque();
    };
    await use(1000);
    const before = resident();
    await use(10_000);
    return (resident() - before) * 10; // for 100,000, without what Python holds
  },
};

const value = await rows[process.argv[2]]();
console.log(JSON.stringify({ value }));
process.exit(0);
