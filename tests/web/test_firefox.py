"""The page in Firefox, as Debian has it: the prompt, Stop, Share, and that no other host is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from bidi import firefox
from web_pages import built, served

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
pytestmark = [
    pytest.mark.web,
    pytest.mark.timeout(300),
    pytest.mark.skipif(PROGRAM is None, reason="NOT CHECKED: there is no Firefox"),
]

READY = "document.body.dataset.state === 'ready'"
RUNNING = "document.body.dataset.state === 'running'"
OUTPUT = "document.getElementById('output').textContent"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("firefox") / "site"
    built(folder)
    with served(folder) as address:
        yield address


@pytest_asyncio.fixture
async def page(address: str, tmp_path: Path) -> AsyncIterator[Any]:
    assert PROGRAM is not None
    home = tmp_path / "home"
    home.mkdir()
    async with firefox(PROGRAM, home) as page:
        await page.open(address)
        await page.until(READY)
        page.address = address
        yield page
        asked = [url for url in page.asked if not url.startswith(("data:", "blob:", "about:"))]
        assert any(url.startswith(address) for url in asked)
        assert not [url for url in asked if not url.startswith(address)]


async def enter(page: Any, line: str) -> None:
    """Type a line at the prompt, and Enter."""
    await page.evaluate(
        f"""(() => {{
          const line = document.getElementById("line");
          line.value = {json.dumps(line)};
          line.dispatchEvent(new InputEvent("input", {{ bubbles: true }}));
          const enter = {{ key: "Enter", bubbles: true, cancelable: true }};
          line.dispatchEvent(new KeyboardEvent("keydown", enter));
        }})()"""
    )


async def test_the_prompt_and_stop(page: Any) -> None:
    assert await page.evaluate("crossOriginIsolated") is True
    await enter(page, "(defn twice (x) (* 2 x))")
    await page.until(f"{OUTPUT}.includes('(defn twice') && {READY}")
    await enter(page, "(twice (py.len [1 2 3]))")
    await page.until(f"{OUTPUT}.includes('6') && {READY}")
    await enter(page, '(py.int "x")')
    await page.until(f"{OUTPUT}.includes('ValueError') && {READY}")
    for endless in (
        "(loop [i 0] (recur (+ i 1)))",
        "(await (Promise. (fn () nil)))",
        "%%py\nwhile True: pass",
    ):
        await page.evaluate("document.getElementById('clear').click()")
        await enter(page, endless)
        await page.until(RUNNING)
        await page.click("#stop")
        await page.until(f"{READY} && {OUTPUT}.includes('Interrupted')")
    await page.evaluate("document.getElementById('clear').click()")
    await enter(page, "(twice 21)")
    await page.until(f"{OUTPUT}.includes('42') && {READY}")


async def test_share(page: Any) -> None:
    before = await page.evaluate("document.querySelector('#editor .cm-content').textContent")
    await page.click("#share")
    await page.until("document.getElementById('status').textContent.includes('the link is')")
    link = await page.evaluate("location.href")
    assert link.startswith(f"{page.address}#")
    await page.open("about:blank")
    await page.open(link)
    await page.until(READY)
    assert await page.evaluate("document.querySelector('#editor .cm-content').textContent") == before
    assert await page.evaluate(OUTPUT) == "", "nothing runs before Run is pressed"
