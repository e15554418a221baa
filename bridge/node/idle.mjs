/**
 * The moment at which nothing of the program's is left to do, as Node itself knows it before it ends: no timer, socket,
 * child, worker, nothing that a thread of its own still works at.
 * In: the bell, which alone would keep Node alive for ever; the connection. Out: promises of that moment. Node speaks of it
 * by `beforeExit`, which the program's listeners are told where the program is over.
 */
import { createHook } from "node:async_hooks";
import { MessageChannel } from "node:worker_threads";

/** What comes before Node's event loop looks whether anything is left. */
const AT_ONCE = new Set(["PROMISE", "Microtask", "TickObject"]);

export class Idle {
  #bell;
  #connection;
  #emit = process.emit;
  /** @type {(() => void)[]} */
  #still = [];
  /** Who waits for the program's end. @type {(() => void)[]} */
  #over = [];
  /** What says whether listeners of `beforeExit` have begun something. @type {{off: () => boolean} | null} */
  #begun = null;

  /** @param {import("node:net").Socket} bell @param {import("./connection.mjs").Connection} connection */
  constructor(bell, connection) {
    this.#bell = bell;
    this.#connection = connection;
    const emit = this.#emit;
    const empty = () => this.#empty();
    const value = function (event, ...args) {
      if (event === "beforeExit" && empty()) return true;
      return Reflect.apply(emit, this, [event, ...args]);
    };
    Object.defineProperty(process, "emit", { value, writable: true, configurable: true });
  }

  /** The bell has rung: the loop is to end again, where that is waited for. */
  rung() {
    this.#wait();
  }

  /** Resolves when nothing of the program's keeps Node alive. Python may be at something that was asked of it. */
  still() {
    return this.#when(this.#still);
  }

  /** Resolves when the program is over: nothing is left here, and of Python nothing is awaited. */
  over() {
    return this.#when(this.#over);
  }

  /** Resolves with whether it is, as soon as the event loop has gone round. */
  rests() {
    const { promise, resolve } = Promise.withResolvers();
    if (process.listenerCount("beforeExit") > 0) resolve(false); // they may go on
    else {
      const over = () => resolve(true);
      this.#over.push(over);
      this.#wait();
      // A loop that something keeps alive comes to the message; one that nothing does ends before.
      const { port1, port2 } = new MessageChannel();
      port1.on("message", () => {
        this.#over = this.#over.filter((each) => each !== over);
        this.#bell.ref();
        this.#wait();
        resolve(false);
      });
      port1.unref();
      setImmediate(() => port2.postMessage(null));
      promise.finally(() => port1.close());
    }
    return promise;
  }

  #when(waiting) {
    const { promise, resolve } = Promise.withResolvers();
    waiting.push(resolve);
    this.#wait();
    return promise;
  }

  #wait() {
    if (this.#still.length > 0 || this.#over.length > 0) this.#bell.unref();
  }

  /** Nothing keeps Node alive. Says whether that was asked. */
  #empty() {
    if (this.#still.length === 0 && this.#over.length === 0) return false;
    this.#bell.ref(); // this is not Node's end
    for (const resolve of this.#still.splice(0)) resolve();
    // What Python is at comes through the bell.
    if (this.#over.length > 0 && this.#connection.promises.size === 0) this.#end();
    return true;
  }

  /** Tell the program's listeners. Where one has begun something Node goes on, and they are told again. */
  #end() {
    const went = this.#begun?.off() ?? true;
    this.#begun = null;
    if (went && process.listenerCount("beforeExit") > 0 && this.#tell()) return;
    for (const resolve of this.#over.splice(0)) resolve();
  }

  /** Says whether Node goes on. */
  #tell() {
    setImmediate(() => this.#wait());
    const begun = watch();
    try {
      Reflect.apply(this.#emit, process, ["beforeExit", process.exitCode ?? 0]);
    } catch (error) {
      begun.off();
      process.emit("uncaughtException", error, "uncaughtException");
      return false;
    }
    this.#begun = begun;
    return true;
  }
}

/**
 * From now on: does anything that is begun come to run? What is begun and never runs (a timer without ref) keeps nothing alive.
 * @returns {{off: () => boolean}} ends it, and says so
 */
function watch() {
  const begun = new Set();
  let went = false;
  const hook = createHook({
    init(id, type) {
      if (!AT_ONCE.has(type)) begun.add(id);
    },
    before(id) {
      if (begun.has(id)) went = true;
    },
  }).enable();
  return { off: () => (hook.disable(), went) };
}
