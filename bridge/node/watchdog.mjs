/**
 * A worker thread that looks after the main thread: it works while that one loops or sleeps.
 * In: interrupt records on its own socket. Out: the ladder. Rung 1: the shared word and a cancel message; rung 2,
 * 300 ms later: what ignores them is terminated through an inspector session, or settled from outside; rung 3 (a
 * second interrupt, or 3 s): the process is ended. End of file means Python is gone, and ends the process too.
 */
import { Session } from "node:inspector";
import net from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { WORDS } from "./protocol.mjs";

const { words, fd } = workerData;
const PYTHON = 2;
const PATIENCE_MS = 300;
const LIMIT_MS = 3000;
const die = () => process.kill(process.pid, "SIGKILL");

let asked = 0;
let seen = 0;
let form = 0;
let terminated = false;
let timers = [];
/** @type {Session | null} */
let session = null;
let rest = Buffer.alloc(0);

function rung1() {
  Atomics.store(words, WORDS.CANCELLED, form === 0 ? (words[WORDS.FORM] || -1) : form);
  seen = ++asked;
  Atomics.store(words, WORDS.ASKED, seen);
  parentPort.postMessage({ cancel: form, seen });
}

const stuck = () => Atomics.load(words, WORDS.SEEN) !== seen;

function rung2() {
  terminated = true;
  if (Atomics.load(words, WORDS.TOP) === PYTHON) return;
  if (stuck()) {
    if (session === null) {
      session = new Session();
      session.connectToMainThread();
    }
    session.post("Runtime.terminateExecution");
  }
  parentPort.postMessage({ settle: form, seen });
}

function rung3() {
  if (stuck() && Atomics.load(words, WORDS.TOP) !== PYTHON) die();
}

function stop() {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  terminated = false;
}

function interrupt(number) {
  form = number;
  // Only while the earlier one has not been seen: a form that stopped at rung 1 may be followed by a loop
  // before its timers have been called off.
  if (timers.length > 0 && terminated && stuck()) {
    rung3();
    return;
  }
  stop();
  rung1();
  timers = [setTimeout(rung2, PATIENCE_MS), setTimeout(rung3, LIMIT_MS)];
}

parentPort.on("message", (message) => {
  if (message.calm && message.seen === seen) stop();
});

const socket = new net.Socket({ fd, readable: true, writable: true });
socket.on("data", (data) => {
  rest = Buffer.concat([rest, data]);
  while (rest.length >= 8) {
    if (rest.readUInt32LE(0) === 1) interrupt(rest.readUInt32LE(4));
    rest = rest.subarray(8);
  }
});
socket.on("end", die);
socket.on("error", die);
socket.on("close", die);
