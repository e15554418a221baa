({ $rt: { mod } }) => (x) => typeof x === "number" && x > 0 ? x % 10 : mod(x, 10);

({ $rt: { rem } }) => (x, n) => rem(x, n);

({ $rt: { lt, mod } }) => (x) => typeof x === "number" ? (x > 0 ? x % 10 : mod(x, 10)) < 5 : lt(mod(x, 10), 5);

({ $rt: { $e, mod, mul } }) => (x) => typeof x === "number" ? 0 === mod(x * 3, 2) : $e(0, mod(mul(x, 3), 2));

({ $rt: { add, mul, not$e } }) => (x, y) => typeof x === "number" && typeof y === "number" ? x * x !== y + 1 : not$e(mul(x, x), add(y, 1));

({ $rt: { $e, even$q, odd$q, pos$q, zero$q } }) => (x) => [
  typeof x === "number" ? x === 1 : $e(x, 1),
  typeof x === "number" ? x === 0 : zero$q(x),
  typeof x === "number" ? x > 0 : pos$q(x),
  typeof x === "number" && x % 2 === 0 || even$q(x),
  typeof x === "number" && x % 2 === 1 || odd$q(x),
];

({ $rt: { mod, odd$q, rem, zero$q } }) => {
  let i = 7;
  let found = null;
  while (i !== 0) {
    if (i % 2 === 1 || odd$q(i)) {
      const next = i > 0 ? i % 4 : rem(i, 4);
      const next$1 = i > 0 ? i % 3 : mod(i, 3);
      i = next;
      found = next$1;
      continue;
    }
    found = 0 === (i > 0 ? i % 4 : mod(i, 4));
    i--;
  }
  return found;
};
