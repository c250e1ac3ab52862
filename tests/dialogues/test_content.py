"""Introduction held, questions told, dialogue and feedback held, closed."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from dialogues.domain import records
from dialogues.domain.introductions import hold_introduction, place
from dialogues.domain.questions import Row, send_questions
from dialogues.models import (
    Channel,
    DialogueState,
    Letter,
    LetterKind,
    MeetingKind,
    MeetingState,
    PriorityQuestion,
    Underlag,
)
from huvudman.models import Skolform
from quality_system.models import Area
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import BatchFactory, MeetingFactory, dialogue_with_contact, seat_at
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db


def row(text="Varför skiljer sig resultaten?", area=Area.EQUITY) -> Row:
    return Row(area=area, text=text, sub_goal=None)


def ask(dialogue, rows, actor=SYSTEM, channel=Channel.PORTAL):
    return send_questions(dialogue=dialogue, rows=rows, told_by="Kim Ek", channel=channel, actor=actor)


class TestIntroduction:
    def test_those_absent_go_on_too(self):
        batch = BatchFactory()
        came, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        absent, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=batch)
        for dialogue in (came, absent):
            place(dialogue=dialogue, meeting=meeting, actor=SYSTEM)
        EditionFactory()
        now = timezone.now()
        hold_introduction(meeting=meeting, attended={came.pk}, actor=person(leader()), held_at=now)
        assert Underlag.objects.count() == 2
        for dialogue, attended in ((came, True), (absent, False)):
            dialogue.refresh_from_db()
            assert dialogue.state == DialogueState.INTRODUCED
            assert dialogue.seats.get().attended is attended

    def test_without_an_edition_in_force_nothing_is_noted(self):
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=dialogue.batch)
        place(dialogue=dialogue, meeting=meeting, actor=SYSTEM)
        with pytest.raises(NotPossible, match="utgåva"):
            hold_introduction(meeting=meeting, attended=set(), actor=SYSTEM, held_at=timezone.now())
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.FIXED

    def test_the_letter_says_when_where_and_that_nothing_need_be_prepared(self):
        dialogue, own = dialogue_with_contact(DialogueState.ACCEPTED)
        meeting = MeetingFactory(
            kind=MeetingKind.INTRODUCTION,
            state="fixed",
            seats=5,
            batch=dialogue.batch,
            form="digital",
            link="https://mote.example/intro",
        )
        place(dialogue=dialogue, meeting=meeting, actor=SYSTEM)
        letter = Letter.objects.get(kind=LetterKind.INTRODUCTION, recipient=own.email)
        assert "https://mote.example/intro" in letter.text
        assert "förbereda" in letter.text
        assert letter.attachments.get().media_type.startswith("text/calendar")

    def test_a_full_group_takes_nobody_more(self):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=1)
        first, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        second, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        place(dialogue=first, meeting=meeting, actor=SYSTEM)
        place(dialogue=first, meeting=meeting, actor=SYSTEM)
        with pytest.raises(NotPossible):
            place(dialogue=second, meeting=meeting, actor=SYSTEM)


class TestQuestions:
    def test_are_one_record_in_order_with_a_receipt(self):
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        form = ask(dialogue, [row("Första"), row("Andra", Area.QUALITY)], actor=person(own))
        assert [(q.rank, q.text) for q in form.rows.all()] == [(1, "Första"), (2, "Andra")]
        receipt = Letter.objects.get(kind=LetterKind.QUESTIONS)
        assert receipt.recipient == own.email
        assert "Första" in receipt.text

    def test_told_again_by_phone_they_replace_the_old_which_stay_in_the_log(self):
        dialogue, own = dialogue_with_contact(DialogueState.ACCEPTED)
        ask(dialogue, [row("Från portalen")], actor=person(own))
        form = ask(dialogue, [row("")], actor=person(planner()), channel=Channel.PHONE)
        assert form.channel == Channel.PHONE
        assert [q.text for q in PriorityQuestion.objects.all()] == [""]
        first = AuditEntry.objects.filter(verb="questions.sent").order_by("pk").first()
        assert first.facts["rows"][0]["text"] == "Från portalen"
        assert Letter.objects.filter(kind=LetterKind.QUESTIONS).count() == 2

    @pytest.mark.parametrize("count", [0, 6])
    def test_none_or_more_than_five_are_refused(self, count):
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        with pytest.raises(NotPossible):
            ask(dialogue, [row()] * count)

    def test_the_database_refuses_a_sixth(self):
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        form = ask(dialogue, [row()])
        with pytest.raises(IntegrityError), transaction.atomic():
            PriorityQuestion.objects.create(form=form, rank=6, area=Area.EQUITY)

    @pytest.mark.parametrize("state", DialogueState.values)
    def test_are_open_from_the_yes_until_the_dialogue_is_held(self, state):
        dialogue, _own = dialogue_with_contact(DialogueState(state))
        if state in {"accepted", "introduced", "underlag_sent", "time_fixed"}:
            assert ask(dialogue, [row()]).dialogue == dialogue
        else:
            with pytest.raises(NotPossible):
                ask(dialogue, [row()])

    def test_nobody_asks_for_another(self):
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        _other, stranger = dialogue_with_contact(DialogueState.ACCEPTED)
        with pytest.raises(PermissionDenied):
            ask(dialogue, [row()], actor=person(stranger))


class TestHeld:
    def test_from_the_fixed_time_to_the_end(self):
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        met = seat_at(
            dialogue, state=MeetingState.FIXED, starts_at=timezone.now() - datetime.timedelta(days=9)
        )
        guide = person(leader())
        held = records.hold_dialogue(
            dialogue=dialogue,
            summary=" Bra samtal. ",
            discussed_skolformer=[Skolform.GR, Skolform.FSK],
            actor=guide,
        )
        met.refresh_from_db()
        assert (met.state, held.record.summary) == (MeetingState.HELD, "Bra samtal.")
        assert held.record.discussed_skolformer == ["FSK", "GR"]
        seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED, starts_at=timezone.now())
        records.hold_feedback(dialogue=dialogue, feedback="Vi går vidare.", actor=guide)
        closed = records.close_dialogue(dialogue=dialogue, actor=guide)
        assert closed.state == DialogueState.CLOSED
        assert closed.record.feedback == "Vi går vidare."
        assert Letter.objects.get(kind=LetterKind.CLOSED).recipient == own.email

    @pytest.mark.parametrize(("summary", "forms"), [("", [Skolform.GR]), ("Bra", [])])
    def test_needs_a_summary_and_the_skolformer(self, summary, forms):
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED)
        with pytest.raises(NotPossible):
            records.hold_dialogue(
                dialogue=dialogue, summary=summary, discussed_skolformer=forms, actor=SYSTEM
            )

    def test_feedback_needs_its_meeting_and_leaves_nothing_behind_without(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        with pytest.raises(NotPossible):
            records.hold_feedback(dialogue=dialogue, feedback="", actor=SYSTEM)
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.DIALOGUE_HELD
