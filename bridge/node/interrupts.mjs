/**
 * The interrupt ladder inside JavaScript's main thread; `watchdog.mjs` decides when to climb.
 * In: cancel messages. Out: `$flag` (polled by compiled loops), `$w` (wraps what compiled code awaits) and forms
 * that are settled from outside when nothing else stops them.
 */
import { Interrupt } from "./errors.mjs";
import { forms } from "./connection.mjs";
import { WORDS } from "./protocol.mjs";

export class Interrupts {
  /** @param {Int32Array} words shared with the watchdog */
  constructor(words) {
    this.words = words;
    /** @type {Set<{form: number | undefined, settle: ((error: any) => void) | null}>} */
    this.running = new Set();
    /** @type {Map<number, Set<(error: Error) => void>>} */
    this.waiting = new Map();
    this.wait = (value) => this.#wait(value);
  }

  /** A form begins; a number left over from an older interrupt is cleared. */
  begin(form) {
    const run = { form, settle: null, controller: null };
    this.running.add(run);
    Interrupt.told = false;
    if (this.words[WORDS.CANCELLED] !== 0) Atomics.store(this.words, WORDS.CANCELLED, 0);
    this.words[WORDS.FORM] = form;
    return run;
  }

  end(run) {
    if (!this.running.delete(run)) return;
    if (this.words[WORDS.CANCELLED] === run.form) Atomics.store(this.words, WORDS.CANCELLED, 0);
    if (this.running.size === 0) this.words[WORDS.FORM] = 0;
  }

  /** Whether the form (0: any) is still running. */
  runs(form) {
    for (const run of this.running) if (form === 0 || run.form === form) return true;
    return false;
  }

  /** Rung 1: reject every await of the form and abort its signal. Form 0 means whatever runs. */
  cancel(form, reason = new Interrupt()) {
    let told = false;
    for (const run of this.running) if (form === 0 || run.form === form) run.controller?.abort(reason);
    for (const [number, rejecters] of [...this.waiting]) {
      if (form !== 0 && number !== form) continue;
      this.waiting.delete(number);
      told ||= rejecters.size > 0;
      for (const reject of rejecters) reject(reason);
    }
    Interrupt.told = told; // else whatever resumes is told at its next call of Python
  }

  /** An AbortSignal that fires when the form of the running code is cancelled. */
  signal() {
    const form = forms.getStore();
    for (const run of this.running) {
      if (run.form === form) return (run.controller ??= new AbortController()).signal;
    }
    return new AbortController().signal;
  }

  /** Rung 2: whatever of the form is still pending is settled from outside. */
  settle(form) {
    for (const run of [...this.running]) {
      if (form === 0 || run.form === form) run.settle?.(new Interrupt());
    }
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
        throw error;
      },
    );
  }
}
