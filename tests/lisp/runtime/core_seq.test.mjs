/** Core functions that make sequences, look into them and take parts. */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;

function* counting(log) {
  for (let i = 0; ; i++) {
    log.push(i);
    yield i;
  }
}

table("making sequences", [
  [() => rt.list(1, 2), "(1 2)"],
  [() => rt.list(3), "(3)"],
  [() => rt.vector(1, 2), "[1 2]"],
  [() => rt.vec(new Set([1, 2])), "[1 2]"],
  [() => rt.vec(null), "[]"],
  [() => rt.vec("a😀"), '["a" "😀"]'],
  [() => rt.vec({ a: 1 }), '[["a" 1]]'],
  [() => rt.vec(new Map([[k("a"), 1]])), "[[:a 1]]"],
  [() => rt.vec(rt.list(1)), "[1]"],
  [() => rt.vec(5), /^vec: expected a collection, got 5$/],
  [() => rt.vec(rt.range()), /^vec: the sequence is infinite/],
  [() => rt.range(3), "(0 1 2)"],
  [() => rt.range(1, 4), "(1 2 3)"],
  [() => rt.range(4, 1), "()"],
  [() => rt.range(5, 0, -2), "(5 3 1)"],
  [() => rt.range(0, 1, 0.25), "(0 0.25 0.5 0.75)"],
  [() => rt.range(), "(0 1 2 3 4 5 6 7 8 9 …)"],
  [() => rt.range("a"), /^range: expected a number, got "a"/],
  [() => rt.range(0, 5, 0), /step must not be 0/],
  [() => rt.take(4, rt.iterate((x) => x * 2, 1)), "[1 2 4 8]"],
  [() => rt.take(2, rt.repeat(k("a"))), "[:a :a]"],
  [() => rt.repeat(3, 1), "(1 1 1)"],
  [() => rt.repeat(-1, 1), "()"],
  [() => rt.repeatedly(2, () => 7), "[7 7]"],
  [() => rt.take(2, rt.repeatedly(() => 7)), "[7 7]"],
  [() => rt.take(5, rt.cycle([1, 2])), "[1 2 1 2 1]"],
  [() => rt.cycle([]), "[]"],
  [() => [...rt.range(2), ...rt.range(2)], "[0 1 0 1]"],
  [() => { const r = rt.range(3); return [rt.vec(r), rt.vec(r)]; }, "[[0 1 2] [0 1 2]]"],
]);

table("how many", [
  [() => [null, "héé", [1], { a: 1, b: 2 }, new Map([[1, 1]]), new Set([1]), rt.range(5), new Uint8Array(4)].map(rt.count), "[0 3 1 2 1 1 5 4]"],
  [() => rt.count([1, 2].values()), "2"],
  [() => rt.count(5), /^count: expected a collection, got 5$/],
  [() => rt.count(rt.range()), /infinite/],
  [() => rt.count(Promise.resolve([1])), /^count: expected a collection, got a promise; await it first$/],
  [() => [null, "", [], {}, new Map(), new Set(), rt.range(0), rt.repeat(0, 1)].map(rt.empty$q), "[true true true true true true true true]"],
  [() => ["a", [0], { a: 1 }, new Set([1]), rt.range(), rt.iterate(rt.inc, 0)].map(rt.empty$q), "[false false false false false false]"],
  [() => rt.empty$q([1].values()), /would use it up/],
  [() => rt.empty$q(5), /expected a collection/],
  [() => [[1], rt.list(1), { a: 1 }, new Map([[1, 1]]), new Set([1]), "a", null, rt.range(2)].map(rt.empty), '[[] () {} #<Map {}> #{} "" nil []]'],
  [() => [rt.not_empty([]), rt.not_empty([1]), rt.not_empty(null)], "[nil [1] nil]"],
  [() => [[], null, "", {}, rt.range(0)].map(rt.seq), "[nil nil nil nil nil]"],
  [() => ["ab", { a: 1 }, new Set([1]), rt.list(1)].map(rt.seq), '[["a" "b"] [["a" 1]] [1] (1)]'],
  [() => { const s = rt.seq([1, 2].values()); return [s, rt.vec(s), rt.vec(s)]; }, "[(1 2) [1 2] [1 2]]"],
]);

table("looking in", [
  [() => [[1, 2], null, [], "ab", rt.range(5), { a: 1 }, new Set([3]), [undefined]].map(rt.first), '[1 nil nil "a" 0 ["a" 1] 3 nil]'],
  [() => [[1, 2], "ab", [1], null, rt.range()].map(rt.second), '[2 "b" nil nil 1]'],
  [() => rt.ffirst([[1]]), "1"],
  [() => [[1, 2], null, [], "ab", rt.range(5), new Set([1, 2])].map(rt.last), '[2 nil nil "b" 4 2]'],
  [() => rt.last(rt.range()), /infinite/],
  [() => rt.peek([1, 2]), "2"],
  [() => rt.peek(rt.list(1, 2)), "1"],
  [() => rt.nth([1, 2, 3], 1), "2"],
  [() => rt.nth([1, 2, 3], 2n), "3"],
  [() => rt.nth("abc", 1), '"b"'],
  [() => rt.nth(rt.range(), 100000), "100000"],
  [() => rt.nth(rt.iterate(rt.inc, 0), 7), "7"],
  [() => rt.nth(new Set([5, 6]), 1), "6"],
  [() => rt.nth([1], 5, k("none")), ":none"],
  [() => rt.nth([1], 5, null), "nil"],
  [() => rt.nth([null], 0), "nil"],
  [() => rt.nth([1, 2, 3], 5), /^nth: index 5 is out of range for a sequence of 3$/],
  [() => rt.nth([1, 2, 3], -1), /^nth: index -1 is out of range/],
  [() => rt.nth(null, 0), /^nth: index 0 is out of range for a sequence of 0$/],
  [() => rt.nth([1], "a"), /^nth: expected an index, got "a"$/],
  [() => rt.nth([1], 0.5), /^nth: expected an index, got 0.5$/],
]);

