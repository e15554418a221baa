"""A page with packages of both languages, on a host that knows nothing of it: no headers, not at the root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from web_pages import READY, built, run

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., str]) -> str:
    root = tmp_path_factory.mktemp("host")
    modules = root / "some" / "where"
    built(modules, packages=("sortedcontainers==2.4.0",), npm=("ms@2.1.3", "nanoid@5.1.6"))
    (modules / "beside.mjs").write_text("export const word = 'beside';\n")
    return f"{serve(root, {})}some/where/"


@pytest.fixture(scope="module")
def page(address: str, open_page: Callable[..., Any]) -> Any:
    opened = open_page(address)
    opened.wait_for_selector(READY)
    return opened


def test_the_service_worker_isolates_it(page: Any) -> None:
    assert page.evaluate("crossOriginIsolated") is True
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith(
        "/some/where/service-worker.js"
    )


def test_packages_of_both_languages(page: Any) -> None:
    said = run(page, '(py.import "sortedcontainers" :refer [SortedList])\n(py.list (SortedList [3 1 2]))')
    assert said == "[1, 2, 3]"
    said = run(
        page, '(js.import "ms" :as ms)\n(js.import "nanoid" :refer [nanoid])\n[(ms 60000) (count (nanoid))]'
    )
    assert said == '["1m" 21]'
    assert run(page, '(js.import "./beside.mjs" :refer [word])\nword') == '"beside"'


def test_what_the_build_has_not_is_said(page: Any) -> None:
    said = run(page, '(js.import "left-pad" :as pad)')
    assert 'cannot find the JavaScript module "left-pad"' in said
    assert "polyrepl web build --npm left-pad" in said


def test_another_page_of_the_host_begins_a_session(page: Any) -> None:
    said = page.evaluate(
        """async () => {
          const { client, createPyodideBridge } = await import("./polyrepl.mjs");
          const session = client(), values = [];
          await session.start();
          const text = '(py.import "sortedcontainers" :as s)\\n(py.list (s.SortedList [2 1]))';
          await session.eval(text, {}, ({ op, data }) => op === "value" && values.push(data["text/plain"]));
          const { $py } = await createPyodideBridge({ worker: session, page: null });
          values.push(await $py("math").sqrt(16));
          session.close();
          return values.filter(Boolean);
        }"""
    )
    assert said == ["[1, 2]", 4]


def test_frames_show_html(page: Any) -> None:
    run(page, "(html \"<b id=x>bold</b><script>document.getElementById('x').append(' script')</script>\")")
    assert page.frame_locator("#output iframe").locator("#x").inner_text() == "bold script"


def test_neither_service_worker_nor_unpacker_is_needed(address: str, open_page: Callable[..., Any]) -> None:
    """A private window may promise a service worker that never comes; what unpacks may be refused."""
    page = open_page("about:blank", service_workers="block")
    page.route("**/unpacking.mjs", lambda asked: asked.abort())
    page.goto(address)
    page.wait_for_selector(READY)
    assert page.evaluate("crossOriginIsolated") is False
    assert (
        run(page, '(py.import "sortedcontainers" :refer [SortedList])\n(py.list (SortedList [3 1 2]))')
        == "[1, 2, 3]"
    )
