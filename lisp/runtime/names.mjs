/**
 * JavaScript identifier -> Lisp name, for showing functions: the twin of `demangle` in lisp/mangle.py.
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
