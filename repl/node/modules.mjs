/**
 * Modules of JavaScript as the Lisp sees them, wherever they come from (importing.mjs).
 *
 * In: namespaces. Out: what `js.import` and `import` give; in `imported` the files that came by path, by which
 * renewing.mjs finds them again; the hint for a module whose default export was meant.
 */
import { isModuleNamespaceObject, stackOf } from "./platform.mjs";

/** Files that were imported by path: URL -> { namespace, value, at }, for renewing.mjs. */
export const imported = new Map();

export function note(url, module) {
  if (imported.get(url)?.namespace !== module.namespace) imported.set(url, module);
}

/** A CommonJS module gives what `require` would give; an ES module its namespace. */
export function moduleValue(namespace) {
  return "module.exports" in namespace ? namespace["module.exports"] : namespace;
}

/** What `import d, {a} from ".."` takes from: a CommonJS module without a `default` is itself the default export. */
export function withDefault(value) {
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

/** The hint for a module whose default export was meant: `(js.import "axios" :as axios) (axios.get ..)`. */
export function defaultExport(message) {
  const [, name, member] = /^([\w$]+)(?:\.([\w$]+))? is not a function$/.exec(message) ?? [];
  const own = name && Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  if (!isModuleNamespaceObject(own)) return null;
  const meant = member === undefined ? own.default : own.default?.[member];
  if (typeof meant !== "function") return null;
  const what = member === undefined ? "is what can be called" : `has ${member}`;
  return `${name} is a module; its default export ${what}: (js.import ".." :default ${name})`;
}

/** What was not found, told by its own name. @param {any} error what says so @param {string} from where it was looked for */
export function notFound(error, specifier, from, hint) {
  const told = new Error(`cannot find the JavaScript module ${JSON.stringify(specifier)} from ${from}`);
  told.name = "ModuleNotFound";
  told.code = error.code;
  const frames = stackOf(error).match(/(\n\s+at .*)+$/);
  told.stack = `${told.name}: ${told.message}${frames ? frames[0] : ""}`;
  told.hint = hint;
  return told;
}
