/**
 * Lines that a person types, for a worker that waits for them.
 *
 * In: a prompt. Out: the line. Page and worker share a box: a word that says what is in it, the length, bytes of UTF-8. The
 * worker tells the page {op: "input", id, prompt, secret} and sleeps; the page puts the line into the box (client.mjs) part by
 * part, and the worker says {op: "more", id} when it has taken one that is not the last.
 */
export const BOX_SIZE = 1 << 16;
/** What is in the box. */
export const BOX = { EMPTY: 0, PART: 1, LAST: 2, END: 3, STOPPED: 4 };
const HEAD = 8;

/** The two words and the bytes of a box. @param {SharedArrayBuffer} box */
export const parts = (box) => ({ words: new Int32Array(box, 0, 2), bytes: new Uint8Array(box, HEAD) });

export class Reader {
  #post;
  #box;
  #stopped;

  /** @param {(message: any) => void} post @param {SharedArrayBuffer | undefined} box @param {() => void} stopped called where a
   * stop has come in place of a line */
  constructor(post, box, stopped) {
    this.#post = post;
    this.#box = box;
    this.#stopped = stopped;
  }

  /**
   * @param {any} id @param {string} prompt @param {boolean} secret
   * @returns {string} "=" and the line, "!" at the end of input, "x" where it is to stop, "" where nobody can be asked
   */
  ask(id, prompt, secret) {
    if (this.#box === undefined) return "";
    const { words, bytes } = parts(this.#box);
    Atomics.store(words, 0, BOX.EMPTY);
    this.#post({ id, op: "input", prompt, secret });
    const taken = [];
    for (;;) {
      Atomics.wait(words, 0, BOX.EMPTY);
      const what = Atomics.load(words, 0);
      if (what === BOX.END) return "!";
      if (what === BOX.STOPPED) {
        this.#stopped();
        return "x";
      }
      taken.push(bytes.slice(0, words[1])); // no decoder takes shared memory
      if (what === BOX.LAST) break;
      Atomics.store(words, 0, BOX.EMPTY);
      this.#post({ id, op: "more" });
    }
    const decoder = new TextDecoder();
    return `=${taken.map((part) => decoder.decode(part, { stream: true })).join("")}${decoder.decode()}`;
  }
}
