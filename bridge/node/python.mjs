/**
 * `$py`.
 * In: a connection's proxies. Out: `$py(modname)` with call, get, async, eval, exec, toJs, fromJs, byRef, slice, tuple.
 */
import { records } from "./handles.mjs";
import { importOperands } from "./imports.mjs";
import { ByRef } from "./marshal.mjs";
import { runWithin } from "./managers.mjs";
import { OPS } from "./protocol.mjs";
import { signalOf } from "./signals.mjs";

/** @param {import("./connection.mjs").Connection} connection @param {import("./proxy.mjs").Proxies} proxies */
export function makePython(connection, proxies) {
  const { marshal } = connection;
  const request = (op, ...operands) => connection.request(op, () => operands);
  const encoded = (op, ...values) => connection.request(op, (m) => values.map((value) => m.encode(value)));
  const isProxy = (value) => (typeof value === "object" && value !== null) || typeof value === "function"
    ? proxies.handleOf(value) !== undefined : false;

  /** Import a Python module; a dotted name gives the leaf. A path (absolute, or beginning with "./" or "../") or a file URL
   * imports a file: a relative path is meant from the module that calls, else from Python's working folder. @throws {PyError}
   * what the import raises */
  const $py = (name) => request(OPS.import, ...importOperands(name));
  let builtins;
  Object.defineProperty($py, "builtins", { get: () => (builtins ??= encoded(OPS.make, "names", null)), enumerable: true });
  /** `root.a.b(...args)` for the path `["a", "b"]`, one round trip when the root is Python's. */
  $py.call = (root, path, args) => (isProxy(root) ? proxies.call(root, path.length ? path : null, args) : callAny(root, path, args));
  /** `root.a.b` for the path `["a", "b"]`, one round trip when the root is Python's. */
  $py.get = (root, path) => (isProxy(root) ? proxies.get(root, path) : path.reduce((value, name) => value[name], root));
  /** As `$py.call`, but a promise: coroutine functions run on Python's asyncio loop, plain ones in a thread. `options`
   * may hold an AbortSignal as `signal`, which cancels the task. */
  $py.async = (root, path, args, options) => {
    const signal = signalOf(options);
    return isProxy(root) ? proxies.post(root, path.length ? path : null, args, signal) : Promise.resolve().then(() => callAny(root, path, args));
  };
  /** Value of a Python expression, evaluated in `__main__`. */
  $py.eval = (source) => request(OPS.eval, source);
  /** Run Python statements in `__main__`. */
  $py.exec = (source) => {
    request(OPS.exec, source);
  };
  /** A deep JavaScript copy of a Python object (docs/bridge.md has the table); anything else as it is. */
  $py.toJs = (value) => {
    if (value instanceof Error && isProxy(value.exception)) return value;
    return isProxy(value) ? proxies.ask(OPS.convert, records.get(value)) : value;
  };
  /** A Python object made of a JavaScript value, to share; a PyProxy as it is. */
  $py.fromJs = (value) => (isProxy(value) ? value : encoded(OPS.make, "value", value));
  /** Pass a literal (an Array, a plain object, a Map, a Set) as a live JsProxy instead of a copy. */
  $py.byRef = (value) => (isProxy(value) ? value : new ByRef(value));
  /** Python's `slice(start, stop, step)`; null for what is left out. */
  $py.slice = (start, stop, step) => encoded(OPS.make, "slice", [start, stop, step]);
  /** A new array of zeros in memory that both languages have: a typed array here, Python's ndarray of that dtype and
   * shape there. @param {string} dtype NumPy's name, "float64" @param {number | number[]} shape @throws {PyError} what
   * Python's `shared_array` raises */
  $py.sharedArray = (dtype, shape) => encoded(OPS.make, "array", [dtype, shape]);
  /** A Python tuple of the items of an iterable. */
  $py.tuple = (array) => encoded(OPS.make, "tuple", [...array]);
  /** `body(value)` within a Python context manager, which is told what leaves it (JavaScript's `using` can not tell it); a promise of
   * it where the body gives one, or the manager is asynchronous. */
  $py.with = (manager, body) => runWithin(proxies, manager, body);
  /** Keyword arguments for plain JavaScript: `f(x, ...$py.kwargs({ axis: 0 }))`. */
  $py.kwargs = (values) => Object.entries(values).flatMap(([name, value]) => [marshal.keywords.of(name), value]);
  $py.isProxy = isProxy;
  /** Give a Python object back now instead of when its proxy is collected; the proxy is unusable then. */
  $py.destroy = (value) => proxies.destroy(value);
  /** JavaScript's half of a type that crosses by value: `test(value)` says which values are of it, `encode(value)`
   * makes crossable data of one, `decode(data)` makes one of the data; either half may be missing. */
  $py.register = (name, { test, encode, decode }) => {
    if (test !== undefined) marshal.custom.push({ name, test, encode });
    if (decode !== undefined) marshal.revive.set(name, decode);
  };
  /** Let `make(name)` make the keywords that come from Python, as a Lisp has them. */
  $py.setKeywordMaker = (make) => marshal.keywords.use(make);

  function callAny(root, path, args) {
    let self;
    let fn = root;
    for (const name of path) {
      self = fn;
      fn = fn[name];
    }
    return Reflect.apply(fn, self, args);
  }
  return $py;
}
