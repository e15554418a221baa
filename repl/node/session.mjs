/**
 * The Session's half in Node: runs compiled forms and says how their values look.
 *
 * In: the code of one compiled form, a file name for stacks, and the form's flags.
 * Out: an outcome, a plain object that crosses to Python by copy:
 *   {kind: "value", text, cut, data, metadata}   a JavaScript value in Lisp notation; was it cut by the limits?
 *     and `page`, its first page (pages.mjs), where a terminal gave its options
 *   {kind: "python", value}                 a Python value: comes home as the very same object
 *   {kind: "nil"} {kind: "quiet"}           nothing to show
 *   {kind: "error", name, message, stack, exception, cause..}   thrown, with the raw stack text
 *   {kind: "exit", code}                    (exit n)
 *   {kind: "unsettled", stacks}             given up: what it awaited could never come
 */
import { internKeyword } from "../../lisp/runtime/data.mjs";
import * as runtime from "../../lisp/runtime/index.mjs";
import { createMacroHost } from "../../lisp/runtime/macros.mjs";
import { endByExit, ended, Exit, exit } from "./exit.mjs";
import { fileOf, hintOf, importer, noteAsked } from "./importing.mjs";
import { imported, importedFrom as byPath } from "./modules.mjs";
import { firstPage, nextPage } from "./pages.mjs";
import * as place from "./place.mjs";
import { frame, remember as rememberPlaces } from "./places.mjs";
import { exitCodeSet, followSignals, runScript, stackOf, withoutColors, workingFolder } from "./platform.mjs";
import { callShape, lisp } from "./reflection.mjs";

export { callShape, nextPage };

const PYTHON = Symbol.for("polyrepl.python");
const bridge = (name) => globalThis[Symbol.for(`polyrepl.${name}`)];

/**
 * Names of globals that are not the program's: JavaScript's, Node's, ours. Taken as Node begins; later a name that the
 * program has made could not be told from them.
 */
export const owned = new Set(Object.getOwnPropertyNames(globalThis)).add("require").add("exit");

bridge("writeFrames")?.("polyrepl:form/", frame);

// V8 keeps ten frames by default, most of which would be the bridge's.
Error.stackTraceLimit = 60;

let folder = workingFolder();
let imports = null;

/** Set the folder that `js.import` and `require` start from. */
export function setFolder(next) {
  folder = next;
  imports = null;
}

/** Do imports go by the working folder? Those of a program's file go by the file's. */
let follows = false;

/** The working folder is another, and imports go by it from now on. */
export function moveTo(folder) {
  follows = true;
  agreeOn(JSON.stringify({ folder }));
}

/** What Python has changed of the working folder and the environment. */
function agreeOn(text) {
  const now = place.agree(text);
  if (follows) setFolder(now);
}

/** What has changed here of the working folder and the environment, for Python; undefined if nothing. */
function changedPlace() {
  const text = place.changes();
  if (text !== undefined && follows) setFolder(workingFolder());
  return text;
}

/** Asked where no form runs: what both sides have changed goes in front of the question and of its answer. */
const sharePlace = () => {};

/** The value of a script that stacks know by a name; `places` tells where it stands in the Lisp (places.mjs). */
function evaluate(code, name, places = "") {
  rememberPlaces(name, places);
  return runScript(code, name, folder);
}

/** The `require` of JavaScript that nobody compiles: cells, `js.eval`. */
let lent = globalThis.require;

function currentImports() {
  if (imports === null) {
    const { require, load } = importer(folder, again);
    imports = {
      $rt: runtime,
      $py: bridge("$py"),
      $read: bridge("$read"),
      $flag: bridge("$flag"),
      $w: bridge("$w"),
      $req: require,
      $import: load,
    };
    if (follows && globalThis.require === lent) globalThis.require = lent = require; // a program's own is left alone
  }
  return imports;
}

let renewPython;

const again = { python: (name) => renewPython(name), javascript: (urls) => renew(urls) };

const renewing = () => import("./renewing.mjs");

/** Load JavaScript files again, with what has changed; promises the paths of what was loaded. */
export async function renew(urls) {
  const load = currentImports().$import;
  for (const url of urls) noteAsked(url);
  const again = async (url) => (await load(url), imported.get(url));
  const paths = await (await renewing()).renew(imported, [...urls], again, owned);
  renewed.push(...paths);
  return paths;
}

