"""What a program prints and shows: order, size, and under which cell."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from kernels import Kernel


def test_streams_keep_their_order(kernel: Kernel) -> None:
    cell = kernel.run('(do (println 1) (py.print 2) (console.log 3) (console.error "e") (println 4))')
    assert cell.streams == [("stdout", "1\n2\n3\n"), ("stderr", "e\n"), ("stdout", "4\n")]


def test_order_between_streams_and_shown_things(kernel: Kernel) -> None:
    cell = kernel.run(
        '(println 1) (display (html "<b>2</b>")) (println 3) (display (py.eval "4")) (println 5) 6'
    )
    assert cell.kinds == [
        "execute_input", "stream", "display_data", "stream", "display_data", "stream", "execute_result"
    ]  # fmt: skip


def test_many_lines_in_few_messages(kernel: Kernel) -> None:
    lines = "".join(f"line {i}\n" for i in range(100_000))
    for code in (
        '(dotimes [i 100000] (println f"line {i}"))',
        "%%py\nfor i in range(100000): print('line', i)",
        "%%js\nfor (let i = 0; i < 100000; i++) console.log('line ' + i)",
    ):
        cell = kernel.run(code)
        assert cell.text() == lines
        assert len(cell.of("stream")) < 150


@pytest.mark.parametrize(
    "code",
    [
        "(dotimes [i 4000] (println i) (js.console.error i))",
        "%%py\nimport sys\nfor i in range(4000): print(i); print(i, file=sys.stderr)",
        "%%js\nfor (let i = 0; i < 4000; i++) { console.log(i); console.error(i) }",
    ],
)
def test_very_many_turns_of_the_streams(kernel: Kernel, code: str) -> None:
    lines = "".join(f"{i}\n" for i in range(4000))
    cell = kernel.run(code)
    assert cell.text() == cell.text("stderr") == lines
    assert len(cell.streams) == 8000


def test_a_stretch_is_sent_by_the_thread_that_sends(kernel: Kernel) -> None:
    # All of it is written in one step, and the thread finds more than its own queue holds.
    cell = kernel.run(
        "%%py\nimport sys, threading\ntape = sys.stdout.tape\nsent = threading.Event()\n"
        "def flood():\n"
        "    with tape._lock:\n"
        "        for i in range(4000): sys.stdout.write(f'{i}\\n'); sys.stderr.write(f'{i}\\n')\n"
        "    tape.flush()\n"
        "    tape._thread.schedule(sent.set)\n"
        "context = __import__('contextvars').copy_context()\n"
        "tape._thread.io_loop.add_callback(context.run, flood)\n"
        "sent.wait(30)"
    )
    assert cell.result == "True"
    assert len(cell.streams) == 8000


def test_output_comes_while_the_cell_runs(kernel: Kernel) -> None:
    cell = kernel.start('(print "a") (await (new Promise (fn (ok) (set! globalThis.go ok))))')
    kernel.wait_for_text("a", cell)
    kernel.manager.interrupt_kernel()
    kernel.wait_idle(cell)
    kernel.reply_to(cell)


def test_carriage_returns_and_clear_output(kernel: Kernel) -> None:
    cell = kernel.run(r'(print "10%\r20%") (clear-output true) (println "done")')
    assert "10%\r20%" in cell.text()
    assert cell.of("clear_output") == [{"wait": True}]


def test_display_ids(kernel: Kernel) -> None:
    cell = kernel.run('(display 1 :id "d") (update-display "d" (py.eval "[2]"))')
    shown, updated = cell.of("display_data")[0], cell.of("update_display_data")[0]
    assert shown["transient"] == updated["transient"] == {"display_id": "d"}
    assert updated["data"]["text/plain"] == "[2]"


def test_progress(kernel: Kernel) -> None:
    cell = kernel.run('(def seen []) (doseq [x (progress (range 5) :label "work")] (push! seen x)) seen')
    assert cell.result == "[0 1 2 3 4]"
    assert "0/5" in cell.of("display_data")[0]["data"]["text/plain"]
    last = cell.of("update_display_data")[-1]["data"]
    assert "5/5" in last["text/plain"] and "<progress" in last["text/html"]
    cell = kernel.run("(for [x (progress (py.range 3))] (await (Promise.resolve x)))")
    assert cell.result == "[0 1 2]"
    assert "3/3" in cell.of("update_display_data")[-1]["data"]["text/plain"]
    cell = kernel.run("(for [x (progress [1 2 3])] (if (= x 2) (throw (new RangeError)) x))")
    assert "1/3" in cell.of("update_display_data")[-1]["data"]["text/plain"]
    assert "progress needs a collection, not 5" in kernel.run("(progress 5)").error


def test_tqdm(kernel: Kernel) -> None:
    """The real one, from Lisp and Python; the notebook's one is a widget."""
    for code in (
        '(py.import "tqdm" :as t) (doseq [x (t.tqdm (range 3) :desc "work")] x)',
        "%%py\nfrom tqdm import tqdm\nfor x in tqdm(range(3), desc='work'): pass",
    ):
        text = kernel.run(code).text("stderr")
        assert text.startswith("\rwork:   0%|") and "\rwork: 100%|" in text and "3/3" in text
    cell = kernel.run('(py.import "tqdm.notebook" :as tn) (doseq [x (tn.tqdm [1 2 3] :desc "work")] x)')
    assert "application/vnd.jupyter.widget-view+json" in cell.of("display_data")[0]["data"]
    states = [content["data"].get("state", {}) for content in cell.of("comm_msg")]
    assert any("3/3" in str(state.get("value")) for state in states)


