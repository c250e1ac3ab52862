"""Sending what is due: everyone invited once, the closed left out, and nothing lost on the way."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from dialogues.domain import sending
from dialogues.domain.batches import resume_batch, stop_batch
from dialogues.letters.lifecycle import letters_due
from dialogues.models import BatchState, Dialogue, DialogueState, Invitation, InvitationBatch, Letter
from dialogues.tasks import start_due_batches
from dialogues.templatetags.dialogues_look import what_was_done
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db


def scheduled(size: int = 3, **fields: object) -> InvitationBatch:
    """A batch that is due, with one skolchef for each huvudman."""
    both_agencies()
    batch = batch_in(BatchState.SCHEDULED, **fields)
    for dialogue in DialogueFactory.create_batch(size, batch=batch):
        ContactFactory(huvudman=dialogue.huvudman)
    return batch


def states(batch: InvitationBatch) -> list[str]:
    return list(batch.dialogues.order_by("pk").values_list("state", flat=True))


def test_a_due_batch_is_sent_to_everyone() -> None:
    batch = scheduled(3)
    start_due_batches()
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    assert states(batch) == [DialogueState.INVITED] * 3
    assert Invitation.objects.filter(batch=batch).count() == Letter.objects.count() == 3


def test_the_task_is_known_by_its_name_to_worker_and_beat(settings) -> None:
    from config import celery_app

    celery_app.loader.import_default_modules()
    assert start_due_batches.name in celery_app.tasks
    beat = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values() if row["schedule"] == 60.0]
    assert start_due_batches.name in beat


def test_a_batch_is_due_at_its_minute_and_not_before() -> None:
    at = datetime.datetime(2026, 12, 1, 8, 0, tzinfo=datetime.UTC)
    batch = scheduled(1, send_at=at, answer_by=datetime.date(2026, 12, 20))
    with time_machine.travel(at - datetime.timedelta(seconds=1), tick=False):
        assert sending.start_due_batches(actor=SYSTEM) == {}
    with time_machine.travel(at, tick=False):
        assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 1


@pytest.mark.parametrize("state", [s for s in BatchState if s not in {"scheduled", "sending"}])
def test_nothing_is_sent_in_other_states(state: BatchState) -> None:
    batch = batch_in(state)
    DialogueFactory(batch=batch)
    assert sending.start_due_batches(actor=SYSTEM) == {}
    assert states(batch) == [DialogueState.PLANNED]


def test_a_run_that_was_killed_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, invite = scheduled(4), sending.invite
    calls = iter([invite, invite])

    def die_at_the_third(**facts: object) -> Dialogue:
        act = next(calls, None)
        if act is None:
            raise SystemExit
        return act(**facts)

    monkeypatch.setattr(sending, "invite", die_at_the_third)
    with pytest.raises(SystemExit):
        sending.start_due_batches(actor=SYSTEM)
    assert states(batch) == [DialogueState.INVITED] * 2 + [DialogueState.PLANNED] * 2

    monkeypatch.setattr(sending, "invite", invite)
    assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 2
    assert states(batch) == [DialogueState.INVITED] * 4
    assert Invitation.objects.count() == Letter.objects.count() == 4


def test_one_that_fails_does_not_keep_the_letters_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, invite = scheduled(3), sending.invite
    broken = batch.dialogues.order_by("pk").first()

    def fail_for_one(*, dialogue: Dialogue, **facts: object) -> Dialogue:
        if dialogue == broken:
            raise ValueError("no such template")
        return invite(dialogue=dialogue, **facts)

    monkeypatch.setattr(sending, "invite", fail_for_one)
    tally = sending.start_due_batches(actor=SYSTEM)[batch.pk]
    assert (tally.invited, tally.failed) == (2, {broken.pk})
    batch.refresh_from_db()
    assert batch.state == BatchState.SENDING

    monkeypatch.setattr(sending, "invite", invite)
    sending.start_due_batches(actor=SYSTEM)
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    assert states(batch) == [DialogueState.INVITED] * 3


def test_a_huvudman_that_has_closed_is_left_out_with_the_reason() -> None:
    batch = scheduled(1)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    closed = DialogueFactory(batch=batch, huvudman=HuvudmanFactory(active_to=yesterday))
    last_day = DialogueFactory(batch=batch, huvudman=HuvudmanFactory(active_to=timezone.localdate()))
    tally = sending.start_due_batches(actor=SYSTEM)[batch.pk]
    assert (tally.invited, tally.left_out) == (2, 1)
    closed.refresh_from_db()
    last_day.refresh_from_db()
    assert (closed.state, last_day.state) == (DialogueState.CANCELLED, DialogueState.INVITED)
    assert not Letter.objects.filter(dialogue=closed).exists()
    entry = AuditEntry.objects.get(verb="dialogue.cancelled", subject_id=closed.pk)
    assert entry.facts["reason"] == f"Verksamheten upphörde {yesterday.isoformat()}."


def test_a_stop_takes_effect_before_the_next_huvudman(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, invite, anna = scheduled(3), sending.invite, person(planner())

    def stop_after_the_first(**facts: object) -> Dialogue:
        dialogue = invite(**facts)
        stop_batch(batch=batch, actor=anna)
        return dialogue

    monkeypatch.setattr(sending, "invite", stop_after_the_first)
    assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 1
    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED
    assert states(batch) == [DialogueState.INVITED, DialogueState.PLANNED, DialogueState.PLANNED]
    assert sending.start_due_batches(actor=SYSTEM) == {}


def test_stopped_after_all_are_invited_the_letters_wait_until_it_is_resumed() -> None:
    batch, anna = scheduled(2), person(planner())
    sending.start_due_batches(actor=SYSTEM)
    stop_batch(batch=batch, actor=anna)
    assert not letters_due().exists()
    resume_batch(batch=batch, actor=anna)
    assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 0
    assert letters_due().count() == 2
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT


def test_a_failure_in_the_middle_of_an_invitation_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = scheduled(1)

    def fail(**_facts: object) -> None:
        raise NotPossible("no letter")

    monkeypatch.setattr("dialogues.domain.invitations.queue_letter", fail)
    sending.start_due_batches(actor=SYSTEM)
    assert states(batch) == [DialogueState.PLANNED]
    assert not Invitation.objects.exists()
    assert not AuditEntry.objects.filter(verb="dialogue.invited").exists()


def test_a_huvudman_nobody_can_reach_by_mail_is_invited_all_the_same() -> None:
    batch = scheduled(0)
    DialogueFactory(batch=batch, huvudman=HuvudmanFactory(email=""))
    sending.start_due_batches(actor=SYSTEM)
    assert Invitation.objects.filter(batch=batch).count() == 1
    assert not Letter.objects.exists()


def sent_without_address(**fields: object) -> Dialogue:
    """A dialogue of a batch that has been sent, whose huvudman no letter could reach."""
    batch = scheduled(1, **fields)
    dialogue = DialogueFactory(batch=batch)
    start_due_batches()
    assert not dialogue.letters.exists()
    return dialogue


def test_an_address_that_comes_later_gets_the_invitation_once() -> None:
    dialogue = sent_without_address()
    start_due_batches()
    assert not dialogue.letters.exists()
    contacts = [ContactFactory(huvudman=dialogue.huvudman) for _n in range(2)]
    for _minute in range(3):
        start_due_batches()
    letters = dialogue.letters.order_by("pk")
    assert [letter.contact for letter in letters] == contacts
    assert {letter.batch for letter in letters} == {dialogue.batch}
    assert letters_due().filter(dialogue=dialogue).count() == 2
    history = AuditEntry.objects.filter(subject_id=dialogue.pk, verb__startswith="dialogue.").order_by("pk")
    assert [what_was_done(entry) for entry in history] == [
        "Ingen inbjudan kunde skickas: huvudmannen saknade e-postadress och postadress.",
        "Huvudmannen fick en e-postadress, och inbjudan köades dit.",
    ]


def test_another_contact_of_somebody_who_was_written_to_gets_no_second_invitation() -> None:
    batch = scheduled(1)
    start_due_batches()
    ContactFactory(huvudman=batch.dialogues.get().huvudman)
    start_due_batches()
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("why", ["answered", "stopped", "closed", "no time left", "huvudman has closed"])
def test_an_address_that_comes_too_late_gets_nothing(why: str) -> None:
    today = timezone.localdate()
    dialogue = sent_without_address()
    ContactFactory(huvudman=dialogue.huvudman)
    batches = InvitationBatch.objects.filter(pk=dialogue.batch_id)
    match why:
        case "answered":
            Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.ACCEPTED)
        case "stopped":
            batches.update(state=BatchState.STOPPED)
        case "closed":
            batches.update(state=BatchState.CLOSED)
        case "no time left":
            batches.update(answer_by=today)
        case _:
            dialogue.huvudman.active_to = today - datetime.timedelta(days=1)
            dialogue.huvudman.save()
    start_due_batches()
    assert not dialogue.letters.exists()


def test_one_that_fails_does_not_keep_the_late_letters_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = sent_without_address()
    second = DialogueFactory(batch=first.batch, state=DialogueState.INVITED)  # its invitation is missing
    third = sent_without_address()
    for dialogue in (first, second, third):
        ContactFactory(huvudman=dialogue.huvudman)
    start_due_batches()
    assert [d.letters.count() for d in (first, second, third)] == [1, 0, 1]
