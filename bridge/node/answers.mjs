/**
 * Answers to what Python asks, shared by every connection; the mirror of `answers.py`.
 * In: the outcome of a request: a value, something thrown, or a promise of either. Out: one answer, whatever the value
 * does while it is encoded: what goes wrong on the way is answered in its place, and what cannot even be described is
 * an error that says so.
 */
import { Closed, Interrupt, isA, ProtocolError, PyError } from "./errors.mjs";
import { inspect, stackOf } from "./platform.mjs";
import { FLAGS, KINDS } from "./protocol.mjs";

const DEEPEST_CAUSE = 10;
const MOST_ERRORS = 1000; // of groups in groups
const { then } = Promise.prototype;
const EXIT = Symbol.for("polyrepl.exit"); // of an error that asks for the end of the program: the code, or a text to say
const PLAIN = "[object Object]"; // which tells nothing of what was thrown
const UNSHOWN = "an exception that cannot be shown";

/** A request that is answered later: when the promise settles, or (null) by who called `later` already. */
export class Later {
  /** @param {Promise<any> | null} promise */
  constructor(promise) {
    this.promise = promise;
  }
}

/** What Python has an exception of its own for: an attribute, a key, an index that is not there, an `await` that is not allowed. */
export class Missing extends Error {
  /** @param {"attribute" | "key" | "index" | "await"} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** What goes out where nothing else can, as text: making one could fail as well. */
const NO_ANSWER = '["RangeError","no answer could be made","",null]';

/** What Python has to know with an answer: whether the code that made it has heard of an interrupt. */
const seen = () => (Interrupt.told ? FLAGS.SEEN : 0);

/** A result that encodes itself. */
export class Wire {
  /** @param {(marshal: import("./marshal.mjs").Marshal) => any} encode */
  constructor(encode) {
    this.encode = encode;
  }
}

/** [name, message, stack, value, kind, cause, errors] of anything thrown; the last three may be missing. */
export function envelope(marshal, error, depth, budget = { errors: MOST_ERRORS }) {
  if (isA(error, Missing)) return ["Error", error.message, "", null, error.kind];
  if (isA(error, ProtocolError)) return ["ProtocolError", error.message, "", null, "protocol"];
  const thrown = isA(error, Error);
  let name = "", message = "", stack = "";
  let kind = null, cause;
  let errors = [];
  try {
    if (thrown) {
      if (Object.hasOwn(error, EXIT)) kind = ["exit", error[EXIT]];
      name = String(error.name);
      message = String(error.message).replaceAll("$read(...)", "(..)"); // how compiled Lisp asks is nobody's affair
      stack = stackOf(error);
      cause = error.cause;
      if (isA(error, AggregateError)) errors = together(error.errors, depth, budget);
    } else {
      message = String(error);
      if (message === PLAIN) message = inspect(error);
    }
  } catch {
    message = UNSHOWN;
  }
  const wire = [name, message, stack, marshal.encodeThrown(error)];
  if (isA(error, PyError)) return wire;
  if (kind !== null) wire.push(kind);
  if (depth < DEEPEST_CAUSE && isA(cause, Error)) wire.push(...[null].slice(wire.length - 4), envelope(marshal, cause, depth + 1, budget));
  if (errors.length > 0) wire.push(...[null, null].slice(wire.length - 4), errors.map((each) => envelope(marshal, each, depth + 1, budget)));
  return wire;
}

/** The errors that Python can have as a group: all of an AggregateError's, if all are errors and they are not too many. */
function together(errors, depth, budget) {
  if (depth >= DEEPEST_CAUSE || !Array.isArray(errors) || errors.length > budget.errors || !errors.every((each) => isA(each, Error))) return [];
  budget.errors -= errors.length;
  return [...errors];
}

/** What one connection answers, and the requests that are still open. */
export class Answers {
  /**
   * @param {import("./marshal.mjs").Marshal} marshal
   * @param {{channel: any, opened: (count: number) => void, flushSoon: () => void,
   *   put: (kind: number, id: number, flags: number, header: any) => void}} line writes an answer, with the binary parts
   *   that the marshal's frame holds; throws, before anything is written, when it cannot be written
   */
  constructor(marshal, line) {
    this.marshal = marshal;
    this.line = line;
    /** Asynchronous requests of Python's that can be cancelled: id -> (reason) => void. */
    this.open = new Map();
    /** Requests that no answer could be made for, or that there was no room on the stack to answer. @type {number[]} */
    this.unanswered = [];
    /** Stop one of them, if it is open. @type {(id: number, reason: any) => boolean} */
    this.stop = (id, reason) => {
      const stop = this.open.get(id);
      stop?.(reason);
      return stop !== undefined;
    };
  }

  /** Answer a request. `Wire` results are in wire form already. @throws {Closed} where nobody is there */
  answer(id, value, failed) {
    const { marshal } = this;
    const outer = marshal.begin();
    // What is thrown on the way is the next thing to be answered; the last is the same text whatever happened.
    let made = failed ? () => envelope(marshal, value, 0) : () => (isA(value, Wire) ? value.encode(marshal) : marshal.encode(value));
    try {
      for (let kind = failed ? KINDS.ERROR : KINDS.REPLY; ; kind = KINDS.ERROR) {
        try {
          const header = made();
          this.line.put(kind, id, seen(), header);
          return;
        } catch (error) {
          if (isA(error, Closed)) throw error;
          marshal.takeBack();
          marshal.begin();
          if (kind === KINDS.ERROR) break;
          made = () => envelope(marshal, error, 0);
        }
      }
      this.unanswered.push(id);
    } finally {
      marshal.end(outer);
    }
  }

  /**
   * Answer an asynchronous request when a promise settles, or when the function that is returned is called.
   * @param {number} id @param {Promise<any>} promise
   * @param {(reason: any) => void} [cancel] what a cancellation does instead of answering with its reason
   */
  later(id, promise, cancel) {
    let open = true;
    const finish = (value, failed) => {
      if (!open) return;
      open = false;
      this.open.delete(id);
      this.line.opened(this.open.size);
      this.answer(id, value, failed);
      this.line.flushSoon();
    };
    this.open.set(id, (reason) => {
      if (cancel !== undefined) cancel(reason);
      else finish(reason, true);
    });
    this.line.opened(this.open.size);
    try {
      // As `await` does: not by a `then` that the promise may have of its own.
      Reflect.apply(then, promise, [(value) => finish(value, false), (error) => finish(error, true)]);
    } catch (error) {
      finish(error, true);
    }
    return finish;
  }

  /** Answer what there was no room to answer. */
  makeUp() {
    const { unanswered } = this;
    while (unanswered.length > 0) {
      this.line.channel.put(KINDS.ERROR, unanswered[0], seen(), NO_ANSWER);
      unanswered.shift();
    }
  }

  /** Requests that were lost to a termination. @param {number[]} ids */
  forget(ids) {
    for (const id of ids) this.open.delete(id);
    this.line.opened(this.open.size);
  }

  /** Python gave up a request. */
  cancel(id) {
    this.stop(id, new DOMException("the Python caller was cancelled", "AbortError"));
  }
}
