/**
 * One file of many ES modules, which Node reads in one go and V8 keeps compiled (bridge/node/start.cjs).
 *
 * In: `node bundle.mjs ROOT FILE`, FILE being one of BUNDLES. Out, on stdout, the bundle: a first line
 *
 *   // {"digest": of all that it is made of, "files": {"index.mjs": size, ..}, "folders": those that it holds whole}
 *
 * and a function that gets $define(name, make) and gives each module to it. A module stays a function of its own, with
 * its text line by line but without comments, in ASCII; its name is its path from the bundle's folder. Modules that
 * import each other share one function, so no two of them may have a name at their top in common. What a bundle can not
 * express (a top-level await, a binding that is exported and assigned later) is refused here.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { declaredNames, within } from "../repl/node/trees.mjs";
import { parse } from "../repl/node/vendor/acorn.mjs";

/** Bundle -> the folders whose modules are asked for by name; what those import comes along. */
const BUNDLES = {
  "bridge/node/bundle.cjs": ["bridge/node/main.mjs"],
  "repl/node/bundle.cjs": ["repl/node", "kernel/node"],
};

const [root, bundle] = process.argv.slice(2);
const home = path.join(root, path.dirname(bundle));

class Refused extends Error {}

function* all(node) {
  yield node;
  for (const part of within(node)) yield* all(part);
}

const nameOf = (node) => node.name ?? node.value; // `export { a as "b c" }`

/** A module: its text, its tree, what it imports and exports, as paths from the bundle's folder. */
function read(file) {
  const name = path.relative(home, file);
  const text = readFileSync(file, "utf8");
  const comments = [];
  const tree = parse(text, { ecmaVersion: "latest", sourceType: "module", onComment: (_block, _text, start, end) => comments.push([start, end]) });
  const target = (source) => (source.value.startsWith(".") ? path.relative(home, path.resolve(path.dirname(file), source.value)) : source.value);
  const module = { file, name, text, tree, comments, target, imports: [], later: [], exports: [], tops: [] };
  const refuse = (node, why) => {
    throw new Refused(`${file}:${text.slice(0, node.start).split("\n").length}: ${why}`);
  };
  for (const node of tree.body) {
    if (node.source) module.imports.push(target(node.source));
    const inner = node.declaration ?? node;
    if (node.type === "ExportDefaultDeclaration") refuse(node, "a bundle has no default exports of ours");
    if (inner.type === "VariableDeclaration" && node !== inner && inner.kind !== "const") refuse(node, "exported and assigned later");
    module.tops.push(...declaredNames(inner));
  }
  for (const node of all(tree)) {
    if (node.type === "ImportExpression") {
      if (node.source.type !== "Literal" || !node.source.value.startsWith(".")) refuse(node, "what is not of the bundle is imported by platform.mjs");
      module.later.push(target(node.source));
    }
  }
  const awaits = (node) => node.type === "AwaitExpression" || (!/Function/.test(node.type) && within(node).some(awaits));
  if (awaits(tree)) refuse(tree, "a module of a bundle does not await at its top");
  return module;
}

/** All modules that the entries need, those without needs first. */
function collect(entries) {
  const modules = new Map();
  const visit = (file) => {
    const name = path.relative(home, file);
    if (modules.has(name)) return;
    const module = read(file);
    modules.set(name, module);
    for (const needed of [...module.imports, ...module.later]) if (isOurs(needed)) visit(path.join(home, needed));
  };
  entries.forEach(visit);
  return modules;
}

const isOurs = (name) => name.endsWith(".mjs");

/** Modules in groups: of those that import each other, in the order in which a loader runs them (Tarjan). */
function groups(modules) {
  const found = [];
  const state = new Map();
  const stack = [];
  const visit = (name) => {
    const own = { index: state.size, low: state.size, on: true };
    state.set(name, own);
    stack.push(name);
    for (const needed of modules.get(name).imports.filter(isOurs)) {
      const other = state.get(needed) ?? visit(needed);
      if (other.on) own.low = Math.min(own.low, other.low);
    }
    order.push(name);
    if (own.low === own.index) {
      const group = stack.splice(stack.indexOf(name));
      for (const member of group) state.get(member).on = false;
      found.push(order.filter((each) => group.includes(each)).map((each) => modules.get(each)));
    }
    return own;
  };
  const order = [];
  for (const name of modules.keys()) if (!state.has(name)) visit(name);
  return found;
}

