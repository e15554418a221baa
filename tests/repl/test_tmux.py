"""The real program on a real terminal, judged by what is on the screen."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from processes import wait_for
from running import assert_nothing_left, marked_processes
from screen import Screen


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with Screen(tmp_path) as made:
        made.ready()
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """One session for tests that leave it as they found it."""
    with Screen(tmp_path_factory.mktemp("home")) as made:
        made.ready()
        yield made


# -- typing --------------------------------------------------------------------------------------


def test_a_form_and_its_value(screen: Screen) -> None:
    screen.submit("(+ 1 2)")
    screen.result("3")


def test_several_lines_are_indented_as_typed(screen: Screen) -> None:
    for line in ("(defn area [w h]", "(let [a (* w h)]", "a))"):
        screen.submit(line)
    screen.ready()
    screen.submit("(area 6 7)")
    shown = screen.result("42")
    assert "=> (defn area [w h]\n..   (let [a (* w h)]\n..     a))" in shown


def test_what_is_typed_while_a_form_runs_is_the_next_form(screen: Screen) -> None:
    screen.submit("(await (new Promise (fn [ok] (setTimeout ok 500))))")
    screen.submit("(* 6 7)")
    screen.result("42")


def test_a_paste_waits_for_enter_and_runs_as_it_is(screen: Screen) -> None:
    screen.paste("(def a 20)\n(def b 22)\n  (+ a b)")
    screen.shows("(+ a b)")
    assert "42" not in screen.capture()
    screen.key("Enter")
    screen.result("42")


def test_completion_popup_with_signatures(screen: Screen) -> None:
    screen.submit('(py.import "json" :as json)')
    screen.ready()
    screen.offered("(json.lo", r"loads\s+\(s, \*, cls=None")
    screen.key("Tab")
    screen.shows("(json.load")
    screen.key("C-c")
    screen.offered("(json.loads s :obj", r":object_hook\s+argument = None")
    screen.key("C-c")
    screen.offered('(js.import "node:f', r"node:fs\s+Node")


def test_signature_of_the_function_in_the_toolbar(screen: Screen) -> None:
    screen.submit("(defn greet [name greeting] name)")
    screen.ready()
    screen.offered("(greet 1 ", r"^\(greet name greeting\)\s*$")
    screen.key("C-c")
    screen.offered("(Math.max ", r"\(Math.max a b\)")


def test_a_slow_dir_does_not_stall_typing(screen: Screen) -> None:
    screen.paste(
        ",py import os, time\nclass Slow:\n    def __dir__(self):\n        open('asked', 'w').close()\n"
        "        while not os.path.exists('go on'): time.sleep(0.01)\n        return []\n\nslow = Slow()"
    )
    screen.key("Enter")
    screen.ready()
    screen.submit('(def slow (py.eval "slow"))')
    screen.ready()
    screen.type("slow.x")
    wait_for((screen.home / "asked").exists)
    screen.type("yzzy")
    screen.shows("slow.xyzzy")  # while its __dir__ does not end
    screen.key("C-c")
    screen.submit("(+ 40 2)")
    screen.result("42")
    (screen.home / "go on").touch()


def test_unknown_names_and_wrong_brackets_stand_out(screen: Screen) -> None:
    screen.type("(inc nosuch]")
    screen.shows("nosuch]")
    styled = screen.capture(colors=True)
    assert "\x1b[4m\x1b[33mnosuch" in styled or "\x1b[33m\x1b[4mnosuch" in styled, repr(styled)
    assert "\x1b[31m" in styled[styled.index("nosuch") :]


# -- showing -------------------------------------------------------------------------------------


def test_long_values_are_cut_and_go_on(screen: Screen) -> None:
    screen.submit("(Array.from (range 250))")
    screen.shows("… +150 more]")
    screen.shows(",more shows more")
    screen.ready()
    screen.submit(",more")
    screen.shows("items 100 to 199 of 250")
    screen.ready()
    screen.submit(",more")
    screen.shows("items 200 to 249 of 250")
    screen.ready()
    screen.submit(",more")
    screen.shows("nothing more")


def test_results_as_themselves(screen: Screen) -> None:
    screen.submit('(py.eval "[1, (2, None)]")')
    screen.result("[1, (2, None)]")
    screen.submit("[(new Map [[1 2]]) (new Date 0)]")
    screen.result("[#<Map {1 2}> #<Date 1970-01-01T00:00:00.000Z>]")
    screen.submit("(+ *1.length 1)")
    screen.result("3")


def test_a_class_instance_and_its_getters_are_not_run(screen: Screen) -> None:
    screen.submit(',js ({get boom() { throw new Error("ran") }, a: 1})')
    screen.result("{:boom #<getter> :a 1}")


def test_an_error_has_excerpt_caret_and_stack(screen: Screen) -> None:
    screen.submit("(defn parse [s] (py.int s))")
    screen.ready()
    screen.submit('(+ 1 (parse "x"))')
    shown = screen.shows("ValueError: invalid literal")
    assert "^^^" in shown
    screen.submit(",bt")
    screen.shows("at parse (polyrepl:form/1:")


def test_a_form_that_takes_long_says_so(screen: Screen) -> None:
    screen.submit('(do (while (not (.existsSync (require "fs") "go on")) (await (sleep 10))) :done)')
    screen.matches(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] \d+\.\d s  Ctrl-C stops it")
    (screen.home / "go on").touch()
    shown = screen.result(":done")
    assert "Ctrl-C stops it" not in shown


def test_background_output_goes_above_what_is_typed(screen: Screen) -> None:
    screen.submit('(do (setTimeout (fn [] (println "late one")) 600) nil)')
    screen.ready()
    screen.type("(+ 40")
    screen.shows("=> (+ 40")
    screen.shows("late one")
    screen.submit(" 2)")
    shown = screen.result("42")
    assert "=> (+ 40 2)" in shown


def test_a_handler_of_logging_writes_above_what_is_typed(screen: Screen) -> None:
    screen.submit(",py import logging, threading; logging.basicConfig(format='LOG %(message)s')")
    screen.ready()
    screen.submit(",py e = threading.Event(); late = lambda: (e.wait(), logging.error('late'))")
    screen.ready()
    screen.submit(",py threading.Thread(target=late, daemon=True).start()")
    screen.ready()
    screen.submit('(setTimeout (fn () ((py.eval "e.set"))) 500)')
    screen.ready()
    screen.type("(+ 40")
    screen.shows("=> (+ 40")
    screen.shows("LOG late")
    screen.submit(" 2)")
    assert re.search(r"^LOG late\n=> \(\+ 40 2\)", screen.result("42"), re.MULTILINE)


ASKS = """
import asyncio, os, threading, time
def ask():
    print("got", input("name" + "? "))
