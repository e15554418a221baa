/**
 * What only the terminal asks of Node: attributes for completion, long values page by page, pending work,
 * JavaScript typed at a `,js` prompt.
 *
 * In: names, paths, options from Python. Out: plain data. No getter, no call and no trap of the user's runs
 * for completion: properties are read from their descriptors.
 */
import inspector from "node:inspector";
import util from "node:util";
import vm from "node:vm";
import { records } from "../../bridge/node/proxy.mjs";
import * as runtime from "../../lisp/runtime/index.mjs";

const MOST = 1000;

// ------------------------------------------------------------------------------------------ completion

/** Getters of the global object that only hand out one of Node's own objects. */
const SAFE_GLOBALS = new Set(["process", "crypto", "navigator", "performance", "localStorage", "Buffer", "global"]);
/** Told by the bridge's own records: to ask the value would run the traps of a Proxy of the user's. */
export const isPython = (x) => records.has(x);

export function globalValue(name) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (own !== undefined) {
    if (own.get === undefined) return own.value;
    return SAFE_GLOBALS.has(name) && name !== "localStorage" ? globalThis[name] : undefined;
  }
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return undefined;
  try {
    // `let` and `class` of a script are no properties of the global object.
    return vm.runInThisContext(name);
  } catch {
    return undefined;
  }
}

/** The value of a property without running a getter; undefined where there is none. */
export function dataProperty(x, name) {
  for (let at = Object(x); at !== null; at = Object.getPrototypeOf(at)) {
    if (util.types.isProxy(at)) return undefined;
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own !== undefined) return own.value;
  }
  return undefined;
}

/**
 * Follow `path` from the global `root`. Answers {python, rest} when it meets a Python object, {found: [[name, kind,
 * meta]..]} with the attributes that begin with `prefix`, or null.
 */
export function attributes(root, path, prefix) {
  let value = globalValue(root);
  for (let i = 0; i <= path.length; i++) {
    if (value === undefined || value === null) return null;
    if (isPython(value)) return { python: value, rest: path.slice(i) };
    if (i < path.length) value = dataProperty(value, path[i]);
  }
  return { found: listed(value, prefix) };
}

function listed(value, prefix) {
  const found = new Map();
  const primitive = typeof value !== "object" && typeof value !== "function";
  for (let at = Object(value); at !== null; at = Object.getPrototypeOf(at)) {
    if (util.types.isProxy(at)) break;
    if (at === Object.prototype && !prefix && !primitive && found.size > 0) break;
    for (const name of Object.getOwnPropertyNames(at)) {
      if (!name.startsWith(prefix) || found.has(name) || !/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name)) continue;
      if (primitive && name === "length" && typeof value !== "string") continue;
      const own = Object.getOwnPropertyDescriptor(at, name);
      found.set(name, [name, ...kindAndMeta(own)]);
      if (found.size >= MOST) return [...found.values()];
    }
  }
  return [...found.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

function kindAndMeta(own) {
  if (own.get !== undefined || own.set !== undefined) return ["property", "getter"];
  const value = own.value;
  if (isPython(value)) return ["value", "python"];
  if (util.types.isProxy(value)) return ["value", "Proxy"];
  if (typeof value === "function") {
    const shape = signature(value);
    return shape.startsWith("class") ? ["class", "class"] : ["function", shape];
  }
  if (value === null || value === undefined) return ["value", "nil"];
  if (typeof value !== "object") return ["value", typeof value];
  return ["value", runtime.className(value) ?? "object"];
}

/** `(a, b = 1)` from a function's source; `(2 args)` for one written in C++. */
export function signature(f) {
  if (runtime.isKeyword(f)) return "keyword";
  const source = Function.prototype.toString.call(f);
  if (source.startsWith("class")) return "class";
  if (source.endsWith("{ [native code] }")) return f.length === 0 ? "()" : `(${"abcdefghij".slice(0, f.length).split("").join(", ")})`;
  const bare = /^(?:async\s*)?([\w$]+)\s*=>/.exec(source);
  if (bare) return `(${bare[1]})`;
  const open = source.indexOf("(");
  if (open < 0) return "()";
  let depth = 0;
  for (let i = open; i < source.length && i < open + 400; i++) {
    if ("([{".includes(source[i])) depth++;
    else if (")]}".includes(source[i]) && --depth === 0) return source.slice(open, i + 1).replace(/\s+/g, " ");
  }
  return "(…)";
}

/** The call shape of the function at `path`: {python, rest}, {shape}, or null. */
export function callShape(root, path) {
  let value = globalValue(root);
  for (let i = 0; i <= path.length; i++) {
    if (value === undefined || value === null) return null;
    if (isPython(value)) return { python: value, rest: path.slice(i) };
    if (i < path.length) value = dataProperty(value, path[i]);
  }
  if (typeof value !== "function" || util.types.isProxy(value)) return null;
  const shape = signature(value);
  return { shape: shape === "class" ? "(…)" : shape, source: String(Function.prototype.toString.call(value)) };
}

/** Names of the global object and of scripts' `let` and `class`, with kinds; Lisp names of the session are not asked here. */
export async function globals() {
  const found = Object.getOwnPropertyNames(globalThis).map((name) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, name);
    return [name, ...kindAndMeta(own)];
  });
  return found.slice(0, 5 * MOST);
}

