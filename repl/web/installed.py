"""`%pip` where nothing can be installed: packages come with the build, and are there from the start.

In: the words of a command. Out: lines that say what is there, or an exception that says what to do.
"""

from __future__ import annotations

import re
from importlib.metadata import distributions

from polyrepl.bridge.foreign import visible

_OWN = frozenset(("polyrepl",))
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class NotInThisBuild(Exception):
    """A package is not among those that came with the page."""


def pip(words: list[str]) -> None:
    """`pip install NAME ..`, `pip list`. Prints what is there.

    Raises:
        NotInThisBuild: a package is not there, or another command was asked for.
    """
    there = {_normal(name): (name, version) for name, version in _found().items()}
    if words[:1] == ["list"]:
        for name, version in sorted(there.values()):
            print(f"{name} {version}")
        return
    if words[:1] != ["install"]:
        raise NotInThisBuild("a page has `%pip install NAME` and `%pip list`")
    missing = []
    for word in words[1:]:
        asked = _NAME.match(word)
        if word.startswith("-"):
            continue
        found = asked and there.get(_normal(asked[0]))
        if not found:
            missing.append(visible(word))
            continue
        print(f"{found[0]} {found[1]} is there: it came with this page")
    if missing:
        has = ", ".join(sorted(name for name, _ in there.values())) or "none"
        raise NotInThisBuild(
            f"{', '.join(missing)}: a page installs nothing, it has the packages that it was built with "
            f'({has}). Whoever builds it adds more: "PolyreplAddon": {{"packages": ["NAME"]}} in '
            "jupyter_lite_config.json, or polyrepl web build --packages NAME"
        )


def _found() -> dict[str, str]:
    """Distribution -> version, but for our own."""
    return {
        each.name: each.version for each in distributions() if each.name and each.name.lower() not in _OWN
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
