/** Core functions on maps, sets and by mutation. */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;
const plus = (a, b) => a + b;
class Point {
  constructor(x) {
    this.x = x;
  }

  get twice() {
    return this.x * 2;
  }
}

table("looking up", [
  [() => [rt.get({ a: 1 }, k("a")), rt.get({ a: 1 }, "a"), rt.get({ 1: 2 }, 1), rt.get({}, k("a")), rt.get({}, k("a"), 0)], "[1 1 2 nil 0]"],
  [() => [rt.get([5, 6], 1), rt.get([5], 9), rt.get([5], -1), rt.get([5], "length"), rt.get("ab", 1), rt.get(new Uint8Array(2), 1)], '[6 nil nil nil "b" 0]'],
  [() => [rt.get(new Set([1]), 1), rt.get(new Set([1]), 2, 0), rt.get(null, 1), rt.get(5, 1, 2)], "[1 0 nil 2]"],
  [() => ["constructor", "toString", "__proto__", "hasOwnProperty"].map((key) => rt.get({}, key)), "[nil nil nil nil]"],
  [() => rt.get({ toString: 1 }, "toString"), "1"],
  [() => rt.get(Object.create(null), "a"), "nil"],
  [() => [rt.get(new Point(2), k("x")), rt.get(new Point(2), k("twice"))], "[2 4]"],
  [() => rt.get({ a: undefined }, k("a"), 5), "5"],
  [() => rt.get({ a: null }, k("a"), 5), "nil"],
  [() => rt.get(rt.range(), 7), "7"],
  [() => rt.get({ a: 1 }, [1, 2]), "nil"],
  [() => [k("a")({ a: 1 }), k("a")(null), k("a")({}, 7), k("a")(new Map([[k("a"), 3]])), k("a")(new Map([["a", 4]]))], "[1 nil 7 3 4]"],
  [() => rt.get(rt.hash_map([1, 2], k("x")), [1, 2]), ":x"],
  [() => rt.get(rt.hash_map(1, k("x")), 1n), ":x"],
  [() => rt.get(rt.hash_map(null, k("x")), undefined), ":x"],
  [() => [rt.get_in({ a: [5, { b: 6 }] }, [k("a"), 1, k("b")]), rt.get_in({}, ["a", "b"]), rt.get_in({}, ["a"], 0), rt.get_in(7, [])], "[6 nil 0 7]"],
  [() => [rt.get_in({ a: null }, ["a"], 0), rt.get_in(null, ["a"], 0), rt.get_in(null, [], 0)], "[nil 0 nil]"],
  [() => [rt.contains$q({ a: null }, k("a")), rt.contains$q({}, "toString"), rt.contains$q([1], 0), rt.contains$q([1], 1), rt.contains$q("a", 0)], "[true false true false true]"],
  [() => [rt.has$q(new Set([[1]]), [1]), rt.has$q(new Map([["a", 1]]), k("a")), rt.has$q(null, 1), rt.has$q(new Point(1), "twice")], "[true true false true]"],
  [() => rt.contains$q(5, 1), /^contains\?: expected a collection, got 5$/],
  [() => [rt.find({ a: 1 }, k("a")), rt.find({}, "a")], "[[:a 1] nil]"],
  [() => [rt.keys({ a: 1 }), rt.vals({ a: 1 }), rt.keys(new Map([[1, 2]])), rt.keys(null), rt.keys(new Point(1))], '[["a"] [1] [1] nil ["x"]]'],
  [() => rt.keys([1]), /^keys: expected a map, got an array of 1$/],
  [() => [rt.key(["a", 1]), rt.val(["a", 1]), rt.entries({ a: 1 }), rt.entries(null)], '["a" 1 [["a" 1]] []]'],
]);

