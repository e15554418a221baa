/**
 * Core functions that join, order and group collections.
 *
 * In: any collections (see core_seq). Out: fresh ones; `conj`, `into` and `empty` keep the kind of what they extend.
 * What has composite items or keys is grouped by structure: `(distinct [[1] [1]])` is `[[1]]`.
 */

import {
  LazySeq, List, asArray, describe, gather, isInfinite, isJsArray, isKeyword, isRecord, isThenable, listFrom,
  memberKey, promiseRefused, propKey, pyOps, toFn, truthy, walk, wrongType,
} from "./data.mjs";
import { together } from "./core_higher.mjs";
import { EqualMap, compareValues, equal } from "./equality.mjs";

// ---------------------------------------------------------------------------------------------- adding

/** (cons x xs): x before the items, as a list. Example: (cons 1 [2 3]) => '(1 2 3) */
export function cons(x, xs) {
  if (isInfinite(xs)) {
    return new LazySeq(function* () {
      yield x;
      yield* xs;
    }, Infinity);
  }
  return listFrom([x, ...asArray(xs, "cons")]);
}

/**
 * (concat & xss): The items of all, one after the other, as a list.
 * Example: (concat [1] #{2} nil '(3)) => '(1 2 3)
 */
export function concat(...xss) {
  if (xss.some(isInfinite)) {
    return new LazySeq(function* () {
      for (const xs of xss) yield* walk(xs, "concat");
    }, Infinity);
  }
  const out = new List();
  for (const xs of xss) for (const x of walk(xs, "concat")) out.push(x);
  return out;
}

/**
 * (conj xs & items): xs with the items added: at the end of an array, the start of a list; a map takes [key value]
 * or a map.
 * Example: (conj [1] 2 3) => [1 2 3]
 */
export function conj(xs, ...items) {
  if (isJsArray(xs)) return xs instanceof List ? listFrom([...items.reverse(), ...xs]) : [...xs, ...items];
  if (xs === null || xs === undefined) return items;
  if (xs instanceof LazySeq) return items.reduce((seq, x) => cons(x, seq), xs);
  const ops = pyOps(xs);
  if (ops && ops.kind(xs) === "tuple") return [...xs, ...items];
  return conj$b(copyOf(xs, "conj"), ...items);
}

/** (conj! xs & items): Add the items to xs itself; returns it. Example: (conj! [1] 2) => [1 2] */
export function conj$b(xs, ...items) {
  const ops = pyOps(xs);
  for (const item of items) {
    if (ops) conjPython(ops, xs, item);
    else if (xs instanceof List) xs.unshift(item);
    else if (Array.isArray(xs)) xs.push(item);
    else if (xs instanceof Set) xs.add(memberKey(xs, item));
    else if (xs instanceof Map) for (const [k, v] of entriesToAdd(item)) xs.set(memberKey(xs, k), v);
    else if (isRecord(xs)) for (const [k, v] of entriesToAdd(item)) setField(xs, k, v, "conj");
    else throw wrongType("conj", "a collection", xs);
  }
  return xs;
}

function conjPython(ops, xs, item) {
  const kind = ops.kind(xs);
  if (kind === "dict") for (const [k, v] of entriesToAdd(item)) ops.setitem(xs, k, v);
  else if (kind === "set") xs.add(item);
  else if (kind === "list") xs.append(item);
  else throw wrongType("conj", "a collection that can grow", xs);
}

/** What `conj` may add to a map: one [key value], or all entries of a map. */
function entriesToAdd(item) {
  if (Array.isArray(item) && item.length === 2) return [item];
  if (item === null || item === undefined || item instanceof Map || isRecord(item)) return walk(item, "conj");
  if (pyOps(item)) return pyOps(item).kind(item) === "dict" ? walk(item, "conj") : [Array.from(item)];
  throw wrongType("conj", "a [key value] pair or a map", item);
}

/** Set an own property, `__proto__` included, and never somebody's prototype. */
export function setField(object, key, value, who) {
  const name = propKey(key, who);
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}

