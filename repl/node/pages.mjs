/**
 * Long values page by page, as a terminal shows them.
 *
 * In: a value and how it is laid out. Out: its first page, then, as often as it is asked, the next one.
 */
import { prettyStr } from "../../lisp/runtime/index.mjs";
import { table } from "./tables.mjs";

/** The value that the last page was of, where the next one begins, and how deep it may go; lines that wait to be shown. */
let page = null;

/**
 * How a value looks within the options in `json`: {text, more}.
 * @param {string} json width, color, maxItems, maxDepth, maxString, maxLines
 */
export function firstPage(value, json) {
  const options = JSON.parse(json);
  page = { value, at: options.maxItems, options, round: 0, lines: [], shown: 0, rest: false };
  return (isWide(value, options) && tablePage(0)) || overview(value, options);
}

/** Does a value take more than one line? */
function isWide(value, { width, ...limits }) {
  return Array.isArray(value) && prettyStr(value.slice(0, 20), { ...limits, width, color: false, maxTotal: 200 }).includes("\n");
}

/** The page of a table that begins at a row, or null where the value is none. */
function tablePage(from) {
  const { value, options } = page;
  const most = Math.min(options.maxItems, Math.max(5, options.maxLines - 3));
  const found = table(value, options, from, most);
  if (found === null) return null;
  page.at = from + found.rows;
  page.isTable = true;
  const rest = value.length - page.at;
  const lines = [found.text];
  if (from > 0) lines.unshift(`items ${from} to ${page.at - 1} of ${value.length}`);
  else if (rest > 0) lines.push(`… +${rest} more`);
  page.isCut ||= found.cut;
  return { text: lines.join("\n"), more: rest > 0 || page.isCut };
}

function laidOut(value, options) {
  const text = prettyStr(value, options);
  return { text, more: prettyStr.elided ?? /… (?:\+\d+ (?:more|chars)|\d+ items?)|(?:^|[\s(])…/.test(text) };
}

const LEAST_DEPTH = 2;
const isLong = (text, most) => text.split("\n", most + 1).length > most;

/** A value laid out as deep as its lines are few enough; where they are too many at any depth, the first of them. */
function overview(value, options) {
  let found = laidOut(value, options);
  if (isLong(found.text, options.maxLines)) {
    let depth = options.maxDepth;
    let flat = found;
    while (depth > LEAST_DEPTH && isLong(flat.text, options.maxLines)) flat = laidOut(value, { ...options, maxDepth: --depth });
    // Less depth helps where things are nested, not where they are many.
    if (!isLong(flat.text, options.maxLines) || flat.text.length * 4 < found.text.length) found = flat;
  }
  return lined(found);
}

/** As many lines of a text as may be shown at once; the others wait for the next page. */
function lined({ text, more }) {
  const most = page.options.maxLines;
  const lines = text.split("\n");
  if (lines.length <= most) return { text, more };
  page.lines = lines;
  page.shown = 0;
  page.rest = more;
  return nextLines();
}

function nextLines() {
  const { lines, options } = page;
  page.shown += options.maxLines;
  const shown = lines.slice(page.shown - options.maxLines, page.shown);
  const left = lines.length - page.shown;
  if (left > 0) return { text: [...shown, `… +${left} lines`].join("\n"), more: true };
  page.lines = [];
  return { text: shown.join("\n"), more: page.rest };
}

/** The next page of what was shown last: {text, more}, or null when there is nothing more. */
export function nextPage(all) {
  if (page === null) return null;
  const { value, options } = page;
  if (all) {
    page = null;
    const text = prettyStr(value, { ...options, maxItems: Infinity, maxTotal: Infinity, maxDepth: 500, maxString: Infinity });
    return { text, more: false };
  }
  if (page.lines.length > 0) return nextLines();
  if (page.isTable && page.at < value.length) {
    const found = tablePage(page.at);
    if (found !== null) return found;
  }
  page.isTable = page.isCut = false;
  page.round++;
  const size = Array.isArray(value) || ArrayBuffer.isView(value) ? value.length : undefined;
  if (size !== undefined && page.at < size) {
    const from = page.at;
    page.at = Math.min(size, from + options.maxItems);
    const text = prettyStr(value.slice(from, page.at), { ...options, maxTotal: Infinity });
    return lined({ text: `items ${from} to ${page.at - 1} of ${size}\n${text}`, more: page.at < size });
  }
  if (size !== undefined && size > options.maxItems) {
    page = null;
    return null;
  }
  const factor = 10 ** page.round;
  const wider = {
    ...options,
    maxItems: options.maxItems * factor,
    maxTotal: Infinity,
    maxDepth: options.maxDepth * (1 + page.round),
    maxString: options.maxString * factor,
  };
  return lined(laidOut(value, wider));
}
