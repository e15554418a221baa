/**
 * JavaScript typed by a person, at the `,js` prompt or in a cell of a notebook, as a function that a Session can run.
 *
 * In: the text of a cell. Out: the text of an async function whose result is the value of the last expression:
 *
 *     import fs from "node:fs"            async ({ $import }) => { void ({ default: fs } = await $import("node:fs"));
 *     const n = await f()            ->   void (n = await f());
 *     n + 1                               return (n + 1
 *                                         ); }
 *
 * Top-level names become globals, the very ones that Lisp reads and writes, so they can be declared again. A name
 * that JavaScript itself or Node owns stays local to its cell. Lines keep their numbers.
 */
import vm from "node:vm";

const KEYWORDS_BEFORE_REGEX = new Set(
  "return typeof instanceof in of new delete void throw case do else await yield".split(" "),
);
const CONTINUES = /^(?:[.,;:?=*/%<>&|^)\]}([`+-]|in$|of$|instanceof$|as$|from$)/;
const OWNED = new Set(Object.getOwnPropertyNames(globalThis));

/** @typedef {{kind: string, text: string, start: number, end: number, depth: number, newline: boolean}} Token */

/** The tokens of a text that matter here; comments and space leave only `newline`. @returns {Token[]} */
export function tokenize(text) {
  const tokens = [];
  let at = 0;
  let depth = 0;
  let newline = true;
  const add = (kind, end) => {
    const word = text.slice(at, end);
    if (kind === "close") depth--;
    tokens.push({ kind, text: word, start: at, end, depth, newline });
    if (kind === "open") depth++;
    newline = false;
    at = end;
  };
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const char = rest[0];
    if (/\s/.test(char)) {
      newline ||= char === "\n";
      at++;
    } else if (rest === "//") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (rest === "/*") {
      const end = text.indexOf("*/", at + 2);
      newline ||= text.slice(at, end < 0 ? undefined : end).includes("\n");
      at = end < 0 ? text.length : end + 2;
    } else if (char === '"' || char === "'") add("value", stringEnd(text, at, char));
    else if (char === "`") add("value", templateEnd(text, at));
    else if (/[\p{L}\p{Nl}$_#@\\]/u.test(char)) add("word", match(/[\p{L}\p{N}\p{M}$_#@\\]+/uy, text, at));
    else if (/[0-9]/.test(char) || /^\.[0-9]/.test(rest)) add("value", match(/[\w.]+(?:(?<=[eE])[+-]\w+)?/y, text, at));
    else if ("([{".includes(char)) add("open", at + 1);
    else if (")]}".includes(char)) add("close", at + 1);
    else if (char === "/" && regexMayStart(tokens.at(-1))) add("value", regexEnd(text, at));
    else add("sign", match(/=>|[-+*/%&|^!=<>?]+|./suy, text, at));
  }
  return tokens;
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 1);
}

function stringEnd(text, at, quote) {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === "\n") return i;
  }
  return text.length;
}

function templateEnd(text, at) {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "`") return i + 1;
    else if (text.startsWith("${", i)) {
      // The hole ends where its brackets do.
      const inner = tokenize(text.slice(i + 2));
      const close = inner.find((token) => token.depth < 0);
      if (close === undefined) return text.length;
      i += 2 + close.start;
    }
  }
  return text.length;
}

function regexMayStart(before) {
  if (before === undefined || before.kind === "sign" || before.kind === "open") return true;
  return before.kind === "word" && KEYWORDS_BEFORE_REGEX.has(before.text);
}

function regexEnd(text, at) {
  let inClass = false;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if (text[i] === "/" && !inClass) return match(/\w*/y, text, i + 1);
  }
  return at + 1;
}

/** Does a statement begin at token i? */
function beginsStatement(tokens, i) {
  const token = tokens[i];
  if (token.depth !== 0 || token.kind === "close") return false;
  const before = tokens[i - 1];
  if (before === undefined || before.text === ";" || before.text === "}") return true;
  if (!token.newline || CONTINUES.test(token.text)) return false;
  return before.kind === "value" || before.kind === "close" || (before.kind === "word" && !KEYWORDS_BEFORE_REGEX.has(before.text)) || before.text === "++" || before.text === "--";
}

