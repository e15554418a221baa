"""Memory that both languages have is held as long as either side holds it, and not longer."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from descriptors import descriptors, left
from polyrepl.bridge import Bridge, NodeLost
from shared_memory import COPY, MANY, live, memory, needs_memory

pytestmark = needs_memory


def test_memory_is_held_as_long_as_either_side_holds_it(mine: Bridge) -> None:
    a = mine.share(np.ones(MANY))
    mine.eval("a => { globalThis.kept = a }")(a)
    del a
    assert live(mine) == MANY * 8
    assert mine.eval("kept[99999]") == 1
    mine.eval("delete globalThis.kept")
    assert live(mine) == 0
    b = mine.share(np.full(MANY, 2.0))
    mine.eval("a => a.length")(b)
    mine.stats(collect=True)
    part = b[5:]
    del b
    assert live(mine) == MANY * 8 and part[0] == 2
    del part
    assert live(mine) == 0


def test_a_block_that_numpy_has_given_up_is_not_used_again_while_javascript_has_it(mine: Bridge) -> None:
    with mine.shared_arrays():
        a = np.ones(MANY)
        mine.eval(f"x => {{ globalThis.kept = {COPY}(x) }}")(a)
        del a
        gc.collect()
        others = [np.full(MANY, 9.0) for _ in range(5)]
    assert mine.eval("kept[0] === 1 && kept[99999] === 1")
    assert len(others) == 5
    del others
    mine.eval("delete globalThis.kept")
    assert live(mine) == 0


def test_blocks_are_used_again(mine: Bridge) -> None:
    a = np.ones(MANY)
    length = mine.eval(f"x => {COPY}(x).length")
    for _ in range(20):
        length(a)
        mine.stats(collect=True)
    assert mine.stats()["arrays"]["shared"]
    assert live(mine) == 0
    assert mine.stats()["arrays"]["cached"] <= 4 * MANY * 8


def test_nothing_is_left_after_the_end(own: Bridge) -> None:
    before, fds = memory(), descriptors()
    a = own.share(np.ones(MANY))
    own.eval("a => { globalThis.kept = a }")(a)
    back = own.eval("new Float64Array(100000).fill(3)")
    back = own.eval("new Float64Array(100000).fill(3)")
    own.close()
    assert len(memory()) == len(before) + 2  # one mapping, one descriptor: the arrays are still there
    assert a[0] == 1 and back[0] == 3
    del a, back
    assert memory() == before
    assert not left(fds)


def test_what_is_shared_stays_so_with_another_node(own: Bridge) -> None:
    before = memory()
    a = own.share(np.ones(MANY))
    own.eval("a => { globalThis.kept = a }")(a)
    assert own.pid is not None
    os.kill(own.pid, signal.SIGKILL)
    with contextlib.suppress(NodeLost):  # unless its end was noticed before
        own.eval("1")
    own.eval("a => { a[0] = 7 }")(a)
    assert a[0] == 7
    own.restart()
    own.eval("a => { a[1] = 8 }")(a)
    assert a[1] == 8
    assert len(memory()) == len(before) + 2
    del a
    own.close()
    assert memory() == before


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of threads, which the child does without
def test_a_forked_child_has_its_own(mine: Bridge) -> None:
    a, b = mine.share(np.zeros(MANY)), mine.share(np.zeros(MANY))
    mine.eval("a => { globalThis.kept = a }")(a)
    from_parent, to_child = os.pipe()
    from_child, to_parent = os.pipe()
    pid = os.fork()
    if pid == 0:
        a[0] = 42
        with_more = a + 1
        os.write(to_parent, b"1")
        os.read(from_parent, 1)  # the parent has written into b
        os.write(to_parent, b"%d %d %d" % (a[0], b[0], with_more[0]))
        os._exit(0)
    assert os.read(from_child, 1) == b"1"
    assert a[0] == 0
    b[0] = 7
    mine.eval("kept[1] = 5")
    os.write(to_child, b"1")
    assert os.read(from_child, 100) == b"42 0 43"
    os.waitpid(pid, 0)
    for fd in (from_parent, to_child, from_child, to_parent):
        os.close(fd)
    assert a.tolist()[:2] == [0, 5]
    mine.eval("delete globalThis.kept")


TWICE = """
import os
from polyrepl.bridge import plane
for _ in range(2):  # as by two interpreters, or by a module that is loaded anew
    assert not isinstance(plane._tried.__wrapped__(), str)
pid = os.fork()
if pid == 0:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_library_that_is_loaded_twice_lets_its_process_fork(mine: Bridge) -> None:
    """In a process of its own: nothing ends a fork that waits for itself but its end."""
    ran = subprocess.run(
        [sys.executable, "-c", TWICE], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.stdout, ran.stderr) == ("7\n", "")
