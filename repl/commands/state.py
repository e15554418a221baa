"""Commands about the session: ,load ,save ,reset ,restart ,interrupt ,more ,bt ,env ,set ,edit.

In: the front end and the command's argument. Out: printed text, and a session in another state.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..config import ConfigError, change, names, parse_value, unknown
from ..known import names as known_names
from ..prose import row
from .front import Front
from .registry import command


@command("more")
async def more(front: Front, argument: str) -> None:
    """,more [all]: the next part of the last long value, or all of it"""
    front.more(argument == "all")


@command("bt")
async def backtrace(front: Front, argument: str) -> None:
    """,bt: all of the last error's stack, of all three languages"""
    last = front.last_error
    front.say("no error yet" if last is None else last.backtrace or last.text)


@command("load", "file")
async def load(front: Front, argument: str) -> None:
    """,load file: run a file in this session"""
    answers = front.session.reflection.answers
    if not argument and answers.loaded is None:
        front.complain("no file was loaded yet: ,load file")
        return
    path = Path(os.path.expanduser(argument or answers.loaded or ""))
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        front.complain(f"{path}: {error.strerror}")
        return
    except UnicodeDecodeError:
        front.complain(f"{path}: not UTF-8")
        return
    try:
        await front.run_lisp(text, str(path), values=False)
    finally:
        answers.loaded = str(path)  # also where it has loaded others


@command("save", "file")
async def save(front: Front, argument: str) -> None:
    """,save file: write the Lisp forms of this session that ran without an error to a file"""
    path = Path(os.path.expanduser(argument))
    try:
        path.write_text("".join(text + "\n" for text in front.ran), encoding="utf-8")
    except OSError as error:
        front.complain(f"{path}: {error.strerror}")
        return
    count = len(front.ran)
    front.note(f"{count} form{'' if count == 1 else 's'} written to {path}")


@command("reset")
async def reset(front: Front, argument: str) -> None:
    """,reset: forget all Lisp and JavaScript state; Python's objects stay"""
    front.session.reset()
    front.ran.clear()
    front.note("Node was restarted; Python objects are still there")


@command("restart")
async def restart(front: Front, argument: str) -> None:
    """,restart: begin anew: Lisp and JavaScript state and Python's variables are forgotten"""
    await reset(front, argument)
    main = front.services.main()
    for name in [name for name in main if not name.startswith("__") and name not in front.python_names]:
        del main[name]
    await front.initialize()


@command("interrupt")
async def interrupt(front: Front, argument: str) -> None:
    """,interrupt: stop background work: timers and callbacks that still run in Node"""
    stopped = front.stop_background()
    front.note(stopped or "nothing runs in the background")


@command("env")
async def env(front: Front, argument: str) -> None:
    """,env [text]: what this session has defined, in Lisp and in Python"""
    compiler = front.session.compiler
    table = front.services.table()
    mine = {**known_names.user_globals(compiler), **known_names.user_macros(compiler)}
    rows = [
        (name, f"{table[name].kind} {table[name].shape}".strip())
        for name in sorted(mine)
        if name in table and name not in known_names.SESSION_NAMES
    ]
    main = front.services.main()
    python = [
        (name, type(value).__name__)
        for name, value in sorted(main.items())
        if not name.startswith("_") and name not in front.python_names
    ]
    for title, found in (("Lisp", rows), ("Python", python)):
        found = [row for row in found if argument in row[0]]
        if found:
            front.say(title)
            for name, what in found:
                front.say(f"  {name:<24} {what}")
    if not any(argument in name for name, _ in rows + python):
        front.say(f"nothing here is called {argument}" if argument else "nothing is defined yet")


@command("set", "setting")
async def set_(front: Front, argument: str) -> None:
    """,set [name value]: the settings, or one of them for this session (config.toml keeps them)"""
    name, _, value = argument.partition(" ")
    if value.strip():
        try:
            change(front.config, name, parse_value(value.strip()))
        except ConfigError as error:
            front.complain(str(error))
        return
    fields = names()
    if name and name not in fields:
        front.complain(unknown(name))
        return
    for key, field in fields.items():
        if name in ("", key):
            shown = getattr(front.config, field.name)
            shown = str(shown).lower() if isinstance(shown, bool) else shown
            front.say(row(f"  {key:<22} {shown!s:<10}", field.metadata["help"], 36, front.width()))


@command("edit", "file")
async def edit(front: Front, argument: str) -> None:
    """,edit [file]: edit a file in $EDITOR, or the last form; then run it"""
    import shlex
    import subprocess
    import tempfile

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    last = front.ran[-1] if front.ran else ""
    path = Path(os.path.expanduser(argument)) if argument else None
    handle, scratch = tempfile.mkstemp(suffix=".lisp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(last)
        target = path or Path(scratch)
        try:
            code = subprocess.call([*shlex.split(editor), str(target)])
        except (OSError, ValueError) as error:  # there is none; a quotation without its end
            why = getattr(error, "strerror", None) or str(error)
            front.complain(f"{editor}: {why}; EDITOR names the editor to use")
            return
        if code:
            front.complain(f"{editor} ended with {code}: nothing was run")
        elif path is not None:
            await load(front, str(path))
        else:
            text = Path(scratch).read_text(encoding="utf-8").rstrip()
            if text:
                front.say(text, language="lisp")
                await front.run_lisp(text)
    finally:
        Path(scratch).unlink(missing_ok=True)
