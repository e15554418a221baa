({ $rt: { $a, filter, isJsArray, leftOf, lt, map, mod, mul, reduce } }) => {
  globalThis.pipeline = function pipeline(xs) {
    let left = xs;
    const count = isJsArray(xs) ? xs.length : -1;
    let v;
    let i = 0;
    let total = 0;
    while (i < count) {
      const x = xs[i];
      if (typeof x === "number") {
        const x$1 = x * 3;
        if ((x$1 > 0 ? x$1 % 10 : mod(x$1, 10)) < 5) {
          i++;
          total += x$1;
          continue;
        }
        i++;
        continue;
      }
      left = leftOf(xs, i, x);
      i = Infinity;
    }
    if (i === count) {
      v = total;
    } else {
      v = reduce(
        $a,
        total,
        filter(
          (x$2) => typeof x$2 === "number" ? (x$2 > 0 ? x$2 % 10 : mod(x$2, 10)) < 5 : lt(mod(x$2, 10), 5),
          map((x$3) => typeof x$3 === "number" ? x$3 * 3 : mul(x$3, 3), left),
        ),
      );
    }
    return v;
  };
};

({ $rt: { behind, even$q, filter, isJsArray, leftOf, map, mul, remove, zero$q } }) => {
  globalThis.scaled = function scaled(xs, k) {
    const out = [];
    let left = xs;
    const count = isJsArray(xs) && typeof k === "number" ? xs.length : -1;
    let v;
    let i = 0;
    while (i < count) {
      const x = xs[i];
      if (Number.isInteger(x)) {
        if (x % 2 === 0) {
          const x$1 = x * k;
          if (x$1 === 0) {
            i++;
            continue;
          }
          out.push(x$1);
          i++;
          continue;
        }
        i++;
        continue;
      }
      left = leftOf(xs, i, x);
      i = Infinity;
    }
    if (i === count) {
      v = out;
    } else {
      v = behind(
        out,
        remove(
          zero$q,
          map(
            ($o1) => typeof $o1 === "number" && typeof k === "number" ? $o1 * k : mul($o1, k),
            filter(even$q, left),
          ),
        ),
      );
    }
    return v;
  };
};

({ $rt: { $m, gt, inc, map, reduce } }) => {
  globalThis.largest = function largest(xs) {
    return reduce(
      (best, x) => (typeof x === "number" && typeof best === "number" ? x > best : gt(x, best)) ? x : best,
      map($m, map(inc, xs)),
    );
  };
};

({ $rt: { behind, gt, inc, isJsArray, leftOf, map, reduce } }) => {
  globalThis.longest = function longest(xs) {
    let left = xs;
    const count = isJsArray(xs) ? xs.length : -1;
    let v;
    let i = 0;
    let best = 0;
    let begun = false;
    while (i < count) {
      const x = xs[i];
      if (typeof x === "number") {
        const x$1 = x + 1;
        i++;
        best = begun ? x$1 > best ? x$1 : best : x$1;
        begun = true;
        continue;
      }
      left = leftOf(xs, i, x);
      i = Infinity;
    }
    if (i === count && begun) {
      v = best;
    } else {
      v = reduce(
        (best$1, x$2) => (typeof x$2 === "number" && typeof best$1 === "number" ? x$2 > best$1 : gt(x$2, best$1)) ? x$2 : best$1,
        behind(begun ? [best] : [], map(inc, i === count ? [] : left)),
      );
    }
    return v;
  };
};

({ $rt: { $a, callable, map, reduce } }) => {
  globalThis.other = function other(f, xs) {
    return reduce($a, 0, map((x) => callable(f, "f")(x), xs));
  };
};
