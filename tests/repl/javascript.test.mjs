/** JavaScript cells as functions: what each becomes, and that V8 takes it. */
import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";
import { prepare, prepareCell, status } from "../../repl/node/javascript.mjs";
import { sourceOffset } from "../../repl/node/edits.mjs";

const $import = async (name) => ({ default: `default of ${name}`, join: `join of ${name}`, name });
const run = (text) => vm.runInThisContext(prepare(text))({ $import });

const CASES = [
  ["1 + 1", 2],
  ["const x = 5, { a, b: [c] } = { a: 1, b: [2] }; [x, a, c]", [5, 1, 2]],
  ["const x = 6\nx", 6],
  ["let y\ny", undefined],
  ["import d, { join as j } from 'm'\nimport * as all from \"n\"\n[d, j, all.name]", ["default of m", "join of m", "n"]],
  ["class A { m() { return 1 } }\nnew A().m()", 1],
  ["function f(a) { return a }\nf(3)", 3],
  ["const g = async () => {\n const z = 1;\n return z }\nawait g()", 1],
  ["function last(a) { return a }", undefined],
  ["async function* rest() {}", undefined],
  ["(function () { return 9 })()", 9],
  ["{ a: 1, b: 2 }", { a: 1, b: 2 }],
  ["for (const i of [1, 2]) { globalThis.last = i }", undefined],
  ["[1, 2]\n  .map((n) => n * 2)\n  .join('')", "24"],
  ["`a${ { x: `}` }.x }b`", "a}b"],
  ["/a[/]b/.test('a/b') ? 1 : 2", 1],
  ["export const k = 7\nk", 7],
  ["export default 8", 8],
  ["const process = 1; process", 1],
  [`if (true) /"/.test('a"'); 5`, 5],
  [`if (true) /"/.test('a"'); const afterRegex = 3; afterRegex`, 3],
  ["/`/.test('`')", true],
  ["[8].map((n) => n)\n/2/1", 4],
  ["if (1) {} /b/.test('b')", true],
  ["`a${`b${/`/.test('`')}`}`", "abtrue"],
  ['"use strict"; const strictly = (function () { return this === undefined })(); strictly', true],
  ['"use strict"', "use strict"],
  ["#!/usr/bin/env node\n5", 5],
  ["\n#!/usr/bin/env node\n5", 5],
  ["--> a comment\n7", 7],
  ["8 <!-- a comment", 8],
  ["{a: 1};", { a: 1 }],
  ["{} + 1", "[object Object]1"],
  ["// a comment\n{a: 1}", { a: 1 }],
  ["function f2() { return 1 }; f2 = () => 2; f2()", 2],
  ["globalThis.f2()", 2],
  ["var again = 5", undefined],
  ["var again; again", 5],
  ["var early = [early, 1]; early.length", 2],
  ["globalThis.nothing = null; 1", 1],
  ['"use strict"; var nothing; nothing', null],
  ["let twice = 1; let twice = 2; twice", 2],
  ["var inner = 1; for (var inner = 0; inner < 3; inner++) {} inner", 3],
  ["globalThis.inner", 3],
  ["if (1) { var inIf = 4 } for (var [turn, { k: { size = 2 } }] of [[1, { k: {} }]]) { var { size: other } = { size } }", undefined],
  ["[inIf, turn, size, other]", [4, 1, 2, 2]],
  ["for (var key in { one: 1 }); try { throw 1 } catch { var caught = 5 } if (0) var never = 1; caught", 5],
  ["[globalThis.key, globalThis.caught, globalThis.never]", ["one", 5, undefined]],
  ["'use strict'; for (var i = 0, n = 3; i < n; i++) { (() => { var own = 1 })() } [i, typeof own]", [3, "undefined"]],
  ["for (var async of [1]); async", 1],
  ["using held = { [Symbol.dispose]() { globalThis.freed = 1 } }; 3", 3],
  ["freed", 1],
  ["around: for (;;) break around; 4", 4],
  ["let = 5; let", 5],
  ["async () => 1; 2", 2],
  ["class URL {}; 1", 1],
  ["import { join as URL } from 'm'; URL", "join of m"],
  ["new URL('http://host').host", "host"],
  ["import { 'join' as joined } from 'm' with { type: 'json' }; joined", "join of m"],
  ["import e, * as every from 'm'; [e, every.name]", ["default of m", "m"]],
  ["export { k }; 3", 3],
  ["export * from 'm'; 1", 1],
  ["k // the end", 7],
  ["k /* the end */ ;", 7],
  ["k\n;", 7],
  ["const a2 = 1\nconst b2 = 2\na2 + b2", 3],
  ["let crlf = 1\r\ncrlf", 1],
  ["let separated = 1\u2028separated", 1],
  ["\\u0061scii = 3; ascii", 3],
  ["({ get x() { return 1_000n } }).x", 1000n],
  ["class P { #p = 1; static s = new P().#p; static { this.t = 2 } }; P.s + P.t", 3],
  ["null?.x ?? 4", 4],
  ["do k; while (0) k + 1", 8],
  ["for await (const one of [1]) globalThis.one = one; one", 1],
  ["return 5; 6", 5],
  ["if (true) { 5 }", undefined],
  ["try { 5 } finally {}", undefined],
  ["", undefined],
  ["// nothing", undefined],
];

