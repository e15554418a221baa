/** Awaits of a cell in a browser's worker, which give the event loop a turn. */
import assert from "node:assert/strict";
import test from "node:test";
import { rewriteAwaits } from "../../repl/node/awaits.mjs";
import { Edits } from "../../repl/node/edits.mjs";
import { parse } from "../../repl/node/vendor/acorn.mjs";

const TABLE = [
  ["await x", "await c.$w( x)"],
  ["await(await f(1))", "await c.$w((await c.$w( f(1))))"],
  ["const g = async () => (await a) + await b;", "const g = async () => (await c.$w( a)) + await c.$w( b);"],
  ["for await (const x of xs) f(x);", "for await (const x of xs) { await c.$w(); f(x); }"],
  ["for await (const x of await xs) { f(x) }", "for await (const x of await c.$w( xs)) { await c.$w(); f(x) }"],
  ["for await (a of b) for await (d of e) ;", "for await (a of b) { await c.$w(); for await (d of e) { await c.$w(); ; } }"],
  ["for (const x of xs) await\nx", "for (const x of xs) await c.$w(\nx)"],
];

for (const [text, code] of TABLE) {
  test(text, () => {
    const edits = new Edits(text);
    rewriteAwaits(edits, parse(text, { ecmaVersion: "latest", sourceType: "script", allowAwaitOutsideFunction: true }), "c");
    const made = edits.apply("", "").code;
    assert.equal(made, code);
    assert.doesNotThrow(() => new Function(`return async () => {\n${made}\n}`));
  });
}
