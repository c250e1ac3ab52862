"""The staff's page and the huvudman's: who sees what, what is offered, what a button does."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.actors import person
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain import underlag as verbs
from dialogues.domain.files import store_file
from dialogues.domain.underlag import AreaText
from dialogues.models import CentralArea, Dialogue, DialogueState, Meeting, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag.content import build_content
from huvudman.models import Contact, Huvudman
from quality_system.models import Area
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.underlag.factories import (
    WITH_PDF,
    EditionFactory,
    edition_with_texts,
    stored_pdf,
    underlag_in,
)
from tests.dialogues.underlag.material import full_material
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


def with_content(state: S, **fields: object) -> Underlag:
    """An underlag whose content and file can be read."""
    underlag = underlag_in(state, **fields)  # type: ignore[arg-type]
    underlag.content = build_content(full_material())
    underlag.pdf = store_file(b"%PDF-1.7 " + underlag.dialogue.huvudman.name.encode(), "application/pdf")
    underlag.rendered_at = timezone.now()
    underlag.issued_at = timezone.now() if state == S.ISSUED else None
    underlag.save()
    return underlag


def page(underlag: Underlag) -> str:
    return reverse("admin:underlag", args=[underlag.dialogue.public_id])


def act(underlag: Underlag, name: str) -> str:
    return reverse("admin:underlag_act", args=[underlag.dialogue.public_id, name])


def issue(underlag: Underlag) -> str:
    return reverse("admin:underlag_issue", args=[underlag.dialogue.public_id])


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


# Staff ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", S)
def test_every_state_has_a_page(client: Client, state: S) -> None:
    underlag = with_content(state) if state in (S.RENDERED, S.CONFIRMED, S.ISSUED) else underlag_in(state)
    response = signed_in(client, leader()).get(page(underlag))
    assert response.status_code == 200
    assert str(underlag.get_state_display()).casefold() in response.content.decode().casefold()


def test_a_dialogue_without_an_underlag_says_what_will_be_here(client: Client) -> None:
    dialogue = DialogueFactory(state=DialogueState.ACCEPTED)
    html = (
        signed_in(client, leader()).get(reverse("admin:underlag", args=[dialogue.public_id])).content.decode()
    )
    assert "Det tas fram när introduktionsmötet är hållet." in html
    assert "<button" not in html.split("<main", 1)[1].split("</main>")[0]


def test_ordering_by_the_button(client: Client) -> None:
    EditionFactory()
    dialogue = DialogueFactory(state=DialogueState.INTRODUCED)
    url = reverse("admin:underlag_act", args=[dialogue.public_id, "bestall"])
    response = signed_in(client, planner()).post(url, follow=True)
    assert "Underlaget tas fram." in response.content.decode()
    assert Underlag.objects.get().dialogue == dialogue


OFFERS = {"faststall": "Fastställ för", "skicka": "Skicka till huvudmannen", "igen": "Försök igen"}


@pytest.mark.parametrize(
    ("state", "role", "offered"),
    [
        (S.RENDERED, StaffRole.LEADER, {"faststall"}),
        (S.RENDERED, StaffRole.PLANNER, set()),
        (S.CONFIRMED, StaffRole.LEADER, {"skicka"}),
        (S.CONFIRMED, StaffRole.PLANNER, {"skicka"}),
        (S.CONFIRMED, StaffRole.REGISTRAR, set()),
        (S.ISSUED, StaffRole.LEADER, set()),
        (S.FAILED, StaffRole.PLANNER, {"igen"}),
        (S.FAILED, StaffRole.STATISTICIAN, set()),
    ],
)
def test_only_what_the_person_may_do_now_is_offered(
    client: Client, state: S, role: StaffRole, offered: set[str]
) -> None:
    underlag = underlag_in(state) if state == S.FAILED else with_content(state)
    html = signed_in(client, staff_user(role)).get(page(underlag)).content.decode()
    assert {name for name, words in OFFERS.items() if words in html} == offered


def test_one_from_each_agency_confirms_and_one_sends(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    for code in ("skolverket", "spsm"):
        signed_in(client, leader(code)).post(act(underlag, "faststall"), {"seen": underlag.pdf_id})
    underlag.refresh_from_db()
    assert underlag.state == S.CONFIRMED
    html = client.get(page(underlag)).text
    assert f'href="{issue(underlag)}"' in html
    assert OFFERS["skicka"] in html


NO_EMAIL = "Huvudmannen har varken e-post eller postadress: inga brev skickas."


def without_email(state: S) -> Underlag:
    """An underlag of a huvudman that no letter reaches: neither a contact nor itself has an address."""
    underlag = with_content(state)
    Contact.objects.update(email="", user=None)
    Huvudman.objects.update(email="")
    return underlag


def test_a_huvudman_without_any_email_is_offered_the_underlag_on_paper(client: Client) -> None:
    underlag = without_email(S.CONFIRMED)
    staff = signed_in(client, planner())
    before = staff.get(page(underlag)).text
    assert NO_EMAIL in before
    assert "Lämna ut på papper" in before
    assert OFFERS["skicka"] not in before
    assert "Skriv ut analysunderlaget" not in before
    Underlag.objects.update(state=S.ISSUED, issued_at=timezone.now())
    assert "Skriv ut analysunderlaget" in staff.get(page(underlag)).text


def test_nothing_of_paper_is_said_where_a_letter_reaches_the_huvudman(client: Client) -> None:
    """Also where only the huvudman's own mailbox has an address, and when the dialogue is over."""
    underlag = with_content(S.CONFIRMED)
    Contact.objects.update(email="", user=None)
    Huvudman.objects.update(email="brevlada@huvudman.example")
    html = signed_in(client, planner()).get(page(underlag)).text
    assert OFFERS["skicka"] in html
    assert NO_EMAIL not in html
    Huvudman.objects.update(email="")
    Dialogue.objects.update(state=DialogueState.CLOSED)
    assert NO_EMAIL not in client.get(page(underlag)).text


