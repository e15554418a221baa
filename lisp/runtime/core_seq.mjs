/**
 * Core functions that make sequences and look at their ends; those that take parts of them are in core_parts.
 *
 * In: any collection: nil (empty), arrays, lists, strings, typed arrays, Maps, Sets, plain objects (as [key value]
 * arrays), any iterable, Python objects. Out: fresh arrays (lists stay lists in `rest`, `next`, `cons`, `concat`);
 * lazy sequences where the source is infinite. Nothing given is changed, and no more is read than is needed.
 */

import {
  LazySeq, List, Range, asArray, asWhole, closeWalk, infinite, isJsArray, isRecord, isTypedArray, listFrom, pyOps, toFn, walk,
  wrongType,
} from "./data.mjs";
import { emptyMap } from "./forms.mjs";
import { isEndless } from "./sequences.mjs";

/** A count given as an argument. */
export function checkCount(n, who) {
  if (typeof n === "bigint") return Number(n);
  const count = asWhole(n);
  if (typeof count !== "number" || Number.isNaN(count)) throw wrongType(who, "a number", n);
  return count;
}

// ---------------------------------------------------------------------------------------------- making

/** (list & xs): A list of its arguments, as `'(..)` reads. Example: (list 1 2) => '(1 2) */
export function list(...xs) {
  return listFrom(xs);
}

/** (vec xs): A fresh array of the items. Example: (vec #{1 2}) => [1 2] */
export function vec(xs) {
  const items = asArray(xs, "vec");
  return items === xs ? Array.from(items) : items;
}

/** (vector & xs): An array of its arguments. Example: (vector 1 2) => [1 2] */
export function vector(...xs) {
  return xs;
}

/**
 * (range) (range end) (range start end) (range start end step): Numbers from start (0) up to, not including, end
 * (no end), computed as they are needed.
 * Example: (vec (range 1 10 3)) => [1 4 7]
 */
export function range(start, end, step = 1) {
  if (arguments.length === 0) return new Range(0, Infinity, 1);
  const given = Array.from(arguments, (n) => {
    const number = asWhole(n);
    if (typeof number !== "number" || Number.isNaN(number)) throw wrongType("range", "a number", n);
    return number;
  });
  if (given.length === 1) return new Range(0, given[0], 1);
  const [from, to, by = step] = given;
  if (by === 0) throw new RangeError("range: the step must not be 0");
  return new Range(from, to, by);
}

/** (iterate f x): The endless x, (f x), (f (f x)).. Example: (take 4 (iterate #(* 2 %) 1)) => [1 2 4 8] */
export function iterate(f, x) {
  const fn = toFn(f, "iterate");
  return new LazySeq(function* () {
    for (let value = x; ; value = fn(value)) yield value;
  }, Infinity);
}

/** (repeat x) (repeat n x): x, n times or without end. Example: (vec (repeat 2 :a)) => [:a :a] */
export function repeat(n, x) {
  const endless = arguments.length < 2;
  const value = endless ? n : x;
  const size = endless ? Infinity : Math.max(0, Math.floor(checkCount(n, "repeat")));
  return new LazySeq(function* () {
    for (let i = 0; i < size; i++) yield value;
  }, size);
}

/**
 * (repeatedly f) (repeatedly n f): What calls of f give: n of them as an array, or without end.
 * Example: (repeatedly 2 (constantly 1)) => [1 1]
 */
export function repeatedly(n, f) {
  if (arguments.length === 1) {
    const fn = toFn(n, "repeatedly");
    return new LazySeq(function* () {
      for (;;) yield fn();
    }, Infinity);
  }
  const fn = toFn(f, "repeatedly");
  const times = checkCount(n, "repeatedly");
  if (times === Infinity) return repeatedly(f);
  const out = [];
  for (let i = 0; i < times; i++) out.push(fn());
  return out;
}

/** (cycle xs): The items over and over without end. Example: (take 5 (cycle [1 2])) => [1 2 1 2 1] */
export function cycle(xs) {
  const items = isEndless(xs) ? xs : Array.from(asArray(xs, "cycle"));
  if (Array.isArray(items) ? items.length === 0 : firstStep(items).done) return [];
  return new LazySeq(function* () {
    for (;;) yield* items;
  }, Infinity);
}

// ---------------------------------------------------------------------------------------------- how many

/** (count xs): How many items; 0 for nil, UTF-16 units for a string. Example: (count {:a 1}) => 1 */
export function count(xs) {
  return isJsArray(xs) ? xs.length : counted(xs);
}

function counted(xs) {
  if (xs === null || xs === undefined) return 0;
  if (typeof xs === "string") return xs.length;
  const ops = pyOps(xs);
  if (ops) return ops.len(xs);
  if (Array.isArray(xs) || isTypedArray(xs)) return xs.length;
  if (xs instanceof Map || xs instanceof Set) return xs.size;
  if (xs instanceof LazySeq && xs.size !== undefined) {
    if (xs.size === Infinity) throw infinite("count");
    return xs.size;
  }
  let n = 0;
  for (const _ of walk(xs, "count")) n++;
  return n;
}

