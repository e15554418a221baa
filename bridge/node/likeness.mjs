/**
 * How Python containers resemble JavaScript's: the methods of Array, Map, Set, Function that a PyProxy answers when
 * Python itself has no attribute of the name.
 * In: a proxy's traits and a name. Out: a method using `this`, or undefined.
 */
import { together } from "./ahead.mjs";
import { records } from "./handles.mjs";
import { LOOKS, OPS, SORT_BITS, SORTS, TAGS, TRAITS } from "./protocol.mjs";

const CLASS = SORTS.indexOf("class");
const SET = SORTS.indexOf("set");
const READERS = ["map", "filter", "forEach", "reduce", "reduceRight", "some", "every", "find", "findIndex", "findLast",
  "findLastIndex", "join", "includes", "indexOf", "lastIndexOf", "slice", "flat", "flatMap", "concat", "at", "entries",
  "keys", "values", "toSorted", "toReversed", "toSpliced", "with", "toLocaleString"];
const ask = (op, self, ...operands) => {
  const handler = records.get(self);
  return handler.all.ask(op, handler, ...operands);
};
const call = (self, name, ...args) => records.get(self).all.call(self, [name], args);

/** All items of a Python sequence as an Array of their proxies or values. */
function snapshot(self) {
  let [, iterator, done, items, error] = ask(OPS.iter, self, 1 << 16);
  const all = items;
  const sizes = new Map();
  const proxies = records.get(self).all;
  together(proxies, items, sizes);
  while (!done && error === undefined) {
    [done, items, error] = ask(OPS.next, iterator, 1 << 16);
    together(proxies, items, sizes);
    for (const item of items) all.push(item);
  }
  if (error !== undefined) throw error;
  return all;
}

/** A deep copy of Python's as JSON writes it: arrays of numbers as lists, dicts with other keys than texts as
 * objects, sets as lists, dates as their ISO text. Cycles stay, so that JSON.stringify refuses them as it does
 * JavaScript's own. */
