/**
 * What every front end asks of JavaScript's live values: attributes for completion, call shapes, global names.
 *
 * In: names, paths, options from Python; a path begins with a name or with any expression. Out: plain data, or the Python
 * object that a path leads to. Properties are read from their descriptors; where there is none, calls, getters and traps
 * are run as far as nothing changes by it (platform.mjs).
 */
import { className, isKeyword } from "../../lisp/runtime/index.mjs";
import { isEnvironment } from "./place.mjs";
import * as platform from "./platform.mjs";

const MOST = 1000;
const LONGEST_NAME = 200; // characters of an attribute: a longer one is data, which nobody looks for by its beginning

/** Getters of the global object that only hand out one of Node's own objects. */
const SAFE_GLOBALS = new Set(["process", "crypto", "navigator", "performance", "localStorage", "Buffer", "global"]);

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** Would traps of a program's run? */
export const isProxy = (x) => platform.isProxy(x) && !isEnvironment(x);

/** Told by the bridge: to ask the value would run the traps of a Proxy of the user's. */
const isPython = (x) => globalThis[Symbol.for("polyrepl.$py")].isProxy(x);

/** The value of a global, of a script's `let` or `class` too; undefined where only a getter would tell. */
function globalValue(name) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (own !== undefined) {
    if (own.get === undefined) return own.value;
    return SAFE_GLOBALS.has(name) && name !== "localStorage" ? globalThis[name] : undefined;
  }
  if (!(name in Object.prototype) && name in globalThis) return globalThis[name];
  if (!NAME.test(name)) return undefined;
  try {
    // `let` and `class` of a script are no properties of the global object.
    return platform.scopeValue(name);
  } catch {
    return undefined;
  }
}

/** The value of a property without running a getter; undefined where there is none. */
function dataProperty(x, name) {
  for (let at = Object(x); at !== null; at = Object.getPrototypeOf(at)) {
    if (isProxy(at)) return undefined;
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own !== undefined) return at === globalThis && own.get !== undefined ? globalValue(name) : own.value;
  }
  return undefined;
}

/**
 * Follow `path` from `root`: {python, rest} where it meets a Python object, {value} at its end, or null for what there is
 * not.
 * @param {string} root a global, or an expression
 * @param {string[]} path
 */
export function follow(root, path) {
  const names = [...path]; // Python's list: once, not at every step
  return (NAME.test(root) ? followFrom(globalValue(root), names) : null) ?? evaluated(root, names);
}

/** Where `path` leads when as little of it is evaluated as has to be, should that change nothing. */
function evaluated(root, names) {
  let text = `(${root}\n)`;
  for (let i = 0; i <= names.length; i++) {
    if (i > 0) text += `[${JSON.stringify(names[i - 1])}]`;
    const given = i > 0 || !NAME.test(root) ? platform.pureValue(text) : undefined;
    if (given === null) return null;
    const at = given && followFrom(given.value, names.slice(i));
    if (at) return at;
  }
  return null;
}

function followFrom(value, names) {
  for (let i = 0; ; i++) {
    if (isPython(value)) return { python: value, rest: names.slice(i) };
    if (i === names.length) return value === undefined ? null : { value };
    if (value === undefined || value === null) return null;
    value = dataProperty(value, names[i]);
  }
}

/** What `path` leads to from the global `root`: {python, rest}, {found} with its attributes (`listed`), or null. */
export function attributes(root, path, prefix) {
  const at = follow(root, path);
  if (at === null || at.value === null) return null;
  return "python" in at ? at : { found: listed(at.value, prefix) };
}

/** The attributes of a value that begin with `prefix`: [[name, kind, meta]..]. */
export function listed(value, prefix) {
  const found = new Map();
  const primitive = typeof value !== "object" && typeof value !== "function";
  for (let at = Object(value); at !== null; at = Object.getPrototypeOf(at)) {
    if (isProxy(at)) break;
    if (at === Object.prototype && !prefix && !primitive && found.size > 0) break;
    for (const name of ownNames(at)) {
      if (name.length > LONGEST_NAME || !name.startsWith(prefix) || found.has(name) || !/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name)) continue;
      if (primitive && name === "length" && typeof value !== "string") continue;
      const own = Object.getOwnPropertyDescriptor(at, name);
      found.set(name, [name, ...kindAndMeta(own)]);
      if (found.size >= MOST) return [...found.values()];
    }
  }
  return [...found.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

const lengthOfTyped = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "length").get;

