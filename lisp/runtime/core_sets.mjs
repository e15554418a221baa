/**
 * Core functions on sets. In: Sets, Python sets, and any other collection where items are wanted. Out: fresh Sets, in
 * which equal composite items come once.
 */

import { pyOps, wrongType } from "./data.mjs";
import { copyOf, setOf } from "./core_collections.mjs";
import { dropKey } from "./core_maps.mjs";
import { EqualMap } from "./equality.mjs";
import { walkAll } from "./sequences.mjs";

/** (set xs): A Set of the items. Example: (set [1 2 1]) => #{1 2} */
export function set(xs) {
  return setOf([xs], "set");
}

/** (hash-set & xs): A Set of its arguments. Example: (hash-set 1 2 1) => #{1 2} */
export function hash_set(...xs) {
  return setOf([xs], "hash-set");
}

/** (disj s & xs): A copy of the set without the items. Example: (disj #{1 2} 2) => #{1} */
export function disj(s, ...xs) {
  if (s === null || s === undefined) return null;
  if (!(s instanceof Set) && pyOps(s)?.kind(s) !== "set") throw wrongType("disj", "a set", s);
  const out = copyOf(s, "disj");
  for (const x of xs) dropKey(out, x);
  return out;
}

/** (union & sets): The items that are in any. Example: (union #{1} #{2}) => #{1 2} */
export function union(...sets) {
  return setOf(sets, "union");
}

/** (intersection s & sets): The items that are in all. Example: (intersection #{1 2} #{2 3}) => #{2} */
export function intersection(s, ...sets) {
  return sifted(s, sets, (inOther) => inOther, "intersection");
}

/**
 * (difference s & sets): The items of s that are in none of the others.
 * Example: (difference #{1 2} #{2 3}) => #{1}
 */
export function difference(s, ...sets) {
  return sifted(s, sets, (inOther) => !inOther, "difference");
}

function sifted(s, sets, wanted, who) {
  let out = setOf([s], who);
  for (const other of sets) {
    const has = memberTest(other, who);
    out = new Set([...out].filter((x) => wanted(has(x))));
  }
  return out;
}

/** A fast test for being one of the items. */
function memberTest(xs, who) {
  const known = new EqualMap();
  for (const x of walkAll(xs, who)) known.set(x, true);
  return (x) => known.has(x);
}

/** (subset? a b): Are all items of a in b? Example: (subset? #{1} #{1 2}) => true */
export function subset$q(a, b) {
  return within(a, b, "subset?");
}

function within(a, b, who) {
  const has = memberTest(b, who);
  for (const x of walkAll(a, who)) if (!has(x)) return false;
  return true;
}

/** (superset? a b): Are all items of b in a? Example: (superset? #{1 2} #{1}) => true */
export function superset$q(a, b) {
  return within(b, a, "superset?");
}
