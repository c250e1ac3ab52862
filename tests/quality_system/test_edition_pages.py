"""The editions' pages in the staff site: read by all staff, written in drafts by those with the right."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from quality_system.domain.edition_parts import change_part, remove_part
from quality_system.domain.editions import copy_edition, put_edition_in_force
from quality_system.edition_addresses import KIND_NAMES, address_of
from quality_system.edition_content import Part
from quality_system.models import Edition, Indicator, Objective, SubGoal, SuccessFactor
from tests.accounts.factories import UserFactory, staff_user
from tests.dialogues.factories import DialogueFactory
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObjectiveFactory,
    SubGoalFactory,
    riket,
    seeded_edition,
)

pytestmark = pytest.mark.django_db

State = Edition.State
WRITERS = {StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR}
TODAY = timezone.localdate()


def page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def deed(name: str, part: Part, *more: str) -> str:
    edition = part.objective.edition_id if isinstance(part, SubGoal) else part.edition_id
    return page(name, edition, KIND_NAMES[type(part)], part.pk, *more)


@pytest.fixture
def statistician(client: Client) -> Client:
    client.force_login(staff_user(StaffRole.STATISTICIAN))
    return client


def whole(**facts: Any) -> tuple[Edition, list[Part]]:
    """An edition with one part of each kind, none of them an example."""
    edition = EditionFactory(**facts)
    objective = ObjectiveFactory(edition=edition, is_example_text=False)
    goal = SubGoalFactory(objective=objective, is_example_text=False)
    indicator = IndicatorFactory(edition=edition, sub_goal=goal, position=1)
    factor = SuccessFactor.objects.create(edition=edition, number=1, text="Ledning", is_example_text=False)
    return edition, [objective, goal, indicator, factor]


def typed(client: Client, url: str, **changed: Any) -> dict[str, Any]:
    """What the form at the address holds, with some of it typed anew."""
    context = client.get(url).context
    form = context["form"]
    held = {name: form[name].value() for name in form.fields}
    held = {name: value for name, value in held.items() if value is not None and value is not False}
    return {"seen": context.get("seen", "")} | held | changed


# Who ------------------------------------------------------------------------------------------------------
READ = ("edition", "edition_compare")
WRITE = ("edition_change", "edition_drop", "edition_publish")


@pytest.mark.parametrize("role", StaffRole)
def test_all_staff_read_and_some_write(client: Client, role: StaffRole) -> None:
    edition, parts = whole()
    client.force_login(staff_user(role))
    for url in (page("editions"), *(page(name, edition.pk) for name in READ), *map(address_of, parts)):
        assert client.get(url).status_code == 200, url
    may = role in WRITERS
    urls = [page(name, edition.pk) for name in WRITE]
    urls += [deed("edition_part_remove", part) for part in parts]
    urls += [page("edition_part_new", edition.pk, kind) for kind in ("malsattning", "framgangsfaktor")]
    for url in urls:
        assert client.get(url).status_code == (200 if may else 403), url
    posted = [*urls, *map(address_of, parts), page("edition_copy", edition.pk)]
    posted += [deed("edition_part_move", part, "upp") for part in parts]
    if not may:
        assert {client.post(url).status_code for url in posted} == {403}
        assert "Ta bort" not in client.get(page("edition", edition.pk)).text


def test_nobody_else_reads(client: Client) -> None:
    edition, parts = whole()
    urls = [page("editions"), page("edition", edition.pk), *map(address_of, parts)]
    assert {client.get(url).status_code for url in urls} == {302}
    client.force_login(UserFactory())
    assert all(client.get(url).status_code in (302, 403, 404) for url in urls)


@pytest.mark.parametrize("state", [State.IN_FORCE, State.CLOSED])
def test_what_is_not_a_draft_is_read_and_never_written(statistician: Client, state: str) -> None:
    edition, parts = whole(state=state)
    for part in parts:
        shown = statistician.get(address_of(part))
        assert "<form" not in shown.text.split("<main")[1].split("</main>")[0]
        for name, more in (("edition_part_remove", ()), ("edition_part_move", ("upp",))):
            assert statistician.post(deed(name, part, *more)).status_code == 422
        answer = statistician.post(address_of(part), {"text": "Nytt", "name": "Nytt", "area": "equity"})
        assert answer.status_code == 422
    for name in WRITE:
        assert statistician.get(page(name, edition.pk)).status_code == 302
    assert statistician.post(page("edition_drop", edition.pk)).status_code == 422
    assert [part.__class__.objects.count() for part in parts] == [1, 1, 1, 1]


# Reading --------------------------------------------------------------------------------------------------
def test_an_edition_is_read_in_order_with_what_is_left_to_do(statistician: Client, settings: Any) -> None:
    settings.DEMO = False
    edition = seeded_edition()
    html = statistician.get(page("edition", edition.pk)).text
    words = [
        "Kvar att göra", "70 texter att ersätta", 'id="FSK"', "Barn per barngrupp", 'id="GR"',
        "Likvärdighet", "Delmål 1: Skillnader", "Meritvärde, skillnad mot SALSA", "Kvalitet",
        "Delmål 3: Undervisningen", "Utan delmål", "Kostnad per elev", 'id="GRAN"', "Framgångsfaktorer",
    ]  # fmt: skip
    places = [html.find(word) for word in words]
    found = -1
    for word, place in zip(words, places, strict=True):
        assert place > -1, word
    for word in words:
        found = html.find(word, found + 1)
        assert found > -1, word
    assert "Utgåvan innehåller exempeltext" in html
    for row in [*edition.objectives.all(), *edition.success_factors.filter(is_example_text=True)]:
        assert f'<a href="{address_of(row)}">{row}</a>' in html, "each is a link to where it is worded"
    assert html.count("tag-example") == 70


def test_a_day_to_come_is_left_to_wait_for(statistician: Client) -> None:
    edition, _parts = whole(valid_from=TODAY + datetime.timedelta(days=1))
    html = statistician.get(page("edition", edition.pk)).text
    assert "börjar gälla tidigast" in html
    assert page("edition_change", edition.pk) in html
    Edition.objects.update(valid_from=TODAY)
    assert "Inget hindrar" in statistician.get(page("edition", edition.pk)).text


def test_an_empty_draft_leads_to_its_first_objective_and_indicator(statistician: Client) -> None:
    edition = EditionFactory()
    new = {kind: page("edition_part_new", edition.pk, kind) for kind in ("malsattning", "indikator")}
    shown = statistician.get(page("edition", edition.pk)).text
    assert f'inga indikatorer ännu. <a href="{new["malsattning"]}">' in shown
    ObjectiveFactory(edition=edition, skolform="GY", is_example_text=False)
    shown = statistician.get(page("edition", edition.pk)).text
    assert f'inga indikatorer ännu. <a href="{new["indikator"]}?skolform=GY">' in shown


def test_an_indicator_tells_its_history_and_where_else_it_is(statistician: Client) -> None:
    edition, parts = whole()
    following = copy_edition(edition=edition, actor=SYSTEM)
    for period in ("2022/23", "2024/25"):
        riket("225", period=period)
    html = statistician.get(address_of(parts[2])).text
    assert "2 värden, från läsåret 2022/23 till läsåret 2024/25" in html
    assert f'<a href="{address_of(following.indicators.get())}">' in html


@pytest.mark.parametrize("state", State)
def test_an_indicator_says_that_it_may_not_be_used_any_more(statistician: Client, state: str) -> None:
    edition, parts = whole(state=state)
    day = TODAY - datetime.timedelta(days=1)
    Indicator.objects.update(legal_basis="2 § förordningen", usable_to=day)
    for url in (page("edition", edition.pk), address_of(parts[2])):
        shown = statistician.get(url).text
        assert "Uppgifterna får inte längre användas: 2 § förordningen" in shown


# Writing --------------------------------------------------------------------------------------------------
def test_each_part_is_worded_on_its_page(statistician: Client) -> None:
    edition, parts = whole()
    for part in parts:
        field = "name" if isinstance(part, Indicator) else "text"
        answer = statistician.post(address_of(part), typed(statistician, address_of(part), **{field: "Nytt"}))
        assert answer.status_code == 302, part
        assert answer["Location"].startswith(page("edition", edition.pk) + "#")
        assert getattr(type(part).objects.get(), field) == "Nytt"
    url = page("edition_change", edition.pk)
    statistician.post(url, typed(statistician, url, name="Utgåva 2027", valid_from="2027-01-01"))
    edition.refresh_from_db()
    assert (edition.name, edition.valid_from) == ("Utgåva 2027", datetime.date(2027, 1, 1))


def test_opening_and_saving_a_page_changes_nothing(statistician: Client) -> None:
    edition = seeded_edition()
    before = list(edition.indicators.values().order_by("pk"))
    for indicator in edition.indicators.all():
        assert (
            statistician.post(address_of(indicator), typed(statistician, address_of(indicator))).status_code
            == 302
        )
    assert list(edition.indicators.values().order_by("pk")) == before


def test_a_faulty_form_keeps_what_was_typed_and_says_where(statistician: Client) -> None:
    _edition, parts = whole()
    url = address_of(parts[2])
    answer = statistician.post(
        url, typed(statistician, url, name="Nytt namn", smallest_group="4", usable_to="2026-01-01")
    )
    assert answer.status_code == 422
    assert "Det du skrev" not in answer.text
    for words in ('value="Nytt namn"', "strängare", "Skriv den rättsliga grund", 'href="#id_smallest_group"'):
        assert words in answer.text, words
    assert Indicator.objects.get().name == "Meritvärde"


def test_two_who_word_the_same_part_see_each_others_words(statistician: Client) -> None:
    _edition, parts = whole()
    for part in parts:
        field = "name" if isinstance(part, Indicator) else "text"
        mine = typed(statistician, address_of(part), **{field: "Mina ord"})
        change_part(part=part, actor=SYSTEM, **{field: "Andras ord"})
        answer = statistician.post(address_of(part), mine)
        assert answer.status_code == 409
        for words in ("Mina ord", "Andras ord", "Så här står det nu"):
            assert words in answer.text, (part, words)
        assert getattr(type(part).objects.get(), field) == "Andras ord"
        again = mine | {"seen": re.search(r'name="seen" value="(\w+)"', answer.text)[1]}  # type: ignore[index]
        assert statistician.post(address_of(part), again).status_code == 302
        assert getattr(type(part).objects.get(), field) == "Mina ord"


def test_what_was_typed_for_a_part_that_is_gone_can_be_copied(statistician: Client) -> None:
    edition, parts = whole()
    factor = parts[3]
    mine = typed(statistician, address_of(factor), text="Mina egna ord")
    url = address_of(factor)
    remove_part(part=SuccessFactor.objects.get(), actor=SYSTEM)
    answer = statistician.post(url, mine, headers={"Origin": "http://testserver"})
    assert answer.status_code == 409
    assert "Mina egna ord" in answer.text
    assert statistician.get(url).status_code == 404


def test_what_was_typed_for_a_draft_that_has_come_into_force_is_kept(statistician: Client) -> None:
    edition, parts = whole()
    mine = typed(statistician, address_of(parts[0]), text="Mina egna ord")
    put_edition_in_force(edition=edition, actor=SYSTEM)
    answer = statistician.post(address_of(parts[0]), mine)
    assert answer.status_code == 422
    for words in ("Mina egna ord", "inte längre ett utkast"):
        assert words in answer.text


def test_parts_are_added_where_they_belong(statistician: Client) -> None:
    edition, (objective, goal, _indicator, _factor) = whole()
    new = {
        page("edition_part_new", edition.pk, "malsattning"): {"skolform": "GY", "text": "Alla når målen."},
        page("edition_part_new", edition.pk, "delmal") + f"?malsattning={objective.pk}": {
            "area": "equity",
            "text": "Färre skillnader.",
        },
        page("edition_part_new", edition.pk, "indikator") + f"?skolform=GR&delmal={goal.pk}": {
            "key": "gr-ny",
            "name": "Nytt mått",
            "kind": "result",
        },
        page("edition_part_new", edition.pk, "framgangsfaktor"): {"text": "Samverkan"},
    }
    for url, words in new.items():
        answer = statistician.post(url, typed(statistician, url, **words))
        assert answer.status_code == 302, answer.context["form"].errors
    assert Objective.objects.get(skolform="GY").edition == edition
    assert SubGoal.objects.get(text="Färre skillnader.").objective == objective
    added = Indicator.objects.get(key="gr-ny")
    assert (added.sub_goal, added.position) == (goal, 2)
    assert SuccessFactor.objects.get(text="Samverkan").number == 2
    assert not SuccessFactor.objects.get(text="Samverkan").is_example_text


@pytest.mark.parametrize(
    ("key", "told"), [("gy-ny", "Börja nyckeln med gr-"), ("gr-y9-merit", "finns redan"), ("gr ny", "Nyckel")]
)
def test_a_key_that_cannot_be_is_refused(statistician: Client, key: str, told: str) -> None:
    edition, _parts = whole()
    url = page("edition_part_new", edition.pk, "indikator") + "?skolform=GR"
    answer = statistician.post(url, typed(statistician, url, key=key, name="Nytt", kind="result"))
    assert answer.status_code == 422
    assert told in answer.text
    assert Indicator.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?skolform=XX"])
def test_an_indicator_of_no_skolform_has_no_page(statistician: Client, query: str) -> None:
    url = page("edition_part_new", EditionFactory().pk, "indikator") + query
    assert statistician.get(url).status_code == 404


def test_a_part_is_reached_through_its_own_edition_only(statistician: Client) -> None:
    _edition, parts = whole()
    other = EditionFactory()
    for part in parts:
        kind = KIND_NAMES[type(part)]
        for name in ("edition_part", "edition_part_remove"):
            assert statistician.get(page(name, other.pk, kind, part.pk)).status_code == 404
    assert statistician.get(page("edition_part", other.pk, "annat", 1)).status_code == 404


def test_what_is_moved_is_moved_back(statistician: Client) -> None:
    edition, parts = whole()
    second = SuccessFactor.objects.create(edition=edition, number=2, text="Två")
    answer = statistician.post(deed("edition_part_move", second, "upp"), follow=True)
    assert list(edition.success_factors.order_by("number")) == [second, parts[3]]
    back = deed("edition_part_move", second, "ner")
    assert f'action="{back}"' in answer.text
    statistician.post(back)
    assert list(edition.success_factors.order_by("number")) == [parts[3], second]
    assert statistician.get(deed("edition_part_move", second, "upp")).status_code == 302


def test_what_is_taken_away_is_shown_first(statistician: Client) -> None:
    _edition, parts = whole()
    for part in parts[::-1]:
        url = deed("edition_part_remove", part)
        asked = statistician.get(url)
        seen = asked.context["hidden"][0]["value"]
        assert "Vill du ta bort" in asked.text
        assert statistician.post(url, {"seen": "annat"}).status_code == 422
        assert statistician.post(url, {"seen": seen}).status_code == 302
    assert not Objective.objects.exists()


def test_a_sub_goal_with_indicators_says_why_it_stays(statistician: Client) -> None:
    _edition, parts = whole()
    url = deed("edition_part_remove", parts[1])
    answer = statistician.post(url, {"seen": statistician.get(url).context["hidden"][0]["value"]})
    assert answer.status_code == 422
    assert "Delmålet har indikatorer" in answer.text


def test_a_draft_is_thrown_away_after_a_question(statistician: Client) -> None:
    edition, _parts = whole()
    assert "Vill du kasta" in statistician.get(page("edition_drop", edition.pk)).text
    assert statistician.post(page("edition_drop", edition.pk)).status_code == 302
    assert not Edition.objects.exists()


def test_a_last_day_of_use_is_set_in_an_edition_in_force(statistician: Client) -> None:
    edition, parts = whole(state=State.IN_FORCE)
    url = page("indicator_last_day", edition.pk, parts[2].pk)
    assert statistician.post(url, {"last": "2026-12-31"}).status_code == 422
    assert url not in statistician.get(address_of(parts[2])).text
    Indicator.objects.update(legal_basis="2 § förordningen")
    assert url in statistician.get(address_of(parts[2])).text
    assert statistician.post(url, {"last": "2026-12-31"}).status_code == 302
    assert Indicator.objects.get().usable_to == datetime.date(2026, 12, 31)


# Comparing and putting in force ---------------------------------------------------------------------------
def test_a_draft_is_compared_with_the_edition_in_force(statistician: Client) -> None:
    edition, _parts = whole(name="Första")
    EditionFactory(name="Tom", state=State.CLOSED)
    put_edition_in_force(edition=edition, actor=SYSTEM)
    draft = copy_edition(edition=edition, actor=SYSTEM)
    change_part(part=draft.success_factors.get(), actor=SYSTEM, text="Styrning")
    IndicatorFactory(edition=draft, key="gr-ny", name="Nytt mått")
    for one in (draft, edition):
        words = statistician.get(page("edition_compare", one.pk)).text
        if one == draft:
            assert "Från ”Första” till ”Första (kopia 1)”" in words
            assert "Tillagt: 1 · borttaget: 0 · ändrat: 1 · oförändrat: 3" in words
            assert re.search(r"<td[^>]*>Ledning</td>\s*<td[^>]*>Styrning</td>", words)
            assert "Nytt mått (grundskola)" in words
    asked = statistician.get(page("edition_compare", edition.pk), {"med": draft.pk}).text
    assert "Från ”Första” till ”Första (kopia 1)”" in asked, "the draft comes after, whichever is asked from"
    assert statistician.get(page("edition_compare", edition.pk), {"med": "9" * 30}).status_code == 200


def test_an_edition_is_put_in_force_from_a_page_that_says_what_it_leads_to(statistician: Client) -> None:
    former, _parts = whole(name="Första", state=State.IN_FORCE)
    DialogueFactory(edition=former)
    draft = copy_edition(edition=former, actor=SYSTEM)
    url = page("edition_publish", draft.pk)
    shown = statistician.get(url)
    for words in (
        "”Första” slutar gälla",
        "1 dialog behåller den utgåvan",
        "Inget skiljer",
        "gäller från och med",
    ):
        assert words in shown.text, words
    seen = shown.context["seen"]
    body = {"content": seen.content, "replaces": seen.replaces}
    change_part(part=draft.success_factors.get(), actor=SYSTEM, text="Styrning")
    again = statistician.post(url, body)
    assert again.status_code == 409
    assert "Styrning" in again.text, "the comparison is the one that holds now"
    seen = again.context["seen"]
    assert statistician.post(url, {"content": seen.content, "replaces": seen.replaces}).status_code == 302
    draft.refresh_from_db()
    former.refresh_from_db()
    assert (draft.state, former.state) == (State.IN_FORCE, State.CLOSED)


def test_what_stops_an_edition_is_said_instead_of_the_button(statistician: Client, settings: Any) -> None:
    settings.DEMO = False
    edition = seeded_edition()
    url = page("edition_publish", edition.pk)
    shown = statistician.get(url)
    assert "Utgåvan innehåller exempeltext" in shown.text
    assert "Låt utgåvan börja gälla</button>" not in shown.text
    seen = shown.context["seen"]
    assert statistician.post(url, {"content": seen.content, "replaces": ""}).status_code == 422
    edition.refresh_from_db()
    assert edition.state == State.DRAFT


def test_an_edition_is_copied_from_its_page(statistician: Client) -> None:
    edition, _parts = whole(state=State.IN_FORCE)
    answer = statistician.post(page("edition_copy", edition.pk))
    draft = Edition.objects.get(state=State.DRAFT)
    assert answer["Location"] == page("edition", draft.pk)


# Questions ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("editions", 5), ("edition", 12), ("edition_compare", 13), ("edition_publish", 23)]
)
def test_pages_take_the_same_number_of_queries(
    statistician: Client, name: str, queries: int, many: int, django_assert_num_queries: Any
) -> None:
    whole(state=State.IN_FORCE)
    edition, (objective, goal, _indicator, _factor) = whole()
    for n in range(many):
        SubGoalFactory(objective=objective)
        IndicatorFactory(edition=edition, key=f"gr-{n}", sub_goal=goal)
        SuccessFactor.objects.create(edition=edition, number=9 + n, text="Fler")
        EditionFactory(state=State.CLOSED)
    url = page(name, *([] if name == "editions" else [edition.pk]))
    with django_assert_num_queries(queries):
        assert statistician.get(url).status_code == 200


@pytest.mark.parametrize("many", [1, 3])
def test_an_indicators_page_takes_the_same_number_of_queries(
    statistician: Client, many: int, django_assert_num_queries: Any
) -> None:
    edition, parts = whole()
    for _n in range(many):
        SubGoalFactory(objective=parts[0])
        copy_edition(edition=edition, actor=SYSTEM)
    with django_assert_num_queries(10):
        assert statistician.get(address_of(parts[2])).status_code == 200
