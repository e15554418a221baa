/**
 * Core functions that order and group collections.
 *
 * In: any collections, and functions that give a key or say which of two comes first. Out: fresh arrays, and maps
 * from a key to what belongs to it: keys are told apart by structure.
 */

import { asArray, holds, isKeyword, isPromise, promiseRefused, pyOps, toFn, truthy } from "./data.mjs";
import { setField } from "./core_collections.mjs";
import { EqualMap, compareValues } from "./equality.mjs";
import { walkAll } from "./sequences.mjs";

// ---------------------------------------------------------------------------------------------- order

/** A comparator for Array.sort from what the user gave: `compare`, `>`, (fn (a b) (- a b)), .. */
function comparator(f, who) {
  const fn = toFn(f, who);
  return (a, b) => {
    const answer = fn(a, b);
    if (typeof answer === "number") return answer;
    if (isPromise(answer)) throw promiseRefused(who, "comparator");
    return truthy(answer) ? -1 : holds(fn(b, a), who) ? 1 : 0;
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
    if (isPromise(key)) throw promiseRefused("sort-by", "key function");
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
  for (const x of walkAll(xs, "group-by")) {
    const key = fn(x);
    if (isPromise(key)) throw promiseRefused("group-by", "key function");
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
  for (const x of walkAll(xs, "frequencies")) counts.set(x, (counts.get(x) ?? 0) + 1);
  return mapFromEntries(counts.kept);
}
