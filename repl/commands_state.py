"""Commands about the session: ,load ,reload ,save ,reset ,restart ,interrupt ,more ,bt ,env ,set ,edit.

In: the terminal and the command's argument. Out: printed text, and a session in another state.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import names as known_names
from .commands import command
from .config import ConfigError, change, names, parse_value, unknown
from .prose import row

if TYPE_CHECKING:
    from .terminal import Terminal


@command("more")
async def more(terminal: Terminal, argument: str) -> None:
    """,more [all]: the next part of the last long value, or all of it"""
    terminal.showing.more(argument == "all")


@command("bt")
async def backtrace(terminal: Terminal, argument: str) -> None:
    """,bt: all of the last error's stack, of all three languages"""
    last = terminal.last_error
    terminal.say("no error yet" if last is None else last.backtrace or last.text)


@command("load", "file")
async def load(terminal: Terminal, argument: str) -> None:
    """,load file: run a file in this session"""
    path = Path(os.path.expanduser(argument)) if argument else terminal.loaded
    if path is None:
        terminal.complain("no file was loaded yet: ,load file")
        return
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        terminal.complain(f"{path}: {error.strerror}")
        return
    except UnicodeDecodeError:
        terminal.complain(f"{path}: not UTF-8")
        return
    terminal.loaded = path
    await terminal.run_lisp(text, str(path), values=False)


@command("reload", "file")
async def reload(terminal: Terminal, argument: str) -> None:
    """,reload [name]: run the last loaded file again, or reload a Python module"""
    if not argument:
        await load(terminal, "")
        return
    module = sys.modules.get(argument)
    if module is None:
        terminal.complain(f"no Python module {argument} is loaded")
        return
    import importlib

    try:
        importlib.reload(module)
    except Exception as error:
        terminal.complain(f"{type(error).__name__}: {error}")
        return
    terminal.note(f"{argument} was loaded again; values made before keep their old classes")


@command("save", "file")
async def save(terminal: Terminal, argument: str) -> None:
    """,save file: write the Lisp forms of this session that ran without an error to a file"""
    path = Path(os.path.expanduser(argument))
    try:
        path.write_text("".join(text + "\n" for text in terminal.ran), encoding="utf-8")
    except OSError as error:
        terminal.complain(f"{path}: {error.strerror}")
        return
    count = len(terminal.ran)
    terminal.note(f"{count} form{'' if count == 1 else 's'} written to {path}")


@command("reset")
async def reset(terminal: Terminal, argument: str) -> None:
    """,reset: forget all Lisp and JavaScript state; Python's objects stay"""
    terminal.session.reset()
    terminal.ran.clear()
    terminal.sources.clear()
    terminal.note("Node was restarted; Python objects are still there")


@command("restart")
async def restart(terminal: Terminal, argument: str) -> None:
    """,restart: begin anew: Lisp and JavaScript state and Python's variables are forgotten"""
    await reset(terminal, argument)
    main = terminal.services.main()
    for name in [name for name in main if not name.startswith("__") and name not in terminal.python_names]:
        del main[name]
    await terminal.initialize()


@command("interrupt")
async def interrupt(terminal: Terminal, argument: str) -> None:
    """,interrupt: stop background work: timers and callbacks that still run in Node"""
    stopped = await terminal.services.stop_background()
    terminal.note(stopped or "nothing runs in the background")


@command("env")
async def env(terminal: Terminal, argument: str) -> None:
    """,env [text]: what this session has defined, in Lisp and in Python"""
    compiler = terminal.session.compiler
    table = terminal.services.table()
    mine = {**known_names.user_globals(compiler), **known_names.user_macros(compiler)}
    rows = [
        (name, f"{table[name].kind} {table[name].shape}".strip())
        for name in sorted(mine)
        if name in table and name not in known_names.SESSION_NAMES
    ]
    main = terminal.services.main()
    python = [
        (name, type(value).__name__)
        for name, value in sorted(main.items())
        if not name.startswith("_") and name not in terminal.python_names
    ]
    for title, found in (("Lisp", rows), ("Python", python)):
        found = [row for row in found if argument in row[0]]
        if found:
            terminal.say(title)
            for name, what in found:
                terminal.say(f"  {name:<24} {what}")
    if not any(argument in name for name, _ in rows + python):
        terminal.say(f"nothing here is called {argument}" if argument else "nothing is defined yet")


@command("set", "setting")
async def set_(terminal: Terminal, argument: str) -> None:
    """,set [name value]: the settings, or one of them for this session (config.toml keeps them)"""
    name, _, value = argument.partition(" ")
    if value.strip():
        try:
            change(terminal.config, name, parse_value(value.strip()))
        except ConfigError as error:
            terminal.complain(str(error))
        return
    fields = names()
    if name and name not in fields:
        terminal.complain(unknown(name))
        return
    for key, field in fields.items():
        if name in ("", key):
            shown = getattr(terminal.config, field.name)
            shown = str(shown).lower() if isinstance(shown, bool) else shown
            terminal.say(
                row(f"  {key:<22} {shown!s:<10}", field.metadata["help"], 36, terminal.showing.width())
            )


@command("edit", "file")
async def edit(terminal: Terminal, argument: str) -> None:
    """,edit [file]: edit a file in $EDITOR, or the last form; then run it"""
    import shlex
    import subprocess
    import tempfile

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    last = terminal.ran[-1] if terminal.ran else ""
    path = Path(os.path.expanduser(argument)) if argument else None
    handle, scratch = tempfile.mkstemp(suffix=".lisp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(last)
        target = path or Path(scratch)
        try:
            code = subprocess.call([*shlex.split(editor), str(target)])
        except OSError as error:
            terminal.complain(f"{editor}: {error.strerror}; EDITOR names the editor to use")
            return
        if code:
            terminal.complain(f"{editor} ended with {code}: nothing was run")
        elif path is not None:
            await load(terminal, str(path))
        else:
            text = Path(scratch).read_text(encoding="utf-8").rstrip()
            if text:
                terminal.say(text, language="lisp")
                await terminal.run_lisp(text)
    finally:
        Path(scratch).unlink(missing_ok=True)
