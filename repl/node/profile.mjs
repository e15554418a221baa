/**
 * Where a form's time goes in JavaScript.
 *
 * In: what V8's profiler has sampled between `startProfile` and `stopProfile`. Out: the functions with most time of their
 * own and where they are written: for a module that runs from a bundle (scripts/bundle.mjs), in that module.
 */
import fs from "node:fs";
import inspector from "node:inspector";
import path from "node:path";

const MOST = 10;
/** What stands between two forms, and the bridge's own waiting and writing. */
const BESIDE = new Set(["(idle)", "(root)", "(program)"]);
const OURS = /^node:|\/bridge\/node\/|\/repl\/node\//;

let profiler = null;

/** Begin to watch where time goes. */
export function startProfile() {
  profiler = new inspector.Session();
  profiler.connect();
  profiler.post("Profiler.enable");
  profiler.post("Profiler.start");
}

/** Stop watching: the ten functions with most time of their own, [[name, place, milliseconds]..]. */
export function stopProfile() {
  let found = [];
  profiler.post("Profiler.stop", (error, result) => {
    if (!error) found = hottest(result.profile);
  });
  profiler.disconnect();
  return found;
}

function hottest({ nodes, samples, timeDeltas }) {
  const moduleAt = modulesOf(new Map());
  const shown = new Map(nodes.map(({ id, callFrame }) => [id, row(callFrame, moduleAt)]));
  const spent = new Map();
  samples.forEach((id, i) => {
    const key = shown.get(id);
    if (key !== null) spent.set(key, (spent.get(key) ?? 0) + timeDeltas[i]);
  });
  return [...spent]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([key, microseconds]) => [...key.split("\t"), microseconds / 1000]);
}

/** Name and place of a function, parted by a tab; null for one that is not shown. */
function row({ functionName, url, lineNumber }, moduleAt) {
  if (url === "") return functionName.startsWith("(") && !BESIDE.has(functionName) ? `${functionName}\t` : null;
  const file = url.replace("file://", "");
  const [place, line] = path.basename(file) === "bundle.cjs" ? moduleAt(file, lineNumber) : [file, lineNumber];
  return OURS.test(place) ? null : `${functionName || "(anonymous)"}\t${place}:${line + 1}`;
}

/** What tells in which module, and which line of it, a line of a bundle stands; lines count from 0. */
function modulesOf(texts) {
  const linesOf = (file) => {
    if (!texts.has(file)) texts.set(file, fs.readFileSync(file, "utf8").split("\n"));
    return texts.get(file);
  };
  return (file, line) => {
    const lines = linesOf(file);
    let start = line;
    while (start >= 0 && !lines[start].startsWith("$define(")) start -= 1;
    if (start < 0) return [file, line];
    // A definition begins on the first line of its first module, and each module has as many lines as its file.
    const names = JSON.parse(lines[start].slice("$define(".length, lines[start].indexOf("]") + 1));
    let rest = line - start;
    for (const name of names.slice(0, -1)) {
      const module = path.join(path.dirname(file), name);
      const { length } = linesOf(module);
      if (rest < length) return [module, rest];
      rest -= length;
    }
    return [path.join(path.dirname(file), names.at(-1)), rest];
  };
}
