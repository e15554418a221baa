/**
 * A test double of the bridge's PyProxy contract: things with an ops object under Symbol.for("polyrepl.python").
 *
 * It holds JavaScript data and does what Python would; `trips` counts operations that would cost a round trip.
 */

const PYTHON = Symbol.for("polyrepl.python");
const held = new WeakMap(); // proxy -> {kind, data}

export const trips = { count: 0 };

class PyError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

const of = (x) => held.get(x);
const raw = (x) => of(x)?.data ?? x;

function numbers(op, a, b) {
  switch (op) {
    case "add": return a + b;
    case "sub": return a - b;
    case "lt": return a < b;
    case "gt": return a > b;
    case "eq": return a === b;
    case "ne": return a !== b;
    case "and": return a & b;
    case "lshift": return a << b;
    default: throw new PyError("TypeError", `unsupported ${op}`);
  }
}

function same(a, b) {
  const x = raw(a);
  const y = raw(b);
  if (Array.isArray(x) && Array.isArray(y)) return x.length === y.length && x.every((v, i) => same(v, y[i]));
  return x === y;
}

export const ops = {
  binary(op, a, b) {
    trips.count++;
    const array = of(a)?.kind === "object" && Array.isArray(raw(a)) ? a : undefined;
    if (array) return fakeArray(raw(a).map((x) => numbers(op, x, raw(b))));
    if (op === "eq") return same(a, b);
    if (op === "ne") return !same(a, b);
    return numbers(op, raw(a), raw(b));
  },
  unary(op, a) {
    return op === "abs" ? Math.abs(raw(a)) : op === "invert" ? ~raw(a) : -raw(a);
  },
  equals: (a, b) => (trips.count++, same(a, b)),
  truth: (a) => Boolean(raw(a)),
  getitem(o, k) {
    trips.count++;
    const { kind, data } = of(o);
    if (kind === "dict") {
      if (!data.has(text(k))) throw new PyError("KeyError", String(k));
      return data.get(text(k));
    }
    if (!Array.isArray(data)) throw new PyError("TypeError", `'${kind}' object is not subscriptable`);
    const i = k < 0 ? data.length + k : k;
    if (!(i in data)) throw new PyError("IndexError", "list index out of range");
    return data[i];
  },
  lookup(o, k) {
    try {
      return ops.getitem(o, k);
    } catch (e) {
      if (["KeyError", "IndexError", "TypeError"].includes(e.name)) return undefined;
      throw e;
    }
  },
  clone: (o) => o.copy(),
  setitem(o, k, v) {
    const { kind, data } = of(o);
    if (kind === "tuple") throw new PyError("TypeError", "'tuple' object does not support item assignment");
    if (kind === "dict") data.set(text(k), v);
    else data[k] = v;
  },
  delitem(o, k) {
    const { kind, data } = of(o);
    if (kind === "set") throw new PyError("TypeError", "'set' object doesn't support item deletion");
    if (kind === "dict") data.delete(text(k));
    else data.splice(k, 1);
  },
  contains(o, k) {
    const { kind, data } = of(o);
    return kind === "dict" || kind === "set" ? data.has(text(k)) : data.some((x) => same(x, k));
  },
  len(o) {
    const { kind, data } = of(o);
    if (kind === "iterator") throw new PyError("TypeError", "object of type 'generator' has no len()");
    return data.size ?? data.length;
  },
  repr(o) {
    trips.count++;
    const { kind, data, repr } = of(o);
    if (repr) return repr();
    const inner = (x) => (held.has(x) ? ops.repr(x) : typeof x === "string" ? `'${x}'` : String(x));
    if (kind === "list") return `[${data.map(inner).join(", ")}]`;
    if (kind === "tuple") return `(${data.map(inner).join(", ")},)`;
    if (kind === "dict") return `{${[...data].map(([k, v]) => `${inner(k)}: ${inner(v)}`).join(", ")}}`;
    if (kind === "set") return `{${[...data].map(inner).join(", ")}}`;
    return kind === "object" && Array.isArray(data) ? `array([${data.join(", ")}])` : `<${kind}>`;
  },
  str: (o) => ops.repr(o),
  typeName: (o) => ({ object: Array.isArray(raw(o)) ? "ndarray" : "Number", iterator: "generator" })[of(o).kind] ?? of(o).kind,
  kind: (o) => of(o).kind,
};

/** Keywords cross as their names. */
const text = (k) => k?.[Symbol.for("polyrepl.keyword")] ?? k;

function wrap(target, kind, data, methods = {}, repr = undefined) {
  const proxy = new Proxy(target, {
    get(_, key) {
      if (key === PYTHON) return ops;
      if (key === Symbol.iterator) return methods[key];
      if (key === "length" && Array.isArray(data)) return data.length;
      if (typeof key === "string" && /^\d+$/.test(key)) {
        trips.count++;
        return data[key];
      }
      return methods[key];
    },
  });
  held.set(proxy, { kind, data, repr });
  return proxy;
}

function* batches(data) {
  trips.count++;
  yield* data;
}

/** list: array-like, Array.isArray is true. */
export function fakeList(...data) {
  return wrap([], "list", data, {
    append: (x) => void data.push(x),
    extend: (xs) => void data.push(...xs),
    insert: (i, x) => void data.splice(i, 0, x),
    pop: () => data.pop(),
    clear: () => void (data.length = 0),
    copy: () => fakeList(...data),
    [Symbol.iterator]: () => batches(data),
  });
}

export function fakeTuple(...data) {
  return wrap([], "tuple", data, { [Symbol.iterator]: () => batches(data) });
}

export function fakeDict(...entries) {
  const data = new Map(entries);
  return wrap({}, "dict", data, {
    keys: () => fakeIterator(data.keys()),
    values: () => fakeIterator(data.values()),
    copy: () => fakeDict(...data),
    clear: () => data.clear(),
    [Symbol.iterator]: () => batches(Array.from(data)), // [key value] arrays, as the bridge does
  });
}

export function fakeSet(...items) {
  const data = new Set(items);
  return wrap({}, "set", data, {
    add: (x) => void data.add(x),
    discard: (x) => void data.delete(x),
    copy: () => fakeSet(...data),
    clear: () => data.clear(),
    [Symbol.iterator]: () => batches(data),
  });
}

/** A one-shot iterator: each walk goes on where the last one stopped. */
export function fakeIterator(source) {
  const iterator = source[Symbol.iterator]();
  return wrap({}, "iterator", iterator, { [Symbol.iterator]: () => ({ next: () => iterator.next() }) });
}

/** ndarray: operators work on every item and give another one. */
export function fakeArray(data) {
  return wrap([], "object", data, { [Symbol.iterator]: () => batches(data) });
}

export function fakeNumber(n) {
  return wrap({}, "object", n);
}

export function fakeFunction(f) {
  const proxy = wrap(f, "callable", f);
  return proxy;
}

/** Anything, with the repr that is given. */
export function fakeThing(repr) {
  return wrap({}, "object", {}, {}, repr);
}
