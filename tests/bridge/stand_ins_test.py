"""An object is what its class is, whatever it says (`__class__`): a stand-in for another one, as werkzeug's
and Django's are, a mock with a spec. Each does at every door what a plain object with its methods does."""

from __future__ import annotations

import datetime
import decimal
import pathlib
import types
import uuid
from typing import Any
from unittest import mock

import pytest
from polyrepl.bridge import Bridge

DOORS = [
    "x => typeof x", "x => x", "x => x.m()", "x => String(x)", "x => x + 1", "x => [x][0].n", "x => +x",
    "x => py.toJs(x)", "x => py.toJs([x])[0]", "x => py.toJs({ x }).x", "x => JSON.stringify(x)",
    "x => x instanceof Error", "x => x instanceof Date", "x => Array.isArray(x)", "x => py.repr?.(x)",
    "x => { try { throw x } catch (e) { return e === x } }", "async (x) => x", "async (x) => await x",
]  # fmt: skip
SAID = [
    int, str, float, bool, bytes, list, dict, tuple, set, range, type, Exception, KeyError, datetime.datetime,
    datetime.date, datetime.timedelta, decimal.Decimal, pathlib.Path, uuid.UUID, types.FunctionType,
    types.CoroutineType, types.GeneratorType,
]  # fmt: skip


class Plain:
    n = 1

    def m(self) -> int:
        return 3

    def __repr__(self) -> str:
        return "a stand-in"


def saying(what: type) -> Any:
    return type("Plain", (Plain,), {"__class__": property(lambda self: what)})()


def raising() -> Any:
    def cannot(self: Any) -> type:
        raise RuntimeError("outside of a request")

    return type("Plain", (Plain,), {"__class__": property(cannot)})()


def through(js: Bridge, door: str, thing: Any) -> Any:
    call = js.eval(f"const py = globalThis[Symbol.for('polyrepl.$py')]; ({door})")
    try:
        value = call(thing)
        if door.startswith("async"):
            value = value.result()
        return "itself" if value is thing else repr(value)
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("door", DOORS)
def test_each_door_takes_it_for_what_it_is(js: Bridge, door: str) -> None:
    plain = through(js, door, Plain())
    said = [through(js, door, thing) for thing in (raising(), *map(saying, SAID))]
    assert said == [plain] * len(said)


def test_mocks_stay_mocks(js: Bridge) -> None:
    convert = js.eval("x => globalThis[Symbol.for('polyrepl.$py')].toJs([x])[0]")
    for spec in (int, dict, ValueError, datetime.datetime, decimal.Decimal):
        made = mock.Mock(spec=spec)
        assert convert(made) is made
        assert js.eval("x => x instanceof Error")(made) is False


class Proxy:
    """As werkzeug's LocalProxy: it has the methods of everything, and each raises where there is nothing."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("outside of a request")

    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("outside of a request")

    @property
    def __await__(self) -> Any:
        raise RuntimeError("outside of a request")

    def __call__(self) -> None:
        raise RuntimeError("outside of a request")

    def __repr__(self) -> str:
        return "<unbound>"


def test_what_stands_for_nothing(js: Bridge) -> None:
    """It can be sent, called, awaited and shown; only what is asked of what it stands for fails."""
    thing = Proxy()
    assert js.eval("x => x")(thing) is thing
    assert js.eval("async (x) => await x")(thing).result() is thing
    assert js.eval("x => typeof x")(thing) == "function"
    assert js.eval("x => String(x)")(thing) == "<unbound>"
    for door in (
        "x => x()",
        "x => x.args",
        "async (x) => globalThis[Symbol.for('polyrepl.$py')].async(x, [], [])",
    ):
        with pytest.raises(RuntimeError, match="outside of a request"):
            value = js.eval(door)(thing)
            assert value.result() is None
