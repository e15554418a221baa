/**
 * (exit n), and how it ends a program.
 * In: what was thrown. Out: the exit code that it asks for; what is no code is said on standard error, and the code is 1
 * then, as with Python's sys.exit.
 */
import { prStr } from "../../lisp/runtime/index.mjs";
import { endUncaught, writeError } from "./platform.mjs";

const PYTHON = Symbol.for("polyrepl.python");

/** Thrown by (exit n); an ordinary `catch` may see it, the top level ends the program. */
export class Exit extends Error {
  constructor(code, text = null) {
    super(`exit ${text ?? code}`);
    this.name = "Exit";
    this.code = code;
    this.text = text;
    Object.defineProperty(this, Symbol.for("polyrepl.exit"), { value: text ?? code }); // Python has it as its SystemExit
  }
}

/** The function of the language. */
export const exit = (code = 0) => {
  const number = Number(code);
  throw Number.isNaN(number) ? new Exit(1, typeof code === "string" ? code : prStr(code)) : new Exit(Math.trunc(number));
};

/** The code that a program ends with that has thrown this where nothing awaits it; undefined where it only failed. */
function codeOf(error) {
  try {
    if (error instanceof Exit) return ended(error);
    const { exception } = error;
    const { builtins } = globalThis[Symbol.for("polyrepl.$py")];
    if (exception?.[PYTHON] === undefined || !builtins.isinstance(exception, builtins.SystemExit)) return undefined;
    return ended(exception.code === null ? new Exit(0) : typeof exception.code === "number" ? exception : new Exit(1, builtins.str(exception.code)));
  } catch {
    return undefined;
  }
}

/** The code of an `Exit`, whose text is said. */
export function ended({ code, text }) {
  if (typeof text === "string") writeError(`${text}\n`);
  return code;
}

/** (exit n), or Python's sys.exit, in a callback that nobody awaits ends a program too. */
export function endByExit() {
  endUncaught(codeOf);
}
