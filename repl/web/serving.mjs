/**
 * The Session of a page: Pyodide, the bridge inside one process and the JavaScript of the Lisp, in one worker.
 *
 * In: messages of a page. Out: messages to it. A message is a plain object; what a page asks has an `id` of its choice (a
 * number or a string) and an `op`, and all that comes of it has the same `id`.
 *
 *   start      {page, words, box, lock, unpacker, python, library, archive, packages, files, snapshot, size}   all may be left out; the
 *                first of all, and once.
 *                `page`: the URL that `js.import "./x.mjs"` starts from; else the build's folder
 *                `words`: an Int32Array of a SharedArrayBuffer, by which a page stops what runs (bridge/web/words.mjs)
 *                `box`: a SharedArrayBuffer for lines that a person types (reader.mjs)
 *                `lock`: the name of a lock that the worker holds for as long as it is there, from {op: "held"} on
 *                `unpacker`: a port to a worker that unpacks (unpacking.mjs); {op: "alone"} says that there is none
 *                `packages`, `files`: URLs of archives for site-packages and for the working folder
 *                `snapshot`: the URL of a snapshot of Python's memory; `size`: how many bytes it and Pyodide have (loading.mjs)
 *                `python`: the URL of Pyodide's folder; `archive`: that of polyrepl.zip; else those of the build
 *                `library`: the URL of Python's own library where it is packed; so may `archive` be (packed.py)
 *                -> any number of {op: "progress", step, done}: step "python", "lisp", "session"; done from 0 to 1
 *                -> {op: "answer", value: {polyrepl, python}}
 *   eval       {text, language, name, keepGoing, parent}   language "lisp" (if none), "js", "py"; `name` is what messages call the
 *                text; with `keepGoing` the forms after one that failed run too. Texts run one after the other.
 *                `parent`: a notebook's name of the message that this answers, for widgets that show outputs (comms.py); so has `comm`
 *                -> in the order of the program, any number of
 *                   {op: "output", stream: "stdout" | "stderr", text}
 *                   {op: "value", data, metadata, quiet, python, cut}   a MIME bundle (empty where it is quiet: a
 *                                                            definition, nil); is it Python's; was its text cut
 *                   {op: "problem", severity: "error" | "warning" | "interrupt", text, ename, evalue, frames, backtrace}
 *                                                            `text` is all there is to show, with excerpt and caret
 *                   {op: "display", data, metadata, name, update}   shown now; with `update` in place of what has the name
 *                   {op: "clear", wait}                      what was shown so far goes; with `wait` when the next comes
 *                   {op: "comm", kind, content, metadata, buffers}   a widget's message to a notebook: "comm_open", "comm_msg",
 *                                                            "comm_close"; buffers are base64 (comms.py)
 *                   {op: "input", prompt, secret}            a line is wanted; {op: "more"}: more of it (reader.mjs)
 *                   {op: "lost", text}                       state was lost, and which
 *                   {op: "exit", code}                       the program asked to end
 *                -> {op: "answer", value: {form}}            it has ended; the number of its last form
 *   interrupt  {target}                   stop the text with this id -> did it run? This reaches what awaits; what never comes
 *                back to the event loop hears of it by the words (bridge/web/words.mjs).
 *   complete   {text, cursor, language}   -> {start, end, candidates: [{text, kind, meta, shown}]}
 *   inspect    {text, cursor, language}   -> {doc, signature: {text, argument}}   null where nothing is known
 *   doc        {name, language}           -> a text, or null
 *   status     {text, language}           -> {kind: "complete" | "incomplete" | "invalid" | "empty", message, indent}
 *   names      {}                         -> {name: kind}: the global names of the Lisp
 *   compiled   {text}                     -> the JavaScript of Lisp forms, as text; nothing runs
 *   comm       {kind, content, metadata, buffers}   a notebook's message to a widget, as above; `comms` {target} -> {id: {target_name}}
 *   write      {path, data}               a file for Python: `data` a Uint8Array or a text; relative to the working folder
 *   read       {path}                     -> a Uint8Array
 *   list       {path}                     -> [{name, folder, size}]
 *   remove     {path}                     a file
 *
 *   drive      {at, folder, memory | url, context}   have the page's files in the folder `at` (drive.mjs). What it is asked for of
 *                them is {op: "drive", number, request}, answered through the memory; or the service worker at `url` is asked
 *   page       {port, ..}                 a page's conversation with this Python, begun by `createPyodideBridge`; all that comes of
 *                it goes over the port. It may be the first message: `begin` is then what `start` would be told
 *
 * All these answer with {op: "answer", value}, or {op: "failed", text}. What belongs to no request (output of a timer whose
 * request is long forgotten) has the id null. So has {op: "fatal", text}: Python has ended, and the worker is of no use any more;
 * client.mjs begins another. Places in texts count as in JavaScript's strings.
 */
