// What bridge_jspybridge.py runs in Node: JSPyBridge evaluates expressions only.
module.exports = {
  calls: async (f) => {
    const start = performance.now();
    for (let i = 0; i < 300; i++) await f(-5);
    return ((performance.now() - start) / 300) * 1e3;
  },
  sleeps: async (f) => {
    const start = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => f(0.01)));
    return performance.now() - start;
  },
  flight: async (f) => {
    const start = performance.now();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => f(i)));
    return performance.now() - start;
  },
  down: async (f, n) => (n === 0 ? 0 : 1 + (await f(n - 1))),
  numbers: () => Array.from({ length: 1_000_000 }, (_, i) => i + 0.5),
  items: () => Array.from({ length: 100_000 }, (_, i) => i),
};
