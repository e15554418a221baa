/**
 * A page's conversation with this worker's Python: the worker's half of ../node/pyodide.mjs.
 * In: the message of a page that wants one. Out: its requests served, as asynchronous ones; its objects for the programs of
 * this worker, which stand still for them where page and worker share memory.
 */
import { Mailbox } from "../node/mailbox.mjs";
import { VERSION } from "../node/protocol.mjs";
import { isAsked } from "./words.mjs";

const ALONE =
  "the page's objects answer at once only where page and worker share memory: serve it with the headers " +
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/**
 * @param {any} pyodide @param {{bridge: any, attention: any}} host the worker's own conversation (host.mjs) @param {Int32Array} words shared with
 *   who interrupts @param {{port: MessagePort, mailbox?: SharedArrayBuffer, window: string | null, version: number}} message
 */
export function openPage(pyodide, host, words, { port, mailbox: memory, window, version }) {
  if (version !== VERSION) {
    port.postMessage({ kind: "end", reason: `the worker speaks version ${VERSION} of the bridge, the page ${version}` });
    port.close();
    return;
  }
  const mailbox = memory === undefined ? null : new Mailbox(memory);
  const say = (kind) => (id, flags, head, body) => port.postMessage({ kind, id, flags, head, body });
  const wait = say("wait");
  const stopped = () => {
    if (!isAsked(words)) return false;
    host.attention.seen(); // Python raises for it, once
    return true;
  };
  const asked = {
    request: (id, head, body) => {
      if (mailbox === null) return `!${JSON.stringify(["Error", ALONE, "", null, "protocol"])}`;
      wait(id, 0, head, body);
      return mailbox.wait(id, stopped);
    },
    post: say("ask"),
    note: (head) => say("note")(0, 0, head),
    settle: (id, answer, body) => say("answer")(id, 0, answer, body),
    stop: () => false, // a page's code runs for no form
  };
  const python = pyodide.pyimport("polyrepl.bridge.page");
  const bridge = python.meet(host.bridge, asked, window ?? undefined);
  const line = bridge.connection;
  port.onmessage = ({ data: { kind, id, flags, head, body } }) => {
    switch (kind) {
      case "ask":
        return line.serve_async(id, flags, head, body);
      case "answer":
        return line.settled(id, head, body);
      case "note":
        return line.noted(head);
      case "end":
        port.close();
        python.part(host.bridge, bridge);
        for (const proxy of [line, bridge, python]) proxy.destroy();
    }
  };
  say("ready")();
}
