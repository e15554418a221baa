/**
 * Core functions on promises and time. In: promises, or anything else, which counts as already there. Out: promises.
 */

import { inPool, poolOptions } from "./core_batches.mjs";
import { asArray, describe, toFn, wrongType } from "./data.mjs";
import { walkAll } from "./sequences.mjs";

/**
 * (all xs): A promise of the array of all values; fails as soon as one does.
 * Example: (await (all [1 (Promise.resolve 2)])) => [1 2]
 */
export function all(xs) {
  return Promise.all(asArray(xs, "all"));
}

/**
 * (all-settled xs): A promise of {:status "fulfilled" :value v} or {:status "rejected" :reason e} for each.
 * Example: (map :value (await (all-settled [1]))) => [1]
 */
export function all_settled(xs) {
  return Promise.allSettled(asArray(xs, "all-settled"));
}

/**
 * (race xs): A promise of the first to be there, or to fail.
 * Example: (await (race [(Promise.resolve 1) (delay 50)])) => 1
 */
export function race(xs) {
  return Promise.race(asArray(xs, "race"));
}

/**
 * (any xs): A promise of the first value; fails only when all do.
 * Example: (await (any [(Promise.reject 1) 2])) => 2
 */
export function any(xs) {
  return Promise.any(asArray(xs, "any"));
}

/**
 * (delay ms) (delay ms x): A promise of x (nil) after some milliseconds.
 * Example: (await (delay 1 :done)) => :done
 */
export function delay(ms, x = null) {
  return later(ms, x, "delay");
}

function later(ms, x, who) {
  if (typeof ms !== "number") throw wrongType(who, "milliseconds", ms);
  return new Promise((resolve) => setTimeout(resolve, ms, x));
}

/** (sleep ms): A promise of nil after some milliseconds; await it. Example: (await (sleep 1)) => nil */
export function sleep(ms) {
  return later(ms, null, "sleep");
}

/**
 * (timeout ms p) (timeout ms p otherwise): A promise of p's value, which fails (or gives otherwise) when it takes
 * longer.
 * Example: (await (timeout 1 (delay 50) :late)) => :late
 */
export function timeout(ms, p, otherwise) {
  if (typeof ms !== "number") throw wrongType("timeout", "milliseconds", ms);
  const given = arguments.length > 2;
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => {
      if (given) resolve(otherwise);
      else reject(new Error(`timeout: no value after ${ms} ms`));
    }, ms);
  });
  return Promise.race([p, late]).finally(() => clearTimeout(timer));
}

/** (promise f): A promise settled by (f resolve reject). Example: (await (promise (fn (ok no) (ok 1)))) => 1 */
export function promise(f) {
  return new Promise(toFn(f, "promise"));
}

/** (resolved x): A promise of x that is already there. Example: (await (resolved 1)) => 1 */
export function resolved(x) {
  return Promise.resolve(x);
}

/**
 * (rejected e): A promise that has failed with e.
 * Example: (try (await (rejected (error "no"))) (catch e (ex-message e))) => "no"
 */
export function rejected(e) {
  return Promise.reject(e);
}

/**
 * (pmap f xs) (pmap f xs limit) (pmap f xs & options): A promise of the array of what f gives, at most limit (all)
 * promises under way at a time; with :on in the processes of a pool, :processes or one of Python's, in chunks of
 * :chunk items.
 * Example: (await (pmap (fn (x) (delay 1 x)) [1 2])) => [1 2]
 */
export async function pmap(f, xs, ...how) {
  const fn = toFn(f, "pmap");
  const rest = poolOptions(typeof how[0] === "number" ? how.slice(1) : how, "pmap");
  if (rest.on !== null) return inPool("spread", "pmap", fn, xs, rest);
  const limit = typeof how[0] === "number" ? how[0] : rest.limit ?? Infinity;
  if (!(limit >= 1)) throw new RangeError(`pmap: expected a limit of at least 1, got ${describe(limit)}`);
  if (limit === Infinity) return Promise.all(Array.from(asArray(xs, "pmap"), (x) => fn(x)));
  const out = [];
  const source = walkAll(xs, "pmap")[Symbol.iterator]();
  let next = 0;
  const worker = async () => {
    for (let step = source.next(); !step.done; step = source.next()) {
      const i = next++;
      out[i] = await fn(step.value);
    }
  };
  const workers = [];
  for (let i = 0; i < limit && i < 10000; i++) workers.push(worker());
  await Promise.all(workers);
  return out;
}

/** (now): Milliseconds since 1970. Example: (integer? (now)) => true */
export function now() {
  return Date.now();
}

/**
 * (time-ms): Milliseconds of a clock that never goes back, with fractions: for measuring.
 * Example: (number? (time-ms)) => true
 */
export function time_ms() {
  return globalThis.performance.now();
}
