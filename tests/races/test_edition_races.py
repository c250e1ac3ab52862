"""Editions put in force and worded by two at the same time, with two real connections."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from types import ModuleType

import pytest
from django.db import IntegrityError

from accounts.actors import SYSTEM
from accounts.domain.machine import Conflict, Machine, WrongState
from quality_system.domain import edition_parts, editions
from quality_system.domain.edition_parts import change_part, set_last_day_of_use
from quality_system.domain.editions import Stop, as_seen, copy_edition, put_edition_in_force
from quality_system.edition_content import version_of
from quality_system.models import Edition, Indicator, SuccessFactor
from tests.quality_system.factories import EditionFactory, IndicatorFactory
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

State = Edition.State


def draft(state: str = State.DRAFT) -> Edition:
    edition = EditionFactory(state=state)
    IndicatorFactory(edition=edition)
    return edition


def both_put_in_force() -> list[object]:
    """Two drafts put in force at once, each from a page that showed the same edition in force."""
    drafts = draft(), draft()
    seen = [as_seen(edition) for edition in drafts]
    return at_once(
        *(
            lambda edition=edition, page=page: put_edition_in_force(edition=edition, actor=SYSTEM, seen=page)
            for edition, page in zip(drafts, seen, strict=True)
        )  # type: ignore[misc]
    )


def problems(results: list[object]) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


def test_without_the_lock_one_of_two_drafts_breaks_on_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    draft(state=State.IN_FORCE)
    both_have_looked = threading.Barrier(2, timeout=20)
    what_stops = editions.what_stops

    def look_beside_the_other(edition: Edition) -> list[Stop]:
        found = list(what_stops(edition))
        both_have_looked.wait()
        return found

    monkeypatch.setattr(editions, "_one_at_a_time", lambda: None)
    monkeypatch.setattr(editions, "what_stops", look_beside_the_other)
    assert problems(both_put_in_force()) == [IntegrityError]


@pytest.mark.parametrize("is_first", [False, True])
def test_of_two_drafts_put_in_force_at_once_the_later_is_asked_to_look_again(is_first: bool) -> None:
    former = None if is_first else draft(state=State.IN_FORCE)
    results = both_put_in_force()
    assert problems(results) == [Conflict]
    in_force = Edition.objects.get(state=State.IN_FORCE)
    assert in_force in results
    assert Edition.objects.filter(state=State.DRAFT).count() == 1
    assert former is None or Edition.objects.get(pk=former.pk).state == State.CLOSED


def worded_beside_being_put_in_force() -> tuple[list[object], str]:
    """A factor worded while its draft is put in force; what happened and what the factor says."""
    edition = draft()
    factor = SuccessFactor.objects.create(edition=edition, number=1, text="Ledning", is_example_text=False)
    page, version = as_seen(edition), version_of(factor)
    results = at_once(
        lambda: change_part(part=factor, actor=SYSTEM, seen=version, text="Styrning"),
        lambda: put_edition_in_force(edition=edition, actor=SYSTEM, seen=page),
    )
    factor.refresh_from_db()
    return results, factor.text


def test_without_the_lock_an_edition_in_force_is_worded(monkeypatch: pytest.MonkeyPatch) -> None:
    may_write, content = threading.Event(), edition_parts._content

    def write_later(row: object) -> dict[str, object]:
        may_write.wait(20)
        return content(row)  # type: ignore[arg-type]

    real = Machine.walk

    def walk_and_tell(*args: object, **kwargs: object) -> object:
        try:
            return real(*args, **kwargs)  # type: ignore[arg-type]
        finally:
            may_write.set()

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(Machine, "walk", walk_and_tell)
    monkeypatch.setattr(edition_parts, "_content", write_later)
    results, text = worded_beside_being_put_in_force()
    assert (problems(results), text) == ([], "Styrning"), "what everyone saw put in force said something else"


def test_who_words_a_draft_that_is_put_in_force_is_told_or_makes_the_other_look_again() -> None:
    for _try in range(5):
        Edition.objects.filter(state=State.IN_FORCE).update(state=State.CLOSED)
        results, text = worded_beside_being_put_in_force()
        assert (problems(results), text) in [([WrongState], "Ledning"), ([Conflict], "Styrning")]


LAW = {"legal_basis": "2 § förordningen"}
LAST = datetime.date(2026, 6, 30)


def ended_beside(deed: Callable[[Indicator], object]) -> list[object]:
    """The last day of use is set while something else is done with the draft; every indicator's last day."""
    indicator = draft().indicators.get()
    Indicator.objects.update(**LAW)
    results = at_once(
        lambda: deed(Indicator.objects.get(pk=indicator.pk)),
        lambda: set_last_day_of_use(indicator=indicator, actor=SYSTEM, last=LAST),
    )
    assert problems(results) == []
    return list(Indicator.objects.filter(key=indicator.key).values_list("usable_to", flat=True))


DEEDS = {
    "worded": lambda indicator: change_part(part=indicator, actor=SYSTEM, name="Med ett nytt namn"),
    "copied": lambda indicator: copy_edition(edition=indicator.edition, actor=SYSTEM),
}


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_last_day_is_not_lost_to_who_does_something_else_with_the_draft(name: str) -> None:
    for _try in range(3):
        assert set(ended_beside(DEEDS[name])) == {LAST}
        Indicator.objects.all().delete()


@pytest.mark.parametrize(("name", "module", "reads"), [
    ("copied", editions, "_copied"), ("worded", edition_parts, "_content"),
])  # fmt: skip
def test_without_the_lock_the_last_day_is_lost(
    name: str, module: ModuleType, reads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_read, has_ended = threading.Event(), threading.Event()
    read, end = getattr(module, reads), edition_parts.set_last_day_of_use

    def read_and_wait(*args: object, **kwargs: object) -> object:
        found = read(*args, **kwargs)
        has_read.set()
        has_ended.wait(20)
        return found

    def end_meanwhile(**kwargs: object) -> None:
        has_read.wait(20)
        end(**kwargs)  # type: ignore[arg-type]
        has_ended.set()

    monkeypatch.setattr(edition_parts, "_lock_editions_with", lambda _key: None)
    monkeypatch.setattr(module, reads, read_and_wait)
    monkeypatch.setitem(globals(), "set_last_day_of_use", end_meanwhile)
    assert None in ended_beside(DEEDS[name])


def test_two_copies_at_once_have_names_of_their_own() -> None:
    edition = draft()
    results = at_once(*[lambda: copy_edition(edition=edition, actor=SYSTEM)] * 2)
    assert problems(results) == []
    assert Edition.objects.count() == 3
