/**
 * When two values are the same, and which of two comes first.
 *
 * In: any two values. Out: `equal` (always boolean), `compareValues` (-1, 0, 1), and EqualMap, a Map that finds
 * composite keys by structure. Cycles are safe: a pair that is met again is taken to be equal.
 */

import {
  KEYWORD, PYTHON, LazySeq, LispSymbol, describe, isKeyword, isPlainObject, isTypedArray, memberKey, pyOps,
} from "./data.mjs";

// ---------------------------------------------------------------------------------------------- equality

/** Structural equality, as `=` has it: nil equals undefined, 1 equals 1n, NaN equals nothing. */
export function equal(a, b) {
  if (a === b) return true;
  if (a === null || a === undefined) return b === null || b === undefined;
  if (b === null || b === undefined) return false;
  const type = typeof a;
  if (type !== "object" && type !== "function") {
    if (type === "number" || type === "bigint") {
      if (typeof b === "bigint" || typeof b === "number") return a == b; // eslint-disable-line eqeqeq
    }
    if (typeof b !== "object" && typeof b !== "function") return false;
    return pyOps(b)?.equals(a, b) ?? false;
  }
  return equalComposite(a, b);
}

/** Work off pairs from a list rather than by recursion, so that no depth overflows the stack. */
function equalComposite(a, b) {
  const todo = [a, b];
  let seen; // only deep or cyclic data pays for remembering pairs
  let steps = 0;
  while (todo.length > 0) {
    const y = todo.pop();
    const x = todo.pop();
    if (x === y) continue;
    if (x === null || x === undefined || y === null || y === undefined) {
      if ((x ?? null) !== (y ?? null)) return false;
      continue;
    }
    const composite = typeof x === "object" && typeof y === "object";
    if (!composite) {
      if (typeof x === "object" || typeof x === "function" || typeof y === "object" || typeof y === "function") {
        const ops = pyOps(x) ?? pyOps(y);
        if (ops === undefined || !ops.equals(x, y)) return false;
      } else if (!equal(x, y)) return false;
      continue;
    }
    if (++steps > 100) {
      seen ??= new Map();
      const partners = seen.get(x);
      if (partners === undefined) seen.set(x, new Set([y]));
      else if (partners.has(y)) continue;
      else partners.add(y);
    }
    if (!sameShape(x, y, todo)) return false;
  }
  return true;
}

/** Compare what two objects are; pairs of parts that must be equal too go on `todo`. */
function sameShape(x, y, todo) {
  const ops = x[PYTHON] ?? y[PYTHON];
  if (ops !== undefined) return ops.equals(x, y);
  if (Array.isArray(x) || x instanceof LazySeq) return sameItems(x, y, todo);
  if (x instanceof LispSymbol) return y instanceof LispSymbol && x.name === y.name;
  const proto = Object.getPrototypeOf(x);
  if (x instanceof Map) return y instanceof Map && sameMap(x, y, todo);
  if (x instanceof Set) return y instanceof Set && sameSet(x, y);
  if (isPlainObject(x)) return isPlainObject(y) && sameFields(x, y, todo);
  if (proto !== Object.getPrototypeOf(y)) return false;
  if (x instanceof Date) return x.getTime() === y.getTime();
  if (x instanceof RegExp) return x.source === y.source && x.flags === y.flags;
  if (isTypedArray(x)) return x.length === y.length && x.every((v, i) => v === y[i]);
  if (x instanceof ArrayBuffer) return sameShape(new Uint8Array(x), new Uint8Array(y), todo);
  return typeof x.equals === "function" && x.equals(y) === true; // Temporal, Immutable, a user's class
}

function sameItems(x, y, todo) {
  if (Array.isArray(x) && Array.isArray(y)) {
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) {
      const a = x[i];
      const b = y[i];
      if (a === b) continue;
      // Flat data of unlike numbers or strings is the common case: do not queue it.
      if (typeof a === typeof b && (typeof a === "number" || typeof a === "string")) return false;
      todo.push(a, b);
    }
    return true;
  }
  if (!(Array.isArray(y) || y instanceof LazySeq)) return false;
  const sizes = [x.length ?? x.size, y.length ?? y.size];
  if (sizes[0] === Infinity && sizes[1] === Infinity) return false; // nothing could ever tell
  if (sizes[0] !== undefined && sizes[1] !== undefined && sizes[0] !== sizes[1]) return false;
  const others = y[Symbol.iterator]();
  for (const a of x) {
    const { done, value } = others.next();
    if (done || !equal(a, value)) return false;
  }
  return others.next().done === true;
}

function sameFields(x, y, todo) {
  const keys = Object.keys(x);
  if (keys.length !== Object.keys(y).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(y, key)) return false;
    todo.push(x[key], y[key]);
  }
  return true;
}

function sameMap(x, y, todo) {
  if (x.size !== y.size) return false;
  for (const [key, value] of x) {
    const found = memberKey(y, key);
    if (!y.has(found) || (typeof found === "string" && isKeyword(key))) return false;
    todo.push(value, y.get(found));
  }
  return true;
}

function sameSet(x, y) {
  if (x.size !== y.size) return false;
  const left = [];
  for (const item of x) if (!y.has(item)) left.push(item);
  if (left.length === 0) return true;
  const others = new EqualMap();
  for (const item of y) others.set(item, true);
  return left.every((item) => others.has(item));
}

// ---------------------------------------------------------------------------------------------- keys by structure

