"""The contexts of forms: what one sets in a context variable the next ones find, whoever set it last."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator

import pytest
from polyrepl.bridge.forms import Forms, current

place: contextvars.ContextVar[int] = contextvars.ContextVar("place", default=0)
other: contextvars.ContextVar[int] = contextvars.ContextVar("other", default=0)


@pytest.fixture
def forms() -> Iterator[Forms]:
    context = contextvars.copy_context()
    made = Forms()
    yield made
    for variable in (place, other):
        variable.set(context.get(variable, 0))


def begin(forms: Forms, number: int) -> int:
    forms.remember(number)
    return forms.run(number, place.get)


def test_the_next_form_finds_what_one_has_set(forms: Forms) -> None:
    forms.remember(1)
    forms.run(1, place.set, 5)
    assert forms.run(1, place.get) == 5 and place.get() == 0 and begin(forms, 2) == 5
    assert forms.run(2, current) == 2 and current() == 0


def test_whoever_set_it_last(forms: Forms) -> None:
    forms.remember(1)
    forms.run(1, place.set, 5)
    place.set(6)
    assert begin(forms, 2) == 6
    with forms.joined():
        assert place.get() == 6
        place.set(7)
    assert begin(forms, 3) == 7
    forms.run(3, place.set, 8)
    with forms.running(4):
        assert (place.get(), current()) == (8, 4)
        place.set(9)
    assert begin(forms, 5) == 9 and current() == 0


def test_what_is_reset_is_so_for_others(forms: Forms) -> None:
    forms.remember(1)
    token = forms.run(1, place.set, 5)
    assert begin(forms, 2) == 5
    forms.run(1, place.reset, token)
    assert begin(forms, 3) == 0


def test_a_form_within_a_form(forms: Forms) -> None:
    """What calls from within a form is not outside of all of them: what the outer one has set is not lost."""

    def outer() -> None:
        place.set(5)
        assert begin(forms, 2) == 5
        forms.run(2, other.set, 1)
        with forms.joined():
            assert (place.get(), other.get()) == (5, 1)

    forms.remember(1)
    forms.run(1, outer)
    assert begin(forms, 3) == 5 and forms.run(3, other.get) == 1


def test_a_form_that_somebody_is_in(forms: Forms) -> None:
    forms.remember(1)
    assert forms.run(1, lambda: forms.run(1, place.get)) == 0
    assert forms.run(1, lambda: (place.set(5), forms.run(1, place.get))[1]) == 5


def test_a_form_that_nobody_knows_runs_where_it_is_called(forms: Forms) -> None:
    place.set(3)
    assert forms.run(9, place.get) == 3 and forms.context(9) is None