def test_a_page_read_before_the_underlag_changed_cannot_confirm_it(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    response = signed_in(client, leader()).post(act(underlag, "faststall"), {"seen": "0" * 64}, follow=True)
    assert "Läs det igen" in response.content.decode()
    assert not underlag.confirmations.exists()


def test_what_stands_in_the_way_of_sending_is_said_beforehand(client: Client) -> None:
    underlag = with_content(S.CONFIRMED)
    Meeting.objects.update(state="cancelled")
    html = signed_in(client, leader()).get(page(underlag)).content.decode()
    assert "Föreslå en tid för dialogen först" in html
    assert OFFERS["skicka"] not in html


def test_example_texts_are_said_to_stand_in_the_way_in_production(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    underlag = with_content(S.CONFIRMED, edition=edition_with_texts(is_example=True))
    assert "innehåller exempeltext" in signed_in(client, leader()).get(page(underlag)).content.decode()


def test_a_refused_press_says_why_and_changes_nothing(client: Client) -> None:
    underlag = with_content(S.ISSUED)
    html = signed_in(client, leader()).post(act(underlag, "igen"), follow=True).text
    assert "Det går inte nu" in html
    underlag.refresh_from_db()
    assert underlag.state == S.ISSUED


@pytest.mark.parametrize("name", ["bestall", "igen", "faststall"])
def test_looking_changes_nothing(client: Client, name: str) -> None:
    underlag = with_content(S.CONFIRMED)
    assert signed_in(client, leader()).get(act(underlag, name)).status_code == 405


@pytest.mark.parametrize("name", ["faststall", "igen"])
def test_without_the_right_a_press_is_forbidden(client: Client, name: str) -> None:
    underlag = with_content(S.RENDERED)
    response = signed_in(client, staff_user(StaffRole.REGISTRAR)).post(act(underlag, name))
    assert response.status_code == 403


def revised(underlag: Underlag) -> str:
    """Central areas in a person's words; answers the words."""
    text = "Ni har egna ord om er likvärdighet."
    areas = [AreaText(kind=CentralArea.Kind.NEED, area=Area.EQUITY, text=text, indicator=None)]
    verbs.revise_central_areas(
        underlag=underlag, areas=areas, reason="Siffran är gammal", actor=person(leader())
    )
    Underlag.objects.filter(pk=underlag.pk).update(state=S.RENDERED)
    return text


@pytest.mark.parametrize("written_by_hand", [True, False])
def test_made_anew_it_asks_whether_the_areas_stay_and_keeps_a_persons_words(
    client: Client, written_by_hand: bool
) -> None:
    underlag = with_content(S.RENDERED)
    text = revised(underlag) if written_by_hand else ""
    url = reverse("admin:underlag_again", args=[underlag.dialogue.public_id])
    assert url in signed_in(client, leader()).get(page(underlag)).text
    asked = client.get(url)
    assert text in asked.text
    chosen = asked.context["form"]["areas"].value()
    assert chosen == ("keep" if written_by_hand else "find")
    response = client.post(url, {"areas": chosen, "seen": asked.context["mark"]}, follow=True)
    assert "Analysunderlaget tas fram på nytt." in response.text
    underlag.refresh_from_db()
    assert underlag.state == S.ORDERED
    assert [a.text for a in underlag.central_areas.all()] == ([text] if written_by_hand else [])


def test_words_that_are_let_go_stay_in_the_log_and_no_longer_count_as_ones_own(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    text = revised(underlag)
    url = reverse("admin:underlag_again", args=[underlag.dialogue.public_id])
    mark = signed_in(client, leader()).get(url).context["mark"]
    client.post(url, {"areas": "find", "seen": mark})
    assert not underlag.central_areas.exists()
    assert AuditEntry.objects.get(verb=verbs.AREAS_DROPPED).facts["was"] == [text]
    assert not verbs.areas_are_revised(underlag)


def test_an_old_button_keeps_a_persons_words(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    text = revised(underlag)
    signed_in(client, leader()).post(act(underlag, "igen"))
    assert underlag.central_areas.get().text == text


def test_made_anew_nothing_happens_without_a_choice_or_when_it_was_sent(client: Client) -> None:
    underlag = with_content(S.ISSUED)
    url = reverse("admin:underlag_again", args=[underlag.dialogue.public_id])
    assert signed_in(client, leader()).post(url).status_code == 422
    assert client.post(url, {"areas": "find"}).status_code == 422
    underlag.refresh_from_db()
    assert underlag.state == S.ISSUED
    assert signed_in(client, staff_user(StaffRole.REGISTRAR)).get(url).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["underlag", "underlag_pdf", "underlag_excel", "underlag_short", "underlag_areas", "underlag_again"],
)
def test_the_staff_pages_are_closed_to_huvudmän(client: Client, name: str) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse(f"admin:{name}", args=[underlag.dialogue.public_id])
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    assert signed_in(client, user).get(url).status_code in (302, 403, 404)


def test_the_areas_are_changed_in_a_form_that_keeps_what_was_typed(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse("admin:underlag_areas", args=[underlag.dialogue.public_id])
    signed_in(client, leader())
    assert "Lärare" in client.get(url).content.decode()
    html = client.post(url, rows(("strength", "nowhere", "Våra ord"))).content.decode()
    assert "Våra ord" in html
    assert "Något behöver rättas" in html
    filled = rows(("strength", "equity", "Våra ord"), ("need", "quality", ""))
    assert "Något behöver rättas" in client.post(url, filled | {"reason": ""}).content.decode()
    assert underlag.central_areas.get().text == "Lärare", "a reason is asked for"
    assert client.post(url, filled | {"seen": underlag.pdf_id}).status_code == 302
    assert [a.text for a in underlag.central_areas.all()] == ["Våra ord"]


def test_whoever_confirms_reads_why_the_areas_were_changed_and_what_they_were(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse("admin:underlag", args=[underlag.dialogue.public_id])
    spsm = signed_in(client, leader("spsm"))
    assert "ändrade de centrala områdena" not in spsm.get(url).content.decode()
    areas = [AreaText(kind=CentralArea.Kind.NEED, area=Area.EQUITY, text="Våra ord", indicator=None)]
    actor = person(leader())
    verbs.revise_central_areas(underlag=underlag, areas=areas, reason="Siffran är gammal", actor=actor)
    Underlag.objects.filter(pk=underlag.pk).update(state=S.RENDERED)
    html = spsm.get(url).content.decode()
    assert f"{actor.label} ändrade de centrala områdena" in html
    assert "Siffran är gammal" in html
    assert "<li>Lärare</li>" in html


def test_areas_that_another_has_changed_meanwhile_are_shown_beside_what_was_typed(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse("admin:underlag_areas", args=[underlag.dialogue.public_id])
    filled = rows(("strength", "equity", "Våra ord")) | {"seen": underlag.pdf_id}
    Underlag.objects.filter(pk=underlag.pk).update(pdf=stored_pdf())
    underlag.central_areas.update(text="Den andras ord")
    answer = signed_in(client, leader()).post(url, filled)
    assert answer.status_code == 409
    assert underlag.central_areas.get().text == "Den andras ord"
    html = answer.content.decode()
    assert "Våra ord" in html
    assert "<li>Den andras ord</li>" in html
    underlag.refresh_from_db()
    assert client.post(url, filled | {"seen": underlag.pdf_id}).status_code == 302
    assert underlag.central_areas.get().text == "Våra ord"


@pytest.mark.parametrize("happened", ["confirmed", "made anew"])
def test_one_that_was_confirmed_or_made_meanwhile_is_not_made_anew(client: Client, happened: str) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse("admin:underlag_again", args=[underlag.dialogue.public_id])
    seen = signed_in(client, planner()).get(url).context["mark"]
    if happened == "confirmed":
        verbs.confirm_underlag(underlag=underlag, actor=person(leader()))
    else:
        Underlag.objects.filter(pk=underlag.pk).update(pdf=stored_pdf())
    answer = client.post(url, {"areas": "find", "seen": seen})
    assert answer.status_code == 422
    assert "sedan du öppnade sidan" in answer.text
    underlag.refresh_from_db()
    assert underlag.state == S.RENDERED
    assert client.post(url, {"areas": "find", "seen": answer.context["mark"]}).status_code == 302


@pytest.mark.parametrize("name", ["underlag_areas", "underlag_again"])
def test_what_is_sent_can_not_be_opened_for_change(client: Client, name: str) -> None:
    underlag = with_content(S.ISSUED)
    url = reverse(f"admin:{name}", args=[underlag.dialogue.public_id])
    answer = signed_in(client, leader()).get(url, follow=True)
    assert answer.redirect_chain == [(page(underlag), 302)]
    assert "Det går inte att ändra nu: underlaget är skickat." in answer.text


def test_a_planner_is_led_to_make_it_anew_and_not_to_the_areas(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    html = signed_in(client, planner()).get(page(underlag)).text
    assert reverse("admin:underlag_again", args=[underlag.dialogue.public_id]) in html
    assert reverse("admin:underlag_areas", args=[underlag.dialogue.public_id]) not in html


def test_taking_all_areas_away_is_refused_in_words(client: Client) -> None:
    underlag = with_content(S.RENDERED)
    url = reverse("admin:underlag_areas", args=[underlag.dialogue.public_id])
    html = signed_in(client, leader()).post(url, rows(("need", "quality", ""))).content.decode()
    assert "minst ett och högst" in html
    assert underlag.central_areas.get().text == "Lärare"


def rows(*areas: tuple[str, str, str]) -> dict[str, object]:
    data: dict[str, object] = {
        "form-TOTAL_FORMS": len(areas), "form-INITIAL_FORMS": 0, "reason": "Siffran är gammal"
    }  # fmt: skip
    for number, (kind, area, text) in enumerate(areas):
        data |= {f"form-{number}-kind": kind, f"form-{number}-area": area, f"form-{number}-text": text}
    return data


def test_the_page_asks_the_database_as_often_for_a_long_underlag_as_for_a_short_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    long, short = with_content(S.RENDERED), with_content(S.RENDERED)
    short.content = build_content(full_material(figures=(), central=()))
    short.save()
    signed_in(client, leader())
    client.get(page(long))
    for underlag in (long, short):
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(page(underlag))


PAGE_QUERIES = 15


@pytest.mark.parametrize("state", sorted(S.values))
@pytest.mark.parametrize(("name", "ending"), [("underlag_excel", ".xlsx"), ("underlag_short", ".pdf")])
def test_staff_get_the_other_files_once_there_is_a_document(
    client: Client, name: str, ending: str, state: str
) -> None:
    underlag = underlag_in(S(state))
    url = reverse(f"admin:{name}", args=[underlag.dialogue.public_id])
    response = signed_in(client, leader()).get(url)
    assert response.status_code == (200 if S(state) in WITH_PDF else 404)
    if S(state) in WITH_PDF:
        assert "analysunderlag-" in response["Content-Disposition"]
        assert ending in response["Content-Disposition"]
        assert underlag.dialogue.huvudman.orgnr not in response["Content-Disposition"]


# Huvudman -------------------------------------------------------------------------------------------------
def own(name: str, dialogue: Dialogue) -> str:
    return reverse(name, args=[dialogue.public_id])


PORTAL = ["portal_underlag", "portal_underlag_excel", "portal_underlag_pdf", "portal_underlag_short"]


@pytest.mark.parametrize("name", PORTAL)
def test_a_huvudman_reads_its_own_sent_underlag(client: Client, name: str) -> None:
    underlag = with_content(S.ISSUED)
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    response = signed_in(client, user).get(own(name, underlag.dialogue))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    begins = {"excel": b"PK", "pdf": b"%PDF-1.7", "short": b"%PDF-1.7"}
    assert response.content.lstrip().startswith(begins.get(name.rpartition("_")[2], b"<!DOCTYPE html>"))


@pytest.mark.parametrize("name", PORTAL)
@pytest.mark.parametrize("state", [S.ORDERED, S.RENDERED, S.CONFIRMED, S.FAILED])
def test_nothing_is_seen_before_it_is_sent(client: Client, name: str, state: S) -> None:
    underlag = underlag_in(state)
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    assert signed_in(client, user).get(own(name, underlag.dialogue)).status_code == 404


@pytest.mark.parametrize("name", PORTAL)
def test_others_get_no_hint(client: Client, name: str) -> None:
    underlag = with_content(S.ISSUED)
    stranger = ContactFactory().user
    former = ContactFactory(
        huvudman=underlag.dialogue.huvudman,
        valid_to=timezone.localdate() - datetime.timedelta(days=1),
    ).user
    for user in (stranger, former, UserFactory()):
        response = signed_in(client, user).get(own(name, underlag.dialogue))
        assert response.status_code in (302, 404)
        assert underlag.dialogue.huvudman.name not in response.content.decode()
    client.logout()
    assert client.get(own(name, underlag.dialogue)).status_code == 302


def test_the_pdf_is_the_very_bytes_that_were_kept_and_named_without_orgnr(client: Client) -> None:
    underlag = with_content(S.ISSUED)
    huvudman = underlag.dialogue.huvudman
    user = huvudman.contacts.get().user
    assert user is not None
    response = signed_in(client, user).get(own("portal_underlag_pdf", underlag.dialogue))
    assert response.content == b"%PDF-1.7 " + huvudman.name.encode()
    assert response["Content-Type"] == "application/pdf"
    assert "analysunderlag-exempelskolan" in response["Content-Disposition"]
    assert huvudman.orgnr not in response["Content-Disposition"]


def test_the_twin_says_the_same_as_the_document(client: Client) -> None:
    underlag = with_content(S.ISSUED)
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    html = signed_in(client, user).get(own("portal_underlag", underlag.dialogue)).content.decode()
    assert "Ert värde är 72,4\u00a0%, inom den mittersta hälften av gruppen." in html
    assert "Värdet visas inte: för få elever." in html
    assert 'lang="sv"' in html
    assert html.count("<h1") == 1
