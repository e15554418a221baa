/**
 * What the runtime offers and which of its parts need which, read by acorn.
 *
 * In: `node runtime_table.mjs ROOT`. Out, on stdout, the JSON of lisp/runtime/table.json:
 *
 *   {"maker": digest of this file, "files": {"data.mjs": [size, digest], ..},
 *    "core": {"get": ["get", "core_maps.mjs", ["(get m key)", ..], "What it does.", [[2, 2], ..]], ..},
 *    "declarations": [[["name", ..], "data.mjs", start, from, end, ["needed", ..]], ..]}
 *
 * A core function is a top-level `/** (name args): text *\/` directly followed by its `export`; an export without such
 * a comment is a helper of the compiler's, no Lisp name. Its call shapes give how many arguments it takes: [least,
 * most], null for any number. A declaration is `text[start:end]`, in code points, with `export` in front of `from`; the
 * statements that follow it and declare nothing belong to it. Files come as index.mjs names them, so that constants
 * come before what needs them. Imports are never renamed, and no two files share a top-level name.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { demangle } from "../lisp/runtime/names.mjs";
import { declaredNames, patternNames, within } from "../repl/node/trees.mjs";
import { parse } from "../repl/node/vendor/acorn.mjs";

const digest = (data) => createHash("sha256").update(data).digest("hex");

// -- names -------------------------------------------------------------------------------------------------------------

/** The names of `var`s, which belong to the whole function. */
function varNames(node) {
  const own = node.type === "VariableDeclaration" && node.kind === "var" ? declaredNames(node) : [];
  const inner = within(node).filter((part) => !/Function|^Class/.test(part.type));
  return [...own, ...inner.flatMap(varNames)];
}

/** The names that a node binds for what is inside of it. */
function boundNames(node) {
  if (/Function/.test(node.type)) {
    const own = node.type === "ArrowFunctionExpression" ? [] : ["arguments"];
    return [...own, ...patternNames(node.id), ...node.params.flatMap(patternNames), ...varNames(node.body)];
  }
  switch (node.type) {
    case "ClassDeclaration":
    case "ClassExpression": return patternNames(node.id);
    case "BlockStatement":
    case "StaticBlock": return node.body.flatMap(declaredNames);
    case "SwitchStatement": return node.cases.flatMap((one) => one.consequent).flatMap(declaredNames);
    case "CatchClause": return patternNames(node.param);
    case "ForStatement": return declaredNames(node.init);
    case "ForInStatement":
    case "ForOfStatement": return declaredNames(node.left);
    default: return [];
  }
}

/** Adds the names that a node uses and does not bind to `free`. */
function findFree(node, free, bound = new Set()) {
  if (node.type === "Identifier") {
    if (!bound.has(node.name)) free.add(node.name);
    return;
  }
  const names = boundNames(node);
  const inside = names.length > 0 ? new Set([...bound, ...names]) : bound;
  for (const part of within(node)) {
    const isProperty = !node.computed && (part === node.key ? part !== node.value : part === node.property);
    const isLabel = part === node.label || node.type === "MetaProperty";
    if (!isProperty && !isLabel) findFree(part, free, inside);
  }
}

// -- documentation -----------------------------------------------------------------------------------------------------

/** [least, most] arguments of a call shape: `(name a & more)` takes [1, null]. */
function arity(shape) {
  const words = shape.slice(1, -1).trim().split(/\s+/).slice(1);
  const rest = words.findIndex((word) => word === "&" || word === ".." || word.includes("..."));
  if (rest < 0 && !shape.includes("...")) return [words.length, words.length];
  return [Math.max(rest, 0), null];
}

/** What the comment in front of an export says of a core function; null if it says nothing. */
function documented(comment, name) {
  let rest = comment.split("\n").map((line) => line.trim().replace(/^\*+/, "").trim()).join(" ").trim();
  const shapes = [];
  for (;;) {
    const [shape, called] = /^\(([^\s()]+)(?:[^()]|\([^()]*\))*\)/.exec(rest) ?? [];
    if (called !== name) break;
    shapes.push(shape);
    rest = rest.slice(shape.length).replace(/^[ ,|]+/, "");
  }
  return shapes.length === 0 ? null : { shapes, doc: rest.replace(/^[: ]+/, "") };
}

// -- files -------------------------------------------------------------------------------------------------------------

/** Declarations and documentation of one file. */
function readFile(file, text) {
  const comments = new Map();
  const onComment = (block, value, _, end) => {
    if (block && value.startsWith("*")) comments.set(end + 1, value.slice(1));
  };
  const declarations = [];
  const core = [];
  for (const node of parse(text, { ecmaVersion: "latest", sourceType: "module", onComment }).body) {
    if (/^Import|^ExportAll/.test(node.type) || (node.type === "ExportNamedDeclaration" && !node.declaration)) continue;
    const inner = node.declaration ?? node;
    const names = declaredNames(inner);
    if (names.length === 0) {
      const last = declarations.at(-1);
      last.end = node.end;
      findFree(node, last.free);
      continue;
    }
    const free = new Set();
    findFree(inner, free, new Set(names));
    const isExported = node !== inner;
    declarations.push({ names, file, start: node.start, from: inner.start, end: node.end, free });
    const said = isExported && comments.has(node.start) ? documented(comments.get(node.start), demangle(names[0])) : null;
    if (said) core.push([demangle(names[0]), [names[0], file, said.shapes, said.doc, said.shapes.map(arity)]]);
  }
  return { declarations, core };
}

function table(folder) {
  const texts = new Map();
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
    texts.set(name, readFileSync(path.join(folder, name)));
  }
  const named = [...String(texts.get("index.mjs")).matchAll(/^export \* from "\.\/([\w.]+)"/gm)].map((found) => found[1]);
  const order = [...new Set([...named, ...texts.keys()])].filter((name) => name !== "index.mjs");
  const read = new Map(order.map((name) => [name, readFile(name, String(texts.get(name)))]));
  const all = order.flatMap((name) => read.get(name).declarations);
  const known = new Set(all.flatMap((one) => one.names));
  const points = (file, offset) => [...String(texts.get(file)).slice(0, offset)].length;
  return {
    maker: digest(readFileSync(fileURLToPath(import.meta.url))),
    files: Object.fromEntries([...texts].map(([name, data]) => [name, [data.length, digest(data)]])),
    core: Object.fromEntries([...read.keys()].sort().flatMap((name) => read.get(name).core)),
    declarations: all.map(({ names, file, start, from, end, free }) => [
      names, file, points(file, start), points(file, from), points(file, end),
      [...free].filter((name) => known.has(name) && !names.includes(name)).sort(),
    ]),
  };
}

process.stdout.write(`${JSON.stringify(table(path.join(process.argv[2], "lisp", "runtime")))}\n`);
