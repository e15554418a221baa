/**
 * Frames over file descriptors: bytes only, no meaning.
 * In: bytes from Python. Out: frames, complete ones only. All read state lives in the Channel, so neither a nested
 * read nor a terminated execution loses bytes. Reads spin on `spinFd` (never blocks) before they sleep on `readFd`.
 */
import fs from "node:fs";
import { FLAGS, KINDS, MAX_FRAME, PREFIX_SIZE } from "./protocol.mjs";

const SIZE = 1 << 16;
// Waits spin first (a sleeping core is slow to wake), but not where that only keeps the other process from running:
// a spin in vain is left out for the next waits, ever more of them.
const SPIN_MS = 0.08;
const MOST_SKIPPED = 64;
const LAST_KIND = Math.max(...Object.values(KINDS));
const EMPTY = Buffer.alloc(0);

/** The other end is gone. */
export class Closed extends Error {}

/** @typedef {{kind: number, id: number, epoch: number, flags: number, head: string, body: Buffer}} Frame */

export class Channel {
  /** @param {number} readFd @param {number} spinFd -1 when there is none @param {number} writeFd */
  constructor(readFd, spinFd, writeFd) {
    this.readFd = readFd;
    this.spinFd = spinFd;
    this.writeFd = writeFd;
    this.buffer = Buffer.allocUnsafeSlow(SIZE);
    this.start = 0;
    this.end = 0;
    /** @type {Buffer | null} a frame too large for the buffer */
    this.large = null;
    this.filled = 0;
    this.out = Buffer.allocUnsafeSlow(SIZE);
    this.outEnd = 0;
    this.epoch = 0;
    this.skip = spinFd < 0 ? Infinity : 0;
    this.penalty = 1;
  }

  /** A frame that is complete in the buffer, or null. @returns {Frame | null} */
  take() {
    if (this.large !== null) {
      if (this.filled < this.large.length) return null;
      const large = this.large;
      this.large = null;
      return this.#frame(large, 0);
    }
    const have = this.end - this.start;
    if (have < PREFIX_SIZE) return null;
    const size = this.buffer.readUInt32LE(this.start);
    const kind = this.buffer[this.start + 14];
    if (size > MAX_FRAME || kind < 1 || kind > LAST_KIND || this.buffer.readUInt32LE(this.start + 8) > size) {
      throw new Closed(`malformed frame (size ${size}, kind ${kind})`);
    }
    const total = PREFIX_SIZE + size;
    if (have >= total) {
      const frame = this.#frame(this.buffer, this.start);
      this.start += total;
      if (this.start === this.end) this.start = this.end = 0;
      return frame;
    }
    if (total > SIZE) {
      const large = Buffer.allocUnsafeSlow(total);
      this.buffer.copy(large, 0, this.start, this.end);
      this.filled = have;
      this.large = large;
      this.start = this.end = 0;
    } else if (this.start + total > SIZE) {
      this.buffer.copy(this.buffer, 0, this.start, this.end);
      this.end = have;
      this.start = 0;
    }
    return null;
  }

