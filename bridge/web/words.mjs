/**
 * Words that a page shares with the worker that it may stop: those of `../node/protocol.mjs`, and one for Python.
 * In: an Int32Array, of shared memory where the page is isolated. Out: what runs there is asked to stop, wherever it is: loops of
 * the Lisp look at CANCELLED, and so do calls of Python; Python's interpreter looks at PYTHON, and so does a sleep of its.
 */
import { SEVERAL, WORDS } from "../node/protocol.mjs";

export const SIZE = 16;
/** Python is to look whether it is asked to stop. */
export const PYTHON = 10;

/** Ask what runs to stop. @param {Int32Array} words */
export function ask(words) {
  const run = words[WORDS.RUN];
  const target = run !== 0 && run !== SEVERAL ? run : words[WORDS.ROOT] || words[WORDS.LAST] || SEVERAL;
  Atomics.store(words, PYTHON, 1); // first: code that hears of CANCELLED takes this back
  Atomics.store(words, WORDS.CANCELLED, target);
  Atomics.notify(words, PYTHON);
}

/** Is it still to be heard? @param {Int32Array} words */
export const isAsked = (words) => Atomics.load(words, WORDS.CANCELLED) !== 0 || Atomics.load(words, PYTHON) !== 0;

/** Nothing is asked any more. @param {Int32Array} words */
export function forget(words) {
  Atomics.store(words, WORDS.CANCELLED, 0);
  Atomics.store(words, PYTHON, 0);
}
