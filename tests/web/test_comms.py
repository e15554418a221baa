"""Comms: a widget's messages to a notebook's page, the page's to the widget, and what nobody knows.

In: a worker of Chromium with the package `comm`; the kernel of JupyterLite over a stand-in for its base. Out:
the messages of both sides.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl import web
from workers import Worker, printed

comm = pytest.importorskip("comm")
pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

LITE = Path(web.__file__).resolve().parent / "lite"
WIDGET = """
import comm
class Slider:
    def __init__(self):
        self.value = 1
        about = {"data": {"state": {"value": 1}}, "buffers": [b"\\x00\\xff"]}
        self.comm = comm.create_comm(target_name="jupyter.widget", **about)
        self.comm.on_msg(self.heard)
    def heard(self, message):
        self.value = message["content"]["data"]["value"]
        self.comm.send({"echo": self.value, "bytes": [bytes(each).hex() for each in message["buffers"]]})
opened = []
def asked(one, message):
    opened.append(message["content"]["data"])
comm.get_comm_manager().register_target("asked", asked)
slider = Slider()
"""


@pytest.fixture(scope="module")
def worker(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any], tmp_path_factory: Any
) -> Worker:
    folder = tmp_path_factory.mktemp("with_comm")
    archive = shutil.make_archive(str(folder / "packages"), "zip", Path(comm.__file__).parent.parent, "comm")
    shutil.copytree(site, folder / "site")
    shutil.copy(archive, folder / "site" / "packages.zip")
    lite = folder / "site" / "repl" / "web" / "lite"
    lite.mkdir(exist_ok=True)
    for file in LITE.glob("*.mjs"):
        shutil.copy(file, lite)
    (lite / "begin.json").write_text('{"packages": "packages.zip"}')
    page = open_page(serve(folder / "site"))
    page.evaluate(BEGIN)
    made = Worker.__new__(Worker)
    made.page = page
    return made


BEGIN = """async () => {
  const { Client } = await import("./repl/web/client.mjs");
  window.stray = [];
  const packages = new URL("packages.zip", location.href).href;
  window.client = new Client({ packages, stray: (event) => stray.push(event) });
  window.run = async (text, options) => {
    const events = [];
    await client.eval(text, options, (event) => events.push(event));
    return events;
  };
  await client.start();
}"""


def test_both_ends(worker: Worker) -> None:
    events = worker.run(WIDGET, language="py")
    (opened,) = [event for event in events if event["op"] == "comm"]
    assert (opened["kind"], opened["content"]["target_name"]) == ("comm_open", "jupyter.widget")
    assert (opened["content"]["data"], opened["buffers"]) == ({"state": {"value": 1}}, ["AP8="])
    ident = opened["content"]["comm_id"]
    assert worker.ask("comms", target="jupyter.widget") == {ident: {"target_name": "jupyter.widget"}}
    assert worker.ask("comms", target="other") == {}
    content = {"comm_id": ident, "data": {"value": 7}}
    worker.ask("comm", kind="comm_msg", content=content, metadata={}, buffers=["Zg=="])
    (echo,) = worker.page.evaluate("stray.splice(0)")
    assert (echo["kind"], echo["content"]["data"]) == ("comm_msg", {"echo": 7, "bytes": ["66"]})
    assert printed(worker.run("print(slider.value)", language="py")) == "7\n"
    worker.ask("comm", kind="comm_close", content={"comm_id": ident, "data": {}}, metadata={}, buffers=[])
    assert worker.ask("comms") == {}


def test_the_page_opens_one(worker: Worker) -> None:
    about = {"metadata": {}, "buffers": []}
    content = {"comm_id": "one", "target_name": "asked", "data": {"a": 1}}
    worker.ask("comm", kind="comm_open", content=content, **about)
    assert printed(worker.run("print(opened)", language="py")) == "[{'a': 1}]\n"
    worker.ask(
        "comm", kind="comm_open", content={**content, "comm_id": "two", "target_name": "nobody"}, **about
    )
    (closed,) = worker.page.evaluate("stray.splice(0)")
    assert (closed["kind"], closed["content"]) == ("comm_close", {"comm_id": "two", "data": {}})
    worker.ask("comm", kind="comm_msg", content={"comm_id": "never", "data": {}}, **about)


KERNEL = """async () => {
  const { makeKernel } = await import("./repl/web/lite/kernel.mjs");
  const said = [];
  class BaseKernel {
    location = "";
    parentHeader = { msg_id: "cell" };
    executionCount = 1;
    handleComm(...all) { said.push(all); }
    stream() {}
    publishExecuteError(content) { said.push(content); }
  }
  const Kernel = makeKernel({ BaseKernel, DriveContentsProcessor: class {} });
  const kernel = new Kernel({}, { contents: null });
  await kernel.ready;
  await kernel.executeRequest({ code: "%%py\\nimport comm\\none = comm.create_comm('t', buffers=[b'ab'])" });
  const [kind, content, metadata, [bytes], header] = said.pop();
  const { comms } = await kernel.commInfoRequest({ target_name: "t" });
  const nobody = { comm_id: "x", target_name: "nobody", data: {} };
  await kernel.commOpen({ content: nobody, metadata: {}, buffers: [] });
  const refused = said.pop();
  const { comm_id } = content;
  await kernel.commMsg({ content: { comm_id, data: 1 }, buffers: [new DataView(new ArrayBuffer(3))] });
  await kernel.commClose({ content: { comm_id, data: {} } });
  const after = (await kernel.commInfoRequest({})).comms;
  return {
    kind, target: content.target_name, bytes: [...new Uint8Array(bytes)], header,
    known: Object.keys(comms).length,
    refused: refused.slice(0, 2), after, left: said,
  };
}"""


def test_the_kernel_of_jupyterlite(worker: Worker) -> None:
    """Its folder says in begin.json what a session begins with."""
    assert worker.page.evaluate(KERNEL) == {
        "kind": "comm_open", "target": "t", "bytes": [97, 98], "header": {"msg_id": "cell"}, "known": 1,
        "refused": ["comm_close", {"comm_id": "x", "data": {}}], "after": {}, "left": [],
    }  # fmt: skip
