/**
 * Python in a page's worker, for the page.
 * In: a worker of a built folder (`polyrepl web build`). Out: `{ $py, transport, close }`. Proxies return promises, as those of
 * `createNodePythonBridge` do; the worker's programs have the page's objects as `page`, and what they ask of them has come
 * when they go on, since a worker may stand still (bridge/web/page.mjs is its half).
 *
 *     const worker = new Worker("./app/repl/web/worker.mjs", { type: "module" });
 *     const { $py } = await createPyodideBridge({ worker });
 *     await $py("math").sqrt(16);   // 4
 */
import { promising } from "./chains.mjs";
import { BridgeError, isA, PyError } from "./errors.mjs";
import { evaluatorWith } from "./evaluator.mjs";
import { Interrupts } from "./interrupts.mjs";
import { Keywords } from "./keywords.mjs";
import { late } from "./late.mjs";
import { Connection } from "./local.mjs";
import { makeOperators } from "./operators.mjs";
import { OPS, VERSION } from "./protocol.mjs";
import { Proxies } from "./proxy.mjs";
import { makePython } from "./python.mjs";
import { Mailbox } from "./mailbox.mjs";
import { makeServer } from "./server.mjs";

export { PyError, BridgeError };

const ENDED = "the conversation with the worker has ended";
const OPTIONS = ["worker", "page", "begin"];

/** Proxies of a page: all of them return promises, also those that come as arguments of the page's functions. */
class PageProxies extends Proxies {
  #seen = (value) => value;

  /** From now on a PyProxy is seen as what `seen` makes of it. @param {(proxy: any) => any} seen */
  showAs(seen) {
    this.#seen = seen;
  }

  adopt(handle, traits, bytes) {
    return this.#seen(super.adopt(handle, traits, bytes));
  }
}

/** What no page may do. */
class PageConnection extends Connection {
  /** Whether it can stand still until Python answers. */
  waits = false;

  request() {
    throw new BridgeError("a page cannot stand still until Python answers: use `await`, as $py does");
  }

  post(op, operands, signal, seen) {
    return this.closed ? Promise.reject(new BridgeError(ENDED)) : super.post(op, operands, signal, seen);
  }
}

/** A conversation with the Python of a worker: the operations and the envelopes of every other one, over a port. */
export class PyodideTransport {
  #connection;
  #port;
  #mailbox;
  #closing = new AbortController();
  #begun = Promise.withResolvers();

