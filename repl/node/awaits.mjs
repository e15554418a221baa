/**
 * Awaits of a cell where no other thread can end JavaScript, which is a browser's worker: a loop of awaits that are all
 * there at once (`for (;;) await null`) gives the event loop no turn, so nobody could ask it to stop.
 *
 *     await x                        ->   await $cell.$w(x)
 *     for await (const x of xs) f(x) ->   for await (const x of xs) { await $cell.$w(); f(x) }
 *
 * In: what acorn has read of a text, and its edits. Out: more edits. `$w` takes turns there (bridge/web/host.mjs), and
 * an interrupt comes out of it.
 */
import { within } from "./trees.mjs";

/** @param {import("./edits.mjs").Edits} edits @param {any} node @param {string} given what `$w` is a property of */
export function rewriteAwaits(edits, node, given) {
  if (node.type === "AwaitExpression") {
    const at = node.start + "await".length;
    edits.put(at, at, ` ${given}.$w(`);
    edits.close(node.end, ")");
  } else if (node.type === "ForOfStatement" && node.await) {
    const { type, start, end } = node.body;
    const wait = `await ${given}.$w();`;
    if (type === "BlockStatement") edits.first(start + 1, ` ${wait}`);
    else {
      edits.first(start, `{ ${wait} `);
      edits.close(end, " }");
    }
  }
  for (const part of within(node)) rewriteAwaits(edits, part, given);
}