/** Index of the first token after the statement that begins at `from`. */
function statementEnd(tokens, from) {
  for (let i = from + 1; i < tokens.length; i++) {
    if (tokens[i].depth === 0 && tokens[i].text === ";") return i;
    const endsHere = tokens[i].newline && tokens[i - 1].text === "}" ? !CONTINUES.test(tokens[i].text) : tokens[i - 1].text !== "}";
    if (endsHere && beginsStatement(tokens, i)) return i;
  }
  return tokens.length;
}

/** Replacements to make in a text, from its beginning to its end. */
class Edits {
  constructor(text) {
    this.text = text;
    this.list = [];
  }

  put(start, end, replacement) {
    // Lines must keep their numbers.
    const lines = this.text.slice(start, end).split("\n").length - 1;
    this.list.push({ start, end, replacement: replacement + "\n".repeat(lines) });
  }

  apply() {
    let out = "";
    let at = 0;
    for (const { start, end, replacement } of this.list.sort((a, b) => a.start - b.start)) {
      out += this.text.slice(at, start) + replacement;
      at = end;
    }
    return out + this.text.slice(at);
  }
}

/** `const a = 1, {b} = x` as `void (a = 1, {b} = x)`; left alone where it would take one of JavaScript's names. */
function declaration(text, tokens, from, edits) {
  const to = statementEnd(tokens, from);
  const body = tokens.slice(from + 1, to);
  const parts = [[]];
  for (const token of body) {
    if (token.depth === 0 && token.text === ",") parts.push([]);
    else parts.at(-1).push(token);
  }
  if (parts.some((part) => part.length === 0 || boundNames(part).some((name) => OWNED.has(name)))) return to;
  edits.put(tokens[from].start, tokens[from].end, "void (");
  for (const part of parts) {
    if (part[0].kind === "word" && part.length === 1) edits.put(part[0].end, part[0].end, " = undefined");
  }
  const end = body.at(-1).end;
  edits.put(end, end, tokens[to]?.text === ";" ? ")" : ");");
  return to;
}

/** The words of a binding, up to its `=`. */
function boundNames(part) {
  const equals = part.findIndex((token) => token.depth === 0 && token.text === "=");
  return part.slice(0, equals < 0 ? undefined : equals).filter((t) => t.kind === "word").map((t) => t.text);
}

/** `class A {..}` as `A = class A {..};`, so that it is a global. */
function classDeclaration(tokens, from, edits) {
  const open = tokens.findIndex((token, i) => i > from && token.depth === 0 && token.text === "{");
  const close = tokens.findIndex((token, i) => i > open && token.depth === 0 && token.text === "}");
  if (open < 0 || close < 0) return from + 1;
  edits.put(tokens[from].start, tokens[from].start, `void (${tokens[from + 1].text} = `);
  edits.put(tokens[close].end, tokens[close].end, ");");
  return close + 1;
}

/** `import d, {a as b} from "m" with {..}` as an assignment from a dynamic import. */
function importDeclaration(text, tokens, from, edits) {
  // It ends with the name of the module, whatever follows, or with the attributes after that.
  const name = tokens.findIndex((token, i) => i > from && token.depth === 0 && token.kind === "value");
  if (name < 0) return statementEnd(tokens, from);
  const close = tokens.findIndex((token, i) => i > name && token.depth === 0 && token.text === "}");
  const to = (tokens[name + 1]?.text === "with" ? close : name) + 1;
  const part = tokens.slice(from + 1, to);
  const at = name - from - 1;
  const attributes = to > name + 1 ? `, { with: ${text.slice(tokens[name + 2].start, tokens[to - 1].end)} }` : "";
  const call = `await $import(${part[at].text}${attributes})`;
  const head = part.slice(0, at).filter((token) => token.text !== "from");
  const names = [];
  let whole = null;
  let inBraces = false;
  for (let i = 0; i < head.length; i++) {
    const { text: word, kind } = head[i];
    if (word === "{") inBraces = true;
    else if (word === "*") {
      whole = head[i + 2].text;
      i += 2;
    } else if (kind === "word" || kind === "value") {
      const renamed = inBraces && head[i + 1]?.text === "as" ? head[(i += 2)].text : null;
      names.push(inBraces ? (renamed ? `${word}: ${renamed}` : word) : `default: ${word}`);
    }
  }
  let made = names.length > 0 ? `({ ${names.join(", ")} } = ${whole ?? `${call}`})` : (whole ?? call);
  if (whole !== null) made = `(${whole} = ${call}${names.length > 0 ? `, ${made}` : ""})`;
  edits.put(tokens[from].start, part.at(-1).end, `void ${made};`);
  return tokens[to]?.text === ";" ? to + 1 : to;
}

