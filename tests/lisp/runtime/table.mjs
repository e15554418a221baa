/**
 * Tests as tables: [what to compute, what the Lisp prints for it, or a regex for the message of the error].
 */

import assert from "node:assert/strict";
import test from "node:test";
import { prStr } from "../../../lisp/runtime/index.mjs";

/** One test per row; a row is [function, expected] and its title is the function's source. */
export function table(title, rows) {
  test(title, async (t) => {
    for (const [compute, expected] of rows) {
      const source = String(compute).replace(/^(async )?\(\) =>\s*/, "").replace(/\s+/g, " ");
      await t.test(source.slice(0, 100), async () => {
        if (expected instanceof RegExp) {
          await assert.rejects(async () => await compute(), (e) => {
            assert.match(e.message, expected);
            assert.ok(!e.message.includes("\n"), "a message of one line");
            return true;
          });
        } else assert.equal(prStr(await compute()), expected);
      });
    }
  });
}
