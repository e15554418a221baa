/**
 * The data types the Lisp adds to JavaScript's own, and what every core function needs to know about data.
 *
 * In: any JavaScript value, or a Python proxy (something with an ops object under `PYTHON`).
 * Out: Keyword, LispSymbol, List, LazySeq; and the helpers that walk, look up and describe values.
 *
 * House rule of this folder: top-level names are unique across all files and imports are never renamed, because
 * `polyrepl compile` embeds single functions (with the helpers they need) into one scope.
 */

import { equal } from "./equality.mjs"; // a circle, but only of functions called later
import { demangle } from "./names.mjs";

export const KEYWORD = Symbol.for("polyrepl.keyword");
export const PYTHON = Symbol.for("polyrepl.python");
/** Tells a lazy sequence without its class, which is long to embed. */
const SEQUENCE = Symbol.for("polyrepl.array");
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

// ---------------------------------------------------------------------------------------------- keywords

/** What keywords inherit from: a function that reads as its bare name wherever JavaScript wants text. */
const keywordMethods = Object.create(Function.prototype, {
  toString: { value() { return this[KEYWORD]; } },
  toJSON: { value() { return this[KEYWORD]; } },
  [INSPECT]: { value() { return ":" + this[KEYWORD]; } },
  [Symbol.toStringTag]: { value: "Keyword" },
});

const keywordTable = new Map();

/** The one keyword of this name; `:a` in the source is `internKeyword("a")`. */
export function internKeyword(text) {
  let found = keywordTable.get(text);
  if (found === undefined) {
    const made = (m, otherwise = null) => lookup(m, made, otherwise);
    Object.setPrototypeOf(made, keywordMethods);
    Object.defineProperty(made, KEYWORD, { value: text });
    Object.defineProperty(made, "name", { value: text });
    found = Object.freeze(made);
    keywordTable.set(text, found);
  }
  return found;
}

/** Is x a keyword? */
export function isKeyword(x) {
  return typeof x === "function" && typeof x[KEYWORD] === "string";
}

// ---------------------------------------------------------------------------------- symbols, lists, lazy sequences

/** A symbol of code, as macros see it. `id` leads back to the compiler's marks and span; it never affects `=`. */
export class LispSymbol {
  constructor(text, id) {
    this.name = text;
    this.id = id;
  }

  toString() {
    return this.name;
  }

  toJSON() {
    return this.name;
  }

  [INSPECT]() {
    return this.name;
  }
}

/** A list of code, `'(a b)`: an Array that prints in parentheses. Made by `List.of` and `List.from`. */
export class List extends Array {}

/** A List of the items of an array. */
export function listFrom(items) {
  const list = new List();
  for (let i = 0; i < items.length; i++) list.push(items[i]);
  return list;
}

/**
 * A sequence that is computed while it is walked and can be walked again. `size` is how many items there are:
 * a number, Infinity, or undefined when only walking tells. By SEQUENCE a bridge or a serializer takes it by value: all
 * items, or undefined when there is no end.
 */
export class LazySeq {
  constructor(walk, size) {
    this.walk = walk;
    this.size = size;
  }

  [Symbol.iterator]() {
    return this.walk();
  }

  [SEQUENCE]() {
    return this.size === Infinity ? undefined : asArray(this, "array");
  }

  toJSON() {
    return asArray(this, "json-str");
  }

  [INSPECT]() {
    return this.size === undefined || this.size > 1000 ? `LazySeq (${this.size ?? "?"})` : asArray(this, "inspect");
  }
}

/** `(range a b step)`: numbers that are computed, so that it may be endless and still knows its items by index. */
export class Range extends LazySeq {
  constructor(start, end, step) {
    const size = step === 0 ? Infinity : Math.max(0, Math.ceil((end - start) / step));
    super(() => new RangeWalk(start, step, size), size);
    this.start = start;
    this.step = step;
  }

  at(i) {
    return this.start + i * this.step;
  }
}

/** Twice as fast as a generator. */
class RangeWalk {
  constructor(start, step, size) {
    this.start = start;
    this.step = step;
    this.size = size;
    this.i = 0;
  }

  next() {
    if (this.i >= this.size) return { done: true, value: undefined };
    return { done: false, value: this.start + this.i++ * this.step };
  }

