/**
 * Requests, replies, nesting inside one process: the mirror of `../local.py`, and a sibling of `connection.mjs`.
 * In: requests of proxies, calls of Python's. Out: replies. The operations and the envelopes are those of the pipes; what
 * is a frame there is a call of a function here, so nothing waits and the stack itself is the nesting.
 */
import { Turns } from "./ahead.mjs";
import { Answers, Later } from "./answers.mjs";
import { BridgeError, isA, ProtocolError } from "./errors.mjs";
import { formNumber, forms } from "./forms.mjs";
import { Exports } from "./handles.mjs";
import { isDeep, ROOM, room, textOf } from "./limits.mjs";
import { Marshal } from "./marshal.mjs";
import { Plane } from "./plane.mjs";
import { FLAGS, GATES, KINDS, NOTES, OPS, TOPS, WORDS } from "./protocol.mjs";
import { Proxies } from "./proxy.mjs";
import { fault } from "./shapes.mjs";
import { onAbort } from "./signals.mjs";

/** What a result is that waiting could not bring. */
const NO_WAIT = "JavaScript's event loop stands still until Python's call returns: import it with `await`";
/** Frames of the stack that must be left before Python is entered: an overflow inside of it would end it. */
const PYTHONS_ROOM = 300;
const NOTHING = new Uint8Array(0);
/** Before a text that is a value, where it could be an answer; the mirror of `../lane.py`. */
const TEXT = "'";

export class Connection {
  /**
   * @param {import("./interrupts.mjs").Interrupts} interrupts
   * @param {(connection: Connection) => (op: number, message: any[], body: Uint8Array, frame: any) => any} serve makes what
   *   performs Python's requests
   * @param {{operators: (proxies: Proxies) => object, keywords: import("./keywords.mjs").Keywords,
   *   promises: (connection: Connection) => {given: (promise: Promise<any>) => void, forgotten: (value: any) => void},
   *   later: (step: () => void) => void, Kind?: typeof Proxies}} parts `promises` as in connection.mjs; `later` calls a
   *   function in a turn of the event loop of its own; `Kind`: of what knows and makes the PyProxies
   */
  constructor(interrupts, serve, { operators, keywords, promises, later, Kind = Proxies }) {
    this.interrupts = interrupts;
    this.gate = interrupts.gate;
    this.words = interrupts.words;
    this.proxies = new Kind(this, operators);
    const { given, forgotten } = promises(this);
    const plane = new Plane(this.proxies.imports);
    this.marshal = new Marshal(new Exports(forgotten), this.proxies, keywords, given, plane);
    this.answers = new Answers(this.marshal, this);
    this.perform = serve(this);
    /** Python's half as it shows itself: {serve, called, serve_async, settled, noted, printed}. @type {any} */
    this.python = null;
    /** Asynchronous requests of ours: id -> {resolve, reject}. */
    this.promises = new Map();
    /** Promises that Python has awaited. */
    this.awaited = new WeakSet();
    this.next = 1;
    this.parent = 0;
    this.depth = 0;
    /** What both sides keep alike (see ../node/sending.mjs); here only Python changes it.
     * @type {{take: (text: string) => void} | null} */
    this.common = null;
    /** Whether Python keeps this turn: here it does for as long as it runs. */
    this.holding = false;
    this.closed = false;
    /** Whether Python's half takes calls of single values as they are (see proxy.mjs). */
    this.straight = false;
    this.flushing = false;
    this.turns = new Turns();
    /** Asynchronous requests of Python's, until JavaScript's stack is empty. @type {(() => void)[]} */
    this.queued = [];
    /** Answers of synchronous requests that are being served, by their numbers; null until there is one. */
    this.made = new Map();
    /** What `answers` writes on. */
    this.channel = { put: (kind, id, flags, text) => this.#tell(kind, id, text, undefined), flush() {} };
    this.later = later;
    /** What Python calls (see local.Port). */
    this.port = {
      request: (id, head, body) => this.#serve(id, head, bytesOf(body)),
      call: (id, handle, receiver, form, ...args) => this.#call(id, handle, receiver, form, args),
      post: (id, flags, head, body) => this.#post({ id, flags, epoch: 0, body: bytesOf(body) }, head),
      note: (head) => this.#note(JSON.parse(head)),
      settle: (id, answer, body) => this.#settle(id, answer, bytesOf(body)),
      stop: (form) => interrupts.stop(form),
    };
  }

  get epoch() {
    return 0;
  }

  // ---- sending

  /** For `answers`. */
  opened(count) {
    this.words[WORDS.OPEN] = count;
  }

  /** For `answers`. */
  put(kind, id, flags, wire) {
    this.#tell(kind, id, textOf(wire), this.#segments());
  }

  #tell(kind, id, text, body) {
    if (this.proxies.imports.dead.length > 0) this.#releases();
    const answer = (kind === KINDS.REPLY ? "=" : "!") + text;
    if (this.made.has(id)) this.made.set(id, body === undefined ? answer : [answer, body]);
    else if (!this.closed) this.python.settled(id, answer, body);
  }

