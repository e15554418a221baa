/**
 * Core functions that make and combine functions, names, errors and state.
 *
 * In: functions (or keywords, sets and maps, which look their argument up). Out: functions, symbols, errors, atoms.
 */

import {
  KEYWORD, LispSymbol, asArray, asText, describe, holds, internKeyword, isKeyword, need, pyOps, toFn, wrongType,
} from "./data.mjs";
import { EqualMap } from "./equality.mjs";
import { messageOf } from "./names.mjs";
import { errorText } from "./printer.mjs";

// ---------------------------------------------------------------------------------------------- functions

/** (identity x): x. Example: (identity 1) => 1 */
export function identity(x) {
  return x;
}

/** (constantly x): A function that always gives x. Example: ((constantly 1) 2 3) => 1 */
export function constantly(x) {
  return () => x;
}

/**
 * (comp & fs): The function that calls the last f, then the one before with what it gave, ...
 * Example: ((comp inc count) [1 2]) => 3
 */
export function comp(...fs) {
  if (fs.length === 0) return identity;
  const fns = fs.map((f) => toFn(f, "comp"));
  const last = fns.pop();
  return (...args) => {
    let value = last(...args);
    for (let i = fns.length - 1; i >= 0; i--) value = fns[i](value);
    return value;
  };
}

/** (partial f & args): f with its first arguments given. Example: ((partial + 1) 2) => 3 */
export function partial(f, ...args) {
  const fn = toFn(f, "partial");
  return (...more) => fn(...args, ...more);
}

/** (juxt & fs): A function that gives the array of what all fs give. Example: ((juxt first count) [5 6]) => [5 2] */
export function juxt(...fs) {
  const fns = fs.map((f) => toFn(f, "juxt"));
  return (...args) => fns.map((fn) => fn(...args));
}

/** (complement f): A function that is true where f is false. Example: ((complement odd?) 2) => true */
export function complement(f) {
  const fn = toFn(f, "complement");
  return (...args) => !holds(fn(...args), "complement");
}

/**
 * (every-pred & fs): A function that is true when all fs are true of all its arguments.
 * Example: ((every-pred pos? odd?) 3) => true
 */
export function every_pred(...fs) {
  const fns = fs.map((f) => toFn(f, "every-pred"));
  return (...args) => args.every((x) => fns.every((fn) => holds(fn(x), "every-pred")));
}

/**
 * (some-fn & fs): A function that gives the first true answer any f has for any of its arguments.
 * Example: ((some-fn :a :b) {:b 2}) => 2
 */
export function some_fn(...fs) {
  const fns = fs.map((f) => toFn(f, "some-fn"));
  return (...args) => {
    for (const x of args) {
      for (const fn of fns) {
        const answer = fn(x);
        if (holds(answer, "some-fn")) return answer;
      }
    }
    return null;
  };
}

/**
 * (memoize f): f, but each list of equal arguments is computed once; a promise that fails is forgotten.
 * Example: ((memoize inc) 1) => 2
 */
export function memoize(f) {
  const fn = toFn(f, "memoize");
  const known = new EqualMap();
  return (...args) => {
    const found = known.get(args);
    if (found !== undefined) return found.value;
    const made = { value: fn(...args) };
    known.set(args, made);
    if (made.value instanceof Promise) made.value.catch(() => known.delete(args));
    return made.value;
  };
}

/** (fnil f & defaults): f with nil arguments replaced by the defaults. Example: ((fnil inc 0) nil) => 1 */
export function fnil(f, ...defaults) {
  const fn = toFn(f, "fnil");
  return (...args) => fn(...args.map((x, i) => x ?? defaults[i] ?? null));
}

/**
 * (apply f & args): Call f with the arguments, the last of which is a collection of more.
 * Example: (apply + 1 [2 3]) => 6
 */
export function apply(f, ...args) {
  const fn = toFn(f, "apply");
  if (args.length === 0) throw new TypeError("apply: expected a collection of arguments");
  const last = asArray(args.pop(), "apply");
  const all = args.length === 0 ? Array.from(last) : [...args, ...last];
  if (all.length > 100000) throw new RangeError(`apply: ${all.length} arguments are too many for a call; use reduce`);
  return Reflect.apply(fn, undefined, all);
}

/**
 * (trampoline f & args): Call f, and while the answer is a function call that.
 * Example: (trampoline (fn () (fn () 1))) => 1
 */
export function trampoline(f, ...args) {
  let value = toFn(f, "trampoline")(...args);
  while (typeof value === "function" && !isKeyword(value) && !pyOps(value)) value = value();
  return value;
}

/** (tap f x): Call f with x for what it does; x. Example: (tap identity 1) => 1 */
export function tap(f, x) {
  toFn(f, "tap")(x);
  return x;
}

// ---------------------------------------------------------------------------------------------- names

/** (keyword name): The keyword of a name. Example: (keyword "a") => :a */
export function keyword(name) {
  if (isKeyword(name)) return name;
  if (name instanceof LispSymbol) return internKeyword(name.name);
  return internKeyword(need(name, "keyword"));
}