  [Symbol.iterator]() {
    return this;
  }
}

// ---------------------------------------------------------------------------------------------- what is it?

/** The operations of the bridge when x is a Python proxy, else undefined, also where a Proxy answers anything. */
export function pyOps(x) {
  const ops = x !== null && (typeof x === "object" || typeof x === "function") ? x[PYTHON] : undefined;
  return typeof ops === "object" ? (ops ?? undefined) : undefined;
}

/** What takes a string takes Python's of any class (an enum's member, what stands in a tag) by its text. */
export function asText(x) {
  return typeof x === "string" ? x : scalarOf(x, "text");
}

/** The text of what has to be a string. @throws {TypeError} in the name of who needs it */
export function need(s, who) {
  const text = asText(s);
  if (typeof text !== "string") throw wrongType(who, "a string", s);
  return text;
}

/** What takes a whole number takes Python's of any class by its value. */
export function asWhole(x) {
  return typeof x === "number" ? x : scalarOf(x, "index");
}

function scalarOf(x, what) {
  const ops = pyOps(x);
  return ops?.[what] !== undefined && ops.kind(x) === "object" ? (ops[what](x) ?? x) : x;
}

/** A real JavaScript array (a Python list answers true to Array.isArray too, but each index is a round trip). */
export function isJsArray(x) {
  return Array.isArray(x) && x[PYTHON] === undefined;
}

/** The Lisp's truth: everything but nil and false. */
export function truthy(x) {
  return x !== null && x !== undefined && x !== false;
}

/** Can x be awaited? (A Python awaitable counts only when the bridge gives it a `then`.) */
export function isThenable(x) {
  return x !== null && (typeof x === "object" || typeof x === "function") && typeof x.then === "function";
}

/** Is x a promise: JavaScript's own, or what Python awaits? Not just anything with a method `then`. */
export function isPromise(x) {
  const ops = pyOps(x);
  return ops ? ops.awaitable?.(x) === true : x instanceof Promise;
}

/** An object written with `{}` (or JSON), not an instance of some class. */
export function isPlainObject(x) {
  if (x === null || typeof x !== "object") return false;
  const proto = Object.getPrototypeOf(x);
  return proto === Object.prototype || proto === null;
}

/** A typed array (not a DataView). */
export function isTypedArray(x) {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}

/** May the own properties of this object be seen as the entries of a map? Plain objects, class instances, modules. */
export function isRecord(x) {
  if (x === null || typeof x !== "object" || Array.isArray(x)) return false;
  const tag = Object.prototype.toString.call(x);
  return tag === "[object Object]" || tag === "[object Module]" || isPlainObject(x);
}

