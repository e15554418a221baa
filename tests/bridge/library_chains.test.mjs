/** createNodePythonBridge: calls of what other calls come to. Run by library_test.py. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createNodePythonBridge, run, test } from "./node_programs.mjs";

/** How many requests go out while a function runs. */
async function trips(bridge, body) {
  const { connection } = bridge;
  const { post } = connection;
  let count = 0;
  connection.post = function (...args) {
    count += 1;
    return post.apply(this, args);
  };
  try {
    return [await body(), count];
  } finally {
    connection.post = post;
  }
}

test("a whole chain is one round trip, whatever it is made of", async () => {
  await using python = await createNodePythonBridge();
  const { $py, bridge } = python;
  const np = await $py("numpy");
  assert.deepEqual(await trips(bridge, () => np.arange(6).reshape(2, 3).sum()), [15, 1]);
  assert.deepEqual(await trips(bridge, () => np.dot(np.arange(3), np.ones(3).cumsum())), [8, 1]);
  assert.deepEqual(await trips(bridge, () => np.concatenate([np.arange(2), np.arange(3)]).size), [5, 1]);
  assert.deepEqual(await trips(bridge, () => np.sum(np.arange(6).reshape(2, 3), ...$py.kwargs({ axis: 0 })).tolist().pop()), [7, 1]);
  // A branch, and what is read of a call, travel along; so does what JavaScript has no name for: a number's method.
  const body = async () => {
    const a = np.arange(6);
    const parts = [a.reshape(2, 3).shape, a.max(), a.dtype.name, a.mean().is_integer()];
    const [shape, ...rest] = await Promise.all(parts);
    return [await $py.repr(shape), ...rest];
  };
  const [values, count] = await trips(bridge, body);
  assert.deepEqual(values, ["(2, 3)", 5, "int64", false]);
  assert.equal(count, 2); // and the repr
  // A module that is not there yet is waited for.
  assert.equal(await $py("numpy").arange(4).sum(), 6);
});

test("items of sequences and mappings are read as properties, on the way too", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const builtins = await $py("builtins");
  const np = await $py("numpy");
  assert.equal(await np.arange(6).reshape(2, 3).T.shape[0], 3);
  const list = await builtins.list([["a", "b"], "c"]);
  assert.deepEqual([await list[1], await list.length, await list[5], await list[0][1].upper()], ["c", 2, undefined, "B"]);
  const dict = await builtins.dict({ a: { b: ["x"] } });
  assert.deepEqual([await dict.a.b[0], await dict.a.nothing], ["x", undefined]);
  await assert.rejects(async () => await list[5].upper(), { name: "AttributeError" });
  await assert.rejects(() => createNodePythonBridge("python3", { cwd: "/" }), /takes one argument/);
});

test("a call runs whether it is awaited or not, and what follows a statement comes after it", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const np = await $py("numpy");
  np.random.seed(0);
  const first = await np.random.rand();
  for (let i = 0; i < 100; i++) {
    np.random.seed(0);
    assert.equal(await np.random.rand(), first);
  }
  const list = await $py.eval("[]");
  for (let i = 0; i < 20; i++) list.append(i);
  assert.equal(await $py.repr(list), `[${Array.from({ length: 20 }, (_, i) => i).join(", ")}]`);
  list.clear();
  assert.deepEqual(await $py.toJs(list), []);
  list.append(1);
  const seen = [];
  for await (const item of list) seen.push(item);
  assert.deepEqual(seen, [1]);
});

test("a statement that goes on keeps nothing waiting for ever", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  await $py.exec("import asyncio, threading\nevent = threading.Event()\ndone = []\ndef stand():\n    event.wait()\n    done.append(1)\nlater = asyncio.Event()");
  const stand = await $py.eval("stand");
  const ended = stand();
  await (await $py.eval("event")).set();
  await ended;
  assert.equal(await $py.eval("len(done)"), 1);
  // What awaits is no obstacle at all.
  (await $py.eval("later")).wait();
  assert.equal(await $py.eval("6 * 7"), 42);
});

