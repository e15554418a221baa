/**
 * The compiler at run time: eval, read-string, macroexpand.
 *
 * In: forms as data. Out: values, forms. The compiler itself is Python; whoever runs it (a Session) puts an object
 * under `Symbol.for("polyrepl.lisp")`: { compile(json) -> code, read(text) -> json, expand(json, once) -> json,
 * run(code) -> value }, all synchronous, with forms in wire form as JSON text.
 */

import { List } from "./data.mjs";
import { FStringForm, MapForm, SetForm } from "./forms.mjs";
import { formFromWire, formToWire } from "./macros.mjs";

/** Forms as programs hold data: a map with any keys is a Map, a set a Set. */
function asData(form) {
  if (form instanceof List) return List.from(form, asData);
  if (Array.isArray(form)) return form.map(asData);
  if (form instanceof SetForm) return new Set(form.items.map(asData));
  if (form instanceof MapForm) {
    const items = form.items.map(asData);
    return new Map(Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i], items[2 * i + 1]]));
  }
  if (form instanceof FStringForm) return form;
  if (form !== null && typeof form === "object" && Object.getPrototypeOf(form) === Object.prototype) {
    for (const key of Object.keys(form)) form[key] = asData(form[key]);
  }
  return form;
}

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
  return asData(formFromWire(JSON.parse(lispCompiler("read-string").read(text))));
}

/** (macroexpand form): The form with the macro at its head expanded until none is left there. Example: (macroexpand '(when a b)) => '(if a b) */
export function macroexpand(form) {
  return asData(formFromWire(JSON.parse(lispCompiler("macroexpand").expand(JSON.stringify(formToWire(form)), false))));
}

/** (macroexpand-1 form): The form after one step of expansion. Example: (macroexpand-1 '(unless a b)) => '(if (not a) b) */
export function macroexpand_1(form) {
  return asData(formFromWire(JSON.parse(lispCompiler("macroexpand-1").expand(JSON.stringify(formToWire(form)), true))));
}
