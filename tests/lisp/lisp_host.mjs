/** Runs compiled forms for the tests: JSON lines in, JSON lines out, one at a time. */
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { readSync, writeSync } from "node:fs";
import vm from "node:vm";
import { pathToFileURL } from "node:url";

const runtime = process.argv[2];
const $rt = await import(pathToFileURL(runtime + "/index.mjs").href);
const { createMacroHost } = await import(pathToFileURL(runtime + "/macros.mjs").href);
const require = createRequire(import.meta.url);
const $flag = new Int32Array(new SharedArrayBuffer(4));
const $w = (x) => x;
const $read = (x) => x;
const imports = { $rt, $read, $flag, $w, $req: require, $import: (spec) => import(spec) };
globalThis.require = require;
const evaluate = (code) => vm.runInThisContext(code);
const macros = createMacroHost(imports, evaluate);

// eval and its kin: ask the compiler, which is the parent process, and wait for its line
const ask = (call, ...args) => {
  process.stdout._handle?.setBlocking?.(true);
  writeSync(1, "\u0002" + JSON.stringify({ call, args }) + "\n");
  const bytes = Buffer.alloc(65536);
  let text = "";
  while (!text.endsWith("\n")) {
    try {
      text += bytes.toString("utf8", 0, readSync(0, bytes));
    } catch (e) {
      if (e.code !== "EAGAIN") throw e;
    }
  }
  const { value, error } = JSON.parse(text);
  if (error !== undefined) throw new Error(error);
  return value;
};
globalThis[Symbol.for("polyrepl.lisp")] = {
  compile: (json) => ask("eval", json),
  read: (text) => ask("read", text),
  expand: (json, once) => ask("expand", json, once),
  run: (code) => evaluate(code)(imports),
};

let log = [];
const tick = (x, ms = 1) => new Promise((done) => setTimeout(() => done(x), ms));
Object.assign(globalThis, {
  p: (x) => tick(x),
  p_ms: (x, ms) => tick(x, ms),
  p$b: (message) => new Promise((_, fail) => setTimeout(() => fail(new Error(message)), 1)),
  t: (x) => (log.push(x), x),
  tp: (x) => (log.push(x), tick(x)),
  log: () => [...log],
  agen: async function* (...xs) {
    for (const x of xs) {
      await tick(null);
      yield x;
    }
  },
});
process.on("unhandledRejection", () => {});

const known = new Set(Object.keys(globalThis));
const ops = {
  async run({ codes }) {
    let value;
    for (const code of codes) value = await evaluate(code)(imports);
    return $rt.pr_str(value);
  },
  reset() {
    log = [];
    for (const name of Object.keys(globalThis)) if (!known.has(name)) delete globalThis[name];
    return null;
  },
  define: ({ code }) => macros.define(code),
  expand: ({ id, args }) => macros.expand(id, args),
  known: ({ names }) => macros.known(names),
};

const lines = createInterface({ input: process.stdin });
const serve = async (line) => {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = { value: (await ops[request.op](request)) ?? null };
  } catch (e) {
    reply = { error: String(e?.message ?? e), name: e?.name ?? typeof e, stack: String(e?.stack ?? "") };
  }
  process.stdout.write("\u0001" + JSON.stringify(reply) + "\n");
};
let queue = Promise.resolve();
for await (const line of lines) queue = queue.then(() => serve(line));
