/**
 * Run times of compiled Lisp beside hand-written JavaScript and squint, in one process, turn by turn.
 *
 * In: `compare(fib, sum_to, pipeline, await_loop)`, the compiled functions of lisp_speed.lisp as a session has them
 * (interrupt polls on); SQUINT, the path of squint's output. Out: JSON on standard output, milliseconds, best of all.
 */

const mod = (a, b) => ((a % b) + b) % b;
const hand = {
  fib: function fib(n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
  },
  sum_to(n) {
    let s = 0;
    for (let i = 0; i < n; i++) s += i;
    return s;
  },
  pipeline(xs) {
    return xs.map((x) => x * 3).filter((x) => mod(x, 10) < 5).reduce((a, b) => a + b, 0);
  },
  one: async (i) => {
    await null;
    return i;
  },
  async await_loop(n) {
    let s = 0;
    for (let i = 0; i < n; i++) s += await hand.one(i);
    return s;
  },
};

const inputs = { fib: 30, sum_to: 1e7, pipeline: Array.from({ length: 1e6 }, (_, i) => i), await_loop: 3e5 };
const ROUNDS = 15;

export async function compare(fib, sum_to, pipeline, await_loop) {
  const squint = process.env.SQUINT ? await import(process.env.SQUINT) : {};
  const sides = { ours: { fib, sum_to, pipeline, await_loop }, hand, squint };
  const best = {};
  for (const name of Object.keys(inputs)) {
    best[name] = {};
    const expected = await hand[name](inputs[name]);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [side, functions] of Object.entries(sides)) {
        if (functions[name] === undefined) continue;
        const start = performance.now();
        const value = await functions[name](inputs[name]);
        const took = performance.now() - start;
        if (value !== expected) throw new Error(`${side} ${name}: ${value} is not ${expected}`);
        best[name][side] = Math.min(took, best[name][side] ?? Infinity);
      }
    }
  }
  process.stdout.write(JSON.stringify(best) + "\n");
  return null;
}