// ------------------------------------------------------------------------------------------ showing

/** The value that the last page was of, where the next one begins, and how deep it may go. */
let page = null;

/** How the last value, `*1`, looks within the options in `json`: {text, more}. */
export function show(json) {
  return firstPage(globalThis[results[0]], json);
}

function firstPage(value, json) {
  const options = JSON.parse(json);
  page = { value, at: options.maxItems, options, round: 0 };
  return shown(value, options);
}
globalThis[Symbol.for("polyrepl.page")] = firstPage;

function shown(value, options) {
  const text = runtime.prettyStr(value, options);
  return { text, more: runtime.prettyStr.elided ?? /… (?:\+\d+ (?:more|chars)|\d+ items?)|(?:^|[\s(])…/.test(text) };
}

/** The next page of what was shown last: {text, more}, or null when there is nothing more. */
export function next(all) {
  if (page === null) return null;
  const { value, options } = page;
  page.round++;
  if (all) {
    page = null;
    const text = runtime.prettyStr(value, { ...options, maxItems: Infinity, maxTotal: Infinity, maxDepth: 500, maxString: Infinity });
    return { text, more: false };
  }
  const size = Array.isArray(value) || ArrayBuffer.isView(value) ? value.length : undefined;
  if (size !== undefined && page.at < size) {
    const from = page.at;
    page.at = Math.min(size, from + options.maxItems);
    const text = runtime.prettyStr(value.slice(from, page.at), { ...options, maxTotal: Infinity });
    return { text: `items ${from} to ${page.at - 1} of ${size}\n${text}`, more: page.at < size };
  }
  if (size !== undefined && size > options.maxItems) {
    page = null;
    return null;
  }
  const factor = 10 ** page.round;
  const wider = {
    ...options,
    maxItems: options.maxItems * factor,
    maxTotal: Infinity,
    maxDepth: options.maxDepth * (1 + page.round),
    maxString: options.maxString * factor,
  };
  const result = shown(value, wider);
  if (!result.more) page = null;
  return result;
}

// ------------------------------------------------------------------------------------------ pending work

/** Timers of the user's, to count and to stop them: Node itself does not tell which there are. */
const timers = new Set();
let kept = 0;

function keep(timer) {
  timers.add(new WeakRef(timer));
  if (++kept % 1000 === 0) for (const ref of timers) if (!isActive(ref.deref())) timers.delete(ref);
  return timer;
}

const isActive = (timer) => timer !== undefined && !timer._destroyed && timer.hasRef();

for (const name of ["setTimeout", "setInterval"]) {
  const original = globalThis[name];
  const wrapped = { [name]: (...args) => keep(original(...args)) }[name];
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  globalThis[name] = wrapped;
}

/** Clear every timer of the user's; says how many there were. */
export function stopTimers() {
  const active = [...timers].map((ref) => ref.deref()).filter(isActive);
  active.forEach((timer) => clearTimeout(timer));
  timers.clear();
  return active.length;
}

const WORK = ["Immediate", "ProcessWrap", "TCPSocketWrap", "TCPServerWrap", "TCPConnectWrap", "GetAddrInfoReqWrap",
  "FSReqCallback", "FSReqPromise", "FSEvent", "StatWatcher", "HTTPINCOMINGMESSAGE", "TLSWrap", "Worker", "UDPWrap"];
let quiet = null;

function count() {
  const found = {};
  for (const kind of process.getActiveResourcesInfo()) if (WORK.includes(kind)) found[kind] = (found[kind] ?? 0) + 1;
  return found;
}

/** Remember what is active while nothing of the user's is. */
export function baseline() {
  quiet = count();
}

/** Work of the user's that would be cut short by leaving now: [[kind, how many]..]. */
export function pending() {
  const active = [...timers].filter((ref) => isActive(ref.deref())).length;
  return [...(active ? [["Timeout", active]] : []), ...Object.entries(count())]
    .map(([kind, many]) => [kind, many - (quiet?.[kind] ?? 0)])
    .filter(([, many]) => many > 0);
}

// ------------------------------------------------------------------------------------------ ,js

/** Can JavaScript read this text? (Nothing runs.) */
export function isScript(source) {
  try {
    new vm.Script(`(async () => {${source}\n})`);
    return true;
  } catch {
    try {
      new vm.Script(source);
      return true;
    } catch {
      return false;
    }
  }
}

// ------------------------------------------------------------------------------------------ profile

let profiler = null;
/** Begin to watch where time goes. */
export function startProfile() {
  profiler = new inspector.Session();
  profiler.connect();
  profiler.post("Profiler.enable");
  profiler.post("Profiler.start");
}

/** Stop watching: the ten functions with most time of their own, [[name, place, milliseconds]..]. */
export function stopProfile() {
  let found = [];
  profiler.post("Profiler.stop", (error, result) => {
    if (!error) found = hottest(result.profile);
  });
  profiler.disconnect();
  return found;
}

function hottest({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const spent = new Map();
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    const native = url === "" && !functionName.startsWith("(");
    // What stands between two forms, and the bridge's own waiting and writing.
    if (native || functionName === "(idle)" || functionName === "(root)" || functionName === "(program)") return;
    if (url.startsWith("node:") || url.includes("/bridge/node/") || url.includes("/repl/node/")) return;
    const key = `${functionName || "(anonymous)"}\t${url ? `${url.replace("file://", "")}:${lineNumber + 1}` : ""}`;
    spent.set(key, (spent.get(key) ?? 0) + timeDeltas[i]);
  });
  return [...spent]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 10)
    .map(([key, microseconds]) => [...key.split("\t"), microseconds / 1000]);
}

