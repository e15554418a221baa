/**
 * Core predicates: what kind of value is it? In: any value, none of which makes them throw. Out: a boolean.
 */

import {
  KEYWORD, LazySeq, LispSymbol, List, asWhole, describe, isKeyword, isPlainObject, isThenable, isTypedArray, pyOps, truthy,
  wrongType,
} from "./data.mjs";

function pyKind(x) {
  const ops = pyOps(x);
  return ops === undefined ? undefined : ops.kind(x);
}

/** (nil? x): Is it nil (null or undefined)? Example: (nil? nil) => true */
export function nil$q(x) {
  return x === null || x === undefined;
}

/** (some? x): Is it anything but nil? Example: (some? false) => true */
export function some$q(x) {
  return x !== null && x !== undefined;
}

/** (true? x): Is it exactly true? Example: (true? 1) => false */
export function true$q(x) {
  return x === true;
}

/** (false? x): Is it exactly false? Example: (false? nil) => false */
export function false$q(x) {
  return x === false;
}

/** (undefined? x): Is it undefined, and not null? Example: (undefined? nil) => false */
export function undefined$q(x) {
  return x === undefined;
}

/** (typeof x): JavaScript's word for the kind of x. Example: (typeof "a") => "string" */
export function typeof$(x) {
  return typeof x;
}

/** (not x): true for nil and false, else false. Example: (not 0) => false */
export function not(x) {
  return !truthy(x);
}

/** (boolean x): false for nil and false, else true. Example: (boolean "") => true */
export function boolean(x) {
  return truthy(x);
}

/** (boolean? x): Is it true or false? Example: (boolean? false) => true */
export function boolean$q(x) {
  return typeof x === "boolean";
}

/** (number? x): Is it a number or a BigInt? Example: (number? 1.5) => true */
export function number$q(x) {
  return typeof x === "number" || typeof x === "bigint";
}

/** (integer? x): Is it a whole number? Example: (integer? 2.0) => true */
export function integer$q(x) {
  return typeof x === "bigint" || Number.isInteger(x);
}

/** (int? x): Is it a whole number? The same as `integer?`. Example: (int? 2.5) => false */
export function int$q(x) {
  return integer$q(x);
}

/** (float? x): Is it a number with a fraction, or NaN or infinite? Example: (float? 2.5) => true */
export function float$q(x) {
  return typeof x === "number" && !Number.isInteger(x);
}

/** (bigint? x): Is it a BigInt? Example: (bigint? 10n) => true */
export function bigint$q(x) {
  return typeof x === "bigint";
}

/** (nan? x): Is it NaN? Example: (nan? NaN) => true */
export function nan$q(x) {
  return Number.isNaN(x);
}

/** (infinite? x): Is it Infinity or -Infinity? Example: (infinite? (/ 1 0)) => true */
export function infinite$q(x) {
  return x === Infinity || x === -Infinity;
}

/** (zero? x): Is it 0? Example: (zero? 0) => true */
export function zero$q(x) {
  const ops = pyOps(x);
  return ops ? ops.binary("eq", x, 0) : x === 0 || x === 0n;
}

/** (pos? x): Is it above 0? Example: (pos? -1) => false */
export function pos$q(x) {
  const ops = pyOps(x);
  return ops ? ops.binary("gt", x, 0) : checkNumber(x, "pos?") > 0;
}

/** (neg? x): Is it below 0? Example: (neg? -1) => true */
export function neg$q(x) {
  const ops = pyOps(x);
  return ops ? ops.binary("lt", x, 0) : checkNumber(x, "neg?") < 0;
}

/** (even? n): Is it a multiple of 2? Example: (even? 4) => true */
export function even$q(n) {
  return typeof n === "bigint" ? n % 2n === 0n : checkInteger(n, "even?") % 2 === 0;
}

/** (odd? n): Is it a whole number but no multiple of 2? Example: (odd? -3) => true */
export function odd$q(n) {
  return typeof n === "bigint" ? n % 2n !== 0n : checkInteger(n, "odd?") % 2 !== 0;
}

function checkNumber(x, who) {
  if (typeof x !== "number" && typeof x !== "bigint") throw wrongType(who, "a number", x);
  return x;
}

function checkInteger(x, who) {
  const whole = asWhole(x);
  if (!Number.isInteger(whole)) throw wrongType(who, "an integer", x);
  return whole;
}

/** (string? x): Is it a string? Example: (string? "a") => true */
export function string$q(x) {
  return typeof x === "string";
}

/** (keyword? x): Is it a keyword? Example: (keyword? :a) => true */
export function keyword$q(x) {
  return isKeyword(x);
}

/** (symbol? x): Is it a symbol of code? Example: (symbol? 'a) => true */
export function symbol$q(x) {
  return x instanceof LispSymbol;
}

