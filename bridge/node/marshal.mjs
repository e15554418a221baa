/**
 * Values on the wire, both directions side by side; the mirror of `marshal.py`.
 * JavaScript's literals (Array, plain object, Map, Set, Date) are copied; functions, class instances, promises and
 * errors cross by handle; Python's objects come home as themselves.
 */
import { bytes, check, excerpt, isCount, rows, typed } from "./arrays.mjs";
import { Columns, integer, propertyKey, put } from "./columns.mjs";
import { isA, ProtocolError, PyError } from "./errors.mjs";
import { KEYWORD } from "./keywords.mjs";
import { isModuleNamespaceObject, isPromise, isProxy } from "./platform.mjs";
import { TAGS } from "./protocol.mjs";
import { SORT, traitsOf } from "./traits.mjs";
import { columnOf } from "./walking.mjs";

/** Methods of what is to cross as an Array or as a Map of its items; the tags of those. */
const AS_ITEMS = new Map([[Symbol.for("polyrepl.array"), TAGS.ARRAY], [Symbol.for("polyrepl.map"), TAGS.MAP]]);
const FORMATS = {
  Int8Array: "i1", Uint8ClampedArray: "c1", Int16Array: "i2", Uint16Array: "u2", Int32Array: "i4", Uint32Array: "u4",
  BigInt64Array: "i8", BigUint64Array: "u8", Float16Array: "f2", Float32Array: "f4", Float64Array: "f8",
};
// What kind of typed array it is, also of a subclass; Buffer is a Uint8Array and has no entry: it crosses as bytes.
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const MANY = 1_000_000;
const CONTAINERS = new Set([TAGS.ARRAY, TAGS.COLUMN, TAGS.OBJECT, TAGS.MAP, TAGS.SET]);
/** Whether what stands in a wire form behind its tag and the traits is a handle. */
const isHandle = (part, index) => index < 2 || (isCount(part) && part > 0);

/** A handle has been taken out of a wire form: see `refuse`. */
function taken(wire, value) {
  wire[0] = "";
  return value;
}

/** Marks a value that is to cross by handle although its kind is copied. */
export class ByRef {
  constructor(value) {
    this.value = value;
  }
}

export class Marshal {
  /**
   * @param {import("./handles.mjs").Exports} exports @param {any} proxies knows and makes PyProxies
   * @param {import("./keywords.mjs").Keywords} keywords
   * @param {(promise: Promise<any>) => void} given called with a promise that Python gets
   * @param {import("./plane.mjs").Plane} plane
   */
  constructor(exports, proxies, keywords, given, plane) {
    this.exports = exports;
    this.plane = plane;
    /** A function -> the Python dict of what Python's code has left on it (see functions.py). @type {WeakMap<Function, any>} */
    this.leftOn = new WeakMap();
    this.proxies = proxies;
    this.keywords = keywords;
    this.given = given;
    /** @type {{test: (x: any) => boolean, name: string, encode: (x: any) => any}[]} */
    this.custom = [];
    this.revive = new Map();
    /** @type {{seen: Map<any, number> | null, segments: Uint8Array[], size: number, given: number[]} | null} the frame being written */
    this.frame = null;
  }

  /** Begin a frame. Returns the state of the frame around it: encoding may run getters that call Python. */
  begin() {
    const outer = this.frame;
    this.frame = { seen: null, segments: [], size: 0, given: [] };
    return outer;
  }

  /** The frame is written or given up. */
  end(outer) {
    this.frame = outer;
  }

