/** createNodePythonBridge: Node as the parent. Run by library_test.py (it passes the Python) or `node --test`. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createNodePythonBridge, test } from "./node_programs.mjs";

const gone = (pid) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

test("proxies return promises", async () => {
  const { $py, bridge, close } = await createNodePythonBridge();
  const math = await $py("math");
  assert.equal(await math.sqrt(16), 4);
  assert.equal(await math.pi, Math.PI);
  assert.equal(await $py("os").path.join("a", "b"), "a/b");
  assert.deepEqual(await $py.toJs(await $py.eval("[1, (2, 3)]")), [1, [2, 3]]);
  assert.equal(await (await $py("builtins")).sorted(["bb", "a"], ...$py.kwargs({ key: (x) => x.length, reverse: true })).then($py.repr), "['bb', 'a']");
  const items = [];
  for await (const x of await $py.eval("range(5)")) items.push(x);
  assert.deepEqual(items, [0, 1, 2, 3, 4]);
  await assert.rejects(math.sqrt(-1), (error) => error.name === "ValueError" && error instanceof Error);
  assert.equal(await math.nope, undefined);
  assert.equal((await math.nope) ?? "none", "none");
  await assert.rejects(math.nope(), { name: "AttributeError" });
  await assert.rejects($py.get(math, ["nope"]), { name: "AttributeError" });
  await $py.exec("class Chain:\n    def then(self, x): return ['then', x]");
  const chain = await (await $py.eval("Chain"))(); // not taken for a promise
  assert.equal(await $py.repr(await (await $py.get(chain, ["then"]))(1)), "['then', 1]");
  const thing = await $py.eval("type('T', (), {})()");
  await $py.set(thing, "x", 5);
  assert.equal(await thing.x, 5);
  await $py.exec("import asyncio\nasync def slow(x):\n    await asyncio.sleep(0.01)\n    return x");
  const slow = await $py.eval("slow");
  assert.deepEqual(await Promise.all(Array.from({ length: 100 }, (_, i) => slow(i))), Array.from({ length: 100 }, (_, i) => i));
  await close();
  assert.ok(gone(bridge.python));
});

test("what is wanted at once of an asynchronous proxy is a TypeError", async () => {
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  process.on("unhandledRejection", note);
  const { $py, close } = await createNodePythonBridge();
  const list = await $py.eval("[1, 2]");
  for (const proxy of [list, $py("math"), list.append, (await $py("math")).pi]) {
    const wanted = {
      template: () => `${proxy}`,
      String: () => String(proxy),
      plus: () => proxy + "",
      number: () => +proxy,
      less: () => proxy < 3,
      loosely: () => proxy == "[1, 2]",
      in: () => "append" in proxy,
      json: () => JSON.stringify(proxy),
      inside: () => JSON.stringify({ a: [proxy] }),
      instanceof: () => ({}) instanceof proxy,
      delete: () => delete proxy.x,
      assign: () => (proxy.x = 1),
      define: () => Object.defineProperty(proxy, "x", { value: 1 }),
      keys: () => Object.keys(proxy),
      spread: () => ({ ...proxy }),
      items: () => [...proxy],
      key: () => ({})[proxy],
    };
    for (const [name, want] of Object.entries(wanted)) {
      assert.throws(want, (error) => error.constructor === TypeError && (name === "items" || /asynchronously.*use `/.test(error.message)), name);
    }
    assert.equal(proxy == null, false);
    assert.equal(proxy == proxy, true);
    assert.equal(proxy == {}, false);
    assert.equal(Symbol.iterator in proxy, false);
    assert.match(inspect(proxy), /^PyProxy /);
  }
  assert.equal(await $py.repr(await new (await $py.eval("list"))("ab")), "['a', 'b']");
  assert.deepEqual(await $py.toJs(list), [1, 2]);
  await close();
  await new Promise((resolve) => setTimeout(resolve));
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});

test("abort signals cancel coroutines", async () => {
  const { $py, close } = await createNodePythonBridge();
  await $py.exec("import asyncio\nlog = []\nasync def wait():\n    try:\n        await asyncio.sleep(60)\n    except asyncio.CancelledError:\n        log.append('cancelled')\n        raise");
  const controller = new AbortController();
  const promise = $py.call(await $py.eval("wait"), [], { signal: controller.signal });
  await $py.eval("1");
  controller.abort(new Error("enough"));
  await assert.rejects(promise, /enough/);
  await $py.exec("pass");
  for (let i = 0; i < 100 && (await $py.eval("len(log)")) === 0; i++);
  assert.equal(await $py.eval("log[0]"), "cancelled");
  await close();
});

test("sync proxies simply return", async () => {
  const { $py, bridge, close } = await createNodePythonBridge({ sync: true });
  assert.equal($py("math").sqrt(16), 4);
  const list = $py.eval("[3, 1, 2]");
  assert.ok(Array.isArray(list));
  list.sort();
  assert.deepEqual([...list], [1, 2, 3]);
  assert.deepEqual($py.builtins.list($py.builtins.map((x) => x + 1, list)).map((x) => x * 2), [4, 6, 8]);
  assert.throws(() => $py.builtins.int("x"), { name: "ValueError" });
  assert.equal(bridge.stats().objects > 0, true);
  await close();
  assert.ok(gone(bridge.python));
  assert.throws(() => list.length, /ended|EBADF/);
});

test("death of Python is noticed at once", async () => {
  const { $py, bridge, close } = await createNodePythonBridge();
  await assert.rejects((await $py("os"))._exit(3), /Python process has ended/);
  await close();
  assert.ok(gone(bridge.python));
});

test("a Python that cannot serve is one clear error", async () => {
  await assert.rejects(createNodePythonBridge("no-such-python"), /install polyrepl/);
  await assert.rejects(createNodePythonBridge({ args: ["-c", "raise SystemExit(4)"] }), /exit status 4/);
});

test("a Python of another version is one clear error", async () => {
  const run = "import runpy; runpy.run_module('polyrepl.bridge', run_name='__main__')";
  const other = ["-c", `import polyrepl.bridge.protocol as page; page.VERSION = 99; ${run}`];
  await assert.rejects(createNodePythonBridge({ args: other }), /version 99 of the bridge, this one \d+\).*install polyrepl/);
});

test("two bridges at once do not mix", async () => {
  const one = await createNodePythonBridge({ sync: true });
  const two = await createNodePythonBridge({ sync: true });
  const list = one.$py.eval("[1, 2]");
  assert.notEqual(one.$py("os").getpid(), two.$py("os").getpid());
  const seen = two.$py.eval("lambda x: x");
  assert.equal(seen(list), list);
  assert.match(two.$py.builtins.repr(list), /1, 2/);
  assert.deepEqual([...list], [1, 2]);
  await one.close();
  await two.close();
});

test("types of your own cross by value; Python reaches its parent", async () => {
  const { $py, close } = await createNodePythonBridge();
  class Money {
    constructor(cents) {
      this.cents = cents;
    }
  }
  $py.register("money", { test: (x) => x instanceof Money, encode: (x) => x.cents, decode: (cents) => new Money(cents) });
  assert.equal(await (await $py("operator")).neg(new Money(5)), -5); // without Python's half it is data
  await $py.exec(`
from polyrepl.bridge import node
class Money:
    def __init__(self, cents):
        self.cents = cents
node.register(Money, "money", lambda money: money.cents, Money)
def double(money):
    return Money(money.cents * 2)
def ask():
    return node.eval("6 * 7")
`);
  const money = await (await $py.eval("double"))(new Money(5));
  assert.ok(money instanceof Money);
  assert.equal(money.cents, 10);
  assert.equal(await (await $py.eval("ask"))(), 42);
  await close();
});

test("a promise that Python holds is Python's to await", async () => {
  const { $py, close } = await createNodePythonBridge();
  await $py.exec(`
import asyncio
async def late(f):
    promise = f()
    await asyncio.sleep(0.05)  # rejected long since
    try:
        await promise
    except Exception as error:
        return str(error)
def forget(f):
    f()
`);
  const late = await $py.eval("late");
  assert.equal(await late(async () => { throw new Error("mine"); }), "Error: mine");
  const told = new Promise((resolve) => process.once("warning", resolve));
  const forget = await $py.eval("forget");
  await forget(async () => { throw new Error("nobody's"); });
  await $py.eval("1");
  assert.match((await told).message, /never awaited it: Error: nobody's/);
  await close();
});

for (const sync of [false, true]) {
  test(`calls after Python's end are errors of their own, sync: ${sync}`, async () => {
    const { $py, bridge, close } = await createNodePythonBridge({ sync });
    const math = await $py("math");
    process.kill(bridge.python, "SIGKILL");
    for (let i = 0; i < 3; i++) {
      await assert.rejects(async () => math.sqrt(4), /the Python process has ended/);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await close();
    await assert.rejects(async () => math.sqrt(4), /the Python process has ended/);
  });
}

test("a class with a Python parent", async () => {
  const make = (Thread) => class Work extends Thread { constructor(n) { super(); this.n = n } run() { this.done = this.n * 2 } };
  const live = await createNodePythonBridge({ sync: true });
  const work = new (make(live.$py("threading").Thread))(4);
  work.start();
  work.join();
  assert.equal(work.done, 8);
  await live.close();
  const { $py, close } = await createNodePythonBridge();
  const Work = make(await (await $py("threading")).Thread);
  assert.throws(() => new Work(1), /asynchronously.*createNodePythonBridge\(\{ sync: true \}\)/);
  await close();
});

test("what Python forgets may throw when it is looked at", async () => {
  await using python = await createNodePythonBridge({ sync: true });
  const { $py } = python;
  $py.exec(`
def call(f):
    try: return f()
    except Exception as error: return str(error)`);
  const call = $py.eval("call");
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const thrower = () => {
    throw revoked();
  };
  for (let turn = 0; turn < 3; turn++) assert.equal(call(thrower), "an exception that cannot be shown");
  assert.equal(call(() => 5), 5);
});
