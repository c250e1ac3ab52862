"""A dialogue that rests: who may let it, what waits meanwhile, and that it comes back as it was."""

import datetime
import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole, User
from dialogues import domain
from dialogues.domain import (
    analyses,
    analysis_drafts,
    carrying,
    drafts,
    evaluations,
    goals,
    impartiality,
    introduction_choices,
    introductions,
    invitations,
    meetings,
    needs,
    notes,
    own_questions,
    participants,
    questions,
    records,
    reminders,
    skipping,
    summaries,
    underlag,
)
from dialogues.domain.dialogues import PausedNow, move
from dialogues.domain.pausing import pause_dialogue, resume_dialogue
from dialogues.letters.lifecycle import claim_due
from dialogues.models import (
    UNDER_WAY,
    Answer,
    AnsweredHow,
    Channel,
    Dialogue,
    GoalKind,
    Invitation,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
    Part,
    Seat,
    SkippedPart,
    Underlag,
)
from dialogues.models import DialogueState as S
from dialogues.paper.lifecycle import printable
from quality_system.models import Area
from tests.accounts.factories import pair, planner, staff_user
from tests.dialogues.factories import (
    BatchFactory,
    InvitationFactory,
    MeetingFactory,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.letters.factories import LetterFactory
from tests.dialogues.letters.factories import letter_in as sent_letter
from tests.dialogues.notes import note_by
from tests.dialogues.paper.factories import letter_in
from tests.dialogues.pausing import REASON, put_to_rest
from tests.dialogues.portal.helpers import edition
from tests.dialogues.summaries import held, sent_by
from tests.dialogues.times import accept, arranged, propose_again, ready, wish
from tests.dialogues.underlag.factories import EditionFactory
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


def pause(dialogue: Dialogue, actor=None, reason: str = REASON, **more) -> Dialogue:
    return pause_dialogue(dialogue=dialogue, reason=reason, actor=actor or person(planner()), **more)


# Pausing and going on ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", S.values)
def test_what_is_under_way_can_be_paused_and_comes_back_as_it_was(state):
    dialogue, own = dialogue_with_contact(S(state))
    since = Dialogue.objects.get(pk=dialogue.pk).state_since
    if state not in UNDER_WAY:
        with pytest.raises(NotPossible):
            pause(dialogue)
        assert not AuditEntry.objects.exists()
        assert not Letter.objects.exists()
        return
    pause(dialogue)
    row = Dialogue.objects.get(pk=dialogue.pk)
    assert (row.is_paused, row.paused_reason, row.state) == (True, REASON, state)
    resume_dialogue(dialogue=dialogue, actor=person(planner()))
    row = Dialogue.objects.get(pk=dialogue.pk)
    assert (row.state, row.state_since) == (state, since)
    assert (row.paused_at, row.paused_by, row.paused_reason, row.look_again_on) == (None, None, "", None)
    assert list(Letter.objects.order_by("pk").values_list("kind", "recipient")) == [
        (LetterKind.PAUSED, own.email),
        (LetterKind.RESUMED, own.email),
    ]
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["dialogue.paused", "dialogue.resumed"]


def test_a_pause_needs_its_reason_and_a_day_to_come():
    dialogue, _own = dialogue_with_contact(S.ACCEPTED)
    today = timezone.localdate()
    for wrong in (
        {"reason": " \n"},
        {"reason": "Se 19121212-1212"},
        {"look_again_on": today},
        {"look_again_on": today + datetime.timedelta(days=731)},
    ):
        with pytest.raises(NotPossible):
            pause(dialogue, **wrong)
    assert not Dialogue.objects.get(pk=dialogue.pk).is_paused


def test_pressed_twice_it_is_paused_once_and_another_reason_is_not_lost():
    dialogue, _own = dialogue_with_contact(S.ACCEPTED)
    first = pause(dialogue)
    assert pause(dialogue).paused_at == first.paused_at
    with pytest.raises(Conflict, match="byter skolchef"):
        pause(dialogue, reason="Ett annat skäl")
    assert Letter.objects.count() == 1
    resume_dialogue(dialogue=dialogue, actor=person(planner()))
    resume_dialogue(dialogue=dialogue, actor=person(planner()))
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("who", [*StaffRole.values, "booked leader", "own", "other", "nobody"])
def test_only_a_planner_or_a_leader_of_the_dialogue_may(who):
    dialogue, own, _meeting, staff = ready(S.TIME_FIXED, MeetingState.FIXED)
    people = {"booked leader": lambda: staff[0], "own": lambda: own, "other": lambda: ContactFactory().user}
    people["nobody"] = lambda: User.objects.create(email="ingen@example.test")
    user = people[who]() if who in people else staff_user(StaffRole(who))
    for deed in (
        lambda: pause(dialogue, person(user)),
        lambda: resume_dialogue(dialogue=dialogue, actor=person(user)),
    ):
        if who in ("planner", "booked leader"):
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()
    assert AuditEntry.objects.filter(verb__startswith="dialogue.").count() == (
        2 if who in ("planner", "booked leader") else 0
    )


def test_who_was_booked_before_leads_it_no_more():
    dialogue, _own, meeting, staff = ready(S.TIME_FIXED, MeetingState.FIXED)
    meeting.staff.filter(user=staff[0]).update(is_booked=False)
    with pytest.raises(PermissionDenied):
        pause(dialogue, person(staff[0]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"paused_at": None},
        {"paused_reason": ""},
        {"paused_by": None},
        {"state": S.CLOSED},
        {"state": S.CANCELLED},
        {"state": S.DECLINED},
        {"state": S.PLANNED},
    ],
)
def test_the_database_holds_what_a_pause_is(wrong):
    dialogue = put_to_rest(dialogue_with_contact(S.ACCEPTED)[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Dialogue.objects.filter(pk=dialogue.pk).update(**wrong)


def test_a_paused_dialogue_can_be_cancelled_by_the_huvudman_and_the_pause_ends_with_it():
    dialogue, own, meeting, _staff = ready(S.TIME_FIXED, MeetingState.FIXED)
    put_to_rest(dialogue)
    meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=person(own))
    row = Dialogue.objects.get(pk=dialogue.pk)
    assert (row.state, row.is_paused) == (S.CANCELLED, False)
    assert Meeting.objects.get(pk=meeting.pk).state == MeetingState.CANCELLED


# Every verb -------------------------------------------------------------------------------------------------

OURS, SENT_AT = (
    {"told_by": "Kim", "channel": Channel.PHONE},
    datetime.datetime(2026, 1, 12, 9, tzinfo=datetime.UTC),
)
SUMMARY = {"summary": "Vi talade om läsning.", "discussed_skolformer": ["GR"]}


class Paused:
    """A paused dialogue with a meeting of each kind, an underlag and an invitation."""

    def __init__(self) -> None:
        self.dialogue, self.own, self.meeting, self.staff = ready(S.TIME_FIXED, MeetingState.PROPOSED)
        self.introduction = seat_at(
            self.dialogue,
            kind=MeetingKind.INTRODUCTION,
            state=MeetingState.FIXED,
            seats=5,
            form="digital",
            link="https://a.example",
        )
        self.underlag = Underlag.objects.create(dialogue=self.dialogue, edition=edition(), state="ordered")
        self.invitation = InvitationFactory(dialogue=self.dialogue)
        told = {"asked_by": "Kim", "channel": Channel.PORTAL, "actor": self.theirs}
        self.question = own_questions.ask_agencies(dialogue=self.dialogue, text="Vad?", **told)
        self.note = note_by(self.staff[0], self.dialogue)
        put_to_rest(self.dialogue)

    @property
    def theirs(self):
        return person(self.own)

    def goal(self, verb: Callable, **more):
        return verb(dialogue=self.dialogue, actor=self.theirs, **more)


def edit() -> drafts.Edit:
    return drafts.Edit(question=uuid.uuid4(), seen=None, form=uuid.uuid4())


def row() -> questions.Row:
    return questions.Row(area=Area.EQUITY, text="", sub_goal=None)


REFUSE: dict[str, Callable[[Paused], object]] = {
    "analyses.send_analysis": lambda p: analyses.send_analysis(
        dialogue=p.dialogue, parts=["a"], seen="", told_by="Kim", actor=p.theirs
    ),
    "analysis_drafts.save_texts": lambda p: analysis_drafts.save_texts(
        dialogue=p.dialogue, typed={}, form=uuid.uuid4(), by="Kim", actor=p.theirs
    ),
    "drafts.save_draft": lambda p: drafts.save_draft(
        dialogue=p.dialogue, edit=edit(), area="", text="a", sub_goal=None, actor=p.theirs
    ),
    "drafts.drop_draft": lambda p: drafts.drop_draft(
        dialogue=p.dialogue, question=uuid.uuid4(), seen=None, actor=p.theirs
    ),
    "drafts.throw_draft": lambda p: drafts.throw_draft(dialogue=p.dialogue, read="", actor=p.theirs),
    "drafts.move_draft": lambda p: drafts.move_draft(
        dialogue=p.dialogue, question=uuid.uuid4(), steps=1, actor=p.theirs
    ),
    "drafts.reopen_questions": lambda p: drafts.reopen_questions(dialogue=p.dialogue, actor=p.theirs),
    "drafts.send_draft": lambda p: drafts.send_draft(
        dialogue=p.dialogue, read="", told_by="Kim", actor=p.theirs
    ),
    "goals.save_goal": lambda p: p.goal(
        goals.save_goal, edit=edit(), kind=GoalKind.QUALITY_WORK, text="a", success_factor=None
    ),
    "goals.follow_up_goal": lambda p: p.goal(
        goals.follow_up_goal, goal=uuid.uuid4(), follow_up=uuid.uuid4(), day=timezone.localdate(), text="a"
    ),
    "goals.close_goal": lambda p: p.goal(goals.close_goal, goal=uuid.uuid4(), outcome="a"),
    "goals.drop_goal": lambda p: p.goal(goals.drop_goal, goal=uuid.uuid4()),
    "goals.share_goal": lambda p: p.goal(goals.share_goal, goal=uuid.uuid4(), shared_by="Kim"),
    "goals.unshare_goal": lambda p: p.goal(goals.unshare_goal, goal=uuid.uuid4()),
    "introduction_choices.choose_introduction": lambda p: introduction_choices.choose_introduction(
        dialogue=p.dialogue, meeting=p.introduction, given_by="Kim", channel=Channel.PHONE, actor=SYSTEM
    ),
    "impartiality.declare_conflict": lambda p: impartiality.declare_conflict(
        dialogue=p.dialogue, has_conflict=True, reason="", actor=person(p.staff[0])
    ),
    "introductions.place": lambda p: introductions.place(
        dialogue=p.dialogue, meeting=p.introduction, actor=SYSTEM
    ),
    "invitations.invite": lambda p: invitations.invite(dialogue=p.dialogue, actor=SYSTEM),
    "invitations.answer_invitation": lambda p: invitations.answer_invitation(
        invitation=p.invitation, answer=Answer.NO, given_by="Kim", channel=Channel.PHONE, actor=SYSTEM
    ),
    "carrying.carry_to_later_batch": lambda p: carrying.carry_to_later_batch(
        dialogue=p.dialogue, batch=BatchFactory(state="draft"), actor=SYSTEM
    ),
    "meetings.propose_time": lambda p: meetings.propose_time(
        dialogue=p.dialogue, arrangement=arranged(p.staff), actor=SYSTEM
    ),
    "meetings.accept_time": lambda p: accept(p.meeting),
    "meetings.propose_again": lambda p: propose_again(p.meeting, p.staff),
    "meetings.change_staff": lambda p: meetings.change_staff(meeting=p.meeting, staff=pair(), actor=SYSTEM),
    "meetings.set_up_feedback": lambda p: meetings.set_up_feedback(
        dialogue=p.dialogue, arrangement=arranged(p.staff), actor=SYSTEM
    ),
    "needs.tell_needs": lambda p: needs.tell_needs(
        dialogue=p.dialogue, needs=needs.Needs(), seen=0, given_by="K", channel=Channel.PORTAL, actor=p.theirs
    ),
    "participants.save_participant": lambda p: participants.save_participant(
        dialogue=p.dialogue, participant=None, name="Bo", role="rektor", email="", actor=p.theirs
    ),
    "participants.drop_participant": lambda p: participants.drop_participant(
        dialogue=p.dialogue, participant=uuid.uuid4(), actor=p.theirs
    ),
    "notes.save_note": lambda p: note_by(p.staff[0], p.dialogue),
    "notes.drop_note": lambda p: notes.drop_note(
        dialogue=p.dialogue, note=p.note.public_id, seen=None, actor=person(p.staff[0])
    ),
    "notes.share_note": lambda p: notes.share_note(
        dialogue=p.dialogue, note=p.note.public_id, actor=person(p.staff[0])
    ),
    "own_questions.ask_agencies": lambda p: own_questions.ask_agencies(
        dialogue=p.dialogue, text="Hur gör andra?", asked_by="Kim", channel=Channel.PHONE, actor=SYSTEM
    ),
    "own_questions.change_own_question": lambda p: own_questions.change_own_question(
        question=p.question, text="Hur?", asked_by="Kim", seen=1, actor=SYSTEM
    ),
    "own_questions.withdraw_own_question": lambda p: own_questions.withdraw_own_question(
        question=p.question, asked_by="Kim", seen=1, actor=SYSTEM
    ),
    "own_questions.answer_own_question": lambda p: own_questions.answer_own_question(
        question=p.question, answer="Så.", how=AnsweredHow.BEFORE, seen=1, actor=SYSTEM
    ),
    "own_questions.leave_own_question": lambda p: own_questions.leave_own_question(
        question=p.question, reason="Den hör till en annan myndighet.", seen=1, actor=SYSTEM
    ),
    "questions.send_questions": lambda p: questions.send_questions(
        dialogue=p.dialogue, rows=[row()], actor=SYSTEM, **OURS
    ),
    "records.hold_dialogue": lambda p: records.hold_dialogue(dialogue=p.dialogue, actor=SYSTEM, **SUMMARY),
    "records.hold_feedback": lambda p: records.hold_feedback(dialogue=p.dialogue, feedback="a", actor=SYSTEM),
    "records.change_record": lambda p: records.change_record(
        dialogue=p.dialogue, feedback="", seen=0, actor=SYSTEM, **SUMMARY
    ),
    "records.change_held_time": lambda p: records.change_held_time(
        dialogue=p.dialogue, kind=MeetingKind.DIALOGUE, held_at=SENT_AT, seen=0, actor=SYSTEM
    ),
    "records.close_dialogue": lambda p: records.close_dialogue(dialogue=p.dialogue, actor=SYSTEM),
    "underlag.order_underlag": lambda p: underlag.order_underlag(dialogue=p.dialogue, actor=SYSTEM),
    "underlag.order_again": lambda p: underlag.order_again(underlag=_rendered(p), actor=SYSTEM),
    "underlag.revise_central_areas": lambda p: underlag.revise_central_areas(
        underlag=_rendered(p), areas=[{}], reason="Siffran är gammal", actor=SYSTEM
    ),
    "underlag.confirm_underlag": lambda p: underlag.confirm_underlag(
        underlag=_rendered(p), actor=person(p.staff[0])
    ),
    "underlag.issue_underlag": lambda p: underlag.issue_underlag(underlag=p.underlag, actor=SYSTEM),
    "skipping.note_missed": lambda p: skipping.note_missed(meeting=p.meeting, actor=SYSTEM),
    "skipping.skip_part": lambda p: skipping.skip_part(
        dialogue=p.dialogue, part=SkippedPart.DIALOGUE, reason="Ni hinner inte.", actor=SYSTEM
    ),
    "wishes.wish_other_time": lambda p: wish(p.meeting),
}


class PausedWithSummary:
    """A paused dialogue that has been held, with a summary that waits for the huvudman."""

    def __init__(self) -> None:
        self.dialogue, _own = held()
        self.ours, self.theirs = pair()
        self.sent = sent_by(self.ours, self.dialogue)
        put_to_rest(self.dialogue)

    def about(self, verb: Callable, **told: object) -> object:
        return verb(sent=self.sent, actor=person(self.theirs), **told)


TOLD_US = {"given_by": "Kim", "channel": Channel.PHONE}
REFUSE_OF_SUMMARY: dict[str, Callable[[PausedWithSummary], object]] = {
    "summaries.write_summary": lambda p: summaries.write_summary(
        dialogue=p.dialogue, words=summaries.Words("Vi", "", ""), seen=1, actor=person(p.ours)
    ),
    "summaries.send_summary": lambda p: summaries.send_summary(
        dialogue=p.dialogue,
        seen=1,
        seen_round=1,
        answer_by=timezone.localdate() + datetime.timedelta(days=20),
        note="",
        actor=person(p.ours),
    ),
    "summaries.confirm_summary": lambda p: p.about(summaries.confirm_summary),
    "summaries.agree_to_summary": lambda p: p.about(summaries.agree_to_summary, **TOLD_US),
    "summaries.return_summary": lambda p: p.about(summaries.return_summary, comment="Nej.", **TOLD_US),
    "summaries.close_unanswered_summary": lambda p: p.about(summaries.close_unanswered_summary, note="Så."),
}
ELSEWHERE = {
    "dialogues.move": "the door itself: see `test_no_state_follows_during_a_pause`",
    "pausing.pause_dialogue": "it is paused already",
    "pausing.resume_dialogue": "what ends the pause",
    "meetings.cancel_dialogue": "leaving is always possible, at any time",
    "evaluations.ask_for_evaluation": "asks nothing: see below",
    "evaluations.answer_evaluation": "asked apart from all else, and nobody may know who answers",
    "reminders.remind": "reminds nobody: see below",
    "invitations.write_to_late_address": "writes to nobody: see below",
    "introductions.place_where_free": "places nobody: see below",
    "introductions.change_introduction": "of a whole group, in which others are",
    "introductions.cancel_introduction": "of a whole group",
    "introductions.hold_introduction": "of a whole group: see below",
    "introductions.change_attendance": "of a whole group: see below",
    "holding.note_held": "within the verbs that hold",
    "records.hold_meeting": "within the verbs that hold",
    "meetings.offer_again": "within the verbs that propose a time",
    "meetings.unfix_time": "within the verbs that move a time",
    "own_questions.leave_open_questions": "within the verbs that end a dialogue",
    "needs.clear_needs": "nothing is kept longer than it is needed",
    "participants.clear_participants": "nothing is kept longer than it is needed",
    "notes.clear_notes": "within the verbs that end a dialogue",
    "receipts.keep_receipt": "within the verbs that receive",
    "receipts.register_sent": "within the verbs that receive",
    "underlag.order_underlag_for_meeting": "of a whole group",
    "underlag.finish_rendering": "what a worker had begun: nobody sees it before the pause has ended",
    "underlag.fail_underlag": "what a worker had begun",
    "sending.leave_out_closed": "cancels by the door itself, which is always possible",
    "replacing.replace_gone": "of one that has left; who comes is never one that is paused",
    "late_invitations.invite_late": "invites by the door itself, and is within the verb that replaces",
}
SUBJECTS = {"dialogue", "meeting", "underlag", "invitation", "request", "question", "sent"}


def _rendered(p: Paused) -> Underlag:
    Underlag.objects.filter(pk=p.underlag.pk).update(state="failed", failure="Det gick inte.")
    p.underlag.refresh_from_db()
    return p.underlag


def verbs_about_a_dialogue() -> set[str]:
    """The public functions of the domain that act, on a dialogue or what is part of one."""
    found = set()
    for module in pkgutil.iter_modules(domain.__path__):
        code = importlib.import_module(f"{domain.__name__}.{module.name}")
        for name, verb in inspect.getmembers(code, inspect.isfunction):
            if name.startswith("_") or verb.__module__ != code.__name__:
                continue
            asked = inspect.signature(verb).parameters
            if "actor" in asked and SUBJECTS & asked.keys():
                found.add(f"{module.name}.{name}")
    return found


READ = {"analysis_drafts.require_writer", "analysis_drafts.texts_of", "drafts.drafts_of", "goals.goals_of"}
READ |= {
    "drafts.has_room",
    "goals.happened_since",
    "notes.notes_of",
    "needs.needs_of",
    "participants.participants_of",
}


def test_each_verb_has_its_place():
    assert verbs_about_a_dialogue() == REFUSE.keys() | REFUSE_OF_SUMMARY.keys() | ELSEWHERE.keys() | READ


@pytest.mark.parametrize("verb", sorted(REFUSE | REFUSE_OF_SUMMARY))
def test_every_verb_refuses_during_a_pause_and_leaves_nothing_behind(verb):
    paused = Paused() if verb in REFUSE else PausedWithSummary()
    before = list(Dialogue.objects.values()), AuditEntry.objects.count(), Letter.objects.count()
    with pytest.raises(PausedNow, match="pausad sedan"):
        (REFUSE | REFUSE_OF_SUMMARY)[verb](paused)
    assert (list(Dialogue.objects.values()), AuditEntry.objects.count(), Letter.objects.count()) == before


@pytest.mark.parametrize("to", S.values)
def test_no_state_follows_during_a_pause(to):
    for state in sorted(UNDER_WAY):
        dialogue = put_to_rest(dialogue_with_contact(S(state))[0])
        if to == S.CANCELLED:
            assert move(dialogue, to=S(to), actor=SYSTEM).state == to
            continue
        with pytest.raises(PausedNow):
            move(dialogue, to=S(to), actor=SYSTEM)
        assert Dialogue.objects.get(pk=dialogue.pk).state == state


def test_who_may_not_is_told_nothing_of_the_pause():
    dialogue = put_to_rest(dialogue_with_contact(S.FEEDBACK_HELD)[0])
    with pytest.raises(PermissionDenied):
        move(dialogue, to=S.CLOSED, actor=person(ContactFactory().user))


# What waits -------------------------------------------------------------------------------------------------


def test_letters_wait_and_go_when_it_goes_on():
    dialogue, _own = dialogue_with_contact(S.UNDERLAG_SENT)
    waits = LetterFactory(kind=LetterKind.QUESTIONS, dialogue=dialogue)
    off = LetterFactory(kind=LetterKind.MEETING_CANCELLED, dialogue=dialogue)
    others = LetterFactory(kind=LetterKind.QUESTIONS)
    pause(dialogue)
    claimed = {letter.pk for letter in claim_due(10)}
    told = Letter.objects.get(kind=LetterKind.PAUSED)
    assert claimed == {off.pk, others.pk, told.pk}
    resume_dialogue(dialogue=dialogue, actor=person(planner()))
    assert {letter.pk for letter in claim_due(10)} == {
        waits.pk,
        Letter.objects.get(kind=LetterKind.RESUMED).pk,
    }


def test_letters_on_paper_wait_too():
    letter = letter_in("waiting")
    assert list(printable()) == [letter]
    Dialogue.objects.filter(pk=letter.dialogue_id).update(state=S.ACCEPTED)
    put_to_rest(letter.dialogue)
    assert not printable().exists()


def test_nobody_is_asked_reminded_or_placed_during_a_pause():
    dialogue, _own = dialogue_with_contact(S.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    ago = timezone.now() - datetime.timedelta(days=9)
    sent_letter("sent", dialogue=dialogue, kind=LetterKind.INVITATION, sent_at=ago)
    assert Dialogue.objects.filter(reminders.remindable()).get() == dialogue
    put_to_rest(dialogue)
    assert reminders.remind(dialogue=dialogue, actor=SYSTEM) == 0
    assert not Dialogue.objects.filter(reminders.remindable()).exists()
    assert not invitations.write_to_late_address(dialogue=dialogue, actor=SYSTEM)
    assert evaluations.ask_for_evaluation(dialogue=dialogue, part=Part.DIALOGUE, actor=SYSTEM) is None
    Dialogue.objects.update(state=S.ACCEPTED)
    group = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 5}
    MeetingFactory(**group, batch=dialogue.batch, form="digital", link="https://a.example")
    assert introductions.place_where_free(dialogue=dialogue, actor=SYSTEM) is None
    assert not introductions.waiting_for_seat(dialogue.batch).exists()
    assert Invitation.objects.get() == invitation


def test_a_group_meets_without_the_paused_one_which_gets_another_seat_later():
    EditionFactory()
    paused, _own = dialogue_with_contact(S.ACCEPTED)
    comes, _own = dialogue_with_contact(S.ACCEPTED, batch=paused.batch)
    past = timezone.now() - datetime.timedelta(hours=3)
    group = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 5}
    meeting = seat_at(paused, starts_at=past, **group, form="digital", link="https://a.example")
    Seat.objects.create(meeting=meeting, dialogue=comes, kind=meeting.kind)
    put_to_rest(paused)
    with pytest.raises(PausedNow, match="Återuppta"):
        introductions.hold_introduction(meeting=meeting, attended={paused.pk}, actor=SYSTEM)
    introductions.hold_introduction(meeting=meeting, attended={comes.pk}, actor=SYSTEM)
    assert Dialogue.objects.get(pk=comes.pk).state == S.INTRODUCED
    assert Dialogue.objects.get(pk=paused.pk).state == S.ACCEPTED
    assert not paused.seats.filter(is_current=True).exists()
    resume_dialogue(dialogue=paused, actor=person(planner()))
    assert list(introductions.waiting_for_seat(paused.batch)) == [paused]
