"""Commands about code and values: ,doc ,source ,apropos ,expand ,js ,py ,lisp ,time ,profile ,inspect ..

In: the terminal and the command's argument. Out: printed text.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from polyrepl.lisp.corelib import runtime_files
from polyrepl.lisp.corelib import table as core_table
from polyrepl.lisp.errors import LispError, render
from polyrepl.lisp.write import write_form

from . import python_objects as pyo
from .commands import command
from .prose import row, wrapped
from .status import elapsed

if TYPE_CHECKING:
    from .terminal import Terminal


@command("doc", "name")
async def doc(terminal: Terminal, argument: str) -> None:
    """,doc name: what a name does, whichever language it is of"""
    found = await terminal.services.describe(argument)
    terminal.say(wrapped(found, terminal.showing.width()) if found else f"no documentation for {argument}")


@command("source", "name")
async def source(terminal: Terminal, argument: str) -> None:
    """,source name: where a function is written, and its text"""
    known = terminal.sources.get(argument)
    if known is not None:
        terminal.say(known, language="lisp")
        return
    entry = core_table().get(argument)
    if entry is not None:
        text = runtime_files()[entry.file]
        at = text.find(f" {entry.js}(")
        end = text.find("\n}\n", at)
        terminal.say(
            text[text.rfind("\n", 0, max(at, 0)) + 1 : end + 2 if end > 0 else at + 200], language="js"
        )
        return
    path = argument.split(".")
    js_name = terminal.services.js_name(path[0])
    answer = await terminal.services.node("callShape", js_name, path[1:])
    if answer is None:
        terminal.say(f"no source for {argument}")
    elif "python" in answer:
        import inspect

        try:
            terminal.say(inspect.getsource(pyo.walk(answer["python"], list(answer["rest"]))), language="py")
        except (OSError, TypeError, LookupError) as error:
            terminal.say(f"no source for {argument}: {error}")
    else:
        terminal.say(answer["source"], language="js")


@command("apropos")
async def apropos(terminal: Terminal, argument: str) -> None:
    """,apropos text: names and documentation that contain a text"""
    needle = argument.lower()
    table = terminal.services.table()
    found = [
        entry
        for entry in sorted(table.values(), key=lambda entry: entry.name)
        if needle and (needle in entry.name.lower() or needle in entry.doc.lower())
    ]
    width = terminal.showing.width()
    for entry in found[:100]:
        first = entry.doc.partition("\n")[0]
        terminal.say(row(f"  {entry.name:<20} {entry.kind:<9}", pyo.clip(first, 80), 33, width))
    if not found:
        terminal.say(f"nothing is called or described as {argument}")


@command("expand", "form")
async def expand(terminal: Terminal, argument: str) -> None:
    """,expand form: what a macro call expands to"""
    from polyrepl.lisp.analyzer import Analyzer
    from polyrepl.lisp.scope import Scope

    world = terminal.session.compiler.world
    try:
        for form in terminal.session.compiler.read(argument, "<expand>"):
            expanded = world.macroexpand(Analyzer(world), form, Scope(), False)
            terminal.say(write_form(expanded, terminal.showing.width()), language="lisp")
    except LispError as error:
        terminal.complain(render(error))


@command("js", "form")
async def js(terminal: Terminal, argument: str) -> None:
    """,js [code]: run JavaScript; alone: switch the prompt to JavaScript

    A form that only Lisp can read, `,js (defn f (x) (+ x 1))`, is not run: the JavaScript that it compiles
    to is shown, as `,compiled` does for every form.
    """
    if not argument:
        terminal.switch("js")
    elif argument.startswith("(") and not terminal.services.terminal().isScript(argument):
        await compiled(terminal, argument)
    else:
        await terminal.run_javascript(argument)


@command("compiled", "form")
async def compiled(terminal: Terminal, argument: str) -> None:
    """,compiled form: the JavaScript that a form compiles to; nothing runs"""
    try:
        terminal.say(terminal.session.compiled_text(argument), language="js")
    except LispError as error:
        terminal.complain(render(error))


@command("py")
async def py(terminal: Terminal, argument: str) -> None:
    """,py [code]: run Python in __main__; alone: switch the prompt to Python"""
    if argument:
        await terminal.run_python(argument)
    else:
        terminal.switch("py")


@command("lisp", "form")
async def lisp(terminal: Terminal, argument: str) -> None:
    """,lisp [form]: run a Lisp form; alone: switch the prompt back to Lisp"""
    if argument:
        await terminal.run_lisp(argument)
    else:
        terminal.switch("lisp")


@command("time", "form")
async def time_(terminal: Terminal, argument: str) -> None:
    """,time form: run a form and say how long it took (compile and run apart)"""
    try:
        start = time.perf_counter()
        terminal.session.compiled_text(argument)
        compiled_in = time.perf_counter() - start
    except LispError as error:
        terminal.complain(render(error))
        return
    start = time.perf_counter()
    await terminal.run_lisp(argument)
    took = time.perf_counter() - start
    terminal.note(f"{precise(max(0.0, took - compiled_in))} (and {precise(compiled_in)} to compile)")


def precise(seconds: float) -> str:
    """`120 us`, `3.4 ms`, `1.2 s`."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else elapsed(seconds)


