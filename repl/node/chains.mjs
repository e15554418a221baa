/**
 * What stands at the end of a JavaScript text that is being typed, by acorn's tokens.
 *
 * In: what stands before the cursor. Out: `unfinished` the string or comment that it ends in; `memberOf` what the
 * property is of whose name it ends in; `callHead` what the innermost open call calls. Both give a path: an expression's
 * text, or a name, and the names of properties behind it.
 */
import { OPTIONS } from "./javascript_parser.mjs";
import { Parser, tokTypes as tt } from "./vendor/acorn.mjs";

const MOST_RESTARTS = 1000;

/** acorn's tokens. What is strict matters to none, and to look for it costs as much as the text is long. */
class Tokenizer extends Parser {
  validateRegExpFlags() {}

  validateRegExpPattern() {}

  strictDirective() {
    return false;
  }
}

/**
 * The string or comment that a text ends in.
 * @param {string} text what stands before the cursor
 * @returns {{text: string, module: boolean} | null} what is typed of it, and whether it names a module to import
 */
export function unfinished(text) {
  // What can not be a token is passed over: the text is being typed.
  for (let restart = 0; restart < MOST_RESTARTS; restart++) {
    const before = [];
    let comment = null;
    const onComment = (block, _, start, end) => {
      comment = block ? null : { start, end };
    };
    let parser;
    try {
      parser = new Tokenizer({ ...OPTIONS, onComment }, text);
      for (parser.nextToken(); parser.type !== tt.eof; parser.nextToken()) {
        before.push(parser.type.keyword ?? parser.value ?? parser.type.label);
        if (before.length > 2) before.shift();
      }
      // A line comment ends with its line.
      return comment?.end === text.length ? { text: text.slice(comment.start + 2), module: false } : null;
    } catch (error) {
      if (!(error instanceof SyntaxError)) return null;
      const isOpen = /^Unterminated/.test(error.message);
      if (isOpen && (error.raisedAt >= text.length || error.message.startsWith("Unterminated comment"))) {
        const quoted = text[error.pos] === '"' || text[error.pos] === "'";
        // `import("` and `require("` have a bracket between.
        const word = before.at(-1) === "(" ? before[0] : before.at(-1);
        return { text: text.slice(error.pos + 1), module: quoted && ["from", "import", "require"].includes(word) };
      }
      text = text.slice(Math.max(error.raisedAt, error.pos) + (isOpen ? 0 : 1));
    }
  }
  return null;
}

/**
 * @typedef {object} Token
 * @property {object} type acorn's
 * @property {number} start
 * @property {number} end
 * @property {any} value
 * @property {number} [opener] of what closes: which token has opened it
 */

const OPENERS = new Set([tt.parenL, tt.bracketL, tt.braceL, tt.dollarBraceL]);
const CLOSERS = new Set([tt.parenR, tt.bracketR, tt.braceR]);
const LITERALS = new Set([tt.string, tt.num, tt.regexp, tt._this, tt._null, tt._true, tt._false]);
/** Words that acorn's tokens know as names, and that stand in front of an operand. */
const PREFIXES = new Set(["await", "yield", "of", "async"]);

/** What is written like a call of a name and is none. */
const NO_CALLS = new Set([tt._import, tt._super, tt._if, tt._for, tt._while, tt._switch, tt._catch, tt._with]);

/** The tokens of a text, and which brackets are open at its end; null where it ends in a string or comment. */
function tokensOf(text) {
  /** @type {Token[]} */
  const tokens = [];
  const open = [];
  let base = 0;
  for (let restart = 0; restart < MOST_RESTARTS; restart++) {
    const rest = text.slice(base);
    try {
      const parser = new Tokenizer(OPTIONS, rest);
      for (parser.nextToken(); parser.type !== tt.eof; parser.nextToken()) {
        const { type, value } = parser;
        const token = { type, value, start: base + parser.start, end: base + parser.end };
        const closes = type === tt.backQuote ? tokens[open.at(-1)]?.type === type : CLOSERS.has(type);
        if (closes) token.opener = open.pop();
        else if (type === tt.backQuote || OPENERS.has(type)) open.push(tokens.length);
        tokens.push(token);
      }
      return { tokens, open, ended: true };
    } catch (error) {
      if (!(error instanceof SyntaxError)) return null;
      const isOpen = /^Unterminated/.test(error.message);
      if (isOpen && (error.raisedAt >= rest.length || error.message.startsWith("Unterminated comment"))) {
        return { tokens, open, ended: false };
      }
      base += Math.max(error.raisedAt, error.pos) + (isOpen ? 0 : 1);
    }
  }
  return null;
}

