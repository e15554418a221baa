/**
 * What `$py(..)` imports.
 * In: the name of a module, or the path of a file (absolute, or beginning with "./" or "../", or a file URL). Out: the
 * operands of the request. A relative path is meant from the module that calls, as in `import`, else from Python's
 * working folder.
 */
import { callerFolder, pathOfUrl } from "./platform.mjs";

const OWN = new URL(".", import.meta.url).href;

/** @param {string | URL} name @returns {any[]} @throws {TypeError} for a URL that is no file's */
export function importOperands(name) {
  if (typeof name === "string" && !/^(?:\.{0,2}\/|file:)/.test(name)) return [name];
  if (typeof name !== "string" && !(name instanceof URL)) return [name];
  const url = typeof name === "string" ? (name.startsWith("file:") ? name : undefined) : name;
  return url === undefined ? [name, callerFolder(OWN)] : [pathOfUrl(url), null];
}