let renewed = [];

/** The paths of JavaScript files that were loaded again since this was asked last. */
export function takeRenewed() {
  const taken = renewed;
  renewed = [];
  return taken;
}

/** The URL of the file that a global's module comes from; "" if it is none. */
export const importedFrom = (name) => byPath(name) || fileOf(globalThis[name]);

/** What a global of the program holds. */
export const valueOf = (name) => globalThis[name];

/** The URLs of files that are other than when they were loaded. */
export const changedFiles = async () => (await renewing()).changed(imported);

/** From now on a change of a file is a change of what it holds. */
export const watchFiles = async () => (await renewing()).watch(imported);

const names = { argv: "$star$argv", results: ["$star1", "$star2", "$star3"], error: "$star$e" };

/**
 * All that a Node must know before its first form, in one call.
 * @param {string} told as JSON text (a dict of Python's would be asked for each of its items): the JavaScript names of
 *   `*1 *2 *3`, `*e` and `*argv*` (the compiler mangles, not this file), the folder that imports start from, how much
 *   of a value its text holds at most, or null, whether all that runs is a program, which may end at any moment, and whose
 *   Ctrl-C is: a "program"'s, or first of all a "prompt"'s; null where signals are nobody's affair
 * @param {any} argv what `*argv*` holds
 * @param {(number: number, on: boolean) => void} listen see signals.mjs
 * @param {((...args: any[]) => any)[]} compiler see `setCompiler`
 * @returns {((...args: any[]) => any)[]} what the Session calls often
 */
export function begin(told, argv, listen, ...compiler) {
  const { folder, limits: most, follows: byPlace, program, signals, ...named } = JSON.parse(told);
  follows = byPlace;
  if (program) endByExit();
  if (signals !== null) followSignals(listen, signals === "prompt");
  place.follow();
  Object.assign(names, named);
  for (const name of [...names.results, names.error, names.argv]) owned.add(name);
  setFolder(folder);
  bridge("$py").setKeywordMaker(internKeyword);
  globalThis.exit = exit;
  globalThis[names.argv] = argv;
  for (const name of names.results) globalThis[name] = null;
  globalThis[names.error] = null;
  setCompiler(...compiler);
  limits = most;
  bridge("keepAlike")({ changes: changedPlace, take: agreeOn });
  return [run, runNow, rest, defined, remember, sharePlace, exitCode, keepResult, bridge("$py").rests];
}

let macros = null;

/** The macro host, made at the first `defmacro`. */
const host = () => (macros ??= createMacroHost(currentImports(), (code) => evaluate(code, "polyrepl:macro")));

/** Keep the compiled function of a macro; returns its number. */
export const defineMacro = (code) => host().define(code);

/** Call macro `number`; forms go both ways as JSON text, so that nothing stays behind as a handle. */
export const expandMacro = (number, forms) => JSON.stringify(host().expand(number, JSON.parse(forms)));

/**
 * Let programs ask the compiler and the session (reflection.mjs); `renew` loads a Python module again.
 */
function setCompiler(compile, read, expand, failed, about, renew) {
  renewPython = renew;
  const lastError = () => globalThis[names.error];
  globalThis[Symbol.for("polyrepl.lisp")] = lisp(
    { compile, read, expand, failed, about },
    { evaluate, imports: currentImports, watch, made, describe, lastError },
  );
}

/** Which of `candidates` are JavaScript globals. */
export const known = (candidates) =>
  [...candidates].filter((name) => Object.hasOwn(globalThis, name) || name in Object.prototype);

const AsyncFunction = (async () => {}).constructor;

/**
 * Run one compiled form, or JavaScript of a cell (`defines` is null); never throws what the program threw: that is an
 * outcome, or, where the form awaits or its value is a promise, a promise of one.
 */
