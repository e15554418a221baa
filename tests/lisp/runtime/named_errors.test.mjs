/** What a core function refuses it refuses in its own name, also where another one does its work. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import * as rt from "../../../lisp/runtime/index.mjs";

const folder = new URL("../../../lisp/runtime/", import.meta.url);
const DOCUMENTED = /\/\*\*\s*\*?\s*\((\S+?)[ )](?:(?!\*\/)[^])*\*\/\nexport (?:async )?function\*? ([\w$]+)/g;
const same = (x) => x;
const OPERANDS = [
  [5], [5, 5], [5, 5, 5], [same, 5], [rt.keyword("k"), [1], 5], [{}, rt.keyword("a"), 1], [{}, 5, same], [null, null],
  [same, same, same], [[1], 5, same], [{}, same, 5], [[], same, 5], [same, {}, 5], [[1], [2], 5], [1, same], [{ a: 1 }, []],
];
const NOISY = new Set(["exit", "read-line", "print", "println", "prn", "pr", "display", "tap", "newline"]);

/** Lisp name -> JavaScript's, of the core functions as their comments name them. */
function documented() {
  const found = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs"))) {
    for (const [, name, id] of readFileSync(new URL(file, folder), "utf8").matchAll(DOCUMENTED)) found.set(name, id);
  }
  return found;
}

test("a core function refuses in its own name", async () => {
  const functions = documented();
  assert.ok(functions.size > 300, `${functions.size} found`);
  const wrong = [];
  const look = (name, e) => {
    const [, who] = /^(\S+): (?:expected|the path|looking)/.exec(String(e?.message)) ?? [];
    if (who !== undefined && who !== name) wrong.push(`(${name} ..) says "${e.message}"`);
  };
  for (const [name, id] of functions) {
    if (NOISY.has(name) || typeof rt[id] !== "function") continue;
    for (const operands of OPERANDS) {
      try {
        const value = rt[id](...operands);
        if (value instanceof Promise) value.catch((e) => look(name, e)); // some never settle
      } catch (e) {
        look(name, e);
      }
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(wrong, []);
});