function jsonable(value, seen) {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (records.has(value)) return seen.get(value) ?? jsonOf(value, seen);
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return Array.from(value, (item) => jsonable(item, seen));
  if (seen.has(value)) return seen.get(value);
  if (Array.isArray(value) || value instanceof Set) {
    const list = [];
    seen.set(value, list);
    for (const item of value) list.push(jsonable(item, seen));
    return list;
  }
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  if (!plain && !(value instanceof Map)) return value;
  const object = {};
  seen.set(value, object);
  for (const [key, item] of plain ? Object.entries(value) : value) {
    Object.defineProperty(object, String(key), { value: jsonable(item, seen), enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** What is no plain data, by what it can do: sequences, mappings and views by their items, instances by their public
 * attributes. Anything else has no JSON form; its attributes may go on for ever (a transposed table has a transposed).
 */
function jsonOf(proxy, seen) {
  const handler = records.get(proxy);
  const { all, traits } = handler;
  if (traits & TRAITS.MAPPING) {
    const object = {};
    seen.set(proxy, object);
    for (const [key, item] of pairs(proxy)) object[String(key)] = jsonable(copied(item), seen);
    return object;
  }
  if (traits & TRAITS.ARRAY_LIKE || (traits & TRAITS.ITERABLE && traits & TRAITS.SIZED)) {
    const list = [];
    seen.set(proxy, list);
    for (const item of snapshot(proxy)) list.push(jsonable(copied(item), seen));
    return list;
  }
  const isInstance = SORTS[traits & SORT_BITS] === "object";
  const own = isInstance && all.probe(proxy, "toJSON");
  if (typeof own === "function") return jsonable(copied(own()), seen);
  const fields = isInstance ? [...pairs(all.connection.request(OPS.operator, (m) => ["fields", m.encode(proxy)]))] : [];
  if (fields.length === 0) throw new TypeError(`a Python ${ask(OPS.describe, proxy).type} has no JSON form: convert it first`);
  const object = {};
  seen.set(proxy, object);
  for (const [name, value] of fields) object[name] = jsonable(copied(value), seen);
  return object;
}

/** A `toJSON` of Python's, called as JSON.stringify does: with the key, which is no argument that Python's may know. */
export function jsonBy(method) {
  return (...args) => jsonable(copied(method(...args.slice(0, method.length))), new Map());
}

/** A deep copy of what can be copied. */
const copied = (value) => (records.has(value) ? ask(OPS.convert, value, true) : value);

/** Keys and values of a Python mapping. */
function* pairs(proxy) {
  let [, iterator, done, items, error] = ask(OPS.iter, proxy, 512, true);
  for (;;) {
    yield* items;
    if (error !== undefined) throw error;
    if (done) return;
    [done, items, error] = ask(OPS.next, iterator, 512, true);
  }
}

const common = {
  toString() {
    return ask(OPS.str, this);
  },
  valueOf() {
    return this;
  },
  toJSON() {
    return jsonable(ask(OPS.convert, this, true), new Map());
  },
  destroy() {
    records.get(this).all.destroy(this);
  },
};
for (const name of ["hasOwnProperty", "propertyIsEnumerable", "isPrototypeOf", "toLocaleString"]) {
  common[name] = Object.prototype[name];
}

const array = {
  push(...items) {
    for (const item of items) call(this, "append", item);
    return ask(OPS.len, this);
  },
  shift() {
    if (ask(OPS.len, this) === 0) return undefined;
    const first = ask(OPS.getitem, this, 0);
    ask(OPS.delitem, this, 0); // a deque's pop takes no index
    return first;
  },
  unshift(...items) {
    items.forEach((item, index) => call(this, "insert", index, item));
    return ask(OPS.len, this);
  },
  splice(...args) {
    const before = snapshot(this);
    const size = before.length;
    const removed = before.splice(...args); // which knows what its arguments mean
    const items = args.slice(2);
    const start = Math.trunc(args[0]) || 0;
    if (removed.length > 0 || items.length > 0) splice(this, start < 0 ? Math.max(size + start, 0) : Math.min(start, size), removed.length, items);
    return removed;
  },
};

/** Items in the place of `count` others from an index on. @param {any} self @param {any[]} items */
function splice(self, start, count, items) {
  records.get(self).all.connection.request(OPS.operator, (m) => ["splice", m.encode(self), m.encode([start, count, items])]);
}

/** `self.length = length`: what is beyond goes. There are no holes. @param {any} self @param {any} length */
export function setLength(self, length) {
  const size = ask(OPS.len, self);
  if (!(Number.isInteger(length) && length >= 0 && length <= size)) throw new RangeError(`a Python sequence of ${size} items cannot be made one of ${length}`);
  if (length < size) splice(self, length, size - length, []);
}
for (const name of ["fill", "copyWithin"]) {
  array[name] = function (...args) {
    return Array.prototype[name].apply(this, args); // item by item
  };
}
for (const name of READERS) {
  array[name] = function (...args) {
    return Array.prototype[name].apply(snapshot(this), args);
  };
}

const map = {
  has(key) {
    return ask(OPS.contains, this, key);
  },
  set(key, value) {
    ask(OPS.setitem, this, key, value);
    return this;
  },
  delete(key) {
    if (!ask(OPS.contains, this, key)) return false;
    ask(OPS.delitem, this, key);
    return true;
  },
  forEach(fn, self) {
    for (const [key, value] of this) fn.call(self, value, key, this);
  },
  get(key) {
    return ask(OPS.getitem, this, key, true);
  },
  *keys() {
    for (const [key] of pairs(this)) yield key;
  },
  *values() {
    for (const [, value] of pairs(this)) yield value;
  },
  *entries() {
    yield* pairs(this);
  },
};

const set = {
  has: map.has,
  delete(key) {
    if (!ask(OPS.contains, this, key)) return false;
    call(this, "discard", key);
    return true;
  },
  forEach(fn, self) {
    for (const value of this) fn.call(self, value, value, this);
  },
  *values() {
    yield* this;
  },
};
set.keys = set.values;

/** A Date of the same moment answers for a datetime; what is finer than a millisecond is left out. */
const date = {};
for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (name === "toString" || name === "toJSON" || name === "constructor") continue;
  date[name] = name.startsWith("set")
    ? function () {
        throw new TypeError(`a Python ${ask(OPS.describe, this).type} cannot be changed: new Date(x.getTime()) gives a Date that can`);
      }
    : function (...args) {
        return dateOf(this)[name](...args);
      };
}

/** The moment of a datetime; an invalid one where there is none (NaT). @param {any} self */
const dateOf = (self) => ask(OPS.convert, self, true) ?? new Date(Number.NaN);

/** What a Python object is in arithmetic. @param {any} self */
export const numberOf = (self) => records.get(self).all.connection.request(OPS.operator, (m) => ["number", m.encode(self)]);

const fn = { call: Function.prototype.call, apply: Function.prototype.apply, bind: Function.prototype.bind };

/** What JavaScript code expects under a name that Python does not have. @param {any} handler @param {string} name */
export function fallback(handler, name) {
  const { traits } = handler;
  if (traits & TRAITS.DATE && Object.hasOwn(date, name)) return date[name];
  if (Object.hasOwn(common, name)) return common[name];
  if (name === "constructor") return constructorOf(traits);
  if (traits & TRAITS.PATH && URL_PARTS.has(name)) return urlPart(handler, name);
  if (name === "prototype" && (traits & SORT_BITS) === CLASS) return handler.all.classes.prototypeOf(handler);
  if (name === "__proto__") return constructorOf(traits).prototype;
  if (traits & TRAITS.BUFFER && name === "buffer") return bufferOf(handler.all.ask(OPS.convert, handler));
  if (traits & TRAITS.BUFFER && name === "byteLength") {
    return handler.all.connection.request(OPS.getattr, () => [handler.handle, ["nbytes"], LOOKS.PROBE]) ??
      bufferOf(handler.all.ask(OPS.convert, handler)).byteLength;
  }
  if (traits & TRAITS.ARRAY_LIKE) return Object.hasOwn(array, name) ? array[name] : undefined;
  if (traits & TRAITS.MAPPING) {
    if (name === "size") return handler.all.ask(OPS.len, handler);
    return Object.hasOwn(map, name) ? map[name] : undefined;
  }
  if ((traits & SORT_BITS) === SET) {
    if (name === "size") return handler.all.ask(OPS.len, handler);
    return Object.hasOwn(set, name) ? set[name] : undefined;
  }
  if (traits & TRAITS.CALLABLE) {
    // How many arguments it takes, and what it is called: libraries that curry and compose go by it.
    if (name === "length" || name === "name") return handler.all.ask(OPS.describe, handler, true)[name];
    return Object.hasOwn(fn, name) ? fn[name] : undefined;
  }
  return undefined;
}

// Node's file functions take a text, bytes or a file URL; a Path is one by the look of it.
const URL_PARTS = new Set(["href", "protocol", "hostname", "pathname"]);

function urlPart({ all, handle }, name) {
  if (name === "protocol") return "file:";
  if (name === "hostname") return "";
  const url = all.connection.request(OPS.operator, () => ["url", [TAGS.HOME, handle]]);
  return name === "href" ? url : url.slice("file://".length);
}

/** The memory of a copy: an ArrayBuffer that holds its numbers (all rows of a grid) and nothing else. */
function bufferOf(copy) {
  let rows = 1;
  let view = copy;
  for (; Array.isArray(view) && view.length > 0; view = view[0]) rows *= view.length;
  if (!ArrayBuffer.isView(view)) throw new TypeError("this Python object holds no plain numbers");
  const { buffer, byteOffset } = view;
  const size = view.byteLength * rows;
  return byteOffset === 0 && size === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + size);
}

function constructorOf(traits) {
  if (traits & TRAITS.ARRAY_LIKE) return Array;
  if (traits & TRAITS.CALLABLE) return Function;
  if (traits & TRAITS.DATE) return Date;
  return Object;
}
