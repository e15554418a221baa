async ({ $rt: { add, iterableToEnd, odd$q } }) => {
  const result = [];
  for (const x of [1, 2]) {
    for (const y of iterableToEnd(await p([10, 20]))) {
      const z = typeof x === "number" && typeof y === "number" ? x + y : add(x, y);
      if (typeof z === "number" && z % 2 === 1 || odd$q(z)) {
        result.push(z);
      }
    }
  }
  return result;
};

async ({ $rt: { mul } }) => {
  const result = [];
  for await (const x of agen(1, 2, 3)) {
    result.push(typeof x === "number" ? 10 * x : mul(10, x));
  }
  return result;
};

({ $rt: { iterable, lt, part } }) => {
  for (const item of iterable({ a: 1 })) {
    const [k, v] = part(item, 2);
    if (!(typeof v === "number" ? v < 5 : lt(v, 5))) break;
    t([k, v]);
  }
  return null;
};

() => {
  globalThis.lazy = function* lazy(n) {
    let i = 0;
    while (i < n) {
      yield i;
      i++;
    }
  };
};
