"""`polyrepl`: the command line.

In: arguments and the standard streams. Out: an exit code: 0 fine, 1 the program failed, 2 usage.
What Ctrl-C ends dies of SIGINT (a shell says 130), so that a loop of the shell's ends with it.

Nothing heavy is imported before it is needed: `-e` and pipes never load the line editor, and Node
starts in its own process while Python goes on importing.
"""

from __future__ import annotations

import os
import sys

from polyrepl import drop_started_from, put_library_first

if os.path.basename(sys.argv[0]) == "polyrepl":  # the script; what follows is Python's own then
    put_library_first()

import contextlib
import gc
import importlib
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

# At once: where descriptors are all in use nothing is imported any more.
from .command_line.complaints import complain
from .session.sink import BROKEN_PIPE, Sink, abandon_stdout, written

if TYPE_CHECKING:
    import argparse

USAGE_ERROR = 2
SUBCOMMANDS = {
    "npm": ".command_line.packages:npm",
    "node": ".command_line.packages:node",
    "doctor": ".command_line.doctor:doctor",
    "compile": ".command_line.compile_file:compile_file",
    "fmt": ".command_line.tools:fmt",
    "web": ".command_line.web:web",
    "completion": ".command_line.shell_completion:completion",
    "kernel": "polyrepl.kernel.install:main",  # by name only: nothing of the kernel is imported before
}

EPILOG = """\
ways to run:
  polyrepl                      the interactive prompt
  polyrepl FILE args...         run a file; *argv* holds the arguments
  polyrepl -e '(+ 1 2)'         run forms, print each value that is not nil
  echo '(+ 1 2)' | polyrepl     the same from a pipe
  jupyter lab                   choose the kernel "polyrepl"
  polyrepl kernel install       register that kernel; also uninstall, list
  polyrepl compile FILE         make an ES module of a file; -o OUT, --watch, --target browser, ...
  polyrepl fmt FILE...          rewrite files in the canonical layout; --check only looks
  polyrepl npm install NAME     add a JavaScript package with the bundled npm; polyrepl node runs Node
  polyrepl doctor               versions, what was found, what is wrong
  polyrepl web build DIR        a page for the browser; polyrepl web serve --open shows it
  polyrepl completion SHELL     the completion file of bash, zsh or fish

exit codes:
  0 fine, 1 an error, 2 usage, 141 who read the output has gone, else what (exit n) says;
  Ctrl-C ends a program by the signal SIGINT, which a shell shows as 130

environment:
  POLYREPL_NODE                 another Node (24 or newer) than the one that came with the install
"""


class Option(NamedTuple):
    """One option: how it is written, what it is kept as, its help, the name of what it takes, if anything."""

    words: tuple[str, ...]
    name: str
    help: str
    value: str = ""
    repeated: bool = False
    quick: bool = True
    """Does `plain` know it? `--version` may take its time."""


OPTIONS = (
    Option(("-e", "--eval"), "eval", "run FORM (may be repeated)", "FORM", repeated=True),
    Option(("-i", "--interactive"), "interactive", "go to the prompt afterwards"),
    Option(("-m",), "module", "run NAME.lisp, looked for like a module", "NAME"),
    Option(("--no-init",), "no_init", "read neither config.toml nor init.lisp"),
    Option(("--json",), "json", "print each result as one line of JSON"),
    Option(("--keep-going",), "keep_going", "go on after an error; exit 1 at the end"),
    Option(("--full",), "full", "show values of any size whole"),
    Option(("--version",), "version", "print versions and exit", quick=False),
)


def plain(arguments: list[str]) -> SimpleNamespace | None:
    """What the usual command lines mean, without the time that argparse takes; None for the others."""
    known = {word: option for option in OPTIONS if option.quick for word in option.words}
    made = SimpleNamespace(file=None, args=[])
    for option in OPTIONS:
        setattr(made, option.name, None if option.value else False)
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        found = known.get(word)
        if found is None:
            if word.startswith("-") and word != "-":
                return None
            made.file, made.args = word, rest
            break
        value: object = True
        if found.value:
            if not rest or rest[0].startswith("-"):
                return None
            value = rest.pop(0)
        setattr(made, found.name, [*(getattr(made, found.name) or []), value] if found.repeated else value)
    return made


