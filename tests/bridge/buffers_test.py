"""Arrays and buffers: their bytes, of every layout, cross as they are."""

from __future__ import annotations

import json
from array import array as packed
from typing import Any

import numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge
from polyrepl.bridge.deep import encode_deep


def test_buffers_of_arrays(js: Bridge) -> None:
    read = js.eval("(x) => [x.buffer instanceof ArrayBuffer, x.byteLength, new Float64Array(x.buffer)]")
    for array in (numpy.arange(4.0), numpy.arange(4.0).reshape(2, 2), numpy.arange(8.0)[::2] / 2):
        whole, size, back = read(array)
        assert (whole, size) == (True, 32)
        assert numpy.asarray(back).tolist() == [0, 1, 2, 3]
    big = numpy.arange(100_000.0)
    assert js.eval("(x) => { const f = new Float64Array(x.buffer); return [f.length, f[99999]] }")(big) == [
        100_000,
        99_999,
    ]


def test_buffers(js: Bridge) -> None:
    read = js.eval("(x) => [x.buffer instanceof ArrayBuffer, x.byteLength, [...new Float64Array(x.buffer)]]")
    values = packed("d", [0, 1, 2, 3])
    grid = memoryview(values).cast("B").cast("d", (2, 2))
    for buffer in (values, memoryview(values), grid, memoryview(packed("d", range(8)))[4:]):
        assert read(buffer) == [True, 32, [float(x) for x in memoryview(buffer).cast("B").cast("d")]]
    assert js.eval("(x) => new Uint8Array(x.buffer)")(bytearray(b"ab")) == b"ab"


def test_typed_array_subclasses_and_views_in_numpy(js: Bridge) -> None:
    sub = js.eval("new (class Mine extends Float64Array {})([1, 2])")
    assert numpy.asarray(sub).dtype == numpy.float64
    assert numpy.asarray(js.eval("new Float64Array([0, 1, 2, 3]).subarray(1, 3)")).tolist() == [1, 2]


def test_typed_array_subclasses_and_views(js: Bridge) -> None:
    sub = js.eval("new (class Mine extends Float64Array {})([1, 2])")
    assert (sub.format, sub.tolist()) == ("d", [1, 2])
    assert js.eval("new DataView(new ArrayBuffer(2))") == b"\0\0"
    assert js.eval("new Float64Array([0, 1, 2, 3]).subarray(1, 3)").tolist() == [1, 2]
    assert js.eval("new Uint8Array(new SharedArrayBuffer(2))") == b"\0\0"


layouts = st.tuples(
    st.sampled_from(["i1", "u1", "<i2", ">i2", "u4", ">i8", "u8", "f2", "<f4", ">f4", "f8", ">f8"]),
    st.lists(st.integers(0, 4), min_size=1, max_size=3),
    st.sampled_from(["C", "F", "strided", "reversed", "read-only"]),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layouts)
def test_arrays_of_every_layout_are_copied_exactly(to_js: Any, layout: tuple[str, list[int], str]) -> None:
    dtype, dims, kind = layout
    size = int(numpy.prod(dims))
    array = numpy.arange(size, dtype="i8").astype(dtype).reshape(dims, order="F" if kind == "F" else "C")
    if kind == "strided":
        wide = numpy.zeros([*dims[:-1], dims[-1] * 2], dtype)
        wide[..., ::2] = array
        array = wide[..., ::2]
    elif kind == "reversed":
        array = array[::-1]
    elif kind == "read-only":
        array.flags.writeable = False

    def rows(value: Any, depth: int) -> Any:
        if depth > 1:
            return [rows(row, depth - 1) for row in value]
        if isinstance(value, bytes):
            value = numpy.frombuffer(value, "u1")
        got = numpy.asarray(value)
        if size and dtype != "f2":
            assert got.dtype == array.dtype.newbyteorder("=")
        return got.tolist()

    assert rows(to_js(array), array.ndim) == array.tolist()


def test_arrays_are_binary_and_not_copied_on_the_way_out(js: Bridge) -> None:
    js.eval("1")
    array = numpy.arange(1e5)
    segments: list[Any] = []
    wire = encode_deep(js.marshal, array, segments)
    assert len(json.dumps(wire)) < 50
    assert sum(len(part) for part in segments) == array.nbytes
    assert numpy.shares_memory(numpy.frombuffer(segments[-1]), array)


def test_buffers_are_binary_and_not_copied_on_the_way_out(js: Bridge) -> None:
    js.eval("1")
    values = packed("d", range(100_000))
    segments: list[Any] = []
    wire = encode_deep(js.marshal, values, segments)
    assert len(json.dumps(wire)) < 50
    assert sum(len(part) for part in segments) == len(values) * 8
    values[1] = 77.0  # seen in what is to be sent, if that is the same memory
    assert memoryview(segments[-1]).cast("B").cast("d")[1] == 77.0
