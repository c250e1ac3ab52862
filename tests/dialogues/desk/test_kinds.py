"""Each kind of thing to do: what brings it to the list, and what does not."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Agency, StaffRole, User
from dialogues.desk import KINDS, Desk, Todo, batches, kinds_for, waiting
from dialogues.domain.sending import start_due_batches
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Letter,
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
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.batches.factories import batch_in, waiting_letter
from tests.dialogues.factories import (
    CycleFactory,
    DialogueFactory,
    InvitationFactory,
    MeetingFactory,
    both_agencies,
    seat_at,
)
from tests.dialogues.underlag.factories import EditionFactory
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


def days(number: float) -> datetime.timedelta:
    return datetime.timedelta(days=number)


def todos(key: str, user: User | None = None) -> list[Todo]:
    """What a user (a planner who is also a leader, unless told) has of one kind."""
    somebody = user or staff_user(StaffRole.PLANNER, StaffRole.LEADER)
    found = waiting([kind for kind in KINDS if kind.key == key], Desk.of(somebody))
    return found.read(found.only(key))


def only(key: str, user: User | None = None) -> Todo:
    (todo,) = todos(key, user)
    return todo


def since(dialogue: Dialogue, ago: int) -> Dialogue:
    Dialogue.objects.filter(pk=dialogue.pk).update(state_since=NOW - days(ago))
    return dialogue


def book(meeting: Meeting, *people: User) -> None:
    for user in people:
        meeting.staff.create(user=user, agency=user.staff.agency, during=(meeting.starts_at, meeting.ends_at))


class TestBatches:
    def draft(self, number: int, **fields: object) -> InvitationBatch:
        cycle = CycleFactory(name="C", first_year=2026, batches_per_year=4)
        usual = {"state": BatchState.DRAFT, "year": 2027}
        batch = batch_in(cycle=cycle, number=number, **(usual | fields))
        DialogueFactory(batch=batch)
        return batch

    def test_a_draft_is_approved_within_two_months_of_its_month(self) -> None:
        self.draft(1)  # January 2027
        self.draft(2)  # April 2027
        todo = only("godkann-omgang")
        assert todo.what == "Godkänn omgång 2027:1"
        assert todo.why == "Tänkt till januari 2027. Antal huvudmän: 1."
        assert (todo.due, todo.is_late) == (datetime.date(2027, 1, 1), False)

    def test_a_draft_whose_month_has_passed_is_late(self) -> None:
        self.draft(4, year=2026)  # October 2026
        assert only("godkann-omgang").is_late

    @pytest.mark.parametrize(
        ("sent", "number", "month"),
        [
            (NOW + days(30), 3, "mars 2027"),  # three months after the one before
            (NOW + days(30), 4, "juni 2027"),
            (NOW - days(300), 5, "januari 2027"),  # those before were early: its own month stands
        ],
    )
    def test_a_draft_keeps_the_pace_when_those_before_it_were_late(self, sent, number, month) -> None:
        self.draft(2, year=2026, state=BatchState.SENT, send_at=sent, answer_by=TODAY + days(90))
        batch = self.draft((number - 1) % 4 + 1, year=2026 + (number - 1) // 4)
        desk = Desk(planner(), NOW + days(365))
        row = batches.to_approve(desk).get(pk=batch.pk)
        assert f"Tänkt till {month}." in batches.show_to_approve(row, desk).why

    def test_a_cycle_drawn_in_the_autumn_is_not_late_when_it_is_drawn(self) -> None:
        batch = self.draft(1, year=2026)
        batch.cycle.planned_at = NOW
        batch.cycle.save()
        assert todos("godkann-omgang") == []

    def test_who_prepared_a_large_batch_does_not_have_it_on_the_list(self, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 1
        anna, bo = planner(), planner()
        batch = self.draft(1, prepared_by=anna)
        assert len(todos("godkann-omgang", anna)) == 1
        DialogueFactory(batch=batch)
        assert todos("godkann-omgang", anna) == []
        assert len(todos("godkann-omgang", bo)) == 1

    def test_an_empty_draft_is_nothing_to_approve(self) -> None:
        batch_in(BatchState.DRAFT, year=2026)
        assert todos("godkann-omgang") == []

    def test_an_approved_batch_waits_for_its_times(self) -> None:
        batch = batch_in(BatchState.APPROVED)
        assert only("schemalagg").url.endswith(f"/{batch.public_id}/schemalagg/")

    @pytest.mark.parametrize(
        ("state", "ago", "words"),
        [
            (BatchState.SENDING, 11, "står still"),
            (BatchState.STOPPED, 11, "stoppat"),
            (BatchState.SCHEDULED, 11, "skulle ha börjat"),
        ],
    )
    def test_a_batch_that_stands_still_is_looked_at(self, state, ago, words) -> None:
        batch_in(state, send_at=NOW - datetime.timedelta(minutes=ago))
        assert words in only("utskick").why

    @pytest.mark.parametrize("state", [BatchState.STOPPED, BatchState.SCHEDULED])
    def test_a_batch_whose_answer_date_has_come_wants_new_dates(self, state) -> None:
        batch = batch_in(state, send_at=NOW - days(14), answer_by=TODAY)
        todo = only("utskick")
        assert todo.what.startswith("Välj nya datum")
        assert todo.why == "Svarsdatumet 24\u00a0november\u00a02026 har kommit. Inte inbjudna än: 0."
        assert todo.url.endswith(f"/{batch.public_id}/nya-datum/")

    @pytest.mark.parametrize("state", [BatchState.SENDING, BatchState.SCHEDULED])
    def test_a_batch_that_has_just_begun_is_left_alone(self, state) -> None:
        batch_in(state, send_at=NOW - datetime.timedelta(minutes=9))
        assert todos("utskick") == []

    def test_a_batch_is_closed_when_the_answers_are_in(self) -> None:
        batch = batch_in(BatchState.SENT, answer_by=TODAY - days(1))
        DialogueFactory.create_batch(2, batch=batch, state=DialogueState.INVITED)
        DialogueFactory(batch=batch, state=DialogueState.ACCEPTED)
        batch_in(BatchState.SENT, answer_by=TODAY)
        todo = only("avsluta-omgang")
        assert "Har inte svarat: 2." in todo.why
        assert todo.is_late

    def test_those_who_said_yes_wait_for_an_introduction(self) -> None:
        batch = batch_in(BatchState.SENT)
        DialogueFactory.create_batch(2, batch=batch, state=DialogueState.ACCEPTED)
        seat_at(
            DialogueFactory(batch=batch, state=DialogueState.ACCEPTED),
            kind=MeetingKind.INTRODUCTION,
            state=MeetingState.FIXED,
            seats=9,
        )
        assert only("introduktion").why == "2 huvudmän har tackat ja och väntar på plats."
        Dialogue.objects.filter(seats__isnull=True).update(state=DialogueState.DECLINED)
        assert todos("introduktion") == []


class TestLetters:
    @pytest.mark.parametrize("state", LetterState)
    def test_failed_and_uncertain_letters_need_a_person(self, state) -> None:
        letter = waiting_letter(batch_in(BatchState.SENT))
        Letter.objects.filter(pk=letter.pk).update(
            state=state,
            sent_at=NOW,
            sent_bytes=StoredFile.objects.create(sha256="a" * 64, size=1, media_type="message/rfc822"),
        )
        assert len(todos("brev")) == (state in {LetterState.FAILED, LetterState.UNCERTAIN})


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

    def test_when_the_batch_is_closed_nobody_is_rung(self) -> None:
        batch = batch_in(BatchState.CLOSED, answer_by=TODAY - days(7))
        DialogueFactory(batch=batch, state=DialogueState.INVITED)
        assert todos("ring-inbjudan") == []

    def soon(self, ahead: int) -> Dialogue:
        dialogue = DialogueFactory(state=DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED, starts_at=NOW + days(ahead))
        return dialogue

    def test_three_weeks_before_the_dialogue_we_ask_for_questions(self) -> None:
        near = self.soon(20)
        self.soon(22)
        todo = only("ring-fragor")
        assert todo.url.endswith(f"/{near.public_id}/fragor/")
        assert todo.due == TODAY + days(6)

    def test_within_two_weeks_it_is_late(self) -> None:
        self.soon(10)
        assert only("ring-fragor").is_late

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
        assert only("svar-om-tid").is_late
        assert todos("passerad-tid") == []

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
    StaffRole.PLANNER: lambda key: key not in {"faststall", "dokumentera"},
    StaffRole.LEADER: lambda key: (
        key not in {"godkann-omgang", "schemalagg", "utskick", "brev", "senare", "avsluta-omgang"}
    ),
    StaffRole.REGISTRAR: lambda _key: False,
    StaffRole.STATISTICIAN: lambda _key: False,
    StaffRole.ADMINISTRATOR: lambda _key: False,
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
