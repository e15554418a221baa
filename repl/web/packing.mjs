/**
 * Packs Python for a page: all that a start imports compiled, one archive for Python's own library and one for polyrepl, each
 * in one piece. Runs in Node while a page is built.
 *
 * In: the folder of Pyodide, polyrepl.zip, the folder where it all goes. Out: there `library.zst` and `archive.zst`, zip
 * archives compressed as wholes, which takes a third less than file by file; and `library.zip`, the first as it was before.
 * Modules that no start imports stay as texts, which are smaller. Of the others polyrepl's have empty texts beside them, by
 * whose names they are still known.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { constants, zstdCompressSync } from "node:zlib";

const LEVEL = 19, WINDOW = 24;
const [folder, archive, target] = process.argv.slice(2);
const { loadPyodide } = await import(`file://${folder}/pyodide.mjs`);
// The columns of each instruction, for carets under lines of libraries, are a fifth of what is compiled.
const python = await loadPyodide({ indexURL: folder, env: { PYTHONNODEBUGRANGES: "1" } });
const home = python.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
python.FS.writeFile("/library.zip", readFileSync(`${folder}/python_stdlib.zip`));
python.FS.writeFile("/archive.zip", readFileSync(archive));
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: home });
python.globals.set("home", home);
python.runPython(`
import importlib.util, marshal, sys, zipfile
import polyrepl.repl.web.answering, polyrepl.bridge.local, polyrepl.lisp.compiler

DATE = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive
UNCHECKED = (1).to_bytes(4, "little")
library = next(place for place in sys.path if place.endswith(".zip")) + "/"
started = {getattr(getattr(module, "__spec__", None), "origin", None) for module in list(sys.modules.values())}

def compiled(text, name):
    code = compile(text, name, "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(text) + marshal.dumps(code)

def files(name):
    with zipfile.ZipFile(name) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield entry.filename, archive.read(entry)

def write(target, entries):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, content in entries:
            made.writestr(zipfile.ZipInfo(name, DATE), content)

def of_library():
    for name, content in files("/library.zip"):
        if library + name in started:
            yield name + "c", compiled(content, library + name)
        else:
            yield name, content

def of_polyrepl():
    for name, content in files("/archive.zip"):
        if not name.endswith(".py"):
            yield name, content
            continue
        yield name, b""
        place = importlib.util.cache_from_source(name)
        yield place, compiled(content, f"{home}/{name}")

write("/library.packed", of_library())
write("/archive.packed", of_polyrepl())
`);
for (const name of ["library", "archive"]) {
  const made = python.FS.readFile(`/${name}.packed`);
  if (name === "library") writeFileSync(`${target}/library.zip`, made);
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_windowLog]: WINDOW };
  writeFileSync(`${target}/${name}.zst`, zstdCompressSync(made, { params, pledgedSrcSize: made.length }));
}
