/**
 * Loading JavaScript files of the program again: ES modules, whose loader keeps what it has, and CommonJS.
 *
 * In: `imported`, the files that the program imported by path (URL -> { namespace, value, at }; `at` is when loading
 * began), noted by session.mjs. Out: `changed`, those that are other now than when
 * they were loaded; `renew`, which loads them and whoever imports them again (each once) and puts what they export in the
 * place of what they exported before, wherever a global holds it. A package in node_modules stays as it is until it is asked
 * for; from then on its files are files of the program's.
 *
 * A renewed ES module is another one to Node, told by a query: `file:///m.mjs?renewed=2`.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const DEPENDENCY = /(?:\bfrom|\bimport|\brequire)\s{0,20}\(?\s{0,20}["']((?:\.{0,2}\/|file:)[^"'\n]{1,2000})["']/g;
const COARSE = 20; // ms by which a file system's clock may be behind
const SETTLED = 100; // ms after a file was written in which another writing may leave it the same times

const versions = new Map();
/** What each file held when it was read last, so that one that is as it was is not read again. */
const read = new Map();
/** What each file held when it was loaded, where that is known. */
const digests = new Map();
const again = createRequire(import.meta.url);
const { cache } = again;
let count = 0;
let hooks = null;

/** The folders of packages that were asked for, as URLs. @type {Set<string>} */
const packages = new Set();

/** The folder of the package that a file belongs to; undefined if none. */
const packageOf = (url) => /^file:.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(url)?.[0];

function isFile(url) {
  const folder = packageOf(url);
  return url.startsWith("file:") && (folder === undefined || packages.has(folder));
}

/** { digest, uses, ctime } of a file; null where it can not be read. */
function look(url) {
  try {
    const path = fileURLToPath(url);
    const { mtimeMs, ctimeMs, size, ino } = fs.statSync(path);
    const stamp = [mtimeMs, ctimeMs, size, ino].join();
    const settled = Date.now() - ctimeMs > SETTLED;
    const known = read.get(url);
    const { digest, specifiers } = known?.stamp === stamp ? known : contents(path);
    if (settled) read.set(url, { stamp, digest, specifiers });
    else read.delete(url);
    const uses = specifiers.map((specifier) => resolved(specifier, url)).filter((found) => found !== null && isFile(found));
    return { digest, uses, ctime: ctimeMs };
  } catch {
    return null;
  }
}

function contents(path) {
  const text = fs.readFileSync(path, "utf8");
  const specifiers = Array.from(text.matchAll(DEPENDENCY), ([, specifier]) => specifier);
  return { digest: createHash("sha1").update(text).digest("hex"), specifiers };
}

function resolved(specifier, importer) {
  try {
    const url = new URL(specifier, importer);
    if (fs.existsSync(url)) return pathToFileURL(fs.realpathSync(url)).href;
    return pathToFileURL(createRequire(importer).resolve(specifier)).href; // without its extension
  } catch {
    return null;
  }
}

/** All files of the program that are loaded: URL -> { digest, uses, ctime, at }. */
function files(imported, asked = []) {
  const found = new Map();
  const roots = [...imported].map(([url, { at }]) => [url, at]);
  roots.push(...Object.keys(cache).map((path) => [pathToFileURL(path).href, performance.timeOrigin]));
  roots.push(...asked.map((url) => [url, performance.timeOrigin]));
  roots.sort(([, one], [, other]) => one - other);
  for (const [root, at] of roots) {
    const waiting = [root];
    for (const url of waiting) {
      if (found.has(url) || (!isFile(url) && !imported.has(url))) continue;
      const seen = look(url);
      if (seen === null) continue;
      found.set(url, { ...seen, at });
      waiting.push(...seen.uses);
    }
  }
  return found;
}

function isChanged(url, { digest, ctime, at }) {
  const known = digests.get(url);
  return known === undefined ? ctime >= at - COARSE : known !== digest;
}

