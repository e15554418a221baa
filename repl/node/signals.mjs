/**
 * Signals that the program listens to, which come to Python's process and are sent on from there.
 * In: what tells Python. Out: Python hears which signals have listeners, before the first is there and before Node gives up
 * the last, so none that is sent on ends Node; and that listeners of SIGINT are about to be called.
 */
import { constants } from "node:os";

/** Those that mean the same to both processes; what a terminal does with others is Python's affair. */
const NAMES = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCONT"];

/**
 * @param {(number: number, on: boolean) => void} tell
 * @param {boolean} prompt Ctrl-C stops a form in any case. Libraries (signal-exit) end the process by it in their
 *   listeners, where they are the only ones: what is defined here would be lost.
 */
export function followSignals(tell, prompt) {
  const { emit, kill } = process;
  const ours = new Map(NAMES.map((name) => [name, process.listenerCount(name)]));
  const none = (name) => process.listenerCount(name) === ours.get(name);
  // In front of Node's own, which begins and ends to take the signal.
  process.prependListener("newListener", (name) => {
    if (ours.has(name) && none(name)) tell(constants.signals[name], true);
  });
  process.prependListener("removeListener", (name) => {
    if (ours.has(name) && none(name)) tell(constants.signals[name], false);
  });
  let told = false;
  const value = function (event, ...args) {
    if (event !== "SIGINT") return Reflect.apply(emit, this, [event, ...args]);
    if (!prompt) tell(0, true);
    told = true;
    try {
      return Reflect.apply(emit, this, [event, ...args]);
    } finally {
      told = false;
    }
  };
  Object.defineProperty(process, "emit", { value, writable: true, configurable: true });
  if (!prompt) return;
  process.kill = function (pid, signal) {
    const ends = pid === process.pid && (signal === "SIGINT" || signal === constants.signals.SIGINT) && none("SIGINT");
    return ends && told ? true : Reflect.apply(kill, this, [pid, signal]);
  };
}
