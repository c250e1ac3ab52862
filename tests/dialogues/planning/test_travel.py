"""Journeys: their model, and regions gathered in fewer batches where they are even only year by year."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.planning import Block, Plan, Rules, Unit, plan
from dialogues.planning.travel import RESIDENCE, TOWNS, Travel, apart_km, hours_to, travel_of
from dialogues.planning.verify import verify
from tests.dialogues.planning.registers import register, units_of

OF_REGION = frozenset({"region", "region_size", "region_type", "cell"})
BY_YEAR = Rules(by_year_only=OF_REGION)
UNITS = [replace(unit, region=sorted(RESIDENCE)[int(unit.region)]) for unit in register(600)]


def travel(units: list[Unit], made: Plan) -> Travel:
    return travel_of(((u.region, u.office, str(made.assignment[u.id])) for u in units), {})


class TestModel:
    def test_every_lan_has_its_town(self) -> None:
        assert len(RESIDENCE) == 21
        assert set(RESIDENCE.values()) <= set(TOWNS)

    @pytest.mark.parametrize(
        ("one", "other", "km"),
        [("Stockholm", "Göteborg", 398), ("Malmö", "Luleå", 1225), ("Gävle", "Gävle", 0)],
    )
    def test_the_shortest_way_is_as_on_the_map(self, one: str, other: str, km: float) -> None:
        assert apart_km(TOWNS[one], TOWNS[other]) == pytest.approx(km, rel=0.02, abs=1)

    def test_a_way_is_at_least_an_hour_and_longer_than_the_shortest(self) -> None:
        assert hours_to("25", "Luleå") == hours_to("25", "nowhere") == 1
        assert hours_to("24", "Luleå") == pytest.approx(apart_km(TOWNS["Luleå"], TOWNS["Umeå"]) * 1.3 / 75)

    def test_one_journey_for_every_five_of_a_lan_in_a_batch(self) -> None:
        placed = [("25", "1", "1:1")] * 6 + [("25", "1", "1:2")] * 5 + [("", "1", "1:1")] * 3
        assert travel_of(placed, {"1": "Luleå"}) == Travel(trips=3, hours=6.0, unplaced=3)

    def test_no_plan_has_no_journeys(self) -> None:
        assert travel_of([], {}) == Travel(0, 0.0, 0)


class TestGathering:
    def test_fewer_journeys_and_all_else_as_even(self) -> None:
        even = plan(UNITS, years=3, batches=4, seed="a")
        gathered = plan(UNITS, years=3, batches=4, seed="a", rules=BY_YEAR)
        verify(UNITS, gathered.assignment, gathered.certificate)
        assert travel(UNITS, gathered).hours < 0.9 * travel(UNITS, even).hours
        assert gathered.certificate["breaches"] == []
        worst = gathered.certificate["worst"]
        assert all(found["year"]["deviation"] < 1 for found in worst.values())
        assert all(found["batch"]["deviation"] < 1 for name, found in worst.items() if name not in OF_REGION)
        assert worst["region"]["batch"]["deviation"] > 1

    def test_the_order_of_the_file_does_not_matter(self) -> None:
        one = plan(UNITS, years=2, batches=3, seed="a", rules=BY_YEAR)
        other = plan(UNITS[::-1], years=2, batches=3, seed="a", rules=BY_YEAR)
        assert (one.assignment, one.certificate) == (other.assignment, other.certificate)

    def test_cells_that_are_even_in_every_batch_leave_nothing_to_gather(self) -> None:
        rules = Rules(by_year_only=frozenset({"region"}))
        made = plan(UNITS, years=2, batches=3, seed="a", rules=rules)
        assert made.certificate["worst"]["cell"]["batch"]["deviation"] < 1

    def test_a_capacity_is_kept(self) -> None:
        rules = replace(BY_YEAR, capacity={("01", Block(1, 1)): 3})
        made = plan(UNITS, years=2, batches=3, seed="a", rules=rules)
        assert sum(u.region == "01" and made.assignment[u.id] == Block(1, 1) for u in UNITS) <= 3

    def test_everyone_has_the_same_chance_of_every_batch(self) -> None:
        """Over many seeds each huvudman is as often in each batch: chi-square near its degrees of freedom."""
        units, draws, came = UNITS[:60], 120, defaultdict(Counter)
        for seed in range(draws):
            for unit, block in plan(
                units, years=2, batches=2, seed=f"s{seed}", rules=BY_YEAR
            ).assignment.items():
                came[unit][block] += 1
        expected = draws / 4
        chi = sum(
            (came[u.id][Block(y, b)] - expected) ** 2 / expected
            for u in units
            for y in (1, 2)
            for b in (1, 2)
        )
        assert chi / (len(units) * 3) == pytest.approx(1, abs=0.2)

    @settings(max_examples=15, deadline=None)
    @given(units_of(), st.booleans())
    def test_the_verifier_agrees(self, units: list[Unit], office: bool) -> None:
        rules = Rules(by_year_only=OF_REGION | ({"office"} if office else set()))
        made = plan(units, years=2, batches=3, seed="a", rules=rules)
        assert set(made.assignment) == {unit.id for unit in units}
        verify(units, made.assignment, made.certificate)
