/**
 * Core functions that join and split collections.
 *
 * In: any collections (see core_seq). Out: fresh ones; `conj`, `into` and `empty` keep the kind of what they extend.
 * What has composite items or keys is grouped by structure: `(distinct [[1] [1]])` is `[[1]]`.
 */

import {
  LazySeq, List, asArray, asWhole, describe, fieldKey, infinite, isJsArray, isKeyword, isRecord, isPromise, listFrom,
  memberKey, promiseRefused, propKey, pyOps, toFn, walk, wrongType,
} from "./data.mjs";
import { MapForm } from "./forms.mjs";
import { together } from "./core_higher.mjs";
import { EqualMap, equal } from "./equality.mjs";
import { LazyArray, collectedList, gather, isEndless, isInfinite, isOpen, walkAll } from "./sequences.mjs";

// ---------------------------------------------------------------------------------------------- adding

/** (cons x xs): x before the items, as a list. Example: (cons 1 [2 3]) => '(1 2 3) */
export function cons(x, xs) {
  if (isEndless(xs)) return joinedLazily([[x], xs]);
  if (isOpen(xs)) return collectedList(() => joinedItems([x], xs));
  return listFrom([x, ...asArray(xs, "cons")]);
}

/** One sequence after the other where one of them may have no end. */
function joinedLazily(xss) {
  const start = () => joined(xss);
  return xss.some(isInfinite) ? new LazySeq(start, Infinity) : new LazyArray(start, undefined, "()");
}

function* joined(xss) {
  for (const xs of xss) yield* walk(xs, "concat");
}

/**
 * (concat & xss): The items of all, one after the other, as a list.
 * Example: (concat [1] #{2} nil '(3)) => '(1 2 3)
 */
export function concat(...xss) {
  if (xss.some(isEndless)) return joinedLazily(xss);
  if (xss.some(isOpen)) return collectedList(() => joined(xss));
  const out = new List();
  for (const xs of xss) for (const x of walk(xs, "concat")) out.push(x);
  return out;
}

/**
 * (conj xs & items): xs with the items added: at the end of an array, the start of a list (nil is an empty one); a
 * map takes [key value] or a map.
 * Example: (conj [1] 2 3) => [1 2 3]
 */
export function conj(xs, ...items) {
  if (isJsArray(xs)) return xs instanceof List ? listFrom([...items.reverse(), ...xs]) : [...xs, ...items];
  if (xs === null || xs === undefined) {
    if (arguments.length === 0) return [];
    return items.length === 0 ? null : listFrom(items.reverse());
  }
  if (xs instanceof LazyArray && xs.brackets === "[]") return gather([xs], () => concat(xs, items)[Symbol.iterator]());
  if (xs instanceof LazySeq) return items.reduce((seq, x) => cons(x, seq), xs);
  const ops = pyOps(xs);
  if (ops && ops.kind(xs) === "tuple") return [...xs, ...items];
  return grown(copyOf(xs, "conj"), items, "conj");
}

/** (conj! xs & items): Add the items to xs itself; returns it. Example: (conj! [1] 2) => [1 2] */
export function conj$b(xs, ...items) {
  return grown(xs, items, "conj!");
}

/** xs with the items added to it itself. */
export function grown(xs, items, who) {
  const ops = pyOps(xs);
  for (const item of items) {
    if (ops) conjPython(ops, xs, item, who);
    else if (xs instanceof List) xs.unshift(item);
    else if (Array.isArray(xs)) xs.push(item);
    else if (xs instanceof Set) xs.add(memberKey(xs, item));
    else if (xs instanceof Map) for (const [k, v] of entriesToAdd(item, who)) xs.set(keyToAdd(xs, k, item), v);
    else if (isRecord(xs)) for (const [k, v] of entriesToAdd(item, who)) setField(xs, k, v, who);
    else throw wrongType(who, "a collection", xs);
  }
  return xs;
}

function conjPython(ops, xs, item, who) {
  const kind = ops.kind(xs);
  if (kind === "dict") for (const [k, v] of entriesToAdd(item, who)) ops.setitem(xs, k, v);
  else if (kind === "set") xs.add(item);
  else if (kind === "list") appendTo(xs, item);
  else throw wrongType(who, "a collection that can grow", xs);
}

/** At the end of a Python sequence, or where a sorted one says that it belongs. */
export function appendTo(xs, item) {
  try {
    xs.append(item);
  } catch (error) {
    if (error.name !== "NotImplementedError" || typeof xs.add !== "function") throw error;
    xs.add(item);
  }
}

/** What `conj` may add to a map: one [key value], or all entries of a map. */
function entriesToAdd(item, who) {
  if (Array.isArray(item) && item.length === 2) return [item];
  if (item === null || item === undefined || item instanceof Map || isRecord(item)) return walk(item, who);
  if (pyOps(item)) return pyOps(item).kind(item) === "dict" ? walk(item, who) : [Array.from(item)];
  throw wrongType(who, "a [key value] pair or a map", item);
}

