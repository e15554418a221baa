/**
 * What a program prints and gives, as it comes.
 *
 * In: messages of the worker: output, value, display, clear, input, problem, lost, exit. Out: elements of the page; lines that
 * somebody types. Text is text; what may hold markup goes into a frame (frame.mjs).
 */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const CHART = /^application\/vnd\.vega(?:lite)?\.v\d+\+json$/;
const MARKED = new Set(["error", "warning"]);
/** A line and the carets under it. */
const EXCERPT = /^.*\n[ \t]*[~^][~^ ]*(?:\n|$)/gm;

/** A problem in parts: lines with carets are scrolled, since carets under a line that is folded point at nothing. */
function excerpts(text) {
  const parts = [];
  let at = 0;
  for (const { 0: lines, index } of text.matchAll(EXCERPT)) {
    const part = document.createElement("span");
    part.className = "excerpt";
    part.textContent = lines;
    parts.push(text.slice(at, index), part);
    at = index + lines.length;
  }
  return [...parts, text.slice(at)];
}

/** Have the carets of an excerpt in sight. */
function reveal(part) {
  const [line, carets] = part.textContent.split("\n");
  const whole = Math.max(line.length, carets.length);
  part.scrollLeft = Math.max(0, (carets.search(/\S/) / whole) * part.scrollWidth - part.clientWidth / 3);
}

