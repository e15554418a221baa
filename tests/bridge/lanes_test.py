"""The protocol of a lane's words (native/lanes.h) in all interleavings.

The model: one lane, its two words, its bell, a store buffer for each side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

MESSAGES = 2
Words = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class State:
    """Shared memory, the stores that each side has not let go of, and where each side is."""

    memory: Words = (("bell", 0), ("head", 0), ("sleeping", 1))
    buffers: tuple[Words, Words] = ((), ())  # of the writer and the reader, in the order of the stores
    writer: tuple[str, int] = ("store", 1)
    reader: tuple[str, int, int] = ("rouse", 0, 0)  # what it does next, what it has read, if a bell is owed


@dataclass(frozen=True)
class Rules:
    """What the protocol has, each of which may be missing."""

    fenced: bool = True  # sequentially consistent stores: nothing of this side goes ahead of them
    looks_again: bool = True  # the reader, when it has said that it sleeps
    exchanges: bool = True  # the writer tells that it has rung
    hears_awake: bool = True  # the reader takes bells back only while nobody rings


def load(state: State, side: int, word: str) -> int:
    for name, value in reversed(state.buffers[side]):
        if name == word:
            return value
    return dict(state.memory)[word]


def written(state: State, **words: int) -> State:
    return replace(state, memory=tuple(sorted({**dict(state.memory), **words}.items())))


def store(state: State, side: int, rules: Rules, **words: int) -> State:
    if rules.fenced:
        return written(state, **words)
    buffers = list(state.buffers)
    buffers[side] = (*buffers[side], *words.items())
    return replace(state, buffers=(buffers[0], buffers[1]))


def drained(state: State) -> Iterator[State]:
    """A core lets go of a store: of each word in their order, of different words in any."""
    for side, buffer in enumerate(state.buffers):
        for at, (word, value) in enumerate(buffer):
            if word not in [name for name, _ in buffer[:at]]:
                buffers = list(state.buffers)
                buffers[side] = buffer[:at] + buffer[at + 1 :]
                yield replace(written(state, **{word: value}), buffers=(buffers[0], buffers[1]))


def exchanged(state: State, side: int, value: int) -> tuple[State, int] | None:
    """An exchange of `sleeping`; it waits for this side's own stores to that word."""
    if any(word == "sleeping" for word, _ in state.buffers[side]):
        return None
    return written(state, sleeping=value), dict(state.memory)["sleeping"]


def writes(state: State, rules: Rules) -> Iterator[State]:
    what, count = state.writer
    after = ("store", count + 1) if count < MESSAGES else ("done", count)
    if what == "store":
        yield replace(store(state, 0, rules, head=count), writer=("look", count))
    elif what == "look":
        asleep = load(state, 0, "sleeping")
        yield replace(state, writer=("exchange", count) if asleep else after)
    elif what == "exchange":
        if not rules.exchanges:
            yield replace(state, writer=("ring", count))
            return
        done = exchanged(state, 0, 0)
        if done is not None:
            yield replace(done[0], writer=("ring", count) if done[1] else after)
    elif what == "ring":
        yield replace(written(state, bell=dict(state.memory)["bell"] + 1), writer=after)


def reads(state: State, rules: Rules) -> Iterator[State]:
    what, count, owed = state.reader
    if what == "rouse":
        done = exchanged(state, 1, 0)
        if done is not None:
            yield replace(done[0], reader=("look", count, owed or int(done[1] == 0)))
    elif what == "look":
        seen = load(state, 1, "head")
        if seen == count or owed:
            yield replace(state, reader=("hear", count, owed))
        else:
            yield replace(state, reader=("rest", seen, owed))
    elif what == "hear":
        rung = dict(state.memory)["bell"]
        yield replace(written(state, bell=0), reader=("take", count, 0 if rung else owed))
    elif what == "take":
        yield replace(state, reader=("rest", load(state, 1, "head"), owed))
    elif what == "rest":
        after = "again" if rules.looks_again else "poll"
        yield replace(store(state, 1, rules, sleeping=1), reader=(after, count, owed))
    elif what == "late":  # a reader that takes the bells back when it has said that it sleeps
        yield replace(written(state, bell=0), reader=("poll", count, owed))
    elif what == "again":
        there = load(state, 1, "head") != count
        sleeps = "poll" if rules.hears_awake else "late"
        yield replace(state, reader=("rouse" if there else sleeps, count, owed))
    elif what == "poll" and dict(state.memory)["bell"]:
        yield replace(state, reader=("rouse", count, owed))


def explore(rules: Rules) -> tuple[int, list[State]]:
    """How many states there are, and those in which nothing goes on though something was not read."""
    seen, todo, stuck = {State()}, [State()], []
    while todo:
        state = todo.pop()
        following = [*writes(state, rules), *reads(state, rules), *drained(state)]
        if not following and state.reader[1] != MESSAGES:
            stuck.append(state)
        for each in following:
            if each not in seen and dict(each.memory)["bell"] <= MESSAGES + 1:
                seen.add(each)
                todo.append(each)
    return len(seen), stuck


def test_no_interleaving_loses_a_bell() -> None:
    count, stuck = explore(Rules())
    assert count > 100 and stuck == []


@pytest.mark.parametrize("missing", ["fenced", "looks_again", "hears_awake"])
def test_each_part_of_the_protocol_is_needed(missing: str) -> None:
    assert explore(replace(Rules(), **{missing: False}))[1], missing


def test_there_is_one_ring_for_each_sleep() -> None:
    """Without the exchange each message rings that finds a sleeper who has not woken yet."""

    def most(rules: Rules) -> int:
        seen, todo, rings = {State(reader=("poll", 0, 0))}, [State(reader=("poll", 0, 0))], 0
        while todo:
            state = todo.pop()
            rings = max(rings, dict(state.memory)["bell"])
            for each in writes(state, rules):
                if each not in seen:
                    seen.add(each)
                    todo.append(each)
        return rings

    assert most(Rules()) == 1
    assert most(Rules(exchanges=False)) == MESSAGES
