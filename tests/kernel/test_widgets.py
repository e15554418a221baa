"""Widgets and comms: made and observed from Lisp, opened and moved by the front end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from kernels import Kernel

pytest.importorskip("ipywidgets")


def send_comm(kernel: Kernel, kind: str, **content: Any) -> str:
    """What a front end sends; returns the message id."""
    message = kernel.client.session.msg(kind, content)
    kernel.client.shell_channel.send(message)
    return message["header"]["msg_id"]


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
    moved = move(kernel, comm, 12)
    texts = []
    while True:
        message = kernel.next_of(moved)
        if message["msg_type"] == "comm_msg":
            texts.append(str(message["content"]["data"]))
        elif message["msg_type"] == "stream":
            texts.append(message["content"]["text"])
        elif message["content"].get("execution_state") == "idle":
            break
    assert "x is 12" in " ".join(texts)


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
