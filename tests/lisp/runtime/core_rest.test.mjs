/** Core functions on numbers, strings, functions, errors, state and promises; predicates. */

import assert from "node:assert/strict";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;

table("numbers", [
  [() => [rt.inc(1), rt.inc(1n), rt.dec(1), rt.dec(0n)], "[2 2n 0 -1n]"],
  [() => rt.inc("a"), /^inc: expected a number, got "a"$/],
  [() => rt.dec(null), /^dec: expected a number, got nil$/],
  [() => [rt.quot(7, 2), rt.quot(-7, 2), rt.quot(7n, 2), rt.quot(7n, 2.5), rt.quot(-1, 2)], "[3 -3 3n 2 0]"],
  [() => [rt.rem(7, 2), rt.rem(-7, 2), rt.rem(-7n, 2n), rt.rem(-4, 2)], "[1 -1 -1n 0]"],
  [() => [rt.mod(7, 3), rt.mod(-7, 3), rt.mod(7, -3), rt.mod(-6, 3), rt.mod(-7n, 3), rt.mod(5.5, 2), rt.mod(1, Infinity), rt.mod(-1, 0)], "[1 2 -2 0 2n 1.5 1 NaN]"],
  [() => rt.mod(1n, 0n), /^mod: division by zero$/],
  [() => rt.quot(1, 0), /^quot: division by zero$/],
  [() => rt.rem(1n, 0n), /^rem: division by zero$/],
  [() => rt.quot("a", 2), /^quot: expected a number, got "a"$/],
  [() => [rt.min(3, 1, 2), rt.max(3, 1n, 5n), rt.min(1, NaN, 0), rt.max(1)], "[1 5n NaN 1]"],
  [() => rt.max("a", 1), /^max: expected a number, got "a"$/],
  [() => [rt.abs(-1), rt.abs(-1n), rt.abs(-0)], "[1 1n 0]"],
  [() => [rt.bit_and(12, 10), rt.bit_or(12, 10), rt.bit_xor(12, 10), rt.bit_not(5), rt.bit_and(7, 6, 4), rt.bit_and(12n, 10)], "[8 14 6 -6 4 8n]"],
  [() => [rt.bit_shift_left(1, 4), rt.bit_shift_right(-16, 2), rt.unsigned_bit_shift_right(-1, 28), rt.bit_test(5, 2), rt.bit_shift_left(1n, 70)], "[16 -4 15 true 1180591620717411303424n]"],
  [() => [rt.parse_long("42"), rt.parse_long("-7"), rt.parse_long("4.5"), rt.parse_long(""), rt.parse_long("9007199254740993")], "[42 -7 nil nil 9007199254740993n]"],
  [() => rt.parse_long(42), /^parse-long: expected a string, got 42$/],
  [() => [rt.parse_double("2.5e1"), rt.parse_double(".5"), rt.parse_double("x"), rt.parse_double("-Infinity"), rt.parse_double("NaN")], "[25 0.5 nil -Infinity NaN]"],
  [() => [rt.parse_boolean("true"), rt.parse_boolean("x"), rt.parse_int("12px"), rt.parse_int("ff", 16), rt.parse_float("1.5em")], "[true nil 12 255 1.5]"],
  [() => [rt.int(3.7), rt.int("12"), rt.int(true), rt.int(5n), rt.int(-0.5), rt.float("1.5"), rt.float(1n)], "[3 12 1 5 0 1.5 1]"],
  [() => [rt.bigint(5), rt.bigint("12345678901234567890"), rt.bigint(7n)], "[5n 12345678901234567890n 7n]"],
  [() => rt.bigint(1.5), /^bigint: 1.5 is no whole number$/],
  [() => rt.int("x"), /^int: "x" is no whole number$/],
  [() => rt.int(NaN), /^int: NaN is no whole number$/],
  [() => { const r = rt.rand_int(3); return Number.isInteger(r) && r >= 0 && r < 3 && rt.rand() < 1; }, "true"],
]);

