"""`polyrepl compile`: Lisp files as ES modules that run without polyrepl.

In: arguments after `compile`. Out: an exit code: 0 fine, 1 a program with errors, 2 usage or a file that
cannot be read or written. Every independent error of a file is reported; what was there
before a failed compile stays. Node is started only for a file that defines macros with `defmacro`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from polyrepl.lisp.compiler import compile_module
from polyrepl.lisp.emit.sourcemap import inline_comment, to_json
from polyrepl.lisp.errors import LispError, render

from ..session.host import NodeHost
from .arguments import Parser
from .complaints import complain
from .tools import read_source

OURS = {"exit", "require"}  # globals that polyrepl adds to its Node
POLL = 0.15  # seconds between two looks at the files with --watch


def parser() -> argparse.ArgumentParser:
    made = Parser(
        prog="polyrepl compile",
        description="Compile a Lisp file to an ES module; definitions become its exports.",
    )
    made.add_argument("file", metavar="FILE", help="the program; - reads standard input")
    made.add_argument(
        "-o", "--output", metavar="OUT", help="default: standard output; FILE.mjs where one is needed"
    )
    made.add_argument("--source-map", choices=("inline", "file", "none"), default="inline")
    made.add_argument("--target", choices=("node", "browser"), default="node")
    made.add_argument("--watch", action="store_true", help="compile again whenever a file it uses changes")
    return made


def compile_file(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    options = parser().parse_args(arguments)
    name: str = options.file
    if options.output is None:
        needs_file = name != "-" and (options.watch or options.source_map == "file")
        options.output = str(Path(name).with_suffix(".mjs")) if needs_file else "-"
    to_stdout = options.output == "-"
    if to_stdout and options.source_map == "file":
        print("polyrepl compile: --source-map file needs a file: use -o OUT", file=sys.stderr)
        return 2
    if name == "-" and options.watch:
        print("polyrepl compile: standard input cannot be watched", file=sys.stderr)
        return 2
    if not to_stdout and name != "-" and Path(options.output).resolve() == Path(name).resolve():
        print(f"polyrepl compile: {options.output} is the program itself: use -o OUT", file=sys.stderr)
        return 2
    work = Work(options)
    try:
        return work.watch() if options.watch else work.once()
    finally:
        work.close()


class Work:
    """Compiles one file, once or again and again; `used` are the files that the last compile read."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.used: set[str] = set()
        self._bridge: Any = None

    def once(self) -> int:
        """Compile; returns the exit code."""
        options = self.options
        self.used = {options.file}
        text = read_source(options.file)
        if text is None:
            return 2
        try:
            made = compile_module(
                text.removeprefix("\ufeff"),
                "<stdin>" if options.file == "-" else options.file,
                source_map=None if options.source_map == "none" else "file",
                target=options.target,
                macro_host=CompileHost(self._node, options.target),
                loader=self._load,
            )
        except LispError as error:
            print(error, file=sys.stderr)
            return 1
        for warning in made.warnings:
            print(render(warning), file=sys.stderr)
        return self._write(made.code, made.map)

    def _write(self, code: str, map: dict[str, Any] | None) -> int:
        options = self.options
        files: list[tuple[str, str]] = []
        if map is not None:
            folder = os.getcwd()
            if options.output != "-":
                folder = os.path.dirname(os.path.abspath(options.output))
            map["sources"] = [source_url(source, folder) for source in map["sources"]]
            if options.source_map == "inline":
                code += inline_comment(map) + "\n"
            else:
                beside = os.path.basename(options.output) + ".map"
                map["file"] = os.path.basename(options.output)
                code += f"//# sourceMappingURL={beside}\n"
                files.append((options.output + ".map", to_json(map)))
        if options.output == "-":
            try:
                sys.stdout.write(code)
                sys.stdout.flush()
            except BrokenPipeError:  # `| head` has seen enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        files.append((options.output, code))
        for path, text in files:
            try:
                Path(path).write_text(text, encoding="utf-8", newline="\n")
            except OSError as error:
                complain(f"{path}: {error.strerror}")
                return 2
        return 0

    def watch(self) -> int:
        """Compile at every change of the files in use, until Ctrl-C."""
        while True:
            start = time.perf_counter()
            before = self._times()
            code = self.once()
            took = (time.perf_counter() - start) * 1000
            if code == 0:
                print(f"compiled {self.options.file} in {took:.0f} ms", file=sys.stderr, flush=True)
            # a file changed while it was being compiled, or that the compile has found just now
            seen = {**self._times(), **before}
            while self._times() == seen:
                time.sleep(POLL)

    def _times(self) -> dict[str, tuple[int, int]]:
        """What would change when one of the files does."""
        found = {}
        for name in self.used or {self.options.file}:
            try:
                state = os.stat(name)
                found[name] = (state.st_mtime_ns, state.st_size)
            except OSError:
                found[name] = (0, 0)
        return found

    def _load(self, name: str, importer: str) -> tuple[str, str]:
        path = (Path(importer).parent / name).resolve()
        self.used.add(str(path))
        return path.read_bytes().decode("utf-8-sig"), str(path)

    def _node(self) -> Any:
        """The Session's half in a Node of its own, started for the first macro."""
        from ..session.prelude import PRELUDE, new_bridge

        if self._bridge is None:
            self._bridge = new_bridge(show_output)
            self._bridge.start()
            prelude = self._bridge.import_module(PRELUDE)
            source = self.options.file
            prelude.setFolder(os.path.dirname(os.path.abspath(source)) if source != "-" else os.getcwd())
        return self._bridge.import_module(PRELUDE)

    def close(self) -> None:
        if self._bridge is not None:
            self._bridge.close()


class CompileHost(NodeHost):
    """The macro host of a compile; it knows nothing of what exists where the module will run."""

    def __init__(self, node: Callable[[], Any], target: str) -> None:
        super().__init__(node)
        self._target = target

    def known(self, names: list[str]) -> set[str]:
        """JavaScript globals of Node; a browser's are those that the compiler knows by itself."""
        if self._target != "node":
            return set()
        return super().known([name for name in names if name not in OURS])


def show_output(stream: str, text: str, form: int | None) -> None:
    """What macros print belongs to standard error: the module may be on standard output."""
    sys.stderr.write(text)
    sys.stderr.flush()


def source_url(source: str, folder: str) -> str:
    """The path of a source as a map in `folder` names it."""
    if source.startswith("<"):
        return source.strip("<>")
    return os.path.relpath(os.path.abspath(source), folder).replace(os.sep, "/")
