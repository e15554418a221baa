/**
 * Exceptions that cross the bridge.
 * In: live Python exceptions. Out: PyError, an Error with Python's class name and message; Interrupt, which the
 * interrupt ladder throws.
 */
export const INTERRUPT = Symbol.for("polyrepl.interrupt");

/** The beginning of a message that has not been asked for whole. */
const CUT = Symbol.for("polyrepl.cut");

/** A Python exception in JavaScript. Back in Python it is raised as the same object. */
export class PyError extends Error {
  /**
   * @param {string} name @param {string} message @param {any} exception the live exception's proxy
   * @param {(() => string) | null} whole gives a long message, of which `message` is the beginning
   */
  constructor(name, message, exception, whole = null) {
    super(message);
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true });
    Object.defineProperty(this, "exception", { value: exception, configurable: true });
    if (name === "KeyboardInterrupt" || name === "Interrupted") {
      Interrupt.told = true;
      Object.defineProperty(this, INTERRUPT, { value: true });
    }
    const stack = String(this.stack);
    const frames = stack.indexOf("\n    at ", message.length); // behind the message, which may be long and may look like frames
    this.stack = `${name}: ${message}${frames < 0 ? "" : stack.slice(frames)}`;
    if (whole !== null) this.#ask(message, whole); // last: V8 reads the message for the stack
  }

  /** Of another process's Error: of its class, where there is one of that name, with its properties. @param {{kinds: string[], own: object}} left */
  is({ kinds, own }) {
    const kind = kinds.map((name) => globalThis[name]).find(isErrorClass);
    if (kind !== undefined) Object.setPrototypeOf(this, prototypeOf(kind));
    for (const [key, value] of Object.entries(own)) {
      if (key !== "exception") Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    }
  }

  /** Also one of a class of JavaScript's (see `is`). */
  static [Symbol.hasInstance](value) {
    if (this !== PyError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && #python in value;
  }

  /** The message crosses when it is read. */
  #ask(cut, whole) {
    const set = (value) => Object.defineProperty(this, "message", { value, configurable: true, writable: true });
    const get = () => {
      let value = cut;
      try {
        value = whole();
      } catch {
        // Python has ended, or cannot be waited for
      }
      set(value);
      return value;
    };
    Object.defineProperty(this, "message", { get, set, configurable: true });
    Object.defineProperty(this, CUT, { value: cut });
  }

  /** Python's traceback text; undefined in a program whose proxies return promises and that cannot wait (a page). */
  get traceback() {
    return this.#python?.traceback(this.exception);
  }

  /** What an exception has of that name itself (a list, a method of pydantic's), else the exceptions of an
   * ExceptionGroup, as AggregateError has them. */
  get errors() {
    const own = this.#own("errors");
    if (own !== undefined) return own;
    const exceptions = this.#python?.kind(this.exception) === "error" ? this.exception.exceptions : undefined;
    return exceptions === undefined ? undefined : [...exceptions];
  }

  get #python() {
    return this.exception[Symbol.for("polyrepl.python")];
  }

  get cause() {
    const own = this.#own("cause");
    const cause = this.#python === undefined ? null : (own ?? this.exception.__cause__);
    // A pool of processes puts a traceback's text there, also where the exception says that it has no cause.
    return cause === null || (own === null && /^_?RemoteTraceback$/.test(cause.name)) ? undefined : cause;
  }

  #own(name) {
    return this.#python?.probe?.(this.exception, name);
  }
}

/** What Python's exception has and an Error has not: `e.errno`, `e.response`, a method of its class. */
const behind = (parent) =>
  new Proxy({}, {
    getPrototypeOf: () => parent,
    has: (_, key) => key in parent,
    get(_, key, error) {
      if (typeof key === "symbol" || key in parent || !Object.hasOwn(error, "exception")) return from(parent, key, error);
      return key === "then" || key === "toJSON" ? undefined : error.exception[Symbol.for("polyrepl.python")]?.probe(error.exception, key);
    },
  });
Object.setPrototypeOf(PyError.prototype, behind(Error.prototype));

/** A property of a class; undefined where its getter wants an instance that the class itself has made. */
function from(parent, key, error) {
  try {
    return Reflect.get(parent, key, error);
  } catch {
    return undefined;
  }
}

/** Prototypes of Errors from other processes, by their class here. */
const returned = new WeakMap();

function prototypeOf(kind) {
  let made = returned.get(kind);
  if (made === undefined) {
    made = Object.create(behind(kind.prototype), { ...Object.getOwnPropertyDescriptors(PyError.prototype), constructor: { value: kind, configurable: true, writable: true } });
    returned.set(kind, made);
  }
  return made;
}

const isErrorClass = (kind) => typeof kind === "function" && (kind === Error || isA(kind.prototype, Error));

/** Thrown where the interrupt ladder stops a form. */
export class Interrupt extends Error {
  constructor(message = "interrupted") {
    super(message);
    Interrupt.told = true;
  }
}
/** Whether the code that runs has heard of the interrupt that is under way. */
Interrupt.told = false;
Object.defineProperty(Interrupt.prototype, "name", { value: "Interrupt" });
Object.defineProperty(Interrupt.prototype, INTERRUPT, { value: true });

/** A request whose Python side ended or was dropped. */
export class BridgeError extends Error {}
Object.defineProperty(BridgeError.prototype, "name", { value: "BridgeError" });

/** A frame, an operation or a handle that makes no sense. */
export class ProtocolError extends BridgeError {}
Object.defineProperty(ProtocolError.prototype, "name", { value: "ProtocolError" });

/** `value instanceof kind`, also of a Proxy whose trap throws: whatever was thrown can be one. */
export function isA(value, kind) {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** The other end of a channel is gone. */
export class Closed extends Error {}
