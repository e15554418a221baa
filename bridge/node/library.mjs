/**
 * The bridge for plain Node programs, with Node as the parent.
 * In: which Python to start. Out: `{ $py, bridge, close }`. By default proxies return promises (`await np.sum([1, 2])`);
 * with `sync: true` they are the live PyProxies that the REPL has, and calls simply return.
 *
 *     const { $py, close } = await createNodePythonBridge();
 *     const math = await $py("math");
 *     await math.sqrt(16);   // 4
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { Connection } from "./connection.mjs";
import * as evaluator from "./evaluator.mjs";
import { BridgeError, PyError } from "./errors.mjs";
import { Exports } from "./handles.mjs";
import { Interrupts } from "./interrupts.mjs";
import { Marshal } from "./marshal.mjs";
import { OPS } from "./protocol.mjs";
import { Proxies, records } from "./proxy.mjs";
import { makePython } from "./python.mjs";
import { makeServer } from "./server.mjs";
import { Channel } from "./transport.mjs";

export { PyError, BridgeError };

/**
 * Start Python and talk to it.
 * @param {string | {python?: string, sync?: boolean, args?: string[], env?: object, cwd?: string}} [options] a Python to
 *   run (default: POLYREPL_PYTHON, else "python3"; it must have polyrepl installed), or options
 * @returns {Promise<{$py: any, bridge: any, close: () => Promise<void>}>}
 * @throws {BridgeError} when Python cannot be started or lacks polyrepl
 */
export async function createNodePythonBridge(options = {}) {
  const { python = process.env.POLYREPL_PYTHON ?? "python3", sync = false, args = ["-m", "polyrepl.bridge"], env, cwd } =
    typeof options === "string" ? { python: options } : options;
  const child = spawn(python, args, { stdio: ["ignore", "inherit", "inherit", "pipe"], env: env ?? process.env, cwd });
  const bell = child.stdio[3];
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [pid, theirRead, theirWrite] = await handshake(child, bell, python);
  // A pipe opened through /proc is a description of its own: one that blocks, and one that does not to spin on.
  const at = (fd) => `/proc/${pid}/fd/${fd}`;
  const readFd = fs.openSync(at(theirRead), fs.constants.O_RDONLY);
  const spinFd = fs.openSync(at(theirRead), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const writeFd = fs.openSync(at(theirWrite), fs.constants.O_WRONLY);
  bell.write("!");

  const connection = new Connection(new Channel(readFd, spinFd, writeFd), new Int32Array(16));
  const proxies = new Proxies(connection);
  connection.marshal = new Marshal(new Exports(), proxies);
  keepPromises(connection);
  connection.perform = makeServer(connection, evaluator, new Interrupts(connection.words));
  const $sync = makePython(connection, proxies);

  let closed = false;
  connection.exit = () => {
    shut();
    throw new BridgeError("the Python process has ended");
  };
  function shut() {
    if (closed) return;
    closed = true;
    connection.closed = true;
    for (const fd of [readFd, spinFd, writeFd]) fs.closeSync(fd);
    for (const { reject } of connection.promises.values()) reject(new BridgeError("the Python process has ended"));
    connection.promises.clear();
    bell.destroy();
  }
  bell.on("data", () => {
    try {
      if (!closed) connection.bell();
    } catch (error) {
      if (!closed) throw error;
    }
  });
  bell.on("error", shut);
  bell.on("close", shut);
  child.on("exit", shut);
  const close = async () => {
    shut();
    await ended;
  };
  const bridge = { python: pid, connection, proxies, stats: () => connection.request(OPS.stats, () => []) };
  return { $py: sync ? $sync : promising(connection, proxies, $sync), bridge, close };
}

/** A promise that Python holds is Python's to await: rejected before that, it must not end this program. What Python
 * forgets without having awaited it is a warning, since this program may have dealt with it as well. */
function keepPromises(connection) {
  const { marshal } = connection;
  marshal.onPromise = (promise) => promise.then(undefined, () => {});
  marshal.exports.forgotten = (value) => {
    if (!(value instanceof Promise) || connection.awaited.has(value)) return;
    value.then(undefined, (error) => process.emitWarning(`rejected, and Python never awaited it: ${error?.stack ?? error}`));
  };
}

function handshake(child, bell, python) {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why) => reject(new BridgeError(`${python} cannot serve (${why}): install polyrepl there, or pass another Python`));
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`exit status ${code}`));
    bell.on("data", function read(data) {
      text += data;
      if (!text.includes("\n")) return;
      bell.off("data", read);
      resolve(text.trim().split(",").map(Number));
    });
  });
}

/** `$py` whose proxies return promises: attributes are collected, a call or an `await` makes the round trip. */
function promising(connection, proxies, $sync) {
  const wrap = (value) =>
    ((typeof value === "object" && value !== null) || typeof value === "function") && records.has(value) ? chain(value, []) : value;
  const post = (op, operands) => connection.post(op, operands).then(wrap);
  const handleOf = (root) => proxies.handleOf(root);

  function chain(root, path) {
    const later = path.length > 0 || root instanceof Promise;
    const target = function () {}.bind(null);
    const proxy = new Proxy(target, {
      get(_, key) {
        if (key === "then") return later ? (resolve, reject) => fetch(root, path).then(resolve, reject) : undefined;
        if (key === Symbol.asyncIterator) return () => iterate(root, path);
        if (typeof key === "symbol") return undefined;
        return chain(root, [...path, key]);
      },
      set() {
        throw new TypeError("assign with `await $py.set(object, name, value)`");
      },
      apply: (_, self, args) => settle(root).then((object) => proxies.post(object, path.length ? path : null, args)).then(wrap),
    });
    if (!later) records.set(proxy, records.get(root));
    keep.set(proxy, root);
    return proxy;
  }
  const keep = new WeakMap(); // a chain keeps what it starts from
  const settle = async (root) => keep.get(await root) ?? (await root);
  const fetch = async (root, path) => {
    const object = await settle(root);
    return path.length ? post(OPS.getattr, () => [handleOf(object), path, 1]) : chain(object, []);
  };
  async function* iterate(root, path) {
    const object = keep.get(await fetch(root, path)) ?? root;
    let [alone, iterator, done, items, error] = await connection.post(OPS.iter, () => [handleOf(object), 1, false]);
    for (let size = 2; ; size = Math.min(size * 2, 512)) {
      yield* items.map(wrap);
      if (error !== undefined) throw error;
      if (done) return;
      [done, items, error] = await connection.post(OPS.next, () => [handleOf(iterator), alone ? size : 1]);
    }
  }

  const $py = (name) => chain(post(OPS.import, () => [name]).then((module) => keep.get(module) ?? module), []);
  $py.eval = (source) => post(OPS.eval, () => [source]);
  $py.exec = (source) => post(OPS.exec, () => [source]);
  $py.set = (object, name, value) => post(OPS.setattr, (m) => [handleOf(object), name, m.encode(value)]);
  $py.getitem = (object, key) => post(OPS.getitem, (m) => [handleOf(object), m.encode(key)]);
  $py.setitem = (object, key, value) => post(OPS.setitem, (m) => [handleOf(object), m.encode(key), m.encode(value)]);
  $py.toJs = (object) => connection.post(OPS.convert, () => [handleOf(object)]);
  $py.call = (object, args, options) => proxies.post(object, null, args, options?.signal).then(wrap);
  $py.repr = (object) => connection.post(OPS.repr, () => [handleOf(object)]);
  $py.kwargs = $sync.kwargs;
  $py.byRef = $sync.byRef;
  $py.register = $sync.register;
  return $py;
}
