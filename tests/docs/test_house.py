"""docs/images/house.svg is the picture of the house as it stands, and shows what it should."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from house.floors import FLOORS
from house.imports import Import
from house.picture import SAYS, drawn

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "house"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def arrows(found: list[Import]) -> list[tuple[str, str]]:
    """The arrows of a picture as (class, title)."""
    root = ET.fromstring(drawn(found, []))
    paths = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    return sorted((path.attrib["class"], path[0].text or "") for path in paths)


def test_an_arrow_that_follows_from_others_is_left_out_and_an_upward_one_is_red() -> None:
    compiler, reader, errors, forms = "lisp/compiler.py", "lisp/read/a.py", "lisp/errors.py", "lisp/forms.py"
    pairs = [(compiler, reader), (reader, errors), (compiler, errors), (forms, reader)]
    found = [Import(source, target, "load", 1) for source, target in pairs]
    assert arrows(found) == [
        ("lisp", "lisp/compiler → lisp/read"),
        ("lisp", "lisp/read → lisp/errors"),
        ("upward", "lisp/forms → lisp/read"),
    ]


def test_every_room_has_a_box_with_its_name() -> None:
    floors = {f"{package}/{room}" for package, floors in FLOORS.items() for floor in floors for room in floor}
    assert set(SAYS) == {room.replace("kernel/kernel", "kernel") for room in floors if "bridge" not in room}
    texts = {text.text for text in ET.fromstring(drawn([], [])).iter(f"{SVG}text")}
    assert {room.split("/", 1)[-1] for room in SAYS} <= texts
