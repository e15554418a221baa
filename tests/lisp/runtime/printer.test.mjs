/** What values look like: the printer, the pretty printer, display bundles. */

import assert from "node:assert/strict";
import test from "node:test";
import { runInNewContext } from "node:vm";
import * as rt from "../../../lisp/runtime/index.mjs";
import { table } from "./table.mjs";

const k = rt.keyword;
const hostile = (traps) => new Proxy({}, traps);
const boom = () => { throw new Error("boom"); };
const cyclic = { a: [1] };
cyclic.a.push(cyclic);
class Point {
  #hidden = 1;
  constructor() {
    this.x = 1;
  }

  get y() {
    return boom();
  }
}

table("data reads back", [
  [() => [1, -0, 1.5, NaN, -Infinity, 1e21, 10n, -5n], "[1 -0 1.5 NaN -Infinity 1e+21 10n -5n]"],
  [() => [null, undefined, true, false], "[nil nil true false]"],
  [() => ['q"\\\n\t', "\u0000", "é😀", "\ud800", "a\ud83d", "\u2028\u202e\u200b"], '["q\\"\\\\\\n\\t" "\\u0000" "é😀" "\\ud800" "a\\ud83d" "\\u2028\\u202e\\u200b"]'],
  [() => [k("a"), k("a/b-c?"), k("a b"), k("")], '[:a :a/b-c? #<keyword "a b"> #<keyword "">]'],
  [() => ({ a: 1, "b c": 2, "": 3, 1: 4, "d-e": 5, "x:y": 6, "q;": 7 }), '{"1" 4 :a 1 "b c" 2 "" 3 :d-e 5 :x:y 6 "q;" 7}'],
  [() => [[], {}, new Set(), rt.list()], "[[] {} #{} ()]"],
  [() => rt.list(rt.symbol("f"), rt.list(1, [2])), "(f (1 [2]))"],
  [() => new Set([1, [2]]), "#{1 [2]}"],
  [() => Object.assign(Object.create(null), { a: 1 }), "{:a 1}"],
  [() => Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true } }), "{:own 1}"],
  [() => [/a"b/, /a\/b\d/, /\\"/, new RegExp("")], '[#"a\\"b" #"a\\/b\\d" #"\\\\\\"" #""]'],
  [() => [1, , 3], "[1 nil 3]"], // eslint-disable-line no-sparse-arrays
]);

table("everything else says what it is", [
  [() => new Map([["a", 1], [k("b"), [2]], [{}, 3]]), '#<Map {"a" 1 :b [2] {} 3}>'],
  [() => [rt.inc, () => 1, async () => 1, function* gen() {}, async function my_fn$b() {}, rt.even$q], "[#<fn inc> #<fn> #<async fn> #<generator fn gen> #<async fn my-fn!> #<fn even?>]"],
  [() => [Point, class {}, Map, Math.max, Error], "[#<class Point> #<class> #<class Map> #<fn max> #<class Error>]"],
  [() => [new Point(), new (class Empty {})(), new (class extends Array {})()], "[#<Point {:x 1}> #<Empty {}> []]"],
  // Fields that are internals say nothing; beside others they stay.
  [() => [setTimeout(() => {}), Object.assign(new (class A {})(), { _x: 1, y: 2, [Symbol("s")]: 3 })], "[#<Timeout> #<A {:_x 1 :y 2}>]"],
  [() => [new Date(0), new Date(NaN), /a/gi], "[#<Date 1970-01-01T00:00:00.000Z> #<Date invalid> #\"(?gi)a\"]"],
  [() => [new Float64Array([1, 2.5]), new BigInt64Array(1), Buffer.from("a"), new ArrayBuffer(8), new DataView(new ArrayBuffer(2))], "[#<Float64Array [1 2.5]> #<BigInt64Array [0n]> #<Buffer [97]> #<ArrayBuffer 8 bytes> #<DataView 2 bytes>]"],
  [() => [[Promise.resolve(1)], [Promise.resolve("a'b")], [Promise.resolve(null)], [Promise.resolve({})], [new Promise(() => {})]], '[[#<Promise 1>] [#<Promise "a\'b">] [#<Promise nil>] [#<Promise fulfilled>] [#<Promise pending>]]'],
  [() => { const p = Promise.reject(new Error("no")); p.catch(() => {}); return [p]; }, "[#<Promise rejected Error: no>]"],
  [() => [new TypeError("no"), new Error(""), new Error("two\n  lines"), rt.ex_info("m", { a: 1 }), new DOMException("x", "AbortError")], "[#<TypeError: no> #<Error> #<Error: two lines> #<ExceptionInfo: m {:a 1}> #<AbortError: x>]"],
  [() => [Symbol("a"), Symbol.iterator, { [Symbol("s")]: 1 }], "[#<Symbol a> #<Symbol Symbol.iterator> {#<Symbol s> 1}]"],
  [() => [new WeakMap(), Math, (function* () {})(), [1].values(), new Map().entries()], "[#<WeakMap> #<Math> #<Generator> #<Array Iterator> #<Map Iterator>]"],
  [() => [new URL("http://a/b"), new URLSearchParams("a=1")], "[#<URL http://a/b> #<URLSearchParams a=1>]"],
  [() => rt.atom([1]), "#<Atom {:value [1] :watches nil}>"],
  [() => [cyclic], "[{:a [1 #<cycle>]}]"],
  [() => { const shared = [1]; return [shared, shared]; }, "[[1] [1]]"],
  [() => ({ get x() { return boom(); }, y: 1, set z(_) {} }), "{:x #<getter> :y 1 :z #<getter>}"],
  [() => [rt.range(), rt.range(2), rt.iterate((x) => x * 2, 1)], "[(0 1 2 3 4 5 6 7 8 9 …) (0 1) (1 2 4 8 16 32 64 128 256 512 …)]"],
]);