test("calls that are awaited together run beside each other", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  await $py.exec("import threading\nbarrier = threading.Barrier(3)");
  const barrier = await $py.eval("barrier");
  const places = await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()]);
  assert.deepEqual(places.sort(), [0, 1, 2]);
});

test("arguments may hold what is still to come, at any depth", async () => {
  await using python = await createNodePythonBridge();
  const { $py, bridge } = python;
  await $py.exec(`
import asyncio
def same(*args, **kwargs): return repr((args, kwargs))
async def slow(x):
    await asyncio.sleep(0)
    return x
def fail(): raise ValueError("no")`);
  const [same, slow, fail] = await Promise.all(["same", "slow", "fail"].map((name) => $py.eval(name)));
  const math = await $py("math");
  const shared = [math.floor(7.5)];
  const body = () => same(slow(1), [slow("a"), { b: [math.pi, slow(slow(2))] }], new Map([["k", slow(3)]]), new Set([slow(4)]), shared, shared, ...$py.kwargs({ c: slow(null) }));
  const [text, count] = await trips(bridge, body);
  assert.equal(text, "((1, ['a', {'b': [3.141592653589793, 2]}], {'k': 3}, {4}, [7], [7]), {'c': None})");
  assert.equal(count, 1);
  const cyclic = { x: math.sqrt(4) };
  cyclic.self = cyclic;
  assert.match(await same(cyclic), /^\(\(\{'x': 2.0, 'self': \{...\}\},\), \{\}\)$/);
  // What is under way, or has come, counts as well.
  const under = slow(5);
  await $py.eval("1");
  const there = slow(6);
  await there;
  assert.equal(await same(under, there, [there]), "((5, 6, [6]), {})");
  assert.equal(await there.bit_length(), 3);
  // A function of a module is itself, and what was copied is untouched.
  assert.deepEqual(await $py.toJs(await (await $py("builtins")).list((await $py("builtins")).map(math.sqrt, [4, 9]))), [2, 3]);
  assert.equal(await $py.repr(slow([1])), "[1]");
  assert.deepEqual(await $py.toJs(slow([1])), [1]);
  const box = await $py.eval("type('Box', (), {})()");
  await $py.set(box, "x", slow(7));
  assert.equal(await box.x, 7);
  // A call of what has failed fails with the same error and is not made.
  const failed = fail();
  await assert.rejects(same([failed]), { name: "ValueError", message: "no" });
  await assert.rejects(failed, { name: "ValueError" });
  const getter = { get x() { throw new Error("mine"); } };
  await assert.rejects(same(slow(1), getter), { message: "mine" });
  assert.equal(await same(slow(1)), "((1,), {})");
});

test("a call that could go at once waits for nothing that waits for it", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const operator = await $py("operator");
  // What an operation comes to, together with what that operation needs.
  const list = operator.concat([1], [2]);
  const item = $py.getitem(list, 0);
  assert.deepEqual(await $py.toJs(operator.concat(list, [item])), [1, 2, 1]);
  const other = operator.concat(list, [$py.getitem(operator.concat(list, [item]), 2)]);
  assert.deepEqual(await $py.toJs(operator.concat(other, operator.concat(other, [item]))), [1, 2, 1, 1, 2, 1, 1]);
  // What is under way and ends only by the call, together with the call.
  const queue = await $py.eval("__import__('queue').Queue()");
  const got = queue.get();
  got.catch(() => {});
  await $py.eval("1");
  const put = queue.put(5);
  assert.equal(await operator.or_(got, operator.is_not(put, null)), 5);
});

test("close sends what waits for an import", async () => {
  const { $py, close } = await createNodePythonBridge();
  const told = [];
  $py("atexit").register(() => told.push("over"));
  await close();
  assert.deepEqual(told, ["over"]);
});