table("predicates", [
  [() => [null, undefined, 0].map(rt.nil$q), "[true true false]"],
  [() => [rt.some$q(false), rt.true$q(1), rt.false$q(null), rt.not(0), rt.not(null), rt.boolean("")], "[true false false false true true]"],
  [() => [1, 1n, "1", NaN].map(rt.number$q), "[true true false true]"],
  [() => [1, 1.5, 2n, "1"].map(rt.integer$q), "[true false true false]"],
  [() => [rt.float$q(1.5), rt.float$q(1), rt.bigint$q(1n), rt.nan$q(NaN), rt.nan$q("a"), rt.infinite$q(-Infinity)], "[true false true true false true]"],
  [() => [rt.zero$q(0), rt.zero$q(-0), rt.zero$q(0n), rt.zero$q(null), rt.pos$q(1), rt.neg$q(-1n), rt.even$q(2n), rt.odd$q(-3)], "[true true true false true true true true]"],
  [() => rt.pos$q("a"), /^pos\?: expected a number, got "a"$/],
  [() => rt.even$q(1.5), /^even\?: expected an integer, got 1.5$/],
  [() => [rt.string$q("a"), rt.keyword$q(k("a")), rt.keyword$q("a"), rt.symbol$q(rt.symbol("a")), rt.fn$q(rt.inc), rt.fn$q(k("a")), rt.ifn$q(k("a"))], "[true true false true true false true]"],
  [() => [rt.array$q([]), rt.vector$q([]), rt.vector$q(rt.list()), rt.list$q(rt.list()), rt.list$q([])], "[true true false true false]"],
  [() => [rt.map$q({}), rt.map$q(new Map()), rt.map$q([]), rt.map$q(null), rt.map$q(new Date()), rt.object$q({}), rt.set$q(new Set())], "[true true false false false true true]"],
  [() => [rt.coll$q([]), rt.coll$q("a"), rt.coll$q(rt.range()), rt.sequential$q(new Set()), rt.seq$q(rt.range()), rt.iterable$q("a"), rt.seqable$q(null), rt.associative$q([])], "[true false true false true true true true]"],
  [() => [rt.regex$q(/a/), rt.date$q(new Date()), rt.promise$q(Promise.resolve()), rt.promise$q({ then: rt.inc }), rt.error$q(new TypeError("a")), rt.python$q([])], "[true true true true true false]"],
  [() => [rt.instance$q(Map, new Map()), rt.instance$q(String, "a"), rt.instance$q(Number, "a"), rt.type([1]) === Array, rt.type("a") === String, rt.type(null), rt.type(Object.create(null))], "[true true false true true nil nil]"],
  [() => rt.instance$q(5, 1), /^instance\?: expected a class, got 5$/],
]);

