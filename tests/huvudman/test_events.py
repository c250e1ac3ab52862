"""Mergers, splits, changed numbers, closings: history holds together; whoever may not changes nothing."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry
from huvudman.domain import events
from huvudman.domain.events import (
    change_orgnr,
    close_huvudman,
    merge_huvudman,
    reopen_huvudman,
    split_huvudman,
)
from huvudman.models import Huvudman, HuvudmanEvent, SizeClass, SkolformOffer
from huvudman.queries import history_of
from tests.accounts.factories import leader, planner
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, SchoolUnitFactory, orgnr

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 7, 1)
DAY_BEFORE = datetime.date(2026, 6, 30)
Kind = HuvudmanEvent.Kind

VERBS: dict[str, Callable[[Huvudman, Huvudman, Any], object]] = {
    "new_orgnr": lambda one, _other, actor: change_orgnr(
        huvudman=one, orgnr=orgnr(900_001), on=DAY, actor=actor
    ),
    "merger": lambda one, other, actor: merge_huvudman(parts=[one], into=other, on=DAY, actor=actor),
    "split": lambda one, other, actor: split_huvudman(huvudman=one, into=[other], on=DAY, actor=actor),
    "closed": lambda one, _other, actor: close_huvudman(huvudman=one, on=DAY, actor=actor),
}


def everything() -> tuple[object, ...]:
    rows = Huvudman.objects.order_by("pk").values()
    units = Huvudman.objects.order_by("units__pk").values_list("pk", "units__pk")
    return list(rows), list(units), HuvudmanEvent.objects.count(), AuditEntry.objects.count()


def fresh(row: Huvudman) -> Huvudman:
    return Huvudman.objects.get(pk=row.pk)


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_keeps_the_register_may_and_it_is_logged(verb):
    user = planner()
    one, other = HuvudmanFactory.create_batch(2)
    VERBS[verb](one, other, person(user))
    event, entry = HuvudmanEvent.objects.get(), AuditEntry.objects.get()
    assert (event.kind, event.on, event.before) == (verb, DAY, one)
    assert (entry.verb, entry.actor, entry.subject) == (f"huvudman.{verb}", user, one)
    assert entry.facts == {"on": "2026-07-01", "event": event.pk}, "and no number that may be a person's"


@pytest.mark.parametrize("verb", VERBS)
def test_others_may_not(verb):
    one, other = HuvudmanFactory.create_batch(2)
    before = everything()
    with pytest.raises(PermissionDenied):
        VERBS[verb](one, other, person(leader()))
    assert everything() == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_failure_in_the_middle_leaves_nothing_behind(verb, monkeypatch):
    def fail(**_facts: object) -> None:
        raise RuntimeError("the log is full")

    one, other = HuvudmanFactory.create_batch(2)
    SchoolUnitFactory(huvudman=one)
    before = everything()
    monkeypatch.setattr(events, "record", fail)
    with pytest.raises(RuntimeError):
        VERBS[verb](one, other, SYSTEM)
    assert everything() == before


def test_a_new_number_is_kept_with_those_before():
    huvudman = HuvudmanFactory()
    first, second, third = huvudman.orgnr, orgnr(900_001), orgnr(900_002)
    for number in (second, third):
        change_orgnr(huvudman=huvudman, orgnr=number, on=DAY, actor=SYSTEM)
    assert fresh(huvudman).orgnr == third
    noted = HuvudmanEvent.objects.order_by("pk").values_list("kind", "after", "orgnr_before")
    assert list(noted) == [(Kind.NEW_ORGNR, huvudman.pk, number) for number in (first, second)]
    (latest, *_rest) = history_of(fresh(huvudman))
    assert latest["fields"] == [("orgnr", second, third)]


def test_a_number_that_another_has_or_has_had_is_refused():
    one, other = HuvudmanFactory.create_batch(2)
    left = other.orgnr
    change_orgnr(huvudman=other, orgnr=orgnr(900_001), on=DAY, actor=SYSTEM)
    before = everything()
    for taken in (left, orgnr(900_001)):
        with pytest.raises(NotPossible):
            change_orgnr(huvudman=one, orgnr=taken, on=DAY, actor=SYSTEM)
    assert everything() == before


def test_a_huvudman_may_take_its_own_old_number_back():
    huvudman = HuvudmanFactory()
    first = huvudman.orgnr
    for number in (orgnr(900_001), first):
        change_orgnr(huvudman=huvudman, orgnr=number, on=DAY, actor=SYSTEM)
    assert fresh(huvudman).orgnr == first


@pytest.mark.parametrize("wrong", ["5560000002", "556000", "", "55600000ab", "0000000000"])
def test_a_number_that_is_none_is_refused(wrong):
    huvudman = HuvudmanFactory()
    before = everything()
    with pytest.raises(ValidationError):
        change_orgnr(huvudman=huvudman, orgnr=wrong, on=DAY, actor=SYSTEM)
    assert everything() == before


def test_the_same_number_again_is_nothing():
    huvudman = HuvudmanFactory()
    before = everything()
    change_orgnr(huvudman=huvudman, orgnr=huvudman.orgnr, on=DAY, actor=SYSTEM)
    assert everything() == before


def test_a_merger_moves_units_and_kommuner_and_closes_the_parts():
    target, one, two = HuvudmanFactory.create_batch(3)
    kommun = KommunFactory(code="2580")
    one.kommuner.add(kommun)
    units = [SchoolUnitFactory(huvudman=row) for row in (target, one, one, two)]
    merge_huvudman(parts=[one, two], into=target, on=DAY, actor=SYSTEM, note="Beslut i fullmäktige")
    assert set(target.units.all()) == set(units)
    assert set(target.kommuner.all()) == {kommun, units[0].kommun}
    assert [fresh(row).active_to for row in (target, one, two)] == [None, DAY_BEFORE, DAY_BEFORE]
    noted = HuvudmanEvent.objects.order_by("pk").values_list("kind", "before", "after", "note")
    assert list(noted) == [(Kind.MERGER, row.pk, target.pk, "Beslut i fullmäktige") for row in (one, two)]
    assert fresh(one).orgnr == one.orgnr, "a closed huvudman keeps its number"


def test_a_merger_counts_the_one_that_takes_over_anew():
    target = HuvudmanFactory(pupils=1461, skolformer=["GR"], size_class=SizeClass.S3)
    part = HuvudmanFactory(pupils=832, children=30, skolformer=["VUX"])
    for row, skolform, pupils in ((target, "GR", 1461), (part, "GY", 832)):
        unit = SchoolUnitFactory(huvudman=row, kommun=KommunFactory(code=f"25{row.pk % 90 + 10}"))
        SkolformOffer.objects.create(unit=unit, skolform=skolform, pupils=pupils)
    gone = SchoolUnitFactory(huvudman=part, active_to=DAY_BEFORE)
    SkolformOffer.objects.create(unit=gone, skolform="SAM", pupils=500)
    merge_huvudman(parts=[part], into=target, on=DAY, actor=SYSTEM)
    now = fresh(target)
    assert (now.pupils, now.children, now.size_class) == (1461 + 832, 30, SizeClass.S4)
    assert now.skolformer == ["GR", "GY", "VUX"]
    assert fresh(part).pupils == 832, "what it had when it ended"


def test_numbers_that_no_unit_tells_are_added_up():
    target, part = HuvudmanFactory(pupils=400), HuvudmanFactory(pupils=200)
    merge_huvudman(parts=[part], into=target, on=DAY, actor=SYSTEM)
    assert (fresh(target).pupils, fresh(target).size_class) == (600, SizeClass.S3)


def test_a_merger_that_cannot_be_is_refused_whole():
    target, one, closed = HuvudmanFactory.create_batch(3)
    SchoolUnitFactory(huvudman=one)
    close_huvudman(huvudman=closed, on=DAY, actor=SYSTEM)
    before = everything()
    for parts, into in (
        ([one, closed], target),
        ([one], closed),
        ([one, target], target),
        ([one, one], target),
        ([], target),
    ):
        with pytest.raises(NotPossible):
            merge_huvudman(parts=parts, into=into, on=DAY, actor=SYSTEM)
    assert everything() == before


def test_a_split_notes_every_part():
    source, one, two = HuvudmanFactory.create_batch(3)
    unit = SchoolUnitFactory(huvudman=source)
    split_huvudman(huvudman=source, into=[one, two], on=DAY, actor=SYSTEM)
    assert fresh(source).active_to == DAY_BEFORE
    assert list(source.later_events.order_by("pk").values_list("kind", "after")) == [
        (Kind.SPLIT, one.pk),
        (Kind.SPLIT, two.pk),
    ]
    unit.refresh_from_db()
    assert unit.huvudman == source, "the next register says whose it is"


def test_a_huvudman_may_go_on_beside_its_new_part():
    source, part = HuvudmanFactory.create_batch(2)
    split_huvudman(huvudman=source, into=[part], on=DAY, actor=SYSTEM, closes=False)
    assert fresh(source).active_to is None
    assert source.later_events.get().after == part


def test_a_split_that_cannot_be_is_refused():
    source, part, closed = HuvudmanFactory.create_batch(3)
    close_huvudman(huvudman=closed, on=DAY, actor=SYSTEM)
    before = everything()
    for huvudman, into in ((source, []), (source, [part, source]), (closed, [part])):
        with pytest.raises(NotPossible):
            split_huvudman(huvudman=huvudman, into=into, on=DAY, actor=SYSTEM)
    assert everything() == before


def test_closing_again_changes_nothing_and_another_day_is_refused():
    huvudman = HuvudmanFactory()
    close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM, note="Konkurs")
    before = everything()
    close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM)
    with pytest.raises(Conflict, match="har redan upphört: sista dagen är 30 juni 2026"):
        close_huvudman(huvudman=huvudman, on=DAY + datetime.timedelta(days=9), actor=SYSTEM)
    assert everything() == before
    assert (fresh(huvudman).active_to, HuvudmanEvent.objects.get().note) == (DAY_BEFORE, "Konkurs")


@pytest.mark.parametrize("verb", ["merger", "split", "closed"])
def test_nobody_ends_before_its_first_day(verb):
    one, other = HuvudmanFactory(active_from=DAY), HuvudmanFactory()
    before = everything()
    with pytest.raises(NotPossible):
        VERBS[verb](one, other, SYSTEM)
    assert everything() == before


def test_a_closed_huvudman_is_reopened_and_what_closed_it_stays_noted():
    user, huvudman = planner(), HuvudmanFactory()
    close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM)
    reopen_huvudman(huvudman=huvudman, on=DAY, actor=person(user), note="Fel huvudman")
    assert fresh(huvudman).active_to is None
    noted = list(huvudman.later_events.order_by("pk").values_list("kind", "on", "note"))
    assert noted == [(Kind.CLOSED, DAY, ""), (Kind.REOPENED, DAY, "Fel huvudman")]
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.verb, entry.actor, entry.subject) == ("huvudman.reopened", user, huvudman)
    days = [change["fields"] for change in history_of(fresh(huvudman))]
    assert days == [[("active_to", DAY_BEFORE, None)], [("active_to", None, DAY_BEFORE)]]


def test_others_may_not_reopen():
    huvudman = HuvudmanFactory(active_to=DAY_BEFORE)
    before = everything()
    with pytest.raises(PermissionDenied):
        reopen_huvudman(huvudman=huvudman, on=DAY, actor=person(leader()))
    assert everything() == before


def test_reopening_again_changes_nothing_and_an_open_one_is_told_of():
    huvudman, never_closed = HuvudmanFactory(active_to=DAY_BEFORE), HuvudmanFactory()
    reopen_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM, note="Åter")
    before = everything()
    reopen_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM, note="Åter")
    for row, on, note in (
        (huvudman, DAY, "Annat"),
        (huvudman, DAY + datetime.timedelta(days=9), "Åter"),
        (never_closed, DAY, ""),
    ):
        with pytest.raises(Conflict, match="är redan verksam"):
            reopen_huvudman(huvudman=row, on=on, actor=SYSTEM, note=note)
    assert everything() == before


def test_a_reopened_huvudman_ends_again_on_the_same_day():
    huvudman = HuvudmanFactory()
    close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM)
    reopen_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM)
    close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM)
    assert fresh(huvudman).active_to == DAY_BEFORE
    kinds = huvudman.later_events.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [Kind.CLOSED, Kind.REOPENED, Kind.CLOSED]


def test_the_end_of_one_that_a_file_closed_on_that_day_is_noted():
    huvudman = HuvudmanFactory(active_to=DAY_BEFORE)
    for _again in range(2):
        close_huvudman(huvudman=huvudman, on=DAY, actor=SYSTEM, note="Konkurs")
    event = HuvudmanEvent.objects.get()
    assert (event.kind, event.on, event.note) == (Kind.CLOSED, DAY, "Konkurs")
    assert AuditEntry.objects.get().verb == "huvudman.closed"
    assert fresh(huvudman).active_to == DAY_BEFORE


def test_words_that_would_be_lost_are_told_of():
    ended, merged, other = HuvudmanFactory.create_batch(3)
    close_huvudman(huvudman=ended, on=DAY, actor=SYSTEM, note="Konkurs")
    merge_huvudman(parts=[merged], into=other, on=DAY, actor=SYSTEM)
    before = everything()
    for row in (ended, merged):
        with pytest.raises(Conflict, match="har redan upphört"):
            close_huvudman(huvudman=row, on=DAY, actor=SYSTEM, note="Annat")
    assert everything() == before
