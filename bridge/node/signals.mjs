/**
 * AbortSignals of what is under way.
 * In: a signal, the promise of what it may end. Out: one call of `abort`, with the reason, while that has not settled.
 */

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
