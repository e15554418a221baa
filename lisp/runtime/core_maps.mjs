/**
 * Core functions on maps and by key: get, assoc, update, merge and their kin.
 *
 * In: plain objects, Maps, arrays (by index), class instances, Python dicts and lists, nil (an empty map).
 * Out: a changed copy of the same kind. Functions that end in `!` are in core_mutate.
 */

import {
  LazySeq, LispSymbol, asArray, asText, asWhole, describe, entryKey, hasMember, infinite, isComposite, isJsArray, isKeyword,
  isPlainObject, isRecord, isTypedArray, lookup, memberKey, propKey, pyOps, toFn, walk, wrongType,
} from "./data.mjs";
import { emptyMap } from "./forms.mjs";
import { together } from "./core_higher.mjs";
import { copyOf, keyToAdd, setField } from "./core_collections.mjs";
import { isInfinite, walkAll } from "./sequences.mjs";

// ---------------------------------------------------------------------------------------------- looking up

/**
 * (get m key) (get m key otherwise): The value at a key or index; nil (or `otherwise`) when there is none.
 * Example: (get {:a 1} :b 0) => 0
 */
export function get(m, key, otherwise = null) {
  return lookup(m, key, otherwise);
}

/**
 * (get-in m path) (get-in m path otherwise): The value at a path of keys.
 * Example: (get-in {:a [5 6]} [:a 1]) => 6
 */
export function get_in(m, path, otherwise = null) {
  let value = m;
  for (const key of walk(path, "get-in")) {
    value = lookup(value, key, NO_VALUE);
    if (value === NO_VALUE) return otherwise;
  }
  return value === undefined ? otherwise : value;
}

const NO_VALUE = Symbol("no value");

/**
 * (contains? m key): Is there such a key in a map, an index in a sequence, a member in a set?
 * Example: (contains? {:a nil} :a) => true
 */
export function contains$q(m, key) {
  return holdsKey(m, key, "contains?");
}

function holdsKey(m, key, who) {
  if (m === null || m === undefined) return false;
  const ops = pyOps(m);
  if (ops) {
    const kind = ops.kind(m);
    if (kind === "list" || kind === "tuple") return isIndex(key, () => ops.len(m));
    return ops.contains(m, key);
  }
  if (m instanceof Map) return m.has(entryKey(m, key));
  if (m instanceof Set) return hasMember(m, key);
  if (typeof m === "string" || Array.isArray(m) || isTypedArray(m)) {
    return isIndex(key, () => m.length);
  }
  if (m instanceof LazySeq) return lookup(m, key, NO_VALUE) !== NO_VALUE;
  if (typeof m !== "object" && typeof m !== "function") throw wrongType(who, "a collection", m);
  const name = isComposite(key) ? asText(key) : propKey(key, who);
  if (isComposite(name)) return false;
  return Object.hasOwn(m, name) || (!isPlainObject(m) && name in m && !(name in Object.prototype));
}

function isIndex(key, length) {
  const index = asWhole(key);
  return (typeof index === "bigint" || Number.isInteger(index)) && index >= 0 && index < length();
}

/** (has? m key): The same as `contains?`. Example: (has? #{1 2} 2) => true */
export function has$q(m, key) {
  return holdsKey(m, key, "has?");
}

/** (find m key): The [key value] of a key, nil when there is none. Example: (find {:a 1} :a) => [:a 1] */
export function find(m, key) {
  return holdsKey(m, key, "find") ? [key, lookup(m, key, null)] : null;
}

/** (keys m): The keys as an array, nil for nil; those of an object are strings. Example: (keys {:a 1}) => ["a"] */
export function keys(m) {
  if (m === null || m === undefined) return null;
  const ops = pyOps(m);
  if (ops ? ops.kind(m) === "dict" : m instanceof Map) return Array.from(m.keys());
  if (isRecord(m)) return Object.keys(m);
  throw wrongType("keys", "a map", m);
}

/** (vals m): The values as an array, nil for nil. Example: (vals {:a 1}) => [1] */
export function vals(m) {
  if (m === null || m === undefined) return null;
  const ops = pyOps(m);
  if (ops ? ops.kind(m) === "dict" : m instanceof Map) return Array.from(m.values());
  if (isRecord(m)) return Object.values(m);
  throw wrongType("vals", "a map", m);
}

/** (key entry): The key of a [key value] pair. Example: (key [:a 1]) => :a */
export function key(entry) {
  return lookup(entry, 0, null);
}

/** (val entry): The value of a [key value] pair. Example: (val [:a 1]) => 1 */
export function val(entry) {
  return lookup(entry, 1, null);
}

/** (entries m): The [key value] arrays of a map. Example: (entries {:a 1}) => [["a" 1]] */
export function entries(m) {
  return m === null || m === undefined ? [] : Array.from(walkAll(m, "entries"));
}

