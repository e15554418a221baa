/** Core functions that take functions, and those that join, order and group. */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;
const plus = (...xs) => xs.reduce((a, b) => a + b, 0);
const later = async (x) => x;

table("map", [
  [() => rt.map(rt.inc, [1, 2]), "[2 3]"],
  [() => rt.map(rt.inc, null), "[]"],
  [() => rt.map(plus, [1, 2, 3], [10, 20]), "[11 22]"],
  [() => rt.map(plus, rt.range(), [10, 20], new Set([1, 2, 3])), "[11 23]"],
  [() => rt.map(k("a"), [{ a: 1 }, {}, null]), "[1 nil nil]"],
  [() => rt.map({ a: 1 }, [k("a"), "b"]), "[1 nil]"],
  [() => rt.map(([key, v]) => key + v, { a: 1 }), '["a1"]'],
  [() => rt.map(rt.identity, "a😀"), '["a" "😀"]'],
  [() => rt.map(rt.identity, rt.list(1)), "[1]"],
  [() => rt.take(2, rt.map(rt.inc, rt.range())), "[1 2]"],
  [() => rt.map(rt.inc, rt.range()), "(1 2 3 4 5 6 7 8 9 10 …)"],
  [() => rt.take(2, rt.map(plus, rt.range(), rt.repeat(1))), "[1 2]"],
  [() => rt.map((x) => x, new Float64Array(2)), "[0 0]"],
  [() => rt.map(5, [1]), /^map: expected a function, got 5$/],
  [() => rt.map(null, [1]), /^map: expected a function, got nil$/],
  [() => rt.map([1], [1]), /^map: expected a function, got an array of 1$/],
  [() => rt.map(rt.inc, 5), /^map: expected a collection, got 5$/],
  [() => rt.map(rt.inc, rt.inc), /^map: expected a collection, got the function inc$/],
  [() => rt.map(rt.inc), /^map: expected a function and a collection, got only one argument$/],
  [() => rt.map(rt.inc, Promise.resolve([1])), /await it first/],
  [() => rt.map(rt.inc, (async function* () {})()), /^map: expected a collection, got|async iterable/],
  [() => rt.map(rt.inc, new Date(0)), /^map: expected a collection, got a Date$/],
  [() => rt.mapv(rt.inc, new Set([1])), "[2]"],
  [() => rt.map_indexed(rt.vector, "ab"), '[[0 "a"] [1 "b"]]'],
  [() => rt.mapcat((x) => rt.repeat(x, x), [1, 2]), "[1 2 2]"],
  [() => rt.mapcat(rt.list, [1, 2], [3, 4]), "[1 3 2 4]"],
  [() => rt.take(3, rt.mapcat((x) => [x, x], rt.range())), "[0 0 1]"],
  [() => rt.mapcat(rt.identity, [5]), /^mapcat: expected a collection, got 5$/],
  [() => rt.keep(k("a"), [{ a: 1 }, {}, { a: false }]), "[1 false]"],
  [() => rt.keep_indexed((i, x) => (i % 2 ? x : null), ["a", "b"]), '["b"]'],
]);

table("filter and its kin", [
  [() => rt.filter(rt.odd$q, [1, 2, 3]), "[1 3]"],
  [() => rt.filter(rt.identity, [0, "", NaN, null, false, undefined, []]), '[0 "" NaN []]'],
  [() => rt.filter(new Set([1, 2]), [1, 3]), "[1]"],
  [() => rt.filter(k("a"), [{ a: 1 }, { a: null }]), "[{:a 1}]"],
  [() => rt.take(2, rt.filter(rt.odd$q, rt.range())), "[1 3]"],
  [() => rt.filter(rt.odd$q, null), "[]"],
  [() => rt.filter(([, v]) => v > 1, { a: 1, b: 2 }), '[["b" 2]]'],
  [() => rt.filter(later, [1]), /^filter: the predicate returned a promise; .*\(await \(all \(map f xs\)\)\)/],
  [() => rt.filter(later, rt.range(1)), /^filter: the predicate returned a promise/],
  [() => rt.filter("a", [1]), /^filter: expected a function, got "a"$/],
  [() => rt.filterv(rt.odd$q, [1, 2]), "[1]"],
  [() => rt.remove(rt.odd$q, [1, 2, 3]), "[2]"],
  [() => rt.remove(later, [1]), /^remove: the predicate returned a promise/],
  [() => rt.some(new Set([2, 3]), [1, 2]), "2"],
  [() => rt.some(rt.odd$q, null), "nil"],
  [() => rt.some((x) => (x > 1 ? k("yes") : null), [1, 2]), ":yes"],
  [() => rt.some(later, [1]), /^some: the predicate returned a promise/],
  [() => [rt.every$q(rt.odd$q, [1, 3]), rt.every$q(rt.odd$q, [1, 2]), rt.every$q(rt.odd$q, [])], "[true false true]"],
  [() => rt.every$q(later, [1]), /^every\?: the predicate returned a promise/],
  [() => [rt.not_any$q(rt.odd$q, [2]), rt.not_every$q(rt.odd$q, [1, 2])], "[true true]"],
  [() => [rt.find_first(rt.even$q, [1, 2]), rt.find_first(rt.even$q, [1])], "[2 nil]"],
]);