/** (symbol name): The symbol of a name. Example: (symbol "a") => 'a */
export function symbol(name) {
  if (name instanceof LispSymbol) return name;
  if (isKeyword(name)) return new LispSymbol(name[KEYWORD]);
  return new LispSymbol(need(name, "symbol"));
}

/** (name x): The text of a keyword or symbol; a string is itself, a function its name. Example: (name :a) => "a" */
export function name(x) {
  return nameOf(x, "name");
}

function nameOf(x, who) {
  if (typeof x === "string") return x;
  if (isKeyword(x)) return x[KEYWORD];
  if (x instanceof LispSymbol) return x.name;
  if (typeof x === "function" && !pyOps(x)) return x.name;
  const text = asText(x);
  if (typeof text === "string") return text;
  throw wrongType(who, "a keyword, a symbol or a string", x);
}

const gensymState = { count: 0 };

/** (gensym) (gensym prefix): A symbol that nobody else has. Example: (= (gensym) (gensym)) => false */
export function gensym(prefix = "G__") {
  gensymState.count++;
  return new LispSymbol(`${nameOf(prefix, "gensym")}${gensymState.count}`);
}

/** (random-uuid): A fresh random UUID as a string. Example: (count (random-uuid)) => 36 */
export function random_uuid() {
  return globalThis.crypto.randomUUID();
}

// ---------------------------------------------------------------------------------------------- errors

/** (error message) (error message cause): An error to throw. Example: (ex-message (error "no")) => "no" */
export function error(message, cause) {
  const text = typeof message === "string" ? message : describe(message);
  return cause === undefined || cause === null ? new Error(text) : new Error(text, { cause });
}

/** An error that carries data. */
export class ExceptionInfo extends Error {
  constructor(message, data, cause) {
    super(message, cause === undefined || cause === null ? undefined : { cause });
    this.data = data;
  }

  get name() {
    return "ExceptionInfo";
  }
}

/**
 * (ex-info message data) (ex-info message data cause): An error that carries data.
 * Example: (ex-data (ex-info "no" {:code 5})) => {:code 5}
 */
export function ex_info(message, data, cause) {
  if (typeof message !== "string") throw wrongType("ex-info", "a message", message);
  return new ExceptionInfo(message, data ?? {}, cause);
}

/**
 * (ex-message e): The message of an error, with names as they are written; of anything else that was thrown, its text; nil for nil.
 * Example: (ex-message (error "no")) => "no"
 */
export function ex_message(e) {
  if (e === null || e === undefined) return null;
  if (typeof e === "string") return e;
  return typeof e?.message === "string" ? messageOf(e) : errorText(e);
}

/** What an `ex-info` is called that another process, or a function that is Python's, has thrown. */
const OF_ELSEWHERE = new Set(["ExceptionInfo", "LispFailure"]);

/** (ex-data e): The data of an `ex-info`, else nil. Example: (ex-data (error "no")) => nil */
export function ex_data(e) {
  return e instanceof ExceptionInfo || (e instanceof Error && OF_ELSEWHERE.has(e.name)) ? e.data ?? null : null;
}

/** (ex-cause e): The error that led to this one, else nil. Example: (ex-cause (error "no")) => nil */
export function ex_cause(e) {
  return e?.cause ?? null;
}

// ---------------------------------------------------------------------------------------------- state

/** A box for one value that is changed by functions. */
export class Atom {
  constructor(value) {
    this.value = value;
    this.watches = undefined;
  }

  toJSON() {
    return this.value;
  }
}

function checkAtom(a, who) {
  if (!(a instanceof Atom)) throw wrongType(who, "an atom", a);
}

/** (atom x): A box whose value `reset!` and `swap!` change. Example: (deref (atom 1)) => 1 */
export function atom(x) {
  return new Atom(x);
}

/** (atom? x): Is it an atom? Example: (atom? (atom 1)) => true */
export function atom$q(x) {
  return x instanceof Atom;
}

/** (deref a): The value in an atom. Example: (deref (atom 1)) => 1 */
export function deref(a) {
  checkAtom(a, "deref");
  return a.value;
}

/** (reset! a x): Put x in the atom; x. Example: (reset! (atom 1) 2) => 2 */
export function reset$b(a, x) {
  checkAtom(a, "reset!");
  const old = a.value;
  a.value = x;
  if (a.watches) for (const [key, f] of a.watches) f(key, a, old, x);
  return x;
}

/** (swap! a f & args): Put (f old & args) in the atom; returns it. Example: (swap! (atom 1) + 2) => 3 */
export function swap$b(a, f, ...args) {
  checkAtom(a, "swap!");
  return reset$b(a, toFn(f, "swap!")(a.value, ...args));
}

/**
 * (add-watch a key f): Call (f key a old new) at each change of the atom; a.
 * Example: (atom? (add-watch (atom 1) :w list)) => true
 */
export function add_watch(a, key, f) {
  checkAtom(a, "add-watch");
  (a.watches ??= new Map()).set(key, toFn(f, "add-watch"));
  return a;
}

/** (remove-watch a key): Forget what `add-watch` set; a. Example: (atom? (remove-watch (atom 1) :w)) => true */
export function remove_watch(a, key) {
  checkAtom(a, "remove-watch");
  a.watches?.delete(key);
  return a;
}
