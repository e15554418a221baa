/**
 * A value -> how the Lisp writes it.
 *
 * In: any JavaScript value or Python proxy. Out: `prStr`, the text on one line; `toDoc`, the tree that layout.mjs
 * breaks into lines. What can be read back is written so (`[1 {:a "b"} #{nil}]`); everything else is `#<..>`:
 *
 *   #<fn name> #<async fn name> #<class Point> #<Point {:x 1}> #<Map {"a" 1 :b 2}> #<Float64Array [1 2]>
 *   #<Date 2026-01-31T00:00:00.000Z> #<Promise pending> #<TypeError: no> #<cycle> #py array([1, 2])
 *
 * Instances of classes show what they say of themselves: `toString`, Node's custom inspection, the items of an iterable
 * (within a budget), else their fields. Getters are shown, not called; iterators are not walked; whatever throws is
 * shown as such.
 */

import { KEYWORD, LazySeq, LispSymbol, List, isKeyword, isTypedArray, pyOps } from "./data.mjs";
import { FStringForm, MapForm } from "./forms.mjs";
import { demangle, messageOf } from "./names.mjs";
import { promiseText } from "./promise_text.mjs";
import { LazyArray } from "./sequences.mjs";

const DISPLAY = Symbol.for("Jupyter.display");

/** How much is printed when nothing else is said: everything, up to a depth that no stack minds. */
const PRINT_ALL = { readably: true, maxItems: Infinity, maxDepth: 500, maxString: Infinity, maxTotal: Infinity };

/**
 * The text of a value on one line. Options: `readably` (true: strings quoted; false: as they are), `maxItems` per
 * collection, `maxDepth`, `maxString` characters, `maxTotal` items over all;
 * `ownText` (true: the text that an instance has of its own is not cut, whatever `maxTotal` says).
 */
export function prStr(x, options = {}) {
  return flat(x, printContext(options));
}

/** `prStr`, and whether something was left out that other limits would show: {text, cut}. */
export function prStrWithin(x, options) {
  const context = printContext(options);
  const text = flat(x, context);
  return { text, cut: context.seen.cut };
}

/** The text of a value on one line. Throws a RangeError where JavaScript has no string that long. */
function flat(x, context) {
  context.flat = true;
  try {
    return flatText(toDoc(x, context));
  } catch (e) {
    if (!isTooLong(e)) throw e;
    throw new RangeError("this value's text is longer than a string can be (512 MiB): show a part of it, as (take 100 x)");
  }
}

const TOO_LONG = "Invalid string length";
const isTooLong = (e) => e instanceof RangeError && e.message === TOO_LONG;

/** The state of one printing: the options, the way down to here, how many items may still come, what was seen. */
export function printContext(options = {}) {
  const context = { ...PRINT_ALL, ...options, path: [], seen: { cut: false } };
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
    case "bigint": return bigintDoc(x, context);
    case "string": return stringDoc(x, context);
    case "symbol": return symbolDoc(x, context);
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
  return e?.name === "Interrupt" || e?.name === "KeyboardInterrupt" || isTooLong(e);
}

/** As much of a text as may be shown, and what is said of the rest. */
function cutText(text, context) {
  if (text.length <= context.maxString) return [text, ""];
  context.seen.cut = true;
  return [text.slice(0, context.maxString), `… +${text.length - context.maxString} chars`];
}

/** The same in one text: names, whose rest is told in their midst. */
const cutName = (name, context) => (name.length <= context.maxString ? name : cutText(name, context).join(""));

function symbolDoc(x, context) {
  return piece(visible(`#<Symbol ${cutName(x.description ?? "", context)}>`), "other");
}

/** A BigInt. One that has to be cut and has over a million digits is told by their number: to make them takes V8 seconds to minutes. */
function bigintDoc(x, context) {
  const bits = 4 * x.toString(16).length; // linear, as only powers of two are
  if (bits < Math.max(3_300_000, 3 * context.maxString)) return piece(cutName(`${x}n`, context), "number");
  context.seen.cut = true;
  return opaque(`BigInt of about ${Math.floor(bits * Math.log10(2))} digits`);
}

function stringDoc(s, context) {
  const [shown, more] = cutText(s, context);
  // JSON.stringify escapes lone surrogates; the other characters below would move or hide the text around them.
  const text = context.readably ? quote(shown) : shown;
  return piece(more && context.readably ? `${text.slice(0, -1)}"${more}` : text + more, "string");
}

