/**
 * A page's side of a Session in a worker: starts it, asks it, stops what runs, begins another worker where one is lost.
 *
 * In: what a page wants (`eval`, `stop`, `ask` ..). Out: promises of answers; events of what runs as they come. The messages
 * are those of serving.mjs.
 *
 *   import { Client } from "./repl/web/client.mjs";
 *   const client = new Client();
 *   await client.start(({ step, done }) => ..);
 *   await client.eval("(+ 1 2)", { name: "In[1]" }, (event) => ..);
 *   await client.ask("complete", { text: "(ma", cursor: 3 });
 *   client.stop();
 *   client.answer("a line");       after an event {op: "input", prompt, secret}
 *
 * Where the page is isolated (Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp) it shares
 * memory with its worker, and `stop` reaches all but JavaScript that is not the Lisp's and loops without end. Elsewhere it
 * reaches what awaits. What it does not reach within PATIENCE is ended with its worker: the text that ran gets
 * {op: "lost", text}, another worker begins, and what is asked meanwhile waits for it.
 */
import * as told from "../../bridge/web/words.mjs";
import { BOX, BOX_SIZE, parts } from "./reader.mjs";

/** Milliseconds: until a stop that nobody has heard of is asked for again; until the worker is ended. */
const AGAIN = 300, PATIENCE = 2000;

export class Client {
  #url;
  #options;
  #worker = null;
  /** What unpacks its files beside it. */
  #unpacking = null;
  #words = null;
  #box = null;
  /** The line that the worker waits for: what of it is still to be sent, once it is there. @type {{left: Uint8Array | null} | null} */
  #wanted = null;
  #next = 1;
  /** What waits for its answer: id -> {op, resolve, reject, heed}. */
  #asked = new Map();
  #stray;
  #restarting;
  /** Who is told when this worker ends. @type {((reason: string) => void)[]} */
  #heeds = [];
  #begun = false;
  /** The stop that is under way: {target, heard, timers}. */
  #stopping = null;

  /**
   * @param {{worker?: string | URL, page?: string, python?: string, library?: string, archive?: string, packages?: string, files?: string,
   *   snapshot?: string, stray?: (event: any) => void, restarting?: (reason: string, begun: Promise<any>) => void}} [options]
   *   `worker`: its file; `stray` gets what belongs to no text that runs, as output of an old timer; `restarting` is called where a
   *   worker was lost, with why, and what comes when the next one is there; all others: see `start` in serving.mjs
   */
  constructor({ worker = new URL("worker.mjs", import.meta.url), page = globalThis.location?.href, stray = () => {}, restarting = () => {}, ...others } = {}) {
    this.#url = worker;
    this.#options = { page, ...others };
    this.#stray = stray;
    this.#restarting = restarting;
  }

  /** Whether `stop` reaches loops: memory is shared. */
  get isolated() {
    return globalThis.crossOriginIsolated === true;
  }

  /** Whether a text runs, or waits to. */
  get running() {
    return this.#texts().length > 0;
  }

