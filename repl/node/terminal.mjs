/**
 * What only a terminal asks of Node: work that goes on, the last value in full, what is JavaScript; where time goes is
 * profile.mjs's.
 *
 * In: questions from Python. Out: plain data.
 */
import vm from "node:vm";
import { className } from "../../lisp/runtime/index.mjs";
import { listed } from "./describe.mjs";
import { lastResult, moveTo } from "./session.mjs";

export { startProfile, stopProfile } from "./profile.mjs";
export { moveTo };

// ------------------------------------------------------------------------------------------ pending work

/** Timers of the user's, to count and to stop them: Node itself does not tell which there are. */
const timers = new Set();
let kept = 0;

function keep(timer) {
  timers.add(new WeakRef(timer));
  if (++kept % 1000 === 0) for (const ref of timers) if (!isActive(ref.deref())) timers.delete(ref);
  return timer;
}

const isActive = (timer) => timer !== undefined && !timer._destroyed && timer.hasRef();

for (const name of ["setTimeout", "setInterval"]) {
  const original = globalThis[name];
  const wrapped = { [name]: (...args) => keep(original(...args)) }[name];
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  globalThis[name] = wrapped;
}

/** Clear every timer of the user's; says how many there were. */
export function stopTimers() {
  const active = [...timers].map((ref) => ref.deref()).filter(isActive);
  active.forEach((timer) => clearTimeout(timer));
  timers.clear();
  return active.length;
}

const WORK = ["Immediate", "ProcessWrap", "TCPSocketWrap", "TCPServerWrap", "TCPConnectWrap", "GetAddrInfoReqWrap",
  "FSReqCallback", "FSReqPromise", "FSEvent", "StatWatcher", "HTTPINCOMINGMESSAGE", "TLSWrap", "Worker", "UDPWrap"];
let quiet = null;

function count() {
  const found = {};
  for (const kind of process.getActiveResourcesInfo()) if (WORK.includes(kind)) found[kind] = (found[kind] ?? 0) + 1;
  return found;
}

/** Remember what is active while nothing of the user's is. */
export function baseline() {
  quiet = count();
}

/** Work of the user's that would be cut short by leaving now: [[kind, how many]..]. */
export function pending() {
  const active = [...timers].filter((ref) => isActive(ref.deref())).length;
  return [...(active ? [["Timeout", active]] : []), ...Object.entries(count())]
    .map(([kind, many]) => [kind, many - (quiet?.[kind] ?? 0)])
    .filter(([, many]) => many > 0);
}

// ------------------------------------------------------------------------------------------ ,js

/** Can JavaScript read this text? (Nothing runs.) */
export function isScript(source) {
  try {
    new vm.Script(`(async () => {${source}\n})`);
    return true;
  } catch {
    try {
      new vm.Script(source);
      return true;
    } catch {
      return false;
    }
  }
}

// ------------------------------------------------------------------------------------------ the last value

/** Type and attributes of the last value. */
export function inspectResult() {
  const value = lastResult();
  const type = value === null || value === undefined ? "nil" : typeof value === "object" ? (className(value) ?? "object") : typeof value;
  return { type, found: value === null || value === undefined ? [] : listed(value, "") };
}

// ------------------------------------------------------------------------------------------ the keyboard

/** What is typed is the prompt's: see bridge/node/terminal.mjs. Undefined where there is no terminal. */
const keyboard = globalThis[Symbol.for("polyrepl.keyboard")];

/** Have Python asked before JavaScript uses the terminal; says whether it has been used already. */
export const tellOfKeyboard = (may) => keyboard?.tell(() => may()) ?? false;
export const lendKeyboard = () => keyboard?.lend();
export const holdKeyboard = () => keyboard?.hold();