LATE = {
    "javascript": '(setTimeout (fn () (println "late")) 150) nil',
    "promise": '(.then (new Promise (fn (ok) (setTimeout ok 150))) (fn (_) (console.log "late"))) nil',
    "python from javascript": '(setTimeout (fn () (py.print "late")) 150) nil',
    "python task": (
        "%%py\nimport asyncio\nasync def later():\n    await asyncio.sleep(0.15)\n    print('late')\n"
        "task = asyncio.create_task(later())"
    ),
    "thread": "%%py\nimport threading\nthreading.Timer(0.15, lambda: print('late')).start()",
    "asyncio from lisp": '(py.exec "async def later():\\n  import asyncio\\n  await asyncio.sleep(0.15)\\n'
    '  print(\'late\')") (py.async (py.eval "later")) nil',
    "lisp from a thread": (
        '(def late (fn () (println "late"))) (py.import "threading" :as threading)'
        " (.start (threading.Timer 0.15 late)) nil"
    ),
    "javascript from a task": (
        "%%py\nimport asyncio\nasync def log():\n    await asyncio.sleep(0.15)\n    js.console.log('late')\n"
        "logging_task = asyncio.create_task(log())"
    ),
    "javascript from a thread": (
        "%%py\nimport threading\nthreading.Timer(0.15, lambda: js.console.log('late')).start()"
    ),
    "javascript timer of python": "%%py\njs.setTimeout(lambda: print('late'), 150); None",
    "shown": '(setTimeout (fn () (display (html "<b>late</b>"))) 150) nil',
}


def test_late_output_goes_to_its_own_cell(kernel: Kernel) -> None:
    cells = {name: kernel.start(code) for name, code in LATE.items()}
    last = kernel.start('(await (new Promise (fn (ok) (setTimeout ok 400)))) (println "last")')
    expected = {cell: "<b>late</b>" if name == "shown" else "late\n" for name, cell in cells.items()}
    expected[last] = "last\n"
    said: dict[str, str] = {}
    while sum(map(len, said.values())) < sum(map(len, expected.values())):
        message = kernel.client.get_iopub_msg(timeout=20)
        if message["msg_type"] in ("stream", "display_data"):
            content, parent = message["content"], message["parent_header"]["msg_id"]
            said[parent] = said.get(parent, "") + (content.get("text") or content["data"]["text/html"])
    names = {cell: name for name, cell in cells.items()} | {last: "last"}
    assert {names[cell]: text for cell, text in said.items()} == {
        names[cell]: text for cell, text in expected.items()
    }
    assert kernel.reply_to(last)["status"] == "ok"


def test_what_fails_in_the_background_is_told_under_its_own_cell(kernel: Kernel) -> None:
    cells = {
        kernel.start('(setTimeout (fn () (throw (new Error "no"))) 50) nil'): "In[{}]:1:27: Error: no",
        kernel.start('(def p (Promise.reject (new Error "no")))'): "In[{}]:1:24: Error: no",
        kernel.start(
            "%%py\nimport threading\nthreading.Thread(target=lambda: 1 / 0).start()"
        ): "ZeroDivisionError",
    }
    numbers = {cell: kernel.reply_to(cell)["execution_count"] for cell in cells}
    said = dict.fromkeys(cells, "")
    while not all(cells[cell].format(numbers[cell]) in said[cell] for cell in cells):
        message = kernel.client.get_iopub_msg(timeout=20)
        parent = message["parent_header"].get("msg_id")
        if message["msg_type"] == "stream" and parent in cells:
            assert message["content"]["name"] == "stderr"
            said[parent] += message["content"]["text"]
    assert kernel.run("(+ 1 1)").result == "2"


