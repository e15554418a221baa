"""Everything that is asked of a kernel besides running cells, idle and while a cell runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kernels import TIMEOUT, Kernel


def test_is_complete(kernel: Kernel) -> None:
    for code, status in [("(+ 1 2)", "complete"), ("(defn f (x)", "incomplete"), ("(+ 1))", "invalid")]:
        content = kernel.ask("is_complete", code)
        assert content["status"] == status
        if status == "incomplete":
            assert content["indent"] == "  "
    assert kernel.ask("is_complete", "%%py\nif x:")["indent"] == "    "
    kernel.run("1")  # has Node there
    for code, status in [("f(", "incomplete"), ("if (x) /[(]/.test(y)", "complete"), ("`a", "incomplete")]:
        assert kernel.ask("is_complete", f"%%js\n{code}")["status"] == status


def test_kernel_info_says_only_what_is_true(kernel: Kernel) -> None:
    content = kernel.ask("kernel_info")
    assert content["supported_features"] == []
    info = content["language_info"]
    assert (info["name"], info["file_extension"]) == ("polyrepl", ".lisp")
    assert (info["pygments_lexer"], info["codemirror_mode"]) == ("polyrepl", "clojure")
    assert all(link["url"].startswith("https://") for link in content["help_links"])
    debug = kernel.control("debug_request", {"type": "request", "seq": 3, "command": "debugInfo"})
    assert (debug["success"], debug["request_seq"]) == (False, 3)
    assert kernel.control("create_subshell_request", {})["status"] == "error"
    assert kernel.control("list_subshell_request", {})["subshell_id"] == []
    assert kernel.control("usage_request", {})["kernel_memory"] > 0


def types(content: dict) -> dict:  # type: ignore[type-arg]
    return {item["text"]: item for item in content["metadata"]["_jupyter_types_experimental"]}


def test_complete(kernel: Kernel) -> None:
    kernel.run('(py.import "numpy" :as np) (defn shout [word & more] (str word "!"))')
    content = kernel.ask("complete", "(shou", 5)
    assert (content["matches"], content["cursor_start"], content["cursor_end"]) == (["shout"], 1, 5)
    assert types(content)["shout"]["type"] == "function"
    assert "word" in types(content)["shout"]["signature"]
    content = kernel.ask("complete", "(let [x 1]\n  (np.linsp", 22)
    assert content["matches"] == ["linspace"]
    assert "start, stop" in types(content)["linspace"]["signature"]
    assert "max" in kernel.ask("complete", "(Math.ma", 8)["matches"]
    kernel.run("%%py\nimport os")
    assert "path" in kernel.ask("complete", "%%py\nos.pa", 10)["matches"]
    content = kernel.ask("complete", "%%py\n%ti", 8)  # not TimeoutError
    assert (content["matches"][:2], content["cursor_start"]) == (["%time", "%%time"], 5)
    assert "max" in kernel.ask("complete", "%%js\nMath.ma", 12)["matches"]


def test_three_languages_complete_alike(kernel: Kernel) -> None:
    kernel.run("%%py\nimport math, pandas as pd\ndf = pd.DataFrame({'alpha': [1, 2]})")
    kernel.run("(def df py.df) {:seen-before 1}")
    kernel.run("%%js\nfunction quiteMine(a, b) {}")
    for code, name in {
        "%%js\npy.ma": "math",
        "%%js\npy.math.sq": "sqrt",
        "(js.Ma": "Math",
        "(js.Math.ma": "max",
        "(js.quite": "quiteMine",
        "%%py\njs.Math.ma": "max",
        "(df.alpha.me": "mean",
        "(py.df.alpha.me": "mean",
        "%%py\ndf.alpha.me": "mean",
        "%%js\ndf.alpha.me": "mean",
        "%%js\nmarkd": "markdown",
        "%%": "%%py",
        "%%j": "%%js",
        "%%ba": "%%bash",
        "%pi": "%pip",
        "(f :seen-bef": ":seen-before",
        '%%js\n"a.b".toU': "toUpperCase",
        "%%js\nquiteMine(1, [1].ma": "map",
        "%%js\nquiteMine.toString()?.tri": "trim",
        '%%py\n"a.b".upp': ".upper",
    }.items():
        content = kernel.ask("complete", code, len(code))
        assert name in content["matches"], code
        begin = max(code.rfind("."), code.rfind("("), code.rfind("\n"), code.rfind(" ")) + 1
        begin -= name.startswith(".")  # IPython's own completer takes the dot along
        assert (content["cursor_start"], content["cursor_end"]) == (begin, len(code))
    # What `*1`, `*e` and `*argv*` are in JavaScript is the Session's, `$py` is everyone's.
    for code in ("(js.", "js.$", "%%js\n$", "%%js\nglobalThis.", "%%py\njs."):
        matches = kernel.ask("complete", code, len(code))["matches"]
        assert [name for name in matches if name.startswith("$")] == ["$py"], code
    # Code of the user's own does not run for it.
    kernel.run("%%py\nclass P:\n    @property\n    def q(self): ran.append(1); return []\nran = []; p = P()")
    assert kernel.ask("complete", "(py.p.q.a", 9)["matches"] == []
    assert kernel.run("%%py\nran").result == "[]"


def test_three_languages_inspect_alike(kernel: Kernel) -> None:
    kernel.run("%%py\nimport math")
    kernel.run(
        "%%js\nclass Shape { constructor(w, h = [1, 2]) {} area(unit) {} }\nclass Round extends Shape {}\n"
        "const shape = new Shape()"
    )
    at_the_head = kernel.ask("inspect", "(.area shape 1)", 4)
    assert "shape.area(unit)" in at_the_head["data"]["text/plain"]
    for code, said in {
        "%%js\nMath.max(1": "Math.max(a, b)",
        "%%js\nMath.max(')', [2": "Math.max(a, b)",
        "%%js\nMath.max(/[(]/.test(')'), ": "Math.max(a, b)",
        "%%js\nif (1) /'/.test(Math.max(`${[1": "Math.max(a, b)",
        "%%js\nnew URL(": "JavaScript class",
        "%%js\npy.math.sqrt(": "square root",
        "%%js\npy.math.sqrt": "square root",
        "(js.Math.max 1": "js.Math.max(a, b)",
        "js.Math.max": "js.Math.max(a, b)",
        "(py.math.sqrt 1": "square root",
        "%%py\nmath.sqrt(1": "square root",
        "%%js\n`a ${Math.max(": "Math.max(a, b)",
        "%%js\nnew Shape(": "Shape(w, h = [1, 2])",
        "%%js\nnew Round(1, ": "Round(w, h = [1, 2])",
        "%%js\ndisplay(": "Show values now",
        "(progress ": "(progress xs :label text :total n)",
        "(new URL ": "URL(input",
        "(Shape. 1 ": "Shape(w, h = [1, 2])",
        "(.area shape ": "shape.area(unit)",
        "(. shape area ": "shape.area(unit)",
        "(.sqrt py.math ": "square root",
        '%%js\n"a.b".slice(1, ': '"a.b".slice(a, b)',
        "%%js\n[1].map(x => x": "[1].map(a)",
        "%%js\nnew Shape(1).area": "new Shape(1).area(unit)",
        "%%js\nf(shape?.area(": "shape.area(unit)",
        '(.slice "a.b" ': "js.String.prototype.slice(a, b)",
        "(.map [1] ": "js.Array.prototype.map(a)",
        "%%py\njs.Shape": "Shape(w, h = [1, 2])",
        "%%py\njs.shape.area(": "js.shape.area(unit)\nType: JavaScript function\nDefined: In[",
        "%%py\njs.Math.max(1": "js.Math.max(a, b)\nType: JavaScript function",
    }.items():
        content = kernel.ask("inspect", code, len(code))
        assert content["found"] and said in content["data"]["text/plain"], code


@pytest.mark.parametrize("before", ["%%js\n", "%%py\njs.", "(", "(js."])
@pytest.mark.parametrize(
    ("path", "matches"),
    [
        ("process.env.HOM", ["HOME"]),
        ("globalThis.process.argv", ["argv", "argv0"]),
        ("globalThis.Buffe", ["Buffer"]),
    ],
)
def test_what_node_itself_hands_out_by_getters_and_proxies_completes(
    kernel: Kernel, before: str, path: str, matches: list[str]
) -> None:
    """No code of the program's runs for it."""
    kernel.run("1")
    code = before + path
    assert kernel.ask("complete", code, len(code))["matches"] == matches


