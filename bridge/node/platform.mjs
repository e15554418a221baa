/**
 * What the shared files of this folder need of the platform they run on; here it is Node's.
 * In: nothing. Out: texts of values, what V8 knows of them, a garbage collector, variables that follow asynchronous
 * code, scripts and modules as seen from the working directory. No other shared file names a `node:` module, so
 * another platform is another file in this one's place.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { getCallSites, inspect, types } from "node:util";
import vm from "node:vm";
import { importAt, requireAt } from "./packages.mjs";

export { AsyncLocalStorage, fileURLToPath as pathOfUrl, inspect, isBuiltin };
export const { isModuleNamespaceObject, isPromise, isProxy } = types;

/** The folder of the file whose code is calling, beside that of files whose URLs begin with `own`; null for code of no
 * file. @param {string} own @returns {string | null} */
export function callerFolder(own) {
  const caller = getCallSites(30).map(({ scriptName }) => scriptName).find((name) => !name.startsWith(own) && !name.startsWith("node:"));
  if (caller?.startsWith("file:")) return path.dirname(fileURLToPath(caller));
  return caller !== undefined && path.isAbsolute(caller) ? path.dirname(caller) : null;
}

export { stackOf } from "./stacks.mjs";

/** A native add-on, loaded once. @param {string} file @returns {any} */
export function loadAddon(file) {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}

/** The key of an object's own text for `inspect`. */
export const inspectKey = inspect.custom;

/** A WeakRef keeps what it was made with until the job ends; running a script with a microtask queue of its own ends
 * that without ending the job. Then collect. */
let collect = (thoroughly) => {
  const v8 = process.getBuiltinModule("node:v8"); // late: it takes a start's time
  v8.setFlagsFromString("--expose-gc");
  const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
  v8.setFlagsFromString("--no-expose-gc");
  const gc = vm.runInContext("gc", context);
  const script = new vm.Script("0");
  collect = (thoroughly) => {
    script.runInContext(context);
    // "last-resort" also gives memory back to the system; it takes several times as long.
    gc({ type: "major", execution: "sync", flavor: thoroughly ? "last-resort" : "regular" });
  };
  collect(thoroughly);
};

/** Collect garbage here and now, also inside a job. @param {boolean} thoroughly gives memory back to the system too */
export function collectGarbage(thoroughly) {
  collect(thoroughly);
}

const home = path.join(process.cwd(), "polyrepl");
const options = { filename: home, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
const here = (source) => new vm.Script(source, options).runInThisContext();

/** require() as seen from the working directory. */
export const require = requireAt(home);

/** Indirect eval whose import() resolves from the working directory. @type {(source: string) => any} */
export const evaluate = here("(source) => (0, eval)(source)");

const importer = importAt(home);

/** import() as seen from the working directory; absolute paths are taken as files. @returns {Promise<any>} */
export function importModule(spec, attributes) {
  return importer(path.isAbsolute(spec) ? pathToFileURL(spec).href : spec, attributes);
}

/** Whether a failed require() says that import() would do. @param {any} error */
export const needsImport = (error) => error?.code === "ERR_REQUIRE_ASYNC_MODULE";

/** Whether source is a script as it stands. @param {string} source */
export function compiles(source) {
  try {
    return new vm.Script(source, options) instanceof vm.Script;
  } catch {
    return false;
  }
}

/** Where the inspector's value is put, to have the value itself. */
const BOX = Symbol.for("polyrepl.box");
let inspector;

/**
 * Value of a script that awaits at its top, as V8 runs one typed at a console: what it declares is global.
 * @param {string} source @returns {Promise<any>}
 */
export function evaluateProgram(source) {
  if (inspector === undefined) {
    inspector = new (process.getBuiltinModule("node:inspector").Session)();
    inspector.connect();
  }
  const group = { objectGroup: "polyrepl" };
  const expression = withImports(source, `globalThis[Symbol.for("polyrepl.importer")](`);
  Object.defineProperty(globalThis, Symbol.for("polyrepl.importer"), { value: importModule, configurable: true });
  return new Promise((resolve, reject) => {
    inspector.post("Runtime.evaluate", { expression, replMode: true, awaitPromise: true, ...group }, (failure, outcome) => {
      if (failure) return reject(new Error(failure.message));
      const { exceptionDetails: thrown } = outcome;
      const value = valueOf(thrown === undefined ? outcome.result : thrown.exception, group);
      return thrown === undefined ? resolve(value) : reject(value);
    });
  });
}

/** What the inspector speaks of. */
function valueOf({ objectId, unserializableValue, value }, group) {
  const box = {};
  Object.defineProperty(globalThis, BOX, { value: box, configurable: true });
  inspector.post("Runtime.evaluate", { expression: `globalThis[Symbol.for("polyrepl.box")]`, ...group }, (_, { result }) => {
    const argument = objectId !== undefined ? { objectId } : unserializableValue !== undefined ? { unserializableValue } : { value };
    const put = "function (value) { this.value = value; }";
    inspector.post("Runtime.callFunctionOn", { objectId: result.objectId, functionDeclaration: put, arguments: [argument] });
  });
  delete globalThis[BOX];
  inspector.post("Runtime.releaseObjectGroup", group);
  return box.value;
}

/** Text or a comment, which is left alone, or an `import(` of the program's. */
const PARTS = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\]|\\[^])*`|\/\/[^\n]*|\/\*[^]*?\*\/|(?<![\w$.#])import\s*\(/g;

/** Source whose `import(..)` another function does: a script of the inspector's has none. */
const withImports = (source, importing) => source.replace(PARTS, (part) => (part.startsWith("import") ? importing : part));
