/** What a function's text says of the names that it does not bind itself. */
import assert from "node:assert/strict";
import test from "node:test";
import { freeNames } from "../../repl/node/free_names.mjs";

const TABLE = [
  // text, free, assigned
  ["(x) => x + y", ["y"], []],
  ["function f(a, { b = c, ...d }, [e], ...r) { return a + b + d + e + r + f; }", ["c"], []],
  ["() => { var a = 1; { let b = a; const c = b; } return typeof c; }", ["c"], []],
  ["() => { if (x) { var late = 1; } return late; }", ["x"], []],
  ["() => { for (const i of xs) n += i; for (let j = 0; j < m; j++); return i + j; }", ["xs", "n", "m", "i", "j"], ["n"]],
  ["() => { try { a(); } catch ({ message }) { return message + e; } finally { b(); } }", ["a", "e", "b"], []],
  ["() => { switch (k) { case v: { let q; } default: q; } }", ["k", "v", "q"], []],
  ["() => { label: for (;;) { break label; } }", [], []],
  ["() => ({ a, b: c, [d]: 1, e() { return f; } })", ["a", "c", "d", "f"], []],
  ["() => o.p.q + o[r] + o?.s", ["o", "r"], []],
  ["() => { ({ a, b: [c = d], ...e } = o); [f.g] = h; x++; delete y.z; }", ["a", "c", "d", "e", "o", "f", "h", "x", "y"], ["a", "c", "e", "x"]],
  ["() => `${a}${tag`b${c}`}`", ["a", "tag", "c"], []],
  ["async function* g() { for await (const x of y) yield* z(x); }", ["y", "z"], []],
  ["() => { function inner() { return inner2; } function inner2() { return arguments; } return inner; }", [], []],
  ["class A extends B { static s = C; f = D; [E]() { return F + A; } static { G(); } }", ["B", "C", "D", "E", "F", "G"], []],
  ["method(x) { return x + this.y + z; }", ["z"], []],
  ["async *gen(x) { yield x + z; }", ["z"], []],
  ["() => { globalThis.made = 1; return globalThis.made + globalThis[\"other\"]; }", ["made", "globalThis"], ["made"]],
  ["() => undefined", [], []],
];

for (const [text, free, assigned] of TABLE) {
  test(text, () => {
    const found = freeNames(text);
    assert.deepEqual([...found.free].sort(), [...free].sort());
    assert.deepEqual([...found.assigned].sort(), [...assigned].sort());
    assert.equal(found.needs, null);
  });
}

test("what a class reads as it is made", () => {
  assert.deepEqual([...freeNames("class A extends B { static s = C; f = D; [E]() { return F; } static { G(); } }").now].sort(), ["B", "C", "E", "G"]);
  assert.deepEqual([...freeNames("() => B").now], []);
});

test("places of globalThis.name, as they stand in the text", () => {
  const text = "() => { const a = 1; globalThis.a = globalThis.b; }";
  const { globals } = freeNames(text);
  assert.deepEqual(globals.map(([start, end, name, bound]) => [text.slice(start, end) + name, bound]), [["globalThis.a", true], ["globalThis.b", false]]);
});

for (const [text, needs] of [
  ["() => this.x", "this"],
  ["() => arguments.length", "arguments"],
  ["m() { return super.m(); }", "super"],
  ["() => new.target", null],
]) {
  test(`${text} needs ${needs} of what stands around it`, () => {
    if (needs === null) assert.throws(() => freeNames(text), SyntaxError); // as V8 has it
    else assert.equal(freeNames(text).needs, needs);
  });
}

test("a name, and whether it is an accessor, of a method", () => {
  assert.deepEqual([freeNames("m() {}").method, freeNames("m() {}").kind], ["m", "init"]);
  assert.equal(freeNames("get x() { return 1; }").kind, "get");
  assert.equal(freeNames("(x) => x").method, null);
});

test("what is no function is a SyntaxError", () => assert.throws(() => freeNames("1 +"), SyntaxError));
