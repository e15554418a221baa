"""Deep programs, and what is in force meanwhile: the compiler changes nothing of the process."""

from __future__ import annotations

import _thread
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from polyrepl.lisp.compiler import Compiler, compile, compile_module
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.stack import Stack

pytestmark = pytest.mark.usefixtures("usual_limit")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = _thread._count()
    yield
    until(lambda: _thread._count() <= before)


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


def nested(head: str, inner: str, count: int, close: str = ")") -> str:
    return head * count + inner + close * count


DEEP = {
    "calls": "(def x 1)" + nested("(+ x ", "1", 990),
    "calls of calls": nested("(str (identity ", "1", 490, "))"),
    "vectors": nested("[", "", 990, "]"),
    "maps": nested("{:a ", "1", 990, "}"),
    "sets": nested("#{", "1", 990, "}"),
    "strings": '(str f"{' + nested("(str ", "1", 900) + '}")',
    "functions": nested("(fn [a] ", "a", 990),
    "classes": nested("(fn [] (defclass A (m [this] ", "1", 300, ")))"),
    "quoted": "'" + nested("(a ", "b", 980),
    "quoted maps": "'" + nested("{:a ", "1", 980, "}"),
    "templates": "`" + nested("(a ", "b", 980),
    "templates in templates": nested("`(a ~", "1", 300),
    "patterns": "(let [" + nested("[a ", "b", 480, "]") + " nil] b)",
    "map patterns": "(let [" + nested("{", "b", 480, " :a}") + " nil] b)",
    "match patterns": "(match nil " + nested("[1 ", "b", 480, "]") + " b)",
    "negations": nested("(if (not (and true ", "1", 320, ")) 1 2)"),
    "conditions": nested("(and true (or false ", "1", 480, "))"),
    "statements": nested("(do (while false 1) ", "1", 900),
    "tries": nested("(try ", "1", 480, " (catch e 1))"),
    "loops": nested("(loop [i 0] (let [b i] ", "1", 480, "))"),
    "loops that go on": nested("(loop [i 0] (if (< i 1) (recur (inc i)) ", "1", 480, "))"),
    "an initial value": "(let [a " + nested("(+ 1 ", "1", 980) + "] a)",
    "arrows": "(-> 1 " + "inc " * 5000 + ")",
    "arrows of calls": "(-> 1 " + "(str 2) " * 5000 + ")",
    "cond": "(def x 1)(cond " + "(= x 1) 2 " * 5000 + ":else 3)",
    "rules": "(define-syntax m (syntax-rules () ((_ x) (str x))))" + nested("(m ", "1", 900),
    "rules over forms": "(define-syntax m (syntax-rules () ((_ x) 'x)))(m " + nested("(a ", "1", 980) + ")",
    "rules over arrows": "(define-syntax m (syntax-rules () ((_ x) (str x))))(-> 1 " + "m " * 1900 + ")",
}  # fmt: skip


@pytest.mark.parametrize("shape", DEEP)
@pytest.mark.parametrize("how", [compile, compile_module])
def test_deep_programs_compile(shape: str, how: Callable[[str], Any]) -> None:
    how(DEEP[shape])


class Host:
    """A macro host that answers with the argument of the macro, and looks around while it is called."""

    def __init__(self, look: Callable[[], None] = lambda: None) -> None:
        self.look = look
        self.calls = 0

    def define(self, js: str, name: str) -> int:
        self.look()
        return 1

    def expand(self, id: int, form_wire: Any) -> Any:
        self.calls += 1
        self.look()
        return form_wire[0]

    def known(self, names: list[str]) -> set[str]:
        self.look()
        return set()


def in_frames(count: int, work: Callable[[], Any]) -> Any:
    """Call `work` under so many more frames."""
    return work() if count == 0 else in_frames(count - 1, work)


def height() -> int:
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


