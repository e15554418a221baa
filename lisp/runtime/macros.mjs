/**
 * The JavaScript half of the macro host: runs the bodies of `defmacro`.
 *
 * In: compiled macro functions, calls in wire form (flat JSON, see lisp/expand/wire.py). Out: the forms that
 * macros return, in wire form. Everything is synchronous: a macro that returns a promise is an error.
 */

import { KEYWORD, LispSymbol, List, internKeyword, isKeyword } from "./data.mjs";
import { FStringForm, STRING_KEYS, mapForm, setForm } from "./forms.mjs";

/** Where a form came from: the index in the compiler's table, carried along unseen. */
const ORIGIN = Symbol.for("polyrepl.origin");

/**
 * A form from its wire form. With `traced` lists, arrays and maps carry along where they were written, for the
 * macro that gets them.
 */
export function formFromWire(tokens, traced = false) {
  if (tokens === null) return null; // no form at all
  const open = []; // collections whose parts are still to come
  for (const token of tokens) {
    const parts = countOf(token);
    if (parts > 0) {
      open.push({ token, parts, items: [] });
      continue;
    }
    let form = parts === 0 ? collection(token, [], traced) : atomFromWire(token);
    while (open.length > 0) {
      const top = open[open.length - 1];
      top.items.push(form);
      if (top.items.length < top.parts) break;
      open.pop();
      form = collection(top.token, top.items, traced);
    }
    if (open.length === 0) return form;
  }
  throw new TypeError("not a whole form");
}

/** How many parts follow a token; undefined: it is a form by itself. */
function countOf(token) {
  if (!Array.isArray(token)) return undefined;
  if ("lvms".includes(token[0])) return token[1];
  return token[0] === "F" ? token[1].filter((part) => part === null).length : undefined;
}

function collection([tag, a, b], items, traced) {
  const id = traced ? b : undefined;
  switch (tag) {
    case "l": {
      const list = new List();
      for (const item of items) list.push(item);
      return withOrigin(list, id);
    }
    case "v":
      return withOrigin(items, id);
    case "m":
      return withOrigin(mapForm(items), id);
    case "s":
      return withOrigin(setForm(items), id);
    default: {
      let next = 0;
      return new FStringForm(a.map((part) => (part === null ? [items[next++]] : part)));
    }
  }
}

function atomFromWire(token) {
  if (!Array.isArray(token)) return token;
  const [tag, a, b] = token;
  switch (tag) {
    case "y":
      return new LispSymbol(a, b);
    case "k":
      return internKeyword(a);
    case "b":
      return a[0] === "-" ? -BigInt(a.slice(1)) : BigInt(a);
    case "r":
      return new RegExp(a, b);
    case "f":
      return a === "-0" ? -0 : Number(a);
    default:
      throw new TypeError(`not a wire form: ${tag}`);
  }
}

function withOrigin(form, id) {
  if (id !== undefined && id !== null) Object.defineProperty(form, ORIGIN, { value: id });
  return form;
}

/** A token that stands for itself among forms that are still to be turned into tokens. */
class Token {
  constructor(token) {
    this.token = token;
  }
}

/** The wire form of a form. Throws for what is no code (a promise, a class instance). */
export function formToWire(form) {
  const out = [];
  const todo = [form];
  while (todo.length > 0) {
    const next = todo.pop();
    const parts = tokenOf(next, out);
    if (out.length > MOST_TOKENS) throw new RangeError("a macro returned more and more code: does it contain itself?");
    for (let i = parts.length - 1; i >= 0; i--) todo.push(parts[i]);
  }
  return out;
}

const NO_PARTS = [];
const MOST_TOKENS = 3_000_000; // the compiler takes half as many from the macros of one form

/** Append the token of a form; returns the parts that have to follow. */
function tokenOf(form, out) {
  const whole = (token) => {
    out.push(token);
    return NO_PARTS;
  };
  if (form === undefined || form === null) return whole(null);
  switch (typeof form) {
    case "boolean":
    case "string":
      return whole(form);
    case "number":
      return whole(Number.isFinite(form) && !Object.is(form, -0) ? form : ["f", Object.is(form, -0) ? "-0" : String(form)]);
    case "bigint":
      return whole(["b", String(form)]);
    case "function":
      if (isKeyword(form)) return whole(["k", form[KEYWORD]]);
      throw new TypeError("a macro returned a function, which is not code");
    case "symbol":
      throw new TypeError("a macro returned a JavaScript symbol, which is not code");
  }
  if (form instanceof Token) return whole(form.token);
  if (form instanceof LispSymbol) return whole(["y", form.name, form.id ?? null]);
  const id = form[ORIGIN] ?? null;
  const having = (tag, items) => {
    const parts = Array.from(items);
    out.push([tag, parts.length, id]);
    return parts;
  };
  if (form instanceof List) return having("l", form);
  if (Array.isArray(form)) return having("v", form);
  if (form instanceof FStringForm) {
    out.push(["F", form.parts.map((part) => (typeof part === "string" ? part : null))]);
    return form.parts.filter((part) => typeof part !== "string").map((part) => part[0]);
  }
  if (form instanceof RegExp) return whole(["r", form.source, form.flags]);
  if (form instanceof Set) return having("s", form);
  if (form instanceof Map) return having("m", [...form].flat());
  if (typeof form.then === "function") throw new TypeError("a macro returned a promise; macros are synchronous");
  const proto = Object.getPrototypeOf(form);
  if (proto === Object.prototype || proto === null) {
    const strings = form[STRING_KEYS];
    return having("m", Object.entries(form).flatMap(([key, value]) => [strings?.has(key) ? key : new Token(["k", key]), value]));
  }
  if (typeof form[Symbol.iterator] === "function") return having("l", form);
  throw new TypeError(`a macro returned ${form.constructor?.name ?? "an object"}, which is not code`);
}

/** A host: keeps macro functions by number. `imports` are what compiled code is a function of. */
export function createMacroHost(imports, evaluate) {
  const macros = [];
  return {
    /** Evaluate compiled code; the function it gives is kept. Returns its number. */
    define(code) {
      macros.push(evaluate(code)(imports));
      return macros.length - 1;
    },
    /** Call macro `id` on arguments in wire form. */
    expand(id, args) {
      return formToWire(Reflect.apply(macros[id], undefined, args.map((arg) => formFromWire(arg, true))));
    },
    /** Those of the names that are properties of the global object. */
    known(names) {
      return names.filter((name) => name in globalThis);
    },
  };
}
