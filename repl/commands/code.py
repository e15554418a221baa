"""Commands about code and values: ,doc ,source ,apropos ,expand ,js ,py ,lisp ,time ,profile ,inspect ..

In: the front end and the command's argument. Out: printed text.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable

from polyrepl.lisp.errors import LispError, render
from polyrepl.lisp.layout.write import write_form

from ..known import python_objects as pyo
from ..prose import precise, row, wrapped
from ..session.display import cut_repr
from ..session.trace import is_ours
from .front import Front
from .registry import command


@command("doc", "name")
async def doc(front: Front, argument: str) -> None:
    """,doc name: what a name does, whichever language it is of"""
    found = await front.services.describe(argument)
    front.say(wrapped(found, front.width()) if found else f"no documentation for {argument}")


@command("source", "name")
async def source(front: Front, argument: str) -> None:
    """,source name: where a function is written, and its text"""
    text, language = front.session.reflection.answers.source_of(argument)
    front.say(text, language=language)


@command("apropos")
async def apropos(front: Front, argument: str) -> None:
    """,apropos text: names and documentation that contain a text"""
    needle = argument.lower()
    table = front.services.table()
    found = [
        entry
        for entry in sorted(table.values(), key=lambda entry: entry.name)
        if needle and (needle in entry.name.lower() or needle in entry.doc.lower())
    ]
    width = front.width()
    for entry in found[:100]:
        first = entry.doc.partition("\n")[0]
        front.say(row(f"  {entry.name:<20} {entry.kind:<9}", pyo.clip(first, 80), 33, width))
    if not found:
        front.say(f"nothing is called or described as {argument}")


@command("expand", "form")
async def expand(front: Front, argument: str) -> None:
    """,expand form: what a macro call expands to"""
    from polyrepl.lisp.analyze.analyzer import Analyzer
    from polyrepl.lisp.analyze.scope import Scope

    world = front.session.compiler.world
    try:
        for form in front.session.compiler.read(argument, "<expand>"):
            expanded = world.macroexpand(Analyzer(world), form, Scope(), False)
            front.say(write_form(expanded, front.width()), language="lisp")
    except LispError as error:
        front.complain(render(error, front.width()))


@command("js", "form")
async def js(front: Front, argument: str) -> None:
    """,js [code]: run JavaScript; alone: switch the prompt to JavaScript

    A form that only Lisp can read, `,js (defn f (x) (+ x 1))`, is not run: the JavaScript that it compiles
    to is shown, as `,compiled` does for every form.
    """
    if not argument:
        front.switch("js")
    elif argument.startswith("(") and not front.node.now("isScript", argument):
        await compiled(front, argument)
    else:
        await front.run_javascript(argument)


@command("compiled", "form")
async def compiled(front: Front, argument: str) -> None:
    """,compiled form: the JavaScript that a form compiles to; nothing runs"""
    try:
        front.say(front.session.compiled_text(argument), language="js")
    except LispError as error:
        front.complain(render(error, front.width()))


@command("py")
async def py(front: Front, argument: str) -> None:
    """,py [code]: run Python in __main__; alone: switch the prompt to Python"""
    if argument:
        await front.run_python(argument)
    else:
        front.switch("py")


@command("lisp", "form")
async def lisp(front: Front, argument: str) -> None:
    """,lisp [form]: run a Lisp form; alone: switch the prompt back to Lisp"""
    if argument:
        await front.run_lisp(argument)
    else:
        front.switch("lisp")


@command("time", "form")
async def time_(front: Front, argument: str) -> None:
    """,time form: run a form and say how long it took (compile and run apart)"""
    try:
        start = time.perf_counter()
        front.session.compiled_text(argument)
        compiled_in = time.perf_counter() - start
    except LispError as error:
        front.complain(render(error, front.width()))
        return
    start = time.perf_counter()
    await front.run_lisp(argument)
    took = time.perf_counter() - start
    front.note(f"{precise(max(0.0, took - compiled_in))} (and {precise(compiled_in)} to compile)")


@command("profile", "form")
async def profile(front: Front, argument: str) -> None:
    """,profile form: run a form; where JavaScript and Python spent their time"""
    import cProfile
    import io
    import pstats

    profiler = cProfile.Profile()
    front.node.now("startProfile")
    profiler.enable()
    try:
        await front.run_lisp(argument)
    finally:
        profiler.disable()
        rows = front.node.now("stopProfile")
    front.say("JavaScript (self time)")
    for name, place, milliseconds in rows:
        front.say(f"  {milliseconds:>9.1f} ms  {demangled(name)}  {place}")
    out = io.StringIO()
    with contextlib.suppress(TypeError):
        stats = pstats.Stats(profiler, stream=out)
        entries = [
            (values[2], place)
            for place, values in stats.stats.items()  # type: ignore[attr-defined]
            if values[2] > 0.0005 and not is_machinery(place, values[4])
        ]
        front.say("Python (self time)")
        for seconds, (file, line, name) in sorted(entries, reverse=True)[:10]:
            front.say(f"  {seconds * 1000:>9.1f} ms  {name}  {file}:{line}")


_LIBRARY = os.path.dirname(os.__file__) + os.sep
_LOOP = ("asyncio", "selectors.py", "threading.py")  # of the standard library


def is_machinery(place: tuple[str, int, str], callers: Iterable[tuple[str, int, str]]) -> bool:
    """Is this function ours or the event loop's, or does nobody else call it? (Builtins have no file.)"""
    if place[0] != "~":
        loop = place[0].startswith(_LIBRARY) and place[0].removeprefix(_LIBRARY).startswith(_LOOP)
        return loop or is_ours(place[0])
    return all(is_machinery(caller, ()) for caller in callers)