/** The key under which an entry of `from` goes into a Map: an equal one that is there, else its own. */
export function keyToAdd(map, key, from) {
  return typeof key === "string" && isRecord(from) && !pyOps(from) ? fieldKey(map, key) : memberKey(map, key);
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
    const kind = ops.kind(x);
    if (kind === "dict" || kind === "set" || kind === "list" || kind === "tuple") return ops.clone(x);
    if (typeof x.copy !== "function") throw wrongType(who, "something that can be copied", x);
    return x.copy();
  }
  if (x instanceof List) return listFrom(x);
  if (Array.isArray(x)) return x.slice();
  if (ArrayBuffer.isView(x)) return x.slice();
  if (x instanceof Map) return x instanceof MapForm ? new MapForm(x) : new Map(x);
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
    return to instanceof List ? listFrom([...Array.from(items).reverse(), ...to]) : [...to, ...items];
  }
  if (to instanceof Set && !pyOps(to)) return setOf([to, from], "into");
  const ops = pyOps(to);
  const out = ops && ops.kind(to) === "tuple" ? Array.from(to) : copyOf(to, "into");
  if (out instanceof Map && isRecord(from)) return grown(out, [from], "into");
  for (const x of walkAll(from, "into")) grown(out, [x], "into");
  return out;
}

/** A Set of all items, equal ones only once. */
export function setOf(collections, who) {
  const out = new Set();
  let known; // what needs a search: everything once there was an object or a BigInt
  for (const xs of collections) {
    for (const x of walkAll(xs, who)) {
      const type = typeof x;
      if (known === undefined && (type === "string" || type === "number" || type === "boolean" || isKeyword(x))) out.add(x);
      else {
        if (known === undefined) {
          known = new EqualMap();
          for (const item of out) known.set(item, true);
        }
        const item = x ?? null;
        if (!known.has(item)) {
          known.set(item, true);
          out.add(item);
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
  if (isEndless(xs) || isOpen(xs)) return gather([xs], () => flatItems([xs[Symbol.iterator]()]));
  const out = [];
  const todo = [walk(xs, "flatten")[Symbol.iterator]()];
  while (todo.length > 0) {
    const { done, value } = todo[todo.length - 1].next();
    if (done) todo.pop();
    else if (Array.isArray(value) || value instanceof LazySeq) {
      todo.push(walkAll(value, "flatten")[Symbol.iterator]());
      if (isEndless(value)) return new LazyArray(() => joinedItems(out, flatItems(todo)));
    } else out.push(value);
  }
  return out;
}

function* joinedItems(before, after) {
  yield* before;
  yield* after;
}

function* flatItems(todo) {
  while (todo.length > 0) {
    const { done, value } = todo[todo.length - 1].next();
    if (done) todo.pop();
    else if (Array.isArray(value) || value instanceof LazySeq) todo.push(value[Symbol.iterator]());
    else yield value;
  }
}

/** (distinct xs): Each item once, where it first came; by structure. Example: (distinct [1 [2] 1 [2]]) => [1 [2]] */
export function distinct(xs) {
  if (isJsArray(xs) && xs.every((x) => typeof x === "string" || typeof x === "number")) return [...new Set(xs)];
  return gather([xs], function* () {
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
  return gather([xs], function* () {
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
  return gather(xss, function* () {
    for (const items of together(xss, "interleave")) yield* items;
  });
}

/**
 * (zip & xss): Arrays of the first of each, the second of each.. up to the end of the shortest.
 * Example: (zip [1 2] "ab") => [[1 "a"] [2 "b"]]
 */
export function zip(...xss) {
  if (xss.length === 0) return [];
  return gather(xss, () => together(xss, "zip"));
}

/**
 * (enumerate xs) (enumerate xs start): [index item] arrays, the index from start (0).
 * Example: (enumerate "ab") => [[0 "a"] [1 "b"]]
 */
export function enumerate(xs, start = 0) {
  return gather([xs], function* () {
    let i = start;
    for (const x of walk(xs, "enumerate")) yield [i++, x];
  });
}

/** (interpose sep xs): The items with sep between them. Example: (interpose 0 [1 2 3]) => [1 0 2 0 3] */
export function interpose(sep, xs) {
  return gather([xs], function* () {
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

function chunks(length, every, xs, filler, who) {
  const [n, step] = [length, every].map(asWhole);
  for (const size of [n, step]) {
    if (typeof size !== "number" || !(size >= 1)) {
      throw new RangeError(`${who}: expected a size of at least 1, got ${describe(size)}`);
    }
  }
  if (n === Infinity && isInfinite(xs)) throw infinite(who);
  return gather([xs], function* () {
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
  return gather([xs], function* () {
    let group = [];
    let before;
    for (const x of walk(xs, "partition-by")) {
      const key = fn(x);
      if (isPromise(key)) throw promiseRefused("partition-by", "key function");
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
