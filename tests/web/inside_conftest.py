"""Fixtures of tests/bridge where the bridge is inside of one process, and what no browser has.

In: the tests' files, unchanged. Out: a LocalBridge in place of each Bridge; marks with reasons.
"""

from __future__ import annotations

import builtins
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest


class Absent(types.ModuleType):
    """A module that is compiled and that nobody has compiled for the browser."""

    collecting = True

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        if Absent.collecting:
            return Value(self.__name__)
        pytest.skip(_NOT_TO_BE_HAD.format(self.__name__))


class Value:
    """What tables of tests make with one."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __call__(self, *args: Any, **kwargs: Any) -> Value:
        return self

    def __getattr__(self, name: str) -> Value:
        return self


_NOT_TO_BE_HAD = "{} is not to be had for the browser from the package indexes"
ABSENT = ("numpy", "pandas", "psutil", "resource")
for name in ABSENT:
    sys.modules[name] = Absent(name)


_NODE = "it is about Node: `require`, `process`, worker threads, raw descriptors"
_COLLECTOR = "a browser collects garbage when it likes"
_DEPTH = "calls nest 60 deep here: the stack of WebAssembly cannot grow"
LIMITS = {
    "test_protocol_pages_say_the_same": _NODE,
    "test_modules": _NODE,
    "test_a_proxy_of_javascripts_is_live": "no browser tells what is a Proxy",
    "test_what_node_shows": _NODE,
    "test_worker_threads_are_refused_clearly": _NODE,
    "test_errors_in_what_node_shows": _NODE,
    "test_output_appears_before_a_loop_that_follows": _NODE,
    "test_binary_garbage_and_large_writes": _NODE,
    "test_raw_descriptors": _NODE,
    "test_callback_of_process_stdout_write": _NODE,
    "test_both_sides_write_a_megabyte_at_once": _NODE,
    "test_asyncio_face": "it starts a Node of its own",
    "test_a_failing_sink_breaks_nothing": "it starts a Node of its own",
    "test_register_survives_a_restart": "the page cannot be begun anew from within",
    "test_as_thread_target": "WebAssembly has no threads here",
    "test_calls_both_ways_nest_deeply": _DEPTH,
    "test_output_after_the_form_is_still_its_own": "no variable follows asynchronous code in a browser",
    "test_tables_return_to_their_start": _COLLECTOR,
    "test_python_sends_again_while_nodes_release_is_under_way": _COLLECTOR,
    "test_node_sends_again_while_pythons_release_is_under_way": _COLLECTOR,
    "test_proxies_inside_async_code": _COLLECTOR,
    "test_what_was_never_sent_is_not_held": _COLLECTOR,
    "test_large_arrays_in_one_loop": "NumPy is not to be had for the browser from the package indexes",
    "test_stats_show_both_tables": "JavaScript is there before it is asked for",
}


def pytest_collection_finish() -> None:
    Absent.collecting = False
    for module in ABSENT:
        del sys.modules[module]  # hypothesis would take it for the real one


def pytest_runtest_setup(item: Any) -> None:
    if (limit := LIMITS.get(item.originalname)) is not None:
        pytest.skip(limit)
    given = getattr(item, "callspec", None)
    for value in given.params.values() if given is not None else ():
        for part in (value, *(value if type(value) is tuple else ())):
            if type(part) is Value:
                pytest.skip(_NOT_TO_BE_HAD.format(part.module))


class Printed(list[tuple[str, str, int | None]]):
    """What JavaScript printed."""

    def text(self, stream: str = "stdout") -> str:
        return "".join(text for name, text, _ in self if name == stream)


@pytest.fixture(scope="module")
def _shared() -> Iterator[Any]:
    host = builtins._converse(lambda stream, text, form: None)  # type: ignore[attr-defined]
    yield host
    host.close()


@pytest.fixture
def shared(_shared: Any) -> Any:
    _shared.select()
    return _shared.bridge


@pytest.fixture
def js(shared: Any) -> Any:
    return shared


class Counted:
    """A port that counts how often it is called."""

    def __init__(self, port: Any) -> None:
        self.calls = 0
        self._port = port

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._port, name)

        def counted(*args: Any) -> Any:
            self.calls += name in ("request", "call", "post")
            return function(*args)

        return counted


@pytest.fixture
def frames(_shared: Any, shared: Any) -> Iterator[Any]:
    """As many as there would be: each request of either side is one here, and its answer one there."""
    line, theirs = shared.connection, _shared.connection
    port = line._port
    counted = Counted(port)
    line.use(counted)
    yield lambda: (counted.calls + theirs.next,) * 2
    line.use(port)


@pytest.fixture
def printed() -> Printed:
    return Printed()


@pytest.fixture
def own(printed: Printed) -> Iterator[Any]:
    host = builtins._converse(lambda *event: printed.append(event))  # type: ignore[attr-defined]
    yield host.bridge
    host.close()


@pytest.fixture
def py(js: Any) -> Any:
    return js.eval('globalThis[Symbol.for("polyrepl.$py")]')


@pytest.fixture
def to_js(js: Any) -> Any:
    """A deep JavaScript copy, straight back home."""
    return js.eval('(x) => globalThis[Symbol.for("polyrepl.$py")].toJs(x)')


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> bool | None:
    """Coroutine functions run on the platform's loop."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    from pyodide.ffi import run_sync

    names = pyfuncitem._fixtureinfo.argnames
    run_sync(function(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
