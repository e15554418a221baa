/**
 * The values that a closure has captured, and where it was written, read from V8 when they are wanted.
 *
 * In: a function. Out: { scopes: objects of its captured variables, the innermost first, script, line, column }; by
 * `contexts`, which of several functions share a scope. V8's inspector is asked in this thread, without a port; nothing is
 * paid when a closure is made.
 */
import inspector from "node:inspector";
import v8 from "node:v8";

const SLOT = Symbol.for("polyrepl.looked-at");
const EVALUATED = `globalThis[Symbol.for("polyrepl.looked-at")]`;

let session = null;
const urls = new Map();

function post(method, params) {
  if (session === null) {
    session = new inspector.Session();
    session.connect();
  }
  let failure, result;
  session.post(method, params, (error, value) => ((failure = error), (result = value)));
  if (failure) throw new Error(`V8's inspector: ${failure.message}`);
  return result;
}

/** The file name that a script was compiled with. */
function urlOf(script) {
  if (!urls.has(script)) {
    const heard = ({ params }) => urls.set(params.scriptId, params.url);
    session.on("Debugger.scriptParsed", heard);
    post("Debugger.enable"); // tells of all scripts
    post("Debugger.disable");
    session.off("Debugger.scriptParsed", heard);
  }
  return urls.get(script) ?? "";
}

/** See above. */
export function closure(fn) {
  globalThis[SLOT] = fn;
  try {
    const { objectId } = post("Runtime.evaluate", { expression: EVALUATED, silent: true }).result;
    const { internalProperties = [] } = post("Runtime.getProperties", { objectId, ownProperties: true });
    const found = (name) => internalProperties.find((one) => one.name === name)?.value;
    const list = found("[[Scopes]]");
    let scopes = [];
    if (list !== undefined) {
      post("Runtime.callFunctionOn", { functionDeclaration: `function () { ${EVALUATED} = this; }`, objectId: list.objectId, silent: true });
      scopes = Array.from(globalThis[SLOT]).filter(({ description }) => description !== "Global").map(({ object }) => object);
      post("Runtime.releaseObject", { objectId: list.objectId });
    }
    post("Runtime.releaseObject", { objectId });
    const { scriptId, lineNumber, columnNumber } = found("[[FunctionLocation]]")?.value ?? {};
    return { scopes, url: scriptId === undefined ? "" : urlOf(scriptId), line: lineNumber ?? 0, column: columnNumber ?? 0 };
  } finally {
    delete globalThis[SLOT];
  }
}

/** Bytes of a heap in which shared scopes are still looked for: a picture of it takes several times as much. */
const MOST = 300e6;

/** The scopes of functions, by the numbers that V8 gives to the objects of a heap: those stay, also in later pictures. */
const looked = new WeakMap(); // function -> its scopes, the innermost first
let picture = null; // { context: function -> its scope, previous: scope -> the next one } of all functions there were
const KEPT = 10_000; // ms that a picture is kept for functions which are asked for next

/**
 * For each function the identities of its scopes, the innermost first, from a picture of the heap; null where the heap is
 * too large for one. Scopes stay what they are, so functions that were in a picture are not looked for again.
 */
export function contexts(functions) {
  for (const again of [false, true]) {
    const missing = functions.filter((fn) => !looked.has(fn));
    if (missing.length === 0) break;
    if (again && !take()) return null;
    for (const fn of missing) {
      const number = numberOf(fn);
      if (picture?.context.has(number)) looked.set(fn, chainOf(number));
    }
  }
  return functions.map((fn) => looked.get(fn) ?? []);
}

function chainOf(number) {
  const found = [];
  for (let scope = picture.context.get(number); scope !== undefined; scope = picture.previous.get(scope)) found.push(scope);
  return found;
}

function numberOf(fn) {
  globalThis[SLOT] = fn;
  try {
    const { objectId } = post("Runtime.evaluate", { expression: EVALUATED, silent: true }).result;
    const { heapSnapshotObjectId } = post("HeapProfiler.getHeapObjectId", { objectId });
    post("Runtime.releaseObject", { objectId });
    return Number(heapSnapshotObjectId);
  } finally {
    delete globalThis[SLOT];
  }
}

/** A new picture; whether the heap is small enough for one. */
function take() {
  if (v8.getHeapStatistics().used_heap_size > MOST) return false;
  const stream = v8.getHeapSnapshot();
  const chunks = [];
  for (let chunk; (chunk = stream.read()) !== null; ) chunks.push(chunk);
  const { snapshot, nodes, edges, strings } = JSON.parse(Buffer.concat(chunks).toString());
  const { meta } = snapshot;
  const [nodeSize, edgeSize] = [meta.node_fields.length, meta.edge_fields.length];
  const [typeOf, idAt, countAt] = ["type", "id", "edge_count"].map((name) => meta.node_fields.indexOf(name));
  const [typeAt, keyAt, toAt] = ["type", "name_or_index", "to_node"].map((name) => meta.edge_fields.indexOf(name));
  const named = meta.edge_types[0].map((type) => type !== "element" && type !== "hidden");
  const closureType = meta.node_types[0].indexOf("closure");
  const [context, previous] = [strings.indexOf("context"), strings.indexOf("previous")];
  const made = { context: new Map(), previous: new Map() };
  for (let node = 0, edge = 0; node < nodes.length; node += nodeSize) {
    const isFunction = nodes[node + typeOf] === closureType;
    for (const end = edge + nodes[node + countAt]; edge < end; edge++) {
      const key = edges[edge * edgeSize + keyAt];
      if (key !== (isFunction ? context : previous) || !named[edges[edge * edgeSize + typeAt]]) continue;
      (isFunction ? made.context : made.previous).set(nodes[node + idAt], nodes[edges[edge * edgeSize + toAt] + idAt]);
    }
  }
  picture = made;
  setTimeout(() => {
    if (picture === made) picture = null;
  }, KEPT).unref();
  return true;
}