def ask_when_told():
    while not os.path.exists("go"):
        time.sleep(0.02)
    os.remove("go")
    ask()
def look():
    if os.path.exists("go"):
        os.remove("go")
        ask()
    else:
        asyncio.get_running_loop().call_later(0.02, look)
"""


def test_who_reads_beside_the_prompt_has_the_terminal(screen: Screen) -> None:
    (screen.home / "asks.py").write_text(ASKS)
    screen.submit(",py import asks, threading")
    screen.ready()
    for begin in ("asks.look()", "threading.Thread(target=asks.ask_when_told).start()"):
        screen.submit(f",py {begin}")
        screen.ready()
        screen.type("(+ 40")
        screen.shows("=> (+ 40")
        (screen.home / "go").touch()
        screen.line("name?")
        screen.submit("joe")
        screen.line("got joe")
        screen.shows("got joe\n=> (+ 40")
        screen.submit(" 2)")
        screen.result("42")
        screen.clear()
    screen.submit(",py threading.Thread(target=asks.ask).start()")
    screen.line("name?")
    screen.submit("jim")
    screen.result("got jim")


def test_figures_are_saved_where_they_can_not_be_drawn(screen: Screen) -> None:
    screen.submit('(py.exec "import matplotlib.pyplot as plt; plt.plot([1, 2])")')
    shown = screen.matches(r"figure saved: \S+\.png")
    path = Path(shown.split("figure saved: ")[1].split()[0])
    assert path.read_bytes().startswith(b"\x89PNG")


# -- Ctrl-C and Ctrl-D ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program",
    [
        "(while true nil)",
        "(do (await (new Promise (fn [ok] (setTimeout ok 100000)))) 1)",
        "(await (new Promise (fn [ok] nil)))",
        '(py.exec "import time; time.sleep(100)")',
        '(py.exec "while True: pass")',
        "(do (await nil) (loop [] (recur)))",
        ",js for (;;) {}",
        ",js await new Promise(() => {})",
        ",py import time; time.sleep(100)",
        ",py import asyncio; await asyncio.sleep(100)",
        ",py import asyncio; asyncio.run(asyncio.sleep(100))",
        ",py import asyncio as a; a.get_event_loop().run_until_complete(a.sleep(100))",
        '(do (py.import "asyncio" :as a) (a.run (a.sleep 100)))',
    ],
)
def test_ctrl_c_stops_it_and_the_state_stays(shared: Screen, program: str) -> None:
    shared.clear()
    shared.submit("(def kept 41)")
    shared.ready()
    shared.submit(program)
    shared.shows("Ctrl-C stops it")
    shared.key("C-c")
    shared.shows("Interrupted")
    shared.ready()
    shared.submit("(+ kept 1)")
    shared.result("42")


def test_ctrl_c_cancels_the_edit(screen: Screen) -> None:
    screen.type("(+ 1")
    screen.shows("=> (+ 1")
    screen.key("C-c")
    screen.ready()
    screen.submit("(+ 2 2)")
    screen.result("4")


def test_ctrl_d_leaves(screen: Screen) -> None:
    screen.key("C-d")
    screen.shows("[exit 0]")
    assert_nothing_left(screen.mark)


def test_ctrl_d_asks_once_while_something_runs(screen: Screen) -> None:
    screen.submit("(do (setTimeout (fn [] nil) 600000) nil)")
    screen.ready()
    screen.key("C-d")
    screen.shows("still running: 1 timer. Ctrl-D again leaves")
    screen.ready()
    screen.key("C-d")
    screen.shows("[exit 0]")


def test_exit_with_a_code(screen: Screen) -> None:
    screen.submit("(exit 3)")
    screen.shows("[exit 3]")


def test_node_killed_is_replaced(screen: Screen) -> None:
    screen.submit('(py.exec "kept = [1, 2]")')
    screen.ready()
    node = screen.node()
    node.kill()
    psutil.wait_procs([node], timeout=10)
    screen.submit('(py.eval "kept")')
    screen.result("[1, 2]")
    screen.shows("JavaScript state")


def test_a_closed_terminal_leaves_nothing(tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.submit("(while true nil)")
        screen.shows("Ctrl-C stops it")
        pids = [process.pid for process in marked_processes(screen.mark)]
        assert len(pids) >= 2
        python = next(p for p in marked_processes(screen.mark) if "python" in p.name())
        os.kill(python.pid, signal.SIGHUP)
        assert_nothing_left(screen.mark)


# -- the screen ----------------------------------------------------------------------------------


def test_resize(screen: Screen) -> None:
    screen.submit("(Array.from (range 30))")
    screen.ready()
    screen.resize(40, 20)
    screen.submit("(Array.from (range 30))")
    shown = screen.matches(r"^ 1[0-9] .*\n 2[0-9]")
    assert all(len(line) <= 40 for line in shown.split("\n"))
    screen.ready()


def test_modes(screen: Screen) -> None:
    screen.submit(",py")
    screen.ready("py>")
    screen.submit("def double(x):")
    screen.shows("..")
    screen.submit("return 2 * x")
    screen.key("Enter")
    screen.ready("py>")
    screen.submit("double(21)")
    screen.line("42")
    screen.key("BSpace")
    screen.ready()
    screen.submit('((py.eval "double") 4)')
    screen.result("8")
    screen.submit(",js")
    screen.ready("js>")
    screen.submit("const my_list = await Promise.resolve([1, py.double(5)])")
    screen.ready("js>")
    screen.submit(",lisp (count my_list)")
    screen.line("2")
    screen.submit(",py js.my_list")
    screen.line("[1, 10]")


def test_commands(screen: Screen) -> None:
    screen.submit(",hepl")
    screen.shows("unknown command ,hepl: did you mean ,help?")
    screen.submit(",doc map")
    screen.shows("(map ")
    screen.submit(",js (fn (x) (+ x 1))")
    screen.shows("=>")
    screen.submit(",expand (when a b)")
    screen.shows("(if a")
    screen.submit(",type [1 2]")
    screen.line("JavaScript Array")
    screen.submit(",set max-items 3")
    screen.ready()
    screen.submit("[1 2 3 4 5]")
    screen.line("[1 2 3 … +2 more]")


def test_history_across_sessions(tmp_path: Path) -> None:
    with Screen(tmp_path) as first:
        first.ready()
        first.submit("(def remembered")
        first.submit("12)")
        first.ready()
        first.key("C-d")
        first.shows("[exit 0]")
    with Screen(tmp_path) as second:
        second.ready()
        second.key("Up")
        second.shows("(def remembered\n..   12)")


def test_a_command_of_the_shell_writes_on_the_screen(shared: Screen) -> None:
    shared.submit("!echo from-$((40 + 2))")
    shared.line("from-42")
    shared.ready()
    shared.submit(",sh echo go-$((1 + 2)); sleep 60")
    shared.line("go-3")  # the command runs
    shared.key("C-c")
    shared.shows("ended ")
    shared.ready()
    shared.submit("(+ 1 2)")
    shared.result("3")


def test_cd_moves_all_three_languages(screen: Screen) -> None:
    folder = screen.home / "inner"
    folder.mkdir()
    (folder / "lib.mjs").write_text("export const x = 41;")
    (folder / "here.py").write_text("y = 42")
    screen.submit(",cd nosuch")
    screen.shows("nosuch: No such file or directory")
    screen.submit(",cd inner")
    screen.ready()
    screen.submit('(js.import "./lib.mjs" :as lib)')
    screen.ready()
    screen.submit("(+ lib.x 100)")
    screen.result("141")
    screen.submit('(py.import "here" :as here)')
    screen.ready()
    screen.submit("(+ here.y 100)")
    screen.result("142")
    screen.submit('(.endsWith (process.cwd) "/inner")')
    screen.result("true")
