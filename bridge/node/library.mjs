/**
 * The bridge for plain Node programs, with Node as the parent.
 * In: which Python to start. Out: `{ $py, bridge, close }`. By default proxies return promises (`await np.sum([1, 2])`);
 * with `sync: true` they are the live PyProxies that the REPL has, and calls simply return.
 *
 *     const { $py, close } = await createNodePythonBridge();
 *     const math = await $py("math");
 *     await math.sqrt(16);   // 4
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promising } from "./chains.mjs";
import { converse } from "./conversation.mjs";
import { BridgeError, isA, PyError } from "./errors.mjs";
import { checked } from "./options.mjs";
import { OPS, VERSION } from "./protocol.mjs";
import { Channel } from "./transport.mjs";

export { PyError, BridgeError };

/**
 * Start Python and talk to it. `close` ends Python: what was asked before is seen to, what still runs is cancelled, the
 * functions of `atexit` run, which may still call JavaScript; called again it gives the same promise, and `await using`
 * calls it at the end of the block. A program that does not call it ends as Node ends, once Python has no call, task,
 * timer or thread left either.
 * @param {string | {python?: string, sync?: boolean, args?: string[], env?: Record<string, string>, cwd?: string | URL}}
 *   [options] the Python to run (default: POLYREPL_PYTHON, else "python3"; it must have polyrepl installed), or options:
 *   `python`; `sync`, whether calls simply return instead of giving promises; `env` and `cwd`, Python's environment and
 *   working folder (default: this program's); `args`, what Python is to run (default: polyrepl's bridge)
 * @returns {Promise<{$py: any, bridge: any, close: () => Promise<void>}>}
 * @throws {TypeError} for an option that there is not or that is of another kind
 * @throws {BridgeError} when Python cannot be started or lacks polyrepl
 */
export async function createNodePythonBridge(options = {}, ...more) {
  if (more.some((one) => one !== undefined)) throw new TypeError("createNodePythonBridge takes one argument: { python: .., cwd: .. }");
  const { python, sync, args, env, cwd } = checked(options, {
    python: process.env.POLYREPL_PYTHON ?? "python3", sync: false, args: ["-m", "polyrepl.bridge"], env: process.env,
  });
  if (cwd !== undefined && !fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BridgeError(`the option \`cwd\` names no folder: ${cwd}`);
  }
  const child = spawn(python, args, { stdio: ["ignore", "inherit", "inherit", "pipe"], env, cwd });
  const bell = child.stdio[3];
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [pid, folder] = await handshake(child, bell, python);
  const [readFd, spinFd, writeFd] = openPipes(folder, (why) => {
    bell.destroy();
    throw new BridgeError(`${python} cannot serve (${why})`);
  });
  bell.write("!");

  const exit = () => {
    shut();
    throw new BridgeError("the Python process has ended");
  };
  const { connection, $py: $sync } = converse(new Channel(readFd, spinFd, writeFd), new Int32Array(16), exit, keepPromises);
  const { proxies } = connection;
  const restore = beforeExit(() => goesOn());

  let closed = false;
  let closing;
  function shut() {
    if (closed) return;
    closed = true;
    connection.outbox.closed = true;
    restore();
    for (const fd of [readFd, spinFd, writeFd]) fs.closeSync(fd);
    forsake();
    bell.destroy();
  }
  function forsake() {
    for (const { reject } of connection.promises.values()) reject(new BridgeError("the Python process has ended"));
    connection.promises.clear();
  }
  bell.on("data", () => {
    try {
      if (!closed) connection.bell();
    } catch (error) {
      if (!closed) throw error;
    }
    if (connection.promises.size === 0 && closing === undefined) bell.unref();
  });
  // A program that never closes ends when neither side has anything left to do. What keeps Node alive is Node's own
  // affair; when that is nothing, it is Python's calls under way, then whatever Python says that it is at.
  child.unref();
  bell.unref();
  let rested = -1;
  function goesOn() {
    if (closed) return false;
    bell.ref();
    if (closing !== undefined || connection.promises.size > 0) return true; // what they come to rings
    if (rested === connection.turns.count) close();
    else connection.post(OPS.exit, () => [true]).then(() => (rested = connection.turns.count), close);
    return true;
  }
  bell.on("error", shut);
  bell.on("close", shut);
  child.on("exit", shut);
  const close = () => (closing ??= end());
  async function end() {
    child.ref();
    if (!closed) bell.ref();
    await sent();
    // Answered after all that was asked before; Python's last functions may call us until it has ended.
    if (!closed) await connection.post(OPS.exit, () => []).catch(() => {});
    forsake();
    await ended;
  }
  const { $py, sent } = sync ? { $py: $sync, sent: async () => {} } : promising(connection, proxies, $sync, () => closing !== undefined);
  const bridge = { python: pid, connection, proxies, stats: () => connection.request(OPS.stats, () => []) };
  return { $py, bridge, close, [Symbol.asyncDispose]: close };
}