/** From now on the files are what they are: a change is a change of what they hold. */
export function watch(imported) {
  for (const [url, file] of files(imported)) if (!isChanged(url, file)) digests.set(url, file.digest);
}

/** The URLs of files that are other than when they were loaded. */
export const changed = (imported) => [...files(imported)].filter(([url, file]) => isChanged(url, file)).map(([url]) => url);

/**
 * Load files again, with what else has changed and whoever imports one of them.
 * @param {Map} imported
 * @param {string[]} urls of files that are loaded again in any case
 * @param {(url: string) => Promise<{namespace: object, value: unknown}>} load imports a file, told by its URL
 * @param {Set<string>} owned names of globals that are not the program's
 * @returns {Promise<string[]>} the paths of the files that were loaded again
 * @throws what a file throws: all is as before then
 */
export async function renew(imported, urls, load, owned) {
  for (const folder of urls.map(packageOf)) if (folder !== undefined) packages.add(folder);
  const all = files(imported, urls);
  const stale = new Set([...urls, ...[...all].filter(([url, file]) => isChanged(url, file)).map(([url]) => url)]);
  for (let before = -1; before !== stale.size; ) {
    before = stale.size;
    for (const [url, { uses }] of all) if (uses.some((used) => stale.has(used))) stale.add(url);
  }
  if (stale.size === 0) return [];
  hooks ??= registerHooks({ resolve });
  const before = [...stale].map((url) => [url, versions.get(url), cache[pathOf(url)]]);
  count++;
  for (const url of stale) {
    versions.set(url, count);
    delete cache[pathOf(url)];
  }
  const fresh = [];
  const required = [];
  const held = [...imported];
  try {
    for (const url of stale) {
      const known = imported.get(url);
      if (known !== undefined) fresh.push([url, known, await load(url)]);
    }
    for (const [url, , module] of before) if (module !== undefined) required.push([module.exports, again(pathOf(url))]);
  } catch (error) {
    for (const [url, version, module] of before) {
      if (version === undefined) versions.delete(url);
      else versions.set(url, version);
      if (module !== undefined) cache[pathOf(url)] = module;
    }
    for (const [url, known] of held) imported.set(url, known);
    throw error;
  }
  const at = Date.now();
  for (const url of stale) if (all.has(url)) digests.set(url, all.get(url).digest);
  for (const [url, known, { namespace, value }] of fresh) {
    replace(known, { namespace, value }, owned);
    imported.set(url, { namespace, value, at });
  }
  for (const [from, to] of required) replace({ namespace: from, value: from }, { namespace: to, value: to }, owned);
  return [...stale].map(pathOf);
}

function resolve(specifier, context, next) {
  const found = next(specifier, context);
  const version = versions.get(found.url);
  return version === undefined || context.conditions?.includes("require") ? found : { ...found, url: `${found.url}?renewed=${version}` };
}

const pathOf = (url) => (url.startsWith("file:") ? fileURLToPath(url) : url);

const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** Globals that hold the old module, or what it exported, hold the new one's. */
function replace(old, fresh, owned) {
  const instead = new Map([[old.namespace, fresh.namespace]]);
  const plain = new Map();
  for (const [from, to] of [[old.namespace, fresh.namespace], [old.value, fresh.value]]) {
    if (!isObject(from) || !isObject(to)) continue;
    for (const name of Object.keys(from)) {
      if (!(name in to)) continue;
      const value = valueOf(from, name);
      if (isObject(value)) instead.set(value, to[name]);
      else plain.set(name, { value, now: to[name] });
    }
  }
  if (isObject(old.value)) instead.set(old.value, fresh.value);
  for (const [name, held] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    if (!("value" in held) || !held.writable || owned.has(name)) continue;
    if (instead.has(held.value)) globalThis[name] = instead.get(held.value);
    else if (plain.has(name) && Object.is(plain.get(name).value, held.value)) globalThis[name] = plain.get(name).now;
  }
}

function valueOf(module, name) {
  try {
    return module[name];
  } catch {
    return undefined; // it never came so far
  }
}
