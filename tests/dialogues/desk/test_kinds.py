"""Each kind of thing to do: what brings it to the list, and what does not."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.audit import record
from accounts.models import Agency, StaffRole
from dialogues.desk import KINDS, Desk, kinds_for, waiting
from dialogues.domain.sending import start_due_batches
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    QuestionForm,
    Seat,
    StoredFile,
    Underlag,
    UnderlagConfirmation,
    UnderlagState,
)
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.answers import end_answering, give
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.desk.kinds import NOW, TODAY, book, days, only, since, todos
from tests.dialogues.factories import (
    DialogueFactory,
    InvitationFactory,
    MeetingFactory,
    both_agencies,
    seat_at,
)
from tests.dialogues.underlag.factories import EditionFactory
from tests.huvudman.factories import ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]


class TestCalls:
    def sent(self) -> tuple[InvitationBatch, dict[str, Dialogue]]:
        """A batch that has just been sent, with huvudmän that a letter reaches or not, by name."""
        both_agencies()
        batch = batch_in(BatchState.SCHEDULED)
        names = ["Nådd", "Onådd", "Slutat", "Svarat", "Fick adress"]
        rows = {name: DialogueFactory(batch=batch, huvudman__name=name) for name in names}
        left = ContactFactory(huvudman=rows["Slutat"].huvudman)
        ContactFactory(huvudman=rows["Nådd"].huvudman)
        start_due_batches(actor=SYSTEM)
        type(left).objects.filter(pk=left.pk).update(valid_from=TODAY - days(9), valid_to=TODAY - days(1))
        ContactFactory(huvudman=rows["Fick adress"].huvudman)
        Dialogue.objects.filter(pk=rows["Svarat"].pk).update(state=DialogueState.ACCEPTED)
        return batch, rows

    def test_as_soon_as_a_batch_is_sent_those_no_invitation_reached_are_rung(self, client) -> None:
        _batch, rows = self.sent()
        for user in (planner(), leader(), leader("spsm")):
            todo = only("ring-inbjudan", user)
            assert "har inte svarat: 3." in todo.why
            assert (todo.due, todo.is_late) == (TODAY + days(7), False)
            client.force_login(user)
            shown = client.get(todo.url).text
            table = shown[shown.index("<tbody>") :]
            assert [name for name in rows if name in table] == ["Onådd", "Slutat", "Fick adress"]

    def test_after_a_week_it_is_late(self) -> None:
        batch, _rows = self.sent()
        InvitationBatch.objects.filter(pk=batch.pk).update(send_at=NOW - days(8))
        assert only("ring-inbjudan").is_late

    def test_before_the_batch_is_sent_nobody_is_rung(self) -> None:
        DialogueFactory(batch=batch_in(BatchState.SCHEDULED))
        assert todos("ring-inbjudan") == []

    def test_when_the_batch_is_closed_those_who_never_got_an_invitation_are_still_rung(self, client) -> None:
        batch, rows = self.sent()
        answer_by = TODAY - days(1)
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.CLOSED, answer_by=answer_by)
        todo = only("ring-inbjudan")
        assert "har inte svarat: 2. Svarsdatumet 23\xa0november\xa02026 har varit" in todo.why
        client.force_login(planner())
        page = client.get(todo.url).text
        table = page[page.index("<tbody>") :]
        assert [name for name in rows if name in table] == ["Onådd", "Fick adress"]
        assert "Att ringa" in page
        assert "går också när omgången är avslutad" in page

    def test_who_lost_its_address_when_the_letter_failed_never_got_it(self) -> None:
        batch, rows = self.sent()
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.CLOSED)
        rows["Slutat"].letters.update(state=LetterState.FAILED)
        assert "har inte svarat: 3." in only("ring-inbjudan").why

    def test_an_answer_by_phone_takes_it_from_the_list_of_a_closed_batch(self) -> None:
        batch, rows = self.sent()
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.CLOSED)
        for name in ("Onådd", "Fick adress"):
            invitation = Invitation.objects.get(dialogue=rows[name])
            end_answering(invitation)
            give(invitation, Answer.NO, channel=Channel.PHONE, actor=person(planner()))
        assert todos("ring-inbjudan") == []

    def soon(self, ahead: int) -> Dialogue:
        dialogue = DialogueFactory(state=DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED, starts_at=NOW + days(ahead))
        return dialogue

    def test_three_weeks_before_the_dialogue_we_ask_for_questions(self) -> None:
        near = since(self.soon(20), 30)
        self.soon(22)
        todo = only("ring-fragor")
        assert todo.url.endswith(f"/{near.public_id}/fragor/")
        assert todo.due == TODAY + days(6)

    def test_within_two_weeks_it_is_late_once_there_has_been_time_to_ring(self) -> None:
        dialogue = self.soon(10)
        assert only("ring-fragor").due == TODAY + days(7)
        since(dialogue, 8)
        assert only("ring-fragor").is_late

    def test_those_who_meet_the_huvudman_ring_it(self) -> None:
        dialogue = self.soon(10)
        assert only("ring-fragor").whose == "Planerare och dialogledare"
        ours, theirs = pair()
        book(dialogue.seats.get(kind=MeetingKind.DIALOGUE).meeting, ours, theirs)
        assert only("ring-fragor").whose == f"{ours.name} (Skolverket), {theirs.name} (SPSM)"

    @override_settings(QUESTIONS_CALL_DAYS=30)
    def test_when_the_call_is_due_is_a_setting(self) -> None:
        since(self.soon(36), 30)
        assert only("ring-fragor").due == TODAY + days(6)

    def test_who_has_told_its_questions_is_not_rung(self) -> None:
        told = self.soon(10)
        QuestionForm.objects.create(dialogue=told, channel="portal", told_by="Kim", sent_at=NOW)
        assert todos("ring-fragor") == []


class TestUnderlag:
    def underlag(self, state: UnderlagState) -> Underlag:
        dialogue = DialogueFactory(state=DialogueState.INTRODUCED)
        pdf = StoredFile.objects.get_or_create(sha256="b" * 64, size=1, media_type="application/pdf")[0]
        return Underlag.objects.create(
            dialogue=dialogue, edition=EditionFactory(), state=state, pdf=pdf, rendered_at=NOW - days(8)
        )

    def test_after_the_introduction_one_is_ordered(self) -> None:
        since(DialogueFactory(state=DialogueState.INTRODUCED), 8)
        since(DialogueFactory(state=DialogueState.ACCEPTED), 8)
        self.underlag(UnderlagState.ORDERED)
        assert only("ta-fram").is_late

    def test_one_that_failed_is_made_again(self) -> None:
        self.underlag(UnderlagState.FAILED)
        self.underlag(UnderlagState.ORDERED)
        assert "kunde inte tas fram" in only("underlag-fel").why

    def test_each_agency_has_what_it_has_not_confirmed(self) -> None:
        ours, theirs = leader("skolverket"), leader("spsm")
        underlag = self.underlag(UnderlagState.RENDERED)
        assert only("faststall", theirs).whose == f"Dialogledare, {theirs.staff.agency}"
        UnderlagConfirmation.objects.create(underlag=underlag, agency=ours.staff.agency, user=ours)
        assert todos("faststall", ours) == []
        assert only("faststall", theirs).is_late

    def test_a_confirmed_one_is_sent_once_a_time_is_proposed(self) -> None:
        underlag = self.underlag(UnderlagState.CONFIRMED)
        before = only("skicka")
        assert before.what.startswith("Föreslå tid")
        assert before.url.endswith("/foresla-tid/")
        seat_at(underlag.dialogue, state=MeetingState.PROPOSED)
        after = only("skicka")
        assert after.what.startswith("Skicka analysunderlag")
        assert after.url == f"/personal/underlag/{underlag.dialogue.public_id}/"


class TestMeetings:
    @pytest.mark.parametrize("booked", [[], ["skolverket"], ["skolverket", "skolverket"]])
    def test_a_coming_meeting_needs_both_agencies(self, booked) -> None:
        meeting = seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=NOW + days(13))
        book(meeting, *(leader(code) for code in booked))
        todo = only("bemanna")
        assert todo.is_late
        assert ("Bara Skolverket är med" in todo.why) == bool(booked)

    def test_with_both_agencies_it_is_in_order(self) -> None:
        meeting = seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=NOW + days(13))
        book(meeting, leader("skolverket"), leader("spsm"))
        assert todos("bemanna") == []

    def test_somebody_no_longer_booked_does_not_count(self) -> None:
        meeting = seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=NOW + days(13))
        book(meeting, leader("skolverket"), leader("spsm"))
        meeting.staff.filter(agency=Agency.objects.get(code="spsm")).update(is_booked=False)
        assert "Bara Skolverket" in only("bemanna").why

    @pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.CANCELLED])
    def test_a_meeting_that_is_over_needs_nobody(self, state) -> None:
        seat_at(DialogueFactory(), state=state, starts_at=NOW + days(1))
        assert todos("bemanna") == []

    @pytest.mark.parametrize(
        ("state", "kind", "step"),
        [
            (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE, "godta-tid"),
            (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK, "aterkoppling-godta-tid"),
        ],
    )
    def test_a_proposal_waits_for_the_huvudman(self, state, kind, step) -> None:
        dialogue = DialogueFactory(state=state)
        seat_at(dialogue, kind=kind, state=MeetingState.PROPOSED, starts_at=NOW + days(15))
        todo = only("svar-om-tid")
        assert (todo.whose, todo.is_late) == ("Huvudmannen", False)
        assert todo.url.endswith(f"/{dialogue.public_id}/{step}/")
        Meeting.objects.update(starts_at=NOW + days(13))
        since(dialogue, 8)
        late = only("svar-om-tid")
        assert (late.whose, late.is_late) == ("Planerare och dialogledare", True)
        assert late.why.endswith("Ring och fråga om tiden passar.")
        assert todos("passerad-tid") == []

    @pytest.mark.parametrize(("ahead", "due"), [(30, 16), (9, 7), (3, 3)])
    def test_the_huvudman_has_time_to_answer_from_when_it_was_told(self, ahead, due) -> None:
        dialogue = DialogueFactory(state=DialogueState.UNDERLAG_SENT)
        seat_at(dialogue, state=MeetingState.PROPOSED, starts_at=NOW + days(ahead))
        todo = only("svar-om-tid")
        assert (todo.due, todo.is_late, todo.whose) == (TODAY + days(due), False, "Huvudmannen")

    @pytest.mark.parametrize("verb", ["meeting.proposed", "meeting.proposal_changed"])
    def test_a_new_proposal_gives_new_time_to_answer(self, verb) -> None:
        dialogue = since(DialogueFactory(state=DialogueState.DIALOGUE_HELD), 40)
        meeting = seat_at(
            dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.PROPOSED, starts_at=NOW + days(9)
        )
        assert only("svar-om-tid").is_late
        record(actor=SYSTEM, verb=verb, subject=meeting)
        assert only("svar-om-tid").due == TODAY + days(7)

    @pytest.mark.parametrize("ahead", [-2, 60])
    def test_a_wish_has_a_proposal_within_a_week_however_far_off_the_meeting_was(self, ahead) -> None:
        meeting = seat_at(DialogueFactory(), state=MeetingState.OTHER_WISHED, starts_at=NOW + days(ahead))
        record(actor=SYSTEM, verb="meeting.other_wished", subject=meeting)
        todo = only("ny-tid")
        assert (todo.due, todo.is_late) == (TODAY + days(7), False)
        with time_machine.travel(NOW + days(8), tick=False):
            assert only("ny-tid").is_late

    def test_a_meeting_changed_just_now_gives_time_to_find_people(self) -> None:
        meeting = seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=NOW + days(13))
        assert only("bemanna").is_late
        record(actor=SYSTEM, verb="meeting.staff_changed", subject=meeting)
        assert only("bemanna").due == TODAY + days(3)

    def test_a_proposal_that_the_huvudman_has_not_got_is_not_waited_for(self) -> None:
        seat_at(DialogueFactory(state=DialogueState.INTRODUCED), state=MeetingState.PROPOSED)
        assert todos("svar-om-tid") == []

    @pytest.mark.parametrize("state", [DialogueState.INTRODUCED, DialogueState.UNDERLAG_SENT])
    def test_a_proposal_that_has_passed_needs_a_new_time(self, state) -> None:
        dialogue = DialogueFactory(state=state)
        meeting = seat_at(dialogue, state=MeetingState.PROPOSED, starts_at=NOW - days(1))
        todo = only("passerad-tid")
        assert todo.what.startswith("Föreslå ny tid")
        assert (todo.url, todo.is_late) == (f"/personal/dialoger/{dialogue.public_id}/", True)
        assert todos("svar-om-tid") == []
        Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.FIXED)
        assert todos("passerad-tid") == []

    def test_a_wish_for_another_time_is_told_in_its_own_words(self) -> None:
        dialogue = DialogueFactory()
        seat_at(dialogue, state=MeetingState.OTHER_WISHED, wish="Helst efter lunch. " * 20)
        todo = only("ny-tid")
        assert "”Helst efter lunch." in todo.why
        assert len(todo.why) < 200
        assert todo.url.endswith(f"/{dialogue.public_id}/ny-tid/")

    @pytest.mark.parametrize(
        ("kind", "address"), [("dialogue", "dialog-hallen/"), ("feedback", "aterkoppling-hallen/")]
    )
    def test_a_meeting_that_has_been_is_noted_by_who_was_there(self, kind, address) -> None:
        lena = leader("spsm")
        meeting = seat_at(
            DialogueFactory(), kind=kind, state=MeetingState.FIXED, starts_at=NOW - days(5), link="https://m"
        )
        book(meeting, lena)
        todo = only("dokumentera", lena)
        assert (todo.whose, todo.is_late) == (str(lena), True)
        assert todo.url.endswith(address)

    def test_an_introduction_is_noted_on_its_own_page(self) -> None:
        meeting = MeetingFactory(
            kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=9, starts_at=NOW - days(1)
        )
        for _n in range(2):
            Seat.objects.create(meeting=meeting, dialogue=DialogueFactory(), kind=MeetingKind.INTRODUCTION)
        todo = only("dokumentera")
        assert todo.url == f"/personal/introduktion/{meeting.public_id}/"
        assert todo.what == "Dokumentera introduktionsmöte 23\xa0november\xa02026"

    def test_a_meeting_going_on_is_not_yet_noted(self) -> None:
        seat_at(DialogueFactory(), state=MeetingState.FIXED, starts_at=NOW - datetime.timedelta(hours=1))
        assert todos("dokumentera") == []


class TestDialogues:
    @pytest.mark.parametrize(
        ("key", "state", "late_after"),
        [
            ("senare", DialogueState.POSTPONED, 28),
            ("aterkoppling", DialogueState.DIALOGUE_HELD, 14),
            ("avsluta-dialog", DialogueState.FEEDBACK_HELD, 14),
        ],
    )
    def test_the_next_step_is_due_some_time_after_the_last(self, key, state, late_after) -> None:
        dialogue = since(DialogueFactory(state=state), late_after)
        since(DialogueFactory(state=DialogueState.CLOSED), 90)
        assert not only(key).is_late
        since(dialogue, late_after + 1)
        assert only(key).is_late

    def test_the_time_to_choose_a_later_batch_begins_when_the_answer_cannot_be_changed(self) -> None:
        invitation = InvitationFactory(dialogue__state=DialogueState.POSTPONED, answer_by=TODAY)
        since(invitation.dialogue, 60)
        assert todos("senare") == []
        Invitation.objects.update(answer_by=TODAY - days(1))
        todo = only("senare")
        assert (todo.due, todo.is_late) == (TODAY + days(28), False)

    def test_with_a_feedback_meeting_booked_nothing_more_is_booked(self) -> None:
        seat_at(
            DialogueFactory(state=DialogueState.DIALOGUE_HELD),
            kind=MeetingKind.FEEDBACK,
            state=MeetingState.FIXED,
        )
        assert todos("aterkoppling") == []


ROLES: dict[StaffRole, Callable[[str], bool]] = {
    StaffRole.PLANNER: lambda key: (
        key
        not in {
            "faststall",
            "dokumentera",
            "jav",
            "sammanfattning",
            "godkann-sammanfattning",
            "svar-om-sammanfattning",
        }
    ),
    StaffRole.LEADER: lambda key: (
        key
        not in {
            "godkann-omgang",
            "lottning",
            "schemalagg",
            "utskick",
            "brev",
            "papper-i-stallet",
            "skriv-ut",
            "posta",
            "tillganglighet",
            "senare",
            "avsluta-omgang",
            "kontakter",
            "pausad",
        }
    ),
    StaffRole.REGISTRAR: lambda _key: False,
    StaffRole.STATISTICIAN: lambda _key: False,
    StaffRole.ADMINISTRATOR: lambda key: key == "tillganglighet",
}


@pytest.mark.parametrize("role", StaffRole)
def test_each_role_has_its_kinds(role: StaffRole) -> None:
    has = {kind.key for kind in kinds_for(staff_user(role))}
    assert has == {kind.key for kind in KINDS if ROLES[role](kind.key)}


def test_keys_are_used_once() -> None:
    assert len({kind.key for kind in KINDS}) == len(KINDS)


def test_one_done_meanwhile_is_left_out() -> None:
    batch = batch_in(BatchState.APPROVED)
    anna = planner()
    found = waiting(kinds_for(anna), Desk.of(anna))
    InvitationBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.SCHEDULED, send_at=timezone.now() + days(1), answer_by=TODAY + days(9)
    )
    assert found.read(found.entries) == []
