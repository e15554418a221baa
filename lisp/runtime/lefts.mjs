/**
 * What compiled loops over `rest` and `next` keep in a variable that nobody else sees (lower/lefts.py says when).
 *
 * In: any collection, or a `Left`. Out: what `rest`, `first`, `count` and their kin give, but that what is left of an
 * array is copied once, and from then on only counted further: a loop over all items copies each of them once.
 */

import { isJsArray } from "./data.mjs";
import { count, empty$q, first, seq } from "./core_seq.mjs";
import { next, nth, rest, second } from "./core_parts.mjs";
import { part, whole } from "./operators.mjs";

/** The items of an array of ours from index `at` on. It never changes. */
class Left {
  constructor(items, at) {
    this.items = items;
    this.at = at;
  }
}

/** `(rest xs)` */
export function restLeft(xs) {
  if (xs instanceof Left) return new Left(xs.items, Math.min(xs.at + 1, xs.items.length));
  const left = rest(xs);
  return isJsArray(left) ? new Left(left, 0) : left;
}

/** `(next xs)` */
export function nextLeft(xs) {
  if (!isJsArray(xs) && !(xs instanceof Left)) return next(xs);
  const left = restLeft(xs);
  return left instanceof Left ? (left.at < left.items.length ? left : null) : seq(left);
}

/** `(first xs)` */
export function firstLeft(xs) {
  if (!(xs instanceof Left)) return first(xs);
  return xs.at < xs.items.length ? (xs.items[xs.at] ?? null) : null;
}

/** `(second xs)` */
export function secondLeft(xs) {
  return xs instanceof Left ? (xs.items[xs.at + 1] ?? null) : second(xs);
}

/** `(nth xs i)`, `(nth xs i otherwise)` */
export function nthLeft(xs, i, ...otherwise) {
  if (!(xs instanceof Left)) return nth(xs, i, ...otherwise);
  const isThere = Number.isInteger(i) && i >= 0 && i < xs.items.length - xs.at;
  return isThere ? (xs.items[xs.at + i] ?? null) : nth(itemsLeft(xs), i, ...otherwise);
}

/** `(count xs)` */
export function countLeft(xs) {
  return xs instanceof Left ? xs.items.length - xs.at : count(xs);
}

/** `(empty? xs)` */
export function emptyLeft(xs) {
  return xs instanceof Left ? xs.at >= xs.items.length : empty$q(xs);
}

/** The truth of `(seq xs)`. */
export function someLeft(xs) {
  return xs instanceof Left ? xs.at < xs.items.length : seq(xs) !== null;
}

/** `(seq xs)` */
export function seqLeft(xs) {
  if (!(xs instanceof Left)) return seq(xs);
  return xs.at < xs.items.length ? xs : null;
}

/** xs for who may do with it what they like. */
export function itemsLeft(xs) {
  return xs instanceof Left ? xs.items.slice(xs.at) : xs;
}

/** What `[a b]` takes apart. */
export function partLeft(xs, size) {
  return xs instanceof Left ? xs.items.slice(xs.at, xs.at + size) : part(xs, size);
}

/** What `[a b & more]` takes apart: so many items, and what is left. */
export function wholeLeft(xs, size) {
  const { items, at } = xs instanceof Left ? xs : { items: [...whole(xs)], at: 0 };
  const out = [];
  for (let i = at; i < at + size; i++) out.push(items[i]);
  out.push(new Left(items, Math.min(at + size, items.length)));
  return out;
}
