/**
 * A worker that has Python, the bridge and no more.
 * In: the messages of pages that want a conversation, from the start on. Out: those conversations; `{op: "lisp", code}`
 * runs JavaScript as the Lisp compiles it, `{op: "said", text}` goes back with what came of it or was printed.
 */
import { converse } from "./bridge/web/host.mjs";
import { openPage } from "./bridge/web/page.mjs";
import { loadPyodide } from "./pyodide/pyodide.mjs";

const words = new Int32Array(self.crossOriginIsolated ? new SharedArrayBuffer(64) : new ArrayBuffer(64));
const early = [];
self.onmessage = ({ data }) => early.push(data);

const say = (text) => self.postMessage({ op: "said", text });
const pyodide = await loadPyodide({ indexURL: new URL("pyodide/", self.location.href).href, stdout: say, stderr: say });
const archive = await (await fetch(new URL("polyrepl.zip", self.location.href))).arrayBuffer();
pyodide.unpackArchive(archive, "zip", { extractDir: "/lib/python3.14/site-packages" });
const host = converse(pyodide, { words });
self.host = host;
self.$py = host.$py;
self.words = words;
self.onmessage = ({ data }) => heed(data);
early.forEach(heed);

async function heed(message) {
  if (message.op === "page") openPage(pyodide, host, words, message);
  if (message.op !== "lisp") return;
  try {
    say(String(await (0, eval)(message.code)));
  } catch (error) {
    say(`${error.name}: ${error.message}`);
  }
}
