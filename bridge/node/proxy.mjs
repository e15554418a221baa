/**
 * PyProxy: a Python object seen from JavaScript.
 * In: a handle with its traits. Out: a Proxy that behaves as JavaScript code expects of such a thing: lists are
 * arrays, dicts Map-like, callables functions, awaitables thenables. `.name` is getattr and Python's own attribute
 * wins over Array's and Map's methods; `o[0]` on a sequence and `o["k"]` on a dict are items.
 */
import { inspect } from "node:util";
import { PyError } from "./errors.mjs";
import { Imports } from "./handles.mjs";
import { OPS, SORTS, TAGS, TRAITS } from "./protocol.mjs";
import { fallback } from "./likeness.mjs";

export const PYTHON = Symbol.for("polyrepl.python");
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
// Asked for by JavaScript's own machinery and by libraries that look what they were given; never an AttributeError.
const PROBES = new Set(["toJSON", "constructor", "nodeType", "asymmetricMatch", "$$typeof", "inspect", "__esModule",
  "tagName", "toString", "valueOf", "call", "apply", "bind", "name", "length", "prototype", "destroy", "size"]);

class Target {}
class ListTarget extends Array {}
function showTarget() {
  const handler = records.get(this);
  return handler === undefined ? "PyProxy {}" : handler.all.show(this);
}
Target.prototype[inspect.custom] = showTarget;
ListTarget.prototype[inspect.custom] = showTarget;

/** Every PyProxy of every connection. @type {WeakMap<object, Handler>} */
export const records = new WeakMap();

