/**
 * What the program's `import` and `require` find, from its folder.
 *
 * In: specifiers. Out: modules as the Lisp sees them (modules.mjs); errors that name what is missing and what installs it.
 * Loading files again is renewing.mjs's. In a browser `../web/importing.mjs` stands in this one's place.
 */
import fs from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { defaultExport, imported, moduleValue, note, notFound, withDefault } from "./modules.mjs";

/** Folder -> what imports from there. */
export const importers = new Map();

/** What imports have given, for functions that are sent elsewhere: module -> { specifier, folder, isModule }. */
class Specifiers extends Map {
  put(module, specifier, folder, isModule) {
    const isObject = typeof module === "function" || (typeof module === "object" && module !== null);
    if (isObject && !this.has(module)) this.set(module, { specifier, folder, isModule });
    return module;
  }
}

export const specifiers = new Specifiers();

const at = (name) => globalThis[Symbol.for(`polyrepl.${name}`)];

/** A dynamic `import` and a `require` that resolve from `folder`. */
export function importer(folder, again) {
  let found = importers.get(folder);
  if (found === undefined) {
    const base = path.join(folder, ".polyrepl-import.mjs");
    const load = at("importAt")(base);
    const require = at("requireAt")(base);
    found = {
      require,
      load: async (specifier, options, takesDefault) => {
        try {
          if (options?.reload) return await loadAgain(specifier, options.reload, base, found, again);
          const at = Date.now();
          const namespace = await load(specifier, options);
          const value = moduleValue(namespace);
          specifiers.put(value, specifier, folder, types.isModuleNamespaceObject(value));
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

/** The URL of the file of a module that was required, or of a package that was imported; "" if it is none. */
export function fileOf(value) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return "";
  const { cache } = createRequire(import.meta.url);
  const path = Object.keys(cache).find((each) => cache[each]?.exports === value);
  if (path !== undefined) return pathToFileURL(path).href;
  const { specifier, folder } = specifiers.get(value) ?? {};
  try {
    return specifier === undefined || isBuiltin(specifier) ? "" : pathToFileURL(importers.get(folder).require.resolve(specifier)).href;
  } catch {
    return "";
  }
}

/** A package that is to be loaded again is one of the files that were imported. @param {string} url of its file */
export function noteAsked(url) {
  if (imported.has(url)) return;
  for (const [namespace, { isModule }] of specifiers) {
    if (isModule && fileOf(namespace) === url) note(url, { namespace, value: namespace, at: performance.timeOrigin });
  }
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
  return notFound(error, specifier, folder, installs(specifier));
}

/** The command that installs what a specifier names; null for Node's own modules and for files. */
function installs(specifier) {
  if (/^(?:[./#]|\w+:)/.test(specifier)) return null;
  const parts = specifier.split("/");
  return `polyrepl npm install ${parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/")}`;
}

/** Characters of a message that a hint is looked for in: a name that is longer has none. */
const LONGEST = 2000;

/** The hint of an error: its own, or, where `require` or `import()` found nothing, what installs it. */
export function hintOf(error) {
  if (typeof error.hint === "string") return error.hint.slice(0, LONGEST);
  const { code } = error, message = String(error.message).slice(0, LONGEST);
  if (error instanceof TypeError) return defaultExport(message);
  if (code === "ERR_INVALID_PACKAGE_CONFIG") return brokenPackage(message);
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return null;
  const name = /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  return name === undefined ? null : installs(name);
}

/** What is wrong with the package.json that Node's message names. */
function brokenPackage(message) {
  const file = /(\/\S.*?package\.json)/.exec(message)?.[1];
  if (file === undefined) return null;
  try {
    JSON.parse(fs.readFileSync(file, "utf8"));
    return `mend ${file}: it must be an object, with texts for "name" and "type"`;
  } catch (error) {
    return `mend ${file}: ${error.message.split("\n", 1)[0]}`;
  }
}
