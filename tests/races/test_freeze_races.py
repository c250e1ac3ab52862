"""Two who first ask for a batch's figures get the same moment; an import being stored is waited for."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain import freezes
from dialogues.domain.freezes import freeze_figures
from quality_system.domain import import_statistics as importing
from quality_system.domain.moments import moment_between_imports
from tests.dialogues.factories import BatchFactory
from tests.races.test_dialogue_races import at_once
from tests.races.test_statistics_races import until_the_other_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def both_look_before_either_freezes(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=20)
    look = freezes._moment_of

    def look_beside_the_other(batch_id: int) -> object:
        found = look(batch_id)
        both.wait()
        return found

    monkeypatch.setattr(freezes, "_moment_of", look_beside_the_other)


def test_without_asking_again_under_the_lock_two_get_different_moments(monkeypatch) -> None:
    batch = BatchFactory()
    both_look_before_either_freezes(monkeypatch)

    def freeze_at_once() -> object:
        if freezes._moment_of(batch.pk) is None:
            with transaction.atomic():
                batch.__class__.objects.select_for_update(no_key=True).get(pk=batch.pk)
                now = moment_between_imports()
                batch.__class__.objects.filter(pk=batch.pk).update(figures_as_of=now)
        return now

    first, second = at_once(freeze_at_once, freeze_at_once)
    assert first != second


def test_two_who_are_first_get_the_same_moment(monkeypatch) -> None:
    batch = BatchFactory()
    both_look_before_either_freezes(monkeypatch)
    freeze = lambda: freeze_figures(batch_id=batch.pk, actor=SYSTEM)  # noqa: E731
    first, second = at_once(freeze, freeze)
    assert first == second
    batch.refresh_from_db()
    assert batch.figures_as_of == first


def test_an_import_that_is_being_stored_is_waited_for() -> None:
    batch = BatchFactory()
    is_storing, may_end = threading.Event(), threading.Event()
    stored_at: list[object] = []

    def store() -> None:
        with transaction.atomic():
            importing.one_at_a_time()
            stored_at.append(timezone.now())
            is_storing.set()
            assert may_end.wait(20)

    def freeze() -> object:
        assert is_storing.wait(20)
        return freeze_figures(batch_id=batch.pk, actor=SYSTEM)

    def end_when_held_back() -> None:
        until_the_other_waits()
        may_end.set()
        connection.close()

    watcher = threading.Thread(target=end_when_held_back)
    watcher.start()
    _none, moment = at_once(store, freeze)
    watcher.join(20)
    assert moment > stored_at[0]
