/**
 * What emitted code calls besides the core functions: indexing, calls of what may be data, typed catch, context
 * managers, interrupts.
 *
 * In: any values. Out: what the form gives.
 */

import {
  LazySeq, PYTHON, asArray, describe, infinite, isKeyword, isPlainObject, lookup, pyOps, wrongType,
} from "./data.mjs";
import { take } from "./core_parts.mjs";
import { textOf } from "./text.mjs";

// -------------------------------------------------------------------------------------------- access

/** `(. o [k])` where o is not known: Python's getitem, an index from JavaScript otherwise. */
export function index(o, k) {
  const ops = pyOps(o);
  if (ops !== undefined) return ops.getitem(o, k);
  if (o instanceof Map) return o.has(k) ? o.get(k) : isKeyword(k) ? o.get(String(k)) : undefined;
  if (o instanceof LazySeq && typeof k === "number") return lookup(o, k, undefined);
  return o[k];
}

export function setIndex(o, k, value) {
  const ops = pyOps(o);
  if (ops !== undefined) ops.setitem(o, k, value);
  else if (o instanceof Map) o.set(k, value);
  else o[k] = value;
  return value;
}

export function deleteIndex(o, k) {
  const ops = pyOps(o);
  if (ops !== undefined) {
    ops.delitem(o, k);
    return true;
  }
  return o instanceof Map || o instanceof Set ? o.delete(k) : delete o[k];
}

/** `(. arr [i j])`: a Python tuple as index. */
export function index_tuple(...keys) {
  const $py = globalThis[Symbol.for("polyrepl.$py")];
  return $py === undefined ? keys : $py.tuple(keys);
}

/** The bridge, or an error that says that there is none. */
function pythonBridge(who) {
  const $py = globalThis[Symbol.for("polyrepl.$py")];
  if ($py === undefined) throw new Error(`${who}: there is no Python here`);
  return $py;
}

/** (py->js x): A deep copy of a Python object as JavaScript data; anything else is returned as it is. */
export function py_$gjs(x) {
  return pythonBridge("py->js").toJs(x);
}

/** (js->py x): A real Python object made of JavaScript data, to be shared. */
export function js_$gpy(x) {
  return pythonBridge("js->py").fromJs(x);
}

/** (shared-array dtype shape): A new array of zeros in memory that both languages have: a typed array here, Python's array of
 * that dtype ("float64") and shape (a number, or [n m]) there. What one writes the other sees. */
export function shared_array(dtype, shape) {
  return pythonBridge("shared-array").sharedArray(dtype, shape);
}

/** (by-ref x): x for a Python call, passed as a live object instead of a copy. */
export function by_ref(x) {
  return pythonBridge("by-ref").byRef(x);
}

/** `(. o [(slice 1 3)])`: a slice of a Python object, or of JavaScript's arrays and strings. */
export function indexSlice(o, start, stop, step) {
  const ops = pyOps(o);
  if (ops !== undefined) return ops.getitem(o, pythonBridge("slice").slice(start ?? null, stop ?? null, step ?? null));
  return o.slice(start ?? undefined, stop ?? undefined);
}

/** A Python slice as part of a tuple index. */
export function pySlice(start, stop, step) {
  return pythonBridge("slice").slice(start ?? null, stop ?? null, step ?? null);
}

/** `((. o [k]) x)`: a method found by a computed key. */
export function callMethod(o, k, ...args) {
  return Reflect.apply(index(o, k), o, args);
}

/** A class whose parent may be Python's: then the Python class that it is (`starts`: it has a constructor or fields;
 * `docs`: [name, text] of its docstrings, "" is its own; `name`: its name, where a static member hides it). */
export function derived(cls, starts, docs = [], name = undefined) {
  const derive = Object.getPrototypeOf(cls)[Symbol.for("polyrepl.derive")];
  return derive === undefined ? cls : derive(cls, starts, docs, name);
}

