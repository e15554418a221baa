/**
 * `$py`, and the operators object that generic code uses on PyProxies.
 * In: a connection's proxies. Out: `$py(modname)` with call, get, async, eval, exec, toJs, fromJs, byRef, slice,
 * tuple; `proxy[Symbol.for("polyrepl.python")]` is the operators object.
 */
import { ByRef } from "./marshal.mjs";
import { OPS, SORTS } from "./protocol.mjs";
import { records } from "./proxy.mjs";

/** @param {import("./connection.mjs").Connection} connection @param {import("./proxy.mjs").Proxies} proxies */
export function makePython(connection, proxies) {
  const { marshal } = connection;
  const request = (op, ...operands) => connection.request(op, () => operands);
  const encoded = (op, ...values) => connection.request(op, (m) => values.map((value) => m.encode(value)));
  const isProxy = (value) => (typeof value === "object" && value !== null) || typeof value === "function"
    ? proxies.handleOf(value) !== undefined : false;

  /** Import a Python module; a dotted name gives the leaf. */
  const $py = (name) => request(OPS.import, name);
  let builtins;
  Object.defineProperty($py, "builtins", { get: () => (builtins ??= encoded(OPS.make, "names", null)), enumerable: true });
  $py.call = (root, path, args) => (isProxy(root) ? proxies.call(root, path.length ? path : null, args) : callAny(root, path, args));
  $py.get = (root, path) => (isProxy(root) ? proxies.get(root, path) : path.reduce((value, name) => value[name], root));
  $py.async = (root, path, args, options) =>
    isProxy(root) ? proxies.post(root, path.length ? path : null, args, options?.signal) : Promise.resolve().then(() => callAny(root, path, args));
  $py.eval = (source) => request(OPS.eval, source);
  $py.exec = (source) => {
    request(OPS.exec, source);
  };
  $py.toJs = (value) => {
    if (value instanceof Error && isProxy(value.exception)) return value;
    return isProxy(value) ? proxies.ask(OPS.convert, records.get(value)) : value;
  };
  $py.fromJs = (value) => (isProxy(value) ? value : encoded(OPS.make, "value", value));
  $py.byRef = (value) => (isProxy(value) ? value : new ByRef(value));
  $py.slice = (start, stop, step) => encoded(OPS.make, "slice", [start, stop, step]);
  $py.tuple = (array) => encoded(OPS.make, "tuple", [...array]);
  /** Keyword arguments for plain JavaScript: `f(x, ...$py.kwargs({ axis: 0 }))`. */
  $py.kwargs = (values) => Object.entries(values).flatMap(([name, value]) => [marshal.makeKeyword(name), value]);
  $py.isProxy = isProxy;
  $py.destroy = (value) => proxies.destroy(value);
  $py.register = (name, { test, encode, decode }) => {
    if (test !== undefined) marshal.custom.push({ name, test, encode });
    if (decode !== undefined) marshal.revive.set(name, decode);
  };
  $py.setKeywordMaker = (make) => {
    marshal.makeKeyword = make;
  };

  function callAny(root, path, args) {
    let self;
    let fn = root;
    for (const name of path) {
      self = fn;
      fn = fn[name];
    }
    return Reflect.apply(fn, self, args);
  }

  const ask = (op, o, ...operands) => proxies.ask(op, records.get(o), ...operands);
  const operate = (name, ...values) => connection.request(OPS.operator, (m) => [name, ...values.map((value) => m.encode(value))]);
  proxies.ops = Object.freeze({
    binary: (name, a, b) => operate(name, a, b),
    unary: (name, a) => operate(name, a),
    equals: (a, b) => operate("equals", a, b),
    hash: (a) => operate("hash", a),
    truth: (a) => operate("truth", a),
    getitem: (o, key) => ask(OPS.getitem, o, key),
    setitem: (o, key, value) => {
      ask(OPS.setitem, o, key, value);
    },
    delitem: (o, key) => {
      ask(OPS.delitem, o, key);
    },
    contains: (o, key) => ask(OPS.contains, o, key),
    len: (o) => ask(OPS.len, o),
    repr: (o) => ask(OPS.repr, o),
    str: (o) => ask(OPS.str, o),
    typeName: (o) => ask(OPS.describe, o).type,
    kind: (o) => SORTS[records.get(o).traits & 15],
    traceback: (o) => proxies.call($py("polyrepl.bridge.frames"), ["traceback_text"], [o]),
    copy: (o) => $py.toJs(o),
    destroy: (o) => proxies.destroy(o),
    enter: (o) => ask(OPS.send, o, "enter", null),
    exit: (o, error) => ask(OPS.send, o, "exit", error ?? null),
    send: (o, value) => ask(OPS.send, o, "next", value),
    throw: (o, error) => ask(OPS.send, o, "throw", error),
    close: (o) => {
      ask(OPS.send, o, "return", null);
    },
  });
  return $py;
}
