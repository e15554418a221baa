/**
 * The interrupt ladder inside JavaScript's main thread; `watchdog.mjs` decides when to climb.
 * In: what the watchdog says about a request of Python's, its target. Out: `$flag` (polled by compiled loops), `$w`
 * (wraps what compiled code awaits), forms that are settled from outside when nothing else stops them; and what the
 * watchdog has to know: what runs, and that a target has ended.
 */
import { INTERRUPT, Interrupt, isA } from "./errors.mjs";
import { forms } from "./forms.mjs";
import { Gate } from "./gate.mjs";
import { stackOf } from "./platform.mjs";
import { FLAGS, GATES, OPS, SEVERAL, WORDS } from "./protocol.mjs";

const MOST_EARLY = 100;

/** Rejects an await in place of what is awaited: where it stands is noted, and it never goes on. */
class Probe {
  /** @param {string[]} stacks */
  constructor(stacks) {
    this.stacks = stacks;
  }

  /** Called by the promise that the await waits for, so that V8 follows the stack through it. */
  note() {
    this.stacks.push(stackOf(new Error()));
    return new Promise(() => {});
  }
}

/**
 * `before`: the request that the form began with, `asked`: what was asked to stop, itself or that one; 0: none.
 * @typedef {{id: number, form: number | undefined, before: number, settle: ((value: any, failed?: boolean) => void) | null, asked: number,
 *   told: boolean, controller: AbortController | null}} Run
 */

export class Interrupts {
  /**
   * @param {Int32Array} words shared with the watchdog
   * @param {{take: () => any, calm: (target: number) => void} | null} line to the watchdog, if there is one: its next
   *   message, if there is any; and that a target has ended
   * @param {() => void} [told] called when code here has been told that it is to stop
   */
  constructor(words, line, told = () => {}) {
    this.words = words;
    this.line = line;
    this.onTold = told;
    this.gate = new Gate(words);
    /** Forms that run, by the number of their request. @type {Map<number, Run>} */
    this.running = new Map();
    /** The last one that began. @type {Run | null} */
    this.last = null;
    /** Requests that were asked to stop before they came. @type {Set<number>} */
    this.early = new Set();
    /** @type {Map<number, Set<(error: Error) => void>>} */
    this.waiting = new Map();
    /** Forms that an interrupt was thrown in before its message was heard. @type {Set<number>} */
    this.told = new Set();
    this.heard = 0;
    this.shelved = 0;
    this.wait = (value) => this.#wait(value);
    /** What compiled code throws. It is told once: loops of what cleans up are not stopped too. */
    const tell = () => this.#tell();
    this.Interrupt = class extends Interrupt {
      constructor(message) {
        super(message);
        tell();
      }
    };
  }

  // ---- what runs

  /** A request begins with nothing else on the stack. */
  enter(id) {
    const { words } = this;
    this.gate.close(GATES.MAIN);
    this.shelved = words[WORDS.CANCELLED]; // about a form that awaits, while this one runs
    words[WORDS.CANCELLED] = 0;
    words[WORDS.ROOT] = words[WORDS.INNER] = words[WORDS.LAST] = id;
    Interrupt.told = false;
    this.gate.open();
  }

  /** It has ended, or awaits. Behind the gate. */
  left() {
    const { words } = this;
    words[WORDS.ROOT] = words[WORDS.INNER] = 0;
    if (!this.running.has(words[WORDS.CANCELLED] >>> 0)) {
      words[WORDS.CANCELLED] = this.running.has(this.shelved >>> 0) ? this.shelved : 0;
    }
    this.shelved = 0;
  }

  /** A form begins. @returns {Run} */
  begin(form, id) {
    // What goes on later of a form has the signal that its beginning has given away, and hears what that has not heard.
    const first = this.last?.form === form ? this.last : null;
    const controller = first?.controller ?? null;
    const before = first !== null && !first.told ? first.id : 0;
    const run = (this.last = { id, form, before, settle: null, asked: 0, told: false, controller });
    this.running.set(id, run);
    this.#publish();
    const early = (before !== 0 && this.early.delete(before)) || (first !== null && this.early.delete(id));
    if (early) this.cancel(run, new Interrupt());
    return run;
  }

