/**
 * Reading ahead: rows (dicts) that came together are asked for an item together.
 * In: the proxies of one batch; a row and a key. Out: the item as it was a moment ago, or that it has to be asked for.
 *
 * A row read after the other under the same key is a loop, and each further request brings the item for more of the rows
 * to come: 4, 16, .. 512. A live object must be seen as it is, so what was read ahead counts only while nothing can
 * have changed it with JavaScript's knowledge: until anything else is asked of Python or Python asks anything, until
 * JavaScript returns to its event loop, and for 10 ms at most (Python's own threads run meanwhile). Only plain dicts and
 * scalars are read so; no code of Python's runs for it.
 */
import { records } from "./handles.mjs";
import { OPS, SORT_BITS, SORTS, TAGS } from "./protocol.mjs";

const DICT = SORTS.indexOf("dict");
const MOST = 512;
const FRESH_MS = 10;

/** The item has to be asked for. */
export const UNKNOWN = Symbol("unknown");

/** Counts the times at which something in Python may have changed: what was read ahead before counts no more. */
export class Turns {
  count = 0;
  #waiting = false;

  /** Python is asked or asks; and when JavaScript returns to its event loop after it. */
  next() {
    this.count += 1;
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      this.count += 1;
    });
  }
}

/**
 * Whether what was read from Python is as it was: when the turns were so many, at a moment.
 * @param {{turns: Turns}} connection @param {number} ran @param {number} at
 */
export function isFresh(connection, ran, at) {
  return ran === connection.turns.count && performance.now() - at < FRESH_MS;
}

/** Rows of one batch. `sizes` is how far was read ahead under each key, shared by the batches of one iteration. */
class Rows {
  constructor(all, sizes) {
    this.all = all;
    this.sizes = sizes;
    this.handles = [];
    this.columns = new Map();
  }
}

/**
 * Note that values came together.
 * @param {any} all their Proxies @param {any[]} items @param {Map<string, number>} sizes of the iteration
 */
export function together(all, items, sizes) {
  let rows;
  for (const item of items) {
    if (typeof item !== "object" || item === null) continue;
    const handler = records.get(item);
    if (handler === undefined || (handler.traits & SORT_BITS) !== DICT) continue;
    rows ??= new Rows(all, sizes);
    handler.rows = rows;
    handler.row = rows.handles.push(handler.handle) - 1;
  }
}

/**
 * An item of a row, UNKNOWN when it has to be asked for.
 * @param {any} handler of the row @param {string} key @param {boolean} named whether `row.key` was written, which is
 *   an attribute first
 */
export function readAhead(handler, key, named) {
  const { rows, row } = handler;
  const name = named ? `.${key}` : key;
  const column = rows.columns.get(name);
  const { connection } = rows.all;
  if (column !== undefined && row >= column.from && row < column.to) {
    if (isFresh(connection, column.ran, column.at)) return known(column.items[row - column.from]);
    // In vain from here on: as far as it was of use is far enough.
    rows.sizes.set(name, Math.max(1, row - column.from));
  } else if (column === undefined || row === column.to) {
    const size = rows.sizes.get(name);
    rows.sizes.set(name, size === undefined ? 1 : Math.min(size * 4, MOST));
  } else rows.sizes.set(name, 1);
  const size = rows.sizes.get(name);
  const to = Math.min(row + size, rows.handles.length);
  const fetched = { from: row, to, ran: -1, at: 0, items: [] };
  rows.columns.set(name, fetched);
  if (to - row < 2) return UNKNOWN;
  fetched.items = connection.request(OPS.column, () => [key, named, ...rows.handles.slice(row, to)], true);
  fetched.ran = connection.turns.count;
  fetched.at = performance.now();
  return known(fetched.items[0]);
}

function known(item) {
  return typeof item === "object" && item !== null ? UNKNOWN : item;
}
