/**
 * Core functions that change what they are given, marked by `!`, and the copies that protect from it.
 *
 * In: arrays, objects, Maps, Sets, Python lists, dicts and sets. Out: mostly the very same collection.
 */

import { LazySeq, isTypedArray, lookup, pyOps, toFn, wrongType } from "./data.mjs";
import { appendTo, copyOf } from "./core_collections.mjs";
import { checkPairs, dropKey, putKey } from "./core_maps.mjs";
import { sortInPlace } from "./core_order.mjs";

function checkArray(xs, who) {
  if (!Array.isArray(xs)) throw wrongType(who, "an array", xs);
  return pyOps(xs);
}

/** (push! xs & items): Append the items to an array in place; returns it. Example: (push! [1] 2 3) => [1 2 3] */
export function push$b(xs, ...items) {
  const ops = checkArray(xs, "push!");
  if (ops) for (const item of items) appendTo(xs, item);
  else for (const item of items) xs.push(item);
  return xs;
}

/** (pop! xs): Take the last item off an array in place; returns the item. Example: (pop! [1 2]) => 2 */
export function pop$b(xs) {
  const ops = checkArray(xs, "pop!");
  if (ops) return ops.len(xs) > 0 ? xs.pop() : null;
  return xs.pop() ?? null;
}

/** (shift! xs): Take the first item off an array in place; returns the item. Example: (shift! [1 2]) => 1 */
export function shift$b(xs) {
  const ops = checkArray(xs, "shift!");
  if (ops) return removeAtPython(ops, xs, 0);
  return xs.shift() ?? null;
}

function removeAtPython(ops, xs, i) {
  if (ops.len(xs) <= i) return null;
  const item = ops.getitem(xs, i);
  ops.delitem(xs, i);
  return item;
}

/**
 * (unshift! xs & items): Put the items before the others in place; returns the array.
 * Example: (unshift! [3] 1 2) => [1 2 3]
 */
export function unshift$b(xs, ...items) {
  const ops = checkArray(xs, "unshift!");
  if (ops) for (let i = items.length - 1; i >= 0; i--) xs.insert(0, items[i]);
  else xs.unshift(...items);
  return xs;
}

/**
 * (insert! xs i & items): Put the items before index i in place; returns the array.
 * Example: (insert! [1 3] 1 2) => [1 2 3]
 */
export function insert$b(xs, i, ...items) {
  const ops = checkArray(xs, "insert!");
  checkIndex(i, xs.length, "insert!");
  if (ops) for (let k = items.length - 1; k >= 0; k--) xs.insert(i, items[k]);
  else xs.splice(i, 0, ...items);
  return xs;
}

/**
 * (remove-at! xs i): Take the item at index i out in place; returns the item.
 * Example: (remove-at! [1 2 3] 1) => 2
 */
export function remove_at$b(xs, i) {
  const ops = checkArray(xs, "remove-at!");
  checkIndex(i, xs.length - 1, "remove-at!");
  return ops ? removeAtPython(ops, xs, i) : (xs.splice(i, 1)[0] ?? null);
}

function checkIndex(i, most, who) {
  if (!Number.isInteger(i)) throw wrongType(who, "an index", i);
  if (i < 0 || i > most) throw new RangeError(`${who}: index ${i} is out of range`);
}

/**
 * (assoc! m key value & more): Set the keys (or indices) of m itself; returns it.
 * Example: (assoc! {:a 1} :b 2) => {:a 1 :b 2}
 */
export function assoc$b(m, ...pairs) {
  checkPairs(pairs, "assoc!");
  for (let i = 0; i < pairs.length; i += 2) putKey(m, pairs[i], pairs[i + 1], "assoc!");
  return m;
}

/**
 * (assoc-in! m path value): Set the value at a path of keys in place; missing levels become objects.
 * Example: (assoc-in! {} [:a :b] 1) => {:a {:b 1}}
 */
