/**
 * What functions that are sent to another process need of this one: the names under which things are to be had in every
 * process, the way out (`send`) and the way in (`open`).
 *
 * In: functions; capsules of others. Out: capsules; functions. A name is [kind, ..]:
 *   ["rt", name] of the Lisp's runtime    ["k", name] a keyword    ["h", name] what compiled code gets of the bridge
 *   ["g", "Math.max"] JavaScript's and Node's own    ["n", "node:fs", member or null]    ["x"] `exit`
 *   ["j", specifier, folder, member or null, is it an ES module] an imported module, or what it exports
 *   ["q", "require" or "load"] what imports from the program's folder
 * Modules are found from the folder that they were imported from, where there is such a folder here, else from the
 * working folder; one that is not there is an error that names it.
 */
import fs from "node:fs";
import path from "node:path";
import util from "node:util";
import vm from "node:vm";
import { openCapsule } from "../../bridge/node/capsule.mjs";
import { internKeyword } from "../../lisp/runtime/data.mjs";
import * as runtime from "../../lisp/runtime/index.mjs";
import { capsule, captured } from "./capture.mjs";
import { Company } from "./side_by_side.mjs";
import { exit } from "./exit.mjs";
import { importer, importers, specifiers } from "./importing.mjs";

const KEYWORD = Symbol.for("polyrepl.keyword");
const SHARED = ["$py", "$w", "$flag", "$read", "Interrupt"];
const ours = (name) => globalThis[Symbol.for(`polyrepl.${name}`)];

/** Names of globals that are not the program's; a session knows them better (`owned` of session.mjs). */
let owned = new Set(Object.getOwnPropertyNames(globalThis));

/** @param {Set<string>} names */
export function own(names) {
  // `exit`, `*1` and the like are a session's, and no other process has them.
  owned = new Set([...names].filter((name) => name !== "exit" && !name.startsWith("$")));
  named = null;
}

let named = null;

/** Value -> name, of what every process has: taken once, and the runtime last, whose names win. */
function names() {
  if (named !== null) return named;
  named = new Map();
  const put = (value, ...name) => {
    if (typeof value === "function" || (typeof value === "object" && value !== null)) named.has(value) || named.set(value, name);
  };
  put(globalThis, "g", "globalThis");
  put(process.env, "g", "process.env");
  for (const name of owned) {
    const about = Object.getOwnPropertyDescriptor(globalThis, name);
    if (about === undefined || !("value" in about) || name === "global" || name === "globalThis" || name === "py" || name === "require" || name === "exit") continue;
    const { value } = about;
    if (typeof value !== "function" && (typeof value !== "object" || value === null)) continue;
    put(value, "g", name);
    for (const [place, object] of [[name, value], [`${name}.prototype`, value.prototype]]) {
      if (typeof object !== "function" && (typeof object !== "object" || object === null)) continue;
      for (const key of Object.getOwnPropertyNames(object)) {
        const own = Object.getOwnPropertyDescriptor(object, key);
        if (typeof own.value === "function" && key !== "constructor") put(own.value, "g", `${place}.${key}`);
      }
    }
  }
  for (const name of process.getBuiltinModule("node:module").builtinModules) {
    if (name.startsWith("_") || /^(?:inspector|sys|punycode|wasi|node:sqlite|sqlite|node:test|test|trace_events|repl|cluster|quic|node:quic)\b/.test(name)) continue;
    const module = process.getBuiltinModule(name);
    if (module === undefined) continue;
    const full = name.startsWith("node:") ? name : `node:${name}`;
    put(module, "n", full, null);
    for (const key of Object.keys(module)) {
      const about = Object.getOwnPropertyDescriptor(module, key);
      if (about !== undefined && "value" in about) put(about.value, "n", full, key);
    }
  }
  for (const [name, value] of Object.entries(runtime)) if (typeof value === "function" || (typeof value === "object" && value !== null)) named.set(value, ["rt", name]);
  for (const name of SHARED) put(ours(name), "h", name);
  put(exit, "x");
  return named;
}

/** What the program's imports have given: value -> name. */
function importedName(value) {
  for (const { require, load } of importers.values()) {
    if (value === require) return ["q", "require"];
    if (value === load) return ["q", "load"];
  }
  if (value === globalThis.require) return ["q", "require"];
  const whole = specifiers.get(value);
  if (whole !== undefined) return ["j", whole.specifier, whole.folder, null, whole.isModule];
  for (const [module, { specifier, folder, isModule }] of specifiers) {
    for (const key of Object.keys(module)) {
      const about = Object.getOwnPropertyDescriptor(module, key);
      if (about !== undefined && "value" in about && about.value === value) return ["j", specifier, folder, key, isModule];
    }
  }
  return undefined;
}

const BUILTINS = ["Map", "Set", "Promise", "RegExp", "Date", "WeakMap", "WeakSet", "ArrayBuffer", "SharedArrayBuffer", "DataView", "TypedArray", "External", "GeneratorObject", "MapIterator", "SetIterator", "ModuleNamespaceObject", "BoxedPrimitive"];

const known = {
  isOwned: (name) => owned.has(name),
  nameOf(value) {
    if (typeof value === "function" && typeof value[KEYWORD] === "string") return ["k", value[KEYWORD]];
    return names().get(value) ?? importedName(value);
  },
  /** JavaScript's own class whose inner state an object has; null: it is an object as any other. */
  builtinOf(value) {
    if (util.types.isProxy(value)) return "Proxy";
    if (Array.isArray(value)) return "Array";
    return BUILTINS.find((name) => util.types[`is${name}`](value)) ?? null;
  },
};