@pytest.mark.parametrize("shape", ["calls", "arrows", "vectors", "templates"])
@pytest.mark.parametrize("left", [400, 200, 100, 60])
def test_a_caller_that_is_deep_itself(shape: str, left: int) -> None:
    in_frames(1000 - height() - left, lambda: compile(DEEP[shape]))


class Printed:
    """Whose `repr` asks for the next one's: every level takes calls of C, which some Pythons count too."""

    def __init__(self, count: int, work: Callable[[], Any]) -> None:
        self.count, self.work = count, work

    def __repr__(self) -> str:
        return str(self.work() if self.count <= 0 else [Printed(self.count - 1, self.work)])


def by_keys(count: int, work: Callable[[], Any]) -> None:
    if count <= 0:
        work()
    else:
        sorted([0], key=lambda _: by_keys(count - 1, work) or 0)


def by_classes(count: int, work: Callable[[], Any]) -> None:
    class Level:
        def __init__(self) -> None:
            by_classes(count - 1, work)

    work() if count <= 0 else Level()


def printed(count: int, work: Callable[[], Any]) -> None:
    repr(Printed(count, work))


def deepest(levels: Callable[[int, Callable[[], Any]], Any]) -> int:
    """How many such levels there can be."""
    low, high = 0, 1000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            levels(middle, int)
            low = middle
        except RecursionError:
            high = middle - 1
    return low


@pytest.mark.parametrize("levels", [by_keys, by_classes, printed])
@pytest.mark.parametrize("left", [200, 100, 60, 40, 30])
def test_a_caller_that_is_deep_in_calls_of_c(
    levels: Callable[[int, Callable[[], Any]], Any], left: int
) -> None:
    codes = []
    for text in ("(str 1)", DEEP["calls of calls"], DEEP["arrows"]):
        levels(deepest(levels) - left, lambda text=text: codes.append(compile(text)))  # type: ignore[misc]
    assert len(codes) == 3


def descend(count: int) -> int:
    return 0 if count <= 0 else 1 + descend(count - 1)


