/**
 * PyProxy: a Python object seen from JavaScript.
 * In: a handle with its traits. Out: a Proxy that behaves as JavaScript code expects of such a thing: lists are
 * arrays, dicts Map-like, callables functions, awaitables thenables. `.name` is getattr and Python's own attribute
 * wins over Array's and Map's methods; `o[0]` on a sequence and `o["k"]` on a dict are items. What is missing is
 * undefined to JavaScript, to the Lisp an AttributeError.
 */
import { UNKNOWN, readAhead } from "./ahead.mjs";
import { Classes, DERIVE, isInstance } from "./classes.mjs";
import { PyError } from "./errors.mjs";
import { Imports, records } from "./handles.mjs";
import { Items } from "./items.mjs";
import { KEYWORD } from "./keywords.mjs";
import { fallback, jsonBy, numberOf, setLength } from "./likeness.mjs";
import { inspectKey } from "./platform.mjs";
import { LOOKS, OPS, SORT_BITS, SORTS, TAGS, TRAITS } from "./protocol.mjs";

export const PYTHON = Symbol.for("polyrepl.python");
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const WHOLE = /^(?:0|-?[1-9]\d{0,14})$/;
/** Who asks for an attribute. A trap cannot know, and what is missing depends on it: JavaScript looks what it was given
 * and takes undefined for an answer, to the Lisp it is an AttributeError. So compiled Lisp says of what it is about to
 * read: `$read(o).x`, which costs a store. One for all bridges of a program, since the code does not know whose `o` is;
 * it holds for the next look at that very object, which follows at once. */
const $read = (globalThis[Symbol.for("polyrepl.$read")] ??= makeRead());

function makeRead() {
  const read = (object) => (read.lisp = object);
  read.lisp = undefined;
  return read;
}

// What JavaScript may take for an Array.
const SEQUENCES = new Set(["object", "list", "tuple"].map((sort) => SORTS.indexOf(sort)));

class Target {}
class ListTarget extends Array {}
function showTarget() {
  const handler = records.get(this);
  return handler === undefined ? "PyProxy {}" : handler.all.show(this);
}
Target.prototype[inspectKey] = showTarget;
ListTarget.prototype[inspectKey] = showTarget;

export { records };

/**
 * What proxies ask of the connection that they belong to.
 * @typedef {{request(op: number, operands: (m: any) => any[]): any, post(op: number, operands: (m: any) => any[],
 *   signal?: AbortSignal, seen?: (value: any) => void): Promise<any>, flushSoon(): void,
 *   straight?: boolean, call?: (handle: number, path: string[] | null, args: any[]) => any}} Line `straight`: whether there is
 *   `call`, a shorter way for single values
 */

/** All living PyProxies of a connection. */
export class Proxies {
  /** @param {Line} connection @param {(proxies: Proxies) => object} operators makes what generic code does with them */
  constructor(connection, operators) {
    this.connection = connection;
    this.imports = new Imports(() => connection.flushSoon());
    this.ops = operators(this);
    this.classes = new Classes(this);
  }

  /** Python's handle of a proxy, undefined for anything else. */
  handleOf(value) {
    const handler = records.get(value);
    return handler !== undefined && handler.all === this ? handler.handle : undefined;
  }

  /** Whether a value is a PyProxy of another connection. */
  foreign(value) {
    const handler = records.get(value);
    return handler !== undefined && handler.all !== this;
  }

  /** @param {number} handle @param {number} traits @param {number} [bytes] what it holds in Python */
  adopt(handle, traits, bytes) {
    const known = this.imports.find(handle);
    if (known !== undefined) return known;
    const handler = new Handler(this, handle, traits);
    let target;
    if (traits & TRAITS.CALLABLE) {
      target = function () {}.bind(null);
      target[inspectKey] = showTarget;
    } else if (traits & TRAITS.ARRAY_LIKE && SEQUENCES.has(traits & SORT_BITS)) target = new ListTarget();
    else target = new Target();
    const proxy = new Proxy(target, handler);
    records.set(proxy, handler);
    this.imports.adopt(handle, proxy, bytes);
    return proxy;
  }

  /** The PyError of a live exception; the same exception gives the same PyError while that one lives. */
  adoptError(handle, traits, name, message, isCut, left = null) {
    const exception = this.adopt(handle, traits);
    const handler = records.get(exception);
    let error = handler.error?.deref();
    if (error === undefined) {
      error = new PyError(name, message, exception, isCut ? () => (left === null ? this.ask(OPS.str, handler) : exception.message) : null);
      if (left !== null) error.is(left);
      handler.error = new WeakRef(error);
    }
    return error;
  }

