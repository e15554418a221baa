/**
 * What `../node/*.mjs` need of the platform; here it is a browser's worker, or any other place that has no Node. This file
 * takes the place of `../node/platform.mjs` when the web's files are put together (assemble.py).
 * In: texts of scripts. Out: as there; where the platform has nothing of the kind, the next best.
 */
const { toString } = Object.prototype;

/** No platform but Node tells; a Proxy is taken for what it stands for. */
export const isProxy = () => false;
export const isModuleNamespaceObject = (value) => typeof value === "object" && value !== null && toString.call(value) === "[object Module]" && Object.isSealed(value);

const COLORS = /\x1b\[[\d;]*m/g;
export const withoutColors = (text) => text.replace(COLORS, "");

/** Text of an error's stack, without steps between the languages: the bridge's (bridge/web/platform.mjs). */
export const stackOf = (error) => globalThis[Symbol.for("polyrepl.stackOf")](error);

const evaluate = (0, eval)("(source) => (0, eval)(source)");

/** The value of a script; stacks know it by its file name, which has no blanks. @param {string} code @param {string} filename */
export const runScript = (code, filename) => evaluate(`${code}\n//# sourceURL=${filename}`);

/** Compile a script. @throws {SyntaxError} that does not say where @param {string} code */
export function compileScript(code) {
  // Other than a function's, a script's text cannot close what stands around it.
  new Function(code);
  new Function(`(() => {\n${code}\n})`);
}

/** What a name means that is no property of the global object: `let` and `class` of a script. */
export const scopeValue = (name) => evaluate(name);

/** No platform but Node can tell what an expression would change. */
export const pureValue = () => null;

/** import() in a script would start from this file. */
export const scriptsImport = false;

/** What loops hears of a stop in a turn of the event loop alone. */
export const awaitsTakeTurns = true;

/** Files are Python's here (place.mjs). */
export const workingFolder = () => "/";

/** There is no process to give it to. */
export const exitCodeSet = () => 0;

/** @param {string} text */
export const writeError = (text) => console.error(text.replace(/\n$/, ""));

/** There are none. */
export function followSignals() {}

/** What nobody caught ends nothing here. */
export function endUncaught() {}