// ---------------------------------------------------------------------------------------------- changing copies

/**
 * (assoc m key value & more): A copy with the values at the keys (indices of an array, up to one past its end).
 * Example: (assoc {:a 1} :b 2) => {:a 1 :b 2}
 */
export function assoc(m, ...pairs) {
  checkPairs(pairs, "assoc");
  const out = copyForKeys(m, "assoc");
  for (let i = 0; i < pairs.length; i += 2) putKey(out, pairs[i], pairs[i + 1], "assoc");
  return out;
}

function assocAs(m, key, value, who) {
  const out = copyForKeys(m, who);
  putKey(out, key, value, who);
  return out;
}

/** Complain unless keys and values come in pairs. */
export function checkPairs(pairs, who) {
  if (pairs.length === 0) throw new TypeError(`${who}: expected a key and a value after the map`);
  if (pairs.length % 2 === 1) throw new TypeError(`${who}: the key ${describe(pairs[pairs.length - 1])} has no value`);
}

function copyForKeys(m, who) {
  if (m === null || m === undefined) return {};
  if (pyOps(m)?.kind(m) === "tuple") return Array.from(m);
  if (m instanceof Set || pyOps(m)?.kind(m) === "set") throw wrongType(who, "a map or an array", m);
  return m instanceof LazySeq ? Array.from(asArray(m, who)) : copyOf(m, who);
}

/** m[key] = value, in place, on whatever has keys or indices. */
export function putKey(m, key, value, who) {
  const ops = pyOps(m);
  if (ops) ops.setitem(m, key, value);
  else if (m instanceof Map) m.set(entryKey(m, key), value);
  else if (Array.isArray(m) || isTypedArray(m)) {
    const index = typeof key === "bigint" ? Number(key) : asWhole(key);
    if (!Number.isInteger(index)) throw wrongType(who, "an index", key);
    if (index < 0 || index > m.length || (index === m.length && !Array.isArray(m))) {
      throw new RangeError(`${who}: index ${index} is out of range for a sequence of ${m.length}`);
    }
    m[index] = value;
  } else if (m !== null && (typeof m === "object" || typeof m === "function") && !(m instanceof Set)) {
    setField(m, key, value, who);
  } else throw wrongType(who, "a map or an array", m);
}

/**
 * (assoc-in m path value): A copy with the value at a path of keys; missing levels become objects.
 * Example: (assoc-in {} [:a :b] 1) => {:a {:b 1}}
 */
export function assoc_in(m, path, value) {
  return changedIn(m, path, () => value, "assoc-in");
}

/** (update m key f & args): A copy with (f old & args) at the key. Example: (update {:a 1} :a + 10) => {:a 11} */
export function update(m, key, f, ...args) {
  const fn = toFn(f, "update");
  return assocAs(m, key, fn(lookup(m, key, null), ...args), "update");
}

/**
 * (update-in m path f & args): A copy with (f old & args) at a path of keys.
 * Example: (update-in {:a {:b 1}} [:a :b] inc) => {:a {:b 2}}
 */
export function update_in(m, path, f, ...args) {
  const fn = toFn(f, "update-in");
  return changedIn(m, path, (old) => fn(old, ...args), "update-in");
}

/** A copy with (change old) at a path of keys. */
export function changedIn(m, path, change, who) {
  const steps = asArray(path, who);
  if (steps.length === 0) throw new RangeError(`${who}: the path is empty`);
  const changed = (level, at) => {
    const key = steps[at];
    const old = lookup(level, key, null);
    return assocAs(level, key, at === steps.length - 1 ? change(old) : changed(old, at + 1), who);
  };
  return changed(m, 0);
}

/** (update-vals m f): A copy with f applied to every value. Example: (update-vals {:a 1} inc) => {:a 2} */
export function update_vals(m, f) {
  const fn = toFn(f, "update-vals");
  return mapEntries(m, (k, v) => [k, fn(v)], "update-vals");
}

/** (update-keys m f): A copy with f applied to every key. Example: (update-keys {:a 1} upper-case) => {:A 1} */
export function update_keys(m, f) {
  const fn = toFn(f, "update-keys");
  return mapEntries(m, (k, v) => [fn(k), v], "update-keys");
}

function mapEntries(m, change, who) {
  const asMap = m instanceof Map || pyOps(m)?.kind(m) === "dict";
  if (!asMap && m !== null && m !== undefined && !isRecord(m)) throw wrongType(who, "a map", m);
  const out = asMap ? emptyMap(m) : {};
  for (const entry of walk(m, who)) {
    const [k, v] = pairOf(entry, m, who);
    const [newKey, newValue] = change(k, v);
    putKey(out, newKey, newValue, who);
  }
  return out;
}

