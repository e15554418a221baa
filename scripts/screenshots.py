"""The pictures of docs/terminal.md: six scenes played in the real program in tmux, drawn as SVG.

    python scripts/screenshots.py [NAME ..]       writes docs/images/terminal-NAME.svg

In: the scenes below. Out: small SVG files, text and colours exactly as the terminal has them. Needs tmux and,
for the scene with a table, pandas.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from screen import Screen  # noqa: E402  (tests/ is put on the path above)

COLUMNS, ROWS = 84, 26
CELL = (8.4, 18)
# A dark theme; the program itself only names the sixteen colours.
BACKGROUND, FOREGROUND = "#1d2026", "#d5d8de"
COLORS = [
    "#2b2f38", "#e5726f", "#93c47d", "#dcb862", "#6fa8dc", "#c58fd6", "#62c0c0", "#d5d8de",
    "#7d8590", "#ff8f8c", "#b4e09c", "#f0d38a", "#93c4f0", "#dcb0ea", "#8fdede", "#ffffff",
]  # fmt: skip


# -- scenes ----------------------------------------------------------------------------------------


def completion(screen: Screen) -> None:
    screen.submit('(py.import "json" :as json)')
    screen.ready()
    for line in ("(defn read-all [paths]", "(for [path paths]"):
        screen.submit(line)
    screen.type("(json.loads path :ob")
    screen.matches(r":object_hook\s+argument")
    screen.shows("(json.loads s")


def errors(screen: Screen) -> None:
    screen.paste("(defn parse [s] (py.int s))\n(defn total [xs] (reduce + (map parse xs)))")
    screen.key("Enter")
    screen.ready()
    screen.submit('(total ["1" "2" "x"])')
    screen.shows("ValueError")
    screen.ready()
    screen.submit("(def length 3)")
    screen.ready()
    screen.submit("(* 2 lenght)")
    screen.shows("did you mean")
    screen.ready()


def values(screen: Screen) -> None:
    screen.submit('(py.import "pandas" :as pd)')
    screen.ready(within=60)
    screen.submit('(pd.DataFrame {:city ["Oslo" "Rome"] :people [709000 2748000]})')
    screen.shows("2748000")
    screen.ready()
    screen.submit('{:id 7 :tags #{:new "x"} :seen (new Date 0) :scores (Map.groupBy [1 2 3 4] odd?)}')
    screen.ready()
    screen.submit("(Array.from (range 500))")
    screen.shows(",more shows more")
    screen.ready()


def languages(screen: Screen) -> None:
    screen.submit("(defn area [w h] (* w h))")
    screen.ready()
    screen.submit(",py")
    screen.ready("py>")
    screen.submit("sizes = [(2, 3), (4, 5)]")
    screen.ready("py>")
    screen.submit("[js.area(w, h) for w, h in sizes]")
    screen.line("[6, 20]")
    screen.submit(",js")
    screen.ready("js>")
    screen.submit("const { sep } = await import('node:path')")
    screen.ready("js>")
    screen.submit("py.sizes.map(([w, h]) => `${w}${sep}${h}`)")
    screen.line('["2/3" "4/5"]')
    screen.key("BSpace")
    screen.ready()
    screen.submit('(map (fn [[w h]] (area w h)) (py.eval "sizes"))')
    screen.line("[6 20]")
    screen.ready()


def interrupt(screen: Screen) -> None:
    screen.submit("(defn spin [n] (loop [i 0] (if (= i n) i (recur (inc i)))))")
    screen.ready()
    screen.submit('(do (setTimeout (fn [] (println "a timer: 400 ms are over")) 400) nil)')
    screen.ready()
    screen.line("a timer: 400 ms are over")
    screen.ready()
    screen.submit("(spin 1e12)")
    screen.shows("Ctrl-C stops it")
    screen.key("C-c")
    screen.shows("Interrupted")
    screen.ready()
    screen.submit("(spin 1e12)")
    screen.matches(r"1\.\d s  Ctrl-C stops it")


def commands(screen: Screen) -> None:
    for text in (
        ",doc partition-all",
        ",expand (-> order :items (filter ready?) count)",
        ",js (defn mean [xs] (/ (reduce + xs) (count xs)))",
        ",time (reduce + (range 1000000))",
        ",tiem 1",
    ):
        screen.submit(text)
        screen.ready()


SCENES: dict[str, Callable[[Screen], None]] = {
    scene.__name__: scene for scene in (completion, errors, values, languages, interrupt, commands)
}


# -- drawing ---------------------------------------------------------------------------------------


Style = dict[str, str | bool]


def runs(lines: list[str]) -> Iterator[tuple[int, int, str, Style]]:
    """(row, column, text, style) of all that is on the screen; a style goes on over the end of a line."""
    style: Style = {}
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[\d;]*m)", line):
            if part.startswith("\x1b["):
                style = styled(style, part[2:-1])
            elif part:
                yield row, column, part, style
                column += len(part)


def styled(style: Style, codes: str) -> Style:
    """The style after an SGR sequence."""
    made = dict(style)
    numbers = [int(code or 0) for code in codes.split(";")]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            made = {}
        elif code in (1, 4, 7):
            made[{1: "bold", 4: "underline", 7: "reverse"}[code]] = True
        elif code in (22, 24, 27):
            made.pop({22: "bold", 24: "underline", 27: "reverse"}[code], None)
        elif 30 <= code < 38 or 90 <= code < 98:
            made["color"] = COLORS[code - 30 if code < 38 else code - 82]
        elif 40 <= code < 48 or 100 <= code < 108:
            made["background"] = COLORS[code - 40 if code < 48 else code - 92]
        elif code in (39, 49):
            made.pop("color" if code == 39 else "background", None)
        elif code in (38, 48) and numbers[:1] == [5]:
            index = numbers[1]
            made["color" if code == 38 else "background"] = COLORS[index] if index < 16 else FOREGROUND
            del numbers[:2]
    return made


def svg(lines: list[str]) -> str:
    """A picture of captured lines."""
    width, height = COLUMNS * CELL[0] + 24, len(lines) * CELL[1] + 24
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="ui-monospace, Menlo, Consolas, monospace" '
        f'font-size="14">',
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
    ]
    for row, column, text, style in runs(lines):
        x, y, wide = 12 + column * CELL[0], 12 + row * CELL[1], len(text) * CELL[0]
        color, back = style.get("color", FOREGROUND), style.get("background")
        if style.get("reverse"):
            color, back = back or BACKGROUND, color
        if back:
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="18" fill="{back}"/>')
        if not text.strip():
            continue
        extra = ' font-weight="bold"' if style.get("bold") else ""
        extra += ' text-decoration="underline"' if style.get("underline") else ""
        shown = escape(text).replace(" ", "\u00a0")  # viewers differ in what they do to blanks
        out.append(
            f'<text x="{x:.1f}" y="{y + 13.5}" fill="{color}" textLength="{wide:.1f}"{extra}>{shown}</text>'
        )
    return "\n".join([*out, "</svg>\n"])


def main(wanted: list[str]) -> None:
    for name, scene in SCENES.items():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as home, Screen(Path(home), columns=COLUMNS, rows=ROWS) as screen:
            screen.ready()
            scene(screen)
            lines = screen.capture(colors=True).split("\n")
            target = ROOT / "docs" / "images" / f"terminal-{name}.svg"
            target.write_text(svg(lines), encoding="utf-8")
            print(f"{target.relative_to(ROOT)} {target.stat().st_size} bytes")
            screen.key("C-c")


if __name__ == "__main__":
    main(sys.argv[1:])
