/**
 * The compiler and the session as a running program sees them: what lisp/runtime/reflect.mjs asks.
 *
 * In: Python's functions (repl/session/reflection.py), and how a form is run. Out: the object under
 * `Symbol.for("polyrepl.lisp")`.
 */
import { callShape as ofValue } from "./describe.mjs";

const AsyncFunction = (async () => {}).constructor;

/** Call shape and source of a function, or the Python object that a path leads to (see describe.mjs). */
export const callShape = (root, path) =>
  root === "py" ? { python: globalThis[Symbol.for("polyrepl.$py")].builtins, rest: [...path] } : ofValue(root, path);

/**
 * @param {Record<"compile" | "read" | "expand" | "failed" | "about", (...args: any[]) => any>} python
 * @param {object} node what runs forms here
 * @param {(code: string, filename: string, places: string) => any} node.evaluate
 * @param {() => object} node.imports what a form is called with
 * @param {(names: string) => object[]} node.watch what names hold now
 * @param {(watched: object[]) => string[]} node.made those that hold something else since
 * @param {(error: any) => object} node.describe an error as an outcome
 * @param {() => any} node.lastError
 */
export function lisp({ compile, read, expand, failed, about }, { evaluate, imports, watch, made, describe, lastError }) {
  /** Run what `compile` gives: a file name, the names that are defined, places, code. */
  const run = (text) => {
    const [filename, names, places] = text.split("\n", 3);
    const before = watch(names);
    const takeBack = (error) => {
      if (names) failed(filename, made(before).join(" "));
      throw error;
    };
    try {
      const form = evaluate(text.slice(filename.length + names.length + places.length + 3), filename, places);
      const value = form(imports());
      return names && form instanceof AsyncFunction ? value.catch(takeBack) : value;
    } catch (error) {
      return takeBack(error);
    }
  };

  /** Run a file form by form, each awaited that is a promise: the last value, a promise of it if one was awaited. */
  const load = (path) => {
    const next = about("load", path);
    let value = null;
    const stop = (error) => {
      next(true);
      throw error;
    };
    const go = () => {
      for (let code; typeof (code = next()) === "string"; ) {
        try {
          value = run(code);
        } catch (error) {
          stop(error);
        }
        if (value instanceof Promise) return value.then((result) => ((value = result), go()), stop);
      }
      return value;
    };
    return go();
  };

  const trace = (error) => about("trace", describe(error));
  const ask = (what) => (name) => about(what, name);
  return { compile, read, expand, run, load, trace, lastError, doc: ask("doc"), source: ask("source"), names: () => about("names") };
}
