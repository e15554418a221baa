({ $rt: { interrupt }, $flag }) => {
  function sum(n) {
    let i = 0;
    let s = 0;
    while (i < n) {
      for (let turn = 0; turn < 512 && i < n; turn++) {
        s += i;
        i++;
      }
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    return s;
  }
  globalThis.sum = function sum$2(n) {
    if (typeof n === "number") return sum(n);
    let i = 0;
    let s = 0;
    while (i < n) {
      if ($flag[0] !== 0) break;
      s += i;
      i++;
    }
    if ($flag[0] !== 0) throw interrupt();
    return s;
  };
};

({ $rt: { interrupt, iterable }, $flag, $w }) => {
  globalThis.wait = async function wait(xs) {
    for (const x of iterable(xs)) {
      if ($flag[0] !== 0) break;
      await $w(x);
    }
    if ($flag[0] !== 0) throw interrupt();
    return null;
  };
};

({ $rt: { interrupt }, $flag }) => {
  globalThis.forever = function forever() {
    let i = 0;
    while (true) {
      for (let turn = 0; turn < 512; turn++) {
        i++;
      }
      if ($flag[0] !== 0) break;
    }
    throw interrupt();
  };
};

({ $rt: { keyword, passInterrupt } }) => {
  const $cfailed = keyword("failed");
  globalThis.guarded = function guarded(f) {
    try {
      return f();
    } catch (e) {
      passInterrupt(e);
      return $cfailed;
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

({ $rt: { interrupt }, $flag }) => {
  globalThis.ten_million = function ten_million() {
    let i = 0;
    let s = 0;
    while (i < 10000000) {
      for (let turn = 0; turn < 512 && i < 10000000; turn++) {
        s += i;
        i++;
      }
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    return s;
  };
};

({ $rt: { interrupt, println }, $flag }) => {
  globalThis.first_power = function first_power() {
    let x = 1;
    while (true) {
      if ($flag[0] !== 0) break;
      if (x > 1000000) {
        println(x);
      }
      if (x < 1000) {
        x *= 2;
        continue;
      }
      return x;
    }
    throw interrupt();
  };
};

({ $rt: { even$q, interrupt }, $flag }) => {
  globalThis.collatz = function collatz() {
    let steps;
    let n = 27;
    let k = 0;
    while (n !== 1) {
      for (let turn = 0; turn < 512 && n !== 1; turn++) {
        if (n % 2 === 0 || even$q(n)) {
          n /= 2;
          k++;
          continue;
        }
        n = n * 3 + 1;
        k++;
      }
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    steps = k;
    return steps + 1;
  };
};

({ $rt: { interrupt }, $flag }) => {
  globalThis.counting = function counting() {
    let i = 0;
    while (i < 1000) {
      for (let turn = 0; turn < 512 && i < 1000; turn++) {
        i++;
      }
      if ($flag[0] !== 0) break;
    }
    if ($flag[0] !== 0) throw interrupt();
    return i;
  };
};