/** A text or value that equal things share; unequal things may share it too. */
export function hashOf(x, depth = 0) {
  if (x === undefined) return null;
  if (typeof x === "bigint") return BigInt(Number(x)) === x ? Number(x) : x;
  if (typeof x !== "object" || x === null) return x;
  const ops = x[PYTHON];
  if (ops !== undefined) return ops.hash ? ops.hash(x) : `py:${ops.kind(x)}`;
  if (depth > 2) return "deep";
  if (Array.isArray(x)) {
    let text = `[${x.length}`;
    for (let i = 0; i < x.length && i < 8; i++) text += "," + hashText(x[i], depth);
    return text;
  }
  if (x instanceof LazySeq) {
    if (x.size === Infinity) return x;
    return hashOf(Array.from(x), depth);
  }
  if (x instanceof LispSymbol) return `'${x.name}`;
  if (x instanceof Map || x instanceof Set) return `#${x instanceof Map ? "m" : "s"}${x.size}`;
  if (x instanceof Date) return `d${x.getTime()}`;
  if (x instanceof RegExp) return `r${x.source}/${x.flags}`;
  if (isPlainObject(x)) {
    const keys = Object.keys(x).sort();
    let text = `{${keys.length}`;
    for (let i = 0; i < keys.length && i < 8; i++) text += `,${keys[i]}:${hashText(x[keys[i]], depth)}`;
    return text;
  }
  if (isTypedArray(x)) return `t${x.length}:${x[0]}`;
  return typeof x.equals === "function" || x instanceof ArrayBuffer ? "other" : x;
}

function hashText(x, depth) {
  const hash = hashOf(x, depth + 1);
  if (typeof hash === "string") return hash.length > 64 ? hash.slice(0, 64) : hash;
  if (isKeyword(hash)) return ":" + hash[KEYWORD];
  return typeof hash === "object" || typeof hash === "function" ? typeof hash : String(hash);
}

/** A Map whose keys are found by `equal`. Keeps the first of equal keys, and the order of arrival. */
export class EqualMap {
  constructor() {
    this.buckets = new Map(); // hash -> [key, ..]
    this.kept = new Map(); // key -> value, in order
  }

  /** The key already here that is equal to `key`; `key` itself when there is none. */
  find(key) {
    if (this.kept.has(key)) return key;
    if (typeof key === "string" || typeof key === "function") return key;
    const bucket = this.buckets.get(hashOf(key));
    const at = bucket === undefined ? -1 : bucket.findIndex((known) => equal(known, key));
    return at < 0 ? key : bucket[at];
  }

  has(key) {
    return this.kept.has(this.find(key));
  }

  get(key) {
    return this.kept.get(this.find(key));
  }

  set(key, value) {
    const found = this.find(key);
    if (typeof key !== "string" && typeof key !== "function" && !this.kept.has(found)) {
      const hash = hashOf(key);
      const bucket = this.buckets.get(hash);
      if (bucket) bucket.push(key);
      else this.buckets.set(hash, [key]);
    }
    this.kept.set(found, value);
    return this;
  }

  delete(key) {
    const found = this.find(key);
    const bucket = this.buckets.get(hashOf(found));
    if (bucket?.includes(found)) bucket.splice(bucket.indexOf(found), 1);
    return this.kept.delete(found);
  }
}

// ---------------------------------------------------------------------------------------------- order

/**
 * -1, 0 or 1: nil first, then false before true, numbers by size (NaN last), strings by code unit, keywords and
 * symbols by name, dates by time, arrays item by item (a shorter one first), Python values by their own `<`.
 */
export function compareValues(a, b) {
  if (a === b) return 0;
  const noA = a === null || a === undefined;
  const noB = b === null || b === undefined;
  if (noA || noB) return noA && noB ? 0 : noA ? -1 : 1;
  const kind = orderKind(a);
  if (kind === "python" || orderKind(b) === "python") return comparePython(a, b);
  if (kind === undefined || kind !== orderKind(b)) {
    throw new TypeError(`compare: ${describe(a)} and ${describe(b)} have no order; give a key or a comparator`);
  }
  if (kind === "keyword" || kind === "symbol" || kind === "date") {
    a = kind === "keyword" ? a[KEYWORD] : kind === "symbol" ? a.name : a.getTime();
    b = kind === "keyword" ? b[KEYWORD] : kind === "symbol" ? b.name : b.getTime();
  }
  if (kind === "array") return compareArrays(a, b);
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return 0; // eslint-disable-line eqeqeq
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1;
}

function orderKind(x) {
  const type = typeof x;
  if (type === "number" || type === "bigint") return "number";
  if (type === "string" || type === "boolean") return type;
  if (pyOps(x) !== undefined) return "python";
  if (type === "function") return isKeyword(x) ? "keyword" : undefined;
  if (Array.isArray(x) || isTypedArray(x) || (x instanceof LazySeq && x.size !== Infinity)) return "array";
  if (x instanceof Date) return "date";
  return x instanceof LispSymbol ? "symbol" : undefined;
}

function compareArrays(a, b) {
  const others = b[Symbol.iterator]();
  for (const x of a) {
    const { done, value } = others.next();
    if (done) return 1;
    const order = compareValues(x, value);
    if (order !== 0) return order;
  }
  return others.next().done ? 0 : -1;
}

function comparePython(a, b) {
  const ops = pyOps(a) ?? pyOps(b);
  if (ops.equals(a, b)) return 0;
  return truthyPython(ops, ops.binary("lt", a, b)) ? -1 : 1;
}

function truthyPython(ops, answer) {
  return typeof answer === "boolean" ? answer : ops.truth(answer);
}
