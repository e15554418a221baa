() => {
  globalThis.width = 640;
};

() => {
  globalThis.height = 480;
};

({ $rt: { mul, part } }) => {
  globalThis.area = function area(arg, h) {
    const [w] = part(arg, 1);
    return typeof w === "number" && typeof h === "number" ? w * h : mul(w, h);
  };
};

({ $rt: { inc, mul } }) => {
  globalThis.hidden = function hidden(x) {
    return typeof x === "number" ? (x + 1) * 2 : mul(inc(x), 2);
  };
};

() => {
  if ("started" in globalThis) return null;
  globalThis.started = Date.now();
  return;
};

({ $rt: { even$q, filter, inc, map } }) => filter(even$q, map(inc, [1, 2, 3]));

() => {
  const n = 5;
  const n$1 = n + 1;
  return n$1 * 2;
};

({ $rt: { filter, inc, map, odd$q } }) => {
  const x = [1, 2, 3];
  const x$1 = map(inc, x);
  return 1 === 2 ? filter(odd$q, x$1) : x$1;
};

({ $rt: { get, inc, map } }) => {
  const x = { a: [1, 2] };
  const x$1 = x == null ? null : get(x, "a");
  return x$1 == null ? null : map(inc, x$1);
};

({ $rt: { $e, keyword } }) => {
  const value = width;
  if (typeof value === "number" ? 640 === value : $e(640, value)) return keyword("vga");
  return (typeof value === "number" ? 1280 === value : $e(1280, value)) ? keyword("hd") : keyword("other");
};

({ $rt: { keyword } }) => width != null ? keyword("some") : keyword("none");

({ $rt: { get, inc, keyword } }) => {
  const v = get({ w: 0 }, keyword("w"));
  if (v != null) {
    const w = v;
    return typeof w === "number" ? w + 1 : inc(w);
  }
  return 0;
};

({ $rt: { $e, println } }) => (typeof width === "number" ? width !== 0 : !$e(width, 0)) ? println(width) : null;

({ $rt: { $e } }) => (typeof width === "number" ? width !== 0 : !$e(width, 0)) ? height : null;

({ $rt: { get, keyword, mul } }) => {
  const w = get({ w: 3 }, keyword("w"));
  if (w != null && w !== false) return typeof w === "number" ? w * 2 : mul(w, 2);
  return null;
};

() => {
  const w = null;
  return w != null ? w : null;
};

({ $rt: { first, seq } }) => {
  const xs = seq([1, 2, 3]);
  if (xs != null && xs !== false) {
    const x = first(xs);
    return x;
  }
  return null;
};

({ $read }) => $read("abc".length).toString();

({ $rt: { deleteIndex } }) => {
  const o = { a: 1, b: [1, 2] };
  delete o.a;
  deleteIndex(o.b, 0);
  return o;
};

async ({ $rt: { isThenable }, $read }) => {
  const v = fetch("http://localhost");
  const page = isThenable(v) ? await v : v;
  const v$1 = ($read(page), page.text());
  return isThenable(v$1) ? await v$1 : v$1;
};

({ $rt: { println, str, sub }, $read }) => {
  const start = performance.now();
  const value = 1 + 2;
  const n = performance.now();
  println(
    "Elapsed:",
    str(
      $read(typeof start === "number" && typeof n === "number" ? n - start : sub(n, start)).toFixed(3),
      " ms",
    ),
  );
  return value;
};

({ $rt: { error, gt } }) => {
  if (!(typeof width === "number" ? width > 0 : gt(width, 0))) throw error("a width");
  return null;
};

() => null;

() => 3;

({ $rt: { mul } }) => ((x) => typeof x === "number" ? x * x : mul(x, x))(4);

({ $rt: { println } }) => {
  println(1);
  return println(1);
};

() => width != null && width !== false ? 3 : false;

() => (p, q) => {
  const tmp = p;
  p = q;
  q = tmp;
  return [p, q];
};

({ $rt: { keyword, list, mapForm, spliced, templateSymbol } }) => list(
  templateSymbol("a", "t0"),
  width,
  ...spliced([1, 2]),
  mapForm([keyword("k"), height]),
);

({ $rt: { keyword, list, symbol } }) => list(symbol("a"), "b", keyword("c"), [1, { d: null }]);

async ({ $import }) => {
  const module$ = await $import("node:path");
  globalThis.path = module$;
  globalThis.join = module$.join;
};

() => join("a", path.basename("x/y"));

({ $py }) => $py.eval("1 + 1");

({ $py }) => $py.exec("import sys");

({ $rt: { enter }, $py, $read }) => {
  const resource = enter($py.call($py.builtins, ["open"], ["x"]));
  try {
    const f = resource.value;
    return ($read(f), f.read());
  } catch (e) {
    resource.fail(e);
    return null;
  } finally {
    resource.close();
  }
};

({ $read }) => function () {
  const self$ = this;
  return $read(self$).name;
};