/** Is a global what the Session keeps for Lisp's `*1 *2 *3`, `*e` and `*argv*`? */
const isOurs = (name) => /^\$s(?:[123e]|argv\$s)$/.test(name);

/** The names of what an object itself has; of a long array or text without its indices, of which it has one for each item. */
function ownNames(x) {
  const isTyped = ArrayBuffer.isView(x) && !(x instanceof DataView);
  const own = isTyped ? undefined : Object.getOwnPropertyDescriptor(x, "length");
  const hasIndices = isTyped || Array.isArray(x) || x instanceof String;
  const length = isTyped ? lengthOfTyped.call(x) : own?.value;
  if (hasIndices && length > MOST) return own ? ["length"] : [];
  const names = Object.getOwnPropertyNames(x);
  return x === globalThis ? names.filter((name) => !isOurs(name)) : names;
}

function kindAndMeta(own) {
  if (own.get !== undefined || own.set !== undefined) return ["property", "getter"];
  const value = own.value;
  if (isPython(value)) return ["value", "python"];
  if (isProxy(value)) return ["value", "Proxy"];
  if (typeof value === "function") {
    const shape = signature(value);
    return shape.startsWith("class") ? ["class", "class"] : ["function", shape];
  }
  if (value === null || value === undefined) return ["value", "nil"];
  if (typeof value !== "object") return ["value", typeof value];
  return ["value", className(value) ?? "object"];
}

/** `(a, b = 1)` from a function's source; `(2 args)` for one written in C++. */
export function signature(f) {
  if (isKeyword(f)) return "keyword";
  const source = Function.prototype.toString.call(f);
  if (source.startsWith("class")) return "class";
  if (source.endsWith("{ [native code] }")) return f.length === 0 ? "()" : `(${"abcdefghij".slice(0, f.length).split("").join(", ")})`;
  const bare = /^(?:async\s*)?([\w$]+)\s*=>/.exec(source);
  if (bare) return `(${bare[1]})`;
  return parameters(source, 0);
}

/** The parameters that a source names at its first bracket behind `from`. */
export function parameters(source, from) {
  const open = source.indexOf("(", from);
  if (open < 0) return "()";
  let depth = 0;
  for (let i = open; i < source.length && i < open + 400; i++) {
    if ("([{".includes(source[i])) depth++;
    else if (")]}".includes(source[i]) && --depth === 0) return source.slice(open, i + 1).replace(/\s+/g, " ");
  }
  return "(…)";
}

/** The call shape of the function at `path`: {python, rest}, {shape, source}, or null. */
export function callShape(root, path) {
  const at = follow(root, path);
  if (at === null || "python" in at) return at;
  const { value } = at;
  if (typeof value !== "function" || isProxy(value)) return null;
  const shape = signature(value);
  return { shape: shape === "class" ? "(…)" : shape, source: String(Function.prototype.toString.call(value)) };
}

/** Names of the global object and of scripts' `let` and `class`, with kinds; Lisp names of the session are not asked here. */
export async function globals() {
  const at = [globalThis, Object.getPrototypeOf(globalThis)]; // the second has what a front end lends (notebook.mjs)
  const found = at.flatMap((owner) =>
    Object.entries(Object.getOwnPropertyDescriptors(owner)).map(([name, own]) => [name, ...kindAndMeta(own)]),
  );
  return found.filter(([name]) => NAME.test(name) && !isOurs(name)).slice(0, 5 * MOST);
}

/** What Enter does at the end of a JavaScript text: see javascript_parser.mjs, which loads when it is first asked. */
export const status = async (...text) => (await import("./javascript_parser.mjs")).status(...text);

const chains = () => import("./chains.mjs");

/** The string or comment that a JavaScript text ends in. */
export const unfinished = async (text) => (await chains()).unfinished(text);

/** What the property is of whose name a JavaScript text ends in, as a path. */
export const memberOf = async (text) => (await chains()).memberOf(text);

/** What is called by the innermost call that a JavaScript text ends in, as a path. */
export const callHead = async (text) => (await chains()).callHead(text);