/** A name whose control characters are shown, not sent to a terminal. */
function visible(name) {
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
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
  if (ops !== undefined) return pythonDoc(x, ops, context);
  if (typeof x === "function") return functionDoc(x, context);
  if (x instanceof LispSymbol) return piece(visible(cutName(x.name, context)), "symbol");
  if (context.path.includes(x)) return piece("#<cycle>", "other");
  if (x instanceof Error) return errorDoc(x, context);
  context.path.push(x);
  if (x instanceof List) return itemsDoc("(", x, x.length, ")", context);
  if (Array.isArray(x)) return itemsDoc("[", x, x.length, "]", context);
  if (x instanceof LazySeq) return lazyDoc(x, context);
  if (x instanceof Set) return itemsDoc("#{", x, x.size, "}", context);
  if (x instanceof MapForm) return itemsDoc("{", x, x.size, "}", context, entryDoc);
  if (x instanceof FStringForm) return fstringDoc(x, context);
  if (x instanceof Map) return itemsDoc("#<Map {", x, x.size, "}>", context, entryDoc);
  if (isTypedArray(x)) return itemsDoc(`#<${className(x)} [`, x, x.length, "]>", context);
  if (x instanceof Date) return dateDoc(x);
  if (x instanceof RegExp) return regexDoc(x, context);
  if (x instanceof Promise) return context.readably ? piece(promiseText(x, nodeUtil()?.inspect, quote), "other") : piece("#<Promise>", "other");
  if (x instanceof ArrayBuffer || x instanceof DataView) return opaque(`${className(x)} ${x.byteLength} bytes`);
  return recordDoc(x, context);
}

/** Python's repr of a proxy, cut where it is longer than `most`; a repr that raises is shown as such. */
export function pythonRepr(x, ops, most = Infinity) {
  try {
    return most === Infinity ? ops.repr(x) : ops.repr(x, most);
  } catch (e) {
    if (stopsPrinting(e)) throw e;
    return `#<repr raised ${errorText(e)}>`;
  }
}

/** `#py repr`; over several lines when Python wrote it so (the layout breaks it only where it must). */
function pythonDoc(x, ops, context) {
  const text = pythonRepr(x, ops, context.maxString);
  context.seen.cut ||= text.length > context.maxString;
  const lines = text.split("\n");
  const doc = piece("#py " + lines.map((line) => line.trim()).join(" "), "python");
  if (lines.length > 1) doc.lines = lines.map((line, i) => (i === 0 ? "#py " : "    ") + line);
  return doc;
}

function functionDoc(f, context) {
  if (isKeyword(f)) {
    const [name, more] = cutText(f[KEYWORD], context);
    return piece(readsAsKeyword(name) ? `:${name}${more}` : `#<keyword ${quote(name)}${more}>`, "keyword");
  }
  const own = Object.getOwnPropertyDescriptor(f, "name")?.value;
  const name = typeof own === "string" ? cutName(own, context) : "";
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

/** Items that are made into text together, where it is one line that is wanted. */
const BLOCK = 10_000;
/** More items than a string has room for, with a blank between two. */
const LONGEST_ROW = 2 ** 28;

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
  if (context.flat && LONGEST_ROW < Math.min(size, context.maxItems, context.left)) throw new RangeError(TOO_LONG);
  const iterator = Array.isArray(xs) ? undefined : xs[Symbol.iterator]();
  let shown = 0;
  let blocks = 0;
  for (; size === undefined || shown < size; shown++) {
    if (shown >= context.maxItems || context.left <= 0) {
      const rest = size === Infinity || size === undefined ? "…" : `… +${size - shown} more`;
      if (size !== undefined || !iterator.next().done) {
        items.push(piece(rest, "more"));
        context.seen.cut ||= size !== Infinity;
      }
      iterator?.return?.();
      break;
    }
    const step = iterator?.next();
    if (step?.done) break;
    context.left--;
    items.push(toItem(iterator ? step.value : itemValue(xs, shown), context));
    // The docs of a hundred million items would take all memory there is, their text does not.
    if (context.flat && items.length === blocks + BLOCK) items.push(piece(items.splice(blocks++).map(flatText).join(" ")));
  }
  return group;
}

/** xs[i] without running a getter somebody defined there. */
function itemValue(xs, i) {
  if (isProxy(xs)) return xs[i];
  const value = Object.getOwnPropertyDescriptor(xs, i);
  return value === undefined || value.get === undefined ? value?.value : GETTER;
}

