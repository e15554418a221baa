/**
 * A program as part of a link.
 *
 * In: a text and its language. Out: what stands behind the `#` of an address: `code=` and the text, deflated, in the
 * letters that addresses may have; and back. Nothing of it is ever sent to a server.
 */
const LANGUAGES = ["lisp", "js", "py"];
/** A program that somebody wrote has fewer characters; a text that unpacks to more is none. */
const LONGEST = 1_000_000;

const letters = (bytes) => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};
const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

/** @param {string} text @param {string} language @throws {Error} it is too long */
export async function fragmentOf(text, language) {
  if (text.length > LONGEST) throw new Error("the program is too long for a link");
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const code = letters(new Uint8Array(await new Response(packed).arrayBuffer()));
  return `#code=${code}${language === "lisp" ? "" : `&language=${language}`}`;
}

/**
 * @param {string} fragment
 * @returns {Promise<{text: string, language: string} | null>} null where the address has no program
 * @throws {Error} it has one that can not be read
 */
export async function programOf(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const code = given.get("code");
  if (code === null) return null;
  const language = given.get("language") ?? "lisp";
  try {
    if (!LANGUAGES.includes(language)) throw new Error(language);
    const reader = new Blob([bytesOf(code)]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), language };
      text += decoder.decode(value, { stream: true });
      if (text.length > LONGEST) throw new Error("too long");
    }
  } catch {
    throw new Error("the link's program can not be read: the address is cut off, or was changed");
  }
}
