/**
 * A Session in a worker: `new Worker(".../repl/web/worker.mjs", { type: "module" })`.
 * In, out: the messages of serving.mjs.
 */
import { Serving } from "./serving.mjs";

const serving = new Serving((message) => postMessage(message));
addEventListener("message", ({ data }) => serving.handle(data));
