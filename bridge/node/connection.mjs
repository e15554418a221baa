/**
 * Requests, replies, nesting: the mirror of `connection.py` on JavaScript's single thread.
 * In: frames, requests of proxies. Out: replies. A synchronous request writes its frame and blocks in a read until
 * Python answers; while it waits it serves what Python asks, so callbacks nest to any depth.
 */
import { Turns } from "./ahead.mjs";
import { Later } from "./answers.mjs";
import { BridgeError, Closed, Interrupt, isA, ProtocolError } from "./errors.mjs";
import { formNumber, forms } from "./forms.mjs";
import { Exports } from "./handles.mjs";
import { isDeep, ROOM, room } from "./limits.mjs";
import { Marshal } from "./marshal.mjs";
import { Plane } from "./plane.mjs";
import { FLAGS, GATES, KINDS, LAST_REQUEST, NOTES, TOPS, WORDS } from "./protocol.mjs";
import { Proxies } from "./proxy.mjs";
import { Outbox } from "./sending.mjs";
import { fault } from "./shapes.mjs";
import { onAbort } from "./signals.mjs";
import { headOf } from "./transport.mjs";

const BURST_MS = 10;
/** Not that of `performance`, whose layers are slow after a silence; who mocks the clock does not change this one. */
const { now } = Date;
/** Whether a burst of calls has lasted long enough; also where the clock was set back. @param {number} start */
const isOver = (start) => (now() - start) >>> 0 > BURST_MS;

export class Connection {
  /**
   * @param {import("./transport.mjs").Channel} channel
   * @param {import("./interrupts.mjs").Interrupts} interrupts
   * @param {(connection: Connection) => (op: number, message: any[], body: Buffer, frame: any) => any} serve makes what
   *   performs Python's requests
   * @param {(code: number) => void} exit what happens when Python is gone or asks for the end
   * @param {{operators: (proxies: Proxies) => object, keywords: import("./keywords.mjs").Keywords,
   *   promises: (connection: Connection) => {given: (promise: Promise<any>) => void, forgotten: (value: any) => void}}} parts
   *   `promises` makes what heeds the promises that Python gets, and what Python has forgotten
   */
  constructor(channel, interrupts, serve, exit, { operators, keywords, promises }) {
    this.channel = channel;
    this.interrupts = interrupts;
    this.gate = interrupts.gate;
    this.words = interrupts.words;
    this.exit = exit;
    this.proxies = new Proxies(this, operators);
    const { given, forgotten } = promises(this);
    const plane = new Plane(this.proxies.imports);
    const held = new Exports((value) => (plane.forgotten(value), forgotten(value)));
    this.marshal = new Marshal(held, this.proxies, keywords, given, plane);
    this.outbox = new Outbox(channel, interrupts, this.marshal, this.proxies.imports, exit);
    this.answers = this.outbox.answers;
    this.perform = serve(this);
    /** Asynchronous requests of ours: id -> {resolve, reject}. */
    this.promises = new Map();
    /** Replies read by a nested wait, for waits further out. */
    this.replies = new Map();
    /** Promises that Python has awaited. */
    this.awaited = new WeakSet();
    this.next = 1;
    this.parent = 0; // Python's request on top of this stack
    this.depth = 0; // serves and waits on the stack; above 0 at event-loop top means frames were lost
    /** Python's requests on the stack, and their forms. @type {{id: number, form: number}[]} */
    this.serving = [];
    /** Asynchronous requests that came while JavaScript stood in a call: its code is not run in the midst of other. */
    this.queued = [];
    /** Python hears that a form is settled from outside before it is. */
    this.unwound = (form) => this.note(NOTES.unwound, form);
    this.turns = new Turns();
    this.spinning = false;
    this.ringing = false; // a bell of our own is on its way
    this.again = null; // which carries it
    this.holding = false; // whether Python keeps this turn of the event loop (see turns.py)
  }

  get epoch() {
    return this.channel.epoch;
  }

