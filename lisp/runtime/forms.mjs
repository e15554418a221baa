/**
 * Forms of code as data: what quasiquote builds and macros take apart.
 *
 * In: the parts of a form. Out: maps, sets and f-strings of code (ordered pairs, so that nothing is lost), symbols.
 */

import { LispSymbol, asArray } from "./data.mjs";

/** `(def-form map)` in a template: pairs in order, as macros see a map. */
export class MapForm {
  constructor(items) {
    this.items = items;
  }
}

export class SetForm {
  constructor(items) {
    this.items = items;
  }
}

export class FStringForm {
  constructor(parts) {
    this.parts = parts;
  }
}

export function mapForm(items) {
  return new MapForm(items);
}

export function setForm(items) {
  return new SetForm(items);
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
  if (xs === null || xs === undefined) return [];
  return xs instanceof MapForm || xs instanceof SetForm ? xs.items : asArray(xs, "~@");
}