/** What a `for` iterates: nil is empty, a plain object gives its entries. */
export function iterable(xs) {
  if (xs === null || xs === undefined) return [];
  return typeof xs === "string" || typeof xs[Symbol.iterator] === "function" ? xs : asArray(xs, "for");
}

/** What a `for` collects from, up to the end: a sequence without end would fill the memory. */
export function iterableToEnd(xs) {
  if (xs instanceof LazySeq && xs.size === Infinity) throw infinite("for");
  return iterable(xs);
}

/** An async iteration whose every step passes the await wrapper, so that it can be interrupted. */
export async function* asyncIterable(xs, ...waits) {
  const wait = (value) => waits.reduce((before, each) => each(before), value);
  const iterator = (xs[Symbol.asyncIterator] ?? xs[Symbol.iterator]).call(xs);
  let done = false;
  let pending = false;
  try {
    for (;;) {
      pending = true;
      const step = await wait(iterator.next());
      pending = false;
      if (step.done) {
        done = true;
        return;
      }
      yield await wait(step.value);
    }
  } finally {
    const closing = done ? undefined : iterator.return?.();
    if (!pending) await closing;
    else closing?.catch?.(() => {}); // it comes to that when what was waited for has come
  }
}

/** Text of a value in an f-string: as `String`, nil as "nil". */
export function interpolate(x) {
  if (typeof x === "string") return x;
  if (x === null || x === undefined) return "nil";
  return Object.is(x, -0) ? "-0" : textInTemplate(x);
}

function textInTemplate(x) {
  return typeof x === "object" && x[PYTHON] === undefined ? textOf(x) : String(x);
}

/** `& {:keys [..]}`: the rest arguments `:name value ..` (or one object) as an object. */
export function keyword_args(rest) {
  const found = {};
  for (let i = 0; i < rest.length; i++) {
    if (isKeyword(rest[i])) {
      found[String(rest[i])] = rest[i + 1];
      i++;
    } else if (rest[i] !== null && typeof rest[i] === "object") Object.assign(found, rest[i]);
  }
  return found;
}

// -------------------------------------------------------------------------------------------- errors

/** What an interrupt throws in the form that is being interrupted. */
export class Interrupt extends Error {
  constructor(message = "interrupted") {
    super(message);
    this.name = "Interrupt";
  }
}

export function interrupt() {
  const Known = globalThis[Symbol.for("polyrepl.Interrupt")];
  return Known === undefined ? new Interrupt() : new Known();
}

/** Also a Python KeyboardInterrupt: the bridge marks both. */
export function isInterrupt(e) {
  try {
    return e instanceof Error && (e.name === "Interrupt" || e[Symbol.for("polyrepl.interrupt")] === true);
  } catch {
    return false; // a Proxy that throws when it is looked at can be thrown too
  }
}

/** An untyped catch lets an interrupt through. */
export function passInterrupt(e) {
  if (isInterrupt(e)) throw e;
}

/** Does a typed catch of `kind` take the error? A JavaScript class, or a Python class. */
export function caught(e, kind) {
  try {
    const ops = pyOps(kind);
    if (ops === undefined) return typeof kind === "function" && e instanceof kind;
    const exception = e?.exception;
    if (exception === undefined || exception === null || (typeof kind !== "function" && typeof kind !== "object")) return false;
    try {
      return exception instanceof kind;
    } catch {
      return e.name === kind.__name__;
    }
  } catch {
    return false;
  }
}

export function arityError(name, count) {
  return new TypeError(`${name ?? "the function"} has no arity for ${count} argument${count === 1 ? "" : "s"}`);
}

export function noClause(form, value) {
  return new Error(`${form}: no clause matches ${describe(value)}`);
}

/** What `[a b]` takes apart: nothing for nil; of an iterator only so many items, and it stays open for the others. */
export function part(xs, count) {
  if (Array.isArray(xs) || typeof xs === "string") return xs;
  if (xs === null || xs === undefined) return [];
  if (typeof xs[Symbol.iterator] !== "function") throw wrongType("[a b]", "a sequence", xs);
  const ops = pyOps(xs);
  return (ops ? ops.kind(xs) === "iterator" : typeof xs.next === "function") ? take(count, xs) : xs;
}

