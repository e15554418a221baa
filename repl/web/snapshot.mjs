/**
 * Makes the snapshot of a page: Python's memory after its start, with polyrepl imported. Runs in Node while a page is built.
 *
 * Its global `_renew` is for the start (loading.mjs).
 *
 * In: the folder of Pyodide, its library as the page has it, polyrepl.zip, where the snapshot goes. Out: that file, compressed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { constants, zstdCompressSync } from "node:zlib";

const LEVEL = 19, WINDOW = 24;
const [folder, library, archive, target] = process.argv.slice(2);
const { loadPyodide } = await import(`file://${folder}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: folder, stdLibURL: library, _makeSnapshot: true });
const home = python.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: home });
// Two starts must not draw the same numbers, whoever draws them. To look for those at a start would take as long as all else.
python.runPython(`
import gc
import polyrepl.repl.web.answering, polyrepl.bridge.local, polyrepl.lisp.compiler
polyrepl.repl.web.answering.read_ahead()
def _made():
    import random
    gc.collect()
    drawn = [one for one in gc.get_objects() if issubclass(type(one), random.Random)]
    def renew():
        for one in drawn:
            one.seed()
    return renew
_renew = _made()
del gc, _made
`);
const memory = python.makeMemorySnapshot();
const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_windowLog]: WINDOW };
writeFileSync(target, zstdCompressSync(memory, { params, pledgedSrcSize: memory.length }));
