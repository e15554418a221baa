/**
 * The Lisp in the editor: colours, and where a line begins. The rules are those of lisp/read/lexer.py and
 * lisp/layout/indent.py, a line at a time.
 *
 * In: the words that have a meaning of their own: {definers, special, operators, bodies}, `bodies` saying how many arguments
 * stand before a form's body. Out: a parser for StreamLanguage.
 */
const BLANK = " ,\\t-\\r\\u0085\\u00a0\\u2000-\\u200a\\u2028\\u2029\\u3000\\ufeff";
const STOP = `${BLANK}()\\[\\]{}";\`~^@\\\\“”‘’`;
const BLANKS = new RegExp(`^[${BLANK}]+`, "u");
const WORD = new RegExp(`^[^${STOP}]+`, "u");
const CHARACTER = new RegExp(`^\\\\(?:[^${STOP}]+|[^${BLANK}])`, "u");
const NUMBER =
  /^[+-]?(?:0[xX][\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO][0-7]+(?:_[0-7]+)*|0[bB][01]+(?:_[01]+)*|(?:(?:0|[1-9]\d*(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?)n?$/;
const STRING_REST = /^[^"\\]*(?:\\.[^"\\]*)*/;
const TEMPLATE_REST = /^[^"\\{}]*(?:(?:\\u\{[^"{}]*\}|\\.|\{\{|\}\})[^"\\{}]*)*/;
const CONSTANTS = { nil: "null", true: "bool", false: "bool" };
const BODY_PREFIX = /^def(?!ault|er)|^(?:with|when|let)-(?!meta)/;

/** @param {{definers: string[], special: string[], operators: string[], bodies: Record<string, number>}} words */
export function lispMode(words) {
  const [definers, special, operators] = [words.definers, words.special, words.operators].map((list) => new Set(list));
  const bodyAt = (head) => words.bodies[head] ?? (BODY_PREFIX.test(head) ? 1 : undefined);

  function kindOf(word, head, afterDefiner) {
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word];
    if (word[0] === ":") return "atom";
    if (NUMBER.test(word)) return "number";
    if (head && definers.has(word)) return "definitionKeyword";
    if (head && special.has(word)) return "keyword";
    if (operators.has(word)) return "operator";
    if (/^(?:py\.|js\.|\$py)/.test(word)) return "namespace";
    if (afterDefiner) return "variableName.definition";
    return head ? "variableName.function" : "variableName";
  }

  /** The rest of a string; the state says what is open where the line ends before it. */
  function text(stream, state) {
    const template = state.mode === "template";
    stream.match(template ? TEMPLATE_REST : STRING_REST);
    if (stream.peek() === '"') {
      stream.next();
      state.mode = "code";
    } else if (template && stream.peek() === "{") {
      if (stream.pos > stream.start) return "string"; // the brace is a token of its own
      stream.next();
      state.holes.push(0);
      state.mode = "code";
      return "brace";
    } else if (!stream.eol()) stream.next(); // a lone brace, or a backslash at the end
    return state.kind;
  }

  function comment(stream, state) {
    while (state.depth > 0 && !stream.eol()) {
      if (stream.match("|#")) state.depth -= 1;
      else if (stream.match("#|")) state.depth += 1;
      else stream.next();
    }
    if (state.depth === 0) state.mode = "code";
    return "blockComment";
  }

  function open(stream, state, bracket) {
    if (bracket === "{" && state.holes.length > 0) state.holes[state.holes.length - 1] += 1;
    state.stack.push({ bracket, column: stream.column() + stream.current().length - 1, count: 0, head: "", first: -1, line: state.line });
    return "bracket";
  }

  function close(state, bracket) {
    const { holes } = state;
    if (bracket === "}" && holes.length > 0) {
      if (holes.at(-1) === 0) {
        holes.pop();
        state.mode = "template";
        state.kind = "string";
        return "brace";
      }
      holes[holes.length - 1] -= 1;
    }
    state.stack.pop();
    return "bracket";
  }

  /** An element of the innermost bracket begins. */
  function count(stream, state, name = "") {
    const around = state.stack.at(-1);
    if (around === undefined) return;
    if (around.count === 0) around.head = name;
    if (around.count === 0) around.start = stream.column();
    if (around.count === 1 && around.line === state.line) around.first = stream.column();
    around.count += 1;
  }

  function code(stream, state) {
    if (stream.match(BLANKS)) return null;
    if (stream.match(/^;.*/)) return "lineComment";
    if (stream.match("#|")) {
      state.mode = "comment";
      state.depth = 1;
      return comment(stream, state);
    }
    if (stream.match("#_")) return "meta";
    if (stream.match(/^(?:'|`|~@?|\^)/)) {
      if (!state.prefixed) count(stream, state);
      state.prefixed = true;
      return "meta";
    }
    const { prefixed } = state;
    state.prefixed = false;
    if (stream.match(/^[)\]}]/)) return close(state, stream.current());
    const around = state.stack.at(-1);
    const head = around !== undefined && around.bracket === "(" && around.count === 0 && !prefixed;
    const afterDefiner = around?.count === 1 && around.bracket === "(" && definers.has(around.head);
    const enter = (kind, mode) => {
      if (!prefixed) count(stream, state);
      state.mode = mode;
      state.kind = kind;
      return text(stream, state);
    };
    if (stream.match('f"')) return enter("string", "template");
    if (stream.match('#"')) return enter("regexp", "string");
    if (stream.match('"')) return enter("string", "string");
    if (stream.match(/^#?[([{]/)) {
      if (!prefixed) count(stream, state);
      return open(stream, state, stream.current().at(-1));
    }
    if (stream.match(CHARACTER)) {
      if (!prefixed) count(stream, state);
      return "character";
    }
    if (stream.match(WORD)) {
      const word = stream.current();
      if (!prefixed) count(stream, state, word);
      return kindOf(word, head, afterDefiner && !prefixed);
    }
    stream.next();
    return "invalid";
  }

  return {
    name: "polyrepl",
    startState: () => ({ mode: "code", kind: "string", depth: 0, holes: [], stack: [], prefixed: false, line: 0 }),
    copyState: (state) => ({ ...state, holes: [...state.holes], stack: state.stack.map((one) => ({ ...one })) }),
    blankLine: (state) => void (state.line += 1),
    token(stream, state) {
      if (stream.sol()) state.line += 1;
      if (state.mode === "comment") return comment(stream, state);
      return state.mode === "code" ? code(stream, state) : text(stream, state);
    },
    indent(state, textAfter) {
      if (state.mode !== "code") return 0;
      const around = state.stack.at(-1);
      if (around === undefined) return 0;
      const inner = around.column + 1;
      if (around.bracket !== "(") return around.start ?? inner;
      if (/^[)\]}]/.test(textAfter)) return around.column;
      if (around.count === 0 || around.head === "") return around.start ?? inner;
      const before = bodyAt(around.head);
      if (before !== undefined) return around.column + (around.count - 1 < before ? 4 : 2);
      return around.first >= 0 ? around.first : around.column + 2;
    },
    languageData: {
      commentTokens: { line: ";" },
      closeBrackets: { brackets: ["(", "[", "{", '"'] },
      indentOnInput: /^\s*[)\]}]$/,
      wordChars: "-+*/<>=!?&%$_.",
    },
  };
}
