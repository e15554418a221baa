/**
 * The operators object that generic code uses on PyProxies: `proxy[Symbol.for("polyrepl.python")]`.
 * In: a connection's proxies. Out: Python's operations on them as functions, each one request.
 */
import { UNKNOWN, readAhead } from "./ahead.mjs";
import { records } from "./handles.mjs";
import { KEYWORD } from "./keywords.mjs";
import { within, withinAsync } from "./managers.mjs";
import { OPS, SORT_BITS, SORTS, TRAITS } from "./protocol.mjs";

const COUNTERS = new Set(["count", "cycle", "repeat"]);

/** @param {import("./proxy.mjs").Proxies} proxies @param {() => AbortSignal} signal of the form that runs */
export function makeOperators(proxies, signal) {
  const { connection } = proxies;
  const ask = (op, o, ...operands) => proxies.ask(op, records.get(o), ...operands);
  const operate = (name, ...values) => connection.request(OPS.operator, (m) => [name, ...values.map((value) => m.encode(value))]);
  return Object.freeze({
    binary: (name, a, b) => operate(name, a, b),
    unary: (name, a) => operate(name, a),
    equals: (a, b) => operate("equals", a, b),
    hash: (a) => operate("hash", a),
    /** The text of a string of any class, else undefined. */
    text: (a) => operate("text", a),
    /** The whole number of an integer of any class, else undefined. */
    index: (a) => operate("index", a),
    truth: (a) => operate("truth", a),
    getitem: (o, key) => ask(OPS.getitem, o, key),
    /** The item, of what has none the attribute; undefined where there is nothing. Asking makes no item. */
    lookup: (o, key) => {
      const handler = records.get(o);
      if (handler.rows !== undefined) {
        const name = typeof key === "string" ? key : typeof key === "function" ? key[KEYWORD] : undefined;
        const item = typeof name === "string" ? readAhead(handler, name, false) : UNKNOWN;
        if (item !== UNKNOWN) return item;
      }
      return operate("lookup", o, key);
    },
    /** A shallow copy that can be changed, also of what cannot. */
    clone: (o) => connection.request(OPS.make, (m) => ["clone", m.encode(o)]),
    setitem: (o, key, value) => {
      ask(OPS.setitem, o, key, value);
    },
    delitem: (o, key) => {
      ask(OPS.delitem, o, key);
    },
    contains: (o, key) => ask(OPS.contains, o, key),
    probe: (o, name) => proxies.probe(o, name),
    len: (o) => ask(OPS.len, o),
    /** Python's repr; of one that is longer than `most` characters the beginning, and how much more there is. */
    repr: (o, most) => (most === undefined ? ask(OPS.repr, o) : ask(OPS.repr, o, most)),
    str: (o) => ask(OPS.str, o),
    typeName: (o) => ask(OPS.describe, o).type,
    awaitable: (o) => (records.get(o).traits & TRAITS.AWAITABLE) !== 0,
    /** Is it a generator, or a counter of itertools, which may go on without end? */
    isOpen: (o) => {
      const { traits } = records.get(o);
      if (traits & TRAITS.GENERATOR || !(traits & TRAITS.ITERATOR)) return (traits & TRAITS.GENERATOR) !== 0;
      const { type, module } = ask(OPS.describe, o);
      return module === "itertools" && COUNTERS.has(type);
    },
    kind: (o) => SORTS[records.get(o).traits & SORT_BITS],
    traceback: (o) => proxies.call(connection.request(OPS.import, () => ["polyrepl.bridge.frames"]), ["traceback_text"], [o]),
    copy: (o) => ask(OPS.convert, o),
    destroy: (o) => proxies.destroy(o),
    enter: (o) => proxies.call(o, ["__enter__"], []),
    exit: (o, error) => ask(OPS.send, o, "exit", error ?? null),
    within: (o) => within(proxies, o),
    withinAsync: (o) => withinAsync(proxies, o, signal()),
    send: (o, value) => ask(OPS.send, o, "next", value),
    throw: (o, error) => ask(OPS.send, o, "throw", error),
    close: (o) => {
      ask(OPS.send, o, "return", null);
    },
  });
}