table("reduce", [
  [() => rt.reduce(plus, 10, [1, 2, 3]), "16"],
  [() => rt.reduce(plus, [1, 2, 3]), "6"],
  [() => rt.reduce(plus, []), "0"],
  [() => rt.reduce(plus, null), "0"],
  [() => rt.reduce(plus, 5, null), "5"],
  [() => rt.reduce(plus, [7]), "7"],
  [() => rt.reduce((a, x) => (x > 3 ? rt.reduced(a) : a + x), 0, rt.range()), "6"],
  [() => rt.reduce((a, x) => (x > 1 ? rt.reduced(k("big")) : a), 0, [1, 2, 3]), ":big"],
  [() => rt.reduce((a, [, v]) => a + v, 0, { a: 1, b: 2 }), "3"],
  [() => rt.reduce(plus), /got only one argument/],
  [() => rt.reduce(plus, 0, 5), /^reduce: expected a collection, got 5$/],
  [() => rt.reduce_kv((n, key, v) => n + key + v, "", { a: 1, b: 2 }), '"a1b2"'],
  [() => rt.reduce_kv((n, i, v) => n + i * v, 0, [5, 6]), "6"],
  [() => rt.reductions(plus, [1, 2, 3]), "[1 3 6]"],
  [() => rt.reductions(plus, 1, [2]), "[1 3]"],
  [() => rt.take(3, rt.reductions(plus, rt.range())), "[0 1 3]"],
  [() => rt.reductions(plus, []), "[0]"],
  [() => { const out = []; return [rt.run$b((x) => out.push(x), [1, 2]), out]; }, "[nil [1 2]]"],
  [() => [rt.max_key(rt.count, "a", "bbb"), rt.min_key(rt.count, "aa", "b")], '["bbb" "b"]'],
  [() => rt.max_key(later, 1, 2), /^max-key: the key function returned a promise/],
  [() => rt.postwalk((x) => (typeof x === "number" ? x + 1 : x), [1, { a: 2, b: new Set([3]) }, rt.list(4), new Map([[5, 6]])]), "[2 {:a 3 :b #{4}} (5) #<Map {5 7}>]"],
  [() => rt.prewalk((x) => (Array.isArray(x) && x.length > 1 ? [x[0]] : x), [[1, 2], 3]), "[[1]]"],
  [() => rt.tree_seq(rt.array$q, rt.identity, [1, [2, [3]]]).length, "6"],
]);

table("joining", [
  [() => [rt.cons(1, [2]), rt.cons(1, null), rt.cons(1, "ab")], '[(1 2) (1) (1 "a" "b")]'],
  [() => rt.take(2, rt.cons(9, rt.range())), "[9 0]"],
  [() => rt.concat([1], new Set([2]), null, rt.list(3), "a"), '(1 2 3 "a")'],
  [() => rt.take(2, rt.concat([1], rt.range())), "[1 0]"],
  [() => rt.concat(), "()"],
  [() => rt.concat(5), /^concat: expected a collection, got 5$/],
  [() => [rt.conj([1], 2, 3), rt.conj(rt.list(1), 2, 3), rt.conj(new Set([1]), 1, 2), rt.conj(null, 1, 2)], "[[1 2 3] (3 2 1) #{1 2} (2 1)]"],
  [() => rt.conj({ a: 1 }, ["b", 2], { c: 3 }), "{:a 1 :b 2 :c 3}"],
  [() => rt.conj(new Map([[1, 2]]), [3, 4]), "#<Map {1 2 3 4}>"],
  [() => rt.conj(new Set([[1]]), [1]), "#{[1]}"],
  [() => rt.conj({}, 5), /^conj: expected a \[key value\] pair or a map, got 5$/],
  [() => rt.conj("a", 1), /^conj: expected a collection, got "a"$/],
  [() => rt.conj(rt.range(2), 9), "(9 0 1)"],
  [() => [rt.into([1], [2]), rt.into(new Set([1]), [1, 2]), rt.into({}, [["a", 1]]), rt.into(rt.list(1), [2, 3])], "[[1 2] #{1 2} {:a 1} (3 2 1)]"],
  [() => rt.into({ a: 1 }, { b: 2 }), "{:a 1 :b 2}"],
  [() => rt.into(new Map(), { a: 1 }), '#<Map {"a" 1}>'],
  [() => rt.into(null, [1]), "[1]"],
  [() => rt.into([], rt.range()), /infinite/],
  [() => rt.reverse("abc"), '["c" "b" "a"]'],
  [() => rt.flatten([1, [2, [3, rt.range(2)]], "ab", new Set([4])]), '[1 2 3 0 1 "ab" #{4}]'],
  [() => rt.flatten([1, rt.range()]), /infinite/],
  [() => rt.distinct([1, [2], 1, [2], "1", 1n, NaN, NaN]), '[1 [2] "1" NaN]'],
  [() => rt.distinct("hello"), '["h" "e" "l" "o"]'],
  [() => rt.take(2, rt.distinct(rt.cycle([1, 2]))), "[1 2]"],
  [() => rt.dedupe([1, 1, 2, 1, [1], [1]]), "[1 2 1 [1]]"],
  [() => [rt.interleave([1, 2], "ab", [3, 4, 5]), rt.interpose(0, [1, 2]), rt.interpose(0, [])], '[[1 "a" 3 2 "b" 4] [1 0 2] []]'],
  [() => [rt.zip([1, 2], "ab"), rt.zip(), rt.enumerate("ab", 1)], '[[[1 "a"] [2 "b"]] [] [[1 "a"] [2 "b"]]]'],
  [() => [rt.partition(2, [1, 2, 3]), rt.partition(2, 1, [1, 2, 3]), rt.partition(3, 3, [9], [1, 2, 3, 4]), rt.partition(1, 2, [1, 2, 3])], "[[[1 2]] [[1 2] [2 3]] [[1 2 3] [4 9]] [[1] [3]]]"],
  [() => [rt.partition_all(2, [1, 2, 3]), rt.partition_all(2, 1, [1, 2, 3])], "[[[1 2] [3]] [[1 2] [2 3] [3]]]"],
  [() => rt.take(2, rt.partition(2, rt.range())), "[[0 1] [2 3]]"],
  [() => rt.partition(0, [1]), /^partition: expected a size of at least 1, got 0$/],
  [() => rt.partition_by(rt.odd$q, [1, 3, 2, 5]), "[[1 3] [2] [5]]"],
  [() => rt.partition_by(later, [1]), /^partition-by: the key function returned a promise/],
]);

