// Files are looked at often and read when they have changed: repl/node/renewing.mjs.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { changed, watch } from "../../repl/node/renewing.mjs";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "renewing-")));
test.after(() => fs.rmSync(folder, { recursive: true }));

const file = (name, text) => {
  fs.writeFileSync(path.join(folder, name), text);
  return pathToFileURL(path.join(folder, name)).href;
};

/** The names of the files that a function reads, with the clock so many ms ahead. */
function reads(ahead, act) {
  const { readFileSync } = fs;
  const { now } = Date;
  const seen = [];
  fs.readFileSync = (name, ...rest) => (seen.push(path.basename(name)), readFileSync(name, ...rest));
  Date.now = () => now() + ahead;
  try {
    act();
  } finally {
    fs.readFileSync = readFileSync;
    Date.now = now;
  }
  return seen;
}

test("a file that is as it was is not read again, and one that is other is", () => {
  const dep = file("dep.mjs", "export const dep = 1;");
  const root = file("root.mjs", 'import { dep } from "./dep.mjs";\nexport const a = dep;');
  const imported = new Map([[root, { at: Date.now() + 1000 }]]); // loaded after it was written
  reads(-1000, () => watch(imported));
  const look = (ahead, found) => reads(ahead, () => assert.deepEqual(changed(imported), found));
  // What was written just now may be written again at what is the same time to the file system.
  assert.deepEqual(look(-1000, []), ["root.mjs", "dep.mjs"]);
  assert.deepEqual(look(1000, []), ["root.mjs", "dep.mjs"]);
  assert.deepEqual(look(1000, []), []);
  const { atime, mtime } = fs.statSync(path.join(folder, "dep.mjs"));
  file("dep.mjs", "export const dep = 2;");
  fs.utimesSync(path.join(folder, "dep.mjs"), atime, mtime);
  assert.deepEqual(look(1000, [dep]), ["dep.mjs"]);
  file("dep.mjs", "export const dep = 1;");
  assert.deepEqual(look(1000, []), ["dep.mjs"]);
});
