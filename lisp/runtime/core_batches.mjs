/**
 * Many items at a time: in the processes of a pool, and over whole arrays.
 *
 * In: functions, collections, what a pool is. Out: promises of results; functions of arrays. What is done in other
 * processes is Python's affair (repl/travel/batches.py): here the items go there, and the results come back.
 */

import { asArray, describe, isKeyword, pyOps, toFn } from "./data.mjs";
import { keyword_args } from "./operators.mjs";
import { isEndless } from "./sequences.mjs";

/** What `:on` of a call names, and its other options; null where there is no `:on`. */
export function poolOptions(rest, who) {
  for (let i = 0; i < rest.length; i += isKeyword(rest[i]) ? 2 : 1) {
    if (!isKeyword(rest[i]) && !isPlain(rest[i])) throw new TypeError(`${who}: expected options after the collection, as in :on pool, got ${describe(rest[i])}`);
  }
  const { on = null, signal = null, ...options } = keyword_args(rest);
  for (const name of Object.keys(options)) {
    if (!["chunk", "ahead", "progress", "limit"].includes(name)) throw new TypeError(`${who}: there is no option :${name}; there are :on :chunk :ahead :progress :signal`);
  }
  const { limit = null, ...others } = options;
  return { on: isKeyword(on) ? String(on) : on, signal, limit, options: others };
}

/** Is it an object of options, or none? */
const isPlain = (x) => x === null || x === undefined || (!pyOps(x) && [Object.prototype, null].includes(Object.getPrototypeOf(Object(x))));

/** A function of batches.py, called with a function, items and options: a promise of what it gives, as JavaScript's data where it is data. */
export async function inPool(what, who, f, items, { on, signal, options }, ...first) {
  const $py = globalThis[Symbol.for("polyrepl.$py")];
  if (typeof $py !== "function") throw new Error(`${who}: :on needs Python beside this program; run it with polyrepl`);
  const batches = $py("polyrepl.repl.travel.batches");
  const fn = isKeyword(f) ? (x) => f(x) : f;
  const xs = pyOps(items) || isEndless(items) ? items : asArray(items, who);
  const [isData, result] = await $py.async(batches, [what], [fn, ...first, xs, on, options], { signal: signal ?? $py.signal });
  return isData ? $py.toJs(result) : what === "spread" ? Array.from(result) : result;
}

/**
 * (preduce f init xs) (preduce f init xs & options): A promise of what reduce gives of an f that is associative, and an
 * init that changes nothing; with :on in the processes of a pool, chunks of xs beside each other.
 * Example: (await (preduce + 0 [1 2 3])) => 6
 */
export async function preduce(f, init, xs, ...rest) {
  const fn = toFn(f, "preduce");
  if (isKeyword(xs)) throw new TypeError(`preduce: expected an init before the collection, as in (preduce + 0 xs ${describe(xs)} ..): each chunk begins with it`);
  const how = poolOptions(rest, "preduce");
  if (how.on !== null) return inPool("fold", "preduce", fn, xs, how, init);
  let value = await init;
  for (const x of asArray(xs, "preduce")) value = await fn(value, x);
  return value;
}

/** A column of an argument: its items by index, and how many; -1 for a value that is the same in each row. */
function columnOf(x) {
  if (pyOps(x) && x.ndim > 1) throw new TypeError(`vectorize: expected columns, got an array of ${x.ndim} dimensions: (.ravel a) makes one of it`);
  const value = pyOps(x) ? globalThis[Symbol.for("polyrepl.$py")].toJs(x) : x;
  if (value === null || typeof value !== "object") return { at: value, size: -1 };
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    const numbers = Float64Array.from(value, Number);
    return numbers.every(Number.isSafeInteger) ? { at: numbers, size: numbers.length } : { at: value, size: value.length };
  }
  if (ArrayBuffer.isView(value) && typeof value.length === "number") return { at: value, size: value.length };
  const items = asArray(value, "vectorize");
  return { at: items, size: items.length };
}

/** The same of `row(i)` for all rows: numbers as a Float64Array, anything else as an array. */
function filled(size, row) {
  const numbers = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = row(i);
    if (typeof value !== "number") {
      const out = Array.from(numbers.subarray(0, i));
      out.push(value);
      for (i++; i < size; i++) out.push(row(i));
      return out;
    }
    numbers[i] = value;
  }
  return numbers;
}

/**
 * (vectorize f): A function of whole columns (arrays, typed arrays, NumPy's, a Series) that gives what f gives of each row,
 * numbers as a Float64Array; other arguments are the same in each row. The rows do not cross to Python and back.
 * Example: (Array.from ((vectorize (fn [x y] (+ (* 2 x) y))) [1 2] 10)) => [12 14]
 */
export function vectorize(f) {
  const fn = toFn(f, "vectorize");
  return (...args) => {
    const columns = args.map(columnOf);
    const sizes = [...new Set(columns.map(({ size }) => size).filter((size) => size >= 0))];
    if (sizes.length === 0) throw new TypeError(`vectorize: expected an array among the arguments, got ${args.map(describe).join(", ") || "none"}`);
    if (sizes.length > 1) throw new RangeError(`vectorize: the columns have different lengths, ${sizes.join(" and ")}`);
    const [first, second] = columns;
    if (columns.length === 1) return filled(sizes[0], (i) => fn(first.at[i]));
    if (columns.length === 2 && first.size >= 0 && second.size >= 0) return filled(sizes[0], (i) => fn(first.at[i], second.at[i]));
    return filled(sizes[0], (i) => fn(...columns.map(({ at, size }) => (size < 0 ? at : at[i]))));
  };
}
