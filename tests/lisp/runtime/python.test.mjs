/** Core functions on Python values, through the contract of fake_python.mjs (a test double of the bridge). */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";
import {
  fakeArray, fakeDict, fakeFunction, fakeIterator, fakeList, fakeNumber, fakeSet, fakeThing, fakeTuple, ops, trips,
} from "./fake_python.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;
const raises = (name, message) => () => { throw Object.assign(new Error(message), { name }); };

table("sequences", [
  [() => rt.map(rt.inc, fakeList(1, 2)), "[2 3]"],
  [() => rt.filter(rt.odd$q, fakeTuple(1, 2, 3)), "[1 3]"],
  [() => rt.reduce((a, b) => a + b, fakeList(1, 2, 3)), "6"],
  [() => [rt.count(fakeList(1, 2)), rt.count(fakeDict(["a", 1])), rt.empty$q(fakeSet()), rt.empty$q(fakeList(0))], "[2 1 true false]"],
  [() => rt.count(fakeIterator([1])), /has no len/],
  [() => rt.empty$q(fakeIterator([1])), /would use it up/],
  [() => [rt.first(fakeList(1, 2)), rt.last(fakeList(1, 2)), rt.second(fakeTuple(1, 2)), rt.rest(fakeList(1, 2)), rt.first(fakeList())], "[1 2 2 [2] nil]"],
  [() => [rt.nth(fakeList(1, 2), 1), rt.nth(fakeList(1, 2), -1), rt.nth(fakeList(1), 5, k("no"))], "[2 2 :no]"],
  [() => rt.nth(fakeList(1), 5), /^nth: index 5 is out of range for a sequence of 1$/],
  [() => [rt.get(fakeList(5, 6), 1), rt.get(fakeList(5), 9, 0), rt.vec(fakeTuple(1)), rt.seq(fakeList()), rt.seq(fakeList(1))], "[6 0 [1] nil [1]]"],
  [() => rt.take(3, fakeIterator(rt.range())), "[0 1 2]"],
  [() => { const it = fakeIterator(rt.range()); return [rt.first(it), rt.take(2, it), rt.nth(it, 0)]; }, "[0 [1 2] 3]"],
  [() => { const s = rt.seq(fakeIterator(rt.range())); return [rt.take(2, s), rt.take(2, s), rt.first(rt.rest(s))]; }, "[[0 1] [0 1] 1]"],
  [() => rt.some((x) => x > 3, fakeIterator(rt.range())), "true"],
  [() => [rt.sort(fakeList(3, 1, 2)), rt.reverse(fakeTuple(1, 2)), rt.concat(fakeList(1), fakeTuple(2)), rt.into([], fakeSet(1)), rt.join("-", fakeList("a", "b"))], '[[1 2 3] [2 1] (1 2) [1] "a-b"]'],
  [() => rt.flatten([fakeList(1, 2), 3]), "[1 2 3]"],
  [() => rt.apply(Math.max, fakeList(1, 5)), "5"],
  [() => rt.all(fakeList(1, 2)), "[1 2]"],
]);

table("maps and sets", [
  [() => { const d = fakeDict(["a", 1]); return [k("a")(d), rt.get(d, "b", 0), rt.contains$q(d, k("a")), rt.keys(d), rt.vals(d), rt.entries(d)]; }, '[1 0 true ["a"] [1] [["a" 1]]]'],
  [() => rt.map(([key, v]) => key + v, fakeDict(["a", 1], ["b", 2])), '["a1" "b2"]'],
  [() => rt.get_in(fakeDict(["a", fakeList(5, 6)]), [k("a"), 1]), "6"],
  [() => { const d = fakeDict(["a", 1]); const e = rt.assoc(d, k("b"), 2); return [d, e]; }, "[#py {'a': 1} #py {'a': 1, 'b': 2}]"],
  [() => { const d = fakeDict(["a", 1]); return [rt.assoc$b(d, "b", 2) === d, d, rt.dissoc(d, "a"), rt.update(d, "a", rt.inc), rt.merge({ x: 1 }, d)]; }, "[true #py {'a': 1, 'b': 2} #py {'b': 2} #py {'a': 2, 'b': 2} {:x 1 :a 1 :b 2}]"],
  [() => [rt.conj(fakeList(1), 2), rt.conj(fakeTuple(1), 2), rt.conj(fakeDict(), ["a", 1]), rt.conj(fakeSet(1), 2)], "[#py [1, 2] [1 2] #py {'a': 1} #py {1, 2}]"],
  [() => [rt.assoc(fakeList(1, 2), 0, 9), rt.assoc(fakeTuple(1, 2), 0, 9)], "[#py [9, 2] [9 2]]"],
  [() => [rt.select_keys(fakeDict(["a", 1], ["b", 2]), ["a"]), rt.update_vals(fakeDict(["a", 1]), rt.inc)], '[#<Map {"a" 1}> #<Map {"a" 2}>]'],
  [() => [rt.union(fakeSet(1), new Set([2])), rt.set(fakeList(1, 1)), rt.contains$q(fakeSet(1), 1), rt.contains$q(fakeList(5), 0), rt.contains$q(fakeList(5), 5)], "[#{1 2} #{1} true true false]"],
  [() => { const l = fakeList(1, 2); return [rt.push$b(l, 3), rt.pop$b(l), rt.shift$b(l), rt.unshift$b(l, 8, 9), rt.insert$b(l, 1, 7), rt.remove_at$b(l, 0), rt.sort$b(l)].length && l; }, "#py [2, 7, 9]"],
  [() => [rt.clear$b(fakeList(1)), rt.clear$b(fakeDict(["a", 1]))], "[#py [] #py {}]"],
  [() => [fakeList(), fakeTuple(), fakeDict(), fakeSet()].map((x) => [rt.vector$q(x), rt.map$q(x), rt.set$q(x), rt.python$q(x), rt.array$q(x)].map(Number).join("")), '["10010" "10010" "01010" "00110"]'],
  [() => [rt.fn$q(fakeFunction((x) => x + 1)), rt.map(fakeFunction((x) => x + 1), [1]), rt.map(fakeDict(["a", 1]), ["a", "b"])], "[true [2] [1 nil]]"],
  [() => { const s = fakeSet(1, 2); return [rt.disj(s, 1, 9), rt.disj$b(s, 2), s]; }, "[#py {2} #py {1} #py {1}]"],
  [() => rt.type(fakeList()), '"list"'],
]);

