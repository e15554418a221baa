({ $rt: { add, lt, sub } }) => {
  function fib$2(n) {
    if (n < 2) return n;
    return fib$2(n - 1) + fib$2(n - 2);
  }
  globalThis.fib = function fib$1(n) {
    if (typeof n === "number" && globalThis.fib === fib$1) return fib$2(n);
    if (typeof n === "number" ? n < 2 : lt(n, 2)) return n;
    const n$1 = fib(typeof n === "number" ? n - 1 : sub(n, 1));
    const n$2 = fib(typeof n === "number" ? n - 2 : sub(n, 2));
    return typeof n$1 === "number" && typeof n$2 === "number" ? n$1 + n$2 : add(n$1, n$2);
  };
};

({ $rt: { mul } }) => {
  globalThis.area = function area(w, h) {
    /** The area. */
    if (h === undefined) h = w;
    return typeof w === "number" && typeof h === "number" ? w * h : mul(w, h);
  };
};

({ $rt: { $a, add, apply } }) => {
  globalThis.many = function many(...args) {
    switch (args.length) {
      case 1: {
        const [a] = args;
        return a;
      }
      case 2: {
        const [a, b] = args;
        return typeof a === "number" && typeof b === "number" ? a + b : add(a, b);
      }
      default: {
        const [a, b, ...more] = args;
        return apply($a, a, b, more);
      }
    }
  };
};

({ $rt: { mul } }) => {
  globalThis.later = async function later(a, b) {
    if (b === undefined) b = await p(typeof a === "number" ? a * 2 : mul(a, 2));
    return [a, b];
  };
};

({ $rt: { keyword_args, lookup } }) => {
  globalThis.named = function named(...rest) {
    const value = keyword_args(rest);
    let axis = lookup(value, "axis");
    if (axis === undefined) axis = 0;
    return axis;
  };
};

({ $rt: { map, mul } }) => map(
  ($o1) => typeof $o1 === "number" ? $o1 * $o1 : mul($o1, $o1),
  [1, 2, 3],
);

({ $rt: { $e, add, dec } }) => function self$(n) {
  if (typeof n === "number" ? n === 0 : $e(n, 0)) return 0;
  const n$1 = self$(typeof n === "number" ? n - 1 : dec(n));
  return typeof n === "number" && typeof n$1 === "number" ? n + n$1 : add(n, n$1);
}(4);

({ $rt: { $e, gt, keyword, quot, sub } }) => {
  const $ceven = keyword("even");
  const $codd = keyword("odd");
  globalThis.parity = function parity(n) {
    let big = null;
    const ev$q = function ev$q$1(k) {
      if (typeof k === "number" ? k === 0 : $e(k, 0)) return $ceven;
      return od$q(typeof k === "number" ? k - 1 : sub(k, 1));
    };
    const od$q = function od$q$1(k) {
      if (typeof k === "number" ? k === 0 : $e(k, 0)) return $codd;
      return ev$q(typeof k === "number" ? k - 1 : sub(k, 1));
    };
    const half = quot(n, 2);
    if (typeof half === "number" ? half > 2 : gt(half, 2)) big = true;
    return [ev$q(n), half, big];
  };
};
