/**
 * The Session's half in Node: runs compiled forms and says how their values look.
 *
 * In: the code of one compiled form, a file name for stacks, and the form's flags.
 * Out: an outcome, a plain object that crosses to Python by copy:
 *   {kind: "value", text, data, metadata}   a JavaScript value in Lisp notation
 *     and `shown`, what node/terminal.mjs makes of it, where a terminal gave its options
 *   {kind: "python", value}                 a Python value: comes home as the very same object
 *   {kind: "nil"} {kind: "quiet"}           nothing to show
 *   {kind: "error", name, message, stack, exception, cause..}   thrown, with the raw stack text
 *   {kind: "exit", code}                    (exit n)
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";
import vm from "node:vm";
import { internKeyword } from "../../lisp/runtime/data.mjs";
import * as runtime from "../../lisp/runtime/index.mjs";
import { createMacroHost } from "../../lisp/runtime/macros.mjs";

const PYTHON = Symbol.for("polyrepl.python");
const bridge = (name) => globalThis[Symbol.for(`polyrepl.${name}`)];

/** Thrown by (exit n); an ordinary `catch` may see it, the top level ends the program. */
class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.name = "Exit";
    this.code = code;
  }
}

const exit = (code = 0) => {
  throw new Exit(Number(code) || 0);
};

const importers = new Map();

/** A dynamic `import` and a `require` that resolve from `folder`. */
function importer(folder) {
  let found = importers.get(folder);
  if (found === undefined) {
    const base = path.join(folder, ".polyrepl-import.mjs");
    const load = vm.runInThisContext("(specifier) => import(specifier)", {
      filename: pathToFileURL(base).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const require = createRequire(base);
    found = {
      require,
      load: async (specifier) => {
        try {
          return moduleValue(await load(specifier));
        } catch (error) {
          throw missing(error, specifier, folder);
        }
      },
    };
    importers.set(folder, found);
  }
  return found;
}

/** A module that is not there is told by its own name, with what installs it; any other error stays. */
function missing(error, specifier, folder) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes(".polyrepl-import.mjs")) return error;
  const told = new Error(`cannot find the JavaScript module ${JSON.stringify(specifier)} from ${folder}`);
  told.name = "ModuleNotFound";
  told.code = error.code;
  const frames = String(error.stack).match(/(\n\s+at .*)+$/);
  told.stack = `${told.name}: ${told.message}${frames ? frames[0] : ""}`;
  told.hint = installs(specifier);
  return told;
}

