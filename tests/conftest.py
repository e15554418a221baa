"""What tests tell beside passing: counts and figures, printed at the end of the run.

Signals that a job in the background inherits as ignored are as at a terminal: the tests use them.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator

import pytest

USUAL = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
    signal.SIGQUIT: signal.SIG_DFL,
}


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say something in the run's summary. It travels with the test's report, so it comes from workers too."""
    return lambda text: record_property("told", text)


@pytest.fixture(scope="module")
def heard() -> Iterator[None]:
    """No callbacks of the garbage collector's: Python drops what a signal's handler raises within one, and
    hypothesis leaves one behind for good."""
    before = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = [*before, *(each for each in gc.callbacks if each not in before)]


class Summary:
    """Collects what was told, in the process that prints."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            self.told += [str(text) for name, text in report.user_properties if name == "told"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for text in self.told:
            terminalreporter.write_line(text)


def pytest_configure(config: pytest.Config) -> None:
    for number, usual in USUAL.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    config.pluginmanager.register(Summary())
