"""The search field at the top: huvudmän with their dialogues, contacts, never a personnummer."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import DjangoAssertNumQueries

from accounts.models import StaffRole
from dialogues.models import DialogueState
from huvudman.models import LegalForm
from tests.accounts.factories import UserFactory, planner, staff_user
from tests.dialogues.factories import CycleFactory, DialogueFactory, dialogue_with_contact
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
from tests.huvudman.factories import ContactFactory, HuvudmanFactory, SchoolUnitFactory

PERSON = "1901019800"
SEARCH = "/personal/sok/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(planner())
    return client


def found(client: Client, q: str) -> list[str]:
    answer = client.get(SEARCH, {"q": q}, follow=True)
    assert answer.status_code == 200
    return [huvudman.name for huvudman in answer.context["huvudman"]]


def people(client: Client, q: str) -> list[str]:
    return [contact.name for contact in client.get(SEARCH, {"q": q}, follow=True).context["contacts"]]


@pytest.mark.django_db
class TestSearch:
    def test_a_huvudman_is_found_in_spite_of_slips_with_its_dialogue(self, staff):
        dialogue = DialogueFactory(huvudman__name="Göteborgs kommun", state=DialogueState.ACCEPTED)
        HuvudmanFactory(name="Stiftelsen Eken")
        assert found(staff, "Götebrogs komun") == ["Göteborgs kommun"]
        page = staff.get(SEARCH, {"q": "göteborg"}).text
        assert reverse("admin:dialogue", args=[dialogue.public_id]) in page
        assert reverse("admin:huvudman", args=[dialogue.huvudman.public_id]) in page
        assert "Stiftelsen Eken" not in page

    @pytest.mark.parametrize("planned_last", [True, False])
    def test_the_dialogue_under_way_comes_before_the_one_that_is_planned(self, staff, planned_last):
        huvudman = HuvudmanFactory(name="Eken")
        states = [DialogueState.CLOSED, DialogueState.ACCEPTED, DialogueState.PLANNED]
        for number, state in enumerate(states if planned_last else reversed(states)):
            cycle = CycleFactory(name=f"Cykel {number}")
            DialogueFactory(huvudman=huvudman, batch__cycle=cycle, state=state)
        (hit,) = staff.get(SEARCH, {"q": "eken"}).context["huvudman"]
        listed = staff.get(reverse("admin:dialogue_list"), {"q": "eken"}).context["page"].object_list
        for dialogues in (list(hit.dialogues.all()), list(listed)):
            assert dialogues[0].state == DialogueState.ACCEPTED
            assert len(dialogues) == len(states)

    def test_numbers_and_codes_are_found(self, staff):
        huvudman = HuvudmanFactory(orgnr="5567812069")
        unit = SchoolUnitFactory(huvudman=huvudman)
        HuvudmanFactory()
        for q in ("556781-2069", "556781", unit.code):
            assert found(staff, q) == [huvudman.name], q

    def test_a_contact_is_found_by_name_and_address_while_valid(self, staff):
        contact = ContactFactory(name="Eva Ek", email="eva.ek@example.test")
        ContactFactory(name="Eva Förr", valid_to="2025-06-30")
        for q in ("eva", "EK@exam"):
            assert people(staff, q) == [contact.name], q
        assert contact.huvudman.name in staff.get(SEARCH, {"q": "eva ek"}).text

    @pytest.mark.parametrize("typed", [PERSON, "190101-9800", "19190101-9800", "190101", "9800", "19010"])
    def test_a_personnummer_never_matches_and_is_not_written_back(self, staff, typed):
        huvudman = HuvudmanFactory(name="Anna", orgnr=PERSON, legal_form=LegalForm.ENSKILD_FIRMA)
        contact = ContactFactory(huvudman=huvudman, name="Anna Andersson", email="a@example.test")
        assert found(staff, typed) == []
        assert people(staff, typed) == []
        if len(typed) >= 10:
            answer = staff.get(SEARCH, {"q": typed}, follow=True)
            assert "9800" not in answer.text
            assert "9800" not in answer.redirect_chain[-1][0]
        assert found(staff, "anna") == ["Anna"]
        page = staff.get(SEARCH, {"q": "anna"}).text
        assert contact.name in page
        assert "9800" not in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_same_queries_however_much_is_found(
        self, staff, number, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for n in range(number):
            huvudman = HuvudmanFactory(name=f"Eken {n}")
            DialogueFactory(huvudman=huvudman)
            ContactFactory(huvudman=huvudman, name=f"Eken {n}")
        with django_assert_num_queries(6):
            answer = staff.get(SEARCH, {"q": "eken"})
        assert (len(answer.context["huvudman"]), len(answer.context["contacts"])) == (number, number)

    def test_a_person_stands_before_huvudman_that_are_only_like_the_words(self, staff):
        HuvudmanFactory(name="Kim Exempels skola")
        ContactFactory(huvudman__name="Eken", name="Kim Exempel 291")
        like = staff.get(SEARCH, {"q": "Kim Exempel 291"}).text
        assert 0 < like.index("Kim Exempel 291</th>") < like.index("Kim Exempels skola</a>")
        has = staff.get(SEARCH, {"q": "kim exempel"}).text
        assert has.index("Kim Exempels skola</a>") < has.index("Kim Exempel 291</th>")

    def test_nothing_typed_and_nothing_found_say_what_to_do(self, staff):
        HuvudmanFactory()
        for q in ("", " ", "a"):
            assert "Vad letar du efter?" in staff.get(SEARCH, {"q": q}).text
        assert "Inget hittades" in staff.get(SEARCH, {"q": "finns inte alls"}).text
        assert "Inget hittades" in staff.get(SEARCH, {"q": "%_'\""}).text

    def test_who_may_search(self, client):
        assert client.get(SEARCH).status_code == 302
        client.force_login(UserFactory())
        assert client.get(SEARCH, {"q": "eken"}).status_code in {302, 404}
        for role in StaffRole:
            client.force_login(staff_user(role))
            assert client.get(SEARCH, {"q": "eken"}).status_code == 200

    def test_what_was_typed_stays_in_the_field(self, staff):
        assert 'value="Eken &amp; co"' in staff.get(SEARCH, {"q": "Eken & co"}).text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_from_the_key_to_a_dialogue(page: Page, live_server: object, client: Client, width: int) -> None:
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    sign_in(page, live_server, client, planner())
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server}{reverse('admin:index')}")
    page.keyboard.press("/")
    page.keyboard.type(dialogue.huvudman.name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(dialogue.huvudman.name)
    assert_clean(page, page.url, width)
    page.get_by_role("link", name="Dialogen i").click()
    expect(page).to_have_url(f"{live_server}{reverse('admin:dialogue', args=[dialogue.public_id])}")
