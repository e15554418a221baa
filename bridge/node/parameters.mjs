/**
 * The parameters of a function, and what it says of itself, as far as its source tells.
 * In: a function. Out: their names (`...rest`; `arg1` for one that is taken apart) and beside each null or
 * [true, its default] or [false, the source of its default].
 */
import { isProxy } from "./platform.mjs";

const LONGEST = 20_000; // of what is read of a source
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const NATIVE = /\{\s*\[native code\]\s*\}$/;
const OPENING = "([{";
const CLOSING = ")]}";
/** What a function made of another is called with: `{ of, first }`, the other and its own parameters before those. */
export const MADE_OF = Symbol("polyrepl.made of");

/** @param {Function} fn @returns {{parameters: string[], defaults: (null | [boolean, any])[]}} */
export function parametersOf(fn) {
  const { parameters, defaults } = callOf(fn);
  return { parameters, defaults };
}

/**
 * How a function may be called: also which properties of an object each parameter takes apart (`...` any others), and
 * whether it is one of JavaScript's own, whose parameters have no names, and its first comment.
 * @param {Function} fn
 * @returns {{parameters: string[], defaults: any[], patterns: (null | string[])[], native: boolean, doc?: string}}
 */
export function callOf(fn) {
  const made = fn[MADE_OF];
  if (made !== undefined && Object.hasOwn(fn, MADE_OF)) {
    const { parameters, defaults } = made.of === null ? anything() : parametersOf(made.of);
    const inFront = made.first.map(() => null);
    return { parameters: [...made.first, ...parameters], defaults: [...inFront, ...defaults], patterns: [], native: false };
  }
  const source = Function.prototype.toString.call(fn).slice(0, LONGEST);
  const native = NATIVE.test(source) && !isProxy(fn) && !/^bound /.test(fn.name);
  return { patterns: [], ...(read(source) ?? fromLength(fn)), native };
}

const anything = () => ({ parameters: ["...args"], defaults: [null] });

function fromLength(fn) {
  const parameters = [...Array.from({ length: fn.length }, (_, index) => `arg${index}`), "...args"];
  return { parameters, defaults: parameters.map(() => null) };
}

function read(source) {
  if (NATIVE.test(source)) return undefined;
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (single !== null) return { parameters: [single[1]], defaults: [null] };
  let from = 0;
  if (/^class[\s{]/.test(source)) {
    const found = /(?:^|[\s;}{])constructor\s*(?=\()/.exec(source);
    if (found === null) return anything();
    from = found.index + found[0].length;
  }
  const opened = find(source, from, "(");
  const parts = [];
  for (let at = opened; source[at] !== ")"; ) {
    const end = find(source, at + 1, ",)");
    if (end < 0 || opened < 0) return undefined;
    parts.push(bare(source.slice(at + 1, end)));
    at = end;
    if (source[at] === ")") return described(parts.at(-1) === "" ? parts.slice(0, -1) : parts, source.slice(at + 1));
  }
  return undefined;
}

/** The comment that a body begins with, as compiled Lisp has a docstring. */
const DOC = /^(\s*(?:=>)?\s*\{)\s*\/\*\*((?:[^*]|\*(?!\/))*)\*\//;

const documented = (text) => text.replace(/\n[ \t]*\*(?!\/) ?/g, "\n").replaceAll("*\\/", "*/").trim();

function described(parts, source) {
  const [whole = "", opening = "", text] = DOC.exec(source) ?? [];
  let body = opening + source.slice(whole.length);
  const parameters = [];
  const defaults = [];
  const patterns = [];
  for (const part of parts) {
    const equals = find(part, 0, "=");
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    const rest = name.startsWith("...") ? "..." : "";
    parameters.push(NAME.test(name.slice(rest.length)) ? name : `${rest}${rest === "" ? `arg${parameters.length}` : "args"}`);
    defaults.push(equals < 0 ? null : known(part.slice(equals + 1)));
    patterns.push(name.startsWith("{") ? properties(name) : null);
  }
  // The Lisp fills its defaults in first of all.
  const filled = /^\s*(?:=>)?\s*\{?\s*if \((\S+) === undefined\) (\S+) = ([^\n]*);(?=\n|$)/;
  for (let match; (match = filled.exec(body)) !== null; body = body.slice(match[0].length)) {
    const index = parameters.indexOf(match[1]);
    if (index < 0 || match[1] !== match[2]) break;
    defaults[index] = known(match[3]);
  }
  return { parameters, defaults, patterns, ...(text !== undefined && { doc: documented(text) }) };
}

/** The names of the properties that `{a, b: c, d = 1, ...rest}` takes. */
function properties(pattern) {
  const names = [];
  for (let at = 0; pattern[at] !== "}"; ) {
    const end = find(pattern, at + 1, ",}");
    if (end < 0) return null;
    const part = bare(pattern.slice(at + 1, end));
    const [name, quoted] = /^(?:\.\.\.|[\p{ID_Start}$_][\p{ID_Continue}$]*|["']([^"'\\]+)["'])/u.exec(part) ?? [];
    if (name !== undefined) names.push(quoted ?? name);
    at = end;
  }
  return names;
}

/** [true, the value] of a literal, [false, the text] of any other expression. */
function known(text) {
  const source = text.trim();
  if (source === "undefined") return [false, source];
  if (/^'[^'\\\n"]*'$/.test(source)) return [true, source.slice(1, -1)];
  try {
    const value = JSON.parse(source);
    if (typeof value !== "object" || value === null) return [true, value];
  } catch {
    // no literal
  }
  return [false, source.slice(0, 200)];
}

/** Without comments around. */
function bare(text) {
  let part = text.trim();
  for (let end; part.startsWith("/*") || part.startsWith("//"); part = part.slice(end).trim()) {
    end = part[1] === "*" ? part.indexOf("*/", 2) + 2 : part.indexOf("\n") + 1;
    if (end < 2) return "";
  }
  while (part.endsWith("*/")) part = part.slice(0, part.lastIndexOf("/*")).trim();
  return part;
}

/** Where one of some characters stands outside of brackets, strings and comments, from a place on; -1 if nowhere. */
function find(source, from, wanted) {
  let depth = 0;
  for (let at = Math.max(from, 0); at < source.length; at++) {
    const char = source[at];
    if (depth === 0 && wanted.includes(char)) return at;
    if (OPENING.includes(char)) depth += 1;
    else if (CLOSING.includes(char)) {
      if (--depth < 0) return -1;
    } else if (char === '"' || char === "'" || char === "`") {
      for (at += 1; at < source.length && source[at] !== char; at++) if (source[at] === "\\") at += 1;
    } else if (char === "/" && (source[at + 1] === "/" || source[at + 1] === "*")) {
      const end = source.indexOf(source[at + 1] === "/" ? "\n" : "*/", at + 2);
      if (end < 0) return -1;
      at = source[at + 1] === "/" ? end : end + 1;
    }
  }
  return -1;
}