table("changed copies", [
  [() => rt.assoc({ a: 1 }, k("b"), 2, "a", 3), "{:a 3 :b 2}"],
  [() => rt.assoc(null, k("a"), 1), "{:a 1}"],
  [() => [rt.assoc([1, 2], 1, 5), rt.assoc([1], 1, 2)], "[[1 5] [1 2]]"],
  [() => rt.assoc([1], 2, 5), /^assoc: index 2 is out of range for a sequence of 1$/],
  [() => rt.assoc([1], k("a"), 5), /^assoc: expected an index, got :a$/],
  [() => rt.assoc(new Map([[[1], 1]]), [1], 2), "#<Map {[1] 2}>"],
  [() => rt.assoc({}, [1], 2), /^assoc: an array of 1 cannot be a key of an object; use a \(hash-map \.\.\)$/],
  [() => rt.assoc({}, k("a")), /^assoc: the key :a has no value$/],
  [() => rt.assoc({}), /expected a key and a value/],
  [() => rt.assoc(5, 1, 2), /^assoc: expected a collection, got 5$/],
  [() => rt.assoc(new Set(), 1, 2), /^assoc: expected a map or an array, got a Set$/],
  [() => { const p = rt.assoc(new Point(1), "x", 5); return [p instanceof Point, p.twice]; }, "[true 10]"],
  [() => Object.keys(rt.assoc({}, "__proto__", { polluted: 1 })).concat(String({}.polluted)), '["__proto__" "undefined"]'],
  [() => [rt.assoc_in({}, [k("a"), k("b")], 1), rt.assoc_in([{ a: 1 }], [0, k("a")], 2)], "[{:a {:b 1}} [{:a 2}]]"],
  [() => rt.assoc_in({}, [], 1), /the path is empty/],
  [() => [rt.update({ a: 1 }, k("a"), plus, 10), rt.update({}, k("a"), rt.fnil(rt.inc, 0)), rt.update([1], 0, rt.inc)], "[{:a 11} {:a 1} [2]]"],
  [() => rt.update({}, k("a"), 5), /^update: expected a function, got 5$/],
  [() => rt.update_in({ a: { b: 1 } }, [k("a"), k("b")], plus, 1), "{:a {:b 2}}"],
  [() => [rt.update_vals({ a: 1 }, rt.inc), rt.update_keys({ a: 1 }, rt.upper_case), rt.update_vals(new Map([[1, 1]]), rt.inc)], "[{:a 2} {:A 1} #<Map {1 2}>]"],
  [() => [rt.dissoc({ a: 1, b: 2 }, k("a")), rt.dissoc(new Map([["a", 1]]), k("a")), rt.dissoc(null, 1), rt.dissoc({ a: 1 }, "b")], "[{:b 2} #<Map {}> nil {:a 1}]"],
  [() => rt.dissoc([1], 0), /^dissoc: expected a map, got an array of 1$/],
  [() => [rt.merge({ a: 1 }, null, { a: 2, b: 3 }), rt.merge(), rt.merge(null, { a: 1 }), rt.merge(new Map([[1, 2]]), { a: 1 })], '[{:a 2 :b 3} nil {:a 1} #<Map {1 2 "a" 1}>]'],
  [() => rt.merge_with(plus, { a: 1 }, { a: 2, b: 3 }, { a: 4 }), "{:a 7 :b 3}"],
  [() => [rt.select_keys({ a: 1, b: 2 }, [k("a"), k("c")]), rt.select_keys(new Map([[1, 2]]), [1]), rt.select_keys(null, ["a"])], "[{:a 1} #<Map {1 2}> {}]"],
  [() => rt.rename_keys({ a: 1, c: 2 }, { a: k("b") }), "{:b 1 :c 2}"],
  [() => [rt.zipmap([k("a"), "b"], [1, 2, 3]), rt.zipmap([1], [2]), rt.zipmap(["a", "b"], [1])], "[{:a 1 :b 2} #<Map {1 2}> {:a 1}]"],
  [() => [rt.hash_map(k("a"), 1), rt.object(k("a"), 1)], "[#<Map {:a 1}> {:a 1}]"],
  [() => rt.hash_map(1), /^hash-map: the key 1 has no value$/],
]);

