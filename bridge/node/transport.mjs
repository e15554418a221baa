/**
 * Frames over file descriptors, or over rings in shared memory: bytes only, no meaning; the mirror of `transport.py`.
 * In: bytes from Python. Out: frames, complete ones only. All read state lives in the Channel, so neither a nested
 * read nor a terminated execution loses bytes. Reads spin on `spinFd` (never blocks) before they sleep on `readFd`;
 * on rings `native/lanes.h` waits, and `readFd` is what Python rings meanwhile.
 */
import fs from "node:fs";
import { Closed, ProtocolError } from "./errors.mjs";
import { KINDS, MAX_FRAME, MAX_TEXT, PREFIX_SIZE } from "./protocol.mjs";

const SIZE = 1 << 16;
// Waits spin first (a sleeping core is slow to wake), but not where that only keeps the other process from running:
// a spin in vain is left out for the next waits, ever more of them.
const SPIN_MS = 0.08;
const MOST_SKIPPED = 64;
const LAST_KIND = KINDS.RINGS - 1;
/** What a read does where there is nothing: modes of `take` in native/lanes.h. */
const LOOK = 0, TURN = 1, SLEEP = 2, REST = 3;
const EMPTY = Buffer.alloc(0);
// Blanks behind a text, so that typed arrays behind it lie on multiples of eight and need not be copied.
const BLANK = 0x20;

/** One frame; its head is null where the text is longer than a string may be.
 * @typedef {{kind: number, id: number, epoch: number, flags: number, head: string | null, body: Buffer}} Frame */

/** Data of a frame's head. @param {Frame} frame @throws {ProtocolError} where it is no JSON */
export function headOf(frame) {
  if (frame.head === null) throw new ProtocolError(`a frame's text is larger than ${MAX_TEXT} bytes`);
  try {
    return JSON.parse(frame.head);
  } catch (error) {
    throw error instanceof SyntaxError ? new ProtocolError(`malformed frame: ${error.message}`) : error;
  }
}