import { load } from "./loading.mjs";
import { Reader } from "./reader.mjs";
import { write } from "./stored.mjs";
import { fetched, Unpacker } from "./unpacker.mjs";

const asTheyAre = (_id, fields) => fields;
/** What Python's half answers (answering.py): operation -> what that is given. */
const QUESTIONS = {
  eval: (id, fields) => ({ id, ...fields }),
  interrupt: asTheyAre,
  complete: asTheyAre,
  inspect: asTheyAre,
  doc: asTheyAre,
  status: asTheyAre,
  names: asTheyAre,
  compiled: asTheyAre,
  comm: asTheyAre,
  comms: asTheyAre,
};

/** What is done with Pyodide's files. */
const FILES = {
  write: (FS, { path, data }) => void FS.writeFile(path, data),
  read: (FS, { path }) => FS.readFile(path),
  remove: (FS, { path }) => void FS.unlink(path),
  list: (FS, { path }) =>
    FS.readdir(path || ".")
      .filter((name) => name !== "." && name !== "..")
      .map((name) => {
        const { mode, size } = FS.stat(`${path || "."}/${name}`);
        return { name, folder: FS.isDir(mode), size };
      }),
};

const BUILD = new URL("../../", import.meta.url);
/** Modules that Python asks for by their files, which are here already. */
const MODULES = ["session", "javascript", "describe", "notebook"];
/** Words that are shared with who stops what runs (bridge/web/words.mjs). */
const WORDS_SIZE = 16;

export class Serving {
  #post;
  #began = null;
  /** @type {Unpacker | null} */
  #unpacker = null;
  /** After a start from a snapshot: what no start needs, and programs do. */
  #whole = null;
  #python = null;
  #answering = null;
  #host = null;
  #words;

  /** @param {(message: any) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /** Do what a message asks, and answer it. Never rejects. @param {any} message */
  async handle(message) {
    const { id, op } = message;
    if (op === "page") return this.#meet(message);
    if (op === "alone") return this.#unpacker?.alone();
    try {
      if (op === "start") this.#began ??= this.#start(message);
      const value = await this.#began;
      if (op !== "start") await this.#whole;
      if (op === "start") this.#post({ id, op: "answer", value });
      else this.#post({ id, op: "answer", value: await this.#do(op, message) });
    } catch (error) {
      this.#post({ id, op: "failed", text: textOf(error) });
    }
  }