def parser() -> argparse.ArgumentParser:
    """The options for argparse, which knows every way to write them; the tests read it too."""
    import argparse

    from .command_line.arguments import Parser

    made = Parser(
        prog="polyrepl",
        description="An interactive Lisp whose programs use Python's and JavaScript's libraries at once.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for option in OPTIONS:
        takes: dict[str, Any] = {"action": "store_true"}
        if option.value:
            takes = {"metavar": option.value, "action": "append" if option.repeated else "store"}
        made.add_argument(*option.words, dest=option.name, help=option.help, **takes)
    made.add_argument("file", nargs="?", metavar="FILE", help="a program; - reads standard input")
    made.add_argument("args", nargs=argparse.REMAINDER, metavar="args", help="what *argv* holds")
    return made


class UsageError(Exception):
    """The arguments ask for what can not be; the message says why."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        argv: the arguments; None for those of this process, which then is ours.

    Raises:
        KeyboardInterrupt: Ctrl-C has ended it; everything is cleaned up.
    """
    try:
        if argv is None:
            complete_descriptors()
            leave_missing_folder()
        try:
            status = run_command(argv)
        except SystemExit as ended:  # of argparse
            if argv is not None:
                raise
            status = int(ended.code or 0)
        # CPython remembers a KeyboardInterrupt that left an `exec` or `eval` of text, though it was caught,
        # and would end by SIGINT in place of this exit code. The next text makes it forget.
        exec("")
        return status if argv is not None else all_written(status)
    except BrokenPipeError:
        abandon_stdout()
        return BROKEN_PIPE if argv is not None else all_written(BROKEN_PIPE)
    except OSError as error:
        if argv is not None:
            raise
        complain(error)
        return all_written(1)
    except MemoryError:
        if argv is not None:
            raise
        print("polyrepl: Python is out of memory", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if argv is None:
            # When nobody catches this one, Python ends as usual and then by SIGINT, on all versions. What is
            # to be said of it has been said.
            sys.excepthook = lambda *exception: None
        raise


def all_written(status: int) -> int:
    """The exit code, when all that was printed is written."""
    return written(status)


def complete_descriptors() -> None:
    """Open standard descriptors that are closed on /dev/null: else a pipe to Node would take their place."""
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free, which is this one
            os.set_inheritable(fd, True)
            stream = open(fd, "w" if fd else "r", closefd=False)  # noqa: SIM115 - as long as the process
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def leave_missing_folder() -> None:
    """A working folder that was deleted is no place for Node, which starts in none."""
    try:
        os.getcwd()
    except FileNotFoundError:
        print("polyrepl: the working folder is gone; working in / instead", file=sys.stderr)
        os.chdir("/")


def run_command(argv: list[str] | None) -> int:
    """See `main`."""
    arguments = sys.argv[1:] if argv is None else argv
    if sys.platform == "win32":
        try:
            importlib.import_module("polyrepl.bridge")
        except ImportError as error:  # it says what to do
            complain(error)
            return 1
    if arguments and arguments[0] in SUBCOMMANDS:
        module, _, function = SUBCOMMANDS[arguments[0]].partition(":")
        return int(getattr(importlib.import_module(module, __package__), function)(arguments[1:]))
    options = plain(arguments) or parser().parse_args(arguments)
    if options.version:
        return version()
    try:
        path = program_of(options)
    except UsageError as error:
        complain(error)
        return USAGE_ERROR
    return start(options, path, own_process=argv is None)


def program_of(options: Any) -> str | None:
    """The file to run; None: standard input, the prompt, forms. What belongs to the program goes to its args.

    Raises:
        UsageError: there is no such file, or two options contradict each other.
    """
    if options.json and options.interactive:
        raise UsageError("--json and -i do not go together")
    if options.args[:1] == ["--"]:
        del options.args[0]
    if (options.eval or options.module) and options.file is not None:
        # With -e, whatever follows belongs to the program.
        options.args = [options.file, *options.args]
        options.file = None
    path: str | None = None if options.file in (None, "-") else options.file
    if options.module:
        relative = options.module.replace(".", "/") + ".lisp"
        found = [os.path.join(folder or ".", relative) for folder in (".", *sys.path)]
        path = next((place for place in found if os.path.isfile(place)), None)
        if path is None:
            raise UsageError(f"no {relative} here or on Python's path")
    if path is not None:
        if os.path.isdir(path):
            raise UsageError(f"{path} is a folder")
        if not os.path.exists(path):  # a pipe, as of <(..), is a program too
            raise UsageError(f"{path or repr(path)} does not exist")
    return path


def start(options: Any, path: str | None, *, own_process: bool) -> int:
    """Start Node, import the rest meanwhile, run; returns the exit code.

    Args:
        own_process: the process is ours: its SIGINT, and its `__main__` for the program.
    """
    nothing_to_run = not options.eval and path is None and options.file is None
    reads_program = not options.eval and path is None
    interactive = options.interactive or (nothing_to_run and sys.stdin is not None and sys.stdin.isatty())
    if own_process:
        # Until there is a session that could be interrupted, and again while it is closed: the end, at once.
        # A Node that has been started ends with the pipe to it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    collecting = own_process and gc.isenabled()
    if collecting:
        gc.disable()  # until the program runs: modules that are being loaded are no garbage
    from .session.prelude import new_bridge, spawn

    if own_process:
        if (
            os.path.basename(sys.argv[0]) != "__main__.py"
        ):  # with -m it has gone already, and what is first now stays
            drop_started_from()
        # Programs find an empty __main__, not the names of the script that started us.
        sys.modules["__main__"] = type(sys)("__main__")
    has_input = sys.stdin is not None
    on_terminal = has_input and sys.stdin.isatty()
    readable = on_terminal or (has_input and not interactive and not reads_program)
    stdin, shown = 0 if readable else None, not options.json and (os.isatty(1) or os.isatty(2))
    from polyrepl.bridge.errors import NodeNotFound

    try:
        process = spawn(stdin, terminal=shown)
    except NodeNotFound as error:
        complain(error)
        return 1
    sink = Sink()
    bridge = new_bridge(sink.write, stdin, terminal=shown, process=process)
    # Imported while Node starts: the compiler, and whatever else takes its time.
    from polyrepl.bridge.bridge import untouched

    from .command_line.script import Job, run

    file = None
    if path is not None:
        from pathlib import Path

        file = Path(path)
    job = Job(
        forms=options.eval or [],
        path=file,
        module=bool(options.module),
        argv=options.args,
        interactive=interactive,
        init=not options.no_init,
        json=options.json,
        keep_going=options.keep_going,
        full=options.full,
        own_process=own_process,
    )
    if interactive:  # what the prompt needs, too
        from .command_line.late_modules import load_asyncio, put_off_for_prompt

        if own_process:
            load_asyncio()
            put_off_for_prompt()
        import pygments  # noqa: F401

        from .terminal import terminal  # noqa: F401
    if collecting:
        # What was loaded is old from now on: else the first collection would go through all of it.
        gc.freeze()
        gc.unfreeze()
        gc.enable()
    if not on_terminal:
        code = run(job, bridge, sink)
        if own_process and untouched(bridge):
            leave_at_once(code)
        return code
    import termios

    modes = termios.tcgetattr(0)
    try:
        return run(job, bridge, sink)
    finally:
        # Node is ended, not asked to leave: raw mode of JavaScript's would stay.
        with contextlib.suppress(termios.error):
            if termios.tcgetattr(0) != modes:
                termios.tcsetattr(0, termios.TCSADRAIN, modes)


def leave_at_once(code: int) -> None:
    """End this process, in which nothing of the program's has run: to take Python down piece by piece would
    take longer than the rest of a short program. Returns where somebody looks on who may have something to
    do."""
    import atexit
    import threading

    tools = getattr(sys, "monitoring", None)
    watched = tools is not None and any(tools.get_tool(number) for number in range(6))
    if watched or sys.gettrace() or sys.getprofile() or sys.flags.inspect or threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


def version() -> int:
    """`polyrepl 0.1.0 (Python 3.11.7, Node v24.19.0)`."""
    import platform
    import subprocess
    from importlib.metadata import version as installed

    from polyrepl.bridge import NodeNotFound
    from polyrepl.bridge.process import find_node

    try:
        asked = subprocess.run([find_node(), "--version"], capture_output=True, text=True, timeout=10)
        node = f"Node {asked.stdout.strip()}"
    except (NodeNotFound, OSError, subprocess.SubprocessError) as error:
        complain(error)
        node = "no usable Node"
    print(f"polyrepl {installed('polyrepl')} (Python {platform.python_version()}, {node})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
