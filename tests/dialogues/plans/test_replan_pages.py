"""The pages of a replan: what has changed, what is asked for, whom it moves, and another who approves."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import StaffRole
from dialogues.domain import draw_work, engine
from dialogues.domain.plan_approval import approve_plan
from dialogues.lottery_report import REPLAN_FILES
from dialogues.models import Draw, DrawKind
from dialogues.models import DrawState as S
from dialogues.plan_heat import block_name
from dialogues.planning import Plan
from dialogues.planning.replan import replan as engine_replan
from huvudman.models import Huvudman
from tests.accounts.factories import planner, staff_user
from tests.dialogues.plans.draws import approved, drawn, huvudman_in_two_lan, somebody
from tests.dialogues.plans.replans import asked, in_force, places_of, reality_changes, replanned
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def at(name: str, draw: Draw, *more: str) -> str:
    return reverse(f"admin:{name}", args=[draw.public_id, *more])


def sent(why: str = "Registret har ändrats", **rows: str) -> dict[str, str]:
    """What the page sends: the reason, and rows such as `granser-0-region`."""
    managed = {
        f"{prefix}-{name}": number
        for prefix in ("granser", "vanta")
        for name, number in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))
    }
    return managed | {"why": why} | {name.replace("_", "-"): value for name, value in rows.items()}


def test_from_what_has_changed_to_a_plan_in_force(client) -> None:
    parent = approved()
    gone, come = reality_changes(parent)
    client.force_login(planner())
    assert "Planera om" in client.get(at("draw", parent)).text
    page = client.get(at("draw_replan", parent)).text
    for text in ("1 har upphört", "1 är ny", Huvudman.objects.get(public_id=gone).name):
        assert text in page
    assert 'role="status"' in client.post(at("draw_replan", parent), sent(), follow=True).text
    replan = Draw.objects.get(kind=DrawKind.REPLAN)
    draw_work.work_on(replan.pk)
    replan.refresh_from_db()
    page = client.get(at("draw", replan)).text
    assert "Vad omplaneringen ändrar" in page
    assert "Kasta omplaneringen" in page
    page = client.get(at("draw_changes", replan))
    assert {row.id for row in page.context["page"]} >= {gone, come}
    approve = at("draw_deed", replan, "godkann")
    assert "En annan planerare" in client.post(approve).text
    client.force_login(planner())
    assert "Omplaneringen är godkänd" in client.post(approve, {"seen": "0"}, follow=True).text
    assert places_of(replan) == replan.assignment
    page = client.get(at("draw", parent)).text
    assert "En omplanering har ersatt den här planen." in page
    assert "Att göra</h2>" not in page


class TestAsking:
    def test_nothing_has_changed(self, as_planner) -> None:
        parent = approved()
        assert "Inget har ändrats" in as_planner.get(at("draw_replan", parent)).text
        page = as_planner.post(at("draw_replan", parent), sent())
        assert page.status_code == 422
        assert "finns inget att planera om" in page.text

    def test_limits_and_waiting(self, as_planner) -> None:
        parent = approved()
        unit = next(unit for unit, block in parent.assignment.items() if block.startswith("1:"))
        name = Huvudman.objects.get(public_id=unit).name
        rows = {"granser_0_region": "12", "granser_0_block": "1:1", "granser_0_most": "0"}
        rows |= {"vanta_0_huvudman": name, "vanta_0_year": "2"}
        page = as_planner.post(at("draw_replan", parent), sent(**rows), follow=True).text
        assert "Högst 0 från Skåne län i omgång 2027:1" in page
        assert f"{name} tidigast 2028" in page
        replan = Draw.objects.get(kind=DrawKind.REPLAN)
        assert (replan.capacity, replan.waits) == ([["12", 1, 1, 0]], {unit: 2})

    def test_two_limits_for_the_same_are_refused_by_name(self, as_planner) -> None:
        parent = approved()
        rows, two = {}, {"granser-TOTAL_FORMS": "2"}
        for number in "01":
            at_row = f"granser_{number}"
            rows |= {f"{at_row}_region": "12", f"{at_row}_block": "1:1", f"{at_row}_most": number}
        page = as_planner.post(at("draw_replan", parent), sent(**rows) | two)
        assert page.status_code == 422
        assert "Skåne län har redan en gräns i omgång 2027:1." in page.text
        assert Draw.objects.count() == 1
        apart = as_planner.post(at("draw_replan", parent), sent(**rows) | two | {"granser-1-block": "1:2"})
        assert apart.status_code == 302
        assert Draw.objects.get(kind=DrawKind.REPLAN).capacity == [["12", 1, 1, 0], ["12", 1, 2, 1]]

    def test_one_huvudman_cannot_wait_twice(self, as_planner) -> None:
        parent = approved()
        name = Huvudman.objects.get(public_id=min(parent.assignment)).name
        rows, two = {}, {"vanta-TOTAL_FORMS": "2"}
        for number, year in (("0", "1"), ("1", "2")):
            rows |= {f"vanta_{number}_huvudman": name, f"vanta_{number}_year": year}
        page = as_planner.post(at("draw_replan", parent), sent(**rows) | two)
        assert page.status_code == 422
        assert "Huvudmannen står redan i en annan rad." in page.text
        assert Draw.objects.count() == 1

    def test_they_are_there_when_it_is_planned_again(self, as_planner) -> None:
        unit = min(approved().assignment)
        replan = in_force(Draw.objects.get(), capacity=[("12", 1, 1, 0)], waits={unit: 2})
        page = as_planner.get(at("draw_replan", replan))
        assert [form.initial for form in page.context["asked"].capacity.forms][0] == {
            "region": "12",
            "block": "1:1",
            "most": 0,
        }
        assert page.context["asked"].waits.forms[0].initial["year"] == "2"

    def test_more_rows_lose_nothing_and_ask_for_nothing(self, as_planner) -> None:
        parent = approved()
        rows = {"granser_0_region": "12", "vanta_0_huvudman": "Skol AB", "fler": "1"}
        page = as_planner.post(at("draw_replan", parent), sent("Snart", **rows))
        assert page.status_code == 200
        asked_for = page.context["asked"]
        assert (len(asked_for.capacity.forms), len(asked_for.waits.forms)) == (4, 4)
        assert 'value="Skol AB"' in page.text
        assert "Snart</textarea>" in page.text
        assert Draw.objects.count() == 1

    @pytest.mark.parametrize(
        ("rows", "problem"),
        [
            ({"vanta_0_huvudman": "Finns inte", "vanta_0_year": "2"}, "Ingen huvudman"),
            ({"vanta_0_huvudman": "Lika", "vanta_0_year": "2"}, "Flera passar: Lika ett, Lika två"),
            ({"granser_0_region": "12"}, "Omgång"),
            ({"granser_0_region": "12", "granser_0_block": "9:9", "granser_0_most": "1"}, "Omgång"),
            ({"granser_0_region": "12", "granser_0_block": "1:1", "granser_0_most": "-1"}, "Högst så många"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, as_planner, rows, problem) -> None:
        HuvudmanFactory(name="Lika ett")
        HuvudmanFactory(name="Lika två")
        parent = approved()
        page = as_planner.post(at("draw_replan", parent), sent(**rows))
        assert page.status_code == 422
        assert problem in page.text
        assert "Registret har ändrats</textarea>" in page.text
        assert Draw.objects.count() == 1

    def test_only_the_plan_in_force_is_planned_again(self, as_planner) -> None:
        draw = drawn()
        assert as_planner.get(at("draw_replan", draw)).status_code == 302
        assert "Planera om</a>" not in as_planner.get(at("draw", draw)).text

    def test_only_planners_ask_and_all_staff_read(self, client) -> None:
        replan = replanned()
        client.force_login(staff_user(StaffRole.LEADER))
        assert client.get(at("draw_replan", replan.parent)).status_code == 403
        assert client.post(at("draw_replan", replan.parent), sent()).status_code == 403
        assert client.get(at("draw_changes", replan)).status_code == 200
        page = client.get(at("draw", replan.parent)).text
        assert "Att göra</h2>" not in page

    @pytest.mark.parametrize("more", [0, 4])
    def test_asks_the_same_number_of_questions_whatever_the_number(
        self, as_planner, more, django_assert_num_queries
    ) -> None:
        parent = approved()
        reality_changes(parent)
        HuvudmanFactory.create_batch(more)
        as_planner.get(at("draw_replan", parent))
        with django_assert_num_queries(11):
            as_planner.get(at("draw_replan", parent))


class TestChanges:
    def test_search_and_kinds(self, as_planner) -> None:
        parent = approved()
        gone, come = reality_changes(parent)
        replan = replanned(parent)

        def shown(**query: str) -> set[str]:
            return {row.id for row in as_planner.get(at("draw_changes", replan), query).context["page"]}

        assert shown(slag="nya") == shown(q=come) == {come}
        assert shown(slag="lamnar") == {gone}
        assert shown(q=Huvudman.objects.get(public_id=gone).name[:6].lower()) >= {gone}
        page = as_planner.get(at("draw_changes", replan), {"q": "finns inte"}).text
        assert "Ingen huvudman matchar" in page
        assert as_planner.get(at("draw_changes", replan), {"slag": "x", "page": "99"}).status_code == 200

    def test_even_before_and_after(self, as_planner) -> None:
        replan = replanned()
        page = as_planner.get(at("draw_changes", replan))
        whole = next(row for row in page.context["evenness"] if row["family"] == "all")
        assert whole["before"] > whole["after"] == 0

    @pytest.mark.parametrize("name", ["draw", "draw_changes"])
    def test_the_least_that_must_move_is_told(self, as_planner, name) -> None:
        unit = min(approved().assignment)
        replan = replanned(Draw.objects.get(), waits={unit: 2})
        page = as_planner.get(at(name, replan))
        assert page.context["moved_bound"] == replan.certificate["moved_bound"]
        assert "Minst så många måste flyttas" in page.text
        assert "Registret har ändrats sedan det sparades" not in page.text

    @pytest.mark.parametrize("name", ["draw", "draw_changes"])
    def test_that_nobody_must_move_is_proved_also_where_some_do(
        self, as_planner, monkeypatch: pytest.MonkeyPatch, name
    ) -> None:
        def none_must(*args: Any, **kwargs: Any) -> Plan:
            made = engine_replan(*args, **kwargs)
            return Plan(made.assignment, {**made.certificate, "moved": 1, "moved_bound": 0})

        monkeypatch.setattr(engine, "replan", none_must)
        replan = replanned()
        facts = as_planner.get(at(name, replan)).text.split("Minst så många måste flyttas")[1][:200]
        assert "<dd>0 " in facts
        assert "bevisat för varje plan som är lika jämn" in facts

    def test_as_files(self, as_planner) -> None:
        parent = approved()
        gone, come = reality_changes(parent)
        replan = replanned(parent)
        book = load_workbook(io.BytesIO(as_planner.get(at("draw_changes_file", replan, "xlsx")).content))
        rows = {row[0]: row[3:] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
        assert rows[gone][0]
        assert not rows[gone][1]
        assert rows[come][1]
        text = as_planner.get(at("draw_changes_file", replan, "csv")).content.decode()
        assert {line.split(";")[0] for line in text.splitlines()[1:]} == set(rows)
        assert as_planner.get(at("draw_changes_file", replan, "pdf")).status_code == 404

    @pytest.mark.parametrize("make", [approved, asked])
    def test_only_of_a_replan_that_has_been_made(self, as_planner, make) -> None:
        draw = make()
        assert as_planner.get(at("draw_changes", draw)).status_code == 404
        assert as_planner.get(at("draw_changes_file", draw, "csv")).status_code == 404

    @pytest.mark.parametrize("more", [0, 4])
    def test_asks_the_same_number_of_questions_whatever_the_number(
        self, as_planner, more, django_assert_num_queries
    ) -> None:
        parent = approved()
        reality_changes(parent)
        HuvudmanFactory.create_batch(more)
        replan = replanned(parent)
        as_planner.get(at("draw_changes", replan))
        with django_assert_num_queries(7):
            as_planner.get(at("draw_changes", replan))

    def test_thrown_away_with_a_reason_the_plan_stands(self, as_planner) -> None:
        replan = replanned()
        page = as_planner.post(at("draw_deed", replan, "kasta"), {"why": "Fel gräns"}, follow=True).text
        assert "Planen gäller som förut" in page
        replan.refresh_from_db()
        assert (replan.state, replan.parent.state) == (S.DISCARDED, S.APPROVED)
        assert as_planner.get(at("draw_changes", replan)).status_code == 200


def test_a_replan_waits_to_be_planned_anew(as_planner) -> None:
    page = as_planner.get(at("draw", asked())).text
    assert "Väntar på att planeras om" in page
    assert "Väntar på att lottas" not in page


class TestPublic:
    def test_the_report_says_that_the_plan_was_replanned_and_why(self, client) -> None:
        lottery = approved()
        _gone, come = reality_changes(lottery)
        page = reverse("lottery", args=[lottery.public_id])
        assert "Omplaneringar</h2>" not in client.get(page).text
        made = replanned(lottery)
        assert "Omplaneringar</h2>" not in client.get(page).text  # not before it is approved
        replan = approve_plan(draw=made, actor=somebody())
        text = client.get(page).text
        for told in ("Omplaneringar</h2>", "Registret har ändrats", replan.commitment_sha256):
            assert told in text
        assert come not in text
        block = block_name(replan.assignment[come], lottery.cycle.first_year)
        assert f"Ni ligger i omgång {block}." in client.get(page, {"beteckning": come}).text
        assert client.get(reverse("lottery_pdf", args=[lottery.public_id])).status_code == 200

    def test_its_files_are_enough_to_check_it(self, client, tmp_path) -> None:
        replan = in_force()
        found = {}
        for name in REPLAN_FILES:
            response = client.get(reverse("lottery_file", args=[replan.public_id, name]))
            assert response.status_code == 200
            found[name] = tmp_path / name
            found[name].write_bytes(response.content)
        assert hashlib.sha256(found["register.json"].read_bytes()).hexdigest() == replan.input_sha256
        assert hashlib.sha256(found["lasning.json"].read_bytes()).hexdigest() == replan.commitment_sha256
        files = {"input": "register.csv", "plan": "plan.csv", "certificate": "intyg.json"}
        checked = {option: found[name] for option, name in files.items()}
        call_command("verify_plan", **checked, previous=found["forra-planen.csv"])
        call_command("verify_plan", **checked, previous=found["forra-planen.csv"], again=True)
        with pytest.raises(CommandError, match="tidigare plan"):
            call_command("verify_plan", **checked, previous=found["plan.csv"])

    @pytest.mark.parametrize("name", ["lasning.json", "plan.csv", "forra-planen.csv"])
    def test_nothing_of_it_before_it_is_approved(self, client, name) -> None:
        replan = replanned()
        assert client.get(reverse("lottery_file", args=[replan.public_id, name])).status_code == 404
        assert client.get(reverse("lottery", args=[replan.public_id])).status_code == 404
