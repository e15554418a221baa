/**
 * How a value is shown where more than text can be: MIME bundles, by the convention of Deno's kernel.
 *
 * In: any value. Out: `displayBundle`, {data: {mime: content}, metadata}, always with text/plain in Lisp notation; and
 * the core functions that make a value which shows as HTML, SVG, Markdown, LaTeX, a chart, an image or JSON. An object
 * of any library takes part by a method `[Symbol.for("Jupyter.display")]` that returns {mime: content}, or by being a
 * picture that pictures.mjs knows.
 */

import { carried, carriedMetadata } from "./bundles.mjs";
import { asArray, isTypedArray, pyOps, wrongType } from "./data.mjs";
import { json_str } from "./core_io.mjs";
import { prettyStr } from "./layout.mjs";
import { base64, kindOfBytes, pictureOf } from "./pictures.mjs";
import { errorText, prStr, pythonRepr } from "./printer.mjs";
import { richHtml } from "./display_html.mjs";

const JUPYTER = Symbol.for("Jupyter.display");

/** A value made to be shown; in plain text it names its kind and the beginning of what it holds. */
class Display {
  constructor(label, data) {
    this.label = label;
    this.data = data;
  }

  [JUPYTER]() {
    return { "text/plain": this.label, ...this.data };
  }

  toString() {
    return this.label;
  }
}

/**
 * What to show of a value: {data, metadata}, and where that takes its time (a method that is async) `promise`, which comes to
 * the same and never rejects. A `Jupyter.display` method that throws or gives nothing usable leaves the plain text, with the
 * reason under it. Options are those of `prettyStr`; `html: false` leaves rich data text.
 */
export function displayBundle(x, options = {}) {
  let method;
  const failed = (e) => textBundle(x, options, method === undefined ? undefined : `Jupyter.display raised ${errorText(e)}`);
  try {
    method = typeof x === "object" && x !== null && !pyOps(x) ? x[JUPYTER] : undefined;
    if (typeof method === "function") {
      const data = method.call(x);
      if (typeof data?.then !== "function") return ownBundle(x, data, options);
      return { ...textBundle(x, options), promise: Promise.resolve(data).then((found) => ownBundle(x, found, options)).catch(failed) };
    }
  } catch (e) {
    return failed(e);
  }
  const bundle = textBundle(x, options);
  const html = () => {
    const text = options.html === false ? undefined : richHtml(x);
    return text === undefined ? bundle : { ...bundle, data: { ...bundle.data, "text/html": text } };
  };
  const shown = (picture) => (picture === undefined ? html() : { ...bundle, data: { ...bundle.data, ...carried(picture).data } });
  const picture = picturedSafely(x);
  return picture instanceof Promise ? { ...bundle, promise: picture.then(shown) } : shown(picture);
}

/** What a value's own method has given for it. */
function ownBundle(x, data, options) {
  if (data === null || typeof data !== "object") return textBundle(x, options, NO_TYPES);
  const { data: shown, refused } = carried(data);
  const { data: text } = textBundle(x, options, refused.length > 0 ? `Jupyter.display: ${refused.join(", ")}` : undefined);
  return { data: { ...text, ...shown }, metadata: carriedMetadata(x.metadata) };
}
const NO_TYPES = "Jupyter.display gave no object of MIME types";

/** What an object looks like, or a promise of it; undefined where it is no picture, or does not let itself be asked. */
function picturedSafely(x) {
  try {
    return pythonOf(x) ? undefined : pictureOf(x);
  } catch {
    return undefined;
  }
}

function textBundle(x, options, problem) {
  const ops = problem === undefined ? pythonOf(x) : undefined;
  const text = ops ? pythonRepr(x, ops) : prettyStr(x, options); // Python at top level is its own repr
  return { data: { "text/plain": problem === undefined ? text : `${text}\n; ${problem}` }, metadata: {} };
}

function pythonOf(x) {
  try {
    return pyOps(x);
  } catch {
    return undefined; // a proxy that refuses every look
  }
}

function clipped(kind, text) {
  if (typeof text !== "string") throw wrongType(kind, "a string", text);
  return `#<${kind} ${prStr(text, { maxString: 60 })}>`;
}

/** (html text): A value that shows as HTML. Example: (pr-str (html "<b>x</b>")) => "#<html \"<b>x</b>\">" */
export function html(text) {
  return new Display(clipped("html", text), { "text/html": text });
}

/** (svg text): A value that shows as an SVG picture. Example: (pr-str (svg "<svg/>")) => "#<svg \"<svg/>\">" */
export function svg(text) {
  return new Display(clipped("svg", text), { "image/svg+xml": text });
}

/** (markdown text): A value that shows as Markdown. Example: (str (markdown "# x")) => "#<markdown \"# x\">" */
export function markdown(text) {
  return new Display(clipped("markdown", text), { "text/plain": text, "text/markdown": text });
}

/**
 * (latex text): A value that shows as LaTeX; $ signs are put around when there are none.
 * Example: (str (latex "x^2")) => "#<latex \"x^2\">"
 */
export function latex(text) {
  const label = clipped("latex", text);
  const math = /^\s*(\$|\\\[|\\\(|\\begin)/.test(text) ? text : `$$${text}$$`;
  return new Display(label, { "text/plain": text, "text/latex": math });
}

/**
 * (vega-lite spec): A value that shows as a Vega-Lite chart.
 * Example: (str (vega-lite {:mark "bar"})) => "#<vega-lite bar>"
 */
export function vega_lite(spec) {
  if (spec === null || typeof spec !== "object") throw wrongType("vega-lite", "a specification", spec);
  const plain = JSON.parse(json_str(spec));
  const version = /\/v(\d+)/.exec(plain.$schema ?? "")?.[1] ?? "5";
  const full = { $schema: `https://vega.github.io/schema/vega-lite/v${version}.json`, ...plain };
  const mark = typeof plain.mark === "string" ? plain.mark : (plain.mark?.type ?? "chart");
  return new Display(`#<vega-lite ${mark}>`, { [`application/vnd.vegalite.v${version}+json`]: full });
}

/** (json x): A value that shows as a JSON tree. Example: (str (json [1])) => "#<json \"[1]\">" */
export function json(x) {
  const text = json_str(x ?? null);
  return new Display(clipped("json", text), { "text/plain": prettyStr(x), "application/json": JSON.parse(text) });
}

/**
 * (image bytes) (image bytes mime): A value that shows as a picture; the kind is seen from the bytes (PNG, JPEG,
 * GIF, WebP).
 * Example: (str (image [137 80 78 71])) => "#<image/png 4 bytes>"
 */
export function image(bytes, mime) {
  let data = bytes;
  if (data instanceof ArrayBuffer) data = new Uint8Array(data);
  else if (isTypedArray(data)) data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  else data = Uint8Array.from(asArray(bytes, "image"));
  const kind = mime ?? kindOfBytes(data);
  if (kind === undefined) throw new TypeError("image: the bytes are no picture that is known; give a MIME type");
  return new Display(`#<${kind} ${data.length} bytes>`, { [kind]: base64(data) });
}