table("text", [
  [() => [rt.str(), rt.str(null), rt.str("a", 1, null, k("b"), [k("c"), "d"], { a: 1 }), rt.str(10n, -0, true)], '["" "" "a1b[:c \\"d\\"]{:a 1}" "100true"]'],
  [() => [rt.str(/a\/b/), rt.str(new Date(0)), rt.str(new URL("http://x/")), rt.str(rt.symbol("s")), rt.str(new TypeError("no")), rt.str(rt.inc)], '["a\\\\/b" "1970-01-01T00:00:00.000Z" "http://x/" "s" "TypeError: no" "#<fn inc>"]'],
  [() => [rt.interpolate(null), rt.interpolate("a"), rt.interpolate([1, "b"])], '["nil" "a" "[1 \\"b\\"]"]'],
  [() => [rt.subs("hello", 1), rt.subs("hello", 1, 3)], '["ello" "el"]'],
  [() => rt.subs("abc", 2, 9), /^subs: 2 to 9 is out of range for a string of 3$/],
  [() => rt.subs(5, 0), /^subs: expected a string, got 5$/],
  [() => [rt.join(", ", [1, k("a"), null]), rt.join(["a", "b"]), rt.join("-", null), rt.join("", rt.range(3))], '["1, a, " "ab" "" "012"]'],
  [() => [rt.split("a,b,c", ","), rt.split("a,b,c", ",", 2), rt.split("a1b22c", /\d+/), rt.split("a1b22c", /\d+/, 2), rt.split("abc", "")], '[["a" "b" "c"] ["a" "b,c"] ["a" "b" "c"] ["a" "b22c"] ["a" "b" "c"]]'],
  [() => rt.split("a", 5), /^split: expected a string or regex to split at, got 5$/],
  [() => rt.split_lines("a\r\nb\n"), '["a" "b"]'],
  [() => [rt.trim(" a "), rt.triml(" a "), rt.trimr(" a "), rt.trim_newline("a\n")], '["a" "a " " a" "a"]'],
  [() => [rt.upper_case("ß"), rt.lower_case("AB"), rt.capitalize("aBC"), rt.capitalize(""), rt.upper_case(k("a"))], '["SS" "ab" "Abc" "" "A"]'],
  [() => [rt.replace("a-b-c", "-", "+"), rt.replace("a.b", ".", "$&"), rt.replace_first("aa", "a", "b"), rt.replace("a1b2", /\d/, "<$&>")], '["a+b+c" "a$&b" "ba" "a<1>b<2>"]'],
  [() => [rt.replace("a1b2", /\d/, (m) => m * 2), rt.replace("x1", /([a-z])(\d)/, ([, a, b]) => b + a), rt.replace("aXbX", "X", rt.lower_case)], '["a2b4" "1x" "axbx"]'],
  [() => rt.replace("a", 5, "b"), /^replace: expected a string or regex, got 5$/],
  [() => [rt.re_find(/b+/, "abb"), rt.re_find(/(\d)x(y)?/, "a1x"), rt.re_find(/z/, "a")], '["bb" ["1x" "1" nil] nil]'],
  [() => [rt.re_matches(/\d+/, "12"), rt.re_matches(/\d+/, "12a"), rt.re_matches(/a|ab/, "ab")], '["12" nil "ab"]'],
  [() => [rt.re_seq(/\d/, "a1b2"), rt.re_seq(/(\d)(.)/g, "1a2b"), rt.re_pattern("(?i)A").test("a")], '[["1" "2"] [["1a" "1" "a"] ["2b" "2" "b"]] true]'],
  [() => rt.re_find("a", "a"), /^re-find: expected a regex, got "a"$/],
  [() => { const re = /a/g; return [rt.re_find(re, "aa"), rt.re_find(re, "aa"), re.lastIndex]; }, '["a" "a" 0]'],
  [() => [rt.starts_with$q("abc", "ab"), rt.ends_with$q("abc", "bc"), rt.includes$q("abc", "z"), rt.includes$q([[1]], [1]), rt.blank$q(" \n"), rt.blank$q(null), rt.blank$q("a")], "[true true false true true true false]"],
  [() => rt.includes$q(5, 1), /^includes\?: expected a collection, got 5$/],
  [() => [rt.index_of("abc", "c"), rt.index_of("abc", "z"), rt.index_of("aba", "a", 1), rt.index_of([[1], [2]], [2]), rt.last_index_of("abab", "b"), rt.last_index_of([1, 2], 5), rt.last_index_of([1, 2, 1], 1)], "[2 nil 2 1 3 nil 2]"],
  [() => [rt.pad_left(7, 3, "0"), rt.pad_right("a", 3, "."), rt.chars("a😀"), rt.char_code("a"), rt.from_char_code(97, 128512), rt.str_repeat("ab", 2)], '["007" "a.." ["a" "😀"] 97 "a😀" "abab"]'],
  [() => [rt.pr_str("a", k("b")), rt.prn_str(1), rt.print_str("a", ["b", null], null), rt.println_str("a")], '["\\"a\\" :b" "1\\n" "a [b nil] nil" "a\\n"]'],
  [() => [rt.json_str({ a: [k("b"), null, 10n] }), rt.json_str(new Map([[k("a"), new Set([1])]])), rt.json_str(rt.range(2)), rt.json_parse('{"a": [1]}')], '["{\\"a\\":[\\"b\\",null,10]}" "{\\"a\\":[1]}" "[0,1]" {:a [1]}]'],
  [() => rt.json_str(rt.inc), /no JSON form/],
  [() => rt.format("%s: %05.1f|%-4d|%x|%%%n", "a", 3.14159, 7, 255), '"a: 003.1|7   |ff|%\\n"'],
  [() => rt.format("%,d %+d %5s|%-5s|%.2s %S %e %g %b %c", 1234567, 5, "ab", "cd", "xyz", "q", 1234.5, 0.1, 5, 97), '"1,234,567 +5    ab|cd   |xy \\"q\\" 1.234500e+3 0.1 101 a"'],
  [() => [rt.format("%05d", -42), rt.format("%d", 10n ** 20n), rt.format("%f", Infinity), rt.format("%s", null)], '["-0042" "100000000000000000000" "Infinity" "nil"]'],
  [() => rt.format("%d", 1.5), /^format: expected a whole number, got 1.5$/],
  [() => rt.format("%d %d", 1), /^format: %d has no value; there are only 1$/],
  [() => rt.format("100%"), /is no directive; %% is a percent sign$/],
]);

