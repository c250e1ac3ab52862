"""Journeys beside evenness on the pages of draws."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from dialogues.domain import draw_work, draws, swaps
from dialogues.models import Cycle, Draw
from dialogues.plan_travel import alternative, trades_of
from dialogues.planning.travel import hours_to
from huvudman.models import Lan, RegionalOffice
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import committed, drawn, huvudman_in_two_lan, somebody
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db
OF_REGION = ("office", "region", "region_size", "region_type", "cell")


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan(16)
    for code, town in (("12", "Malmö"), ("25", "Luleå")):
        Lan.objects.filter(code=code).update(office=RegionalOffice.objects.create(name=town))


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def trial(cycle: Cycle, *by_year_only: str, batches_per_year: int = 2) -> Draw:
    """A trial that has been made: the län in every batch, or only year by year."""
    even = draws.Even(by_year_only=by_year_only)
    draw = draws.try_draw(
        cycle=cycle, years=2, batches_per_year=batches_per_year, why="", actor=somebody(), even=even
    )
    draw_work.work_on(draw.pk)
    draw.refresh_from_db()
    return draw


def page_of(draw: Draw) -> str:
    return reverse("admin:draw", args=[draw.public_id])


def rows_of(page: str) -> list[list[str]]:
    """The cells of the table, as text."""
    table = page.split('id="resor"')[1].split("</table>")[0].split("<tbody>")[1]
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in table.split("</tr>")[:-1]
    ]


def test_journeys_are_counted_from_the_office_of_each_lan() -> None:
    (row,) = trades_of([trial(small_cycle())]).rows
    assert (row.travel.trips, row.travel.unplaced) == (8, 0)
    assert row.travel.hours == 8 * 2 * hours_to("12", "Malmö") == 16
    assert (row.batch, row.year) == (0, 0)


def test_gathered_it_takes_fewer_journeys_and_is_less_even() -> None:
    cycle = small_cycle()
    even, gathered = trades_of([trial(cycle), trial(cycle, *OF_REGION)]).rows
    assert gathered.travel.trips == 4 < even.travel.trips
    assert gathered.batch > 1 > gathered.year
    assert (even.evened, gathered.evened) == ("i varje omgång", "år för år")


def test_swaps_count() -> None:
    draw = drawn(committed(batches_per_year=1, years=2))
    before = trades_of([draw]).rows[0]
    region = {row["id"]: row["region"] for row in draw.units}
    north = [unit for unit, block in draw.assignment.items() if block == "1:1" and region[unit] == "25"]
    south = [unit for unit, block in draw.assignment.items() if block == "2:1" and region[unit] == "12"]
    for first, second in zip(north[:2], south[:2], strict=True):
        swaps.swap_places(draw=draw, first=first, second=second, reason="Resor", actor=somebody())
    draw.refresh_from_db()
    after = trades_of([draw]).rows[0]
    assert (before.travel.trips, after.travel.trips) == (4, 6)
    assert after.batch > before.batch


def test_the_page_shows_the_trade_with_a_trial_that_does_it_the_other_way(as_planner: Client) -> None:
    draw = drawn()
    page = as_planner.get(page_of(draw)).text
    assert [row[1:3] for row in rows_of(page)] == [["i varje omgång", "8"]]
    assert "Provlotta med länen jämnade på det andra sättet" in page
    trial(draw.cycle, *OF_REGION, batches_per_year=3)
    assert len(rows_of(as_planner.get(page_of(draw)).text)) == 1
    other = trial(draw.cycle, *OF_REGION)
    page = as_planner.get(page_of(draw)).text
    assert [row[1:4] for row in rows_of(page)] == [["i varje omgång", "8", "16"], ["år för år", "4", "8"]]
    assert "Skillnaden är 8 timmars resor" in page
    assert page_of(other) in page
    assert [row[1:3] for row in rows_of(as_planner.get(page_of(other)).text)] == [
        ["år för år", "4"],
        ["i varje omgång", "8"],
    ]


def test_the_comparison_shows_it_for_any_two(as_planner: Client) -> None:
    draw = drawn()
    other = trial(draw.cycle, batches_per_year=1)
    url = reverse("admin:draw_compare", args=[draw.public_id])
    page = as_planner.get(url, {"med": str(other.public_id)}).text
    assert [row[2] for row in rows_of(page)] == ["8", "4"]


def test_what_is_not_known_is_told(as_planner: Client) -> None:
    HuvudmanFactory(main_kommun=None)
    RegionalOffice.objects.filter(name="Luleå").update(name="Kontor nord")
    page = as_planner.get(page_of(drawn())).text
    assert "residensstaden: Kontor nord." in page
    assert "1 huvudman saknar län och är inte med." in page


def test_the_alternative_is_the_latest_of_the_same_shape() -> None:
    cycle = small_cycle()
    even, older, newer = trial(cycle), trial(cycle, *OF_REGION), trial(cycle, *OF_REGION)
    assert alternative(even, [even, newer, older]) == newer
    assert alternative(older, [newer]) is None
