/**
 * Free names of JavaScript, by an independent parser (acorn).
 *
 * In: `node free_names.mjs TOOLS`, on stdin a JSON array of programs. Out: a JSON array: for each program the sorted
 * list of identifiers that it uses and does not bind.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { parse } = createRequire(process.argv[2] + "/package.json")("acorn");

const patternNames = (node, out) => {
  if (node === null) return out;
  switch (node.type) {
    case "Identifier": out.push(node.name); break;
    case "ObjectPattern": for (const p of node.properties) patternNames(p.type === "RestElement" ? p : p.value, out); break;
    case "ArrayPattern": for (const p of node.elements) patternNames(p, out); break;
    case "AssignmentPattern": patternNames(node.left, out); break;
    case "RestElement": patternNames(node.argument, out); break;
  }
  return out;
};

const isFunction = (node) => /Function/.test(node.type);

/** Names that statements declare: those of blocks inside are their own. */
const declared = (statements, names) => {
  for (const s of statements) {
    const node = s.type === "ExportNamedDeclaration" && s.declaration ? s.declaration : s;
    if (node.type === "VariableDeclaration") for (const d of node.declarations) patternNames(d.id, names);
    else if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") names.push(node.id.name);
    else if (node.type === "ImportDeclaration") for (const i of node.specifiers) names.push(i.local.name);
  }
  return names;
};

function freeNames(program) {
  const free = new Set();
  const visit = (node, scopes, parent, key) => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item, scopes, parent, key);
      return;
    }
    if (typeof node.type !== "string") return;
    if (node.type === "Identifier") {
      const isName =
        (parent.type === "MemberExpression" && key === "property" && !parent.computed) ||
        (["Property", "MethodDefinition", "PropertyDefinition"].includes(parent.type) && key === "key" && !parent.computed) ||
        ["LabeledStatement", "BreakStatement", "ContinueStatement", "MetaProperty"].includes(parent.type) ||
        (parent.type === "ExportSpecifier" && key === "exported") || parent.type === "ImportSpecifier";
      if (!isName && !scopes.some((scope) => scope.has(node.name))) free.add(node.name);
      return;
    }
    let inner = scopes;
    const names = [];
    if (node.type === "Program" || node.type === "BlockStatement" || node.type === "StaticBlock") declared(node.body, names);
    if (node.type === "SwitchStatement") declared(node.cases.flatMap((c) => c.consequent), names);
    if (isFunction(node)) {
      for (const p of node.params) patternNames(p, names);
      if (node.id) names.push(node.id.name);
      if (node.type !== "ArrowFunctionExpression") names.push("arguments");
    }
    if (/^Class/.test(node.type) && node.id) names.push(node.id.name);
    if (node.type === "CatchClause") patternNames(node.param, names);
    if (/^For/.test(node.type)) declared([node.left ?? node.init].filter((n) => n?.type === "VariableDeclaration"), names);
    if (names.length) inner = [new Set(names), ...scopes];
    for (const at of Object.keys(node)) visit(node[at], inner, node, at);
  };
  visit(parse(program, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true }), [], { type: "" }, "");
  return [...free].sort();
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(freeNames)));
