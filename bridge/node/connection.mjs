/**
 * Requests, replies, nesting: the mirror of `connection.py` on JavaScript's single thread.
 * In: frames, requests of proxies. Out: replies. A synchronous request writes its frame and blocks in a read until
 * Python answers; while it waits it serves what Python asks, so callbacks nest to any depth. Everything written is
 * one ordered stream: asynchronous frames and replies are batched, and flushed before anything that waits.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { BridgeError, Interrupt, PyError } from "./errors.mjs";
import { FLAGS, KINDS, NOTES, WORDS } from "./protocol.mjs";
import { Closed } from "./transport.mjs";

/** The number of the form that the running code belongs to (undefined: none). */
export const forms = new AsyncLocalStorage();
/** The form of the running code as Python knows it, 0 for none. */
export function formNumber() {
  const form = forms.getStore();
  return form > 0 ? form : 0;
}
const BURST_MS = 10;
const JS = 1, PYTHON = 2;

export class Connection {
  /** @param {import("./transport.mjs").Channel} channel @param {Int32Array} words shared with the watchdog */
  constructor(channel, words) {
    this.channel = channel;
    this.words = words;
    /** @type {import("./marshal.mjs").Marshal} */
    this.marshal = null;
    /** @type {(op: number, message: any[], body: Buffer, frame: any) => any} */
    this.perform = null;
    /** Asynchronous requests of ours: id -> {resolve, reject}. */
    this.promises = new Map();
    /** Replies read by a nested wait, for waits further out. */
    this.replies = new Map();
    /** Asynchronous requests of Python's that can be cancelled: id -> (reason) => void. */
    this.cancels = new Map();
    /** Promises that Python has awaited. */
    this.awaited = new WeakSet();
    this.next = 1;
    this.parent = 0; // Python's request on top of this stack
    this.depth = 0; // serves and waits on the stack; above 0 at event-loop top means frames were lost
    /** Asynchronous requests that came while JavaScript stood in a call: its code is not run in the midst of other. */
    this.queued = [];
    this.flushing = false;
    this.closed = false;
    this.exit = (code) => process.exit(code);
  }

  // ---- sending

