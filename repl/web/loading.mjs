/**
 * Pyodide in this worker: as its files have it, or from a snapshot of its memory in which polyrepl is imported already.
 *
 * In: the URL of Pyodide's folder, that of its library (packed.py), that of a snapshot (`polyrepl web build --snapshot`). Out:
 * Pyodide, with no file of polyrepl's; on the way how far it is. A snapshot is of one build of Pyodide, and asks it for what has no public
 * name: where it can not be used the start is the plain one. Where it can, nothing of Python's library is needed before a program runs: it
 * is asked for afterwards.
 */
import { fetched } from "./unpacker.mjs";

/**
 * @param {{python: string, library?: string, snapshot?: string, unpacker: import("./unpacker.mjs").Unpacker}} from
 * @param {(reason: string) => void} complain gets why the snapshot is not used
 * @param {(bytes: number) => void} tell is told of each of Pyodide's files that has come
 * @returns {Promise<{pyodide: any, complete: (() => Promise<void>) | null}>} `complete`, where it comes from a snapshot: puts
 *   Python's library where it belongs
 */
export async function load({ python, library, snapshot, unpacker }, complain, tell) {
  const ignore = watch(python, tell);
  try {
    const begun = await begin(python, library, snapshot, unpacker, complain);
    limited(begun.pyodide);
    return begun;
  } finally {
    ignore();
  }
}

/** Python's deepest stack in memory, in bytes: by then half of a worker's own stack is full, at most (stack.py). */
const PYTHONS_STACK = 512 * 1024;

/** Each task of Python's asks for the limits as it begins; what is there already is told. */
function limited(made) {
  const { _emscripten_stack_get_base: base, _emscripten_stack_set_limits: limit } = made._module;
  const { _PyThreadState_Get: current, __Py_InitializeRecursionLimits: heed } = made._module;
  limit(base(), base() - PYTHONS_STACK);
  heed(current());
  return made;
}

/** Look at what has been loaded. Returns what ends that. */
function watch(place, tell) {
  if (typeof PerformanceObserver === "undefined") return () => {};
  const observer = new PerformanceObserver((seen) => {
    for (const { name, decodedBodySize } of seen.getEntries()) if (name.startsWith(place)) tell(decodedBodySize);
  });
  observer.observe({ type: "resource", buffered: true });
  return () => observer.disconnect();
}

async function begin(python, library, snapshot, unpacker, complain) {
  const code = python.startsWith("file:") ? null : coming(python);
  const packed = library === undefined || snapshot !== undefined ? undefined : unpacker.unpacked(library);
  packed?.catch(() => {}); // it is told when it is awaited
  const memory = snapshot === undefined ? undefined : unpacker.unpacked(snapshot).catch((error) => error);
  const { loadPyodide } = await import(new URL("pyodide.mjs", python).href);
  // What it has not got it must not ask others for.
  const options = { indexURL: folderOf(python), packageBaseUrl: python };
  if (memory !== undefined) {
    const without = library === undefined ? options : { ...options, stdLibURL: "data:," };
    const pyodide = await fromMemory((more) => compiled(loadPyodide, { ...without, ...more }, code), memory, complain);
    const complete = async () => library && pyodide.FS.writeFile(libraryOf(pyodide), await unpacker.unpacked(library));
    if (pyodide !== null) return { pyodide, complete };
  }
  if (library === undefined) return { pyodide: await compiled(loadPyodide, options, code), complete: null };
  const place = URL.createObjectURL(new Blob([await (packed ?? unpacker.unpacked(library))], { type: "application/zip" }));
  try {
    return { pyodide: await compiled(loadPyodide, { ...options, stdLibURL: place }, code), complete: null };
  } finally {
    URL.revokeObjectURL(place);
  }
}

/** Where Python looks for its library. */
const libraryOf = ({ _api: { pyVersionTuple: [major, minor] } }) => `/lib/python${major}${minor}.zip`;

/** Begin with a snapshot. Null where it is of no use. */
async function fromMemory(start, memory, complain) {
  try {
    const got = await memory;
    if (got instanceof Error) throw got;
    const made = await start({ _loadSnapshot: got });
    made.runPython("_renew()\ndel _renew"); // snapshot.mjs
    return made;
  } catch (error) {
    complain(String(error?.message ?? error).split("\n")[0]);
    return null;
  }
}

/** Python's code, which the browser compiles as it comes: Pyodide would ask for that when all else is there. */
function coming(python) {
  import(new URL("pyodide.asm.mjs", python).href).catch(() => {}); // Pyodide imports it itself
  const place = new URL("pyodide.asm.wasm", python).href;
  const module = WebAssembly.compileStreaming(fetched(place, (got) => got));
  module.catch(() => {}); // it is told when it is awaited
  return { place, module };
}

/** Start Pyodide with the code that is compiled already: it is given in place of what Pyodide fetches and compiles. */
async function compiled(loadPyodide, options, code) {
  if (code === null) return loadPyodide(options);
  const module = await code.module;
  const { fetch } = globalThis, { instantiateStreaming } = WebAssembly;
  globalThis.fetch = (asked, ...more) => (String(asked) === code.place ? Promise.resolve(new Response()) : fetch(asked, ...more));
  WebAssembly.instantiateStreaming = async (_, imports) => ({ module, instance: await WebAssembly.instantiate(module, imports) });
  try {
    return await loadPyodide(options);
  } finally {
    Object.assign(globalThis, { fetch });
    Object.assign(WebAssembly, { instantiateStreaming });
  }
}

/** Where a URL's file is for Pyodide, which takes paths where it runs in Node. */
const folderOf = (url) => (url.startsWith("file:") ? decodeURIComponent(new URL(url).pathname) : url);