def demangled(name: str) -> str:
    from polyrepl.lisp.emit.mangle import demangle

    try:
        return demangle(name)
    except ValueError:
        return name


@command("inspect", "form")
async def inspect_(front: Front, argument: str) -> None:
    """,inspect form: a value in full: type, where it lives, attributes"""
    found = await front.value_of(argument)
    if found is None:
        return
    if found.quiet:
        front.say("nil")
        return
    if found.is_python:
        value = found.python
        front.say(class_of(value))
        front.say(cut_repr(value, 400))
        place = place_of(value)
        if place:
            front.say(place)
        rows = [(entry.name, entry.meta) for entry in pyo.attributes(value)]
    else:
        answer = front.node.now("inspectResult")
        front.say(f"JavaScript {answer['type']}")
        front.say(pyo.clip(found.text, 400))
        rows = [(name, meta) for name, _, meta in answer["found"]]
    for name, meta in rows[:200]:
        front.say(f"  {name:<24} {meta}")


def class_of(value: object) -> str:
    """The language of a Python value, and its class."""
    return pyo.clip(f"Python {type(value).__module__}.{type(value).__qualname__}", 400)


def place_of(value: object) -> str:
    """Call shape and file of a function or class, as far as Python knows them."""
    import inspect

    if not callable(value):
        return ""
    shape = pyo.parameters(value)
    name = pyo.clip(str(getattr(value, "__name__", "")), 400)
    shown = f"{name}({', '.join(shape)})" if shape is not None else ""
    try:
        _, line = inspect.getsourcelines(value)
        return f"{shown}  {inspect.getsourcefile(value)}:{line}"
    except Exception:  # there is none, or it cannot say
        return shown


@command("type", "form")
async def type_(front: Front, argument: str) -> None:
    """,type form: the type of a value, and the language it is of"""
    found = await front.value_of(argument)
    if found is None:
        return
    if found.quiet:
        front.say("nil")
    elif found.is_python:
        front.say(class_of(found.python))
    else:
        front.say(f"JavaScript {front.node.now('inspectResult')['type']}")