/** Stands where a getter is: a symbol of code prints as its bare name. */
const GETTER = new LispSymbol("#<getter>");

function entryDoc([key, value], context) {
  return { key: toDoc(key, context), value: toDoc(value, context) };
}

/** An f-string of code, as it is written; `{ {` keeps a map in a hole from being a brace of the text. */
function fstringDoc(x, context) {
  let text = "";
  for (const part of x.parts) {
    if (typeof part === "string") text += quote(part).slice(1, -1).replace(/[{}]/g, "$&$&");
    else {
      const hole = flatText(toDoc(part[0], { ...context, readably: true }));
      text += hole[0] === "{" ? `{ ${hole}}` : `{${hole}}`;
    }
  }
  return piece(`f"${text}"`, "string");
}

/** An endless sequence shows its beginning, whatever the limits; one that may end is not walked for ever. */
function lazyDoc(xs, context) {
  const [open, close] = xs instanceof LazyArray ? xs.brackets : "()";
  const most = xs.size === Infinity ? 10 : xs instanceof LazyArray ? 100000 : Infinity;
  if (context.maxItems <= most) return itemsDoc(open, xs, xs.size, close, context);
  return itemsDoc(open, xs, xs.size, close, { ...context, maxItems: most });
}

function keyDoc(key, context) {
  if (typeof key === "symbol") return symbolDoc(key, context);
  const [name, more] = cutText(key, context);
  return piece((readsAsKeyword(name) ? ":" + name : quote(name)) + more, "key");
}

/** A plain object, or an instance of some class with its own fields. */
function recordDoc(x, context) {
  const tag = Object.prototype.toString.call(x).slice(8, -1).slice(0, LONGEST_CLASS);
  const proto = Object.getPrototypeOf(x);
  const ownName = proto === null ? undefined : proto === Object.prototype ? "Object" : className(x);
  const name = tag === "Module" ? "module" : ownName;
  if (tag === "String" && x instanceof String) return textDoc(cutName(String.prototype.valueOf.call(x), context), name ?? tag, context);
  const fields = Object.keys(x);
  const plain = tag === "Object" && (proto === null || name === "Object" || name === undefined);
  for (const key of plain ? Object.getOwnPropertySymbols(x) : []) {
    if (Object.prototype.propertyIsEnumerable.call(x, key)) fields.push(key);
  }
  const kind = name === undefined || name === "Object" ? tag : name;
  if (!plain && (fields.length === 0 || typeof x[DISPLAY] === "function")) return opaqueDoc(x, kind, tag, context);
  const internals = fields.every((key) => key[0] === "_"); // as in what setTimeout gives
  // What has a prototype without a class (big.js) is shown as plain, unless it says something of itself.
  const heir = plain && proto !== null && proto !== Object.prototype;
  const maker = heir ? Object.getOwnPropertyDescriptor(x, "constructor")?.value?.name : undefined;
  const own = plain && !heir ? undefined : ownDoc(x, maker || kind, tag, context, heir || internals);
  if (own !== undefined) return own;
  if (!plain && internals) return opaque(kind);
  const open = plain ? "{" : `#<${kind} {`;
  return itemsDoc(open, fields, fields.length, plain ? "}" : "}>", context, (key) => fieldDoc(x, key, context));
}

/** How many lines and characters the own text of a value may take where printing has limits. */
const OWN_LINES = 25;
const OWN_CHARS = 2000;
const LARGE = 1000;

/**
 * What an instance says of itself: its text, Node's inspection of it (not `plainly`), its items; undefined when it says
 * nothing. The text of a large collection would walk all of it, so that shows items.
 */
function ownDoc(x, name, tag, context, plainly = false) {
  try {
    const size = [x.size, x.length, x.numRows].find((n) => typeof n === "number") ?? 0;
    const walks = typeof x[Symbol.iterator] === "function" && typeof x.next !== "function";
    const text = walks && size > LARGE ? undefined : (ownText(x, tag) ?? (plainly ? undefined : inspected(x)));
    if (text !== undefined) return textDoc(text, name, context);
    return walks ? itemsDoc(`#<${name} [`, x, undefined, "]>", context) : undefined;
  } catch (e) {
    if (stopsPrinting(e)) throw e;
    return undefined;
  }
}

