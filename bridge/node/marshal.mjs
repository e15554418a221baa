/**
 * Values on the wire, both directions side by side; the mirror of `marshal.py`.
 * JavaScript's literals (Array, plain object, Map, Set, Date) are copied; functions, class instances, promises and
 * errors cross by handle; Python's objects come home as themselves.
 */
import { types } from "node:util";
import { PyError } from "./errors.mjs";
import { SORTS, TAGS, TRAITS } from "./protocol.mjs";

export const KEYWORD = Symbol.for("polyrepl.keyword");
const AS_ARRAY = Symbol.for("polyrepl.array");
const SORT = Object.fromEntries(SORTS.map((name, index) => [name, index]));
const FORMATS = {
  Int8Array: "i1", Uint8ClampedArray: "c1", Int16Array: "i2", Uint16Array: "u2", Int32Array: "i4", Uint32Array: "u4",
  BigInt64Array: "i8", BigUint64Array: "u8", Float16Array: "f2", Float32Array: "f4", Float64Array: "f8",
};
// What kind of typed array it is, also of a subclass; Buffer is a Uint8Array and has no entry: it crosses as bytes.
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const LARGE = 1 << 16;
const ARRAYS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, i8: BigInt64Array,
  u8: BigUint64Array, f2: globalThis.Float16Array, f4: Float32Array, f8: Float64Array,
};

/** Marks a value that is to cross by handle although its kind is copied. */
export class ByRef {
  constructor(value) {
    this.value = value;
  }
}

/** Interned keywords for calls from Python; a Lisp runtime installs its own maker. */
const keywords = new Map();
function plainKeyword(name) {
  let keyword = keywords.get(name);
  if (keyword === undefined) {
    keyword = (object) => object?.[name];
    Object.defineProperty(keyword, KEYWORD, { value: name });
    keyword.toString = keyword.toJSON = () => name;
    keywords.set(name, keyword);
  }
  return keyword;
}

export class Marshal {
  /** @param {import("./handles.mjs").Exports} exports @param {any} proxies knows and makes PyProxies */
  constructor(exports, proxies) {
    this.exports = exports;
    this.proxies = proxies;
    this.makeKeyword = plainKeyword;
    /** @type {{test: (x: any) => boolean, name: string, encode: (x: any) => any}[]} */
    this.custom = [];
    this.revive = new Map();
    /** Called with a promise that Python gets. @type {(promise: Promise<any>) => void} */
    this.onPromise = () => {};
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

  /** Wire form of a value. */
  encode(value) {
    switch (typeof value) {
      case "string":
        return value.isWellFormed() ? value : [TAGS.UNITS, Array.from({ length: value.length }, (_, i) => value.charCodeAt(i))];
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
        return this.byHandle(value);
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
        const wire = [TAGS.CUSTOM, entry.name, this.encode(entry.encode(value))];
        frame.seen = seen;
        return wire;
      }
    }
    if (this.proxies.foreign(value)) return this.byHandle(value); // a proxy of another bridge is no literal
    if (Array.isArray(value)) return this.#copy(value, TAGS.ARRAY);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      if (types.isModuleNamespaceObject(value) || Object.hasOwn(value, Symbol.toStringTag)) return this.byHandle(value);
      return this.#copy(value, TAGS.OBJECT);
    }
    if (ArrayBuffer.isView(value)) return this.#view(value);
    switch (prototype) {
      case Map.prototype:
        return this.#copy(value, TAGS.MAP);
      case Set.prototype:
        return this.#copy(value, TAGS.SET);
      case Date.prototype: {
        const time = value.getTime();
        return Math.abs(time) <= 62135596800000 ? [TAGS.DATE, time] : this.byHandle(value);
      }
      case ArrayBuffer.prototype:
      case SharedArrayBuffer.prototype:
        return this.#segment(TAGS.BYTES, new Uint8Array(value));
      case ByRef.prototype:
        return this.byHandle(value.value);
    }
    if (value instanceof PyError) return [TAGS.HOME, this.proxies.handleOf(value.exception)];
    const items = asItems(value);
    return items === undefined ? this.byHandle(value) : this.#copy(value, TAGS.ARRAY, items);
  }

  /** Handle form of any value that can have one. */
  byHandle(value) {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return this.encode(value);
    const home = this.proxies.handleOf(value);
    if (home !== undefined) return homeward(home);
    if (types.isPromise(value)) this.onPromise(value);
    return [TAGS.HANDLE, this.#give(value), this.proxies.foreign(value) ? 0 : traitsOf(value)];
  }

  #copy(value, tag, items = value) {
    const seen = (this.frame.seen ??= new Map());
    const number = seen.get(value);
    if (number !== undefined) return [TAGS.REF, number];
    seen.set(value, seen.size);
    const wire = [tag];
    if (tag === TAGS.ARRAY) {
      for (let index = 0; index < items.length; index++) wire.push(this.encode(items[index]));
    } else if (tag === TAGS.SET) {
      for (const item of value) wire.push(this.encode(item));
    } else if (tag === TAGS.MAP) {
      for (const [key, item] of value) wire.push(this.encode(key), this.encode(item));
    } else {
      for (const key of Object.keys(value)) wire.push(this.encode(key), this.encode(value[key]));
    }
    return wire;
  }

  #view(value) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const format = FORMATS[kindOf.call(value)];
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
    const wire = [tag, this.frame.size, bytes.byteLength];
    this.frame.segments.push(bytes);
    this.frame.size += bytes.byteLength;
    return wire;
  }

  /** Value of a wire form. @param {any} wire @param {Buffer} body @param {any[]} [shared] */
  decode(wire, body, shared) {
    if (typeof wire !== "object" || wire === null) return wire;
    switch (wire[0]) {
      case TAGS.HANDLE:
        return this.proxies.adopt(wire[1], wire[2], wire[3]);
      case TAGS.HOME:
        return this.exports.get(wire[1]);
      case TAGS.EXCEPTION:
        return this.proxies.adoptError(wire[1], wire[2], wire[3], wire[4]);
      case TAGS.FLOAT:
        return wire[1] === "nan" ? NaN : wire[1] === "inf" ? Infinity : -Infinity;
      case TAGS.INT:
        return wire[1][0] === "-" ? -BigInt(`0x${wire[1].slice(1)}`) : BigInt(`0x${wire[1]}`);
      case TAGS.BYTES:
        if (wire[2] >= LARGE) return new Uint8Array(body.buffer, body.byteOffset + wire[1], wire[2]);
        return new Uint8Array(body.subarray(wire[1], wire[1] + wire[2]));
      case TAGS.TYPED:
        return typed(wire, body);
      case TAGS.GRID:
        return grid(typed(wire, body), wire.slice(4), 0);
      case TAGS.KEYWORD:
        return this.makeKeyword(wire[1]);
      case TAGS.MISSING:
        return undefined;
      case TAGS.DATE:
        return new Date(wire[1]);
      case TAGS.REF:
        return shared[wire[1]];
      case TAGS.CUSTOM: {
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
        const result = {};
        all.push(result);
        for (let index = 1; index < wire.length; index += 2) {
          const key = wire[index];
          const item = this.decode(wire[index + 1], body, all);
          if (key === "__proto__") Object.defineProperty(result, key, { value: item, enumerable: true, configurable: true, writable: true });
          else result[this.decode(key, body, all)] = item;
        }
        return result;
      }
      case TAGS.MAP: {
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
    throw new TypeError(`unknown value ${JSON.stringify(wire).slice(0, 60)}`);
  }
}

function homeward(handle) {
  if (handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
  return [TAGS.HOME, handle];
}

/** Items of a sequence that says how it may be taken by value (a lazy one, say), undefined for anything else. */
function asItems(value) {
  let method;
  try {
    method = value[AS_ARRAY];
  } catch {
    return undefined; // a trap that throws is its owner's affair, not a reason not to pass it
  }
  return typeof method === "function" ? method.call(value) : undefined;
}

/** @param {any[]} wire @param {Buffer} body */
function typed(wire, body) {
  // A large frame owns its memory, so the array lies right in it.
  const at = body.byteOffset + wire[2];
  const kind = ARRAYS[wire[1]];
  if (wire[3] >= LARGE && at % 8 === 0) return new kind(body.buffer, at, wire[3] / kind.BYTES_PER_ELEMENT);
  return new kind(body.buffer.slice(at, at + wire[3]));
}

/** Arrays of arrays of rows, all over one buffer. */
function grid(flat, shape, start) {
  if (shape.length === 1) return flat.subarray(start, start + shape[0]);
  const rest = shape.slice(1);
  const step = rest.reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0] }, (_, index) => grid(flat, rest, start + index * step));
}

