/**
 * What a program prints and gives, as it comes.
 *
 * In: messages of the worker: output, value, problem, lost, exit. Out: elements of the page. Text is text; what may hold
 * markup goes into a frame (frame.mjs).
 */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const CHART = /^application\/vnd\.vega(?:lite)?\.v\d+\+json$/;
/** So much text is kept of one run; the first of it goes. */
const MOST = 2_000_000;
const LONGEST_PIECE = 20_000;
const COLOURS = /\x1b\[[\d;]*[A-Za-z]/g;

export class Output {
  #size = 0;
  #following = true;

  /** @param {HTMLElement} element @param {import("./frame.mjs").Frames} frames */
  constructor(element, frames) {
    this.element = element;
    this.frames = frames;
    element.addEventListener("scroll", () => {
      this.#following = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    });
  }

  clear() {
    this.element.replaceChildren();
    this.frames.sweep();
    this.#size = 0;
    this.#following = true;
  }

  /** Text of a kind: input, stdout, stderr, value, warning, error, interrupt, note. */
  text(kind, text) {
    const plain = text.replace(COLOURS, "");
    const last = /** @type {HTMLElement | null} */ (this.element.lastElementChild);
    const goesOn = (kind === "stdout" || kind === "stderr") && last?.dataset.kind === kind && last.textContent.length < LONGEST_PIECE;
    if (goesOn) last.append(plain);
    else this.#add(kind, (shown) => (shown.textContent = kind === "stdout" || kind === "stderr" ? plain : plain.replace(/\n+$/, "")), "pre");
    this.#size += plain.length;
    while (this.#size > MOST && this.element.children.length > 1) {
      this.#size -= this.element.firstElementChild.textContent.length;
      this.element.firstElementChild.remove();
    }
    this.#follow();
  }

  /** A value in its richest form. @param {Record<string, any>} data a MIME bundle */
  value(data) {
    const chart = Object.keys(data).find((mime) => CHART.test(mime));
    const picture = PICTURES.find((mime) => mime in data);
    if (chart !== undefined) this.#add("rich", (shown) => shown.append(this.frames.chart(data[chart], chart.includes("lite") ? "vega-lite" : "vega")));
    else if ("text/html" in data) this.#add("rich", (shown) => shown.append(this.frames.html(String(data["text/html"]))));
    else if ("image/svg+xml" in data) this.#add("rich", (shown) => shown.append(this.frames.svg(String(data["image/svg+xml"]))));
    else if (picture !== undefined) {
      this.#add("rich", (shown) => {
        const image = new Image();
        image.src = `data:${picture};base64,${data[picture]}`;
        image.alt = data["text/plain"] ?? "a picture";
        image.addEventListener("load", () => this.#follow());
        shown.append(image);
      });
    } else if ("text/plain" in data) this.text("value", String(data["text/plain"]));
  }

  /** @param {string} kind @param {(shown: HTMLElement) => void} fill */
  #add(kind, fill, tag = "div") {
    const shown = document.createElement(tag);
    shown.dataset.kind = kind;
    fill(shown);
    this.element.append(shown);
    this.#follow();
  }

  #follow() {
    if (this.#following) this.element.scrollTop = this.element.scrollHeight;
  }
}
