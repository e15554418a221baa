/**
 * Stacks as programs read them: their own frames, where their own texts say so.
 * In: V8's call sites of an error. Out: the text of `error.stack`, without frames of this package's and what Node runs
 * below them; `stackOf`, with them: in a merged stack they part what one language called (frames.py).
 */
const PACKAGE = new URL("../../", import.meta.url).href;
const ROOMS = ["bridge/", "kernel/", "lisp/", "repl/"].map((room) => PACKAGE + room);
const FRAME = "\n    at ";

/** The frames of an error as a program reads them, and all of them. @type {WeakMap<object, {shown: string, sites: object[]}>} */
const kept = new WeakMap();

/** How frames of scripts that have no file are written: the beginning of their names, and what writes one. */
const written = new Map();

/**
 * From now on frames of scripts whose names begin so are written by a function.
 * @param {string} beginning
 * @param {(name: string, line: number, column: number, caller: string) => string | undefined} write undefined: as V8 does
 */
export const writeFrames = (beginning, write) => void written.set(beginning, write);

/** Have `Error.prepareStackTrace` leave out what is not the program's. A program's own takes its place, as anywhere. */
export function clearStacks() {
  Object.defineProperty(Error, "prepareStackTrace", { value: prepare, writable: true, configurable: true });
}

function prepare(error, sites) {
  const shown = ownFrames(sites).map((site) => FRAME + textOf(site)).join("");
  kept.set(error, { shown, sites });
  return headOf(error) + shown;
}

/** As V8 says it. */
function headOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "<error>";
  }
}

const isOurs = (name) => ROOMS.some((room) => name.startsWith(room));

/** Frames of nobody's (Node's, of built-in functions) belong to those that they stand between: a stretch that has one of
 * ours is ours. */
function ownFrames(sites) {
  const own = [];
  let nobodys = [], ours = false;
  const end = () => {
    if (!ours) own.push(...nobodys);
    nobodys = [];
    ours = false;
  };
  for (const site of sites) {
    const name = site.getScriptNameOrSourceURL();
    if (name ? !/^node:/.test(name) && !isOurs(name) : site.getLineNumber() !== null) {
      end();
      own.push(site);
    } else {
      nobodys.push(site);
      ours ||= Boolean(name) && isOurs(name);
    }
  }
  end();
  return own;
}

function textOf(site) {
  const text = String(site), name = site.getScriptNameOrSourceURL();
  const write = name ? written.get([...written.keys()].find((beginning) => name.startsWith(beginning))) : undefined;
  if (write === undefined) return text;
  const place = `${name}:${site.getLineNumber()}:${site.getColumnNumber()}`;
  const caller = text.endsWith(` (${place})`) ? text.slice(0, -place.length - 3) : "";
  if (caller === "" && text !== place && text !== `async ${place}`) return text;
  return write(name, site.getLineNumber(), site.getColumnNumber(), text === `async ${place}` ? "async" : caller) ?? text;
}

/** The whole text of an error's stack; files of the bridge are known by their paths. @param {Error} error */
export function stackOf(error) {
  const text = String(error.stack ?? "");
  const frames = kept.get(error);
  if (frames === undefined) return text;
  const whole = frames.sites.map((site) => FRAME + site).join("");
  // Who writes a stack anew (`e.stack = "in x: " + e.stack`) keeps the frames.
  if (frames.shown === "") return text.includes(FRAME) ? text : text + whole;
  const at = text.lastIndexOf(frames.shown);
  return at < 0 ? text : text.slice(0, at) + whole + text.slice(at + frames.shown.length);
}
