"""One working folder and one environment for all languages of a session.

In: what Python has (os.getcwd, os.environ), what Node says that it has changed. Out: what has changed here
since both agreed, as text for Node; the same changes made here. It is compared before each outermost request
of Python's, a form's say, and costs nothing in between; Node tells of its changes before all that it says.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any


class Place:
    """Python's side, as it was when both sides agreed last."""

    def __init__(self) -> None:
        self.agree()

    def agree(self) -> None:
        """Node has what Python has."""
        self._folder = _folder()
        self._environment = dict(_environment())

    def changes(self) -> str | None:
        """What has changed here since, for `agree` in node/place.mjs; None if nothing. Both agree then."""
        folder, environment = _folder(), _environment()
        if folder == self._folder and environment == self._environment:
            return None
        told: dict[str, Any] = {}
        if folder != self._folder and folder is not None:
            told["folder"] = folder
        if environment != self._environment:
            before = self._environment
            gone = [name for name in before if name not in environment]
            made = [name for name, value in environment.items() if before.get(name) != value]
            told["environment"] = {
                **{_text(name): None for name in gone},
                **{_text(name): _text(environment[name]) for name in made},
            }
        if not told:
            return None
        self.agree()
        return json.dumps(told)

    def take(self, text: str) -> None:
        """Change here what Node says that has changed there; a folder that is none by now is not entered.
        What has changed here meanwhile is still to be told."""
        told = json.loads(text)
        if "folder" in told:
            with suppress(OSError):
                os.chdir(told["folder"])
            self._folder = _folder()
        for name, value in told.get("environment", {}).items():
            with suppress(ValueError, OSError):
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
                self._note(name)

    def _note(self, name: str) -> None:
        """Both have this variable as it is now."""
        encode = getattr(os.environ, "encodekey", None)
        key, now = name if encode is None else encode(name), _environment()
        if key in now:
            self._environment[key] = now[key]
        else:
            self._environment.pop(key, None)


def _folder() -> str | None:
    """None: it was deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _environment() -> dict[Any, Any]:
    """What os.environ is made of: to compare it costs a microsecond, to decode it twenty."""
    found = getattr(os.environ, "_data", None)
    return found if isinstance(found, dict) else dict(os.environ)


def _text(data: Any) -> str:
    return os.fsdecode(data)
