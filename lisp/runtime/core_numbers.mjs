/**
 * Core functions on numbers, and equality and order as functions. `+ - * / ** mod < <= > >=` are in operators.mjs.
 *
 * In: numbers, BigInts, Python numbers. Out: a BigInt where a BigInt meets an integral number, else a float.
 */

import { asWhole, describe, isKeyword, need, pyOps, wrongType } from "./data.mjs";
import { compareValues, equal, hashOf } from "./equality.mjs";

/** Both as numbers, or both as BigInts when one is a BigInt and the other integral. */
function alike(a, b, who) {
  const typeA = typeof a;
  const typeB = typeof b;
  if (typeA === "number" && typeB === "number") return [a, b];
  if (typeA === "object" || typeB === "object") {
    const wholes = [asWhole(a), asWhole(b)];
    if (wholes[0] !== a || wholes[1] !== b) return alike(wholes[0], wholes[1], who);
  }
  if (typeA !== "number" && typeA !== "bigint") throw wrongType(who, "a number", a);
  if (typeB !== "number" && typeB !== "bigint") throw wrongType(who, "a number", b);
  if (typeA === typeB) return [a, b];
  if (typeA === "number") return Number.isInteger(a) ? [BigInt(a), b] : [a, Number(b)];
  return Number.isInteger(b) ? [a, BigInt(b)] : [Number(a), b];
}

/** (inc x): One more than x. Example: (inc 1) => 2 */
export function inc(x) {
  if (typeof x === "number") return x + 1;
  if (typeof x === "bigint") return x + 1n;
  const ops = pyOps(x);
  if (ops) return ops.binary("add", x, 1);
  throw wrongType("inc", "a number", x);
}

/** (dec x): One less than x. Example: (dec 1) => 0 */
export function dec(x) {
  if (typeof x === "number") return x - 1;
  if (typeof x === "bigint") return x - 1n;
  const ops = pyOps(x);
  if (ops) return ops.binary("sub", x, 1);
  throw wrongType("dec", "a number", x);
}

/** (quot a b): a divided by b, rounded towards zero. Example: (quot -7 2) => -3 */
export function quot(a, b) {
  const [x, y] = alike(a, b, "quot");
  if (y == 0) throw new RangeError("quot: division by zero"); // eslint-disable-line eqeqeq
  return typeof x === "bigint" ? x / y : Math.trunc(x / y) + 0;
}

/** (rem a b): What `quot` leaves over; it has the sign of a. Example: (rem -7 2) => -1 */
export function rem(a, b) {
  const [x, y] = alike(a, b, "rem");
  if (y == 0) throw new RangeError("rem: division by zero"); // eslint-disable-line eqeqeq
  return typeof x === "bigint" ? x % y : (x % y) + 0;
}

/** (mod a b): What is left of a when b is taken away as often as fits; it has the sign of b. Example: (mod -7 3) => 2 */
export function mod(a, b) {
  if (typeof a === "number" && typeof b === "number") return modOfNumbers(a, b);
  const ops = pyOps(a) ?? pyOps(b);
  if (ops) return ops.binary("mod", a, b);
  const [x, y] = alike(a, b, "mod");
  if (typeof x === "bigint") {
    if (y === 0n) throw new RangeError("mod: division by zero");
    return ((x % y) + y) % y;
  }
  return modOfNumbers(x, y);
}

function modOfNumbers(x, y) {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest + 0;
}

/** (min x & more): The smallest of its arguments; NaN if one is NaN. Example: (min 3 1 2) => 1 */
export function min(x, ...more) {
  return extreme(x, more, -1, "min");
}

/** (max x & more): The largest of its arguments; NaN if one is NaN. Example: (max 3 1 2) => 3 */
export function max(x, ...more) {
  return extreme(x, more, 1, "max");
}

function extreme(x, more, sign, who) {
  const comparable = (v) => typeof v === "number" || typeof v === "bigint" || pyOps(v) || v instanceof Date;
  if (!comparable(x)) throw wrongType(who, "a number", x);
  let best = x;
  for (const other of more) {
    if (!comparable(other)) throw wrongType(who, "a number", other);
    if (Number.isNaN(best)) return best;
    if (Number.isNaN(other)) return other;
    if (compareValues(other, best) === sign) best = other;
  }
  return best;
}