/** A shallow copy of the same kind; an instance keeps its class. Python objects copy themselves. */
export function copyOf(x, who) {
  if (x === null || typeof x !== "object") {
    if (pyOps(x) === undefined) throw wrongType(who, "a collection", x);
  }
  const ops = pyOps(x);
  if (ops) {
    if (typeof x.copy !== "function") throw wrongType(who, "something that can be copied", x);
    return x.copy();
  }
  if (x instanceof List) return listFrom(x);
  if (Array.isArray(x)) return x.slice();
  if (ArrayBuffer.isView(x)) return x.slice();
  if (x instanceof Map) return new Map(x);
  if (x instanceof Set) return new Set(x);
  if (x instanceof Date) return new Date(x);
  if (!isRecord(x)) throw wrongType(who, "a collection", x);
  const proto = Object.getPrototypeOf(x);
  if (proto === Object.prototype) return { ...x };
  return Object.defineProperties(Object.create(proto), Object.getOwnPropertyDescriptors(x));
}

/** (into to from): The items of from added to a copy of to, as `conj` does. Example: (into #{1} [1 2]) => #{1 2} */
export function into(to, from) {
  if (arguments.length > 2) throw new TypeError("into: expected two collections; map or filter the second one first");
  if (to === null || to === undefined) return Array.from(asArray(from, "into"));
  if (to instanceof LazySeq) return conj(to, ...asArray(from, "into"));
  if (isJsArray(to)) {
    const items = asArray(from, "into");
    return to instanceof List ? listFrom([...Array.from(items).reverse(), ...to]) : to.concat(items);
  }
  if (to instanceof Set && !pyOps(to)) return setOf([to, from], "into");
  const ops = pyOps(to);
  const out = ops && ops.kind(to) === "tuple" ? Array.from(to) : copyOf(to, "into");
  for (const x of walk(from, "into")) conj$b(out, x);
  return out;
}

/** A Set of all items, equal composite ones only once. */
export function setOf(collections, who) {
  const out = new Set();
  let composites;
  for (const xs of collections) {
    for (const x of walk(xs, who)) {
      if ((typeof x !== "object" || x === null) && typeof x !== "bigint") out.add(x === undefined ? null : x);
      else {
        composites ??= new EqualMap();
        if (!composites.has(x)) {
          composites.set(x, true);
          if (typeof x !== "bigint" || !out.has(Number(x))) out.add(x);
        }
      }
    }
  }
  return out;
}

/** (reverse xs): The items in the opposite order. Example: (reverse [1 2 3]) => [3 2 1] */
export function reverse(xs) {
  return Array.from(asArray(xs, "reverse")).reverse();
}

// ---------------------------------------------------------------------------------------------- mixing

/**
 * (flatten xs): The items of nested sequences as one array (maps and sets stay whole).
 * Example: (flatten [1 [2 [3]]]) => [1 2 3]
 */
export function flatten(xs) {
  const out = [];
  const todo = [walk(xs, "flatten")[Symbol.iterator]()];
  while (todo.length > 0) {
    const { done, value } = todo[todo.length - 1].next();
    if (done) todo.pop();
    else if (Array.isArray(value) || value instanceof LazySeq) todo.push(walkFinite(value, "flatten"));
    else out.push(value);
  }
  return out;
}

function walkFinite(xs, who) {
  return (isInfinite(xs) ? asArray(xs, who) : xs)[Symbol.iterator]();
}

/** (distinct xs): Each item once, where it first came; by structure. Example: (distinct [1 [2] 1 [2]]) => [1 [2]] */
export function distinct(xs) {
  if (isJsArray(xs) && xs.every((x) => typeof x === "string" || typeof x === "number")) return [...new Set(xs)];
  return gather(isInfinite(xs), function* () {
    const seen = new EqualMap();
    for (const x of walk(xs, "distinct")) {
      if (seen.has(x)) continue;
      seen.set(x, true);
      yield x;
    }
  });
}

/** (dedupe xs): The items without those equal to the one before. Example: (dedupe [1 1 2 1]) => [1 2 1] */
export function dedupe(xs) {
  return gather(isInfinite(xs), function* () {
    let begun = false;
    let before;
    for (const x of walk(xs, "dedupe")) {
      if (!begun || !equal(x, before)) yield x;
      begun = true;
      before = x;
    }
  });
}

