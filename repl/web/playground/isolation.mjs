/**
 * Shared memory, by which a running loop is stopped: where the host does not send the headers for it, the service worker
 * beside the page adds them, from the next load on.
 *
 * In: nothing. Out: whether the page is about to load again.
 */
const TRIED = "polyrepl isolation";

export async function isolate() {
  if (self.crossOriginIsolated) {
    sessionStorage.removeItem(TRIED);
    return false;
  }
  if (!self.isSecureContext || !("serviceWorker" in navigator) || sessionStorage.getItem(TRIED)) return false;
  try {
    sessionStorage.setItem(TRIED, "yes");
    await navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    }
  } catch {
    return false; // a browser that keeps none: all works but the stop of a loop
  }
  location.reload();
  return true;
}