/** (dissoc m & keys): A copy without the keys. Example: (dissoc {:a 1 :b 2} :a) => {:b 2} */
export function dissoc(m, ...keys) {
  if (m === null || m === undefined) return null;
  if (isJsArray(m) || m instanceof Set) throw wrongType("dissoc", "a map", m);
  const out = copyOf(m, "dissoc");
  for (const key of keys) dropKey(out, key);
  return out;
}

/** Remove a key in place; nothing happens when it is not there. */
export function dropKey(m, key) {
  const ops = pyOps(m);
  if (ops) {
    if (ops.kind(m) === "set") m.discard(key);
    else if (ops.contains(m, key)) ops.delitem(m, key);
  } else if (m instanceof Map) m.delete(entryKey(m, key));
  else if (m instanceof Set) m.delete(memberKey(m, key));
  else delete m[propKey(key, "dissoc")];
}

/**
 * (merge & maps): One map of all entries; later ones win. The first says the kind.
 * Example: (merge {:a 1} nil {:a 2 :b 3}) => {:a 2 :b 3}
 */
export function merge(...maps) {
  return merged((_, value) => value, maps, "merge");
}

/**
 * (merge-with f & maps): Like `merge`, but (f old new) where a key comes again.
 * Example: (merge-with + {:a 1} {:a 2}) => {:a 3}
 */
export function merge_with(f, ...maps) {
  return merged(toFn(f, "merge-with"), maps, "merge-with");
}

function merged(fn, maps, who) {
  const given = maps.filter((m) => m !== null && m !== undefined);
  if (given.length === 0) return null;
  if (isJsArray(given[0]) || given[0] instanceof Set) throw wrongType(who, "maps", given[0]);
  return mergeInto(copyOf(given[0], who), fn, given.slice(1), who);
}

/** An entry of a map, or of a sequence of [key value] pairs. */
function pairOf(entry, m, who) {
  const items = Array.isArray(entry) ? entry : pyOps(entry) ? Array.from(entry) : null;
  if (items?.length !== 2) throw wrongType(who, "maps", m);
  return items;
}

/** The entries of maps into one of them; (fn old new) where a key comes again. */
export function mergeInto(out, fn, maps, who) {
  for (const m of maps) {
    for (const entry of walkAll(m, who)) {
      const [k, v] = pairOf(entry, m, who);
      if (out instanceof Map) {
        const key = keyToAdd(out, k, m);
        out.set(key, out.has(key) ? fn(out.get(key), v) : v);
        continue;
      }
      const old = lookup(out, k, NO_VALUE);
      putKey(out, k, old === NO_VALUE ? v : fn(old, v), who);
    }
  }
  return out;
}

/**
 * (select-keys m keys): A map of only those keys that are there.
 * Example: (select-keys {:a 1 :b 2} [:a :c]) => {:a 1}
 */
export function select_keys(m, wanted) {
  const out = m instanceof Map || pyOps(m)?.kind(m) === "dict" ? emptyMap(m) : {};
  for (const key of walkAll(wanted, "select-keys")) {
    if (contains$q(m, key)) putKey(out, key, lookup(m, key, null), "select-keys");
  }
  return out;
}

/**
 * (rename-keys m names): A copy with keys renamed as the map `names` says.
 * Example: (rename-keys {:a 1} {:a :b}) => {:b 1}
 */
export function rename_keys(m, names) {
  return mapEntries(m, (k, v) => [lookup(names, k, k), v], "rename-keys");
}

/**
 * (zipmap keys values): An object from keys and values; a Map when a key is no string, keyword or symbol.
 * Example: (zipmap [:a :b] [1 2]) => {:a 1 :b 2}
 */
export function zipmap(ks, vs) {
  if (isInfinite(ks) && isInfinite(vs)) throw infinite("zipmap");
  const pairs = Array.from(together([ks, vs], "zipmap"));
  const plain = pairs.every(([k]) => typeof k === "string" || isKeyword(k) || k instanceof LispSymbol);
  const out = plain ? {} : new Map();
  for (const [k, v] of pairs) {
    if (plain) setField(out, k, v, "zipmap");
    else out.set(memberKey(out, k), v);
  }
  return out;
}

/** (hash-map & keyvals): A Map, whose keys may be anything. Example: (get (hash-map 1 :one) 1) => :one */
export function hash_map(...pairs) {
  const out = new Map();
  if (pairs.length > 0) checkPairs(pairs, "hash-map");
  for (let i = 0; i < pairs.length; i += 2) out.set(memberKey(out, pairs[i]), pairs[i + 1]);
  return out;
}

/** (object & keyvals): A plain object. Example: (object :a 1) => {:a 1} */
export function object(...pairs) {
  const out = {};
  if (pairs.length > 0) checkPairs(pairs, "object");
  for (let i = 0; i < pairs.length; i += 2) setField(out, pairs[i], pairs[i + 1], "object");
  return out;
}
