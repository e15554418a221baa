/**
 * Sequences without end: every core function is lazy on them, or ends early, or says that the sequence is infinite.
 * Each row runs under a guard, so that one that hangs fails instead.
 */

import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";
import * as rt from "../../../lisp/runtime/index.mjs";

const HANG = 20000;
const { take, first, range } = rt;
const k = rt.keyword;
const nat = () => rt.iterate(rt.inc, 1);
const open = () => rt.take_while(rt.pos$q, nat()); // nobody knows that it has no end
const yes = () => true;
function* generated() {
  for (let i = 1; ; i++) yield i;
}

function guarded(compute) {
  globalThis.computeGuarded = compute;
  return vm.runInThisContext("computeGuarded()", { timeout: HANG });
}

const LAZY = [
  [() => take(3, rt.take_while(rt.pos$q, nat())), "[1 2 3]"],
  [() => rt.take_while((x) => x < 4, nat()), "[1 2 3]"],
  [() => rt.reduce(rt.$a, rt.take_while((x) => x < 4, range())), "6"],
  [() => take(2, rt.drop_while((x) => x < 3, open())), "[3 4]"],
  [() => rt.split_with((x) => x < 3, nat()).map((xs) => take(2, xs)), "[[1 2] [3 4]]"],
  [() => rt.split_at(2, open()).map((xs) => take(2, xs)), "[[1 2] [3 4]]"],
  [() => rt.split_with((x) => x < 3, generated()).map((xs) => take(2, xs)), "[[1 2] [3 4]]"],
  [() => rt.split_at(2, generated()).map((xs) => take(2, xs)), "[[1 2] [3 4]]"],
  [() => first(rt.flatten(rt.repeat([1]))), "1"],
  [() => take(3, rt.flatten(rt.cycle([1, [2, [3]]]))), "[1 2 3]"],
  [() => take(3, rt.flatten([0, open()])), "[0 1 2]"],
  [() => take(3, rt.tree_seq(yes, (x) => [x + 1], 0)), "[0 1 2]"],
  [() => take(3, rt.tree_seq(yes, (x) => rt.iterate(rt.inc, x), 0)), "[0 0 0]"],
  [() => rt.zipmap(range(), [k("a"), k("b")]), "#<Map {0 :a 1 :b}>"],
  [() => rt.zipmap([k("a"), k("b")], range()), "{:a 0 :b 1}"],
  [() => rt.zip(range(), "ab"), '[[0 "a"] [1 "b"]]'],
  [() => take(2, rt.map(rt.inc, open())), "[2 3]"],
  [() => take(2, rt.map(rt.$a, open(), range())), "[1 3]"],
  [() => take(2, rt.mapcat((x) => [x, x], open())), "[1 1]"],
  [() => take(3, rt.mapcat((x) => range(x, Infinity), [5, 6])), "[5 6 7]"],
  [() => take(3, rt.mapcat((x) => rt.cons(x, open()), [5, 6])), "[5 1 2]"],
  [() => take(2, rt.map_indexed(rt.vector, open())), "[[0 1] [1 2]]"],
  [() => take(2, rt.filter(rt.odd$q, open())), "[1 3]"],
  [() => take(2, rt.remove(rt.odd$q, open())), "[2 4]"],
  [() => take(2, rt.keep((x) => (x > 2 ? x : null), open())), "[3 4]"],
  [() => take(2, rt.cons(0, open())), "[0 1]"],
  [() => take(3, rt.concat([0], open(), [9])), "[0 1 2]"],
  [() => take(3, rt.cycle(open())), "[1 2 3]"],
  [() => take(2, rt.rest(open())), "[2 3]"],
  [() => take(2, rt.next(nat())), "[2 3]"],
  [() => take(2, rt.distinct(open())), "[1 2]"],
  [() => take(2, rt.dedupe(open())), "[1 2]"],
  [() => take(3, rt.interpose(0, open())), "[1 0 2]"],
  [() => take(3, rt.interleave(open(), range())), "[1 0 2]"],
  [() => take(1, rt.zip(open(), open())), "[[1 1]]"],
  [() => take(2, rt.enumerate(open())), "[[0 1] [1 2]]"],
  [() => take(2, rt.partition(2, open())), "[[1 2] [3 4]]"],
  [() => take(2, rt.partition_all(2, 1, open())), "[[1 2] [2 3]]"],
  [() => take(2, rt.partition_by(rt.odd$q, open())), "[[1] [2]]"],
  [() => take(2, rt.take_nth(2, open())), "[1 3]"],
  [() => take(3, rt.reductions(rt.$a, open())), "[1 3 6]"],
  [() => rt.vec(rt.reductions((a, x) => (x > 2 ? rt.reduced(a) : a + x), nat())), "[1 3 3]"],
  [() => [rt.empty$q(open()), rt.seq(nat()) === null, rt.not_empty(open()) === null], "[false false false]"],
  [() => [rt.second(nat()), rt.nth(open(), 4), rt.get(open(), 2), rt.contains$q(nat(), 5)], "[2 5 3 true]"],
  [() => [rt.some((x) => x > 3, nat()), rt.every$q((x) => x < 9, nat()), rt.find_first(rt.even$q, nat())], "[true false 2]"],
  [() => [rt.includes$q(nat(), 7), rt.index_of(nat(), 7)], "[true 6]"],
  [() => rt.reduce((a, x) => (x > 3 ? rt.reduced(a) : a + x), 0, nat()), "6"],
  [() => [rt.drop(Infinity, range()), rt.drop(Infinity, nat())], "[[] []]"],
  [() => [range(), rt.map(rt.inc, range())], "[(0 1 2 3 4 5 6 7 8 9 …) (1 2 3 4 5 6 7 8 9 10 …)]"],
  [() => rt.prettyStr(open(), { maxItems: 4 }), '"[1 2 3 4 …]"'],
  [() => rt.pr_str(open()).slice(-9), '"100000 …]"'],
  [() => rt.$e(nat(), [1, 2]), "false"],
];

