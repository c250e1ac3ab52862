"""The pages: answering by link and in the portal, and what staff see."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.masking import mask
from accounts.models import StaffRole
from dialogues.links import evaluation_link, has_personal_link, without_personal_links
from dialogues.models import DialogueState, EvaluationRequest, EvaluationTally, EvaluationText, Part
from tests.accounts.factories import staff_user
from tests.dialogues.evaluation.helpers import LONG_AGO, asked_about, counted, first_question, written
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.portal.helpers import front

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> EvaluationRequest:
    return asked_about(dialogue_with_contact(DialogueState.CLOSED)[0], Part.DIALOGUE)


def link(asked: EvaluationRequest, contact=None) -> str:
    contact = contact or asked.dialogue.huvudman.contacts.get()
    return "/" + evaluation_link(asked, contact).split("/", 3)[3]


def seen(client, address: str) -> str:
    """A page's own content, without the tokens of its forms."""
    content = client.get(address).content.decode().split("<main")[1]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content)


class TestLink:
    def test_opening_it_changes_nothing(self, client, asked):
        for method in (client.get, client.head):
            assert method(link(asked)).status_code == 200
        asked.refresh_from_db()
        assert not asked.is_answered

    def test_answers_and_thanks_at_an_address_that_is_everyones(self, client, asked):
        answer = client.post(link(asked), {"question_1": "4", "question_3": "2", "text": "Bra!"})
        assert answer["Location"] == reverse("evaluation_done")
        assert "Tack för svaret" in client.get(answer["Location"]).text
        rows = EvaluationTally.objects.order_by("question__number")
        assert list(rows.values_list("question__number", "value", "count")) == [(1, 4, 1), (3, 2, 1)]
        assert EvaluationText.objects.get().text == "Bra!"

    def test_says_what_it_takes_who_sees_it_and_what_not_to_write(self, client, asked):
        text = client.get(link(asked)).text
        for words in (
            "ungefär 3 minuter",
            "Ingen kan se vad just ni har svarat",
            "Skriv inga namn",
            "Ring oss i stället",
        ):
            assert words in text.replace("\xa0", " ")

    def test_only_the_first_question_is_needed_and_nothing_typed_is_lost(self, client, asked):
        answer = client.post(link(asked), {"question_2": "4", "text": "Det här skrev vi"})
        assert answer.status_code == 422
        assert "Välj ett av svaren." in answer.text
        assert "Det här skrev vi" in answer.text
        assert not EvaluationTally.objects.exists()

    @pytest.mark.parametrize("step", ["0", "6", "x"])
    def test_takes_only_the_five_steps(self, client, asked, step):
        assert client.post(link(asked), {"question_1": step}).status_code == 422

    def test_the_second_answer_is_told_that_there_is_one(self, client, asked):
        client.post(link(asked), {"question_1": "4"})
        answer = client.post(link(asked), {"question_1": "1", "text": "Mitt långa svar"})
        assert answer.status_code == 409
        assert "Er huvudman har redan svarat" in answer.text
        assert "Mitt långa svar" in answer.text

    def test_who_opens_it_when_there_is_an_answer_is_told_at_once(self, client, asked):
        client.post(link(asked), {"question_1": "4"})
        opened = client.get(link(asked))
        assert opened.status_code == 200
        assert "Er huvudman har redan svarat" in opened.text
        assert "question_1" not in opened.text
        client.force_login(asked.dialogue.huvudman.contacts.get().user)
        page = client.get(reverse("portal_evaluation", args=[asked.dialogue.public_id, asked.part]))
        assert "Er huvudman har redan svarat" in page.text
        assert "question_1" not in page.text

    def test_closed_it_says_so_and_gives_the_text_back(self, client, asked):
        EvaluationRequest.objects.update(closes_on=timezone.localdate() - datetime.timedelta(days=1))
        assert client.get(link(asked)).status_code == 410
        answer = client.post(link(asked), {"question_1": "1", "text": "För sent men viktigt"})
        assert answer.status_code == 410
        assert "För sent men viktigt" in answer.text
        assert not EvaluationTally.objects.exists()

    def test_one_who_no_longer_represents_the_huvudman_and_a_changed_link_get_nowhere(self, client, asked):
        contact = asked.dialogue.huvudman.contacts.get()
        address = link(asked)
        contact.valid_from = contact.valid_to = timezone.localdate() - datetime.timedelta(days=1)
        contact.save()
        assert client.post(address, {"question_1": "1"}).status_code == 410
        assert client.post(address[:-2] + "x/", {"question_1": "1"}).status_code == 404
        assert not EvaluationTally.objects.exists()

    def test_it_is_nobody_elses_to_read(self, asked):
        address = f"https://plats.example{link(asked)}"
        assert has_personal_link(address)
        assert without_personal_links(address) == "https://plats.example/tyck-till/[personlig länk]/"
        assert mask(f"GET {link(asked)}") == "GET /tyck-till/…/"


