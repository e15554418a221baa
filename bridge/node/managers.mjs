/**
 * Python's context managers entered from JavaScript; the mirror of `managers.py`.
 * In: a manager's proxy. Out: what holds it while its block runs: `.value` is what the block gets, `.fail(e)` leaves it
 * with what was thrown and throws that on unless Python says that it is to be forgotten, `.close()` leaves it otherwise.
 */
import { records } from "./handles.mjs";
import { OPS, TRAITS } from "./protocol.mjs";

/** What leaves a block that Python has ended; what it is to throw comes with leaving it. */
class Ended extends Error {
  name = "CancelledError";
  constructor() {
    super("Python has ended the block");
  }
}

/** How a block was left, as the operation's operand; a manager is told whatever was thrown. */
function leaving(m, entered, failed, thrown) {
  const wire = m.open();
  wire.push(entered, failed, failed ? m.encodeThrown(thrown) : null);
  return wire;
}

/** Enter a manager; null for what is none. */
export function within(proxies, manager) {
  const handler = records.get(manager);
  if (!(handler.traits & TRAITS.CONTEXT)) return null;
  const [entered, value] = proxies.ask(OPS.send, handler, "enter", null);
  let left = false;
  const leave = (failed, thrown) => {
    left = true;
    return proxies.connection.request(OPS.send, (m) => [handler.handle, "leave", leaving(m, entered, failed, thrown)]);
  };
  return {
    value,
    fail(thrown) {
      if (!leave(true, thrown)) throw thrown;
    },
    close() {
      if (!left) leave(false, null);
    },
  };
}

/** A promise of it for a manager of either kind that one task enters and leaves, so that Python can end its block; `fail`
 * and `close` give promises too; null for what is none. */
export async function withinAsync(proxies, manager, signal) {
  const handler = records.get(manager);
  if (!(handler.traits & (TRAITS.ASYNC_CONTEXT | TRAITS.CONTEXT))) return null;
  const send = (method, operand, given) => proxies.connection.post(OPS.send, (m) => [handler.handle, method, operand(m)], given);
  const [entered, value] = await send("enterAsync", () => null, signal);
  let left = false;
  const leave = (failed, thrown) => {
    left = true;
    return send("leaveAsync", (m) => leaving(m, entered, failed, thrown));
  };
  let watching = false;
  let early = false;
  /** Who rejects what the body awaits now. @type {Set<(reason: any) => void>} */
  const waiting = new Set();
  const watch = async () => {
    early = await send("endedAsync", () => entered).catch(() => false);
    if (early) for (const reject of waiting) reject(new Ended());
  };
  return {
    value,
    /** What the body awaits: it ends where Python ends the block, by a time-out or because a task of a group failed. */
    until(promise) {
      if (typeof promise?.then !== "function") return promise;
      if (early) return Promise.reject(new Ended());
      if (!watching) watch();
      watching = true;
      let entry;
      const inner = new Promise((resolve, reject) => {
        entry = reject;
        (promise instanceof Promise ? promise : Promise.resolve(promise)).then(resolve, reject); // V8's stacks follow it
      });
      waiting.add(entry);
      const off = () => waiting.delete(entry);
      return inner.then(
        (result) => {
          off();
          return result;
        },
        (error) => {
          off();
          throw error;
        },
      );
    },
    async fail(thrown) {
      if (!(await leave(true, thrown))) throw thrown;
    },
    async close() {
      if (!left) await leave(false, null);
    },
  };
}

/**
 * Run `body` with what a manager gives, and leave it as Python's `with` does. Where the body gives a promise, or the
 * manager is asynchronous only, a promise of the body's value; undefined where Python says that what was thrown is to
 * be forgotten.
 */
export function runWithin(proxies, manager, body) {
  if (proxies.handleOf(manager) === undefined) throw new TypeError("$py.with: the value is not a Python context manager");
  const held = within(proxies, manager);
  if (held === null) return runAsync(withinAsync(proxies, manager), body);
  let later = false;
  try {
    const value = body(held.value);
    if (typeof value?.then !== "function") return value;
    later = true;
    return runAsync(held, () => value);
  } catch (error) {
    held.fail(error);
  } finally {
    if (!later) held.close();
  }
}

/** The same in one task of Python's, for a manager of either kind: a promise of what `body` comes to. */
export function runWithinAsync(proxies, manager, body) {
  if (proxies.handleOf(manager) === undefined) throw new TypeError("$py.with: the value is not a Python context manager");
  return runAsync(withinAsync(proxies, manager), body);
}

async function runAsync(entering, body) {
  const held = await entering;
  if (held === null) throw new TypeError("$py.with: the value is not a Python context manager");
  try {
    const value = body(held.value);
    return await (held.until ? held.until(value) : value);
  } catch (error) {
    await held.fail(error);
  } finally {
    await held.close();
  }
}
