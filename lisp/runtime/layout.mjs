/**
 * A printed value over several lines, no wider than asked where that is possible, in colour if wanted.
 *
 * In: any value and {width, maxItems, maxDepth, maxString, maxTotal, color}. Out: text without a final line end.
 *
 *   {:name "x"          a map breaks after each value,        [1 2 3 4 5 6 7 8
 *    :items [1 2 3]}    and short items fill the lines:        9 10 11 12]
 */

import { printContext, toDoc } from "./printer.mjs";

const COLORS = {
  number: "36", string: "32", keyword: "35", key: "34", nil: "90", boolean: "33", symbol: "0", function: "90",
  other: "90", python: "0", error: "31", more: "90",
};

/** The value as the terminal shows it. Defaults: 80 columns, 100 items a collection, 2,000 over all, 8 levels. */
export function prettyStr(x, options = {}) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => (value ?? null) !== null));
  const { width = 80, color = false, ...limits } = given;
  const doc = toDoc(x, printContext({ maxItems: 100, maxDepth: 8, maxTotal: 2000, maxString: 10000, ...limits }));
  const out = [];
  writeDoc(doc, 0, 0, { width, color, out }, 0);
  return out.join("");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function paint(text, style, color) {
  const code = color && style ? COLORS[style] : undefined;
  return code && code !== "0" ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** Columns a text takes in a terminal: wide East Asian characters and pictures two, combining marks none. */
export function textWidth(text) {
  if (/^[\x20-\x7e…]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) {
    if (/[\p{M}\u200d\ufe0f]/u.test(char)) continue;
    width += WIDE.test(char) ? 2 : 1;
  }
  return width;
}

/** The width of a doc on one line, remembered in it. */
function flatWidth(doc) {
  if (doc.width === undefined) {
    if (doc.text !== undefined) doc.width = doc.text.includes("\n") ? Infinity : textWidth(doc.text);
    else if (doc.key !== undefined) doc.width = flatWidth(doc.key) + 1 + flatWidth(doc.value);
    else {
      doc.width = textWidth(doc.open) + textWidth(doc.close) + Math.max(0, doc.items.length - 1);
      for (const item of doc.items) doc.width += flatWidth(item);
    }
  }
  return doc.width;
}

// Columns that are left to what is nested, however deep.
const LEAST = 24;

/** Where the items of a group begin: under the first of them, in the left half of the screen; else a little to the right
 * of `base`, the column of what they belong to, on a line of their own. */
function insideOf(column, base, { width }) {
  return column <= Math.max(width / 2, width - 2 * LEAST) ? column : Math.min(column, base + 2, Math.max(2, width - LEAST));
}

/** Write a doc that begins at `column` and is followed on its last line by `after` closing characters; what it belongs to
 * begins at `base`. */
function writeDoc(doc, column, after, state, base = column) {
  const { out, color, width } = state;
  const fits = flatWidth(doc) + column + after <= width;
  if (doc.text !== undefined) {
    if (fits || !doc.lines) out.push(paint(doc.text, doc.style, color));
    else out.push(doc.lines.map((line) => paint(line, doc.style, color)).join("\n" + " ".repeat(column)));
  } else if (doc.key !== undefined) writePair(doc, column, after, state, fits);
  else {
    out.push(paint(doc.open, doc.style, color));
    const beside = column + textWidth(doc.open);
    const isFilled = doc.items.length > 5 && doc.items.every((item) => item.text !== undefined && flatWidth(item) <= 20);
    const inside = fits || (isFilled && width - beside >= 12) ? beside : insideOf(beside, base, state);
    if (inside < beside && doc.items.length > 0) out.push("\n" + " ".repeat(inside));
    if (fits) writeFlat(doc.items, state);
    else if (isFilled) {
      writeFilled(doc.items, inside, after + doc.close.length, state);
    } else {
      doc.items.forEach((item, i) => {
        if (i > 0) out.push("\n" + " ".repeat(inside));
        writeDoc(item, inside, i === doc.items.length - 1 ? after + doc.close.length : 0, state);
      });
    }
    out.push(paint(doc.close, doc.style, color));
  }
}

function writeFlat(items, state) {
  items.forEach((item, i) => {
    if (i > 0) state.out.push(" ");
    writeDoc(item, -Infinity, 0, state);
  });
}

/** Short items next to each other, as many as a line holds. */
function writeFilled(items, inside, after, state) {
  let column = inside;
  items.forEach((item, i) => {
    const width = flatWidth(item);
    const reserve = i === items.length - 1 ? after : 0;
    if (i > 0 && column + 1 + width + reserve > state.width) {
      state.out.push("\n" + " ".repeat(inside));
      column = inside;
    } else if (i > 0) {
      state.out.push(" ");
      column++;
    }
    writeDoc(item, -Infinity, 0, state);
    column += width;
  });
}

/** `key value`; a value that is too wide goes under a key that is itself wide. */
function writePair(doc, column, after, state, fits) {
  const keyWidth = flatWidth(doc.key);
  const beside = fits || keyWidth <= 20 || doc.value.text !== undefined;
  writeDoc(doc.key, column, 0, state);
  state.out.push(beside ? " " : "\n" + " ".repeat(column + 2));
  writeDoc(doc.value, beside ? column + keyWidth + 1 : column + 2, after, state, column);
}