/** What `[a & more]` takes apart: nothing for nil, and never a sequence without end. */
export function whole(xs) {
  if (xs === null || xs === undefined) return [];
  if (xs instanceof LazySeq && xs.size === Infinity) throw infinite("[a & more]");
  if (typeof xs[Symbol.iterator] !== "function") throw wrongType("[a & more]", "a sequence", xs);
  return xs;
}

function isCollection(x) {
  return Array.isArray(x) || x instanceof Map || x instanceof Set || x instanceof LazySeq || isPlainObject(x);
}

/** What `(f x)` calls where f may be data: a function as it is, a map, set or array as the look-up in it. */
export function callable(f, name) {
  if (typeof f === "function") return f;
  const kind = pyOps(f)?.kind(f);
  const isData = kind === undefined ? isCollection(f) : ["dict", "list", "tuple", "set"].includes(kind);
  if (!isData) throw new TypeError(`${name} is not a function`);
  return (k, otherwise = null) => lookup(f, k, otherwise);
}

/** `(f x)` where f was defined as a collection: a lookup, unless it is something else by now. */
export function invoke(f, ...args) {
  return typeof f === "function" ? f(...args) : lookup(f, args[0], args.length > 1 ? args[1] : null);
}

/**
 * f where its code has that length and that hash (FNV-1a): the function that the compiler knows. Else NaN, which is the
 * same as nothing.
 */
export function ofCode(f, length, hash) {
  if (typeof f !== "function") return NaN;
  const code = Function.prototype.toString.call(f);
  if (code.length !== length) return NaN;
  let found = 0x811c9dc5;
  for (let i = 0; i < length; i++) found = Math.imul(found ^ code.charCodeAt(i), 0x01000193);
  return found >>> 0 === hash ? f : NaN;
}

// -------------------------------------------------------------------------------------------- with

/** Enters a context manager: `.value` is what the body gets, `.fail(e)` and `.close()` leave it. */
export function enter(manager) {
  const held = pyOps(manager)?.within(manager);
  if (held) return held;
  const dispose = manager?.[Symbol.dispose] ?? manager?.close;
  if (typeof dispose !== "function" && typeof (manager?.[Symbol.asyncDispose] ?? manager?.__aenter__) === "function") {
    throw new TypeError("with: the value is an async context manager; write (with [:await x ..] ..)");
  }
  if (typeof dispose !== "function") throw new TypeError("with: the value is not a context manager (no __enter__, Symbol.dispose or close)");
  return { value: manager, fail(e) { throw e; }, close() { Reflect.apply(dispose, manager, []); } };
}

export async function enterAsync(manager) {
  const ops = pyOps(manager);
  if (ops !== undefined) return (await ops.withinAsync(manager)) ?? { until, ...enter(manager) };
  const dispose = manager?.[Symbol.asyncDispose] ?? manager?.[Symbol.dispose] ?? manager?.close;
  if (typeof dispose !== "function") throw new TypeError("with: the value is not an async context manager");
  return { value: manager, until, fail(e) { throw e; }, close() { return Reflect.apply(dispose, manager, []); } };
}

/** Nobody but Python ends a block from without. */
const until = (promise) => promise;

// -------------------------------------------------------------------------------------------- match

/** Is x array-like with `count` items (or at least that many)? */
export function isSequenceOf(x, count, exact) {
  if (x === null || x === undefined || typeof x === "string") return false;
  if (!Array.isArray(x) && !ArrayBuffer.isView(x)) return false;
  return exact ? x.length === count : x.length >= count;
}

/** May keys be looked up in x? */
export function isMapLike(x) {
  return x !== null && typeof x === "object" && !Array.isArray(x);
}

export function matches(pattern, x) {
  return typeof x === "string" && pattern.test(x);
}