def test_is_complete_of_a_marker_and_of_half_a_cell(kernel: Kernel) -> None:
    kernel.run("1")
    for code in (
        "%%py",
        "%%js",
        "%%lisp",
        "%%py\n",
        "%%js\nfor (;;)",
        "%%js\nx =>",
        "%%js\n1 +",
        "%%py\nx = (",
        "%%bash",
    ):
        assert kernel.ask("is_complete", code)["status"] == "incomplete", code
    assert kernel.ask("is_complete", "%%js\nif (x) {") == {"status": "incomplete", "indent": "  "}
    for code in ("%%js\n1 2", "%%js\n)", "%%py\n1 2", ")"):
        assert kernel.ask("is_complete", code)["status"] == "invalid", code
    for code in ("%%js\nreturn 1", "%%js\nimport x from 'y'", "%%bash\nls (", "%%js\nexport const a = 1"):
        assert kernel.ask("is_complete", code)["status"] == "complete", code


def test_who_asks_before_the_first_cell_has_an_answer(new_kernel: Callable[..., Kernel]) -> None:
    kernel = new_kernel()
    assert "Math.max(a, b)" in kernel.ask("inspect", "%%js\nMath.max(1", 15)["data"]["text/plain"]
    assert kernel.ask("complete", "(js.Math.ma", 11)["matches"] == ["max"]
    assert kernel.ask("is_complete", "%%js\n1 2")["status"] == "invalid"
    assert kernel.run("(+ 1 2)").result == "3"