/**
 * Where Node has nothing left to do, ask first: while the answer is yes the program hears of no `beforeExit`.
 * @param {() => boolean} goesOn @returns {() => void} ends that
 */
function beforeExit(goesOn) {
  const { emit } = process;
  let over = false;
  const own = Object.hasOwn(process, "emit");
  const value = function (event, ...args) {
    if (event === "beforeExit" && !over && goesOn()) return true;
    return Reflect.apply(emit, this, [event, ...args]);
  };
  Object.defineProperty(process, "emit", { value, writable: true, configurable: true });
  return () => {
    over = true;
    if (process.emit !== value) return; // somebody has built on it
    if (own) process.emit = emit;
    else delete process.emit;
  };
}

/** A promise that Python holds is Python's to await: rejected before that, it must not end this program. What Python
 * forgets without having awaited it is a warning, since this program may have dealt with it as well. */
function keepPromises(connection) {
  return {
    given: (promise) => promise.then(undefined, () => {}),
    forgotten: (value) => {
      if (!isA(value, Promise) || connection.awaited.has(value)) return; // whatever it is: Python's answer is behind it
      const warn = (error) => process.emitWarning(`rejected, and Python never awaited it: ${textOf(error)}`);
      Reflect.apply(Promise.prototype.then, value, [undefined, warn]);
    },
  };
}

function textOf(error) {
  try {
    return String(error?.stack ?? error);
  } catch {
    return "an exception that cannot be shown";
  }
}

function handshake(child, bell, python) {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why) => reject(new BridgeError(`${python} cannot serve (${why}): install polyrepl there, or pass another Python`));
    child.once("error", (error) => fail(error.message));
    // Not "exit", which may come before what Python said last: the pipes that it made then have to go.
    child.once("close", (code, signal) => fail(signal === null ? `exit status ${code}` : `killed by ${signal}`));
    bell.on("data", function read(data) {
      text += data;
      if (!text.includes("\n")) return;
      bell.off("data", read);
      const { pid, folder, version } = parsed(text);
      if (version === VERSION) resolve([pid, folder]);
      else {
        fail(`its polyrepl speaks version ${version ?? "?"} of the bridge, this one ${VERSION}`);
        bell.destroy(); // which Python takes for our end
      }
    });
  });
}

/** The line that Python says of itself; that of another version may be of any kind. */
function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * Open our ends of the FIFOs that Python has made (pipes.py), and remove these: what blocks, the same once more to spin
 * on, what writes. In this order no `open` waits for Python, which may have ended by now.
 * @param {string} folder @param {(why: string) => never} fail
 * @returns {number[]}
 */
function openPipes(folder, fail) {
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;
  const [input, output] = [path.join(folder, "in"), path.join(folder, "out")];
  const opened = [];
  const open = (file, flags) => {
    opened.push(fs.openSync(file, flags));
    return opened.at(-1);
  };
  try {
    const spinFd = open(input, O_RDONLY | O_NONBLOCK);
    const writer = open(input, O_WRONLY | O_NONBLOCK);
    const readFd = open(input, O_RDONLY);
    const reader = open(output, O_RDONLY | O_NONBLOCK);
    const writeFd = open(output, O_WRONLY);
    for (const fd of [writer, reader]) fs.closeSync(fd);
    return [readFd, spinFd, writeFd];
  } catch (error) {
    for (const fd of opened) fs.closeSync(fd);
    return fail(error.message);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true }); // Python does the same: whoever lives
  }
}
