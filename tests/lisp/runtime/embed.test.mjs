/** `polyrepl compile` embeds single core functions: each stands alone with the declarations it reaches. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const folder = new URL("../../../lisp/runtime/", import.meta.url);
const START = /^(?:export )?((?:async )?function\*?|class|const|let) ([\w$]+)/;

const dataFirst = (a, b) => (b === "data.mjs") - (a === "data.mjs") || (a < b ? -1 : 1);

/** Name -> {kind, text} of every top-level declaration: it ends at a line that starts with `}` or ends with `;`. */
function declarations() {
  const found = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort(dataFirst)) {
    if (/index|macros/.test(file)) continue;
    const lines = readFileSync(new URL(file, folder), "utf8").split("\n");
    for (let i = 0; i < lines.length; i++) {
      const begun = START.exec(lines[i]);
      if (!begun) continue;
      const first = i;
      const whole = (line, at) => /^[}\])]/.test(line) || (at === first && /[;}]$/.test(line)) || /^ .*;$/.test(line) && /^(const|let)$/.test(begun[1]) && !lines[first].endsWith("{") && !lines[first].endsWith("(");
      while (!whole(lines[i], i)) i++;
      found.set(begun[2], { kind: begun[1], text: lines.slice(first, i + 1).join("\n").replace(/^export /, "") });
    }
  }
  return found;
}

const all = declarations();

/** Code without comments, names of methods and the text of strings: only names that are used are left. */
function bare(text) {
  return text
    .replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
    .replace(/`(?:[^`\\]|\\.)*`/g, (template) => (template.match(/\$\{[^}]*\}/g) ?? []).join(" "))
    .replace(/^  (?:async |get |set |\*)*[\w$]+(?=\(.*\) \{$)/gm, "");
}

/** The text of a declaration and of all it reaches, in the order of the files (data.mjs first, as the modules load). */
function closureOf(name) {
  const reached = new Set();
  const visit = (at) => {
    if (reached.has(at)) return;
    reached.add(at);
    for (const [id] of bare(all.get(at).text).matchAll(/(?<![\w$])(?<!(?<!\.)\.)[A-Za-z_$][\w$]*(?!:)/g)) if (all.has(id)) visit(id);
  };
  visit(name);
  return [...all].filter(([at]) => reached.has(at)).map(([, { text }]) => text).join("\n\n");
}

const alone = (name) => new Function(`"use strict";\n${closureOf(name)}\nreturn ${name};`)();

test("every declaration evaluates with only what it reaches", () => {
  assert.ok(all.size > 500);
  for (const name of all.keys()) assert.notEqual(alone(name), undefined, name);
});

test("functions that stand alone work", () => {
  assert.deepEqual(alone("map")((x) => x + 1, [1, 2]), [2, 3]);
  assert.deepEqual([...alone("range")(3)], [0, 1, 2]);
  assert.equal(alone("pr_str")([1, { a: new Set(["b"]) }, null]), '[1 {:a #{"b"}} nil]');
  assert.equal(alone("keyword")("a")({ a: 5 }), 5);
  assert.equal(alone("$e")([1, [2]], [1, [2]]), true);
  assert.deepEqual(alone("sort_by")((s) => s.length, ["aa", "b"]), ["b", "aa"]);
  assert.deepEqual(alone("update_in")({ a: { b: 1 } }, ["a", "b"], (x) => x + 1), { a: { b: 2 } });
});

test("simple functions stay small when embedded", () => {
  const size = (name) => closureOf(name).length;
  assert.ok(size("inc") < 8000, `inc ${size("inc")}`);
  assert.ok(size("map") < 24000, `map ${size("map")}`);
});
