/**
 * Where Node begins when there are bundles (scripts/bundle.mjs): one file in place of many, and V8's code for it.
 *
 * In: `node start.cjs BUNDLE.. MODULE..`; the first bundle is the bridge's, its main.mjs runs and loads the rest. Out: for
 * main.mjs, what finds modules of all bundles by their paths. Compiled code is kept in a folder of the user's (XDG_CACHE_HOME/polyrepl or ~/.cache/polyrepl) that nobody else may
 * write; where there is none, or what is in it is of no use to this V8, the text is compiled as always.
 */
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const vm = require("node:vm");

const KEPT = 12; // files of compiled code: some bundles and Nodes
/** Path -> where its namespace is: a group of modules that are made together, and which of them it is.
 * @type {Map<string, {group: {make: () => object[], namespaces: object[] | null}, at: number}>} */
const modules = new Map();
/** Scripts whose code is to be kept, and where. @type {[vm.Script, string][]} */
let unkept = [];

/** Whether only this user can have written a file or folder. @param {fs.Stats} found */
const isPrivate = (found) => found.uid === process.getuid() && (found.mode & 0o022) === 0;

/** The folder of compiled code; undefined where there is none. @param {boolean} make */
function cacheFolder(make) {
  const home = process.env.XDG_CACHE_HOME || (process.env.HOME && path.join(process.env.HOME, ".cache"));
  if (!home || !path.isAbsolute(home)) return undefined;
  const folder = path.join(home, "polyrepl");
  if (make) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() && isPrivate(found) ? folder : undefined;
}

/** What was kept in a file that only this user can have written; undefined if nothing. */
function keptIn(file) {
  let fd;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    const found = fs.fstatSync(fd);
    return found.isFile() && isPrivate(found) ? fs.readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Keep the code of what has been compiled in this run; harmless where that can not be. */
function keep() {
  const scripts = unkept;
  unkept = [];
  for (const [script, name] of scripts) {
    try {
      const folder = cacheFolder(true);
      if (folder === undefined) return;
      const begun = path.join(folder, `.${name}-${process.pid}`);
      fs.writeFileSync(begun, script.createCachedData(), { mode: 0o600, flag: "wx" });
      fs.renameSync(begun, path.join(folder, name));
      const age = (file) => fs.statSync(path.join(folder, file)).mtimeMs;
      const files = fs.readdirSync(folder).filter((file) => file.endsWith(".code")).sort((a, b) => age(b) - age(a));
      for (const file of files.slice(KEPT)) fs.unlinkSync(path.join(folder, file));
    } catch {
      // it is compiled again next time
    }
  }
}

/** Define the modules of a bundle. @param {string} file its real path */
function load(file) {
  const source = fs.readFileSync(file, "latin1"); // it is ASCII, which V8 keeps as it is
  const digest = /"digest":"([0-9a-f]{16})/.exec(source.slice(0, 200))?.[1];
  const folder = path.dirname(file);
  const name = `${path.basename(path.dirname(folder))}-${digest}-${process.version}-${process.arch}.code`;
  let cachedData;
  try {
    const cache = cacheFolder(false);
    if (cache !== undefined) cachedData = keptIn(path.join(cache, name));
  } catch {
    // not to be read
  }
  const script = new vm.Script(source, { filename: pathToFileURL(file).href, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) unkept.push([script, name]);
  const use = (wanted) => (wanted.endsWith(".mjs") ? found(path.join(folder, wanted)) : process.getBuiltinModule(wanted));
  const later = async (wanted) => use(wanted);
  const meta = (of) => ({ url: pathToFileURL(path.join(folder, of)).href });
  script.runInThisContext()((names, make) => {
    const group = { make: () => make(use, later, meta), namespaces: null };
    names.forEach((each, at) => modules.set(path.join(folder, each), { group, at }));
  });
}

/** The namespace of a module, which runs when it is asked for first; undefined where no bundle has it. */
function found(file) {
  const module = modules.get(file);
  if (module === undefined) return undefined;
  const { group, at } = module;
  group.namespaces ??= group.make();
  return group.namespaces[at];
}

/** `found`, also by a path that goes over links. */
function own(file) {
  if (typeof file !== "string" || !file.endsWith(".mjs") || !path.isAbsolute(file)) return undefined;
  const namespace = found(file);
  if (namespace !== undefined) return namespace;
  let real;
  try {
    real = fs.realpathSync(file);
  } catch {
    return undefined;
  }
  return found(real);
}

delete process.mainModule; // a program's `require.main` is not this
const [bridge, ...others] = process.argv.filter((file) => file.endsWith("/bundle.cjs"));
process.argv = process.argv.filter((file) => !file.endsWith("/bundle.cjs"));
load(bridge);
globalThis[Symbol.for("polyrepl.start")] = { own, keep, load: () => others.forEach(load) };
found(path.join(path.dirname(bridge), "main.mjs"));