/** (fn? x): Is it a function (a keyword is not, a Python callable is)? Example: (fn? inc) => true */
export function fn$q(x) {
  const kind = pyKind(x);
  return kind === undefined ? typeof x === "function" && x[KEYWORD] === undefined : kind === "callable";
}

/** (ifn? x): Can it be called: a function, a keyword, a Python callable or class? Example: (ifn? :a) => true */
export function ifn$q(x) {
  const kind = pyKind(x);
  return kind === undefined ? typeof x === "function" : kind === "callable" || kind === "class";
}

/** (array? x): Is it a JavaScript array, `'(..)` lists included? Example: (array? [1]) => true */
export function array$q(x) {
  return Array.isArray(x) && pyOps(x) === undefined;
}

/** (vector? x): Is it an array or a Python list or tuple, but no `'(..)` list? Example: (vector? [1]) => true */
export function vector$q(x) {
  const kind = pyKind(x);
  return kind === undefined ? Array.isArray(x) && !(x instanceof List) : kind === "list" || kind === "tuple";
}

/** (list? x): Is it a list of code, as `'(a b)` and `(list 1 2)` make it? Example: (list? '(1 2)) => true */
export function list$q(x) {
  return x instanceof List;
}

/** (map? x): Is it a plain object, a Map or a Python dict? Example: (map? {:a 1}) => true */
export function map$q(x) {
  const kind = pyKind(x);
  return kind === undefined ? x instanceof Map || isPlainObject(x) : kind === "dict";
}

/** (object? x): Is it a plain object? Example: (object? {}) => true */
export function object$q(x) {
  return pyOps(x) === undefined && isPlainObject(x);
}

/** (set? x): Is it a Set or a Python set? Example: (set? #{1}) => true */
export function set$q(x) {
  const kind = pyKind(x);
  return kind === undefined ? x instanceof Set : kind === "set";
}

/** (coll? x): Is it a collection: an array, list, map, set or lazy sequence? Example: (coll? "abc") => false */
export function coll$q(x) {
  return sequential$q(x) || map$q(x) || set$q(x);
}

/**
 * (sequential? x): Has it items in order: an array, list, typed array or lazy sequence?
 * Example: (sequential? [1]) => true
 */
export function sequential$q(x) {
  const kind = pyKind(x);
  if (kind !== undefined) return kind === "list" || kind === "tuple";
  return Array.isArray(x) || x instanceof LazySeq || isTypedArray(x);
}

/** (seq? x): Is it a list or a lazy sequence? Example: (seq? '(1)) => true */
export function seq$q(x) {
  return x instanceof List || x instanceof LazySeq;
}

/** (iterable? x): Can it be walked by `for`? Example: (iterable? "abc") => true */
export function iterable$q(x) {
  return x !== null && x !== undefined && typeof x[Symbol.iterator] === "function";
}

/** (seqable? x): Do `map`, `reduce` and the like take it? Example: (seqable? nil) => true */
export function seqable$q(x) {
  return nil$q(x) || iterable$q(x) || map$q(x);
}

/** (associative? x): Does `assoc` take it: a map or an array? Example: (associative? [1]) => true */
export function associative$q(x) {
  return map$q(x) || vector$q(x);
}

/** (regex? x): Is it a regular expression? Example: (regex? #"a") => true */
export function regex$q(x) {
  return x instanceof RegExp;
}

/** (date? x): Is it a Date, or a datetime of Python's? Example: (date? (new Date 0)) => true */
export function date$q(x) {
  return x instanceof Date;
}

/** (promise? x): Is it a promise, or anything else with a `then`? Example: (promise? (Promise.resolve 1)) => true */
export function promise$q(x) {
  return isThenable(x);
}

/** (error? x): Is it an error, from JavaScript or Python? Example: (error? (error "a")) => true */
export function error$q(x) {
  return x instanceof Error || Object.prototype.toString.call(x) === "[object Error]";
}

/** (python? x): Is it a live Python object? Example: (python? [1]) => false */
export function python$q(x) {
  return pyOps(x) !== undefined;
}

/**
 * (instance? c x): Is x an instance of the class c (JavaScript's or Python's)?
 * Example: (instance? Map (new Map)) => true
 */
export function instance$q(c, x) {
  if (typeof c !== "function") throw new TypeError(`instance?: expected a class, got ${describe(c)}`);
  if (x instanceof c) return true;
  const wrapped = { string: String, number: Number, boolean: Boolean, bigint: BigInt }[typeof x];
  return wrapped !== undefined && wrapped === c;
}

/**
 * (type x): The class of x, or nil for nil; for a Python object the name of its type.
 * Example: (= (type [1]) Array) => true
 */
export function type(x) {
  if (x === null || x === undefined) return null;
  const ops = pyOps(x);
  return ops ? ops.typeName(x) : (Object(x).constructor ?? null);
}