/** Type and attributes of the last value. */
export function inspectResult() {
  const value = globalThis[results[0]];
  const type = value === null || value === undefined ? "nil" : typeof value === "object" ? (runtime.className(value) ?? "object") : typeof value;
  return { type, found: value === null || value === undefined ? [] : listed(value, "") };
}

let results = [];
let lastError;

/** Tell the JavaScript names of `*1 *2 *3` and `*e` (the compiler mangles, not this file). */
export function setResults(names, error) {
  results = [...names];
  lastError = error;
}

/** Make a value `*1`, and shift the ones before. */
export function remember(value) {
  const [one, two, three] = results;
  globalThis[three] = globalThis[two];
  globalThis[two] = globalThis[one];
  globalThis[one] = value;
}

/** Make what a function throws `*e`. */
export function rememberError(raise) {
  try {
    raise();
  } catch (error) {
    globalThis[lastError] = error;
  }
}

/** Let JavaScript see Python's names: `py.name` is the name in `__main__`, else a builtin. */
export function shareNames() {
  if (Object.hasOwn(globalThis, "py")) return;
  const $py = globalThis[Symbol.for("polyrepl.$py")];
  const main = $py("__main__");
  const builtins = $py.builtins;
  const where = (name) => (name in main ? main : builtins);
  globalThis.py = new Proxy(
    {},
    {
      get: (_, name) => (typeof name === "string" ? where(name)[name] : undefined),
      set: (_, name, value) => ((main[name] = value), true),
      has: (_, name) => name in main || name in builtins,
      ownKeys: () => [],
    },
  );
}
