/**
 * Many values that came as columns; the mirror of `bulk.py`.
 * In: wire forms of rows, lists and columns. Out: arrays of objects, of arrays, of any items. All containers are numbered
 * in the order in which Python has numbered them: an array, its rows, then what is in them.
 */
import { check, isCount, typed } from "./arrays.mjs";
import { ProtocolError } from "./errors.mjs";
import { KEYWORD } from "./keywords.mjs";
import { TAGS } from "./protocol.mjs";

/** What a property may be called by. @param {any} key @param {any} wire */
export function propertyKey(key, wire) {
  check(typeof key !== "object" && (typeof key !== "function" || typeof key[KEYWORD] === "string"), wire);
  return key;
}

/** An item of an object that has just been made. */
export function put(object, key, value) {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** An integer that is written in hexadecimal digits. @param {any} digits @param {any} wire */
export function integer(digits, wire) {
  check(typeof digits === "string" && /^-?[0-9a-f]+$/i.test(digits), wire);
  try {
    return digits[0] === "-" ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
  } catch (error) {
    throw new ProtocolError(`an integer of ${digits.length} hexadecimal digits is too large (${error.message})`);
  }
}

export class Columns {
  /**
   * @param {any} marshal decodes everything else @param {Buffer} body @param {any[]} all the containers so far
   */
  constructor(marshal, body, all) {
    this.marshal = marshal;
    this.body = body;
    this.all = all;
  }

  decode(wire) {
    return this.marshal.decode(wire, this.body, this.all);
  }

  /** Objects of the same keys, or arrays of as many items. */
  rows(wire) {
    const [, count, keys, ...columns] = wire;
    check(isCount(count) && Array.isArray(keys) && columns.length > 0, wire);
    check(keys.length === columns.length || keys.length === 0, wire);
    // Nothing is made for a number that the columns do not bear out.
    for (const column of columns) check(this.#length(column, wire) === count, wire);
    const rows = [];
    this.all.push(rows);
    for (let index = 0; index < count; index++) {
      rows.push(keys.length === 0 ? [] : {});
      this.all.push(rows[index]);
    }
    for (let at = 0; at < columns.length; at++) {
      const items = this.items(columns[at], wire);
      check(items.length === count, wire);
      if (keys.length === 0) for (let index = 0; index < count; index++) rows[index].push(items[index]);
      else {
        const key = propertyKey(keys[at], wire);
        for (let index = 0; index < count; index++) put(rows[index], key, items[index]);
      }
    }
    return rows;
  }

  /** Arrays of any lengths. */
  lists(wire) {
    const lengths = this.#counts(wire[1], wire);
    const lists = [];
    this.all.push(lists);
    for (let index = 0; index < lengths.length; index++) {
      lists.push([]);
      this.all.push(lists[index]);
    }
    const items = this.items(wire[2], wire);
    let at = 0;
    for (let index = 0; index < lengths.length; index++) {
      const list = lists[index];
      check(lengths[index] >= 0 && at + lengths[index] <= items.length, wire);
      for (const end = at + lengths[index]; at < end; at++) list.push(items[at]);
    }
    check(at === items.length, wire);
    return lists;
  }

  /** The array of a column's items. */
  array(wire) {
    const made = [];
    this.all.push(made);
    const items = this.items(wire[1], wire);
    for (let index = 0; index < items.length; index++) made.push(items[index]);
    return made;
  }

  /** What is in a column: an array, or a typed one. */
  items(column, wire) {
    check(Array.isArray(column), wire);
    switch (column[0]) {
      case TAGS.TYPED:
        return this.#typed(column, wire);
      case TAGS.AS_IS:
        return column.slice(1);
      case TAGS.DATES:
        return Array.from(this.#moments(column), (moment) => (Number.isNaN(moment) ? null : new Date(moment)));
      case TAGS.ITEMS:
        return this.#each(column, (item) => this.decode(item));
      case TAGS.WHOLE:
        return this.#each(column, (item) => (typeof item === "string" ? integer(item, column) : item));
      case TAGS.PICKS:
        return this.#picks(column);
    }
    check(false, wire);
  }

  #each(column, make) {
    const items = [];
    for (let index = 1; index < column.length; index++) items.push(make(column[index]));
    return items;
  }

  #picks(column) {
    const made = column[1] === null ? [] : this.decode(column[1]);
    check(Array.isArray(made), column);
    if (column.length < 3) return made;
    const items = [];
    for (const number of this.#counts(column[2], column)) {
      const item = number < 0 ? made[-1 - number] : this.all[number];
      check(typeof item === "object" && item !== null, column);
      items.push(item);
    }
    return items;
  }

  #typed(column, wire) {
    check(Array.isArray(column) && column[0] === TAGS.TYPED, wire);
    return typed(column, this.body, this.marshal.plane);
  }

  #moments(column) {
    const moments = this.#typed(column[1], column);
    check(moments instanceof Float64Array, column);
    return moments;
  }

  #counts(column, wire) {
    const counts = this.#typed(column, wire);
    check(counts instanceof Int32Array, wire);
    return counts;
  }

  /** How many items a column says that it has, or an array. */
  #length(column, wire) {
    check(Array.isArray(column), wire);
    switch (column[0]) {
      case TAGS.TYPED:
        return this.#typed(column, wire).length;
      case TAGS.DATES:
        return this.#moments(column).length;
      case TAGS.PICKS:
        return this.#length(column[2] ?? column[1], wire);
      case TAGS.ROWS:
        return column[1];
      case TAGS.LISTS:
      case TAGS.COLUMN:
        return this.#length(column[1], wire);
    }
    // A container that came as it is; else items behind a tag.
    return column[0] === TAGS.AS_IS && Array.isArray(column[1]) ? column[1].length : column.length - 1;
  }
}
