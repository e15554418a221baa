/**
 * Laws of JavaScript cells, on generated cells and on real sources.
 *
 * A cell has the value that Node's own vm gives it, and leaves the same names behind. What Enter waits for can not run,
 * and what ends too early is waited for. Nothing but a SyntaxError with a place comes of any text, and each character
 * that is kept knows its place.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import util from "node:util";
import vm from "node:vm";
import { prepareCell, status } from "../../repl/node/javascript.mjs";

/** Numbers in [0, 1) that are the same each time (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes cells; `names` are those that it has declared. */
class Maker {
  constructor(seed) {
    this.next = random(seed);
    this.names = [];
    this.count = 0;
  }

  pick(...choices) {
    const made = choices[Math.floor(this.next() * choices.length)];
    return typeof made === "function" ? made() : made;
  }

  fresh() {
    const name = `${this.pick("a", "let_", "of", "async_", "$b", "é")}${this.count++}`;
    this.names.push(name);
    return name;
  }

  known() {
    return this.names.length ? this.names[Math.floor(this.next() * this.names.length)] : "1";
  }

  value(depth = 2) {
    if (depth === 0) return this.pick("1", "0x1F", "1_000", "2n ** 3n", "'q\"'", '"\\\'"', "`b`", "/[/\"'`]/.source", "null", "typeof nope", () => this.known());
    const one = () => this.value(depth - 1);
    return this.pick(
      one, one,
      () => `(${one()}, ${one()})`,
      () => `[${one()}, ${one()},]`,
      () => `({ k: ${one()}, [${one()}]: 2, get g() { return 1 } })`,
      () => `((p = ${one()}) => { return p })()`,
      () => `(function () { return ${one()} })()`,
      () => `\`x\${${one()}}y\${\`\${${one()}}\`}\``,
      () => `/a|${this.pick("`", "'", '\\"', "\\/", "[/]", "}", "\\)")}/.test(${one()})`,
      () => `(${one()} /* ) */ ?? ${one()})`,
      () => `(class { static s = ${one()}; #p = 1; static { this.t = 1 } }).s`,
      () => `(${one()})\n  ?.toString /* " */ ?.()`,
      () => `${one()} // it's )\n`.trimEnd() + "\n",
      () => `(${one()} == 4 / 2 / 1)`,
    );
  }

  statement() {
    const v = () => this.value();
    return this.pick(
      () => `var ${this.fresh()} = ${v()}`,
      () => { const value = v(); return `let ${this.fresh()} = ${value}, ${this.fresh()}`; },
      () => { const value = v(); return `const { k: ${this.fresh()} = ${value}, ...${this.fresh()} } = { x: 1 }`; },
      () => { const value = v(); return `let [${this.fresh()}, , ${this.fresh()} = 2] = [${value}]`; },
      () => `function ${this.fresh()}(a) { return /}/.test(a) }`,
      () => `class ${this.fresh()} { m() { return \`}\` } }`,
      () => `if (${v()}) /"/.test('"')\n else { ${v()} }`,
      () => `for (let i = 0; i < 2; i++) { ${v()} }`,
      () => `l: for (const x of [1]) { continue l }`,
      () => `try { throw ${v()} } catch ({ message }) { message } finally { }`,
      () => `switch (${v()}) { case 1: ${v()}; break; default: }`,
      () => `do ${v()}\nwhile (0)`,
      () => `{ let inner = ${v()}; inner }`,
      () => `${v()}`,
      ";",
      "/* a { comment */",
      "x = y = 3",
    );
  }

  cell() {
    const lines = this.pick([], [], ['"use strict"; var x, y']);
    for (let i = Math.floor(this.next() * 4); i >= 0; i--) lines.push(`;${this.statement()}`);
    lines.push(`;(${this.value()})${this.pick("", ";", " // end", "\n;", " /* end */")}`);
    if (lines[0].startsWith(";")) lines[0] = lines[0].slice(1);
    return lines.join(this.pick("\n", "\n", "\r\n", " \u2028"));
  }
}

/** What a run gives: its value or error, and then the value of each name. */
async function outcome(run, names) {
  const context = vm.createContext({});
  const shown = [];
  for (const step of [() => run(context), ...names.map((name) => () => vm.runInContext(name, context))]) {
    try {
      shown.push(util.inspect(await step(), { depth: 3 }));
    } catch (error) {
      shown.push(`${error.name}: ${error.message}`);
    }
  }
  return shown;
}