  end(run) {
    if (!this.running.delete(run.id)) return;
    run.settle = null; // it holds the arguments of the form, and the last run is kept
    run.told = this.told.delete(run.id);
    this.#publish();
    if (run.asked !== 0) this.line?.calm(run.asked);
  }

  /** Requests were terminated: what of them runs on runs for nobody. */
  lost(ids) {
    for (const id of ids) {
      const run = this.running.get(id);
      if (run !== undefined) this.end(run);
    }
  }

  #publish() {
    const { running, words } = this;
    this.gate.close(GATES.MAIN);
    const [first] = running.keys();
    words[WORDS.RUN] = running.size === 0 ? 0 : running.size === 1 ? first : SEVERAL;
    const cancelled = words[WORDS.CANCELLED];
    if (cancelled !== 0 && cancelled !== words[WORDS.ROOT] && !running.has(cancelled >>> 0)) words[WORDS.CANCELLED] = 0;
    this.gate.open();
  }

  /** A call of Python is a place where an interrupt is noticed, once: what cleans up afterwards may call on. */
  poll() {
    const cancelled = this.words[WORDS.CANCELLED];
    if (cancelled === 0 || !this.#isMine(cancelled)) return Interrupt.told ? FLAGS.SEEN : 0;
    throw new this.Interrupt();
  }

  /** Python threw something here: an interrupt of its own is the one that was asked for. */
  thrown(error) {
    if (error?.[INTERRUPT] === true) this.#tell();
  }

  /** What was asked to stop has been told, here or in Python. */
  toldElsewhere() {
    this.#tell();
  }

  /**
   * Python has raised what was asked of a target, so code here does not hear of it too, however late the watchdog does.
   * @param {number} target
   */
  toldBefore(target) {
    const { words } = this;
    this.gate.close(GATES.MAIN);
    const heard = words[WORDS.CANCELLED] === (target | 0);
    if (!heard) words[WORDS.TOLD] = target;
    this.gate.open();
    if (heard) this.#tell();
    else if (this.running.has(target)) this.told.add(target);
  }

  #tell() {
    const cancelled = this.words[WORDS.CANCELLED];
    if (cancelled === 0) return;
    Atomics.store(this.words, WORDS.CANCELLED, 0);
    this.onTold();
    if (this.running.has(cancelled >>> 0)) this.told.add(cancelled >>> 0);
  }

  /** Whether the code that runs is what was asked to stop: on top of the stack there is no other, see the watchdog. */
  #isMine(cancelled) {
    return this.words[WORDS.ROOT] !== 0 || this.running.get(cancelled >>> 0)?.form === forms.getStore();
  }

  // ---- what the watchdog asks

  /** Whether it has asked for something that was not heard. */
  get asked() {
    return Atomics.load(this.words, WORDS.ASKED) !== this.heard;
  }

  /**
   * Do all that it has asked for.
   * @param {(target: number, reason: any) => boolean} stop an open request, if it is one
   * @param {(form: number) => void} unwound told of a form before it is settled from outside
   */
  hear(stop, unwound) {
    if (this.line === null) return;
    // From here on no termination comes for what was asked; one that is on its way comes here.
    this.gate.close(GATES.MAIN);
    Atomics.store(this.words, WORDS.SEEN, Atomics.load(this.words, WORDS.ASKED));
    this.gate.open();
    for (let said; (said = this.line.take()) !== undefined; ) this.heed(said, stop, unwound);
  }

  /** Do one thing that it has asked for: see `hear`. */
  heed({ what, target, message }, stop, unwound) {
    this.heard = message;
    Atomics.store(this.words, WORDS.SEEN, message);
    const run = this.running.get(target) ?? this.running.values().find(({ before }) => before === target);
    if (run !== undefined) {
      run.asked = target;
      if (what === "settle") {
        unwound(run.form);
        run.settle?.(new Interrupt());
      } else if (!this.told.delete(run.id)) this.cancel(run, new Interrupt());
      return;
    }
    if (!stop(target, new Interrupt()) && what === "cancel") {
      // It has not come yet, or has ended long ago.
      this.early.add(target);
      if (this.early.size > MOST_EARLY) this.early.delete(this.early.values().next().value);
    }
    this.line.calm(target);
  }

  /** Whether a request was asked to stop before it came. What goes on of a form is not refused: `begin` tells its code. */
  isEarly(id, op, form) {
    if (this.early.size === 0 || (op === OPS.run && this.last?.form === form)) return false;
    return this.early.delete(id);
  }

  /**
   * Rung 1 for those who have no watchdog: stop what runs for a form, unless it has heard of it.
   * @param {number} form 0: any @returns {boolean} whether anything runs
   */
  stop(form) {
    const found = [...this.running.values()].filter((run) => form === 0 || run.form === form);
    for (const run of found) if (!this.told.delete(run.id)) this.cancel(run, new Interrupt());
    return found.length > 0;
  }

  /** Rung 1: reject every await of a form and abort its signal. */
  cancel(run, reason) {
    run.controller?.abort(reason);
    const rejecters = this.waiting.get(run.form);
    const { words } = this;
    if (rejecters !== undefined && rejecters.size > 0) {
      this.waiting.delete(run.form);
      for (const reject of rejecters) reject(reason);
      Interrupt.told = true;
      this.onTold();
      if (words[WORDS.CANCELLED] === (run.id | 0)) Atomics.store(words, WORDS.CANCELLED, 0);
    } else if (reason instanceof Interrupt && this.running.size === 1 && words[WORDS.CANCELLED] === 0) {
      // Whatever of it resumes is told at its next loop or call of Python.
      Atomics.store(words, WORDS.CANCELLED, run.id);
    }
  }

  /**
   * Give up what a form awaits, since it can never come: no code of the form goes on.
   * @param {number} form
   * @param {(stacks: string[]) => any} outcome of the stacks behind its awaits, what its request is answered with
   * @param {(form: number) => void} unwound told of the form before
   */
  async giveUp(form, outcome, unwound) {
    /** @type {string[]} */
    const stacks = [];
    const probe = new Probe(stacks);
    for (const reject of this.waiting.get(form) ?? []) reject(probe);
    await null; // by then all of them have noted where they stand
    unwound(form);
    for (const run of [...this.running.values()]) if (run.form === form) run.settle?.(outcome(stacks), false);
  }

  /** An AbortSignal that fires when the form of the running code is cancelled. */
  signal() {
    const form = forms.getStore();
    for (const run of this.running.values()) {
      if (run.form === form) return (run.controller ??= new AbortController()).signal;
    }
    return new AbortController().signal;
  }

  /** `await $w(e)`: the value of e, or Interrupt at this very await when the form is cancelled. */
  #wait(value) {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
    let then;
    try {
      then = value.then;
    } catch (error) {
      return Promise.reject(error);
    }
    if (typeof then !== "function") return value;
    const form = forms.getStore();
    if (form === undefined) return value;
    let set = this.waiting.get(form);
    if (set === undefined) this.waiting.set(form, (set = new Set()));
    let entry;
    // V8 follows this chain of promises, so that a stack goes on behind the await: it knows its own `resolve` as
    // a handler, and the one `then` of a promise. A closure that calls resolve would cut the stack.
    const inner = new Promise((resolve, reject) => {
      entry = reject;
      (value instanceof Promise ? value : Promise.resolve(value)).then(resolve, reject);
    });
    set.add(entry);
    const off = () => {
      set.delete(entry);
      if (set.size === 0 && this.waiting.get(form) === set) this.waiting.delete(form);
    };
    return inner.then(
      (result) => {
        off();
        return result;
      },
      (error) => {
        off();
        if (isA(error, Probe)) return error.note();
        throw error;
      },
    );
  }
}
