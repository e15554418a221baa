/**
 * Core functions that take a function: map, filter, reduce and their kin.
 *
 * In: a function (or a keyword, set or map, which look their argument up) and a collection. Out: fresh arrays; a
 * lazy sequence where the source is infinite. A predicate that returns a promise is refused, because every promise
 * counts as true.
 */

import {
  LazySeq, List, asArray, closeWalk, holds, infinite, isJsArray, isPlainObject, isPromise, listFrom, promiseRefused, toFn,
  walk, wrongType,
} from "./data.mjs";
import { emptyMap } from "./forms.mjs";
import { $a, $d, $m, $s, add, div, mul, sub } from "./arithmetic.mjs";
import { LazyArray, collected, gather, isEndless, isInfinite, isOpen } from "./sequences.mjs";

function needCollection(given, who) {
  if (given < 2) throw new TypeError(`${who}: expected a function and a collection, got only one argument`);
}

// ---------------------------------------------------------------------------------------------- map

/**
 * (map f xs & more): What f gives for each item; with more collections f gets one item of each, up to the end of
 * the shortest.
 * Example: (map + [1 2] [10 20]) => [11 22]
 */
export function map(f, xs, ...more) {
  needCollection(arguments.length, "map");
  return mapped(f, xs, more, "map");
}

function mapped(f, xs, more, who) {
  const fn = toFn(f, who);
  if (more.length > 0) return mapMany(fn, [xs, ...more], who);
  if (isJsArray(xs)) {
    const out = new Array(xs.length);
    for (let i = 0; i < out.length; i++) out[i] = fn(xs[i]);
    return out;
  }
  if (isEndless(xs) || isOpen(xs)) return gather([xs], () => mapWalk(fn, xs));
  const out = [];
  for (const x of walk(xs, who)) out.push(fn(x));
  return out;
}

function* mapWalk(fn, xs) {
  for (const x of xs) yield fn(x);
}

function mapMany(fn, collections, who) {
  return gather(collections, function* () {
    for (const items of together(collections, who)) yield fn(...items);
  });
}

/** One item of each collection at a time, until one ends; what is left open is closed. */
export function* together(collections, who) {
  const sources = collections.map((xs) => walk(xs, who));
  const iterators = sources.map((source) => source[Symbol.iterator]());
  try {
    for (;;) {
      const items = [];
      for (const iterator of iterators) {
        const step = iterator.next();
        if (step.done) return;
        items.push(step.value);
      }
      yield items;
    }
  } finally {
    iterators.forEach((iterator, i) => closeWalk(iterator, sources[i]));
  }
}

/** (mapv f xs & more): The same as `map`, always an array. Example: (mapv inc [1 2]) => [2 3] */
export function mapv(f, xs, ...more) {
  needCollection(arguments.length, "mapv");
  return asArray(mapped(f, xs, more, "mapv"), "mapv");
}

/**
 * (map-indexed f xs): What (f index item) gives for each item.
 * Example: (map-indexed list [:a :b]) => ['(0 :a) '(1 :b)]
 */
export function map_indexed(f, xs) {
  const fn = toFn(f, "map-indexed");
  return gather([xs], function* () {
    let i = 0;
    for (const x of walk(xs, "map-indexed")) yield fn(i++, x);
  });
}

/**
 * (mapcat f xs & more): What f gives for each item, joined into one sequence.
 * Example: (mapcat #(repeat % %) [1 2]) => [1 2 2]
 */
export function mapcat(f, xs, ...more) {
  const fn = toFn(f, "mapcat");
  const sources = [xs, ...more];
  const parts = more.length > 0 ? mapPartsMany : mapParts;
  if (sources.every((each) => isEndless(each) || isOpen(each))) return gather(sources, () => joinedParts([], parts(fn, sources)));
  const out = [];
  const walking = parts(fn, sources);
  for (let step = walking.next(); !step.done; step = walking.next()) {
    const part = step.value;
    if (isEndless(part)) {
      return new LazyArray(() => joinedParts([out, part], walking), isInfinite(part) ? Infinity : undefined);
    }
    for (const x of walk(part, "mapcat")) out.push(x);
  }
  return out;
}