table("sets", [
  [() => [rt.set([1, 2, 1]), rt.set([[1], [1], 1n, 1]), rt.set("aa"), rt.set(null), rt.hash_set(1, 1)], '[#{1 2} #{[1] 1n} #{"a"} #{} #{1}]'],
  [() => [rt.disj(new Set([1, 2]), 2, 5), rt.disj(new Set([[1]]), [1]), rt.disj(null, 1)], "[#{1} #{} nil]"],
  [() => rt.disj([1], 1), /^disj: expected a set, got an array of 1$/],
  [() => [rt.union(new Set([1]), new Set([2]), null), rt.union(), rt.union(new Set([[1]]), new Set([[1]]))], "[#{1 2} #{} #{[1]}]"],
  [() => [rt.intersection(new Set([1, 2]), new Set([2, 3])), rt.intersection(new Set([[1]]), new Set([[1]]))], "[#{2} #{[1]}]"],
  [() => [rt.difference(new Set([1, 2]), new Set([2])), rt.difference(new Set([1, 2, 3]), [1], [2])], "[#{1} #{3}]"],
  [() => [rt.subset$q(new Set([1]), new Set([1, 2])), rt.superset$q(new Set([1]), new Set([1, 2])), rt.subset$q(null, null)], "[true false true]"],
]);

table("changing in place", [
  [() => { const a = [1]; return [rt.push$b(a, 2, 3) === a, a]; }, "[true [1 2 3]]"],
  [() => { const a = [1, 2, 3]; return [rt.pop$b(a), rt.shift$b(a), a, rt.pop$b([])]; }, "[3 1 [2] nil]"],
  [() => [rt.unshift$b([3], 1, 2), rt.insert$b([1, 4], 1, 2, 3), rt.insert$b([1], 1, 2)], "[[1 2 3] [1 2 3 4] [1 2]]"],
  [() => rt.insert$b([1], 5, 2), /^insert!: index 5 is out of range$/],
  [() => { const a = [1, 2, 3]; return [rt.remove_at$b(a, 1), a]; }, "[2 [1 3]]"],
  [() => rt.remove_at$b([], 0), /^remove-at!: index 0 is out of range$/],
  [() => rt.push$b({}, 1), /^push!: expected an array, got an object$/],
  [() => { const m = { a: 1 }; return [rt.assoc$b(m, k("b"), 2) === m, m]; }, "[true {:a 1 :b 2}]"],
  [() => { const m = {}; return rt.assoc_in$b(m, [k("a"), "b"], 1), m; }, "{:a {:b 1}}"],
  [() => [rt.update$b({ a: 1 }, k("a"), rt.inc), rt.dissoc$b({ a: 1, b: 2 }, k("a")), rt.conj$b([1], 2), rt.disj$b(new Set([1, 2]), 1)], "[{:a 2} {:b 2} [1 2] #{2}]"],
  [() => [rt.clear$b([1]), rt.clear$b({ a: 1 }), rt.clear$b(new Map([[1, 2]]))], "[[] {} #<Map {}>]"],
  [() => [rt.sort$b([3, 1, 2]), rt.sort$b((a, b) => a > b, [1, 2]), rt.reverse$b([1, 2])], "[[1 2 3] [2 1] [2 1]]"],
  [() => [rt.aget([1, 2], 1), rt.aset([1], 0, 5)], "[2 5]"],
  [() => { const m = { a: [1] }; const c = rt.clone(m); return [c === m, c.a === m.a, c]; }, "[false true {:a [1]}]"],
  [() => [rt.clone(rt.list(1)), rt.clone(5), rt.clone(null)], "[(1) 5 nil]"],
  [() => Object.isFrozen(rt.freeze([1])), "true"],
  [() => rt.push$b(rt.freeze([1]), 2), /not extensible|frozen|Cannot add/],
  [() => rt.js_keys({ a: 1 }), '["a"]'],
]);

test("assoc copies: the old map and its parts stay", () => {
  const old = { a: { b: 1 }, c: [1] };
  const fresh = rt.assoc_in(old, ["a", "b"], 2);
  assert.deepEqual(old, { a: { b: 1 }, c: [1] });
  assert.equal(fresh.c, old.c);
});
