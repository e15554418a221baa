"""What nobody catches in Python beside a cell: told by its place, without code of ours; it ends no kernel."""

from __future__ import annotations

import re

import pytest
from kernels import Kernel

COLOUR = re.compile(r"\x1b\[[\d;]*m")
WAYS = {
    "thread": "t = threading.Thread(target={f}); t.start(); t.join()",
    "loop": "asyncio.get_running_loop().call_later(0.01, {f})",
    "loop, later": "asyncio.get_running_loop().call_later(0.01, {f}); await asyncio.sleep(0.05)",
    "finalizer": "class Dying:\n  def __del__(self): ({f})()\nDying(); None",
}


def told(kernel: Kernel, way: str, function: str) -> str:
    """What is said beside a cell that has a function called, up to the end of the cell after it."""
    cell = kernel.start("%%py\nimport asyncio, sys, threading\n" + WAYS[way].format(f=function) + "\nNone")
    kernel.reply_to(cell)
    after = kernel.start("%%py\nawait asyncio.sleep(0.1)\nprint('over')")
    said = ""
    while "over\n" not in said:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "stream":
            said += message["content"]["text"]
    kernel.reply_to(after)
    kernel.drain()
    return said


@pytest.mark.parametrize("way", WAYS)
def test_it_names_the_lisp(kernel: Kernel, way: str) -> None:
    kernel.run('(defn bad-thing [] (throw (Error. "beside")))')
    said = told(kernel, way, "js.bad_thing")
    assert said.startswith("Uncaught (late) In[") and ":1:27: Error: beside\n" in said
    assert "Traceback" not in said and "polyrepl" not in said


@pytest.mark.parametrize("way", ["thread", "loop", "loop, later"])
def test_what_is_pythons_own_is_told_without_ours(kernel: Kernel, way: str) -> None:
    said = COLOUR.sub("", told(kernel, way, "lambda: 1 / 0"))  # those that Python 3.13 gives it
    assert "Traceback" in said and "ZeroDivisionError: division by zero\n" in said
    assert "polyrepl" not in said and "kernel/" not in said


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("function", ["sys.exit", "js.leaves"])
def test_an_exit_beside_a_cell_ends_no_kernel(kernel: Kernel, way: str, function: str) -> None:
    kernel.run("(def here 5) (defn leaves [] (exit 4))")
    told(kernel, way, function)
    assert kernel.run("here").result == "5"
