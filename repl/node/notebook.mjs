/**
 * The functions that a notebook adds to the language: display, update-display, clear-output, progress, read-line.
 *
 * JavaScript's cells also get those of the core that make something to show (html, svg, markdown ..).
 *
 * In: values, from Lisp or JavaScript. Out: display messages under the cell whose form called, by way of Python's
 * half (kernel/notebook.py, in a browser web/notebook.py). Keyword arguments come as Lisp passes them: `(display x :id "a")` is display(x, <keyword id>, "a").
 */
import { displayBundle, html, image, json, latex, markdown, prStr, svg, vega_lite } from "../../lisp/runtime/index.mjs";

const KEYWORD = Symbol.for("polyrepl.keyword");
const PYTHON = Symbol.for("polyrepl.python");
const DISPLAY = Symbol.for("Jupyter.display");
const UPDATE_EVERY_MS = 100;

let host = null;

/** Positional arguments and the keyword options after them. */
function options(args) {
  const at = args.findIndex((arg) => arg?.[KEYWORD] !== undefined);
  if (at < 0) return [args, {}];
  const named = {};
  for (let i = at; i + 1 < args.length; i += 2) named[args[i][KEYWORD]] = args[i + 1];
  return [args.slice(0, at), named];
}

/** Show a value; a promise where it takes its time to show itself, else null. */
function publish(value, id, update) {
  if (value?.[PYTHON] !== undefined) host.show(value, id, update);
  else {
    const { data, metadata, promise } = displayBundle(value);
    if (promise !== undefined) return promise.then((shown) => (host.publish(shown.data, shown.metadata, id, update), null));
    host.publish(data, metadata, id, update);
  }
  return null;
}

/** What a value of ours shows in a Python cell, beside its text there; what takes its time to show itself follows it. */
export function looks(value) {
  const { data, metadata, promise } = displayBundle(value);
  if (promise !== undefined) {
    promise.then((shown) => host.publish(shown.data, shown.metadata, null, false));
    return { data: {}, metadata: {} };
  }
  const { "text/plain": _, ...rest } = data;
  return { data: rest, metadata };
}

/** (display x & more) (display x :id name): Show values now, each in its richest form; nil. */
export function display(...args) {
  const [values, { id = null }] = options(args);
  return inTurn(values, id);
}

/** Show values one after the other; a promise where one takes its time. */
function inTurn(values, id) {
  for (const [i, value] of values.entries()) {
    const shown = publish(value, id, false);
    if (shown !== null) return shown.then(() => inTurn(values.slice(i + 1), id));
  }
  return null;
}

/** (update-display name x): Show x in place of what `(display y :id name)` showed; nil. */
export function updateDisplay(id, value) {
  return publish(value, id, true);
}

/** (clear-output) (clear-output true): Remove what the cell has shown; with true, only when the next output comes. */
export function clearOutput(wait = false) {
  host.clear(wait);
  return null;
}

/** (read-line) (read-line prompt): A line that the user types; nil at the end of input. */
export function readLine(prompt = "") {
  return host.read_line(prompt);
}

/** Bars of different processes are different. */
const PROCESS = globalThis.process?.pid ?? Math.random().toString(36).slice(2);
let bars = 0;

/** A bar that shows how far a loop is. */
class Bar {
  constructor(total, label) {
    this.total = total;
    this.label = label;
    this.id = `polyrepl-progress-${PROCESS}-${++bars}`;
    this.start = performance.now();
    this.last = -Infinity;
    this.done = 0;
    this.shown = false;
    this.show();
  }

  step() {
    this.done += 1;
    if (performance.now() - this.last >= UPDATE_EVERY_MS) this.show();
  }

  show(end = false) {
    this.last = performance.now();
    const seconds = ((this.last - this.start) / 1000).toFixed(1);
    const known = this.total !== undefined;
    const count = known ? `${this.done}/${this.total}` : `${this.done}`;
    const share = known && this.total > 0 ? this.done / this.total : end ? 1 : 0;
    const text = `${this.label ? this.label + " " : ""}${blocks(share)} ${count} ${seconds} s`;
    const value = known || end ? ` value="${known ? this.done : 1}" max="${known ? this.total || 1 : 1}"` : "";
    const label = this.label ? `<code>${escapeHtml(this.label)}</code> ` : "";
    const html = `<div>${label}<progress${value} style="width:20em;vertical-align:middle"></progress> <code>${count}</code> ${seconds} s</div>`;
    host.publish({ "text/plain": text, "text/html": html }, {}, this.id, this.shown);
    this.shown = true;
  }
}

function blocks(share) {
  const full = Math.max(0, Math.min(20, Math.round(share * 20)));
  return "█".repeat(full) + "░".repeat(20 - full);
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function sizeOf(xs) {
  if (typeof xs?.length === "number") return xs.length;
  if (typeof xs?.size === "number") return xs.size;
  const ops = xs?.[PYTHON];
  if (ops === undefined) return undefined;
  try {
    return Number(ops.len(xs));
  } catch {
    return undefined;
  }
}

/** A collection whose items come with a bar. */
class Progress {
  #xs;
  #bar;

  constructor(xs, bar) {
    this.#xs = xs;
    this.#bar = bar;
  }

  // Shown or printed it is not taken yet.
  toString() {
    return `#<progress ${prStr(this.#xs, { maxString: 60, maxItems: 5 })}>`;
  }

  [DISPLAY]() {
    return {};
  }

  *[Symbol.iterator]() {
    const bar = this.#bar();
    try {
      for (const x of this.#xs) {
        yield x;
        bar.step();
      }
    } finally {
      bar.show(true);
    }
  }

  async *[Symbol.asyncIterator]() {
    const bar = this.#bar();
    try {
      for await (const x of this.#xs) {
        yield x;
        bar.step();
      }
    } finally {
      bar.show(true);
    }
  }
}

/** (progress xs) (progress xs :label text :total n): The same items, with a bar that moves as they are taken. */
export function progress(xs, ...args) {
  const items = xs ?? [];
  if (items[Symbol.iterator] === undefined && items[Symbol.asyncIterator] === undefined) {
    throw new TypeError(`progress needs a collection, not ${prStr(xs, { maxString: 60 })}`);
  }
  const { label = "", total = sizeOf(items) } = options(args)[1];
  return new Progress(items, () => new Bar(total, String(label)));
}

/** Make the functions known; `notebook` is Python's half. */
export function install(notebook) {
  host = notebook;
  // The core functions that make things to show, for JavaScript's cells. They are lent, not owned: a cell's own `html`
  // or `json` takes the name as it would take any other, and Lisp has these names already.
  for (const [name, value] of Object.entries({ html, image, json, latex, markdown, svg, vega_lite })) {
    const lent = { value, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(Object.getPrototypeOf(globalThis), name, lent);
  }
  const names = { display, update_display: updateDisplay, clear_output: clearOutput, progress, read_line: readLine };
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
