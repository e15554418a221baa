"""What the user has chosen: config.toml and init.lisp in the platform's folder.

In: the file. Out: a `Config`. Anything wrong in it is said with file and line, and stops the start: a
setting that silently does not hold is worse than none.

    # ~/.config/polyrepl/config.toml
    editing = "vi"            # or "emacs"
    auto-pair = true
"""

from __future__ import annotations

import dataclasses
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polyrepl.lisp.analyze.names import suggest


@dataclass(slots=True)
class Config:
    """All settings. The comment of each is its help in `,set`."""

    editing: str = field(default="emacs", metadata={"help": "emacs or vi", "choices": ("emacs", "vi")})
    auto_pair: bool = field(default=False, metadata={"help": "type the closing bracket and quote too"})
    structural: bool = field(default=True, metadata={"help": "keys for slurp, barf, raise, splice .."})
    complete_while_typing: bool = field(default=True, metadata={"help": "offer names while typing"})
    suggest: bool = field(default=True, metadata={"help": "suggest the newest form that begins so"})
    history: bool = field(default=True, metadata={"help": "remember forms across sessions"})
    prompt: str = field(default="=> ", metadata={"help": "the prompt of Lisp"})
    max_items: int = field(default=100, metadata={"help": "items of a collection shown before ,more"})
    max_depth: int = field(default=8, metadata={"help": "levels shown before they are elided"})
    max_string: int = field(default=2000, metadata={"help": "characters of a string shown before ,more"})
    max_lines: int = field(default=60, metadata={"help": "lines of a value shown before ,more"})
    images: str = field(
        default="auto",
        metadata={
            "help": "how figures are shown",
            "choices": ("auto", "kitty", "iterm2", "sixel", "save", "off"),
        },
    )
    time: bool = field(default=False, metadata={"help": "say how long each form took"})
    figures: str = field(
        default="inline",
        metadata={"help": "matplotlib: in the terminal, or its own windows", "choices": ("inline", "window")},
    )


class ConfigError(Exception):
    """The configuration cannot be used; the text names file, line and what to do."""


def names() -> dict[str, dataclasses.Field[Any]]:
    """Setting name, as written in the file, -> field."""
    return {entry.name.replace("_", "-"): entry for entry in dataclasses.fields(Config)}


def unknown(name: str) -> str:
    """What to say of a setting that does not exist."""
    close = suggest(name, names())
    return f"unknown setting {name}" + (f": did you mean {close}?" if close else "")


def change(config: Config, name: str, value: Any) -> None:
    """Set one setting.

    Raises:
        ConfigError: unknown name or unfit value.
    """
    known = names()
    if name not in known:
        raise ConfigError(unknown(name))
    entry = known[name]
    default = entry.default
    choices = entry.metadata.get("choices")
    fits = type(value) is type(default)
    if choices:
        if value not in choices:
            raise ConfigError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    elif not fits or (isinstance(value, int) and not isinstance(value, bool) and value < 0):
        kind = {bool: "true or false", int: "a whole number", str: "a text"}[type(default)]
        raise ConfigError(f"{name} is {kind}, not {value!r}")
    setattr(config, entry.name, value)


def load(path: Path | None) -> Config:
    """Read the file; defaults where there is none.

    Raises:
        ConfigError: the file can not be read, is no TOML, or sets what does not exist.
    """
    config = Config()
    if path is None:
        return config
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return config
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None
    import tomllib  # most people have no config.toml

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    for name, value in table.items():
        try:
            change(config, name, value)
        except ConfigError as error:
            raise ConfigError(f"{path}:{line_of(text, name)}: {error}") from None
    return config


def line_of(text: str, name: str) -> int:
    """The line that sets `name`."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=", 1)[0].strip().strip("\"'") == name or line.strip().strip("[]") == name:
            return number
    return 1


def parse_value(text: str) -> Any:
    """`true`, `12`, `"vi"` or a bare word, as `,set name value` takes it."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def config_folder() -> Path:
    """Where config.toml and init.lisp are looked for."""
    return _folder("config", "XDG_CONFIG_HOME", "~/.config")


def state_folder() -> Path:
    """Where history is kept."""
    return _folder("state", "XDG_STATE_HOME", "~/.local/state")


def cache_folder() -> Path:
    """Where what can be made again is kept."""
    return _folder("cache", "XDG_CACHE_HOME", "~/.cache")


def _folder(what: str, variable: str, usual: str) -> Path:
    """The platform's folder. Linux's is said here: to load what knows of all platforms takes a while."""
    if sys.platform == "linux":
        named = os.environ.get(variable, "")
        return Path(named if named.strip() else os.path.expanduser(usual), "polyrepl")
    import platformdirs

    return Path(getattr(platformdirs, f"user_{what}_path")("polyrepl"))
