/**
 * The working folder and the environment, which all languages of a session share.
 *
 * In: what Python has changed. Out: what has changed here since both agreed, as text for Python (session/place.py). Writes
 * to process.env are noted as they are made, so that nothing is compared where nothing has changed.
 */

let folder = "";
let written = new Set();
let environment = null;

/** Is it process.env as we follow it? A Proxy like a program's, but no code of a program's runs for it. */
export const isEnvironment = (x) => x !== null && x === environment;

/** Note what is written to process.env from now on. */
export function follow() {
  folder = here();
  const noted = (name) => typeof name === "string" && written.add(name);
  environment = process.env = new Proxy(process.env, {
    set: (target, name, value) => (noted(name), Reflect.set(target, name, value)),
    defineProperty: (target, name, made) => (noted(name), Reflect.defineProperty(target, name, made)),
    deleteProperty: (target, name) => (noted(name), Reflect.deleteProperty(target, name)),
  });
}

function here() {
  try {
    return process.cwd();
  } catch {
    return folder; // it was deleted
  }
}

/** Where a program has put an object of its own in the place of process.env, what that holds is the environment. */
function adopt() {
  const given = process.env;
  if (environment === null || given === environment || given === null || typeof given !== "object") return;
  let texts;
  try {
    texts = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]));
  } catch {
    return; // it is no environment
  }
  process.env = environment;
  for (const name of Object.keys(environment)) if (!texts.has(name)) delete environment[name];
  for (const [name, text] of texts) if (environment[name] !== text) environment[name] = text;
}

/** What has changed here since both agreed; undefined if nothing. Both agree then. */
export function changes() {
  const now = here();
  adopt();
  if (now === folder && written.size === 0) return undefined;
  const told = {};
  if (now !== folder) told.folder = now;
  if (written.size > 0) told.environment = Object.fromEntries([...written].map((name) => [name, process.env[name] ?? null]));
  folder = now;
  written = new Set();
  return JSON.stringify(told);
}

/** Change here what Python says that has changed there; returns the folder. */
export function agree(text) {
  const told = JSON.parse(text);
  if (told.folder !== undefined) {
    try {
      process.chdir(told.folder);
    } catch {
      // it is gone by now
    }
    folder = here();
  }
  adopt();
  const before = new Set(written);
  for (const [name, value] of Object.entries(told.environment ?? {})) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
  written = before;
  return folder;
}
