// What programs write, as tsc reads it; each `@ts-expect-error` is a mistake that it has to find.
import { createPyodideBridge } from "polyrepl/web";
import { BridgeError, createNodePythonBridge, PyError, type Python, type SyncPython } from "polyrepl";

await using python = await createNodePythonBridge({ python: "python3", cwd: new URL(".", import.meta.url), env: { A: "b" } });
const { $py }: { $py: Python } = python;
const np = await $py("numpy");
const sum: number = await np.arange(6).reshape(2, 3).sum();
np.random.seed(0);
const text: string = await $py.repr(np.ones(3)).then((it) => it.trim());
const items: number[] = await $py.toJs<number[]>(np.arange(3));
const sorted = await $py("builtins").sorted(items, ...$py.kwargs({ key: (x: number) => -x }));
for await (const item of sorted) console.log(item);
await $py.call(np.sum, [[1, 2]], { signal: new AbortController().signal });
const file = await $py(new URL("./x.py", import.meta.url));
new file.Thing(1).run().catch((error: unknown) => {
  if (error instanceof PyError) console.log(error.name, error.traceback, error.exception, error.errno);
  if (error instanceof BridgeError) console.log(error.message);
});
{
  await using opened = await $py("builtins").open("x");
  void opened;
}
const pid: number = python.bridge.python;
$py.register<Date>("day", { test: (x) => x instanceof Date, encode: (x) => x.getTime(), decode: () => new Date() });
await python.close();

const live = await createNodePythonBridge({ sync: true });
const $sync: SyncPython = live.$py;
const root: number = $sync("math").sqrt(16);
const value: number = $sync.eval<number>("1");
await live.close();
await createNodePythonBridge("python3");
void [sum, text, pid, root, value];

// @ts-expect-error no such option
await createNodePythonBridge({ pyhton: "python3" });
// @ts-expect-error of another kind
await createNodePythonBridge({ sync: "yes" });
// @ts-expect-error of another kind
await createNodePythonBridge({ env: { A: 1 } });
// @ts-expect-error a promise is no number
const wrong: number = $py.toJs(5);
// @ts-expect-error there is no such function
$py.nothing();
// @ts-expect-error no such export
import { createBridge } from "polyrepl";
void [wrong, createBridge];

const page = await createPyodideBridge({ worker: new Worker("./worker.mjs", { type: "module" }), page: { title: "x" } });
const mean: number = await page.$py("statistics").mean([1, 2, 6]);
const three: number = await page.transport.request<number>({ op: "eval", operands: ["1 + 2"] });
const shared: boolean = page.transport.synchronous;
await page.close();
await createPyodideBridge({ worker: new Worker("./worker.mjs"), page: null });
void [mean, three, shared];
// @ts-expect-error there has to be a worker
await createPyodideBridge({});
// @ts-expect-error no such option
await createPyodideBridge({ worker: new Worker("./worker.mjs"), pgae: 1 });
