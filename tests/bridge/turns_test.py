"""When a turn of both loops ends."""

from __future__ import annotations

from typing import Any

from polyrepl.bridge.turns import Turn


class Recorder:
    """A line, its exchange, who asks on it, and a loop's steps: all that was done."""

    failure = None
    kept = False

    def __init__(self) -> None:
        self.did: list[str] = []
        self.connection = self

    async def post(self, header: list[Any], segments: list[Any], form: int, exchange: Any = None) -> None:
        self.did.append("hold")

    def note(self, header: list[Any]) -> None:
        self.did.append("free")

    def close_steps(self) -> None:
        self.did.append("close")

    def open_steps(self) -> None:
        self.did.append("open")


async def test_what_goes_on_is_asked_before_the_turn_ends() -> None:
    """Else JavaScript could run on before it hears what it runs for, and no interrupt would find it."""
    import asyncio

    for steps in (False, True):
        line = Recorder()
        turn = Turn(line, line if steps else None)
        await turn.take(line, 1)
        turn.end()
        line.did.append("rest")
        assert "free" not in line.did
        await asyncio.sleep(0)
        kept = [did for did in line.did if did in ("hold", "rest", "free")]
        assert kept == ["hold", "rest", "free"]
        assert not line.kept
        turn.free()
        assert line.did.count("free") == 1