const isDot = (token) => token?.type === tt.dot || token?.type === tt.questionDot;

/** Is a token a name, or the word of a property? */
const isName = (tokens, at) =>
  (tokens[at].type === tt.name && (!PREFIXES.has(tokens[at].value) || isDot(tokens[at - 1]))) ||
  (tokens[at].type.keyword !== undefined && isDot(tokens[at - 1]));

/** Does an operand end with a token, so that a bracket behind it calls it or takes an item of it? */
const endsOperand = (tokens, at) =>
  at >= 0 && (isName(tokens, at) || LITERALS.has(tokens[at].type) || tokens[at].opener !== undefined);

/**
 * Where the operand begins that ends with a token: `a.b(c)[d]`, a literal, what stands in brackets; -1 where it is no such
 * thing (a block).
 */
function operandStart(tokens, last) {
  let called = false;
  for (let at = last; at >= 0; ) {
    const { type, opener } = tokens[at];
    if (opener !== undefined) {
      if (type === tt.braceR) return -1;
      const before = tokens[opener - 1]?.type === tt.questionDot ? opener - 2 : opener - 1;
      called ||= type === tt.parenR;
      if (endsOperand(tokens, before)) {
        at = before;
        continue;
      }
      return NO_CALLS.has(tokens[before]?.type) ? -1 : opener;
    }
    if (!isName(tokens, at) && !LITERALS.has(type)) return -1;
    if (isDot(tokens[at - 1])) {
      if (!isName(tokens, at)) return -1;
      at -= 2;
      continue;
    }
    // A `new` whose brackets come after the cursor makes nothing yet.
    return called && tokens[at - 1]?.type === tt._new ? at - 1 : at;
  }
  return -1;
}

/** The operand that ends with a token as a path. */
function pathTo(text, tokens, last) {
  const names = [];
  let at = last;
  while (at > 1 && isName(tokens, at) && isDot(tokens[at - 1])) {
    names.unshift(String(tokens[at].value));
    at -= 2;
  }
  const start = operandStart(tokens, at);
  return start < 0 ? null : [text.slice(tokens[start].start, tokens[at].end), ...names];
}

/**
 * What the property is of whose name a text ends in: `[1].ma`, `f(x)?.`.
 * @param {string} text
 * @returns {string[] | null} a path; null where no property's name is typed
 */
export function memberOf(text) {
  const { tokens, ended } = tokensOf(text) ?? {};
  if (!ended) return null;
  let last = tokens.length - 1;
  if (!isDot(tokens[last])) last -= tokens[last]?.end === text.length && !tokens[last].opener ? 1 : tokens.length;
  if (!isDot(tokens[last])) return null;
  // At the very end of a text acorn reads `?.` as two tokens.
  if (tokens[last - 1]?.type === tt.question && tokens[last - 1].end === tokens[last].start) last--;
  return pathTo(text, tokens, last - 1);
}

/**
 * What is called by the innermost call that is open at the end of a text, `new` or not.
 * @param {string} text
 * @returns {string[] | null} a path; null where there is none
 */
export function callHead(text) {
  const { tokens, open } = tokensOf(text) ?? { tokens: [], open: [] };
  for (const at of open.reverse()) {
    if (tokens[at].type !== tt.parenL) continue;
    const before = tokens[at - 1]?.type === tt.questionDot ? at - 2 : at - 1;
    const path = endsOperand(tokens, before) ? pathTo(text, tokens, before) : null;
    if (path !== null) return path;
  }
  return null;
}
