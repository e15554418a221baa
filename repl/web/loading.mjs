/**
 * Pyodide in this worker: as its files have it, or from a snapshot of its memory in which polyrepl is imported already.
 *
 * In: the URL of Pyodide's folder, that of its library (packed.py), that of a snapshot (`polyrepl web build --snapshot`). Out:
 * Pyodide, with no file of polyrepl's; on the way how far it is. A snapshot is of one build of Pyodide, and asks it for what has no public name: where it can not be used the start
 * is the plain one.
 */

/**
 * @param {{python: string, library?: string, snapshot?: string, size?: number}} from `size`: how many bytes its files have
 * @param {(reason: string) => void} complain gets why the snapshot is not used
 * @param {(done: number) => void} tell gets how much of the files has come, from 0 to 1
 */
export async function load({ python, library, snapshot, size }, complain, tell) {
  const ignore = watch([python, library, snapshot], size, tell);
  try {
    return limited(await begin(python, library, snapshot, complain));
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
function watch(places, size, tell) {
  if (!size || typeof PerformanceObserver === "undefined") return () => {};
  let come = 0;
  const observer = new PerformanceObserver((seen) => {
    for (const { name, decodedBodySize } of seen.getEntries()) {
      if (places.some((place) => place !== undefined && name.startsWith(place))) tell(Math.min((come += decodedBodySize) / size, 1));
    }
  });
  observer.observe({ type: "resource", buffered: true });
  return () => observer.disconnect();
}

async function begin(python, library, snapshot, complain) {
  const own = library === undefined ? undefined : unpacked(library);
  own?.catch(() => {}); // it is told when it is awaited
  const memory = snapshot === undefined ? undefined : unpacked(snapshot).catch((error) => error);
  const { loadPyodide } = await import(new URL("pyodide.mjs", python).href);
  // What it has not got it must not ask others for.
  const options = { indexURL: folderOf(python), packageBaseUrl: python };
  if (own === undefined) return started(loadPyodide, options, memory, complain);
  const place = URL.createObjectURL(new Blob([await own], { type: "application/zip" }));
  try {
    return await started(loadPyodide, { ...options, stdLibURL: place }, memory, complain);
  } finally {
    URL.revokeObjectURL(place);
  }
}

async function started(loadPyodide, options, memory, complain) {
  if (memory !== undefined) {
    try {
      const got = await memory;
      if (got instanceof Error) throw got;
      const made = await loadPyodide({ ...options, _loadSnapshot: got });
      made.runPython(RENEW);
      return made;
    } catch (error) {
      complain(String(error?.message ?? error).split("\n")[0]);
    }
  }
  return loadPyodide(options);
}

/** Two starts must not draw the same numbers, whoever draws them; and what was looked up in folders is forgotten. */
const RENEW = `def _renew():
    import gc, importlib, random
    for one in gc.get_objects():
        if issubclass(type(one), random.Random):
            one.seed()
    importlib.invalidate_caches()
_renew()
del _renew`;

/** What a packed file holds: hosts leave files of kinds that they do not know as they are. @param {string} url */
export async function unpacked(url) {
  const [{ decompress }, got] = await Promise.all([import("./vendor/fzstd.mjs"), fetch(url)]);
  if (!got.ok) throw new Error(`${url}: ${got.status} ${got.statusText}`);
  return decompress(new Uint8Array(await got.arrayBuffer()));
}

/** Where a URL's file is for Pyodide, which takes paths where it runs in Node. */
const folderOf = (url) => (url.startsWith("file:") ? decodeURIComponent(new URL(url).pathname) : url);
