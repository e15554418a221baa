/**
 * Texts of values for a page, in the place of the library that a worker's build brings along.
 * In: any value. Out: `inspect` and `format` as Node names them, one line and one level deep: an element is its tag.
 */
const MOST = 20;
const LONG = 200;
const custom = Symbol.for("nodejs.util.inspect.custom");

/** Text of a value. @param {any} value @returns {string} */
export function inspect(value) {
  return show(value, 0);
}
inspect.custom = custom;

/** Texts in a row, strings as they are. @param {any[]} values @returns {string} */
export const format = (...values) => values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");

export default { inspect, format };

function show(value, depth) {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name === "" ? "[Function (anonymous)]" : `[${/^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "Function:"} ${value.name}]`;
    case "object":
      return value === null ? "null" : ofObject(value, depth);
    default:
      return String(value);
  }
}

function ofObject(value, depth) {
  if (typeof value[custom] === "function") return String(value[custom]());
  if (value instanceof Error) return String(value.stack ?? value);
  if (typeof Element !== "undefined" && value instanceof Element) return shortened(value.cloneNode(false).outerHTML);
  const name = Object.getPrototypeOf(value) === null ? "[Object: null prototype]" : String(value.constructor?.name ?? "Object");
  if (depth > 0) return Array.isArray(value) ? "[Array]" : `[${name}]`;
  const items = Array.isArray(value) || value instanceof Set ? [...value].map((item) => show(item, 1))
    : value instanceof Map ? [...value].map(([key, item]) => `${show(key, 1)} => ${show(item, 1)}`)
    : Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable)
      .map(([key, own]) => `${key}: ${"value" in own ? show(own.value, 1) : "[Getter]"}`);
  const more = items.length > MOST ? [...items.slice(0, MOST), "…"] : items;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const inner = more.length === 0 ? "" : ` ${more.join(", ")} `;
  const kind = name === "Object" || name === "Array" ? "" : `${name} `;
  return shortened(`${kind}${open}${inner}${close}`);
}

const shortened = (text) => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);
