"""The quality system in the staff site: pages, permissions, query counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import StaffRole
from quality_system.models import Edition, ObservedValue
from tests.accounts.factories import UserFactory, staff_user
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObjectiveFactory,
    ObservedValueFactory,
    SubGoalFactory,
    riket,
    value_of,
)

pytestmark = pytest.mark.django_db

LISTS = ("edition", "objective", "subgoal", "indicator", "successfactor", "observedvalue")


def page(name: str, kind: str = "changelist", *args: object) -> str:
    return reverse(f"admin:quality_system_{name}_{kind}", args=args)


@pytest.fixture
def statistician(client: Client) -> Client:
    client.force_login(staff_user(StaffRole.STATISTICIAN))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_staff_and_for_nobody_else(client: Client, name: str) -> None:
    assert client.get(page(name)).status_code in {302, 403, 404}
    client.force_login(UserFactory())
    assert client.get(page(name)).status_code in {302, 403, 404}
    client.force_login(staff_user(StaffRole.REGISTRAR))
    assert client.get(page(name)).status_code == 200


@pytest.mark.parametrize("name", LISTS[:-1])
def test_only_some_may_write(client: Client, name: str) -> None:
    for role in StaffRole:
        client.force_login(staff_user(role))
        may = role in {StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR}
        assert client.get(page(name, "add")).status_code == (200 if may else 403)


def test_values_are_never_written_here(statistician: Client) -> None:
    value = riket("1")
    assert statistician.get(page("observedvalue", "add")).status_code == 403
    for kind in ("change", "delete"):
        assert statistician.post(page("observedvalue", kind, value.pk), {"number": "5"}).status_code == 403
    assert statistician.get(page("observedvalue", "change", value.pk)).status_code == 200


@pytest.mark.parametrize("state", Edition.State)
def test_content_is_written_in_a_draft_only(statistician: Client, state: str) -> None:
    edition = EditionFactory(state=state)
    objective = ObjectiveFactory(edition=edition)
    goal = SubGoalFactory(objective=objective)
    indicator = IndicatorFactory(edition=edition, sub_goal=goal)
    open_ = state == Edition.State.DRAFT
    for name, row in (
        ("objective", objective),
        ("subgoal", goal),
        ("indicator", indicator),
        ("edition", edition),
    ):
        url = page(name, "change", row.pk)
        assert ('name="_save"' in statistician.get(url).content.decode()) is open_
        assert statistician.post(url, {}).status_code == (200 if open_ else 403)


def test_a_hidden_value_is_told_in_words(statistician: Client) -> None:
    value_of(HuvudmanFactory(), None, kind="suppressed")
    html = statistician.get(page("observedvalue")).content.decode()
    assert "värdet visas inte" in html
    assert "sortable" not in html.split("column-shown")[1].split(">")[0]


def test_an_edition_leads_to_each_of_its_parts_with_their_number(statistician: Client) -> None:
    edition, other = EditionFactory(), EditionFactory()
    objective = ObjectiveFactory(edition=edition)
    goal = SubGoalFactory(objective=objective)
    for number in range(3):
        IndicatorFactory(key=f"matt-{number}", edition=edition, sub_goal=goal)
    IndicatorFactory(edition=other)
    for url in (page("edition"), page("edition", "change", edition.pk)):
        html = statistician.get(url).content.decode()
        for name, field, words in (
            ("objective", "edition", "målsättningar (1)"),
            ("subgoal", "objective__edition", "delmål (1)"),
            ("indicator", "edition", "indikatorer (3)"),
            ("successfactor", "edition", "framgångsfaktorer (0)"),
        ):
            link = f"{page(name)}?{field}__id__exact={edition.pk}"
            assert f'<a href="{link}">{words}</a>' in html
            listed = statistician.get(link)
            assert f"({listed.context['cl'].result_count})" in words
            assert [e["label"] for e in listed.context["rail"] if e["active"]] == ["Kvalitetssystem"]


def test_example_texts_wear_the_tag_wherever_they_are_read(statistician: Client) -> None:
    edition = EditionFactory(state=Edition.State.IN_FORCE)
    goal = SubGoalFactory(objective=ObjectiveFactory(edition=edition, is_example_text=False))
    for url in (
        page("edition"),
        page("edition", "change", edition.pk),
        page("subgoal"),
        page("subgoal", "change", goal.pk),
    ):
        assert "tag-example" in statistician.get(url).content.decode(), url
    for url in (page("objective"), page("objective", "change", goal.objective.pk)):
        assert "tag-example" not in statistician.get(url).content.decode(), url


def test_values_and_indicators_name_their_source_and_indicator_in_words(statistician: Client) -> None:
    indicator = IndicatorFactory(key="behorighet", name="Behöriga lärare", source="planned-educations")
    value = riket("1", indicator_key=indicator.key, source="planned-educations")
    riket("2", indicator_key=indicator.key, source="salsa")
    for url in (page("observedvalue"), page("observedvalue", "change", value.pk), page("indicator")):
        assert "Skolverket, statistik om skolenheter" in statistician.get(url).content.decode()
    html = statistician.get(f"{page('observedvalue')}?source=salsa").content.decode()
    assert "Behöriga lärare" in html
    assert html.count('<td class="field-shown">') == 1


def test_former_versions_are_shown_when_asked_for(statistician: Client) -> None:
    value_of(HuvudmanFactory(name="Nu AB"))
    value_of(HuvudmanFactory(name="Då AB"), superseded_at="2026-01-01T00:00Z")
    now = statistician.get(page("observedvalue")).content.decode()
    former = statistician.get(page("observedvalue") + "?version=former").content.decode()
    assert "Nu AB" in now
    assert "Då AB" not in now
    assert "Då AB" in former


def test_an_edition_is_put_in_force_and_copied_by_actions(statistician: Client) -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition)
    url = page("edition")
    for action in ("put_in_force", "copy"):
        statistician.post(url, {"action": action, "_selected_action": [edition.pk]})
    edition.refresh_from_db()
    assert edition.state == Edition.State.IN_FORCE
    assert Edition.objects.count() == 2


def test_why_an_edition_cannot_be_put_in_force(statistician: Client) -> None:
    edition = EditionFactory()
    answer = statistician.post(
        page("edition"), {"action": "put_in_force", "_selected_action": [edition.pk]}, follow=True
    )
    assert "inga indikatorer" in answer.content.decode()


def test_a_planner_has_no_such_action(client: Client) -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition)
    client.force_login(staff_user(StaffRole.PLANNER))
    client.post(page("edition"), {"action": "put_in_force", "_selected_action": [edition.pk]})
    edition.refresh_from_db()
    assert edition.state == Edition.State.DRAFT


def choices(page: HttpResponse, field: str) -> list[object]:
    """What a field on the page lets one choose, as it is shown."""
    return list(page.context["adminform"].form.fields[field].widget.choices)


def test_what_is_chosen_tells_its_edition_and_skolform_apart(statistician: Client) -> None:
    older = EditionFactory(name="Äldre utkast", valid_from="2023-01-01")
    newer = EditionFactory(name="Nytt utkast", valid_from="2026-01-01")
    in_force = EditionFactory(state=Edition.State.IN_FORCE)
    same = {"number": 1, "text": "Alla lär sig läsa."}
    goals = [
        SubGoalFactory(objective=ObjectiveFactory(edition=edition, skolform=skolform), **same)
        for edition, skolform in ((older, "GR"), (newer, "GR"), (newer, "GYAN"), (in_force, "GR"))
    ]
    sub_goals = statistician.get(page("indicator", "add"))
    assert choices(sub_goals, "sub_goal") == [
        ("", "---------"),
        (
            "Nytt utkast",
            [
                (goals[1].pk, "Grundskola: Alla lär sig läsa."),
                (goals[2].pk, "Anpassad gymnasieskola: Alla lär sig läsa."),
            ],
        ),
        ("Äldre utkast", [(goals[0].pk, "Grundskola: Alla lär sig läsa.")]),
    ]
    assert '<optgroup label="Nytt utkast">' in sub_goals.text
    objectives = choices(statistician.get(page("subgoal", "add")), "objective")
    assert [group for group, _rows in objectives[1:]] == ["Nytt utkast", "Äldre utkast"]
    assert objectives[2][1] == [(goals[0].objective.pk, "Grundskola: Alla når målen.")]


def test_the_choice_keeps_what_was_chosen_and_takes_another(statistician: Client) -> None:
    goal = SubGoalFactory()
    other = SubGoalFactory(objective=goal.objective, number=goal.number + 1)
    indicator = IndicatorFactory(edition=goal.objective.edition, sub_goal=goal, position=1)
    url = page("indicator", "change", indicator.pk)
    form = statistician.get(url).context["adminform"].form
    assert f'<option value="{goal.pk}" selected>Grundskola: {goal}</option>' in str(form["sub_goal"])
    typed = {name: form[name].value() for name in form.fields if form[name].value()}
    assert statistician.post(url, typed | {"sub_goal": other.pk}).status_code == 302
    indicator.refresh_from_db()
    assert indicator.sub_goal == other


@pytest.mark.parametrize("kept", ["edition", "skolform"])
def test_an_indicator_is_not_put_under_what_it_does_not_belong_to(statistician: Client, kept: str) -> None:
    goal = SubGoalFactory()
    edition = goal.objective.edition if kept == "edition" else EditionFactory(name="Ett annat utkast")
    skolform = "GY" if kept == "edition" else goal.objective.skolform
    strange = SubGoalFactory(objective=ObjectiveFactory(edition=edition, skolform=skolform))
    indicator = IndicatorFactory(edition=goal.objective.edition, sub_goal=goal, position=1)
    url = page("indicator", "change", indicator.pk)
    form = statistician.get(url).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields if form[name].value()}
    refused = statistician.post(url, typed | {"sub_goal": strange.pk})
    assert "Delmålet hör till en annan utgåva eller skolform" in refused.text
    indicator.refresh_from_db()
    assert indicator.sub_goal == goal


def rows(name: str) -> Callable[[], object]:
    def unit_value() -> ObservedValue:
        unit = SchoolUnitFactory()
        return ObservedValueFactory(level="unit", huvudman=unit.huvudman, unit=unit, unit_code=unit.code)

    return {
        "edition": EditionFactory,
        "objective": ObjectiveFactory,
        "subgoal": SubGoalFactory,
        "indicator": IndicatorFactory,
        "observedvalue": unit_value,
    }[name]


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("edition", 6), ("objective", 7), ("subgoal", 7), ("indicator", 7), ("observedvalue", 5)],
)
def test_lists_take_the_same_number_of_queries(
    statistician: Client, name: str, queries: int, many: int, django_assert_num_queries: object
) -> None:
    for _n in range(many):
        rows(name)()
    with django_assert_num_queries(queries):  # type: ignore[operator]
        assert statistician.get(page(name)).status_code == 200


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("subgoal", 4), ("indicator", 5)])
def test_choices_take_the_same_number_of_queries(
    statistician: Client, name: str, queries: int, many: int, django_assert_num_queries: object
) -> None:
    for _n in range(many):
        SubGoalFactory()
    statistician.get(page(name, "add"))
    with django_assert_num_queries(queries):  # type: ignore[operator]
        assert statistician.get(page(name, "add")).status_code == 200