test("an awaited result stays live; a result that is to come is like a promise", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const list = await $py.eval("[3]");
  const pop = list.pop;
  assert.equal(await (await $py.eval("type('T', (), {'xs': [1, 2]})()")).xs.pop(), 2);
  assert.equal(await pop(), 3);
  await assert.rejects(pop(), { name: "IndexError" });
  const result = list.copy();
  assert.ok(result instanceof Promise);
  assert.equal(typeof result.then, "function");
  assert.equal(await result.finally(() => {}), await result);
  assert.equal(await list.pop().catch((error) => error.name), "IndexError");
  assert.equal(await list.pop().then(() => "fine", (error) => error.name), "IndexError");
  assert.deepEqual((await Promise.allSettled([list.pop(), list.copy()])).map(({ status }) => status), ["rejected", "fulfilled"]);
  assert.match(inspect(list.copy().pop), /^PyProxy \{ \[3\]\.copy\(\)\.pop, to be awaited \}$/);
  await $py.exec("class Odd:\n    def then(self): return 1\n    def catch(self): return 2");
  const odd = await (await $py.eval("Odd"))();
  assert.equal(await odd.catch(), 2);
  assert.equal(await (await $py.get(odd, ["then"]))(), 1);
});

test("for await iterates generators of both kinds, and closes those that it leaves early", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  await $py.exec(`
import asyncio
log = []
def plain():
    try:
        for i in range(5): yield [i]
    finally: log.append("plain")
async def later():
    try:
        for i in range(5):
            await asyncio.sleep(0)
            yield [i]
    finally: log.append("later")
async def fails():
    yield 1
    raise ValueError("no")`);
  for (const name of ["plain", "later"]) {
    const all = [];
    for await (const item of (await $py.eval(name))()) all.push(await item.pop());
    assert.deepEqual(all, [0, 1, 2, 3, 4]);
    const some = [];
    for await (const item of await (await $py.eval(name))()) {
      some.push(await item.pop());
      if (some.length === 2) break;
    }
    assert.deepEqual(some, [0, 1]);
    assert.deepEqual(await $py.toJs($py.eval("log")), [name, name]);
    await (await $py.eval("log")).clear();
  }
  const seen = [];
  await assert.rejects(async () => {
    for await (const item of (await $py.eval("fails"))()) seen.push(item);
  }, { name: "ValueError", message: "no" });
  assert.deepEqual(seen, [1]);
  const list = await $py.eval("iter([1, 2, 3])");
  for await (const item of list) if (item === 1) break;
  assert.equal(await list.__next__(), 2); // what somebody holds stays open
});

test("await using leaves a context manager", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  await $py.exec(`
log = []
class Plain:
    def __enter__(self): return self
    def __exit__(self, *error): log.append("plain")
class Async:
    async def __aenter__(self): return self
    async def __aexit__(self, *error): log.append("async")`);
  {
    await using plain = await (await $py.eval("Plain"))();
    await using other = (await $py.eval("Async"))();
    void plain, other;
  }
  assert.deepEqual(await $py.eval("log").copy().then($py.toJs), ["async", "plain"]);
  await assert.rejects(async () => {
    await using no = await $py.eval("[]");
    void no;
  }, TypeError);
});

