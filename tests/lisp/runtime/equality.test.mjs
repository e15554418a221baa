/** Equality, hashing and order. */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";

const k = rt.keyword;
const sym = (name, id) => new rt.LispSymbol(name, id);
class Money {
  constructor(n) {
    this.n = n;
  }

  equals(other) {
    return this.n === other.n;
  }
}

const EQUAL = [
  [1, 1], [0, -0], [1, 1n], [1n, 1], ["a", "a"], [null, undefined], [true, true],
  [[], []], [[1, [2]], [1, [2]]], [[1], rt.list(1)], [[null], [undefined]], [[0, 1, 2], rt.range(3)],
  [rt.range(3), rt.range(0, 3)], [rt.repeat(2, 1), [1, 1]], [rt.list(), rt.range(0)],
  [{}, {}], [{ a: 1, b: [2] }, { b: [2], a: 1 }], [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  [new Map([[1, 2], ["a", [3]]]), new Map([["a", [3]], [1, 2]])], [new Map([[[1], 2]]), new Map([[[1], 2]])],
  [new Set([1, 2]), new Set([2, 1])], [new Set([[1], { a: 1 }]), new Set([{ a: 1 }, [1]])],
  [new Date(5), new Date(5)], [/a/g, /a/g], [new Uint8Array([1]), new Uint8Array([1])],
  [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  [k("a"), k("a")], [sym("a", 1), sym("a", 2)], [rt.list(sym("f"), 1), rt.list(sym("f", 9), 1)], [new Money(1), new Money(1)],
  [[1n, 2], [1, 2n]],
];
const UNEQUAL = [
  [1, 2], [NaN, NaN], [1, "1"], ["a", k("a")], [null, false], [0, false], [0, null], ["", null], [k("a"), k("b")],
  [[1], [1, 2]], [[1, 2], [2, 1]], [[NaN], [NaN]], [[], {}], [[], ""], [[1], new Set([1])], [[1, 2], new Uint8Array([1, 2])],
  [{ a: 1 }, { a: 2 }], [{ a: 1 }, { b: 1 }], [{ a: undefined }, {}], [{ a: 1 }, new Map([["a", 1]])],
  [new Map([[1, 2]]), new Map([[1, 3]])], [new Map([[k("a"), 1]]), new Map([["a", 1]])], [new Set([1]), new Set([2])],
  [new Set([[1]]), new Set([[2]])], [new Date(5), new Date(6)], [/a/g, /a/i], [new Uint8Array([1]), new Int8Array([1])],
  [rt.range(), rt.range(1, 5)], [rt.range(), rt.repeat(1)], [[1], rt.range()], [rt.error("a"), rt.error("a")], [new Money(1), new Money(2)],
  [new (class A {})(), new (class B {})()], [() => 1, () => 1], [sym("a"), "a"], [sym("a"), k("a")], [Symbol("a"), Symbol("a")],
  [1.5, 1n], [[[]], [[[]]]], [{ a: { b: 1 } }, { a: { b: 2 } }], [{ toString: 1 }, { valueOf: 1 }],
];

test("equal", () => {
  for (const [a, b] of EQUAL) {
    assert.ok(rt.equal(a, b) && rt.equal(b, a), `${rt.prStr(a)} = ${rt.prStr(b)}`);
    assert.deepEqual(rt.hash(a), rt.hash(b), `hash of ${rt.prStr(a)}`);
    const seen = new rt.EqualMap().set(a, 1);
    assert.ok(seen.has(b), `EqualMap finds ${rt.prStr(b)}`);
  }
  for (const [a, b] of UNEQUAL) {
    assert.ok(!rt.equal(a, b) && !rt.equal(b, a), `${rt.prStr(a)} ≠ ${rt.prStr(b)}`);
  }
});

test("EqualMap tells unequal keys apart", () => {
  for (const [a, b] of UNEQUAL) {
    if (Number.isNaN(a)) continue; // a key is found again, as in a Map
    assert.ok(!new rt.EqualMap().set(a, 1).has(b), `${rt.prStr(a)} ${rt.prStr(b)}`);
  }
});

test("= and not= with many operands", () => {
  assert.deepEqual([rt.$e(1), rt.$e(1, 1, 1), rt.$e([1], [1], [2]), rt.not$e(1, 1, 2), rt.not$e(1)], [true, true, false, true, false]);
  assert.deepEqual([rt.identical$q([], []), rt.identical$q(null, undefined), rt.identical$q("a", "a")], [false, true, true]);
});

test("cycles and depth", () => {
  const a = [1];
  a.push(a);
  const b = [1];
  b.push(b);
  assert.ok(rt.equal(a, b));
  const c = { x: null };
  c.x = c;
  const d = { x: { x: null } };
  d.x.x = d;
  assert.ok(rt.equal(c, d));
  let e = 1;
  let f = 1;
  let g = 2;
  for (let i = 0; i < 100000; i++) [e, f, g] = [[e], [f], [g]];
  assert.ok(rt.equal(e, f));
  assert.ok(!rt.equal(e, g));
});

test("compare: a total order within its kinds", () => {
  const ordered = [null, -Infinity, -1, 0, 1n, 1.5, 2, Infinity, NaN];
  for (let i = 0; i < ordered.length; i++) {
    for (let j = 0; j < ordered.length; j++) assert.equal(rt.compare(ordered[i], ordered[j]), Math.sign(i - j), `${i} ${j}`);
  }
  const rows = [[false, true], ["B", "a"], ["a", "b"], [[1, 9], [2]], [[1], [1, 0]], [[null], [1]], [k("a"), k("b")], [new Date(1), new Date(2)], [sym("a"), sym("b")], [new Uint8Array([1]), [2]]];
  for (const [a, b] of rows) {
    assert.deepEqual([rt.compare(a, b), rt.compare(b, a), rt.compare(a, a)], [-1, 1, 0], rt.prStr([a, b]));
  }
  for (const [a, b] of [[1, "a"], [{}, {}], ["a", k("a")], [[1], ["a"]], [1, true]]) {
    assert.throws(() => rt.compare(a, b), /^TypeError: compare: .* have no order/);
  }
});
