/** createNodePythonBridge: its options, and how it ends. Run by library_test.py. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createNodePythonBridge, run, test } from "./node_programs.mjs";

test("options are validated: the message names the one that is wrong, and those that there are", async () => {
  const all = "the options are python, sync, args, env and cwd";
  const wrong = [
    [{ pyhton: "python3" }, /no option `pyhton` \(did you mean `python`\?\)/],
    [{ Sync: true }, /no option `Sync` \(did you mean `sync`\?\)/],
    [{ workingFolder: "/" }, /no option `workingFolder`; /],
    [{ python: 3 }, /`python` is a command or a path, as text, not 3; /],
    [{ python: "" }, /`python` is .*, not an empty text/],
    ["", /`python` is .*, not an empty text/],
    [{ sync: "yes" }, /`sync` is true or false, not "yes"/],
    [{ args: "-m polyrepl.bridge" }, /`args` is an array of texts, not "-m polyrepl.bridge"/],
    [{ args: [1] }, /`args` is an array of texts, not an array/],
    [{ env: { A: 1 } }, /`env` is an object of texts, not an object/],
    [{ env: null }, /`env` is an object of texts, not null/],
    [{ cwd: 5 }, /`cwd` is a path, as text, or a file URL, not 5/],
    [{ cwd: new URL("http://localhost/") }, /`cwd` is a path/],
    [7, /takes a Python to run, as text, or options, not 7/],
    [null, /not null/],
    [["python3"], /not an array/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(createNodePythonBridge(options), (error) => {
      assert.equal(error.constructor, TypeError);
      assert.match(error.message, message);
      assert.ok(error.message.endsWith(all), error.message);
      return true;
    });
  }
  await assert.rejects(createNodePythonBridge({ cwd: "/no/such/folder" }), { name: "BridgeError", message: /`cwd` names no folder: \/no\/such/ });
});

test("each option does what it says; undefined is as left out", async () => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "polyrepl-")));
  for (const cwd of [folder, pathToFileURL(folder)]) {
    const { $py, close } = await createNodePythonBridge({ cwd, env: { ...process.env, SAID: "so", NOT: undefined }, sync: undefined, python: undefined });
    assert.equal(await $py("os").getcwd(), folder);
    assert.equal(await $py.eval("__import__('os').environ.get('SAID')"), "so");
    await close();
  }
  fs.rmdirSync(folder);
});

const REGISTER = `
import atexit
log = []
def last(tell):
    log.append("first registered")
    tell(", ".join(log))
`;

test("close runs what atexit has, the last first, while Python can still call JavaScript", async () => {
  for (const sync of [false, true]) {
    const { $py, close } = await createNodePythonBridge({ sync });
    const told = [];
    await $py.exec(REGISTER);
    await (await $py("atexit")).register(await $py.eval("last"), (text) => told.push(text));
    await (await $py("atexit")).register(() => told.push("a function of JavaScript's"));
    await $py.exec("atexit.register(log.append, 'second')");
    assert.deepEqual(told, []);
    const closing = close();
    assert.equal(close(), closing);
    await closing;
    assert.deepEqual(told, ["a function of JavaScript's", "second, first registered"]);
    assert.equal(close(), closing);
  }
});

test("await using closes", async () => {
  const told = [];
  let $outer;
  {
    await using python = await createNodePythonBridge();
    const { $py } = python;
    $outer = $py;
    await $py("atexit").register(() => told.push("over"));
    assert.deepEqual(told, []);
  }
  assert.deepEqual(told, ["over"]);
  await assert.rejects(async () => $outer.eval("1"), { name: "BridgeError", message: "the Python process has ended" });
});

test("close sees to what was asked before, cancels what runs, and waits for no thread", async () => {
  const { $py, close } = await createNodePythonBridge();
  const told = [];
  await $py.exec(`
import asyncio, threading
started = threading.Event()
def stand(): started.set(); threading.Event().wait()
async def wait(tell):
    try:
        await asyncio.Event().wait()
    finally:
        tell("cancelled")`);
  const ended = { name: "BridgeError", message: "the Python process has ended" };
  const refused = [assert.rejects((await $py.eval("stand"))(), ended), assert.rejects((await $py.eval("wait"))((text) => told.push(text)), ended)];
  await (await $py.eval("started")).wait();
  const before = $py.eval("6 * 7");
  await close();
  assert.equal(await before, 42);
  await Promise.all(refused);
  assert.deepEqual(told, ["cancelled"]);
});

test("a function of atexit that raises ends nothing", async () => {
  const { $py, close } = await createNodePythonBridge();
  const told = [];
  await $py("atexit").register(() => told.push("the other"));
  await $py("atexit").register(() => {
    throw new Error("expected on stderr");
  });
  await close();
  assert.deepEqual(told, ["the other"]);
});

for (const [how, end, outcome] of [
  ["process.exit", "process.exit(3)", [3, null]],
  ["an exception", "process.on('uncaughtException', () => process.exit(4)); throw new Error()", [4, null]],
  ["SIGKILL", "process.kill(process.pid, 'SIGKILL')", [null, "SIGKILL"]],
]) {
  test(`Python's atexit runs when Node ends by ${how}`, async () => {
    const program = `
const { $py } = await createNodePythonBridge();
await $py.exec("import atexit; atexit.register(print, 'Python ends')");
${end};`;
    const { out, status, signal } = await run(program);
    assert.deepEqual([out, status, signal], ["Python ends\n", ...outcome]);
  });
}

const UNCLOSED = `
const { $py } = await createNodePythonBridge({ sync: SYNC });
await $py.exec(\`
import asyncio, atexit, threading
async def soon(tell): await asyncio.sleep(0.02); tell("task")
tasks = []
async def task(tell): tasks.append(asyncio.create_task(soon(tell)))
async def timer(tell): asyncio.get_running_loop().call_later(0.05, tell, "timer")
def thread(tell): threading.Thread(target=lambda: (threading.Event().wait(0.05), tell("thread"))).start()
async def serve(tell):
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    def end(): server.close(); tell("served")
    threading.Thread(target=lambda: (threading.Event().wait(0.05), loop.call_soon_threadsafe(end)), daemon=True).start()
def idle(tell): threading.Thread(target=threading.Event().wait, daemon=True).start()
def stand(): threading.Event().wait(0.05); print("stood", flush=True)
async def again(tell): asyncio.get_running_loop().call_later(0.02, tell, "first")
\`);
const tell = (text) => console.log(text);
process.on("beforeExit", () => console.log("over")); // heard once
process.on("exit", (code) => console.log("exit", code));
`;

test("a program that never closes ends when neither side has anything left to do", async () => {
  const begins = (name) => `await (await $py.eval("${name}"))(tell);`;
  const programs = [
    ["", ""],
    [begins("task"), "task\n"],
    [begins("timer"), "timer\n"],
    [begins("thread"), "thread\n"],
    [begins("serve"), "served\n"],
    [begins("idle"), ""],
    [`(await $py.eval("stand"))();`, "stood\n"], // nobody awaits it
    [`setTimeout(async () => console.log(await $py.eval("1 + 1")), 20);`, "2\n"],
    [`await (await $py.eval("again"))(() => setTimeout(async () => { console.log("js"); ${begins("timer")} }, 20));`, "js\ntimer\n"],
    [`await (await $py("atexit")).register(() => console.log("atexit"));`, "atexit\n"],
    [`process.exitCode = 3;`, "", 3],
  ];
  for (const sync of [false, true]) {
    const ends = programs.map(async ([program, out, status = 0]) => {
      const done = await run(UNCLOSED.replace("SYNC", sync) + program);
      assert.deepEqual(done, { out: `${out}over\nexit ${status}\n`, err: "", status, signal: null }, program);
    });
    await Promise.all(ends);
  }
});

test("a process that Python forks has no part in what it says with Node", async () => {
  const { $py, close } = await createNodePythonBridge();
  await $py.exec(`
import os, signal
def fork(f):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try: said = f(1)
        except Exception as error: said = error
        os.write(write, f"{type(said).__name__}: {said}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file: said = file.read()
    os.waitpid(child, 0)
    return said
`);
  const fork = await $py.eval("fork");
  const text = "this object is of the process that this one was forked from, and cannot be used here";
  for (let times = 0; times < 2; times++) assert.equal(await fork((x) => x + 1), `NodeLost: ${text}`);
  assert.equal(await $py.eval("1 + 1"), 2);
  await close();
});
