({ $rt: { add, lt, sub } }) => {
  function fib$2(n) {
    if (n < 2) return n;
    return fib$2(n - 1) + fib$2(n - 2);
  }
  globalThis.fib = function fib$1(n) {
    if (typeof n === "number" && globalThis.fib === fib$1) return fib$2(n);
    if (typeof n === "number" ? n < 2 : lt(n, 2)) return n;
    const n$1 = fib(typeof n === "number" ? n - 1 : sub(n, 1));
    const n$2 = fib(typeof n === "number" ? n - 2 : sub(n, 2));
    return typeof n$1 === "number" && typeof n$2 === "number" ? n$1 + n$2 : add(n$1, n$2);
  };
};

() => {
  globalThis.sum_to = function sum_to(n) {
    let i = 0;
    let s = 0;
    while (i < n) {
      s += i;
      i++;
    }
    return s;
  };
};

({ $rt: { $e, mod } }) => {
  function gcd(a, b) {
    while (b !== 0) {
      const next = b;
      const next$1 = a > 0 && b > 0 ? a % b : mod(a, b);
      a = next;
      b = next$1;
    }
    return a;
  }
  globalThis.gcd = function gcd$2(a, b) {
    if (typeof a === "number" && typeof b === "number") return gcd(a, b);
    while (typeof b === "number" ? b !== 0 : !$e(b, 0)) {
      const next = b;
      const next$2 = typeof a === "number" && typeof b === "number" && a > 0 && b > 0 ? a % b : mod(a, b);
      a = next;
      b = next$2;
    }
    return a;
  };
};

({ $rt: { $e, div, odd$q } }) => {
  function power_of_two$q$2(n) {
    if (n === 1) return true;
    return n % 2 === 1 || odd$q(n) ? false : power_of_two$q$2(n / 2);
  }
  globalThis.power_of_two$q = function power_of_two$q$1(n) {
    if (typeof n === "number" && globalThis.power_of_two$q === power_of_two$q$1) {
      return power_of_two$q$2(n);
    }
    if (typeof n === "number" ? n === 1 : $e(n, 1)) return true;
    if (typeof n === "number" && n % 2 === 1 || odd$q(n)) return false;
    return power_of_two$q(typeof n === "number" ? n / 2 : div(n, 2));
  };
};

({ $rt: { $e, dec, inc } }) => {
  function ack$2(m, n) {
    if (m === 0) return n + 1;
    if (n === 0) return ack$2(m - 1, 1);
    return ack$2(m - 1, ack$2(m, n - 1));
  }
  globalThis.ack = function ack$1(m, n) {
    if (typeof m === "number" && typeof n === "number" && globalThis.ack === ack$1) return ack$2(m, n);
    if (typeof m === "number" ? m === 0 : $e(m, 0)) return typeof n === "number" ? n + 1 : inc(n);
    if (typeof n === "number" ? n === 0 : $e(n, 0)) {
      return ack(typeof m === "number" ? m - 1 : dec(m), 1);
    }
    return ack(
      typeof m === "number" ? m - 1 : dec(m),
      ack(m, typeof n === "number" ? n - 1 : dec(n)),
    );
  };
};

({ $rt: { add, div } }) => {
  function root(x) {
    let g = x / 2;
    let n = 0;
    while (n < 20) {
      g = (g + x / g) / 2;
      n++;
    }
    return g;
  }
  globalThis.root = function root$2(x) {
    if (typeof x === "number") return root(x);
    let g = typeof x === "number" ? x / 2 : div(x, 2);
    let n = 0;
    while (n < 20) {
      g = typeof g === "number" && typeof x === "number" ? (g + x / g) / 2 : div(add(g, div(x, g)), 2);
      n++;
    }
    return g;
  };
};

({ $rt: { mul } }) => {
  globalThis.square = function square(x) {
    return typeof x === "number" ? x * x : mul(x, x);
  };
};

({ $rt: { $e, dec } }) => {
  globalThis.shout = function shout$1(n) {
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return "done";
    return shout(typeof n === "number" ? n - 1 : dec(n));
  };
};

({ $rt: { $e, add } }) => {
  globalThis.other = function other(n) {
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return 1;
    const n$1 = fib(n);
    return typeof n$1 === "number" ? 1 + n$1 : add(1, n$1);
  };
};

({ $rt: { $e } }) => {
  globalThis.wrong = function wrong$1(n) {
    return (typeof n === "number" ? n === 0 : $e(n, 0)) ? 1 : wrong(n, 2);
  };
};

({ $rt: { $e, dec } }) => {
  globalThis.later = function later$1(n) {
    if (typeof n === "number" ? n === 0 : $e(n, 0)) return () => n;
    return later(typeof n === "number" ? n - 1 : dec(n));
  };
};
