({ $rt: { add, gt, index, isMapLike, isSequenceOf, keyword, lookup, mul } }) => {
  const $ccircle = keyword("circle");
  const $crect = keyword("rect");
  const $csmall = keyword("small");
  globalThis.area = function area(shape) {
    if (isMapLike(shape)) {
      const kind = lookup(shape, "kind");
      if (kind !== undefined && kind === $ccircle) {
        const r = lookup(shape, "r");
        if (r !== undefined) return typeof r === "number" ? Math.PI * r * r : mul(mul(Math.PI, r), r);
      }
    }
    if (isMapLike(shape)) {
      const kind$1 = lookup(shape, "kind");
      if (kind$1 !== undefined && kind$1 === $crect) {
        const w = lookup(shape, "w");
        if (w !== undefined) {
          const h = lookup(shape, "h");
          if (h !== undefined) return typeof w === "number" && typeof h === "number" ? w * h : mul(w, h);
        }
      }
    }
    if (isSequenceOf(shape, 2, true)) {
      const a = index(shape, 0);
      const b = index(shape, 1);
      if (typeof a === "number" ? a > 3 : gt(a, 3)) {
        return typeof a === "number" && typeof b === "number" ? a + b : add(a, b);
      }
    }
    if (shape === 1 || shape === 2) return $csmall;
    return 0;
  };
};

({ $rt: { add, index, isSequenceOf } }) => {
  let v;
  const subject = [1, [2, 3]];
  matched: {
    if (isSequenceOf(subject, 2, true)) {
      const a = subject[0];
      const item = subject[1];
      if (isSequenceOf(item, 2, true)) {
        const b = index(item, 0);
        const c = index(item, 1);
        v = typeof a === "number" && typeof b === "number" && typeof c === "number" ? a + b + c : add(add(a, b), c);
        break matched;
      }
    }
    v = 0;
  }
  return typeof v === "number" ? 1 + v : add(1, v);
};
