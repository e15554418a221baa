"""The page in Chromium: run, stop, share, results, completion, files, a phone. Screenshots go to the folder
POLYREPL_SHOTS, or to pytest's own.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from polyrepl.repl import web
from web_pages import built, served

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

SHARE = Path(str(web.__file__)).parent / "playground" / "share.mjs"
READY = "body[data-state=ready]"
RUNNING = "body[data-state=running]"
OUTPUT = "#output"
LINE = "#line"
INPUTS = f"{OUTPUT} [data-kind=input]"
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page as it is built, and as `polyrepl web serve` serves it."""
    folder = tmp_path_factory.mktemp("page") / "site"
    data = tmp_path_factory.mktemp("data")
    (data / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    built(folder, files=data)
    with served(folder) as address:
        yield address


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Any, str], None]:
    """Takes a screenshot."""
    folder = Path(os.environ.get("POLYREPL_SHOTS", tmp_path))
    return lambda page, name: page.screenshot(path=folder / f"{name}.png")


@pytest.fixture(scope="module")
def shared_page(address: str, open_page: Open) -> Any:
    return ready(open_page(address, color_scheme="light"))


@pytest.fixture
def page(shared_page: Any) -> Any:
    """A page where Python has started; what ran before is still defined."""
    if shared_page.locator(READY).count() == 0:
        shared_page.click("#stop")
        ready(shared_page)
    shared_page.evaluate("document.getElementById('clear').click()")
    return shared_page


def ready(page: Any) -> Any:
    page.wait_for_selector(READY)
    return page


