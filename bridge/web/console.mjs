/**
 * What JavaScript prints and what nobody caught, on its way to Python, where there is no Node.
 * In: calls of `console`, events of errors. Out: texts for the connection that the globals mean, notes of late errors.
 */
import { formNumber } from "../node/forms.mjs";
import { late } from "../node/late.mjs";
import { format } from "../node/platform.mjs";

const STDERR = { log: false, info: false, debug: false, warn: true, error: true, trace: true };

/** From now on `console` prints for a connection. @param {import("../node/local.mjs").Connection} connection */
export function print(connection) {
  for (const [name, stderr] of Object.entries(STDERR)) console[name] = (...args) => connection.output(`${format(...args)}\n`, stderr);
}

/**
 * A promise that Python holds is Python's to await: see ../node/output.mjs. What stands for the events is the page's or
 * the worker's.
 * @param {import("../node/local.mjs").Connection} connection @param {AbortSignal} signal ends it
 */
export function heedErrors(connection, signal) {
  const held = new Map();
  on("error", (event) => late(connection, event.error ?? new Error(event.message)));
  on("unhandledrejection", ({ reason, promise }) => {
    if (connection.marshal.exports.handles.has(promise)) held.set(promise, { error: reason, form: formNumber() });
    else late(connection, reason);
  });
  on("rejectionhandled", ({ promise }) => held.delete(promise));
  return {
    given: () => {},
    forgotten: (value) => {
      const rejection = held.get(value);
      if (rejection === undefined) return;
      held.delete(value);
      if (!connection.awaited.has(value)) late(connection, rejection.error, rejection.form);
    },
  };
  function on(name, heed) {
    const listener = (event) => {
      event.preventDefault();
      heed(event);
    };
    globalThis.addEventListener?.(name, listener, { signal });
  }
}
