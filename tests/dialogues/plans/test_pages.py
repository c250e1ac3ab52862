"""Planering: making a cycle, drawing it, and reading how even it is."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.cycles import delete_cycle, rename_cycle
from dialogues.domain.plans import plan_cycle
from dialogues.models import BatchState, Cycle, Dialogue
from dialogues.plan_queries import count_matrix
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import CycleFactory
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, LanFactory

pytestmark = pytest.mark.django_db

LIST, NEW = "/personal/planering/", "/personal/planering/ny/"
TYPED = {"name": "Cykel 2027–2031", "first_year": "2027", "years": "5", "batches_per_year": "5"}


def page_of(cycle: Cycle) -> str:
    return reverse("admin:cycle", args=[cycle.pk])


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def planned(huvudman: int = 8) -> Cycle:
    """A small cycle of huvudmän in two län."""
    south = KommunFactory(code="1280", lan=LanFactory(code="12", name="Skåne län"))
    north = KommunFactory(code="2580", lan=LanFactory(code="25", name="Norrbottens län"))
    for number in range(huvudman):
        HuvudmanFactory(main_kommun=north if number % 2 else south, pupils=100)
    return plan_cycle(cycle=small_cycle(), actor=SYSTEM)


class TestList:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, as_planner, rows, django_assert_num_queries
    ) -> None:
        for number in range(rows):
            CycleFactory(name=f"Cykel {number}")
        as_planner.get(LIST)
        with django_assert_num_queries(4):
            response = as_planner.get(LIST)
        assert response.text.count('<th scope="row">') == rows

    def test_shows_how_many_huvudman_each_cycle_has(self, as_planner) -> None:
        planned(8)
        text = as_planner.get(LIST).text
        assert '<td class="num">8</td>' in text
        assert "badge-ok" in text

    def test_empty_offers_the_first_step_to_planners(self, client) -> None:
        client.force_login(planner())
        assert "Skapa den första cykeln" in client.get(LIST).text
        client.force_login(leader())
        assert "Skapa den första cykeln" not in client.get(LIST).text


class TestNew:
    def test_a_cycle_is_made_and_its_page_shown(self, as_planner) -> None:
        response = as_planner.post(NEW, TYPED, follow=True)
        cycle = Cycle.objects.get()
        assert (cycle.first_year, cycle.years, cycle.batches_per_year) == (2027, 5, 5)
        assert cycle.seed
        assert response.redirect_chain[-1][0] == page_of(cycle)
        assert AuditEntry.objects.get().verb == "cycle.created"

    @pytest.mark.parametrize(
        "typed", [{"name": ""}, {"years": "0"}, {"batches_per_year": "53"}, {"first_year": "27"}]
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, as_planner, typed) -> None:
        response = as_planner.post(NEW, TYPED | typed)
        assert response.status_code == 422
        assert "error-summary" in response.text
        assert all(f'value="{value}"' in response.text for value in (TYPED | typed).values() if value)
        assert not Cycle.objects.exists()

    def test_a_name_is_used_once(self, as_planner) -> None:
        CycleFactory(name=TYPED["name"])
        response = as_planner.post(NEW, TYPED)
        assert response.status_code == 422
        assert "Det finns redan en cykel med det namnet" in response.text
        assert Cycle.objects.count() == 1

    def test_overlapping_years_ask_for_a_tick_and_say_whom_it_concerns(self, as_planner) -> None:
        other = planned(8)
        assert "skapa cykeln ändå" not in as_planner.get(NEW).text
        response = as_planner.post(NEW, TYPED | {"first_year": "2028"})
        assert response.status_code == 422
        assert f"Åren överlappar ”{other.name}”. 4 huvudmän" in response.text
        assert "skapa cykeln ändå" in response.text
        assert Cycle.objects.count() == 1
        as_planner.post(NEW, TYPED | {"first_year": "2028", "beside_others": "on"})
        assert Cycle.objects.count() == 2

    def test_years_beside_another_cycle_need_no_tick(self, as_planner) -> None:
        planned(8)
        as_planner.post(NEW, TYPED | {"first_year": "2029"})
        assert Cycle.objects.count() == 2


class TestChange:
    def test_renamed_and_noted(self, as_planner) -> None:
        cycle = planned()
        url = reverse("admin:cycle_rename", args=[cycle.pk])
        assert url in as_planner.get(page_of(cycle)).text
        assert as_planner.get(url).status_code == 200
        assert "Nytt namn" in as_planner.post(url, {"name": "Nytt namn"}, follow=True).text
        entry = AuditEntry.objects.get(verb="cycle.renamed")
        assert entry.facts == {"was": cycle.name, "name": "Nytt namn"}

    def test_not_to_another_cycles_name(self, as_planner) -> None:
        cycle, other = small_cycle(), CycleFactory(name="Upptaget")
        response = as_planner.post(reverse("admin:cycle_rename", args=[cycle.pk]), {"name": other.name})
        assert response.status_code == 422
        assert "Det finns redan en cykel med det namnet" in response.text

    @pytest.mark.parametrize("drawn", [True, False])
    def test_taken_away_after_a_question(self, as_planner, drawn) -> None:
        cycle = planned() if drawn else small_cycle()
        url = reverse("admin:cycle_delete", args=[cycle.pk])
        assert "Vill du ta bort" in as_planner.get(url).text
        assert Cycle.objects.exists()
        assert "är borttagen" in as_planner.post(url, follow=True).text
        assert not Cycle.objects.exists()
        assert not Dialogue.objects.exists()
        facts = AuditEntry.objects.get(verb="cycle.deleted").facts
        assert facts == {"name": cycle.name, "batches": 4 if drawn else 0, "dialogues": 8 if drawn else 0}

    @pytest.mark.parametrize("state", sorted(set(BatchState) - {BatchState.DRAFT, BatchState.APPROVED}))
    @pytest.mark.parametrize("change", ["rename", "delete"])
    def test_not_when_a_batch_is_under_way(self, as_planner, state, change) -> None:
        cycle = planned()
        now, last = timezone.now(), timezone.localdate()
        cycle.batches.filter(number=1).update(state=state, send_at=now, answer_by=last)
        url = reverse(f"admin:cycle_{change}", args=[cycle.pk])
        assert url not in as_planner.get(page_of(cycle)).text
        for response in (as_planner.get(url), as_planner.post(url, {"name": "Nytt namn"})):
            assert response.status_code == 404
        for verb in (rename_cycle, delete_cycle):
            with pytest.raises(NotPossible, match="i gång"):
                verb(cycle=cycle, actor=SYSTEM, **({"name": "Nytt namn"} if verb is rename_cycle else {}))
        assert cycle.dialogues.count() == 8


class TestPage:
    def test_a_planned_cycle_shows_batches_counts_and_deviations(self, as_planner) -> None:
        cycle = small_cycle()
        HuvudmanFactory.create_batch(8)
        assert "Cykeln är inte fördelad" in as_planner.get(page_of(cycle)).text
        text = as_planner.get(page_of(plan_cycle(cycle=cycle, actor=SYSTEM))).text
        for words in ("2027:1", "2028:2", "Hur jämn är fördelningen?", "Barn och elever"):
            assert words in text

    def test_it_offers_to_lock_the_register_until_a_batch_is_approved(self, as_planner) -> None:
        cycle = planned()
        lock = reverse("admin:cycle_commit", args=[cycle.pk])
        assert lock in as_planner.get(page_of(cycle)).text
        cycle.batches.filter(number=1).update(state=BatchState.APPROVED)
        assert lock not in as_planner.get(page_of(cycle)).text

    @pytest.mark.parametrize("family", ["region", "size", "type", "cell", "region_type"])
    def test_every_family_can_be_shown(self, as_planner, family) -> None:
        assert as_planner.get(page_of(planned()), {"fordelning": family}).status_code == 200

    def test_an_unknown_family_is_not_found(self, as_planner) -> None:
        assert as_planner.get(page_of(planned()), {"fordelning": "orgnr"}).status_code == 404

    @pytest.mark.parametrize("count", [4, 12])
    def test_asks_the_same_number_of_questions_whatever_the_number(
        self, as_planner, count, django_assert_num_queries
    ) -> None:
        cycle = planned(count)
        as_planner.get(page_of(cycle))
        with django_assert_num_queries(21):
            as_planner.get(page_of(cycle))


def test_the_matrix_counts_each_level_in_each_year_or_in_a_years_batches() -> None:
    cycle = planned(8)
    years = count_matrix(cycle, "region")
    assert years.columns == [2027, 2028]
    assert years.rows == [("Skåne län", [2, 2], 4), ("Norrbottens län", [2, 2], 4)]
    assert years.pupils == ([400, 400], 800)
    batches = count_matrix(cycle, "region", 2028)
    assert batches.columns == [1, 2]
    assert batches.rows == [("Skåne län", [1, 1], 2), ("Norrbottens län", [1, 1], 2)]


def test_batches_stay_in_time_order_when_there_are_more_than_nine_a_year() -> None:
    for number in range(22):
        HuvudmanFactory(pupils=number)
    cycle = plan_cycle(cycle=CycleFactory(name="Lång", years=2, batches_per_year=11), actor=SYSTEM)
    cycle.refresh_from_db()
    for year in (2026, 2027):
        in_order = cycle.dialogues.filter(batch__year=year).order_by("batch__number")
        wanted = list(in_order.values_list("huvudman__pupils", flat=True))
        matrix = count_matrix(cycle, "all", year)
        assert matrix.columns == list(range(1, 12))
        assert matrix.pupils == (wanted, sum(wanted))


def test_the_page_shows_a_year_at_a_time_and_pages_its_batches(as_planner) -> None:
    HuvudmanFactory.create_batch(104)
    cycle = plan_cycle(cycle=CycleFactory(name="Lång", years=2, batches_per_year=52), actor=SYSTEM)
    page = as_planner.get(page_of(cycle))
    assert page.context["matrix"].columns == [2026, 2027]
    assert len(page.context["batches"]) == 50
    page = as_planner.get(page_of(cycle), {"ar": "2027", "fordelning": "size", "page": "3"})
    assert len(page.context["matrix"].columns) == 52
    assert [row["batch"].number for row in page.context["batches"]] == [49, 50, 51, 52]
    assert 'href="?ar=2026&amp;fordelning=size#antal"' in page.text
    assert as_planner.get(page_of(cycle), {"ar": "2029"}).status_code == 404


def test_the_certificate_can_be_fetched(as_planner) -> None:
    cycle = planned()
    response = as_planner.get(reverse("admin:cycle_certificate", args=[cycle.pk]))
    assert "attachment" in response["Content-Disposition"]
    assert json.loads(response.content)["input_sha256"] == cycle.certificate["input_sha256"]
    assert as_planner.get(reverse("admin:cycle_certificate", args=[CycleFactory().pk])).status_code == 404


@pytest.mark.parametrize("role", [None, *StaffRole])
def test_all_staff_read_but_only_planners_plan(client, role) -> None:
    client.force_login(staff_user(role) if role else UserFactory())
    cycle = small_cycle()
    assert client.get(page_of(cycle)).status_code == (200 if role else 302)
    wanted = {None: 302, StaffRole.PLANNER: 200}.get(role, 403)
    assert client.get(NEW).status_code == wanted
