"""The summary's rounds: every state, who may what, nothing lost, agreed by all three to the same version."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import summaries
from dialogues.domain.files import read_file
from dialogues.domain.records import change_record, close_dialogue, record_version
from dialogues.domain.summaries import (
    SentSince,
    Words,
    WrittenSince,
    close_unanswered_summary,
    confirm_summary,
    draft_of,
    send_summary,
    write_summary,
)
from dialogues.letters.delivery import deliver_due
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    LetterState,
    Receipt,
    RoundState,
    SummaryDraft,
    SummaryRound,
)
from huvudman.models import Access, Skolform
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.letters import conftest
from tests.dialogues.summaries import WORDS, agree, give_back, held, in_state, passed, sent_by, written
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db
postmaster = conftest.postmaster

OTHER = Words("Andra ord.", "", "")
S = RoundState


@pytest.fixture
def real_pdf():
    """For a test about the PDF itself."""


@pytest.fixture(autouse=True)
def _plain_pdf(request, monkeypatch):
    """A PDF takes a second to make: it is made where it matters, by the tests that want `real_pdf`."""
    if "real_pdf" not in request.fixturenames:
        monkeypatch.setattr(summaries, "pdf_of", lambda content, made: f"%PDF {made}".encode())


class TestWriting:
    def test_one_text_that_both_agencies_write(self):
        dialogue, _own = held()
        first = written(dialogue, leader())
        second = written(dialogue, leader("spsm"), OTHER)
        assert (first.pk, first.version, second.version) == (second.pk, 1, 2)
        assert (second.talked_about, second.agreements) == ("Andra ord.", "")

    def test_an_older_page_overwrites_nothing(self):
        dialogue, _own = held()
        ours, theirs = pair()
        written(dialogue, ours)
        with pytest.raises(WrittenSince, match=str(ours)):
            write_summary(dialogue=dialogue, words=OTHER, seen=0, actor=person(theirs))
        assert draft_of(dialogue).talked_about == WORDS.talked_about

    def test_the_same_words_again_do_nothing(self):
        dialogue, _own = held()
        written(dialogue, leader())
        assert write_summary(dialogue=dialogue, words=WORDS, seen=0, actor=person(leader())).version == 1

    def test_it_says_something_and_no_personnummer(self):
        dialogue, _own = held()
        for words in (Words("  ", "Något", ""), Words("Anna 19121212-1212 sa", "", "")):
            with pytest.raises(NotPossible):
                write_summary(dialogue=dialogue, words=words, seen=0, actor=person(leader()))
        assert not SummaryDraft.objects.exists()

    @pytest.mark.parametrize("state", DialogueState)
    def test_from_the_dialogue_to_its_end(self, state):
        dialogue, _own = held(state)
        if state in summaries.OPEN_FOR_SUMMARY:
            assert written(dialogue, leader()).version == 1
        else:
            with pytest.raises(WrongState):
                written(dialogue, leader())

    @pytest.mark.parametrize("role", [role for role in StaffRole if role != StaffRole.LEADER])
    def test_leaders_write_and_nobody_else(self, role):
        dialogue, own = held()
        for user in (staff_user(role), own):
            with pytest.raises(PermissionDenied):
                written(dialogue, user)
        with pytest.raises(PermissionDenied):
            write_summary(dialogue=dialogue, words=WORDS, seen=0, actor=SYSTEM)


class TestSending:
    def test_the_huvudman_gets_a_version_with_what_was_said(self, real_pdf):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        assert (sent.number, sent.state, sent.content["skolformer"]) == (
            1,
            S.OPEN,
            ["förskola", "grundskola"],
        )
        assert [part["text"] for part in sent.content["parts"]] == [*vars(WORDS).values()]
        letter = Letter.objects.get(kind=LetterKind.SUMMARY)
        assert letter.recipient == own.email
        assert letter.attachments.get().file_id == sent.pdf_id
        assert read_file(sent.pdf).startswith(b"%PDF")
        assert "Hej!" in letter.text

    def test_who_sends_stands_behind_it(self):
        sent = sent_by(leader("spsm"), held()[0])
        assert [row.agency.code for row in sent.confirmations.all()] == ["spsm"]

    def test_sent_twice_it_is_one(self):
        dialogue, _own = held()
        user = leader()
        assert sent_by(user, dialogue) == sent_by(user, dialogue)
        assert Letter.objects.filter(kind=LetterKind.SUMMARY).count() == 1

    @pytest.mark.parametrize("note", ["Hej!", "En annan hälsning."])
    def test_sent_by_the_other_agency_too_the_first_approval_is_not_lost(self, note):
        dialogue, _own = held()
        ours, theirs = pair()
        first = sent_by(ours, dialogue)
        told = {"seen": 1, "seen_round": 0, "answer_by": first.answer_by, "note": note}
        with pytest.raises(SentSince, match=f"{ours} skickade version 1"):
            send_summary(dialogue=dialogue, actor=person(theirs), **told)
        first.refresh_from_db()
        assert (first.state, first.confirmations.get().user) == (S.OPEN, ours)
        assert Letter.objects.filter(kind=LetterKind.SUMMARY).count() == 1
        told["seen_round"] = 1  # read, and meant
        assert send_summary(dialogue=dialogue, actor=person(theirs), **told).number == 2

    def test_who_has_missed_a_change_and_a_version_reads_of_both(self):
        dialogue, _own = held()
        ours, theirs = pair()
        other = leader()
        seen = written(dialogue, ours).version
        words = Words(talked_about="Något helt annat.", agreements="", support="")
        write_summary(dialogue=dialogue, words=words, seen=seen, actor=person(other))
        day = timezone.localdate() + datetime.timedelta(days=14)
        told = {"dialogue": dialogue, "seen_round": 0, "answer_by": day, "note": ""}
        send_summary(**told, seen=seen + 1, actor=person(ours))
        with pytest.raises(WrittenSince) as refused:
            send_summary(**told, seen=seen, actor=person(theirs))
        for part in (f"{ours} skickade version 1 till huvudmannen", f"{other} sparade det som står nu"):
            assert part in str(refused.value)

    def test_not_from_a_page_that_knows_of_a_version_that_is_not(self):
        dialogue, _own = held()
        told = {"seen": written(dialogue, leader()).version, "seen_round": 3, "note": ""}
        day = timezone.localdate() + datetime.timedelta(days=14)
        with pytest.raises(WrittenSince):
            send_summary(dialogue=dialogue, answer_by=day, actor=person(leader()), **told)

    def test_what_the_huvudman_returned_goes_unchanged_only_with_words_why(self):
        dialogue, own = held()
        sent = in_state(S.RETURNED, dialogue, own)
        told = {"seen": 1, "seen_round": 1, "answer_by": sent.answer_by, "actor": person(leader())}
        with pytest.raises(NotPossible, match="densamma"):
            send_summary(dialogue=dialogue, note="  ", **told)
        again = send_summary(dialogue=dialogue, note="Förskolan var inte med.", **told)
        assert (again.number, again.content) == (2, sent.content)

    def test_what_the_huvudman_returned_goes_when_it_is_changed(self):
        dialogue, own = held()
        sent = in_state(S.RETURNED, dialogue, own)
        told = {"seen": written(dialogue, leader(), OTHER).version, "seen_round": 1, "note": ""}
        new = send_summary(dialogue=dialogue, answer_by=sent.answer_by, actor=person(leader()), **told)
        assert new.number == 2

    def test_not_a_text_that_somebody_has_changed_meanwhile(self):
        dialogue, _own = held()
        seen = written(dialogue, leader()).version
        written(dialogue, leader("spsm"), OTHER)
        day = timezone.localdate() + datetime.timedelta(days=14)
        with pytest.raises(WrittenSince):
            send_summary(
                dialogue=dialogue, seen=seen, seen_round=0, answer_by=day, note="", actor=person(leader())
            )
        assert not SummaryRound.objects.exists()

    @pytest.mark.parametrize(("days", "goes"), [(0, False), (6, False), (7, True), (90, True), (91, False)])
    def test_the_huvudman_has_time_to_answer(self, days, goes):
        dialogue, _own = held()
        if goes:
            assert sent_by(leader(), dialogue, days=days).number == 1
        else:
            with pytest.raises(NotPossible):
                sent_by(leader(), dialogue, days=days)

    def test_not_without_a_text(self):
        day = timezone.localdate() + datetime.timedelta(days=14)
        with pytest.raises(NotPossible, match="först"):
            send_summary(
                dialogue=held()[0], seen=0, seen_round=0, answer_by=day, note="", actor=person(leader())
            )

    @pytest.mark.parametrize("was", S)
    def test_a_new_version_takes_over_from_all_but_an_agreed_one(self, was):
        dialogue, own = held()
        first = in_state(was, dialogue, own)
        number = dialogue.summary_rounds.count()
        if was == S.AGREED:
            with pytest.raises(WrongState):
                sent_by(leader(), dialogue, Words("Tredje.", "", ""))
            return
        new = sent_by(leader(), dialogue, Words("Tredje.", "", ""))
        first.refresh_from_db()
        assert (new.number, new.state) == (number + 1, S.OPEN)
        assert first.state == (S.REPLACED if was == S.OPEN else was)

    def test_a_new_version_withdraws_what_was_agreed(self):
        dialogue, own = held()
        ours, theirs = pair()
        first = sent_by(ours, dialogue)
        agree(first, person(own))
        second = sent_by(ours, dialogue, OTHER)
        with pytest.raises(WrongState, match="ersatt"):
            confirm_summary(sent=first, actor=person(theirs))
        confirm_summary(sent=second, actor=person(theirs))
        second.refresh_from_db()
        assert (second.state, second.answered_at) == (S.OPEN, None)

    def test_a_letter_about_a_version_that_is_replaced_is_not_sent(self, postmaster):
        dialogue, _own = held()
        user = leader()
        sent_by(user, dialogue)
        sent_by(user, dialogue, OTHER)
        deliver_due()
        states = Letter.objects.filter(kind=LetterKind.SUMMARY).order_by("pk").values_list("state", flat=True)
        assert list(states) == [LetterState.STOPPED, LetterState.SENT]


DEEDS = {
    "confirm": lambda sent, own: confirm_summary(sent=sent, actor=person(leader("spsm"))),
    "agree": lambda sent, own: agree(sent, person(own)),
    "return": lambda sent, own: give_back(sent, person(own), "Andra önskemål."),
    "close": lambda sent, own: close_unanswered_summary(sent=sent, note="Ord", actor=person(leader())),
}
AFTER = {
    ("open", "confirm"): S.OPEN,
    ("open", "agree"): S.OPEN,
    ("open", "return"): S.RETURNED,
    ("open", "close"): S.UNANSWERED,
    ("agreed", "confirm"): S.AGREED,
    ("agreed", "agree"): S.AGREED,
    ("unanswered", "close"): S.UNANSWERED,
}
"""What comes of each deed in each state; what is not here is refused."""


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("was", S)
def test_every_deed_in_every_state(was, deed):
    dialogue, own = held()
    sent = in_state(was, dialogue, own)
    if (was, deed) == ("open", "close"):
        passed(sent)
    before = AuditEntry.objects.count()
    wanted = AFTER.get((was, deed))
    if wanted is None:
        with pytest.raises(NotPossible):
            DEEDS[deed](sent, own)
        wanted = was
        assert AuditEntry.objects.count() == before
    else:
        DEEDS[deed](sent, own)
    sent.refresh_from_db()
    assert sent.state == wanted


class TestAgreeing:
    @pytest.mark.parametrize("order", ["huvudman first", "agencies first"])
    def test_agreed_when_all_three_have_agreed_to_one_version(self, real_pdf, order):
        dialogue, own = held()
        ours, theirs = pair()
        sent = sent_by(ours, dialogue)
        steps = [lambda: agree(sent, person(own)), lambda: confirm_summary(sent=sent, actor=person(theirs))]
        first, second = steps if order == "huvudman first" else reversed(steps)
        assert first().state == S.OPEN
        row = second()
        assert (row.state, row.settled_at is not None) == (S.AGREED, True)
        assert read_file(row.agreed_pdf).startswith(b"%PDF")
        letter = Letter.objects.get(kind=LetterKind.SUMMARY_DONE)
        assert letter.attachments.get().file_id == row.agreed_pdf_id
        assert "överenskommen" in letter.title

    def test_once_however_often_it_is_pressed(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        for _time in range(2):
            agree(sent, person(own))
        assert Receipt.objects.filter(dialogue=dialogue).count() == 1

    def test_one_agency_alone_is_not_enough(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        agree(sent, person(own))
        confirm_summary(sent=sent, actor=person(leader()))
        sent.refresh_from_db()
        assert sent.state == S.OPEN

    def test_the_huvudman_may_change_its_mind_while_it_waits(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        agree(sent, person(own))
        give_back(sent, person(own))
        confirmed = SummaryRound.objects.get()
        assert (confirmed.state, confirmed.comment) == (S.RETURNED, "Nämn förskolan.")

    def test_two_with_different_wishes_lose_nothing_in_silence(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        give_back(sent, person(own))
        give_back(sent, person(own))
        with pytest.raises(Conflict, match="Anna Ek"):
            give_back(sent, person(own), "Något annat.")
        assert Receipt.objects.filter(dialogue=dialogue).count() == 1

    def test_the_receipt_has_the_huvudmans_words(self):
        dialogue, own = held()
        give_back(sent_by(leader(), dialogue), person(own))
        assert Receipt.objects.get().body == "Version 1\nNämn förskolan."
        assert Letter.objects.filter(kind=LetterKind.SENT).count() == 1

    def test_who_may_answer(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        reader = ContactFactory(huvudman=dialogue.huvudman, access=Access.READ).user
        stranger = dialogue_with_contact(DialogueState.DIALOGUE_HELD)[1]
        for user in (reader, stranger, staff_user(StaffRole.REGISTRAR)):
            for deed in (agree, give_back):
                with pytest.raises(PermissionDenied):
                    deed(sent, person(user))
        agree(sent, person(planner()))

    def test_nobody_answers_when_the_dialogue_is_cancelled(self):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        Dialogue.objects.update(state=DialogueState.CANCELLED)
        for deed in DEEDS.values():
            with pytest.raises(WrongState):
                deed(sent, own)

    def test_what_is_agreed_does_not_follow_the_record(self):
        dialogue, own = held()
        sent = in_state(S.AGREED, dialogue, own)
        change_record(
            dialogue=dialogue,
            summary="Nytt",
            discussed_skolformer=[Skolform.GY],
            feedback="",
            seen=record_version(dialogue),
            actor=person(leader()),
        )
        sent.refresh_from_db()
        assert sent.content["skolformer"] == ["förskola", "grundskola"]

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, monkeypatch):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        confirm_summary(sent=sent, actor=person(leader("spsm")))
        monkeypatch.setattr(summaries, "pdf_of", lambda *_a, **_k: 1 / 0)
        before = (AuditEntry.objects.count(), Letter.objects.count())
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            agree(sent, person(own))
        sent.refresh_from_db()
        assert (sent.state, sent.answered_at) == (S.OPEN, None)
        assert (AuditEntry.objects.count(), Letter.objects.count(), Receipt.objects.count()) == (*before, 0)


class TestClosing:
    def test_without_an_answer_with_a_note_that_the_huvudman_reads(self):
        dialogue, own = held()
        in_state(S.UNANSWERED, dialogue, own)
        letter = Letter.objects.get(kind=LetterKind.SUMMARY_DONE)
        assert "Den får stå." in letter.text
        assert "står som den är" in letter.title

    @pytest.mark.parametrize("why", ["too early", "answered", "no note"])
    def test_not(self, why):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        if why == "answered":
            agree(sent, person(own))
        if why != "too early":
            passed(sent)
        note = "" if why == "no note" else "Ord"
        with pytest.raises(NotPossible):
            close_unanswered_summary(sent=sent, note=note, actor=person(leader()))

    @pytest.mark.parametrize("state", S)
    def test_the_dialogue_closes_when_its_summary_waits_for_nobody(self, state):
        dialogue, own = held(DialogueState.FEEDBACK_HELD)
        in_state(state, dialogue, own)
        if state in (S.AGREED, S.UNANSWERED):
            assert close_dialogue(dialogue=dialogue, actor=person(leader())).state == DialogueState.CLOSED
            assert draft_of(dialogue) is not None
        else:
            with pytest.raises(NotPossible, match="ammanfattningen"):
                close_dialogue(dialogue=dialogue, actor=person(leader()))

    def test_a_text_that_was_never_sent_is_cleared_with_the_notes(self):
        dialogue, _own = held(DialogueState.FEEDBACK_HELD)
        written(dialogue, leader())
        close_dialogue(dialogue=dialogue, actor=person(leader()))
        assert draft_of(dialogue) is None


class TestDatabase:
    """What must always hold, though no verb would write it."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"state": S.AGREED},
            {"state": S.RETURNED},
            {"state": S.UNANSWERED},
            {"answered_at": timezone.now()},
            {"answered_by": "Anna"},
        ],
    )
    def test_refuses(self, wrong):
        sent = sent_by(leader(), held()[0])
        with pytest.raises(IntegrityError), transaction.atomic():
            SummaryRound.objects.filter(pk=sent.pk).update(**wrong)

    def test_one_version_counts(self):
        dialogue, own = held()
        first = in_state(S.REPLACED, dialogue, own)
        with pytest.raises(IntegrityError), transaction.atomic():
            SummaryRound.objects.filter(pk=first.pk).update(state=S.OPEN)

    def test_an_agency_confirms_once(self):
        sent = sent_by(leader(), held()[0])
        row = sent.confirmations.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            sent.confirmations.create(agency=row.agency, user=row.user)
