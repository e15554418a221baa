/**
 * Turns of the event loop, one a step.
 * In: functions. Out: each is called in a turn of its own, in order. `setTimeout` would wait for 4 ms once it is nested; a
 * message does not.
 */
export class Turnstile {
  #steps = [];
  #wire = new MessageChannel();

  constructor() {
    this.#wire.port1.onmessage = () => this.#steps.shift()?.();
  }

  /** @param {() => void} step */
  add(step) {
    this.#steps.push(step);
    this.#wire.port2.postMessage(0);
  }

  close() {
    this.#steps = [];
    this.#wire.port1.close();
  }
}
