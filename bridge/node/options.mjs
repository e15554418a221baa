/**
 * The options of createNodePythonBridge.
 * In: what the program passed. Out: the options in full, or a TypeError that names the one that is wrong and those that
 * there are.
 */

const isText = (value) => typeof value === "string" && value !== "";
const isTexts = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const isEnv = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  Object.values(value).every((item) => item === undefined || typeof item === "string");

/** Each option: what it has to be in words, and whether a value is that. */
const KINDS = {
  python: ["a command or a path, as text", isText],
  sync: ["true or false", (value) => typeof value === "boolean"],
  args: ["an array of texts", isTexts],
  env: ["an object of texts", isEnv],
  cwd: ["a path, as text, or a file URL", (value) => isText(value) || (value instanceof URL && value.protocol === "file:")],
};
const NAMES = Object.keys(KINDS);
const ALL = `the options are ${NAMES.slice(0, -1).join(", ")} and ${NAMES.at(-1)}`;

/**
 * @param {any} given a Python to run, or options @param {Record<string, any>} defaults what is not given
 * @returns {{python: string, sync: boolean, args: string[], env: object, cwd: string | URL | undefined}}
 * @throws {TypeError}
 */
export function checked(given, defaults) {
  const options = typeof given === "string" ? { python: given } : given;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`createNodePythonBridge takes a Python to run, as text, or options, not ${named(given)}; ${ALL}`);
  }
  const result = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(KINDS, name)) {
      const meant = NAMES.find((known) => isNear(name.toLowerCase(), known));
      throw new TypeError(`createNodePythonBridge has no option \`${name}\`${meant === undefined ? "" : ` (did you mean \`${meant}\`?)`}; ${ALL}`);
    }
    if (value === undefined) continue;
    const [what, fits] = KINDS[name];
    if (!fits(value)) throw new TypeError(`the option \`${name}\` is ${what}, not ${named(value)}; ${ALL}`);
    result[name] = value;
  }
  return result;
}

/** A value of a wrong kind, in few words. */
function named(value) {
  if (value === null || typeof value === "undefined" || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return value === "" ? "an empty text" : JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Whether one text is the other but for two letters. */
function isNear(text, other) {
  if (Math.abs(text.length - other.length) > 2) return false;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= text.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (text[i - 1] === other[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) <= Math.min(2, other.length - 2);
}
