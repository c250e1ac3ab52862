"""Utskick: the list, one letter with its evidence, and what a person can do."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues.domain.files import store_file
from dialogues.domain.invitations import invite
from dialogues.letters.lifecycle import claim_due, step
from dialogues.links import read_token
from dialogues.models import Letter, LetterKind
from dialogues.models import LetterState as S
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.factories import BatchFactory, DialogueFactory, both_agencies
from tests.dialogues.letters.factories import LetterFactory, letter_in
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

LIST = "/personal/utskick/"


def page_of(letter, name: str = "letter", *more: object) -> str:
    return reverse(f"admin:{name}", args=[letter.public_id, *more])


class TestList:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, client, rows, django_assert_num_queries
    ):
        client.force_login(planner())
        LetterFactory.create_batch(rows)
        client.get(LIST)
        with django_assert_num_queries(6):
            response = client.get(LIST)
        assert response.text.count('<th scope="row"') == rows

    def test_empty_says_what_will_come(self, client):
        client.force_login(planner())
        assert "Inga brev än" in client.get(LIST).text

    def test_narrows_by_search_state_kind_and_batch(self, client):
        client.force_login(leader())
        first, second = BatchFactory(), BatchFactory()
        LetterFactory(dialogue__batch=first, dialogue__huvudman__name="Åsens skola", title="Brev ett")
        letter_in(
            S.UNCERTAIN,
            dialogue=DialogueFactory(batch=second),
            kind=LetterKind.RECEIPT,
            recipient="bo@skola.example",
            title="Brev två",
        )
        cases = {
            "?q=åsens": ["Brev ett"],
            "?q=BO@skola": ["Brev två"],
            "?state=queued": ["Brev ett"],
            "?state=needs": ["Brev två"],
            "?kind=receipt": ["Brev två"],
            f"?batch={first.pk}": ["Brev ett"],
            "?state=nonsens&kind=x&batch=y": ["Brev ett", "Brev två"],
        }
        for query, titles in cases.items():
            text = client.get(LIST + query).text
            assert [title for title in ("Brev ett", "Brev två") if title in text] == titles, query
        assert "Inget brev matchar" in client.get(LIST + "?q=finns-inte").text

    def test_pages_of_fifty_the_latest_first(self, client):
        client.force_login(planner())
        dialogue = DialogueFactory(state="invited")
        for number in range(51):
            LetterFactory(dialogue=dialogue, title=f"Brev nummer {number:02}")
        first, second = (client.get(f"{LIST}?page={n}").text for n in (1, 2))
        assert "Brev nummer 50" in first
        assert "Brev nummer 00" not in first
        assert "Brev nummer 00" in second
        assert "Visar 1–50 av 51" in first


class TestOneLetter:
    @pytest.mark.parametrize("state", S.values)
    def test_every_state_has_its_page_and_its_buttons(self, client, state):
        client.force_login(planner())
        buttons = {
            S.QUEUED: ["Stoppa brevet"],
            S.RETRY: ["Stoppa brevet"],
            S.UNCERTAIN: ["Markera som framkommet", "Skicka igen"],
            S.FAILED: ["Skicka igen"],
            S.STOPPED: ["Skicka igen"],
        }
        text = client.get(page_of(letter_in(state))).text
        shown = [
            b for b in ("Markera som framkommet", "Skicka igen", "Stoppa brevet") if f">{b}</button>" in text
        ]
        assert shown == buttons.get(state, [])

    @pytest.mark.parametrize("state", S.values)
    def test_every_state_shows_the_letter_and_says_its_own_words_once(self, client, state):
        client.force_login(planner())
        words = {
            S.RETRY: "Nästa försök:",
            S.UNCERTAIN: "Fråga mottagaren innan du skickar igen.",
            S.FAILED: "Läs vad e-postservern svarade nedan.",
            S.STOPPED: "Brevet är stoppat och skickas inte.",
        }
        page = client.get(page_of(letter_in(state))).text
        [letter] = re.findall(r'<div class="panel letter-text" lang="sv">(.*?)</div>', page, re.DOTALL)
        assert letter.startswith("<p>Hej Åsa!</p>")
        assert ".punkten först på raden" in letter
        assert [page.count(said) for said in words.values()] == [int(state == of) for of in words]

    def test_the_evidence_is_there(self, client):
        client.force_login(planner())
        LetterFactory()
        letter = claim_due(1)[0]
        stored = store_file(b"Subject: x\r\n\r\nhej\r\n", "message/rfc822")
        step(letter, to=S.HANDING_OVER, sent_bytes=stored, handed_over_at=timezone.now(), attempts=1)
        step(letter, to=S.UNCERTAIN, last_reply="TimeoutError", facts={"reply": "TimeoutError: timed out"})
        text = client.get(page_of(letter)).text
        told = ["togs ur kön", "Överlämningen", "osäkert om brevet kom fram", "TimeoutError: timed out"]
        assert [text.find(words) > 0 for words in told] == [True] * 4
        assert text.find(told[0]) < text.find(told[1]) < text.find(told[2])
        assert stored.sha256 in text
        assert letter.message_id.strip("<>") in text

    def test_the_bytes_and_the_attachments_come_as_they_were_sent(self, client):
        client.force_login(planner())
        letter = letter_in(S.SENT)
        stored = store_file(b"%PDF-\r\n", "application/pdf")
        attachment = letter.attachments.create(file=stored, name="underlag.pdf", media_type="application/pdf")
        answer = client.get(page_of(letter, "letter_bytes"))
        assert b"".join(answer.streaming_content) == b"Subject: as it was sent\r\n\r\nHej\r\n"
        assert answer["Content-Type"] == "message/rfc822"
        answer = client.get(page_of(letter, "letter_attachment", attachment.pk))
        assert b"".join(answer.streaming_content) == b"%PDF-\r\n"
        assert "underlag.pdf" in answer["Content-Disposition"]
        other = letter_in(S.QUEUED)
        assert client.get(page_of(other, "letter_attachment", attachment.pk)).status_code == 404
        assert client.get(page_of(other, "letter_bytes")).status_code == 404

    @pytest.mark.parametrize("role", [StaffRole.PLANNER, StaffRole.REGISTRAR])
    def test_the_personal_link_is_its_recipients_only(self, client, role):
        both_agencies()
        dialogue = DialogueFactory()
        ContactFactory(huvudman=dialogue.huvudman)
        invite(dialogue=dialogue, actor=SYSTEM)
        letter = dialogue.letters.get(kind=LetterKind.INVITATION)
        Letter.objects.update(sent_bytes=store_file(b"x", "message/rfc822"), handed_over_at=timezone.now())
        [token] = re.findall(r"/svar/([^/\s]+)/", letter.text)
        assert read_token(token) == (dialogue.invitations.get(), letter.contact)
        client.force_login(staff_user(role))
        for name in ("letter", "letter_html"):
            text = client.get(page_of(letter, name)).text
            assert token not in text
            assert "/svar/[personlig länk]/" in text
        assert client.get(page_of(letter, "letter_bytes")).status_code == 404
        assert token in Letter.objects.get().html

    def test_the_html_is_framed_and_can_do_nothing(self, client):
        client.force_login(planner())
        letter = letter_in(S.SENT, html="<p>Hej</p><script>alert(1)</script>")
        answer = client.get(page_of(letter, "letter_html"))
        policy = answer["Content-Security-Policy"]
        assert re.search(r"default-src 'none'", policy)
        assert re.search(r"\bsandbox(;|$)", policy)
        assert "frame-ancestors 'self'" in policy
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert "<script>" not in client.get(page_of(letter)).text.split("letter-text")[1].split("</div>")[0]

    def test_how_many_questions_the_page_asks(self, client, django_assert_num_queries):
        client.force_login(planner())
        letter = letter_in(S.UNCERTAIN)
        client.get(page_of(letter))
        with django_assert_num_queries(6):
            client.get(page_of(letter))


class TestDeeds:
    @pytest.mark.parametrize(
        ("state", "name", "becomes"),
        [
            (S.QUEUED, "stoppa", S.STOPPED),
            (S.RETRY, "stoppa", S.STOPPED),
            (S.UNCERTAIN, "framkommet", S.SENT),
            (S.UNCERTAIN, "skicka-igen", S.QUEUED),
            (S.FAILED, "skicka-igen", S.QUEUED),
            (S.STOPPED, "skicka-igen", S.QUEUED),
        ],
    )
    def test_done_with_a_reason_that_is_kept(self, client, state, name, becomes):
        client.force_login(planner())
        letter = letter_in(state)
        deed = page_of(letter, "letter_deed", name)
        for _twice in range(2):
            answer = client.post(deed, {"reason": "Jag har ringt Bo"}, follow=True)
            assert answer.status_code == 200
        letter.refresh_from_db()
        assert letter.state == becomes
        assert answer.text.count("Jag har ringt Bo") == 1

    def test_without_a_reason_nothing_happens(self, client):
        client.force_login(planner())
        letter = letter_in(S.UNCERTAIN)
        answer = client.post(page_of(letter, "letter_deed", "skicka-igen"), {"reason": " "})
        assert answer.status_code == 422
        assert "Skriv varför" in answer.text
        letter.refresh_from_db()
        assert letter.state == S.UNCERTAIN

    def test_too_late_says_why_and_keeps_what_was_typed(self, client):
        client.force_login(planner())
        letter = letter_in(S.SENT)
        answer = client.post(page_of(letter, "letter_deed", "stoppa"), {"reason": "Fel <adress>"})
        assert answer.status_code == 422
        assert "Det går inte nu" in answer.text
        letter.refresh_from_db()
        assert letter.state == S.SENT

    def test_an_unknown_deed_is_not_found_and_get_leads_to_the_letter(self, client):
        client.force_login(planner())
        letter = letter_in(S.QUEUED)
        assert client.post(page_of(letter, "letter_deed", "radera"), {"reason": "x"}).status_code == 404
        assert client.get(page_of(letter, "letter_deed", "stoppa")).url == page_of(letter, "letter")
        letter.refresh_from_db()
        assert letter.state == S.QUEUED


class TestWho:
    READS = {StaffRole.PLANNER, StaffRole.LEADER, StaffRole.REGISTRAR, StaffRole.ADMINISTRATOR}

    @pytest.mark.parametrize("role", StaffRole)
    def test_who_reads_and_who_handles(self, client, role):
        client.force_login(staff_user(role))
        letter = letter_in(S.QUEUED)
        attachment = letter.attachments.create(
            file=store_file(b"x", "text/plain"), name="x.txt", media_type="text/plain"
        )
        reads = 200 if role in self.READS else 403
        urls = [LIST, page_of(letter), page_of(letter, "letter_html")]
        urls.append(page_of(letter, "letter_attachment", attachment.pk))
        assert [client.get(url).status_code for url in urls] == [reads] * 4
        answer = client.post(page_of(letter, "letter_deed", "stoppa"), {"reason": "fel"})
        assert answer.status_code == (302 if role == StaffRole.PLANNER else 403)
        has_rail = 'href="/personal/utskick/"' in client.get("/personal/dialoger/").text
        assert has_rail == (role in self.READS)

    def test_others_come_nowhere(self, client):
        letter = letter_in(S.SENT)
        client.force_login(UserFactory())
        for name in ("letter", "letter_html", "letter_bytes"):
            assert client.get(page_of(letter, name)).status_code in (302, 403, 404)
        assert client.get(LIST).status_code in (302, 403, 404)


def test_a_retry_tells_when(client):
    client.force_login(planner())
    due = datetime.datetime(2026, 11, 24, 12, 15, tzinfo=datetime.UTC)
    assert "13.15" in client.get(page_of(letter_in(S.RETRY, due_at=due))).text