test("hostile values never throw and run nothing", () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const values = [
    proxy,
    hostile({ get: boom }),
    hostile({ ownKeys: boom, getPrototypeOf: boom }),
    hostile({ getOwnPropertyDescriptor: boom }),
    new (class Angry { get [Symbol.toStringTag]() { return boom(); } })(),
    new (class Angry { toString() { return boom(); } })(),
    Object.assign(new Error("x"), { name: Symbol("n") }),
    Object.defineProperty(new Error("x"), "message", { get: boom }),
    rt.iterate(boom, 1),
    { toString: null, constructor: null, then: null },
    Object.defineProperty(class {}, "name", { value: 5 }),
    Object.setPrototypeOf(() => 1, null),
  ];
  for (const value of values) {
    assert.equal(typeof rt.prStr(value), "string");
    assert.equal(typeof rt.prStr([value]), "string");
    assert.equal(typeof rt.prettyStr({ value }), "string");
    assert.equal(typeof rt.displayBundle(value).data["text/plain"], "string");
  }
  assert.match(rt.prStr(hostile({ ownKeys: boom })), /#<.* that cannot be shown: Error: boom>/);
  assert.match(rt.prStr(rt.iterate(boom, 1)), /cannot be shown: Error: boom/);
});

test("Ctrl-C inside a printing goes through", () => {
  const interrupt = Object.assign(new Error("stop"), { name: "Interrupt" });
  assert.throws(() => rt.prStr(rt.iterate(() => { throw interrupt; }, 1)), (e) => e === interrupt);
});

test("limits", () => {
  const xs = rt.vec(rt.range(100));
  assert.equal(rt.prStr(xs, { maxItems: 3 }), "[0 1 2 … +97 more]");
  assert.equal(rt.prStr(new Set(xs), { maxItems: 3 }), "#{0 1 2 … +97 more}");
  assert.equal(rt.prStr({ a: 1, b: 2, c: 3 }, { maxItems: 2 }), "{:a 1 :b 2 … +1 more}");
  assert.equal(rt.prStr([[[[1, 2]]], 1], { maxDepth: 2 }), "[[[… 1 item]] 1]");
  assert.equal(rt.prStr("abcdef", { maxString: 3 }), '"abc"… +3 chars');
  assert.equal(rt.prStr([[1, 2], [3, 4]], { maxTotal: 3 }), "[[1 2] … +1 more]");
  assert.match(rt.prStr(new Array(2 ** 32 - 1), { maxItems: 1 }), /^\[nil … \+4294967294 more\]$/);
  let deep = 1;
  for (let i = 0; i < 100000; i++) deep = [deep];
  assert.match(rt.prStr(deep), /^\[{501}… 1 item\]{501}$/);
  assert.equal(rt.prStr(["a", [k("b")]], { readably: false }), "[a [:b]]");
});

