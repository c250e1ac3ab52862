"""Inviting and answering: one answer a huvudman, changeable to the end of the answer date."""

import datetime
import re

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.introductions import set_up_introduction
from dialogues.domain.invitations import invite
from dialogues.links import read_token
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationAnswer,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    MeetingKind,
)
from dialogues.queries import latest_answer
from tests.accounts.factories import leader, pair, planner
from tests.dialogues.answers import end_answering, give, invited_anew
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    InvitationFactory,
    both_agencies,
    seat_at,
)
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

GROUP = {"kind": MeetingKind.INTRODUCTION, "state": "fixed", "seats": 10, "form": "digital"}


@pytest.fixture(autouse=True)
def _agencies():
    both_agencies()


class TestInvite:
    def test_every_valid_contact_gets_a_letter_with_a_link_of_its_own(self):
        dialogue = DialogueFactory()
        skolchef = ContactFactory(huvudman=dialogue.huvudman)
        chair = ContactFactory(huvudman=dialogue.huvudman, role="chair")
        ContactFactory(huvudman=dialogue.huvudman, valid_to=datetime.date(2025, 12, 31))

        invite(dialogue=dialogue, actor=SYSTEM)

        invitation = Invitation.objects.get(dialogue=dialogue)
        letters = Letter.objects.filter(kind=LetterKind.INVITATION)
        assert {letter.recipient for letter in letters} == {skolchef.email, chair.email}
        for letter in letters:
            [token] = re.findall(r"/svar/([^/\s]+)/", letter.text)
            assert read_token(token) == (invitation, letter.contact)

    def test_without_contacts_the_huvudman_itself_gets_the_letter(self):
        dialogue = DialogueFactory(huvudman=HuvudmanFactory(email="info@skolan.test"))
        invite(dialogue=dialogue, actor=SYSTEM)
        assert Letter.objects.get().recipient == "info@skolan.test"

    def test_one_person_in_two_roles_gets_one_letter(self):
        dialogue = DialogueFactory()
        first = ContactFactory(huvudman=dialogue.huvudman)
        ContactFactory(huvudman=dialogue.huvudman, role="chair", email=first.email.upper(), user=first.user)
        invite(dialogue=dialogue, actor=SYSTEM)
        assert Letter.objects.count() == 1

    def test_inviting_twice_writes_nothing_more(self):
        dialogue = DialogueFactory()
        ContactFactory(huvudman=dialogue.huvudman)
        invite(dialogue=dialogue, actor=SYSTEM)
        invite(dialogue=dialogue, actor=SYSTEM)
        assert (Invitation.objects.count(), Letter.objects.count()) == (1, 1)