function* mapParts(fn, [xs]) {
  for (const x of walk(xs, "mapcat")) yield fn(x);
}

function* mapPartsMany(fn, sources) {
  for (const items of together(sources, "mapcat")) yield fn(...items);
}

function* joinedParts(before, after) {
  for (const part of before) yield* part;
  for (const part of after) yield* walk(part, "mapcat");
}

/** (keep f xs): What f gives for each item, without the nils. Example: (keep :a [{:a 1} {}]) => [1] */
export function keep(f, xs) {
  const fn = toFn(f, "keep");
  return kept((_, x) => fn(x), xs, "keep");
}

/**
 * (keep-indexed f xs): What (f index item) gives for each item, without the nils.
 * Example: (keep-indexed #(if (odd? %1) %2) [:a :b]) => [:b]
 */
export function keep_indexed(f, xs) {
  return kept(toFn(f, "keep-indexed"), xs, "keep-indexed");
}

function kept(fn, xs, who) {
  return gather([xs], function* () {
    let i = 0;
    for (const x of walk(xs, who)) {
      const value = fn(i++, x);
      if (isPromise(value)) throw promiseRefused(who, "function");
      if (value !== null && value !== undefined) yield value;
    }
  });
}

// ---------------------------------------------------------------------------------------------- filter

/** (filter f xs): The items for which f is true. Example: (filter odd? [1 2 3]) => [1 3] */
export function filter(f, xs) {
  needCollection(arguments.length, "filter");
  return filtered(toFn(f, "filter"), xs, true, "filter");
}

/** (filterv f xs): The same as `filter`, always an array. Example: (filterv #{1 2} [1 3]) => [1] */
export function filterv(f, xs) {
  return asArray(filtered(toFn(f, "filterv"), xs, true, "filterv"), "filterv");
}

/** (remove f xs): The items for which f is false. Example: (remove odd? [1 2 3]) => [2] */
export function remove(f, xs) {
  needCollection(arguments.length, "remove");
  return filtered(toFn(f, "remove"), xs, false, "remove");
}

/** For loops made of chains: the items from number `at` on, of which the first has been read. The others are read when
 * they are asked for, each once, as the calls would. */
export function leftOf(xs, at, first) {
  const walk = isJsArray(xs) ? arrayWalk : rangeWalk;
  return new LazySeq(() => walk(xs, at, first), (xs.length ?? xs.size) - at);
}

function* arrayWalk(xs, at, first) {
  yield first;
  for (let i = at + 1; i < xs.length; i++) yield xs[i];
}

function* rangeWalk(xs, at, first) {
  yield first;
  for (let i = at + 1; i < xs.size; i++) yield xs.at(i);
}

/** For loops made of chains: what was made of the items left, behind what the loop has made. */
export function behind(made, more) {
  return made.length === 0 ? more : [...made, ...more];
}

function filtered(fn, xs, wanted, who) {
  if (isJsArray(xs)) {
    const out = [];
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i];
      if (holds(fn(x), who) === wanted) out.push(x);
    }
    return out;
  }
  return gather([xs], function* () {
    for (const x of walk(xs, who)) if (holds(fn(x), who) === wanted) yield x;
  });
}

/** (some f xs): The first true answer of f, else nil. Example: (some #{2 3} [1 2]) => 2 */
export function some(f, xs) {
  const fn = toFn(f, "some");
  if (isJsArray(xs)) {
    for (let i = 0; i < xs.length; i++) {
      const answer = fn(xs[i]);
      if (holds(answer, "some")) return answer;
    }
    return null;
  }
  for (const x of walk(xs, "some")) {
    const answer = fn(x);
    if (holds(answer, "some")) return answer;
  }
  return null;
}

