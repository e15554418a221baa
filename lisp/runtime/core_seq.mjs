/**
 * Core functions that make sequences, look into them and take parts of them.
 *
 * In: any collection: nil (empty), arrays, lists, strings, typed arrays, Maps, Sets, plain objects (as [key value]
 * arrays), any iterable, Python objects. Out: fresh arrays (lists stay lists in `rest`, `next`, `cons`, `concat`);
 * lazy sequences where the source is infinite. Nothing given is changed, and no more is read than is needed.
 */

import {
  LazySeq, List, Range, asArray, closeWalk, describe, holds, infinite, isJsArray, isRecord, isTypedArray, listFrom, lookup,
  pyOps, toFn, walk, wrongType,
} from "./data.mjs";
import { LazyArray, collected, gather, isEndless, isInfinite, isOpen } from "./sequences.mjs";

/** A count given as an argument. */
function checkCount(n, who) {
  if (typeof n === "bigint") return Number(n);
  if (typeof n !== "number" || Number.isNaN(n)) throw wrongType(who, "a number", n);
  return n;
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
  for (const n of arguments) if (typeof n !== "number" || Number.isNaN(n)) throw wrongType("range", "a number", n);
  if (step === 0) throw new RangeError("range: the step must not be 0");
  return arguments.length === 1 ? new Range(0, start, 1) : new Range(start, end, step);
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
  if (xs === null || xs === undefined || typeof xs === "string" || Array.isArray(xs)) return count(xs) === 0;
  const ops = pyOps(xs);
  if (ops && ops.kind(xs) !== "iterator") return ops.len(xs) === 0;
  if (xs instanceof Map || xs instanceof Set || isTypedArray(xs)) return count(xs) === 0;
  const source = walk(xs, "empty?");
  if (ops || isOneShot(source)) {
    throw new TypeError("empty?: looking into an iterator would use it up; make it an array first: (vec it)");
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
  if (xs instanceof Map) return new Map();
  if (xs instanceof Set) return new Set();
  return isRecord(xs) && typeof xs[Symbol.iterator] !== "function" ? {} : [];
}

/** (not-empty xs): xs, or nil when it has no items. Example: (not-empty "") => nil */
export function not_empty(xs) {
  return empty$q(xs) ? null : xs;
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
  if (xs === null || xs === undefined) return null;
  if (isJsArray(xs)) return xs.length > 0 ? (xs[0] ?? null) : null;
  const step = firstStep(walk(xs, "first"));
  return step.done ? null : (step.value ?? null);
}

/** (second xs): The second item, nil when there is none. Example: (second [1 2]) => 2 */
export function second(xs) {
  const found = indexed(xs, 1);
  return found === NOTHING ? null : (found ?? null);
}

/** (ffirst xs): The first item of the first item. Example: (ffirst [[1 2] [3]]) => 1 */
export function ffirst(xs) {
  return first(first(xs));
}

/** (last xs): The last item, nil when there is none. Example: (last [1 2]) => 2 */
export function last(xs) {
  const ops = pyOps(xs);
  if (ops && (ops.kind(xs) === "list" || ops.kind(xs) === "tuple")) {
    return ops.len(xs) > 0 ? (ops.getitem(xs, -1) ?? null) : null;
  }
  if (xs instanceof Range && xs.size > 0 && xs.size !== Infinity) return xs.at(xs.size - 1);
  const items = asArray(xs, "last");
  return items.length > 0 ? (items[items.length - 1] ?? null) : null;
}

/**
 * (nth xs i) (nth xs i otherwise): The item at index i; without `otherwise` it must exist.
 * Example: (nth [1 2 3] 1) => 2
 */
export function nth(xs, i, otherwise) {
  const index = typeof i === "bigint" ? Number(i) : i;
  if (!Number.isInteger(index)) throw wrongType("nth", "an index", i);
  let found = indexed(xs, index);
  if (found === NOTHING && arguments.length > 2) found = otherwise;
  if (found !== NOTHING) return found ?? null;
  const size = xs === null || xs === undefined ? 0 : (xs instanceof LazySeq ? xs.size : (xs.length ?? xs.size));
  const of = typeof size === "number" ? `a sequence of ${size}` : describe(xs);
  throw new RangeError(`nth: index ${index} is out of range for ${of}`);
}

const NOTHING = Symbol("nothing");

function indexed(xs, index) {
  if (xs === null || xs === undefined) return NOTHING;
  if (isJsArray(xs) || isTypedArray(xs) || typeof xs === "string") {
    return index >= 0 && index < xs.length ? xs[index] : NOTHING;
  }
  const kind = pyOps(xs)?.kind(xs);
  if (xs instanceof Range || (kind && kind !== "iterator" && kind !== "set" && kind !== "dict")) {
    return lookup(xs, index, NOTHING);
  }
  if (index < 0) return NOTHING;
  const start = take(index + 1, xs);
  return start.length > index ? start[index] : NOTHING;
}

/**
 * (peek xs): The item that `pop` would leave out: the last of an array, the first of a list.
 * Example: (peek [1 2]) => 2
 */
export function peek(xs) {
  return xs instanceof List ? first(xs) : last(xs);
}

/** (pop xs): A copy without the item that `peek` gives. Example: (pop [1 2]) => [1] */
export function pop(xs) {
  const items = asArray(xs, "pop");
  if (items.length === 0) throw new RangeError("pop: the collection is empty");
  return xs instanceof List ? drop(1, xs) : items.slice(0, -1);
}

// ---------------------------------------------------------------------------------------------- parts

/** (rest xs): All but the first item. Example: (rest [1 2 3]) => [2 3] */
export function rest(xs) {
  return drop(1, xs);
}

/** (next xs): All but the first item, nil when that is nothing. Example: (next [1]) => nil */
export function next(xs) {
  return seq(drop(1, xs));
}

/** (nthrest xs n): All but the first n items. Example: (nthrest [1 2 3] 2) => [3] */
export function nthrest(xs, n) {
  return drop(n, xs);
}

/** (nthnext xs n): All but the first n items, nil when that is nothing. Example: (nthnext [1] 1) => nil */
export function nthnext(xs, n) {
  return seq(drop(n, xs));
}

/** (butlast xs): All but the last item, nil when that is nothing. Example: (butlast [1 2 3]) => [1 2] */
export function butlast(xs) {
  return seq(drop_last(1, xs));
}

/** (take n xs): The first n items; no more than n are read. Example: (take 2 [1 2 3]) => [1 2] */
export function take(n, xs) {
  const wanted = checkCount(n, "take");
  if (isJsArray(xs)) return Array.prototype.slice.call(xs, 0, Math.max(0, wanted));
  const out = [];
  const source = walk(xs, "take");
  if (wanted <= 0) return out;
  if (wanted === Infinity) return asArray(xs, "take");
  const iterator = source[Symbol.iterator]();
  while (out.length < wanted) {
    const step = iterator.next();
    if (step.done) return out;
    out.push(step.value);
  }
  closeWalk(iterator, source);
  return out;
}

/** (take-last n xs): The last n items. Example: (take-last 2 [1 2 3]) => [2 3] */
export function take_last(n, xs) {
  const items = asArray(xs, "take-last");
  return items.slice(Math.max(0, items.length - checkCount(n, "take-last")));
}

/** (take-nth n xs): Every n-th item, beginning with the first. Example: (take-nth 2 [1 2 3]) => [1 3] */
export function take_nth(n, xs) {
  if (!(checkCount(n, "take-nth") >= 1)) throw new RangeError(`take-nth: expected a step of at least 1, got ${n}`);
  return gather([xs], function* () {
    let i = 0;
    for (const x of walk(xs, "take-nth")) if (i++ % n === 0) yield x;
  });
}

/**
 * (take-while f xs): The items before the first for which f is false.
 * Example: (take-while pos? [2 1 0 3]) => [2 1]
 */
export function take_while(f, xs) {
  const fn = toFn(f, "take-while");
  const start = () => takeWhileWalk(fn, walk(xs, "take-while"));
  return isEndless(xs) ? new LazyArray(start) : isOpen(xs) ? collected(start) : Array.from(start());
}

/** A one-shot iterator stays open for who walks on; a fresh one is closed. */
function* takeWhileWalk(fn, source) {
  const iterator = source[Symbol.iterator]();
  try {
    for (let step = iterator.next(); !step.done && holds(fn(step.value), "take-while"); step = iterator.next()) {
      yield step.value;
    }
  } finally {
    closeWalk(iterator, source);
  }
}

/** (drop n xs): All but the first n items. Example: (drop 2 [1 2 3]) => [3] */
export function drop(n, xs) {
  const unwanted = Math.max(0, checkCount(n, "drop"));
  if (isJsArray(xs)) return xs.slice(unwanted);
  if (unwanted === Infinity && isInfinite(xs)) return [];
  if (xs instanceof Range && xs.size === Infinity) return new Range(xs.at(unwanted), Infinity * xs.step, xs.step);
  if (isEndless(xs) || isOpen(xs)) return gather([xs], () => dropWalk(unwanted, xs));
  if (xs instanceof LazySeq && xs.size === undefined) return new LazySeq(() => dropWalk(unwanted, xs), undefined);
  return Array.from(dropWalk(unwanted, walk(xs, "drop")));
}

function* dropWalk(n, xs) {
  let i = 0;
  for (const x of xs) if (i++ >= n) yield x;
}

/** (drop-while f xs): The items from the first for which f is false. Example: (drop-while pos? [2 0 3]) => [0 3] */
export function drop_while(f, xs) {
  const fn = toFn(f, "drop-while");
  return gather([xs], function* () {
    let dropping = true;
    for (const x of walk(xs, "drop-while")) {
      dropping &&= holds(fn(x), "drop-while");
      if (!dropping) yield x;
    }
  });
}

/** (drop-last xs) (drop-last n xs): All but the last n (1) items. Example: (drop-last 2 [1 2 3]) => [1] */
export function drop_last(n, xs) {
  if (arguments.length === 1) return drop_last(1, n);
  const items = asArray(xs, "drop-last");
  return items.slice(0, Math.max(0, items.length - Math.max(0, checkCount(n, "drop-last"))));
}

/**
 * (subvec xs start) (subvec xs start end): Like `slice`, but both must be indices of xs.
 * Example: (subvec [1 2 3] 1 2) => [2]
 */
export function subvec(xs, start, end) {
  const items = asArray(xs, "subvec");
  const stop = end ?? items.length;
  if (!(start >= 0 && start <= stop && stop <= items.length)) {
    throw new RangeError(`subvec: ${start} to ${stop} is out of range for a sequence of ${items.length}`);
  }
  return items.slice(start, stop);
}

/** (doall xs): All items of a sequence as an array, computed now. Example: (doall (range 2)) => [0 1] */
export function doall(xs) {
  return xs === null || xs === undefined ? null : asArray(xs, "doall");
}

/**
 * (slice xs start) (slice xs start end): The items from start up to end; negative counts from the end.
 * Example: (slice [1 2 3 4] 1 -1) => [2 3]
 */
export function slice(xs, start, end) {
  if (typeof xs === "string" || isTypedArray(xs)) return xs.slice(start, end ?? undefined);
  return asArray(xs, "slice").slice(start, end ?? undefined);
}

/** (split-at n xs): The first n items and the others. Example: (split-at 1 [1 2 3]) => [[1] [2 3]] */
export function split_at(n, xs) {
  const items = isEndless(xs) ? xs : asArray(xs, "split-at");
  return [take(n, items), drop(n, items)];
}

/**
 * (split-with f xs): The items before the first for which f is false, and the others.
 * Example: (split-with pos? [1 0 2]) => [[1] [0 2]]
 */
export function split_with(f, xs) {
  const items = isEndless(xs) ? xs : asArray(xs, "split-with");
  return [take_while(f, items), drop_while(f, items)];
}
