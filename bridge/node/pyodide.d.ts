/**
 * Python in a page's worker (see docs/web.md).
 */
import type { Python } from "./library.js";

export { BridgeError, PyError } from "./library.js";
export type { CustomType, PyObject, PyResult, Python, Sendable } from "./library.js";

/** A browser's `Worker`. */
export interface WorkerLike {
  postMessage(message: any, transfer: any[]): void;
}

export interface PyodideOptions {
  /** A worker that runs the `worker.mjs` of a folder that `polyrepl web build` made, or a `Client` of it. */
  worker: WorkerLike;
  /** What the worker's programs have as `page`; default: this page's `globalThis`; null: nothing. */
  page?: object | null;
  /** Where what the worker begins with lies, if it has not begun and it lies elsewhere. */
  begin?: { python?: string; archive?: string; page?: string };
}

/** One request of the bridge, as bridge/protocol.py has them. */
export interface Request {
  /** Name of an operation: "import", "call", "eval". */
  op: string;
  /** Its operands in their wire form. */
  operands?: unknown[];
  /** Cancels the request. */
  signal?: AbortSignal;
}

/** A conversation with the Python of a worker. */
export declare class PyodideTransport {
  constructor(worker: WorkerLike, page?: object | null, begin?: PyodideOptions["begin"]);
  /** When the worker has answered. Rejects with BridgeError. */
  readonly ready: Promise<void>;
  /** Whether the worker's programs have the page's objects at once: it takes memory that both see. */
  readonly synchronous: boolean;
  readonly connection: any;
  /** One request. @throws {TypeError} for an operation that there is not */
  request<T = any>(message: Request): Promise<T>;
  /** End the conversation; what is under way rejects with a BridgeError of this message. */
  close(reason?: string): void;
}

export interface PyodideBridge extends AsyncDisposable {
  $py: Python;
  transport: PyodideTransport;
  /** End the conversation: what was asked before is sent. The worker runs on. Harmless twice. */
  close(): Promise<void>;
}

/**
 * Talk to the Python of a worker.
 * @throws {TypeError} for an option that there is not
 * @throws {BridgeError} when the worker cannot serve
 */
export declare function createPyodideBridge(options: PyodideOptions): Promise<PyodideBridge>;