/** (abs x): x without its sign. Example: (abs -2) => 2 */
export function abs(x) {
  if (typeof x === "number") return Math.abs(x);
  if (typeof x === "bigint") return x < 0n ? -x : x;
  const ops = pyOps(x);
  if (ops) return ops.unary("abs", x);
  throw wrongType("abs", "a number", x);
}

/** (rand) (rand n): A random float from 0 up to (not including) n, by default 1. */
export function rand(n = 1) {
  return Math.random() * n;
}

/** (rand-int n): A random whole number from 0 up to (not including) n. */
export function rand_int(n) {
  const size = asWhole(n);
  if (typeof size !== "number") throw wrongType("rand-int", "a number", n);
  return Math.floor(Math.random() * size);
}

/** (bit-and a b & more): The bits set in all. Example: (bit-and 12 10) => 8 */
export function bit_and(a, b, ...more) {
  return bitwise("bit-and", "and", a, b, more);
}

/** (bit-or a b & more): The bits set in any. Example: (bit-or 12 10) => 14 */
export function bit_or(a, b, ...more) {
  return bitwise("bit-or", "or", a, b, more);
}

/** (bit-xor a b & more): The bits set in an odd number of them. Example: (bit-xor 12 10) => 6 */
export function bit_xor(a, b, ...more) {
  return bitwise("bit-xor", "xor", a, b, more);
}

/** (bit-not x): Every bit turned over. Example: (bit-not 5) => -6 */
export function bit_not(x) {
  const ops = pyOps(x);
  if (ops) return ops.unary("invert", x);
  if (typeof x !== "number" && typeof x !== "bigint") throw wrongType("bit-not", "an integer", x);
  return ~x;
}

/** (bit-shift-left x n): x with its bits n places up. Example: (bit-shift-left 1 4) => 16 */
export function bit_shift_left(x, n) {
  return bitwise("bit-shift-left", "lshift", x, n, []);
}

/** (bit-shift-right x n): x with its bits n places down, the sign kept. Example: (bit-shift-right -16 2) => -4 */
export function bit_shift_right(x, n) {
  return bitwise("bit-shift-right", "rshift", x, n, []);
}

/**
 * (unsigned-bit-shift-right x n): The 32 bits of x, n places down, filled with 0.
 * Example: (unsigned-bit-shift-right -1 28) => 15
 */
export function unsigned_bit_shift_right(x, n) {
  if (typeof x !== "number" || typeof n !== "number") {
    throw wrongType("unsigned-bit-shift-right", "a number", typeof x === "number" ? n : x);
  }
  return x >>> n;
}

/** (bit-test x n): Is bit n of x set? Example: (bit-test 5 2) => true */
export function bit_test(x, n) {
  return typeof x === "bigint" ? ((x >> BigInt(n)) & 1n) === 1n : ((x >> n) & 1) === 1;
}

function bitwise(who, op, a, b, more) {
  let left = a;
  for (const right of [b, ...more]) {
    const ops = pyOps(left) ?? pyOps(right);
    left = ops ? ops.binary(op, left, right) : bitwiseTwo(who, op, left, right);
  }
  return left;
}

function bitwiseTwo(who, op, a, b) {
  const [x, y] = alike(a, b, who);
  if (op === "and") return x & y;
  if (op === "or") return x | y;
  if (op === "xor") return x ^ y;
  return op === "lshift" ? x << y : x >> y;
}

/**
 * (parse-long s): The whole number a string spells, else nil; a BigInt beyond 2^53.
 * Example: (parse-long "42") => 42
 */
export function parse_long(s) {
  s = need(s, "parse-long");
  if (!/^[+-]?\d+$/.test(s)) return null;
  const n = Number(s);
  return Number.isSafeInteger(n) ? n : BigInt(s.startsWith("+") ? s.slice(1) : s);
}

