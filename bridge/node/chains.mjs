/**
 * `$py` whose proxies return promises.
 * In: a connection, its proxies, the `$py` whose calls simply return. Out: a `$py` whose attributes are collected; a call
 * or an `await` makes a request (see requests.mjs). The result of a call is a proxy over its promise: `then`, `catch` and
 * `finally` are the promise's, everything else goes on in Python.
 */
import { records } from "./handles.mjs";
import { importOperands } from "./imports.mjs";
import { runWithinAsync } from "./managers.mjs";
import { inspectKey } from "./platform.mjs";
import { LOOKS, OPS, TRAITS } from "./protocol.mjs";
import { filled, Link, Request, Requests, resultsIn } from "./requests.mjs";
import { Result, Unseen } from "./results.mjs";
import { signalOf } from "./signals.mjs";

/** What JavaScript wants at once of an object that has to be asked, and may not even be there yet. */
function refuse(what, instead) {
  throw new TypeError(`a Python object answers asynchronously, so ${what} cannot be had at once: use \`${instead}\``);
}
const noText = () => refuse("its text or number", "await $py.repr(object)");
const noJson = () => refuse("its JSON", "await $py.toJs(object)");
const noClass = () => refuse("`instanceof`", 'await $py.eval("isinstance")');
/** What JavaScript asks of an object itself, and not a program of Python's. */
const OWN = { __proto__: null, toJSON: noJson, valueOf: noText };
const AT_ONCE = { __proto__: null, [Symbol.toPrimitive]: noText, [Symbol.hasInstance]: noClass };
const MANAGER = TRAITS.CONTEXT | TRAITS.ASYNC_CONTEXT;
const NONE = [];
const LONG = 40;

/** What the program wrote, as far as that is known. */
function nameOf(result, path) {
  const name = [result.label, ...path].join(".");
  return name.length > 2 * LONG ? `…${name.slice(-LONG)}` : name;
}

