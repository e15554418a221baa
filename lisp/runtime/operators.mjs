/**
 * What emitted code calls besides the core functions: operators on values of unknown type, indexing, typed
 * catch, context managers, interrupts.
 *
 * In: any values. Out: what the operator gives. Numbers never come here where the compiler knows them; the slow
 * path knows BigInt promotion, Python's operators (through the ops object of a PyProxy) and JavaScript's own.
 */

import { LazySeq, PYTHON, asArray, describe, infinite, isKeyword, lookup, pyOps, truthy, wrongType } from "./data.mjs";
import { textOf } from "./text.mjs";

// -------------------------------------------------------------------------------------------- arithmetic

/** A BigInt operand makes the other one a BigInt if it is integral; otherwise both become floats. */
function promote(a, b, op) {
  if (typeof a === "bigint" && typeof b === "number") {
    return Number.isInteger(b) ? op(a, BigInt(b)) : op(Number(a), b);
  }
  if (typeof b === "bigint" && typeof a === "number") {
    return Number.isInteger(a) ? op(BigInt(a), b) : op(a, Number(b));
  }
  return op(a, b);
}

const jsAdd = (a, b) => a + b;
const jsSub = (a, b) => a - b;
const jsMul = (a, b) => a * b;
const jsPow = (a, b) => (typeof b === "bigint" && b < 0n ? Number(a) ** Number(b) : a ** b);

/** BigInts divide exactly or become floats, as numbers do. */
function jsDiv(a, b) {
  if (typeof a === "bigint" && typeof b === "bigint") {
    return b !== 0n && a % b === 0n ? a / b : Number(a) / Number(b);
  }
  return a / b;
}

/** The ops object when a or b is a Python object. */
function pythonOps(a, b) {
  if (a !== null && (typeof a === "object" || typeof a === "function")) {
    const ops = a[PYTHON];
    if (ops !== undefined) return ops;
  }
  if (b !== null && (typeof b === "object" || typeof b === "function")) return b[PYTHON];
  return undefined;
}

export function add(a, b) {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const ops = pythonOps(a, b);
  return ops === undefined ? promote(a, b, jsAdd) : ops.binary("add", a, b);
}

export function sub(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const ops = pythonOps(a, b);
  return ops === undefined ? promote(a, b, jsSub) : ops.binary("sub", a, b);
}

export function mul(a, b) {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const ops = pythonOps(a, b);
  return ops === undefined ? promote(a, b, jsMul) : ops.binary("mul", a, b);
}

export function div(a, b) {
  if (typeof a === "number" && typeof b === "number") return a / b;
  const ops = pythonOps(a, b);
  return ops === undefined ? promote(a, b, jsDiv) : ops.binary("truediv", a, b);
}

export function pow(a, b) {
  if (typeof a === "number" && typeof b === "number") return a ** b;
  const ops = pythonOps(a, b);
  return ops === undefined ? promote(a, b, jsPow) : ops.binary("pow", a, b);
}

export function neg(a) {
  const ops = pythonOps(a);
  return ops === undefined ? -a : ops.unary("neg", a);
}

export function lt(a, b) {
  const ops = pythonOps(a, b);
  return ops === undefined ? a < b : ops.binary("lt", a, b);
}

export function le(a, b) {
  const ops = pythonOps(a, b);
  return ops === undefined ? a <= b : ops.binary("le", a, b);
}

export function gt(a, b) {
  const ops = pythonOps(a, b);
  return ops === undefined ? a > b : ops.binary("gt", a, b);
}

export function ge(a, b) {
  const ops = pythonOps(a, b);
  return ops === undefined ? a >= b : ops.binary("ge", a, b);
}

/** (+ & xs): The sum; strings concatenate. Example: (+ 1 2 3) => 6 */
export function $a(...xs) {
  return xs.length === 0 ? 0 : xs.reduce(add);
}

/** (* & xs): The product. Example: (* 2 3) => 6 */
export function $s(...xs) {
  return xs.length === 0 ? 1 : xs.reduce(mul);
}

/** (- x & more): The difference; of one number, its negative. Example: (- 5 2 1) => 2 */
export function $m(x, ...more) {
  return more.length === 0 ? neg(x) : more.reduce(sub, x);
}

/** (/ x & more): The quotient; of one number, its inverse. Example: (/ 12 2 3) => 2 */
export function $d(x, ...more) {
  return more.length === 0 ? div(1, x) : more.reduce(div, x);
}

/** (** x y): x to the power of y. Example: (** 2 10) => 1024 */
export function $s$s(x, y) {
  return pow(x, y);
}

/** Does the relation hold between all neighbours? One pair gives the operator's own result. */
function chainOf(relation, xs) {
  if (xs.length === 2) return relation(xs[0], xs[1]);
  for (let i = 1; i < xs.length; i++) if (!truthy(relation(xs[i - 1], xs[i]))) return false;
  return true;
}

/** (< x & more): Are the operands increasing? Example: (< 1 2 3) => true */
export function $l(...xs) {
  return chainOf(lt, xs);
}

/** (<= x & more): Does no operand exceed the next? Example: (<= 1 1 2) => true */
export function $l$e(...xs) {
  return chainOf(le, xs);
}

