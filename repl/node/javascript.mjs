/**
 * JavaScript typed by a person, at the `,js` prompt or in a cell of a notebook, as a function that a Session can run.
 *
 * In: the text of a cell. Out: the text of an async function whose result is the value of the last expression:
 *
 *     import fs from "node:fs"            async ($cell) => { void ({ default: fs } = await $cell.$import("node:fs"));
 *     const n = await f()            ->   void (n = await f());
 *     n + 1                               return (n + 1);
 *                                         }
 *
 * and where in the cell each part of it stood. Top-level names become globals, the very ones that Lisp reads and
 * writes, so they can be declared again. A name that JavaScript itself or Node owns stays local to its cell. Lines
 * keep their numbers. Syntax that acorn does not know yet is V8's: see `asV8Reads`.
 */
import { rewriteAwaits } from "./awaits.mjs";
import { Edits, LINE_END, sourceOffset } from "./edits.mjs";
import { CLOSE, OPEN, Refusal, compiles, isBody, parseCell, parseObject } from "./javascript_parser.mjs";
import { awaitsTakeTurns, compileScript, scriptsImport } from "./platform.mjs";
import { owned } from "./session.mjs";
import { declaredNames } from "./trees.mjs";
import { rewriteUsing } from "./using.mjs";

export { status } from "./javascript_parser.mjs";

/** The `var`s inside of statements, whose names stand at the top all the same. */
function* innerVars(node, parent = null) {
  if (Array.isArray(node)) {
    for (const part of node) yield* innerVars(part, parent);
  } else if (typeof node?.type === "string" && !/Function|^Class/.test(node.type)) {
    if (node.type === "VariableDeclaration" && node.kind === "var") yield { node, parent };
    for (const part of Object.values(node)) if (typeof part === "object") yield* innerVars(part, node);
  }
}

/** What becomes of one cell. */
class Cell {
  constructor(text) {
    this.text = text;
    this.edits = new Edits(text);
    /** Functions that the cell declares: local too, because what calls them may stand in front. */
    this.functions = new Set();
    this.globals = new Set();
    this.vars = new Set();
    /** What the function that runs the cell gets. */
    this.given = "$cell";
    while (text.includes(this.given)) this.given += "$";
    /** What closes what `rewrite` has opened around the statements. */
    this.tail = "";
  }

  /** What the statements of a program become. */
  rewrite({ body }) {
    const declarations = body.map((node) => (/^Export(?:Named|Default)/.test(node.type) && node.declaration) || node);
    for (const node of declarations) {
      if (node.type === "FunctionDeclaration" && node.id && !owned.has(node.id.name)) this.functions.add(node.id.name);
    }
    const last = body.findLast((node) => node.type !== "EmptyStatement");
    if (awaitsTakeTurns) for (const node of body) rewriteAwaits(this.edits, node, this.given);
    for (const node of body) {
      if (node === last) this.result(node);
      this.statement(node);
    }
    for (const node of declarations) {
      if (node.type === "VariableDeclaration") continue;
      for (const { node: inner, parent } of innerVars(node)) this.variables(inner, parent);
    }
    if (!scriptsImport) this.dynamicImports(body);
    const prologue = body.filter((node) => node.directive !== undefined);
    const around = rewriteUsing(this.text, this.edits, body);
    this.tail = around.tail;
    let head = around.head + [...this.functions].map((name) => ` globalThis.${name} = ${name};`).join("");
    // A `var` is there from the beginning; strict code may assign to a global only if there is one.
    const isStrict = prologue.some((node) => node.directive === "use strict");
    for (const name of isStrict ? this.globals : this.vars) {
      if (!this.functions.has(name)) head += ` ({}).hasOwnProperty.call(globalThis, "${name}") || (globalThis.${name} = undefined);`;
    }
    const at = prologue.at(-1)?.end ?? 0;
    if (head !== "") this.edits.first(at, at > 0 ? `;${head}` : `${head} `);
  }

  statement(node) {
    switch (node.type) {
      case "VariableDeclaration":
        return this.variables(node);
      case "ClassDeclaration":
        return this.classDeclaration(node);
      case "ImportDeclaration":
        return this.importDeclaration(node);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
      case "ExportAllDeclaration":
        return this.exportDeclaration(node);
      case "ExpressionStatement":
        if (node.expression.type === "AssignmentExpression") this.alsoGlobal(node.expression.left);
    }
  }

  /** `f = ..` where the cell declares `function f`, as `globalThis.f = f = ..`. */
  alsoGlobal(target) {
    if (target.type === "Identifier" && this.functions.has(target.name)) {
      this.edits.put(target.start, target.start, `globalThis.${target.name} = `);
    }
  }

