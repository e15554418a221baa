/**
 * What the shared files of this folder need of the platform they run on; here it is a browser's page or worker, or any
 * other place that has no Node.
 * In: nothing. Out: what `platform.mjs` has, whose place this file takes when the web's files are put together
 * (assemble.py), and where a bundler makes files for browsers (package.json). Where the platform has nothing of the kind,
 * the next best, and it is said what that is. `vendor/inspect.mjs` comes with a worker's files; a page has `plain.mjs`.
 */
import util from "./vendor/inspect.mjs";

export const { inspect, format } = util;
/** The key of an object's own text for `inspect`. */
export const inspectKey = inspect.custom;

const { toString } = Object.prototype;

/** No platform but Node tells; a Proxy is taken for what it stands for. */
export const isProxy = () => false;
export const isPromise = (value) => value instanceof Promise;
export const isModuleNamespaceObject = (value) => typeof value === "object" && value !== null && toString.call(value) === "[object Module]" && Object.isSealed(value);

/**
 * A variable that follows a program. No platform but Node lets it follow asynchronous code, so what goes on later belongs
 * to the program that began last.
 */
export class AsyncLocalStorage {
  #value;
  #levels = 0;

  getStore() {
    return this.#value;
  }

  run(value, fn, ...args) {
    const before = this.#value;
    this.#value = value;
    this.#levels += 1;
    try {
      return fn(...args);
    } finally {
      this.#levels -= 1;
      if (this.#levels > 0) this.#value = before;
    }
  }
}

/** The folder of a file whose code is calling: files are URLs here, which Python cannot open. */
export const callerFolder = () => null;

const OWN = new URL("../../", import.meta.url).href;
/** Steps between the languages, of which nobody wrote a line. */
const BETWEEN = /^ *at .*(?:wasm:\/\/|\/pyodide\.(?:asm\.)?(?:m?js|wasm):).*\n?/gm;

/** Text of an error's stack. Files of ours have URLs of whoever serves them, and are called `polyrepl:` here. */
export const stackOf = (error) => String(error.stack ?? "").replaceAll(OWN, "polyrepl:").replace(BETWEEN, "");

/** Native code there is none. */
export function loadAddon(file) {
  throw new Error(`there are no native add-ons here: ${file}`);
}

/** Garbage is collected when the platform likes. */
export function collectGarbage() {}

/** The path that a file URL names. @param {string | URL} url */
export function pathOfUrl(url) {
  return decodeURIComponent(new URL(url).pathname);
}

export const isBuiltin = () => false;
export const needsImport = () => false;

/** There is nothing to be had at once. */
export function require(name) {
  throw new Error(`there is no require() here: import ${JSON.stringify(String(name))} with js.import, or with import() in JavaScript`);
}

/** Indirect eval: made when it is first asked for, since a page may not allow it. @type {(source: string) => any} */
export const evaluate = (source) => (evaluator ??= (0, eval)("(source) => (0, eval)(source)"))(source);
let evaluator;

let importer;

/** import(). @returns {Promise<any>} */
export function importModule(spec, attributes) {
  importer ??= (0, eval)("(spec, options) => import(spec, options)");
  return importer(spec, attributes);
}

/** Whether source is a script as it stands. @param {string} source */
export function compiles(source) {
  try {
    return new Function(source) instanceof Function;
  } catch {
    return false;
  }
}

const AsyncFunction = (async () => {}).constructor;

/**
 * Value of a script that awaits at its top: that of an expression, else nothing, since no platform but Node runs one as
 * it is typed at a console. @param {string} source @returns {Promise<any>}
 */
export async function evaluateProgram(source) {
  let run;
  try {
    run = AsyncFunction(`return (${source}\n);`);
  } catch {
    run = AsyncFunction(source);
  }
  return run();
}
