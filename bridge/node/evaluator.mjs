/**
 * JavaScript source and modules, evaluated as if they stood in the working directory.
 * In: source text, module specifiers. Out: values, namespaces. `require` and `import()` resolve from the directory
 * Node was started in, not from this file's.
 */
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { Later, Wire } from "./connection.mjs";

const home = path.join(process.cwd(), "polyrepl");
const options = { filename: home, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };

/** require() as seen from the working directory. */
export const require = createRequire(pathToFileURL(home));

/** Indirect eval whose import() resolves from the working directory. */
export const evaluate = new vm.Script("(source) => (0, eval)(source)", options).runInThisContext();

/** import() as seen from the working directory; absolute paths are taken as files. */
const importer = new vm.Script("(spec, options) => import(spec, options)", options).runInThisContext();
export function importModule(spec, attributes) {
  return importer(path.isAbsolute(spec) ? pathToFileURL(spec).href : spec, attributes);
}

/** The import operation: asynchronous where the event loop can turn, require() where it stands still. */
export function importFor(spec, frame, connection) {
  if (isBuiltin(spec)) return byHandle(require(spec));
  if (connection.depth > 1 || /\.c?js$|\.json$|\.mjs$/.test(spec)) {
    try {
      return byHandle(require(spec));
    } catch (error) {
      if (connection.depth > 1 || error.code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    }
  }
  return new Later(importModule(spec).then(byHandle));
}

function byHandle(value) {
  return new Wire((marshal) => marshal.byHandle(value));
}
