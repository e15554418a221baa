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

/** Function -> { chain, picture }: what was found of it, and in which picture. */
const looked = new WeakMap();
let pictures = 0;

/**
 * For each function the identities of its scopes, the innermost first, from a picture of the heap; null where the heap is
 * too large for one. Scopes stay what they are, so functions that were in one picture are not looked for again.
 */
export function contexts(functions) {
  const before = functions.map((fn) => looked.get(fn));
  if (before.every((found) => found !== undefined && found.picture === before[0].picture)) return before.map(({ chain }) => chain);
  const chains = pictured(functions);
  pictures++;
  chains?.forEach((chain, at) => looked.set(functions[at], { chain, picture: pictures }));
  return chains;
}

function pictured(functions) {
  if (v8.getHeapStatistics().used_heap_size > MOST) return null;
  class Polyrepl$Probe {
    constructor() {
      functions.forEach((fn, at) => (this[`polyrepl$${at}`] = fn));
    }
  }
  const probe = new Polyrepl$Probe();
  const stream = v8.getHeapSnapshot();
  const chunks = [];
  for (let chunk; (chunk = stream.read()) !== null; ) chunks.push(chunk);
  const { snapshot, nodes, edges, strings } = JSON.parse(Buffer.concat(chunks).toString());
  const { meta } = snapshot;
  const [nodeSize, edgeSize] = [meta.node_fields.length, meta.edge_fields.length];
  const [nameAt, countAt] = ["name", "edge_count"].map((name) => meta.node_fields.indexOf(name));
  const [typeAt, keyAt, toAt] = ["type", "name_or_index", "to_node"].map((name) => meta.edge_fields.indexOf(name));
  const named = meta.edge_types[0].map((type) => type !== "element" && type !== "hidden");
  const firsts = new Float64Array(nodes.length / nodeSize);
  const mark = strings.indexOf("polyrepl$0");
  const edgeTo = (node, key) => {
    for (let at = firsts[node / nodeSize], end = at + nodes[node + countAt]; at < end; at++) {
      if (edges[at * edgeSize + keyAt] === key && named[edges[at * edgeSize + typeAt]]) return edges[at * edgeSize + toAt];
    }
    return undefined;
  };
  const probes = [];
  const probeName = strings.indexOf("Polyrepl$Probe");
  for (let node = 0, edge = 0; node < nodes.length; node += nodeSize) {
    firsts[node / nodeSize] = edge;
    edge += nodes[node + countAt];
    if (nodes[node + nameAt] === probeName) probes.push(node);
  }
  const own = probes.find((node) => edgeTo(node, mark) !== undefined);
  const [context, previous] = [strings.indexOf("context"), strings.indexOf("previous")];
  void probe;
  return functions.map((_, at) => {
    const found = [];
    const fn = own === undefined ? undefined : edgeTo(own, strings.indexOf(`polyrepl$${at}`));
    for (let scope = fn === undefined ? undefined : edgeTo(fn, context); scope !== undefined; scope = edgeTo(scope, previous)) found.push(scope);
    return found;
  });
}