def test_what_goes_around_the_streams_is_the_running_cell_s(kernel: Kernel) -> None:
    kernel.run("1")
    cell = kernel.start('%%js\nrequire("child_process").execSync("echo kid", { stdio: "inherit" })')
    kernel.wait_for_text("kid\n", cell)  # perhaps after the cell's end
    kernel.reply_to(cell)
    assert kernel.run("%%py\n!echo shell").text().strip() == "shell"


def test_idle_follows_what_another_thread_is_just_sending(kernel: Kernel) -> None:
    cell = kernel.run(
        "%%py\n"
        "import sys, threading, time\n"
        "sending = threading.Event()\n"
        "def slowly(message):\n"
        "    sending.set()\n"
        "    time.sleep(0.3)\n"
        "    return message\n"
        "def work():\n"
        "    sys.stdout.register_hook(slowly)\n"
        "    print('from the thread')\n"
        "    sys.stdout.flush()\n"
        "threading.Thread(target=work).start()\n"
        "_ = sending.wait()\n"
    )
    assert cell.text() == "from the thread\n"


def test_what_a_child_prints_comes_whole_in_its_place_before_idle(kernel: Kernel) -> None:
    """Of processes and libraries that write to the descriptor, past sys.stdout."""
    cell = kernel.run('%%py\nimport subprocess\nprint("a")\n_ = subprocess.run(["echo", "b"])\nprint("c")')
    assert cell.text() == "a\nb\nc\n"
    letters = "€" * 5000
    assert kernel.run(f'%%py\n_ = subprocess.run(["printf", "x{letters}"])').text() == "x" + letters
    cell = kernel.run('%%py\nsubprocess.run("echo no >&2; exit 1", shell=True, check=True)')
    assert cell.kinds == ["execute_input", "stream", "error"]
    for i in range(30):
        assert kernel.run(f"%%py\nimport os\n_ = os.write(1, b'{i}')").text() == str(i)


def test_forked_children_print_by_lines(kernel: Kernel) -> None:
    cell = kernel.start(
        "%%py\n"
        "import multiprocessing\n"
        "def work(i):\n"
        "    print('child', i)\n"
        "    print('end', i, end='')\n"
        "for i in range(3):\n"
        "    child = multiprocessing.get_context('fork').Process(target=work, args=(i,))\n"
        "    child.start()\n"
        "    child.join()\n"
    )
    # A child's words come through a socket of its own: the last ones perhaps after idle. There is no timer in
    # it that could cut them.
    texts = [kernel.wait_for("stream", cell)["text"] for _ in range(6)]
    assert texts == [text for i in range(3) for text in (f"child {i}\n", f"end {i}")]
    kernel.reply_to(cell)


def test_late_output_that_nothing_assigns_is_the_last_cell_s(kernel: Kernel) -> None:
    """Of a pool's thread and of a child process, whatever the front end has asked since."""
    for name in ("pool", "child"):
        os.mkfifo(kernel.home / name)
    cell = kernel.start(
        "%%py\n"
        "import subprocess\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(1)\n"
        "work = pool.submit(lambda: print(open('pool').read(), end=''))\n"
        "child = subprocess.Popen(['cat', 'child'])\n"
    )
    kernel.wait_idle(cell)
    for name in ("pool", "child"):
        kernel.ask("complete", "(map", 4)
        (kernel.home / name).write_text(name + "\n")
        kernel.wait_for_text(name + "\n", cell)
    assert kernel.run("%%py\npool.shutdown()\nchild.wait()").result == "0"


def test_a_cell_without_end_is_cut_off(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel()
    for code in (
        '(let [s (.repeat "x" 999999)] (dotimes [i 200] (println s)))',
        "%%py\nfor i in range(200): print('x' * 999_999)",
    ):
        cell = kernel.run(code)
        assert len(cell.text()) == 16 * 2**20
        assert "printed more than 16 MiB" in cell.text("stderr")
        assert kernel.run("(println 1) 2").text() == "1\n"


def test_a_progress_that_is_shown_is_not_taken(kernel: Kernel) -> None:
    cell = kernel.run("(def steps (progress [1 2])) (println steps) (display steps) steps")
    (shown,) = cell.of("display_data")
    assert shown["data"]["text/plain"] == cell.result == cell.text().strip() == "#<progress [1 2]>"