  async #do(op, { id, op: _, ...fields }) {
    if (this.#answering === null) throw new Error("`start` comes first");
    if (op === "drive") return (await import("./drive.mjs")).mount(this.#python.FS, fields, this.#post, this.#words);
    if (op in QUESTIONS) return this.#ask(op, QUESTIONS[op](id, fields));
    if (!(op in FILES)) throw new Error(`there is no operation ${JSON.stringify(String(op))}`);
    return FILES[op](this.#python.FS, fields);
  }

  /** Begin a page's conversation. */
  async #meet(message) {
    try {
      await (this.#began ??= this.#start({ ...message.begin }));
      await this.#whole;
      const { openPage } = await import("../../bridge/web/page.mjs");
      openPage(this.#python, this.#host, this.#words, message);
    } catch (error) {
      message.port.postMessage({ kind: "end", reason: `the worker cannot serve: ${textOf(error)}` });
    }
  }

  /** Have Python's half answer. */
  async #ask(question, fields) {
    const coroutine = this.#answering.ask(question, JSON.stringify(fields));
    try {
      const said = await coroutine;
      if (said[0] === "!") throw new Error(said.slice(1));
      return JSON.parse(said.slice(1));
    } finally {
      coroutine.destroy();
    }
  }

  async #start({ id, page, words, box, lock, unpacker: port, python = new URL("pyodide/", BUILD).href, library, archive = new URL("polyrepl.zip", BUILD).href, packages, files: given, snapshot, size }) {
    if (lock !== undefined) hold(lock, () => this.#post({ id: null, op: "held" }));
    const tell = (step, done) => this.#post({ id, op: "progress", step, done });
    tell("python", 0);
    const come = (bytes) => size && loading && tell("python", 0.7 * Math.min((all += bytes) / size, 1));
    let all = 0, loading = true;
    const unpacker = (this.#unpacker = new Unpacker(port, come));
    const asked = () => {
      const coming = [archive.endsWith(".zst") ? unpacker.unpacked(archive) : fetched(archive), ...[packages, given].map((url) => url && fetched(url))];
      for (const each of coming) each?.catch(() => {}); // it is told when it is awaited
      return coming;
    };
    // A start from a snapshot needs none of these files: what it does need is not to wait for them.
    const coming = snapshot === undefined ? asked() : null;
    const parts = Promise.all([
      import("../../bridge/web/host.mjs"),
      import("../node/session.mjs"),
      import("../node/javascript.mjs"),
      import("../node/describe.mjs"),
      import("../node/notebook.mjs"),
    ]);
    parts.catch(() => {}); // as above
    globalThis[Symbol.for("polyrepl.page")] = page ?? BUILD.href;
    const plainly = (text) => this.#post({ id: null, op: "output", stream: "stderr", text: `without its snapshot: ${text}\n` });
    const begin = async (from) => {
      const { pyodide, complete } = await load({ python, library, unpacker, ...from }, plainly, come);
      loading = false;
      this.#take(pyodide);
      tell("lisp", 0.7);
      const home = pyodide.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
      const unpack = async () => {
        const [ours, forPython, forUser] = await Promise.all(coming ?? asked());
        if (archive.endsWith(".zst")) write(pyodide.FS, home, ours);
        else pyodide.unpackArchive(ours, "zip", { extractDir: home });
        if (forPython) pyodide.unpackArchive(forPython, "zip", { extractDir: home });
        if (forUser) pyodide.unpackArchive(forUser, "zip", { extractDir: "." });
      };
      if (complete === null) await unpack();
      const [host, ...modules] = await parts;
      tell("session", 0.75);
      try {
        const said = this.#session(pyodide, { words, box, home, host, modules });
        if (complete === null) unpacker.end();
        else this.#whole = afterwards(() => Promise.all([complete(), unpack()]).then(() => pyodide.runPython(LOOK_AGAIN))).finally(() => unpacker.end());
        this.#whole?.catch(() => {}); // whoever asks is told
        return said;
      } catch (error) {
        if (complete === null) throw error;
        plainly(textOf(error));
        return begin({});
      }
    };
    const said = await begin({ snapshot });
    tell("session", 1);
    return said;
  }

  /** Have this Python. */
  #take(pyodide) {
    this.#python = pyodide;
    quietly(pyodide._api);
    pyodide._api.on_fatal = (error) => this.#post({ id: null, op: "fatal", text: textOf(error) });
  }

  /** Both halves of the Session. Returns what the page is told. */
  #session(pyodide, { words, box, home, host: { converse }, modules }) {
    const answering = pyodide.pyimport("polyrepl.repl.web.answering");
    const post = (text) => this.#post(JSON.parse(text));
    const outlet = answering.outlet(post);
    const reader = new Reader(this.#post, box, () => this.#host.attention.heard());
    const files = new Map(MODULES.map((name, i) => [`${home}/polyrepl/repl/node/${name}.mjs`, modules[i]]));
    const own = (file) => files.get(file);
    this.#words = words ?? new Int32Array(WORDS_SIZE);
    this.#host = converse(pyodide, { words: this.#words, output: outlet.write, own });
    this.#answering = answering.Answering(this.#host.bridge, outlet, this.#host.attention, post, (...asked) => reader.ask(...asked));
    const said = JSON.parse(this.#answering.start());
    modules[0].setRich(true);
    return said;
  }
}

/** Files have come since Python looked. */
const LOOK_AGAIN = "import importlib; importlib.invalidate_caches(); del importlib";

/** Hold a lock from now on, where the browser has them. Nothing waits for it. @param {string} name @param {() => void} tell it is held */
function hold(name, tell) {
  const forever = () => new Promise(tell);
  globalThis.navigator?.locks?.request(name, forever).catch(() => {}); // an origin that may keep nothing has none
}

/** What `work` gives, which begins when the answer that is under way has been posted. */
async function afterwards(work) {
  await new Promise((resolve) => setTimeout(resolve));
  return work();
}

/** What Pyodide says of its own end is for its makers, and names our files: the page says what is lost. */
function quietly(api) {
  const tell = api.fatal_error;
  api.fatal_error = (error) => {
    for (const name of ["error", "warn", "log"]) console[name] = () => {}; // for good: Python, which would show it, has ended
    return tell(error);
  };
}

/** Errors of Emscripten's files, by number. */
const ERRNO = { 2: "it may not be used", 10: "it is in use", 20: "it exists", 31: "it is a folder", 44: "there is no such file or folder", 54: "it is no folder" };

/** What to show of an error. */
const textOf = (error) => (error?.errno === undefined ? String(error?.message || error) : (ERRNO[error.errno] ?? `error ${error.errno} of the file system`));
