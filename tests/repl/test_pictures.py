"""Figures in the terminal: which protocol is found, and that each picture arrives as it was."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.terminal import images

Image = pytest.importorskip("PIL.Image")  # comes with matplotlib


def png(width: int = 7, height: int = 9) -> bytes:
    """A picture of two colours."""
    picture = Image.new("RGB", (width, height), (255, 0, 0))
    for row in range(height):
        picture.putpixel((row % width, row), (0, 0, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("env", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iterm2"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "mlterm"}, "sixel"),
        ({"TERM": "xterm-256color"}, "save"),
        ({"TERM": "dumb"}, "save"),
        # Inside of tmux the outer terminal's protocols do not get through.
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1", "TMUX": "x"}, "save"),
    ],
)
def test_detect(env: dict[str, str], protocol: str) -> None:
    assert images.detect(env, ask=False) == protocol


def test_a_terminal_that_answers_with_feature_4_knows_sixel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "ask_terminal", lambda question: "\x1b[?62;4;22c")
    assert images.detect({"TERM": "xterm-256color"}) == "sixel"
    monkeypatch.setattr(images, "ask_terminal", lambda question: "\x1b[?62;22c")
    assert images.detect({"TERM": "xterm-256color"}) == "save"


def test_kitty_carries_the_png_in_chunks() -> None:
    data = png() + b"\0" * 20_000  # longer than a chunk
    sent = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", images.encode(data, "kitty"))
    assert sent[0][0].startswith("a=T,f=100") and "m=1" in sent[0][0] and sent[-1][0] == "m=0"
    assert all(len(part) <= 4096 for _, part in sent)
    assert base64.b64decode("".join(part for _, part in sent)) == data


def test_iterm2_carries_the_png() -> None:
    match = re.fullmatch(
        r"\x1b\]1337;File=inline=1;size=(\d+);[^:]*:([^\x07]*)\x07\n", images.encode(png(), "iterm2")
    )
    assert match is not None
    assert base64.b64decode(match[2]) == png() and int(match[1]) == len(png())


def unsixel(text: str) -> dict[tuple[int, int], tuple[int, ...]]:
    """The pixels of a sixel picture, as percentages of red, green and blue."""
    body = text[text.index("q") + 1 : text.index("\x1b\\")]
    palette: dict[int, tuple[int, ...]] = {}
    pixels: dict[tuple[int, int], tuple[int, ...]] = {}
    x = top = color = 0
    for token in re.finditer(r'"[\d;]*|#(\d+)(;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)', body):
        number, define, *rgb, times, repeated, single, back, new = token.groups()
        if define:
            palette[int(number)] = tuple(map(int, rgb))
        elif number:
            color = int(number)
        elif repeated or single:
            for _ in range(int(times or 1)):
                bits = ord(repeated or single) - 63
                for bit in range(6):
                    if bits >> bit & 1:
                        pixels[x, top + bit] = palette[color]
                x += 1
        elif back:
            x = 0
        elif new:
            x, top = 0, top + 6
    return pixels


def test_sixel_has_every_pixel() -> None:
    pixels = unsixel(images.encode(png(), "sixel"))
    assert len(pixels) == 7 * 9
    for (x, y), color in pixels.items():
        assert color == ((0, 0, 100) if x == y % 7 else (100, 0, 0))


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        images.encode(b"no picture", "sixel")


@pytest.mark.parametrize("protocol", ["kitty", "iterm2", "sixel", "save", "off"])
def test_a_figure_at_the_prompt(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "module://polyrepl.repl.terminal.mpl_backend")
    with Prompt() as prompt:
        prompt.submit(f",set images {protocol}")
        shown = prompt.submit(
            ",py import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=(1, 1))\nfigure"
        )
        begins = {"kitty": "\x1b_G", "iterm2": "\x1b]1337;", "sixel": "\x1bP", "save": "figure saved: "}
        assert shown.startswith(begins.get(protocol, "<Figure size"))
        if protocol == "save":
            path = Path(shown.splitlines()[0].removeprefix("figure saved: "))
            assert path.read_bytes().startswith(b"\x89PNG")
            path.unlink()


def test_a_saved_figure_overwrites_and_follows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images.tempfile, "tempdir", str(tmp_path))
    images._folder_of.cache_clear()
    first, second = images.save(b"one"), images.save(b"one")
    assert first != second and first.read_bytes() == second.read_bytes() == b"one"
    folder = first.parent
    assert folder.stat().st_mode & 0o077 == 0 and first.stat().st_mode & 0o077 == 0
    victim = tmp_path / "victim"
    (folder / "figure-3.png").symlink_to(victim)
    third = images.save(b"two")
    assert not victim.exists() and not third.is_symlink() and third.read_bytes() == b"two"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert images.save(b"again").read_bytes() == b"again"
    images._folder_of.cache_clear()
