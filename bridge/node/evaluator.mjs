/**
 * JavaScript source and modules, evaluated as if they stood in the working directory.
 * In: source text, module specifiers. Out: values, namespaces. `require` and `import()` resolve from the directory
 * Node was started in, not from this file's.
 */
import { Later, Missing, Wire } from "./answers.mjs";
import { compiles, evaluate, evaluateProgram, importModule, isBuiltin, needsImport, require } from "./platform.mjs";

export { evaluate, importModule, require };

/** The eval operation. Source that awaits is refused, since its value is still to come; `awaits` says that it may. */
function evaluateFor(source, awaits) {
  if (awaits === true) return new Later(evaluateProgram(source));
  const mayAwait = AWAIT.test(source);
  if (mayAwait && awaitsAsScript(source)) throw new Missing("await", "await at the top of source");
  try {
    return evaluate(source);
  } catch (error) {
    // Only what did not compile has done nothing yet.
    if (mayAwait && error instanceof SyntaxError && !compiles(source)) throw new Missing("await", error.message);
    throw error;
  }
}

const AWAIT = /\bawait\b/;

/**
 * Whether source that is a script as it stands awaits at its top: to a script `await (f())` is a call of a function of
 * that name, and `await [1]` an item of an array. The word is forbidden in a static block, and a name in a function
 * within one; where it can be neither a static block nor an async function, it is no `await`.
 */
function awaitsAsScript(source) {
  const inBlock = (code) => compiles(`class _ { static {${code}\n} }`);
  return compiles(source) && !inBlock(source) && inBlock(`(function () {${source}\n})`) && compiles(`(async () => {${source}\n})`);
}

/** What evaluates for Python. @param {(file: string) => object | undefined} own finds modules that need not be loaded */
export function evaluatorWith(own) {
  const imported = (spec, ...rest) => {
    const namespace = own(spec);
    return namespace === undefined ? importFor(spec, ...rest) : byHandle(namespace);
  };
  return { evaluate, evaluateFor, importFor: imported };
}

/** The import operation: asynchronous where the event loop can turn, require() where it stands still, or is asked for. */
function importFor(spec, required, frame, connection) {
  if (required === true || isBuiltin(spec)) return byHandle(require(spec));
  if (connection.depth > 1 || /\.c?js$|\.json$|\.mjs$/.test(spec)) {
    try {
      return byHandle(require(spec));
    } catch (error) {
      if (connection.depth > 1 || !needsImport(error)) throw error;
    }
  }
  return new Later(importModule(spec).then(byHandle));
}

function byHandle(value) {
  return new Wire((marshal) => marshal.byHandle(value));
}