/** (every? f xs): Is f true for all items? Example: (every? odd? [1 3]) => true */
export function every$q(f, xs) {
  const fn = toFn(f, "every?");
  if (isJsArray(xs)) {
    for (let i = 0; i < xs.length; i++) if (!holds(fn(xs[i]), "every?")) return false;
    return true;
  }
  for (const x of walk(xs, "every?")) if (!holds(fn(x), "every?")) return false;
  return true;
}

/** (not-any? f xs): Is f false for all items? Example: (not-any? odd? [2 4]) => true */
export function not_any$q(f, xs) {
  const fn = toFn(f, "not-any?");
  for (const x of walk(xs, "not-any?")) if (holds(fn(x), "not-any?")) return false;
  return true;
}

/** (not-every? f xs): Is f false for some item? Example: (not-every? odd? [1 2]) => true */
export function not_every$q(f, xs) {
  const fn = toFn(f, "not-every?");
  for (const x of walk(xs, "not-every?")) if (!holds(fn(x), "not-every?")) return true;
  return false;
}

/** (find-first f xs): The first item for which f is true, else nil. Example: (find-first even? [1 2 4]) => 2 */
export function find_first(f, xs) {
  const fn = toFn(f, "find-first");
  for (const x of walk(xs, "find-first")) if (holds(fn(x), "find-first")) return x;
  return null;
}

// ---------------------------------------------------------------------------------------------- reduce

/** What `reduced` wraps: reduce stops and gives `value`. */
export class Reduced {
  constructor(value) {
    this.value = value;
  }
}

/**
 * (reduced x): Returned by the function of `reduce`, ends it with x.
 * Example: (reduce #(if (> %1 3) (reduced :big) (+ %1 %2)) 0 (range)) => :big
 */
export function reduced(x) {
  return new Reduced(x);
}

/** (reduced? x): Is it what `reduced` makes? Example: (reduced? (reduced 1)) => true */
export function reduced$q(x) {
  return x instanceof Reduced;
}

/** Functions that never end a `reduce` by giving a `reduced`. */
const NEVER_ENDING = [$a, $d, $m, $s, add, div, mul, sub];

/**
 * (reduce f xs) (reduce f init xs): (f (f init x1) x2) and so on; without init it begins with the first item, and
 * (f) is the answer for none.
 * Example: (reduce + 10 [1 2 3]) => 16
 */
export function reduce(f, init, xs) {
  const fn = toFn(f, "reduce");
  needCollection(arguments.length, "reduce");
  const items = arguments.length === 2 ? init : xs;
  if (isJsArray(items)) return reduceArray(fn, init, items, arguments.length === 2);
  if (isInfinite(items) && NEVER_ENDING.includes(fn)) throw infinite("reduce");
  let begun = arguments.length > 2;
  let acc = init;
  for (const x of walk(items, "reduce")) {
    acc = begun ? fn(acc, x) : x;
    if (begun && acc instanceof Reduced) return acc.value;
    begun = true;
  }
  return begun ? acc : fn();
}

function reduceArray(fn, init, xs, withoutInit) {
  if (withoutInit && xs.length === 0) return fn();
  let acc = withoutInit ? xs[0] : init;
  for (let i = withoutInit ? 1 : 0; i < xs.length; i++) {
    acc = fn(acc, xs[i]);
    if (acc instanceof Reduced) return acc.value;
  }
  return acc;
}

/**
 * (reduce-kv f init m): (f acc key value) over the entries of a map, or index and item of an array.
 * Example: (reduce-kv (fn (n k v) (+ n v)) 0 {:a 1 :b 2}) => 3
 */
export function reduce_kv(f, init, m) {
  const fn = toFn(f, "reduce-kv");
  if (arguments.length < 3) throw new TypeError("reduce-kv: expected a function, an initial value and a map");
  const entries = isJsArray(m) ? m.entries() : walk(m, "reduce-kv");
  let acc = init;
  for (const [key, value] of entries) {
    acc = fn(acc, key, value);
    if (acc instanceof Reduced) return acc.value;
  }
  return acc;
}

/**
 * (reductions f xs) (reductions f init xs): Every value that `reduce` passes through.
 * Example: (reductions + [1 2 3]) => [1 3 6]
 */
