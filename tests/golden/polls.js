({ $rt: { interrupt }, $flag }) => {
  globalThis.sum = function sum(n) {
    let i = 0;
    let s = 0;
    while (i < n) {
      s += i;
      i++;
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    return s;
  };
};

({ $rt: { interrupt, iterable }, $flag, $w }) => {
  globalThis.wait = async function wait(xs) {
    for (const x of iterable(xs)) {
      await $w(x);
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    return null;
  };
};

({ $rt: { interrupt }, $flag }) => {
  globalThis.forever = function forever() {
    let i = 0;
    while (true) {
      if ($flag[0] !== 0) break;
      i++;
    }
    throw interrupt();
  };
};

({ $rt: { keyword, passInterrupt } }) => {
  globalThis.guarded = function guarded(f) {
    try {
      return f();
    } catch (e) {
      passInterrupt(e);
      return keyword("failed");
    }
  };
};

({ $rt: { count, gt, inc }, $w }) => {
  globalThis.later = async function later(url) {
    const n = await $w(count(url));
    if (typeof n === "number" ? n > 3 : gt(n, 3)) return $w(fetch(url));
    return typeof n === "number" ? n + 1 : inc(n);
  };
};

({ $w }) => async () => {
  await $w(1);
  return $w(new Promise(() => null));
};

() => async () => {
  const page = await later("x");
  return page;
};
