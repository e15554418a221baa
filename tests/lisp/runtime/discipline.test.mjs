/** The rules that let Python read names and docs from the runtime and embed single functions of it. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import * as rt from "../../../lisp/runtime/index.mjs";

const folder = new URL("../../../lisp/runtime/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
const texts = new Map(files.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
const DECLARED = /^(?:export )?(?:(?:async )?function\*?|class|const|let) ([\w$]+)/gm;
const DOCUMENTED = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:async )?(?:function\*?|const|class) ([\w$]+)/g;

test("top-level names are unique over all files", () => {
  const owner = new Map();
  for (const [file, text] of texts) {
    for (const [, name] of text.matchAll(DECLARED)) {
      assert.ok(!owner.has(name), `${name} is in ${file} and in ${owner.get(name)}`);
      owner.set(name, file);
    }
  }
});

test("imports keep names, come from this folder, and are used", () => {
  for (const [file, text] of texts) {
    for (const [statement, names, from] of text.matchAll(/^import \{([^}]*)\} from "([^"]*)";/gm)) {
      if (file === "index.mjs") continue;
      assert.ok(!/\bas\b/.test(names), `${file}: ${statement}`);
      assert.match(from, /^\.\/\w+\.mjs$/, file);
      const code = text.replace(/^import [^]*?;$/gm, "").replace(/\/\*\*[^]*?\*\//g, "");
      for (const name of names.split(",").map((n) => n.trim()).filter(Boolean)) {
        assert.match(code, new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`), `${file} does not use ${name}`);
      }
    }
    assert.ok(file === "index.mjs" || !/^import (?!\{)/m.test(text), `${file}: only named imports`);
  }
});

test("a file holds nothing at top level but imports, declarations, exports and comments", () => {
  for (const [file, text] of texts) {
    if (file === "index.mjs") continue; // never embedded
    const starts = text.split("\n").filter((line) => /^[^\s/*}\])]/.test(line));
    for (const line of starts) {
      assert.match(line, /^(?:import |export |(?:async )?function\*?\s|class |const |let )/, `${file}: ${line}`);
    }
    assert.ok(text.split("\n").length <= 451, `${file} is longer than 450 lines`);
    assert.ok(text.startsWith("/**\n"), `${file} opens with what goes in and out`);
  }
});

test("core functions have a doc that begins with their call", () => {
  let count = 0;
  for (const [file, text] of texts) {
    if (!/^(core|display|operators)/.test(file)) continue;
    for (const [, doc, js] of text.matchAll(DOCUMENTED)) {
      const body = doc.replace(/^\s*\*\s?/gm, "").trim();
      if (!body.startsWith("(")) continue; // a helper
      count++;
      const name = rt.demangle(js);
      const calls = /^((?:\((?:[^()]|\([^()]*\))*\)\s*)+):\s+\S/.exec(body.replaceAll("\n", " "));
      assert.ok(calls, `${file}: ${js}: ${body.slice(0, 60)}`);
      for (const call of calls[1].match(/\((?:[^()]|\([^()]*\))*\)/g)) {
        assert.equal(call.slice(1, -1).split(" ")[0], name, `${file}: ${js}`);
      }
      assert.ok(js in rt, `index.mjs exports ${js}`);
    }
  }
  assert.ok(count > 250, `${count} core functions`);
});

test("nothing is imported from Node, so that a browser can load it", () => {
  for (const [file, text] of texts) {
    if (file === "macros.mjs") continue; // Node's side of the compiler
    assert.ok(!/from "node:/.test(text), file);
    const code = text.replace(/\/\*\*[^]*?\*\//g, "").replace(/\/\/.*$/gm, "").replace(/globalThis\.\w+/g, "");
    assert.ok(!/(?<![\w.$"`])(process|Buffer|require)(?=[.(])/.test(code.replace(/const \{ Buffer \}[^]*?Buffer\.from/, "")), file);
  }
});
