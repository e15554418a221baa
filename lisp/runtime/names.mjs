/**
 * JavaScript identifier -> Lisp name, for showing functions: the twin of `demangle` in lisp/emit/mangle.py.
 */

const ESCAPED_CHARS = {
  q: "?", b: "!", s: "*", a: "+", m: "-", d: "/", l: "<", g: ">", e: "=", o: "%", n: "&", v: "|", t: "'", j: ".",
  c: ":", h: "#", $: "$",
};

/** The Lisp name of an identifier; one that no Lisp name gives is read by the same rules as far as they go. */
export function demangle(identifier) {
  let id = /^(.*[^$])\$[0-9]+$/s.exec(identifier)?.[1] ?? identifier;
  const core = /^(_*)(.*?)(_*)$/s.exec(id);
  if (core[2] === "") return id;
  if (core[2] === "$x") return "";
  id = core[2].replace(/_+|\$(?:x([0-9a-fA-F]+)x|([qbsamdlgeonvtjch$])|$)/g, (all, hex, letter) => {
    if (all.startsWith("_")) return all.length === 1 ? "-" : "_".repeat(all.length >> 1);
    const code = Number.parseInt(hex, 16);
    if (hex !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    return letter === undefined ? "" : ESCAPED_CHARS[letter];
  });
  return core[1] + id + core[3];
}

const SAID_OF_A_NAME =
  /^(?:Cannot access ')?([A-Za-z_$][\w$]*)(?=(?:\.\S+)? is not (?:a function|iterable|a constructor)\b| is not defined$|' before init)/;
const SAID_OF_A_CALL = /^([A-Za-z_$][\w$]*)\(\.\.\.\)(?=\S* is not (?:a function|iterable|a constructor)\b)/;
// Calls that no Lisp writes. (In brackets, since a compiled file for browsers has no such name in it.)
const HELPERS = /^(?:[$]read|callable|index|keyword|lookup)$/;
const READ = /[$]read\(\.{3}\)/g;

/**
 * The message of an error; where JavaScript complains of a name or of a call in compiled code, it is as the Lisp writes
 * it.
 */
export function messageOf(e) {
  // What compiled code says before it reads a property is not the program's.
  const message = String(e.message).replace(READ, "(..)");
  if (!(e instanceof TypeError || e instanceof ReferenceError)) return message;
  const [said, name] = SAID_OF_A_NAME.exec(message) ?? SAID_OF_A_CALL.exec(message) ?? [];
  if (name === undefined || /^[^\n]*\n\s+at [^\n]*(?:node:|node_modules|\.c?js:)/.test(e.stack)) return message;
  if (!said.endsWith(")")) return message.replace(name, () => (name === "null" ? "nil" : demangle(name)));
  return (HELPERS.test(name) ? "(..)" : `(${demangle(name)} ..)`) + message.slice(said.length).replace(/^(?:\(\.\.\.\))+/, "");
}
