/**
 * JavaScript on a terminal: process.stdin, stdout and stderr that know it, and children that inherit it.
 *
 * In: descriptors of the terminal beside Node's own 1 and 2, which are Python's pipes. Out: streams with columns, colours
 * and raw mode whose text still goes to Python, in order with all else that is printed; and a keyboard that is JavaScript's
 * only while it is lent: a prompt reads the same terminal.
 */

const builtin = process.getBuiltinModule; // when there is a terminal: to load them takes a while
const LOOK_MS = 20;
const RESIZE_MS = 200;

/** @param {number[]} fds the terminal for descriptors 0, 1 and 2; -1: that one is none */
export function onTerminal(fds) {
  const keyboard = new Keyboard();
  globalThis[Symbol.for("polyrepl.keyboard")] = keyboard;
  ["stdout", "stderr"].forEach((name, at) => {
    if (fds[at + 1] >= 0) screen(name, fds[at + 1]);
  });
  known(fds);
  inherit(fds, keyboard);
  if (fds[0] >= 0) readers(fds[0], keyboard);
  builtin("node:module").syncBuiltinESMExports();
}

/** Make process[name] a stream of the terminal that writes as the one before. */
function screen(name, fd) {
  const { write } = process[name];
  const stream = new (builtin("node:tty").WriteStream)(fd);
  const size = () => {
    const found = [0, 0];
    return stream._handle?.getWindowSize(found) ? [0, 0] : found;
  };
  // Node hears of no SIGWINCH: it has a session of its own.
  const always = (at) => ({ get: () => size()[at] || undefined, set() {}, enumerable: true, configurable: true });
  Object.defineProperties(stream, { columns: always(0), rows: always(1) });
  let before = size();
  let looking = null;
  const look = () => {
    const now = size();
    if (now[0] === before[0] && now[1] === before[1]) return;
    before = now;
    stream.emit("resize");
  };
  stream.on("newListener", (event) => {
    if (event === "resize") looking ??= setInterval(look, RESIZE_MS).unref();
  });
  stream._handle.unref?.();
  Object.assign(stream, { write, _isStdio: true, _type: "tty", destroySoon: stream.destroy });
  stream._destroy = (error, done) => done(error); // as Node's own: nobody closes it
  Object.defineProperty(process, name, { get: () => stream, enumerable: true, configurable: true });
}

/** Libraries for colours ask so, and not the streams. */
function known(fds) {
  const tty = builtin("node:tty");
  const { isatty } = tty;
  tty.isatty = (fd) => fds[fd] >= 0 || isatty(fd);
}

