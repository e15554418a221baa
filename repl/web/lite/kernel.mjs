/**
 * The kernel of JupyterLite: Jupyter's messages in front of a Session in a worker (../client.mjs).
 * In: what JupyterLite's `BaseKernel` hands on: cells, questions of completion and inspection. Out: what they publish.
 */
import { Mailbox } from "../../../bridge/node/mailbox.mjs";
import { Client } from "../client.mjs";
import { charactersOf, pip, question, split, unitsOf } from "./cells.mjs";

const DRIVE = "/drive";
/** The folder that all lies in. */
const APP = new URL("../../../", import.meta.url);

/** @param {{BaseKernel: any, DriveContentsProcessor: any}} services what JupyterLite shares */
export function makeKernel({ BaseKernel, DriveContentsProcessor }) {
  return class PolyreplKernel extends BaseKernel {
    #client;
    #drive;
    #serviceWorker;
    #mailbox = Mailbox.make();
    #ready;
    #version = "";
    #failed = null;

    /** @param {any} options JupyterLite's @param {{contents: any, serviceWorker?: any}} lite its files */
    constructor(options, { contents, serviceWorker }) {
      super(options);
      this.#drive = new DriveContentsProcessor({ contentsManager: contents });
      this.#serviceWorker = serviceWorker;
      this.#ready = this.#begin(this.#start());
    }

    /** JupyterLite waits for it before it hands anything on; that it can not begin is told by its cells. */
    get ready() {
      return this.#ready;
    }

    async #start() {
      const about = await (await fetch(new URL("begin.json", import.meta.url))).json();
      const begin = Object.fromEntries(Object.entries(about).map(([name, file]) => [name, new URL(file, APP).href]));
      this.#client = new Client({
        worker: new URL("repl/web/worker.mjs", APP),
        ...begin,
        stray: (event) => this.#stray(event),
        restarting: (_reason, begun) => (this.#ready = this.#begin(begun)),
      });
      return this.#client.start();
    }

    async #begin(started) {
      try {
        this.#version = (await started).polyrepl;
        this.#failed = null;
        await this.#mount();
      } catch (error) {
        this.#failed = error;
      }
    }

    /** The files of JupyterLite are Python's, and the notebook's folder is the working one. */
    async #mount() {
      const about = this.#mailbox === null
        ? { url: new URL("api/drive", document.baseURI).href, context: this.#serviceWorker?.browsingContextId }
        : { memory: this.#mailbox.memory };
      if (about.memory === undefined && about.context === undefined) return;
      await this.#serviceWorker?.ready;
      const folder = this.location.split("/").filter((part) => part !== "").join("/");
      await this.#client.ask("drive", { at: DRIVE, folder: `${DRIVE}/${folder}`, ...about });
    }

    dispose() {
      if (this.isDisposed) return;
      this.#client?.close();
      super.dispose();
    }

    /** Stop the cell that runs; what is defined stays. */
    interrupt() {
      this.#client?.stop();
    }

    /** What belongs to no cell that runs. */
    async #stray(event) {
      if (event.op === "lost" && this.parentHeader !== undefined) this.stream({ name: "stderr", text: `${event.text}\n` });
      if (event.op === "output" && this.parentHeader !== undefined) this.stream({ name: event.stream, text: event.text });
      if (event.op === "display" && this.parentHeader !== undefined) this.#display(event, this.parentHeader);
      if (event.op === "clear" && this.parentHeader !== undefined) this.clearOutput({ wait: event.wait }, this.parentHeader);
      if (event.op === "comm") this.#tellComm(event, this.parentHeader);
      if (event.op !== "drive") return;
      let said;
      try {
        said = { value: (await this.#drive.processDriveRequest(event.request)) ?? null };
      } catch (error) {
        said = { error: String(error?.message ?? error) };
      }
      this.#mailbox.put(event.number, JSON.stringify(said));
    }

    // ---- cells

    async executeRequest({ code, silent = false, allow_stdin: mayAsk = false }) {
      const header = this.parentHeader;
      if (this.#failed !== null) return this.#error({ ename: "Error", evalue: this.#failed.message, text: `polyrepl cannot begin: ${this.#failed.message}` }, silent);
      const asked = question(code);
      const told = asked && (await this.#told(asked));
      if (told) return { status: "ok", execution_count: this.executionCount, user_expressions: {}, payload: [{ source: "page", data: { "text/plain": told }, start: 0 }] };
      const commands = pip(code);
      const cell = commands === null ? split(code) : { language: "py", code: pipCode(commands) };
      let shown;
      let failed;
      await this.#client.eval(cell.code, { language: cell.language, name: `In[${this.executionCount}]`, parent: header?.msg_id }, (event) => {
        if (event.op === "output") this.stream({ name: event.stream, text: event.text }, header);
        else if (event.op === "display") this.#display(event, header);
        else if (event.op === "comm") this.#tellComm(event, header);
        else if (event.op === "clear") this.clearOutput({ wait: event.wait }, header);
        else if (event.op === "input" && mayAsk) this.inputRequest({ prompt: event.prompt, password: event.secret }, header);
        else if (event.op === "input") this.#client.answer(null);
        else if (event.op === "value") shown = event;
        else if (event.op === "lost") failed = { ename: "Lost", evalue: event.text, text: event.text };
        else if (event.op === "exit" && event.code !== 0) failed = { ename: "SystemExit", evalue: String(event.code), text: `SystemExit: ${event.code}` };
        else if (event.op === "problem" && event.severity === "warning") this.stream({ name: "stderr", text: `${event.text}\n` }, header);
        else if (event.op === "problem") failed = event;
      });
      if (failed !== undefined) return this.#error(failed, silent);
      if (shown !== undefined && !shown.quiet && !silent) {
        this.publishExecuteResult({ execution_count: this.executionCount, data: shown.data, metadata: shown.metadata }, header);
      }
      return { status: "ok", execution_count: this.executionCount, user_expressions: {} };
    }

    /** Something shown before the cell has ended. */
    #display({ data, metadata, name, update }, header) {
      const content = { data, metadata, transient: name ? { display_id: name } : {} };
      if (update) this.updateDisplayData(content, header);
      else this.displayData(content, header);
    }

    #error({ ename, evalue, text }, silent) {
      const content = { ename, evalue, traceback: text.split("\n") };
      if (!silent) this.publishExecuteError(content);
      return { status: "error", execution_count: this.executionCount, ...content };
    }

    // ---- questions

    async kernelInfoRequest() {
      return {
        status: "ok",
        protocol_version: "5.3",
        implementation: "polyrepl",
        implementation_version: this.#version,
        language_info: {
          name: "polyrepl", version: this.#version, mimetype: "text/x-clojure", file_extension: ".lisp",
          pygments_lexer: "polyrepl", codemirror_mode: "clojure", nbconvert_exporter: "script",
        },
        banner: `polyrepl ${this.#version}: Lisp, Python and JavaScript in this page`,
        help_links: [{ text: "JavaScript (MDN)", url: "https://developer.mozilla.org/docs/Web/JavaScript" }, { text: "Python", url: "https://docs.python.org/3/" }],
      };
    }

    async completeRequest({ code, cursor_pos }) {
      const { language, code: text } = split(code);
      const found = await this.#ask("complete", { text, cursor: unitsOf(code, cursor_pos), language });
      const { start, end, candidates } = found ?? { start: 0, end: 0, candidates: [] };
      const [from, to] = [start, end].map((units) => charactersOf(code, units));
      const types = candidates.map(({ text, kind, meta }) => ({ text, start: from, end: to, type: kind ?? "", signature: meta ?? "" }));
      return {
        status: "ok", matches: candidates.map(({ text }) => text), cursor_start: from, cursor_end: to,
        metadata: { _jupyter_types_experimental: types },
      };
    }

    async inspectRequest({ code, cursor_pos }) {
      const { language, code: text } = split(code);
      const told = await this.#inspect(text, unitsOf(code, cursor_pos), language);
      return { status: "ok", found: told !== "", data: told === "" ? {} : { "text/plain": told }, metadata: {} };
    }

    async #inspect(text, cursor, language) {
      const found = await this.#ask("inspect", { text, cursor, language });
      return [found?.signature?.text, found?.doc].filter((part) => part).join("\n\n");
    }

    /** What a cell that asks about a name is told; "" where it is a name itself, or nothing is called so and it may be code. */
    async #told({ name, sure }) {
      if (!sure && Object.hasOwn((await this.#ask("names", {})) ?? {}, `${name}?`)) return "";
      return (await this.#inspect(name, name.length, "lisp")) || (sure ? `nothing is called ${name}` : "");
    }

    async isCompleteRequest({ code }) {
      const { language, code: text } = split(code);
      const said = await this.#ask("status", { text, language });
      if (said === null) return { status: "unknown" };
      const status = said.kind === "empty" ? "complete" : said.kind;
      return status === "incomplete" ? { status, indent: " ".repeat(said.indent) } : { status };
    }

    /** An answer; null where there is none to be had. */
    async #ask(op, fields) {
      try {
        return await this.#client.ask(op, fields);
      } catch {
        return null;
      }
    }

    async commInfoRequest({ target_name: target = null } = {}) {
      return { status: "ok", comms: (await this.#ask("comms", { target })) ?? {} };
    }

    /** A line that was asked for. */
    inputReply({ value }) {
      this.#client.answer(value ?? null);
    }

    async commOpen(message) {
      await this.#hearComm("comm_open", message);
    }
    async commMsg(message) {
      await this.#hearComm("comm_msg", message);
    }
    async commClose(message) {
      await this.#hearComm("comm_close", message);
    }

    /** The page's message to a widget of Python's. */
    async #hearComm(kind, { content, metadata = {}, buffers = [] }) {
      await this.#ask("comm", { kind, content, metadata, buffers: buffers.map(textOfBytes), parent: this.parentHeader?.msg_id });
    }

    /** A widget's message to the page. */
    #tellComm({ kind, content, metadata, buffers }, header) {
      this.handleComm(kind, content, metadata, buffers.map((text) => bytesOfText(text).buffer), header);
    }
  };
}

const textOfBytes = (data) => {
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
};
const bytesOfText = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

/** What `%pip ..` runs. */
const pipCode = (commands) =>
  `from polyrepl.repl.web.installed import pip as _pip\n${commands.map((words) => `_pip(${JSON.stringify(words)})`).join("\n")}\ndel _pip`;