CELLS = {
    "lisp": '(defn f [x] f"a {x} b")\n(f "q" #"r" :k) ; c (\n',
    "py": "%%py\n\nif 1:\n    x = f'a {len(\"q\")} b'  # don't\n    \nmath.sq\n",
    "js": "%%js\nconst a = `t ${b(1)} x`, r = /[/]/;\nMath.ma // '\n",
}


@pytest.mark.parametrize("language", CELLS)
def test_at_every_place_of_a_cell_there_is_an_answer(kernel: Kernel, language: str) -> None:
    kernel.run("1")
    cell = CELLS[language]
    for at in range(len(cell) + 1):
        for text in (cell, cell[:at]):
            found = kernel.ask("complete", text, at)
            assert found["status"] == "ok"
            assert 0 <= found["cursor_start"] <= at == found["cursor_end"], text[:at]
            assert kernel.ask("inspect", text, at)["status"] == "ok"
        assert kernel.ask("is_complete", cell[:at])["status"] in ("complete", "incomplete", "invalid")


def test_cells_that_ask_or_command_are_answered_as_what_they_are(kernel: Kernel) -> None:
    kernel.run('(defn my-own-fn "my doc" [x] x)')
    kernel.run("%%py\ndef own_py(a): 'py doc'")
    for code, begin, match in (
        ("?my-ow", 1, "my-own-fn"),
        ("?? my-ow", 3, "my-own-fn"),
        (",doc my-ow", 5, "my-own-fn"),
        ("?py.own_", 4, "own_py"),
        ("?js.Math.ma", 9, "max"),
        ("%cd /tm", 4, "/tmp/"),
        ("; c\n!ls /tm", 8, "/tmp/"),
        ("%%py\n%cd /tm", 9, "/tmp/"),
        ("%timeit own_", 8, "own_py"),
        ("%%py\n%timeit own_", 13, "own_py"),
    ):
        content = kernel.ask("complete", code, len(code))
        assert match in content["matches"], (code, content)
        assert (content["cursor_start"], content["cursor_end"]) == (begin, len(code))
    assert kernel.ask("complete", "my-ow?", 5)["matches"] == ["my-own-fn"]
    assert kernel.ask("complete", "%%bash\nec", 9)["matches"] == []
    for code, said in {
        "?my-own-fn": "my doc",
        "my-own-fn?": "my doc",
        ",doc my-own-fn": "my doc",
        "?own_py": "py doc",
        "?even?": "(even? n)",
        "even?": "(even? n)",
        "%pip": "the kernel's own Python",
        "%timeit": "Time execution",
    }.items():
        content = kernel.ask("inspect", code, len(code))
        assert content["found"] and said in content["data"]["text/plain"], code
    assert kernel.ask("is_complete", "!ls \\")["status"] == "incomplete"
    assert kernel.ask("is_complete", "%%bash\nls \\")["status"] == "complete"