/** A few words for an error message: the value itself when it is short, else what it is. Never runs user code. */
export function describe(x) {
  if (x === null || x === undefined) return "nil";
  if (typeof x === "string") return x.length > 40 ? `${JSON.stringify(x.slice(0, 40))}..` : JSON.stringify(x);
  if (typeof x === "bigint") return `${x}n`;
  if (Object.is(x, -0)) return "-0";
  if (typeof x !== "object" && typeof x !== "function") return String(x);
  const ops = pyOps(x);
  if (ops) return `a Python ${ops.typeName(x)}`;
  if (isKeyword(x)) return ":" + x[KEYWORD];
  if (typeof x === "function") return x.name ? `the function ${demangle(x.name)}` : "a function";
  if (Array.isArray(x)) return `${x instanceof List ? "a list" : "an array"} of ${x.length}`;
  if (x instanceof LispSymbol) return `the symbol ${x.name}`;
  if (typeof x[SEQUENCE] === "function") return "a lazy sequence";
  if (x instanceof Map) return "a Map";
  if (isPromise(x)) return "a promise";
  if (isPlainObject(x)) return "an object";
  const kind = Object.getPrototypeOf(x)?.constructor?.name || "object";
  return `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** A TypeError that says which function wanted what, and what it got. */
export function wrongType(who, wanted, got) {
  const hint = !pyOps(got) && isPromise(got) ? "; await it first" : "";
  return new TypeError(`${who}: expected ${wanted}, got ${describe(got)}${hint}`);
}

/** Is the answer of a predicate yes? A promise is none: it would always count as true. */
export function holds(answer, who) {
  if (answer === true || answer === false) return answer;
  if (answer === null || answer === undefined) return false;
  if (isPromise(answer)) throw promiseRefused(who, "predicate");
  return true;
}

/** The refusal of a promise where a plain answer is needed now. */
export function promiseRefused(who, what) {
  return new TypeError(
    `${who}: the ${what} returned a promise; compute the answers first with (await (all (map f xs))), ` +
      "or use (for [x xs :when (await (f x))] x)",
  );
}

// ---------------------------------------------------------------------------------------------- walking

/**
 * Something that `for..of` walks once, for any collection: nil is empty, an object gives
 * [key value] arrays (so does the iterator of a Python dict), a string its characters. Nothing is read ahead.
 */
export function walk(xs, who) {
  if (xs === null || xs === undefined) return [];
  if (typeof xs === "string") return xs;
  if (typeof xs === "object" || typeof xs === "function") {
    const ops = xs[PYTHON];
    if (typeof xs[Symbol.iterator] === "function") return xs;
    if (ops === undefined && typeof xs[Symbol.asyncIterator] === "function") {
      throw new TypeError(`${who}: an async iterable cannot be walked here; use (for [:await x xs] x)`);
    }
    if (ops === undefined && isRecord(xs) && !isThenable(xs)) return Object.entries(xs);
  }
  throw wrongType(who, "a collection", xs);
}

/** Close the walk of a source that was left early, unless the source is itself an iterator: somebody may walk on. */
export function closeWalk(iterator, source) {
  if (iterator !== source && pyOps(source)?.kind(source) !== "iterator") iterator.return?.();
}

/** All items as a JavaScript array: the very same one if xs is one (do not change it), else a fresh one. */
export function asArray(xs, who) {
  if (isJsArray(xs)) return xs;
  if (xs instanceof LazySeq) {
    if (xs.size === Infinity) throw infinite(who);
    if (xs instanceof Range) {
      const out = new Array(xs.size);
      for (let i = 0; i < out.length; i++) out[i] = xs.start + i * xs.step;
      return out;
    }
  }
  const source = walk(xs, who);
  return isJsArray(source) ? source : Array.from(source);
}

/** The error for asking all items of an endless sequence. */
export function infinite(who) {
  return new RangeError(`${who}: the sequence is infinite; take a part first, as in (take 10 xs)`);
}

// ---------------------------------------------------------------------------------------------- functions and keys

/** What a core function calls: a function as it is; a set, map or object looks its argument up. */
export function toFn(f, who) {
  if (typeof f === "function") return f;
  if (f !== null && typeof f === "object") {
    const kind = pyOps(f)?.kind(f);
    if (f instanceof Set || kind === "set") return (x) => (hasMember(f, x) ? x : null);
    if (f instanceof Map || kind === "dict" || isPlainObject(f)) return (x, otherwise = null) => lookup(f, x, otherwise);
  }
  throw wrongType(who, "a function", f);
}

/** A value that cannot be the key of an object: any object or function but keywords and symbols. */
export function isComposite(x) {
  if (x === null || (typeof x !== "object" && typeof x !== "function")) return false;
  return !isKeyword(x) && !(x instanceof LispSymbol);
}

/** The property name of a key of a plain object. Keywords are their names; a composite key is refused. */
export function propKey(key, who = "{..}") {
  if (typeof key === "string" || typeof key === "symbol") return key;
  if (isKeyword(key)) return key[KEYWORD];
  if (key instanceof LispSymbol) return key.name;
  if (key !== null && (typeof key === "object" || typeof key === "function")) {
    const text = pyOps(key)?.text?.(key);
    if (text !== undefined) return text;
    throw new TypeError(`${who}: ${describe(key)} cannot be a key of an object; use a (hash-map ..)`);
  }
  return String(key);
}

/** A whole number >= 0, whether a number or an integral BigInt; else -1. */
function asIndex(k) {
  if (typeof k === "number") return Number.isInteger(k) ? k : -1;
  const place = asWhole(k);
  if (typeof place === "bigint") return Number(place);
  return typeof place === "number" ? place : -1;
}

/** m[k] on any collection, or `otherwise` when there is nothing. A nil map has nothing. */
export function lookup(m, k, otherwise) {
  if (m === null || m === undefined) return otherwise;
  if (typeof m === "string") return m[asIndex(k)] ?? otherwise;
  if (typeof m !== "object" && typeof m !== "function") return otherwise;
  const ops = m[PYTHON];
  if (ops !== undefined) return lookupPython(ops, m, k, otherwise);
  if (Object.getPrototypeOf(m) === Object.prototype) return lookupField(m, k, otherwise);
  if (Array.isArray(m) || isTypedArray(m)) return m[asIndex(k)] ?? otherwise;
  if (m instanceof Map) {
    const value = m.get(entryKey(m, k));
    return value === undefined ? otherwise : value;
  }
  if (m instanceof Set) return hasMember(m, k) ? k : otherwise;
  return m instanceof LazySeq ? lookupLazy(m, asIndex(k), otherwise) : lookupField(m, k, otherwise);
}

/** What `{}` inherits (`constructor`, `toString`, `__proto__`) nobody put there. */
function lookupField(m, k, otherwise) {
  let key = k;
  if (typeof k !== "string") {
    if (isKeyword(k)) key = k[KEYWORD];
    else if (!isComposite(k)) key = propKey(k, "get");
    else if (typeof (key = asText(k)) !== "string") return otherwise;
  }
  const value = m[key];
  if (value === undefined) return otherwise;
  if (key in Object.prototype && !Object.hasOwn(m, key) && (isPlainObject(m) || value === Object.prototype[key])) {
    return otherwise;
  }
  return value;
}

function lookupLazy(xs, i, otherwise) {
  if (i < 0 || i >= xs.size) return otherwise;
  if (xs instanceof Range) return xs.at(i);
  for (const x of xs) if (i-- === 0) return x;
  return otherwise;
}

/** Asking a defaultdict inserts nothing. */
function lookupPython(ops, m, k, otherwise) {
  if (ops.kind(m) === "set") return ops.contains(m, k) ? k : otherwise;
  const value = ops.lookup(m, k);
  return value === undefined ? otherwise : value;
}

// ------------------------------------------------------------------------------------- members of Map and Set

/**
 * The key under which a Map (or Set) already holds what is equal to k, else k itself. JavaScript finds keys by
 * identity; the Lisp also finds `[1 2]` by an equal array and `1n` by `1`.
 */
export function memberKey(m, k) {
  if (m.has(k)) return k;
  if (k === undefined) return null;
  if (typeof k === "bigint") return m.has(Number(k)) && BigInt(Number(k)) === k ? Number(k) : k;
  if (typeof k === "number") return Number.isInteger(k) && m.has(BigInt(k)) ? BigInt(k) : k;
  if (k === null) return m.has(undefined) ? undefined : k;
  if (typeof k === "object" || pyOps(k) !== undefined) {
    const plain = plainTwin(k);
    if (plain !== undefined && m.has(plain) && equal(plain, k)) return plain;
    for (const known of m.keys()) {
      if (known !== null && (typeof known === "object" || pyOps(known)) && equal(known, k)) return known;
    }
  }
  return k;
}

/** The string or number that may be equal to an object of Python's, as a `Decimal` is; undefined for others. */
export function plainTwin(k) {
  const twin = pyOps(k)?.hash?.(k);
  return typeof twin === "number" || (typeof twin === "string" && !/^py[#:]/.test(twin)) ? twin : undefined;
}

/** Does a Map or Set hold what is equal to k? */
export function hasMember(m, k) {
  return m.has(memberKey(m, k));
}

/**
 * The key of the entry of a Map that k reads and changes: as `memberKey`, but a keyword and the string of its name (which
 * JSON and libraries use) find each other where only one of them is there.
 */
export function entryKey(m, k) {
  if (typeof k === "string") return fieldKey(m, k);
  const found = memberKey(m, k);
  return isKeyword(k) && !m.has(found) && m.has(k[KEYWORD]) ? k[KEYWORD] : found;
}

/** The key of a Map for a property of an object: the string, or the keyword of that name when only that is there. */
export function fieldKey(m, text) {
  const known = keywordTable.get(text);
  return !m.has(text) && known !== undefined && m.has(known) ? known : text;
}
