/**
 * A value -> how the Lisp writes it.
 *
 * In: any JavaScript value or Python proxy. Out: `prStr`, the text on one line; `toDoc`, the tree that layout.mjs
 * breaks into lines. What can be read back is written so (`[1 {:a "b"} #{nil}]`); everything else is `#<..>`:
 *
 *   #<fn name> #<async fn name> #<class Point> #<Point {:x 1}> #<Map {"a" 1 :b 2}> #<Float64Array [1 2]>
 *   #<Date 2026-01-31T00:00:00.000Z> #<Promise pending> #<TypeError: no> #<cycle> #py array([1, 2])
 *
 * Nothing of the user's runs for it except `repr` in Python and the steps of the Lisp's own lazy sequences: getters are
 * shown, not called; iterators are not walked; whatever throws is shown as such.
 */

import { KEYWORD, LazySeq, LispSymbol, List, isKeyword, isTypedArray, pyOps } from "./data.mjs";
import { demangle } from "./names.mjs";

const DISPLAY = Symbol.for("Jupyter.display");

/** How much is printed when nothing else is said: everything, up to a depth that no stack minds. */
const PRINT_ALL = { readably: true, maxItems: Infinity, maxDepth: 500, maxString: Infinity, maxTotal: Infinity };

/**
 * The text of a value on one line. Options: `readably` (true: strings quoted; false: as they are), `maxItems` per
 * collection, `maxDepth`, `maxString` characters, `maxTotal` items over all.
 */
export function prStr(x, options = {}) {
  return flatText(toDoc(x, printContext(options)));
}

/** The state of one printing: the options, the way down to here, and how many items may still come. */
export function printContext(options = {}) {
  const context = { ...PRINT_ALL, ...options, path: [] };
  context.left = context.maxTotal;
  return context;
}

/** A doc is a piece {text, style, lines?}, a pair {key, value}, or a group {open, items, close, style}. */
function piece(text, style) {
  return { text, style };
}

/** A doc on one line. */
export function flatText(doc) {
  if (doc.text !== undefined) return doc.text;
  if (doc.key !== undefined) return `${flatText(doc.key)} ${flatText(doc.value)}`;
  let text = doc.open;
  for (let i = 0; i < doc.items.length; i++) text += i === 0 ? flatText(doc.items[i]) : " " + flatText(doc.items[i]);
  return text + doc.close;
}

/** The doc of a value. */
export function toDoc(x, context) {
  switch (typeof x) {
    case "undefined": return piece("nil", "nil");
    case "boolean": return piece(String(x), "boolean");
    case "number": return piece(Object.is(x, -0) ? "-0" : String(x), "number");
    case "bigint": return piece(`${x}n`, "number");
    case "string": return stringDoc(x, context);
    case "symbol": return piece(`#<Symbol ${x.description ?? ""}>`, "other");
  }
  if (x === null) return piece("nil", "nil");
  const depth = context.path.length;
  try {
    return objectDoc(x, context);
  } catch (e) {
    if (stopsPrinting(e)) throw e;
    return piece(`#<${className(x) ?? "Proxy"} that cannot be shown: ${errorText(e)}>`, "error");
  } finally {
    context.path.length = depth;
  }
}

/** Ctrl-C must not be mistaken for a value that cannot be shown. */
function stopsPrinting(e) {
  return e?.name === "Interrupt" || e?.name === "KeyboardInterrupt";
}

function stringDoc(s, context) {
  const shown = s.length > context.maxString ? s.slice(0, context.maxString) : s;
  const more = shown === s ? "" : `… +${s.length - shown.length} chars`;
  // JSON.stringify escapes lone surrogates; the other characters below would move or hide the text around them.
  const text = context.readably ? quote(shown) : shown;
  return piece(more && context.readably ? `${text.slice(0, -1)}"${more}` : text + more, "string");
}