class TestPortal:
    def test_the_front_page_offers_it_until_it_is_answered(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        asked_about(dialogue, Part.AFTERWARDS)
        client.force_login(user)
        address = reverse("portal_evaluation", args=[dialogue.public_id, "afterwards"])
        assert address in client.get(front(dialogue)).text
        assert "Har ert sätt att arbeta förändrats" in client.get(address).text
        assert client.post(address, {"question_1": "5"}).status_code == 302
        assert address not in client.get(front(dialogue)).text

    def test_what_was_not_asked_is_not_there(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        client.force_login(user)
        for part in ("dialogue", "okand"):
            address = reverse("portal_evaluation", args=[dialogue.public_id, part])
            assert client.get(address).status_code == 404


class TestStaffPage:
    url = "/personal/uppfoljning/"

    def page(self, client, **query: str) -> str:
        client.force_login(staff_user(StaffRole.STATISTICIAN))
        return client.get(self.url, query).text.replace("\xa0", " ")

    @pytest.mark.parametrize("role", StaffRole)
    def test_is_for_those_who_follow_up(self, client, role):
        client.force_login(staff_user(role))
        may = role in (StaffRole.PLANNER, StaffRole.LEADER, StaffRole.STATISTICIAN)
        assert client.get(self.url).status_code == (200 if may else 403)
        assert (self.url in client.get("/personal/").text) == may

    def test_shows_shares_and_hides_what_few_said(self, client):
        counted(first_question(Part.DIALOGUE), "enskild.s1", [1, 4, 4, 5, 5, 5, 5, 5])
        counted(first_question(Part.DIALOGUE), "offentlig.s4", [2, 2])
        written(Part.DIALOGUE, "ett", "två", "tre", "fyra", "fem")
        page = self.page(client)
        assert "Dialogen, första halvåret 2025" in page
        assert "50" in page
        assert all(text in page for text in ("ett", "två", "tre", "fyra", "fem"))
        hidden = self.page(client, **{"del": "dialogue", "halvar": LONG_AGO, "grupp": "offentlig"})
        assert "värdet visas inte: för få svar" in hidden
        assert "100" not in hidden.split("<caption>")[1].split("</table>")[0]

    def test_says_when_what_has_come_will_be_shown(self, client):
        counted(first_question(Part.DIALOGUE), "", [3] * 6, half_year="2099-2")
        page = self.page(client, halvar="2099-2")
        assert "visas från 31 januari 2100" in page
        assert "<table" not in page

    def test_opens_with_the_latest_that_has_answers_to_show(self, client):
        counted(first_question(Part.DIALOGUE), "", [3] * 4)
        counted(first_question(Part.INTRODUCTION), "", [3] * 6)
        counted(first_question(Part.DIALOGUE), "", [3] * 6, half_year="2024-2")
        assert "<h2>Introduktionen, första halvåret 2025</h2>" in self.page(client)
        assert "<h2>Dialogen, andra halvåret 2024</h2>" in self.page(client, **{"del": "dialogue"})
        asked = {"del": "dialogue", "halvar": LONG_AGO}
        assert "<h2>Dialogen, första halvåret 2025</h2>" in self.page(client, **asked)

    def test_asks_as_much_of_many_rows_as_of_one(self, client):
        client.force_login(staff_user(StaffRole.PLANNER))
        client.get(self.url)
        counts = []
        for questions in (1, 3):
            EvaluationTally.objects.all().delete()
            for question in first_question(Part.DIALOGUE).questionnaire.questions.all()[:questions]:
                counted(question, "", [3] * 6)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(self.url)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_no_page_about_a_dialogue_leads_there_or_tells_who_has_answered(self, client):
        dialogue, _user = dialogue_with_contact(DialogueState.CLOSED)
        request = asked_about(dialogue, Part.DIALOGUE)
        client.force_login(staff_user(StaffRole.LEADER))
        address = reverse("admin:dialogue", args=[dialogue.public_id])
        content = seen(client, address)
        assert self.url not in content
        EvaluationRequest.objects.filter(pk=request.pk).update(is_answered=True)
        assert seen(client, address) == content
