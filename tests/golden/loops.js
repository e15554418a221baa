() => {
  globalThis.sum = function sum(n) {
    let i = 0;
    let s = 0;
    while (i < n) {
      s += i;
      i++;
    }
    return s;
  };
};

({ $rt: { conjOwn } }) => {
  globalThis.closures = function closures() {
    let i = 0;
    let fs = [];
    while (true) {
      const i$1 = i;
      if (i$1 < 3) {
        i = i$1 + 1;
        fs = conjOwn(fs, () => i$1);
        continue;
      }
      return fs;
    }
  };
};

({ $rt: { keyword } }) => {
  const $cok = keyword("ok");
  globalThis.retry = async function retry() {
    let n = 0;
    let k = 0;
    while (true) {
      try {
        n++;
        if (n < 3) return await p("flaky");
        return [$cok, n];
      } catch (e) {
        if (k < 5) {
          k++;
          continue;
        }
        throw e;
      }
    }
  };
};

async ({ $rt: { lt } }) => {
  let i = 0;
  while (true) {
    const i$1 = i;
    try {
      if (lt(await p(i$1), 3)) {
        i = i$1 + 1;
        continue;
      }
      return i$1;
    } finally {
      t(i$1);
    }
  }
};

({ $rt: { $e, conj, dec } }) => {
  globalThis.countdown = function countdown(n, acc) {
    while (typeof n === "number" ? n !== 0 : !$e(n, 0)) {
      const next = typeof n === "number" ? n - 1 : dec(n);
      const next$1 = conj(acc, n);
      n = next;
      acc = next$1;
    }
    return acc;
  };
};

async ({ $rt: { push$b } }) => {
  let i = 0;
  const out = [];
  while (await p(i) < 3) {
    push$b(out, i);
    i++;
  }
  return out;
};

({ $rt: { conjOwn } }) => {
  let i = 0;
  let acc = [];
  while (i < 3) {
    acc = conjOwn(acc, i);
    i++;
  }
  return acc;
};

() => {
  for (let i = 0; i < 3; i++) {
    t(i);
  }
  return null;
};

({ $rt: { add, firstLeft, restLeft, someLeft } }) => {
  globalThis.total = function total(xs) {
    let xs$1 = xs;
    let s = 0;
    while (someLeft(xs$1)) {
      const v = restLeft(xs$1);
      const n = firstLeft(xs$1);
      xs$1 = v;
      s = typeof s === "number" && typeof n === "number" ? s + n : add(s, n);
    }
    return s;
  };
};

({ $rt: { $e, emptyLeft, firstLeft, itemsLeft, nextLeft } }) => {
  globalThis.from = function from(x, xs) {
    while (!(emptyLeft(xs) || $e(firstLeft(xs), x))) {
      xs = nextLeft(xs);
    }
    return itemsLeft(xs);
  };
};
