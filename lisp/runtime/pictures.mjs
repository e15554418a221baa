/**
 * What a JavaScript library's object looks like, by the shapes that Deno's kernel knows.
 *
 * In: an object. Out: {mime: content}, or undefined for what is no picture: bytes that begin as a PNG, a JPEG, a GIF or
 * an SVG, also in a Blob; a canvas (`toDataURL`); a chart (`toSpec`, Vega and Vega-Lite; what Deno does not know:
 * `toBase64Image` of Chart.js, `renderToSVGString` of ECharts, `toSVG` of Vega's views); a DOM node (`outerHTML`), a
 * document, a fragment. Where the object itself gives promises, a promise of the same.
 */
import { isTypedArray } from "./data.mjs";

/** How they begin; at the gaps there may be anything. */
const KINDS = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, , , , , 0x57, 0x45, 0x42, 0x50]],
];
/** Fewer bytes are no picture, whatever they are. */
const SMALLEST = 16;
/** What may stand before its first element: a mark of the byte order, a declaration, comments, a document type. */
const PROLOG = /^\ufeff?\s*(?:(?:<\?[^>]*>|<!--[^]*?-->|<!DOCTYPE svg[^>]*>)\s*)*/i;
const SVG = /<svg[\s/>]/y;
const LONGEST_START = 2000;

/** The MIME type that bytes begin like; undefined for none of those known. */
export function kindOfBytes(data) {
  return KINDS.find(([, start]) => start.every((byte, i) => data[i] === byte))?.[0];
}

/** Bytes as base64, in Node and in browsers. */
export function base64(data) {
  const { Buffer } = globalThis;
  if (Buffer) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return globalThis.btoa(text);
}

/** What comes of a value, or of what a promise brings. */
const by = (made, show) => (typeof made?.then === "function" ? Promise.resolve(made).then(show) : show(made));

/** Ways to look at an object that is no bytes: the first that gives something tells. */
const LOOKS = [
  (x) => by(x.toDataURL?.(), dataUrlPicture),
  (x) => by(x.toSpec?.(), chart),
  (x) => by(x.toBase64Image?.(), dataUrlPicture),
  (x) => by(x.renderToSVGString?.(), svgPicture),
  (x) => by(x.toSVG?.(), svgPicture),
  (x) => node(x.outerHTML),
  nodes,
  (x) => (x instanceof globalThis.Blob && x.type.startsWith("image/") ? by(x.arrayBuffer(), (bytes) => bytesPicture(new Uint8Array(bytes))) : undefined),
];

/** {mime: content} of an object that is a picture by its shape, or a promise of it that never rejects. */
export function pictureOf(x) {
  if (typeof x !== "object" || x === null) return undefined;
  if (x instanceof ArrayBuffer) return bytesPicture(new Uint8Array(x));
  if (isTypedArray(x)) return x instanceof Uint8Array ? bytesPicture(x) : undefined;
  return lookedAt(x, 0);
}

function lookedAt(x, first) {
  for (let i = first; i < LOOKS.length; i++) {
    try {
      const found = LOOKS[i](x);
      const others = () => lookedAt(x, i + 1);
      if (found instanceof Promise) return found.then((picture) => picture ?? others(), others);
      if (found !== undefined) return found;
    } catch {
      // It does not work here: a canvas whose drawing library is not there.
    }
  }
  return undefined;
}

/** Is a text an SVG picture? */
function isSvg(text) {
  const start = text.slice(0, LONGEST_START);
  SVG.lastIndex = PROLOG.exec(start)[0].length;
  return SVG.test(start);
}

function node(outerHTML) {
  if (typeof outerHTML !== "string" || outerHTML.trim() === "") return undefined;
  return isSvg(outerHTML) ? { "image/svg+xml": outerHTML } : { "text/html": outerHTML };
}

/** What a text shows that is an SVG picture. */
const svgPicture = (text) => (typeof text === "string" && isSvg(text) ? { "image/svg+xml": text } : undefined);

const DOCUMENT = 9;
const FRAGMENT = 11;

/** A document is what its element is, a fragment what its children are. */
function nodes(x) {
  if (x.nodeType === DOCUMENT) return node(x.documentElement?.outerHTML);
  if (x.nodeType !== FRAGMENT) return undefined;
  return node(Array.from(x.childNodes, (child) => child.outerHTML ?? (child.textContent ?? "").replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)).join(""));
}

function bytesPicture(data) {
  if (data.length < SMALLEST) return undefined;
  const kind = kindOfBytes(data);
  if (kind !== undefined) return { [kind]: base64(data) };
  if (data[0] !== 0x3c && data[0] > 0x20 && data[0] !== 0xef) return undefined; // no "<", space or mark of the order
  const decoder = new TextDecoder();
  return isSvg(decoder.decode(data.subarray(0, LONGEST_START))) ? { "image/svg+xml": decoder.decode(data) } : undefined;
}

function dataUrlPicture(url) {
  const found = typeof url === "string" ? /^data:([\w/+.-]+)(?:;[^,]*)?,/.exec(url.slice(0, 200)) : null;
  if (found === null) return undefined;
  const rest = url.slice(found[0].length);
  // What is text in a message is text there: of these types only the pictures made of bytes are base64.
  const isText = found[1].startsWith("text/") || found[1].endsWith("+xml");
  if (!found[0].includes(";base64")) return isText ? { [found[1]]: decodeURIComponent(rest) } : undefined;
  return { [found[1]]: isText ? new TextDecoder().decode(bytesOf(rest)) : rest };
}

/** The bytes of base64. */
function bytesOf(text) {
  return Uint8Array.from(globalThis.atob(text), (c) => c.charCodeAt(0));
}

/** What a chart of Vega-Lite has at its top, by which one without a schema is known. */
const LITE = ["mark", "layer", "concat", "hconcat", "vconcat", "facet", "repeat", "spec"];

function chart(spec) {
  if (typeof spec !== "object" || spec === null || typeof spec.then === "function") return undefined;
  const unnamed = "marks" in spec ? "vega" : LITE.some((name) => name in spec) ? "vega-lite" : undefined;
  const known = /(vega(?:-lite)?)\/v(\d+)/.exec(spec.$schema ?? "") ?? (unnamed && [null, unnamed, "5"]);
  if (!known) return undefined;
  const [, language, version] = known;
  return { [`application/vnd.${language.replace("-", "")}.v${version}+json`]: JSON.parse(JSON.stringify(spec)) };
}