test("pretty printing fits the width", () => {
  const data = { name: "x".repeat(30), items: [{ a: 1, b: "y".repeat(39) }, { a: 2 }], more: rt.range(5) };
  assert.equal(
    rt.prettyStr(data, { width: 60 }),
    [
      `{:name "${"x".repeat(30)}"`,
      ` :items [{:a 1 :b "${"y".repeat(39)}"}`,
      "         {:a 2}]",
      " :more (0 1 2 3 4)}",
    ].join("\n"),
  );
  assert.equal(rt.prettyStr([1, 2, 3]), "[1 2 3]");
  assert.equal(
    rt.prettyStr(rt.range(30), { width: 30 }),
    "(0 1 2 3 4 5 6 7 8 9 10 11 12\n 13 14 15 16 17 18 19 20 21 22\n 23 24 25 26 27 28 29)",
  );
  assert.equal(
    rt.prettyStr({ ["long ".repeat(8)]: { a: "v".repeat(30), b: 1 } }, { width: 40 }),
    `{"${"long ".repeat(8)}"\n   {:a "${"v".repeat(30)}"\n    :b 1}}`,
  );
  for (const width of [20, 40, 80, 200]) {
    const lines = rt.prettyStr(rt.vec(rt.map((i) => ({ i, sq: i * i, list: [i, i] }), rt.range(40))), { width }).split("\n");
    assert.ok(Math.max(...lines.map(rt.textWidth)) <= Math.max(width, 20), String(width));
  }
  assert.equal(rt.prettyStr(["漢字".repeat(8), "b".repeat(10)], { width: 48 }), `["${"漢字".repeat(8)}"\n "bbbbbbbbbb"]`);
});

test("pretty limits and colour", () => {
  assert.match(rt.prettyStr(rt.range(1000)), /98 99 … \+900 more\)$/);
  assert.match(rt.prettyStr(rt.vec(rt.map(() => rt.range(100), rt.range(100)))), /… \+80 more\]$/);
  assert.equal(rt.prettyStr({ a: [1, "s"] }, { color: true }), "{\x1b[34m:a\x1b[0m [\x1b[36m1\x1b[0m \x1b[32m\"s\"\x1b[0m]}");
  assert.equal(rt.prettyStr({ a: [1, "s"] }, { color: true }).replace(/\x1b\[\d+m/g, ""), '{:a [1 "s"]}');
  assert.equal(rt.pprint_str([1, [2]], { width: 4 }), "[1\n [2]]");
  assert.equal(rt.pprint_str(rt.range(9), { "max-items": 2 }), "(0 1 … +7 more)");
});

test("demangle is the twin of mangle.py's", () => {
  const names = {
    my_name: "my-name", even$q: "even?", push$b: "push!", snake__case: "snake_case", class$: "class", Math$: "Math",
    $m$g: "->", $m$gx: "->x", x$1: "x", getItem: "getItem", _private: "_private", __dirname$: "__dirname", _: "_",
    $x31xst: "1st", a$l$e: "a<=", $x: "", b$xe9x: "bé", $rt: "$rt", a_b_c: "a-b-c", $$: "$",
  };
  for (const [js, name] of Object.entries(names)) assert.equal(rt.demangle(js), name, js);
});

test("display bundles", () => {
  const data = (x, options) => rt.displayBundle(x, options).data;
  assert.deepEqual(data(5), { "text/plain": "5" });
  assert.deepEqual(data("a"), { "text/plain": '"a"' });
  assert.deepEqual(data(rt.html("<b>x</b>")), { "text/plain": '#<html "<b>x</b>">', "text/html": "<b>x</b>" });
  assert.deepEqual(data(rt.markdown("# x")), { "text/plain": "# x", "text/markdown": "# x" });
  assert.equal(data(rt.latex("x^2"))["text/latex"], "$$x^2$$");
  assert.equal(data(rt.latex("$x$"))["text/latex"], "$x$");
  assert.equal(data(rt.svg("<svg/>"))["image/svg+xml"], "<svg/>");
  assert.deepEqual(data(rt.json({ a: k("b") }))["application/json"], { a: "b" });
  assert.equal(data(rt.image(new Uint8Array([137, 80, 78, 71, 1])))["image/png"], "iVBORwE=");
  assert.equal(data(rt.image([0xff, 0xd8, 0xff]))["image/jpeg"], "/9j/");
  assert.equal(data(rt.vega_lite({ mark: k("bar") }))["application/vnd.vegalite.v5+json"].mark, "bar");
  assert.throws(() => rt.image([1, 2]), /^TypeError: image: the bytes are no picture/);
  assert.throws(() => rt.html(5), /^TypeError: html: expected a string, got 5$/);
  const own = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<i>" }) };
  assert.equal(data(own)["text/html"], "<i>");
  assert.equal(typeof data(own)["text/plain"], "string");
  assert.match(data({ [Symbol.for("Jupyter.display")]: boom })["text/plain"], /Jupyter\.display raised Error: boom$/);
  assert.match(data({ [Symbol.for("Jupyter.display")]: () => 5 })["text/plain"], /gave no object/);
});

