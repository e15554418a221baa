"""Widgets and comms: made and observed from Lisp, opened and moved by the front end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from kernels import TIMEOUT, Kernel, send_comm

pytest.importorskip("ipywidgets")


def opened(cell: Any, model: str) -> str:
    """The id of the comm that a cell opened for a widget model."""
    for content in cell.of("comm_open"):
        if content["data"]["state"].get("_model_name") == model:
            return content["comm_id"]
    raise AssertionError(f"no {model} was opened")


def move(kernel: Kernel, comm: str, value: Any) -> str:
    return send_comm(
        kernel,
        "comm_msg",
        comm_id=comm,
        data={"method": "update", "state": {"value": value}, "buffer_paths": []},
    )


def output_of(kernel: Kernel, moved: str) -> tuple[str, str, dict[str, Any]]:
    """The output that a front end's message sets off: its kind, its parent and its content."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    busy = False
    while True:
        message = kernel.client.get_iopub_msg(timeout=TIMEOUT)
        kind, content = message["msg_type"], message["content"]
        parent = message["parent_header"].get("msg_id")
        if parent == moved and kind == "status":
            busy = content["execution_state"] == "busy"
            if not busy:
                assert len(found) == 1, found
                return found[0]
        elif busy and kind in ("stream", "display_data", "error"):
            if found and found[-1][:2] == (kind, parent) and kind == "stream":  # another piece of it
                found[-1][2]["text"] += content["text"]
            else:
                found.append((kind, parent, content))


REGISTER = {
    "lisp": '(.observe knob (fn (change) (println "new" (get change "new"))) :names "value")',
    "js": '%%js\nknob.observe((change) => console.log("new", change.get("new")), "value")',
    "py": "%%py\nknob.observe(lambda change: print('new', change['new']), names='value')",
}


@pytest.mark.parametrize("code", REGISTER.values(), ids=REGISTER)
def test_a_callback_prints_under_the_cell_that_registered_it(kernel: Kernel, code: str) -> None:
    cell = kernel.run("%%py\nimport ipywidgets as w\nknob = w.IntSlider()\nknob")
    kernel.run("(def knob py.knob)")
    registered = kernel.run(code)
    assert registered.reply["status"] == "ok", registered.error
    kernel.run("(+ 1 1)")
    kind, parent, content = output_of(kernel, move(kernel, opened(cell, "IntSliderModel"), 5))
    assert (kind, parent, content["text"]) == ("stream", registered.id, "new 5\n")
    # What a cell itself sets off is its own.
    assert kernel.run("%%py\nknob.value = 6").text() == "new 6\n"


def test_a_button_its_error_and_taking_back(kernel: Kernel) -> None:
    cell = kernel.run("%%py\nimport ipywidgets as w\nbutton = w.Button()\nbutton")
    clicked = {"method": "custom", "content": {"event": "click"}}
    comm = opened(cell, "ButtonModel")
    first = kernel.run("%%py\ndef clicked(b): print('clicked')\nbutton.on_click(clicked)")
    said = output_of(kernel, send_comm(kernel, "comm_msg", comm_id=comm, data=clicked))
    assert said == ("stream", first.id, {"name": "stdout", "text": "clicked\n"})
    second = kernel.run("%%py\nbutton.on_click(clicked, remove=True)\nbutton.on_click(lambda b: 1 / 0)")
    kind, parent, content = output_of(kernel, send_comm(kernel, "comm_msg", comm_id=comm, data=clicked))
    assert (kind, parent, content["ename"]) == ("error", second.id, "ZeroDivisionError")
    told = "\n".join(content["traceback"])
    assert "<lambda>" in told and "/kernel/" not in told
    kernel.run(
        "%%py\nseen = []\nslider = w.IntSlider()\nslider.observe(seen.append)\nslider.unobserve(seen.append)"
    )
    assert kernel.run("%%py\nslider.value = 3\nseen").result == "[]"


