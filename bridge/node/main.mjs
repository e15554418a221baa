/**
 * Node's side of the bridge: wires the rooms together and waits for the bell.
 * In: descriptors named in POLYREPL_FDS. Out: a process that serves Python until Python is gone.
 */
import { closeSync, constants, openSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { fileURLToPath } from "node:url";
import workerThreads from "node:worker_threads";
import { converse } from "./conversation.mjs";
import * as evaluator from "./evaluator.mjs";
import { Idle } from "./idle.mjs";
import { heedRejections, takeOver } from "./output.mjs";
import { importAt, requireAt } from "./packages.mjs";
import { loadAddon } from "./platform.mjs";
import { NOTES, OPS, VERSION, WORDS } from "./protocol.mjs";
import { clearStacks, stackOf, writeFrames } from "./stacks.mjs";
import { onTerminal } from "./terminal.mjs";
import { Channel } from "./transport.mjs";

const START = Symbol.for("polyrepl.start");
/** Modules in bundles, where there are any (start.cjs): what finds one, loads those that are not the bridge's, and keeps
 * V8's code of them. */
const bundled = globalThis[START] ?? { own: () => undefined, load() {}, keep() {} };
delete globalThis[START];

let [readFd, spinFd, writeFd, bellFd, controlFd] = process.env.POLYREPL_FDS.split(",").map(Number);
delete process.env.POLYREPL_FDS;
const offered = process.env.POLYREPL_RINGS;
delete process.env.POLYREPL_RINGS;
const terminal = process.env.POLYREPL_TERMINAL?.split(",").map(Number);
delete process.env.POLYREPL_TERMINAL;
clearStacks();
Error.stackTraceLimit = 40; // a merged stack of both languages needs more than ten

const words = new Int32Array(new SharedArrayBuffer(64));
const { port1: ours, port2: theirs } = new workerThreads.MessageChannel();
const watchdog = {
  take: () => workerThreads.receiveMessageOnPort(ours)?.message,
  calm: (target) => ours.postMessage(target),
};

let left = false;
/**
 * Run the program's own `exit` listeners, once; what one throws is told.
 * @param {number} [code] that they are told; what `process.exitCode` is already if undefined
 */
function leave(code) {
  if (left) return;
  left = true;
  if (code !== undefined) process.exitCode = code;
  process._exiting = true; // else an `exit()` of theirs begins anew
  try {
    process.emit("exit", process.exitCode ?? 0);
  } catch (error) {
    process.emit("uncaughtException", error, "uncaughtException");
  }
}

/**
 * Python asks for it, and waits as long as it takes once it has heard that it begins.
 * @returns {number} twice the exit code, and one more where Python was never asked anything else
 */
function leaveAsked(code) {
  const first = connection.next;
  connection.request(OPS.ping, () => []);
  const asked = connection.next;
  leave(code);
  bundled.keep();
  return (Number(process.exitCode ?? 0) & 255) * 2 + (first === 1 && connection.next === asked ? 1 : 0);
}

/** End at once: threads are not waited for. */
function exit(code) {
  try {
    leave(code);
    connection.channel.flush();
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}

/**
 * A descriptor of the same pipe that children do not inherit; the old one where there is none to be had. The add-on does
 * that for all (see its `own`); Node for itself only for those below 16 and what follows them without a gap.
 */
function own(fd, flags) {
  const file = `/proc/self/fd/${fd}`;
  let both = -1;
  try {
    both = openSync(file, constants.O_RDWR | constants.O_NONBLOCK); // else who opens one end waits for the other
    const made = openSync(file, flags);
    closeSync(fd);
    return made;
  } catch {
    return fd;
  } finally {
    if (both >= 0) closeSync(both);
  }
}

const channel = new Channel(readFd, spinFd, writeFd);
if (offered) {
  const [fd, library] = offered.split(/,(.*)/s);
  channel.useRings(() => {
    const addon = loadAddon(library);
    addon.own(readFd, spinFd, writeFd, bellFd, controlFd, ...(terminal ?? []).filter((each) => each >= 0));
    return { addon, rings: addon.open(Number(fd), readFd, writeFd) };
  });
  closeSync(Number(fd));
}
if (channel.rings === null) {
  readFd = channel.readFd = own(readFd, constants.O_RDONLY);
  spinFd = channel.spinFd = own(spinFd, constants.O_RDONLY | constants.O_NONBLOCK);
  writeFd = channel.writeFd = own(writeFd, constants.O_WRONLY);
  bellFd = own(bellFd, constants.O_RDONLY);
  controlFd = own(controlFd, constants.O_RDONLY);
}
const { connection, interrupts, $py } = converse(channel, words, exit, heedRejections, watchdog, bundled.own);
Object.defineProperty($py, "signal", { get: () => interrupts.signal(), enumerable: true });

/** When nothing of the program's keeps Node alive: how much Python has been asked until then; null where the terminal may still say something. */
const still = async () => {
  await idle.still();
  return process.stdout.listenerCount("resize") + process.stderr.listenerCount("resize") > 0 ? null : connection.next;
};
const giveUp = (form, outcome) => interrupts.giveUp(form, outcome, connection.unwound);
/** What Python and this side keep alike from now on: see sending.mjs. */
const keepAlike = (common) => {
  connection.outbox.common = common;
};
const named = { $py, $w: interrupts.wait, $flag: words, Interrupt: interrupts.Interrupt, leave: leaveAsked, still, giveUp, keepAlike, importAt, requireAt, stackOf, writeFrames };
for (const [name, value] of Object.entries(named)) {
  Object.defineProperty(globalThis, Symbol.for(`polyrepl.${name}`), { value, configurable: true });
}
// What a person or a program writes in JavaScript; who looks at globals finds the program's own.
Object.defineProperty(globalThis, "$py", { value: $py, writable: true, configurable: true });
globalThis.require = evaluator.require;
globalThis[Symbol.for("polyrepl.$import")] = evaluator.importModule;

takeOver(connection);
if (terminal) onTerminal(terminal);

// Else Node opens its inspector on a port for whoever sends the signal. A program's own listeners are heard, which they
// are not with --disable-sigusr1.
process.on("SIGUSR1", () => {});

// Straight from the event loop: all the layers of a stream are cold when it rings after a silence, and take as long as the
// call itself.
const onread = {
  buffer: Buffer.alloc(64),
  callback() {
    connection.bell();
    idle.rung();
    return true; // else it would not be read any more
  },
};
const bell = new net.Socket({ fd: bellFd, readable: true, writable: false, onread });
bell.on("end", () => process.exit(0));
bell.on("error", () => process.exit(0));

const idle = new Idle(bell, connection);
$py.idle = () => idle.over();
$py.rests = () => idle.rests();

const { Worker: Thread } = workerThreads; // before it is replaced below

/** Start the thread that hears interrupts while this one is busy. */
function watch() {
  const watchdog = new Thread(new URL("./watchdog.mjs", import.meta.url), {
    workerData: { words, fd: controlFd, port: theirs },
    transferList: [theirs],
    stdout: false,
    stderr: false,
  });
  watchdog.unref();
  watchdog.on("error", ({ message }) => connection.outbox.output(`polyrepl: an interrupt does not stop JavaScript here: ${message}\n`, true));
  ours.on("message", (message) => connection.heed(message));
  ours.unref(); // last: a listener makes it count again
}

// Workers of the program's own: each is told that Python is not to be had there.
const refusal = fileURLToPath(new URL("./worker.mjs", import.meta.url));
workerThreads.Worker = class Worker extends workerThreads.Worker {
  constructor(file, given = {}) {
    super(file, { ...given, execArgv: [...(given.execArgv ?? []), "--disable-warning=ExperimentalWarning", "--require", refusal] });
  }
};
syncBuiltinESMExports();

connection.note(NOTES.ready, process.version, VERSION);
connection.channel.flush();

// What the parent will ask for first is loaded while the parent is still busy with its own start; if it cannot be
// loaded, that request says why.
bundled.load();
const files = process.argv.splice(2);
const loaded = files.map(async (file) => bundled.own(file) ?? evaluator.importModule(file)).map((it) => it.catch(() => {}));
// The thread takes a core to start: it comes after what is needed first, and before anything of the program's runs.
if (files.length === 0) watch();
else Promise.all(loaded).then(watch);
