"""Pictures in the terminal: which protocol it speaks, and the picture in that protocol.

In: PNG bytes. Out: an escape sequence for kitty, iTerm2 or sixel terminals; a file and its path elsewhere.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import itertools
import os
import select
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

Protocol: TypeAlias = Literal["kitty", "iterm2", "sixel", "save"]

CHUNK = 4096
SIXEL_TERMS = ("foot", "mlterm", "yaft", "contour", "sixel")


def detect(env: Mapping[str, str] = os.environ, *, ask: bool = True) -> Protocol:
    """The protocol of this terminal; `save` where it has none.

    `ask` lets a terminal that its environment does not name be asked whether it knows sixel.
    """
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if "TMUX" not in env and not term.startswith(("screen", "tmux")):
        if (
            "KITTY_WINDOW_ID" in env
            or "kitty" in term
            or program in ("ghostty", "WezTerm")
            or "ghostty" in term
        ):
            return "kitty"
        if program in ("iTerm.app", "vscode", "mintty") or env.get("LC_TERMINAL") == "iTerm2":
            return "iterm2"
        if any(name in term for name in SIXEL_TERMS):
            return "sixel"
    if ask and term not in ("", "dumb") and "\x1b" in (answer := ask_terminal("\x1b[c")):
        features = answer.partition("?")[2].rstrip("c").split(";")
        if "4" in features:
            return "sixel"
    return "save"


def ask_terminal(question: str, deadline: float = 0.15) -> str:
    """What the terminal answers to an escape sequence; "" if it is none or does not answer.

    Nothing is asked while keys wait to be read, since they would be taken for the answer.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return ""
    import termios
    import tty

    fd = sys.stdin.fileno()
    answer = b""
    try:
        before = termios.tcgetattr(fd)
    except termios.error:
        return ""
    try:
        tty.setcbreak(fd, termios.TCSANOW)
        keys = select.poll()  # not `select`, which knows descriptors up to 1,023 only
        keys.register(fd, select.POLLIN)

        def readable(seconds: float) -> bool:
            return any(event & select.POLLIN for _, event in keys.poll(seconds * 1000))

        if readable(0):
            return ""
        os.write(sys.stdout.fileno(), question.encode())
        while readable(deadline):
            answer += os.read(fd, 64)
            if answer.endswith(b"c"):
                break
    except OSError:
        return ""
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, before)
    return answer.decode("ascii", "replace")


def encode(png: bytes, protocol: Protocol) -> str:
    """The escape sequence that draws a PNG.

    Raises:
        ValueError: the picture can not be read (sixel only; the other protocols take the PNG as it is).
    """
    if protocol == "kitty":
        data = base64.standard_b64encode(png).decode("ascii")
        parts = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)] or [""]
        out = []
        for at, part in enumerate(parts):
            more = int(at < len(parts) - 1)
            control = f"a=T,f=100,q=2,m={more}" if at == 0 else f"m={more}"
            out.append(f"\x1b_G{control};{part}\x1b\\")
        return "".join(out) + "\n"
    if protocol == "iterm2":
        data = base64.standard_b64encode(png).decode("ascii")
        return f"\x1b]1337;File=inline=1;size={len(png)};preserveAspectRatio=1:{data}\x07\n"
    return sixel(png)


def sixel(png: bytes) -> str:
    """A PNG as sixels, in at most 256 colours.

    Raises:
        ValueError: no PNG, or the Pillow package is not there to read it.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ValueError("sixel pictures need the Pillow package: pip install pillow") from None
    try:
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
    except OSError as error:
        raise ValueError(str(error)) from None
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    reduced = flat.quantize(255)
    palette = reduced.getpalette() or []
    width, height = reduced.size
    pixels = reduced.tobytes()
    out = [f'\x1bP0;1;0q"1;1;{width};{height}']
    for number in range(len(palette) // 3):
        red, green, blue = (round(value * 100 / 255) for value in palette[3 * number : 3 * number + 3])
        out.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        rows = [pixels[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))]
        lines = []
        for color in sorted(set().union(*rows)):
            masks = bytearray(width)
            for bit, row in enumerate(rows):
                at = row.find(color)
                while at >= 0:
                    masks[at] |= 1 << bit
                    at = row.find(color, at + 1)
            lines.append(f"#{color}" + _run_lengths(masks))
        out.append("$".join(lines) + "-")
    out.append("\x1b\\\n")
    return "".join(out)


def _run_lengths(masks: bytearray) -> str:
    out = []
    at = 0
    while at < len(masks):
        end = at
        while end < len(masks) and masks[end] == masks[at]:
            end += 1
        char = chr(63 + masks[at])
        out.append(f"!{end - at}{char}" if end - at > 3 else char * (end - at))
        at = end
    return "".join(out)


def save(png: bytes) -> Path:
    """Write the picture to a file of its own; returns its path.

    The folder is this process's alone, under a name that nobody can guess, and nothing that is there already
    is written over or followed. It stays when the process ends: its path has been told.
    """
    folder = _folder()
    for number in itertools.count(len(os.listdir(folder)) + 1):
        path = folder / f"figure-{number}.png"
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        with open(fd, "wb") as file:
            file.write(png)
        return path
    raise AssertionError("numbers end")


@functools.cache
def _folder_of(process: int) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"polyrepl-{process}-"))


def _folder() -> Path:
    """The folder of this process; another one when somebody has cleaned up."""
    folder = _folder_of(os.getpid())
    if not folder.is_dir():
        _folder_of.cache_clear()
        folder = _folder_of(os.getpid())
    return folder


def png_of(value: object) -> bytes | None:
    """The PNG of a matplotlib figure, a picture of Pillow, or whatever has `_repr_png_`; None of the rest."""
    if "matplotlib.figure" in sys.modules:
        figure_class = getattr(sys.modules["matplotlib.figure"], "Figure", None)
        if figure_class is not None and isinstance(value, figure_class):
            out = io.BytesIO()
            value.savefig(out, format="png", bbox_inches="tight")
            return out.getvalue()
    method = getattr(type(value), "_repr_png_", None)
    if method is None:
        return None
    data = method(value)
    if isinstance(data, tuple):
        data = data[0]
    if isinstance(data, str):
        data = base64.b64decode(data)
    return data if isinstance(data, bytes) else None