table("operators", [
  [() => [rt.inc(fakeArray([1, 2])), rt.dec(fakeNumber(5)), rt.abs(fakeNumber(-5)), rt.bit_and(fakeNumber(6), 3)], "[#py array([2, 3]) 4 5 2]"],
  [() => [rt.$e(fakeArray([1, 2]), 1), rt.not$e(fakeNumber(1), 2), rt.$e(fakeList(1), [1]), rt.$e(fakeList(1), fakeList(1), fakeList(2))], "[#py array([true, false]) true true false]"],
  [() => [rt.equal([fakeList(1)], [[1]]), rt.equal({ a: fakeList(1) }, { a: fakeList(2) }), rt.equal([1], fakeList(1)), rt.equal(1, fakeNumber(1))], "[true false true true]"],
  [() => [rt.compare(fakeNumber(1), fakeNumber(2)), rt.compare(fakeNumber(2), 2), rt.max(fakeNumber(1), 5)], "[-1 0 5]"],
  [() => rt.distinct([fakeTuple(1), fakeTuple(1), fakeTuple(2)]), "[#py (1,) #py (2,)]"],
  [() => rt.inc(fakeList), /^inc: expected a number, got the function fakeList$/],
  [() => rt.quot(fakeNumber(1), 2), /^quot: expected a number, got a Python Number$/],
]);

table("text", [
  [() => [fakeList(1, "a"), { d: fakeDict(["k", 1]) }], "[#py [1, 'a'] {:d #py {'k': 1}}]"],
  [() => [rt.str(fakeList(1)), rt.print_str(fakeList(1), [fakeList(2)]), rt.pr_str(fakeList(1))], '["[1]" "[1] [#py [2]]" "#py [1]"]'],
  [() => [fakeThing(raises("ValueError", "no"))], "[#py #<repr raised ValueError: no>]"],
  [() => rt.prettyStr([fakeThing(() => "array([[1, 2],\n       [3, 4]])")]), '"[#py array([[1, 2], [3, 4]])]"'],
  [() => rt.prettyStr([fakeThing(() => "array([[1, 2],\n       [3, 4]])")], { width: 20 }), '"[#py array([[1, 2],\\n            [3, 4]])]"'],
  [() => rt.displayBundle(fakeList(1)).data, '{:text/plain "[1]"}'],
  [() => rt.map(5, fakeList(1)), /^map: expected a function, got 5$/],
  [() => rt.map(fakeList(1), [1]), /^map: expected a function, got a Python list$/],
]);

test("lists are fetched in batches, never index by index", () => {
  const list = fakeList(...Array(1000).keys());
  const uses = [
    () => rt.map(rt.inc, list), () => rt.filter(rt.odd$q, list), () => rt.reduce((a, b) => a + b, 0, list), () => rt.sort(list),
    () => rt.vec(list), () => rt.rest(list), () => rt.group_by(rt.odd$q, list), () => rt.concat(list), () => rt.apply(Math.max, list),
    () => rt.reverse(list), () => rt.take(5, list), () => rt.flatten([list]),
  ];
  for (const use of uses) {
    trips.count = 0;
    use();
    assert.ok(trips.count <= 3, `${use}: ${trips.count} round trips`);
  }
});

test("what is not there is nil, any other error goes through", () => {
  assert.equal(rt.get(fakeDict(), "a"), null);
  assert.equal(rt.get(fakeNumber(1), "a"), null);
  const broken = { kind: () => "object", lookup() { throw new RangeError("broken"); } };
  assert.throws(() => rt.get({ [Symbol.for("polyrepl.python")]: broken }, "a"), { name: "RangeError", message: "broken" });
  assert.equal(ops.kind(fakeNumber(1)), "object");
});
