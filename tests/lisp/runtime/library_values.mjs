/** Prints, as JSON, what values of libraries from npm look like: on one line, and as the terminal lays them out. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as rt from "../../../lisp/runtime/index.mjs";

const folder = process.argv[2];
const require = createRequire(join(folder, "package.json"));
const load = async (name) => await import(pathToFileURL(require.resolve(name)).href);
const [math, aq, im, arrow] = await Promise.all(["mathjs", "arquero", "immutable", "apache-arrow"].map(load));

const many = rt.vec(rt.range(100000));
const table = arrow.tableFromArrays({ a: Int32Array.from([1, 2]), b: ["x", "y"] });
const small = {
  matrix: math.matrix([[1, 2], [3, 4]]), complex: math.complex(2, 3), fraction: math.fraction(1, 3),
  unit: math.unit("5 cm"), big: math.bignumber("1.25"), node: math.parse("x^2+1"),
  rows: aq.table({ a: [1, 2], b: ["x", "y"] }),
  list: im.List([1, 2]), map: im.Map({ a: 1 }), set: im.Set([1]), record: im.Record({ a: 1 })({ a: 2 }),
  vector: arrow.vectorFromArray([1, 2]), table, row: table.get(1),
  nested: [im.List([1]), math.complex(0, 1)],
};
const large = {
  matrix: math.matrix(many.slice(0, 5000)), rows: aq.table({ a: many }), list: im.List(many), range: im.Range(0, 100000),
  vector: arrow.vectorFromArray(many), table: arrow.tableFromArrays({ a: Int32Array.from(many) }),
};
const each = (values, show) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, show(value)]));
console.log(JSON.stringify({ small: each(small, (x) => rt.prStr(x)), large: each(large, (x) => rt.prettyStr(x)) }));