def test_what_eval_has_made_has_no_place(kernel: Kernel) -> None:
    kernel.run("%%js\nconst unplaced = (0, eval)('(function unplaced(a) {})')")
    assert "Defined" not in kernel.ask("inspect", "%%js\nunplaced(", 14)["data"]["text/plain"]


def test_javascript_has_what_shows_things(kernel: Kernel) -> None:
    for code, mime in {
        "html('<b>x</b>')": "text/html",
        "svg('<svg/>')": "image/svg+xml",
        "markdown('*x*')": "text/markdown",
        "vega_lite({mark: 'bar'})": "application/vnd.vegalite.v5+json",
    }.items():
        assert mime in kernel.run(f"%%js\n{code}").data
        assert mime in kernel.run(f"%%js\ndisplay({code})").of("display_data")[0]["data"]
    assert kernel.run("%%js\n[...progress([1])]").of("display_data")
    # They are lent: a cell may have the name, and keeps it; Lisp's own is untouched.
    assert kernel.run("%%js\nvar svg;\nconst html = 5; html").result == "5"
    assert kernel.run("%%js\n[typeof html, typeof svg]").result == '["number" "undefined"]'
    kernel.run("%%js\ndelete globalThis.html; delete globalThis.svg")
    assert "text/html" in kernel.run('(html "<i>y</i>")').data
    kernel.run("(def markdown 7)")
    assert kernel.run("%%js\nmarkdown").result == "7"
    kernel.run("%%js\ndelete globalThis.markdown")


def test_a_cell_knows_no_commands_of_the_terminal(kernel: Kernel) -> None:
    kernel.run("(def quite-mine 1)")
    matches = kernel.ask("complete", ",qui", 4)["matches"]  # other tests define names in this kernel too
    assert "quite-mine" in matches and "quit" not in matches and ",quit" not in matches
    assert "max-items" not in kernel.ask("complete", ",set max-", 9)["matches"]


def test_inspect(kernel: Kernel) -> None:
    kernel.run('(py.import "numpy" :as np) (defn shout "Says it loud." [word] (str word "!"))')
    content = kernel.ask("inspect", "(shout 1)", 3)
    assert content["found"]
    assert "(shout word)" in content["data"]["text/plain"]
    assert "Says it loud." in content["data"]["text/plain"]
    assert "<code>(shout word)</code>" in content["data"]["text/html"]
    assert "axis" in kernel.ask("inspect", "np.sum", 6)["data"]["text/plain"]
    assert "Math.max(a, b)" in kernel.ask("inspect", "(Math.max 1)", 6)["data"]["text/plain"]
    assert "special form" in kernel.ask("inspect", "(let [x 1] x)", 3)["data"]["text/plain"]
    assert "print" in kernel.ask("inspect", "(py.print ", 10)["data"]["text/plain"]
    assert kernel.ask("inspect", "no-such-name", 4)["found"] is False
    assert kernel.ask("inspect", "%%py\nprint", 9)["found"]