def write(page: Any, text: str, language: str = "lisp") -> None:
    page.select_option("#language", language)
    page.click("#editor .cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def run(page: Any, text: str, language: str = "lisp") -> str:
    """Run a text in the editor; returns what the page shows then."""
    write(page, text, language)
    page.click("#run")
    ready(page)
    return shown(page)


def shown(page: Any) -> str:
    return "\n".join(text.rstrip("\n") for text in page.locator(f"{OUTPUT} > *").all_text_contents())


def prompt(page: Any, text: str) -> str:
    """Type a line; returns what the page shows when it has run."""
    before = page.locator(INPUTS).count()
    page.click(LINE)
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{INPUTS} >> nth={before}")
    ready(page)
    return shown(page)


def frame(page: Any) -> Any:
    """What is in the frame of the newest rich result."""
    return page.frame_locator(f"{OUTPUT} > :last-child iframe")


# ---- running


def test_both_languages(page: Any, shot: Callable[[Any, str], None]) -> None:
    said = run(page, '(py.import "math" :as math)\n(println "hello" (math.sqrt 16))\n[1 2 3]')
    assert said == "hello 4\n[1 2 3]"
    assert run(page, "const n = 20 + 1;\nconsole.log('js', n);\nn * 2", "js") == "js 21\n42"
    assert run(page, "import sys\nprint('py', sys.platform)\n[js.n]", "py") == "py emscripten\n[21]"
    shot(page, "languages")


def test_markers_choose_the_language(page: Any) -> None:
    assert run(page, "%%py\n1 // 2, 'x'") == "(0, 'x')"
    assert run(page, "%%js\n[1, 2].map((x) => x + 0.5)") == "[1.5 2.5]"


def test_output_comes_as_it_is_made(page: Any) -> None:
    write(
        page,
        '(println "first")\n(await (Promise. (fn (done) (set! globalThis.go_on done))))\n(println "second")',
    )
    page.click("#run")
    page.wait_for_selector(f"{OUTPUT} [data-kind=stdout]")
    assert shown(page) == "first"
    assert page.locator(RUNNING).count() == 1
    page.click("#stop")
    ready(page)


def test_of_a_text_that_is_too_long_the_end_is_kept(page: Any) -> None:
    found = run(page, "print('y' * 5_000_000 + 'end')", "py").replace("\n", "")
    assert 1_000_000 < len(found) < 2_100_000 and found.endswith("yend")
    found = run(page, '(println (str-repeat "a line\\n" 500000)) (println "last")')
    assert 1_000_000 < len(found) < 2_100_000 and found.split()[-3:] == ["a", "line", "last"]


def test_an_error_has_its_caret_and_only_the_user_s_frames(
    page: Any, shot: Callable[[Any, str], None]
) -> None:
    said = run(page, '(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))')
    lines = said.splitlines()
    assert re.fullmatch(r"In\[\d+\]:2:3: ValueError: invalid literal for int\(\) with base 10: 'x'", lines[0])
    assert lines[1:3] == ["    (py.int s))", "    ^^^^^^^^^^"]
    assert all(re.match(r"  lisp  In\[\d+\]:", line) for line in lines[3:]), said
    assert page.locator(f"{OUTPUT} [data-kind=error]").count() == 1
    shot(page, "error")


def test_no_text_becomes_markup_of_the_page(page: Any) -> None:
    said = run(
        page, '(println "<b id=bad>x</b>")\n"<img src=x onerror=alert(1)>"\n(throw (Error. "<i>e</i>"))'
    )
    assert "<b id=bad>x</b>" in said
    assert page.locator("#bad").count() == 0
    assert page.locator(f"{OUTPUT} img, {OUTPUT} i").count() == 0


# ---- results


def test_html_is_in_a_frame_that_reaches_nothing(page: Any) -> None:
    run(
        page,
        '(html "<b id=x>bold</b><script>try { parent.document.title } catch (e) '
        "{ document.getElementById('x').textContent += ' ' + e.name + ' ' + origin }</script>\")",
    )
    assert frame(page).locator("#x").inner_text() == "bold SecurityError null"
    sandbox = page.locator(f"{OUTPUT} iframe").last.get_attribute("sandbox")
    assert sandbox == "allow-scripts"


def test_a_frame_asks_nobody(page: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        host = f"http://127.0.0.1:{other.getsockname()[1]}"
        run(
            page,
            f"(html \"<p id=x>waiting</p><img src='{host}/x.png'><script>const p = "
            f"document.getElementById('x'); fetch('{host}/').then(() => 'reached', (e) => e.name)"
            '.then((said) => p.textContent = said)</script>")',
        )
        frame(page).locator("#x", has_text="TypeError").wait_for()
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()
    told = []
    page.route("**/*asked*", lambda route: (told.append(route.request.url), route.fulfill(body="x")))
    run(
        page,
        "(html \"<p id=x>waiting</p><script>fetch('/?asked', { mode: 'no-cors' })"
        ".then(() => 'reached', (e) => e.name)"
        ".then((said) => document.getElementById('x').textContent = said)</script>\")",
    )
    frame(page).locator("#x", has_text=re.compile("TypeError|reached")).wait_for()
    page.unroute("**/*asked*")
    assert told == [], "nor the host of the page itself"


def test_a_table_a_drawing_a_picture(page: Any, shot: Callable[[Any, str], None]) -> None:
    run(page, "[{:a 1 :b 2} {:a 3 :b 4}]")
    assert frame(page).locator("td").all_inner_texts()[-2:] == ["3", "4"]
    run(page, "(svg \"<svg width='90' height='60'><circle r='20' cx='30' cy='30'/></svg>\")")
    assert frame(page).locator("circle").count() == 1
    # A frame is as tall as what is in it.
    expect(page.locator(f"{OUTPUT} iframe").last).to_have_css("height", re.compile(r"^(6\d|7\d)px$"))
    png = (
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg=="
    )
    run(page, f'import base64\nclass P:\n  def _repr_png_(self): return base64.b64decode("{png}")\nP()', "py")
    image = page.locator(f"{OUTPUT} img")
    image.wait_for()
    assert image.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 4
    shot(page, "picture")


def test_a_chart(page: Any, shot: Callable[[Any, str], None]) -> None:
    run(
        page,
        '(vega-lite {:data {:values [{:x "a" :y 1} {:x "b" :y 3}]} :mark "bar"\n'
        ' :encoding {:x {:field "x" :type "nominal"} :y {:field "y" :type "quantitative"}}})',
    )
    frame(page).locator("svg .mark-rect path").nth(1).wait_for()
    shot(page, "chart")


def test_what_is_shown_can_be_changed(page: Any) -> None:
    run(page, '(display (html "<b>one</b>") :id "a")\n(update-display "a" (html "<b>two</b>"))')
    frame(page).locator("b", has_text="two").wait_for()
    assert page.locator(f"{OUTPUT} iframe").count() == 1
    run(page, '(println "before")\n(clear-output)\n(println "after")')
    assert shown(page) == "after"
    run(page, '(doseq [x (progress [1 2 3] :label "items")] nil)')
    frame(page).locator("code", has_text="3/3").wait_for()
    assert page.locator(f"{OUTPUT} iframe").count() == 1


# ---- lines that somebody types


@pytest.mark.parametrize(
    ("language", "program"),
    [("lisp", '(println (str "hello " (read-line "who? ")))'), ("py", "print('hello', input('who? '))")],
)
def test_a_program_asks_for_a_line(page: Any, language: str, program: str) -> None:
    write(page, program, language)
    page.click("#run")
    line = page.locator(f"{OUTPUT} [data-kind=ask] input")
    line.fill("Ada ümlaut")
    line.press("Enter")
    ready(page)
    assert shown(page) == "who? Ada ümlaut\nhello Ada ümlaut"


def test_an_end_of_input_and_a_stop(page: Any) -> None:
    write(page, '[(read-line "x ")]')
    page.click("#run")
    page.locator(f"{OUTPUT} [data-kind=ask] input").press("Control+d")
    ready(page)
    assert shown(page).endswith("[nil]")
    write(page, '(read-line "x ")')
    page.click("#run")
    page.wait_for_selector(f"{OUTPUT} [data-kind=ask] input")
    page.click("#stop")
    page.wait_for_selector(f"{OUTPUT} [data-kind=interrupt]")
    ready(page)
    assert page.locator(f"{OUTPUT} input").count() == 0, "nobody waits for the line any more"


# ---- stop


@pytest.mark.parametrize(
    ("language", "program"),
    [
        ("lisp", "(await (Promise. (fn (done) nil)))"),
        ("lisp", "(loop [i 0] (recur (+ i 1)))"),
        ("lisp", '(py.import "time" :as time)\n(time.sleep 1000)'),
        ("py", "while True: pass"),
        ("py", "import asyncio\nawait asyncio.sleep(1000)"),
    ],
)
def test_stop_keeps_what_was_defined(page: Any, language: str, program: str) -> None:
    run(page, "(def kept 42)")
    write(page, program, language)
    page.click("#run")
    page.wait_for_selector(RUNNING)
    page.wait_for_timeout(200)  # it runs; a stop before its first form would prove less
    page.click("#stop")
    page.wait_for_selector(f"{OUTPUT} [data-kind=interrupt]")
    ready(page)
    assert run(page, "kept") == "42"


def test_what_does_not_listen_ends_with_the_session(page: Any, shot: Callable[[Any, str], None]) -> None:
    run(page, "(def kept 42)")
    write(page, '((Function. "for (;;);"))')
    page.click("#run")
    page.wait_for_selector(RUNNING)
    page.click("#stop")
    page.locator(f"{OUTPUT} [data-kind=lost]", has_text="is lost").wait_for()
    ready(page)
    shot(page, "lost")
    assert "unbound symbol kept" in run(page, "kept")


# ---- prompt, completion


def test_the_prompt_has_history_and_goes_on_in_a_new_line(page: Any) -> None:
    assert prompt(page, "(+ 1 2)") == "=> (+ 1 2)\n3"
    page.keyboard.insert_text("(defn twice (x)")
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_have_value("(defn twice (x)\n  ")
    page.keyboard.insert_text("(* 2 x))")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{INPUTS} >> nth=1")
    ready(page)
    assert prompt(page, "(twice 21)").endswith("42")
    page.keyboard.press("ArrowUp")
    assert page.input_value(LINE) == "(twice 21)"
    page.keyboard.press("ArrowUp")
    assert page.input_value(LINE) == "(defn twice (x)\n  (* 2 x))"
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert page.input_value(LINE) == ""


def test_the_prompt_completes(page: Any) -> None:
    page.click(LINE)
    page.keyboard.insert_text("(macroexp")
    page.keyboard.press("Tab")
    page.wait_for_selector("#offers button")
    assert page.input_value(LINE) == "(macroexpand"
    assert page.locator("#offers button").all_inner_texts() == ["macroexpand", "macroexpand-1"]
    page.click("#offers button >> nth=1")
    assert page.input_value(LINE) == "(macroexpand-1"
    page.fill(LINE, "")


def test_the_editor_completes_and_documents(page: Any, shot: Callable[[Any, str], None]) -> None:
    run(page, '(py.import "statistics" :as stats)')
    write(page, "(stats.median_")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".cm-tooltip-autocomplete li")
    labels = page.locator(".cm-tooltip-autocomplete li").all_inner_texts()
    assert [label.split("(")[0] for label in labels] == ["median_grouped", "median_high", "median_low"]
    page.wait_for_selector(".cm-completionInfo")
    assert "stats.median_grouped(data, interval=1.0)" in page.inner_text(".cm-completionInfo")
    shot(page, "completion")
    page.keyboard.press("Escape")


# ---- links


def test_a_shared_program_comes_back_and_does_not_run(address: str, page: Any, open_page: Open) -> None:
    text = "// ümläut 🎈 </script>\nconsole.log('ran');\n'&#x' + 1"
    write(page, text, "js")
    page.click("#share")
    page.locator("#status", has_text="the link is").wait_for()
    link = page.evaluate("location.href")
    assert re.fullmatch(re.escape(address) + r"#code=[\w-]+&language=js", link)
    other = ready(open_page(link))
    assert other.locator(".cm-content").inner_text() == text
    assert other.input_value("#language") == "js"
    assert shown(other) == "", "a link opens, and runs nothing"
    other.click("#run")
    other.wait_for_selector(f"{OUTPUT} [data-kind=value]")
    assert shown(other) == 'ran\n"&#x1"'
    other.close()


@pytest.mark.parametrize("fragment", ["#code=%%%", "#code=AAAA", "#code=S0lNTg&language=cobol", "#code="])
def test_a_broken_link_is_said(address: str, open_page: Open, fragment: str) -> None:
    page = open_page(address + fragment)
    page.wait_for_selector(f"{OUTPUT} [data-kind=error]")
    assert "can not be read" in shown(page)
    assert page.locator(".cm-content").inner_text().strip(), "the editor has an example instead"
    page.close()


def test_what_a_link_can_not_hold_is_said(page: Any) -> None:
    before = page.evaluate("location.href")
    write(page, f"; {'a' * 1_000_000}", "lisp")
    page.click("#share")
    page.locator("#status", has_text="too long for a link").wait_for()
    assert page.evaluate("location.href") == before
    write(page, "1", "lisp")


def test_a_link_keeps_every_character(page: Any) -> None:
    page.route("**/share.mjs", lambda asked: asked.fulfill(path=SHARE, content_type="text/javascript"))
    text = "\ufeff\r\n\0\u2028\U0001f388"
    back = """async ([url, text]) => {
      const it = await import(url);
      return it.programOf(await it.fragmentOf(text, "py"));
    }"""
    place = page.evaluate("new URL('share.mjs', document.baseURI).href")
    assert page.evaluate(back, [place, text]) == {"text": text, "language": "py"}


# ---- much to show


def test_the_end_is_in_view_also_when_frames_have_grown(page: Any) -> None:
    """A frame has its height when it has loaded; the error below it is what to read."""
    said = run(
        page,
        '(html "<p style=height:3000px>tall</p>")\n(display (html "<p style=height:900px>x</p>"))\n(gone)',
    )
    assert "unbound" in said
    last = page.locator(f"{OUTPUT} > :last-child")
    page.frame_locator(f"{OUTPUT} > :nth-child(1) iframe").locator("p").wait_for()
    expect(page.locator(f"{OUTPUT} iframe").first).to_have_css(
        "height", re.compile(r"\d{4}px|[3-9]\d\d(?:\.\d+)?px")
    )
    expect(last).to_be_in_viewport()


def test_what_is_too_much_is_cut_and_said(page: Any) -> None:
    run(page, '(println (.repeat "x" 1500000))\n(println (.repeat "y" 900000))\n"end"')
    first = page.locator(f"{OUTPUT} > :first-child")
    assert first.inner_text() == "… what was shown before this is not kept"
    assert page.locator(f"{OUTPUT} > :last-child").inner_text() == '"end"'
    assert page.locator(f"{OUTPUT} > [data-cut]").count() == 1


# ---- files


def test_files_go_in_and_out(page: Any, tmp_path: Path) -> None:
    assert run(page, '(py.str (.read (py.open "numbers.csv")))') == '"a,b\\n1,2\\n3,4\\n"'
    (tmp_path / "mine.txt").write_bytes(b"mine \xff")
    page.set_input_files("#chosen", tmp_path / "mine.txt")
    page.locator(f"{OUTPUT} [data-kind=note]", has_text="mine.txt").wait_for()
    assert run(page, "open('mine.txt', 'rb').read()", "py") == "b'mine \\xff'"
    run(page, "open('made.bin', 'wb').write(bytes(range(256)))", "py")
    page.click("#more summary")
    with page.expect_download() as download:
        page.locator("#files button", has_text="made.bin").click()
    assert Path(download.value.path()).read_bytes() == bytes(range(256))
    page.click("h1")
    assert page.locator("#more menu").is_visible() is False


# ---- the start


def test_the_start_is_shown(address: str, open_page: Open) -> None:
    page = open_page(address)
    seen: list[tuple[float, str]] = []
    while page.locator(READY).count() == 0:
        found = page.evaluate(
            "[document.getElementById('progress').value, document.getElementById('status').textContent]"
        )
        if not seen or seen[-1] != tuple(found):
            seen.append((found[0], found[1]))
    done = [value for value, _ in seen]
    assert done == sorted(done)
    assert len([value for value in done if 0 < value < 1]) >= 2, seen
    assert page.locator("#run").is_enabled()
    page.close()


# ---- looks


def test_a_phone(address: str, open_page: Open, shot: Callable[[Any, str], None]) -> None:
    page = ready(open_page(address, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True))
    page.tap("#run")
    page.wait_for_selector(f"{OUTPUT} [data-kind=stdout]")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing is wider than the screen"
    for part in ("#run", "#stop", "#share", "#editor", "#output", LINE):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 360, part
        assert box["y"] + box["height"] <= 700, part
    assert page.locator("#editor").bounding_box()["height"] >= 150
    page.tap("#more summary")
    menu = page.locator("#more menu").bounding_box()
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= 360
    page.tap("#more summary")
    shot(page, "phone")
    # Carets stand under what they point at, also where the line is wider than the screen.
    long = '(println "' + "so long " * 6 + '" undefined-name)'
    shown = run(page, long)
    assert f"  {long}\n  {' ' * long.index('undefined')}{'^' * 14}\n" in shown
    lines = "e => Math.round(e.clientHeight / parseFloat(getComputedStyle(e).lineHeight))"
    assert page.locator(f"{OUTPUT} .excerpt").evaluate(lines) == 2
    assert page.locator(f"{OUTPUT} .excerpt").evaluate("e => e.scrollWidth > e.clientWidth")
    assert page.locator(f"{OUTPUT} .excerpt").evaluate("e => e.scrollLeft") > 0, "the carets are in sight"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.select_option("#language", "js")
    assert page.evaluate(
        """() => {
          const select = document.getElementById("language"), free = document.createElement("select");
          free.append(new Option("JavaScript"));
          free.style.position = "absolute";
          document.body.append(free);
          const wanted = free.getBoundingClientRect().width;
          free.remove();
          return select.getBoundingClientRect().width >= wanted;
        }"""
    )
    shot(page, "phone-error")


def test_dark_and_light(address: str, open_page: Open, shot: Callable[[Any, str], None]) -> None:
    page = ready(open_page(address, color_scheme="dark"))
    back = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(back)
    page.select_option("#examples", "pictures")
    page.click("#run")
    page.wait_for_selector(f"{OUTPUT} iframe >> nth=3")
    frame(page).locator("td").last.wait_for()
    shot(page, "dark")
    page.click("#more summary")
    page.click("#look")
    assert page.evaluate(back) != dark
    page.reload()
    assert page.evaluate(back) != dark, "what was chosen stays"


def test_the_page_is_isolated_and_its_policy_holds(page: Any) -> None:
    assert page.evaluate("crossOriginIsolated") is True
    refused = page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'globalThis.hacked = 1';"
        " document.body.append(s); return globalThis.hacked ?? null; }"
    )
    assert refused is None, "a script without the page's word does not run"
