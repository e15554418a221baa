/**
 * The gate between the main thread and its watchdog: whoever changes what runs, or looks at it to act on it, closes it.
 * In: the shared words. Out: mutual exclusion, also with a termination that is on its way: while the gate says STOPPING
 * the main thread gets no further than here, so what was to be stopped is stopped here at the latest, and nothing that
 * comes after it.
 */
import { GATES, WORDS } from "./protocol.mjs";

const SPINS = 200;

export class Gate {
  /** @param {Int32Array} words */
  constructor(words) {
    this.words = words;
  }

  /** Wait until it is open, and close it. @param {number} as one of GATES */
  close(as) {
    for (;;) {
      const was = Atomics.compareExchange(this.words, WORDS.GATE, GATES.OPEN, as);
      if (was === GATES.OPEN) return;
      this.#wait(was);
    }
  }

  open() {
    Atomics.store(this.words, WORDS.GATE, GATES.OPEN);
  }

  /** Do not go on while a termination is on its way. */
  pass() {
    while (Atomics.load(this.words, WORDS.GATE) === GATES.STOPPING) this.#wait(GATES.STOPPING);
  }

  #wait(state) {
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.words, WORDS.GATE) !== state) return;
    // Nobody is notified: the other side holds it for a moment only, and hardly ever is anybody waiting.
    Atomics.wait(this.words, WORDS.GATE, state, 1);
  }
}
