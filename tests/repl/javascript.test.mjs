/** JavaScript cells as functions: what each becomes, and that V8 takes it. */
import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";
import { prepare } from "../../repl/node/javascript.mjs";

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
