/**
 * An array of maps that are alike, as a table.
 *
 *     :name    :age
 *     "Ada"      36
 *     "Grace"    85
 *
 * In: a value and how it is laid out. Out: {text, rows, cut}, or null where it is no table: a cell holds one line, and the
 * width has room for all columns.
 */
import { isKeyword, isPlainObject, prStr, textWidth } from "../../lisp/runtime/index.mjs";

const MOST_COLUMNS = 12, LEAST_ROWS = 2, NARROWEST = 6, WIDEST = 60;
const GAP = "  ";
const LONGEST_HEAD = 200; // characters of a key

/** The keys of all rows, in their order; null where the rows are not alike. */
function columnsOf(rows) {
  if (!rows.every(isPlainObject)) return null;
  const count = new Map();
  for (const row of rows) {
    const fields = Object.getOwnPropertyDescriptors(row);
    for (const key of Reflect.ownKeys(fields)) {
      if (typeof key !== "string" || key.length > LONGEST_HEAD || !("value" in fields[key])) return null;
      count.set(key, (count.get(key) ?? 0) + 1);
      if (count.size > MOST_COLUMNS) return null;
    }
  }
  const columns = [...count.keys()];
  const usual = [...count.values()].every((many) => 4 * many >= 3 * rows.length);
  return columns.length > 1 && usual ? columns : null;
}

const isScalar = (x) => x === null || !["object", "function"].includes(typeof x) || isKeyword(x);

/**
 * @param {unknown} value
 * @param {{width: number, color?: boolean}} options
 * @param {number} from which row is the first
 * @param {number} most how many rows
 */
export function table(value, { width, color = false }, from, most) {
  if (!Array.isArray(value) || value.length < LEAST_ROWS || Object.getPrototypeOf(value) !== Array.prototype) return null;
  const rows = value.slice(from, from + most);
  const columns = columnsOf(rows);
  if (columns === null) return null;
  let cut = false;
  const cells = rows.map((row) =>
    columns.map((key) => {
      if (!Object.hasOwn(row, key)) return "";
      const text = prStr(row[key], { maxItems: 10, maxDepth: 2, maxString: 200, maxTotal: 20 });
      cut ||= text.includes("…");
      return text;
    }));
  // Where most is nested, the notation says more.
  const scalars = rows.reduce((sum, row) => sum + columns.filter((key) => isScalar(row[key])).length, 0);
  if (2 * scalars < rows.length * columns.length) return null;
  const heads = columns.map((key) => prStr({ [key]: 0 }).slice(1, -3));
  const widths = columns.map((_, at) => Math.min(WIDEST, Math.max(textWidth(heads[at]), ...cells.map((row) => textWidth(row[at])))));
  const room = width - GAP.length * (columns.length - 1);
  for (let all = sum(widths); all > room; all = sum(widths)) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return null;
    widths[widths.indexOf(widest)] = Math.max(NARROWEST, widest - (all - room));
  }
  const right = columns.map((key) => rows.every((row) => row[key] === undefined || row[key] === null || typeof row[key] === "number" || typeof row[key] === "bigint"));
  const line = (texts, paint) =>
    texts.map((text, at) => {
      const shown = shortened(text, widths[at]);
      cut ||= shown !== text;
      const blanks = " ".repeat(widths[at] - textWidth(shown));
      return right[at] ? blanks + paint(shown) : paint(shown) + (at === texts.length - 1 ? "" : blanks);
    }).join(GAP).trimEnd();
  const head = line(heads, (text) => (color ? `\x1b[34m${text}\x1b[0m` : text));
  return { text: [head, ...cells.map((row) => line(row, (text) => text))].join("\n"), rows: rows.length, cut };
}

const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

function shortened(text, width) {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (textWidth(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