def test_what_a_child_of_a_callback_prints_is_its_cell_s(kernel: Kernel) -> None:
    cell = kernel.run("%%py\nimport ipywidgets as w, os\nbutton = w.Button()\nbutton")
    code = (
        "%%py\nbutton.on_click(lambda b: (print('before'), os.system('echo child'), print('after')) and None)"
    )
    registered = kernel.run(code)
    kernel.run("(+ 1 1)")
    clicked = {"method": "custom", "content": {"event": "click"}}
    said = output_of(kernel, send_comm(kernel, "comm_msg", comm_id=opened(cell, "ButtonModel"), data=clicked))
    assert said == ("stream", registered.id, {"name": "stdout", "text": "before\nchild\nafter\n"})
    # And what a cell's own child prints is that cell's.
    assert kernel.run("%%py\n_ = os.system('echo own')").text() == "own\n"


def test_a_slider_is_shown_and_observed(kernel: Kernel) -> None:
    cell = kernel.run('(py.import "ipywidgets" :as w) (def slider (w.IntSlider :value 3)) slider')
    assert "application/vnd.jupyter.widget-view+json" in cell.data
    kernel.run('(def seen []) (.observe slider (fn (change) (push! seen (get change "new"))) :names "value")')
    moved = move(kernel, opened(cell, "IntSliderModel"), 8)
    kernel.wait_idle(moved)
    assert kernel.run("[seen slider.value]").result == "[[8] 8]"


def test_callbacks_run_while_a_cell_awaits(kernel: Kernel) -> None:
    cell = kernel.run('(py.import "ipywidgets" :as w) (def knob (w.IntSlider)) knob')
    comm = opened(cell, "IntSliderModel")
    kernel.run('(.observe knob (fn (change) (globalThis.done (get change "new"))) :names "value")')
    waiting = kernel.start('(println "go") (await (new Promise (fn (ok) (set! globalThis.done ok))))')
    kernel.wait_for("stream", waiting)
    move(kernel, comm, 5)
    assert kernel.wait_for("execute_result", waiting)["data"]["text/plain"] == "5"
    assert kernel.reply_to(waiting)["status"] == "ok"
    kernel.wait_idle(waiting)


def test_interact_calls_lisp(kernel: Kernel) -> None:
    cell = kernel.run('(py.import "ipywidgets" :as w) (w.interact (fn (x) (println "x is" x)) :x 10)')
    assert cell.reply["status"] == "ok", cell.error
    comm = opened(cell, "IntSliderModel")
    kind, parent, content = output_of(kernel, move(kernel, comm, 12))
    assert (kind, parent, content["text"]) == ("stream", cell.id, "x is 12\n")


def test_jslink_and_output_widget(kernel: Kernel) -> None:
    cell = kernel.run(
        '(py.import "ipywidgets" :as w) (def a (w.IntSlider)) (def b (w.IntText))'
        ' (w.jslink (py.tuple [a "value"]) (py.tuple [b "value"])) (def out (w.Output))'
        ' (with [_ out] (println "inside")) out'
    )
    assert cell.reply["status"] == "ok", cell.error
    opened(cell, "LinkModel")
    assert "application/vnd.jupyter.widget-view+json" in cell.data


def test_comms_of_the_front_end_reach_lisp(kernel: Kernel) -> None:
    kernel.run(
        '(py.import "comm" :as comms) (def heard [])'
        ' (.register_target (comms.get_comm_manager) "lisp.echo"'
        "   (fn (comm message)"
        '     (push! heard (get (get (get message "content") "data") "say"))'
        '     (.on_msg comm (fn (m) (.send comm {:back (get (get (get m "content") "data") "say")})))))'
    )
    ident = uuid.uuid4().hex
    first = send_comm(kernel, "comm_open", comm_id=ident, target_name="lisp.echo", data={"say": "hello"})
    kernel.wait_idle(first)
    assert kernel.run("heard").result == '["hello"]'
    second = send_comm(kernel, "comm_msg", comm_id=ident, data={"say": "again"})
    assert kernel.wait_for("comm_msg", second)["data"] == {"back": "again"}
    assert ident in kernel.ask("comm_info", "lisp.echo")["comms"]
    send_comm(kernel, "comm_close", comm_id=ident, data={})
    assert ident not in kernel.ask("comm_info")["comms"]
