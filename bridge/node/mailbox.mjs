/**
 * Memory in which a page leaves the answers that its worker stands still for.
 * In, on the page: answers, each with the number of its request. Out, in the worker: the answer of a number, waited for.
 * A page may not stand still, so there is none for the other way.
 */
const FIRST = 1 << 16;
const MOST = 1 << 28;
/** Bytes of what comes before an answer: its number, the size of its text, that of its bytes (-1: there are none). */
const PREFIX = 16;
const NUMBER = 0;
const TEXT = 1;
const BYTES = 2;

export class Mailbox {
  #control;

  /** @param {SharedArrayBuffer} memory */
  constructor(memory) {
    this.memory = memory;
    this.#control = new Int32Array(memory, 0, PREFIX / 4);
  }

  /** A new one, or null where no memory is shared: the page is not isolated (docs/web.md). @returns {Mailbox | null} */
  static make() {
    if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false) return null;
    return new Mailbox(new SharedArrayBuffer(FIRST, { maxByteLength: MOST }));
  }

  /** @param {number} id @param {string | [string, Uint8Array]} answer */
  put(id, answer) {
    let [text, bytes] = typeof answer === "string" ? [answer, undefined] : answer;
    let encoded = new TextEncoder().encode(text);
    let size = PREFIX + encoded.byteLength + (bytes?.byteLength ?? 0);
    if (!this.#hasRoom(size)) {
      text = `!${JSON.stringify(["RangeError", `an answer of ${size} bytes is too large for a page's worker (the limit is ${MOST})`, "", null])}`;
      encoded = new TextEncoder().encode(text);
      bytes = undefined;
      size = PREFIX + encoded.byteLength;
    }
    const data = new Uint8Array(this.memory, PREFIX, size - PREFIX);
    data.set(encoded);
    if (bytes !== undefined) data.set(bytes, encoded.byteLength);
    const control = this.#control;
    control[TEXT] = encoded.byteLength;
    control[BYTES] = bytes === undefined ? -1 : bytes.byteLength;
    Atomics.store(control, NUMBER, id);
    Atomics.notify(control, NUMBER);
  }

  #hasRoom(size) {
    const { memory } = this;
    if (size <= memory.byteLength) return true;
    if (!memory.growable || size > memory.maxByteLength) return false;
    memory.grow(Math.min(Math.max(size, 2 * memory.byteLength), memory.maxByteLength));
    return true;
  }

  /**
   * The answer of a request. @param {number} id @param {() => boolean} stopped looked at all the while
   * @returns {string | [string, Uint8Array] | undefined} undefined: it was stopped
   */
  wait(id, stopped) {
    const control = this.#control;
    for (;;) {
      const last = Atomics.load(control, NUMBER);
      if (last === id) break;
      if (stopped()) return undefined;
      Atomics.wait(control, NUMBER, last, 20);
    }
    const end = PREFIX + control[TEXT];
    // A decoder takes no memory that others may write.
    const text = new TextDecoder().decode(new Uint8Array(this.memory, PREFIX, control[TEXT]).slice());
    return control[BYTES] < 0 ? text : [text, new Uint8Array(this.memory, end, control[BYTES]).slice()];
  }
}
