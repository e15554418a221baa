/**
 * What a promise holds, which only Node tells without waiting for it.
 * In: a promise. Out: its text, `#<Promise 5>`, `#<Promise pending>`, `#<Promise rejected Error: no>`.
 */

const FULFILLED = new RegExp(
  String.raw`^Promise \{ (-?[\d.]+(?:e[+-]?\d+)?n?|NaN|-?Infinity|true|false|null|undefined` +
    String.raw`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:,.*)? \}$`,
  "s",
);

/** @param {Promise<any>} x @param {Function | undefined} inspect Node's @param {(text: string) => string} quote */
export function promiseText(x, inspect, quote) {
  if (inspect === undefined) return "#<Promise>";
  const text = inspect(x, { depth: 0, breakLength: Infinity, customInspect: false });
  if (/^Promise \{\s*<pending>/.test(text)) return "#<Promise pending>";
  const rejected = /^Promise \{\s*<rejected>\s*/.exec(text);
  if (rejected !== null) {
    const line = text.slice(rejected[0].length, rejected[0].length + 10000).split("\n", 1)[0].trim();
    const why = line.endsWith("}") ? line.slice(0, -1).trim() : line;
    return `#<Promise rejected ${why}`.trim() + ">";
  }
  const value = FULFILLED.exec(text)?.[1];
  if (value === undefined) return "#<Promise fulfilled>";
  const shown = value === "null" || value === "undefined" ? "nil" : /^['"]/.test(value) ? quotedAgain(value, quote) : value;
  return `#<Promise ${shown}>`;
}

function quotedAgain(text, quote) {
  return quote(text.slice(1, -1).replace(/\\(['"\\])/g, "$1"));
}
