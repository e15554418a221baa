/**
 * JavaScript's side of a conversation inside one process, its rooms wired together.
 * In: Pyodide with polyrepl on its path, words shared with whoever interrupts. Out: the connection, its interrupts, `$py`
 * and Python's half, a `LocalBridge` that has begun.
 */
import { heedErrors, print } from "./console.mjs";
import * as evaluator from "../node/evaluator.mjs";
import { Interrupts } from "../node/interrupts.mjs";
import { Keywords } from "../node/keywords.mjs";
import { Connection } from "../node/local.mjs";
import { makeOperators } from "../node/operators.mjs";
import { stackOf } from "../node/platform.mjs";
import { NOTES, VERSION } from "../node/protocol.mjs";
import { makePython } from "../node/python.mjs";
import { makeServer } from "../node/server.mjs";
import { Turnstile } from "./turnstile.mjs";
import * as told from "./words.mjs";

const SIGINT = 2;
/** Milliseconds, at least, that the bridge's own Python has to come to its end. A program that does little but call JavaScript is seldom
 * found in its own code, so it is looked for often; but as much time goes to what runs as to looking. */
const MOMENT = 0.1;
/** Milliseconds that a program awaits what is there already before it gives the event loop a turn. */
const LONGEST_TURN = 40;
// A stack of both languages: between two of their frames are some twenty of WebAssembly.
const DEEPEST_STACK = 200;

/**
 * @param {any} pyodide
 * @param {{words?: Int32Array, output?: any, own?: (file: string) => object | undefined}} [options] `output`: what takes the
 *   text that is printed, a function of Python's, as a Bridge's `output`; `own`: the namespace of a module that is loaded
 */
export function converse(pyodide, { words = new Int32Array(told.SIZE), output, own = () => undefined } = {}) {
  Error.stackTraceLimit = DEEPEST_STACK;
  const interrupts = new Interrupts(words, null, () => Atomics.store(words, told.PYTHON, 0));
  const turnstile = new Turnstile();
  const operators = (proxies) => makeOperators(proxies, () => interrupts.signal());
  const closing = new AbortController();
  const promises = (it) => heedErrors(it, closing.signal);
  const parts = { operators, keywords: new Keywords(), promises, later: (step) => turnstile.add(step) };
  const connection = new Connection(interrupts, (it) => makeServer(it, evaluator.evaluatorWith(own), interrupts), parts);
  const $py = makePython(connection, connection.proxies);
  Object.defineProperty($py, "signal", { get: () => interrupts.signal(), enumerable: true });

  const local = pyodide.pyimport("polyrepl.bridge.local");
  const bridge = local.LocalBridge.callKwargs(connection.port, output === undefined ? {} : { output });
  bridge.start();
  const line = bridge.connection;
  // Python's interpreter reads the number of a signal there, every now and then, and takes it away.
  let due = 0, taken = 0;
  pyodide.setInterruptBuffer({
    get 0() {
      if (words[told.PYTHON] === 0) return 0;
      const now = performance.now();
      if (now < due) return 0;
      taken = now;
      due = Infinity; // not again while the signal is handled
      return SIGINT;
    },
    set 0(_) {},
  });
  /** What Python is asked to stop, for who handles the signal there: see repl/web/stopping.py. */
  const attention = {
    /** Python need not look again. */
    seen: () => (Atomics.store(words, told.PYTHON, 0), (due = 0)),
    /** It is to look again in a moment. */
    again: () => {
      const now = performance.now();
      due = now + Math.max(MOMENT, now - taken);
    },
    /** The program has been told. */
    heard: () => (interrupts.toldElsewhere(), told.forget(words), (due = 0)),
    /** What was asked before is about nothing that begins now. */
    begin: () => (told.forget(words), (due = 0)),
    /** Wait, unless asked. @param {number} ms @returns {boolean} false where waiting is not to be had */
    sleep: (ms) => {
      if (!(globalThis.SharedArrayBuffer && words.buffer instanceof SharedArrayBuffer)) return false;
      Atomics.wait(words, told.PYTHON, 0, ms);
      return true;
    },
  };
  const { serve, called, serve_async, settled, noted, printed } = line;
  connection.python = { serve, called, serve_async, settled, noted, printed };
  connection.straight = true;
  connection.note(NOTES.ready, "web", VERSION);

  let turn = 0; // when the event loop's turn began; 0: what is awaited next is the first in it
  /** `$w`: as Interrupts has it, but loops of awaits that are all there let the event loop turn: it brings the stop. */
  const wait = (value) => {
    if (turn === 0) {
      turn = performance.now();
      turnstile.add(() => (turn = 0));
    }
    if (performance.now() - turn < LONGEST_TURN) return interrupts.wait(value);
    const next = new Promise((resolve) => turnstile.add(() => resolve(null)));
    return interrupts.wait(Promise.all([value, next]).then(([it]) => it));
  };
  /** Make it the one that the program's globals mean. */
  const select = () => {
    const keepAlike = (common) => {
      connection.common = common;
    };
    const named = { $py, $w: wait, $flag: words, Interrupt: interrupts.Interrupt, keepAlike };
    for (const [name, value] of Object.entries(named)) {
      Object.defineProperty(globalThis, Symbol.for(`polyrepl.${name}`), { value, configurable: true });
    }
    Object.defineProperty(globalThis, "$py", { value: $py, writable: true, configurable: true });
    globalThis[Symbol.for("polyrepl.$import")] = evaluator.importModule;
    globalThis[Symbol.for("polyrepl.out")] = (text) => connection.output(text, false);
    globalThis[Symbol.for("polyrepl.stackOf")] = stackOf;
    print(connection);
  };
  /** End the conversation. */
  const close = () => {
    connection.closed = true;
    closing.abort();
    for (const { reject } of connection.promises.values()) reject(new Error("the conversation was closed"));
    connection.promises.clear();
    turnstile.close();
    for (const proxy of [serve, called, serve_async, settled, noted, printed, line]) proxy.destroy();
  };
  select();
  return { connection, interrupts, $py, bridge, attention, select, close };
}
