/**
 * Nested data as HTML for notebooks: a table for an array of objects with like keys, else a tree that folds.
 *
 * In: any value. Out: `richHtml`, an HTML text, or undefined where plain text says it as well. No script, no style
 * sheet beyond inline marks, nothing of the value runs, everything is escaped.
 */

import { isPlainObject, pyOps } from "./data.mjs";
import { prStr, quote, readsAsKeyword } from "./printer.mjs";

const MOST_ROWS = 60;
const MOST_COLUMNS = 20;
const MOST_ITEMS = 100;
const MOST_NODES = 1000;

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function brief(x) {
  return escapeHtml(prStr(x, { maxItems: 8, maxDepth: 2, maxString: 120, maxTotal: 40 }));
}

/** HTML for data that gains by it; undefined for everything else. */
export function richHtml(x) {
  if (x === null || typeof x !== "object") return undefined;
  try {
    if (pyOps(x)) return undefined;
    if (isTable(x)) return tableHtml(x);
    return isNested(x) && prStr(x, { maxItems: 20, maxTotal: 60 }).length > 80 ? treeHtml(x) : undefined;
  } catch {
    return undefined; // a hostile proxy or getter: the plain text already says so
  }
}

function isTable(x) {
  if (!Array.isArray(x) || x.length < 2 || !isPlainObject(x[0]) || pyOps(x[0])) return false;
  const columns = Object.keys(x[0]).join("\0");
  if (columns === "") return false;
  for (let i = 1; i < Math.min(x.length, MOST_ROWS); i++) {
    if (!isPlainObject(x[i]) || pyOps(x[i]) || Object.keys(x[i]).join("\0") !== columns) return false;
  }
  return true;
}

function tableHtml(rows) {
  const columns = Object.keys(rows[0]);
  const shown = columns.slice(0, MOST_COLUMNS);
  const more = columns.length > shown.length ? "<th>…</th>" : "";
  const head = `<tr><th></th>${shown.map((c) => `<th>${escapeHtml(c)}</th>`).join("")}${more}</tr>`;
  const body = rows.slice(0, MOST_ROWS).map((row, i) => {
    const cells = shown.map((c) => {
      const field = Object.getOwnPropertyDescriptor(row, c);
      return `<td>${field?.get ? "#&lt;getter&gt;" : brief(field?.value)}</td>`;
    });
    return `<tr><th>${i}</th>${cells.join("")}${more && "<td>…</td>"}</tr>`;
  });
  const rest = rows.length > MOST_ROWS ? `<p>… +${rows.length - MOST_ROWS} more rows</p>` : "";
  return `<table><thead>${head}</thead><tbody>${body.join("")}</tbody></table>${rest}`;
}

function isBranch(x) {
  return x !== null && typeof x === "object" && !pyOps(x) && (Array.isArray(x) || x instanceof Map || isPlainObject(x));
}

function isNested(x) {
  return isBranch(x) && childrenOf(x).some(([, value]) => isBranch(value));
}

/** The children that are shown, [[key, value]..]: of billions of items no other is looked at. */
function childrenOf(x) {
  if (Array.isArray(x)) return Array.from({ length: Math.min(x.length, MOST_ITEMS) }, (_, i) => [i, x[i]]);
  if (x instanceof Map) {
    const found = [];
    for (const entry of x) if (found.push(entry) === MOST_ITEMS) break;
    return found;
  }
  return Object.keys(x).slice(0, MOST_ITEMS).map((key) => [key, Object.getOwnPropertyDescriptor(x, key).value]);
}

function treeHtml(x) {
  const state = { left: MOST_NODES, path: [] };
  return `<div style="font-family:monospace">${nodeHtml("", x, state, true)}</div>`;
}

function keyText(key) {
  return readsAsKeyword(key) ? ":" + key : quote(key);
}

function nodeHtml(label, x, state, open = false) {
  const prefix = label === "" ? "" : `<span style="opacity:.7">${escapeHtml(label)}</span> `;
  if (state.left-- <= 0) return `<div>${prefix}…</div>`;
  if (!isBranch(x) || state.path.includes(x) || state.path.length > 20) {
    return `<div>${prefix}${state.path.includes(x) ? "#&lt;cycle&gt;" : brief(x)}</div>`;
  }
  const named = Array.isArray(x) ? String : x instanceof Map ? (key) => prStr(key, { maxTotal: 10 }) : keyText;
  const children = childrenOf(x).map(([key, value]) => [named(key), value]);
  const size = Array.isArray(x) ? x.length : x instanceof Map ? x.size : Object.keys(x).length;
  if (size === 0) return `<div>${prefix}${brief(x)}</div>`;
  state.path.push(x);
  const inner = children.map(([name, value]) => nodeHtml(name, value, state)).join("");
  state.path.pop();
  const rest = size > children.length ? `<div>… +${size - children.length} more</div>` : "";
  const summary = `${prefix}${brief(x)}`;
  const body = `<div style="margin-left:1.5em">${inner}${rest}</div>`;
  return `<details${open ? " open" : ""}><summary>${summary}</summary>${body}</details>`;
}