/** What stands in place of an import: names from another module. */
function imported(node, module, group) {
  const from = module.target(node.source);
  if (group.some(({ name }) => name === from)) {
    for (const { local, imported } of node.specifiers) {
      if (imported === undefined || nameOf(imported) !== local.name) throw new Refused(`${module.file}: an import of its circle is renamed`);
    }
    return "";
  }
  const use = `$use(${JSON.stringify(from)})`;
  const parts = [];
  const names = [];
  for (const { type, local, imported } of node.specifiers) {
    if (type === "ImportNamespaceSpecifier") parts.push(`${local.name} = ${use}`);
    else if (type === "ImportDefaultSpecifier") parts.push(`${local.name} = ${use}${isOurs(from) ? ".default" : ""}`);
    else names.push(nameOf(imported) === local.name ? local.name : `${JSON.stringify(nameOf(imported))}: ${local.name}`);
  }
  if (names.length > 0) parts.push(`{ ${names.join(", ")} } = ${use}`);
  return parts.length > 0 ? `const ${parts.join(", ")};` : `${use};`;
}

const lines = (text) => "\n".repeat(text.split("\n").length - 1);
const ascii = (text) => text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The text of a module as part of a function, and what it exports: [name, expression]. */
function body(module, group) {
  const { text, tree } = module;
  const edits = module.comments.map(([start, end]) => [start, end, lines(text.slice(start, end)) || " "]);
  const exports = [];
  for (const node of tree.body) {
    const gone = (put) => edits.push([node.start, node.end, put + lines(text.slice(node.start, node.end))]);
    switch (node.type) {
      case "ImportDeclaration":
        gone(imported(node, module, group));
        break;
      case "ExportAllDeclaration":
        gone("");
        exports.push([null, `$use(${JSON.stringify(module.target(node.source))})`]);
        break;
      case "ExportNamedDeclaration":
        if (node.declaration) {
          edits.push([node.start, node.declaration.start, ""]);
          for (const name of declaredNames(node.declaration)) exports.push([name, name]);
        } else {
          const from = node.source && `$use(${JSON.stringify(module.target(node.source))})`;
          for (const { local, exported } of node.specifiers) {
            exports.push([nameOf(exported), from ? `${from}[${JSON.stringify(nameOf(local))}]` : local.name]);
          }
          gone("");
        }
    }
  }
  for (const node of all(tree)) {
    if (node.type === "ImportExpression") edits.push([node.start, node.end, `$later(${JSON.stringify(module.target(node.source))})`]);
    else if (node.type === "MetaProperty" && node.meta.name === "import") edits.push([node.start, node.end, `$meta(${JSON.stringify(module.name)})`]);
    else if (node.type === "TaggedTemplateExpression" && /[^\x00-\x7f]/.test(text.slice(node.start, node.end))) throw new Refused(`${module.file}: a tagged template that is not ASCII`);
    else if (node.type === "Identifier" && /[^\x00-\x7f]/.test(node.name)) throw new Refused(`${module.file}: a name that is not ASCII`);
  }
  edits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let made = "";
  let at = 0;
  for (const [start, end, put] of edits) {
    if (start < at) continue; // a comment inside of what has gone
    made += text.slice(at, start) + put;
    at = end;
  }
  return { text: ascii(made + text.slice(at)).replace(/[ \t]+$/gm, ""), exports };
}

/** One definition: a function of the modules of a group, which gives their namespaces. */
function definition(group) {
  const tops = group.flatMap(({ tops }) => tops);
  const twice = tops.find((name, at) => tops.indexOf(name) < at);
  if (twice !== undefined) throw new Refused(`${group.map(({ file }) => file).join(", ")}: ${twice} is at the top of two of them`);
  const bodies = group.map((module) => body(module, group));
  const namespaces = bodies.map(({ exports }) => {
    const spread = exports.filter(([name]) => name === null).map(([, from]) => `...${from}, `);
    const own = exports.filter(([name]) => name !== null).map(([name, value]) => (name === value ? name : `${JSON.stringify(name)}: ${value}`));
    return `{ __proto__: null, ${spread.join("")}${own.join(", ")} }`;
  });
  const names = JSON.stringify(group.map(({ name }) => name));
  return `$define(${names}, ($use, $later, $meta) => {${bodies.map(({ text }) => text).join("\n")}\nreturn [${namespaces.join(", ")}];\n});\n`;
}

const whole = BUNDLES[bundle].filter((place) => !isOurs(place)).map((place) => path.join(root, place));
const entries = whole.flatMap((folder) => readdirSync(folder).filter(isOurs).sort().map((name) => path.join(folder, name)));
const modules = collect([...BUNDLES[bundle].filter(isOurs).map((place) => path.join(root, place)), ...entries]);
const hash = createHash("sha256");
const files = {};
for (const name of [path.relative(home, fileURLToPath(import.meta.url)), ...modules.keys()].sort()) {
  const data = readFileSync(path.join(home, name));
  files[name] = data.length;
  hash.update(`${name}\0${data.length}\0`).update(data);
}
const about = { digest: hash.digest("hex"), files, folders: whole.map((folder) => path.relative(home, folder) || ".") };
process.stdout.write(`// ${JSON.stringify(about)}\n"use strict"; (($define) => {\n${groups(modules).map(definition).join("")}});\n`);
