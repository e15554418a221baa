"""Arrays in memory that both languages have: the same pages, held as long as either side holds them."""

from __future__ import annotations

import array
import contextvars
import functools
import gc
import os
import re
import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polyrepl.bridge import Bridge, ProtocolError
from shared_memory import COPY, MANY, in_threads, live, needs_memory

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

pytestmark = needs_memory


# -- the same pages


def test_what_one_writes_the_other_sees(js: Bridge) -> None:
    a = js.share(np.arange(6.0))
    js.eval("a => { a[0] = 7; globalThis.kept = a }")(a)
    assert a[0] == 7
    a[1] = 8
    assert js.eval("kept[1]") == 8
    js.eval("kept.fill(1)")
    assert a.tolist() == [1] * 6
    js.eval("delete globalThis.kept")


def test_the_same_array_is_the_same_object_on_both_sides(js: Bridge) -> None:
    a = js.share(np.zeros((3, 4), "float32"))
    js.eval("a => { globalThis.kept = a }")(a)
    assert js.eval("a => a === kept && a.buffer === kept.buffer")(a)
    assert js.eval("kept") is a
    assert js.eval("[kept.constructor.name, kept.length, [...kept.shape]]") == ["Float32Array", 12, [3, 4]]
    js.eval("delete globalThis.kept")


@pytest.mark.parametrize(
    "move",
    [
        "x.buffer.transfer()",
        "x.buffer.transferToFixedLength()",
        "structuredClone(x, { transfer: [x.buffer] })",
    ],
)
def test_its_memory_cannot_be_moved_away(js: Bridge, move: str) -> None:
    a = js.share(np.arange(6.0))
    moved = js.eval(f"(x) => {{ try {{ {move} }} catch (error) {{ return error.name }} }}")(a)
    assert moved in ("TypeError", "DataCloneError")
    assert js.eval("(x) => x[5] + x.buffer.slice(8).byteLength")(a) == 45
    assert js.eval("(x) => structuredClone(x)[5] + Object.keys(x.buffer).length")(a) == 5


def test_an_array_that_only_javascript_holds_comes_home_with_its_shape(js: Bridge) -> None:
    js.eval("a => { globalThis.kept = a }")(js.shared_array("int16", (2, 3)))
    gc.collect()
    back = js.eval("kept[5] = 9, kept")
    assert isinstance(back, np.ndarray) and back.dtype == np.int16 and back.shape == (2, 3)
    assert back[1, 2] == 9 and js.eval("kept") is back
    js.eval("delete globalThis.kept")


def test_javascript_makes_one(js: Bridge) -> None:
    make = js.eval("(dtype, shape) => globalThis[Symbol.for('polyrepl.$py')].sharedArray(dtype, shape)")
    a = make("uint8", [4, 5])
    assert isinstance(a, np.ndarray) and a.shape == (4, 5) and not a.any()
    assert make("float64", 3).shape == (3,)
    for dtype, shape, raised in (
        ("complex128", 1, TypeError),
        ("no such", 1, TypeError),
        ("i4", [-1], ValueError),
    ):
        with pytest.raises(raised):
            make(dtype, shape)
    with pytest.raises(MemoryError):
        make("f8", [1 << 40])