export function reductions(f, init, xs) {
  const fn = toFn(f, "reductions");
  const withoutInit = arguments.length === 2;
  const items = withoutInit ? init : xs;
  const start = function* () {
    let acc = init;
    let begun = !withoutInit;
    if (begun) yield acc;
    for (const x of walk(items, "reductions")) {
      acc = begun ? fn(acc, x) : x;
      begun = true;
      if (acc instanceof Reduced) {
        yield acc.value;
        return;
      }
      yield acc;
    }
    if (!begun) yield fn();
  };
  return isEndless(items) ? new LazyArray(start) : isOpen(items) ? collected(start) : Array.from(start()); // `reduced` may end it
}

/** (run! f xs): Call f with each item, for what it does; nil. Example: (run! identity [1 2]) => nil */
export function run$b(f, xs) {
  const fn = toFn(f, "run!");
  for (const x of walk(xs, "run!")) if (fn(x) instanceof Reduced) break;
  return null;
}

// ---------------------------------------------------------------------------------------------- best item

/** (max-key f x & more): The argument for which f is largest. Example: (max-key count "a" "bbb" "cc") => "bbb" */
export function max_key(f, x, ...more) {
  return bestKey(f, [x, ...more], (a, b) => a >= b, "max-key");
}

/** (min-key f x & more): The argument for which f is smallest. Example: (min-key count "aa" "b") => "b" */
export function min_key(f, x, ...more) {
  return bestKey(f, [x, ...more], (a, b) => a <= b, "min-key");
}

function bestKey(f, items, better, who) {
  const fn = toFn(f, who);
  let best = items[0];
  let bestValue = fn(best);
  for (let i = 0; i < items.length; i++) {
    const value = i === 0 ? bestValue : fn(items[i]);
    if (isPromise(value)) throw promiseRefused(who, "key function");
    if (typeof value !== "number" && typeof value !== "bigint") {
      throw wrongType(who, "a number from the function", value);
    }
    if (better(value, bestValue)) {
      best = items[i];
      bestValue = value;
    }
  }
  return best;
}

/** The parts of nested data replaced: of arrays, lists, sets, objects (values) and Maps (values). */
function changeParts(x, change) {
  if (x instanceof List) return listFrom(map(change, x));
  if (isJsArray(x)) return map(change, x);
  if (x instanceof Set) return new Set(map(change, x));
  if (x instanceof Map) {
    const out = emptyMap(x);
    for (const [k, v] of x) out.set(k, change(v));
    return out;
  }
  if (isPlainObject(x)) return Object.fromEntries(map(([k, v]) => [k, change(v)], x));
  return x;
}

/**
 * (postwalk f x): Nested data with f applied to every part, the innermost first.
 * Example: (postwalk #(if (number? %) (inc %) %) [1 {:a 2}]) => [2 {:a 3}]
 */
export function postwalk(f, x) {
  const fn = toFn(f, "postwalk");
  return fn(changeParts(x, (part) => postwalk(fn, part)));
}

/**
 * (prewalk f x): Nested data with f applied to every part, the outermost first.
 * Example: (prewalk #(if (number? %) (inc %) %) [1 [2]]) => [2 [3]]
 */
export function prewalk(f, x) {
  const fn = toFn(f, "prewalk");
  return changeParts(fn(x), (part) => prewalk(fn, part));
}

/**
 * (tree-seq branch? children root): The root and everything below it, depth first, computed as it is needed.
 * Example: (count (tree-seq sequential? identity [1 [2]])) => 4
 */
export function tree_seq(branch, children, root) {
  const isBranch = toFn(branch, "tree-seq");
  const below = toFn(children, "tree-seq");
  return new LazyArray(function* () {
    const todo = [[root][Symbol.iterator]()];
    while (todo.length > 0) {
      const { done, value } = todo[todo.length - 1].next();
      if (done) todo.pop();
      else {
        yield value;
        if (holds(isBranch(value), "tree-seq")) todo.push(walk(below(value), "tree-seq")[Symbol.iterator]());
      }
    }
  });
}
