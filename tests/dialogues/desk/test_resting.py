"""A thing to do rests until a day, for all who have it, and comes back by itself."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole, User
from dialogues.desk import Desk, DeskFilter, kinds_for, waiting
from dialogues.domain.resting import Matter, put_to_rest, wake
from dialogues.models import Dialogue, DialogueState, Rest
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.desk.kinds import NOW, TODAY, days, since
from tests.dialogues.desk.test_page import FRONT, rows
from tests.dialogues.factories import DialogueFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]
WEEK = TODAY + days(7)


@pytest.fixture
def held() -> Dialogue:
    """A dialogue that waits to be closed."""
    return since(DialogueFactory(state=DialogueState.FEEDBACK_HELD), 20)


def matter(dialogue: Dialogue, **more: object) -> Matter:
    return Matter(kind="avsluta-dialog", pk=dialogue.pk, due=TODAY - days(6), **more)  # type: ignore[arg-type]


def rest(
    dialogue: Dialogue, user: User | None = None, until: datetime.date = WEEK, why: str = "Ledig"
) -> Rest:
    return put_to_rest(matter=matter(dialogue), until=until, reason=why, actor=person(user or planner()))


def listed(user: User) -> tuple[int, int]:
    """How many things the user has to do, and how many rest."""
    found = waiting(kinds_for(user), Desk.of(user))
    return len(DeskFilter().listed(found)), len(DeskFilter(rest="ja").listed(found))


def test_it_rests_for_both_agencies_until_the_day(held) -> None:
    everybody = [planner(), leader(), leader("spsm")]
    assert [listed(user) for user in everybody] == [(1, 0)] * 3
    rest(held)
    assert [listed(user) for user in everybody] == [(0, 1)] * 3
    with time_machine.travel(NOW + days(6), tick=False):
        assert listed(everybody[0]) == (0, 1)
    with time_machine.travel(NOW + days(7), tick=False):
        assert [listed(user) for user in everybody] == [(1, 0)] * 3


def test_what_waits_for_an_agency_alone_rests_for_it_alone(held) -> None:
    own = leader()
    put_to_rest(
        matter=matter(held, agency_id=own.staff.agency_id), until=WEEK, reason="Ledig", actor=person(own)
    )
    assert (listed(own), listed(leader("spsm"))) == ((0, 1), (1, 0))


def test_due_another_day_it_is_another_thing(held) -> None:
    rest(held)
    since(held, 3)
    assert listed(planner()) == (1, 0)


def test_twice_with_the_same_words_is_once_and_with_others_a_conflict(held) -> None:
    first = rest(held)
    assert rest(held, why=" Ledig ") == first
    for other in ({"why": "Sjuk"}, {"until": WEEK + days(1)}):
        with pytest.raises(Conflict, match="Ledig"):
            rest(held, **other)
    assert AuditEntry.objects.filter(verb="rest.begun").count() == Rest.objects.count() == 1


def test_woken_it_is_back_and_may_rest_again(held) -> None:
    spsm = leader("spsm")
    row = rest(held)
    for _twice in range(2):
        wake(rest=row, actor=person(spsm))
    assert listed(spsm) == (1, 0)
    assert AuditEntry.objects.get(verb="rest.ended").actor == spsm
    assert rest(held, why="Sjuk").pk != row.pk


@pytest.mark.parametrize(
    ("until", "why"), [(TODAY, "Ledig"), (TODAY + days(91), "Ledig"), (WEEK, ""), (WEEK, "  ")]
)
def test_a_day_or_a_reason_that_will_not_do_is_refused(held, until, why) -> None:
    with pytest.raises(NotPossible):
        rest(held, until=until, why=why)
    assert not Rest.objects.exists()


def test_those_who_do_not_run_dialogues_may_not(held) -> None:
    row = rest(held)
    clerk = staff_user(StaffRole.REGISTRAR)
    with pytest.raises(PermissionDenied):
        rest(held, clerk)
    with pytest.raises(PermissionDenied):
        wake(rest=row, actor=person(clerk))


def test_nothing_is_left_when_the_log_fails(held, monkeypatch) -> None:
    def fail(**_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("dialogues.domain.resting.record", fail)
    with pytest.raises(RuntimeError):
        rest(held)
    assert not Rest.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"until": TODAY, "subject_id": 2}, {"reason": "", "subject_id": 2}])
def test_the_database_holds_one_rest_that_is_ahead_and_has_a_reason(held, wrong) -> None:
    user = planner()
    row = {"kind": "x", "subject_id": 1, "since": TODAY, "until": WEEK, "reason": "Ledig", "by": user}
    Rest.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rest.objects.create(**(row | wrong))


def test_by_the_pages_it_rests_is_listed_with_who_and_why_and_is_woken(client: Client, held) -> None:
    user = planner()
    client.force_login(user)
    address = f"{FRONT}att-gora/vila/avsluta-dialog/{held.pk}/"
    assert address in client.get(FRONT).text
    assert "Avsluta dialogen" in client.get(address).text
    kept = client.post(address, {"until": TODAY, "reason": "Hör av sig"})
    assert kept.status_code == 422
    assert "Hör av sig" in kept.text
    done = client.post(address, {"until": WEEK, "reason": "Hör av sig"}, follow=True)
    assert "kommer då tillbaka av sig självt" in done.text
    assert rows(done.text) == []
    resting = client.get(FRONT, {"vila": "ja"}).text
    assert len(rows(resting)) == 1
    assert "Hör av sig" in resting
    assert str(user) in resting
    back = client.post(f"{FRONT}att-gora/vack/{Rest.objects.get().pk}/", follow=True)
    assert len(rows(back.text)) == 1


def test_what_is_not_on_ones_own_list_is_not_found(client: Client, held) -> None:
    row = rest(held)
    Rest.objects.filter(pk=row.pk).update(kind="senare")
    client.force_login(leader())
    for address in ("vila/senare/1/", f"vila/avsluta-dialog/{held.pk + 1}/", "vila/nej/1/"):
        assert client.get(f"{FRONT}att-gora/{address}").status_code == 404
    assert client.post(f"{FRONT}att-gora/vack/{row.pk}/").status_code == 404
