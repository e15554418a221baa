/**
 * What compiled code calls in place of assoc, conj and their kin where nobody else holds the collection.
 *
 * In: a collection that compiled code made, an array, object, Map or Set, and never nil (lower/gathering.py says when).
 * Out: the very same one, changed as the copy would be; errors name the function of the source.
 */

import { asArray, isJsArray, isRecord, lookup, toFn, wrongType } from "./data.mjs";
import { grown, into } from "./core_collections.mjs";
import { changedIn, checkPairs, dropKey, mergeInto, putKey } from "./core_maps.mjs";
import { walkAll } from "./sequences.mjs";

/** `(assoc m key value & more)` */
export function assocOwn(m, ...pairs) {
  checkPairs(pairs, "assoc");
  for (let i = 0; i < pairs.length; i += 2) putKey(m, pairs[i], pairs[i + 1], "assoc");
  return m;
}

function put(m, key, value, who) {
  putKey(m, key, value, who);
  return m;
}

/** `(assoc-in m path value)` */
export function assocInOwn(m, path, value) {
  return changedInOwn(m, path, () => value, "assoc-in");
}

/** `(conj xs & items)` */
export function conjOwn(xs, ...items) {
  return grown(xs, items, "conj");
}

/** `(update m key f & args)` */
export function updateOwn(m, key, f, ...args) {
  const fn = toFn(f, "update");
  return put(m, key, fn(lookup(m, key, null), ...args), "update");
}

/** `(update-in m path f & args)`: the levels below may be somebody's, so they are copied. */
export function updateInOwn(m, path, f, ...args) {
  const fn = toFn(f, "update-in");
  return changedInOwn(m, path, (old) => fn(old, ...args), "update-in");
}

function changedInOwn(m, path, change, who) {
  const [key, ...below] = asArray(path, who);
  const old = lookup(m, key, null);
  if (below.length > 0) return put(m, key, changedIn(old, below, change, who), who);
  if (key === undefined) return changedIn(m, path, change, who);
  return put(m, key, change(old), who);
}

/** `(dissoc m & keys)` */
export function dissocOwn(m, ...keys) {
  if (isJsArray(m) || m instanceof Set) throw wrongType("dissoc", "a map", m);
  for (const key of keys) dropKey(m, key);
  return m;
}

/** `(disj s & xs)` */
export function disjOwn(s, ...xs) {
  if (!(s instanceof Set)) throw wrongType("disj", "a set", s);
  for (const x of xs) dropKey(s, x);
  return s;
}

/** `(merge m & maps)` */
export function mergeOwn(m, ...maps) {
  return mergedOwn((_, value) => value, m, maps, "merge");
}

/** `(merge-with f m & maps)` */
export function mergeWithOwn(f, m, ...maps) {
  return mergedOwn(toFn(f, "merge-with"), m, maps, "merge-with");
}

function mergedOwn(fn, m, maps, who) {
  if (isJsArray(m) || m instanceof Set) throw wrongType(who, "maps", m);
  return mergeInto(m, fn, maps.filter((other) => other !== null && other !== undefined), who);
}

/** `(into m from)`; the items of a set are looked up all at a time. */
export function intoOwn(m, from) {
  if (m instanceof Set) return into(m, from);
  if (isJsArray(m)) {
    const items = asArray(from, "into");
    for (let i = 0; i < items.length; i++) m.push(items[i]);
    return m;
  }
  if (m instanceof Map && isRecord(from)) return grown(m, [from], "into");
  for (const x of walkAll(from, "into")) grown(m, [x], "into");
  return m;
}