  #put(kind, id, flags, header) {
    const segments = this.marshal.frame === null ? [] : this.marshal.frame.segments;
    const imports = this.marshal.proxies.imports;
    if (imports.dead.length > 0) {
      const dead = imports.dead;
      imports.dead = [];
      this.channel.put(KINDS.NOTE, 0, 0, JSON.stringify([NOTES.release, dead]));
    }
    this.channel.put(kind, id, flags, JSON.stringify(header), segments.length > 0 ? segments : undefined);
  }

  #id() {
    const id = this.next;
    this.next = id === 0xffffffff ? 1 : id + 1;
    return id;
  }

  /** Write everything at the end of this turn of the event loop. */
  flushSoon() {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      try {
        this.#flush();
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error; // each request hears of it by itself
      }
    });
  }

  #flush() {
    if (this.closed) return;
    try {
      this.channel.flush();
    } catch (error) {
      if (error instanceof Closed) this.exit(0);
      throw error;
    }
  }

  #checkOpen() {
    if (this.closed) throw new BridgeError("the Python process has ended");
  }

  /** A frame nobody answers. */
  note(...header) {
    const outer = this.marshal.begin();
    this.#put(KINDS.NOTE, 0, 0, header);
    this.marshal.end(outer);
    this.flushSoon();
  }

  /** Output of the running form, in order with everything else. */
  output(text, stderr) {
    this.channel.put(KINDS.OUTPUT, formNumber(), stderr ? FLAGS.STDERR : 0, text);
    this.channel.flush();
  }

  /**
   * Ask Python and wait.
   * @param {number} op @param {(m: import("./marshal.mjs").Marshal) => any[]} operands their wire forms
   */
  request(op, operands) {
    this.#checkOpen();
    const flags = this.#poll();
    const id = this.#id();
    const outer = this.marshal.begin();
    try {
      this.#put(KINDS.REQUEST, id, flags, [op, this.parent, formNumber(), ...operands(this.marshal)]);
    } catch (error) {
      this.marshal.takeBack();
      throw error;
    } finally {
      this.marshal.end(outer);
    }
    this.#flush();
    const { words } = this;
    const top = words[WORDS.TOP];
    words[WORDS.TOP] = PYTHON;
    let frame;
    this.depth += 1;
    try {
      frame = this.#await(id);
    } finally {
      this.depth -= 1;
      words[WORDS.TOP] = top;
    }
    if (frame === null) throw new Interrupt();
    return this.#result(frame);
  }

  /** A call of Python is a place where an interrupt is noticed, once: what cleans up afterwards may call on. */
  #poll() {
    const form = this.words[WORDS.CANCELLED];
    if (form === 0) {
      Interrupt.told = false;
      return 0;
    }
    if (form !== -1 && form !== forms.getStore()) return 0;
    if (!Interrupt.told) throw new Interrupt();
    return FLAGS.SEEN;
  }

  /** Ask Python without waiting. @returns {Promise<any>} with `cancel()` */
  post(op, operands, signal) {
    if (this.closed) return Promise.reject(new BridgeError("the Python process has ended"));
    const id = this.#id();
    const outer = this.marshal.begin();
    try {
      this.#put(KINDS.REQUEST, id, FLAGS.ASYNC, [op, 0, formNumber(), ...operands(this.marshal)]);
    } catch (error) {
      this.marshal.takeBack();
      throw error;
    } finally {
      this.marshal.end(outer);
    }
    const promise = new Promise((resolve, reject) => this.promises.set(id, { resolve, reject }));
    if (signal !== undefined) {
      const abort = () => {
        const waiting = this.promises.get(id);
        if (waiting === undefined) return;
        this.promises.delete(id);
        waiting.reject(signal.reason);
        this.note(NOTES.cancel, id);
      };
      if (signal.aborted) abort();
      else {
        signal.addEventListener("abort", abort, { once: true });
        const off = () => signal.removeEventListener("abort", abort);
        promise.then(off, off);
      }
    }
    this.flushSoon();
    return promise;
  }

  #result(frame) {
    const wire = JSON.parse(frame.head);
    const value = this.marshal.decode(wire, frame.body);
    if (frame.kind === KINDS.ERROR) throw value;
    return value;
  }

  #await(id) {
    const { channel } = this;
    const epoch = channel.epoch;
    for (;;) {
      if (this.replies.size > 0) {
        const ready = this.replies.get(id);
        if (ready !== undefined) {
          this.replies.delete(id);
          return ready;
        }
      }
      const frame = this.#read();
      if (channel.epoch !== epoch) return null;
      if (frame.kind === KINDS.REPLY || frame.kind === KINDS.ERROR) {
        if (frame.id === id && frame.epoch === epoch) return frame;
        this.#settle(frame);
      } else {
        this.#handle(frame);
      }
    }
  }

  #read() {
    try {
      return this.channel.wait();
    } catch (error) {
      if (error instanceof Closed) this.exit(0);
      throw error;
    }
  }

  #settle(frame) {
    if (frame.epoch !== this.channel.epoch) return;
    const waiting = this.promises.get(frame.id);
    if (waiting === undefined) {
      if (this.depth > 0) this.replies.set(frame.id, frame);
      return;
    }
    this.promises.delete(frame.id);
    try {
      waiting.resolve(this.#result(frame));
    } catch (error) {
      waiting.reject(error);
    }
  }

  // ---- serving

  #handle(frame) {
    if (frame.kind === KINDS.REQUEST) {
      if (frame.epoch !== this.channel.epoch) return;
      if (this.depth === 0 || (frame.flags & FLAGS.ASYNC) === 0) this.#serve(frame);
      else if (this.queued.push(frame) === 1) setImmediate(() => this.#catchUp());
    } else if (frame.kind === KINDS.NOTE) {
      let message;
      try {
        message = JSON.parse(frame.head);
      } catch {
        return; // nobody waits for an answer to a note, and nobody can be told
      }
      this.#note(message);
    } else if (frame.kind !== KINDS.OUTPUT) {
      this.#settle(frame);
    }
  }

  #catchUp() {
    this.check();
    while (this.queued.length > 0) this.#handle(this.queued.shift());
  }

  #serve(frame) {
    const { words } = this;
    const top = words[WORDS.TOP];
    const parent = this.parent;
    words[WORDS.TOP] = JS;
    this.depth += 1;
    const sync = (frame.flags & FLAGS.ASYNC) === 0;
    let value;
    let failed = false;
    try {
      const message = JSON.parse(frame.head);
      if (!Array.isArray(message)) throw new TypeError("malformed request");
      if (sync) this.parent = frame.id;
      else this.parent = 0;
      const form = message[2];
      value =
        form !== 0 && form !== forms.getStore()
          ? forms.run(form, this.perform, message[0], message, frame.body, frame)
          : this.perform(message[0], message, frame.body, frame);
    } catch (error) {
      value = error;
      failed = true;
    }
    if (value instanceof Later && !failed) {
      if (value.promise !== null) this.answerLater(frame, value.promise);
    } else this.answer(frame.id, value, failed, frame.epoch);
    this.depth -= 1;
    this.parent = parent;
    words[WORDS.TOP] = top;
    if (this.depth === 0) this.#over(sync);
    if (sync) this.channel.flush();
    else this.flushSoon();
  }

  /** What was asked to stop without being a form has ended; the next one starts unmarked. */
  #over(sync) {
    const { words } = this;
    if (words[WORDS.CANCELLED] !== -1) return;
    Atomics.store(words, WORDS.CANCELLED, 0);
    // It was heard: another interrupt, which comes before the watchdog's message is read, is about another call.
    // (Behind an asynchronous call the one that is meant may be waiting already.)
    if (sync) Atomics.store(words, WORDS.SEEN, words[WORDS.ASKED]);
  }

  /** Reply to a request of Python's. `Wire` results are in wire form already. */
  answer(id, value, failed, epoch) {
    if (epoch !== this.channel.epoch) return;
    const { marshal } = this;
    const outer = marshal.begin();
    try {
      if (!failed) {
        try {
          const wire = value instanceof Wire ? value.encode(marshal) : marshal.encode(value);
          this.#put(KINDS.REPLY, id, 0, wire);
          return;
        } catch (error) {
          value = error;
          marshal.takeBack();
          marshal.begin();
        }
      }
      this.#put(KINDS.ERROR, id, 0, this.envelope(value));
    } finally {
      marshal.end(outer);
    }
  }

  /** [name, message, stack, value, kind, cause] of anything thrown; the last two may be missing. */
  envelope(error, depth = 0) {
    const { marshal } = this;
    if (error instanceof Missing) return ["Error", marshal.encode(error.message), "", null, error.kind];
    if (error instanceof PyError) return [error.name, error.message, marshal.encode(String(error.stack)), marshal.encode(error)];
    let name = "", message = "", stack = "";
    try {
      if (error instanceof Error) {
        name = marshal.encode(String(error.name));
        message = marshal.encode(String(error.message));
        stack = marshal.encode(String(error.stack ?? ""));
      } else {
        message = marshal.encode(String(error));
      }
    } catch {
      message = "an exception that cannot be shown";
    }
    let value;
    try {
      value = error instanceof Error ? marshal.byHandle(error) : marshal.encode(error);
    } catch {
      value = marshal.byHandle(error);
    }
    const { cause } = error instanceof Error ? error : {};
    return cause instanceof Error && depth < 10
      ? [name, message, stack, value, null, this.envelope(cause, depth + 1)]
      : [name, message, stack, value];
  }

  /** Reply to an asynchronous request when a promise settles. */
  answerLater(frame, promise, cancel) {
    const { id, epoch } = frame;
    let open = true;
    const finish = (value, failed) => {
      if (!open) return;
      open = false;
      this.cancels.delete(id);
      this.answer(id, value, failed, epoch);
      this.flushSoon();
    };
    this.cancels.set(id, (reason) => {
      if (cancel !== undefined) cancel(reason);
      else finish(reason, true);
    });
    promise.then((value) => finish(value, false), (error) => finish(error, true));
    return finish;
  }

  #note(message) {
    switch (message[0]) {
      case NOTES.release: {
        const pairs = message[1];
        for (let index = 0; index < pairs.length; index += 2) this.marshal.exports.release(pairs[index], pairs[index + 1]);
        return;
      }
      case NOTES.cancel:
        this.queued = this.queued.filter((frame) => frame.id !== message[1]);
        this.cancels.get(message[1])?.(new DOMException("the Python caller was cancelled", "AbortError"));
        return;
      case NOTES.exit:
        this.channel.flush();
        this.exit(message[1]);
    }
  }

  // ---- the event loop's side

  /** The bell rang: serve what is there, then spin a little for more. */
  bell() {
    this.check();
    const { channel } = this;
    const start = performance.now();
    try {
      this.#catchUp();
      for (;;) {
        let frame = channel.poll();
        if (frame === null) {
          if (channel.outEnd > 0) channel.flush();
          if (performance.now() - start > BURST_MS || !this.spinning || !channel.spin()) return;
          frame = channel.poll();
          if (frame === null) return;
        }
        this.spinning = frame.kind === KINDS.REQUEST && (frame.flags & FLAGS.ASYNC) === 0;
        this.#handle(frame);
      }
    } catch (error) {
      if (error instanceof Closed) this.exit(0);
      throw error;
    } finally {
      this.spinning = false;
    }
  }

  /** At event-loop top nothing may be on the stack; if it is, a termination has eaten frames. */
  check() {
    if (this.depth === 0) return;
    this.depth = 0;
    this.parent = 0;
    this.words[WORDS.TOP] = 0;
    this.#over(true);
    this.channel.epoch = (this.channel.epoch + 1) & 0xffff;
    this.replies.clear();
    const lost = [...this.promises.values()];
    this.promises.clear();
    this.cancels.clear();
    this.queued = [];
    this.note(NOTES.reset, this.channel.epoch);
    this.channel.flush();
    for (const { reject } of lost) reject(new Interrupt());
  }
}

/** A request that is answered later: when the promise settles, or (null) by who called `answerLater` already. */
export class Later {
  /** @param {Promise<any> | null} promise */
  constructor(promise) {
    this.promise = promise;
  }
}

/** What Python has an exception of its own for: an attribute, a key, an index that is not there. */
export class Missing extends Error {
  /** @param {"attribute" | "key" | "index"} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** A result that encodes itself. */
export class Wire {
  /** @param {(marshal: import("./marshal.mjs").Marshal) => any} encode */
  constructor(encode) {
    this.encode = encode;
  }
}
