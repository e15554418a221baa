/** createNodePythonBridge: Python files by their path. Run by library_test.py. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { createNodePythonBridge, library, run, test } from "./node_programs.mjs";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "polyrepl-files-")));
after(() => fs.rmSync(folder, { recursive: true }));
const write = (name, text) => {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
};
write("x.py", "import beside\nplace = 'folder'\ncount = [1]\ndef twice(n): return beside.double(n)\n");
write("beside.py", "def double(n): return 2 * n\n");
write("json.py", "mine = True\n");
write("broken.py", "1 / 0\n");
write("a-b.c.py", "value = 5\n");
write("notes.txt", "");
write("pack/__init__.py", "from .inner import value\n");
write("pack/inner.py", "value = 7\n");
write("here/x.py", "place = 'here'\n");
write("here/only.py", "place = 'only here'\n");
write("modules/caller.mjs", "export const load = ($py, name) => $py(name);\n");
write("modules/x.py", "place = 'beside the module'\n");
const { load } = await import(pathToFileURL(path.join(folder, "modules", "caller.mjs")).href);

for (const sync of [false, true]) {
  test(`a file is imported by its path, sync: ${sync}`, async () => {
    const { $py, close } = await createNodePythonBridge({ cwd: path.join(folder, "here"), sync });
    // Beside the module that calls first, as `import` does; else in Python's working folder.
    assert.equal((await (await load($py, "./x.py")).place), "beside the module");
    assert.equal((await (await load($py, "./only.py")).place), "only here");
    assert.equal((await (await load($py, "../x.py")).place), "folder");
    assert.equal((await (await $py("./x.py")).place), "here");
    const x = await $py(new URL("x.py", pathToFileURL(`${folder}/`)));
    assert.equal(await x.twice(21), 42);
    // The same file is the same module, by whichever path.
    await (await x.count).append(2);
    for (const name of [path.join(folder, "x.py"), pathToFileURL(path.join(folder, "x.py")).href, path.join(folder, "pack", "..", "x.py")]) {
      assert.equal(await (await (await $py(name)).count).__len__(), 2);
    }
    assert.equal(await (await load($py, "../pack")).value, 7);
    assert.equal(await (await load($py, "../a-b.c.py")).value, 5);
    // It hides no module of its name.
    assert.equal(await (await load($py, "../json.py")).mine, true);
    assert.equal(await (await $py("json")).dumps(1), "1");
    assert.equal(await (await load($py, "../json.py")).mine, true);
    // A module that is found by its name as well is that one.
    assert.equal(await $py.eval("__import__('only') is __import__('sys').modules['only']"), true);
    const missing = { name: "ModuleNotFoundError", message: `there is no file ./none.py in ${folder}/modules or ${folder}/here` };
    await assert.rejects(async () => await load($py, "./none.py"), missing);
    await assert.rejects(async () => await $py("/no/such.py"), { name: "ModuleNotFoundError", message: "there is no file /no/such.py" });
    for (let i = 0; i < 2; i++) await assert.rejects(async () => await load($py, "../broken.py"), { name: "ZeroDivisionError" });
    await assert.rejects(async () => await load($py, "../notes.txt"), { name: "ImportError", message: /notes\.txt is no file of Python's/ });
    await assert.rejects(async () => await $py(new URL("http://localhost/x.py")), TypeError);
    await close();
  });
}

test("a program's own folder, whatever the working folder; none for source without a file", async () => {
  const program = write("modules/main.mjs", `
import { createNodePythonBridge } from ${JSON.stringify(library)};
await using python = await createNodePythonBridge({ cwd: "/" });
console.log(await (await python.$py("./x.py")).place);`);
  assert.equal((await run(`await import(${JSON.stringify(pathToFileURL(program).href)});`)).out, "beside the module\n");
  const inline = `await using python = await createNodePythonBridge({ cwd: ${JSON.stringify(path.join(folder, "here"))} });
console.log(await python.$py("./only.py").place);`;
  assert.equal((await run(inline)).out, "only here\n");
});