class TestAnswer:
    @pytest.mark.parametrize(
        ("answer", "state"), [("yes", "accepted"), ("later", "postponed"), ("no", "declined")]
    )
    def test_each_answer_moves_the_dialogue_and_is_receipted(self, answer, state):
        invitation = InvitationFactory()
        contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
        give(invitation, Answer(answer))
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == state
        receipt = Letter.objects.get(kind=LetterKind.RECEIPT)
        assert receipt.recipient == contact.email

    def test_the_latest_answer_counts_and_the_earlier_is_kept(self):
        invitation = InvitationFactory()
        give(invitation, Answer.NO, reason="time")
        give(invitation, Answer.YES)
        assert [a.answer for a in invitation.answers.all()] == ["yes", "no"]
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.ACCEPTED

    def test_the_same_answer_again_does_nothing(self):
        invitation = InvitationFactory()
        ContactFactory(huvudman=invitation.dialogue.huvudman)
        assert give(invitation) == give(invitation)
        assert (InvitationAnswer.objects.count(), Letter.objects.count()) == (1, 1)

    def test_a_reason_is_kept_only_with_a_no(self):
        invitation = InvitationFactory()
        assert give(invitation, Answer.YES, reason="time").reason == ""
        assert give(invitation, Answer.NO, reason="time").reason == "time"

    @pytest.mark.parametrize(
        ("moment", "open_still"),
        [
            ("2026-10-25T23:59:00+01:00", True),
            ("2026-10-26T00:00:00+01:00", False),
            ("2026-10-25T00:30:00+02:00", True),
        ],
    )
    def test_open_to_the_end_of_the_answer_date_in_stockholm(self, moment, open_still):
        invitation = InvitationFactory(answer_by=datetime.date(2026, 10, 25))
        with time_machine.travel(datetime.datetime.fromisoformat(moment), tick=False):
            if open_still:
                give(invitation)
            else:
                with pytest.raises(NotPossible):
                    give(invitation)
        assert InvitationAnswer.objects.count() == open_still

    def test_by_phone_it_is_never_too_late(self):
        invitation = InvitationFactory(answer_by=datetime.date(2025, 1, 1))
        answer = give(invitation, channel=Channel.PHONE, actor=person(planner()))
        assert (answer.answer, answer.channel) == ("yes", "phone")

    def test_not_after_the_introduction(self):
        invitation = InvitationFactory(dialogue__state=DialogueState.INTRODUCED)
        with pytest.raises(NotPossible):
            give(invitation, Answer.NO)

    def test_nobody_answers_for_another(self):
        invitation = InvitationFactory()
        with pytest.raises(PermissionDenied):
            give(invitation, channel=Channel.PORTAL, actor=person(ContactFactory().user))
        assert not InvitationAnswer.objects.exists()

    def test_a_yes_gives_a_seat_and_a_no_gives_it_up(self):
        invitation = InvitationFactory()
        dialogue = invitation.dialogue
        starts = timezone.now() + datetime.timedelta(days=30)
        meeting = set_up_introduction(
            batch=dialogue.batch,
            arrangement=Arrangement(
                starts_at=starts,
                ends_at=starts + datetime.timedelta(hours=1),
                link="https://mote.example/1",
                staff=pair(),
            ),
            seats=1,
            actor=SYSTEM,
        )
        give(invitation)
        assert meeting.taken_seats.get(is_current=True).dialogue == dialogue
        give(invitation, Answer.NO)
        assert not meeting.taken_seats.filter(is_current=True).exists()
        give(invitation)
        assert meeting.taken_seats.get(is_current=True).dialogue == dialogue


class TestReceiptTellsHowToChange:
    """Only what is true for its reader: by the link in a letter that was sent, on the page, or by asking."""

    LINK, PAGE = "med länken i inbjudan", "på er sida"

    def receipts(self, huvudman, state: LetterState) -> dict[str, str]:
        """The receipts of an answer by telephone, after an invitation whose letters are in a state."""
        dialogue = DialogueFactory(huvudman=huvudman)
        invite(dialogue=dialogue, actor=SYSTEM)
        Letter.objects.update(state=state, sent_at=timezone.now() if state == LetterState.SENT else None)
        late = ContactFactory(huvudman=huvudman) if huvudman.contacts.exists() else None
        give(dialogue.invitations.get(), Answer.NO, channel=Channel.PHONE, actor=person(planner()))
        letters = Letter.objects.filter(kind=LetterKind.RECEIPT)
        return {"late" if late and r.contact == late else "first": r.text + r.html for r in letters}

    def test_by_the_link_for_whoever_was_sent_it_and_on_the_page_for_a_contact_since(self):
        told = self.receipts(ContactFactory().huvudman, LetterState.SENT)
        assert told["first"].count(self.LINK) == 2
        assert self.LINK not in told["late"]
        assert told["late"].count(self.PAGE) == 2

    def test_a_letter_that_was_never_sent_gave_no_link(self):
        told = self.receipts(ContactFactory().huvudman, LetterState.STOPPED)
        assert self.LINK not in told["first"]
        assert told["first"].count(self.PAGE) == 2

    def test_by_the_link_for_a_mailbox_that_was_sent_it(self):
        told = self.receipts(HuvudmanFactory(email="Info@skolan.test"), LetterState.SENT)
        assert told["first"].count(self.LINK) == 2

    def test_a_mailbox_without_link_is_asked_to_call(self):
        told = self.receipts(HuvudmanFactory(email="info@skolan.test"), LetterState.FAILED)
        assert "Ni kan ändra" not in told["first"]
        assert told["first"].count("Stämmer något inte? Hör av er till oss.") == 2