table("functions, names, errors, state", [
  [() => [rt.identity(1), rt.constantly(1)(2), rt.comp(rt.inc, rt.count)([1, 2]), rt.comp()(5), rt.partial(Math.max, 1, 7)(2), rt.juxt(rt.first, rt.count)([5, 6])], "[1 1 3 5 7 [5 2]]"],
  [() => [rt.complement(rt.odd$q)(2), rt.every_pred(rt.pos$q, rt.odd$q)(3, 4), rt.some_fn(k("a"), k("b"))({ b: 2 }), rt.fnil(rt.inc, 0)(null), rt.apply(Math.max, 1, [2, 3]), rt.apply(rt.list, null)], "[true false 2 1 3 ()]"],
  [() => rt.comp(5), /^comp: expected a function, got 5$/],
  [() => rt.apply(rt.inc, 5), /^apply: expected a collection, got 5$/],
  [() => rt.trampoline(function down(n) { return n === 0 ? k("done") : () => down(n - 1); }, 100000), ":done"],
  [() => [rt.keyword("a") === rt.keyword("a"), rt.keyword(rt.symbol("a")), rt.symbol(k("a")), rt.name(k("a")), rt.name("s"), `${k("x")}`, { [k("y")]: 1 }], '[true :a a "a" "s" "x" {:y 1}]'],
  [() => rt.keyword(5), /^keyword: expected a string, got 5$/],
  [() => rt.name(5), /^name: expected a keyword, a symbol or a string, got 5$/],
  [() => [rt.equal(rt.gensym(), rt.gensym()), rt.gensym("p").name.startsWith("p")], "[false true]"],
  [() => [rt.ex_message(rt.error("no")), rt.ex_message("thrown"), rt.ex_message(null), rt.ex_message({ a: 1 }), rt.ex_data(rt.ex_info("m", { code: 5 })), rt.ex_data(rt.error("a")), rt.ex_message(rt.ex_cause(rt.ex_info("m", {}, rt.error("c"))))], '["no" "thrown" nil "{:a 1}" {:code 5} nil "c"]'],
  [() => { const a = rt.atom(1); const log = []; rt.add_watch(a, k("w"), (...args) => log.push(args.slice(2))); return [rt.swap$b(a, Math.max, 5), rt.reset$b(a, 2), rt.deref(a), log, (rt.remove_watch(a, k("w")), rt.reset$b(a, 3)), log.length]; }, "[5 2 2 [[1 5] [5 2]] 3 2]"],
  [() => rt.deref(5), /^deref: expected an atom, got 5$/],
  [() => rt.all([1, Promise.resolve(2)]), "[1 2]"],
  [() => rt.all(rt.map(async (x) => x * x, [1, 2])), "[1 4]"],
  [() => rt.all(5), /^all: expected a collection, got 5$/],
  [() => rt.all_settled([1, Promise.reject(new Error("x"))]), '[{:status "fulfilled" :value 1} {:status "rejected" :reason #<Error: x>}]'],
  [() => rt.race([new Promise(() => {}), Promise.resolve(1)]), "1"],
  [() => rt.any([Promise.reject(new Error("x")), 2]), "2"],
  [() => rt.delay(1, k("done")), ":done"],
  [() => rt.sleep("a"), /^sleep: expected milliseconds, got "a"$/],
  [() => rt.timeout(1, new Promise(() => {})), /^timeout: no value after 1 ms$/],
  [() => rt.timeout(1, new Promise(() => {}), k("late")), ":late"],
  [() => rt.timeout(1000, Promise.resolve(1)), "1"],
  [() => rt.promise((ok) => ok(1)), "1"],
  [() => rt.rejected(rt.error("no")), /^no$/],
]);

test("pmap keeps order and the limit", async () => {
  let open = 0;
  let most = 0;
  const work = async (x) => {
    most = Math.max(most, ++open);
    await null;
    open--;
    return x * 10;
  };
  assert.deepEqual(await rt.pmap(work, rt.range(10), 3), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  assert.equal(most, 3);
});

test("memoize finds equal arguments and forgets failed promises", async () => {
  let calls = 0;
  const f = rt.memoize((x) => (calls++, x));
  f([1]), f([1]), f({ a: 1 }), f({ a: 1 });
  assert.equal(calls, 2);
  let tries = 0;
  const flaky = rt.memoize(async () => { if (tries++ === 0) throw new Error("first"); return "ok"; });
  await assert.rejects(flaky());
  assert.equal(await flaky(), "ok");
});

test("printing goes to the host's hook, else to stdout", () => {
  const OUT = Symbol.for("polyrepl.out");
  const said = [];
  globalThis[OUT] = (text) => said.push(text);
  try {
    const results = [rt.println("a", ["b"], k("c")), rt.print(1), rt.prn("a"), rt.pr(k("b"), "x"), rt.newline(), rt.pprint({ a: 1 }), rt.println()];
    assert.ok(results.every((x) => x === null));
  } finally {
    delete globalThis[OUT];
  }
  assert.deepEqual(said, ["a [b] :c\n", "1", '"a"\n', ':b "x"', "\n", "{:a 1}\n", "\n"]);
});
