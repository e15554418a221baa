/**
 * A worker thread that looks after the main thread: it works while that one loops or sleeps.
 * In: interrupt records on its own socket, each about one request of Python's, its target. Out: a ladder for each
 * target. Rung 1: the shared word and a cancel message; rung 2, 300 ms later: what ignores them is terminated through
 * an inspector session, or settled from outside, and a child that is waited for gets the signal; rung 3 (a second
 * interrupt, or 3 s): the process is ended.
 *
 * A ladder ends when the main thread says that its target has ended (`calm`), which it says before it serves anything
 * else; what it has said is read before each step. Whether the target is what runs is looked at behind the gate
 * (gate.mjs), where it cannot change. End of file means Python is gone, and ends the process.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Session } from "node:inspector";
import net from "node:net";
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { Gate } from "./gate.mjs";
import { CONTROLS, CONTROL_SIZE, GATES, SEVERAL, TOPS, WORDS } from "./protocol.mjs";

const { words, fd, port } = workerData;
const PATIENCE_MS = 300;
const LIMIT_MS = 3000;
const gate = new Gate(words);
const word = (name) => Atomics.load(words, name);
const die = () => process.kill(process.pid, "SIGKILL");

/**
 * @typedef {{target: number, message: number, tried: boolean, stopped: number, passed: boolean, timer: any}} Ladder
 *   message: the number of the last message about it; tried: rung 2 was reached; stopped: when a termination was asked for
 *   first, 0: not yet; passed: the signal was passed on to a child
 */
/** @type {Map<number, Ladder>} */
const ladders = new Map();
let messages = 0;
let stopping = false; // a termination has been asked for, and has not happened
/** @type {Session | null} */
let session = null;
let rest = Buffer.alloc(0);

function tell(ladder, what) {
  ladder.message = ++messages;
  port.postMessage({ what, target: ladder.target, message: messages });
  Atomics.store(words, WORDS.ASKED, messages);
}

const unheard = (ladder) => ((word(WORDS.SEEN) - ladder.message) | 0) < 0;

/** What the main thread has said until now. */
function listen() {
  for (let said; (said = receiveMessageOnPort(port)) !== undefined; ) calm(said.message);
}

function calm(target) {
  const ladder = ladders.get(target);
  if (ladder === undefined) return;
  clearTimeout(ladder.timer);
  ladders.delete(target);
}

/** Whether code of the target is what runs, for certain: then loops may look at the word. Behind the gate. */
function runs(target) {
  const root = word(WORDS.ROOT);
  return root === 0 ? word(WORDS.RUN) === target : root === target || word(WORDS.INNER) === target;
}

/** Whether the target is what the main thread is busy with, as far as can be known. Behind the gate. */
function busyWith(target) {
  if (word(WORDS.TOP) === TOPS.PYTHON) return false;
  if (word(WORDS.ROOT) !== 0 || word(WORDS.RUN) === target) return runs(target);
  // A callback of the event loop: it may belong to the target, or keep it from beginning, or keep its answer.
  const begun = ((target - word(WORDS.LAST)) | 0) <= 0;
  const keeps = word(WORDS.OPEN) > 0 || word(WORDS.UNSENT) !== 0;
  return word(WORDS.RUN) === SEVERAL || (word(WORDS.RUN) === 0 && (!begun || keeps));
}

function ask(target) {
  listen();
  let ladder = ladders.get(target);
  if (ladder === undefined) {
    ladder = { target, message: 0, tried: false, stopped: 0, passed: false, timer: null };
    ladders.set(target, ladder);
    ladder.timer = setTimeout(climb, PATIENCE_MS, ladder);
  } else if (ladder.tried && unheard(ladder)) {
    if (stopping && word(WORDS.TOP) !== TOPS.PYTHON) die();
    terminate(ladder, true);
    return;
  }
  gate.close(GATES.WATCHDOG);
  if (word(WORDS.TOLD) === (target | 0)) Atomics.store(words, WORDS.TOLD, 0);
  else if (runs(target | 0)) Atomics.store(words, WORDS.CANCELLED, target | 0);
  gate.open();
  tell(ladder, "cancel");
}

function climb(ladder) {
  listen();
  if (ladders.get(ladder.target) !== ladder) return;
  ladder.tried = true;
  if (!unheard(ladder)) tell(ladder, "settle");
  else if (ladder.stopped > 0 && performance.now() - ladder.stopped > LIMIT_MS - PATIENCE_MS) {
    if (stopping || busyWith(ladder.target | 0)) die();
  } else if (stopping && !ladder.passed) {
    ladder.passed = true;
    passOn();
  } else terminate(ladder, false);
  ladder.timer = setTimeout(climb, PATIENCE_MS, ladder);
}

/** Children of a thread, oldest first; none where there is no /proc. */
function childrenOf(pid, thread = pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").trim().split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

/** What cannot be terminated waits in the system, as `execSync` does for a child: a terminal would have sent the signal to
 * that too, and to its own children. */
function passOn() {
  const [child] = childrenOf(process.pid).slice(-1);
  for (const waiting = child === undefined ? [] : [child]; waiting.length > 0; ) {
    const pid = waiting.pop();
    try {
      waiting.push(...readdirSync(`/proc/${pid}/task`).flatMap((thread) => childrenOf(pid, thread)));
      process.kill(Number(pid), "SIGINT");
    } catch {
      // it has ended
    }
  }
}

/** Terminate what runs, if it is the target; or whatever keeps it from ending, since that was asked for twice. */
function terminate(ladder, whatever) {
  if (stopping) return;
  gate.close(GATES.STOPPING);
  listen();
  const meant = whatever ? word(WORDS.TOP) !== TOPS.PYTHON : busyWith(ladder.target | 0);
  if (ladders.get(ladder.target) !== ladder || !unheard(ladder) || !meant) {
    gate.open();
    return;
  }
  ladder.stopped ||= performance.now();
  stopping = true;
  if (session === null) {
    session = new Session();
    session.connectToMainThread();
  }
  session.post("Runtime.terminateExecution", () => {
    stopping = false;
    gate.open();
    // It may have hit the very callback that would have served Python: this message sees to that.
    tell(ladder, "settle");
  });
}

port.on("message", calm);

const socket = new net.Socket({ fd, readable: true, writable: true });
socket.on("data", (data) => {
  rest = Buffer.concat([rest, data]);
  while (rest.length >= CONTROL_SIZE) {
    if (rest.readUInt32LE(0) === CONTROLS.INTERRUPT) ask(rest.readUInt32LE(4));
    rest = rest.subarray(CONTROL_SIZE);
  }
});
socket.on("end", die);
socket.on("error", die);
socket.on("close", die);
