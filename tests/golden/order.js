async () => {
  let x = 1;
  const v = x;
  x = 10;
  await p(null);
  return v + x;
};

async ({ $rt: { list, truthy } }) => {
  const v$1 = t(1);
  let v;
  if (truthy(await tp(2))) {
    t(3);
    v = t(4);
  } else {
    v = 5;
  }
  return list(v$1, v, t(6));
};

async ({ $rt: { keyword } }) => {
  const $cold = keyword("old");
  const $cnew = keyword("new");
  const o = { m: (x) => [$cold, x] };
  const m = o.m;
  o.m = (x) => [$cnew, x];
  return Reflect.apply(m, o, [await p(1)]);
};

async ({ $rt: { keyword } }) => {
  const o = { x: 0 };
  t(keyword("obj"));
  o.x = await tp(keyword("val"));
  return o.x;
};

async ({ $rt: { keyword } }) => {
  t(keyword("k1"));
  const v = await tp(keyword("v1"));
  await tp(keyword("k2"));
  return { a: v, b: t(keyword("v2")) };
};

async ({ $rt: { $l } }) => [$l(t(1), await tp(2), t(3))];
