/**
 * Archives as packing.mjs makes them: zip, each file as it is, its size before it.
 *
 * In: the file system of Pyodide, a folder, an archive's bytes. Out: the files are there. Python's own `zipfile` takes ten times as long.
 */
const FILE = 0x04034b50, AS_IT_IS = 0, HEAD = 30, SIZE_AFTERWARDS = 8;

/** @param {any} FS @param {string} folder @param {Uint8Array} archive */
export function write(FS, folder, archive) {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const made = new Set();
  for (let at = 0; view.getUint32(at, true) === FILE; ) {
    if (view.getUint16(at + 8, true) !== AS_IT_IS || view.getUint16(at + 6, true) & SIZE_AFTERWARDS) throw new Error("an archive of another kind");
    const name = at + HEAD;
    const content = name + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    const end = content + view.getUint32(at + 18, true);
    const path = `${folder}/${new TextDecoder().decode(archive.subarray(name, name + view.getUint16(at + 26, true)))}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) FS.mkdirTree(parent);
    made.add(parent);
    FS.writeFile(path, archive.subarray(content, end));
    at = end;
  }
}
