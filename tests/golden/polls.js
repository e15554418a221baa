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
