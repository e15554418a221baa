/**
 * The page: an editor, what comes of its program, and a prompt; all of them one session in a worker.
 *
 * In: what the build says of itself (the element `build`), the address (share.mjs), the user. Out: the page. A program in the
 * address is shown and never run before Run is pressed.
 */
import { download, listed, sizeText, upload } from "./files.mjs";
import { Frames } from "./frame.mjs";
import { isolate } from "./isolation.mjs";
import { Output } from "./output.mjs";
import { makePrompt } from "./prompt.mjs";
import { Session } from "./session.mjs";
import { fragmentOf, programOf } from "./share.mjs";

/** From here on no script runs that does not know this word: neither in the page nor, by inheritance, in its frames. */
const nonce = crypto.randomUUID();
const policy = document.createElement("meta");
policy.httpEquiv = "Content-Security-Policy";
policy.content = `script-src 'self' 'nonce-${nonce}'`;
document.head.append(policy);

const LOOK = "polyrepl look";
const MARKER = /^\s*%%(py|python|js|javascript|lisp)[ \t]*(?:\r?\n|$)/;
const MARKED = { py: "py", python: "py", js: "js", javascript: "js", lisp: "lisp" };
const STEPS = { python: "loading Python", lisp: "loading the Lisp", session: "starting" };
const LONGEST_LINK = 8_000;

/** @template {HTMLElement} T @returns {T} */
const $ = (id) => document.getElementById(id);
const build = JSON.parse($("build").textContent);
const at = (part) => (build.names[part] === undefined ? undefined : new URL(build.names[part], document.baseURI).href);

// ---- dark and light