const CELLS = Number(process.env.POLYREPL_FUZZ ?? 600);

test("cells have the values and leave the names that Node gives them", async () => {
  let ran = 0;
  for (let seed = 1; seed <= CELLS; seed++) {
    const maker = new Maker(seed);
    const text = maker.cell();
    let script;
    try {
      script = new vm.Script(text);
    } catch (error) {
      assert.equal(prepareCell(text, "cell").name, error.name, text);
      continue;
    }
    const names = [...maker.names, "x"];
    const wanted = await outcome((context) => script.runInContext(context), names);
    const { code, message } = prepareCell(text, "cell");
    assert.notEqual(code, undefined, `${seed}: ${message}\n${text}`);
    const found = await outcome((context) => vm.runInContext(code, context)({}), names);
    if (wanted[0].includes("Error: ")) continue; // names after an error are in their dead zone
    ran++;
    assert.deepEqual(found, wanted, `${seed}:\n${text}\n--\n${code}`);
    assert.equal(status(text), "complete", text);
  }
  assert.ok(ran > CELLS / 2, `only ${ran} ran`);
});

/** What holds for every text. */
function check(text) {
  const made = prepareCell(text, "cell");
  const waits = status(text) === "incomplete";
  if (made.code === undefined) {
    assert.equal(made.name, "SyntaxError");
    assert.ok(made.at >= 0 && made.at <= text.length, `${made.at} ${JSON.stringify(text.slice(-200))}`);
    if (made.message === "Unexpected end of input") assert.ok(waits, `not waited for: ${JSON.stringify(text.slice(-200))}`);
    return made;
  }
  assert.ok(!waits, `waited for: ${JSON.stringify(text.slice(-200))}`);
  const code = made.inner ?? made.code;
  for (let i = 0; i < made.places.length; i += 3) {
    const [at, from, length] = made.places.slice(i, i + 3);
    assert.equal(code.slice(at, at + length), text.slice(from, from + length));
  }
  return made;
}

/** Real sources: our own, acorn's, and the packages that npm brings along. */
function* sources() {
  const here = import.meta.dirname;
  for (const folder of ["../../lisp/runtime", "../../bridge/node", "../../repl/node", "../../repl/node/vendor"]) {
    yield* scripts(path.join(here, folder), 12);
  }
  const npm = path.join(path.dirname(fs.realpathSync(process.execPath)), "../lib/node_modules/npm/node_modules");
  for (const name of fs.existsSync(npm) ? fs.readdirSync(npm) : []) {
    for (const folder of [name, path.join(name, "lib")]) yield* scripts(path.join(npm, folder), 2);
  }
}

function* scripts(folder, most) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => /\.m?js$/.test(name)) : [];
  for (const name of names.sort().slice(0, most)) yield fs.readFileSync(path.join(folder, name), "utf8");
}

test("real sources are read whole, and cut anywhere", () => {
  const next = random(7);
  let files = 0;
  for (const text of sources()) {
    if (text.includes("import.meta")) continue; // a script has none
    files++;
    const { code, message } = check(text);
    assert.notEqual(code, undefined, `${message}: ${text.slice(0, 200)}`);
    for (let i = 0; i < 4; i++) check(text.slice(0, Math.floor(next() * Math.min(text.length, 20_000))));
    const from = Math.floor(next() * text.length);
    check(text.slice(from, from + Math.floor(next() * 300)));
  }
  assert.ok(files > 20, `only ${files} files`);
});

test("any text at all", () => {
  const next = random(11);
  const parts = ["{", "}", "(", ")", "[", "]", "`", "${", "/", "'", '"', "\\", "\n", "\r", "\u2028", "//", "/*", "*/", "<!--", "-->", "#!", "#a", "@", "=>", "async ", "await ", "import ", "export ", "default ", "from ", "class ", "function ", "let ", "const ", "var ", "using ", "return ", "yield ", "if ", "for ", "of ", "a", "1", "'m'", "=", ",", ";", ".", "?.", "...", "*", "\ud83d", "\0", '"use strict"', "new.target", "import.meta", "super", "this"];
  for (let i = 0; i < CELLS * 2; i++) {
    let text = "";
    for (let n = 1 + Math.floor(next() * 9); n > 0; n--) text += parts[Math.floor(next() * parts.length)] + (next() < 0.3 ? " " : "");
    check(text);
  }
});