/** Declarations as assignments to globals; the text with blanks for `import` and `export`; what functions it declares. */
function rewrite(text) {
  const tokens = tokenize(text);
  const edits = new Edits(text);
  const functions = [];
  let plain = text;
  const blank = () => {
    const { start, end } = edits.list.at(-1) ?? { start: 0, end: 0 };
    plain = plain.slice(0, start) + plain.slice(start, end).replace(/[^\n]/g, " ") + plain.slice(end);
  };
  for (let i = 0; i < tokens.length; ) {
    const { text: word, depth } = tokens[i];
    const next = tokens[i + 1];
    if (depth !== 0 || !beginsStatement(tokens, i) || next === undefined) i++;
    else if (word === "export") {
      const end = next.text === "default" ? next.end : tokens[i].end;
      edits.put(tokens[i].start, end, "");
      blank();
      tokens.splice(i, next.text === "default" ? 2 : 1);
    } else if (word === "const" || word === "var" || (word === "let" && (next.kind === "word" || next.kind === "open"))) {
      i = declaration(text, tokens, i, edits);
    } else if (word === "class") i = classDeclaration(tokens, i, edits);
    else if (word === "import" && next.text !== "(" && next.text !== ".") {
      i = importDeclaration(text, tokens, i, edits);
      blank();
    }
    else {
      const at = word === "async" && next.text === "function" ? i + 1 : i;
      const name = tokens[at]?.text === "function" ? tokens[at + (tokens[at + 1].text === "*" ? 2 : 1)] : undefined;
      if (name?.kind === "word" && !OWNED.has(name.text)) functions.push(name.text);
      i++;
    }
  }
  return { code: edits.apply(), plain, functions };
}

function compiles(code) {
  try {
    new vm.Script(code);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const wrapped = (body) => `async ({ $import }) => {${body}\n}`;

/** `return` before the last expression, where the text ends with one. */
function withResult(head, code) {
  const tokens = tokenize(code);
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (!beginsStatement(tokens, i)) continue;
    const tail = code.slice(tokens[i].start).replace(/(?:;|\s)+$/, "");
    // As an expression, the function of a declaration would have its name inside only.
    if (tail === "" || /^(?:void \(|(?:async\s+)?function\b\s*\*?\s*[^\s(*])/.test(tail)) {
      if (tail === "") continue;
      return head + code;
    }
    // Right behind what comes before, so that columns keep their numbers too.
    const at = i === 0 ? 0 : tokens[i - 1].end;
    const made = `${head}${code.slice(0, at)}${i === 0 ? "" : ";"}return (${code.slice(at, tokens[i].start)}${tail}\n)`;
    if (compiles(`(async () => (${tail}\n))`) && compiles(`(${wrapped(made)})`)) return made;
  }
  return head + code;
}

/** Throws what is wrong with a cell, in the user's own words, and where. In `plain` its imports are blank. */
function complain(plain, filename) {
  const open = "(async () => {";
  try {
    new vm.Script(`${open}${plain}\n})`, { filename, columnOffset: -open.length });
  } catch (error) {
    const [, file, line] = /^(.*):(\d+)\n/.exec(error.stack) ?? [];
    const closed = tokenize(plain).some((token) => token.depth < 0);
    if (Number(line) > plain.split("\n").length && !closed) {
      // V8 has stumbled over what we put behind the cell.
      error.message = "Unexpected end of input";
      error.stack = `${file}:${line}\n})\n^\n\nSyntaxError: ${error.message}`;
    }
    throw error;
  }
}

/**
 * The function that runs a cell.
 * @param {string} text
 * @param {string} [filename] what the stack of a SyntaxError calls the cell
 * @returns {string}
 * @throws {SyntaxError} what V8 says of the cell
 */
export function prepare(text, filename) {
  const whole = text.replace(/(?:;|\s)+$/, "");
  if (/^\s*\{/.test(whole) && compiles(`(async () => (${whole}\n))`)) return wrapped(`return (${whole}\n)`);
  const { code, plain, functions } = rewrite(text);
  const head = functions.map((name) => `globalThis.${name} = ${name}; `).join("");
  const made = wrapped(withResult(head, code));
  if (!compiles(`(${made})`)) {
    complain(plain, filename);
    new vm.Script(`(${made})`, { filename });
  }
  return made;
}
