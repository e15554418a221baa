/**
 * When two values are the same, and which of two comes first.
 *
 * In: any two values. Out: `equal` (always boolean), `compareValues` (-1, 0, 1), and EqualMap, a Map that finds
 * composite keys by structure. Cycles are safe: a pair that is met again is taken to be equal.
 */

import {
  KEYWORD, PYTHON, LazySeq, LispSymbol, describe, internKeyword, isKeyword, isPlainObject, isTypedArray, pyOps,
} from "./data.mjs";

// ---------------------------------------------------------------------------------------------- equality

/**
 * Structural equality, as `=` has it: nil equals undefined, 1 equals 1n, NaN equals nothing. `met` is the comparison
 * that this one is a part of.
 */
export function equal(a, b, met) {
  if (a === b) return true;
  if (a === null || a === undefined) return b === null || b === undefined;
  if (b === null || b === undefined) return false;
  const what = typeof a;
  if (what === "object" && typeof b === "object") return equalComposite(a, b, met);
  if (what === "number" || what === "bigint") {
    if (typeof b === "bigint" || typeof b === "number") return a == b; // eslint-disable-line eqeqeq
  }
  return (pyOps(a) ?? pyOps(b))?.equals(a, b) ?? false;
}

/** Work off pairs from a list rather than by recursion, so that no depth overflows the stack. */
function equalComposite(a, b, outer) {
  const todo = [a, b];
  const met = { pairs: undefined, outer };
  let steps = outer === undefined ? 0 : 100; // only deep or cyclic data pays for remembering pairs
  while (todo.length > 0) {
    const y = todo.pop();
    const x = todo.pop();
    if (x === null || y === null || typeof x !== "object" || typeof y !== "object") {
      if (!equal(x, y)) return false;
    } else if (x !== y && !(++steps > 100 && meetAgain(met, x, y)) && !sameShape(x, y, todo, met)) return false;
  }
  return true;
}

/** Is this pair being compared already, here or around here? Then it is taken to be equal; else it is noted. */
function meetAgain(met, x, y) {
  for (let level = met; level !== undefined; level = level.outer) if (level.pairs?.get(x)?.has(y)) return true;
  met.pairs ??= new Map();
  const partners = met.pairs.get(x);
  if (partners === undefined) met.pairs.set(x, new Set([y]));
  else partners.add(y);
  return false;
}

/** Compare what two objects are; pairs of parts that must be equal too go on `todo`. */
function sameShape(x, y, todo, met) {
  const ops = x[PYTHON] ?? y[PYTHON];
  if (ops !== undefined) return ops.equals(x, y);
  if (Array.isArray(x) || x instanceof LazySeq) return sameItems(x, y, todo, met);
  if (x instanceof LispSymbol) return y instanceof LispSymbol && x.name === y.name;
  const proto = Object.getPrototypeOf(x);
  if (x instanceof Map) return y instanceof Map ? sameKeys(x, y, todo, met) : isPlainObject(y) && sameEntries(y, x, todo);
  if (x instanceof Set) return y instanceof Set && sameKeys(x, y, todo, met);
  if (isPlainObject(x)) {
    return y instanceof Map ? sameEntries(x, y, todo) : isPlainObject(y) && sameFields(x, y, todo);
  }
  if (proto !== Object.getPrototypeOf(y)) return false;
  if (x instanceof Date) return x.getTime() === y.getTime();
  if (x instanceof RegExp) return x.source === y.source && x.flags === y.flags;
  if (isTypedArray(x)) return x.length === y.length && x.every((v, i) => v === y[i]);
  if (x instanceof ArrayBuffer) return sameShape(new Uint8Array(x), new Uint8Array(y), todo, met);
  return typeof x.equals === "function" && x.equals(y) === true; // Temporal, Immutable, a user's class
}

/** Flat data of unlike numbers or strings is the common case, which is not queued. */
function sameItems(x, y, todo, met) {
  if (Array.isArray(x) && Array.isArray(y)) {
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) {
      const a = x[i];
      const b = y[i];
      if (a === b) continue;
      if (typeof a === typeof b && (typeof a === "number" || typeof a === "string")) return false;
      todo.push(a, b);
    }
    return true;
  }
  if (!(Array.isArray(y) || y instanceof LazySeq)) return false;
  const [m, n] = [x, y].map((xs) => (Array.isArray(xs) ? xs.length : xs.size));
  if (m === Infinity && n === Infinity) return false; // nothing could ever tell
  if (m !== undefined && n !== undefined && m !== n) return false;
  const others = y[Symbol.iterator]();
  for (const a of x) {
    const { done, value } = others.next();
    if (done) return false;
    if (!equal(a, value, met)) {
      others.return?.();
      return false;
    }
  }
  return others.next().done === true;
}

function sameFields(x, y, todo) {
  const fields = Object.keys(x);
  if (fields.length !== Object.keys(y).length) return false;
  for (const key of fields) {
    if (!Object.hasOwn(y, key)) return false;
    todo.push(x[key], y[key]);
  }
  return true;
}

