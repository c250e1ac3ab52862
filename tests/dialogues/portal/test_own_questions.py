"""The huvudman's own questions as pages: in the portal, on the dialogue's page, and on the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import person
from accounts.models import StaffRole
from dialogues.domain.own_questions import change_own_question
from dialogues.models import AnsweredHow, Dialogue, DialogueState, MeetingKind, MeetingState, OwnQuestion
from dialogues.models import OwnQuestionState as S
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.desk.kinds import NOW, TODAY, days, only, since, todos
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.own_questions import answer, ask, leave, question_in, withdraw
from tests.dialogues.portal.helpers import address, front, text
from tests.dialogues.test_staff_pages import page_of

pytestmark = pytest.mark.django_db


def user_of(dialogue: Dialogue):
    return dialogue.huvudman.contacts.get().user


def staff_page(question: OwnQuestion) -> str:
    return reverse("admin:dialogue_own_question", args=[question.dialogue.public_id, question.public_id])


def change_meanwhile(question: OwnQuestion, words: str) -> None:
    change_own_question(
        question=question,
        text=words,
        asked_by="Bo",
        seen=question.version,
        actor=person(user_of(question.dialogue)),
    )


class TestThePortal:
    def test_a_question_is_sent_changed_and_taken_back(self, client, signed_in):
        dialogue = signed_in(DialogueState.ACCEPTED)
        page = text(client.get(address("portal_own_questions", dialogue)))
        assert "Inga frågor än" in page
        assert "Ställ er första fråga" in page
        new = address("portal_own_question_new", dialogue)
        assert "Skolinspektionen" in text(client.get(new))
        sent = client.post(new, {"text": "Hur gör andra?"}, follow=True)
        assert "Frågan är skickad." in text(sent)
        assert "Väntar på svar" in text(sent)
        question = OwnQuestion.objects.get()
        change = address("portal_own_question", dialogue, question.public_id)
        assert "Hur gör andra?</textarea>" in text(client.get(change))
        client.post(change, {"text": "Hur gör andra små huvudmän?", "seen": "1"})
        back = address("portal_own_question_withdraw", dialogue, question.public_id)
        assert "Vill ni ta tillbaka frågan?" in text(client.get(back))
        done = client.post(back, {"seen": "2"}, follow=True)
        assert "Återtagen" in text(done)
        question.refresh_from_db()
        assert (question.state, question.text) == (S.WITHDRAWN, "Hur gör andra små huvudmän?")
        assert "Fråga till oss" in text(client.get(address("portal_sent", dialogue)))

    @pytest.mark.parametrize("state", DialogueState.values)
    def test_the_page_opens_with_the_yes_and_closes_with_the_dialogue(self, client, signed_in, state):
        dialogue = signed_in(DialogueState(state))
        if state == DialogueState.PLANNED:
            return
        is_open = state not in {"invited", "postponed", "declined", "closed", "cancelled"}
        answered = client.get(address("portal_own_question_new", dialogue))
        page = client.get(address("portal_own_questions", dialogue))
        assert answered.status_code == (404 if page.status_code == 404 else 200 if is_open else 302)
        if page.status_code == 200:
            assert ("Ställ er första fråga" in text(page)) == is_open
        assert (address("portal_own_questions", dialogue) in text(client.get(front(dialogue)))) == is_open

    def test_sent_twice_it_says_that_it_stands_once(self, client, signed_in):
        dialogue = signed_in(DialogueState.ACCEPTED)
        told = [
            text(client.post(address("portal_own_question_new", dialogue), {"text": "När?"}, follow=True))
            for _n in range(2)
        ]
        assert ["Frågan är skickad." in page for page in told] == [True, False]
        assert ["redan skickat" in page for page in told] == [False, True]
        assert dialogue.own_questions.count() == 1

    def test_what_is_typed_stays_when_it_is_refused(self, client, signed_in):
        dialogue = signed_in(DialogueState.ACCEPTED)
        new = address("portal_own_question_new", dialogue)
        refused = client.post(new, {"text": "Om 19121212-1212?"})
        assert refused.status_code == 422
        assert "Om 19121212-1212?</textarea>" in text(refused)
        assert not OwnQuestion.objects.exists()

    def test_a_colleagues_change_is_shown_beside_what_was_typed(self, client, signed_in):
        dialogue = signed_in(DialogueState.ACCEPTED)
        question = ask(dialogue, user_of(dialogue), "Hur?")
        change_meanwhile(question, "Kollegans ord?")
        change = address("portal_own_question", dialogue, question.public_id)
        refused = client.post(change, {"text": "Mina ord?", "seen": "1"})
        assert refused.status_code == 422
        assert "Kollegans ord?" in text(refused)
        assert "Mina ord?</textarea>" in text(refused)
        assert client.post(change, {"text": "Mina ord?", "seen": "2"}).status_code == 302
        assert OwnQuestion.objects.get().text == "Mina ord?"

    @pytest.mark.parametrize("deed", ["portal_own_question", "portal_own_question_withdraw"])
    def test_an_answer_that_came_meanwhile_stands(self, client, signed_in, deed):
        dialogue = signed_in(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, user_of(dialogue), "Hur?")
        answer(question, leader(), words="Så här.")
        refused = client.post(address(deed, dialogue, question.public_id), {"text": "Mina ord?", "seen": "1"})
        assert refused.status_code in (409, 422)
        assert "Så här." in text(refused)
        assert client.get(address(deed, dialogue, question.public_id)).status_code == 302
        assert OwnQuestion.objects.get().state == S.ANSWERED

    def test_answers_and_reasons_are_read_there_and_with_the_feedback(self, client, signed_in):
        dialogue = signed_in(DialogueState.FEEDBACK_HELD)
        own = user_of(dialogue)
        answer(ask(dialogue, own, "Hur?"), leader(), words="Så här.", how=AnsweredHow.AT_FEEDBACK)
        leave(ask(dialogue, own, "Varför?"), leader("spsm"))
        for name in ("portal_own_questions", "portal_feedback"):
            page = text(client.get(address(name, dialogue)))
            for words in ("Så här.", "på återkopplingsmötet", "Det avgör regeringen.", "SPSM"):
                assert words in page
        assert "Svaren finns att läsa" in text(client.get(front(dialogue)))

    @pytest.mark.parametrize("number", [1, 3])
    def test_how_many_queries_the_list_takes(self, client, signed_in, number, django_assert_num_queries):
        dialogue = signed_in(DialogueState.DIALOGUE_HELD)
        for n in range(number):
            question_in(dialogue, user_of(dialogue), S.ANSWERED, f"Fråga {n}?")
        client.get(address("portal_own_questions", dialogue))
        with django_assert_num_queries(16):
            client.get(address("portal_own_questions", dialogue))

    def test_another_dialogues_question_is_not_found(self, client, signed_in):
        other, own = dialogue_with_contact(DialogueState.ACCEPTED)
        question = ask(other, own)
        dialogue = signed_in(DialogueState.ACCEPTED)
        assert client.get(address("portal_own_question", dialogue, question.public_id)).status_code == 404


class TestTheStaffsPages:
    @pytest.mark.parametrize("agency", ["skolverket", "spsm"])
    def test_both_agencies_answer_from_the_dialogues_page(self, client, agency):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own, "Hur gör andra?")
        client.force_login(leader(agency))
        assert staff_page(question) in client.get(page_of(dialogue)).text
        assert "på återkopplingsmötet" not in client.get(staff_page(question)).text.lower()
        typed = {"deed": "answer", "answer": "Så här.", "how": "at_dialogue", "seen": "1"}
        done = client.post(staff_page(question), typed, follow=True)
        assert "Huvudmannen läser det i portalen." in done.text
        assert "Så här." in done.text
        assert "En fråga från huvudmannen fick svar." in done.text

    def test_left_with_a_reason(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own)
        client.force_login(planner())
        refused = client.post(staff_page(question), {"deed": "leave", "reason": " ", "seen": "1"})
        assert refused.status_code == 422
        assert 'href="#id_reason"' in refused.text
        client.post(staff_page(question), {"deed": "leave", "reason": "Det vet vi inte.", "seen": "1"})
        assert "Det vet vi inte." in client.get(page_of(dialogue)).text

    def test_an_answer_to_older_words_is_kept_on_the_page(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own, "Hur?")
        change_meanwhile(question, "Helt andra ord?")
        client.force_login(leader())
        typed = {"deed": "answer", "answer": "Så här.", "how": "after", "seen": "1"}
        refused = client.post(staff_page(question), typed)
        assert refused.status_code == 409
        assert "Helt andra ord?" in refused.text
        assert "Så här.</textarea>" in refused.text
        assert client.post(staff_page(question), typed | {"seen": "2"}).status_code == 302

    def test_one_taken_back_has_no_page(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own)
        withdraw(question, own)
        client.force_login(leader())
        shown = client.get(staff_page(question), follow=True)
        assert shown.redirect_chain == [(page_of(dialogue), 302)]
        assert "Huvudmannen har tagit tillbaka frågan." in shown.text
        assert staff_page(question) not in client.get(page_of(dialogue)).text

    @pytest.mark.parametrize("role", [StaffRole.REGISTRAR, StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR])
    def test_the_other_roles_read_and_do_not_answer(self, client, role):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own, "Hur gör andra?")
        client.force_login(staff_user(role))
        page = client.get(page_of(dialogue)).text
        assert "Hur gör andra?" in page
        assert staff_page(question) not in page
        assert client.get(staff_page(question)).status_code == 403

    def test_one_told_by_phone_is_noted(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        client.force_login(planner())
        step = reverse("admin:dialogue_step", args=[dialogue.public_id, "fraga-till-oss"])
        typed = {"text": "Hur?", "told_by": "Kim Ek, skolchef", "channel": "phone"}
        done = client.post(step, typed, follow=True)
        assert "Frågan är sparad. Huvudmannen får ett kvitto." in done.text
        assert "Kim Ek, skolchef, telefon" in done.text

    def test_closing_asks_why_and_names_the_questions(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        ask(dialogue, own, "Hur gör andra?")
        client.force_login(leader())
        step = reverse("admin:dialogue_step", args=[dialogue.public_id, "avsluta"])
        assert "Hur gör andra?" in client.get(step).text
        refused = client.post(step, {})
        assert refused.status_code == 422
        assert 'href="#id_unanswered"' in refused.text
        assert client.post(step, {"unanswered": "Vi hann inte."}).status_code == 302
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.CLOSED

    def test_the_dialogues_page_takes_as_many_queries_for_three_as_for_one(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        client.force_login(leader())
        taken = []
        for texts in (["Hur?"], ["Var?", "När?"]):
            for words in texts:
                question_in(dialogue, own, S.ANSWERED, words)
            client.get(page_of(dialogue))
            with CaptureQueriesContext(connection) as queries:
                client.get(page_of(dialogue))
            taken.append(len(queries))
        assert taken[0] == taken[1]


class TestWhatComesLate:
    @pytest.mark.parametrize("state", [DialogueState.CLOSED, DialogueState.CANCELLED])
    def test_an_answer_to_a_dialogue_that_is_over_says_so_and_is_kept_on_the_page(self, client, state):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question = ask(dialogue, own)
        client.force_login(leader())
        dialogue.state = state
        dialogue.save()
        late = client.post(
            reverse("admin:dialogue_own_question", args=[dialogue.public_id, question.public_id]),
            {"answer": "Ett långt svar", "how": "after", "seen": question.version, "deed": "answer"},
        )
        assert late.status_code == 422
        assert "Dialogen har avslutats eller avbokats sedan sidan öppnades" in late.text
        assert "finns inte bland" not in late.text
        assert "Ett långt svar</textarea>" in late.text


class TestTheDesk:
    def held(self, *, ago: int, questions: int = 1) -> Dialogue:
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        for n in range(questions):
            ask(dialogue, own, f"Fråga {n}?")
        OwnQuestion.objects.update(asked_at=NOW - days(60))
        then = NOW - days(ago)
        seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.HELD, starts_at=then)
        return since(dialogue, ago)

    def test_within_two_weeks_of_the_dialogue(self):
        dialogue = self.held(ago=5, questions=2)
        todo = only("svara-fragor")
        assert todo.what == f"Svara på 2 frågor från {dialogue.huvudman}"
        assert todo.due == TODAY + days(9)
        assert todo.url.endswith("#own-questions")

    def test_by_the_feedback_meeting_when_it_is_booked(self):
        dialogue = self.held(ago=5)
        then = NOW + days(3)
        seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED, starts_at=then)
        assert only("svara-fragor").due == TODAY + days(3)

    def test_one_that_comes_late_gives_a_week(self):
        self.held(ago=30)
        OwnQuestion.objects.update(asked_at=NOW)
        assert only("svara-fragor").due == TODAY + days(7)

    def test_not_before_the_dialogue_and_not_when_all_have_an_answer(self):
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        ask(dialogue, own)
        settled, theirs = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        for number, state in enumerate((S.ANSWERED, S.LEFT, S.WITHDRAWN)):
            question_in(settled, theirs, state, f"Fråga {number}?")
        assert todos("svara-fragor") == []