test("what wants to be told of errors is left by $py.with, and not by await using", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  await $py.exec(`
import contextlib
told = []
class Told:
    def __init__(self, swallow=False): self.swallow = swallow
    def __enter__(self): return 7
    def __exit__(self, kind, error, traceback):
        told.append(f"{kind and kind.__name__} {error}")
        return self.swallow
class ToldLater(Told):
    async def __aenter__(self): return 8
    async def __aexit__(self, *left): return self.__exit__(*left)
@contextlib.contextmanager
def items(): yield [1]`);
  const [Told, ToldLater] = [await $py.eval("Told"), await $py.eval("ToldLater")];
  const message = /is to be told of errors, and `await using` tells of none: use `await \$py.with/;
  let ran = 0;
  for (const make of [() => Told(), () => ToldLater(), () => $py.eval("items()")]) {
    await assert.rejects(async () => {
      await using no = await make();
      ran += 1;
      void no;
    }, { name: "TypeError", message });
  }
  assert.equal(ran, 0);
  await assert.rejects(async () => {
    await using no = Told(); // not there yet: it cannot be known before the end
    void no;
  }, { name: "TypeError", message });
  assert.deepEqual(await $py.toJs(await $py.eval("told")), []);
  assert.equal(await $py.with(Told(), (value) => value + 1), 8);
  assert.equal(await $py.with(await ToldLater(), async (value) => value + 1), 9);
  assert.equal(await $py.with(Told(true), () => { throw new Error("forgotten"); }), undefined);
  await assert.rejects($py.with(ToldLater(), async () => { throw new RangeError("no"); }), { name: "RangeError", message: "no" });
  assert.deepEqual(await $py.toJs(await $py.eval("told")), ["None None", "None None", "JSError Error: forgotten", "JSError RangeError: no"]);
  // What it gives is a live proxy, and statements of the body have run when it is left.
  await $py.exec("from sqlite3 import connect\nconnection = connect(':memory:', check_same_thread=False)");
  const connection = await $py.eval("connection");
  await connection.execute("create table t(a)");
  await assert.rejects($py.with(connection, async (it) => {
    it.execute("insert into t values (1)");
    throw new Error("no");
  }), /no/);
  await $py.with(connection, (it) => void it.execute("insert into t values (2)"));
  await connection.rollback();
  assert.equal(await connection.execute("select sum(a) from t").fetchone()[0], 2);
  await assert.rejects($py.with(await $py.eval("[]"), () => 1), /not a Python context manager/);
  await assert.rejects($py.with(5, () => 1), /not a Python context manager/);
  const late = $py.with($py.eval("__import__('asyncio').timeout(0.01)"), () => new Promise((resolve) => setTimeout(resolve, 60_000).unref()));
  await assert.rejects(late, { name: "TimeoutError" });
});

test("an object's own questions of JavaScript's are refused at once, and options of a call are looked at", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const list = await $py.eval("[1]");
  for (const ask of [() => Buffer.from(list.copy()), () => Object.hasOwn(list, "append"), () => list.copy().valueOf()]) {
    assert.throws(ask, { name: "TypeError", message: /answers asynchronously/ });
  }
  assert.throws(() => $py.call(list.copy, ["a"], [1]), /the options of a call are { signal }, not an array/);
  assert.throws(() => $py.call(list.copy, [], { sginal: 1 }), /not { sginal }/);
  assert.throws(() => $py.call(list.copy, [], { signal: 5 }), /`signal` of a call is an AbortSignal, not a number/);
  assert.equal(await $py.call(list.copy, [], { signal: undefined }).__len__(), 1);
});

test("an error names the call of Python's and points at the line that made it", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const math = await $py("math");
  async function wrong() {
    return await math.floor(7).bit_length("too", "many").real; // here
  }
  const line = Number(/chains\.test\.mjs:(\d+)/.exec(new Error().stack)[1]) - 2;
  const error = await wrong().catch((error) => error);
  assert.equal(error.name, "TypeError");
  const [, first, second] = error.stack.split("\n");
  assert.equal(first, "    at math.floor(…).bit_length(…) (Python)");
  assert.match(second, new RegExp(`at wrong \\(.*library_chains\\.test\\.mjs:${line}:`));
  assert.doesNotMatch(error.stack, /bridge\/node\//);
  for (const [promise, label] of [[$py("no_such_module"), "no_such_module"], [$py.eval("1 / 0"), "1 / 0"], [$py.exec("nope"), "$py.exec"], [math.sqrt(-1), "math.sqrt(…)"]]) {
    const { stack } = await promise.then(assert.fail, (error) => error);
    assert.ok(stack.includes(`\n    at ${label} (Python)\n`), stack);
    assert.match(stack, /library_chains\.test\.mjs/);
  }
});

const SETUP = `
const { $py, close } = await createNodePythonBridge();
const np = await $py("numpy");
const list = await $py.eval("[]");
process.on("unhandledRejection", (error) => console.log("told:", error.stack.split("\\n").slice(0, 2).join(" |")));
`;

test("a failure that nobody looked at is told once, and names the call", async () => {
  const { out, err, status } = await run(`${SETUP}
np.random.seed("x").foo.bar(1).baz();
list.pop();
$py("no_such_module").f();
$py.eval("1 /");
await $py.eval("1");
await close();
console.log("end");`);
  const [seed, pop, module, syntax, end, ...rest] = out.trimEnd().split("\n");
  assert.match(seed, /^told: \w+: .* \|    at numpy\.random\.seed\(…\) \(Python\)$/);
  assert.equal(pop, "told: IndexError: pop from empty list |    at [].pop() (Python)");
  assert.equal(module, "told: ModuleNotFoundError: No module named 'no_such_module' |    at no_such_module (Python)");
  assert.match(syntax, /^told: SyntaxError: .* \|    at 1 \/ \(Python\)$/);
  assert.deepEqual([end, rest, err, status], ["end", [], "", 0]);
});

test("without a listener it ends the program as Node ends it for a rejected promise", async () => {
  const { out, err, status } = await run(`
const { $py } = await createNodePythonBridge();
const list = await $py.eval("[]");
list.pop();
await $py.eval("1");
setInterval(() => {}, 1000);`);
  assert.equal(status, 1);
  assert.equal(out, "");
  assert.match(err, /IndexError\]?: pop from empty list\n    at \[\]\.pop\(\) \(Python\)\n    at file:.*\[eval1\]:\d/);
  assert.equal(err.match(/IndexError/g).length, 1);
});

test("nothing is told of what was looked at, of what went well, and of what close has ended", async () => {
  const { out, err, status } = await run(`${SETUP}
np.arange(3);
np.arange(3).sum();
void np.arange(3).shape;
void list.nope;
const bad = list.pop();
bad.foo();
await bad.catch(() => {});
const failing = list.pop().a.b().c();
await failing.catch(() => {});
await list.pop().then(() => {}, () => {});
await Promise.allSettled([list.pop(), list.index(1).x]);
try { await list.pop().x; } catch {}
const { then } = list.pop();
await then(() => {}, () => {});
const twice = list.pop();
if (typeof twice.then === "function") await twice.then(undefined, () => {});
$py("asyncio").Event().wait();
const time = await $py("time");
time.sleep(60);
await $py.eval("1");
await close();
list.pop();
console.log("end");`);
  assert.deepEqual({ out, err, status }, { out: "end\n", err: "", status: 0 });
});

test("Python's death is told once where nobody looked, and not where somebody did", async () => {
  for (const [look, said] of [["", "told: BridgeError: the Python process has ended"], [`.catch((error) => console.log("looked:", error.message))`, "looked: the Python process has ended"]]) {
    const { out, err, status } = await run(`${SETUP}
const os = await $py("os");
const sleep = await $py("time").sleep;
sleep(60)${look};
sleep(60);
sleep(60);
os._exit(3);
process.once("beforeExit", () => console.log("end"));`);
    const [first, ...rest] = out.trimEnd().split("\n");
    assert.ok(first.startsWith(said), out);
    assert.deepEqual({ rest, err, status }, { rest: ["end"], err: "", status: 0 });
  }
});

test("large arrays go with chains as they go with calls", async () => {
  await using python = await createNodePythonBridge();
  const { $py } = python;
  const builtins = await $py("builtins");
  const bytes = new Uint8Array(1 << 20).fill(7);
  for (let i = 0; i < 3; i++) {
    assert.equal(await builtins.len(bytes).bit_length(), 21);
    assert.equal(await builtins.sum(builtins.list(bytes)).bit_length(), 23);
    assert.equal(await builtins.len(bytes), 1 << 20);
  }
});

test("what is no literal is looked through for results no more than it is copied", async () => {
  await using python = await createNodePythonBridge();
  const builtins = await python.$py("builtins");
  const sparse = new Array(4e9);
  assert.equal(await builtins.isinstance(sparse, builtins.list), false); // by handle, and none of its places looked at
  class Own extends Array {}
  const own = Own.of(builtins.int("5"), 6);
  assert.equal(await builtins.sum(own), 11);
});