/** An object and a Map: the keys of an object are those that keywords are in a Map. */
function sameEntries(record, map, todo) {
  const fields = Object.keys(record);
  if (fields.length !== map.size) return false;
  for (const key of map.keys()) {
    if (!isKeyword(key) || !Object.hasOwn(record, key[KEYWORD])) return false;
    todo.push(record[key[KEYWORD]], map.get(key));
  }
  return true;
}

/**
 * Two Maps, or two Sets: by the very keys where that is enough; else by structure, and of equal keys in one of them
 * the first counts.
 */
function sameKeys(x, y, todo, met) {
  if (x.size !== y.size) return false;
  const plain = hasPlainKeys(x) && hasPlainKeys(y);
  const others = plain ? y : uniqueKeys(y, met);
  const own = plain ? x : uniqueKeys(x, met).kept;
  if (!plain && own.size !== others.kept.size) return false;
  for (const [key, value] of own.entries()) {
    if (!others.has(key)) return false;
    if (y instanceof Map) todo.push(value, others.get(key));
  }
  return true;
}

/** Are all keys such that equal ones are the very same? */
function hasPlainKeys(xs) {
  for (const key of xs.keys()) {
    const what = typeof key;
    if (what !== "string" && what !== "number" && what !== "boolean" && !isKeyword(key)) return false;
  }
  return true;
}

/** The entries under keys that are unequal; a Set's items are keys. */
function uniqueKeys(xs, met) {
  const out = new EqualMap((a, b) => equal(a, b, met));
  for (const [key, value] of xs.entries()) if (!out.has(key)) out.set(key, value);
  return out;
}

// ---------------------------------------------------------------------------------------------- keys by structure

/** A text or value that equal things share; unequal things may share it too. */
export function hashOf(x, depth = 0) {
  if (x === undefined) return null;
  if (typeof x === "bigint") return BigInt(Number(x)) === x ? Number(x) : x;
  if ((typeof x !== "object" && typeof x !== "function") || x === null) return x;
  const ops = x[PYTHON];
  if (ops !== undefined) return ops.hash ? ops.hash(x) : `py:${ops.kind(x)}`;
  if (typeof x === "function") return x;
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
  if (x instanceof Map) return hashOfEntries(x.size, mapKeyTexts(x, depth), (key) => x.get(internKeyword(key)), depth);
  if (x instanceof Set) return `#s${x.size}`;
  if (x instanceof Date) return `d${x.getTime()}`;
  if (x instanceof RegExp) return `r${x.source}/${x.flags}`;
  if (isPlainObject(x)) {
    const fields = Object.keys(x);
    return hashOfEntries(fields.length, fields.map((key) => ":" + key), (key) => x[key], depth);
  }
  if (isTypedArray(x)) return `t${x.length}:${x[0]}`;
  return typeof x.equals === "function" || x instanceof ArrayBuffer ? "other" : x;
}

/** What a Map shares with an object of the same entries; only keys that are keywords bring their values into it. */
function hashOfEntries(size, texts, valueOf, depth) {
  let out = `{${size}`;
  texts.sort();
  for (let i = 0; i < texts.length && i < 8; i++) {
    const key = texts[i];
    out += "," + key + (key[0] === ":" ? "=" + hashText(valueOf(key.slice(1)), depth) : "");
  }
  return out;
}

function mapKeyTexts(map, depth) {
  const texts = new Set();
  for (const key of map.keys()) texts.add(isKeyword(key) ? ":" + key[KEYWORD] : `'${hashText(key, depth)}`);
  return [...texts];
}

function hashText(x, depth) {
  const code = hashOf(x, depth + 1);
  if (typeof code === "string") return code.length > 64 ? code.slice(0, 64) : code;
  if (isKeyword(code)) return ":" + code[KEYWORD];
  return typeof code === "object" || typeof code === "function" ? typeof code : String(code);
}

/** Must a key be looked for by structure? Strings and JavaScript's own functions are found by themselves. */
function needsSearch(key) {
  return typeof key !== "string" && (typeof key !== "function" || key[PYTHON] !== undefined);
}

/** A Map whose keys are found by `equal` (or `same`). Keeps the first of equal keys, and the order of arrival. */
export class EqualMap {
  constructor(same = equal) {
    this.same = same;
    this.buckets = new Map(); // hash code -> [key, ..]
    this.kept = new Map(); // key -> value, in order
    this.texts = false; // whether a string of Python's own class is among the keys
  }

  /** The key already here that is equal to `key`; `key` itself when there is none. */
  find(key) {
    if (this.kept.has(key) || (!needsSearch(key) && !(this.texts && typeof key === "string"))) return key;
    const code = hashOf(key);
    if (typeof code === "string" && code !== key && this.kept.has(code) && this.same(code, key)) return code;
    const bucket = this.buckets.get(code);
    const at = bucket === undefined ? -1 : bucket.findIndex((known) => this.same(known, key));
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
    if (needsSearch(key) && !this.kept.has(found)) {
      const code = hashOf(key);
      this.texts ||= typeof code === "string" && key[PYTHON] !== undefined;
      const bucket = this.buckets.get(code);
      if (bucket) bucket.push(key);
      else this.buckets.set(code, [key]);
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
