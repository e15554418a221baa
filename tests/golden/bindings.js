async ({ $rt: { add, inc } }) => {
  const b = await p(1);
  const a = typeof b === "number" ? b + 1 : inc(b);
  const c = typeof a === "number" ? a + 1 : add(a, 1);
  return [a, c];
};

async ({ $rt: { whole } }) => {
  const [a, b, ...more] = whole(await p([1, 2, 3, 4]));
  return [a, b, more];
};

async ({ $rt: { keyword, lookup } }) => {
  const value = { a: 1 };
  let a = lookup(value, "a");
  if (a === undefined) a = await tp(keyword("no"));
  return a;
};

({ $rt: { lookup, part } }) => {
  globalThis.point = function point(arg, arg$1) {
    const all = arg;
    const x = lookup(all, "x");
    let y = lookup(all, "y");
    if (y === undefined) y = 0;
    const [first_item] = part(arg$1, 1);
    return [x, y, all, first_item];
  };
};

({ $rt: { $e, dec, keyword } }) => {
  const $cping = keyword("ping");
  const $cpong = keyword("pong");
  const ping = function ping$1(n) {
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return $cping;
    return pong(typeof n === "number" ? n - 1 : dec(n));
  };
  const pong = function pong$1(n) {
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return $cpong;
    return ping(typeof n === "number" ? n - 1 : dec(n));
  };
  return ping(3);
};

() => {
  const x = 1;
  const x$1 = x + 1;
  const x$2 = x$1 * 10;
  return x$2;
};
