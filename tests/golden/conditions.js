({ $rt: { $e, gt, keyword, lt } }) => {
  const $cneg = keyword("neg");
  const $czero = keyword("zero");
  const $cbig = keyword("big");
  const $cpos = keyword("pos");
  globalThis.classify = function classify(n) {
    if (typeof n === "number" ? n < 0 : lt(n, 0)) return $cneg;
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return $czero;
    return (typeof n === "number" ? n > 100 : gt(n, 100)) ? $cbig : $cpos;
  };
};

async ({ $rt: { truthy } }) => 1 + (truthy(await p(true)) ? truthy(await p(null)) ? 10 : 20 : 30);

async () => {
  let v = await tp(false);
  if (v != null && v !== false) v = await tp(2);
  let v$1 = await tp(null);
  if (v$1 == null || v$1 === false) v$1 = await tp(5);
  return [v, v$1];
};

({ $rt: { empty$q, first } }) => {
  globalThis.check = function check(xs) {
    if (!empty$q(xs)) {
      t(xs);
      return first(xs);
    }
    return null;
  };
};

({ $rt: { keyword } }) => {
  const $cone = keyword("one");
  const $cfew = keyword("few");
  const $ctext = keyword("text");
  const $cmany = keyword("many");
  globalThis.pick = function pick(x) {
    switch (x) {
      case 1:
        return $cone;
      case 2:
      case 3:
        return $cfew;
      case "s":
        return $ctext;
      default:
        return $cmany;
    }
  };
};

async ({ $rt: { inc } }) => {
  const v = await p(1);
  if (v != null && v !== false) {
    const x = v;
    return typeof x === "number" ? x + 1 : inc(x);
  }
  return 0;
};

({ $rt: { get, inc } }) => {
  const x = { a: { b: 1 } };
  const x$1 = x == null ? null : get(x, "a");
  const x$2 = x$1 == null ? null : get(x$1, "b");
  if (x$2 == null) return null;
  return typeof x$2 === "number" ? x$2 + 1 : inc(x$2);
};

() => {
  const x = 1;
  const x$1 = x + 1;
  return x$1;
};
