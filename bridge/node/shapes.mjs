/**
 * Which operands the requests of Python's have; the mirror of `shapes.py`.
 * In: a request's header. Out: whether it has the shape of its operation. Only asked about one that failed: that a
 * header makes no sense is then the reason, and not what the operation made of it.
 */
import { isA, ProtocolError } from "./errors.mjs";
import { isDeep, textOf } from "./limits.mjs";
import { OPS } from "./protocol.mjs";

const isNumber = (value) => Number.isSafeInteger(value);
const isNames = (value) => Array.isArray(value) && value.every((name) => typeof name === "string");
/** Kinds of operands by letter: handle, text, number, flag, names, where a function is from, a wire value. */
const KINDS_OF = {
  H: (value) => isNumber(value) && value > 0,
  S: (value) => typeof value === "string",
  I: isNumber,
  B: (value) => typeof value === "boolean",
  N: (value) => typeof value === "string" || (isNames(value) && value.length > 0),
  R: (value) => value === null || isNumber(value) || isNames(value),
  W: (value) => value !== undefined,
};
/** Operands by operation; behind `?` they may be missing, `*` stands for any number of wire values. */
const SHAPES = {
  ping: "?W", import: "W?B", eval: "W?B", exec: "W", getattr: "HN?S", setattr: "HSW?S", delattr: "HS?S", hasattr: "HS",
  call: "HR*", new: "H*", getitem: "HW", setitem: "HWW", delitem: "HW", len: "H", iter: "H?B", next: "HI", send: "HSW",
  contains: "HW", dir: "H", repr: "H?I", str: "H", display: "H", await: "H", run: "HR*", calls: "HW", operator: "S*", convert: "H",
  describe: "H", stats: "?B", hold: "",
};
const shapes = [];
for (const [name, shape] of Object.entries(SHAPES)) shapes[OPS[name]] = shape;

/** Whether a request makes sense. @param {any} message */
function wellFormed(message) {
  if (!Array.isArray(message) || !isNumber(message[1]) || !isNumber(message[2])) return false;
  const shape = Object.hasOwn(shapes, message[0]) ? shapes[message[0]] : undefined;
  if (shape === undefined) return false;
  let at = 3;
  let needed = true;
  for (const letter of shape) {
    if (letter === "*") return true;
    if (letter === "?") needed = false;
    else if (at < message.length || needed) {
      if (!KINDS_OF[letter](message[at])) return false;
      at += 1;
    }
  }
  return at >= message.length;
}

/** What a request failed of: that it made no sense, or what was thrown. @param {any} message @param {any} error */
export function fault(message, error) {
  if (!wellFormed(message)) return new ProtocolError(`malformed request (${textOf(message).slice(0, 60)})`);
  if (isA(error, RangeError) && isDeep(message)) return new ProtocolError("a request is nested too deeply");
  return error;
}
