/**
 * Tests of the bridge inside of Pyodide, with Node in place of a browser.
 * In: argv[2], JSON: {site, pyodide, folders: {path inside: folder}, args}. Out: what pytest prints, its exit code.
 */
import { pathToFileURL } from "node:url";

process.exitCode = 3; // also where nothing is left to wait for
const { site, pyodide, folders, args } = JSON.parse(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${pyodide}/`, stdout: print("stdout"), stderr: print("stderr") });
for (const [inside, folder] of Object.entries(folders)) {
  python.FS.mkdirTree(inside);
  python.mountNodeFS(inside, folder);
}

// A browser's events, which Node has under other names.
const events = new EventTarget();
globalThis.addEventListener = (...given) => events.addEventListener(...given);
const dispatch = (name, fields) => {
  const event = Object.assign(new Event(name, { cancelable: true }), fields);
  events.dispatchEvent(event);
};
process.on("uncaughtException", (error) => dispatch("error", { error, message: String(error?.message) }));
process.on("unhandledRejection", (reason, promise) => dispatch("unhandledrejection", { reason, promise }));
process.on("rejectionHandled", (promise) => dispatch("rejectionhandled", { promise }));

const { converse } = await loaded(pathToFileURL(`${site}/bridge/web/host.mjs`).href);
python.globals.set("_converse", (output) => converse(python, { output }));
python.globals.set("_args", python.toPy(args));
async function loaded(file) {
  try {
    return await import(file);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    return process.exit(3);
  }
}

let code = 3;
try {
  code = await run();
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
}
process.exit(code);

function run() {
  return python.runPythonAsync(`
import sys
sys.path[:0] = ["/src", "/packages"]
sys.dont_write_bytecode = True
sys.path.insert(0, "/tests")
import builtins
builtins._converse = _converse
import pytest
int(pytest.main(_args, plugins=[]))
`);
}

function print(name) {
  return (line) => process[name].write(`${line}\n`);
}
