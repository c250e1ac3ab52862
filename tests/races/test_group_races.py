"""Comparison groups made by two at the same time, with two real connections."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError

from accounts.actors import SYSTEM
from quality_system.domain import groups as making
from quality_system.domain.groups import make_comparison_groups, place_newcomers
from quality_system.grouping import Profile
from quality_system.models import ComparisonGroup, GroupMember
from tests.huvudman.factories import HuvudmanFactory
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def made() -> tuple[int, int]:
    return ComparisonGroup.objects.count(), GroupMember.objects.count()


def test_without_the_lock_both_place_the_same_newcomer(monkeypatch: pytest.MonkeyPatch) -> None:
    make_with(1)
    HuvudmanFactory()
    both_have_looked = threading.Barrier(2, timeout=20)
    read = making.read_profiles

    def read_beside_the_other() -> list[Profile]:
        profiles = read()
        both_have_looked.wait()
        return profiles

    monkeypatch.setattr(making, "_wait_for_others", lambda: None)
    monkeypatch.setattr(making, "read_profiles", read_beside_the_other)
    results = at_once(*[lambda: place_newcomers(actor=SYSTEM)] * 2)
    assert sorted(type(result) for result in results if result != 1) == [IntegrityError]


def test_one_waits_and_places_nobody_again() -> None:
    make_with(1)
    HuvudmanFactory()
    assert sorted(at_once(*[lambda: place_newcomers(actor=SYSTEM)] * 2)) == [0, 1]  # type: ignore[type-var]
    assert made() == (1, 2)


def test_groups_made_twice_at_once_are_made_once_after_the_other() -> None:
    make_with(3)
    results = at_once(*[lambda: make_comparison_groups(actor=SYSTEM)] * 2)
    assert [len(result) for result in results] == [1, 1]  # type: ignore[arg-type]
    assert made() == (1, 3)


def make_with(huvudman: int) -> None:
    HuvudmanFactory.create_batch(huvudman)
    make_comparison_groups(actor=SYSTEM)
