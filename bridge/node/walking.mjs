/**
 * Going through what JavaScript has, many items at a time, for Python.
 * In: an iterator and how many items are wanted; Arrays of items. Out: the items, whether that was the end; typed arrays of
 * numbers, where there is nothing else. An Array and a typed array that iterate as JavaScript made them are read by index,
 * which is seen by nobody: what their iterators would give, at the moment they would give it.
 */
import { isProxy } from "./platform.mjs";

const MANY = 64; // numbers that are worth to be bytes
const PATIENCE_MS = 2; // that one batch may take: its first items are wanted
const LOOK = 7; // the clock is looked at after every eighth, among items at hand more seldom
const LOOK_AT_HAND = 255;

const arrays = Array.prototype[Symbol.iterator];
const typed = Object.getPrototypeOf(Uint8Array.prototype)[Symbol.iterator];
const steps = Object.getPrototypeOf([][Symbol.iterator]());
const { next } = steps;

/** Read the next items of an iterator. @returns {boolean} whether it has ended @throws what it throws, behind those that came */
export function take(iterator, items, count) {
  const end = performance.now() + PATIENCE_MS;
  while (items.length < count) {
    const step = iterator.next();
    if (step.done) return true;
    items.push(step.value);
    if ((items.length & LOOK) === 0 && items.length > 8 && performance.now() > end) break;
  }
  return false;
}

/** The iterator of an array, by index. */
export class Walk {
  #array;
  #at = 0;
  constructor(array) {
    this.#array = array;
  }

  /** One of an object that is such an array; undefined of any other. */
  static of(object) {
    if (steps.next !== next) return undefined;
    const whole = Array.isArray(object) ? object[Symbol.iterator] === arrays && !isProxy(object) : ArrayBuffer.isView(object) && object.length > 0 && object[Symbol.iterator] === typed;
    return whole ? new Walk(object) : undefined;
  }

  /** Whether an iterator is one. */
  static is(iterator) {
    return typeof iterator === "object" && iterator !== null && #array in iterator;
  }

  /** As `take`. @returns {boolean | null} null at the end of the array: more may be added by who gets these */
  take(items, count) {
    const array = this.#array;
    if (array === null) return true; // as one that has ended stays, whatever is added
    const end = performance.now() + PATIENCE_MS;
    while (items.length < count) {
      if (this.#at >= array.length) {
        if (items.length > 0) return null;
        if (array.length === 0 && ArrayBuffer.isView(array)) array[Symbol.iterator](); // throws where its memory has gone elsewhere
        this.#array = null;
        return true;
      }
      items.push(array[this.#at++]);
      if ((items.length & LOOK_AT_HAND) === 0 && performance.now() > end) break;
    }
    return false;
  }
}

/**
 * Numbers as a typed array: of 32 bits, which Python reads as integers, or of doubles, which it reads as floats. null where
 * there is anything else, both of them, or little.
 * @param {any[]} items @param {number} from the first of them
 */
export function columnOf(items, from = 0) {
  const count = items.length - from;
  if (count < MANY || typeof items[from] !== "number") return null;
  const whole = isSmall(items[from]);
  const column = whole ? new Int32Array(count) : new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const item = items[from + at];
    if (whole ? !isSmall(item) : typeof item !== "number" || isWhole(item)) return null;
    column[at] = item;
  }
  return column;
}

/** An integer of 32 bits. */
const isSmall = (item) => typeof item === "number" && (item | 0) === item && (item !== 0 || 1 / item > 0);
/** Python has an int of it. */
const isWhole = (item) => Number.isSafeInteger(item) && (item !== 0 || 1 / item > 0);
