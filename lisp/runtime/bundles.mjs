/**
 * What a message can carry of what a value shows: text, and JSON under the types that are JSON.
 *
 * In: {mime: content} as a program gives it. Out: the same as texts (bytes as base64) and JSON values, and what had to be
 * left out, with the reason.
 */
import { json_str } from "./core_io.mjs";
import { isTypedArray } from "./data.mjs";
import { base64 } from "./pictures.mjs";
import { errorText, prStr } from "./printer.mjs";

const TYPE = /^[^\s/]+\/[^\s/]+$/;
const IS_JSON = /[/+]json$/;
const IS_TEXT = /^text\/|\+xml$/;
/** Levels of JSON; what writes messages takes no more of it. */
const DEEPEST = 200;

/** @returns {{data: Record<string, any>, refused: string[]}} `refused` is what was left out, in words */
export function carried(given) {
  const data = {};
  const refused = [];
  for (const [mime, content] of Object.entries(given)) {
    if (content === null || content === undefined) continue; // it has none of this kind
    try {
      if (!TYPE.test(mime)) throw new TypeError("no MIME type");
      data[mime] = contentOf(mime, content);
    } catch (e) {
      const [reason] = errorText(e).replace(/^TypeError: /, "").split("\n", 1);
      refused.push(`${TYPE.test(mime) ? mime : prStr(mime, { maxString: 60 })}: ${reason}`);
    }
  }
  return { data, refused };
}

/** Metadata as JSON; empty where it is none. */
export function carriedMetadata(given) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  try {
    return asJson(given);
  } catch {
    return {};
  }
}

function contentOf(mime, content) {
  if (typeof content === "string") return content;
  const bytes = content instanceof ArrayBuffer ? new Uint8Array(content) : isTypedArray(content) ? content : undefined;
  if (bytes !== undefined && !IS_JSON.test(mime)) return IS_TEXT.test(mime) ? new TextDecoder().decode(bytes) : base64(bytes);
  if (IS_JSON.test(mime)) return asJson(content);
  if (Array.isArray(content) && content.every((line) => typeof line === "string")) return content.join("");
  if (["number", "bigint", "boolean"].includes(typeof content)) return String(content);
  throw new TypeError("no text");
}

function asJson(value) {
  const made = JSON.parse(json_str(value));
  if (isDeeper(made, DEEPEST)) throw new TypeError("nested too deeply");
  return made;
}

const isDeeper = (value, levels) =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
