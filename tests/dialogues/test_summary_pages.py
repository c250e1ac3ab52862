"""The summary's pages and steps: what each side sees, what is typed is kept, what waits is on the desk."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from dialogues.desk import Desk, kinds_for, waiting
from dialogues.domain import summaries
from dialogues.domain.summaries import confirm_summary, draft_of
from dialogues.models import (
    Dialogue,
    DialogueState,
    MeetingKind,
    MeetingState,
    RoundState,
    SummaryRound,
)
from tests.accounts.factories import leader, pair, planner
from tests.dialogues.factories import seat_at
from tests.dialogues.portal.helpers import address, issued_underlag, sent_letter, text
from tests.dialogues.summaries import agree, held, in_state, passed, sent_by, written
from tests.dialogues.test_staff_pages import page_of

pytestmark = pytest.mark.django_db
WRITTEN = {"talked_about": "Vi talade om stöd.", "agreements": "", "support": ""}


@pytest.fixture(autouse=True)
def _plain_pdf(monkeypatch):
    """The PDF itself has its tests beside the verbs."""
    monkeypatch.setattr(summaries, "pdf_of", lambda content, made: f"%PDF {made}".encode())


def step(dialogue: Dialogue, name: str) -> str:
    return reverse("admin:dialogue_step", args=[dialogue.public_id, name])


class TestStaff:
    def test_from_the_first_words_to_the_agreement(self, client):
        dialogue, own = held()
        ours, theirs = pair()
        client.force_login(ours)
        page = text(client.get(step(dialogue, "sammanfattning")))
        assert "Vi talade." in page, "it begins with what was noted when the dialogue was held"
        assert client.post(step(dialogue, "sammanfattning"), WRITTEN | {"seen": "0"}).status_code == 302
        page = text(client.get(step(dialogue, "skicka-sammanfattning")))
        assert "Vi talade om stöd." in page
        assert "förskola, grundskola" in page
        told = {"seen": "1", "seen_round": "0", "answer_by": day_on(page), "note": ""}
        assert client.post(step(dialogue, "skicka-sammanfattning"), told).status_code == 302
        assert step(dialogue, "godkann-sammanfattning") in text(client.get(page_of(dialogue)))
        client.force_login(theirs)
        client.post(step(dialogue, "godkann-sammanfattning"), {"seen": "1"})
        answer = {"seen": "1", "answer": "agree", "told_by": "Anna Ek", "channel": "phone", "comment": ""}
        assert client.post(step(dialogue, "svar-om-sammanfattning"), answer).status_code == 302
        page = text(client.get(page_of(dialogue)))
        assert "överenskommen" in page
        assert step(dialogue, "sammanfattning") not in page
        shown = client.get(reverse("admin:summary", args=[dialogue.public_id, 1]))
        assert "Vi talade om stöd." in text(shown)
        pdf = client.get(reverse("admin:summary_pdf", args=[dialogue.public_id, 1]))
        assert pdf.content.startswith("%PDF Version 1, överenskommen".encode())

    def test_a_conflict_shows_both_texts_and_the_next_save_takes_them(self, client):
        dialogue, _own = held()
        theirs = leader("spsm")
        written(dialogue, theirs)
        client.force_login(leader())
        refused = client.post(step(dialogue, "sammanfattning"), WRITTEN | {"seen": "0"})
        page = text(refused)
        assert refused.status_code == 409
        assert str(theirs) in page
        assert "Vi talade om skillnader mellan skolorna." in page
        assert ">\nVi talade om stöd.</textarea>" in page
        assert 'name="seen" value="1"' in page
        client.post(step(dialogue, "sammanfattning"), WRITTEN | {"seen": "1"})
        assert draft_of(dialogue).version == 2

    def test_sent_from_an_old_page_nothing_goes_and_the_new_text_is_read_first(self, client):
        dialogue, _own = held()
        ours, theirs = pair()
        written(dialogue, ours)
        client.force_login(ours)
        page = text(client.get(step(dialogue, "skicka-sammanfattning")))
        written(dialogue, theirs, summaries.Words("Andra ord.", "", ""))
        told = {"seen": "1", "answer_by": day_on(page), "note": "Hej på er"}
        refused = client.post(step(dialogue, "skicka-sammanfattning"), told)
        assert refused.status_code == 409
        assert "Andra ord." in text(refused)
        assert "Hej på er" in text(refused)
        assert not SummaryRound.objects.exists()

    def test_sent_by_the_other_agency_meanwhile_nothing_goes_and_the_page_says_so(self, client):
        dialogue, _own = held()
        ours, theirs = pair()
        written(dialogue, ours)
        client.force_login(theirs)
        page = text(client.get(step(dialogue, "skicka-sammanfattning")))
        assert 'name="seen_round" value="0"' in page
        sent_by(ours, dialogue)
        told = {"seen": "1", "seen_round": "0", "answer_by": day_on(page), "note": "Hej på er"}
        refused = client.post(step(dialogue, "skicka-sammanfattning"), told)
        page = text(refused)
        assert refused.status_code == 409
        assert f"{ours} skickade version 1 till huvudmannen" in page
        assert "Version 1 väntar på svar." in page
        assert "Hej på er" in page
        assert 'name="seen_round" value="1"' in page
        assert SummaryRound.objects.get().confirmations.get().user == ours

    @pytest.mark.parametrize("name", ["sammanfattning", "skicka-sammanfattning"])
    def test_the_wish_of_the_huvudman_is_read_where_the_text_is_changed_and_sent(self, client, name):
        dialogue, own = held()
        in_state(RoundState.RETURNED, dialogue, own)
        client.force_login(leader())
        assert "Nämn förskolan." in text(client.get(step(dialogue, name)))

    def test_what_was_returned_is_changed_first_and_then_sent(self, client):
        dialogue, own = held()
        in_state(RoundState.RETURNED, dialogue, own)
        client.force_login(leader())
        for leads_on in ("sammanfattning", "skicka-sammanfattning"):
            page = text(client.get(page_of(dialogue)))
            next_step = page.split('aria-labelledby="next"')[1].split("</section>")[0]
            assert f'btn-primary" href="{step(dialogue, leads_on)}"' in next_step
            task = page.split('id="uppgift-sammanfattning"')[1].split("</li>")[0]
            links = [step(dialogue, name) for name in ("sammanfattning", "skicka-sammanfattning")]
            assert task.index(links[0]) < task.index(links[1])
            written(dialogue, leader(), summaries.Words("Andra ord.", "", ""))

    def test_closing_opens_when_the_day_has_passed(self, client):
        dialogue, _own = held()
        sent = sent_by(leader(), dialogue)
        client.force_login(leader())
        assert client.get(step(dialogue, "sammanfattning-utan-svar")).status_code == 302
        passed(sent)
        page = text(client.get(step(dialogue, "sammanfattning-utan-svar")))
        assert "Det är helt i sin ordning." in page
        client.post(step(dialogue, "sammanfattning-utan-svar"), {"seen": "1", "note": "Den får stå."})
        sent.refresh_from_db()
        assert sent.state == RoundState.UNANSWERED

    def test_a_planner_writes_in_answers_and_no_text(self, client):
        dialogue, _own = held()
        sent_by(leader(), dialogue)
        client.force_login(planner())
        page = text(client.get(page_of(dialogue)))
        assert step(dialogue, "svar-om-sammanfattning") in page
        for name in ("sammanfattning", "skicka-sammanfattning", "godkann-sammanfattning"):
            assert step(dialogue, name) not in page
            assert client.get(step(dialogue, name)).status_code == 403

    def test_three_versions_ask_no_more_queries_than_one(self, client):
        dialogue, _own = held()
        user = leader()
        client.force_login(user)
        counts = []
        for number in range(3):
            sent_by(user, dialogue, summaries.Words(f"Ord {number}", "", ""))
            client.get(page_of(dialogue))
            with CaptureQueriesContext(connection) as asked:
                client.get(page_of(dialogue))
            counts.append(len(asked))
        assert len(set(counts)) == 1


class TestPortal:
    def test_read_and_approved(self, client):
        dialogue, own = held()
        sent = sent_by(leader(), dialogue)
        client.force_login(own)
        page = text(client.get(address("portal_summary", dialogue)))
        assert "Vi talade om skillnader mellan skolorna." in page
        done = client.post(
            address("portal_summary", dialogue), {"seen": "1", "answer": "agree", "comment": ""}
        )
        assert done["Location"] == address("portal_summary_done", dialogue)
        assert "Ert svar är skickat" in text(client.get(done["Location"]))
        sent.refresh_from_db()
        assert sent.answered_at

    def test_returned_with_words(self, client):
        dialogue, own = held()
        sent_by(leader(), dialogue)
        client.force_login(own)
        said = {"seen": "1", "answer": "change", "comment": "Nämn förskolan."}
        client.post(address("portal_summary", dialogue), said)
        page = text(client.get(address("portal_summary", dialogue)))
        assert "Vi skriver en ny version" in page
        assert "Nämn förskolan." in page

    @pytest.mark.parametrize(
        ("answer", "comment", "says"),
        [
            ("change", "", "Skriv vad ni vill ändra"),
            ("agree", "Nämn förskolan.", "Välj då"),
            ("", "Nämn förskolan.", "Välj ett av svaren"),
        ],
    )
    def test_what_is_typed_is_kept_when_something_lacks(self, client, answer, comment, says):
        dialogue, own = held()
        sent_by(leader(), dialogue)
        client.force_login(own)
        refused = client.post(
            address("portal_summary", dialogue), {"seen": "1", "answer": answer, "comment": comment}
        )
        assert refused.status_code == 422
        assert says in text(refused)
        assert comment in text(refused)

    def test_an_answer_to_a_version_that_is_replaced_is_not_lost(self, client):
        dialogue, own = held()
        user = leader()
        sent_by(user, dialogue)
        sent_by(user, dialogue, summaries.Words("Nya ord.", "", ""))
        client.force_login(own)
        said = {"seen": "1", "answer": "change", "comment": "Nämn förskolan."}
        refused = client.post(address("portal_summary", dialogue), said)
        page = text(refused)
        assert refused.status_code == 409
        assert "ersatt av en ny version" in page
        assert "Nämn förskolan." in page
        assert "Nya ord." in page
        assert 'name="seen" value="2"' in page

    def test_the_agreed_version_is_kept_as_page_and_pdf(self, client):
        dialogue, own = held()
        sent = in_state(RoundState.AGREED, dialogue, own)
        client.force_login(own)
        Dialogue.objects.update(state=DialogueState.CLOSED)
        page = text(client.get(address("portal_summary", dialogue)))
        assert "är överenskommen" in page
        assert 'name="answer"' not in page
        pdf = client.get(address("portal_summary_pdf", dialogue, sent.number))
        assert "överenskommen" in pdf.content.decode()

    def test_the_feedback_page_opens_with_it(self, client):
        dialogue, own = held()
        client.force_login(own)
        assert "Vi talade." in text(client.get(address("portal_feedback", dialogue)))
        sent_by(leader(), dialogue)
        page = text(client.get(address("portal_feedback", dialogue)))
        assert "Vi talade." not in page
        assert page.index("skillnader mellan skolorna") < page.index("Det har hänt sedan dess")

    def test_what_has_happened_since_has_the_letters(self, client):
        dialogue, own = held()
        seat_at(
            dialogue,
            kind=MeetingKind.DIALOGUE,
            state=MeetingState.HELD,
            starts_at=timezone.now() - datetime.timedelta(days=3),
        )
        issued_underlag(dialogue)
        sent_letter(dialogue, own.email, title="Kallelse till återkoppling")
        client.force_login(own)
        page = text(client.get(address("portal_feedback", dialogue)))
        assert page.index("Kallelse till återkoppling") > page.index("Det har hänt sedan dess")

    def test_before_anything_is_sent_the_draft_is_not_there(self, client):
        dialogue, own = held()
        written(dialogue, leader())
        client.force_login(own)
        for name in ("portal_summary", "portal_feedback"):
            assert "skillnader mellan skolorna" not in text(client.get(address(name, dialogue)))


class TestDesk:
    def keys(self, user) -> set[str]:
        found = waiting(kinds_for(user), Desk.of(user)).entries
        return {entry.kind for entry in found if "sammanfattning" in entry.kind}

    def test_what_waits_for_whom(self):
        dialogue, own = held()
        ours, theirs = pair()
        assert self.keys(ours) == self.keys(theirs) == {"sammanfattning"}
        sent = sent_by(ours, dialogue)
        assert self.keys(ours) == {"svar-om-sammanfattning"}
        assert self.keys(theirs) == {"svar-om-sammanfattning", "godkann-sammanfattning"}
        confirm_summary(sent=sent, actor=person(theirs))
        assert self.keys(theirs) == {"svar-om-sammanfattning"}
        agree(sent, person(own))
        assert self.keys(ours) == self.keys(theirs) == self.keys(planner()) == set()

    def test_a_returned_one_is_written_anew(self):
        dialogue, own = held()
        in_state(RoundState.RETURNED, dialogue, own)
        user = leader()
        todos = waiting(kinds_for(user), Desk.of(user))
        found = todos.read(todos.only("sammanfattning"))
        assert [todo.what for todo in found] == [f"Ändra sammanfattningen för {dialogue.huvudman}"]

    @pytest.mark.parametrize(("is_over", "leads"), [(False, "svar-om-sammanfattning"), (True, "utan-svar")])
    def test_past_its_day_it_leads_to_closing(self, is_over, leads):
        dialogue, _own = held()
        sent = sent_by(leader(), dialogue)
        if is_over:
            passed(sent)
        user = leader()
        todos = waiting(kinds_for(user), Desk.of(user))
        (todo,) = todos.read(todos.only("svar-om-sammanfattning"))
        assert (leads in todo.url, todo.is_late) == (True, is_over)


def day_on(page: str) -> str:
    """The day that the page proposes."""
    return page.split('name="answer_by" value="')[1].split('"')[0]
