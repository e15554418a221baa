/**
 * JavaScript's part of the memory that both languages have; the mirror of `sharing.py`.
 * In: Python's note of where it is, places in it that arrive, bytes that leave. Out: typed arrays over its blocks, and
 * blocks with copies. `native/plane.c` maps it, loaded when the note comes.
 */
import { check, isCount } from "./arrays.mjs";
import { loadAddon } from "./platform.mjs";

/** From this size on, in bytes, data are copied into a block. Below, a frame is as fast. */
const LARGE = 1 << 16;
/** A sweep costs milliseconds, whatever dies: what a block pins counts for so much less than what a proxy does. */
const SHARE = 4;
/** In place of a buffer's own: who had moved its memory elsewhere would have what is used again when the buffer is gone. */
const refused = { value: refuse, configurable: true };
const STAYS = { transfer: refused, transferToFixedLength: refused };

function refuse() {
  throw new TypeError("this memory is Python's too and cannot be transferred: copy it with slice()");
}

/** A block that Python holds. */
class Piece {
  #offset;
  constructor(offset) {
    this.#offset = offset;
  }

  get offset() {
    return this.#offset;
  }

  /** Whether a value is one; no trap of a Proxy runs for it. */
  static is(value) {
    return typeof value === "object" && value !== null && #offset in value;
  }
}

export class Plane {
  #addon = null;
  #arena = null;
  #imports;
  /** ArrayBuffers over Python's blocks: their handles, and the whole array that was made of each last. @type {WeakMap<ArrayBuffer, {handle: number, whole: any}>} */
  #known = new WeakMap();

  /** @param {import("./handles.mjs").Imports} imports */
  constructor(imports) {
    this.#imports = imports;
  }

  /** Map it. @returns {string | null} why that could not be */
  attach(library, file, size, start, end) {
    try {
      const addon = loadAddon(library);
      const arena = addon.attach(file, size, start, end);
      addon.view(arena, start, 8);
      this.#addon = addon;
      this.#arena = arena;
      return null;
    } catch (error) {
      return `Node: ${error.message}`;
    }
  }

  /** A typed array in a block of Python's. @param {any[]} wire @param {any} kind its constructor, if there is one */
  typed(wire, kind) {
    const [, format, where, length, ...shape] = wire;
    check(kind !== undefined && this.#arena !== null && where.length === 4 && where.every(isCount) && isCount(length), wire);
    const [handle, start, size, at] = where;
    check(at + length <= size && at % kind.BYTES_PER_ELEMENT === 0 && length % kind.BYTES_PER_ELEMENT === 0, wire);
    let buffer = this.#imports.find(handle);
    if (buffer === undefined) {
      buffer = Object.defineProperties(this.#addon.view(this.#arena, start, size), STAYS);
      this.#imports.adopt(handle, buffer, size / SHARE);
      this.#known.set(buffer, { handle, whole: null });
    }
    where[0] = 0; // it has been taken
    const known = this.#known.get(buffer);
    check(known !== undefined && buffer.byteLength === size, wire);
    const key = `${format} ${at} ${length} ${shape}`;
    if (shape.length > 0 && known.whole?.key === key) return known.whole.array;
    const array = new kind(buffer, at, length / kind.BYTES_PER_ELEMENT);
    if (shape.length > 0) {
      if (shape[0] === null) shape.pop(); // of an array without dimensions
      Object.defineProperty(array, "shape", { value: Object.freeze(shape), configurable: true });
      known.whole = { key, array };
    }
    return array;
  }

  /** The handle of the block that a buffer is of; undefined for any other. @param {ArrayBufferLike} buffer */
  homeOf(buffer) {
    return this.#arena === null ? undefined : this.#known.get(/** @type {ArrayBuffer} */ (buffer))?.handle;
  }

  /** A new block with a copy of bytes; null where they go in the frame. @param {Uint8Array} bytes @returns {Piece | null} */
  copy(bytes) {
    if (this.#arena === null || bytes.byteLength < LARGE) return null;
    const offset = this.#addon.put(this.#arena, bytes);
    return offset < 0 ? null : new Piece(offset);
  }

  /** Python has forgotten a value. */
  forgotten(value) {
    if (Piece.is(value)) this.#addon.free(this.#arena, value.offset);
  }
}
