/**
 * The compiler at run time: eval, read-string, macroexpand; and what a program asks of the session that runs it.
 *
 * In: forms as data, names. Out: values, forms, printed text. The compiler itself is Python; whoever runs it (a Session)
 * puts an object under `Symbol.for("polyrepl.lisp")`: { compile(json) -> code, read(text) -> json, expand(json, once) ->
 * json, run(code) -> value }, all synchronous, with forms in wire form as JSON text; for the forms of
 * lisp/analyze/special/reflection.py also { doc(name) -> text, source(name) -> text, names() -> lines,
 * trace(error) -> text, lastError() -> error, load(path) -> value or a promise of it }.
 */

import { println } from "./core_io.mjs";
import { formFromWire, formToWire } from "./macros.mjs";

/** The compiler, or an error that says why there is none. */
function lispCompiler(who) {
  const lisp = globalThis[Symbol.for("polyrepl.lisp")];
  if (lisp === undefined) throw new Error(`${who}: there is no compiler here; this works in a polyrepl session`);
  return lisp;
}

/** (eval form): The value of a form, as if typed at the prompt. Example: (eval '(+ 1 2)) => 3 */
export function eval$(form) {
  const lisp = lispCompiler("eval");
  return lisp.run(lisp.compile(JSON.stringify(formToWire(form))));
}

/** (read-string s): The first form of a text, as data. Example: (read-string "(a 1)") => '(a 1) */
export function read_string(text) {
  if (typeof text !== "string") throw new TypeError("read-string: expected a string");
  return formFromWire(JSON.parse(lispCompiler("read-string").read(text)));
}

/** (macroexpand form): The form with the macro at its head expanded until none is left there. Example: (macroexpand '(when a b)) => '(if a b) */
export function macroexpand(form) {
  return formFromWire(JSON.parse(lispCompiler("macroexpand").expand(JSON.stringify(formToWire(form)), false)));
}

/** (macroexpand-1 form): The form after one step of expansion. Example: (macroexpand-1 '(unless a b)) => '(if (not a) b) */
export function macroexpand_1(form) {
  return formFromWire(JSON.parse(lispCompiler("macroexpand-1").expand(JSON.stringify(formToWire(form)), true)));
}

function told(text) {
  println(text);
  return null;
}

/** Print what is known of a name: the form `doc`. */
export const tellDoc = (name) => told(lispCompiler("doc").doc(name));

/** Print what a name is defined as: the form `source`. */
export const tellSource = (name) => told(lispCompiler("source").source(name));

/** The names that hold a text or that a regular expression finds: the form `apropos`. */
export function namesWith(text) {
  if (typeof text !== "string" && !(text instanceof RegExp)) throw new TypeError("apropos: expected a string or a regular expression");
  const sought = typeof text === "string" ? text.toLowerCase() : "";
  const fits = typeof text === "string" ? (name) => name.toLowerCase().includes(sought) : (name) => name.search(text) >= 0;
  return lispCompiler("apropos").names().split("\n").filter(fits);
}

/** Print where an error came from, the last one if none is given: the form `pst`. */
export function tellTrace(error) {
  const lisp = lispCompiler("pst");
  const last = error ?? lisp.lastError();
  return told(last === null || last === undefined ? "no error yet" : lisp.trace(last));
}

/** Run a Lisp file: the form `load-file`. */
export const loadFile = (path) => lispCompiler("load-file").load(path);
