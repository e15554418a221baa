/**
 * Runs compiled programs for the differential tests.
 *
 * In: lines of JSON on standard input, each an array of programs; a program is an array of compiled forms (JavaScript
 * text). Out: for each line one line, an array of {value, error, log, bug}, all texts as interpreter_values.show
 * writes them. `bug` is set when a form ended with an error as the engine throws it.
 *
 * Promises of `(p x)`, `(tp x)` and `(p! msg)` settle one at a time in the order they were made, each when no job is
 * left (setImmediate runs when the microtask queue is empty), as EventLoop.drain does.
 */

import { createInterface } from "node:readline";
import vm from "node:vm";
import { createMacroHost } from "../../lisp/runtime/macros.mjs";
import * as $rt from "../../lisp/runtime/index.mjs";

const KEYWORD = Symbol.for("polyrepl.keyword");
const own = new Set(Object.getOwnPropertyNames(globalThis));
let log = [];
let outside = [];

process.on("unhandledRejection", () => {});

function numberText(x) {
  return Object.is(x, -0) ? "-0" : String(x);
}

function show(x) {
  if (x === null || x === undefined) return "nil";
  if (typeof x === "number") return numberText(x);
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "boolean") return String(x);
  if (x[KEYWORD] !== undefined) return `:${x[KEYWORD]}`;
  if (typeof x === "function") return "#<fn>";
  if (Array.isArray(x)) {
    const inner = Array.from(x, show).join(" ");
    return x instanceof $rt.List ? `(${inner})` : `[${inner}]`;
  }
  if (x instanceof Error) return `#<Error ${x.message}>`;
  if (typeof x.then === "function") return "#<promise>";
  if (typeof x.next === "function") return "#<fn>";
  return `{${Object.entries(x).map(([key, value]) => `:${key} ${show(value)}`).join(" ")}}`;
}

/** A promise that settles in its turn. */
function later(value, rejects) {
  return new Promise((resolve, reject) => {
    outside.push(() => (rejects ? reject : resolve)(value));
  });
}

const helpers = {
  t(x) {
    log.push(show(x));
    return x;
  },
  tp(x) {
    log.push(show(x));
    return later(x, false);
  },
  p: (x) => later(x, false),
  p$b: (message) => later(new Error(message), true),
};
Object.assign(globalThis, helpers);
for (const name of Object.keys(helpers)) own.add(name);

const imports = {
  $rt,
  $py: () => { throw new Error("no Python here"); },
  $read: (x) => x,
  $flag: new Int32Array(1),
  $w: (x) => x,
  $req: () => { throw new Error("no require here"); },
  $import: () => { throw new Error("no import here"); },
};

async function drain() {
  for (;;) {
    await new Promise(setImmediate);
    const next = outside.shift();
    if (next === undefined) return;
    next();
  }
}

/** Errors as the engine throws them; few programs make one themselves. */
function isBug(e) {
  return e instanceof TypeError || e instanceof ReferenceError || e instanceof SyntaxError || e instanceof RangeError;
}

async function run(forms) {
  log = [];
  outside = [];
  let value;
  for (const code of forms) {
    let ended;
    try {
      const result = vm.runInThisContext(code, { filename: "form.js" })(imports);
      Promise.resolve(result).then(
        (v) => { ended = { value: v }; },
        (e) => { ended = { thrown: e }; },
      );
    } catch (e) {
      ended = { thrown: e };
    }
    await drain();
    if (ended === undefined) return { value: ":PENDING", error: null, log, bug: null };
    if ("thrown" in ended) {
      const e = ended.thrown;
      return { value: null, error: show(e), log, bug: isBug(e) ? String(e.stack).slice(0, 600) : null };
    }
    value = ended.value;
  }
  return { value: show(value), error: null, log, bug: null };
}

/** The compiler's macro host: {define} gives a number, {expand, args} a form, each on a line of its own. */
if (process.argv[2] === "macros") {
  const host = createMacroHost(imports, (code) => vm.runInThisContext(code, { filename: "macro.js" }));
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { define, expand, args } = JSON.parse(line);
    let answer;
    try {
      answer = { value: define === undefined ? host.expand(expand, args) : host.define(define) };
    } catch (e) {
      answer = { error: String(e) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  process.exit();
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const results = [];
  for (const forms of JSON.parse(line)) {
    results.push(await run(forms));
    for (const name of Object.getOwnPropertyNames(globalThis)) if (!own.has(name)) delete globalThis[name];
  }
  process.stdout.write(JSON.stringify(results) + "\n");
}
