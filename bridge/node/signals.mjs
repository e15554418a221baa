/**
 * AbortSignals of what is under way.
 * In: the options of a call; a signal, the promise of what it may end. Out: their signal; one call of `abort`, with the
 * reason, while that has not settled.
 */

/** @param {any} options of a call @returns {AbortSignal | undefined} @throws {TypeError} for what are no such options */
export function signalOf(options) {
  if (options === undefined || options === null) return undefined;
  const names = typeof options === "object" && !Array.isArray(options) ? Object.keys(options) : undefined;
  if (names === undefined || names.some((name) => name !== "signal")) {
    const given = names !== undefined ? `{ ${names.join(", ")} }` : Array.isArray(options) ? "an array" : `a ${typeof options}`;
    throw new TypeError(`the options of a call are { signal }, not ${given}`);
  }
  const { signal } = options;
  if (signal === undefined || signal === null) return undefined;
  if (typeof signal.addEventListener === "function") return signal;
  throw new TypeError(`the option \`signal\` of a call is an AbortSignal, not a ${typeof signal}`);
}

/** @param {AbortSignal | undefined} signal @param {Promise<any>} promise @param {(reason: any) => void} abort */
export function onAbort(signal, promise, abort) {
  if (signal === undefined) return;
  const fired = () => abort(signal.reason);
  if (signal.aborted) {
    fired();
    return;
  }
  signal.addEventListener("abort", fired, { once: true });
  const off = () => signal.removeEventListener("abort", fired);
  promise.then(off, off);
}