def test_inspect_says_where_it_was_defined(kernel: Kernel) -> None:
    lisp = kernel.run('(def one 1)\n(defn shout "Loud." [word]\n  (str word "!"))').reply["execution_count"]
    javascript = kernel.run("%%js\n/** Adds. */\nfunction adding(a, b = 1) { return a + b }")
    python = kernel.run("%%py\ndef pyadd(a, b=2):\n    'Python adds.'\n    return a + b").reply
    kernel.run('(js.import "node:path" :as path)')

    def text(code: str, level: int) -> str:
        content = kernel.ask("inspect", code, len(code), level)
        assert content["found"] and content["data"]["text/html"], code
        return content["data"]["text/plain"]

    assert f"Defined: In[{lisp}]:2:1" in text("shout", 0)
    assert "Source" not in text("shout", 0)
    assert '(str word "!"))' in text("shout", 1)
    assert f"Type: number\nValue: 1\nDefined: In[{lisp}]:1:1" in text("one", 0)
    told = text("adding", 1)
    assert "Signature: adding(a, b = 1)" in told and "Doc: Adds." in told
    assert f"Defined: In[{javascript.reply['execution_count']}]:3" in told
    assert "Source: function adding(a, b = 1) { return a + b }" in told
    assert f"In[{python['execution_count']}]" in text("%%py\npyadd", 0)
    assert "return" in text("%%py\npyadd", 1) and "Python adds." in text("%%py\npyadd", 0)
    assert "core_higher.mjs:" in text("map", 0) and "export function map(" in text("map", 1)
    assert "node:path:" in text("path.join", 0)


def test_history(kernel: Kernel) -> None:
    for code in ("(+ 1 41)", "%%py\n43", "(+ 1 43)"):
        kernel.run(code)
    kernel.run("(+ 0 0)", store_history=False)
    tail = kernel.ask("history", hist_access_type="tail", n=3, raw=True, output=False)["history"]
    assert [entry[2] for entry in tail] == ["(+ 1 41)", "%%py\n43", "(+ 1 43)"]
    session, line, _ = tail[0]
    assert session > 0
    options = {"hist_access_type": "range", "raw": True, "output": False}
    found = kernel.ask("history", session=session, start=line, stop=line + 2, **options)["history"]
    assert found == [[session, line, "(+ 1 41)"], [session, line + 1, "%%py\n43"]]
    assert kernel.ask("history", session=0, start=line, stop=line + 1, **options)["history"] == [tail[0]]
    found = kernel.ask("history", hist_access_type="search", pattern="(+ 1 4?)", unique=True, n=5)["history"]
    assert [entry[2] for entry in found] == ["(+ 1 41)", "(+ 1 43)"]


def test_history_is_in_its_file_while_the_program_is_busy(kernel: Kernel) -> None:
    kernel.run("(+ 2 41)")
    busy = kernel.run("""%%py
import os, sqlite3, time
manager = get_ipython().history_manager
read = sqlite3.connect(manager.hist_file)
question = "SELECT count(*) FROM history WHERE session = ? AND source_raw = '(+ 2 41)'"
end = time.time() + 20
while not (found := read.execute(question, (manager.session_number,)).fetchone()[0]) and time.time() < end:
    pass
read.close()
manager.db_input_cache.append((10**6, "kept", "kept"))  # what waits is the parent's, and not its child's
if not (child := os.fork()):
    os._exit(len(manager.db_input_cache))
left = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
manager.db_input_cache.pop()
[found, left]""")
    assert busy.result == "[1, 0]"


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("cell", ["(def u 20)", "%%py\nv = 1", "%%js\n20"])
def test_user_expressions_are_of_any_language(kernel: Kernel, cell: str, silent: bool) -> None:
    kernel.run("(def u 20)")
    asked = {"lisp": "(* u 2)", "none": "nil", "js": "%%js\nu * 2", "py": "%%py\n20 * 2"}
    wrong = {"unread": "(nope", "exit": "(exit 3)", "thrown": "%%js\nthrow 1", "raised": "%%py\n1 / 0"}
    done = kernel.run(cell, user_expressions=asked | wrong, silent=silent)
    assert done.of("error") == [] and done.reply["status"] == "ok"
    answers = done.reply["user_expressions"]
    assert [answers[name]["data"]["text/plain"] for name in asked] == ["40", "nil", "40", "40"]
    failed = [answers[name]["ename"] for name in wrong]
    assert failed == ["LispError", "SystemExit", "Thrown", "ZeroDivisionError"]


