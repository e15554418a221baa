"""History by whole form, shared by all sessions of a user.

In: what was submitted. Out: what was submitted before, newest first, each text once.

The file holds one JSON object a line, `{"t": seconds, "s": text}`. A session appends under a lock, so
several may run at once and none loses a line; when the file has grown it is rewritten under the same lock
without the doubles. Lines that cannot be read are moved to a file beside it, never thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.history import History

KEPT = 10_000
REWRITE_AFTER = 2 * KEPT
LONGEST = 100_000


class FormHistory(History):
    """History in a file, or in memory only where there is none.

    Args:
        path: the file; None keeps nothing.
        say: told in one sentence what went wrong.
    """

    def __init__(self, path: Path | None, say: Callable[[str], None]) -> None:
        super().__init__()
        self.path = path
        self.say = say

    def load_history_strings(self) -> Iterable[str]:
        """All texts, newest first, each once."""
        if self.path is None:
            return []
        try:
            entries, bad = read(self.path)
            if bad:
                self._set_aside(bad)
            if bad or len(entries) > REWRITE_AFTER:
                self._rewrite()
        except OSError as error:
            self._give_up(error)
            return []
        newest_first = [text for _, text in reversed(entries)]
        return list(dict.fromkeys(newest_first))[:KEPT]

    def append_string(self, string: str) -> None:
        """Add a form; an older equal one goes away."""
        if self._loaded_strings[:1] == [string]:
            return
        with contextlib.suppress(ValueError):
            self._loaded_strings.remove(string)
        super().append_string(string)

    def store_string(self, string: str) -> None:
        if self.path is None or len(string) > LONGEST:
            return
        line = json.dumps({"t": int(time.time()), "s": string}) + "\n"
        try:
            with locked(self.path), self.path.open("ab") as file:
                file.write(line.encode("ascii"))
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.path = None
        self.say(f"history is not kept: {error.strerror or error}")

    def _set_aside(self, bad: list[bytes]) -> None:
        assert self.path is not None
        aside = self.path.with_name(self.path.name + ".unreadable")
        with aside.open("ab") as file:
            file.writelines(line + b"\n" for line in bad)
        count = f"{len(bad)} unreadable line" + ("s" if len(bad) > 1 else "")
        self.say(f"history: {count} moved to {aside}")

    def _rewrite(self) -> None:
        """Write the file anew: each text once, the newest KEPT. Others may have written meanwhile."""
        assert self.path is not None
        with locked(self.path):
            entries, _ = read(self.path)
            last = {text: at for at, (_, text) in enumerate(entries)}
            kept = [entries[at] for at in sorted(last.values())][-KEPT:]
            fresh = self.path.with_name(self.path.name + ".new")
            fresh.write_text(
                "".join(json.dumps({"t": when, "s": text}) + "\n" for when, text in kept), encoding="ascii"
            )
            os.chmod(fresh, 0o600)
            fresh.replace(self.path)


def read(path: Path) -> tuple[list[tuple[int, str]], list[bytes]]:
    """The entries of a history file in its order, and the lines that are none."""
    entries: list[tuple[int, str]] = []
    bad: list[bytes] = []
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], []
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            entries.append((int(entry["t"]), str(entry["s"])))
        except (ValueError, KeyError, TypeError):
            bad.append(line)
    return entries, bad


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with the file, among all sessions. The lock is a file of its own: rewriting replaces `path`."""
    import fcntl

    fd = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def open_history(folder: Path | None, say: Callable[[str], None]) -> FormHistory:
    """The history in `folder`; in memory, with a word to `say`, where that can not be written."""
    if folder is None:
        return FormHistory(None, say)
    path = folder / "history.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as error:
        say(f"history is not kept: {error.strerror}")
        return FormHistory(None, say)
    return FormHistory(path, say)


class SuggestForm(AutoSuggest):
    """Suggests the rest of the newest form that begins like the text."""

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        text = document.text
        if not text.strip() or document.text_after_cursor:
            return None
        for entry in buffer.history.get_strings()[::-1]:
            if entry.startswith(text) and len(entry) > len(text):
                return Suggestion(entry[len(text) :])
        return None