  /** `const a = 1, {b} = x` as `void (a = 1, {b} = x)`; left alone where it would take one of JavaScript's names. */
  variables(node, parent = null) {
    const names = declaredNames(node);
    const isVariable = ["var", "let", "const"].includes(node.kind);
    // `for (async of ..)` is no JavaScript, where `for (var async of ..)` is.
    if (!isVariable || names.some((name) => owned.has(name) || name === "async")) return;
    for (const name of names) this.globals.add(name);
    if (node.kind === "var") for (const name of names) this.vars.add(name);
    const inLoop = parent !== null && /^For/.test(parent.type) && parent.body !== node;
    const [first] = node.declarations;
    // The keyword alone: a comment may stand behind it.
    this.edits.put(node.start, node.start + node.kind.length, inLoop ? "" : "void (");
    for (const { id, init } of node.declarations) {
      this.alsoGlobal(id);
      if (init === null && !/^For(?:In|Of)/.test(parent?.type)) {
        // A `var` that is declared again keeps its value.
        this.edits.close(id.end, node.kind === "var" ? ` = globalThis.${id.name}` : " = undefined");
      }
    }
    if (inLoop && first !== undefined) return;
    const closed = this.text[node.end - 1] === ";";
    const end = closed ? node.end - 1 : node.end;
    this.edits.close(end, closed ? ")" : ");");
  }

  /** `class A {..}` as `void (A = class A {..});`, so that it is a global. */
  classDeclaration(node) {
    if (owned.has(node.id.name)) return;
    this.globals.add(node.id.name);
    this.edits.put(node.start, node.start, `void (${node.id.name} = `);
    this.edits.close(node.end, ");");
  }

  /** `import d, {a as b} from "m" with {..}` as an assignment from a dynamic import. */
  importDeclaration(node) {
    const picked = [];
    let whole = null;
    for (const specifier of node.specifiers) {
      const local = specifier.local.name;
      if (specifier.type === "ImportNamespaceSpecifier") whole = local;
      else if (specifier.type === "ImportDefaultSpecifier") picked.push(`default: ${local}`);
      else picked.push(`${this.slice(specifier.imported)}: ${local}`);
    }
    const locals = node.specifiers.map((specifier) => specifier.local.name);
    const call = this.importCall(node, whole === null && picked.some((part) => part.startsWith("default: ")));
    const pattern = `{ ${picked.join(", ")} }`;
    let parts = [...call];
    if (locals.some((name) => owned.has(name))) {
      parts = [`const ${whole ?? pattern} = `, ...call, whole && picked.length ? `, ${pattern} = ${whole}` : "", ";"];
    } else {
      for (const name of locals) this.globals.add(name);
      if (whole !== null) parts = [`(${whole} = `, ...call, picked.length ? `, ${pattern} = ${whole})` : ")"];
      else if (picked.length > 0) parts = [`(${pattern} = `, ...call, ")"];
      parts = ["void ", ...parts, ";"];
    }
    this.edits.put(node.start, node.end, ...parts);
  }

  /** Every `import(..)` as `$cell.$import(..)`. */
  dynamicImports(node) {
    if (Array.isArray(node)) for (const part of node) this.dynamicImports(part);
    else if (typeof node?.type === "string") {
      if (node.type === "ImportExpression") this.edits.put(node.start, node.start + "import".length, `${this.given}.$import`);
      for (const part of Object.values(node)) if (typeof part === "object") this.dynamicImports(part);
    }
  }

  slice(node) {
    return this.text.slice(node.start, node.end);
  }

  /** The parts of `await $import("m", ..)` for a declaration that names a module, and may take its default export. */
  importCall({ source, attributes }, takesDefault = false) {
    const options = attributes?.map(({ key, value }) => `${this.slice(key)}: ${value.raw}`) ?? [];
    let given = options.length > 0 ? `, { with: { ${options.join(", ")} } }` : "";
    if (takesDefault) given = `${given || ", undefined"}, true`;
    return [`await ${this.given}.$import(`, [source.start, source.end], `${given})`];
  }

  /** Without its `export`; what it takes from another module is loaded. */
  exportDeclaration(node) {
    const { declaration } = node;
    if (node.source) this.edits.put(node.start, node.end, "void ", ...this.importCall(node), ";");
    else if (!declaration) this.edits.put(node.start, node.end, ";");
    else {
      this.edits.put(node.start, declaration.start, "");
      const isNamed = !/Declaration$/.test(declaration.type) || declaration.id || declaration.type === "VariableDeclaration";
      if (isNamed) this.statement(declaration);
    }
  }

  /** `return` before the last expression, where the cell ends with one. */
  result(last) {
    let { start, end } = last;
    if (last.type === "ExportDefaultDeclaration") {
      const { declaration } = last;
      if (/Declaration$/.test(declaration.type) && declaration.id) return;
      start = declaration.start;
    } else if (last.type === "BlockStatement") {
      if (parseObject(this.slice(last)) === null) return;
    } else if (last.type !== "ExpressionStatement") return;
    if (this.text[end - 1] === ";") end--;
    this.edits.put(start, start, "return (");
    this.edits.close(end, ")");
  }

  /** The code of the function, and its places. */
  made() {
    return this.edits.apply(`async (${this.given}) => {`, `\n${this.tail}}`);
  }
}

/** V8's own SyntaxError for code, with its offset in it where V8 tells; null if it is fine. */
function complaint(code, filename) {
  try {
    compileScript(code, filename);
    return null;
  } catch (error) {
    const [, line, mark] = /:(\d+)\n.*\n(\s*)\^/.exec(error.stack) ?? [];
    if (line === undefined) return { error, at: null };
    return { error, at: lineStart(code, Number(line)) + mark.length };
  }
}