export function run(code, filename, quiet, options, defines, places) {
  // What the form's definitions were before: should it fail, `defined` tells which of them it has made.
  watched = watch(defines);
  try {
    const form = evaluate(code, filename, places);
    let value = form(currentImports());
    // Compiled code that awaits hears of an interrupt at its own awaits, and is waited for until it has unwound.
    if (defines === null || !(form instanceof AsyncFunction)) value = bridge("$w")(value);
    if (isPromise(value)) return later(value, quiet, options);
    const made = outcome(value, quiet, options);
    return made instanceof Promise ? made.catch(failure) : made;
  } catch (error) {
    return failure(error);
  } finally {
    bridge("$read").lisp = undefined; // what was read last is nobody's to keep
  }
}

/** Whether there is anything to wait for; a Proxy may throw when that is asked. */
function isPromise(value) {
  try {
    return value instanceof Promise;
  } catch {
    return false;
  }
}

async function later(promise, quiet, options) {
  try {
    return await outcome(await promise, quiet, options);
  } catch (error) {
    return failure(error);
  }
}

/** What comes of a value; a promise of it where the value takes its time to show itself. */
function outcome(value, quiet, options) {
  if (quiet) return { kind: "quiet" };
  if (value === undefined || value === null) return { kind: "nil" };
  remember(value);
  return present(value, options);
}

/** `run` in a turn that goes on: {kind: "later"} where the form awaits, and `rest` is what comes of it. */
function runNow(...form) {
  rested = run(...form);
  return rested instanceof Promise ? { kind: "later" } : rested;
}

let rested = null;

export const rest = () => rested;

let watched = [];

/** Of the names that the last form defines, those that it has defined. */
export const defined = () => made(watched);

/** What names (with blanks between) hold now, for `made`. */
const watch = (names) =>
  names ? names.split(" ").map((name) => ({ name, value: globalThis[name], there: name in globalThis })) : [];

/** Those of the watched names that hold something else than before. */
const made = (watched) =>
  watched.filter(({ name, value, there }) => name in globalThis && (!there || !Object.is(globalThis[name], value))).map(({ name }) => name);

/** The exit code that the program has asked for so far. */
export const exitCode = () => exitCodeSet();

/** Resolves when nothing of the program's is left to do here; gives how much Python has been asked until then, or null
 * where something may come all the same. */
export const still = () => bridge("still")();

/** What a form awaits can never come: it ends with that as its outcome, and its code never goes on. */
export const giveUp = (form) => bridge("giveUp")(form, (stacks) => ({ kind: "unsettled", stacks }));

/** The value of `*1`. */
export const lastResult = () => globalThis[names.results[0]];

const kept = new Map();

/** Keep `*1` under a number, of so many at most. */
function keepResult(number, most) {
  globalThis[Symbol.for("polyrepl.resultAt")] ??= (wanted) => kept.get(wanted);
  kept.delete(number);
  kept.set(number, lastResult());
  if (kept.size > most) kept.delete(kept.keys().next().value);
}

/** What was kept under a number, as the item of an array; an empty one where there is nothing. */
export const resultAt = (number) => (kept.has(number) ? [kept.get(number)] : []);

/** Make a value `*1`, and shift the ones before. */
export function remember(value) {
  const [one, two, three] = names.results;
  globalThis[three] = globalThis[two];
  globalThis[two] = globalThis[one];
  globalThis[one] = value;
}

/** Make what a function throws `*e`. */
export function rememberError(raise) {
  try {
    raise();
  } catch (error) {
    globalThis[names.error] = error;
  }
}

const PROBED = new Set(["then", "toJSON", "inspect", "__esModule", "nodeType", "asymmetricMatch", "$$typeof"]);

/** Let JavaScript see Python's names as `py.name`: what they mean is for Python's side to say ($py.builtins). */
export function shareNames() {
  if (Object.hasOwn(globalThis, "py")) return;
  owned.add("py");
  const python = bridge("$py").builtins;
  globalThis.py = new Proxy(
    {},
    {
      get: (_, name) => {
        const value = typeof name === "string" ? python[name] : undefined;
        // Not an object's attribute but a name, and one that nobody knows is a mistake also in JavaScript.
        return value !== undefined || typeof name === "symbol" || PROBED.has(name) || name in Object.prototype ? value : bridge("$py").get(python, [name]);
      },
      set: (_, name, value) => ((python[name] = value), true),
      has: (_, name) => name in python,
      ownKeys: () => [],
    },
  );
}