function ownText(x, tag) {
  if (typeof x.toString !== "function" || x.toString === Object.prototype.toString) return undefined;
  const text = x.toString();
  return typeof text === "string" && text !== `[object ${tag}]` && text !== "[object Object]" ? text : undefined;
}

function inspected(x) {
  const inspect = nodeUtil()?.inspect;
  if (inspect === undefined || typeof x[inspect.custom] !== "function") return undefined;
  return inspect(x, { depth: 2, getters: false, maxArrayLength: 100, maxStringLength: OWN_CHARS });
}

function withinBudget(lines) {
  const kept = lines.slice(0, OWN_LINES);
  if (kept.length < lines.length) kept.push(`… +${lines.length - kept.length} lines`);
  const text = kept.join("\n");
  return text.length <= OWN_CHARS ? kept : `${text.slice(0, OWN_CHARS)}… +${text.length - OWN_CHARS} chars`.split("\n");
}

/** Text of a value's own making, with the name of its class; its lines stay lines where the layout breaks. */
function textDoc(text, name, context) {
  if (text.startsWith("#<")) return piece(text, "other");
  const head = text.startsWith(name) ? "#<" : `#<${name} `;
  const lines = text.trimEnd().split("\n");
  const kept = context.ownText || context.maxTotal === Infinity ? lines : withinBudget(lines);
  const doc = piece(`${head}${kept.map((line) => line.trim()).join(" ")}>`, "other");
  if (kept.length > 1) doc.lines = [...kept.slice(0, -1), `${kept[kept.length - 1]}>`].map((line, i) => (i === 0 ? head + line : line));
  return doc;
}

/** A field as it is stored: a getter is not called. Of a proxy, whose fields are what it answers, the answer. */
function fieldDoc(x, key, context) {
  const field = Object.getOwnPropertyDescriptor(x, key);
  const isValue = field !== undefined && field.get === undefined && field.set === undefined;
  const value = isProxy(x) ? x[key] : isValue ? field.value : GETTER;
  return { key: keyDoc(key, context), value: toDoc(value, context) };
}

/** Is it a JavaScript Proxy? Only Node tells. */
function isProxy(x) {
  return nodeUtil()?.types.isProxy(x) ?? false;
}

/** An instance that shows no fields: by its own text (URL), by Node's inspection (Response), its items, its name. */
function opaqueDoc(x, name, tag, context) {
  if (typeof x.next === "function") return opaque(tag); // an iterator
  const own = ownDoc(x, name, tag, context);
  return own ?? piece(tag === "Object" ? `#<${name} {}>` : `#<${name}>`, "other");
}

/** Characters of the name of a class. */
const LONGEST_CLASS = 1000;

/** The name of the class of x, found without running getters. */
export function className(x) {
  try {
    for (let proto = Object.getPrototypeOf(x); proto !== null; proto = Object.getPrototypeOf(proto)) {
      const made = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
      if (typeof made !== "function" || typeof made.name !== "string" || made.name === "") continue;
      return made.name.length > LONGEST_CLASS ? `${made.name.slice(0, LONGEST_CLASS)}…` : made.name;
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

function regexDoc(x, context) {
  const source = x.source === "(?:)" ? "" : cutName(x.source, context).replace(/\\.|"/gs, (c) => (c === '"' ? '\\"' : c));
  return piece(`#"${x.flags === "" ? "" : `(?${x.flags})`}${source}"`, "string");
}

const onOneLine = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "").join(" ");

/** The class and message of whatever was thrown, on one line. */
export function errorText(e) {
  try {
    if (!(e instanceof Error)) return prStr(e, { maxItems: 5, maxDepth: 2, maxString: 80 });
    const message = onOneLine(messageOf(e));
    const name = String(e.name || "Error");
    return message ? `${name}: ${message}` : name;
  } catch {
    return "an error that cannot be shown";
  }
}

function errorDoc(e, context) {
  const data = Object.getOwnPropertyDescriptor(e, "data")?.value;
  const whole = errorText(e);
  const more = whole.length - context.maxString;
  context.seen.cut ||= more > 0;
  const text = more > 0 ? `${whole.slice(0, context.maxString)}… +${more} chars` : whole;
  if (data === null || typeof data !== "object") return piece(`#<${text}>`, "error");
  context.path.push(e);
  return { open: `#<${text} `, items: [toDoc(data, context)], close: ">" };
}

/** `node:util` when this is Node; no import, so that browsers can load this file. */
function nodeUtil() {
  return globalThis.process?.getBuiltinModule?.("node:util");
}
