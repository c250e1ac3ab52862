"""Two let the same thing rest at once, with words of their own."""

import datetime
import threading

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import Conflict
from dialogues.domain import resting
from dialogues.models import Rest
from tests.accounts.factories import planner
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def race() -> list[type]:
    until = timezone.localdate() + datetime.timedelta(days=7)
    matter = resting.Matter(kind="senare", pk=1, due=None)
    first, second = person(planner()), person(planner())
    results = at_once(
        lambda: resting.put_to_rest(matter=matter, until=until, reason="Ledig", actor=first),
        lambda: resting.put_to_rest(matter=matter, until=until, reason="Sjuk", actor=second),
    )
    assert Rest.objects.count() == 1
    return [type(result) for result in results if isinstance(result, Exception)]


def test_one_rests_and_the_other_is_told(monkeypatch):
    assert race() == [Conflict]
    Rest.objects.all().delete()
    both_have_looked = threading.Barrier(2, timeout=20)
    look = resting._open_rest

    def look_and_wait(matter):
        found = look(matter)
        both_have_looked.wait()
        return found

    monkeypatch.setattr(resting, "_lock", lambda _matter: None)
    monkeypatch.setattr(resting, "_open_rest", look_and_wait)
    assert race() == [IntegrityError]
