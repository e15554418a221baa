/**
 * Python from a Node program (see README.md).
 */

/** What may be passed to Python: what crosses by value, is copied or becomes a proxy there. */
export type Sendable = unknown;

/**
 * A live Python object in a program whose proxies return promises. Which attributes it has only Python knows, hence each
 * is a proxy. A call gives a `PyResult`; `new` is a call.
 */
export interface PyObject {
  (...args: Sendable[]): PyResult<any>;
  new (...args: Sendable[]): PyResult<any>;
  readonly [name: string]: any;
  [Symbol.asyncIterator](): AsyncGenerator<any, void, undefined>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a call gives: a promise, and what is asked of it goes on in Python. */
export type PyResult<T = any> = Promise<T> & {
  readonly [name: string]: any;
  [Symbol.asyncIterator](): AsyncGenerator<any, void, undefined>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** JavaScript's half of a type that crosses by value. */
export interface CustomType<T, D = unknown> {
  /** Which values are of the type. */
  test?: (value: unknown) => boolean;
  /** Data that crosses, of such a value. */
  encode?: (value: T) => D;
  /** A value, of such data. */
  decode?: (data: D) => T;
}

interface Shared {
  /** Keyword arguments: `f(x, ...$py.kwargs({ axis: 0 }))`. */
  kwargs(values: Record<string, Sendable>): Sendable[];
  /** Pass a literal (an Array, a plain object, a Map, a Set) as a live proxy instead of a copy. */
  byRef(value: Sendable): Sendable;
  /** JavaScript's half of a type that crosses by value. */
  register<T, D = unknown>(name: string, type: CustomType<T, D>): void;
}

/** `$py` whose proxies return promises. */
export interface Python extends Shared {
  /** Import a Python module, or a file by its path (`"./x.py"`, `new URL("./x.py", import.meta.url)`). */
  (name: string | URL): PyResult<PyObject>;
  /** Value of a Python expression, evaluated in `__main__`. */
  eval<T = any>(source: string): PyResult<T>;
  /** Run Python statements in `__main__`. */
  exec(source: string): Promise<void>;
  /** `object.a.b` for the path `["a", "b"]`, whatever JavaScript means by the names. */
  get<T = any>(object: unknown, path: string[]): PyResult<T>;
  /** `setattr(object, name, value)`. */
  set(object: unknown, name: string, value: Sendable): Promise<void>;
  /** `object[key]`, with a key of any type. */
  getitem<T = any>(object: unknown, key: Sendable): PyResult<T>;
  /** `object[key] = value`. */
  setitem(object: unknown, key: Sendable, value: Sendable): Promise<void>;
  /** A deep JavaScript copy of a Python object; anything else as it is. */
  toJs<T = any>(object: unknown): Promise<T>;
  /** `object(...args)`; the signal cancels the task. */
  call<T = any>(object: unknown, args: Sendable[], options?: { signal?: AbortSignal }): PyResult<T>;
  /** `await body(value)` within a context manager of either kind, which hears of what leaves the body; undefined where it is to be forgotten. */
  with<T>(manager: unknown, body: (value: any) => T): Promise<Awaited<T> | undefined>;
  /** `repr(object)`. */
  repr(object: unknown): Promise<string>;
}

/** `$py` whose calls simply return. */
export interface SyncPython extends Shared {
  /** Import a Python module, or a file by its path. @throws {PyError} */
  (name: string | URL): any;
  /** Python's builtins and the names of `__main__`. */
  readonly builtins: any;
  call(root: any, path: string[], args: Sendable[]): any;
  get(root: any, path: string[]): any;
  async(root: any, path: string[], args: Sendable[], options?: { signal?: AbortSignal }): Promise<any>;
  eval<T = any>(source: string): T;
  exec(source: string): void;
  toJs<T = any>(value: unknown): T;
  fromJs(value: Sendable): any;
  slice(start: number | null, stop: number | null, step?: number | null): any;
  sharedArray<T = any>(dtype: string, shape: number | number[]): T;
  tuple(items: Iterable<Sendable>): any;
  with<T>(manager: any, body: (value: any) => T): T | Promise<Awaited<T>>;
  isProxy(value: unknown): boolean;
  destroy(value: unknown): void;
}

export interface Options {
  /** The Python to run (default: POLYREPL_PYTHON, else "python3"); it must have polyrepl of the same version. */
  python?: string;
  /** Whether calls simply return instead of giving promises; default false. */
  sync?: boolean;
  /** What Python is to run (default: polyrepl's bridge). */
  args?: string[];
  /** Python's environment; default: this program's. */
  env?: Record<string, string | undefined>;
  /** Python's working folder; default: this program's. */
  cwd?: string | URL;
}

/** A conversation with a Python process. */
export interface NodePythonBridge<P> extends AsyncDisposable {
  $py: P;
  bridge: {
    /** Process id of Python. */
    readonly python: number;
    /** How many objects each side holds of the other. */
    stats(): any;
    readonly connection: any;
    readonly proxies: any;
  };
  /** End Python: its `atexit` functions run, which may still call JavaScript. Harmless twice. */
  close(): Promise<void>;
}

/**
 * Start Python and talk to it.
 * @throws {TypeError} for an option that there is not or that is of another kind
 * @throws {BridgeError} when Python cannot be started or lacks polyrepl
 */
export function createNodePythonBridge(options: Options & { sync: true }): Promise<NodePythonBridge<SyncPython>>;
export function createNodePythonBridge(options?: string | (Options & { sync?: false })): Promise<NodePythonBridge<Python>>;
export function createNodePythonBridge(options: Options): Promise<NodePythonBridge<Python | SyncPython>>;

/** A Python exception in JavaScript. Back in Python it is raised as the same object. */
export class PyError extends Error {
  constructor(name: string, message: string, exception: any);
  /** The live exception. */
  readonly exception: any;
  /** Python's traceback text. */
  readonly traceback: string;
  /** The exceptions of an ExceptionGroup, else undefined. */
  readonly errors: any[] | undefined;
  /** What Python's exception has: `errno`, `response`. */
  readonly [name: string]: any;
}

/** A request whose Python side ended or was dropped. */
export class BridgeError extends Error {}
