/**
 * Shared memory, by which a running loop is stopped: where the host does not send the headers for it, the service worker
 * beside the page adds them, from the next load on.
 *
 * In: nothing. Out: whether the page is about to load again.
 */
const TRIED = "polyrepl isolation";
/** Milliseconds: a browser may promise a service worker that never comes. */
const PATIENCE = 5000;

export async function isolate() {
  if (self.crossOriginIsolated) {
    sessionStorage.removeItem(TRIED);
    return false;
  }
  if (!self.isSecureContext || !("serviceWorker" in navigator) || sessionStorage.getItem(TRIED)) return false;
  try {
    sessionStorage.setItem(TRIED, "yes");
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
    await Promise.race([controlled(), late]);
  } catch {
    return false; // a browser that keeps none: all works but the stop of a loop
  }
  location.reload();
  return true;
}

/** Until the service worker answers for this page. */
async function controlled() {
  await navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return;
  await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}