/** A string as it is written in source. */
export function quote(s) {
  return JSON.stringify(s).replace(
    /[\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

// ---------------------------------------------------------------------------------------------- objects

function objectDoc(x, context) {
  const ops = pyOps(x);
  if (ops !== undefined) return pythonDoc(x, ops);
  if (typeof x === "function") return functionDoc(x);
  if (x instanceof LispSymbol) return piece(x.name, "symbol");
  if (context.path.includes(x)) return piece("#<cycle>", "other");
  if (x instanceof Error) return errorDoc(x, context);
  context.path.push(x);
  if (x instanceof List) return itemsDoc("(", x, x.length, ")", context);
  if (Array.isArray(x)) return itemsDoc("[", x, x.length, "]", context);
  if (x instanceof LazySeq) return lazyDoc(x, context);
  if (x instanceof Set) return itemsDoc("#{", x, x.size, "}", context);
  if (x instanceof Map) return itemsDoc("#<Map {", x, x.size, "}>", context, entryDoc);
  if (isTypedArray(x)) return itemsDoc(`#<${className(x)} [`, x, x.length, "]>", context);
  if (x instanceof Date) return dateDoc(x);
  if (x instanceof RegExp) return regexDoc(x);
  if (x instanceof Promise) return promiseDoc(x);
  if (x instanceof ArrayBuffer || x instanceof DataView) return opaque(`${className(x)} ${x.byteLength} bytes`);
  return recordDoc(x, context);
}

/** Python's repr of a proxy; a repr that raises is shown as such. */
export function pythonRepr(x, ops) {
  try {
    return ops.repr(x);
  } catch (e) {
    if (stopsPrinting(e)) throw e;
    return `#<repr raised ${errorText(e)}>`;
  }
}

/** `#py repr`; over several lines when Python wrote it so (the layout breaks it only where it must). */
function pythonDoc(x, ops) {
  const lines = pythonRepr(x, ops).split("\n");
  const doc = piece("#py " + lines.map((line) => line.trim()).join(" "), "python");
  if (lines.length > 1) doc.lines = lines.map((line, i) => (i === 0 ? "#py " : "    ") + line);
  return doc;
}

function functionDoc(f) {
  if (isKeyword(f)) {
    const name = f[KEYWORD];
    return piece(readsAsKeyword(name) ? ":" + name : `#<keyword ${quote(name)}>`, "keyword");
  }
  const own = Object.getOwnPropertyDescriptor(f, "name")?.value;
  const name = typeof own === "string" ? own : "";
  const source = Function.prototype.toString.call(f);
  const native = source.endsWith("{ [native code] }");
  const isClass = source.startsWith("class") || (native && /^[A-Z]/.test(name) && Object.hasOwn(f, "prototype"));
  const tag = Object.prototype.toString.call(f);
  const fn = tag.includes("Async") ? "async fn" : tag.includes("Generator") ? "generator fn" : "fn";
  const kind = isClass ? "class" : fn;
  return piece(`#<${`${kind} ${native || isClass ? name : demangle(name)}`.trim()}>`, "function");
}

/** Does `:name` read back as this keyword? (A name that begins with a digit would, but is better seen as a string.) */
export function readsAsKeyword(name) {
  if (/^[A-Za-z_$][\w$-]*$/.test(name)) return true; // most names; the full test is ten times slower
  return /^[^\s,:0-9()[\]{}";`~^@\\“”‘’\p{C}\p{Z}][^\s,()[\]{}";`~^@\\“”‘’\p{C}\p{Z}]*$/u.test(name);
}

/** The items of one collection, as many as may be shown, then how many more there are. */
function itemsDoc(open, xs, size, close, context, toItem = toDoc) {
  const items = [];
  const group = { open, items, close };
  if (size === 0) return group;
  if (context.path.length > context.maxDepth) {
    const counted = `… ${size} ${size === 1 ? "item" : "items"}`;
    items.push(piece(size === Infinity || size === undefined ? "…" : counted, "more"));
    return group;
  }
  const iterator = Array.isArray(xs) ? undefined : xs[Symbol.iterator]();
  let shown = 0;
  for (; size === undefined || shown < size; shown++) {
    if (shown >= context.maxItems || context.left <= 0) {
      const rest = size === Infinity || size === undefined ? "…" : `… +${size - shown} more`;
      if (size !== undefined || !iterator.next().done) items.push(piece(rest, "more"));
      iterator?.return?.();
      break;
    }
    const step = iterator?.next();
    if (step?.done) break;
    context.left--;
    items.push(toItem(iterator ? step.value : itemValue(xs, shown), context));
  }
  return group;
}

/** xs[i] without running a getter somebody defined there. */
function itemValue(xs, i) {
  const value = Object.getOwnPropertyDescriptor(xs, i);
  return value === undefined || value.get === undefined ? value?.value : GETTER;
}

/** Stands where a getter is: a symbol of code prints as its bare name. */
const GETTER = new LispSymbol("#<getter>");

function entryDoc([key, value], context) {
  return { key: toDoc(key, context), value: toDoc(value, context) };
}

/** An endless sequence shows its beginning, whatever the limits. */
function lazyDoc(xs, context) {
  if (xs.size !== Infinity) return itemsDoc("(", xs, xs.size, ")", context);
  return itemsDoc("(", xs, Infinity, ")", { ...context, maxItems: Math.min(10, context.maxItems) });
}

function keyDoc(key) {
  if (typeof key === "symbol") return piece(`#<Symbol ${key.description ?? ""}>`, "other");
  return piece(readsAsKeyword(key) ? ":" + key : quote(key), "key");
}

/** A plain object, or an instance of some class with its own fields. */
function recordDoc(x, context) {
  const tag = Object.prototype.toString.call(x).slice(8, -1);
  const proto = Object.getPrototypeOf(x);
  const ownName = proto === null ? undefined : proto === Object.prototype ? "Object" : className(x);
  const name = tag === "Module" ? "module" : ownName;
  const fields = Object.keys(x);
  const plain = tag === "Object" && (proto === null || name === "Object" || name === undefined);
  for (const key of plain ? Object.getOwnPropertySymbols(x) : []) {
    if (Object.prototype.propertyIsEnumerable.call(x, key)) fields.push(key);
  }
  const kind = name === undefined || name === "Object" ? tag : name;
  // Nothing but internals, as in what setTimeout gives.
  if (!plain && fields.length > 0 && fields.every((key) => key[0] === "_")) return opaque(kind);
  if (!plain && (fields.length === 0 || typeof x[DISPLAY] === "function")) return opaqueDoc(x, kind, tag);
  const open = plain ? "{" : `#<${kind} {`;
  return itemsDoc(open, fields, fields.length, plain ? "}" : "}>", context, (key) => fieldDoc(x, key, context));
}

function fieldDoc(x, key, context) {
  const field = Object.getOwnPropertyDescriptor(x, key);
  const isValue = field !== undefined && field.get === undefined && field.set === undefined;
  return { key: keyDoc(key), value: toDoc(isValue ? field.value : GETTER, context) };
}

/** An instance that shows no fields: by its own text (URL), else by Node's inspection (Response), else by name. */
function opaqueDoc(x, name, tag) {
  if (typeof x.next === "function") return opaque(tag); // an iterator
  if (typeof x.toString === "function" && x.toString !== Object.prototype.toString) {
    const text = x.toString();
    if (typeof text === "string" && text.startsWith("#<")) return piece(text, "other");
    if (typeof text === "string" && text !== `[object ${tag}]`) return opaque(`${name} ${text.replace(/\s+/g, " ")}`);
  }
  const inspect = nodeUtil()?.inspect;
  if (inspect && typeof x[inspect.custom] === "function") {
    const text = inspect(x, { depth: 1, breakLength: Infinity, getters: false });
    if (text.startsWith(name)) return piece(`#<${text.replace(/\s+/g, " ")}>`, "other");
  }
  return piece(tag === "Object" ? `#<${name} {}>` : `#<${name}>`, "other");
}

/** The name of the class of x, found without running getters. */
export function className(x) {
  try {
    for (let proto = Object.getPrototypeOf(x); proto !== null; proto = Object.getPrototypeOf(proto)) {
      const made = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
      if (typeof made === "function" && typeof made.name === "string" && made.name !== "") return made.name;
    }
  } catch {
    // a revoked or hostile proxy
  }
  return undefined;
}

// ---------------------------------------------------------------------------------------------- special objects

function opaque(text) {
  return piece(`#<${text}>`, "other");
}

function dateDoc(x) {
  return opaque(`Date ${Number.isNaN(x.getTime()) ? "invalid" : x.toISOString()}`);
}

function regexDoc(x) {
  const source = x.source === "(?:)" ? "" : x.source.replace(/\\.|"/gs, (c) => (c === '"' ? '\\"' : c));
  return piece(`#"${x.flags === "" ? "" : `(?${x.flags})`}${source}"`, "string");
}

/** The class and message of whatever was thrown, on one line. */
export function errorText(e) {
  try {
    if (!(e instanceof Error)) return prStr(e, { maxItems: 5, maxDepth: 2, maxString: 80 });
    const message = String(e.message).trim().replace(/\s*\n\s*/g, " ");
    const name = String(e.name || "Error");
    return message ? `${name}: ${message}` : name;
  } catch {
    return "an error that cannot be shown";
  }
}

function errorDoc(e, context) {
  const data = Object.getOwnPropertyDescriptor(e, "data")?.value;
  const text = errorText(e);
  if (data === null || typeof data !== "object") return piece(`#<${text}>`, "error");
  context.path.push(e);
  return { open: `#<${text} `, items: [toDoc(data, context)], close: ">" };
}

/** `node:util` when this is Node; no import, so that browsers can load this file. */
function nodeUtil() {
  return globalThis.process?.getBuiltinModule?.("node:util");
}

const FULFILLED = new RegExp(
  String.raw`^Promise \{ (-?[\d.]+(?:e[+-]?\d+)?n?|NaN|-?Infinity|true|false|null|undefined` +
    String.raw`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:,.*)? \}$`,
  "s",
);

/** Only Node tells what a promise holds without waiting for it. */
function promiseDoc(x) {
  const inspect = nodeUtil()?.inspect;
  if (inspect === undefined) return piece("#<Promise>", "other");
  const text = inspect(x, { depth: 0, breakLength: Infinity, customInspect: false });
  if (/^Promise \{\s*<pending>/.test(text)) return piece("#<Promise pending>", "other");
  const why = /^Promise \{\s*<rejected>\s*(.*?)\s*\}?$/m.exec(text)?.[1];
  if (why !== undefined) return piece(`#<Promise rejected ${why}`.trim() + ">", "other");
  const value = FULFILLED.exec(text)?.[1];
  if (value === undefined) return piece("#<Promise fulfilled>", "other");
  const shown = value === "null" || value === "undefined" ? "nil" : /^['"]/.test(value) ? quotedAgain(value) : value;
  return piece(`#<Promise ${shown}>`, "other");
}

function quotedAgain(text) {
  return quote(text.slice(1, -1).replace(/\\(['"\\])/g, "$1"));
}