export class Channel {
  /** @param {number} readFd @param {number} spinFd another description of the same @param {number} writeFd */
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
    this.outStart = 0; // what is before it is written
    this.outEnd = 0;
    /** Parts of a frame too large for that, which go before what is in it. @type {Uint8Array[]} */
    this.parts = [];
    this.part = 0; // the first that is not written
    this.partStart = 0; // what of it is
    this.epoch = 0;
    this.skip = 0;
    this.penalty = 1;
    this.addon = null;
    this.rings = null; // written to
    this.reading = false; // and read, from Python's word on
    this.turned = false; // what was written last had its turn already, in vain
  }

  /**
   * From here on write to rings; Python is told, and will do so too. Without them it is told why.
   * @param {() => {addon: any, rings: any}} open
   */
  useRings(open) {
    let reason = "";
    let found = null;
    try {
      found = open();
    } catch (error) {
      reason = `Node: ${error.message}`;
    }
    const text = Buffer.from(reason);
    const frame = Buffer.alloc(PREFIX_SIZE + text.length);
    this.#prefix(frame, 0, text.length, 0, text.length, KINDS.RINGS, 0);
    text.copy(frame, PREFIX_SIZE);
    this.parts = [frame];
    this.flush();
    if (found !== null) ({ addon: this.addon, rings: this.rings } = found);
  }

  /** Whether something has come by the rings that nobody has taken, and that nothing rings for any more. */
  get left() {
    return this.reading && (this.end > this.start || this.large !== null || this.addon.left(this.rings) !== 0);
  }

  /** A frame that is complete in the buffer, or null. @returns {Frame | null} */
  take() {
    if (this.large !== null) {
      if (this.filled < this.large.length) return null;
      const frame = this.#frame(this.large, 0);
      this.large = null;
      return frame;
    }
    const have = this.end - this.start;
    if (have < PREFIX_SIZE) {
      if (this.start + PREFIX_SIZE > SIZE) this.#toFront(); // there has to be room for the rest of it
      return null;
    }
    const size = this.buffer.readUInt32LE(this.start);
    const kind = this.buffer[this.start + 14];
    if (kind === KINDS.RINGS && this.rings !== null && !this.reading) {
      this.reading = true;
      this.start = this.end = 0; // what is behind it has only rung
      return null;
    }
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
      const large = allocate(total);
      this.buffer.copy(large, 0, this.start, this.end);
      this.filled = have;
      this.large = large;
      this.start = this.end = 0;
    } else if (this.start + total > SIZE) {
      this.#toFront();
    }
    return null;
  }

  #toFront() {
    this.buffer.copy(this.buffer, 0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
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
      head: head > MAX_TEXT ? null : from.utf8Slice(at + PREFIX_SIZE, middle),
      body,
    };
  }

  /** Read once, into the right place; false when nothing is there (but for SLEEP, which waits). @param {number} mode */
  #fill(mode) {
    const { large } = this;
    const room = large !== null ? large.length - this.filled : SIZE - this.end;
    const count = this.reading ? this.#fromRing(mode, room) : this.#fromPipe(mode >= SLEEP ? this.readFd : this.spinFd, room);
    if (large !== null) this.filled += count;
    else this.end += count;
    return count > 0;
  }

  #fromRing(mode, room) {
    const { large } = this;
    const start = large !== null ? this.filled : this.end;
    const count = this.addon.take(this.rings, large ?? this.buffer, start, start + room, mode);
    if (count < 0) throw new Closed("end of file");
    return count;
  }

  #fromPipe(fd, room) {
    const { large } = this;
    try {
      const count = fs.readSync(fd, large ?? this.buffer, large !== null ? this.filled : this.end, room, null);
      if (count === 0) throw new Closed("end of file");
      return count;
    } catch (error) {
      if (error.code === "EAGAIN" || error.code === "EINTR") return 0;
      if (error.code !== undefined) throw new Closed(error.code);
      throw error;
    }
  }

  /**
   * The next frame if there is one; the rest of one that has begun to arrive is waited for.
   * @returns {Frame | null}
   */
  poll() {
    for (;;) {
      const frame = this.take();
      if (frame !== null) return frame;
      if (!this.#look()) {
        if (this.large === null && this.end === this.start) return null;
        this.#fill(SLEEP);
      }
    }
  }

  /** Read what is there. */
  #look() {
    if (this.reading) return this.#fill(LOOK);
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // an EAGAIN is no event worth a stack trace
    try {
      return this.#fill(LOOK);
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  /** The next frame: spins, then blocks. @returns {Frame} */
  wait() {
    for (;;) {
      const frame = this.take();
      if (frame !== null) return frame;
      if (this.reading) this.#fill(this.#turn() ? SLEEP : REST);
      else if (!this.spin()) this.#fill(SLEEP);
    }
  }

  /** Whether there is still a turn to be had. */
  #turn() {
    const had = this.turned;
    this.turned = false;
    return !had;
  }

  /** Spin for a while; true when bytes arrived. */
  spin() {
    if (this.reading) return this.#turn() && this.#fill(TURN);
    if (this.skip > 0) {
      this.skip -= 1;
      return false;
    }
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      const end = performance.now() + SPIN_MS;
      do {
        if (this.#fill(LOOK)) {
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
    const most = PREFIX_SIZE + head.length * 3 + (body > 0 ? 7 + body : 0);
    if (most <= SIZE && body <= SIZE / 4) {
      if (this.outEnd + most > SIZE) this.flush();
      this.#putSmall(kind, id, flags, head, body > 0 ? segments : undefined, body);
      return;
    }
    const unpadded = Buffer.byteLength(head) + PREFIX_SIZE;
    const text = Buffer.from(body > 0 && kind !== KINDS.OUTPUT ? head + " ".repeat((8 - (unpadded % 8)) % 8) : head, "utf8");
    const size = text.length + body;
    if (size > MAX_FRAME) throw new RangeError(`a frame of ${size} bytes is too large (the limit is ${MAX_FRAME} bytes)`);
    this.flush();
    const prefix = Buffer.allocUnsafe(PREFIX_SIZE);
    this.#prefix(prefix, 0, size, id, kind === KINDS.OUTPUT ? 0 : text.length, kind, flags);
    const parts = prefix.length + text.length < SIZE ? [Buffer.concat([prefix, text])] : [prefix, text];
    this.parts = segments !== undefined ? [...parts, ...segments] : parts;
    this.flush();
  }

  /** One that fits into the buffer. @param {Uint8Array[] | undefined} segments @param {number} body their bytes */
  #putSmall(kind, id, flags, head, segments, body) {
    const at = this.outEnd;
    let length = this.out.utf8Write(head, at + PREFIX_SIZE);
    if (segments !== undefined && kind !== KINDS.OUTPUT) for (; (PREFIX_SIZE + length) % 8 !== 0; length += 1) this.out[at + PREFIX_SIZE + length] = BLANK;
    let end = at + PREFIX_SIZE + length;
    if (segments !== undefined) {
      for (const part of segments) {
        this.out.set(part, end);
        end += part.byteLength;
      }
    }
    this.#prefix(this.out, at, length + body, id, kind === KINDS.OUTPUT ? 0 : length, kind, flags);
    this.outEnd = end;
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

  /** Write what was put, and have a turn for what Python makes of it, if that is one step. Every read looks at what has
   * come first, as after any other. */
  swap() {
    this.turned = false;
    if (this.reading && this.start === this.end && this.parts.length === 0 && this.large === null && this.outStart < this.outEnd) {
      const count = this.addon.swap(this.rings, this.out, this.outStart, this.outEnd, this.buffer, 0, SIZE);
      if (count === -1) throw new Closed("end of file");
      if (count !== -2) {
        this.start = 0;
        this.end = count;
        this.turned = count === 0;
        this.outStart = this.outEnd = 0;
        return;
      }
    }
    this.flush();
  }

  /** Write what was put. Where it cannot go on (no stack is left, a termination), the rest stays for the next time. */
  flush() {
    while (this.part < this.parts.length) {
      const part = this.parts[this.part];
      if (this.partStart < part.byteLength) this.partStart += this.#writeOnce(part, this.partStart, part.byteLength);
      if (this.partStart >= part.byteLength) {
        this.part += 1;
        this.partStart = 0;
      }
    }
    if (this.part > 0) {
      this.parts = [];
      this.part = 0;
    }
    while (this.outStart < this.outEnd) this.outStart += this.#writeOnce(this.out, this.outStart, this.outEnd);
    this.outStart = this.outEnd = 0;
  }

  /** @param {Uint8Array} data @returns {number} of bytes written */
  #writeOnce(data, start, end) {
    if (this.rings !== null) {
      const count = this.addon.give(this.rings, data, start, end);
      if (count < 0) throw new Closed("end of file");
      return count;
    }
    try {
      return fs.writeSync(this.writeFd, data, start, end - start);
    } catch (error) {
      if (error.code === "EAGAIN" || error.code === "EINTR") return 0;
      if (error.code !== undefined) throw new Closed(error.code);
      throw error;
    }
  }
}

function allocate(size) {
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch (error) {
    throw new Closed(`no memory for a frame of ${size} bytes (${error.message})`);
  }
}
