/**
 * A text with parts replaced, and where each part of the result stood before.
 *
 * In: replacements `put(start, end, ...parts)`, a part being new text or the [start, end] of what is kept inside.
 * Out: `{ code, places }`. `places` is a flat list of triples (offset in the code, offset in the text, length), one for
 * each piece that was kept, in the order of the code. Offsets count UTF-16 units. Lines keep their numbers.
 */

/** What ends a line of JavaScript. */
export const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

const countLines = (text) => text.match(LINE_END)?.length ?? 0;

export class Edits {
  constructor(text) {
    this.text = text;
    this.list = [];
  }

  put(start, end, ...parts) {
    this.list.push({ start, end, parts });
  }

  /** Put new text at a place, before all else that is put there. */
  first(at, part) {
    this.list.unshift({ start: at, end: at, parts: [part] });
  }

  /** Put new text at a place, behind what ends there and before what begins there. */
  close(at, part) {
    this.list.push({ start: at, end: at, parts: [part], closes: true });
  }

  /** The text between `head` and `tail`, with all replacements made; they must not overlap. */
  apply(head, tail) {
    const pieces = [head];
    const places = [];
    let length = head.length;
    const add = (piece) => {
      pieces.push(piece);
      length += piece.length;
      return piece;
    };
    const keep = (start, end) => {
      if (start < end) places.push(length, start, end - start);
      return add(this.text.slice(start, end));
    };
    let at = 0;
    // Sorting is stable: what is put at one place comes in the order of the calls, what closes before all else.
    const order = (a, b) => a.start - b.start || Number(b.closes ?? false) - Number(a.closes ?? false);
    for (const { start, end, parts } of this.list.toSorted(order)) {
      keep(at, start);
      let lost = countLines(this.text.slice(start, end));
      for (const part of parts) lost -= countLines(typeof part === "string" ? add(part) : keep(...part));
      add("\n".repeat(Math.max(0, lost)));
      at = end;
    }
    keep(at, this.text.length);
    add(tail);
    return { code: pieces.join(""), places };
  }
}

/** Where in the text the character at `offset` of the code stood; for what was put in, what follows it. */
export function sourceOffset(places, offset) {
  let last = 0;
  for (let i = 0; i < places.length; i += 3) {
    const [made, from, length] = places.slice(i, i + 3);
    if (offset < made) return from;
    if (offset < made + length) return from + offset - made;
    last = from + length;
  }
  return last;
}