/** So much text is kept of one run; the first of it goes. */
const MOST = 2_000_000;
const LONGEST_PIECE = 20_000;
/** Of one text, which may be longer than what is kept. */
const LARGEST_PIECE = 250_000;
/** A text in pieces, which end with a line where there is one. @param {string} text */
function* pieces(text) {
  let at = 0;
  while (text.length - at > LARGEST_PIECE) {
    const end = text.lastIndexOf("\n", at + LARGEST_PIECE - 1) + 1;
    const next = end > at ? end : at + LARGEST_PIECE;
    yield text.slice(at, next);
    at = next;
  }
  yield text.slice(at);
}
const COLOURS = /\x1b\[[\d;]*[A-Za-z]/g;

export class Output {
  #size = 0;
  #following = true;
  #top = 0;
  #clearing = false;
  /** Frames and pictures have their size when they have loaded. */
  #growing = new ResizeObserver(() => this.#follow());

  /** @param {HTMLElement} element @param {import("./frame.mjs").Frames} frames */
  constructor(element, frames) {
    this.element = element;
    this.frames = frames;
    element.addEventListener("scroll", () => {
      // Where something has grown meanwhile the end is far too: only who scrolls up wants to stay there.
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
      if (near || element.scrollTop < this.#top) this.#following = near;
      this.#top = element.scrollTop;
    });
  }

  /** @param {boolean} wait until something else is shown */
  clear(wait = false) {
    this.#clearing = wait;
    if (wait) return;
    this.element.replaceChildren();
    this.frames.sweep();
    this.#size = 0;
    this.#following = true;
  }

  /** Text of a kind: input, stdout, stderr, value, warning, error, interrupt, note. */
  text(kind, text) {
    if (this.#clearing) this.clear();
    const plain = text.replace(COLOURS, "");
    const last = /** @type {HTMLElement | null} */ (this.element.lastElementChild);
    const goesOn = (kind === "stdout" || kind === "stderr") && last?.dataset.kind === kind && last.textContent.length < LONGEST_PIECE;
    if (goesOn) last.append(plain);
    else if (kind === "stdout" || kind === "stderr") {
      for (const piece of pieces(plain)) this.#add(kind, (shown) => (shown.textContent = piece), "pre");
    }
    else {
      const whole = plain.replace(/\n+$/, "");
      this.#add(kind, (shown) => shown.append(...(MARKED.has(kind) ? excerpts(whole) : [whole])), "pre");
      for (const part of this.element.lastElementChild?.querySelectorAll(".excerpt") ?? []) reveal(part);
    }
    this.#size += plain.length;
    if (this.#size > MOST) this.#cut();
    this.#follow();
  }

  /** What is oldest goes, and that is told. */
  #cut() {
    const [first] = this.element.children;
    const marked = first.dataset.cut !== undefined;
    while (this.#size > MOST && this.element.children.length > (marked ? 2 : 1)) {
      const oldest = this.element.children[marked ? 1 : 0];
      this.#size -= oldest.textContent.length;
      oldest.remove();
    }
    if (marked) return;
    const note = document.createElement("pre");
    Object.assign(note.dataset, { kind: "note", cut: "" });
    note.textContent = "… what was shown before this is not kept";
    this.element.prepend(note);
  }

  /**
   * A value in its richest form.
   * @param {Record<string, any>} data a MIME bundle
   * @param {{name?: string | null, update?: boolean}} [where] `update`: in place of what was shown under the name
   */
  value(data, { name = null, update = false } = {}) {
    const before = name === null ? [] : [...this.element.children].filter((shown) => shown.dataset.name === name);
    for (const shown of update ? before : []) this.#again(shown, data);
    if (update && before.length > 0) return;
    const rich = this.#rich(data);
    const plain = data["text/plain"];
    if (rich === null && plain === undefined) return;
    if (rich === null && name === null) return this.text("value", String(plain));
    this.#add(rich === null ? "value" : "rich", (shown) => {
      if (name !== null) shown.dataset.name = name;
      shown.append(rich ?? String(plain));
    });
  }

  /** Show something else there; HTML without scripts in the frame that is there, which a bar that moves does often. */
  #again(shown, data) {
    const frame = shown.querySelector("iframe");
    const html = data["text/html"];
    if (frame !== null && typeof html === "string" && this.frames.change(frame, html)) return;
    const rich = this.#rich(data);
    shown.dataset.kind = rich === null ? "value" : "rich";
    shown.replaceChildren(rich ?? String(data["text/plain"] ?? ""));
    this.frames.sweep();
  }

  /** An element for data that is more than text; else null. */
  #rich(data) {
    const chart = Object.keys(data).find((mime) => CHART.test(mime));
    const picture = PICTURES.find((mime) => mime in data);
    if (chart !== undefined) return this.frames.chart(data[chart], chart.includes("lite") ? "vega-lite" : "vega");
    if ("text/html" in data) return this.frames.html(String(data["text/html"]));
    if ("image/svg+xml" in data) return this.frames.svg(String(data["image/svg+xml"]));
    if (picture === undefined) return null;
    const image = new Image();
    image.src = `data:${picture};base64,${data[picture]}`;
    image.alt = data["text/plain"] ?? "a picture";
    return image;
  }

  /**
   * Ask for a line; Ctrl-D in an empty one ends the input.
   * @param {string} prompt @param {boolean} secret @param {(line: string | null) => void} answer
   */
  ask(prompt, secret, answer) {
    this.#add("ask", (shown) => {
      const line = document.createElement("input");
      line.type = secret ? "password" : "text";
      line.setAttribute("aria-label", prompt || "a line");
      for (const name of ["autocomplete", "autocapitalize", "autocorrect"]) line.setAttribute(name, "off");
      line.spellcheck = false;
      const done = (text) => {
        line.replaceWith(secret ? "•".repeat(Math.min(text?.length ?? 0, 20)) : (text ?? ""));
        answer(text);
      };
      line.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") done(line.value);
        else if (event.key === "d" && event.ctrlKey && line.value === "") {
          event.preventDefault();
          done(null);
        }
      });
      shown.append(prompt, line);
      queueMicrotask(() => line.focus());
    });
  }

  /** What was asked for is not wanted any more. */
  forget() {
    for (const line of this.element.querySelectorAll("[data-kind=ask] input")) line.remove();
  }

  /** @param {string} kind @param {(shown: HTMLElement) => void} fill */
  #add(kind, fill, tag = "div") {
    if (this.#clearing) this.clear();
    const shown = document.createElement(tag);
    shown.dataset.kind = kind;
    fill(shown);
    this.element.append(shown);
    if (kind === "rich") this.#growing.observe(shown);
    this.#follow();
  }

  #follow() {
    if (this.#following) this.element.scrollTop = this.element.scrollHeight;
  }
}