/** All living PyProxies of a connection. */
export class Proxies {
  /** @param {import("./connection.mjs").Connection} connection */
  constructor(connection) {
    this.connection = connection;
    this.imports = new Imports(() => connection.flushSoon());
    this.ops = null;
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
      target[inspect.custom] = showTarget;
    } else if (traits & TRAITS.ARRAY_LIKE && (traits & 15) <= 2) target = new ListTarget();
    else target = new Target();
    const proxy = new Proxy(target, handler);
    records.set(proxy, handler);
    this.imports.adopt(handle, proxy, bytes);
    return proxy;
  }

  /** The PyError of a live exception; the same exception gives the same PyError while that one lives. */
  adoptError(handle, traits, name, message) {
    const exception = this.adopt(handle, traits);
    const handler = records.get(exception);
    let error = handler.error?.deref();
    if (error === undefined) {
      error = new PyError(name, message, exception);
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
    return this.connection.request(OPS.call, (m) => callOperands(m, records.get(root), path, args));
  }

  /** A promise of it. */
  post(root, path, args, signal) {
    return this.connection.post(OPS.call, (m) => callOperands(m, records.get(root), path, args), signal);
  }

  /** `root.a.b` in one round trip. */
  get(root, path) {
    return path.length === 0 ? root : this.connection.request(OPS.getattr, () => [records.get(root).handle, path, 1]);
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

const KEYWORD = Symbol.for("polyrepl.keyword");

/** Handle, path, where keyword arguments begin (-1: nowhere), arguments. */
function callOperands(marshal, handler, path, args) {
  if (handler === undefined) throw new TypeError("not a Python object");
  if (handler.handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
  const wire = [handler.handle, path, -1];
  for (let index = 0; index < args.length; index++) {
    const value = args[index];
    if (typeof value === "function" && typeof value[KEYWORD] === "string" && marshal.proxies.handleOf(value) === undefined) {
      if (wire[2] < 0) wire[2] = index;
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
  }

  get(target, key, receiver) {
    const { traits } = this;
    if (typeof key === "symbol") return this.symbol(key);
    if (this.handle < 0) throw new ReferenceError("this Python object was given back with destroy()");
    if (key === "then") return traits & TRAITS.AWAITABLE ? thenOf(this) : undefined;
    if (traits & TRAITS.ARRAY_LIKE) {
      if (key === "length") return this.all.ask(OPS.len, this);
      if (INDEX.test(key)) return this.all.ask(OPS.getitem, this, Number(key), true);
    }
    const other = fallback(this, key);
    const lax = other !== undefined || PROBES.has(key);
    const value = this.all.connection.request(OPS.getattr, () => [this.handle, [key], lax ? 2 : 0]);
    return value === undefined ? other : value;
  }

  symbol(key) {
    const { traits } = this;
    switch (key) {
      case PYTHON:
        return this.all.ops;
      case Symbol.iterator:
        return traits & TRAITS.ITERABLE ? iterate : undefined;
      case Symbol.asyncIterator:
        return traits & TRAITS.ASYNC_ITERABLE ? iterateAsync : undefined;
      case Symbol.toPrimitive:
        return toPrimitive;
      case Symbol.hasInstance:
        return (traits & 15) === CLASS ? isInstance : undefined;
      case Symbol.dispose:
        return traits & TRAITS.CONTEXT ? dispose : undefined;
      case Symbol.asyncDispose:
        return traits & TRAITS.ASYNC_CONTEXT ? disposeAsync : undefined;
      case Symbol.toStringTag:
        return "PyProxy";
      case inspect.custom:
        return showTarget;
    }
    return undefined;
  }

  set(target, key, value) {
    if (typeof key === "symbol") return false;
    if (this.traits & TRAITS.ARRAY_LIKE && INDEX.test(key)) this.all.ask(OPS.setitem, this, Number(key), value);
    else this.all.ask(OPS.setattr, this, key, value);
    return true;
  }

  has(target, key) {
    if (typeof key === "symbol") return key === PYTHON || this.symbol(key) !== undefined;
    if (this.traits & TRAITS.ARRAY_LIKE) {
      if (key === "length") return true;
      if (INDEX.test(key)) return Number(key) < this.all.ask(OPS.len, this);
    }
    return this.all.ask(OPS.hasattr, this, key) || fallback(this, key) !== undefined;
  }

  deleteProperty(target, key) {
    if (typeof key === "symbol") return true;
    if (this.traits & TRAITS.ARRAY_LIKE && INDEX.test(key)) this.all.ask(OPS.delitem, this, Number(key));
    else this.all.ask(OPS.delattr, this, key);
    return true;
  }

  ownKeys(target) {
    if (Array.isArray(target)) return [...Array(this.all.ask(OPS.len, this)).keys()].map(String).concat("length");
    const names = this.all.ask(OPS.dir, this, true);
    return this.traits & TRAITS.MAPPING ? names : names.filter((name) => !name.startsWith("__"));
  }

  getOwnPropertyDescriptor(target, key) {
    if (Array.isArray(target) && key === "length") {
      return { value: this.all.ask(OPS.len, this), writable: true, enumerable: false, configurable: false };
    }
    if (typeof key === "symbol") return Reflect.getOwnPropertyDescriptor(target, key);
    if (!this.has(target, key) || fallback(this, key) !== undefined) return undefined;
    return { value: this.get(target, key), writable: true, enumerable: true, configurable: true };
  }

  defineProperty(target, key, descriptor) {
    return "value" in descriptor && this.set(target, key, descriptor.value);
  }

  getPrototypeOf(target) {
    if (Array.isArray(target)) return Array.prototype;
    return typeof target === "function" ? Function.prototype : Object.prototype;
  }

  setPrototypeOf() {
    return false;
  }

  preventExtensions() {
    return false;
  }

  apply(target, self, args) {
    return this.all.connection.request(OPS.call, (m) => callOperands(m, this, null, args));
  }

  construct(target, args) {
    const value = this.all.connection.request(OPS.call, (m) => callOperands(m, this, null, args));
    if (value !== null && (typeof value === "object" || typeof value === "function")) return value;
    return Object(value);
  }
}

const CLASS = SORTS.indexOf("class");

function thenOf(handler) {
  // Started once, however often it is awaited: a coroutine can be awaited only once.
  handler.promise ??= handler.all.connection.post(OPS.await, () => [handler.handle]);
  const promise = handler.promise;
  return (resolve, reject) => promise.then(resolve, reject);
}

/** Items of a Python iterable: lazy, in growing batches when nobody else sees the iterator. */
function* iterate() {
  const handler = records.get(this);
  const { all } = handler;
  const pairs = (handler.traits & 15) === SORTS.indexOf("dict");
  let [alone, iterator, done, items, error] = all.ask(OPS.iter, handler, 1, pairs);
  let size = 1;
  try {
    for (;;) {
      yield* items;
      if (error !== undefined) throw error;
      if (done) return;
      if (alone && size < 512) size *= 2;
      [done, items, error] = all.ask(OPS.next, records.get(iterator), size, pairs);
    }
  } finally {
    // Left early: nobody else has it, so it is given back, and a generator runs its `finally` soon.
    if (!done && alone) all.destroy(iterator);
  }
}

async function* iterateAsync() {
  const { all } = records.get(this);
  const iterator = all.call(this, ["__aiter__"], []);
  for (;;) {
    let value;
    try {
      value = await all.post(iterator, ["__anext__"], []);
    } catch (error) {
      if (error.name === "StopAsyncIteration") return;
      throw error;
    }
    yield value;
  }
}

function toPrimitive(hint) {
  const handler = records.get(this);
  if (hint === "number") {
    const value = handler.all.call(this, ["__float__"], []);
    return typeof value === "number" ? value : NaN;
  }
  return handler.all.ask(OPS.str, handler);
}

function isInstance(value) {
  const subject = value instanceof Error && value.exception !== undefined ? value.exception : value;
  const { all } = records.get(this);
  if (all.handleOf(subject) === undefined) return false;
  return all.connection.request(OPS.operator, (m) => ["isinstance", m.encode(subject), m.encode(this)]);
}

function dispose() {
  const handler = records.get(this);
  handler.all.ask(OPS.send, handler, "exit", null);
}

function disposeAsync() {
  return records.get(this).all.post(this, ["__aexit__"], [null, null, null]);
}
