/**
 * Source maps read by an independent decoder (@jridgewell/trace-mapping), generated code by an independent parser.
 *
 * In: `node decode_maps.mjs TOOLS`, on stdin a JSON array of { code, map }. Out: a JSON array, for each:
 *   segments: [generated line, column, source, line, column, name | null], all counted from 0
 *   names: for each identifier of the code [itself, its line, its column, the name that the map gives there]
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/package.json");
const { TraceMap, eachMapping, originalPositionFor } = require("@jridgewell/trace-mapping");
const { parse } = require("acorn");

function identifiers(code) {
  const found = [];
  const visit = (node) => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (typeof node.type === "string") {
      if (node.type === "Identifier") found.push(node);
      for (const at of Object.keys(node)) visit(node[at]);
    }
  };
  visit(parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true, allowAwaitOutsideFunction: true }));
  return found;
}

function read({ code, map }) {
  const trace = new TraceMap(map);
  const segments = [];
  eachMapping(trace, (m) =>
    segments.push([m.generatedLine - 1, m.generatedColumn, m.source, m.originalLine - 1, m.originalColumn, m.name]));
  const names = identifiers(code).map((node) => {
    const { line, column } = node.loc.start;
    return [node.name, line - 1, column, originalPositionFor(trace, { line, column }).name];
  });
  return { segments, names };
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