  /** @param {{postMessage: (message: any, transfer: any[]) => void}} worker @param {any} page what its programs have as `page`;
   *   null: nothing @param {any} [begin] see createPyodideBridge */
  constructor(worker, page = globalThis, begin = undefined) {
    const interrupts = new Interrupts(new Int32Array(16), null);
    const operators = (proxies) => makeOperators(proxies, () => interrupts.signal());
    const promises = () => ({ given: (promise) => promise.then(undefined, () => {}), forgotten: () => {} });
    const parts = { operators, keywords: new Keywords(), promises, later: queueMicrotask.bind(globalThis), Kind: PageProxies };
    const serve = (it) => makeServer(it, evaluatorWith(() => undefined), interrupts);
    const connection = (this.#connection = new PageConnection(interrupts, serve, parts));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#mailbox = Mailbox.make();
    const say = (kind) => (id, flags, head, body) => port1.postMessage({ kind, id, flags, head, body });
    connection.python = {
      serve_async: say("ask"),
      settled: (id, head, body) => say("answer")(id, 0, head, body),
      noted: (head) => say("note")(0, 0, head),
      printed: () => {},
    };
    port1.onmessage = ({ data }) => this.#receive(data);
    this.#begun.promise.catch(() => {}); // whoever awaits it hears it
    this.#tellFailures();
    const { marshal } = connection;
    const outer = marshal.begin();
    const window = page === null ? null : JSON.stringify(marshal.byHandle(page));
    marshal.end(outer);
    worker.postMessage({ op: "page", port: port2, mailbox: this.#mailbox?.memory, window, version: VERSION, begin }, [port2]);
  }

  get connection() {
    return this.#connection;
  }

  /** When the worker has answered. @returns {Promise<void>} @throws {BridgeError} it cannot */
  get ready() {
    return this.#begun.promise;
  }

  /** Whether the worker's programs have the page's objects: it takes memory that both see. */
  get synchronous() {
    return this.#mailbox !== null;
  }

  /**
   * One request.
   * @param {{op: string, operands?: any[], signal?: AbortSignal}} message an operation by its name, and its operands in their
   *   wire form: see bridge/protocol.py
   * @returns {Promise<any>} the value @throws {TypeError} for an operation that there is not
   */
  request({ op, operands = [], signal }) {
    if (!Object.hasOwn(OPS, op)) throw new TypeError(`there is no operation ${JSON.stringify(op)}: ${Object.keys(OPS).join(", ")}`);
    return this.#connection.post(OPS[op], () => operands, signal);
  }

  /** End the conversation: what is under way fails. @param {string} reason */
  close(reason = ENDED) {
    const connection = this.#connection;
    if (connection.closed) return;
    connection.closed = true;
    this.#closing.abort();
    const error = new BridgeError(reason);
    this.#begun.reject(error);
    for (const { reject } of connection.promises.values()) reject(error);
    connection.promises.clear();
    this.#port.postMessage({ kind: "end" });
    this.#port.close();
  }

  #receive({ kind, id, flags, head, body, reason }) {
    const { port } = this.#connection;
    switch (kind) {
      case "ready":
        return this.#begun.resolve();
      case "end":
        return this.close(reason);
      case "wait":
        return this.#mailbox.put(id, port.request(id, head, body));
      case "ask":
        return port.post(id, flags, head, body);
      case "answer":
        return port.settle(id, head, body);
      case "note":
        return port.note(head);
    }
  }

  /** What nobody on the page awaited is told where the program that it is about runs: there it is seen. */
  #tellFailures() {
    const connection = this.#connection;
    const heed = ({ reason }) => {
      if (!isA(reason, PyError) || connection.proxies.handleOf(reason.exception) === undefined) return;
      late(connection, reason, 0);
    };
    globalThis.addEventListener?.("unhandledrejection", heed, { signal: this.#closing.signal });
  }
}

/**
 * Talk to the Python of a worker.
 * @param {{worker: any, page?: any, begin?: object}} options `worker`: one that runs the worker.mjs of a built folder, or a Client;
 *   `page`: what its programs have as `page` (default: this page's globalThis; null: nothing); `begin`: where what a worker
 *   begins with lies, if it has not begun and it lies elsewhere (`start` in repl/web/serving.mjs)
 * @returns {Promise<{$py: any, transport: PyodideTransport, close: () => Promise<void>}>} when Python is there
 * @throws {TypeError} for an option that there is not @throws {BridgeError} when the worker cannot serve
 */
export async function createPyodideBridge(options) {
  const unknown = Object.keys(options ?? {}).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw new TypeError(`createPyodideBridge has no option \`${unknown}\`: it has ${OPTIONS.join(", ")}`);
  const worker = options?.worker;
  if (typeof worker?.postMessage !== "function") throw new TypeError("createPyodideBridge needs a worker: { worker: new Worker(..) }");
  const transport = new PyodideTransport(worker, options.page, options.begin);
  const { connection } = transport;
  const failed = (event) => transport.close(`the worker cannot serve: ${event.message || "its script could not be loaded"}`);
  worker.addEventListener?.("error", failed, { once: true });
  worker.whenLost?.((reason) => transport.close(reason)); // a Client knows; of a worker nobody is told
  try {
    await transport.ready;
  } finally {
    worker.removeEventListener?.("error", failed);
  }
  let closing = false;
  const { $py, sent, seen } = promising(connection, connection.proxies, makePython(connection, connection.proxies), () => closing);
  connection.proxies.showAs(seen);
  const close = async () => {
    if (closing) return;
    await sent();
    closing = true;
    transport.close();
  };
  return { $py, transport, close, [Symbol.asyncDispose]: close };
}