/** The offset of a line; lines count from 1, as V8 counts them. */
function lineStart(text, number) {
  const ends = new RegExp(LINE_END);
  while (--number > 0 && ends.exec(text) !== null);
  return ends.lastIndex;
}

const NOT_SO = /import statement outside a module|^Unexpected token 'export'|^Unexpected end of input/;
/** What is wrong with a cell that acorn refuses: V8's words, and where. */
function complain(text, refusal, filename) {
  // What has been read of modules is no error in a cell.
  const edits = new Edits(text);
  for (const { start, end, declaration } of refusal.modules) edits.put(start, declaration?.start ?? end, ";");
  const { code, places } = edits.apply(OPEN, CLOSE);
  const { error, at } = complaint(code, filename) ?? { error: new SyntaxError(refusal.message), at: null };
  if (error instanceof RangeError) return { error: new SyntaxError("nested too deeply"), at: refusal.at };
  const isSo = !NOT_SO.test(error.message);
  if (!isSo && !refusal.wantsMore) {
    error.message = refusal.message;
    return { error, at: refusal.at };
  }
  if (isSo && at !== null && at < code.length - CLOSE.length) return { error, at: sourceOffset(places, at) };
  // V8 has stumbled over what we put behind the cell: the cell ends too early, or closes what is ours.
  if (!refusal.wantsMore) return { error, at: refusal.at };
  error.message = "Unexpected end of input";
  error.stack = error.stack.replace(/(:\d+)\n[^]*/, `$1\n})\n^\n\nSyntaxError: ${error.message}`);
  return { error, at: text.length };
}

/**
 * A cell whose syntax acorn does not know, if V8 does: a script with the value that V8 gives it, whose declarations
 * are its own; or, where it awaits or imports, the body of a function, without a value.
 */
function asV8Reads(text, refusal, filename) {
  const whole = text.replace(/(?:;|\s)+$/, "");
  if (/^\s*\{/.test(whole) && isBody(`return (${whole}\n)`)) {
    const edits = new Edits(whole);
    return edits.apply("async ($cell) => { return (", "\n)}");
  }
  if (isBody(text) && compiles(text)) {
    const named = filename === undefined ? "" : `\n//# sourceURL=${filename}`;
    // Its own frame is behind the last line of the cell: nobody wrote it.
    const lines = "\n".repeat(text.match(LINE_END)?.length ?? 0);
    const code = `${lines}\n() => (0, eval)(${JSON.stringify(text + named)})`;
    return { code, inner: text, places: [0, 0, text.length] };
  }
  const cell = new Cell(text);
  for (const node of refusal.modules) {
    if (node.type === "ImportDeclaration") cell.importDeclaration(node);
    else cell.edits.put(node.start, node.declaration?.start ?? node.end, ";");
  }
  const made = cell.made();
  return isBody(made.code.slice(made.code.indexOf("{") + 1, -1)) ? made : null;
}

/** @returns {{code: string, places: number[], names: number[]}} @throws {{error: SyntaxError, at: number}} */
function make(text, filename) {
  const object = parseObject(text);
  if (object !== null) {
    const whole = /^[^]*?(?=(?:;|\s)*$)/.exec(text)[0];
    return { ...new Edits(whole).apply("async ($cell) => { return (", "\n)}"), ...object };
  }
  let parsed;
  try {
    parsed = parseCell(text);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const made = asV8Reads(text, refusal, filename);
    if (made === null) throw complain(text, refusal, filename);
    return { ...made, names: [] };
  }
  const cell = new Cell(text);
  for (const { start, end } of parsed.marks) cell.edits.put(start, end, "//");
  cell.rewrite(parsed.program);
  const made = cell.made();
  // acorn leaves to V8 what a regular expression holds, and who may declare a name of Node.
  const found = complaint(made.code, filename);
  if (found !== null) throw { error: found.error, at: sourceOffset(made.places, found.at ?? 0) };
  return { ...made, names: parsed.names };
}

/**
 * The function that runs a cell, for a Session.
 * @param {string} text
 * @param {string} [filename] what stacks call the cell
 * @returns {{code: string, inner?: string, places: number[], names: number[]} | {name: string, message: string, at: number}}
 *   the function's text, its places (see edits.mjs; those of `inner` where the function evaluates another text) and
 *   where names stand in the cell; or what V8 says is wrong, and where
 */
export function prepareCell(text, filename) {
  try {
    return make(text, filename);
  } catch (problem) {
    const { error, at } = problem;
    if (error === undefined) throw problem;
    return { name: error.name, message: error.message, at };
  }
}

/**
 * The text of the function that runs a cell.
 * @param {string} text
 * @param {string} [filename] what the stack of a SyntaxError calls the cell
 * @returns {string}
 * @throws {SyntaxError} what V8 says of the cell
 */
export function prepare(text, filename) {
  try {
    return make(text, filename).code;
  } catch (problem) {
    throw problem.error ?? problem;
  }
}