class TestLaterBatch:
    def test_keeps_its_place_in_a_later_batch_and_is_invited_there(self):
        invitation = InvitationFactory(dialogue__batch__number=1)
        give(invitation, Answer.LATER)
        end_answering(invitation)
        later = BatchFactory(number=2, state=BatchState.DRAFT)
        moved = carry_to_later_batch(dialogue=invitation.dialogue, batch=later, actor=SYSTEM)
        assert (moved.batch, moved.state) == (later, DialogueState.PLANNED)

    def test_while_the_answer_may_be_changed_it_stays_and_the_page_says_until_when(self, client):
        invitation = InvitationFactory(dialogue__batch__number=1, answer_by=timezone.localdate())
        give(invitation, Answer.LATER)
        later = BatchFactory(number=2, state=BatchState.DRAFT)
        with pytest.raises(NotPossible, match="kan ändra sitt svar till och med"):
            carry_to_later_batch(dialogue=invitation.dialogue, batch=later, actor=SYSTEM)
        client.force_login(planner())
        page = client.get(reverse("admin:dialogue", args=[invitation.dialogue.public_id]))
        assert "kan ändra sitt svar till och med" in page.text
        step = reverse("admin:dialogue_step", args=[invitation.dialogue.public_id, "senare-omgang"])
        assert "kan ändra sitt svar till och med" in client.get(step, follow=True).text
        give(invitation, Answer.YES)
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.ACCEPTED

    @pytest.mark.parametrize("fields", [{"number": 1}, {"number": 9, "state": BatchState.SENT}])
    def test_not_in_an_earlier_or_a_sent_batch(self, fields):
        dialogue = DialogueFactory(state=DialogueState.POSTPONED, batch__number=5)
        wrong = BatchFactory(**{"state": BatchState.DRAFT, **fields})
        with pytest.raises(NotPossible):
            carry_to_later_batch(dialogue=dialogue, batch=wrong, actor=SYSTEM)

    def test_a_batch_sent_since_it_was_read_is_refused(self):
        dialogue = DialogueFactory(state=DialogueState.POSTPONED, batch__number=1)
        later = BatchFactory(number=2, state=BatchState.SCHEDULED)
        InvitationBatch.objects.filter(pk=later.pk).update(state=BatchState.SENT)
        with pytest.raises(NotPossible, match="inte har skickats"):
            carry_to_later_batch(dialogue=dialogue, batch=later, actor=SYSTEM)

    @pytest.mark.parametrize("state", [BatchState.APPROVED, BatchState.SCHEDULED])
    def test_none_grows_past_what_one_planner_may_approve_alone(self, state, settings):
        settings.SECOND_APPROVAL_ABOVE = 1
        anna, bo = planner(), planner()
        later = BatchFactory(number=2, state=state, prepared_by=anna, approved_by=anna)
        DialogueFactory(batch=later)
        dialogue = DialogueFactory(state=DialogueState.POSTPONED, batch__number=1)
        with pytest.raises(NotPossible, match="annan planerare"):
            carry_to_later_batch(dialogue=dialogue, batch=later, actor=SYSTEM)
        dialogue.refresh_from_db()
        assert (dialogue.state, dialogue.batch.number) == (DialogueState.POSTPONED, 1)
        InvitationBatch.objects.filter(pk=later.pk).update(approved_by=bo)
        assert carry_to_later_batch(dialogue=dialogue, batch=later, actor=SYSTEM).batch == later

    def carried(self) -> Dialogue:
        """One invited in batch 1 that said later and got a place in batch 4; 2, 3 and 5 are open too."""
        invitation = InvitationFactory(dialogue__batch__number=1)
        give(invitation, Answer.LATER)
        end_answering(invitation)
        for number in (2, 3, 4, 5):
            BatchFactory(number=number, state=BatchState.DRAFT)
        fourth = InvitationBatch.objects.get(number=4)
        return carry_to_later_batch(dialogue=invitation.dialogue, batch=fourth, actor=SYSTEM)

    @pytest.mark.parametrize("number", [3, 5])
    def test_while_neither_is_sent_it_is_moved_on_or_back(self, number, client):
        dialogue = self.carried()
        wanted = InvitationBatch.objects.get(number=number)
        client.force_login(planner())
        address = reverse("admin:dialogue_step", args=[dialogue.public_id, "byt-omgang"])
        assert address in client.get(reverse("admin:dialogue", args=[dialogue.public_id])).text
        text = client.get(address).text
        assert "har nu sin plats i omgång 2026:4" in text
        assert ("2026:1" in text, "2026:2" in text) == (False, True)
        assert f'value="{dialogue.batch_id}"' not in text
        client.post(address, {"batch": wanted.pk})
        dialogue.refresh_from_db()
        assert (dialogue.batch, dialogue.state) == (wanted, DialogueState.PLANNED)
        entry = AuditEntry.objects.get(verb="dialogue.moved")
        assert (entry.facts["was"], entry.facts["batch"]) == ("Omgång 2026:4", str(wanted))

    def test_not_moved_out_of_a_batch_that_is_being_sent_or_back_to_where_it_was_invited(self):
        dialogue = self.carried()
        first, third = (InvitationBatch.objects.get(number=n) for n in (1, 3))
        first.state = BatchState.DRAFT
        first.save()
        with pytest.raises(NotPossible, match="senare omgång"):
            carry_to_later_batch(dialogue=dialogue, batch=first, actor=SYSTEM)
        InvitationBatch.objects.filter(number=4).update(state=BatchState.SENDING)
        with pytest.raises(NotPossible, match="börjat skickas"):
            carry_to_later_batch(dialogue=dialogue, batch=third, actor=SYSTEM)
        with pytest.raises(PermissionDenied):
            carry_to_later_batch(dialogue=dialogue, batch=third, actor=person(leader()))

    def test_one_that_was_drawn_and_never_invited_stays_in_its_batch(self):
        dialogue = DialogueFactory(batch=BatchFactory(number=1, state=BatchState.DRAFT))
        other = BatchFactory(number=2, state=BatchState.DRAFT)
        with pytest.raises(NotPossible):
            carry_to_later_batch(dialogue=dialogue, batch=other, actor=SYSTEM)

    def test_only_one_that_wants_to_come_later(self):
        dialogue = DialogueFactory(state=DialogueState.ACCEPTED, batch__number=1)
        with pytest.raises(WrongState):
            carry_to_later_batch(
                dialogue=dialogue, batch=BatchFactory(number=2, state=BatchState.DRAFT), actor=SYSTEM
            )


def test_invited_anew_the_earlier_answer_no_longer_counts():
    invitation = invited_anew()
    assert latest_answer(invitation.dialogue) is None
    answer = give(invitation, Answer.YES)
    assert latest_answer(invitation.dialogue) == answer


def test_a_full_group_leaves_the_rest_waiting():
    batch = BatchFactory()
    first, second = (DialogueFactory(batch=batch, state=DialogueState.INVITED) for _n in range(2))
    seat_at(first, kind=MeetingKind.INTRODUCTION, state="fixed", seats=1)
    give(InvitationFactory(dialogue=second))
    assert not second.seats.exists()
