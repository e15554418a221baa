"""docs/images/house.svg: the rooms of the house on their floors, and the arrows between them.

In: the imports of the tree. Out: the picture as SVG text, the same for the same imports. An arrow that
follows from others (`a -> c` where `a -> b -> c`) is left out; one against the floors is drawn in red.
The bridge, which has no rooms, is shown as what it is: Python's files beside their mirrors in Node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .counts import arrows
from .floors import FLOORS, is_upward
from .imports import Import, files

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "house.svg"

SAYS = {
    "kernel": "Jupyter's messages",
    "kernel/node": "inspection, notebook",
    "repl/cli": "options and subcommands",
    "repl/command_line": "files, -e, pipes, tools",
    "repl/terminal": "the prompt and its drawing",
    "repl/commands": "the table of ,commands",
    "repl/complete": "completion, inspection",
    "repl/polyglot": "Python and JavaScript beside Lisp",
    "repl/web": "a Session in a page",
    "repl/session": "text → events: the core",
    "repl/colors": "of tokens and screen",
    "repl/config": "config.toml, init.lisp",
    "repl/known": "what names mean",
    "repl/travel": "functions in other processes",
    "repl/prose": "words for a person",
    "repl/node": "the Session's half",
    "lisp/compiler": "the public face",
    "lisp/units": "whole texts, ahead of time",
    "lisp/incremental": "form after form",
    "lisp/language": "all special forms, macros",
    "lisp/python": "nodes → Python",
    "lisp/expand": "hygienic macros",
    "lisp/analyze/special": "special forms by family",
    "lisp/lower": "nodes → ir, left to right",
    "lisp/analyze": "forms → nodes",
    "lisp/runtime": "what emitted code calls",
    "lisp/emit": "ir → JavaScript + map",
    "lisp/layout": "forms → text, indentation",
    "lisp/read": "text → forms",
    "lisp/nodes": "a program, analyzed",
    "lisp/host": "what is asked of outside",
    "lisp/errors": "data, and their one look",
    "lisp/forms": "source as data",
    "lisp/inside": "state for a while",
    "lisp/records": "classes of slots",
    "lisp/stack": "room on Python's stack",
}
BANDS = {
    "kernel": "the same Session in notebooks",
    "repl": "Session, and the faces around it",
    "lisp": "text → code, pure",
    "bridge": "two runtimes, one conversation",
}

WIDTH, PITCH, ROOM, HEIGHT, LANE = 1120, 66, 186, 42, 14
CENTER = {"kernel": 392, "repl": 392, "lisp": 392}
NODE = 1003
"""Where the rooms of JavaScript stand, one below the other."""

LIGHT = {"kernel": "#8250a8", "repl": "#2563a8", "lisp": "#2b7a4b", "bridge": "#a8590f", "upward": "#c81e1e"}
DARK = {"kernel": "#c9a2ea", "repl": "#86b7f0", "lisp": "#7fcf9c", "bridge": "#f0b072", "upward": "#ff7b7b"}
INK = {
    "page": ("#fbfaf8", "#16181d"),
    "room": ("#ffffff", "#20242b"),
    "name": ("#1c1f24", "#eef0f3"),
    "says": ("#5d6470", "#a5adba"),
}


@dataclass(frozen=True)
class Box:
    """A room on the picture: its middle, its upper edge, its size, and the row it is in."""

    x: float
    y: float
    width: float
    height: float
    row: int

    @property
    def bottom(self) -> float:
        return self.y + self.height


def needed(found: Iterable[Import]) -> list[tuple[str, str]]:
    """The arrows downward that do not follow from others, and every one upward."""
    pairs = [pair for pair in arrows(found) if all(room in SAYS or room == "bridge/node" for room in pair)]
    down: dict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        if not is_upward(source, target):
            down[source].add(target)
    reach: dict[str, set[str]] = {}

    def reached(room: str) -> set[str]:
        if room not in reach:
            reach[room] = set().union(*(reached(one) | {one} for one in down[room])) if down[room] else set()
        return reach[room]

    kept = [
        (source, target)
        for source, target in pairs
        if is_upward(source, target) or not any(target in reached(other) for other in down[source] - {target})
    ]
    return sorted(kept)


def rows() -> dict[str, list[list[str]]]:
    """Package -> its rooms row by row from the top; a floor of JavaScript alone shares the row above."""
    table = {}
    for package, floors in FLOORS.items():
        found: list[list[str]] = []
        for floor in reversed(floors):
            names = [package if name == package else f"{package}/{name}" for name in floor]
            if floor == ("node",) and found:
                found[-1] += names
            else:
                found.append(names)
        table[package] = found
    return table


def placed(
    mirrors: list[tuple[str, str]],
) -> tuple[dict[str, Box], dict[str, tuple[float, float, float, float]]]:
    """The boxes of all rooms, and the bands (x, y, width, height) of the packages."""
    boxes: dict[str, Box] = {}
    bands: dict[str, tuple[float, float, float, float]] = {}
    y, row = 96.0, 0
    for package in ("kernel", "repl", "lisp"):
        top = y
        for names in rows()[package]:
            python = [name for name in names if not name.endswith("/node")]
            step = ROOM + 34
            left = CENTER[package] - step * (len(python) - 1) / 2
            for at, name in enumerate(python):
                boxes[name] = Box(left + at * step, y + 12, ROOM, HEIGHT, row)
            for name in names:
                if name.endswith("/node"):
                    boxes[name] = Box(NODE, y + 12, 160, HEIGHT, row)
            y += PITCH
            row += 1
        bands[package] = (24, top, 736 if package == "lisp" else WIDTH - 48, y - top)
        y += 26
    x, top, width, height = bands["lisp"]
    bands["bridge"] = (x + width + 24, top, WIDTH - x - width - 48, height)
    first = boxes["lisp/compiler"].row
    tall = min(height - 24, 52 + 22 * len(mirrors))
    for name, middle in (("bridge", NODE - 124), ("bridge/node", NODE + 18)):
        boxes[name] = Box(middle, top + 12, 128, tall, first)
    return boxes, bands


class Lanes:
    """Ways down between the boxes, each used once: the nearest free one is given."""

    def __init__(self, boxes: dict[str, Box]) -> None:
        self.boxes = boxes
        self.used: list[tuple[float, int, int]] = []

    def free(self, lane: float, first: int, last: int) -> bool:
        boxes = [box for box in self.boxes.values() if first <= box.row <= last]
        return all(abs(lane - box.x) > box.width / 2 + LANE * 0.8 for box in boxes) and not any(
            abs(lane - other) < LANE and first <= end and start <= last for other, start, end in self.used
        )

    def take(self, start: float, end: float, first: int, last: int) -> float:
        """A lane through the rows `first` to `last` for a line from x = start to x = end."""
        candidates = [64 + 2 * step for step in range((WIDTH - 100) // 2)]
        lane = min(
            (lane for lane in candidates if self.free(lane, first, last)),
            key=lambda lane: (abs(lane - start) + abs(lane - end), abs(lane - end), lane),
        )
        self.used.append((lane, first, last))
        return lane


def lines(pairs: list[tuple[str, str]], boxes: dict[str, Box]) -> list[str]:
    """The arrows as paths."""
    lanes = Lanes(boxes)
    height = {box.row: box.y for box in boxes.values()}
    ports = Ports(pairs, boxes)
    made = []
    for source, target in sorted(pairs, key=lambda pair: (boxes[pair[1]].row - boxes[pair[0]].row, pair)):
        a, b = boxes[source], boxes[target]
        kind = "upward" if is_upward(source, target) else source.split("/")[0]
        if a.row >= b.row:  # against the floors: around the side
            side = max(a.x + a.width / 2, b.x + b.width / 2) + 40
            y, to_y, to_x = a.y + a.height / 2, b.y + b.height / 2, b.x + b.width / 2 + 3
            path = f"M{a.x + a.width / 2:g} {y:g} C{side:g} {y:g} {side:g} {to_y:g} {to_x:g} {to_y:g}"
        else:
            start, end = ports.out[source, target], ports.into[source, target]
            path = f"M{start:g} {a.bottom:g}"
            if b.row - a.row > 1:
                lane = lanes.take(start, end, a.row + 1, b.row - 1)
                above, below = height[a.row + 1] - 2, height[b.row - 1] + HEIGHT + 2
                path += bend(start, a.bottom, lane, above) + f" V{below:g}" + bend(lane, below, end, b.y - 4)
            else:
                path += bend(start, a.bottom, end, b.y - 4)
        title = f"<title>{source} → {target}</title>"
        made.append(f'<path class="{kind}" marker-end="url(#{kind})" d="{path}">{title}</path>')
    return made


def bend(x: float, y: float, to_x: float, to_y: float) -> str:
    """A curve that leaves and arrives downward."""
    middle = (y + to_y) / 2
    return f" C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}"


class Ports:
    """Where on the edges of its boxes each arrow begins and ends: side by side, none hides another."""

    def __init__(self, pairs: list[tuple[str, str]], boxes: dict[str, Box]) -> None:
        self.out = self.spread(pairs, boxes, 0)
        self.into = self.spread(pairs, boxes, 1)

    @staticmethod
    def spread(
        pairs: list[tuple[str, str]], boxes: dict[str, Box], side: int
    ) -> dict[tuple[str, str], float]:
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for pair in pairs:
            groups[pair[side]].append(pair)
        result = {}
        for name, group in groups.items():
            box = boxes[name]
            group.sort(key=lambda pair: (boxes[pair[1 - side]].x, boxes[pair[1 - side]].row, pair))
            for at, pair in enumerate(group):
                result[pair] = box.x + (at - (len(group) - 1) / 2) * min(28, box.width * 0.6 / len(group))
        return result


# -- text ------------------------------------------------------------------------------------------


def style() -> str:
    """The colours, light and dark; the picture brings its own ground, so that it can stand on any page."""

    def rules(hues: dict[str, str], at: int) -> str:
        text = "".join(f".{name}{{stroke:{hue}}}.f-{name}{{fill:{hue}}}" for name, hue in hues.items())
        return text + "".join(f".{name}{{fill:{pair[at]}}}" for name, pair in INK.items())

    dark = f"@media (prefers-color-scheme: dark){{{rules(DARK, 1)}}}"
    return f"path{{fill:none;stroke-width:1.6;stroke-linecap:round}}{rules(LIGHT, 0)}{dark}"


def words(x: float, y: float, text: str, kind: str, size: float, weight: int = 400) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="middle" font-size="{size:g}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def rect(kind: str, x: float, y: float, width: float, height: float, radius: int, more: str = "") -> str:
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="{kind}" {place} rx="{radius}"{more}/>'


def outline(name: str, box: Box) -> str:
    kind = f"room {name.split('/')[0]}"
    return rect(kind, box.x - box.width / 2, box.y, box.width, box.height, 7, ' stroke-width="1.4"')


def room(name: str, box: Box) -> list[str]:
    title = name.split("/", 1)[-1]
    return [
        outline(name, box),
        words(box.x, box.y + 18, title, "name", 14, 600),
        words(box.x, box.y + 33, SAYS.get(name, ""), "says", 11.5),
    ]


def mirrored(boxes: dict[str, Box], mirrors: list[tuple[str, str]]) -> list[str]:
    """The bridge: one box of Python, one of JavaScript, a file beside its mirror."""
    left, right = boxes["bridge"], boxes["bridge/node"]
    made = []
    for name, title in (("bridge", "Python"), ("bridge/node", "Node")):
        made += [outline(name, boxes[name]), words(boxes[name].x, boxes[name].y + 22, title, "name", 14, 600)]
    step = (left.height - 52) / max(1, len(mirrors))
    for at, (python, node) in enumerate(mirrors):
        y = left.y + 48 + at * step
        made += [words(box.x, y, name, "says", 12) for box, name in ((left, python), (right, node)) if name]
        if python == node:
            line = f"M{left.x + left.width / 2:g} {y - 4:g} H{right.x - right.width / 2:g}"
            made.append(f'<path class="bridge" stroke-dasharray="2 3" d="{line}"/>')
    return made


def mirrors_of(there: list[str]) -> list[tuple[str, str]]:
    """The files of the bridge: (Python's, Node's), first those with a mirror; "" where there is none."""
    python = {Path(f).stem for f in there if f.startswith("bridge/") and f.endswith(".py")} - {
        "__init__",
        "__main__",
    }
    node = {Path(f).stem for f in there if f.startswith("bridge/node/") and f.count("/") == 2}
    both = [(name, name) for name in sorted(python & node)]
    left, right = sorted(python - node), sorted(node - python)
    more = max(len(left), len(right))
    left, right = left + [""] * (more - len(left)), right + [""] * (more - len(right))
    return both + list(zip(left, right, strict=True))


def frame(bands: dict[str, tuple[float, float, float, float]], height: float) -> list[str]:
    """The ground, the roof and the bands of the packages."""
    out = [rect("page", 0, 0, WIDTH, height, 12)]
    roof = f"M18 88 L{WIDTH / 2:g} 18 L{WIDTH - 18} 88"
    out.append(f'<path stroke="#8b93a1" style="stroke-width:2;stroke-linejoin:round" d="{roof}"/>')
    out.append(words(WIDTH / 2, 72, "polyrepl", "name", 24, 700))
    for package, (x, y, width, tall) in bands.items():
        out.append(rect(f"f-{package}", x, y, width, tall, 10, ' opacity="0.09"'))
        turned = f'transform="translate({x + 22:g} {y + tall / 2:g}) rotate(-90)" text-anchor="middle"'
        more = 'class="says" font-size="12.5" font-weight="400" dx="10"'
        says = f"<tspan {more}>{escape(BANDS[package])}</tspan>" if tall > 300 else ""
        title = f'class="f-{package}" font-size="17" font-weight="700"'
        out.append(f"<text {turned} {title}>{package}{says}</text>")
    return out


def drawn(found: list[Import], there: list[str] | None = None) -> str:
    """The picture of a tree with these imports."""
    mirrors = mirrors_of(files(ROOT) if there is None else there)
    boxes, bands = placed(mirrors)
    height = bands["lisp"][1] + bands["lisp"][3] + 24
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
    font = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"'
    shape = 'viewBox="0 0 8 8" refX="4" refY="4" markerWidth="5.5" markerHeight="5.5" orient="auto"'
    heads = [
        f'<marker id="{name}" {shape}><path class="f-{name}" d="M0 0L8 4L0 8z"/></marker>' for name in LIGHT
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>',
            "<title>The rooms of polyrepl: each imports only from the floors below it</title>",
            f"<style>{style()}</style>",
            f"<defs>{''.join(heads)}</defs>",
            *frame(bands, height),
            *lines(needed(found), boxes),
            *(
                part
                for name, box in boxes.items()
                if not name.startswith("bridge")
                for part in room(name, box)
            ),
            *mirrored(boxes, mirrors),
            "</svg>",
            "",
        ]
    )
