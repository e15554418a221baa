/**
 * What the program's `import` finds in a browser; this file takes the place of `../node/importing.mjs` in the web.
 *
 * In: specifiers. Out: modules as the Lisp sees them (modules.mjs); errors that say what was looked for, and what to do.
 *   ./x.mjs ../x.mjs /x.mjs     from the page, whose URL is under `Symbol.for("polyrepl.page")`
 *   https:, data:, blob:        as they are
 *   name, name/part             from the folder `npm/` beside the build's files, whose `index.json` says which file a name
 *                               means: {"name": "name/index.mjs", ..}; what it does not name is taken for a file there
 */
import { defaultExport, moduleValue, note, notFound, withDefault } from "../node/modules.mjs";

/** The folder that the build's files are in. */
const HERE = new URL("../../", import.meta.url);
const NPM = new URL("npm/", HERE);
const BY_PATH = /^\.{0,2}\//;
const URLS = /^[a-z][a-z\d+.-]+:/i;
const NODES = /^node:|^(?:fs|path|os|util|url|crypto|http|https|net|child_process|process|buffer|stream|events|assert|vm|zlib)(?:\/promises)?$/;

/** What a browser says of a request that came to nothing is that alone. */
const NO_ANSWER = "the address must be right, and its host allow other pages to read it: Access-Control-Allow-Origin";

const page = () => globalThis[Symbol.for("polyrepl.page")] ?? HERE.href;

/** For functions that are sent to other processes, which there are not: see ../node/importing.mjs. */
export const importers = new Map();
export const specifiers = new Map();

/** Nothing here can be loaded again. */
export const fileOf = () => "";
export function noteAsked() {}

let names = null;

/** Which file of npm/ each name means, once it was asked for. */
const index = () => (names ??= fetch(new URL("index.json", NPM)).then((got) => (got.ok ? got.json() : {}), () => ({})));

/** @returns {Promise<string>} */
async function urlOf(specifier) {
  if (BY_PATH.test(specifier)) return new URL(specifier, page()).href;
  if (URLS.test(specifier)) return specifier;
  const file = Object.entries(await index()).find(([name]) => name === specifier)?.[1];
  return new URL(file ?? specifier, NPM).href;
}

/** What to do where a module was not found. */
function advice(specifier) {
  if (NODES.test(specifier)) return "it is Node's own: a browser has none, Python's standard library may have what you need";
  if (BY_PATH.test(specifier)) return "it is looked for beside the page: put the file there";
  const isolated = globalThis.crossOriginIsolated ? ", and an isolated page takes only what is sent with CORS headers or Cross-Origin-Resource-Policy" : "";
  if (URLS.test(specifier)) return `the address must be right, and allow other pages to load it${isolated}`;
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  return `build the page with it: polyrepl web build --npm ${name}; or import a URL: (js.import "https://..")`;
}

async function load(specifier, options) {
  if (NODES.test(specifier) && !(specifier in (await index()))) throw notFound(new Error(), specifier, "a browser", advice(specifier));
  const url = await urlOf(specifier);
  try {
    return { namespace: await import(url, options), url };
  } catch (error) {
    // A browser says of a file that is missing, or refused, only this; what the file itself throws is its own affair.
    if (!(error instanceof TypeError) || !/dynamically imported module|Importing a module script failed/.test(error.message)) throw error;
    const from = BY_PATH.test(specifier) ? page() : URLS.test(specifier) ? "its host" : NPM.href;
    throw notFound(error, specifier, from, advice(specifier));
  }
}

/** @param {string} _folder is Python's @param {{python: (name: string) => any, javascript: (urls: string[]) => any}} again */
export function importer(_folder, again) {
  return {
    require,
    load: async (specifier, options, takesDefault) => {
      if (options?.reload === "py") return again.python(specifier);
      if (options?.reload && options.reload !== "changed") await again.javascript([specifier]);
      const at = Date.now();
      const { namespace, url } = await load(specifier, options?.reload ? undefined : options);
      const value = moduleValue(namespace);
      if (BY_PATH.test(specifier)) note(url, { namespace, value, at });
      return takesDefault ? withDefault(value) : value;
    },
  };
}

/** There is nothing to be had at once. */
function require(name) {
  const told = new Error(`there is no require() in a browser: ${JSON.stringify(String(name))}`);
  told.hint = `import it: (js.import ${JSON.stringify(String(name))} :as name), or await import(..) in JavaScript`;
  throw told;
}

/** The hint of an error: its own, or that a module's default export was meant. */
export function hintOf(error) {
  if (typeof error.hint === "string") return error.hint;
  if (!(error instanceof TypeError)) return null;
  return /^(?:Failed to fetch|NetworkError|Load failed)/.test(error.message) ? NO_ANSWER : defaultExport(error.message);
}