function present(value, options) {
  if (isPython(value)) return { kind: "python", value };
  const { text, cut } = limits === null ? { text: runtime.prStr(value), cut: false } : runtime.prStrWithin(value, limits);
  const { promise, data, metadata } = rich ? bundle(value) : { data: {}, metadata: {} };
  const outcome = { kind: "value", text, cut, data, metadata };
  // The terminal's page goes with the outcome: to ask for it afterwards takes a millisecond.
  if (options) outcome.page = firstPage(value, options);
  return promise === undefined ? outcome : bridge("$w")(promise).then((shown) => ({ ...outcome, ...shown }));
}

/** Whether a value lives in Python; a Proxy that answers anything, or throws, does not. */
function isPython(value) {
  try {
    return typeof value[PYTHON] === "object" && value[PYTHON] !== null;
  } catch {
    return false;
  }
}

/** How much of a value its text holds at most (null: all of it): what shows values page by page has no use for more. */
let limits = null;

let rich = false;

/** Give MIME bundles with values, or (as at the start) text alone. */
export function setRich(on) {
  rich = on;
}

function bundle(value) {
  try {
    return runtime.displayBundle(value);
  } catch {
    return { data: {}, metadata: {} }; // a getter that throws: the text has been made without it
  }
}

function failure(error) {
  try {
    if (error instanceof Exit) return { kind: "exit", code: ended(error) };
    globalThis[names.error] = error;
    return { kind: "error", ...describe(error) };
  } catch {
    globalThis[names.error] = error;
    const message = "a value that throws when it is looked at";
    return { kind: "error", name: "Thrown", message, stack: "", exception: null, cause: null };
  }
}

const MOST_CAUSES = 10, MOST_PARTS = 10;
/** Characters of a message, and of a stack from its end, that are told: what is longer is shown by nobody. */
const MOST_TEXT = 10_000, MOST_STACK = 200_000;

/** What `ask` gives, or `otherwise` where a getter of the error's throws. */
function asked(ask, otherwise) {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** `value instanceof Error`, also of a Proxy whose trap throws. */
const isError = (value) => asked(() => value instanceof Error, false);

/** As `clip` in bridge/foreign.py. */
function clipped(text) {
  const kept = MOST_TEXT - 30;
  return text.length > MOST_TEXT ? `${text.slice(0, kept)}… +${text.length - kept} chars` : text;
}

/** A message without the colours that Node's assertions have at a terminal, and without who required a module that is
 * missing: that is said by the frames. */
function plain(error, message) {
  return withoutRequires(error.code === "ERR_ASSERTION" ? withoutColors(message) : message);
}

function withoutRequires(message) {
  const at = message.indexOf("\nRequire stack:\n");
  return at < 0 ? message : message.slice(0, at);
}

/** An error as data: name, message, raw stack, the live Python exception if it came from there. */
function describe(error, told = new Set()) {
  if (!isError(error)) {
    const message = clipped(runtime.prStr(error, { maxTotal: 1000, maxString: MOST_TEXT }));
    return { name: "Thrown", message, stack: "", exception: null, cause: null };
  }
  told.add(error); // causes may go in a circle
  const cause = asked(() => error.cause, undefined);
  return {
    name: clipped(asked(() => String(error.name), "Error")),
    message: clipped(asked(() => plain(error, error[Symbol.for("polyrepl.cut")] ?? runtime.messageOf(error)), "<its message cannot be read>")),
    stack: asked(() => stackOf(error), "").slice(-MOST_STACK),
    hint: asked(() => hintOf(error), null),
    exception: asked(() => error.exception ?? null, null),
    cause: isError(cause) && !told.has(cause) && told.size <= MOST_CAUSES ? describe(cause, told) : null,
    ...asked(() => parts(error, told), undefined),
  };
}

/** The first errors of a group's that are not told of yet, and how many it has. */
function parts(error, told) {
  if (!(error instanceof AggregateError) || !Array.isArray(error.errors)) return undefined;
  const errors = [];
  for (const each of error.errors.slice(0, MOST_PARTS)) if (told.size <= MOST_CAUSES + MOST_PARTS && !told.has(each)) errors.push(describe(each, told));
  return { errors, of: error.errors.length };
}
