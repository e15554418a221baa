/**
 * Bytes and typed arrays that arrive, and the checks of what arrives at all.
 * In: wire forms, the body of their frame, the shared memory. Out: typed arrays over what they came in, where it is large.
 */
import { ProtocolError } from "./errors.mjs";

const LARGE = 1 << 16;
const MOST_EMPTY_ROWS = 1 << 20;
const ARRAYS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, i8: BigInt64Array,
  u8: BigUint64Array, f2: globalThis.Float16Array, f4: Float32Array, f8: Float64Array,
};

/** @param {any} value */
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** @param {boolean} good @param {any} wire */
export function check(good, wire) {
  if (!good) throw new ProtocolError(`malformed value ${excerpt(wire)}`);
}

/** The beginning of a wire form, for a message. */
export function excerpt(wire) {
  try {
    return JSON.stringify(Array.isArray(wire) ? wire.slice(0, 8) : wire).slice(0, 60);
  } catch {
    return "of a kind that cannot be shown"; // nested too deeply
  }
}

/** Binary data of a frame, as a view. */
function part(wire, start, size, body) {
  check(isCount(start) && isCount(size) && start + size <= body.byteLength, wire);
  return body.subarray(start, start + size);
}

/** Bytes. @param {any[]} wire @param {Buffer} body @param {import("./plane.mjs").Plane} plane */
export function bytes(wire, body, plane) {
  if (Array.isArray(wire[1])) return plane.typed([wire[0], "u1", wire[1], wire[2]], Uint8Array);
  const data = part(wire, wire[1], wire[2], body);
  return data.byteLength >= LARGE ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** A typed array. @param {any[]} wire @param {Buffer} body @param {import("./plane.mjs").Plane} plane */
export function typed(wire, body, plane) {
  if (Array.isArray(wire[2])) return plane.typed(wire, Object.hasOwn(ARRAYS, wire[1]) ? ARRAYS[wire[1]] : undefined);
  const bytes = part(wire, wire[2], wire[3], body);
  const kind = Object.hasOwn(ARRAYS, wire[1]) ? ARRAYS[wire[1]] : undefined;
  check(kind !== undefined && bytes.byteLength % kind.BYTES_PER_ELEMENT === 0, wire);
  // A large frame owns its memory, so the array lies right in it.
  const at = bytes.byteOffset;
  if (wire[3] >= LARGE && at % 8 === 0) return new kind(bytes.buffer, at, wire[3] / kind.BYTES_PER_ELEMENT);
  return new kind(bytes.buffer.slice(at, at + wire[3]));
}

/** Arrays of arrays of rows, all over one buffer. @param {any[]} wire @param {Buffer} body @param {import("./plane.mjs").Plane} plane */
export function rows(wire, body, plane) {
  const flat = typed(wire.slice(0, 4), body, plane);
  const shape = wire.slice(4);
  check(shape.length > 0 && shape.every(isCount), wire);
  // Rows without items have no data that would bound their number.
  check(shape.slice(0, -1).reduce((product, length) => product * length, 1) <= Math.max(flat.length, MOST_EMPTY_ROWS), wire);
  check(shape.reduce((product, length) => product * length, 1) === flat.length, wire);
  return grid(flat, shape, 0);
}

function grid(flat, shape, start) {
  if (shape.length === 1) return flat.subarray(start, start + shape[0]);
  const rest = shape.slice(1);
  const step = rest.reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0] }, (_, index) => grid(flat, rest, start + index * step));
}