const WHOLE = {
  vec: (f, xs) => f(xs), reverse: (f, xs) => f(xs), sort: (f, xs) => f(xs), shuffle: (f, xs) => f(xs),
  count: (f, xs) => f(xs), last: (f, xs) => f(xs), butlast: (f, xs) => f(xs), drop_last: (f, xs) => f(xs),
  take_last: (f, xs) => f(2, xs), sort_by: (f, xs) => f(rt.identity, xs), rand_nth: (f, xs) => f(xs),
  set: (f, xs) => f(xs), union: (f, xs) => f(new Set(), xs), intersection: (f, xs) => f(new Set([1]), xs),
  difference: (f, xs) => f(new Set([1]), xs), superset$q: (f, xs) => f(new Set([1]), xs),
  subset$q: (f, xs) => f(new Set([1]), xs), frequencies: (f, xs) => f(xs), group_by: (f, xs) => f(rt.odd$q, xs),
  into: (f, xs) => f(new Set(), xs), entries: (f, xs) => f(xs), select_keys: (f, xs) => f({}, xs),
  zipmap: (f, xs) => f(xs, xs), mapv: (f, xs) => f(rt.inc, xs), filterv: (f, xs) => f(rt.odd$q, xs),
  apply: (f, xs) => f(rt.$a, xs), join: (f, xs) => f(",", xs), doall: (f, xs) => f(xs), pop: (f, xs) => f(xs),
  peek: (f, xs) => f(xs), subvec: (f, xs) => f(xs, 0), slice: (f, xs) => f(xs, 0), json_str: (f, xs) => f(xs),
  all: (f, xs) => f(xs), race: (f, xs) => f(xs), all_settled: (f, xs) => f(xs), any: (f, xs) => f(xs),
  last_index_of: (f, xs) => f(xs, 1), take: (f, xs) => f(Infinity, xs), flatten: (f, xs) => f([1, xs]),
  reduce: (f, xs) => f(rt.$a, 0, xs), partition_all: (f, xs) => f(Infinity, xs), merge: (f, xs) => f({}, xs), image: (f, xs) => f(xs),
};