class Garbage:
    """One that only the collector frees, whose finalizer takes some calls."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        descend(80)


@pytest.mark.parametrize("shape", DEEP)
def test_finalizers_have_room_wherever_they_run(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector runs between any two calls of the compiler, and what hangs on it takes calls too."""
    failed: list[str] = []
    ran = []

    def collected(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            ran.append(descend(80))
            Garbage()

    def unraisable(args: Any) -> None:
        failed.append(repr(args.exc_value))

    monkeypatch.setattr(sys, "unraisablehook", unraisable)
    thresholds = gc.get_threshold()
    gc.callbacks.append(collected)
    gc.set_threshold(10, 20, 1_000_000)
    try:
        compile(DEEP[shape])
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(collected)
    assert len(ran) > 100
    assert failed == []


@pytest.mark.parametrize("limit", [170, 250, 400, 100_000])
def test_any_limit(limit: int) -> None:
    done = []

    def work() -> None:
        done.append(compile(nested("(str ", "1", 300)))

    sys.setrecursionlimit(limit + (height() if limit < 1000 else 0))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_macros_see_the_program_s_own_limit_thread_and_collector() -> None:
    seen = set()
    here = threading.get_ident()

    def look() -> None:
        seen.add((sys.getrecursionlimit(), gc.isenabled(), threading.get_ident() == here, height() < 700))

    host = Host(look)
    compiler = Compiler(host=host)
    for form in compiler.read("(defmacro m [x] x)" + nested("(str (m 1) ", "1", 450)):
        compiler.compile(form)
    assert host.calls == 450
    assert seen == {(1000, True, True, True)}


def test_a_macro_gets_deep_forms_and_gives_them_back() -> None:
    compiler = Compiler(host=Host())
    text = "(defmacro m [x] x)(m " + nested("(str ", "1", 980) + ")(-> 1 " + "(str 1) " * 3000 + "m)"
    codes = [compiler.compile(form).code for form in compiler.read(text)]
    assert codes[1].count("str(") == 980 and codes[2].count("str(") == 3000


def test_an_exception_of_the_host_comes_back_from_the_depth() -> None:
    def look() -> None:
        if sys._getframe(1).f_code.co_name == "expand":
            raise ZeroDivisionError("in the host")

    compiler = Compiler(host=Host(look))
    definition, call = compiler.read("(defmacro m [x] x)" + nested("(str ", "(m 1)", 900))
    compiler.compile(definition)
    with pytest.raises(LispError, match="in the host") as caught:
        compiler.compile(call)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_the_compiler_may_be_called_from_a_macro_in_the_depth() -> None:
    compiler = Compiler()
    inner = []

    def look() -> None:
        inner.append(compile(DEEP["calls"]))

    compiler = Compiler(host=Host(look))
    for form in compiler.read("(defmacro m [x] x)" + nested("(str ", "(m 1)", 900)):
        compiler.compile(form)
    assert len(inner) == 2


def test_recursion_of_the_program_ends_while_another_thread_compiles() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done = []

    def look() -> None:
        begun.set()
        go_on.wait(60)

    def work() -> None:
        compiler = Compiler(host=Host(look))
        forms = compiler.read("(defmacro m [x] x)" + nested("(str ", "(m 1)", 900))
        done.extend([compiler.compile(form) for form in forms])

    def endless() -> None:
        endless()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait(60)
    with pytest.raises(RecursionError):
        endless()
    go_on.set()
    thread.join()
    assert len(done) == 2


def test_two_threads_compile_deep_programs_at_once() -> None:
    gate = threading.Barrier(2)
    codes: list[list[str]] = [[], []]

    def work(at: int) -> None:
        gate.wait(60)
        for _ in range(3):
            codes[at] += [compile(DEEP[shape]).code for shape in ("calls", "arrows", "rules")]

    threads = [threading.Thread(target=work, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes[0] == codes[1] and len(codes[0]) == 9


def test_an_interrupt_ends_the_whole_compile() -> None:
    """The handler raises in the thread that waits; the autouse fixture sees that no other is left."""
    reached = threading.Event()
    released = []

    def deep(stack: Stack, level: int) -> None:
        stack.depth += 1
        if level == 3000:
            reached.set()
            until(lambda: bool(released))  # as if there were much to do here
            level = -(10**9)
        if stack.depth <= stack.room:
            deep(stack, level + 1)
        else:
            stack.deeper(deep, stack, level + 1)

    def interrupt() -> None:
        reached.wait(60)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        until(lambda: stack._cancelled)
        released.append(True)

    stack = Stack()
    helper = threading.Thread(target=interrupt)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        stack.run(deep, stack, 0)
    helper.join()


def test_an_interrupt_of_a_macro_in_the_depth() -> None:
    def look() -> None:
        if sys._getframe(1).f_code.co_name == "expand":
            raise KeyboardInterrupt

    compiler = Compiler(host=Host(look))
    definition, call = compiler.read("(defmacro m [x] x)" + nested("(str ", "(m 1)", 900))
    compiler.compile(definition)
    with pytest.raises(KeyboardInterrupt):
        compiler.compile(call)


def test_where_no_thread_starts_the_depth_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", refuse)
    compile(nested("(str ", "1", 30))
    for text in (DEEP["calls"], DEEP["arrows"], "(let [a " + nested("(+ 1 ", "1", 900) + "] a)"):
        with pytest.raises(LispError) as caught:
            compile(text)
        assert caught.value.code == "too-deep"


def test_what_has_no_end_is_told() -> None:
    compiler = Compiler()
    with pytest.raises(LispError) as caught:
        for form in compiler.read("(define-syntax m (syntax-rules () ((_ x) (str (m x)))))(m 1)"):
            compiler.compile(form)
    assert caught.value.code in ("too-deep", "endless-macro")
