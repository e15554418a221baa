/**
 * Everything JavaScript prints, on its way to Python.
 * In: process.stdout / process.stderr writes (console uses them), late errors. Out: output frames in order, tagged with
 * the form that caused them. Descriptors 1 and 2 themselves are Python's raw pipes, for child processes.
 */
import { formNumber } from "./forms.mjs";
import { late } from "./late.mjs";

/** @param {import("./connection.mjs").Connection} connection */
export function takeOver(connection) {
  const make = (stderr) =>
    function write(chunk, encoding, callback) {
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof chunk === "string") connection.outbox.output(chunk, stderr);
      else connection.outbox.output(decode(chunk), stderr);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    };
  process.stdout.write = make(false);
  process.stderr.write = make(true);

  process.on("uncaughtException", ours((error, origin) => {
    if (origin === LISTENER || !isHeard("uncaughtException")) late(connection, error);
    if (origin === LISTENER) connection.outbox.flush(); // a program ends by it
  }));
  survive();
}

/** The origin of what a listener of `uncaughtException` has thrown itself. Only listeners of ours hear of that. */
const LISTENER = "polyrepl.listener";

/** Node would end then, with a stack of the bridge's. */
function survive() {
  const { emit } = process;
  const value = function (event, ...args) {
    if (event !== "uncaughtException") return Reflect.apply(emit, this, [event, ...args]);
    try {
      return Reflect.apply(emit, this, [event, ...args]);
    } catch (error) {
      for (const listener of process.listeners(event)) if (listener[OURS]) listener(error, LISTENER);
      return true;
    }
  };
  Object.defineProperty(process, "emit", { value, writable: true, configurable: true });
}

const OURS = Symbol.for("polyrepl.ours");

/** A listener of ours: one of the program's own hears of an event in its place, as it does of what Node would do. */
function ours(listener) {
  return Object.defineProperty(listener, OURS, { value: true });
}

const isHeard = (event) => process.listeners(event).some((listener) => listener[OURS] === undefined);

/**
 * A promise that Python holds is Python's to await, which comes with the next request at the earliest. It is told of when
 * Python forgets it without that.
 * @param {import("./connection.mjs").Connection} connection
 */
export function heedRejections(connection) {
  const held = new Map();
  process.on("unhandledRejection", ours((error, promise) => {
    if (isHeard("unhandledRejection")) return;
    if (connection.marshal.exports.handles.has(promise)) held.set(promise, { error, form: formNumber() });
    else if (isHeard("uncaughtException")) process.emit("uncaughtException", error, "unhandledRejection");
    else late(connection, error);
  }));
  process.on("rejectionHandled", (promise) => held.delete(promise));
  return {
    given: () => {},
    forgotten: (value) => {
      const rejection = held.get(value);
      if (rejection === undefined) return;
      held.delete(value);
      if (!connection.awaited.has(value)) late(connection, rejection.error, rejection.form);
    },
  };
}

/** Bytes that are no UTF-8 survive as \xNN. */
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("latin1").replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
  }
}
