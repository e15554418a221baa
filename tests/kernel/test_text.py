"""Halves of characters: every message arrives, and says what was written."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from kernels import Kernel

HALF = "\\ud800"  # six characters, as a program writes it and as it is shown
SENT = "\ud800"  # one, as a browser sends it


def test_a_printed_half_loses_no_line(kernel: Kernel) -> None:
    cell = kernel.run(f"%%py\nprint('before'); print('{HALF} x'); print('after')")
    assert (cell.reply["status"], cell.text()) == ("ok", f"before\n{HALF} x\nafter\n")
    # jupyter_client alone would send this one as a byte that is no UTF-8
    assert kernel.run("%%py\nprint('\\udc80 x')").text() == "\\udc80 x\n"


ERRORS = {
    f"%%py\nraise ValueError('a{HALF}b')": ("ValueError", f"a{HALF}b", "In[{n}], line 2"),
    f"%%py\n{{}}['{HALF}']": ("KeyError", f"'{HALF}'", "In[{n}], line 2"),
    '(py.exec "raise ValueError(chr(0xd800))")': ("ValueError", HALF, "<string>:1 in <module>"),
    '(throw (new Error (+ "a" (String.fromCharCode 0xd800))))': ("Error", f"a{HALF}", "In[{n}]:1:8"),
    f'%%js\nthrow new Error("{HALF}b")': ("Error", f"{HALF}b", "In[{n}]:2:7"),
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_keeps_name_place_and_traceback(kernel: Kernel, code: str) -> None:
    name, said, place = ERRORS[code]
    cell = kernel.run(code)
    for told in (cell.reply, cell.of("error")[0]):
        assert (told["ename"], told["evalue"]) == (name, said)
    assert place.replace("{n}", str(cell.reply["execution_count"])) in cell.error


def test_values_and_displays(kernel: Kernel) -> None:
    shown = "class A:\n  def _repr_html_(self): return '\\ud800'\n  def __repr__(self): return '\\udc80'"
    assert kernel.run(f"%%py\n{shown}\nA()").data == {"text/plain": "\\udc80", "text/html": HALF}
    raw = f"display({{'text/plain': '{HALF}', '{HALF}': 1}}, raw=True)"
    cell = kernel.run(f"%%py\nfrom IPython.display import display\n{raw}")
    assert cell.of("display_data")[0]["data"] == {"text/plain": HALF, HALF: 1}
    html = kernel.run(f'(display (html "a{HALF}"))').of("display_data")[0]["data"]["text/html"]
    assert html == f"a{HALF}"


def test_halves_in_the_code_itself(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel()
    kernel.client.session.pack = lambda message: json.dumps(message, default=str).encode()  # as browsers do
    for code, result in {
        f"%%py\nlen('{SENT}')": "1",
        f"%%js\n'{SENT}'.length": "1",
        f'(count "{SENT}")': "1",
        f"; {SENT}\n1": "1",
    }.items():
        assert kernel.run(code).result == result
    for code, cursor in [(f'"{SENT}" pri', 7), (f"%%py\n'{SENT}'; pri", 13), (f"%%js\n'{SENT}'; Mat", 13)]:
        assert {"print", "Math"} & set(kernel.ask("complete", code, cursor)["matches"])
    assert kernel.ask("is_complete", f"(f {SENT}")["status"] in ("incomplete", "invalid")
    for code in (f"%%py\n'{SENT}'", f"%%js\n'{SENT}'", f'"{SENT}"'):
        assert kernel.ask("is_complete", code)["status"] == "complete"
    found = kernel.ask("history", hist_access_type="search", pattern=f"*{SENT}*", raw=True, output=False)
    assert any(HALF in entry[2] for entry in found["history"])
    # The history's thread is alive, and has kept them.
    saved = (
        "import IPython\nh = get_ipython().history_manager\nh.writeout_cache()\n[h.save_thread.is_alive()]"
    )
    assert kernel.run(f"%%py\n{saved}").result == "[True]"
    assert [0, 1, f"%%py\nlen('{HALF}')"] in [[0, *e[1:]] for e in kernel.ask("history")["history"]]