/** (parse-double s): The number a string spells, else nil. Example: (parse-double "2.5e1") => 25 */
export function parse_double(s) {
  s = need(s, "parse-double");
  const text = s.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) || /^[+-]?Infinity$/.test(text)) return Number(text);
  return text === "NaN" ? NaN : null;
}

/**
 * (parse-int s) (parse-int s radix): The whole number at the beginning of a string, as JavaScript's parseInt reads
 * it; NaN when there is none.
 * Example: (parse-int "12px") => 12
 */
export function parse_int(s, radix = 10) {
  return Number.parseInt(s, radix);
}

/**
 * (parse-float s): The number at the beginning of a string, as JavaScript's parseFloat reads it; NaN when there is
 * none.
 * Example: (parse-float "1.5em") => 1.5
 */
export function parse_float(s) {
  return Number.parseFloat(s);
}

/** (parse-boolean s): true or false as a string spells it, else nil. Example: (parse-boolean "true") => true */
export function parse_boolean(s) {
  s = need(s, "parse-boolean");
  return s === "true" ? true : s === "false" ? false : null;
}

/**
 * (= x & more): Are all equal in structure? With a Python operand it is Python's own `==`.
 * Example: (= [1 {:a 2}] [1 {:a 2}]) => true
 */
export function $e(x, ...more) {
  if (more.length === 1) {
    if (typeof x === "number" && typeof more[0] === "number") return x === more[0];
    const ops = pyOps(x) ?? pyOps(more[0]);
    return ops ? ops.binary("eq", x, more[0]) : equal(x, more[0]);
  }
  for (let i = 0; i < more.length; i++) if (!equal(i === 0 ? x : more[i - 1], more[i])) return false;
  return true;
}

/** (not= x & more): Are not all equal? With a Python operand it is Python's own `!=`. Example: (not= 1 2) => true */
export function not$e(x, ...more) {
  const ops = more.length === 1 ? (pyOps(x) ?? pyOps(more[0])) : undefined;
  return ops ? ops.binary("ne", x, more[0]) : !$e(x, ...more);
}

/**
 * (identical? a b): Are both the very same object (or the same number, string, ..)?
 * Example: (identical? [] []) => false
 */
export function identical$q(a, b) {
  return a === b || ((a ?? null) === null && (b ?? null) === null);
}

/** (hash x): A whole number that equal values share. Example: (= (hash [1 {:a 2}]) (hash [1 {:a 2}])) => true */
export function hash(x) {
  const key = hashOf(x);
  const text = typeof key === "object" && key !== null ? "object" : isKeyword(key) ? ":" + key.name : String(key);
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/**
 * (compare a b): -1, 0 or 1: nil first, numbers by size, strings by code unit, arrays item by item.
 * Example: (compare [1 2] [1 3]) => -1
 */
export function compare(a, b) {
  return compareValues(a, b);
}

/** (int x): x without its fraction, from a number, a BigInt, a boolean or a string. Example: (int 3.7) => 3 */
export function int(x) {
  const n = typeof x === "string" && x.trim() !== "" ? Number(x) : x;
  if (typeof n === "bigint" || typeof n === "boolean") return Number(n);
  if (typeof n !== "number" || !Number.isFinite(n)) throw new TypeError(`int: ${describe(x)} is no whole number`);
  return Math.trunc(n) + 0;
}

/**
 * (bigint x): x as a BigInt, from a whole number or a string.
 * Example: (bigint "12345678901234567890") => 12345678901234567890n
 */
export function bigint(x) {
  if (typeof x === "bigint") return x;
  if (typeof x === "string" ? !/^\s*[+-]?\d+\s*$/.test(x) : !Number.isInteger(x)) {
    throw new TypeError(`bigint: ${describe(x)} is no whole number`);
  }
  return BigInt(x);
}

/** (float x): x as a float, from a number, a BigInt, a boolean or a string. Example: (float "1.5") => 1.5 */
export function float(x) {
  const n = typeof x === "string" ? parse_double(x) : x;
  if (typeof n === "number") return n;
  if (typeof n === "bigint" || typeof n === "boolean") return Number(n);
  throw new TypeError(`float: ${describe(x)} is no number`);
}