/**
 * (interleave & xss): The first of each, then the second of each.. up to the end of the shortest.
 * Example: (interleave [1 2] [:a :b]) => [1 :a 2 :b]
 */
export function interleave(...xss) {
  if (xss.length === 0) return [];
  return gather(xss.every(isInfinite), function* () {
    for (const items of together(xss, "interleave")) yield* items;
  });
}

/**
 * (zip & xss): Arrays of the first of each, the second of each.. up to the end of the shortest.
 * Example: (zip [1 2] "ab") => [[1 "a"] [2 "b"]]
 */
export function zip(...xss) {
  if (xss.length === 0) return [];
  return gather(xss.every(isInfinite), () => together(xss, "zip"));
}

/**
 * (enumerate xs) (enumerate xs start): [index item] arrays, the index from start (0).
 * Example: (enumerate "ab") => [[0 "a"] [1 "b"]]
 */
export function enumerate(xs, start = 0) {
  return gather(isInfinite(xs), function* () {
    let i = start;
    for (const x of walk(xs, "enumerate")) yield [i++, x];
  });
}

/** (interpose sep xs): The items with sep between them. Example: (interpose 0 [1 2 3]) => [1 0 2 0 3] */
export function interpose(sep, xs) {
  return gather(isInfinite(xs), function* () {
    let begun = false;
    for (const x of walk(xs, "interpose")) {
      if (begun) yield sep;
      begun = true;
      yield x;
    }
  });
}

/**
 * (partition n xs) (partition n step xs) (partition n step pad xs): Arrays of n items, each begun step (n) after
 * the last; what does not fill one is left out, or filled up from pad.
 * Example: (partition 2 [1 2 3]) => [[1 2]]
 */
export function partition(n, step, pad, xs) {
  if (arguments.length < 2) throw new TypeError("partition: expected a size and a collection");
  const items = arguments[arguments.length - 1];
  const filler = arguments.length > 3 ? pad : undefined;
  return chunks(n, arguments.length > 2 ? step : n, items, filler, "partition");
}

/**
 * (partition-all n xs) (partition-all n step xs): Like `partition`, but what is left makes a shorter array.
 * Example: (partition-all 2 [1 2 3]) => [[1 2] [3]]
 */
export function partition_all(n, step, xs) {
  if (arguments.length < 2) throw new TypeError("partition-all: expected a size and a collection");
  return chunks(n, arguments.length > 2 ? step : n, arguments[arguments.length - 1], [], "partition-all");
}

function chunks(n, step, xs, filler, who) {
  for (const size of [n, step]) {
    if (typeof size !== "number" || !(size >= 1)) {
      throw new RangeError(`${who}: expected a size of at least 1, got ${describe(size)}`);
    }
  }
  return gather(isInfinite(xs), function* () {
    let window = [];
    let skip = 0;
    for (const x of walk(xs, who)) {
      if (skip > 0) {
        skip--;
        continue;
      }
      window.push(x);
      if (window.length === n) {
        yield window;
        skip = Math.max(0, step - n);
        window = step < n ? window.slice(step) : [];
      }
    }
    while (filler !== undefined && window.length > 0) {
      const rest = window.slice(step);
      for (const x of walk(filler, who)) if (window.length < n) window.push(x);
      yield window;
      window = who === "partition-all" ? rest : [];
    }
  });
}

/**
 * (partition-by f xs): Arrays of neighbours for which f gives the same.
 * Example: (partition-by odd? [1 3 2]) => [[1 3] [2]]
 */
export function partition_by(f, xs) {
  const fn = toFn(f, "partition-by");
  return gather(isInfinite(xs), function* () {
    let group = [];
    let before;
    for (const x of walk(xs, "partition-by")) {
      const key = fn(x);
      if (isThenable(key)) throw promiseRefused("partition-by", "key function");
      if (group.length > 0 && !equal(key, before)) {
        yield group;
        group = [];
      }
      group.push(x);
      before = key;
    }
    if (group.length > 0) yield group;
  });
}

// ---------------------------------------------------------------------------------------------- order

