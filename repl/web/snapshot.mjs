/**
 * Makes the snapshot of a page: Python's memory after its start, with polyrepl imported. Runs in Node while a page is built.
 *
 * In: the folder of Pyodide, polyrepl.zip, where the snapshot goes. Out: that file, deflated.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

const [folder, archive, target] = process.argv.slice(2);
const { loadPyodide } = await import(`file://${folder}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: folder, _makeSnapshot: true });
const home = python.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: home });
python.runPython(`
import gc
import polyrepl.repl.web.answering, polyrepl.bridge.local, polyrepl.lisp.compiler
gc.collect()
del gc
`);
writeFileSync(target, deflateRawSync(python.makeMemorySnapshot(), { level: 9 }));
