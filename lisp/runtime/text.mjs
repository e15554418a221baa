/**
 * What a value is as plain text: in `str`, in f-strings, as a piece of `join`. In: any value. Out: a string.
 */

import { KEYWORD, LispSymbol, isKeyword, isPromise, pyOps } from "./data.mjs";
import { messageOf } from "./names.mjs";
import { prStr } from "./printer.mjs";

/** A string is itself, a keyword or symbol its name, nil empty; a date its ISO form, an error
 * its class and message with names as the Lisp writes them, a promise `#<Promise>`; data as the Lisp writes it. */
export function textOf(x) {
  if (typeof x === "string") return x;
  if (x === null || x === undefined) return "";
  if (typeof x !== "object" && typeof x !== "function") return String(x);
  const ops = opsOf(x);
  if (ops === null) return prStr(x);
  if (ops) return ops.str(x);
  if (isKeyword(x)) return x[KEYWORD];
  if (typeof x === "function") return prStr(x);
  if (x instanceof LispSymbol) return x.name;
  if (isPromise(x)) return "#<Promise>";
  if (x instanceof RegExp) return x.source === "(?:)" ? "" : x.source;
  if (x instanceof Date) return Number.isNaN(x.getTime()) ? "Invalid Date" : x.toISOString();
  if (x instanceof Error && x.toString === Error.prototype.toString) return [x.name ?? "Error", messageOf(x)].map(String).filter(Boolean).join(": ");
  if (Array.isArray(x) || ArrayBuffer.isView(x) || typeof x.toString !== "function") return prStr(x);
  return x.toString === Object.prototype.toString ? prStr(x) : String(x);
}

/** What `pyOps` gives, null for what throws when it is looked at (a Proxy may). */
export function opsOf(x) {
  try {
    return pyOps(x);
  } catch {
    return null;
  }
}
