"""Reminders: to those who have not answered, once for each last day, never to who has answered."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.models import AuditEntry
from dialogues.domain import reminders
from dialogues.domain.dialogues import move
from dialogues.domain.reminders import REST, due_for_reminder, remind, remind_all, remind_the_silent
from dialogues.letters.delivery import deliver_due
from dialogues.links import read_token
from dialogues.models import (
    Answer,
    BatchState,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
)
from dialogues.tasks import remind_the_silent as beat
from tests.accounts.factories import leader, planner
from tests.dialogues.answers import give
from tests.dialogues.factories import BatchFactory, InvitationFactory, both_agencies
from tests.dialogues.letters.factories import letter_in
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LAST = datetime.date(2025, 3, 21)
"""A Friday before today, also by the clock of the database, which lets letters go."""
CLOCK_CHANGES = [datetime.date(2027, 3, 28), datetime.date(2026, 10, 25)]


def at(day: datetime.date, hour: int = 9, minute: int = 0, second: int = 0) -> time_machine.travel:
    moment = datetime.datetime.combine(day, datetime.time(hour, minute, second), STOCKHOLM)
    return time_machine.travel(moment, tick=False)


def before(day: datetime.date, days: int) -> datetime.date:
    return day - datetime.timedelta(days=days)


def invited(last: datetime.date = LAST, sent_days_before: int = 21, **batch: object) -> Invitation:
    """An invitation that has been sent to a contact and is not answered."""
    both_agencies()
    invitation = InvitationFactory(dialogue__batch=BatchFactory(answer_by=last, **batch))
    contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
    with at(before(last, sent_days_before)):
        letter_in(LetterState.SENT, dialogue=invitation.dialogue, contact=contact, recipient=contact.email)
    return invitation


def written() -> list[Letter]:
    return list(Letter.objects.filter(kind=LetterKind.REMINDER).order_by("pk"))


class TestLetter:
    def test_is_kind_and_has_a_link_of_the_recipients_own(self):
        invitation = invited()
        second = ContactFactory(huvudman=invitation.dialogue.huvudman)
        with at(before(LAST, 7)):
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 2
            holders = set()
            for letter in written():
                token = letter.text.split("/svar/")[1].split("/")[0]
                holders.add(read_token(token)[1].email)
                assert "vänlig påminnelse" in letter.text
                assert "senast fredag 21 mars 2025" in letter.text
        assert second.email in holders
        assert len(holders) == 2

    def test_leaves_the_last_day_to_answer_as_it_is(self):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
        invitation.refresh_from_db()
        assert invitation.answer_by == LAST
        assert InvitationBatch.objects.get().answer_by == LAST

    def test_is_written_once_and_noted_once(self):
        invitation = invited()
        with at(before(LAST, 7)):
            assert [remind(dialogue=invitation.dialogue, actor=SYSTEM) for _n in range(2)] == [1, 0]
        assert len(written()) == 1
        entry = AuditEntry.objects.get(verb="dialogue.reminded")
        assert entry.facts == {"letters": 1, "answer_by": "2025-03-21"}

    def test_is_written_again_when_the_last_day_has_been_moved(self):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
            later = LAST + datetime.timedelta(days=14)
            InvitationBatch.objects.update(answer_by=later)
            Invitation.objects.update(answer_by=later)
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 1


class TestWho:
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_only_who_is_invited_and_silent(self, state):
        invitation = invited()
        Dialogue.objects.update(state=state)
        with at(before(LAST, 7)):
            wrote = remind(dialogue=invitation.dialogue, actor=SYSTEM)
        assert wrote == (state == DialogueState.INVITED)

    @pytest.mark.parametrize("state", BatchState.values)
    def test_only_while_the_batch_goes_out_or_has_gone(self, state):
        invitation = invited(state=state)
        with at(before(LAST, 7)):
            wrote = remind(dialogue=invitation.dialogue, actor=SYSTEM)
        assert wrote == (state in {BatchState.SENDING, BatchState.SENT})

    @pytest.mark.parametrize("state", LetterState.values)
    def test_nobody_whose_invitation_has_not_been_sent(self, state):
        invitation = invited()
        Letter.objects.all().delete()
        with at(before(LAST, 21)):
            letter_in(state, dialogue=invitation.dialogue)
        with at(before(LAST, 7)):
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == (state == LetterState.SENT)

    def test_nobody_who_has_just_been_invited(self):
        invitation = invited(sent_days_before=7)
        with at(before(LAST, 7) + REST, hour=8, minute=59, second=59):
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 0
        with at(before(LAST, 7) + REST):
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 1

    def test_nobody_whose_huvudman_has_closed(self):
        invitation = invited()
        invitation.dialogue.huvudman.active_to = before(LAST, 8)
        invitation.dialogue.huvudman.save()
        with at(before(LAST, 7)):
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 0

    def test_a_planner_may_and_a_leader_may_not(self):
        invitation = invited()
        with at(before(LAST, 7)):
            with pytest.raises(PermissionDenied):
                remind_all(dialogues=[], actor=person(leader()))
            with pytest.raises(PermissionDenied):
                remind(dialogue=invitation.dialogue, actor=person(leader()))
            assert remind(dialogue=invitation.dialogue, actor=person(planner())) == 1

    def test_by_hand_all_are_told_apart_from_those_left_out(self):
        silent, answered = invited(), invited()
        with at(before(LAST, 7)):
            give(answered)
            rows = [silent.dialogue, answered.dialogue]
            told = remind_all(dialogues=rows, actor=person(planner()))
        assert told.done == [silent.dialogue]
        assert [row for row, _why in told.left_out] == [answered.dialogue]
        assert [letter.dialogue_id for letter in written()] == [silent.dialogue_id]


class TestBeat:
    def test_some_days_before_the_last_day_and_to_its_end(self, settings):
        settings.REMINDER_DAYS = 5
        invited()
        due = [back for back in range(9, -2, -1) if self.is_due(before(LAST, back))]
        assert due == [5, 4, 3, 2, 1, 0]

    def is_due(self, day: datetime.date) -> bool:
        with at(day, 23, 59, 59):
            return due_for_reminder().exists()

    def test_switched_off_it_waits_for_somebody_to_do_it_by_hand(self, settings):
        settings.REMINDER_DAYS = 0
        invitation = invited()
        with at(LAST):
            assert remind_the_silent(actor=SYSTEM) == 0
            assert remind(dialogue=invitation.dialogue, actor=SYSTEM) == 1

    def test_two_beats_write_one_letter_for_the_morning(self):
        invited()
        with at(before(LAST, 7), hour=0, minute=5):
            beat()
            beat()
        (letter,) = written()
        assert letter.due_at == datetime.datetime(2025, 3, 14, 8, tzinfo=STOCKHOLM)

    def test_later_in_the_day_it_goes_at_once(self):
        invited()
        with at(before(LAST, 7), hour=13):
            beat()
            assert written()[0].due_at == timezone.now()

    def test_nobody_is_written_to_on_a_day_off(self):
        invited(last=datetime.date(2025, 3, 23))
        with at(datetime.date(2025, 3, 16)):  # a Sunday
            assert remind_the_silent(actor=SYSTEM) == 0
        with at(datetime.date(2025, 3, 17)):
            assert remind_the_silent(actor=SYSTEM) == 1

    def test_what_is_wrong_with_one_keeps_no_letter_from_the_others(self, monkeypatch):
        first, second = invited(), invited()
        real = reminders.write_to_huvudman

        def fail_for_the_first(**more):
            if more["dialogue"] == first.dialogue:
                raise OSError("no")
            return real(**more)

        monkeypatch.setattr(reminders, "write_to_huvudman", fail_for_the_first)
        with at(before(LAST, 7)):
            assert remind_the_silent(actor=SYSTEM) == 1
        assert [letter.dialogue_id for letter in written()] == [second.dialogue_id]
        assert not AuditEntry.objects.filter(verb="dialogue.reminded", subject_id=first.dialogue_id).exists()


class TestDelivery:
    """What is asked again when the letter leaves."""

    @pytest.mark.parametrize("answer", Answer.values)
    def test_who_answers_in_the_meantime_does_not_get_it(self, postmaster, answer):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
            give(invitation, Answer(answer))
            deliver_due()
        (letter,) = written()
        assert letter.state == LetterState.STOPPED
        assert "inte längre aktuellt" in letter.last_reply

    @pytest.mark.parametrize(("after", "state"), [(0, LetterState.SENT), (1, LetterState.STOPPED)])
    def test_it_leaves_until_the_last_day_is_over(self, postmaster, after, state):
        invitation = invited()
        with at(LAST, 23, 58):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
        with at(LAST + datetime.timedelta(days=after), 23 if not after else 0, 59 if not after else 0):
            deliver_due()
        assert written()[0].state == state

    def test_it_does_not_tell_of_a_day_that_has_been_moved(self, postmaster):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
            InvitationBatch.objects.update(answer_by=LAST + datetime.timedelta(days=14))
            deliver_due()
        assert written()[0].state == LetterState.STOPPED
        assert "ny svarsdag" in written()[0].last_reply

    def test_it_is_held_while_the_batch_is_stopped(self, postmaster):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
            InvitationBatch.objects.update(state=BatchState.STOPPED)
            deliver_due()
            assert written()[0].state == LetterState.QUEUED
            InvitationBatch.objects.update(state=BatchState.SENT)
            deliver_due()
        assert written()[0].state == LetterState.SENT

    def test_who_cancels_does_not_get_it(self, postmaster):
        invitation = invited()
        with at(before(LAST, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
            move(invitation.dialogue, to=DialogueState.CANCELLED, actor=SYSTEM)
            deliver_due()
        assert written()[0].state == LetterState.STOPPED


@pytest.mark.parametrize("last", CLOCK_CHANGES)
class TestClockChanges:
    """The last day is the calendar's in Stockholm, also when it has 23 or 25 hours."""

    def test_it_is_reminded_of_and_answered_to_its_last_second(self, client, last):
        invitation = invited(last=last)
        with at(before(last, 7)):
            link = remind(dialogue=invitation.dialogue, actor=SYSTEM) and written()[0].text
            address = "/svar/" + link.split("/svar/")[1].split()[0]
        with at(last, 23, 59, 59):
            assert client.get(address).status_code == 200
            sent = client.post(address, {"answer": "yes", "given_by": "Kim Ek", "seen": 0})
            assert sent.status_code == 302
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.ACCEPTED

    def test_a_second_later_it_is_over(self, client, last):
        invitation = invited(last=last)
        with at(before(last, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
        address = "/svar/" + written()[0].text.split("/svar/")[1].split()[0]
        with at(last + datetime.timedelta(days=1), 0):
            late = client.post(address, {"answer": "yes", "given_by": "Kim Ek", "seen": 0})
        assert late.status_code == 410
        assert "Svarstiden är slut" in late.text
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.INVITED

    @pytest.mark.parametrize(
        ("days", "words"), [(30, "Svarstiden är slut"), (31, "Länken gäller inte längre")]
    )
    def test_its_link_shows_nothing_after_thirty_days(self, client, last, days, words):
        invitation = invited(last=last)
        with at(before(last, 7)):
            remind(dialogue=invitation.dialogue, actor=SYSTEM)
        address = "/svar/" + written()[0].text.split("/svar/")[1].split()[0]
        with at(last + datetime.timedelta(days=days), 23, 59, 59):
            page = client.get(address)
        assert page.status_code == 410
        assert words in page.text
