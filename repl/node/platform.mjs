/**
 * What the shared files of this folder need of the platform they run on; here it is Node's (bridge/node/platform.mjs is the
 * bridge's).
 * In: texts of scripts. Out: their values, what V8 says of them; what kind of object something is; the process. In a
 * browser `../web/platform.mjs` stands in this one's place.
 */
import util from "node:util";
import vm from "node:vm";

export { followSignals } from "./signals.mjs";

export const { isModuleNamespaceObject, isProxy } = util.types;
export const withoutColors = util.stripVTControlCharacters;

/** Text of an error's stack with all its frames (bridge/node/stacks.mjs). @param {Error} error */
export const stackOf = (error) => globalThis[Symbol.for("polyrepl.stackOf")](error);

/**
 * The value of a script; stacks know it by its name, and import() in texts that it evaluates starts from a folder.
 * @param {string} code @param {string} name @param {string} folder
 */
export const runScript = (code, name, folder) =>
  vm.runInThisContext(`${code}\n//# sourceURL=${name}`, {
    filename: `${folder === "/" ? "" : folder}/.polyrepl-import.mjs`,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

/** Compile a script. @throws {SyntaxError} whose stack begins with the place @param {string} code @param {string} [filename] */
export function compileScript(code, filename) {
  new vm.Script(code, { filename });
}

/** What a name means that is no property of the global object: `let` and `class` of a script. */
export const scopeValue = (name) => vm.runInThisContext(name);

/** What an evaluation that changes nothing may take, in milliseconds. */
const PURE_MS = 200;

/**
 * The value of an expression that is evaluated only as far as nothing changes by it: V8 ends it at the first step that
 * would (a call of Python's, of Node's own functions, a field that is set), or when it takes long.
 * @param {string} expression
 * @returns {{value: any} | null} null where it has none
 */
export function pureValue(expression) {
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  const post = (method, parameters) => {
    let answer = null;
    session.post(method, parameters, (error, result) => (answer = error ? null : result)); // on one thread: at once
    return answer;
  };
  session.connect();
  try {
    const given = post("Runtime.evaluate", { expression: `(${expression}\n)`, throwOnSideEffect: true, timeout: PURE_MS, disableBreaks: true, silent: true });
    if (given === null || given.exceptionDetails !== undefined) return null;
    const { objectId, unserializableValue, value } = given.result;
    if (unserializableValue !== undefined) return { value: vm.runInThisContext(unserializableValue) }; // 1n, NaN
    if (objectId === undefined) return { value };
    const functionDeclaration = `function (x) { globalThis[Symbol.for("polyrepl.given")] = x; }`;
    post("Runtime.callFunctionOn", { objectId, functionDeclaration, arguments: [{ objectId }], silent: true });
    return { value: globalThis[GIVEN] };
  } catch {
    return null; // there is no inspector
  } finally {
    delete globalThis[GIVEN];
    session.disconnect();
  }
}
const GIVEN = Symbol.for("polyrepl.given");

/** Whether import() in a script finds what the program's imports find. */
export const scriptsImport = true;

/** Whatever loops can be ended from outside (bridge/node/watchdog.mjs). */
export const awaitsTakeTurns = false;

export const workingFolder = () => process.cwd();

/** The exit code that the program has set. */
export const exitCodeSet = () => Number(process.exitCode ?? 0) || 0;

/** @param {string} text */
export const writeError = (text) => void process.stderr.write(text);

/** Node's exit code where a listener of `uncaughtException` throws. */
const LISTENER_FAILED = 7;

/**
 * Before anybody else hears of an exception that nobody caught, or a promise that nobody awaits: what it ends the process
 * with.
 * @param {(error: any) => number | undefined} codeOf
 */
export function endUncaught(codeOf) {
  const ours = (listener) => Object.defineProperty(listener, Symbol.for("polyrepl.ours"), { value: true });
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    const end = (error) => {
      const code = codeOf(error);
      if (code !== undefined) process.exit(code & 255);
    };
    process.prependListener(event, ours(end));
  }
  // Behind the one that tells of it.
  process.on("uncaughtException", ours((_, origin) => origin === "polyrepl.listener" && process.exit(LISTENER_FAILED)));
}
