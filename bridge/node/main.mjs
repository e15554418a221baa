/**
 * Node's side of the bridge: wires the rooms together and waits for the bell.
 * In: descriptors named in POLYREPL_FDS. Out: a process that serves Python until Python is gone.
 */
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import workerThreads from "node:worker_threads";
import { Connection } from "./connection.mjs";
import * as evaluator from "./evaluator.mjs";
import { Interrupt } from "./errors.mjs";
import { Exports } from "./handles.mjs";
import { Interrupts } from "./interrupts.mjs";
import { Marshal } from "./marshal.mjs";
import { takeOver } from "./output.mjs";
import { NOTES, WORDS } from "./protocol.mjs";
import { Proxies } from "./proxy.mjs";
import { makePython } from "./python.mjs";
import { makeServer } from "./server.mjs";
import { Channel } from "./transport.mjs";

const [readFd, spinFd, writeFd, bellFd, controlFd] = process.env.POLYREPL_FDS.split(",").map(Number);
delete process.env.POLYREPL_FDS;
Error.stackTraceLimit = 40; // a merged stack of both languages needs more than ten

const words = new Int32Array(new SharedArrayBuffer(64));
const connection = new Connection(new Channel(readFd, spinFd, writeFd), words);
const proxies = new Proxies(connection);
connection.marshal = new Marshal(new Exports(), proxies);
const interrupts = new Interrupts(words);
connection.perform = makeServer(connection, evaluator, interrupts);
const $py = makePython(connection, proxies);
Object.defineProperty($py, "signal", { get: () => interrupts.signal(), enumerable: true });

const named = { $py, $w: interrupts.wait, $flag: words, Interrupt };
for (const [name, value] of Object.entries(named)) {
  Object.defineProperty(globalThis, Symbol.for(`polyrepl.${name}`), { value, configurable: true });
}
globalThis.require = evaluator.require;
globalThis[Symbol.for("polyrepl.$import")] = evaluator.importModule;

takeOver(connection);

const bell = new net.Socket({ fd: bellFd, readable: true, writable: false });
bell.on("data", () => connection.bell());
bell.on("end", () => process.exit(0));
bell.on("error", () => process.exit(0));

/** Resolves when nothing of the program's keeps Node alive: no timer, socket, child, or request to Python. */
$py.idle = () => {
  const { promise, resolve } = Promise.withResolvers();
  bell.unref(); // the bell alone would keep it alive for ever
  process.on("beforeExit", function empty() {
    if (connection.promises.size > 0) {
      setTimeout(() => {}, 5); // Python's answers come through the bell
      return;
    }
    process.off("beforeExit", empty);
    bell.ref();
    resolve();
  });
  return promise;
};

const { Worker: Thread } = workerThreads; // before it is replaced below

/** Start the thread that hears interrupts while this one is busy. */
function watch() {
  const watchdog = new Thread(new URL("./watchdog.mjs", import.meta.url), {
    workerData: { words, fd: controlFd },
    stdout: false,
    stderr: false,
  });
  watchdog.on("message", (message) => {
    connection.check();
    const heard = () => Atomics.store(words, WORDS.SEEN, message.seen);
    // Nothing runs: the call that is meant has arrived and not begun. The ladder goes on for it.
    const early = message.cancel === 0 && !interrupts.runs(0);
    if (!early) heard();
    const calm = () => watchdog.postMessage({ calm: true, seen: message.seen });
    if (message.cancel !== undefined) {
      interrupts.cancel(message.cancel);
      // A form that obeyed has ended by the next turn; then the ladder need not be climbed any further.
      setImmediate(() => interrupts.runs(message.cancel) || calm());
    } else {
      interrupts.settle(message.settle);
      calm();
    }
    connection.channel.flush();
    connection.bell();
    if (early) heard();
  });
  watchdog.unref(); // last: a listener makes it count again
}

/** End at once: the program's own `exit` listeners run, threads are not waited for. */
connection.exit = (code) => {
  try {
    process.exitCode = code;
    process.emit("exit", code);
    connection.channel.flush();
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
};

// Workers of the program's own: each is told that Python is not to be had there.
const refusal = fileURLToPath(new URL("./worker.mjs", import.meta.url));
workerThreads.Worker = class Worker extends workerThreads.Worker {
  constructor(file, given = {}) {
    super(file, { ...given, execArgv: [...(given.execArgv ?? []), "--disable-warning=ExperimentalWarning", "--require", refusal] });
  }
};
syncBuiltinESMExports();

connection.note(NOTES.ready, process.version);
connection.channel.flush();

// What the parent will ask for first is loaded while the parent is still busy with its own start; if it cannot be
// loaded, that request says why.
const files = process.argv.splice(2);
const loaded = files.map((file) => import(pathToFileURL(file).href).catch(() => {}));
// The thread takes a core to start: it comes after what is needed first, and before anything of the program's runs.
if (files.length === 0) watch();
else Promise.all(loaded).then(watch);
