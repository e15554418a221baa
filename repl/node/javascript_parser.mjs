/**
 * What a JavaScript text is, by acorn: its tree, whether more must follow, and what its end stands in.
 *
 * In: the text of a cell or of a prompt. Out: `parseCell` a Program, or a Refusal with what had been read by then;
 * `status` what Enter does. What stands at a text's end is chains.mjs's.
 *
 * A cell is a script in which `await`, `import`, `export` and `return` stand at the top too, whose names may be
 * declared again. What a regular expression may hold is for V8 to say.
 */
import { compileScript } from "./platform.mjs";
import { Parser, tokTypes as tt } from "./vendor/acorn.mjs";

export const OPTIONS = {
  ecmaVersion: "latest",
  sourceType: "script",
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
};
const HASHBANG = /^\s*#!/;

/**
 * acorn, for cells.
 * @property {object[]} modules the imports and exports that have been read
 * @property {number[]} names where names stand that are no properties
 */
class CellParser extends Parser {
  constructor(text, options) {
    super({ ...OPTIONS, ...options }, text.replace(HASHBANG, (all) => `${all.slice(0, -2)}//`));
    this.modules = [];
    this.names = [];
    /** Has the last token been read? */
    this.ended = false;
  }

  get allowUsing() {
    return true;
  }

  nextToken() {
    super.nextToken();
    this.ended = this.type === tt.eof;
  }

  validateRegExpFlags() {}

  validateRegExpPattern() {}

  checkExport() {}

  declareName(name, type, at) {
    // At the top a name is a global, and may be declared again.
    if (this.scopeStack.length > 1) super.declareName(name, type, at);
  }

  parseIdent(liberal) {
    if (!liberal) this.names.push(this.start);
    return super.parseIdent(liberal);
  }

  copyNode(node) {
    this.names.push(node.start); // `{a}` is `{a: a}`
    return super.copyNode(node);
  }

  parseImport(node) {
    const made = super.parseImport(node);
    this.modules.push(made);
    return made;
  }

  parseExport(node, exports) {
    const made = super.parseExport(node, exports);
    this.modules.push(made);
    return made;
  }

  /** The whole text as one expression that begins with a brace; null if it is none. */
  parseObject() {
    this.nextToken();
    if (this.type !== tt.braceL) return null;
    const made = this.parseExpression();
    while (this.eat(tt.semi));
    if (this.type !== tt.eof) this.unexpected();
    return made;
  }

  /** Would more text help? To be asked when parsing has thrown `error`. */
  wantsMore(error) {
    if (!(error instanceof SyntaxError)) return false;
    if (/^Unterminated (?:template|comment)/.test(error.message)) return true;
    if (/^Unterminated string/.test(error.message)) return /\\(?:\r\n?|[\n\u2028\u2029])?$/.test(this.input);
    return this.ended && (error.pos >= this.start || error.message.startsWith("Missing catch"));
  }
}

/**
 * acorn does not take the text.
 * @property {number} at where it stopped
 * @property {boolean} wantsMore because the text has ended
 * @property {object[]} modules the imports and exports in front of that
 */
export class Refusal extends Error {
  constructor(error, parser) {
    super(error instanceof SyntaxError ? error.message.replace(/ \(\d+:\d+\)$/, "") : "nested too deeply");
    this.at = error.pos ?? 0;
    this.wantsMore = parser.wantsMore(error);
    this.modules = parser.modules;
  }
}

/**
 * The tree of a cell.
 * @param {string} text
 * @returns {{program: object, names: number[], marks: {start: number, end: number}[]}} `names` is where names stand that
 *   are no properties; `marks` stand before comments that are such only at the very beginning of a script: `#!`, `-->`
 * @throws {Refusal}
 */
export function parseCell(text) {
  const marks = [];
  const onComment = (block, _, start) => {
    const mark = block ? null : /^(?:#!|-->)/.exec(text.slice(start, start + 3));
    if (mark !== null) marks.push({ start, end: start + mark[0].length });
  };
  const parser = new CellParser(text, { onComment });
  try {
    return { program: parser.parse(), names: parser.names, marks };
  } catch (error) {
    throw new Refusal(error, parser);
  }
}

/** The names (as above) of a text that is one expression and begins with a brace: `{a: 1}`. @returns {{names: number[]} | null} */
export function parseObject(text) {
  const parser = new CellParser(text);
  try {
    return parser.parseObject() && { names: parser.names };
  } catch {
    return null;
  }
}

/** Does V8 take it as a script? */
export function compiles(code) {
  try {
    compileScript(code);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}

/** What stands around the body of an async function. */
export const OPEN = "(async () => {";
export const CLOSE = "\n})";
const AsyncFunction = (async () => {}).constructor;

/** Does V8 take a text as the body of an async arrow function? A text that closes the function itself is none. */
export function isBody(text) {
  try {
    new AsyncFunction(text);
    return compiles(`${OPEN}${text}${CLOSE}`);
  } catch {
    return false;
  }
}

/**
 * What Enter does at the end of a text.
 * @param {string} text
 * @param {boolean} [tellsWrong] what is wrong is complete too, since it is told when it runs; here say that it is wrong
 * @returns {"complete" | "incomplete" | "invalid"}
 */
export function status(text, tellsWrong = false) {
  let wanting = false;
  for (const read of ["parse", "parseObject"]) {
    const parser = new CellParser(text);
    try {
      if (parser[read]() !== null) return "complete";
    } catch (error) {
      wanting ||= parser.wantsMore(error);
    }
  }
  if (isBody(text)) return "complete";
  return wanting ? "incomplete" : tellsWrong ? "invalid" : "complete";
}
