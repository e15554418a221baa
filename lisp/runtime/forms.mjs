/**
 * Forms of code as data: what quasiquote builds and macros take apart.
 *
 * In: the parts of a form. Out: the Lisp's own data (objects, Maps, Sets, arrays, lists), symbols, f-strings. A Map or
 * Set of code finds its keys by structure as any does, but holds all that was written, so that nothing is lost.
 */

import { KEYWORD, LispSymbol, asArray, isKeyword } from "./data.mjs";
import { equal } from "./equality.mjs";

const AS_MAP = Symbol.for("polyrepl.map");

/** A map of code whose keys are not all keywords and strings: a Map that keeps every pair, and prints as source. */
export class MapForm extends Map {
  /** Python gets a dict of it, as of every map that is written down. */
  [AS_MAP]() {
    return new Map(this);
  }
}

/** An empty map of the kind of a Map: code stays code. @param {any} m */
export const emptyMap = (m) => (m instanceof MapForm ? new MapForm() : new Map());

/** An f-string of code: its texts, and each hole as an array of its one form. */
export class FStringForm {
  constructor(parts) {
    this.parts = parts;
  }

  equals(other) {
    return equal(this.parts, other.parts);
  }
}

/** Which keys of an object were strings in the source; for code that goes back to the compiler. */
export const STRING_KEYS = Symbol("string keys");

/** `{k v ..}` as data: a plain object when the keys are keywords and strings, all different; else a Map. */
export function mapForm(items) {
  if (items.length % 2 === 1) throw new TypeError("a map of code has a key but no value");
  const found = {};
  const strings = new Set();
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    const name = typeof key === "string" ? key : isKeyword(key) ? key[KEYWORD] : undefined;
    if (name === undefined || Object.hasOwn(found, name)) return mapOfPairs(items);
    if (typeof key === "string") strings.add(name);
    Object.defineProperty(found, name, { value: items[i + 1], writable: true, enumerable: true, configurable: true });
  }
  if (strings.size > 0) Object.defineProperty(found, STRING_KEYS, { value: strings });
  return found;
}

/** By identity: `{(f) 1 (f) 2}` is code with two calls. */
function mapOfPairs(items) {
  const out = new MapForm();
  for (let i = 0; i < items.length; i += 2) out.set(items[i], items[i + 1]);
  return out;
}

/** `#{..}` in a template; by identity, as code. */
export function setForm(items) {
  return new Set(items);
}

export function fstringForm(parts) {
  return new FStringForm(parts);
}

/** A symbol written in a template: its id says in which namespace. */
export function templateSymbol(name, id) {
  return new LispSymbol(name, id);
}

let freshCount = 0;

/** `x#`, `gensym`: a symbol that is equal to no other. */
export function freshSymbol(name) {
  freshCount++;
  return new LispSymbol(name, `g${freshCount}`);
}

/** What `~@` splices: nil is nothing. */
export function spliced(xs) {
  return xs === null || xs === undefined ? [] : asArray(xs, "~@");
}