/** (> x & more): Are the operands decreasing? Example: (> 3 2 1) => true */
export function $g(...xs) {
  return chainOf(gt, xs);
}

/** (>= x & more): Is no operand less than the next? Example: (>= 2 2 1) => true */
export function $g$e(...xs) {
  return chainOf(ge, xs);
}

// -------------------------------------------------------------------------------------------- access

/** `(. o [k])` where o is not known: Python's getitem, an index from JavaScript otherwise. */
export function index(o, k) {
  const ops = pyOps(o);
  if (ops !== undefined) return ops.getitem(o, k);
  if (o instanceof Map) return o.has(k) ? o.get(k) : isKeyword(k) ? o.get(String(k)) : undefined;
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

/** What a `for` iterates: nil is empty, a plain object gives its entries. */
export function iterable(xs) {
  if (xs === null || xs === undefined) return [];
  return typeof xs === "string" || typeof xs[Symbol.iterator] === "function" ? xs : asArray(xs, "for");
}

/** An async iteration whose every step passes the await wrapper, so that it can be interrupted. */
export async function* asyncIterable(xs, wait) {
  const iterator = (xs[Symbol.asyncIterator] ?? xs[Symbol.iterator]).call(xs);
  let done = false;
  try {
    for (;;) {
      const step = await wait(iterator.next());
      if (step.done) {
        done = true;
        return;
      }
      yield await wait(step.value);
    }
  } finally {
    if (!done) await iterator.return?.();
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
  return e instanceof Error && (e.name === "Interrupt" || e[Symbol.for("polyrepl.interrupt")] === true);
}

/** An untyped catch lets an interrupt through. */
export function passInterrupt(e) {
  if (isInterrupt(e)) throw e;
}

/** Does a typed catch of `kind` take the error? A JavaScript class, or a Python class. */
export function caught(e, kind) {
  const ops = pyOps(kind);
  if (ops !== undefined) {
    const exception = e?.exception;
    if (exception === undefined || exception === null) return false;
    if (typeof kind === "function" || typeof kind === "object") {
      try {
        return exception instanceof kind;
      } catch {
        return e.name === kind.__name__;
      }
    }
    return false;
  }
  return typeof kind === "function" && e instanceof kind;
}

export function arityError(name, count) {
  return new TypeError(`${name ?? "the function"} has no arity for ${count} argument${count === 1 ? "" : "s"}`);
}

export function noClause(form, value) {
  return new Error(`${form}: no clause matches ${describe(value)}`);
}

/** What `[a & more]` takes apart: nothing for nil, and never a sequence without end. */
export function whole(xs) {
  if (xs === null || xs === undefined) return [];
  if (xs instanceof LazySeq && xs.size === Infinity) throw infinite("[a & more]");
  if (typeof xs[Symbol.iterator] !== "function") throw wrongType("[a & more]", "a sequence", xs);
  return xs;
}

/** `(f x)` where f was defined as a collection: a lookup, unless it is something else by now. */
export function invoke(f, ...args) {
  return typeof f === "function" ? f(...args) : lookup(f, args[0], args.length > 1 ? args[1] : null);
}

// -------------------------------------------------------------------------------------------- with

/** Enters a context manager: `.value` is what the body gets, `.fail(e)` and `.close()` leave it. */
export function enter(manager) {
  if (pyOps(manager) !== undefined && typeof manager.__enter__ === "function") {
    return pythonManager(manager, manager.__enter__());
  }
  const dispose = manager?.[Symbol.dispose] ?? manager?.close;
  if (typeof dispose !== "function" && typeof (manager?.[Symbol.asyncDispose] ?? manager?.__aenter__) === "function") {
    throw new TypeError("with: the value is an async context manager; write (with [:await x ..] ..)");
  }
  if (typeof dispose !== "function") throw new TypeError("with: the value is not a context manager (no __enter__, Symbol.dispose or close)");
  return { value: manager, fail(e) { throw e; }, close() { Reflect.apply(dispose, manager, []); } };
}

export async function enterAsync(manager) {
  if (pyOps(manager) !== undefined) {
    if (typeof manager.__aenter__ === "function") {
      const value = await manager.__aenter__();
      let left = false;
      return {
        value,
        async fail(e) {
          left = true;
          const type = e?.exception?.__class__ ?? null;
          if (!truthy(await manager.__aexit__(type, e?.exception ?? null, null))) throw e;
        },
        async close() {
          if (!left) await manager.__aexit__(null, null, null);
        },
      };
    }
    return enter(manager);
  }
  const dispose = manager?.[Symbol.asyncDispose] ?? manager?.[Symbol.dispose] ?? manager?.close;
  if (typeof dispose !== "function") throw new TypeError("with: the value is not an async context manager");
  return { value: manager, fail(e) { throw e; }, close() { return Reflect.apply(dispose, manager, []); } };
}

function pythonManager(manager, value) {
  let left = false;
  return {
    value,
    fail(e) {
      left = true;
      const exception = e?.exception ?? null;
      const type = exception === null ? null : exception.__class__;
      if (!truthy(manager.__exit__(type, exception, null))) throw e;
    },
    close() {
      if (!left) manager.__exit__(null, null, null);
    },
  };
}

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