/** A comparator for Array.sort from what the user gave: `compare`, `>`, (fn (a b) (- a b)), .. */
function comparator(f, who) {
  const fn = toFn(f, who);
  return (a, b) => {
    const answer = fn(a, b);
    if (typeof answer === "number") return answer;
    if (isThenable(answer)) throw promiseRefused(who, "comparator");
    return truthy(answer) ? -1 : truthy(fn(b, a)) ? 1 : 0;
  };
}

/** Sort a JavaScript array or Python list in place. */
export function sortInPlace(items, compare, who) {
  if (pyOps(items)) {
    const sorted = sortInPlace(Array.from(items), compare, who);
    items.clear();
    items.extend(sorted);
    return items;
  }
  if (compare !== undefined) return items.sort(comparator(compare, who));
  if (items.every((x) => typeof x === "string")) return items.sort();
  if (items.every((x) => typeof x === "number")) {
    const numbers = new Float64Array(items).sort(); // several times as fast as a comparator
    for (let i = 0; i < numbers.length; i++) items[i] = numbers[i];
    return items;
  }
  return items.sort(compareValues);
}

/**
 * (sort xs) (sort compare xs): The items in order, by `compare` or a function that says -1 0 1 or (before? a b).
 * Example: (sort > [1 3 2]) => [3 2 1]
 */
export function sort(compare, xs) {
  const given = arguments.length > 1;
  const items = [...asArray(given ? xs : compare, "sort")];
  for (let i = 0; i < items.length; i++) if (items[i] === undefined) items[i] = null; // JavaScript puts it last
  return sortInPlace(items, given ? compare : undefined, "sort");
}

/**
 * (sort-by f xs) (sort-by f compare xs): The items in the order of what f gives for them.
 * Example: (sort-by count ["aa" "b"]) => ["b" "aa"]
 */
export function sort_by(f, compare, xs) {
  const fn = toFn(f, "sort-by");
  const given = arguments.length > 2;
  const keyed = Array.from(asArray(given ? xs : compare, "sort-by"), (x) => {
    const key = fn(x);
    if (isThenable(key)) throw promiseRefused("sort-by", "key function");
    return [key, x];
  });
  const order = given ? comparator(compare, "sort-by") : compareValues;
  return keyed.sort((a, b) => order(a[0], b[0])).map((pair) => pair[1]);
}

/** (shuffle xs): The items in random order. Example: (count (shuffle [1 2 3])) => 3 */
export function shuffle(xs) {
  const out = Array.from(asArray(xs, "shuffle"));
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** (rand-nth xs): One of the items at random. Example: (rand-nth [7]) => 7 */
export function rand_nth(xs) {
  const items = asArray(xs, "rand-nth");
  if (items.length === 0) throw new RangeError("rand-nth: the collection is empty");
  return items[Math.floor(Math.random() * items.length)];
}

// ---------------------------------------------------------------------------------------------- groups

/** A plain object when all keys are strings and keywords of different names, else a Map. */
function mapFromEntries(entries) {
  const out = {};
  for (const [key, value] of entries) {
    if ((typeof key !== "string" && !isKeyword(key)) || Object.hasOwn(out, key)) return new Map(entries);
    setField(out, key, value, "group-by");
  }
  return out;
}

/**
 * (group-by f xs): A map from what f gives to the array of items that gave it; a Map when keys are not all strings
 * or keywords.
 * Example: (group-by first ["ab" "c" "ad"]) => {:a ["ab" "ad"] :c ["c"]}
 */
export function group_by(f, xs) {
  const fn = toFn(f, "group-by");
  const groups = new EqualMap();
  for (const x of walk(xs, "group-by")) {
    const key = fn(x);
    if (isThenable(key)) throw promiseRefused("group-by", "key function");
    const group = groups.get(key);
    if (group) group.push(x);
    else groups.set(key, [x]);
  }
  return mapFromEntries(groups.kept);
}

/**
 * (frequencies xs): A map from each item to how often it comes; a Map when items are not all strings or keywords.
 * Example: (frequencies "aab") => {:a 2 :b 1}
 */
export function frequencies(xs) {
  const counts = new EqualMap();
  for (const x of walk(xs, "frequencies")) counts.set(x, (counts.get(x) ?? 0) + 1);
  return mapFromEntries(counts.kept);
}
