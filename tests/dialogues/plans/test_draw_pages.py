"""The pages of a draw: lock, type, confirm, follow, read, approve."""

from __future__ import annotations

import datetime
import json

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.models import StaffRole
from dialogues import plan_heat
from dialogues.domain import draw_work, draws, engine
from dialogues.forms.draws import next_working_day
from dialogues.models import Draw, DrawKind
from dialogues.models import DrawState as S
from dialogues.plan_queries import breach_rows
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import (
    VALUE,
    approved,
    committed,
    drawn,
    huvudman_in_two_lan,
    queued,
    somebody,
    the_value_is_out,
    typed,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db

NUMBERS = {"years": "2", "batches_per_year": "2", "least_years_between": "2"}
SENT = NUMBERS | {"families": ["region", "size", "type", "cell"]}
"""What both kinds of draws are asked for; what it is even by is asked only where the engine can choose."""


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def page_of(draw: Draw) -> str:
    return reverse("admin:draw", args=[draw.public_id])


def deed(draw: Draw, name: str) -> str:
    return reverse("admin:draw_deed", args=[draw.public_id, name])


def swap_page(draw: Draw) -> str:
    return reverse("admin:draw_swap", args=[draw.public_id])


def test_from_the_locked_register_to_a_frozen_plan(client, django_capture_on_commit_callbacks) -> None:
    anna, bo = planner(), planner()
    cycle = small_cycle()
    client.force_login(anna)
    lock = reverse("admin:cycle_commit", args=[cycle.pk])
    page = client.get(lock).text
    assert "8 verksamma huvudmän" in page
    assert "Län, storlek och typ" in page
    day = timezone.localdate() + datetime.timedelta(days=3)
    sent = SENT | {"source": "OMXS30", "value_on": str(day), "why": "Start"}
    assert "väntar på värdet" in client.post(lock, sent, follow=True).text
    draw = Draw.objects.get()
    with the_value_is_out(draw):
        client.force_login(anna)
        client.post(deed(draw, "varde"), {"value": VALUE, "where": "nasdaq.example"}, follow=True)
        page = client.get(page_of(draw)).text
        assert VALUE not in page  # the second reads it at its source
        assert "En annan planerare" in client.post(deed(draw, "bekrafta"), {"value": VALUE}).text
        client.force_login(bo)
        assert "inte samma värde" in client.post(deed(draw, "bekrafta"), {"value": "2501,99"}).text
        assert 'role="status"' in client.post(deed(draw, "bekrafta"), {"value": "2501.35"}, follow=True).text
        draw_work.work_on(draw.pk)
        page = client.get(page_of(draw)).text
        assert "Hur jämn är planen?" in page
        assert "hx-get" not in page
        client.post(deed(draw, "godkann"), {"seen": "0"}, follow=True)
    draw.refresh_from_db()
    assert draw.state == S.APPROVED
    assert cycle.dialogues.count() == 8


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value_on": "2026-01-01"}, "Välj en dag efter i dag"),
        ({"source": ""}, "Källa till värdet"),
        ({"years": "5", "batches_per_year": "5"}, "färre än antalet omgångar"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_locked(as_planner, wrong, words) -> None:
    lock = reverse("admin:cycle_commit", args=[small_cycle().pk])
    day = str(timezone.localdate() + datetime.timedelta(days=3))
    sent = SENT | {"source": "OMXS30", "value_on": day, "why": "Start"}
    response = as_planner.post(lock, sent | wrong)
    assert response.status_code == 422
    assert words in response.text
    assert not Draw.objects.exists()


def test_a_day_off_has_to_be_meant(as_planner) -> None:
    lock = reverse("admin:cycle_commit", args=[small_cycle().pk])
    sunday = timezone.localdate() + datetime.timedelta(days=14)
    sunday -= datetime.timedelta(days=sunday.isoweekday() % 7)
    sent = SENT | {"source": "Dragningen av Lotto", "value_on": str(sunday), "why": "Start"}
    response = as_planner.post(lock, sent)
    assert response.status_code == 422
    assert "är en ledig dag" in response.text
    assert not Draw.objects.exists()
    assert as_planner.post(lock, sent | {"on_day_off": "on"}).status_code == 302
    assert Draw.objects.get().value_on == sunday


@pytest.mark.parametrize(
    ("today", "day"),
    [("2026-12-18", "2026-12-28"), ("2026-11-30", "2026-12-07"), ("2026-12-25", "2027-01-04")],
)
def test_the_value_is_looked_for_on_a_working_day(today, day) -> None:
    with time_machine.travel(f"{today}T12:00:00Z"):
        assert str(next_working_day(7)) == day


def test_what_has_to_be_even_is_chosen_committed_and_used(as_planner) -> None:
    url = reverse("admin:cycle_commit", args=[small_cycle().pk])
    assert "Räcker att jämna" in as_planner.get(url).text
    day = timezone.localdate() + datetime.timedelta(days=3)
    sent = NUMBERS | {"source": "OMXS30", "value_on": str(day), "why": "Start"}
    assert "Jämnt fördelat efter" in as_planner.post(url, sent).text
    as_planner.post(url, sent | {"families": ["cell", "region"], "by_year_only": ["region", "size"]})
    draw = Draw.objects.get()
    assert (draw.families, draw.by_year_only) == (["all", "region", "cell"], ["region"])
    assert json.loads(draw.commitment)["by_year_only"] == ["region"]
    assert "Län (år för år)" in as_planner.get(page_of(draw)).text
    assert engine.rules_of(draw).families == {
        "all": (),
        "region": ("region",),
        "cell": ("region", "size", "type"),
    }


def test_what_could_not_be_even_is_told_with_its_cause() -> None:
    draw = drawn()
    draw.counted["breaches"] = [
        {"family": "region", "level": "12", "at": "2", "count": 5, "cause": "pinned: 5"},
        {"family": "region", "level": "25", "block": "2:1", "excess": 1, "cause": "något annat"},
        {"family": "capacity", "level": "12", "at": "2:1", "count": 5, "cause": "capacity"},
    ]
    rows = breach_rows(draw.counted, 2027)
    assert {row["cause"] for row in breach_rows(draw.counted, 2027, {"breaches": []})} == {
        "två huvudmän har bytt plats efter lottningen"
    }
    told = [(row["level"], row["place"], row["cause"]) for row in rows]
    assert told == [
        ("Skåne län", "2028", "för många är bundna dit (5)"),
        ("Norrbottens län", "2028:1", "något annat"),
        ("Skåne län", "2028:1", "omgången tar inte emot fler därifrån"),
    ]
    assert rows[-1]["family"] == "Gräns för ett län i en omgång"


def test_a_trial_is_followed_and_can_be_cancelled(as_planner) -> None:
    cycle = small_cycle()
    url = reverse("admin:cycle_try", args=[cycle.pk])
    page = as_planner.post(url, SENT | {"why": ""}, follow=True).text
    assert "Väntar på att lottas" in page
    draw = Draw.objects.get()
    assert draw.kind == DrawKind.TRIAL
    assert "Skriv varför" not in as_planner.get(deed(draw, "kasta")).text
    as_planner.post(deed(draw, "kasta"), {"why": "Fel antal"}, follow=True)
    draw_work.work_on(draw.pk)
    draw.refresh_from_db()
    assert (draw.state, draw.drawn_at) == (S.DISCARDED, None)


def test_progress_is_told_while_it_is_made(as_planner) -> None:
    draw = queued()
    draw_work.teller(draw)(15, "Fördelar huvudmännen på omgångar")
    page = as_planner.get(page_of(draw)).text
    assert "Fördelar huvudmännen på omgångar" in page
    assert 'value="15"' in page


def test_the_work_is_a_task_asked_for_after_commit(monkeypatch, django_capture_on_commit_callbacks) -> None:
    asked = []
    monkeypatch.setattr(draw_work, "ask_for_work", lambda draw: asked.append(draw.pk))
    with django_capture_on_commit_callbacks(execute=True):
        draw = queued()
    assert asked == [draw.pk]


def test_a_changed_register_is_told(as_planner) -> None:
    draw = committed()
    HuvudmanFactory()
    assert "1 har kommit till och 0 har upphört" in as_planner.get(page_of(draw)).text


class TestWhatIsOffered:
    """Only what the signed-in planner can do now."""

    def test_the_value_from_its_day_on(self, as_planner) -> None:
        draw = committed()
        assert deed(draw, "varde") not in as_planner.get(page_of(draw)).text
        with the_value_is_out(draw):
            as_planner.force_login(planner())
            assert deed(draw, "varde") in as_planner.get(page_of(draw)).text

    def test_what_takes_another_is_not_offered_the_one_who_made_it(self, client) -> None:
        anna = planner()
        client.force_login(anna)
        draw = typed(committed(actor=person(anna)), person(anna))
        page = client.get(page_of(draw)).text
        assert deed(draw, "bekrafta") not in page
        assert "Du har skrivit in värdet" in page
        draws.confirm_value(draw=draw, value=VALUE, actor=somebody())
        draw_work.work_on(draw.pk)
        page = client.get(page_of(draw)).text
        assert deed(draw, "godkann") not in page
        assert "en annan planerare godkänner den" in page

    def test_a_trial_is_for_reading_alone(self, as_planner) -> None:
        trial = draws.try_draw(cycle=small_cycle(), years=2, batches_per_year=2, why="", actor=somebody())
        draw_work.work_on(trial.pk)
        page = as_planner.get(page_of(trial)).text
        assert "inte godkänd" not in page
        assert swap_page(trial) not in page

    def test_a_lottery_under_way_instead_of_another_lock(self, as_planner) -> None:
        draw = committed()
        page = as_planner.get(reverse("admin:cycle", args=[draw.cycle_id])).text
        assert "Till lottningen som är på gång" in page
        assert reverse("admin:cycle_commit", args=[draw.cycle_id]) not in page


class TestPage:
    @pytest.mark.parametrize("query", [{}, {"fordelning": "cell"}, {"fordelning": "size", "ar": "1"}])
    def test_every_family_can_be_shown(self, as_planner, query) -> None:
        assert as_planner.get(page_of(drawn()), query).status_code == 200

    def test_a_large_family_can_be_searched(self, as_planner, monkeypatch) -> None:
        monkeypatch.setattr(plan_heat, "LEVELS_SHOWN", 1)
        url = page_of(drawn())
        page = as_planner.get(url)
        assert "Här visas 1 av 2" in page.text
        page = as_planner.get(url, {"fordelning": "region", "niva": "skåne", "ar": "1"}).text
        assert "Här visas 1 av 2" in page
        assert '<input type="hidden" name="ar" value="1">' in page
        assert "Norrbottens län" not in page[page.index("niva-hint") :]
        assert "Inget i fördelningen liknar det." in as_planner.get(url, {"niva": "ö<"}).text

    def test_an_unknown_family_is_not_found(self, as_planner) -> None:
        assert as_planner.get(page_of(drawn()), {"fordelning": "orgnr"}).status_code == 404

    @pytest.mark.parametrize("make", [committed, typed, queued, drawn, approved])
    @pytest.mark.parametrize("role", [StaffRole.PLANNER, StaffRole.LEADER, StaffRole.STATISTICIAN])
    def test_all_staff_read_and_only_planners_find_something_to_do(self, client, make, role) -> None:
        draw = make()
        client.force_login(staff_user(role))
        page = client.get(page_of(draw))
        assert page.status_code == 200
        assert ("Att göra</h2>" in page.text) == (role == StaffRole.PLANNER)

    @pytest.mark.parametrize("more", [0, 4])
    def test_asks_the_same_number_of_questions_whatever_the_number(
        self, as_planner, more, monkeypatch, django_assert_num_queries
    ) -> None:
        monkeypatch.setattr(plan_heat, "GIANT", 0)
        HuvudmanFactory.create_batch(more)
        draw = drawn()
        as_planner.get(page_of(draw))
        with django_assert_num_queries(17):
            as_planner.get(page_of(draw))

    @pytest.mark.parametrize("name", ["varde", "bekrafta", "godkann", "igen", "ta-tillbaka", "oppna"])
    def test_what_is_not_possible_now_leads_to_the_draw(self, as_planner, name) -> None:
        draw = committed()
        draws.discard_draw(draw=draw, why="Fel", actor=somebody())
        assert as_planner.get(deed(draw, name)).status_code == 302
        assert (
            as_planner.post(deed(draw, name), {"value": VALUE, "where": "x", "why": "y"}).status_code == 422
        )

    def test_an_unknown_deed_is_not_found(self, as_planner) -> None:
        assert as_planner.get(deed(committed(), "lotta-om")).status_code == 404

    def test_a_leader_is_refused(self, client) -> None:
        client.force_login(staff_user(StaffRole.LEADER))
        draw = drawn()
        for path in (deed(draw, "kasta"), deed(draw, "godkann"), swap_page(draw)):
            assert client.get(path).status_code == 403
            assert client.post(path, {"why": "x"}).status_code == 403
