/**
 * Core functions that take parts of sequences: an item, the first ones, all but those.
 *
 * In: any collection, as in core_seq. Out: fresh arrays (lists stay lists); lazy sequences where the source is infinite.
 * Nothing given is changed, and no more is read than is needed. Errors name the function that was called.
 */

import {
  LazySeq, Range, asArray, asWhole, closeWalk, describe, holds, isJsArray, isTypedArray, lookup, pyOps, toFn, walk, wrongType,
} from "./data.mjs";
import { checkCount, seq } from "./core_seq.mjs";
import { LazyArray, collected, gather, isEndless, isInfinite, isOpen } from "./sequences.mjs";

/** (second xs): The second item, nil when there is none. Example: (second [1 2]) => 2 */
export function second(xs) {
  const found = indexed(xs, 1, "second");
  return found === NOTHING ? null : (found ?? null);
}

/**
 * (nth xs i) (nth xs i otherwise): The item at index i; without `otherwise` it must exist.
 * Example: (nth [1 2 3] 1) => 2
 */
export function nth(xs, i, ...otherwise) {
  // (short enough for V8 to write it into a loop, which it does not where `arguments` are counted)
  if (typeof i === "number" && i >= 0 && isJsArray(xs) && i < xs.length && Number.isInteger(i)) return xs[i] ?? null;
  return nthOf(xs, i, otherwise.length > 0 ? otherwise[0] : NOTHING);
}

function nthOf(xs, i, otherwise) {
  const index = typeof i === "bigint" ? Number(i) : asWhole(i);
  if (!Number.isInteger(index)) throw wrongType("nth", "an index", i);
  let found = indexed(xs, index, "nth");
  if (found === NOTHING) found = otherwise;
  if (found !== NOTHING) return found ?? null;
  const size = xs === null || xs === undefined ? 0 : (xs instanceof LazySeq ? xs.size : (xs.length ?? xs.size));
  const of = typeof size === "number" ? `a sequence of ${size}` : describe(xs);
  throw new RangeError(`nth: index ${index} is out of range for ${of}`);
}

const NOTHING = Symbol("nothing");

function indexed(xs, index, who) {
  if (xs === null || xs === undefined) return NOTHING;
  if (isJsArray(xs) || isTypedArray(xs) || typeof xs === "string") {
    return index >= 0 && index < xs.length ? xs[index] : NOTHING;
  }
  const kind = pyOps(xs)?.kind(xs);
  if (xs instanceof Range || (kind && kind !== "iterator" && kind !== "set" && kind !== "dict")) {
    return lookup(xs, index, NOTHING);
  }
  if (index < 0) return NOTHING;
  const start = taken(index + 1, xs, who);
  return start.length > index ? start[index] : NOTHING;
}

/** (rest xs): All but the first item. Example: (rest [1 2 3]) => [2 3] */
export function rest(xs) {
  return dropped(1, xs, "rest");
}

/** (next xs): All but the first item, nil when that is nothing. Example: (next [1]) => nil */
export function next(xs) {
  return seq(dropped(1, xs, "next"));
}

/** (nthrest xs n): All but the first n items. Example: (nthrest [1 2 3] 2) => [3] */
export function nthrest(xs, n) {
  return dropped(n, xs, "nthrest");
}

/** (nthnext xs n): All but the first n items, nil when that is nothing. Example: (nthnext [1] 1) => nil */
export function nthnext(xs, n) {
  return seq(dropped(n, xs, "nthnext"));
}

/** (butlast xs): All but the last item, nil when that is nothing. Example: (butlast [1 2 3]) => [1 2] */
export function butlast(xs) {
  return seq(lastDropped(1, xs, "butlast"));
}

/** (take n xs): The first n items; no more than n are read. Example: (take 2 [1 2 3]) => [1 2] */
export function take(n, xs) {
  return taken(n, xs, "take");
}

function taken(n, xs, who) {
  const wanted = checkCount(n, who);
  if (isJsArray(xs)) return Array.prototype.slice.call(xs, 0, Math.max(0, wanted));
  const out = [];
  const source = walk(xs, who);
  if (wanted <= 0) return out;
  if (wanted === Infinity) return asArray(xs, who);
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
  return takenWhile(toFn(f, "take-while"), xs, "take-while");
}

function takenWhile(fn, xs, who) {
  const start = () => takeWhileWalk(fn, walk(xs, who), who);
  return isEndless(xs) ? new LazyArray(start) : isOpen(xs) ? collected(start) : Array.from(start());
}

/** A one-shot iterator stays open for who walks on; a fresh one is closed. */
function* takeWhileWalk(fn, source, who) {
  const iterator = source[Symbol.iterator]();
  try {
    for (let step = iterator.next(); !step.done && holds(fn(step.value), who); step = iterator.next()) {
      yield step.value;
    }
  } finally {
    closeWalk(iterator, source);
  }
}

/** (drop n xs): All but the first n items. Example: (drop 2 [1 2 3]) => [3] */
export function drop(n, xs) {
  return dropped(n, xs, "drop");
}

function dropped(n, xs, who) {
  const unwanted = Math.max(0, checkCount(n, who));
  if (isJsArray(xs)) return xs.slice(unwanted);
  if (unwanted === Infinity && isInfinite(xs)) return [];
  if (xs instanceof Range && xs.size === Infinity) return new Range(xs.at(unwanted), Infinity * xs.step, xs.step);
  if (isEndless(xs) || isOpen(xs)) return gather([xs], () => dropWalk(unwanted, xs));
  if (xs instanceof LazySeq && xs.size === undefined) return new LazySeq(() => dropWalk(unwanted, xs), undefined);
  return Array.from(dropWalk(unwanted, walk(xs, who)));
}

function* dropWalk(n, xs) {
  let i = 0;
  for (const x of xs) if (i++ >= n) yield x;
}

/** (drop-while f xs): The items from the first for which f is false. Example: (drop-while pos? [2 0 3]) => [0 3] */
export function drop_while(f, xs) {
  return droppedWhile(toFn(f, "drop-while"), xs, "drop-while");
}

function droppedWhile(fn, xs, who) {
  return gather([xs], function* () {
    let dropping = true;
    for (const x of walk(xs, who)) {
      dropping &&= holds(fn(x), who);
      if (!dropping) yield x;
    }
  });
}

/** (drop-last xs) (drop-last n xs): All but the last n (1) items. Example: (drop-last 2 [1 2 3]) => [1] */
export function drop_last(n, xs) {
  return arguments.length === 1 ? lastDropped(1, n, "drop-last") : lastDropped(n, xs, "drop-last");
}

function lastDropped(n, xs, who) {
  const items = asArray(xs, who);
  return items.slice(0, Math.max(0, items.length - Math.max(0, checkCount(n, who))));
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
  const items = walkedTwice(xs, "split-at");
  return [taken(n, items, "split-at"), dropped(n, items, "split-at")];
}

/**
 * (split-with f xs): The items before the first for which f is false, and the others.
 * Example: (split-with pos? [1 0 2]) => [[1] [0 2]]
 */
export function split_with(f, xs) {
  const items = walkedTwice(xs, "split-with");
  const fn = toFn(f, "split-with");
  return [takenWhile(fn, items, "split-with"), droppedWhile(fn, items, "split-with")];
}

/** The items of xs for who walks them more than once; of what may have no end, lazily. */
function walkedTwice(xs, who) {
  return isEndless(xs) ? xs : isOpen(xs) ? collected(() => walk(xs, who)) : asArray(xs, who);
}
