/**
 * What the program's `import` and `require` find, from its folder.
 *
 * In: specifiers. Out: modules as the Lisp sees them; errors that name what is missing and what installs it; in `imported`
 * the files that came by path. Loading them again is renewing.mjs's.
 */
import fs from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";
import vm from "node:vm";

const importers = new Map();

/** A dynamic `import` and a `require` that resolve from `folder`. */
export function importer(folder, again) {
  let found = importers.get(folder);
  if (found === undefined) {
    const base = path.join(folder, ".polyrepl-import.mjs");
    const load = vm.runInThisContext("(specifier, options) => import(specifier, options)", {
      filename: pathToFileURL(base).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const require = createRequire(base);
    found = {
      require,
      load: async (specifier, options, takesDefault) => {
        try {
          if (options?.reload) return await loadAgain(specifier, options.reload, base, found, again);
          const at = Date.now();
          const namespace = await load(specifier, options);
          const value = moduleValue(namespace);
          if (BY_PATH.test(specifier)) note(urlOf(specifier, base), { namespace, value, at });
          return takesDefault ? withDefault(value) : value;
        } catch (error) {
          throw missing(error, specifier, folder);
        }
      },
    };
    importers.set(folder, found);
  }
  return found;
}

const BY_PATH = /^(?:\.{0,2}\/|file:)/;

/** Files that were imported by path: URL -> { namespace, value, at }, for renewing.mjs. */
export const imported = new Map();

/** As Node names the file of a specifier: where links lead. */
function urlOf(specifier, base) {
  const url = new URL(specifier, pathToFileURL(base));
  if (url.search) return url.href;
  try {
    return pathToFileURL(fs.realpathSync(url)).href;
  } catch {
    return url.href;
  }
}

function note(url, module) {
  if (imported.get(url)?.namespace !== module.namespace) imported.set(url, module);
}

/** `(py.import ".." :reload)`, `(js.import ".." :reload)`; "changed": only what is other than when it was loaded. */
async function loadAgain(specifier, how, base, { load, require }, again) {
  if (how === "py") return again.python(specifier);
  if (how === "changed") await again.javascript([]);
  else if (BY_PATH.test(specifier)) await again.javascript([urlOf(specifier, base)]);
  else if (!isBuiltin(specifier)) await again.javascript([pathToFileURL(require.resolve(specifier)).href]);
  return load(specifier);
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
export function hintOf(error) {
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

/** What `import d, {a} from ".."` takes from: a CommonJS module without a `default` is itself the default export. */
function withDefault(value) {
  const isObject = typeof value === "function" || (typeof value === "object" && value !== null);
  if (isObject && "default" in value) return value;
  return Object.create(isObject ? value : null, { default: { value } });
}

/** The URL of the file that a global's module was imported from; "" if it is none. */
export function importedFrom(name) {
  const value = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  for (const [url, module] of imported) if (value !== undefined && (value === module.namespace || value === module.value)) return url;
  return "";
}
