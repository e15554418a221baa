/**
 * How much fits: text into a frame, calls onto the stack, levels into a value.
 * In: headers, numbers of frames, data. Out: text, or a RangeError that says which limit there is, before anything has
 * been half done.
 */
import { isA } from "./errors.mjs";
import { MAX_TEXT } from "./protocol.mjs";

const DEEP = 500;
/** Frames of the stack that the bridge needs to finish what it has begun. */
export const ROOM = 60;

/** Text of a header. @throws {RangeError} where it is longer than a string may be, or nested too deeply */
export function textOf(header) {
  try {
    return JSON.stringify(header);
  } catch (error) {
    if (isA(error, RangeError) && String(error.message).includes("string length")) {
      throw new RangeError(`a frame's text is too large (the limit is ${MAX_TEXT} characters): pass it in parts, or as bytes`);
    }
    throw error;
  }
}

/** Throws RangeError where the stack has no room for so many frames. */
export function room(frames) {
  if (frames > 0) room(frames - 1);
}

/** Whether data is nested so deeply that this may be what a stack was too small for. */
export function isDeep(data) {
  let row = [data];
  for (let levels = 0; row.length > 0; levels++) {
    if (levels > DEEP) return true;
    row = row.flatMap((item) => (Array.isArray(item) ? item.filter((inner) => typeof inner === "object") : []));
  }
  return false;
}