  /** Start the worker. @param {(progress: {step: string, done: number}) => void} [heed] @returns {Promise<{polyrepl: string, python: string}>} */
  async start(heed = () => {}) {
    const worker = (this.#worker = new Worker(this.#url, { type: "module" }));
    this.#words = this.isolated ? new Int32Array(new SharedArrayBuffer(4 * told.SIZE)) : null;
    this.#box = this.isolated ? new SharedArrayBuffer(BOX_SIZE) : null;
    this.#begun = false;
    const lock = `polyrepl ${crypto.randomUUID()}`;
    worker.onmessage = ({ data }) => {
      if (worker !== this.#worker) return;
      if (data.op === "held") this.#attend(worker, lock);
      else this.#heed(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      const text = event.message ?? "its files cannot be loaded";
      if (!this.#begun) this.#fail(new Error(`the worker failed: ${text}`));
      else this.#stray({ id: null, op: "output", stream: "stderr", text: `${text}\n` });
    };
    const unpacker = this.#unpack(worker);
    const shared = { words: this.#words ?? undefined, box: this.#box ?? undefined };
    const said = await this.ask("start", { ...this.#options, ...shared, lock, unpacker }, heed, unpacker === undefined ? [] : [unpacker]);
    if (worker === this.#worker) this.#begun = true;
    return said;
  }

  /** Begin what unpacks the files of a worker's start: it has the first of them while the other is still on its way. Undefined where all
   * are as Pyodide has them. */
  #unpack(worker) {
    const { library, archive, snapshot } = this.#options;
    const ahead = snapshot ?? library;
    if (ahead === undefined && !archive?.endsWith(".zst")) return undefined;
    const { port1, port2 } = new MessageChannel();
    const unpacking = (this.#unpacking = new Worker(new URL("unpacking.mjs", new URL(this.#url, globalThis.document?.baseURI ?? import.meta.url)), { type: "module" }));
    unpacking.onerror = (event) => {
      event.preventDefault();
      worker.postMessage({ op: "alone" });
    };
    unpacking.postMessage({ port: port1, ahead }, [port1]);
    return port2;
  }

  /** Begin another worker where this one ends by itself. No event tells of that, but then the lock that it holds is free. */
  #attend(worker, lock) {
    const ended = () => worker === this.#worker && this.#restart("its worker has ended: a program closed it, or memory was short");
    globalThis.navigator?.locks?.request(lock, ended).catch(() => {}); // the page is closed
  }

  /**
   * Run a text.
   * @param {string} text @param {{language?: "lisp" | "js" | "py", name?: string, keepGoing?: boolean}} [options]
   * @param {(event: any) => void} [heed] gets each event, in order
   * @returns {Promise<{form: number | null}>} when it has ended, however; null: its worker was lost
   */
  eval(text, options = {}, heed = () => {}) {
    return this.ask("eval", { text, ...options }, heed);
  }

  /** Ask anything else of the protocol. @param {string} op @param {object} [fields] @returns {Promise<any>} */
  ask(op, fields = {}, heed = () => {}, transfer = []) {
    if (this.#worker === null) return Promise.reject(new Error("the session has not begun, or was closed"));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { op, resolve, reject, heed });
      this.#worker.postMessage({ ...fields, id, op }, transfer);
    });
  }

  /** Give the worker a message of another protocol: `createPyodideBridge({ worker: client })` begins so. @param {any} message
   * @param {any[]} transfer */
  postMessage(message, transfer) {
    if (this.#worker === null) throw new Error("the session has not begun, or was closed");
    this.#worker.postMessage(message, transfer);
  }

  /** Answer {op: "input"}, which only isolated pages get. @param {string | null} line null: input has ended */
  answer(line) {
    if (this.#wanted === null) return;
    if (line === null) this.#put(BOX.END);
    else {
      this.#wanted.left = new TextEncoder().encode(line);
      this.#more();
    }
  }

  /** Be told, once, when the worker that there is now has ended. @param {(reason: string) => void} heed */
  whenLost(heed) {
    this.#heeds.push(heed);
  }

  /** Stop the text that runs; the second time, end the worker if that does not help either. Nothing where none runs. */
  stop() {
    const [target] = this.#texts();
    if (target === undefined) return;
    const again = this.#stopping?.target === target;
    this.#calm();
    const stopping = (this.#stopping = { target, heard: false, timers: [] });
    const later = (ms, step) => stopping.timers.push(setTimeout(step, ms));
    const press = () => {
      if (this.#words !== null) told.ask(this.#words);
      if (this.#wanted !== null) this.#put(BOX.STOPPED);
      this.ask("interrupt", { target }).then((runs) => (stopping.heard ||= runs), () => {});
    };
    press();
    later(AGAIN, () => {
      if (!stopping.heard && this.#words !== null && told.isAsked(this.#words)) press();
    });
    later(PATIENCE, () => {
      if (!stopping.heard || again) this.#restart("it did not stop");
    });
  }

  /** End it. */
  close() {
    this.#end();
    this.#fail(new Error("the session was closed"));
  }

  /** Texts that have not ended, the one that runs first. */
  #texts() {
    return [...this.#asked].filter(([, { op }]) => op === "eval").map(([id]) => id);
  }

  #heed(message) {
    if (message.op === "fatal") return this.#restart(`Python has ended: ${message.text}`);
    if (message.op === "more") return this.#more();
    if (message.op === "input") this.#wanted = { left: null };
    const asked = this.#asked.get(message.id);
    if (asked === undefined) return this.#stray(message);
    if (message.op !== "answer" && message.op !== "failed") return asked.heed(message);
    this.#asked.delete(message.id);
    if (this.#stopping?.target === message.id) this.#calm();
    if (message.op === "answer") asked.resolve(message.value);
    else asked.reject(new Error(message.text));
  }

  /** Put the next part of the line into the box. */
  #more() {
    const { left } = this.#wanted;
    const { words, bytes } = parts(this.#box);
    const size = Math.min(left.length, bytes.length);
    bytes.set(left.subarray(0, size));
    words[1] = size;
    this.#wanted.left = left.subarray(size);
    this.#put(size < left.length ? BOX.PART : BOX.LAST);
  }

  #put(what) {
    const { words } = parts(this.#box);
    if (what !== BOX.PART) this.#wanted = null;
    Atomics.store(words, 0, what);
    Atomics.notify(words, 0);
  }

  /** No stop is under way any more. */
  #calm() {
    for (const timer of this.#stopping?.timers ?? []) clearTimeout(timer);
    this.#stopping = null;
  }

  /** Another worker in place of one that is of no use. */
  #restart(reason) {
    const asked = [...this.#asked.values()];
    this.#end();
    this.#asked.clear();
    const text = `The worker was restarted (${reason}): all that it held is lost, definitions, values and files`;
    for (const { op, resolve, reject, heed } of asked) {
      if (op === "eval") {
        heed({ op: "lost", text });
        resolve({ form: null });
      } else reject(new Error(text));
    }
    if (!asked.some(({ op }) => op === "eval")) this.#stray({ id: null, op: "lost", text });
    const begun = this.start();
    begun.catch(() => {});
    this.#restarting(text, begun);
  }

  #end() {
    for (const heed of this.#heeds.splice(0)) heed("the worker was ended: all that it held is lost");
    this.#calm();
    this.#wanted = null;
    this.#worker?.terminate();
    this.#unpacking?.terminate();
    this.#worker = this.#unpacking = null;
  }

  #fail(error) {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(error);
  }
}
