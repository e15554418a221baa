/**
 * Core functions that turn values into text and print them.
 *
 * In: any values. Out: text, to `globalThis[Symbol.for("polyrepl.out")]` when the host set one, else to stdout.
 */

import { prStr } from "./printer.mjs";
import { prettyStr } from "./layout.mjs";
import { opsOf, textOf } from "./text.mjs";

const OUT = Symbol.for("polyrepl.out");

function write(text) {
  const out = globalThis[OUT];
  if (out !== undefined) out(text);
  else if (globalThis.process?.stdout?.write) globalThis.process.stdout.write(text);
  else console.log(text.endsWith("\n") ? text.slice(0, -1) : text);
}

/** For people: strings as they are, a Python object by its own str. */
function plainText(x) {
  if (typeof x === "string") return x;
  const ops = opsOf(x);
  return ops ? ops.str(x) : prStr(x, { readably: false });
}

/**
 * (str & xs): The texts of all, joined; nil is nothing, a keyword its name.
 * Example: (str "a" 1 nil [:b]) => "a1[:b]"
 */
export function str(...xs) {
  let out = "";
  for (const x of xs) if (x !== null && x !== undefined) out += textOf(x);
  return out;
}

/**
 * (pr-str & xs): The values as they would be read back, with spaces between.
 * Example: (pr-str "a" :b) => "\"a\" :b"
 */
export function pr_str(...xs) {
  return xs.map((x) => prStr(x)).join(" ");
}

/** (prn-str & xs): `pr-str` and a line end. Example: (prn-str 1) => "1\n" */
export function prn_str(...xs) {
  return pr_str(...xs) + "\n";
}

/** (print-str & xs): The text that `print` writes. Example: (print-str "a" ["b"]) => "a [b]" */
export function print_str(...xs) {
  return xs.map(plainText).join(" ");
}

/** (println-str & xs): The text that `println` writes. Example: (println-str "a") => "a\n" */
export function println_str(...xs) {
  return print_str(...xs) + "\n";
}

/** (print & xs): Write the values for people, with spaces between; nil. */
export function print(...xs) {
  write(print_str(...xs));
  return null;
}

/** (println & xs): `print` and a line end; nil. */
export function println(...xs) {
  write(print_str(...xs) + "\n");
  return null;
}

/** (pr & xs): Write the values as they would be read back; nil. */
export function pr(...xs) {
  write(pr_str(...xs));
  return null;
}

/** (prn & xs): `pr` and a line end; nil. */
export function prn(...xs) {
  write(pr_str(...xs) + "\n");
  return null;
}

/** (newline): Write a line end; nil. */
export function newline() {
  write("\n");
  return null;
}

/**
 * (pprint x) (pprint x options): Write the value over as many lines as it needs; options :width :max-items
 * :max-depth.
 */
export function pprint(x, options) {
  write(pprint_str(x, options) + "\n");
  return null;
}

/** (pprint-str x) (pprint-str x options): The text that `pprint` writes. Example: (pprint-str [1 2]) => "[1 2]" */
export function pprint_str(x, options = {}) {
  return prettyStr(x, {
    width: options.width,
    maxItems: options["max-items"] ?? options.maxItems,
    maxDepth: options["max-depth"] ?? options.maxDepth,
    color: options.color,
  });
}

/**
 * (json-str x) (json-str x indent): The JSON text of a value; keywords are their names.
 * Example: (json-str {:a [:b nil]}) => "{\"a\":[\"b\",null]}"
 */
export function json_str(x, indent) {
  const text = JSON.stringify(x, (_, value) => jsonValue(value), indent ?? undefined);
  if (text === undefined) throw new TypeError("json-str: the value has no JSON form");
  return text;
}

function jsonValue(value) {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([k, v]) => [textOf(k), v]));
  return value instanceof Set ? Array.from(value) : value;
}

/** (json-parse s): The value of a JSON text. Example: (json-parse "{\"a\": [1]}") => {:a [1]} */
export function json_parse(s) {
  return JSON.parse(s);
}
