/**
 * What requests come to, in a program whose proxies return promises.
 * In: a request that will be, or is, under way, and its end. Out: a promise for who looks at it, made only then, so that
 * what nobody looks at is no rejected promise; a failure that nobody has looked at is told once, as Node tells of a
 * promise's. Errors say which call of Python's failed and in which line of JavaScript it was written.
 */
import { BridgeError, isA, PyError } from "./errors.mjs";
import { stackOf } from "./platform.mjs";

const located = new WeakSet();
const HERE = new URL(".", import.meta.url).href;

/** One request's end. `needs` are the results without which it cannot be sent. */
export class Result {
  /** @param {string} label what it is the result of @param {Result[]} needs */
  constructor(label, needs = []) {
    this.label = label;
    this.needs = needs;
    this.settled = this.failed = false;
    /** Whether a program has asked for the promise; whether others have failed of this. */
    this.looked = this.carried = false;
    this.value = this.error = undefined;
    this.site = undefined;
    this.waiting = [];
    this.promise = undefined;
    this.settlers = undefined;
  }

  /** Note where it was written: which code of the program's is calling. */
  written() {
    this.site = {};
    Error.captureStackTrace(this.site, this.written);
    return this;
  }

  /** The promise. */
  look() {
    this.looked = true;
    if (this.promise === undefined) {
      if (!this.settled) this.promise = new Promise((resolve, reject) => (this.settlers = { resolve, reject }));
      else this.promise = this.failed ? Promise.reject(this.error) : Promise.resolve(this.value);
    }
    return this.promise;
  }

  /** Call a function when it has settled. */
  whenSettled(heed) {
    if (this.settled) heed();
    else this.waiting.push(heed);
  }

  /** It came to a value, which is no thenable. */
  settle(value) {
    this.#end();
    this.value = value;
    this.settlers?.resolve(value);
    this.#go();
  }

  /** It failed; with `of`, since that did. */
  fail(error, of) {
    this.#end();
    this.failed = true;
    this.error = error;
    if (of === undefined) locate(error, this);
    else of.carried = true;
    this.settlers?.reject(error);
    this.#go();
  }

  #end() {
    this.settled = true;
    this.forget();
  }

  /** What it was made of is not kept. */
  forget() {
    this.needs = [];
  }

  #go() {
    this.site = undefined;
    for (const heed of this.waiting.splice(0)) heed();
  }
}

/** Say in an error's stack which call failed and where that was written. */
function locate(error, { site, label }) {
  if (site === undefined || (!isA(error, PyError) && !isA(error, BridgeError)) || located.has(error)) return;
  located.add(error);
  const frames = stackOf(site).split("\n    at ").slice(1).filter((frame) => !frame.includes(HERE));
  error.stack = [`${error.name}: ${error.message}`, `${label} (Python)`, ...frames].join("\n    at ");
}

/** Failures that nobody looks at. */
export class Unseen {
  #known = new WeakSet();
  #ends = new Set();

  /** @param {() => boolean} quiet whether nobody is to be told: the program has ended the conversation */
  constructor(quiet) {
    this.quiet = quiet;
  }

  /** Results that failed together: one error is told once, unless somebody looks at a result that it ended. */
  tell(results) {
    for (const { looked, error } of results) if (looked) this.#isNew(error);
    for (const result of results) {
      if (result.looked || result.carried || this.quiet() || !this.#isNew(result.error)) continue;
      result.look(); // a rejected promise without a handler: Node says so, once
    }
  }

  /** Whether an error has not been known; it is now. That Python has ended is one error for all requests. */
  #isNew(error) {
    if ((typeof error !== "object" || error === null) && typeof error !== "function") return true;
    const [all, one] = isA(error, BridgeError) ? [this.#ends, error.message] : [this.#known, error];
    const isNew = !all.has(one);
    all.add(one);
    return isNew;
  }
}
