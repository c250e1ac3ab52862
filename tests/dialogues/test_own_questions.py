"""The huvudman's own questions: every state against every deed, who may, and what closing asks for."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain import records
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.own_questions import (
    MOST,
    OPEN_FOR_ASKING,
    ask_agencies,
    change_own_question,
    withdraw_own_question,
)
from dialogues.models import (
    AnsweredHow,
    Channel,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    OwnQuestion,
    Receipt,
    Sent,
)
from dialogues.models import OwnQuestionState as S
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_questions import answer, ask, leave, question_in, withdraw
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

STAFF_WHO_MAY = {StaffRole.PLANNER, StaffRole.LEADER}
DEEDS = {
    "change": lambda question, own, _staff: change_own_question(
        question=question, text="Ny text", asked_by="Kim", seen=question.version, actor=person(own)
    ),
    "withdraw": lambda question, own, _staff: withdraw(question, own),
    "answer": lambda question, _own, staff: answer(question, staff),
    "leave": lambda question, _own, staff: leave(question, staff),
}
COMES_TO = {
    ("open", "change"): "open",
    ("open", "withdraw"): "withdrawn",
    ("open", "answer"): "answered",
    ("open", "leave"): "left",
    ("withdrawn", "withdraw"): "withdrawn",
    ("answered", "answer"): "answered",
    ("left", "leave"): "left",
    ("left", "answer"): "answered",
}


def audit_of(question: OwnQuestion) -> list[str]:
    return list(
        AuditEntry.objects.filter(verb__startswith="ownquestion", subject_id=question.pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


@pytest.fixture
def held() -> tuple[Dialogue, User]:
    return dialogue_with_contact(DialogueState.DIALOGUE_HELD)


class TestTheMatrix:
    @pytest.mark.parametrize("deed", DEEDS)
    @pytest.mark.parametrize("state", S.values)
    def test_each_deed_in_each_state(self, held, state, deed):
        dialogue, own = held
        question = question_in(dialogue, own, S(state))
        before = OwnQuestion.objects.values().get()
        if (state, deed) in COMES_TO:
            assert DEEDS[deed](question, own, leader()).state == COMES_TO[state, deed]
            return
        with pytest.raises(WrongState):
            DEEDS[deed](question, own, leader())
        assert OwnQuestion.objects.values().get() == before

    @pytest.mark.parametrize("deed", ["ask", *DEEDS])
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_each_deed_in_each_state_of_the_dialogue(self, held, state, deed):
        dialogue, own = held
        question = question_in(dialogue, own, S.OPEN)
        Dialogue.objects.filter(pk=dialogue.pk).update(state=state)
        question = OwnQuestion.objects.get()

        def do() -> object:
            if deed == "ask":
                return ask(dialogue, own, "En till?")
            if deed == "answer":
                return answer(question, leader(), how=AnsweredHow.BEFORE)
            return DEEDS[deed](question, own, leader())

        if state in OPEN_FOR_ASKING:
            do()
        else:
            with pytest.raises(NotPossible, match="avslutad"):
                do()
            assert OwnQuestion.objects.get().state == S.OPEN

    @pytest.mark.parametrize(
        ("how", "states"),
        [
            (AnsweredHow.BEFORE, OPEN_FOR_ASKING),
            (AnsweredHow.AT_DIALOGUE, {"dialogue_held", "feedback_held"}),
            (AnsweredHow.AFTER, {"dialogue_held", "feedback_held"}),
            (AnsweredHow.AT_FEEDBACK, {"feedback_held"}),
        ],
    )
    @pytest.mark.parametrize("state", sorted(OPEN_FOR_ASKING))
    def test_an_answer_is_given_at_a_meeting_that_has_been(self, state, how, states):
        dialogue, own = dialogue_with_contact(DialogueState(state))
        question = ask(dialogue, own)
        if state in states:
            assert answer(question, leader(), how=how).how == how
        else:
            with pytest.raises(NotPossible, match="inte hållet"):
                answer(question, leader(), how=how)


class TestWhoMay:
    @pytest.mark.parametrize("agency", ["skolverket", "spsm"])
    @pytest.mark.parametrize("role", StaffRole)
    def test_leaders_and_planners_of_both_agencies_answer(self, held, role, agency):
        dialogue, own = held
        staff = staff_user(role, agency=agency)
        for deed in (answer, leave):
            question = ask(dialogue, own, f"Fråga om {deed.__name__}?")
            if role in STAFF_WHO_MAY:
                deed(question, staff)
            else:
                with pytest.raises(PermissionDenied):
                    deed(question, staff)

    @pytest.mark.parametrize("role", StaffRole)
    def test_who_notes_a_question_told_by_phone(self, held, role):
        def note() -> OwnQuestion:
            return ask_agencies(
                dialogue=held[0],
                text="Hur?",
                asked_by="Kim Ek",
                channel=Channel.PHONE,
                actor=person(user),
            )

        user = staff_user(role)
        if role in STAFF_WHO_MAY:
            assert note().noted_by == user
        else:
            with pytest.raises(PermissionDenied):
                note()

    def test_the_huvudman_answers_nothing_and_others_ask_nothing(self, held):
        dialogue, own = held
        question = ask(dialogue, own)
        reads = ContactFactory(huvudman=dialogue.huvudman, access="read", role="board").user
        _theirs, stranger = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        nobody = Actor(label="ingen")
        for deed in (answer, leave):
            with pytest.raises(PermissionDenied):
                deed(question, own)
        for user in (reads, stranger):
            for deed in (lambda who: ask(dialogue, who, "Ny?"), lambda who: withdraw(question, who)):
                with pytest.raises(PermissionDenied):
                    deed(user)
            with pytest.raises(PermissionDenied):
                DEEDS["change"](question, user, None)
        with pytest.raises(PermissionDenied):
            ask_agencies(dialogue=dialogue, text="Ny?", asked_by="", channel=Channel.PORTAL, actor=nobody)
        with pytest.raises(PermissionDenied):
            withdraw(question, planner())


class TestAsking:
    def test_it_is_received_once_with_a_receipt(self, held):
        dialogue, own = held
        first, again = ask(dialogue, own, " Hur? "), ask(dialogue, own, "Hur?")
        assert first == again
        receipt = Receipt.objects.get()
        assert (receipt.kind, receipt.body, receipt.channel) == (Sent.OWN_QUESTION, "Hur?", Channel.PORTAL)
        assert Letter.objects.filter(kind=LetterKind.SENT).count() == 1
        assert audit_of(first) == ["ownquestion.asked"]

    def test_a_change_is_received_anew_and_what_stood_is_kept(self, held):
        dialogue, own = held
        question = DEEDS["change"](ask(dialogue, own, "Hur?"), own, None)
        assert (question.text, question.version) == ("Ny text", 2)
        assert list(Receipt.objects.order_by("pk").values_list("body", flat=True)) == ["Hur?", "Ny text"]
        entry = AuditEntry.objects.get(verb="ownquestion.changed")
        assert entry.facts["was"] == "Hur?"

    def test_words_made_from_older_ones_overwrite_nothing(self, held):
        dialogue, own = held
        question = ask(dialogue, own, "Hur?")
        DEEDS["change"](question, own, None)
        for deed in (
            lambda: change_own_question(
                question=question, text="Annat", asked_by="Bo", seen=1, actor=person(own)
            ),
            lambda: withdraw_own_question(question=question, asked_by="Bo", seen=1, actor=person(own)),
            lambda: answer(question, leader(), seen=1),
            lambda: leave(question, leader(), seen=1),
        ):
            with pytest.raises(Conflict):
                deed()
        assert OwnQuestion.objects.get().text == "Ny text"

    @pytest.mark.parametrize("text", ["", "  ", "Om 19121212-1212?"])
    def test_what_is_not_received(self, held, text):
        with pytest.raises(NotPossible):
            ask(*held, text)
        assert not Receipt.objects.exists()

    def test_twenty_may_wait(self, held):
        for n in range(MOST):
            ask(*held, f"Fråga {n}?")
        with pytest.raises(NotPossible, match="Tjugo"):
            ask(*held, "En till?")
        withdraw(OwnQuestion.objects.first(), held[1])
        ask(*held, "En till?")

    def test_one_cannot_be_changed_into_another_that_waits(self, held):
        dialogue, own = held
        ask(dialogue, own, "Ny text")
        with pytest.raises(NotPossible, match="redan ställt"):
            DEEDS["change"](ask(dialogue, own, "Hur?"), own, None)

    def test_one_taken_back_is_kept_and_can_be_asked_again(self, held):
        dialogue, own = held
        withdraw(ask(dialogue, own, "Hur?"), own)
        ask(dialogue, own, "Hur?")
        assert [q.state for q in OwnQuestion.objects.order_by("pk")] == [S.WITHDRAWN, S.OPEN]
        assert Receipt.objects.filter(kind=Sent.OWN_WITHDRAWN, body="Hur?").count() == 1


class TestAnswering:
    @pytest.mark.parametrize("how", AnsweredHow)
    def test_the_huvudman_gets_a_letter_unless_it_heard_the_answer(self, how):
        dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        answer(ask(dialogue, own), leader(), how=how)
        letters = Letter.objects.filter(kind=LetterKind.OWN_ANSWER)
        assert letters.count() == (how in {AnsweredHow.BEFORE, AnsweredHow.AFTER})

    def test_a_reason_is_told_by_letter(self, held):
        leave(ask(*held), leader())
        assert "Det avgör regeringen." in Letter.objects.get(kind=LetterKind.OWN_ANSWER).text

    def test_the_same_answer_twice_is_one_and_other_words_need_the_version(self, held):
        dialogue, own = held
        question, guide = ask(dialogue, own), leader()
        for _n in range(2):
            answer(question, guide)
        with pytest.raises(Conflict):
            answer(question, leader("spsm"), words="Nej.")
        corrected = answer(question, guide, words="Ja, gärna.", seen=2)
        assert corrected.answer == "Ja, gärna."
        assert AuditEntry.objects.get(verb="ownquestion.answer_changed").facts["was"] == "Ja."

    def test_another_reason_does_not_replace_the_one_that_was_told(self, held):
        question = ask(*held)
        leave(question, leader())
        with pytest.raises(Conflict):
            leave(question, leader(), reason="Annat", seen=2)

    def test_nothing_is_left_behind_when_the_letter_cannot_be_written(self, held, monkeypatch):
        question = ask(*held)

        def fall(**_rest):
            raise RuntimeError

        monkeypatch.setattr("dialogues.domain.own_questions.write_to_huvudman", fall)
        with pytest.raises(RuntimeError):
            answer(question, leader())
        question.refresh_from_db()
        assert question.state == S.OPEN
        assert audit_of(question) == ["ownquestion.asked"]


class TestClosing:
    def test_with_a_question_that_waits_a_reason_is_needed(self):
        dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        question = ask(dialogue, own, "Hur gör andra?")
        for reason in ("", "  "):
            with pytest.raises(NotPossible, match="väntar på svar"):
                records.close_dialogue(dialogue=dialogue, unanswered=reason, actor=person(leader()))
        guide = leader()
        records.close_dialogue(dialogue=dialogue, unanswered="Vi hann inte.", actor=person(guide))
        question.refresh_from_db()
        assert (question.state, question.reason, question.settled_by) == (S.LEFT, "Vi hann inte.", guide)
        letter = Letter.objects.get(kind=LetterKind.CLOSED)
        assert "Hur gör andra?" in letter.text
        assert "Vi hann inte." in letter.text
        assert not Letter.objects.filter(kind=LetterKind.OWN_ANSWER).exists()

    def test_with_none_that_waits_nothing_is_asked(self):
        dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        for number, state in enumerate((S.ANSWERED, S.LEFT, S.WITHDRAWN)):
            question_in(dialogue, own, state, f"Fråga {number}?")
        records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        assert "hann vi inte" not in Letter.objects.get(kind=LetterKind.CLOSED).text
        assert OwnQuestion.objects.count() == 3, "what was received is kept"

    def test_cancelling_asks_for_nothing(self, held):
        question = ask(*held)
        cancel_dialogue(dialogue=held[0], reason="Tid", actor=person(planner()))
        question.refresh_from_db()
        assert question.state == S.OPEN


class TestTheDatabase:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"state": "answered"},
            {"state": "left"},
            {"state": "withdrawn"},
            {"answer": "Ja"},
            {"reason": "Nej"},
            {"channel": "phone"},
        ],
    )
    def test_refuses_a_row_that_is_not_what_its_state_says(self, held, wrong):
        question = ask(*held)
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnQuestion.objects.filter(pk=question.pk).update(**wrong)

    def test_refuses_the_same_open_question_twice(self, held):
        dialogue, own = held
        ask(dialogue, own, "Hur?")
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnQuestion.objects.create(dialogue=dialogue, text="Hur?", asked_by="Bo", channel=Channel.PORTAL)
