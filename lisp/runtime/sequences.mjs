/**
 * Sequences whose end is not known: whether what `map` and its kin give is an array, or lazy.
 *
 * In: any collection; a function that starts a walk. Out: an array, a LazySeq or a LazyArray.
 */

import { LazySeq, asArray, infinite, listFrom, pyOps, walk } from "./data.mjs";

// So many items of a generator are taken at once: all of most that have an end.
const MOST = 10_000;

/**
 * What `map`, `take-while` and their kin give where a source may have no end: an array that is computed while it is
 * walked, with an array's methods. It keeps what was read, so that everything is computed once; what raised or was
 * interrupted is walked anew, up to where it was.
 */
export class LazyArray extends LazySeq {
  constructor(start, size, brackets = "[]") {
    super(() => this.items(), size);
    Object.assign(this, { start, brackets, read: [], ended: false });
  }

  static {
    for (const method of "at every filter find forEach includes indexOf join map reduce slice some".split(" ")) {
      this.prototype[method] = function (...args) {
        return asArray(this, method)[method](...args);
      };
    }
  }

  get length() {
    return asArray(this, "length").length;
  }

  *items() {
    for (let i = 0; i < this.read.length || this.readOn(); i++) yield this.read[i];
  }

  readOn() {
    if (this.ended) return false;
    const { iterator = this.resume() } = this;
    this.iterator = undefined;
    const step = iterator.next();
    this.iterator = iterator;
    if (step.done) {
      this.ended = true;
      this.size = this.read.length;
    } else this.read.push(step.value);
    return !step.done;
  }

  resume() {
    const iterator = this.start()[Symbol.iterator]();
    for (let i = 0; i < this.read.length; i++) iterator.next();
    return iterator;
  }
}

/** Is xs known to have no end? */
export function isInfinite(xs) {
  return xs instanceof LazySeq && xs.size === Infinity;
}

/** May xs go on without end, as far as is known? Then `map`, `filter` and the like answer lazily. */
export function isEndless(xs) {
  return xs instanceof LazySeq && (xs.size === Infinity || (xs instanceof LazyArray && !xs.ended));
}

/** Is xs a generator of either language? It may go on without end; others' iterators have files and the like behind them. */
export function isOpen(xs) {
  if ((typeof xs !== "object" && typeof xs !== "function") || xs === null) return false;
  const ops = pyOps(xs);
  if (ops) return ops.isOpen?.(xs) ?? false;
  return Object.prototype.toString.call(xs) === "[object Generator]";
}

/** What a walk over a source that is open gives: an array; where there is much of it, the rest lazily. */
export function collected(start) {
  const iterator = start()[Symbol.iterator]();
  const out = [];
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    if (out.push(step.value) === MOST) return new Remainder(out, iterator);
  }
  return out;
}

/** As `collected`, for who gives a list. */
export function collectedList(start) {
  const found = collected(start);
  return found instanceof LazyArray ? Object.assign(found, { brackets: "()" }) : listFrom(found);
}

/** The beginning of a walk that is made once, and its rest. */
class Remainder extends LazyArray {
  constructor(read, iterator) {
    super();
    Object.assign(this, { read, iterator, resume: () => iterator });
  }
}

/** What a walk over sources gives: an array, or a lazy sequence when none of them has an end that is known. */
export function gather(sources, start) {
  const [open, endless] = [sources.some(isOpen), sources.every((xs) => isEndless(xs) || isOpen(xs))];
  if (open && endless) return collected(start);
  if (!endless || sources.length === 0) return Array.from(start());
  return sources.every(isInfinite) ? new LazySeq(start, Infinity) : new LazyArray(start);
}

/** As `walk`, for who needs all items: a sequence without end is refused. */
export function walkAll(xs, who) {
  if (isInfinite(xs)) throw infinite(who);
  return walk(xs, who);
}
