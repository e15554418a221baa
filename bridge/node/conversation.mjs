/**
 * One conversation with Python, its rooms wired together; the mirror of `conversation.py`.
 * In: a channel, the words shared with a watchdog, what ends it. Out: the connection, its interrupts and `$py`, the
 * same for a Node that is Python's child (`main.mjs`) and for one that is its parent (`library.mjs`).
 */
import { Connection } from "./connection.mjs";
import * as evaluator from "./evaluator.mjs";
import { Interrupts } from "./interrupts.mjs";
import { Keywords } from "./keywords.mjs";
import { makeOperators } from "./operators.mjs";
import { makePython } from "./python.mjs";
import { makeServer } from "./server.mjs";

/**
 * @param {import("./transport.mjs").Channel} channel @param {Int32Array} words @param {(code: number) => void} exit
 * @param {(connection: Connection) => {given: (promise: Promise<any>) => void, forgotten: (value: any) => void}} promises
 *   makes what heeds the promises that Python gets, and what Python has forgotten
 * @param {{take: () => any, calm: (target: number) => void} | null} [watchdog] see Interrupts
 * @param {(file: string) => object | undefined} [own] the namespace of a module of ours that is loaded already
 * @returns {{connection: Connection, interrupts: Interrupts, $py: any}}
 */
export function converse(channel, words, exit, promises, watchdog = null, own = () => undefined) {
  const interrupts = new Interrupts(words, watchdog);
  const operators = (proxies) => makeOperators(proxies, () => interrupts.signal());
  const parts = { operators, keywords: new Keywords(), promises };
  const connection = new Connection(channel, interrupts, (it) => makeServer(it, evaluator.evaluatorWith(own), interrupts), exit, parts);
  return { connection, interrupts, $py: makePython(connection, connection.proxies) };
}
