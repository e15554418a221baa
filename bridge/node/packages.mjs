/**
 * `require` and `import()` as seen from a place, also where a package.json around it cannot be read.
 *
 * In: a file's path, which need not exist. Out: the functions. Node reads the package.json that a file belongs to whatever
 * the file asks for, and fails where that one is broken. Here a specifier that does not need it (a package in node_modules,
 * a .mjs, .cjs or .json file) is then asked for from node_modules, which belongs to no package. What does need it (the
 * `type` of a .js file, `#internal`) fails as in Node.
 */
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const isBroken = (error) => error?.code === "ERR_INVALID_PACKAGE_CONFIG";
const besides = (file) => path.join(path.dirname(file), "node_modules", path.basename(file));

/** A `require` that resolves from a file's place. @param {string} file @returns {NodeJS.Require} */
export function requireAt(file) {
  const own = createRequire(pathToFileURL(file));
  const other = createRequire(pathToFileURL(besides(file)));
  const absolute = (name) => (/^\.\.?(?:\/|$)/.test(name) ? `${path.resolve(path.dirname(file), name)}${name.endsWith("/") ? "/" : ""}` : name);
  /** Do it from the other place where it is the resolving that failed: then no code has run yet. */
  const otherwise = (error, name, again) => {
    if (!isBroken(error) || typeof name !== "string" || name.startsWith("#")) throw error;
    try {
      own.resolve(name);
    } catch (failure) {
      if (isBroken(failure)) return again(absolute(name));
    }
    throw error;
  };
  const required = function require(name) {
    try {
      return own(name);
    } catch (error) {
      return otherwise(error, name, other);
    }
  };
  const resolve = (name, options) => {
    try {
      return own.resolve(name, options);
    } catch (error) {
      return otherwise(error, name, (at) => other.resolve(at, options));
    }
  };
  return Object.assign(required, own, { resolve: Object.assign(resolve, own.resolve) });
}

/** A dynamic `import` that resolves from a file's place. @param {string} file
 * @returns {(specifier: string, options?: ImportCallOptions) => Promise<any>} */
export function importAt(file) {
  const from = (filename) =>
    vm.runInThisContext("(specifier, options) => import(specifier, options)", {
      filename: pathToFileURL(filename).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  const own = from(file);
  // A module that had begun to run is not run again: it fails as it did.
  return (specifier, options) =>
    own(specifier, options).catch((error) => {
      if (!isBroken(error) || isBuiltin(specifier) || /^(?:\.{0,2}\/|#|\w+:)/.test(specifier)) throw error;
      return from(besides(file))(specifier, options);
    });
}
