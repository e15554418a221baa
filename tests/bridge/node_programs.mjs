/** Tests of Node with a Python, and programs run to their end. In: their source. Out: what both printed, how Node ended. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { test as add } from "node:test";

export const library = process.env.POLYREPL_LIBRARY ?? new URL("../../bridge/node/library.mjs", import.meta.url).href;
export const { createNodePythonBridge } = await import(library);

// `node --test` alone may find a Python without polyrepl; library_test.py names the right one.
let skip = false;
try {
  execFileSync(process.env.POLYREPL_PYTHON ?? "python3", ["-c", "import polyrepl.bridge"], { stdio: "ignore" });
} catch {
  skip = "set POLYREPL_PYTHON to a Python with polyrepl";
}
export const test = (name, fn) => add(name, { skip }, fn);

/** @param {string} program @returns {Promise<{out: string, err: string, status: number | null, signal: string | null}>} */
export async function run(program) {
  const source = `import { createNodePythonBridge } from ${JSON.stringify(library)};\n${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (data) => (texts.out += data));
  child.stderr.setEncoding("utf8").on("data", (data) => (texts.err += data));
  const [status, signal] = await once(child, "close"); // Python has the pipes too
  return { ...texts, status, signal };
}