table("order and groups", [
  [() => [rt.sort([3, 1, 2]), rt.sort([10, 9, 1]), rt.sort(["b", "a"]), rt.sort([true, false]), rt.sort(null)], '[[1 2 3] [1 9 10] ["a" "b"] [false true] []]'],
  [() => rt.sort([2, null, 1, undefined]), "[nil nil 1 2]"],
  [() => rt.sort([NaN, 1, -0, 0, -Infinity]), "[-Infinity -0 0 1 NaN]"],
  [() => rt.sort([2n, 1, 3n]), "[1 2n 3n]"],
  [() => rt.sort([[2, 1], [1, 9], [1]]), "[[1] [1 9] [2 1]]"],
  [() => rt.sort([k("b"), k("a")]), "[:a :b]"],
  [() => rt.sort((a, b) => a > b, [1, 3, 2]), "[3 2 1]"],
  [() => rt.sort((a, b) => b - a, [1, 3, 2]), "[3 2 1]"],
  [() => rt.sort(["a", 1]), /^compare: .* have no order; give a key or a comparator$/],
  [() => rt.sort([{}, {}]), /have no order/],
  [() => rt.sort(later, [1, 2]), /^sort: the comparator returned a promise/],
  [() => rt.sort_by(rt.count, ["aa", "b", "c"]), '["b" "c" "aa"]'],
  [() => rt.sort_by(k("n"), (a, b) => a > b, [{ n: 1 }, { n: 2 }]), "[{:n 2} {:n 1}]"],
  [() => rt.sort_by(later, [1, 2]), /^sort-by: the key function returned a promise/],
  [() => rt.sort(rt.shuffle(rt.range(50))).length, "50"],
  [() => rt.rand_nth([7]), "7"],
  [() => rt.rand_nth([]), /empty/],
  [() => rt.group_by(rt.odd$q, [1, 2, 3]), "#<Map {true [1 3] false [2]}>"],
  [() => rt.group_by(k("t"), [{ t: "x" }, { t: "y" }, { t: "x" }]), '{:x [{:t "x"} {:t "x"}] :y [{:t "y"}]}'],
  [() => rt.group_by(k("t"), [{ t: k("x") }]), "{:x [{:t :x}]}"],
  [() => rt.group_by((x) => [x % 2], [1, 2, 3]), "#<Map {[1] [1 3] [0] [2]}>"],
  [() => rt.group_by(later, [1]), /^group-by: the key function returned a promise/],
  [() => rt.frequencies("aab"), "{:a 2 :b 1}"],
  [() => rt.frequencies([1, 1, [2], [2], "__proto__"]), '#<Map {1 2 [2] 2 "__proto__" 1}>'],
  [() => rt.frequencies([k("a"), "a"]), '#<Map {:a 1 "a" 1}>'],
  [() => rt.frequencies(["__proto__"]), "{:__proto__ 1}"],
  [() => rt.get(rt.frequencies([[1], [1]]), [1]), "2"],
]);

test("sorting is stable", () => {
  const items = rt.vec(rt.map((i) => ({ key: i % 3, i }), rt.range(300)));
  const sorted = rt.sort_by(k("key"), items);
  for (let i = 1; i < sorted.length; i++) {
    const [a, b] = [sorted[i - 1], sorted[i]];
    assert.ok(a.key < b.key || (a.key === b.key && a.i < b.i));
  }
});
