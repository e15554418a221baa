/**
 * Files between the user's machine and the program's working folder.
 *
 * In: files that are chosen or dropped; names of files in the folder. Out: files written there; downloads.
 */

/** @param {import("./session.mjs").Session} session @param {Iterable<File>} files @returns {Promise<string[]>} their names */
export async function upload(session, files) {
  const names = [];
  for (const file of files) {
    const name = file.name.replace(/[/\0]/g, "_") || "file";
    await session.demand("write", { path: name, data: new Uint8Array(await file.arrayBuffer()) });
    names.push(name);
  }
  return names;
}

/** @param {import("./session.mjs").Session} session @param {string} name */
export async function download(session, name) {
  const data = await session.demand("read", { path: name });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The files of the working folder: [{name, size}]. @param {import("./session.mjs").Session} session */
export async function listed(session) {
  const found = (await session.ask("list", { path: "." })) ?? [];
  return found.filter(({ name, folder }) => !folder && !name.startsWith(".")).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {number} size in bytes */
export const sizeText = (size) => (size < 1_000 ? `${size} B` : size < 1e6 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`);
