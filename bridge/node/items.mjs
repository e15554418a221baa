/**
 * The iterator of a Python object: lazy, in growing batches when nobody else sees Python's iterator.
 * In: the object's handler. Out: its items, one by one; what was raised comes where it was raised. What is left early is
 * closed, if it is a generator, as JavaScript closes its own.
 */
import { isFresh, together } from "./ahead.mjs";
import { records } from "./handles.mjs";
import { OPS, SORT_BITS, SORTS, TRAITS } from "./protocol.mjs";

const [DICT, LIST, TUPLE] = ["dict", "list", "tuple"].map((sort) => SORTS.indexOf(sort));
const LARGEST = 2048; // of batches
const LARGEST_OF_SCALARS = 8192; // of a list or a tuple: they cross together, and nobody's code runs for them
const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const RUNNING = "this iterator is being asked already";
const [NEW, OPEN, RUNS, OVER] = [0, 1, 2, 3];

/** Written by hand, since a generator takes four times as long for an item. */
export class Items {
  #state = NEW;
  #handler;
  #pairs;
  #alone = false;
  #iterator;
  /** Whether Python's has ended; null of a list's, where it has come to the end and more may be added. @type {boolean | null} */
  #done = false;
  #ran = 0; // the turns at that, and when
  #read = 0;
  #error;
  #items = [];
  #at = 0;
  #size = 1; // of the last batch
  #sizes = new Map();

  constructor(handler) {
    this.#handler = handler;
    this.#pairs = (handler.traits & SORT_BITS) === DICT;
  }

  next() {
    return this.#at < this.#items.length ? { value: this.#items[this.#at++], done: false } : this.#more();
  }

  return(value) {
    if (this.#state === RUNS) throw new TypeError(RUNNING);
    this.#leave();
    return { value, done: true };
  }

  throw(error) {
    if (this.#state === RUNS) throw new TypeError(RUNNING);
    this.#leave();
    throw error;
  }

  #more() {
    if (this.#state === OVER) return { value: undefined, done: true };
    if (this.#state === RUNS) throw new TypeError(RUNNING);
    if (this.#isAtEnd()) this.#done = true;
    if (this.#error !== undefined || this.#done) {
      const error = this.#error;
      this.#leave();
      if (error !== undefined) throw error;
      return { value: undefined, done: true };
    }
    const { all } = this.#handler;
    const isNew = this.#state === NEW;
    this.#state = RUNS;
    try {
      let items;
      if (isNew) [this.#alone, this.#iterator, this.#done, items, this.#error] = all.ask(OPS.iter, this.#handler, 1, this.#pairs);
      else [this.#done, items, this.#error] = all.ask(OPS.next, records.get(this.#iterator), this.#grown(), this.#pairs);
      this.#items = items;
      this.#at = 0;
      if (this.#done === null) {
        this.#ran = all.connection.turns.count;
        this.#read = performance.now();
      }
      together(all, this.#pairs ? this.#items.map(([, item]) => item) : this.#items, this.#sizes);
    } catch (error) {
      if (isNew) this.#state = OVER;
      else this.#leave();
      throw error;
    }
    this.#state = OPEN;
    return this.next();
  }

  /** Whether it was at its end, and nobody can have added anything: to ask for the end would double the time of a short list. */
  #isAtEnd() {
    return this.#done === null && this.#alone && isFresh(this.#handler.all.connection, this.#ran, this.#read);
  }

  /** How many are asked for next. */
  #grown() {
    if (!this.#alone) return 1;
    const sort = this.#handler.traits & SORT_BITS;
    const last = this.#items.at(-1);
    const scalars = (sort === LIST || sort === TUPLE) && typeof last !== "object" && typeof last !== "function";
    this.#size = Math.min(this.#size * 2, scalars ? LARGEST_OF_SCALARS : LARGEST);
    return this.#size;
  }

  /** Nothing more is wanted, or comes: a generator is closed; what nobody else has is given back. */
  #leave() {
    const left = (this.#state === OPEN || this.#state === RUNS) && !this.#done;
    this.#state = OVER;
    this.#items = [];
    this.#error = undefined;
    if (!left) return;
    const { all, traits } = this.#handler;
    if (traits & TRAITS.GENERATOR) all.ask(OPS.send, this.#handler, "return", null);
    else if (this.#alone) all.destroy(this.#iterator);
  }
}
Object.setPrototypeOf(Items.prototype, IteratorPrototype);
Object.defineProperty(Items.prototype, Symbol.toStringTag, { value: "Python Iterator", configurable: true });