/** What was captured last: of a function that joins others it is wanted again. */
let last = null;

/** A capsule of a function (see capture.mjs), as an array for Python, and whether it has captured anything that it may share. */
export function send(root, receiver, name) {
  const found = captured([{ root, receiver, name }], known);
  last = { root, receiver, found };
  const made = capsule(found);
  return [...made, receiver === null && mayShare(found)];
}

/** Has it captured anything but what the runtime gives to the code of each form? */
const mayShare = (found) => found.state.size > 0 || found.functions.some((one) => one.vars.some(([name, made]) => {
  const [kind, known] = found.nodes[made?.r] ?? [];
  return !((kind === "rt" || kind === "h") && known === name);
}));

export const company = () => new Company();

/** A function beside others of one pickle (see side_by_side.mjs). */
export function join(together, root, name) {
  const one = { root, receiver: null, name };
  const found = last?.root === root && last.receiver === null ? last.found : captured([one], known);
  last = null;
  return together.join(one, found, known);
}

// ---------------------------------------------------------------------------------------------- the way in

const folderOf = (folder) => (fs.existsSync(folder) ? folder : process.cwd());
const again = { python: () => null, javascript: () => null };

/** Modules that `await import` has given, by specifier and folder. */
const ready = new Map();

/** Load the ES modules that a capsule names; a promise where there are some that are not loaded yet. */
export function prepare(text) {
  const wanted = JSON.parse(text).imports.filter(([specifier, folder, , isModule]) => isModule && !ready.has(`${specifier}\n${folder}`));
  if (wanted.length === 0) return null;
  return Promise.all(wanted.map(async ([specifier, folder]) => ready.set(`${specifier}\n${folder}`, await importer(folderOf(folder), again).load(specifier)))).then(() => null);
}

function moduleOf(specifier, folder, isModule) {
  if (isModule) return ready.get(`${specifier}\n${folder}`);
  const { require } = importer(folderOf(folder), again);
  try {
    return specifiers.put(require(specifier.replace(/^file:\/\//, "")), specifier, folder, false);
  } catch (error) {
    if (error?.code !== "MODULE_NOT_FOUND") throw error;
    const file = /^(?:\.{0,2}\/|file:)/.test(specifier);
    const what = file ? `the file ${path.resolve(folder, specifier)}` : `the npm package ${specifier}`;
    const hint = file ? "copy it there" : `install it there (polyrepl npm install ${specifier})`;
    throw Object.assign(new Error(`${what} is not on this worker (looked for from ${folderOf(folder)}): ${hint}`), { name: "ModuleNotFound", code: error.code });
  }
}

function resolved(kind, rest) {
  const [first, second, third, fourth] = rest;
  switch (kind) {
    case "rt": return runtime[first];
    case "k": return internKeyword(first);
    case "h": return ours(first);
    case "g": return first.split(".").reduce((object, key) => object[key], globalThis);
    case "n": return second === null ? process.getBuiltinModule(first) : process.getBuiltinModule(first)[second];
    case "x": return exit;
    case "q": return importer(process.cwd(), again)[first];
    case "j": {
      const module = moduleOf(first, second, fourth);
      return third === null ? module : module[third];
    }
  }
  throw new Error(`this capsule has a ${kind}, which this version of polyrepl does not know`);
}

/** What a capsule holds. @param {string} filename what stacks call its code */
export function open(code, data, objects, bytes, filename) {
  const form = vm.runInThisContext(code, { filename, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  return openCapsule(form, data, [...objects], [...bytes], resolved);
}

/** What a Node that only opens capsules must know of the Lisp. */
export function begin() {
  ours("$py").setKeywordMaker(internKeyword);
  Error.stackTraceLimit = 60;
  return process.versions.node;
}

/** Which item it was that a batch has failed at, by the batch's number. */
const failures = new Map();

/** Asked once. */
export function failedAt(number) {
  const at = failures.get(number) ?? null;
  failures.delete(number);
  return at;
}

function failing(number, at, ask) {
  const fail = (error) => {
    if (!failures.has(number)) failures.set(number, at);
    throw error;
  };
  try {
    const value = ask();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (error) {
    return fail(error);
  }
}

/** Items that are JSON text come with the request itself, and no second one is needed for them. */
const dataOf = (items, copied) => (typeof items === "string" ? JSON.parse(items) : copied ? ours("$py").toJs(items) : items);

/** Is JSON's text of it what Python would get of it otherwise? */
function isText(value) {
  switch (typeof value) {
    case "number": return Number.isInteger(value) ? Number.isSafeInteger(value) && !Object.is(value, -0) : Number.isFinite(value);
    case "string": return value.isWellFormed();
    case "boolean": return true;
    default: return value === null;
  }
}

/** Many calls as one request: what `f` gives of each item, as JSON text where that says all; a promise where one of them is. */
export function mapAll(f, items, copied, number) {
  const out = [];
  let waits = false;
  for (const item of dataOf(items, copied)) {
    const value = failing(number, out.length, () => f(item));
    waits ||= value instanceof Promise;
    out.push(value);
  }
  if (waits) return Promise.all(out);
  return out.every(isText) ? JSON.stringify(out) : out;
}

/** `reduce` as one request; a promise where a step is one. */
export function reduceAll(f, items, copied, number, first) {
  const all = [...dataOf(items, copied)];
  const from = (value, at) => {
    for (; at < all.length; at++) {
      if (value instanceof Promise) return value.then((settled) => from(settled, at));
      const before = value;
      value = failing(number, at, () => f(before, all[at]));
    }
    return value;
  };
  return from(first, 0);
}