export function assoc_in$b(m, path, value) {
  const steps = Array.from(path);
  if (steps.length === 0) throw new RangeError("assoc-in!: the path is empty");
  let level = m;
  for (const key of steps.slice(0, -1)) {
    let below = lookup(level, key, null);
    if (below === null) putKey(level, key, (below = {}), "assoc-in!");
    level = below;
  }
  putKey(level, steps[steps.length - 1], value, "assoc-in!");
  return m;
}

/**
 * (update! m key f & args): Put (f old & args) at the key of m itself; returns m.
 * Example: (update! {:a 1} :a inc) => {:a 2}
 */
export function update$b(m, key, f, ...args) {
  const fn = toFn(f, "update!");
  putKey(m, key, fn(lookup(m, key, null), ...args), "update!");
  return m;
}

/** (dissoc! m & keys): Remove the keys from m itself; returns it. Example: (dissoc! {:a 1 :b 2} :a) => {:b 2} */
export function dissoc$b(m, ...keys) {
  if (m === null || typeof m !== "object" || (Array.isArray(m) && !pyOps(m))) {
    if (!pyOps(m)) throw wrongType("dissoc!", "a map", m);
  }
  for (const key of keys) dropKey(m, key);
  return m;
}

/** (disj! s & xs): Remove the items from the set itself; returns it. Example: (disj! #{1 2} 2) => #{1} */
export function disj$b(s, ...xs) {
  if (!(s instanceof Set) && pyOps(s)?.kind(s) !== "set") throw wrongType("disj!", "a set", s);
  for (const x of xs) dropKey(s, x);
  return s;
}

/** (clear! xs): Remove everything from an array, map or set in place; returns it. Example: (clear! [1 2]) => [] */
export function clear$b(xs) {
  if (pyOps(xs) || xs instanceof Map || xs instanceof Set) xs.clear();
  else if (Array.isArray(xs)) xs.length = 0;
  else if (xs !== null && typeof xs === "object") for (const key of Object.keys(xs)) delete xs[key];
  else throw wrongType("clear!", "a collection", xs);
  return xs;
}

/**
 * (sort! xs) (sort! compare xs): Put an array in order in place, as `sort` does; returns it.
 * Example: (sort! [2 1]) => [1 2]
 */
export function sort$b(compare, xs) {
  const items = arguments.length > 1 ? xs : compare;
  checkArray(items, "sort!");
  return sortInPlace(items, arguments.length > 1 ? compare : undefined, "sort!");
}

/** (reverse! xs): Turn an array round in place; returns it. Example: (reverse! [1 2]) => [2 1] */
export function reverse$b(xs) {
  checkArray(xs, "reverse!");
  xs.reverse();
  return xs;
}

/** (aget xs i): The item at index i of an array. Example: (aget [1 2] 1) => 2 */
export function aget(xs, i) {
  return lookup(xs, i, null);
}

/** (aset xs i value): Set index i of an array in place; returns the value. Example: (aset [1 2] 0 5) => 5 */
export function aset(xs, i, value) {
  putKey(xs, i, value, "aset");
  return value;
}

/** (clone x): A shallow copy of a collection; anything else is itself. Example: (clone {:a 1}) => {:a 1} */
export function clone(x) {
  if (x === null || typeof x !== "object" || x instanceof LazySeq) return x;
  return copyOf(x, "clone");
}

/** (freeze x): Make an array or object unchangeable; returns it. Example: (freeze [1]) => [1] */
export function freeze(x) {
  return isTypedArray(x) || pyOps(x) ? x : Object.freeze(x);
}

/** (js-keys x): The names of an object's own properties. Example: (js-keys {:a 1}) => ["a"] */
export function js_keys(x) {
  if (x === null || (typeof x !== "object" && typeof x !== "function")) throw wrongType("js-keys", "an object", x);
  return Object.keys(x);
}