test("lazy, or done early", async (t) => {
  for (const [compute, expected] of LAZY) {
    await t.test(String(compute).slice(6), () => assert.equal(rt.prStr(guarded(compute)), expected));
  }
});

test("who needs all items says that there is no end", async (t) => {
  for (const [name, use] of Object.entries(WHOLE)) {
    await t.test(rt.demangle(name), () => {
      for (const xs of [range(), rt.repeat(1), rt.cycle([1]), nat(), rt.map(rt.inc, range())]) {
        assert.throws(() => guarded(() => use(rt[name], xs)), /the sequence is infinite; take a part first/);
      }
    });
  }
});

test("pmap of an endless sequence", async () => {
  await assert.rejects(rt.pmap(rt.inc, range()), /infinite/);
  await assert.rejects(rt.pmap(rt.inc, range(), 2), /infinite/);
});

test("what is lazy is computed once, when it is needed", () => {
  let calls = 0;
  const xs = rt.take_while(yes, rt.repeatedly(() => ++calls));
  assert.equal(calls, 0);
  assert.deepEqual([take(3, xs), take(2, xs), calls], [[1, 2, 3], [1, 2], 3]);
});

test("a lazy array that ended is an array to its methods", () => {
  const xs = rt.take_while((x) => x < 4, nat());
  assert.deepEqual([xs.length, xs.map((x) => x * 2), xs.join("-"), rt.index(xs, 1)], [3, [2, 4, 6], "1-2-3", 2]);
  assert.equal(rt.pr_str(rt.conj(xs, 4)), "[1 2 3 4]");
});

test("what raised while it was walked goes on where it was", () => {
  let broken = true;
  const xs = rt.take_while((x) => {
    if (x === 3 && broken) throw new Error("not now");
    return x < 5;
  }, nat());
  assert.throws(() => rt.vec(xs), /not now/);
  broken = false;
  assert.deepEqual(rt.vec(xs), [1, 2, 3, 4]);
});

// ---------------------------------------------------------------------------------------------- closing

/** A generator that says when it was closed. */
function held(log) {
  return (function* () {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      log.push("closed");
    }
  })();
}

test("a loop that leaves a generator early closes it", () => {
  for (const leave of [
    (g) => rt.reduce((a, x) => (x > 2 ? rt.reduced(a) : a + x), 0, g),
    (g) => rt.reduce((a, x) => (x > 2 ? rt.reduced(a) : a + x), g),
    (g) => rt.run$b((x) => (x > 2 ? rt.reduced(x) : x), g),
    (g) => rt.some((x) => x > 2, g),
    (g) => {
      try {
        rt.reduce(() => rt.inc("a"), 0, g);
      } catch {
        // the error left the loop
      }
    },
  ]) {
    const log = [];
    leave(held(log));
    assert.deepEqual(log, ["closed"], String(leave));
  }
});

test("who takes a part of a generator that is held leaves it open", () => {
  for (const part of [
    (g) => take(2, g), (g) => first(g), (g) => rt.second(g), (g) => rt.nth(g, 1), (g) => rt.zip([1, 2], g),
    (g) => rt.zip(g, [1]), (g) => rt.map(rt.vector, [1], g), (g) => rt.zipmap(g, [1]), (g) => rt.interleave([1], g),
    (g) => rt.take_while((x) => x < 1, g), (g) => first(rt.seq(g)),
  ]) {
    const log = [];
    const g = held(log);
    part(g);
    assert.deepEqual(log, [], String(part));
    assert.equal(g.next().done, false, String(part));
  }
});
