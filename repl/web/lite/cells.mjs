/**
 * Cells of a notebook, as the kernel beside Node reads them (kernel/cells.py).
 * In: the text of a cell. Out: its language and its code; what it asks of pip. Places of messages count characters, those of
 * JavaScript UTF-16 units.
 */
const MARKERS = { py: "py", python: "py", js: "js", javascript: "js", lisp: "lisp" };
const MARKER = /^(\s*)%%(\w+)([ \t]*)(?=\r?\n|$)/;
const QUESTION = /^(?:\?\??[ \t]*(?<before>[^\s()[\]{}"'`~,;:?!]+)|(?<asked>[^\s()[\]{}"'`~,;:?!]+)\?\??|,doc[ \t]+(?<doc>\S+))$/;
const PIP = /^[%!]pip\b[ \t]*(.*)$/;

/** Blanks stand in a marker's place, so that all else keeps its place. @param {string} text */
export function split(text) {
  const found = MARKER.exec(text);
  if (found === null || !Object.hasOwn(MARKERS, found[2])) return { language: "lisp", code: text };
  const marker = found[0];
  return { language: MARKERS[found[2]], code: marker.replace(/\S/g, " ") + text.slice(marker.length) };
}

/** The commands of a cell that has nothing else than `%pip ..`, each in its words; else null. @param {string} text */
export function pip(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const commands = lines.map((line) => PIP.exec(line)?.[1].split(/\s+/).filter((word) => word !== ""));
  return commands.length > 0 && commands.every((words) => words !== undefined) ? commands : null;
}

/** The name that a cell asks about (`?map`, `map?`, `,doc map`), and whether it can mean nothing else; null where it does not ask.
 * @param {string} text */
export function question(text) {
  const found = QUESTION.exec(text.trim());
  if (found === null) return null;
  const { before, asked, doc } = found.groups;
  return { name: before ?? doc ?? asked, sure: asked === undefined };
}

/** @param {string} text @param {number} characters */
export const unitsOf = (text, characters) => [...text].slice(0, characters).join("").length;
/** @param {string} text @param {number} units */
export const charactersOf = (text, units) => [...text.slice(0, units)].length;
