"""Two people, two connections, one underlag: one letter, one confirmation of each agency, one order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.actors import SYSTEM, Actor, person
from dialogues.domain import underlag as verbs
from dialogues.models import Dialogue, DialogueState, Letter, LetterKind, Underlag, UnderlagConfirmation
from dialogues.models import UnderlagState as S
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.underlag.factories import EditionFactory, underlag_in

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do all acts at the same time, each on a connection of its own; answer what went wrong."""
    start = threading.Barrier(len(acts))
    faults: list[Exception] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=20)
            act()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return faults


def test_without_the_lock_two_people_would_both_find_it_unsent() -> None:
    underlag = underlag_in(S.CONFIRMED)
    both_have_read = threading.Barrier(2)
    sent: list[str] = []

    def send_without_lock() -> None:
        with transaction.atomic():
            row = Underlag.objects.get(pk=underlag.pk)
            both_have_read.wait(timeout=20)
            if row.state == S.CONFIRMED:
                sent.append("letter")
                Underlag.objects.filter(pk=row.pk).update(state=S.ISSUED)

    assert at_once(send_without_lock, send_without_lock) == []
    assert sent == ["letter", "letter"]


def test_two_people_pressing_send_at_once_send_one_letter() -> None:
    underlag = underlag_in(S.CONFIRMED)
    actors = [person(leader("skolverket")), person(planner())]

    def send(actor: Actor) -> Callable[[], object]:
        return lambda: verbs.issue_underlag(underlag=underlag, actor=actor)

    assert at_once(*(send(actor) for actor in actors)) == []
    assert Letter.objects.filter(kind=LetterKind.UNDERLAG).count() == 1
    assert Dialogue.objects.get(pk=underlag.dialogue_id).state == DialogueState.UNDERLAG_SENT


def test_both_agencies_confirming_at_once_make_it_confirmed() -> None:
    underlag = underlag_in(S.RENDERED)
    actors = [person(leader(code)) for code in ("skolverket", "spsm")]

    def confirm(actor: Actor) -> Callable[[], object]:
        return lambda: verbs.confirm_underlag(underlag=underlag, actor=actor)

    assert at_once(*(confirm(actor) for actor in actors)) == []
    underlag.refresh_from_db()
    assert underlag.state == S.CONFIRMED


def test_two_of_the_same_agency_confirming_at_once_give_one_confirmation() -> None:
    underlag = underlag_in(S.RENDERED)
    actors = [person(leader("spsm")), person(leader("spsm"))]

    def confirm(actor: Actor) -> Callable[[], object]:
        return lambda: verbs.confirm_underlag(underlag=underlag, actor=actor)

    assert at_once(*(confirm(actor) for actor in actors)) == []
    assert UnderlagConfirmation.objects.count() == 1
    underlag.refresh_from_db()
    assert underlag.state == S.RENDERED


def test_two_orders_at_once_give_one_underlag() -> None:
    EditionFactory()
    dialogue = DialogueFactory(state=DialogueState.INTRODUCED)

    def order() -> object:
        return verbs.order_underlag(dialogue=dialogue, actor=SYSTEM)

    assert at_once(order, order) == []
    assert Underlag.objects.count() == 1


def test_two_workers_beginning_at_once_leave_the_work_to_one() -> None:
    underlag = underlag_in(S.ORDERED)
    begun: list[Underlag | None] = []

    def begin() -> None:
        begun.append(verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM))

    assert at_once(begin, begin) == []
    assert sum(row is not None for row in begun) == 1
