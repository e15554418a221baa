/**
 * A page's side of a Session in a worker: starts it, asks it.
 *
 * In: what a page wants (`eval`, `complete` ..). Out: promises of answers; events of what runs as they come. The messages
 * are those of serving.mjs.
 *
 *   import { Client } from "./repl/web/client.mjs";
 *   const client = new Client();
 *   await client.start(({ step, done }) => ..);
 *   await client.eval("(+ 1 2)", { name: "In[1]" }, (event) => ..);
 *   await client.ask("complete", { text: "(ma", cursor: 3 });
 */
export class Client {
  #url;
  #page;
  #worker = null;
  #next = 1;
  /** What waits for its answer: id -> {resolve, reject, heed}. */
  #asked = new Map();
  #stray;

  /**
   * @param {{worker?: string | URL, page?: string, stray?: (event: any) => void}} [options] `worker`: its file; `page`: what
   *   `js.import "./x.mjs"` starts from; `stray` gets what belongs to no text that runs, as output of an old timer
   */
  constructor({ worker = new URL("worker.mjs", import.meta.url), page = globalThis.location?.href, stray = () => {} } = {}) {
    this.#url = worker;
    this.#page = page;
    this.#stray = stray;
  }

  /** Start the worker. @param {(progress: {step: string, done: number}) => void} [heed] @returns {Promise<{polyrepl: string, python: string}>} */
  start(heed = () => {}) {
    const worker = (this.#worker = new Worker(this.#url, { type: "module" }));
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#heed(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#fail(new Error(`the worker failed: ${event.message ?? "it cannot be loaded"}`));
    };
    return this.ask("start", { page: this.#page }, heed);
  }

  /**
   * Run a text.
   * @param {string} text @param {{language?: "lisp" | "js" | "py", name?: string, keepGoing?: boolean}} [options]
   * @param {(event: any) => void} [heed] gets each event, in order
   * @returns {Promise<{form: number}>} when it has ended, however
   */
  eval(text, options = {}, heed = () => {}) {
    return this.ask("eval", { text, ...options }, heed);
  }

  /** Ask anything else of the protocol. @param {string} op @param {object} [fields] @returns {Promise<any>} */
  ask(op, fields = {}, heed = () => {}) {
    if (this.#worker === null) return Promise.reject(new Error("the session has not begun, or was closed"));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, heed });
      this.#worker.postMessage({ ...fields, id, op });
    });
  }

  /** Give the worker a message of another protocol: `createPyodideBridge({ worker: client })` begins so. @param {any} message
   * @param {any[]} transfer */
  postMessage(message, transfer) {
    if (this.#worker === null) throw new Error("the session has not begun, or was closed");
    this.#worker.postMessage(message, transfer);
  }

  /** End it. */
  close() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail(new Error("the session was closed"));
  }

  #heed(message) {
    const asked = this.#asked.get(message.id);
    if (asked === undefined) return this.#stray(message);
    if (message.op !== "answer" && message.op !== "failed") return asked.heed(message);
    this.#asked.delete(message.id);
    if (message.op === "answer") asked.resolve(message.value);
    else asked.reject(new Error(message.text));
  }

  #fail(error) {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(error);
  }
}