function excerpt(source) {
  const text = String(source).trim().replace(/\s+/g, " ");
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

/**
 * @param {any} connection @param {any} proxies @param {any} $sync @param {() => boolean} closing whether the program has
 *   closed it
 * @returns {{$py: any, sent: () => Promise<void>, seen: (value: any) => any}} and when what the program has asked is under way,
 *   and what makes of a PyProxy what the program sees
 */
export function promising(connection, proxies, $sync, closing) {
  /** What a proxy stands for. @type {WeakMap<object, Handler>} */
  const places = new WeakMap();
  /** The proxy of an object that is there. @type {WeakMap<object, object>} */
  const living = new WeakMap();
  const requests = new Requests(connection, seen, new Unseen(closing));

  /** What the program sees of a value. */
  function seen(value, label) {
    if (proxies.handleOf(value) === undefined || places.has(value)) return value;
    let proxy = living.get(value);
    if (proxy === undefined) {
      const result = new Result(label);
      result.settle(value);
      proxy = proxyOf(result, NONE, true);
      records.set(proxy, records.get(value));
      living.set(value, proxy);
    }
    return proxy;
  }

  function proxyOf(result, path = NONE, live = false) {
    // What is to come looks like a promise to who asks (`assert.rejects`), what can be called like a function.
    const target = live || path.length > 0 ? function () {}.bind(null) : Object.create(Promise.prototype);
    const handler = new Handler(result, path, live);
    const proxy = new Proxy(target, handler);
    target[inspectKey] = () => (live ? "PyProxy {}" : `PyProxy { ${nameOf(result, path)}, to be awaited }`);
    places.set(proxy, handler);
    return proxy;
  }

  /** The traps of one proxy: attributes of a result, or an object that is there (`live`, without a path). */
  class Handler {
    constructor(result, path, live) {
      this.result = result;
      this.path = path;
      this.live = live;
      this.reading = undefined;
    }

    /** What an `await` waits for; who asks again while that is under way waits for the same. */
    read() {
      const { result, path } = this;
      if (path.length === 0) return result;
      if (this.reading === undefined || this.reading.settled) {
        this.reading = requests.add(new Link(nameOf(result, path), result, path, undefined).written());
      }
      return this.reading;
    }

    get(_, key) {
      const { result, path, live } = this;
      if (key === "then" && live) return undefined;
      if (key === "then" || (!live && path.length === 0 && (key === "catch" || key === "finally"))) {
        const promise = this.read().look();
        return promise[key].bind(promise);
      }
      if (key === Symbol.asyncIterator) return () => iterate(this);
      if (key === Symbol.asyncDispose) return live && !isLeftAlike(result) ? undefined : () => leave(this);
      if (typeof key === "symbol") return AT_ONCE[key];
      return OWN[key] ?? proxyOf(result, [...path, key], false);
    }

    apply(_, self, args) {
      const { result, path } = this;
      const label = `${nameOf(result, path)}(${args.length > 0 ? "…" : ""})`;
      return proxyOf(requests.add(new Link(label, result, path, args, resultsIn(args, resultOf)).written()));
    }

    construct(target, args, made) {
      if (places.get(made)?.result === this.result) return this.apply(target, undefined, args);
      return refuse("an instance of a class that extends it", "createNodePythonBridge({ sync: true })");
    }

    has(_, key) {
      return typeof key === "symbol" ? false : refuse("`in`", 'await $py.eval("hasattr")');
    }

    ownKeys() {
      return refuse("its keys", 'await $py.eval("dir")');
    }

    getOwnPropertyDescriptor(_, key) {
      return typeof key === "symbol" ? undefined : refuse("what it has of its own", 'await $py.eval("hasattr")');
    }

    set() {
      return refuse("assigning", "await $py.set(object, name, value)");
    }

    defineProperty() {
      return refuse("defining a property", "await $py.set(object, name, value)");
    }

    deleteProperty() {
      return refuse("`delete`", 'await $py.eval("delattr")');
    }
  }

  /** The result that a value stands for, if it is not there yet. */
  function resultOf(value) {
    const handler = places.get(value);
    return handler === undefined || handler.live ? undefined : handler.read();
  }

  /** What a place comes to, behind what was asked before. */
  async function come(handler) {
    const found = handler.read();
    await (found.settled && !found.failed ? null : found.look());
    return found;
  }

  const traitsOf = ({ value }) => records.get(Object(value))?.traits ?? 0;

  async function* iterate(handler) {
    const { value, label } = await come(handler);
    if (proxies.handleOf(value) === undefined) {
      yield* value;
      return;
    }
    const { handle, traits } = records.get(value);
    const name = `an item of ${label}`;
    if (traits & TRAITS.ASYNC_ITERABLE && !(traits & TRAITS.ITERABLE)) return yield* iterateAsync(value, name);
    let [alone, iterator, done, items, error] = await post(OPS.iter, () => [handle, 1, false]);
    try {
      for (let size = 2; ; size = Math.min(size * 2, 512)) {
        yield* items.map((item) => seen(item, name));
        if (error !== undefined) throw error;
        if (done) return;
        [done, items, error] = await post(OPS.next, () => [proxies.handleOf(iterator), alone ? size : 1]);
      }
    } finally {
      // Left early: a generator is closed, as JavaScript closes its own.
      if (!done && traits & TRAITS.GENERATOR) await post(OPS.send, () => [handle, "return", null]);
    }
  }

  async function* iterateAsync(value, name) {
    const iterator = await proxies.post(value, ["__aiter__"], []);
    if (proxies.handleOf(iterator) === undefined) return yield* iterator; // of a class whose code is JavaScript's
    let done = false;
    try {
      for (;;) {
        let item;
        try {
          item = await proxies.post(iterator, ["__anext__"], []);
        } catch (error) {
          done = true;
          if (error?.name === "StopAsyncIteration") return;
          throw error;
        }
        yield seen(item, name);
      }
    } finally {
      const closes = !done && (await post(OPS.hasattr, () => [proxies.handleOf(iterator), "aclose"]));
      if (closes) await proxies.post(iterator, ["aclose"], []);
    }
  }

  /** JavaScript tells the end of an `await using` block of no error: who wants to hear of one must not be left by it. */
  const untold = (label) => new TypeError(`${label} is to be told of errors, and \`await using\` tells of none: use \`await $py.with(..)\``);
  const heedless = (traits) => ["heedless", (traits & TRAITS.ASYNC_CONTEXT) !== 0];

  /** Whether an object that is there can be left by `await using`; a page has to wait for the answer, until the block ends.
   * @throws {TypeError} for a manager that can not */
  function isLeftAlike({ value, label }) {
    const traits = traitsOf({ value });
    if (!(traits & MANAGER)) return false;
    if (connection.waits !== false && !proxies.ask(OPS.send, records.get(value), ...heedless(traits))) throw untold(label);
    return true;
  }

  /** The end of an `await using` block. */
  async function leave(handler) {
    const { value, label } = await come(handler);
    const traits = traitsOf({ value });
    if (!(traits & MANAGER)) throw new TypeError(`${label} is no context manager of Python's`);
    const known = handler.live && connection.waits !== false;
    if (!known && !(await post(OPS.send, () => [proxies.handleOf(value), ...heedless(traits)]))) throw untold(label);
    await proxies.post(value, [traits & TRAITS.ASYNC_CONTEXT ? "__aexit__" : "__exit__"], [null, null, null]);
  }

  /** A request that is no link of a chain, about values that may still be to come; `send` gets them. */
  function ask(label, values, send, quick = true) {
    const found = resultsIn(values, resultOf);
    return requests.add(new Request(label, [...found.values()], () => send(...filled(values, found)), quick).written());
  }
  const asked = (...of) => proxyOf(ask(...of)); // what may go on in Python
  const told = (...of) => ask(...of).look();
  const post = (op, operands) => connection.post(op, operands);

  function handleOf(object) {
    const handle = proxies.handleOf(object);
    if (handle === undefined) throw new TypeError("this is no Python object");
    return handle;
  }

  /** Import a Python module; a dotted name gives the leaf. Attributes of what comes are collected without a round
   * trip, a call or an `await` makes one and gives a promise; `for await` iterates. A path (absolute, or beginning with
   * "./" or "../") or a file URL imports a file: a relative path is meant from the module that calls, else from Python's
   * working folder. Rejects with PyError. */
  const $py = (name) => {
    const operands = importOperands(name);
    return asked(String(name), [], () => post(OPS.import, () => operands));
  };
  /** Value of a Python expression, evaluated in `__main__`. */
  $py.eval = (source) => asked(excerpt(source), [], () => post(OPS.eval, () => [source]));
  /** Run Python statements in `__main__`. */
  $py.exec = (source) => told("$py.exec", [], () => post(OPS.exec, () => [source]));
  /** `object.a.b` for the path `["a", "b"]`, whatever JavaScript means by the names (`then`). Rejects with AttributeError. */
  $py.get = (object, path) => asked(["$py.get", ...path].join("."), [object], (it) => post(OPS.getattr, () => [handleOf(it), path, LOOKS.CHAIN]));
  /** `setattr(object, name, value)`. */
  $py.set = (object, name, value) => told("$py.set", [object, value], (it, item) => post(OPS.setattr, (m) => [handleOf(it), name, m.encode(item)]));
  /** `object[key]`, with a key of any type. */
  $py.getitem = (object, key) => asked("$py.getitem", [object, key], (it, at) => post(OPS.getitem, (m) => [handleOf(it), m.encode(at)]));
  /** `object[key] = value`. */
  $py.setitem = (object, key, value) =>
    told("$py.setitem", [object, key, value], (it, at, item) => post(OPS.setitem, (m) => [handleOf(it), m.encode(at), m.encode(item)]));
  /** A deep JavaScript copy of a Python object; anything else as it is. */
  $py.toJs = (object) =>
    told("$py.toJs", [object], (it) => (proxies.handleOf(it) === undefined ? Promise.resolve(it) : post(OPS.convert, () => [handleOf(it)])));
  /** `object(...args)`; an AbortSignal as `options.signal` cancels the task. */
  $py.call = (object, args, options) => {
    const signal = signalOf(options);
    return asked("$py.call", [object, ...args], (it, ...given) => proxies.post(it, null, given, signal), false);
  };
  /** `await body(value)` within a Python context manager of either kind: it is entered, gives the value, and hears of what leaves
   * the body, as in Python's `with`; undefined where it says that what was thrown is to be forgotten. */
  $py.with = async (manager, body) => {
    const entered = await behind([manager], (it) => Promise.resolve(it));
    return runWithinAsync(proxies, entered, async (value) => {
      try {
        return await body(seen(value, "$py.with"));
      } finally {
        await behind([], () => Promise.resolve()); // statements of the body's that nobody awaits
      }
    });
  };
  const behind = (values, send) => told("$py.with", values, send);
  /** `repr(object)`. */
  $py.repr = (object) => told("$py.repr", [object], (it) => post(OPS.repr, () => [handleOf(it)]));
  $py.kwargs = $sync.kwargs;
  $py.byRef = $sync.byRef;
  $py.register = $sync.register;
  return { $py, sent: () => requests.sent(), seen: (value) => seen(value, "a Python object") };
}