const dark = matchMedia("(prefers-color-scheme: dark)");
const chosen = () => document.documentElement.dataset.look;
const look = () => chosen() ?? (dark.matches ? "dark" : "light");
const frames = new Frames(nonce, look, ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"].map((name) => `${at("charts")}/${name}`));
dark.addEventListener("change", () => frames.recolour());

function setLook(name) {
  document.documentElement.dataset.look = name;
  frames.recolour();
  try {
    localStorage.setItem(LOOK, name);
  } catch {
    // private windows keep nothing
  }
}

try {
  const kept = localStorage.getItem(LOOK);
  if (kept === "dark" || kept === "light") document.documentElement.dataset.look = kept;
} catch {
  // as above
}

// ---- the session

const output = new Output($("output"), frames);
const say = (text) => ($("status").textContent = text);
const began = performance.now();
let step = "";
/** @type {any} */
let editor = null;

/** Told when the worker does something, or never will. */
let alive;
const stirred = new Promise((resolve) => (alive = resolve));

const session = new Session({
  start: { worker: `${at("app")}/repl/web/worker.mjs`, page: document.baseURI.replace(/#.*$/, ""), python: at("python") && `${at("python")}/`, library: at("library"), archive: at("archive"), packages: at("packages"), files: at("files"), snapshot: at("snapshot"), size: build.size },
  stray: heed,
  progress(done, name = step) {
    if (name !== "") alive();
    step = name;
    $("progress").value = done;
    $("progress").classList.toggle("done", done >= 1);
    if (done < 1) say(`${STEPS[name] ?? "loading"} …`);
  },
  state() {
    if (!session.running) output.forget();
    $("run").disabled = !session.ready || session.running || !editor;
    $("stop").disabled = !session.running;
    document.body.dataset.state = session.running ? "running" : session.ready && editor ? "ready" : "starting";
    if (session.running) say("running …");
    else if (session.ready) {
      const { polyrepl, python } = session.about;
      say(`polyrepl ${polyrepl} · Python ${python}`);
      $("about").textContent = [
        `Ready after ${((performance.now() - began) / 1000).toFixed(1)} s.`,
        self.crossOriginIsolated ? "" : "This page is not isolated: Stop ends a loop with the session.",
        "A program runs in your browser, in a worker of this page's; it can read what this address keeps, and ask other hosts.",
      ].filter(Boolean).join("\n\n");
    }
  },
  failed(text) {
    alive();
    say("it did not start");
    output.text("error", `Python did not start: ${text}\nLoad the page again; if that does not help, its files are not all there, or the browser is too old.`);
  },
});

function heed(event) {
  switch (event.op) {
    case "output":
      return output.text(event.stream, event.text);
    case "value":
      return event.quiet ? undefined : output.value(event.data);
    case "display":
      return output.value(event.data, event);
    case "clear":
      return output.clear(event.wait);
    case "input":
      return output.ask(event.prompt ?? "", Boolean(event.secret), (line) => session.answer(line));
    case "problem":
      return output.text(event.severity, event.text);
    case "lost":
      return output.text("lost", event.text);
    case "exit":
      return output.text("note", `The program has ended with exit code ${event.code}.`);
  }
}

const run = (text, language) => session.run(text, language, heed);

/** The language that a text is in: a line `%%js` or `%%py` at its head says so. */
const languageOf = (text, otherwise) => MARKED[MARKER.exec(text)?.[1]] ?? otherwise;
/** The marker's line becomes an empty one, so that lines keep their numbers. */
const codeOf = (text) => text.replace(MARKER, (marker) => "\n".repeat(marker.split("\n").length - 1));

async function complete(text, cursor, language) {
  const shift = text.length - codeOf(text).length;
  if (cursor < shift) return null;
  const found = await session.ask("complete", { text: codeOf(text), cursor: cursor - shift, language });
  return found === null ? null : { from: found.start + shift, candidates: found.candidates };
}

/** What is known of the name that ends a text. */
async function describe(text, language) {
  const code = codeOf(text);
  return (await session.ask("inspect", { text: code, cursor: code.length, language }))?.doc ?? null;
}

// ---- editor, prompt

/** The worker goes first: until it runs it needs this thread, which the editor keeps busy for longer than that takes. */
const begun = self.crossOriginIsolated ? session.begin() : null;
if (begun !== null) await stirred;
const { makeEditor } = await import("polyrepl/editor");
editor = makeEditor($("editor"), {
  words: build.words,
  run: go,
  changed: () => editorLanguage(),
  complete: (text, cursor) => complete(text, cursor, languageOf(text, $("language").value)),
  describe: (text) => describe(text, languageOf(text, $("language").value)),
});
let shown = "lisp";

/** Colours follow the marker in the text, or what was chosen. */
function editorLanguage() {
  const language = languageOf(editor.text(), $("language").value);
  if (language !== shown) queueMicrotask(() => editor.setLanguage((shown = language)));
}

function go() {
  if (!session.ready || session.running) return;
  const text = editor.text();
  output.clear();
  run(codeOf(text), languageOf(text, $("language").value));
}

function show(text, language) {
  $("language").value = language;
  editor.setText(text);
  editorLanguage();
}

makePrompt($("line"), $("offers"), {
  ready: () => session.ready && !session.running,
  run(text) {
    output.text("input", `=> ${text.replace(/\n/g, "\n.. ")}`);
    run(codeOf(text), languageOf(text, "lisp"));
  },
  async isComplete(text) {
    if (!codeOf(text).trim()) return { complete: false, indent: 0 };
    const found = await session.ask("status", { text: codeOf(text), language: languageOf(text, "lisp") });
    return { complete: found?.kind !== "incomplete", indent: found?.indent ?? 0 };
  },
  complete: (text, cursor) => complete(text, cursor, languageOf(text, "lisp")),
});

// ---- the bar

$("run").onclick = go;
$("stop").onclick = () => session.stop();
$("clear").onclick = () => output.clear();
$("restart").onclick = async () => {
  $("more").open = false;
  await session.begin();
  output.text("lost", "A new session: variables and definitions of both languages are gone.");
};
$("look").onclick = () => setLook(look() === "dark" ? "light" : "dark");
$("language").onchange = editorLanguage;
for (const { name } of build.examples) $("examples").append(new Option(name, name));
$("examples").onchange = () => {
  const found = build.examples.find(({ name }) => name === $("examples").value);
  if (found !== undefined) show(found.text, found.language);
  $("examples").value = "";
};
$("share").onclick = async () => {
  let fragment;
  try {
    fragment = await fragmentOf(editor.text(), $("language").value);
  } catch (error) {
    return say(error.message);
  }
  history.replaceState(null, "", fragment);
  const long = location.href.length > LONGEST_LINK ? "; it is long, and not every program takes such a link" : "";
  try {
    await navigator.clipboard.writeText(location.href);
    say(`the link is copied${long}`);
  } catch {
    say(`the link is in the address bar${long}`);
  }
};

$("upload").onclick = () => $("chosen").click();
$("chosen").onchange = () => take($("chosen").files);

async function take(files) {
  try {
    const names = await upload(session, files);
    output.text("note", `in the working folder: ${names.join(", ")}`);
  } catch (error) {
    output.text("error", `not uploaded: ${error.message}`);
  }
  $("chosen").value = "";
}

const withFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!withFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget === null && document.body.classList.remove("over"));
addEventListener("drop", (event) => {
  if (!withFiles(event)) return;
  event.preventDefault();
  document.body.classList.remove("over");
  take(event.dataTransfer.files);
});

$("more").ontoggle = async () => {
  if (!$("more").open) return;
  const found = await listed(session);
  const title = document.createElement("h2");
  title.textContent = found.length ? "Download" : "";
  $("files").replaceChildren(
    title,
    ...found.map(({ name, size }) => {
      const one = document.createElement("button");
      one.textContent = `${name}  ${sizeText(size)}`;
      one.onclick = () => download(session, name).catch((error) => output.text("error", `${name}: ${error.message}`));
      return one;
    }),
  );
};
addEventListener("pointerdown", (event) => {
  if (!$("more").contains(event.target)) $("more").open = false;
});

// ---- what the address says

async function open() {
  try {
    const given = await programOf(location.hash);
    if (given !== null) return show(given.text, given.language);
  } catch (error) {
    output.text("error", error.message);
  }
  show(build.examples[0].text, build.examples[0].language);
}

addEventListener("hashchange", () => programOf(location.hash).then((given) => given && show(given.text, given.language), (error) => output.text("error", error.message)));
await open();
session.given.state();
if (!(await isolate())) await (begun ?? session.begin());