/**
 * (empty? xs): Are there no items? An iterator that can be walked only once is refused.
 * Example: (empty? []) => true
 */
export function empty$q(xs) {
  return isEmpty(xs, "empty?");
}

function isEmpty(xs, who) {
  if (xs === null || xs === undefined || typeof xs === "string" || Array.isArray(xs)) return count(xs) === 0;
  const ops = pyOps(xs);
  if (ops && ops.kind(xs) !== "iterator") return ops.len(xs) === 0;
  if (xs instanceof Map || xs instanceof Set || isTypedArray(xs)) return count(xs) === 0;
  const source = walk(xs, who);
  if (ops || isOneShot(source)) {
    throw new TypeError(`${who}: looking into an iterator would use it up; make it an array first: (vec it)`);
  }
  return firstStep(source).done;
}

function isOneShot(source) {
  return typeof source.next === "function" && source[Symbol.iterator]() === source;
}

/** The first step of a walk. A fresh iterator is closed again; a one-shot one stays open for who walks on. */
function firstStep(source) {
  const iterator = source[Symbol.iterator]();
  const step = iterator.next();
  if (!step.done) closeWalk(iterator, source);
  return step;
}

/** (empty xs): An empty collection of the same kind. Example: (empty #{1}) => #{} */
export function empty(xs) {
  if (xs === null || xs === undefined) return null;
  const kind = pyOps(xs)?.kind(xs);
  if (kind) return kind === "dict" || kind === "set" ? (kind === "dict" ? new Map() : new Set()) : [];
  if (typeof xs === "string") return "";
  if (xs instanceof List) return new List();
  if (xs instanceof Map) return emptyMap(xs);
  if (xs instanceof Set) return new Set();
  return isRecord(xs) && typeof xs[Symbol.iterator] !== "function" ? {} : [];
}

/** (not-empty xs): xs, or nil when it has no items. Example: (not-empty "") => nil */
export function not_empty(xs) {
  return isEmpty(xs, "not-empty") ? null : xs;
}

/**
 * (seq xs): The items as a sequence (an array, or a lazy sequence that is kept as it is); nil when there are none.
 * Example: (seq {:a 1}) => [["a" 1]]
 */
export function seq(xs) {
  if (xs === null || xs === undefined) return null;
  if (xs instanceof LazySeq) return firstStep(xs).done ? null : xs;
  if (isJsArray(xs)) return xs.length === 0 ? null : xs;
  const kind = pyOps(xs)?.kind(xs);
  const source = walk(xs, "seq");
  if (kind === "iterator" || (kind === undefined && typeof source !== "string" && isOneShot(source))) {
    const kept = keepWalking(source);
    return firstStep(kept).done ? null : kept;
  }
  const items = asArray(xs, "seq");
  return items.length === 0 ? null : items;
}

/** A lazy sequence over a one-shot iterator that remembers what it has read. */
function keepWalking(source) {
  const iterator = source[Symbol.iterator]();
  const read = [];
  let done = false;
  return new LazySeq(function* () {
    for (let i = 0; ; i++) {
      if (i === read.length) {
        const step = done ? { done: true } : iterator.next();
        done = step.done === true;
        if (done) return;
        read.push(step.value);
      }
      yield read[i];
    }
  }, undefined);
}

// ---------------------------------------------------------------------------------------------- looking in

/** (first xs): The first item, nil when there is none. Example: (first [1 2]) => 1 */
export function first(xs) {
  return firstOf(xs, "first");
}

function firstOf(xs, who) {
  if (xs === null || xs === undefined) return null;
  if (isJsArray(xs)) return xs.length > 0 ? (xs[0] ?? null) : null;
  const step = firstStep(walk(xs, who));
  return step.done ? null : (step.value ?? null);
}

/** (ffirst xs): The first item of the first item. Example: (ffirst [[1 2] [3]]) => 1 */
export function ffirst(xs) {
  return firstOf(firstOf(xs, "ffirst"), "ffirst");
}

/** (last xs): The last item, nil when there is none. Example: (last [1 2]) => 2 */
export function last(xs) {
  return lastOf(xs, "last");
}

function lastOf(xs, who) {
  const ops = pyOps(xs);
  if (ops && (ops.kind(xs) === "list" || ops.kind(xs) === "tuple")) {
    return ops.len(xs) > 0 ? (ops.getitem(xs, -1) ?? null) : null;
  }
  if (xs instanceof Range && xs.size > 0 && xs.size !== Infinity) return xs.at(xs.size - 1);
  const items = asArray(xs, who);
  return items.length > 0 ? (items[items.length - 1] ?? null) : null;
}

/**
 * (peek xs): The item that `pop` would leave out: the last of an array, the first of a list.
 * Example: (peek [1 2]) => 2
 */
export function peek(xs) {
  return xs instanceof List ? first(xs) : lastOf(xs, "peek");
}

/** (pop xs): A copy without the item that `peek` gives. Example: (pop [1 2]) => [1] */
export function pop(xs) {
  const items = asArray(xs, "pop");
  if (items.length === 0) throw new RangeError("pop: the collection is empty");
  return xs instanceof List ? xs.slice(1) : items.slice(0, -1);
}