test("data as HTML: tables and trees, all escaped", () => {
  const rich = (x) => rt.displayBundle(x).data["text/html"];
  const rows = [{ a: "<script>", b: 2 }, { a: "&", b: [1] }];
  assert.match(rich(rows), /^<table><thead><tr><th><\/th><th>a<\/th><th>b<\/th>/);
  assert.ok(!rich(rows).includes("<script>"));
  assert.equal(rich([1, 2, 3]), undefined);
  assert.equal(rich({ a: 1 }), undefined);
  assert.equal(rich("text"), undefined);
  assert.match(rich({ list: rt.vec(rt.range(60)), name: "<b>" }), /^<div.*<details open>.*&#60;b&#62;/s);
  assert.equal(rt.displayBundle(rows, { html: false }).data["text/html"], undefined);
  assert.ok(rich(rt.vec(rt.map((i) => ({ i }), rt.range(5000)))).includes("+4940 more rows"));
  const loop = { items: rt.vec(rt.range(50)) };
  loop.self = loop;
  assert.match(rich(loop), /#&lt;cycle&gt;/);
});

// ---------------------------------------------------------------------------------------------- own text

/** As mathjs has it: fields, and a text of its own. */
class Complex {
  constructor(re, im) {
    Object.assign(this, { re, im });
  }

  toString() {
    return `${this.re} + ${this.im}i`;
  }
}

/** As immutable has it: internals, a size, a text that begins with the name, and items. */
class Listing {
  constructor(...items) {
    this.size = items.length;
    this._root = items;
  }

  toString() {
    return `Listing [ ${this._root.join(", ")} ]`;
  }

  [Symbol.iterator]() {
    return this._root[Symbol.iterator]();
  }
}

/** As arquero has it: nothing of its own but its rows. */
class Rows {
  #rows;

  constructor(rows) {
    this.#rows = rows;
  }

  get [Symbol.toStringTag]() {
    return "Table";
  }

  * [Symbol.iterator]() {
    yield* this.#rows;
  }
}

/** As apache-arrow has it: a text of several lines, and rows. */
class Frame {
  constructor(rows) {
    this.rows = rows;
  }

  get numRows() {
    return this.rows.length;
  }

  toString() {
    return `[\n  ${this.rows.join(",\n  ")}\n]`;
  }

  [Symbol.iterator]() {
    return this.rows[Symbol.iterator]();
  }
}

class Inspected {
  constructor() {
    this.secret = 1;
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return "Inspected <fine>";
  }
}

test("instances show what they say of themselves", () => {
  const cases = [
    [new Complex(1, 2), "#<Complex 1 + 2i>"], [[new Complex(1, 2)], "[#<Complex 1 + 2i>]"],
    [new Listing(1, 2), "#<Listing [ 1, 2 ]>"], [new Rows([{ a: 1 }, { a: 2 }]), "#<Rows [{:a 1} {:a 2}]>"],
    [new Frame([1, 2]), "#<Frame [ 1, 2 ]>"], [new Inspected(), "#<Inspected <fine>>"],
    [new (class Plain { x = 1; })(), "#<Plain {:x 1}>"],
    [new (class Broken { x = 1; toString() { throw new Error("no"); } })(), "#<Broken {:x 1}>"],
    [new (class Odd { x = 1; toString() { return 5; } })(), "#<Odd {:x 1}>"],
  ];
  for (const [value, text] of cases) assert.equal(rt.prStr(value), text);
});

test("every name is cut where strings are, and whole where nothing is said", () => {
  const named = Object.defineProperty(() => 1, "name", { value: "abcdef" });
  const values = [
    [Symbol("abcdef"), "#<Symbol abc… +3 chars>"], [{ abcdef: 1 }, "{:abc… +3 chars 1}"], [{ "1bcdef": 1 }, '{"1bc"… +3 chars 1}'],
    [{ [Symbol("abcdef")]: 1 }, "{#<Symbol abc… +3 chars> 1}"], [k("abcdef"), ":abc… +3 chars"], [k("a bcdef"), '#<keyword "a b"… +4 chars>'],
    [rt.symbol("abcdef"), "abc… +3 chars"], [named, "#<fn abc… +3 chars>"], [/abcdef/, '#"abc… +3 chars"'],
  ];
  for (const [value, text] of values) {
    assert.equal(rt.prStr(value, { maxString: 3 }), text);
    assert.equal(rt.prStrWithin(value, { maxString: 3 }).cut, true);
    assert.ok(!rt.prStr(value).includes("…"));
    assert.equal(rt.prStrWithin(value, { maxString: 7 }).cut, false);
  }
});

test("own text keeps to a budget", () => {
  const many = rt.vec(rt.range(100000));
  const lines = rt.prettyStr(new Frame(rt.vec(rt.range(900)))).split("\n");
  assert.deepEqual([lines.length, lines[0], lines[25]], [26, "#<Frame [", "… +877 lines>"]);
  const long = rt.prettyStr(new Listing(...many.slice(0, 900)));
  assert.ok(long.length < 2100 && /… \+\d+ chars>$/.test(long), long.slice(-40));
  const large = new Listing(); // its own text would walk all of it
  Object.assign(large, { size: many.length, _root: many, toString() { throw new Error("too much"); } });
  assert.ok(rt.prettyStr(large).split("\n").length < 12);
  assert.match(rt.prettyStr(new Rows(many)), /… ?\]>$/);
});

test("a proxy shows what it answers", () => {
  const answers = (target) => new Proxy(target, {
    get: (t, key) => (key === "a" || key === "0" ? "answered" : Reflect.get(t, key)),
  });
  assert.equal(rt.prStr(answers({ a: 1, b: 2 })), '{:a "answered" :b 2}');
  assert.equal(rt.prStr(answers([1, 2])), '["answered" 2]');
  const bare = new Proxy({}, {
    get: (t, key) => (key === "a" ? 7 : null),
    ownKeys: () => ["a"],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
  assert.equal(rt.prStr(bare), "{:a 7}");
});

test("what has a prototype without a class shows the text that it has, else its fields", () => {
  const money = { toString() { return `${this.cents / 100}`; } };
  function Money() {}
  assert.equal(rt.pr_str(Object.assign(Object.create(money), { cents: 250 })), "#<Object 2.5>");
  assert.equal(rt.pr_str([Object.assign(Object.create(money), { cents: 250, constructor: Money })]), "[#<Money 2.5>]");
  assert.equal(rt.pr_str(Object.assign(Object.create({ f() {} }), { a: 1 })), "{:a 1}");
  assert.equal(rt.pr_str(Object.assign(Object.create({ toString() { throw new Error("no"); } }), { a: 1 })), "{:a 1}");
  assert.equal(rt.pr_str(runInNewContext("({ a: [1] })")), "{:a [1]}"); // of another realm
});

test("of a huge array only what is shown is looked at", { timeout: 20000 }, () => {
  const bundle = (x) => rt.displayBundle(x, { maxItems: 100 }).data;
  const huge = new Array(2 ** 32 - 1);
  assert.equal(bundle(huge)["text/html"], undefined);
  assert.match(bundle(huge)["text/plain"], /^\[nil nil/);
  huge[1] = [1, 2, "x".repeat(100)];
  assert.match(bundle(huge)["text/html"], /… \+4294967195 more/);
  let looked = 0;
  class Counted extends Map {
    *[Symbol.iterator]() {
      for (const entry of super.entries()) {
        looked++;
        yield entry;
      }
    }
  }
  bundle(new Counted(Array.from({ length: 10_000 }, (_, i) => [i, [i]])));
  assert.ok(looked < 1000, String(looked));
});
