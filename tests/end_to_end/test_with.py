"""Whatever leaves a block reaches the context manager as type, value and traceback, as in Python."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from running import COMMAND, Child, environment, polyrepl

PRELUDE = """
(py.exec "
import contextlib, sqlite3
log = []
class M:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        return self
    def __exit__(self, kind, value, traceback):
        assert kind is None or (type(value) is kind and traceback is value.__traceback__)
        assert kind is None or traceback is not None
        log.append(f'{self.name} {kind.__name__}: {value}' if kind else f'{self.name} None')
        return self.swallow
    async def __aenter__(self):
        return self
    async def __aexit__(self, *left):
        return self.__exit__(*left)
@contextlib.contextmanager
def managed(name):
    try:
        yield name
    except BaseException as error:
        log.append(name + ' ' + type(error).__name__)
        raise
    else:
        log.append(name + ' done')
@contextlib.contextmanager
def turned():
    try:
        yield
    except Exception as error:
        raise KeyError('turned') from error
")
(def log (py.eval "log")) (def M (py.eval "M"))
(def managed (py.eval "managed")) (def turned (py.eval "turned"))
(def contextlib (py.eval "contextlib"))
"""


def run(folder: Path, program: str) -> list[str]:
    (folder / "program.lisp").write_text(f"{PRELUDE}\n{program}\n(doseq [line log] (println line))")
    done = polyrepl("program.lisp", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize("how", ["", ":await "])
@pytest.mark.parametrize(
    ("leaving", "told"),
    [
        ('(throw (error "no"))', "JSError: Error: no"),
        ("(throw 5)", "JSError: 5"),
        ("(throw nil)", "JSError: null"),
        ("(throw {:a 1})", "JSError: {'a': 1}"),
        ('(assert (= 1 2) "no")', "JSError: Error: no"),
        ("(.foo nil)", "JSError: TypeError: Cannot read properties of null (reading 'foo')"),
        ('(throw (py.ValueError "no"))', "ValueError: no"),
        (
            "(/ (py.int 1) (py.eval \"__import__('fractions').Fraction(0)\"))",
            "ZeroDivisionError: Fraction(1, 0)",
        ),
        ("(py.next (py.iter []))", "StopIteration: "),
        ("7", "None"),
    ],
)
def test_what_leaves_a_block_reaches_the_manager(leaving: str, told: str, how: str, tmp_path: Path) -> None:
    got = run(
        tmp_path,
        f'(try (with [{how}m (M "m")] {leaving}) (catch e nil))\n(with [{how}m (M "n" true)] {leaving})',
    )
    assert got == [f"m {told}", f"n {told}"]


@pytest.mark.parametrize("how", ["", ":await "])
@pytest.mark.parametrize(
    ("thrown", "told"),
    [
        ('(AggregateError. [(Error. "a") (TypeError. "b")] "m")', "True m a,b None"),
        ('(AggregateError. [1] "m")', "False m  None"),
        ('(Error. "m" {:cause (TypeError. "c")})', "False m  TypeError: c"),
        ('((py.eval "lambda make: make()") (fn [] (AggregateError. [(Error. "a")] "m")))', "True m a None"),
        ('(js.eval "Object.defineProperty(new Error, `message`, {get() {throw 1}})")', "False ? an "),
        (
            '(js.eval "(() => {const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy})()")',
            "False ? an ",
        ),
        ('(js.eval "({get a() {throw new Error(`no`)}})")', "False ? {"),
    ],
)
def test_a_manager_is_told_all_of_an_error(thrown: str, told: str, how: str, tmp_path: Path) -> None:
    """As it is raised where Python has called: a group, its cause; and whatever it does when looked at."""
    got = run(
        tmp_path,
        f"""
(py.exec "
class All:
    async def __aenter__(self): pass
    async def __aexit__(self, *left): return self.__exit__(*left)
    def __enter__(self): pass
    def __exit__(self, kind, error, traceback):
        parts = ','.join(part.message for part in getattr(error, 'exceptions', ()))
        left = error.message if error.message == 'm' else '? ' + error.message
        log.append(f'{{isinstance(error, ExceptionGroup)}} {{left}} {{parts}} {{error.__cause__}}')
        return True
")
(with [{how}_ (py.All)] (throw {thrown}))
""",
    )
    assert len(got) == 1
    assert got[0].startswith(told)


def test_a_transaction_is_rolled_back(tmp_path: Path) -> None:
    got = run(
        tmp_path,
        """
        (def conn ((py.eval "sqlite3.connect") ":memory:")) (.execute conn "create table t(a)")
        (try (with [c conn] (.execute c "insert into t values (1)") (throw (error "no"))) (catch e nil))
        (.rollback conn)
        (println (.fetchall (.execute conn "select * from t")))
        (with [c conn] (.execute c "insert into t values (2)"))
        (.rollback conn)
        (println (.fetchall (.execute conn "select * from t")))
        """,
    )
    assert got == ["[]", "[(2,)]"]


def test_managers_of_the_standard_library(tmp_path: Path) -> None:
    got = run(
        tmp_path,
        """
        (println (with [_ (contextlib.suppress py.Exception)] (throw (error "no")) 1))
        (println (try (with [_ (contextlib.suppress py.KeyError)] (throw (error "no")))
                   (catch e (ex-message e))))
        (println (try (with [a (managed "a") b (managed "b")] (throw (error "no"))) (catch e (ex-message e))))
        (println (with [_ (contextlib.suppress py.KeyError) _ (turned)] (throw (error "no")) 1))
        (println (try (with [stack (contextlib.ExitStack)]
                        (.enter_context stack (managed "c"))
                        (.push stack (fn [kind _ _] (.append log f"pushed {(.-__name__ kind)}") false))
                        (throw (error "no")))
                   (catch e (ex-message e))))
        (println (with [stack (contextlib.ExitStack)]
                   (.enter_context stack (contextlib.suppress py.Exception))
                   (.enter_context stack (turned)) (.foo nil)))
        (with [_ (managed "d")] 1)
        """,
    )
    assert got[:6] == ["nil", "no", "no", "nil", "no", "nil"]
    assert got[6:] == ["b JSError", "a JSError", "pushed JSError", "c JSError", "d done"]


def test_the_same_error_from_block_to_block_and_home(tmp_path: Path) -> None:
    got = run(
        tmp_path,
        """
        (py.exec "
class Noting:
    def __enter__(self): pass
    def __exit__(self, kind, value, traceback):
        log.append(str(getattr(value, '__notes__', [])))
        value.add_note('seen')")
        (def Noting (py.eval "Noting"))
        (def e (error "no"))
        (println (try (with [_ (Noting) _ (Noting)] (throw e)) (catch x (= x e))))
        """,
    )
    assert got == ["true", "[]", "['seen']"]


def test_blocks_of_plain_javascript(tmp_path: Path) -> None:
    got = run(
        tmp_path,
        """
        (def within (js.eval "(m, f) => globalThis[Symbol.for('polyrepl.$py')].with(m, f)"))
        (println (within (M "a") (fn [m] (.-name m))))
        (println (within (M "b" true) (fn [m] (.foo nil))))
        (println (await (within (M "c" true) (fn [m] (await (sleep 1)) (throw (error "late"))))))
        (println (try (within (M "d") (fn [m] (throw 5))) (catch e e)))
        """,
    )
    assert got[:4] == ["a", "nil", "nil", "5"]
    told = ["a None", "b JSError: TypeError: Cannot read properties of null (reading 'foo')"]
    assert got[4:] == [*told, "c JSError: Error: late", "d JSError: 5"]


ASYNC = """
(py.import "asyncio")
(py.exec "
import asyncio, contextvars
place = contextvars.ContextVar('place')
class Same:
    async def __aenter__(self):
        self.task, self.token = asyncio.current_task(), place.set(5)
    async def __aexit__(self, *left):
        place.reset(self.token)
        log.append(f'same task {asyncio.current_task() is self.task}')
async def failing():
    await asyncio.sleep(0.01)
    raise KeyError('child')
async def ending(task):
    task.cancel()
async def endless():
    while True:
        yield 1
        await asyncio.sleep(0.001)
class Ends(M):
    async def __aenter__(self):
        asyncio.get_running_loop().call_later(0.01, asyncio.current_task().cancel)
")
(def never (new Promise (fn [r] nil)))
(def within (js.eval "(m, f) => globalThis[Symbol.for('polyrepl.$py')].with(m, f)"))
(defn said [f] (try (await (f)) (catch e (.-name e))))
"""


def test_an_asynchronous_block_is_one_task(tmp_path: Path) -> None:
    got = run(tmp_path, f"{ASYNC}(with [:await _ (py.Same)] (await (sleep 1)))")
    assert got == ["same task True"]


def test_python_ends_an_asynchronous_block(tmp_path: Path) -> None:
    """Whatever the body awaits: a promise, a function of its own, an item of a loop, Python."""
    got = run(
        tmp_path,
        f"""{ASYNC}
        (defn waits [] (await never))
        (doseq [f [#(with [:await _ (asyncio.timeout 0.01)] (await never) (println "never"))
                   #(with [:await _ (asyncio.timeout 0.01)] (await (waits)) (println "never"))
                   #(with [:await _ (asyncio.timeout 0.01)] (doseq [:await x (py.endless)] x))
                   #(with [:await _ (asyncio.timeout 0.01)] (await (py.async asyncio.sleep 1)))
                   #(with [:await _ (asyncio.timeout 0.01) inner (asyncio.timeout 60)] (await never))
                   #(with [:await _ (asyncio.timeout 60)] (await (sleep 1)) "in time")
                   #(with [:await group (asyncio.TaskGroup)] (.create_task group (py.failing)) (await never))
                   #(with [:await _ (py.Ends "a")] (await never))
                   #(with [:await _ (py.Ends "b" true)] (await never))
                   #(with [:await _ (asyncio.timeout 0.01)] (try (await never) (finally (println "finally"))))
                   #(within (asyncio.timeout 0.01) (fn [_] never))]]
          (println (await (said f))))
        """,
    )
    assert got == [
        *["TimeoutError"] * 5,
        "in time",
        "ExceptionGroup",
        "CancelledError",
        "nil",
        "finally",
        "TimeoutError",
        "TimeoutError",
        "a CancelledError: ",
        "b CancelledError: ",
    ]


SCOPE = """
(py.exec "
import asyncio
class Scope:
    'Cancels the task that has entered it, as those of anyio do.'
    def __init__(self, seconds):
        self.seconds = seconds
    def __enter__(self):
        self.task = asyncio.current_task()
        self.timer = asyncio.get_running_loop().call_later(self.seconds, self.task.cancel)
        return self
    def __exit__(self, kind, value, traceback):
        self.timer.cancel()
        log.append(f'{self.task is asyncio.current_task()} {kind and kind.__name__}')
        return kind is asyncio.CancelledError
def limited(seconds):
    with Scope(seconds):
        yield
limited = contextlib.contextmanager(limited)
")
(def Scope (py.eval "Scope")) (def limited (py.eval "limited"))
(def never (new Promise (fn [r] nil)))
"""


def test_a_manager_that_is_bound_to_a_task_has_one_of_its_own(tmp_path: Path) -> None:
    got = run(
        tmp_path,
        f"""{SCOPE}
        (println (with [:await s (Scope 0.01)] (await never) "never"))
        (println (with [:await s (Scope 60)] (await (sleep 1)) "in time"))
        (println (with [:await s (limited 0.01)] (await never) "never"))
        (try (with [:await s (Scope 60)] (await (sleep 1)) (throw (error "mine")))
          (catch e (println (.-message e))))
        (with [:await f (M "plain")] (await (sleep 1)))
        """,
    )
    told = ["True CancelledError", "True None", "True CancelledError", "True JSError", "plain None"]
    assert got == ["nil", "in time", "nil", "mine", *told]


def test_a_plain_block_refuses_what_would_cancel_the_program(tmp_path: Path) -> None:
    """The task there is that of all the forms."""
    got = run(
        tmp_path,
        f"""{SCOPE}
        (doseq [make [#(Scope 60) #(limited 60)]]
          (try (with [s (make)] (println "never") (await (sleep 1))) (catch e (println (.-message e)))))
        (println (with [s (M "other")] 5))
        """,
    )
    refused = "belongs to the task that enters it, and a plain `with` has no task of its own"
    assert [line.split(":")[0].partition(" ")[::2] for line in got[:2]] == [
        ("Scope", refused),
        ("_GeneratorContextManager", refused),
    ]
    assert got[2:] == ["5", "True None", "True None", "other None"]


def interrupted(folder: Path, program: str) -> list[str]:
    """What the managers were told when the program was interrupted once it had said `running`."""
    ended = '(py.exec "import atexit; atexit.register(lambda: print(*log, sep=chr(10), flush=True))")'
    (folder / "program.lisp").write_text(f"{PRELUDE}\n{ended}\n{program}")
    command = [*COMMAND, "program.lisp"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Child(command, cwd=folder, env=environment(folder), text=True, **streams) as child:  # type: ignore[call-overload]
        assert child.stdout.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert "Interrupted" in err
    assert "restarted" not in err
    lines: list[str] = out.splitlines()
    return lines


JS_LOOP = "(def spin (js.eval \"() => { console.log('running'); for (;;); }\"))"


@pytest.mark.parametrize(
    "body",
    [
        '(with [a (M "a") b (M "b")] (println "running") (loop [] (recur)))',
        '(with [a (M "a") b (M "b")] (println "running") (await (sleep 60000)))',
        '(with [:await a (M "a") b (M "b")] (println "running") (loop [] (recur)))',
        '(with [a (M "a") b (M "b")] (spin))',
        '(with [a (M "a")] (await (sleep 1)) (with [b (M "b")] (spin)))',
        '(with [:await a (M "a") b (M "b")] (spin))',
        '(with [a (M "a")] (py.list (py.map (fn [x] (with [b (M "b")] (spin))) [1])))',
        '(with [a (M "a")] (try (with [b (M "b")] (spin)) (finally (println "never"))))',
    ],
)
def test_an_interrupt_reaches_the_managers(body: str, tmp_path: Path) -> None:
    got = interrupted(tmp_path, f"{JS_LOOP}\n{body}")
    assert [line.split(":")[0] for line in got] == ["b KeyboardInterrupt", "a KeyboardInterrupt"]


def test_a_loop_in_javascript_rolls_a_transaction_back(tmp_path: Path) -> None:
    got = interrupted(
        tmp_path,
        f"""{JS_LOOP}
        (def conn ((py.eval "sqlite3.connect") ":memory:")) (.execute conn "create table t(a)")
        (py.exec "atexit.register(lambda: print(conn.execute('select * from t').fetchall()))")
        (py.setattr (py.eval "__import__('__main__')") "conn" conn)
        (with [c conn] (.execute c "insert into t values (1)") (spin))""",
    )
    assert got[0] == "[]"