  /** Text for util.inspect. */
  show(proxy) {
    try {
      return this.ask(OPS.repr, records.get(proxy));
    } catch (error) {
      return `<PyProxy: ${error.message}>`;
    }
  }

  /** One request about a proxy; operands are converted. */
  ask(op, handler, ...operands) {
    if (handler.handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
    return this.connection.request(op, (m) => [handler.handle, ...operands.map((value) => m.encode(value))]);
  }

  /** `root.a.b(...args)` in one round trip. */
  call(root, path, args) {
    return this.called(records.get(root), path, args);
  }

  /** The same, of what stands behind a proxy. */
  called(handler, path, args) {
    const { connection } = this;
    if (connection.straight && handler?.handle >= 0 && args.every(isSingle)) return connection.call(handler.handle, path, args);
    return connection.request(OPS.call, (m) => callOperands(m, handler, path, args));
  }

  /** A promise of it. */
  post(root, path, args, signal) {
    return this.connection.post(OPS.call, (m) => callOperands(m, records.get(root), path, args), signal);
  }

  /** `root.name`; undefined when there is none, or nobody to ask. */
  probe(root, name) {
    const { handle } = records.get(root);
    return handle < 0 || this.connection.closed ? undefined : this.connection.request(OPS.getattr, () => [handle, [name], LOOKS.PROBE]);
  }

  /** `root.a.b` in one round trip. */
  get(root, path) {
    return path.length === 0 ? root : this.connection.request(OPS.getattr, () => [records.get(root).handle, path, LOOKS.CHAIN]);
  }

  /** Give an object back to Python now. */
  destroy(proxy) {
    const handler = records.get(proxy);
    if (handler === undefined || handler.handle < 0) return;
    const entry = this.imports.living.get(handler.handle);
    if (entry !== undefined) this.imports.gone(entry);
    handler.handle = -1;
  }
}

/** Whether a value is the same in both languages, however it crosses. */
function isSingle(value) {
  switch (typeof value) {
    case "number":
      return value !== 0 || !Object.is(value, -0); // Pyodide's zero has no sign
    case "string":
    case "boolean":
    case "undefined":
      return true;
  }
  return value === null;
}

/** Handle, path, where keyword arguments begin (-1: nowhere), arguments. */
function callOperands(marshal, handler, path, args) {
  if (handler === undefined) throw new TypeError("not a Python object");
  if (handler.handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
  return withArguments(marshal, [handler.handle, path, -1], args);
}

/** Behind the place where keyword arguments begin, which `wire` ends with, the arguments. */
export function withArguments(marshal, wire, args) {
  const split = wire.length - 1;
  for (let index = 0; index < args.length; index++) {
    const value = args[index];
    if (typeof value === "function" && typeof value[KEYWORD] === "string" && marshal.proxies.handleOf(value) === undefined) {
      if (wire[split] < 0) wire[split] = index;
      wire.push([TAGS.KEYWORD, value[KEYWORD]]);
    } else wire.push(marshal.encode(value));
  }
  return wire;
}

/** The traps of one proxy. */
class Handler {
  constructor(all, handle, traits) {
    this.all = all;
    this.handle = handle;
    this.traits = traits;
    this.error = undefined;
    /** The rows that it came with, and its place among them; see ahead.mjs. */
    this.rows = undefined;
    this.row = 0;
  }

  /** What looks behind proxies (`%o`, `showProxy`) is shown the object, none of the connection. */
  [inspectKey]() {
    return this.handle < 0 ? "PyProxy {}" : this.all.show(this.all.imports.find(this.handle));
  }

  get(target, key, receiver) {
    const lisp = $read.lisp === receiver && records.get(receiver) === this;
    if (lisp) $read.lisp = undefined;
    if (typeof receiver === "function" && (this.traits & SORT_BITS) === CLASS && !records.has(receiver)) {
      return this.all.classes.member(receiver, key); // a class of JavaScript that inherits from this one
    }
    if (typeof key === "symbol") return this.symbol(key, target);
    if (this.handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
    return lisp ? this.attribute(key) : this.property(key);
  }

  /** What JavaScript finds: its own protocols first (nobody is awaited for a method `then`), never an AttributeError. */
  property(key) {
    const { traits } = this;
    if (key === "then") return traits & TRAITS.AWAITABLE ? thenOf(this) : undefined;
    if (traits & TRAITS.ARRAY_LIKE) {
      if (key === "length") return this.all.ask(OPS.len, this);
      if (INDEX.test(key)) return this.all.ask(OPS.getitem, this, Number(key), true);
    }
    if (key === "prototype" && (traits & SORT_BITS) === CLASS) return fallback(this, key);
    const value = this.look(key, LOOKS.PROBE);
    if (key === "toJSON" && typeof value === "function") return jsonBy(value);
    return value === undefined ? fallback(this, key) : value;
  }

  /** What the Lisp finds: Python's attribute, whatever JavaScript means by the name; or what is like one in JavaScript.
   * @throws {PyError} AttributeError where there is neither */
  attribute(key) {
    const { traits } = this;
    if (traits & TRAITS.ARRAY_LIKE && INDEX.test(key)) return this.all.ask(OPS.getitem, this, Number(key), true);
    let other = fallback(this, key);
    if (key === "then" && traits & TRAITS.AWAITABLE) other = thenOf(this);
    else if (key === "length" && traits & TRAITS.ARRAY_LIKE) other = this.all.ask(OPS.len, this);
    const value = this.look(key, other === undefined ? LOOKS.READ : LOOKS.PROBE);
    return value === undefined ? other : value;
  }

  look(key, how) {
    if (this.rows !== undefined) {
      const item = readAhead(this, key, true);
      if (item !== UNKNOWN) return item;
    }
    return this.all.connection.request(OPS.getattr, () => [this.handle, [key], how]);
  }

  symbol(key, target) {
    const { traits } = this;
    switch (key) {
      case PYTHON:
        return this.all.ops;
      case DERIVE:
        return (traits & SORT_BITS) === CLASS ? this.all.classes.derive : undefined;
      case Symbol.iterator:
        return traits & TRAITS.ITERABLE ? iterate : undefined;
      case Symbol.asyncIterator:
        return traits & TRAITS.ASYNC_ITERABLE ? iterateAsync : undefined;
      case Symbol.toPrimitive:
        return toPrimitive;
      case Symbol.hasInstance:
        return (traits & SORT_BITS) === CLASS ? isInstance : undefined;
      case Symbol.dispose:
        return traits & TRAITS.CONTEXT && this.all.ask(OPS.send, this, "heedless", false) ? dispose : undefined;
      case Symbol.asyncDispose:
        return traits & TRAITS.ASYNC_CONTEXT && this.all.ask(OPS.send, this, "heedless", true) ? disposeAsync : undefined;
      case Symbol.toStringTag:
        if (traits & TRAITS.DATE) return "Date";
        return traits & (TRAITS.CALLABLE | TRAITS.MAPPING) || Array.isArray(target) ? undefined : "PyProxy";
      case inspectKey:
        return showTarget;
    }
    return undefined;
  }

  set(target, key, value) {
    if (typeof key === "symbol") return false;
    if (this.traits & TRAITS.ARRAY_LIKE && INDEX.test(key)) this.setItem(Number(key), value);
    else if (this.traits & TRAITS.ARRAY_LIKE && key === "length") setLength(this.all.imports.find(this.handle), value);
    else this.all.ask(OPS.setattr, this, key, value);
    return true;
  }

  /** An item behind the last makes a list longer, as it does an array. */
  setItem(index, value) {
    try {
      this.all.ask(OPS.setitem, this, index, value);
    } catch (error) {
      if (error?.name !== "IndexError" || (this.traits & SORT_BITS) !== LIST || index !== this.all.ask(OPS.len, this)) throw error;
      this.all.called(this, ["append"], [value]);
    }
  }

  has(target, key) {
    if (typeof key === "symbol") return key === PYTHON || this.symbol(key, target) !== undefined;
    if (this.traits & TRAITS.ARRAY_LIKE) {
      if (key === "length") return true;
      if (INDEX.test(key)) return Number(key) < this.all.ask(OPS.len, this);
    }
    return this.all.ask(OPS.hasattr, this, key) || fallback(this, key) !== undefined;
  }

  deleteProperty(target, key) {
    if (typeof key === "symbol") return true;
    if (this.traits & TRAITS.ARRAY_LIKE && INDEX.test(key)) {
      if (this.has(target, key)) this.all.ask(OPS.delitem, this, Number(key));
    } else this.all.ask(OPS.delattr, this, key);
    return true;
  }

  ownKeys(target) {
    if (Array.isArray(target)) return [...Array(this.all.ask(OPS.len, this)).keys()].map(String).concat("length");
    const names = this.all.ask(OPS.dir, this, true);
    return this.traits & TRAITS.MAPPING ? names : names.filter((name) => !name.startsWith("__"));
  }

  getOwnPropertyDescriptor(target, key) {
    if (typeof key === "symbol") return Reflect.getOwnPropertyDescriptor(target, key);
    if ((this.traits & SORT_BITS) === DICT) {
      let value = this.all.ask(OPS.getitem, this, key, true);
      if (value === undefined && WHOLE.test(key)) value = this.all.ask(OPS.getitem, this, Number(key), true);
      return value === undefined ? undefined : { value, ...PLAIN };
    }
    if (Array.isArray(target)) {
      if (key === "length") return { value: this.all.ask(OPS.len, this), writable: true, enumerable: false, configurable: false };
      if (INDEX.test(key)) return this.has(target, key) ? { value: this.property(key), ...PLAIN } : undefined;
    }
    if (!this.all.ask(OPS.hasattr, this, key, true)) return undefined;
    // To say that there is an attribute runs no property.
    return { get: () => this.property(key), set: (value) => this.set(target, key, value), enumerable: true, configurable: true };
  }

  defineProperty(target, key, descriptor) {
    return "value" in descriptor && this.set(target, key, descriptor.value);
  }

  getPrototypeOf(target) {
    if (Array.isArray(target)) return Array.prototype;
    if (typeof target === "function") return Function.prototype;
    return this.traits & TRAITS.DATE ? Date.prototype : Object.prototype;
  }

  setPrototypeOf() {
    return false;
  }

  preventExtensions() {
    throw new TypeError("a Python object cannot be frozen or sealed, since it lives in Python: (py->js x), $py.toJs(x) copies it");
  }

  apply(target, self, args) {
    return this.all.called(this, null, args);
  }

  construct(target, args, newTarget) {
    if ((this.traits & SORT_BITS) === CLASS && !records.has(newTarget)) {
      return this.all.classes.construct(this.all.imports.find(this.handle), false, args, newTarget);
    }
    const value = this.all.called(this, null, args);
    if (value !== null && (typeof value === "object" || typeof value === "function")) return value;
    return Object(value);
  }
}

const CLASS = SORTS.indexOf("class");
const DICT = SORTS.indexOf("dict");
const LIST = SORTS.indexOf("list");
const PLAIN = { writable: true, enumerable: true, configurable: true };

function thenOf(handler) {
  // Started once, however often it is awaited: a coroutine can be awaited only once. What gives itself when it is awaited,
  // as a connection to a database does, is no thenable from then on: a promise cannot come to itself.
  handler.promise ??= handler.all.connection.post(OPS.await, () => [handler.handle], undefined, (value) => {
    if (records.get(value) === handler) handler.traits &= ~TRAITS.AWAITABLE;
  });
  const promise = handler.promise;
  return (resolve, reject) => promise.then(resolve, reject);
}

function iterate() {
  return new Items(records.get(this));
}

async function* iterateAsync() {
  const { all } = records.get(this);
  const iterator = all.call(this, ["__aiter__"], []);
  if (all.handleOf(iterator) === undefined) return yield* iterator; // of a class whose code is JavaScript's
  let done = false;
  try {
    for (;;) {
      let value;
      try {
        value = await all.post(iterator, ["__anext__"], []);
      } catch (error) {
        done = true;
        if (error.name === "StopAsyncIteration") return;
        throw error;
      }
      yield value;
    }
  } finally {
    // Left early: an async generator runs its `finally` now.
    if (!done && all.ask(OPS.hasattr, records.get(iterator), "aclose")) await all.post(iterator, ["aclose"], []);
  }
}

function toPrimitive(hint) {
  const handler = records.get(this);
  if (hint === "number") return numberOf(this);
  const text = handler.all.ask(OPS.str, handler);
  // As `new Date` reads it: it takes the years to 99 for others where the time is behind a blank.
  return hint === "default" && handler.traits & TRAITS.DATE && text.startsWith("00") ? text.replace(" ", "T") : text;
}

function dispose() {
  const handler = records.get(this);
  handler.all.ask(OPS.send, handler, "exit", null);
}

function disposeAsync() {
  return records.get(this).all.post(this, ["__aexit__"], [null, null, null]);
}