table("parts", [
  [() => [[1, 2], [], null, "ab", rt.list(1, 2)].map(rt.rest), '[[2] [] [] ["b"] (2)]'],
  [() => rt.rest(rt.range()), "(1 2 3 4 5 6 7 8 9 10 …)"],
  [() => rt.rest(rt.iterate(rt.inc, 0)), "(1 2 3 4 5 6 7 8 9 10 …)"],
  [() => [[1, 2], [1], null].map(rt.next), "[[2] nil nil]"],
  [() => [rt.nthrest([1, 2, 3], 2), rt.nthnext([1], 1)], "[[3] nil]"],
  [() => [[1, 2], [1], null].map(rt.butlast), "[[1] nil nil]"],
  [() => [rt.take(2, [1, 2, 3]), rt.take(-1, [1]), rt.take(9, "ab"), rt.take(1, null), rt.take(0, rt.range())], '[[1 2] [] ["a" "b"] [] []]'],
  [() => rt.take(1, 5), /^take: expected a collection, got 5$/],
  [() => rt.take("a", [1]), /^take: expected a number, got "a"$/],
  [() => rt.take(2, rt.list(1, 2, 3)), "(1 2)"],
  [() => [rt.take_last(2, [1, 2, 3]), rt.take_last(0, [1]), rt.take_nth(2, [1, 2, 3])], "[[2 3] [] [1 3]]"],
  [() => rt.take_nth(0, [1]), /step of at least 1/],
  [() => rt.take_while(rt.pos$q, [2, 1, 0, 3]), "[2 1]"],
  [() => rt.take_while((x) => x < 3, rt.range()), "[0 1 2]"],
  [() => [rt.drop(2, [1, 2, 3]), rt.drop(0, [1]), rt.drop(5, [1]), rt.drop(1, "ab")], '[[3] [1] [] ["b"]]'],
  [() => rt.take(2, rt.drop(3, rt.cycle([1, 2]))), "[2 1]"],
  [() => rt.drop_while(rt.pos$q, [2, 0, 3]), "[0 3]"],
  [() => [rt.drop_last([1, 2]), rt.drop_last(2, [1, 2, 3])], "[[1] [1]]"],
  [() => [rt.slice([1, 2, 3, 4], 1, -1), rt.slice("hello", 1, 3), rt.slice([1, 2], 1)], '[[2 3] "el" [2]]'],
  [() => rt.slice(new Uint8Array([1, 2, 3]), 1), "#<Uint8Array [2 3]>"],
  [() => [rt.pop([1, 2]), rt.pop(rt.list(1, 2)), rt.subvec([1, 2, 3], 1, 2), rt.subvec([1, 2], 1), rt.doall(rt.range(2)), rt.doall(null)], "[[1] (2) [2] [2] [0 1] nil]"],
  [() => rt.pop([]), /^pop: the collection is empty$/],
  [() => rt.subvec([1], 0, 5), /^subvec: 0 to 5 is out of range for a sequence of 1$/],
  [() => [rt.split_at(1, [1, 2, 3]), rt.split_with(rt.pos$q, [1, 0, 2])], "[[[1] [2 3]] [[1] [0 2]]]"],
]);

test("no more is read than is needed", () => {
  const cases = [
    [(g) => rt.first(g), 1],
    [(g) => rt.take(3, g), 3],
    [(g) => rt.nth(g, 2), 3],
    [(g) => rt.some((x) => x === 4, g), 5],
    [(g) => rt.take_while((x) => x < 2, g), 3],
    [(g) => rt.every$q((x) => x < 2, g), 3],
    [(g) => rt.reduce((a, x) => (x > 3 ? rt.reduced(a) : a + x), 0, g), 5],
    [(g) => rt.first(rt.seq(g)), 1],
    [(g) => rt.find_first((x) => x > 1, g), 3],
    [(g) => rt.zip([1, 2], g), 2],
  ];
  for (const [use, expected] of cases) {
    const log = [];
    use(counting(log));
    assert.equal(log.length, expected, String(use));
  }
});

test("a one-shot iterator goes on where the last reader stopped", () => {
  const g = counting([]);
  assert.equal(rt.first(g), 0);
  assert.deepEqual(rt.take(2, g), [1, 2]);
  assert.equal(rt.first(g), 3);
});

test("fresh iterators are closed", () => {
  let closed = 0;
  const source = { *[Symbol.iterator]() { try { for (;;) yield 1; } finally { closed++; } } };
  rt.first(source);
  rt.take(2, source);
  rt.reduce(() => rt.reduced(1), 0, source);
  rt.map(rt.vector, [1], source);
  rt.some(rt.identity, source);
  assert.equal(closed, 5);
});

test("nothing given is changed", () => {
  const xs = Object.freeze([3, 1, 2]);
  const m = Object.freeze({ a: 1 });
  for (const f of [rt.sort, rt.reverse, rt.rest, rt.vec, rt.shuffle, rt.distinct, rt.butlast, rt.flatten]) f(xs);
  rt.conj(xs, 1), rt.into(xs, [1]), rt.assoc(m, "b", 1), rt.dissoc(m, "a"), rt.merge(m, { b: 1 }), rt.update(m, "a", rt.inc);
  assert.deepEqual([xs, m], [[3, 1, 2], { a: 1 }]);
});