def test_questions_are_answered_while_a_cell_awaits(kernel: Kernel) -> None:
    cell = kernel.start('(println "go") (await (new Promise (fn (ok) (set! globalThis.finish ok))))')
    kernel.wait_for("stream", cell)
    assert "mapcat" in kernel.ask("complete", "(map", 4)["matches"]
    # Live objects are there if Node answers within 100 ms, which a busy machine may not always allow.
    assert any("max" in kernel.ask("complete", "(Math.ma", 8)["matches"] for _ in range(50))
    assert kernel.ask("inspect", "map", 3)["found"]
    assert kernel.ask("is_complete", "(+")["status"] == "incomplete"
    assert kernel.ask("comm_info")["status"] == "ok"
    assert kernel.ask("kernel_info")["status"] == "ok"
    asked = kernel.client.complete("(map", 4)
    messages = [kernel.next_of(asked)]
    while len(messages) < 3:  # what an earlier cell has left may tell something between
        message = kernel.client.get_iopub_msg(timeout=TIMEOUT)
        if message["parent_header"].get("msg_id") in (asked, cell):
            messages.append(message)
    states = [(m["parent_header"]["msg_type"], m["content"]["execution_state"]) for m in messages]
    # The cell is still busy, and the last status says so.
    assert states == [("complete_request", "busy"), ("complete_request", "idle"), ("execute_request", "busy")]
    kernel.manager.interrupt_kernel()
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)


def test_questions_are_answered_while_javascript_loops(kernel: Kernel) -> None:
    cell = kernel.start('(println "go") (while true nil)')
    kernel.wait_for("stream", cell)
    assert "mapcat" in kernel.ask("complete", "(map", 4)["matches"]
    kernel.ask("complete", "(Math.ma", 8)  # live objects are given up after 100 ms
    assert kernel.control("usage_request", {})["kernel_memory"] > 0
    kernel.manager.interrupt_kernel()
    assert kernel.reply_to(cell)["ename"] == "KeyboardInterrupt"
    kernel.wait_idle(cell)


def test_an_error_aborts_the_cells_sent_with_it(kernel: Kernel) -> None:
    go = kernel.home / "go"
    waits = f"while (!require('node:fs').existsSync('{go}')) await new Promise((on) => setTimeout(on, 2))"
    failing = f"%%js\n{waits}\nthrow new Error()"
    sent = [kernel.start(code) for code in (failing, "(def never 1)", "(+ 1 1)")]
    kernel.ask("kernel_info")  # answered meanwhile, and in order: all three have arrived
    go.touch()
    assert [kernel.reply_to(cell)["status"] for cell in sent] == ["error", "aborted", "aborted"]
    for cell in sent:
        kernel.wait_idle(cell)
    sent = [kernel.start(code, stop_on_error=False) for code in ("(throw (new Error))", "(+ 1 1)")]
    assert [kernel.reply_to(cell)["status"] for cell in sent] == ["error", "ok"]
    # A cell that is sent when the error is known does run.
    for _ in range(5):
        kernel.run("(throw (new Error))")
        assert kernel.run("(+ 1 1)").result == "2"
