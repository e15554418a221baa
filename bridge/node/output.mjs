/**
 * Everything JavaScript prints, on its way to Python.
 * In: process.stdout / process.stderr writes (console uses them), late errors. Out: output frames in order, tagged with
 * the form that caused them. Descriptors 1 and 2 themselves are Python's raw pipes, for child processes.
 */
import { inspect } from "node:util";
import { INTERRUPT } from "./errors.mjs";
import { formNumber } from "./connection.mjs";
import { NOTES } from "./protocol.mjs";

/** @param {import("./connection.mjs").Connection} connection */
export function takeOver(connection) {
  const make = (stderr) =>
    function write(chunk, encoding, callback) {
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof chunk === "string") connection.output(chunk, stderr);
      else connection.output(decode(chunk), stderr);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    };
  process.stdout.write = make(false);
  process.stderr.write = make(true);

  const late = (error, form = formNumber()) => {
    if (error?.[INTERRUPT]) return;
    let parts;
    try {
      const thrown = error instanceof Error;
      parts = [thrown ? String(error.name) : "", thrown ? String(error.message) : inspect(error), String(thrown ? error.stack : "")];
    } catch {
      parts = ["", "an exception that cannot be shown", ""];
    }
    connection.note(NOTES.late, form, ...parts.map((part) => part.toWellFormed()));
  };
  process.on("uncaughtException", (error) => late(error));
  // A promise that Python holds is Python's to await, which comes with the next request at the earliest. It is told of
  // when Python forgets it without that.
  const held = new Map();
  const { exports } = connection.marshal;
  process.on("unhandledRejection", (error, promise) => {
    if (exports.handles.has(promise)) held.set(promise, { error, form: formNumber() });
    else late(error);
  });
  process.on("rejectionHandled", (promise) => held.delete(promise));
  exports.forgotten = (value) => {
    const rejection = held.get(value);
    if (rejection === undefined) return;
    held.delete(value);
    if (!connection.awaited.has(value)) late(rejection.error, rejection.form);
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