@pytest.mark.parametrize("letters", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"])
def test_dtypes(js: Bridge, letters: str) -> None:
    a = js.share(np.arange(5, dtype=letters))
    assert js.eval("a => { a[4] = a[3]; return a }")(a) is a
    assert a.tolist() == [0, 1, 2, 3, 3]
    part = js.eval("a => a.subarray(1, 3)")(a)
    assert np.asarray(part).dtype == a.dtype and np.asarray(part).tolist() == [1, 2]
    np.asarray(part)[0] = 5
    assert a[1] == 5


@pytest.mark.parametrize("dtype", ["complex128", "bool", "datetime64[s]", "object", "S3", "longdouble"])
def test_dtypes_without_a_typed_array_are_refused(js: Bridge, dtype: str) -> None:
    with pytest.raises(TypeError, match="cannot be shared"):
        js.share(np.zeros(3, dtype))


@pytest.mark.parametrize(
    ("shape", "lengths"),
    [(np.int64(5), (5,)), ((np.int32(2), 3), (2, 3)), ([2, 0], (2, 0)), (range(1, 3), (1, 2)), ((), ())],
)
def test_shapes(js: Bridge, shape: Any, lengths: tuple[int, ...]) -> None:
    a = js.shared_array("f4", shape)
    assert a.shape == lengths and js.eval("(a) => [...a.shape]")(a) == list(lengths)
    assert js.eval("(a, b) => a === b")(a, a) and js.eval("(a) => a")(a) is a


@pytest.mark.parametrize("shape", [1.5, None, "x", (2, 1.5), object()])
def test_what_is_no_shape(js: Bridge, shape: Any) -> None:
    with pytest.raises(TypeError, match="a shape is a whole number, or some of them, not "):
        js.shared_array("f4", shape)
    with pytest.raises(ValueError, match="from 0 on, not -1"):
        js.shared_array("f4", -1)


def test_an_array_whose_dtype_is_set_is_another(js: Bridge) -> None:
    """Neither side takes its bytes for what they were."""
    a = js.share(np.arange(6.0))
    js.eval("a => { globalThis.kept = a }")(a)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        a.dtype = "int32"  # type: ignore[misc]
    assert js.eval("a => a.length")(a) == 12
    home = js.eval("kept")
    assert home.dtype == np.float64 and home.tolist() == [0, 1, 2, 3, 4, 5]
    assert js.share(a) is a
    assert js.eval("a => [a.constructor.name, a.length, a.buffer === kept.buffer]")(a) == [
        "Int32Array",
        12,
        True,
    ]
    js.eval("delete globalThis.kept")


def test_what_is_masked_is_not_shown(js: Bridge) -> None:
    a = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(TypeError, match="filled"):
        js.share(a)
    assert js.share(a.filled(0)).tolist() == [1, 0, 3]
    assert js.share(np.ma.array([1.0, 2.0])).tolist() == [1, 2]


def test_big_endian_strided_and_read_only_arrays_are_copied_into_shared_memory(js: Bridge) -> None:
    big = np.arange(4, dtype=">i4")
    shared = js.share(big)
    assert shared is not big and shared.dtype == np.dtype("=i4") and shared.tolist() == [0, 1, 2, 3]
    turned = js.share(np.arange(6.0).reshape(2, 3).T)
    assert turned.flags.c_contiguous and js.eval("a => [...a]")(turned) == [0, 3, 1, 4, 2, 5]
    fixed = js.shared_array("f8", 3)
    fixed.flags.writeable = False
    assert js.share(fixed) is not fixed
    # As it is it crosses as any array does: JavaScript could not be kept from writing.
    assert js.eval("a => ArrayBuffer.isView(a)")(fixed) is False
    assert js.share([1, 2]).tolist() == [1, 2] and js.share(np.zeros(0)).size == 0


def test_views_lie_in_the_buffer_of_their_array(js: Bridge) -> None:
    a = js.share(np.arange(10.0))
    part = js.share(a[2:5])
    assert part.base is not None
    assert js.eval("(a, b) => a.buffer === b.buffer && b.byteOffset === 16 && b.length === 3")(a, part)
    js.eval("b => { b[0] = 77 }")(part)
    assert a[2] == 77
    assert js.eval(f"x => {{ const c = {COPY}(x); c[0] = 78; return c.length }}")(a[3:]) == 7
    assert a[3] == 78
    odd = a.view("u1")[1:9].view("f8")  # at no multiple of eight: no typed array can lie there
    assert js.eval(f"x => {{ const c = {COPY}(x); c[0] = 5; return c.length }}")(odd) == 1
    assert a.view("u1")[1:9].view("f8")[0] != 5


def test_buffers_over_a_shared_array(js: Bridge) -> None:
    a = js.share(np.arange(4.0))
    write = js.eval(f"x => {{ const c = {COPY}(x); c[1] = 42 }}")
    write(memoryview(a))
    assert a[1] == 42
    back = js.eval("a => a.subarray(2)")(a)
    assert isinstance(back, memoryview) and back.format == "d"
    own = array.array("d", [0, 1])
    write(own)
    assert own[1] == 1


# -- born shared


def test_arrays_born_shared_are_not_copied(js: Bridge) -> None:
    with js.shared_arrays():
        a = np.ones(MANY) + 1
        small = np.ones(3)
    outside = np.ones(MANY)
    write = js.eval(f"x => {{ const c = {COPY}(x); c[1] = 42; return c.buffer === {COPY}(x).buffer }}")
    assert write(a) and a[1] == 42
    assert not write(outside) and outside[1] == 1
    assert js.share(a) is a and js.share(small) is not small
    assert js.eval("a => ArrayBuffer.isView(a) && a[1]")(a) == 42
    rows = js.eval(f"x => {{ const c = {COPY}(x); c[1][0] = 9; return [c.length, c[1].length] }}")
    with js.shared_arrays():
        grid = np.zeros((100, 1000))
    assert rows(grid) == [100, 1000] and grid[1, 0] == 9


def test_results_of_libraries_are_born_shared(js: Bridge) -> None:
    pandas = pytest.importorskip("pandas")
    with js.shared_arrays():
        frame = pandas.DataFrame({"x": np.arange(MANY, dtype="f8")})
        made = [np.array((frame.x * 2).to_numpy()), np.sort(np.random.default_rng(1).random(MANY))]
    write = js.eval(f"x => {{ {COPY}(x)[0] = -1 }}")
    for one in made:
        write(one)
        assert one[0] == -1


def test_the_allocator_is_the_calling_context_s(js: Bridge) -> None:
    name = np._core.multiarray.get_handler_name
    seen = []
    with js.shared_arrays():
        assert name() == "polyrepl_shared"
        thread = threading.Thread(target=lambda: seen.append(name()))
        thread.start()
        thread.join()
        contextvars.copy_context().run(lambda: seen.append(name()))
    assert name() == "default_allocator"
    assert seen == ["default_allocator", "polyrepl_shared"]


def test_arrays_that_outgrow_their_place(js: Bridge) -> None:
    with js.shared_arrays():
        a = np.ones(MANY)
    js.eval(f"x => {{ globalThis.kept = {COPY}(x) }}")(a)
    a.resize(3 * MANY, refcheck=False)  # it moves: JavaScript keeps what it has
    a[:] = 5
    assert js.eval("kept.length === 100000 && kept[99999] === 1 && kept[0] === 1")
    for fixed in (js.share(a), js.shared_array("f8", 3)):
        with pytest.raises(ValueError):
            fixed.resize(9 * MANY, refcheck=False)
    js.eval("delete globalThis.kept")


def test_threads_that_share_first_at_once(mine: Bridge) -> None:
    write = mine.eval("a => { a[0] += 1; return new Float64Array(100000).fill(a[0]) }")
    together, wrong = threading.Barrier(4), []

    def work() -> None:
        together.wait()
        for turn in range(5):
            a = mine.share(np.full(MANY, turn, "f8"))
            back = write(a)
            if a[0] != turn + 1 or back[MANY - 1] != turn + 1:
                wrong.append(turn)

    in_threads(*[work] * 4)
    assert not wrong
    assert live(mine) == 0


def test_threads_that_allocate_at_once(mine: Bridge) -> None:
    wrong: list[Any] = []

    def work(number: int) -> None:
        with mine.shared_arrays():
            for turn in range(100):
                a = np.full(MANY // 4, number * 1000 + turn, "i4")
                b = a + 1
                if not ((b - a) == 1).all() or a[0] != number * 1000 + turn:
                    wrong.append((number, turn))

    in_threads(*(functools.partial(work, number) for number in range(4)))
    assert not wrong
    assert live(mine) == 0


# -- large arrays that are copied


def test_large_arrays_cross_by_blocks_and_are_copies(js: Bridge) -> None:
    a = np.arange(MANY, dtype="f8")
    keep = js.eval(f"x => {{ globalThis.kept = {COPY}(x); kept[0] = 5; return kept.length }}")
    for _ in range(2):  # the first may go in a frame, while JavaScript is told of the memory
        assert keep(a) == MANY
        assert a[0] == 0
    assert js.eval("kept[99999]") == 99999
    back = js.eval("kept")
    assert isinstance(back, memoryview) and back.format == "d" and back.nbytes == a.nbytes
    js.eval("delete globalThis.kept")
    made = [js.eval("new Float64Array(100000).map((_, i) => i)") for _ in range(3)]
    assert all(np.array_equal(np.asarray(one), a) for one in made)
    assert js.stats()["arrays"]["shared"]
    data = bytes(range(256)) * 1000
    same = js.eval("x => x")
    assert same(data) == data and same(data) == data
    assert js.eval(f"x => {COPY}(x).rows[1].length")({"rows": np.zeros((2, MANY), "i2")}) == MANY
    assert js.eval("x => new Uint8Array(x).length")(data) == len(data)


def test_places_that_make_no_sense(js: Bridge) -> None:
    js.share(np.zeros(3))
    marshal = js.marshal
    handle = marshal.exports.add(object())
    region, none = marshal.end._region, 1 << 40  # a handle that Node has not
    end = region.start + region.size
    for where, size in (
        ([none, end, 80, 0], 80), ([none, 1 << 50, 80, 0], 80), ([none, -8, 80, 0], 80), ([none, 0, 80], 80),
        ([none, end - 8, 80, 0], 80), ([], 8), ([handle, 0], 8), ([1 << 30, 0], 8), (["a", 0, 1, 2], 8),
        ([none, 0, 1 << 60, 1 << 59], 8), ([1.5, 0], 8), ([none, region.start, 80, 8], 80),
    ):  # fmt: skip
        with pytest.raises(ProtocolError):
            marshal.decode(["t", "f8", where, size], b"")
        with pytest.raises(ProtocolError):
            marshal.decode(["b", where, size], b"")
    marshal.exports.release(handle, 1)
    plane = (ROOT / "bridge" / "node" / "plane.mjs").as_uri()
    refused = js.eval(
        f"""import({plane!r}).then(({{ Plane }}) => {{
          const imports = {{ find: () => undefined, adopt() {{}} }};
          return (library, file, size, where, length) => {{
            const plane = new Plane(imports);
            const why = plane.attach(library, file, size, 0, 0);
            if (why !== null) return why;
            try {{ plane.typed(["t", "f8", where, length], Float64Array); return "taken"; }}
            catch (error) {{ return error.name; }}
          }};
        }})"""
    )
    refused = js.run(refused)
    end = marshal.end
    known = (end.plane.library.path, f"/proc/{os.getpid()}/fd/{end.plane.fd}", end.plane.size)
    assert refused(*known, [1, 0, 80, 0], 80) == "taken"
    for where, size in (
        ([1, 0, 80, 8], 80), ([1, 0, 80, 4], 8), ([1, 0, 80, 0], 7), ([1, end.plane.size, 80, 0], 80),
        ([1, 1 << 52, 80, 0], 80), ([1, -8, 80, 0], 80), ([1, 0], 8), ([1, 0, 1.5, 0], 1),
        ([1, end.plane.size - 8, 80, 0], 80),
    ):  # fmt: skip
        assert refused(*known, where, size) in ("ProtocolError", "Error"), where
    assert "Node: " in refused(known[0], known[1], known[2] * 2, [1, 0, 80, 0], 80)
    assert "Node: " in refused(known[0], "/nowhere", known[2], [1, 0, 80, 0], 80)


# -- without it


WITHOUT = f"""
import numpy as np
from polyrepl.bridge import Bridge, BridgeError
with Bridge() as js:
    for _ in range(3):
        assert js.eval("x => {COPY}(x)[99999]")(np.arange(100_000.0)) == 99999
        assert len(js.eval("new Float64Array(100000)")) == 100_000
    assert js.stats()["arrays"] == {{"shared": False, "why": "POLYREPL_PURE is set", "live": 0, "cached": 0}}
    for what in (lambda: js.share(np.zeros(3)), lambda: js.shared_arrays().__enter__()):
        try:
            what()
        except BridgeError as error:
            assert str(error) == "arrays cannot be shared: POLYREPL_PURE is set"
        else:
            raise AssertionError
"""


def test_without_it_arrays_cross_by_pipes_and_sharing_says_why() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        env={**os.environ, "POLYREPL_PURE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_it_is_not_loaded_where_nothing_is_shared() -> None:
    code = """
import sys
from polyrepl.bridge import Bridge
with Bridge() as js:
    js.eval("x => x")(b"abc" * 1000)
names = ("ctypes", "polyrepl.bridge.plane", "polyrepl.bridge.sharing")
print([name for name in names if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_library_under_sanitizers(tmp_path: Path) -> None:
    compiler = next(filter(None, map(shutil.which, ("gcc", "cc", "clang"))))
    program = str(tmp_path / "fuzz")
    flags = ["-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"]
    checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    source = str(HERE / "native" / "fuzz.c")
    made = subprocess.run([compiler, *flags, *checks, source, "-o", program], capture_output=True, text=True)
    if made.returncode and re.search("cannot find .*san|unrecognized .*sanitize", made.stderr):  # none here
        made = subprocess.run([compiler, *flags, source, "-o", program], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    for seed in range(4):
        done = subprocess.run([program, str(seed)], capture_output=True, text=True, check=False)
        assert done.stdout == "fine\n", done.stderr