  /** Whether nothing can be said to Python any more. */
  get closed() {
    return this.outbox.closed;
  }

  // ---- asking

  #id() {
    let id = this.next;
    while (this.promises.has(id) || this.replies.has(id)) id = id === LAST_REQUEST ? 1 : id + 1;
    this.next = id === LAST_REQUEST ? 1 : id + 1;
    return id;
  }

  #checkOpen() {
    if (this.closed) throw new BridgeError("the Python process has ended");
  }

  /** A frame nobody answers. */
  note(...header) {
    this.outbox.noteOf(() => header);
  }

  /** One that is made with the marshal, as an answer is. @param {(marshal: import("./marshal.mjs").Marshal) => any[]} make */
  noteOf(make) {
    this.outbox.noteOf(make);
  }

  /** See to it that what is put off is written. */
  flushSoon() {
    this.outbox.flushSoon();
  }

  /**
   * Ask Python and wait.
   * @param {number} op @param {(m: import("./marshal.mjs").Marshal) => any[]} operands their wire forms
   * @param {boolean} quiet whether nothing of the program's runs for it
   */
  request(op, operands, quiet = false) {
    if (!quiet) this.turns.next();
    this.#checkOpen();
    room(ROOM); // so that nothing that has begun is left half done
    const flags = this.interrupts.poll();
    const id = this.#ask(op, this.parent, flags, operands);
    const { words } = this;
    const top = words[WORDS.TOP];
    this.outbox.flush(TOPS.PYTHON, true);
    let frame;
    this.depth += 1;
    try {
      frame = this.#await(id);
    } finally {
      this.depth -= 1;
      words[WORDS.TOP] = top;
      if (this.channel.left) this.#bellSoon();
    }
    if (frame === null) throw new Interrupt();
    return this.#result(frame);
  }

  #ask(op, parent, flags, operands) {
    const id = this.#id();
    const outer = this.marshal.begin();
    try {
      this.outbox.put(KINDS.REQUEST, id, flags, [op, parent, formNumber(), ...operands(this.marshal)]);
      return id;
    } catch (error) {
      this.marshal.takeBack();
      throw error;
    } finally {
      this.marshal.end(outer);
    }
  }

  /** Ask Python without waiting; `seen` is told of the value before the promise is. @returns {Promise<any>} */
  post(op, operands, signal, seen) {
    this.turns.next();
    if (this.closed) return Promise.reject(new BridgeError("the Python process has ended"));
    const id = this.#ask(op, 0, Interrupt.told ? FLAGS.ASYNC | FLAGS.SEEN : FLAGS.ASYNC, operands);
    const promise = new Promise((resolve, reject) => this.promises.set(id, { resolve, reject, seen }));
    onAbort(signal, promise, (reason) => {
      const waiting = this.promises.get(id);
      if (waiting === undefined) return;
      this.promises.delete(id);
      waiting.reject(reason);
      this.note(NOTES.cancel, id);
    });
    this.outbox.flushSoon();
    return promise;
  }

  #result(frame) {
    const wire = headOf(frame);
    let value;
    try {
      value = this.marshal.decode(wire, frame.body);
    } catch (error) {
      this.marshal.refuse(wire);
      if (isA(error, RangeError) && isDeep(wire)) throw new ProtocolError("a reply is nested too deeply");
      throw error;
    }
    if (frame.kind === KINDS.ERROR) {
      this.interrupts.thrown(value);
      throw value;
    }
    return value;
  }

  #await(id) {
    const { channel, epoch } = this;
    for (;;) {
      const ready = this.replies.get(id);
      if (ready !== undefined) {
        this.replies.delete(id);
        return ready;
      }
      const frame = this.#read();
      if (channel.epoch !== epoch) return null;
      if (frame.kind === KINDS.REPLY || frame.kind === KINDS.ERROR) {
        if (frame.id === id && frame.epoch === epoch) return frame;
        this.#settle(frame);
      } else {
        this.#handle(frame, true);
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
    this.turns.next();
    const waiting = this.promises.get(frame.id);
    if (waiting === undefined) {
      if (this.depth > 0 && frame.epoch === this.channel.epoch) this.replies.set(frame.id, frame);
      else this.#drop(frame);
      return;
    }
    this.promises.delete(frame.id);
    try {
      const value = this.#result(frame);
      waiting.seen?.(value);
      waiting.resolve(value);
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** Nobody will read an answer. */
  #drop(frame) {
    try {
      this.marshal.refuse(headOf(frame));
    } catch {
      // it makes no sense
    }
  }

  // ---- serving

  /** @param {any} frame @param {boolean} [more] whether the next frame is read at once */
  #handle(frame, more = false) {
    if (frame.kind === KINDS.REQUEST) {
      if (this.depth === 0 || (frame.flags & FLAGS.ASYNC) === 0) this.#serve(frame, more);
      else if (this.queued.push(frame) === 1) setImmediate(() => this.bell()); // nothing rings for what was read with them
    } else if (frame.kind === KINDS.NOTE) {
      let message;
      try {
        message = headOf(frame);
      } catch {
        return; // nobody waits for an answer to a note, and nobody can be told
      }
      if (Array.isArray(message)) this.#note(message);
    } else if (frame.kind !== KINDS.OUTPUT) {
      this.#settle(frame);
    }
  }

  #catchUp() {
    this.check();
    for (; this.queued.length > 0; this.#hold()) {
      this.#hear();
      this.#handle(this.queued.shift());
    }
  }

  /** Serve what comes while Python keeps the turn: no job, timer or event of JavaScript's comes between. */
  #hold() {
    const top = this.words[WORDS.TOP];
    while (this.holding) {
      this.outbox.flush(TOPS.PYTHON);
      const frame = this.#read();
      this.words[WORDS.TOP] = top;
      this.#hear();
      this.#handle(frame);
    }
  }

  /** What the watchdog has said comes before anything of Python's is served. */
  #hear() {
    if (this.interrupts.asked) this.interrupts.hear(this.answers.stop, this.unwound);
  }

  /** A message of the watchdog's. */
  heed(message) {
    this.check();
    this.ringing = false; // a termination may have hit the bell of our own
    this.interrupts.heed(message, this.answers.stop, this.unwound);
    this.bell();
  }

  /** Serve a request: one answer goes out, whatever happens, and the stack is counted as it was. */
  #serve(frame, more) {
    this.turns.next();
    const { words, parent } = this;
    const top = words[WORDS.TOP];
    const inner = words[WORDS.INNER];
    const sync = (frame.flags & FLAGS.ASYNC) === 0;
    const serving = this.serving.length;
    if (this.depth === 0) this.interrupts.enter(frame.id);
    else words[WORDS.INNER] = frame.id;
    this.depth += 1;
    this.serving.push({ id: frame.id, form: 0 });
    words[WORDS.TOP] = TOPS.JS;
    try {
      this.#answer(frame, sync);
    } catch (error) {
      if (isA(error, BridgeError) || isA(error, Closed)) throw error; // nobody is there to be answered
      this.answers.unanswered.push(frame.id);
    } finally {
      // What is asked to stop from here on has ended.
      this.gate.close(GATES.MAIN);
      this.depth -= 1;
      this.parent = parent;
      this.serving.length = serving;
      words[WORDS.TOP] = top;
      if (this.depth === 0) this.interrupts.left();
      else words[WORDS.INNER] = inner;
      this.gate.open();
    }
    this.answers.makeUp();
    if (sync) this.outbox.flush(undefined, more);
    else this.outbox.flushSoon();
  }

  #answer(frame, sync) {
    let value;
    let failed = false;
    let message;
    try {
      message = headOf(frame);
      if (!Array.isArray(message) || !Number.isSafeInteger(message[2])) throw new ProtocolError("malformed request");
      if (this.interrupts.isEarly(frame.id, message[0], message[2])) throw new Interrupt();
      this.parent = sync ? frame.id : 0;
      const form = message[2];
      this.serving.at(-1).form = form;
      value =
        form !== 0 && form !== forms.getStore()
          ? forms.run(form, this.perform, message[0], message, frame.body, frame)
          : this.perform(message[0], message, frame.body, frame);
    } catch (error) {
      value = error;
      failed = true;
      this.marshal.refuse(message);
      if (message !== undefined && !isA(error, ProtocolError)) value = fault(message, error);
    }
    if (failed || !isA(value, Later)) this.answers.answer(frame.id, value, failed);
    else if (value.promise !== null) this.answers.later(frame.id, value.promise);
  }

  #note(message) {
    switch (message[0]) {
      case NOTES.release:
        return this.marshal.exports.releaseAll(Array.isArray(message[1]) ? message[1] : []);
      case NOTES.cancel:
        this.queued = this.queued.filter((frame) => frame.id !== message[1]);
        this.answers.cancel(message[1]);
        return;
      case NOTES.free:
        this.holding = false;
        return;
      case NOTES.common:
        this.outbox.common?.take(String(message[1]));
        return;
      case NOTES.told:
        return this.interrupts.toldBefore(message[1]);
      case NOTES.plane:
        return this.note(NOTES.plane, this.marshal.plane.attach(...message.slice(1)));
      case NOTES.exit:
        this.channel.flush();
        this.exit(message[1]);
    }
  }

  // ---- the event loop's side

  /** For what came behind an answer that was waited for: Python does not ring while somebody waits. By a message, which
   * comes whatever a termination does to the queues of the event loop. */
  #bellSoon() {
    if (this.ringing) return;
    this.ringing = true;
    if (this.again === null) {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        port2.unref?.();
        this.ringing = false;
        this.bell();
      };
      this.again = { say: port1, hear: port2 };
      port1.unref?.();
    }
    this.again.hear.ref?.(); // so long there is something to do
    this.again.say.postMessage(0);
  }

  /** The bell rang: serve what is there, then spin a little for more. */
  bell() {
    this.check();
    const { channel } = this;
    const start = now();
    try {
      this.#catchUp();
      for (;;) {
        this.#hear();
        const frame = channel.poll();
        if (frame !== null) {
          // Notes come along with requests (what Python has forgotten meanwhile) and change nothing in that.
          if (frame.kind !== KINDS.NOTE) this.spinning = frame.kind === KINDS.REQUEST && (frame.flags & FLAGS.ASYNC) === 0;
          this.#handle(frame, !isOver(start));
          this.#hold();
        } else {
          if (channel.outEnd > 0) this.outbox.flush();
          if (isOver(start) || !this.spinning || !channel.spin()) return;
          this.spinning = false;
        }
      }
    } catch (error) {
      if (error instanceof Closed) this.exit(0);
      throw error;
    } finally {
      this.spinning = false;
    }
  }

  /** At event-loop top nothing may be on the stack; if it is, a termination has eaten frames: Python hears which. */
  check() {
    this.gate.pass();
    if (this.depth === 0) return;
    const lost = this.serving;
    this.gate.close(GATES.MAIN);
    this.depth = 0;
    this.parent = 0;
    this.serving = [];
    this.holding = false;
    this.words[WORDS.TOP] = TOPS.NONE;
    this.interrupts.left();
    this.gate.open();
    this.channel.epoch = (this.channel.epoch + 1) & 0xffff;
    for (const frame of this.replies.values()) this.#drop(frame);
    this.replies.clear();
    const ids = lost.map(({ id }) => id);
    this.interrupts.lost(ids);
    this.answers.forget(ids);
    // Before any call fails: what the lost frames had entered is then left by Python.
    this.note(NOTES.reset, this.channel.epoch, ids, [...new Set(lost.map(({ form }) => form))]);
    this.outbox.flush();
  }
}
