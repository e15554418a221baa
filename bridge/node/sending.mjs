/**
 * The writing half of a connection: frames are made, batched and sent; the mirror of `sending.py`.
 * In: headers whose values the marshal has encoded, answers, releases that the collector left. Out: one ordered stream
 * on the channel. Asynchronous frames and replies are put off to the end of the event loop's turn, or until something
 * is sent that waits.
 */
import { Answers } from "./answers.mjs";
import { BridgeError, Closed } from "./errors.mjs";
import { formNumber } from "./forms.mjs";
import { textOf } from "./limits.mjs";
import { FLAGS, GATES, KINDS, NOTES, WORDS } from "./protocol.mjs";

/** What goes out. */
export class Outbox {
  /**
   * @param {import("./transport.mjs").Channel} channel
   * @param {{gate: import("./gate.mjs").Gate, words: Int32Array}} interrupts
   * @param {import("./marshal.mjs").Marshal} marshal
   * @param {import("./handles.mjs").Imports} imports whose releases go along
   * @param {(code: number) => void} exit what happens when Python is gone
   */
  constructor(channel, { gate, words }, marshal, imports, exit) {
    this.channel = channel;
    this.gate = gate;
    this.words = words;
    this.marshal = marshal;
    this.imports = imports;
    this.exit = exit;
    this.answers = new Answers(marshal, this);
    /** What both sides keep alike, set by a front end: what has changed here since both agreed (undefined: nothing), and
     * what takes over what has changed there. @type {{changes: () => string | undefined, take: (text: string) => void} | null} */
    this.common = null;
    this.closed = false;
    this.flushing = false;
  }

  /** Write a frame, with the binary parts that the marshal's frame holds, behind what has changed of what both sides keep
   * alike, releases and answers that are due. */
  put(kind, id, flags, header) {
    const segments = this.marshal.frame === null ? [] : this.marshal.frame.segments;
    const changes = this.common?.changes();
    if (changes !== undefined) this.channel.put(KINDS.NOTE, 0, 0, JSON.stringify([NOTES.common, changes]));
    const { dead } = this.imports;
    if (dead.length > 0) this.channel.put(KINDS.NOTE, 0, 0, JSON.stringify([NOTES.release, dead.splice(0)]));
    this.answers.makeUp();
    this.channel.put(kind, id, flags, textOf(header), segments.length > 0 ? segments : undefined);
  }

  /** For `answers`: how many requests are open. */
  opened(count) {
    this.words[WORDS.OPEN] = count;
  }

  /** A frame nobody answers. */
  noteOf(make) {
    const outer = this.marshal.begin();
    try {
      this.put(KINDS.NOTE, 0, 0, make(this.marshal));
    } finally {
      this.marshal.end(outer);
    }
    this.flushSoon();
  }

  /** Output of the running form, in order with everything else. */
  output(text, stderr) {
    this.channel.put(KINDS.OUTPUT, formNumber(), stderr ? FLAGS.STDERR : 0, text);
    this.gate.close(GATES.MAIN);
    try {
      this.channel.flush();
    } finally {
      this.gate.open();
    }
  }

  /** Write everything at the end of this turn of the event loop. */
  flushSoon() {
    this.words[WORDS.UNSENT] = 1;
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      try {
        this.flush();
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error; // each request hears of it by itself
      }
    });
  }

  /** Behind the gate: a termination tears no frame apart, and does not come while Python is on top. `turn`: what is read next
   * is what comes of it. */
  flush(top = this.words[WORDS.TOP], turn = false) {
    if (this.closed) return;
    this.gate.close(GATES.MAIN);
    const before = this.words[WORDS.TOP];
    try {
      this.answers.makeUp();
      this.words[WORDS.UNSENT] = 0;
      this.words[WORDS.TOP] = top;
      if (turn) this.channel.swap();
      else this.channel.flush();
    } catch (error) {
      this.words[WORDS.TOP] = before;
      this.words[WORDS.UNSENT] = 1;
      if (error instanceof Closed) this.exit(0);
      throw error;
    } finally {
      this.gate.open();
    }
  }
}
