/**
 * The line below the output: a prompt with history and completion.
 *
 * In: keys. Out: texts to run. Enter runs what is complete and goes on in a new line otherwise; Up and Down go through what
 * was run, where the cursor is in the first or last line; Tab completes.
 */
const KEY = "polyrepl history";
const MOST = 500;
const MOST_OFFERS = 60;

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/**
 * @param {HTMLTextAreaElement} line @param {HTMLElement} offers a list box for candidates
 * @param {{run: (text: string) => void, ready: () => boolean, isComplete: (text: string) => Promise<{complete: boolean, indent: number}>,
 *   complete: (text: string, cursor: number) => Promise<{from: number, candidates: {text: string, meta: string}[]} | null>}} given
 */
export function makePrompt(line, offers, { run, ready, isComplete, complete }) {
  const history = remembered();
  let at = history.length;
  let draft = "";

  const fit = () => {
    line.style.height = "auto";
    line.style.height = `${line.scrollHeight + 2}px`;
  };
  const set = (text, cursor = text.length) => {
    line.value = text;
    line.setSelectionRange(cursor, cursor);
    fit();
  };
  const hide = () => {
    offers.hidden = true;
    offers.replaceChildren();
  };

  function keep(text) {
    if (history.at(-1) !== text) history.push(text);
    history.splice(0, history.length - MOST);
    at = history.length;
    try {
      localStorage.setItem(KEY, JSON.stringify(history));
    } catch {
      // private windows keep nothing
    }
  }

  async function enter() {
    const text = line.value;
    if (!text.trim() || !ready()) return;
    const { complete: whole, indent } = await isComplete(text);
    if (line.value !== text) return;
    if (!whole) {
      line.setRangeText(`\n${" ".repeat(indent)}`, line.selectionStart, line.selectionEnd, "end");
      fit();
      return;
    }
    keep(text);
    set("");
    run(text);
  }

  function walk(step) {
    if (at === history.length) draft = line.value;
    const next = at + step;
    if (next < 0 || next > history.length) return;
    at = next;
    set(at === history.length ? draft : history[at]);
  }

  async function offer() {
    const text = line.value;
    const cursor = line.selectionStart;
    const found = await complete(text, cursor);
    if (found === null || line.value !== text || line.selectionStart !== cursor) return;
    const names = found.candidates.map((one) => one.text);
    const take = (name) => {
      hide();
      line.setRangeText(name, found.from, cursor, "end");
      fit();
      line.focus();
    };
    const common = names.reduce((one, other) => {
      let same = 0;
      while (same < one.length && one[same] === other[same]) same += 1;
      return one.slice(0, same);
    }, names[0] ?? "");
    if (names.length === 1) take(names[0]);
    else if (common.length > cursor - found.from) take(common);
    if (names.length < 2) return;
    offers.replaceChildren(
      ...found.candidates.slice(0, MOST_OFFERS).map(({ text: name, meta }) => {
        const one = document.createElement("button");
        one.type = "button";
        one.textContent = name;
        one.title = meta;
        one.setAttribute("role", "option");
        one.onclick = () => {
          line.setRangeText("", found.from, line.selectionStart, "end");
          line.setRangeText(name, found.from, found.from, "end");
          hide();
          fit();
          line.focus();
        };
        return one;
      }),
    );
    offers.hidden = false;
  }

  line.addEventListener("input", () => {
    hide();
    fit();
  });
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const before = line.value.slice(0, line.selectionStart);
    const after = line.value.slice(line.selectionEnd);
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      hide();
      enter();
    } else if (event.key === "ArrowUp" && !before.includes("\n")) {
      event.preventDefault();
      walk(-1);
    } else if (event.key === "ArrowDown" && !after.includes("\n")) {
      event.preventDefault();
      walk(1);
    } else if (event.key === "Tab" && !event.shiftKey && /\S$/.test(before)) {
      event.preventDefault();
      offer();
    } else if (event.key === "Escape") hide();
  });
}