  /** Handle of a value that the frame being written mentions. */
  #give(value) {
    const handle = this.exports.add(value);
    this.frame.given.push(handle);
    return handle;
  }

  /** What was mentioned since there were `count` is never sent: nobody will give it back. */
  takeBack(count = 0) {
    for (const handle of this.frame.given.splice(count)) this.exports.release(handle, 1);
  }

  /** An array that is filled by hand, numbered as those that `encode` makes. */
  open() {
    const wire = [TAGS.ARRAY];
    const seen = (this.frame.seen ??= new Map());
    seen.set(wire, seen.size);
    return wire;
  }

  /** Wire form of a value that shares no part with others of the frame: as if it went alone. */
  encodeAlone(value) {
    const { frame } = this;
    const { seen } = frame;
    frame.seen = null;
    const wire = this.encode(value);
    frame.seen = seen;
    return wire !== null && typeof wire === "object" && CONTAINERS.has(wire[0]) ? [TAGS.CUSTOM, "", wire] : wire;
  }

  /** Wire form of a value. */
  encode(value) {
    switch (typeof value) {
      case "string":
        return value; // half a character too: JSON writes it as an escape
      case "number":
        if (Number.isSafeInteger(value)) return value === 0 && Object.is(value, -0) ? [TAGS.FLOAT, "-0"] : value;
        if (value !== value) return [TAGS.FLOAT, "nan"];
        if (Number.isInteger(value)) return [TAGS.FLOAT, String(value)];
        return Number.isFinite(value) ? value : [TAGS.FLOAT, value > 0 ? "inf" : "-inf"];
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "bigint":
        return [TAGS.INT, value < 0n ? `-${(-value).toString(16)}` : value.toString(16)];
      case "symbol":
        return [TAGS.HANDLE, this.#give(value), SORT.symbol];
      case "function": {
        const handle = this.proxies.handleOf(value);
        if (handle !== undefined) return homeward(handle);
        const name = value[KEYWORD];
        if (typeof name === "string") return name;
        const cls = this.proxies.classes.pythonOf(value);
        return cls === undefined ? this.byHandle(value) : homeward(this.proxies.handleOf(cls));
      }
    }
    if (value === null) return null;
    const handle = this.proxies.handleOf(value);
    if (handle !== undefined) return homeward(handle);
    if (this.custom.length > 0) {
      for (const entry of this.custom) {
        if (!entry.test(value)) continue;
        const { frame } = this;
        const { seen } = frame;
        frame.seen = null; // its containers are numbered by themselves
        try {
          return [TAGS.CUSTOM, entry.name, this.encode(entry.encode(value))];
        } finally {
          frame.seen = seen;
        }
      }
    }
    if (this.proxies.foreign(value)) return this.byHandle(value); // a proxy of another bridge is no literal
    const copied = copiedAs(value);
    if (copied !== undefined) return this.#copy(value, copied);
    const prototype = Object.getPrototypeOf(value);
    if (Array.isArray(value) || prototype === Object.prototype || prototype === null) return this.byHandle(value);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    switch (prototype) {
      case Date.prototype: {
        const time = value.getTime();
        return Math.abs(time) <= 62135596800000 ? [TAGS.DATE, time] : this.byHandle(value);
      }
      case ArrayBuffer.prototype:
      case SharedArrayBuffer.prototype:
        return this.#view(new Uint8Array(value));
      case ByRef.prototype:
        return this.byHandle(value.value);
    }
    if (value instanceof PyError && !this.proxies.foreign(value.exception)) return homeward(this.proxies.handleOf(value.exception));
    for (const [key, tag] of AS_ITEMS) {
      const items = asItems(value, key);
      if (items !== undefined) return this.#copy(value, tag, items);
    }
    return this.byHandle(value);
  }

  /** Wire form of what was thrown, whatever that does while it is looked at: an Error, and what cannot be copied, by handle. */
  encodeThrown(value) {
    const count = this.frame.given.length;
    try {
      return isA(value, Error) && !isA(value, PyError) ? this.byHandle(value) : this.encode(value);
    } catch {
      this.takeBack(count);
      return this.byHandle(value);
    }
  }

  /** Handle form of any value that can have one. */
  byHandle(value) {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return this.encode(value);
    const home = this.proxies.handleOf(value);
    if (home !== undefined) return homeward(home);
    if (isPromise(value)) this.given(value);
    const wire = [TAGS.HANDLE, this.#give(value), this.proxies.foreign(value) ? 0 : traitsOf(value)];
    const left = typeof value === "function" ? this.leftOn.get(value) : undefined;
    const kept = left && this.proxies.handleOf(left);
    if (kept > 0) wire.push(kept);
    return wire;
  }

  #copy(value, tag, items = value) {
    const seen = (this.frame.seen ??= new Map());
    const number = seen.get(value);
    if (number !== undefined) return [TAGS.REF, number];
    seen.set(value, seen.size);
    const wire = [tag];
    if (tag === TAGS.ARRAY) {
      for (let index = 0; index < items.length; index++) wire.push(this.encode(items[index]));
      return this.numbers(wire, 1) ?? wire;
    } else if (tag === TAGS.SET) {
      for (const item of items) wire.push(this.encode(item));
    } else if (tag === TAGS.MAP) {
      for (const [key, item] of items) wire.push(this.encode(key), this.encode(item));
    } else {
      for (const key of Object.keys(value)) wire.push(this.encode(key), this.encode(value[key]));
    }
    return wire;
  }

  /** Wire form of an Array of numbers, from one of their places on, as bytes; null of anything else. */
  numbers(items, from = 0) {
    const column = columnOf(items, from);
    return column === null ? null : [TAGS.COLUMN, this.#view(column)];
  }

  #view(value) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const format = FORMATS[kindOf.call(value)];
    const home = this.plane.homeOf(value.buffer);
    if (home !== undefined) return [TAGS.TYPED, format ?? "u1", [home, value.byteOffset], value.byteLength];
    if (format === undefined) return this.#segment(TAGS.BYTES, bytes);
    const { frame } = this;
    if (frame.size % 8 !== 0) {
      frame.segments.push(new Uint8Array(8 - (frame.size % 8)));
      frame.size += 8 - (frame.size % 8);
    }
    const wire = this.#segment(TAGS.TYPED, bytes);
    wire.splice(1, 0, format);
    return wire;
  }

  #segment(tag, bytes) {
    const piece = this.plane.copy(bytes);
    if (piece !== null) return [tag, [this.#give(piece), piece.offset, bytes.byteLength, 0], bytes.byteLength];
    const wire = [tag, this.frame.size, bytes.byteLength];
    this.frame.segments.push(bytes);
    this.frame.size += bytes.byteLength;
    return wire;
  }

  /** What is in a wire form and was not decoded never will be: its handles are given back. */
  refuse(wire) {
    for (const parts = [wire]; parts.length > 0; ) {
      const part = parts.pop();
      if (!Array.isArray(part)) continue;
      const [tag, first, second] = part;
      const where = tag === TAGS.BYTES ? first : tag === TAGS.TYPED || tag === TAGS.GRID ? second : null;
      let held = (tag === TAGS.HANDLE || tag === TAGS.EXCEPTION) && isCount(second) ? first : null;
      if (Array.isArray(where) && where.length === 4) held = where[0];
      if (tag === TAGS.HANDLES) {
        for (const handle of part.slice(2)) if (isCount(handle) && handle > 0) this.proxies.imports.refuse(handle);
        continue;
      }
      if (isCount(held) && held > 0) this.proxies.imports.refuse(held);
      else if (typeof tag !== "string" || where === null) for (const inner of part) parts.push(inner);
    }
  }

  /**
   * Value of a wire form.
   * @param {any} wire @param {Buffer} body @param {any[]} [shared]
   * @throws {ProtocolError} for one that makes no sense @throws what a type's own decoder throws
   */
  decode(wire, body, shared) {
    if (typeof wire !== "object" || wire === null) return wire;
    switch (wire[0]) {
      case TAGS.HANDLE:
        check(isCount(wire[1]) && isCount(wire[2]), wire);
        return taken(wire, this.proxies.adopt(wire[1], wire[2], isCount(wire[3]) ? wire[3] : 0));
      case TAGS.HOME:
        return this.exports.get(wire[1]);
      case TAGS.EXCEPTION:
        check(isCount(wire[1]) && isCount(wire[2]) && typeof wire[3] === "string" && typeof wire[4] === "string", wire);
        return taken(wire, this.proxies.adoptError(wire[1], wire[2], wire[3], wire[4], wire[5] === true, wire.length > 6 ? this.decode(wire[6], body) : null));
      case TAGS.FLOAT:
        check(wire[1] === "nan" || wire[1] === "inf" || wire[1] === "-inf", wire);
        return wire[1] === "nan" ? NaN : wire[1] === "inf" ? Infinity : -Infinity;
      case TAGS.INT:
        return integer(wire[1], wire);
      case TAGS.BYTES:
        return bytes(wire, body, this.plane);
      case TAGS.TYPED:
        return typed(wire, body, this.plane);
      case TAGS.GRID:
        return rows(wire, body, this.plane);
      case TAGS.KEYWORD:
        check(typeof wire[1] === "string", wire);
        return this.keywords.of(wire[1]);
      case TAGS.MISSING:
        return undefined;
      case TAGS.DATE:
        check(typeof wire[1] === "number", wire);
        return new Date(wire[1]);
      case TAGS.REF:
        check(shared !== undefined && Object.hasOwn(shared, wire[1]) && isCount(wire[1]), wire);
        return wire.length === 2 ? shared[wire[1]] : inner(shared[wire[1]], wire);
      case TAGS.CUSTOM: {
        check(typeof wire[1] === "string" && wire.length > 2, wire);
        const revive = this.revive.get(wire[1]);
        const value = this.decode(wire[2], body);
        return revive === undefined ? value : revive(value);
      }
    }
    const all = shared ?? [];
    switch (wire[0]) {
      case TAGS.ARRAY: {
        const result = [];
        all.push(result);
        for (let index = 1; index < wire.length; index++) result.push(this.decode(wire[index], body, all));
        return result;
      }
      case TAGS.OBJECT: {
        check(wire.length % 2 === 1, wire);
        const result = {};
        all.push(result);
        for (let index = 1; index < wire.length; index += 2) {
          const key = wire[index];
          const item = this.decode(wire[index + 1], body, all);
          put(result, typeof key === "string" ? key : propertyKey(this.decode(key, body, all), wire), item);
        }
        return result;
      }
      case TAGS.HANDLES: {
        check(isCount(wire[1]) && wire.every(isHandle), wire);
        const result = [];
        all.push(result);
        for (let index = 2; index < wire.length; index++) {
          result.push(this.proxies.adopt(wire[index], wire[1]));
          wire[index] = 0;
        }
        return result;
      }
      case TAGS.AS_IS:
        check(typeof wire[1] === "object" && wire[1] !== null, wire);
        all.push(wire[1]);
        return wire[1];
      case TAGS.TEXTS: {
        check(typeof wire[1] === "string", wire);
        const parts = wire[1].split("\x7f");
        all.push(parts);
        return parts;
      }
      case TAGS.ROWS:
        return new Columns(this, body, all).rows(wire);
      case TAGS.LISTS:
        return new Columns(this, body, all).lists(wire);
      case TAGS.COLUMN:
        return new Columns(this, body, all).array(wire);
      case TAGS.MAP: {
        check(wire.length % 2 === 1, wire);
        const result = new Map();
        all.push(result);
        for (let index = 1; index < wire.length; index += 2) {
          const key = this.decode(wire[index], body, all);
          result.set(key, this.decode(wire[index + 1], body, all));
        }
        return result;
      }
      case TAGS.SET: {
        const result = new Set();
        all.push(result);
        for (let index = 1; index < wire.length; index++) result.add(this.decode(wire[index], body, all));
        return result;
      }
    }
    throw new ProtocolError(`unknown value ${excerpt(wire)}`);
  }
}

/** A container inside of one that came as it is. */
function inner(value, wire) {
  for (const key of wire.slice(2)) {
    check(typeof value === "object" && value !== null && Object.hasOwn(value, key), wire);
    value = value[key];
  }
  return value;
}

/** The tag of an object that is copied item by item when it crosses; undefined for any other. A Proxy is somebody's live
 * object, whatever it looks like (a draft of immer's, a store's state): what is done to a copy would be lost. */
export function copiedAs(value) {
  if (isProxy(value)) return undefined;
  if (Array.isArray(value)) return isSparse(value) ? undefined : TAGS.ARRAY;
  const prototype = Object.getPrototypeOf(value);
  switch (prototype) {
    case Object.prototype:
    case null:
      return isModule(value) || hasSymbols(value) ? undefined : TAGS.OBJECT;
    case Map.prototype:
      return TAGS.MAP;
    case Set.prototype:
      return TAGS.SET;
  }
  return isBare(prototype) && !hasSymbols(value) ? TAGS.OBJECT : undefined;
}

/** Whether a prototype gives its objects nothing: how fast libraries make theirs (the query of a request of fastify's). */
const isBare = (prototype) => Object.getPrototypeOf(prototype) === null && Reflect.ownKeys(prototype).length === 0;

/** A module, also one that a transpiler has made a module of CommonJS (`require("zod").z`). */
const isModule = (value) => isModuleNamespaceObject(value) || Object.hasOwn(value, "__esModule");

/** Whether there is more to an object than keys and values: what it does under symbols (iterates, disposes, keeps its
 * state as fastify's servers do) would be lost in a copy. One that nobody lists is nobody's data, but for its tag. */
function hasSymbols(object) {
  const symbols = Object.getOwnPropertySymbols(object);
  return symbols.length > 0 && symbols.some((key) => key === Symbol.toStringTag || Object.prototype.propertyIsEnumerable.call(object, key));
}

/** Whether an array has very many places, most of them empty, by a look at some. */
function isSparse(array) {
  if (array.length <= MANY) return false;
  let empty = 0;
  for (let at = 0; at < 64; at++) if (!(Math.floor((array.length / 64) * at) in array)) empty += 1;
  return empty > 32;
}

function homeward(handle) {
  if (handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
  return [TAGS.HOME, handle];
}

/** Items of a collection that says how it may be taken by value (a lazy sequence, say), undefined for anything else. */
function asItems(value, key) {
  let method;
  try {
    method = value[key];
  } catch {
    return undefined; // a trap that throws is its owner's affair, not a reason not to pass it
  }
  return typeof method === "function" ? method.call(value) : undefined;
}