/** What children inherit is the terminal. */
function inherit(fds, keyboard) {
  const childProcess = builtin("node:child_process");
  const terminal = fds.map((fd, at) => (fd >= 0 ? fd : at));
  const one = (given, at) => (given === "inherit" ? (terminal[at] ?? given) : (terminal[given] ?? given));
  const all = (stdio) => (stdio === "inherit" ? [...terminal] : Array.isArray(stdio) ? stdio.map(one) : stdio);
  const reads = (stdio) => stdio === "inherit" || (Array.isArray(stdio) && all(stdio).some((each) => terminal.includes(each)));
  for (const name of ["spawn", "spawnSync", "fork", "execFileSync", "execSync"]) {
    const original = childProcess[name];
    const wrapped = (...args) => {
      let at = args.findIndex((each, index) => index > 0 && each !== null && typeof each === "object" && !Array.isArray(each));
      if (at < 0 && name === "fork") at = args.push({}) - 1;
      let stdio = at < 0 ? undefined : args[at].stdio;
      if (name === "fork" && stdio === undefined && !args[at].silent) stdio = ["inherit", "inherit", "inherit", "ipc"];
      if (!reads(stdio)) return original(...args);
      keyboard.use();
      args[at] = { ...args[at], stdio: all(stdio) };
      return original(...args);
    };
    childProcess[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  }
}

/** What reads descriptor 0 without a stream: it waits, also where process.stdin has made that descriptor one that does not. */
function readers(fd, keyboard) {
  const fs = builtin("node:fs");
  for (const name of ["readSync", "readFileSync", "read", "readFile"]) {
    const original = fs[name];
    const wrapped = (file, ...rest) => {
      if (file !== 0) return original(file, ...rest);
      keyboard.use();
      return original(fd, ...rest);
    };
    fs[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  }
}

/** process.stdin, which a prompt may take back for a while. */
class Keyboard {
  #stream = null;
  #held = false;
  #wanted = false; // it was read when it was taken back, or is to be since
  #raw = false;
  #questions = 0;
  #left = 0; // how many waited when it was taken back
  #told = () => false;
  #used = false;

  constructor() {
    const { get, ...property } = Object.getOwnPropertyDescriptor(process, "stdin");
    const keyboard = this;
    Object.defineProperty(process, "stdin", {
      ...property,
      get() {
        keyboard.use();
        const stream = get.call(process);
        if (keyboard.#stream === null) keyboard.#made(stream);
        return stream;
      },
    });
  }

  /**
   * A prompt reads from now on. `told` is called whenever JavaScript is about to use the terminal, and says whether it may:
   * not while a prompt is there. Says whether it has been used already.
   */
  tell(told) {
    this.#told = told;
    this.hold();
    return this.#used;
  }

  /** JavaScript is about to use the terminal. */
  use() {
    this.#used = true;
    if (this.#told()) this.lend();
  }

  #made(stream) {
    this.#stream = stream;
    if (!stream.isTTY) return;
    const handle = stream._handle;
    for (const [name, wants] of [["readStart", true], ["readStop", false]]) {
      const original = handle[name];
      handle[name] = () => {
        if (!this.#held) return original.call(handle);
        this.#wanted = wants;
        return 0;
      };
    }
    const { setRawMode } = stream;
    stream.setRawMode = (raw) => {
      if (!this.#held) return setRawMode.call(stream, raw);
      this.#raw = Boolean(raw);
      return stream;
    };
    const { Interface, promises } = process.getBuiltinModule("node:readline");
    this.#count(Interface.prototype);
    const { question } = promises.Interface.prototype;
    const counted = (by) => (this.#questions += by);
    promises.Interface.prototype.question = function (...args) {
      counted(1);
      return question.apply(this, args).finally(() => counted(-1));
    };
  }

  /** Count the questions of a readline interface that wait for their answers. */
  #count(prototype) {
    const { question } = prototype;
    const counted = (by) => (this.#questions += by);
    prototype.question = function (text, ...rest) {
      const answered = rest.pop();
      if (typeof answered !== "function") return question.call(this, text, ...rest, answered);
      let open = true;
      const close = () => {
        if (open) counted(-1);
        open = false;
      };
      counted(1);
      this.once("close", close);
      return question.call(this, text, ...rest, (answer) => {
        this.off("close", close);
        close();
        answered(answer);
      });
    };
  }

  /** How many wait for what is typed. A readline interface alone does not: it is there for questions. */
  #waiting() {
    const stream = this.#stream;
    if (!stream?.isTTY || !stream._handle?.reading) return 0;
    const decoder = stream.listenerCount("keypress") > 0 ? 1 : 0;
    return this.#questions + stream.listenerCount("data") - decoder + stream.listenerCount("readable");
  }

  /** Resolves when JavaScript waits for nothing that is typed, but for what a prompt has taken it from already. */
  async unused() {
    while (this.#waiting() > this.#left) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  /** A prompt reads now: raw mode and reading are off until `lend`. */
  hold() {
    const stream = this.#stream;
    if (this.#held) return;
    if (stream?.isTTY) {
      const wanted = Boolean(stream._handle?.reading);
      const raw = stream.isRaw;
      if (raw) stream.setRawMode(false);
      if (wanted) stream._handle.readStop();
      this.#wanted = wanted;
      this.#raw = raw;
    }
    this.#left = this.#waiting();
    this.#held = true;
  }

  /** The prompt reads no more: as it was. */
  lend() {
    const stream = this.#stream;
    if (!this.#held) return;
    this.#held = false;
    if (!stream?.isTTY) return;
    if (this.#raw) stream.setRawMode(true);
    if (this.#wanted) stream._handle?.readStart();
  }
}