/** What a JS object is and can do, as Python's proxy classes know it. */
export function traitsOf(value) {
  let traits = 0;
  let sort = SORT.object;
  try {
    if (typeof value === "function") {
      traits |= TRAITS.CALLABLE;
      sort = /^class[\s{]/.test(Function.prototype.toString.call(value).slice(0, 6)) ? SORT.class : SORT.callable;
    } else if (Array.isArray(value)) {
      traits |= TRAITS.ARRAY_LIKE | TRAITS.SIZED;
      sort = SORT.list;
    } else if (value instanceof Map) {
      traits |= TRAITS.MAPPING | TRAITS.SIZED;
      sort = SORT.dict;
    } else if (value instanceof Set) {
      traits |= TRAITS.SIZED;
      sort = SORT.set;
    } else if (types.isModuleNamespaceObject(value)) {
      return SORT.module;
    } else if (value instanceof Error) {
      sort = SORT.error;
    }
    if (typeof value !== "function" || Object.hasOwn(value, "then")) {
      if (typeof value.then === "function") {
        traits |= TRAITS.AWAITABLE;
        if (sort === SORT.object) sort = SORT.promise;
      }
    }
    if (typeof value[Symbol.iterator] === "function") {
      traits |= TRAITS.ITERABLE;
      if (typeof value.next === "function") {
        traits |= TRAITS.ITERATOR;
        if (typeof value.return === "function" && typeof value.throw === "function") traits |= TRAITS.GENERATOR;
        if (sort === SORT.object) sort = SORT.iterator;
      }
    }
    if (typeof value[Symbol.asyncIterator] === "function") {
      traits |= TRAITS.ASYNC_ITERABLE;
      if (typeof value.next === "function") traits |= TRAITS.ASYNC_ITERATOR;
    }
    if (typeof value[Symbol.dispose] === "function") traits |= TRAITS.CONTEXT;
    if (typeof value[Symbol.asyncDispose] === "function") traits |= TRAITS.ASYNC_CONTEXT;
  } catch {
    // A throwing getter or trap: what is known so far is what it gets.
  }
  return traits | sort;
}
