// The reference for JS -> Python calls: pythonia. Prints microseconds per call as JSON.
import { python } from "pythonia";

const builtins = await python("builtins");
const os = await python("os");

async function median(run, rounds = 5, calls = 500) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run();
    times.push(((performance.now() - start) / calls) * 1e3);
  }
  return Math.min(...times);
}

const call = await median(() => builtins.abs(-5));
const chain = await median(() => os.path.basename("a/b"), 5, 300);
console.log(JSON.stringify({ call, chain }));
python.exit();
