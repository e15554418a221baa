/**
 * `format`: values set into a template by the rules of C, Java and Python's `%`.
 *
 * In: a template and values. Out: a string. Directives: %s text, %S as it would be read back, %d whole number, %f %e %g
 * floats, %x %X %o %b other bases, %c character, %% a percent sign, %n a line end; before the letter flags (- left,
 * 0 zeros, + sign, `,` groups), a width and .precision.
 */

import { wrongType } from "./data.mjs";
import { prStr } from "./printer.mjs";
import { textOf } from "./text.mjs";

const DIRECTIVE = /%([-+0, #]*)(\d+)?(?:\.(\d+))?([a-zA-Z%]?)/g;

/**
 * (format template & xs): The template with %s %d %.2f %x .. replaced by the values.
 * Example: (format "%s: %05.1f|%-4d|%x" "a" 3.14159 7 255) => "a: 003.1|7   |ff"
 */
export function format(template, ...xs) {
  if (typeof template !== "string") throw wrongType("format", "a template string", template);
  let next = 0;
  return template.replace(DIRECTIVE, (all, flags, width, precision, letter) => {
    if (letter === "%") return "%";
    if (letter === "n") return "\n";
    const spell = DIRECTIVES[letter];
    if (spell === undefined) throw new TypeError(`format: ${JSON.stringify(all)} is no directive; %% is a percent sign`);
    if (next >= xs.length) throw new TypeError(`format: ${all} has no value; there are only ${xs.length}`);
    const text = spell(xs[next++], precision === undefined ? undefined : Number(precision), flags);
    return padded(text, flags, Number(width ?? 0));
  });
}

const DIRECTIVES = {
  s: (x, precision) => (x === null || x === undefined ? "nil" : textOf(x)).slice(0, precision),
  S: (x, precision) => prStr(x).slice(0, precision),
  d: (x, _, flags) => signed(wholePart(x), (n) => grouped(n.toString(), flags), flags),
  f: (x, precision = 6, flags) => signed(real(x), (n) => grouped(fixed(n, precision), flags), flags),
  e: (x, precision = 6, flags) => signed(real(x), (n) => n.toExponential(precision), flags),
  g: (x, precision = 6, flags) => signed(real(x), (n) => String(Number(n.toPrecision(precision || 1))), flags),
  x: (x) => wholePart(x).toString(16),
  X: (x) => wholePart(x).toString(16).toUpperCase(),
  o: (x) => wholePart(x).toString(8),
  b: (x) => wholePart(x).toString(2),
  c: (x) => (typeof x === "number" ? String.fromCodePoint(x) : textOf(x)),
};

function wholePart(x) {
  if (typeof x !== "bigint" && !Number.isInteger(x)) throw wrongType("format", "a whole number", x);
  return x;
}

function real(x) {
  if (typeof x !== "number" && typeof x !== "bigint") throw wrongType("format", "a number", x);
  return Number(x);
}

function fixed(n, precision) {
  return Number.isFinite(n) ? n.toFixed(Math.min(100, precision)) : String(n);
}

function signed(n, spell, flags) {
  if (n < 0) return "-" + spell(-n);
  return (flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") + spell(n);
}

function grouped(digits, flags) {
  return flags.includes(",") ? digits.replace(/^\d+/, (n) => n.replace(/\B(?=(\d{3})+$)/g, ",")) : digits;
}

function padded(text, flags, width) {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = /^[+-]/.test(text) ? text[0] : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
