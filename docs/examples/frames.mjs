/**
 * A film of an array: each frame is read where the array lies, and becomes a frame of an animated PNG.
 * In: a typed array that something else writes, its shape. Out: bytes of image/png.
 */
import { crc32, deflateSync } from "node:zlib";

const SCALE = 2; // pixels for each number
const DELAY = 40; // milliseconds

/** Red where the number is above 0, blue where it is below. */
function colour(value) {
  const part = Math.max(-1, Math.min(1, value));
  const pale = Math.round(255 * (1 - Math.abs(part)));
  return part > 0 ? [255, pale, pale] : [pale, pale, 255];
}

const number = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255));

function chunk(name, ...parts) {
  const data = Buffer.concat([Buffer.from(name), ...parts]);
  return Buffer.concat([number(data.length - 4), data, number(crc32(data))]);
}

export class Film {
  #field;
  #width;
  #height;
  #frames = [];

  /** @param {Float64Array} field the numbers, row by row; it may change between two frames @param {number[]} shape */
  constructor(field, [height, width]) {
    this.#field = field;
    this.#width = width;
    this.#height = height;
  }

  /** Take what the array holds now as the next frame. */
  take() {
    const width = this.#width * SCALE;
    const pixels = Buffer.alloc((width * 3 + 1) * this.#height * SCALE);
    let at = 0;
    for (let y = 0; y < this.#height * SCALE; y++) {
      pixels[at++] = 0; // a row that is kept as it is
      const row = Math.floor(y / SCALE) * this.#width;
      for (let x = 0; x < width; x++) for (const part of colour(this.#field[row + Math.floor(x / SCALE)])) pixels[at++] = part;
    }
    this.#frames.push(deflateSync(pixels));
  }

  get length() {
    return this.#frames.length;
  }

  /** The film. */
  picture() {
    const size = [number(this.#width * SCALE), number(this.#height * SCALE)];
    const parts = [chunk("IHDR", ...size, Buffer.from([8, 2, 0, 0, 0])), chunk("acTL", number(this.length), number(0))];
    let step = 0;
    this.#frames.forEach((data, at) => {
      const delay = Buffer.from([0, DELAY, 1000 >> 8, 1000 & 255]);
      parts.push(chunk("fcTL", number(step++), ...size, number(0), number(0), delay, Buffer.from([0, 0])));
      parts.push(at === 0 ? chunk("IDAT", data) : chunk("fdAT", number(step++), data));
    });
    return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts, chunk("IEND")]);
  }
}
