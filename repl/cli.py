"""`polyrepl`: the command line.

In: arguments and the standard streams. Out: an exit code: 0 fine, 1 the program failed, 2 usage,
130 interrupted.

Nothing heavy is imported before it is needed: `-e` and pipes never load the line editor, and Node
starts in its own process while Python goes on importing.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

USAGE_ERROR = 2
INTERRUPTED = 130
SUBCOMMANDS = {
    "npm": ".packages:npm",
    "node": ".packages:node",
    "doctor": ".doctor:doctor",
    "compile": ".compile_file:compile_file",
    "fmt": ".tools:fmt",
    "completion": ".shell_completion:completion",
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
  polyrepl completion SHELL     the completion file of bash, zsh or fish

environment:
  POLYREPL_NODE                 another Node (24 or newer) than the one that came with the install
"""


FLAGS = {
    "-i": "interactive",
    "--interactive": "interactive",
    "--no-init": "no_init",
    "--json": "json",
    "--keep-going": "keep_going",
}


def plain(arguments: list[str]) -> SimpleNamespace | None:
    """What the usual command lines mean, without the time that argparse takes; None for the others."""
    made = SimpleNamespace(eval=None, module=None, version=False, file=None, args=[])
    for name in FLAGS.values():
        setattr(made, name, False)
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in FLAGS:
            setattr(made, FLAGS[word], True)
        elif word in ("-e", "--eval", "-m"):
            if not rest or rest[0].startswith("-"):
                return None
            if word == "-m":
                made.module = rest.pop(0)
            else:
                made.eval = [*(made.eval or []), rest.pop(0)]
        elif word.startswith("-") and word != "-":
            return None
        else:
            made.file, made.args = word, rest
            break
    return made


def parser() -> argparse.ArgumentParser:
    """The options, as data; shell completion and the tests read them too."""
    import argparse

    made = argparse.ArgumentParser(
        prog="polyrepl",
        description="An interactive Lisp whose programs use Python's and JavaScript's libraries at once.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("-e", "--eval", metavar="FORM", action="append", help="run FORM (may be repeated)")
    made.add_argument("-i", "--interactive", action="store_true", help="go to the prompt afterwards")
    made.add_argument("-m", dest="module", metavar="NAME", help="run NAME.lisp, looked for like a module")
    made.add_argument("--no-init", action="store_true", help="read neither config.toml nor init.lisp")
    made.add_argument("--json", action="store_true", help="print each result as one line of JSON")
    made.add_argument("--keep-going", action="store_true", help="go on after an error; exit 1 at the end")
    made.add_argument("--version", action="store_true", help="print versions and exit")
    made.add_argument("file", nargs="?", metavar="FILE", help="a program; - reads standard input")
    made.add_argument("args", nargs=argparse.REMAINDER, metavar="args", help="what *argv* holds")
    return made


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments and arguments[0] in SUBCOMMANDS:
        module, _, function = SUBCOMMANDS[arguments[0]].partition(":")
        return int(getattr(importlib.import_module(module, __package__), function)(arguments[1:]))
    options = plain(arguments) or parser().parse_args(arguments)
    if options.version:
        return version()
    if options.json and options.interactive:
        print("polyrepl: --json and -i do not go together", file=sys.stderr)
        return USAGE_ERROR
    if options.args[:1] == ["--"]:
        del options.args[0]
    if (options.eval or options.module) and options.file is not None:
        # With -e, whatever follows belongs to the program.
        options.args = [options.file, *options.args]
        options.file = None
    path = None if options.file in (None, "-") else options.file
    if options.module:
        relative = options.module.replace(".", "/") + ".lisp"
        found = [os.path.join(folder or ".", relative) for folder in (".", *sys.path)]
        path = next((place for place in found if os.path.isfile(place)), None)
        if path is None:
            print(f"polyrepl: no {relative} here or on Python's path", file=sys.stderr)
            return USAGE_ERROR
    if path is not None and not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        print(f"polyrepl: {path} {what}", file=sys.stderr)
        return USAGE_ERROR
    nothing_to_run = not options.eval and path is None and options.file is None
    reads_program = not options.eval and path is None
    interactive = options.interactive or (nothing_to_run and sys.stdin is not None and sys.stdin.isatty())
    if argv is None:
        # Until there is a session that could be interrupted: no traceback of an import. A Node that has been
        # started ends with the pipe to it.
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(INTERRUPTED))
    from polyrepl.bridge import NodeNotFound

    from .prelude import new_bridge
    from .sink import Sink

    if argv is None:
        # Programs find an empty __main__, not the names of the script that started us.
        sys.modules["__main__"] = type(sys)("__main__")
    sink = Sink()
    # A terminal is not shared: Node has a session of its own, which may not read from ours.
    readable = not interactive and not reads_program and sys.stdin is not None and not sys.stdin.isatty()
    bridge = new_bridge(sink.write, 0 if readable else None)
    try:
        bridge.start()
    except NodeNotFound as error:
        print(f"polyrepl: {error}", file=sys.stderr)
        return 1
    # Imported while Node starts: the compiler, and whatever else takes its time.
    from pathlib import Path

    from .script import Job, run

    job = Job(
        forms=options.eval or [],
        path=None if path is None else Path(path),
        argv=options.args,
        interactive=interactive,
        init=not options.no_init,
        json=options.json,
        keep_going=options.keep_going,
    )
    try:
        return run(job, bridge, sink)
    except KeyboardInterrupt:
        # Ctrl-C while the session was being closed; Node ends with the pipe to it.
        return INTERRUPTED


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
        print(f"polyrepl: {error}", file=sys.stderr)
        node = "no usable Node"
    print(f"polyrepl {installed('polyrepl')} (Python {platform.python_version()}, {node})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