@command("profile", "form")
async def profile(terminal: Terminal, argument: str) -> None:
    """,profile form: run a form; where JavaScript and Python spent their time"""
    import cProfile
    import io
    import pstats

    profiler = cProfile.Profile()
    node = terminal.services.terminal()
    node.startProfile()
    profiler.enable()
    try:
        await terminal.run_lisp(argument)
    finally:
        profiler.disable()
        rows = node.stopProfile()
    terminal.say("JavaScript (self time)")
    for name, place, milliseconds in rows:
        terminal.say(f"  {milliseconds:>9.1f} ms  {demangled(name)}  {place}")
    out = io.StringIO()
    with contextlib.suppress(TypeError):
        stats = pstats.Stats(profiler, stream=out)
        entries = [
            (values[2], place)
            for place, values in stats.stats.items()  # type: ignore[attr-defined]
            if values[2] > 0.0005 and not is_machinery(place, values[4])
        ]
        terminal.say("Python (self time)")
        for seconds, (file, line, name) in sorted(entries, reverse=True)[:10]:
            terminal.say(f"  {seconds * 1000:>9.1f} ms  {name}  {file}:{line}")


def is_machinery(place: tuple[str, int, str], callers: Iterable[tuple[str, int, str]]) -> bool:
    """Is this function ours or the event loop's, or does nobody else call it? (Builtins have no file.)"""
    ours = ("polyrepl", "asyncio", "selectors.py", "threading.py")
    if place[0] != "~":
        return any(word in place[0] for word in ours)
    return all(is_machinery(caller, ()) for caller in callers)


def demangled(name: str) -> str:
    from polyrepl.lisp.mangle import demangle

    try:
        return demangle(name)
    except ValueError:
        return name


@command("inspect", "form")
async def inspect_(terminal: Terminal, argument: str) -> None:
    """,inspect form: a value in full: type, where it lives, attributes"""
    found = await terminal.value_of(argument)
    if found is None:
        return
    if found.quiet:
        terminal.say("nil")
        return
    if found.is_python:
        value = found.python
        terminal.say(f"Python {type(value).__module__}.{type(value).__qualname__}")
        terminal.say(pyo.clip(repr(value), 400))
        place = place_of(value)
        if place:
            terminal.say(place)
        rows = [(entry.name, entry.meta) for entry in pyo.attributes(value)]
    else:
        answer = terminal.services.terminal().inspectResult()
        terminal.say(f"JavaScript {answer['type']}")
        terminal.say(pyo.clip(found.text, 400))
        rows = [(name, meta) for name, _, meta in answer["found"]]
    for name, meta in rows[:200]:
        terminal.say(f"  {name:<24} {meta}")


def place_of(value: object) -> str:
    """Call shape and file of a function or class, as far as Python knows them."""
    import inspect

    if not callable(value):
        return ""
    shape = pyo.parameters(value)
    shown = f"{getattr(value, '__name__', '')}({', '.join(shape)})" if shape is not None else ""
    try:
        _, line = inspect.getsourcelines(value)
        return f"{shown}  {inspect.getsourcefile(value)}:{line}"
    except (OSError, TypeError):
        return shown


@command("type", "form")
async def type_(terminal: Terminal, argument: str) -> None:
    """,type form: the type of a value, and the language it is of"""
    found = await terminal.value_of(argument)
    if found is None:
        return
    if found.quiet:
        terminal.say("nil")
    elif found.is_python:
        terminal.say(f"Python {type(found.python).__module__}.{type(found.python).__qualname__}")
    else:
        terminal.say(f"JavaScript {terminal.services.terminal().inspectResult()['type']}")