/** The command that installs what a specifier names; null for Node's own modules and for files. */
function installs(specifier) {
  if (/^(?:[./#]|\w+:)/.test(specifier)) return null;
  const parts = specifier.split("/");
  return `polyrepl npm install ${parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/")}`;
}

/** The hint of an error: its own, or, where `require` or `import()` found nothing, what installs it. */
function hintOf(error) {
  if (typeof error.hint === "string") return error.hint;
  if (error instanceof TypeError) return defaultExport(error.message);
  if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ERR_MODULE_NOT_FOUND") return null;
  const name = /^Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1];
  return name === undefined ? null : installs(name);
}

/** The hint for a module whose default export was meant: `(js.import "axios" :as axios) (axios.get ..)`. */
function defaultExport(message) {
  const [, name, member] = /^([\w$]+)(?:\.([\w$]+))? is not a function$/.exec(message) ?? [];
  const own = name && Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  if (!util.types.isModuleNamespaceObject(own)) return null;
  const meant = member === undefined ? own.default : own.default?.[member];
  if (typeof meant !== "function") return null;
  const what = member === undefined ? "is what can be called" : `has ${member}`;
  return `${name} is a module; its default export ${what}: (js.import ".." :default ${name})`;
}

/** A CommonJS module gives what `require` would give; an ES module its namespace. */
function moduleValue(namespace) {
  return "module.exports" in namespace ? namespace["module.exports"] : namespace;
}

// V8 keeps ten frames by default, most of which would be the bridge's.
Error.stackTraceLimit = 60;

let folder = process.cwd();
let imports = null;

/** Set the folder that `js.import` and `require` start from. */
export function setFolder(next) {
  folder = next;
  imports = null;
}

function currentImports() {
  if (imports === null) {
    const { require, load } = importer(folder);
    imports = {
      $rt: runtime,
      $py: bridge("$py"),
      $flag: bridge("$flag"),
      $w: bridge("$w"),
      $req: require,
      $import: load,
    };
    globalThis.require ??= require;
  }
  return imports;
}

/** Names every session knows beside the core functions. */
export function setup(argv) {
  bridge("$py").setKeywordMaker(internKeyword);
  globalThis.exit = exit;
  globalThis[names.argv] = argv;
  for (const name of names.results) globalThis[name] = null;
  globalThis[names.error] = null;
}

const names = { argv: "$star$argv", results: ["$star1", "$star2", "$star3"], error: "$star$e" };

/** Tell the JavaScript names of `*1 *2 *3 *e *argv*` (the compiler mangles, not this file). */
export function setNames(results, error, argv) {
  names.results = [...results]; // Python's list: once, not at every form
  names.error = error;
  names.argv = argv;
}

let macros = null;

/** The macro host, made at the first `defmacro`. */
const host = () => (macros ??= createMacroHost(currentImports(), (code) => evaluate(code, "polyrepl:macro")));

/** Keep the compiled function of a macro; returns its number. */
export const defineMacro = (code) => host().define(code);

/** Call macro `number`; forms go both ways as JSON text, so that nothing stays behind as a handle. */
export const expandMacro = (number, forms) => JSON.stringify(host().expand(number, JSON.parse(forms)));

/** Let programs ask the compiler: eval, read-string, macroexpand (lisp/runtime/reflect.mjs). */
export function setCompiler(compile, read, expand) {
  const run = (text) => {
    const end = text.indexOf("\n");
    return evaluate(text.slice(end + 1), text.slice(0, end))(currentImports());
  };
  globalThis[Symbol.for("polyrepl.lisp")] = { compile, read, expand, run };
}

/** Which of `candidates` are JavaScript globals. */
export const known = (candidates) => [...candidates].filter((name) => name in globalThis);

function evaluate(code, filename) {
  return vm.runInThisContext(code, {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** Run one compiled form; never throws what the program threw: that is an outcome. */
export async function run(code, filename, quiet, options) {
  try {
    const form = evaluate(code, filename);
    let value = form(currentImports());
    if (quiet) {
      // A `def` keeps its promise; a form that awaits is itself a promise of nothing to show.
      await bridge("$w")(value);
      return { kind: "quiet" };
    }
    value = await bridge("$w")(value);
    if (value === undefined || value === null) return { kind: "nil" };
    remember(value);
    return present(value, options);
  } catch (error) {
    return failure(error);
  }
}

function remember(value) {
  const [one, two, three] = names.results;
  globalThis[three] = globalThis[two];
  globalThis[two] = globalThis[one];
  globalThis[one] = value;
}

function present(value, options) {
  if (value?.[PYTHON] !== undefined) return { kind: "python", value };
  const text = limits === null ? runtime.prStr(value) : runtime.prStr(value, limits);
  const outcome = { kind: "value", text, ...(rich ? bundle(value) : { data: {}, metadata: {} }) };
  // The terminal's page goes with the outcome: to ask for it afterwards takes a millisecond.
  const page = options && globalThis[Symbol.for("polyrepl.page")];
  if (page) outcome.shown = page(value, options);
  return outcome;
}

let limits = null;

/** Let the text of a value hold at most so much: what shows values page by page has no use for all of it. */
export function setLimits(options) {
  limits = { ...options };
}

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
  if (error instanceof Exit) return { kind: "exit", code: error.code };
  globalThis[names.error] = error;
  return { kind: "error", ...describe(error) };
}

const MOST_CAUSES = 10;

/** An error as data: name, message, raw stack, the live Python exception if it came from there. */
function describe(error, told = new Set()) {
  if (!(error instanceof Error)) {
    return { name: "Thrown", message: runtime.prStr(error), stack: "", exception: null, cause: null };
  }
  told.add(error); // causes may go in a circle
  const { cause } = error;
  let stack = "";
  try {
    stack = String(error.stack ?? "");
  } catch {
    // A `stack` getter that throws leaves the error without frames.
  }
  return {
    name: String(error.name),
    message: String(error.message).replace(/\nRequire stack:\n[^]*$/, ""),
    stack,
    hint: hintOf(error),
    exception: error.exception ?? null,
    cause: cause instanceof Error && !told.has(cause) && told.size <= MOST_CAUSES ? describe(cause, told) : null,
  };
}
