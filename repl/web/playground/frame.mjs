/**
 * What a program shows that is more than text, in a frame of its own that can reach nothing: sandboxed, of no origin.
 *
 * In: HTML, an SVG picture, the specification of a chart. Out: an iframe, as tall as what is in it. Its scripts run with the
 * word of this page's policy (`nonce`), which it inherits; they ask nobody, since the policy lets them ask nobody.
 */
const STYLE = `:root{color-scheme:light dark}
html[data-look=light]{color-scheme:light}html[data-look=dark]{color-scheme:dark}
html,body{margin:0;background:transparent}
body{font:14px system-ui,sans-serif;color:CanvasText;overflow-x:auto;padding:1px}
table{border-collapse:collapse}td,th{border:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:3px 9px;text-align:left}
th{background:color-mix(in srgb,currentColor 7%,transparent)}
img,svg,canvas{max-width:100%}svg{height:auto}`;
/** Drawings are made for paper, as pictures are: their text is black where they do not say otherwise. */
const PAPER = "<style>body>svg{background:#fff;color:#000;color-scheme:light;border-radius:4px}</style>";
/** In the frame: says how tall it is, takes the colours the page has. */
const INSIDE = `{
  const tell = () => parent.postMessage({ polyrepl: "height", height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  addEventListener("load", tell);
  addEventListener("message", ({ data, source }) => {
    if (source !== parent) return;
    if (data?.polyrepl === "look") document.documentElement.dataset.look = data.look;
    else if (data?.polyrepl === "body") document.body.innerHTML = data.html;
  });
}`;
const CHART = `const { mode, spec } = JSON.parse(document.getElementById("spec").textContent);
vegaEmbed("#chart", spec, { mode, ast: true, actions: false, renderer: "svg",
  theme: document.documentElement.dataset.look === "dark" ? "dark" : undefined, config: { background: "transparent" } })
  .catch((error) => { document.getElementById("chart").textContent = String(error); });`;
const TALLEST = 4_000;

const frames = new Map();
/** What a frame is to show, where that is not what it was made with: until it has loaded it hears nothing. */
const newest = new WeakMap();
const loaded = new WeakSet();
addEventListener("message", ({ data, source }) => {
  if (data?.polyrepl !== "height" || typeof data.height !== "number") return;
  const frame = frames.get(source);
  if (frame !== undefined) frame.style.height = `${Math.min(Math.max(data.height, 8), TALLEST)}px`;
});

export class Frames {
  /** @param {string} nonce @param {() => string} look light or dark @param {string[]} charts URLs of what draws charts */
  constructor(nonce, look, charts) {
    this.nonce = nonce;
    this.look = look;
    this.charts = charts;
    this.drawing = null;
  }

  /** Scripts of a program's HTML get the word that lets them run. @param {string} text */
  html(text) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    for (const script of parsed.querySelectorAll("script")) script.setAttribute("nonce", this.nonce);
    return this.#frame(parsed.head.innerHTML, parsed.body.innerHTML);
  }

  /** Show other HTML in a frame; returns whether that is done, which it can not be with scripts. */
  change(frame, text) {
    if (/<(?:script|body|head)/i.test(text)) return false;
    newest.set(frame, text);
    if (loaded.has(frame)) this.#tell(frame);
    return true;
  }

  svg(text) {
    return this.html(PAPER + text);
  }

  /** @param {any} spec @param {"vega" | "vega-lite"} mode */
  chart(spec, mode) {
    const frame = document.createElement("iframe");
    const filled = this.#scripts().then((scripts) => {
      const data = `<script type="application/json" id="spec">${JSON.stringify({ mode, spec: { ...spec, $schema: undefined } }).replace(/</g, "\\u003c")}</script>`;
      const code = [...scripts, CHART].map((text) => `<script nonce="${this.nonce}">${text.replace(/<\/script/gi, "<\\/script")}</script>`);
      this.#frame("", `<div id="chart"></div>${data}${code.join("")}`, frame);
    });
    filled.catch((error) => frame.replaceWith(`What draws charts did not load, show it again: ${error.message}`));
    return frame;
  }

  /** Show all of them in the page's colours. */
  recolour() {
    for (const frame of frames.values()) this.#colour(frame);
  }

  /** Forget frames that are gone. */
  sweep() {
    for (const [source, frame] of frames) if (!frame.isConnected) frames.delete(source);
  }

  #tell(frame) {
    frame.contentWindow?.postMessage({ polyrepl: "body", html: newest.get(frame) }, "*");
  }

  #colour(frame) {
    frame.contentWindow?.postMessage({ polyrepl: "look", look: this.look() }, "*");
  }

  #frame(head, body, frame = document.createElement("iframe")) {
    frame.sandbox = "allow-scripts";
    frame.referrerPolicy = "no-referrer";
    frame.title = "result";
    frame.srcdoc = `<!doctype html><html data-look="${this.look()}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="connect-src 'none'"><style>${STYLE}</style><script nonce="${this.nonce}">${INSIDE}</script>${head}</head><body>${body}</body></html>`;
    frame.addEventListener("load", () => {
      frames.set(frame.contentWindow, frame);
      loaded.add(frame);
      this.#colour(frame);
      if (newest.has(frame)) this.#tell(frame);
    });
    // A script in the frame may speak before its load ends.
    queueMicrotask(() => frame.contentWindow && frames.set(frame.contentWindow, frame));
    return frame;
  }

  /** What draws charts, as texts: a frame of no origin could not load it. */
  #scripts() {
    this.drawing ??= Promise.all(
      this.charts.map(async (url) => {
        const got = await fetch(url);
        if (!got.ok) throw new Error(`${url}: ${got.status}`);
        return got.text();
      }),
    );
    this.drawing.catch(() => (this.drawing = null));
    return this.drawing;
  }
}
