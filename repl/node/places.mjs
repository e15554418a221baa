/**
 * Where the program's forms stand: frames of compiled Lisp, as stacks show them.
 * In: for each form the name that stacks know it by and its places (`Compiled.places`). Out: `frame`, the text of a
 * frame of it in the Lisp's own lines.
 */
import { demangle } from "../../lisp/runtime/index.mjs";

const MOST_FORMS = 10_000; // as many as Python remembers (trace.py)

/** The places of forms, as text until a stack asks for them. @type {Map<string, string | object>} */
const forms = new Map();

/** @param {string} name @param {string} places "" where none are known */
export function remember(name, places) {
  if (places === "") return;
  if (forms.size >= MOST_FORMS) forms.delete(forms.keys().next().value);
  forms.set(name, places);
}

/**
 * `f (file.lisp:3:7)`; undefined where nothing is known of it.
 * @param {string} name the script's @param {number} line @param {number} column in it, from 1
 * @param {string} caller the function's name, "async" before it where the frame is one of those
 */
export function frame(name, line, column, caller) {
  let form = forms.get(name);
  if (form === undefined) return undefined;
  if (typeof form === "string") forms.set(name, (form = JSON.parse(form)));
  const place = placeIn(form, line - 1, column - 1);
  if (place === undefined) return undefined;
  const [, wait, of] = /^(async\b)? ?(.*)$/s.exec(caller);
  return `${wait ? "async " : ""}${of === "" ? place : `${lispName(of)} (${place})`}`;
}

const lispName = (name) => name.split(".").map((part) => demangle(part)).join(".");

/** The last mapped place of a line that is not behind the column. */
function placeIn({ file, first, starts, places }, line, column) {
  let found;
  for (let at = 0; at < places.length && places[at] <= line; at += 3) {
    if (places[at] === line && places[at + 1] <= column) found = places[at + 2];
  }
  if (found === undefined) return undefined;
  const row = starts.findLastIndex((start) => start <= found);
  return `${file}:${first + row}:${found - starts[row] + 1}`;
}
