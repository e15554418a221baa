() => {
  const t = 5;
  const t$1 = false;
  return t$1 ? t$1 : t;
};

() => {
  let tmp = 1;
  let other = 2;
  const tmp$1 = tmp;
  tmp = other;
  other = tmp$1;
  return [tmp, other];
};

({ $rt: { mul }, $read }) => $read([3, 1, 2].toSorted()).map((x) => typeof x === "number" ? x * x : mul(x, x));

() => {
  const it = new Map();
  it.set("a", 1);
  it.set("b", 2);
  return it;
};

({ $rt: { list, spliced, templateSymbol } }) => list(
  templateSymbol("a", "t0"),
  1 + 2,
  ...spliced([3, 4]),
);
