/**
 * The JavaScript half of the macro host: runs the bodies of `defmacro`.
 *
 * In: compiled macro functions, calls in wire form (plain JSON, see lisp/wire.py). Out: the forms that
 * macros return, in wire form. Everything is synchronous: a macro that returns a promise is an error.
 */

import { KEYWORD, LispSymbol, List, internKeyword, isKeyword } from "./data.mjs";
import { FStringForm, MapForm, SetForm } from "./forms.mjs";

/** Where a form came from: the index in the compiler's table, carried along unseen. */
const ORIGIN = Symbol.for("polyrepl.origin");

/** A form from its wire form. */
export function formFromWire(data) {
  if (!Array.isArray(data)) return data;
  const [tag, a, b] = data;
  switch (tag) {
    case "y":
      return new LispSymbol(a, b);
    case "k":
      return internKeyword(a);
    case "l": {
      const list = new List();
      for (const item of a) list.push(formFromWire(item));
      return withOrigin(list, b);
    }
    case "v":
      return withOrigin(a.map(formFromWire), b);
    case "m":
      return withOrigin(plainMap(a) ?? new MapForm(a.map(formFromWire)), b);
    case "s":
      return withOrigin(new SetForm(a.map(formFromWire)), b);
    case "b":
      return a[0] === "-" ? -BigInt(a.slice(1)) : BigInt(a);
    case "r":
      return new RegExp(a, b);
    case "f":
      return a === "-0" ? -0 : Number(a);
    case "F":
      return new FStringForm(a.map((part) => (typeof part === "string" ? part : [formFromWire(part[0])])));
    default:
      throw new TypeError(`not a wire form: ${tag}`);
  }
}

/** A map whose keys are keywords or strings is a plain object, so that macros can destructure it. */
function plainMap(items) {
  const found = {};
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    if (typeof key !== "string" && !(Array.isArray(key) && key[0] === "k")) return null;
    Object.defineProperty(found, typeof key === "string" ? key : key[1], {
      value: formFromWire(items[i + 1]), writable: true, enumerable: true, configurable: true,
    });
  }
  if (items.some((item, i) => i % 2 === 0 && typeof item === "string")) {
    Object.defineProperty(found, STRING_KEYS, { value: new Set(items.filter((item, i) => i % 2 === 0 && typeof item === "string")) });
  }
  return found;
}

const STRING_KEYS = Symbol("string keys");

function withOrigin(form, id) {
  if (id !== undefined && id !== null) Object.defineProperty(form, ORIGIN, { value: id });
  return form;
}

/** The wire form of a form. Throws for what is no code (a promise, a class instance). */
export function formToWire(form) {
  if (form === undefined || form === null) return null;
  switch (typeof form) {
    case "boolean":
    case "string":
      return form;
    case "number":
      return Number.isFinite(form) && !Object.is(form, -0) ? form : ["f", Object.is(form, -0) ? "-0" : String(form)];
    case "bigint":
      return ["b", String(form)];
    case "function":
      if (isKeyword(form)) return ["k", form[KEYWORD]];
      throw new TypeError("a macro returned a function, which is not code");
    case "symbol":
      throw new TypeError("a macro returned a JavaScript symbol, which is not code");
  }
  if (form instanceof LispSymbol) return ["y", form.name, form.id ?? null];
  const id = form[ORIGIN] ?? null;
  if (form instanceof List) return ["l", wireItems(form), id];
  if (Array.isArray(form)) return ["v", wireItems(form), id];
  if (form instanceof MapForm) return ["m", wireItems(form.items), id];
  if (form instanceof SetForm) return ["s", wireItems(form.items), id];
  if (form instanceof FStringForm) {
    return ["F", form.parts.map((part) => (typeof part === "string" ? part : [formToWire(part[0])]))];
  }
  if (form instanceof RegExp) return ["r", form.source, form.flags];
  if (form instanceof Set) return ["s", wireItems([...form]), id];
  if (form instanceof Map) return ["m", wireItems([...form].flat()), id];
  if (typeof form.then === "function") throw new TypeError("a macro returned a promise; macros are synchronous");
  const proto = Object.getPrototypeOf(form);
  if (proto === Object.prototype || proto === null) {
    const strings = form[STRING_KEYS];
    const items = Object.entries(form).flatMap(([key, value]) => [strings?.has(key) ? key : ["k", key], formToWire(value)]);
    return ["m", items, id];
  }
  if (typeof form[Symbol.iterator] === "function") return ["l", wireItems([...form]), id];
  throw new TypeError(`a macro returned ${form.constructor?.name ?? "an object"}, which is not code`);
}

function wireItems(items) {
  const out = [];
  for (const item of items) out.push(formToWire(item));
  return out;
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
      return formToWire(Reflect.apply(macros[id], undefined, args.map(formFromWire)));
    },
    /** Those of the names that are properties of the global object. */
    known(names) {
      return names.filter((name) => name in globalThis);
    },
  };
}