  /** The binary parts of what is being encoded, in a row. */
  #segments() {
    const frame = this.marshal.frame;
    if (frame === null || frame.segments.length === 0) return undefined;
    const { segments } = frame;
    const all = new Uint8Array(segments.reduce((size, part) => size + part.byteLength, 0));
    let at = 0;
    for (const part of segments) {
      all.set(ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : new Uint8Array(part), at);
      at += part.byteLength;
    }
    return all;
  }

  /** Tell Python what was forgotten. */
  flushSoon() {
    if (this.flushing) return;
    this.flushing = true;
    this.later(() => {
      this.flushing = false;
      if (!this.closed) this.#releases();
    });
  }

  #releases() {
    const { imports } = this.proxies;
    if (imports.dead.length > 0) this.python.noted(JSON.stringify([NOTES.release, imports.dead.splice(0)]));
    this.answers.makeUp();
  }

  #checkOpen() {
    if (this.closed) throw new BridgeError("the Python process has ended");
  }

  /** A message that nobody answers. */
  note(...header) {
    if (!this.closed) this.python.noted(JSON.stringify(header));
  }

  /** One that is made with the marshal, as an answer is. @param {(marshal: import("./marshal.mjs").Marshal) => any[]} make */
  noteOf(make) {
    const outer = this.marshal.begin();
    try {
      this.note(...make(this.marshal));
    } finally {
      this.marshal.end(outer);
    }
  }

  /** Output of the running form. */
  output(text, stderr) {
    if (!this.closed) this.python.printed(text.toWellFormed(), stderr, formNumber());
  }

  /** Ask Python: see connection.mjs. */
  request(op, operands, quiet = false) {
    if (!quiet) this.turns.next();
    this.#checkOpen();
    room(PYTHONS_ROOM + ROOM);
    const flags = this.interrupts.poll();
    const id = this.next++;
    const [head, body] = this.#asked(op, this.parent, operands);
    if (this.proxies.imports.dead.length > 0) this.#releases();
    const { words } = this;
    const top = words[WORDS.TOP];
    words[WORDS.TOP] = TOPS.PYTHON;
    this.depth += 1;
    let answer;
    try {
      answer = this.python.serve(id, flags, head, body);
    } finally {
      this.depth -= 1;
      words[WORDS.TOP] = top;
    }
    return typeof answer === "string" ? this.#result(answer, NOTHING) : this.#result(...answer);
  }

  /**
   * `f.a.b(...args)` of Python's, where all arguments are single values (see proxy.mjs): nothing of it becomes JSON. As
   * `request`, which it is otherwise.
   */
  call(handle, path, args) {
    this.turns.next();
    this.#checkOpen();
    room(PYTHONS_ROOM + ROOM);
    const flags = this.interrupts.poll();
    const id = this.next++;
    if (this.proxies.imports.dead.length > 0) this.#releases();
    const given = args.includes(null) ? args.map((arg) => arg ?? undefined) : args; // None there
    const { words } = this;
    const top = words[WORDS.TOP];
    words[WORDS.TOP] = TOPS.PYTHON;
    this.depth += 1;
    let answer;
    try {
      answer =
        path === null
          ? this.python.called(id, flags, formNumber(), handle, 0, ...given)
          : this.python.called(id, flags, formNumber(), handle, path.length, ...path, ...given);
    } finally {
      this.depth -= 1;
      words[WORDS.TOP] = top;
    }
    switch (typeof answer) {
      case "string":
        return answer[0] === TEXT ? answer.slice(1) : this.#result(answer, NOTHING);
      case "object":
        return this.#result(...answer);
      case "undefined":
        return null;
    }
    return answer;
  }

  #asked(op, parent, operands) {
    const outer = this.marshal.begin();
    try {
      return [textOf([op, parent, formNumber(), ...operands(this.marshal)]), this.#segments()];
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
    const id = this.next++;
    const [head, body] = this.#asked(op, 0, operands);
    const promise = new Promise((resolve, reject) => this.promises.set(id, { resolve, reject, seen }));
    onAbort(signal, promise, (reason) => {
      const waiting = this.promises.get(id);
      if (waiting === undefined) return;
      this.promises.delete(id);
      waiting.reject(reason);
      this.note(NOTES.cancel, id);
    });
    this.later(() => {
      if (this.promises.has(id)) this.python.serve_async(id, FLAGS.ASYNC, head, body);
    });
    return promise;
  }

  #result(answer, body) {
    const wire = JSON.parse(answer.slice(1));
    let value;
    try {
      value = this.marshal.decode(wire, body);
    } catch (error) {
      this.marshal.refuse(wire);
      if (isA(error, RangeError) && isDeep(wire)) throw new ProtocolError("a reply is nested too deeply");
      throw error;
    }
    if (answer[0] === "!") {
      this.interrupts.thrown(value);
      throw value;
    }
    return value;
  }

  #settle(id, answer, body) {
    this.turns.next();
    const waiting = this.promises.get(id);
    this.promises.delete(id);
    try {
      const value = this.#result(answer, body); // read in any case: it owns handles
      waiting?.seen?.(value);
      waiting?.resolve(value);
    } catch (error) {
      waiting?.reject(error);
    }
  }

  // ---- serving

  /** A synchronous request of Python's. Returns its answer: a text, or a text and bytes. */
  #serve(id, head, body) {
    this.#catchUp();
    this.made.set(id, null);
    try {
      this.#perform({ id, flags: 0, epoch: 0, body }, head);
      if (this.made.get(id) === null) this.answers.answer(id, new Error(NO_WAIT), true);
      this.answers.makeUp();
      return this.made.get(id);
    } finally {
      this.made.delete(id);
    }
  }

  /** A synchronous call with single values (see ../lane.py). Returns what it comes to: a single value, or an answer. */
  #call(id, handle, receiver, form, args) {
    this.#catchUp();
    for (let at = 0; at < args.length; at++) if (args[at] === undefined) args[at] = null; // None there
    const message = [OPS.call, 0, form, handle, receiver ?? null, ...args];
    return this.#within(id, () => this.#called({ id, flags: 0, epoch: 0, body: NOTHING }, message));
  }

  #called(frame, message) {
    let value;
    let failed = false;
    try {
      value = this.#outcome(frame, message);
    } catch (error) {
      value = fault(message, error);
      failed = true;
    }
    if (!failed) {
      switch (typeof value) {
        case "number":
          if (value !== 0 || !Object.is(value, -0)) return value; // Pyodide's zero has no sign
          break;
        case "string":
          return TEXT + value;
        case "boolean":
        case "undefined":
          return value;
      }
      if (value === null) return undefined;
    }
    const { id } = frame;
    this.made.set(id, null);
    try {
      this.answers.answer(id, value, failed);
      this.answers.makeUp();
      return this.made.get(id);
    } finally {
      this.made.delete(id);
    }
  }

  /** An asynchronous one: JavaScript's code is not run in the midst of other. */
  #post(frame, head) {
    this.queued.push(() => this.#perform(frame, head));
    if (this.queued.length === 1) this.later(() => this.#catchUp());
  }

  #catchUp() {
    while (this.depth === 0 && this.queued.length > 0) this.queued.shift()();
  }

  /** Perform a request and answer it. */
  #perform(frame, head) {
    this.#within(frame.id, () => this.#answer(frame, head));
  }

  /** What happens for a request of a number; everything is left as it was. */
  #within(id, run) {
    this.turns.next();
    const { words, parent } = this;
    const top = words[WORDS.TOP];
    const inner = words[WORDS.INNER];
    if (this.depth === 0) this.interrupts.enter(id);
    else words[WORDS.INNER] = id;
    this.depth += 1;
    words[WORDS.TOP] = TOPS.JS;
    try {
      return run();
    } finally {
      this.gate.close(GATES.MAIN);
      this.depth -= 1;
      this.parent = parent;
      words[WORDS.TOP] = top;
      if (this.depth === 0) this.interrupts.left();
      else words[WORDS.INNER] = inner;
      this.gate.open();
    }
  }

  #answer(frame, head) {
    let value;
    let failed = false;
    let message;
    try {
      message = JSON.parse(head);
      if (!Array.isArray(message) || !Number.isSafeInteger(message[2])) throw new ProtocolError("malformed request");
      value = this.#outcome(frame, message);
    } catch (error) {
      value = error;
      failed = true;
      this.marshal.refuse(message);
      if (message !== undefined && !isA(error, ProtocolError)) value = fault(message, error);
    }
    if (failed || !isA(value, Later)) this.answers.answer(frame.id, value, failed);
    else if (frame.flags & FLAGS.ASYNC && value.promise !== null) this.answers.later(frame.id, value.promise);
    else value.promise?.catch(() => {}); // nobody can wait for it
  }

  #outcome(frame, message) {
    this.parent = frame.flags & FLAGS.ASYNC ? 0 : frame.id;
    const form = message[2];
    return form !== 0 && form !== forms.getStore()
      ? forms.run(form, this.perform, message[0], message, frame.body, frame)
      : this.perform(message[0], message, frame.body, frame);
  }

  #note(message) {
    switch (message[0]) {
      case NOTES.release:
        this.marshal.exports.releaseAll(Array.isArray(message[1]) ? message[1] : []);
        return;
      case NOTES.cancel:
        this.answers.cancel(message[1]);
        return;
      case NOTES.common:
        this.common?.take(String(message[1]));
    }
  }
}

const bytesOf = (body) => body ?? NOTHING;
