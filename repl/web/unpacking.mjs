/**
 * Fetches and unpacks what a start reads, in a worker of its own: it does so while the worker that starts has Python compiled.
 *
 * In: one message {port, ahead}: who asks, and the URL of what is going to be asked for. Over the port {url}, or {url: null} when that
 * was all. Out, over the port: {url, come}, how many bytes have come; then {url, data}, a Uint8Array, or {url, problem}, a text.
 */
import { fetched } from "./unpacker.mjs";
import { decompress } from "./vendor/fzstd.mjs";

addEventListener("message", ({ data: { port, ahead } }) => {
  const come = async (url) => {
    const pieces = await fetched(url, async ({ body }) => {
      const pieces = [];
      for (const reader = body.getReader(); ; ) {
        const { value } = await reader.read();
        if (value === undefined) return pieces;
        pieces.push(value);
        port.postMessage({ url, come: value.length });
      }
    });
    return decompress(new Uint8Array(await new Blob(pieces).arrayBuffer()));
  };
  const early = ahead === undefined ? undefined : come(ahead);
  early?.catch(() => {}); // it is told when it is asked for
  port.onmessage = async ({ data: { url } }) => {
    if (url === null) return close();
    try {
      const data = await (url === ahead ? early : come(url));
      port.postMessage({ url, data }, [data.buffer]);
    } catch (error) {
      port.postMessage({ url, problem: String(error?.message ?? error) });
    }
  };
});
