/**
 * What JavaScript knows of a value by its name: what it is, its call shape, documentation, source, place.
 *
 * In: a global's name and a path of properties. Out: plain data, or the Python object that the path leads to. Nothing of
 * the user's runs for it: properties are read from their descriptors.
 */
import inspector from "node:inspector";
import { fileURLToPath } from "node:url";
import util from "node:util";
import { className, isKeyword, prettyStr } from "../../lisp/runtime/index.mjs";
import { follow, isProxy, parameters, signature } from "../../repl/node/describe.mjs";

const ASKED = Symbol.for("polyrepl.asked");
const SMALL = { maxItems: 10, maxDepth: 3, maxString: 200, maxTotal: 60 };
const LONGEST_SOURCE = 20_000;

/**
 * What `root.path..` is: {python, rest}, {kind, shape?, text?, doc?, source?, where?}, or null for what there is not.
 * @param {string} root
 * @param {string[]} path
 */
export function describe(root, path) {
  const at = follow(root, path);
  if (at === null || "python" in at) return at;
  const { value } = at;
  if (typeof value !== "function" || isKeyword(value)) return { kind: kindOf(value), text: prettyStr(value, SMALL) };
  const source = Function.prototype.toString.call(value);
  const native = source.endsWith("{ [native code] }");
  const shape = signature(value);
  return {
    kind: shape === "class" ? "JavaScript class" : "JavaScript function",
    shape: shape === "class" ? constructorShape(value) : shape,
    source: native ? "" : source.slice(0, LONGEST_SOURCE),
    ...(native ? {} : place(value)),
  };
}

/** What `new` takes of a class: as its constructor says, its own or the one that it inherits. */
function constructorShape(made) {
  for (let at = made; typeof at === "function" && !util.types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const source = Function.prototype.toString.call(at);
    if (!source.startsWith("class")) return at === Function.prototype ? "()" : signature(at);
    const start = /^\s*constructor\s*\(|[{};]\s*constructor\s*\(/m.exec(source);
    if (start !== null) return parameters(source, start.index);
  }
  return "()";
}

function kindOf(value) {
  if (value === null) return "nil";
  if (isKeyword(value)) return "keyword";
  if (typeof value !== "object") return typeof value;
  if (isProxy(value)) return "Proxy";
  return Array.isArray(value) ? "Array" : (className(value) ?? "object");
}

/** Script id -> {url, text}. Asking V8 for one lists all of them, which takes 15 ms; so answers are kept. */
const scripts = new Map();

/** Where a function is written, and the comment before it. */
function place(f) {
  const session = new inspector.Session();
  session.connect();
  const post = (method, parameters) => {
    let answer = null;
    session.post(method, parameters, (error, result) => (answer = error ? null : result)); // on one thread: at once
    return answer;
  };
  try {
    globalThis[ASKED] = f;
    const found = post("Runtime.evaluate", { expression: `globalThis[Symbol.for("${ASKED.description}")]` });
    const inner = post("Runtime.getProperties", { objectId: found?.result?.objectId ?? "", ownProperties: true });
    const at = inner?.internalProperties?.find((entry) => entry.name === "[[FunctionLocation]]")?.value?.value;
    if (at === undefined) return {};
    const script = scripts.get(at.scriptId) ?? listed(session, post, at.scriptId);
    if (script === undefined || script.url === "") return {}; // of an `eval`, which has no place
    const name = script.url.startsWith("file:") ? fileURLToPath(script.url) : script.url;
    return { where: `${name}:${at.lineNumber + 1}`, doc: comment(script.text, at.lineNumber) };
  } finally {
    delete globalThis[ASKED];
    session.disconnect();
  }
}

function listed(session, post, id) {
  session.on("Debugger.scriptParsed", ({ params }) => {
    if (params.scriptId === id) scripts.set(id, { url: params.url, text: "" });
  });
  post("Debugger.enable");
  const script = scripts.get(id);
  if (script !== undefined) script.text = post("Debugger.getScriptSource", { scriptId: id })?.scriptSource ?? "";
  post("Debugger.disable");
  return script;
}

/** The text of the JSDoc comment that ends right above a line. */
function comment(text, line) {
  const before = text.split("\n", line).join("\n").trimEnd();
  const start = before.endsWith("*/") ? before.lastIndexOf("/**") : -1;
  if (start < 0) return "";
  const lines = before.slice(start + 3, -2).split("\n");
  return lines.map((each) => each.trim().replace(/^\*\s?/, "")).join("\n").trim();
}