for (const [text, expected] of CASES) {
  test(JSON.stringify(text), async () => {
    const value = await run(text);
    assert.deepEqual(value === undefined ? undefined : structuredClone(value), expected);
  });
}

test("names are globals; those of Node stay what they are", async () => {
  await run("const kept = 1; function made() {}; class Made {}; const process = 2");
  assert.equal(globalThis.kept, 1);
  assert.equal(typeof globalThis.made, "function");
  assert.equal(typeof globalThis.Made, "function");
  assert.equal(typeof globalThis.process.pid, "number");
});

test("lines keep their numbers", async () => {
  const error = await run('import d from "m"\nconst a = {\n}\nthrow new Error("here")').catch((e) => e);
  assert.match(error.stack, /:4:7/);
});

test("a syntax error is said in the user's own words", () => {
  const said = (text) => {
    try {
      prepare(text, "cell");
    } catch (error) {
      const [place, , caret] = error.stack.split("\n");
      return `${error.name}: ${error.message} | ${place}:${caret.indexOf("^") + 1}`;
    }
  };
  for (const open of ["let n = 1; n +", "foo(", "if (x) {", "`abc", "foo({ a: 1", "await foo(", 'import d from "m"; foo(']) {
    assert.equal(said(open), "SyntaxError: Unexpected end of input | cell:2:1", open);
  }
  assert.equal(said("x }"), "SyntaxError: Unexpected token '}' | cell:2:1");
  assert.equal(said('import d from "m"\nlet a = = 2'), "SyntaxError: Unexpected token '=' | cell:2:9");
});

test("what only V8 knows is V8's to decide", async () => {
  // A text that acorn refuses for its depth.
  assert.equal(await run(`1${"+1".repeat(100_000)}`), 100_001);
  const { name, message } = prepareCell("[".repeat(20_000), "cell");
  assert.equal(`${name}: ${message}`, "SyntaxError: nested too deeply");
});

test("a cell can not leave its function", () => {
  for (const text of ["x }", "}; foo(); (async () => {", "}) => {", "*/ x", "new.target"]) {
    assert.equal(prepareCell(text, "cell").name, "SyntaxError", text);
  }
});

for (const [text, message, at] of [
  ["let a = = 2", "Unexpected token '='", 8],
  ["\nlet a = = 2", "Unexpected token '='", 9],
  ["x }", "Unexpected token '}'", 2],
  ["foo(", "Unexpected end of input", 4],
  ["`abc", "Unexpected end of input", 4],
  ['"abc', "Invalid or unexpected token", 0],
  ["/a/q", "Invalid regular expression flags", 0],
  ["/[/]/v", "Invalid regular expression: /[/]/v: Invalid character in character class", 0],
  ["import.meta", "Cannot use 'import.meta' outside a module", 7],
  ["import { from 'm'", "Unexpected token", 14],
  ["import x from", "Unexpected end of input", 13],
  ["await", "Unexpected end of input", 5],
  ["var [using `using @/* [", "Unexpected token", 11],
  ["import d from 'm'\r\nlet a = = 2", "Unexpected token '='", 27],
  ["const nothing", "Missing initializer in const declaration", 6],
  ['"use strict"; with (x) {}', "Strict mode code may not include a with statement", 14],
  ["const process = 1; const process = 2", "Identifier 'process' has already been declared", 25],
  ["@dec class A {}", "Invalid or unexpected token", 0],
  ["let a = '😀'; a b", "Unexpected identifier 'b'", 16],
]) {
  test(`refused: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(prepareCell(text, "cell"), { name: "SyntaxError", message, at });
  });
}

test("each character that is kept knows its place", () => {
  for (const [text] of CASES) {
    const { code, places } = prepareCell(text, "cell");
    for (let i = 0; i < places.length; i += 3) {
      const [made, from, length] = places.slice(i, i + 3);
      assert.equal(code.slice(made, made + length), text.slice(from, from + length));
      assert.equal(sourceOffset(places, made), from);
    }
  }
});

test("Enter waits for the end of what has been begun", () => {
  const open = ["foo(", "if (x)", "1 +", "`a", "`${", "/* x", '"abc\\', "{a: 1, b:", "try {}", "x => {", "a.", "class A {", "{", "(", "[1,\n", "import x from", "around:", "async function f() {", "x = {"];
  for (const text of open) assert.equal(status(text), "incomplete", text);
  const whole = ["", "//", '"abc', "/re", "foo)", "let a = = 2", "@dec class A {}", "😀", `if (true) /"/.test('a"')`, "{a: 1, b: 2}", "x\n", "/[(]/", "a // (", "`(`", "5 <!-- ("];
  for (const text of whole) assert.equal(status(text), "complete", text);
});