  /** @param {Buffer} from @param {number} at @returns {Frame} */
  #frame(from, at) {
    const size = from.readUInt32LE(at);
    const head = from.readUInt32LE(at + 8);
    const middle = at + PREFIX_SIZE + head;
    let body = EMPTY;
    if (head < size) {
      body = from.subarray(middle, at + PREFIX_SIZE + size);
      if (from === this.buffer) body = Buffer.from(body);
    }
    return {
      kind: from[at + 14],
      id: from.readUInt32LE(at + 4),
      epoch: from.readUInt16LE(at + 12),
      flags: from[at + 15],
      head: from.utf8Slice(at + PREFIX_SIZE, middle),
      body,
    };
  }

  /** Read once from fd into the right place; false when nothing is there (spinFd only). @param {number} fd */
  #fill(fd) {
    try {
      if (this.large !== null) {
        const count = fs.readSync(fd, this.large, this.filled, this.large.length - this.filled, null);
        if (count === 0) throw new Closed("end of file");
        this.filled += count;
      } else {
        const count = fs.readSync(fd, this.buffer, this.end, SIZE - this.end, null);
        if (count === 0) throw new Closed("end of file");
        this.end += count;
      }
      return true;
    } catch (error) {
      if (error.code === "EAGAIN") return false;
      if (error.code === "EINTR") return true;
      if (error.code !== undefined) throw new Closed(error.code);
      throw error;
    }
  }

  /**
   * The next frame if there is one; the rest of one that has begun to arrive is waited for. Only with a spinFd.
   * @returns {Frame | null}
   */
  poll() {
    for (;;) {
      const frame = this.take();
      if (frame !== null) return frame;
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0; // an EAGAIN is no event worth a stack trace
      try {
        if (!this.#fill(this.spinFd)) {
          if (this.large === null && this.end === this.start) return null;
          this.#fill(this.readFd);
        }
      } finally {
        Error.stackTraceLimit = limit;
      }
    }
  }

  /** The next frame: spins, then blocks. @returns {Frame} */
  wait() {
    for (;;) {
      const frame = this.take();
      if (frame !== null) return frame;
      if (this.spinFd >= 0 && this.spin()) continue;
      this.#fill(this.readFd);
    }
  }

  /** Spin for a while; true when bytes arrived. */
  spin() {
    if (this.skip > 0) {
      this.skip -= 1;
      return false;
    }
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      const end = performance.now() + SPIN_MS;
      do {
        if (this.#fill(this.spinFd)) {
          this.penalty = 1;
          return true;
        }
      } while (performance.now() < end);
      this.skip = this.penalty;
      this.penalty = Math.min(this.penalty * 2, MOST_SKIPPED);
      return false;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  /**
   * Append one frame to the output; `flush` writes it.
   * @param {number} kind @param {number} id @param {number} flags @param {string} head
   * @param {Uint8Array[]} [segments]
   */
  put(kind, id, flags, head, segments) {
    let body = 0;
    if (segments !== undefined) for (const part of segments) body += part.byteLength;
    if (body === 0 && head.length * 3 + PREFIX_SIZE <= SIZE) {
      if (this.outEnd + head.length * 3 + PREFIX_SIZE > SIZE) this.flush();
      const at = this.outEnd;
      const length = this.out.utf8Write(head, at + PREFIX_SIZE);
      this.#prefix(this.out, at, length, id, kind === KINDS.OUTPUT ? 0 : length, kind, flags);
      this.outEnd = at + PREFIX_SIZE + length;
      return;
    }
    // Blanks, so that typed arrays lie on multiples of eight and need not be copied.
    const unpadded = Buffer.byteLength(head) + PREFIX_SIZE;
    const text = Buffer.from(body > 0 && kind !== KINDS.OUTPUT ? head + " ".repeat((8 - (unpadded % 8)) % 8) : head, "utf8");
    const size = text.length + body;
    if (size > MAX_FRAME) throw new RangeError(`a frame of ${size} bytes is too large (the limit is ${MAX_FRAME} bytes)`);
    this.flush();
    const prefix = Buffer.allocUnsafe(PREFIX_SIZE);
    this.#prefix(prefix, 0, size, id, kind === KINDS.OUTPUT ? 0 : text.length, kind, flags);
    this.#write(prefix.length + text.length < SIZE ? Buffer.concat([prefix, text]) : prefix);
    if (prefix.length + text.length >= SIZE) this.#write(text);
    if (segments !== undefined) for (const part of segments) this.#write(part);
  }

  /** @param {Buffer} to */
  #prefix(to, at, size, id, head, kind, flags) {
    to.writeUInt32LE(size, at);
    to.writeUInt32LE(id, at + 4);
    to.writeUInt32LE(head, at + 8);
    to.writeUInt16LE(this.epoch, at + 12);
    to[at + 14] = kind;
    to[at + 15] = flags;
  }

  /** Write what was put. */
  flush() {
    if (this.outEnd === 0) return;
    const end = this.outEnd;
    this.outEnd = 0;
    this.#write(this.out.subarray(0, end));
  }

  /** @param {Uint8Array} data */
  #write(data) {
    for (let at = 0; at < data.byteLength; ) {
      try {
        at += fs.writeSync(this.writeFd, data, at, data.byteLength - at);
      } catch (error) {
        if (error.code !== "EAGAIN" && error.code !== "EINTR") throw new Closed(error.code);
      }
    }
  }
}

export { FLAGS, KINDS };
