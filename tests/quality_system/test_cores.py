"""Comparison, disclosure, weighting and central areas: the cores that think without a database."""

from __future__ import annotations

import statistics
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality_system import disclosure, values
from quality_system.analysis import CentralKind, central_areas, distance_of, weight_of
from quality_system.bounds import Sum
from quality_system.comparison import Member, Place, Spread, place_in, quantile, spread_of
from quality_system.figures import Group, IndicatorFigures
from quality_system.models.edition import LEAST_GROUP, LEAST_SHORT
from quality_system.values import Value, ValueKind, number
from quality_system.weighting import NotComputable, Part, weighted_figure
from tests.quality_system.test_charts import FIGURES

PERCENT = st.decimals(0, 100, places=1)
VALUE = PERCENT.map(number) | st.sampled_from(
    [values.MISSING, values.SUPPRESSED, values.NEARLY_ALL, values.NOT_APPLICABLE]
)


def members(*numbers: float) -> list[Member]:
    return [Member(n, Decimal(str(number))) for n, number in enumerate(numbers)]


# comparison -----------------------------------------------------------------------------------------------
@given(st.lists(st.integers(-1000, 1000), min_size=10, max_size=60))
def test_the_spread_is_the_quartiles(numbers: list[int]) -> None:
    spread = spread_of(members(*numbers))
    assert spread is not None
    low, median, high = statistics.quantiles(numbers, n=4, method="inclusive")
    assert [float(n) for n in (spread.q1, spread.median, spread.q3)] == pytest.approx([low, median, high])
    assert (spread.p5 is None) == (len(numbers) < 41)


@given(st.lists(PERCENT, min_size=41, max_size=200))
def test_the_spread_is_in_order(numbers: list[Decimal]) -> None:
    spread = spread_of(members(*map(float, numbers)))
    assert spread is not None
    assert spread.p5 is not None
    assert spread.p95 is not None
    assert min(numbers) <= spread.p5 <= spread.q1 <= spread.median <= spread.q3 <= spread.p95 <= max(numbers)


def test_nine_huvudman_or_one_koncern_are_no_group() -> None:
    assert spread_of(members(*range(9))) is None
    assert spread_of([Member("koncern", Decimal(n)) for n in range(30)] + members(*range(8))) is None
    assert spread_of([]) is None
    assert spread_of([], minimum=0) is None


def test_quantile_between_neighbours() -> None:
    assert quantile([Decimal(1), Decimal(2)], 50) == Decimal("1.5")
    assert quantile([Decimal(1)], 95) == 1


@pytest.mark.parametrize(
    ("own", "place"), [("9.9", "lower"), ("10", "middle"), ("20", "middle"), ("20.1", "upper")]
)
def test_place(own: str, place: str) -> None:
    assert place_in(Spread(10, Decimal(10), Decimal(15), Decimal(20)), Decimal(own)) is Place(place)


# disclosure -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("based_on", "level", "smallest", "reason"),
    [
        ("pupils", "unit", 10, "few_pupils"),
        ("pupils", "huvudman", 5, "few_pupils"),
        ("teachers", "unit", 3, "few_teachers"),
        ("answers", "unit", 5, "few_answers"),
    ],
)
def test_the_smallest_group(based_on: str, level: str, smallest: int, reason: str) -> None:
    hidden = disclosure.protect(number(50), count=smallest - 1, based_on=based_on, level=level)
    assert (hidden.kind, hidden.number, hidden.reason) == (ValueKind.SUPPRESSED, None, reason)
    assert disclosure.protect(number(50), count=smallest, based_on=based_on, level=level) == number(50)


@pytest.mark.parametrize(
    ("share", "count", "kind"),
    [("100", 50, "number"), ("98", 50, "nearly_all"), ("92", 50, "nearly_all"), ("90", 50, "number")],
)
def test_one_to_four_who_fall_short_are_not_told(share: str, count: int, kind: str) -> None:
    shown = disclosure.protect(number(share), count=count, based_on="pupils", level="huvudman", is_share=True)
    assert shown.kind == kind


@given(VALUE, st.none() | st.integers(0, 100), st.booleans())
def test_protection_never_shows_more(value: Value, count: int | None, is_share: bool) -> None:
    shown = disclosure.protect(value, count=count, based_on="pupils", level="unit", is_share=is_share)
    assert shown.number in {None, value.number}
    again = disclosure.protect(shown, count=count, based_on="pupils", level="unit", is_share=is_share)
    assert again == shown


SHARE = disclosure.Rule(based_on="pupils", unit="%")
FIGURE = st.builds(disclosure.Figure, VALUE, st.none() | st.integers(0, 99))


@given(FIGURE, FIGURE, FIGURE, st.sampled_from(["%", "index", "poäng", "kronor"]))
def test_girls_and_boys_are_shown_together_or_not_at_all(
    total: disclosure.Figure, girls: disclosure.Figure, boys: disclosure.Figure, unit: str
) -> None:
    shown = disclosure.protect_sexes(total, girls, boys, disclosure.Rule("pupils", unit))
    numbers = [value.number for value in shown[1:] if value.number is not None]
    assert len(numbers) in {0, 2}
    if shown[0].is_hidden:
        assert not numbers
    for before, after in zip((total, girls, boys), shown, strict=True):
        assert after.number in {None, before.value.number}
    assert ValueKind.NEARLY_ALL not in {value.kind for value in shown[1:]}


@given(FIGURE, st.dictionaries(st.text(max_size=3), FIGURE, min_size=2, max_size=6))
def test_one_hidden_part_is_never_alone(
    whole: disclosure.Figure, parts: dict[str, disclosure.Figure]
) -> None:
    figures = {"the whole": whole} | parts
    shown = disclosure.protect_figures(figures, [Sum("the whole", tuple(parts))], SHARE)
    hidden = [name for name in parts if shown[name].is_hidden]
    if not shown["the whole"].is_hidden:
        assert len(hidden) != 1
    assert all(shown[name].number in {None, figure.value.number} for name, figure in figures.items())


def test_the_smallest_shown_part_is_hidden_beside_the_hidden_one() -> None:
    figures = {
        "whole": disclosure.Figure(number(66), 114),
        "a": disclosure.Figure(values.SUPPRESSED, 4),
        "b": disclosure.Figure(number(70), 90),
        "c": disclosure.Figure(number(60), 20),
    }
    shown = disclosure.protect_figures(figures, [Sum("whole", ("a", "b", "c"))], SHARE)
    assert [name for name, value in shown.items() if value.is_hidden] == ["a", "c"]
    assert shown["c"].reason == disclosure.DERIVABLE


@pytest.mark.parametrize(
    ("share", "unit", "kind"),
    [
        ("100", "%", "nearly_all"),
        ("0", "%", "suppressed"),
        ("6.7", "%", "suppressed"),
        ("50", "%", "number"),
        ("10", "index", "suppressed"),
        ("340", "poäng", "suppressed"),
        ("230", "poäng", "number"),
    ],
)
def test_a_total_that_tells_of_everybody_gives_way_to_hidden_sexes(share: str, unit: str, kind: str) -> None:
    girls, boys = disclosure.Figure(number(share), 4), disclosure.Figure(number(share), 26)
    rule = disclosure.Rule("pupils", unit)
    total, *sexes = disclosure.protect_sexes(disclosure.Figure(number(share), 30), girls, boys, rule)
    assert total.kind == kind
    assert all(value.kind is ValueKind.SUPPRESSED for value in sexes)
    many = disclosure.Figure(number(100), 15)
    alone = disclosure.protect_sexes(disclosure.Figure(number(100), 30), many, many, SHARE)
    assert [value.number for value in alone] == [100, 100, 100]


def test_a_total_without_a_count_gives_way_at_its_ends() -> None:
    """Where the source gives no counts the total still does not tell of a hidden sex that all reach."""
    hidden = disclosure.Figure(values.SUPPRESSED, None)
    for share, kind in (("100", "nearly_all"), ("0", "suppressed"), ("99", "number")):
        total, *_sexes = disclosure.protect_sexes(
            disclosure.Figure(number(share), None), hidden, disclosure.Figure(number(share), None), SHARE
        )
        assert total.kind == kind


@pytest.mark.parametrize(
    ("kind", "costs"), [("kommun", True), ("kommunalforbund", True), ("enskild", False), ("region", False)]
)
def test_costs_are_published_for_kommunala_only(kind: str, costs: bool) -> None:
    assert disclosure.is_published("kommunala", kind) is costs
    assert disclosure.is_published("everyone", kind)


# weighting ------------------------------------------------------------------------------------------------
def part(code: str, value: Value, count: int | None = 10) -> Part:
    return Part(code, value, count)


@pytest.mark.parametrize(
    ("parts", "expected", "answer"),
    [
        ([part("a", number(80), 30), part("b", number(90), 10)], {"a", "b"}, number("82.5")),
        ([part("a", number(80), 30)], set(), number(80)),
        ([], {"a"}, NotComputable.NO_UNITS),
        ([part("a", number(80))], {"a", "b"}, NotComputable.UNITS_LACKING),
        ([part("a", number(80)), part("b", values.SUPPRESSED)], {"a", "b"}, NotComputable.HIDDEN_PARTS),
        ([part("a", number(80)), part("b", values.NEARLY_ALL)], {"a", "b"}, NotComputable.HIDDEN_PARTS),
        ([part("a", number(80)), part("b", values.MISSING)], set(), NotComputable.HIDDEN_PARTS),
        ([part("a", values.approximate(360))], {"a"}, NotComputable.ROUNDED_PARTS),
        ([part("a", number(80), None)], {"a"}, NotComputable.COUNTS_UNKNOWN),
        ([part("a", number(80), 0)], {"a"}, NotComputable.COUNTS_UNKNOWN),
    ],
)
def test_a_huvudmans_figure_from_its_units(
    parts: list[Part], expected: set[str], answer: Value | NotComputable
) -> None:
    assert weighted_figure(parts, expected) == answer


# central areas --------------------------------------------------------------------------------------------
def measured(key: str, area: str, own: float | Value, direction: str = "up") -> IndicatorFigures:
    """Figures in a group with median 50 and a middle half from 40 to 60."""
    group = Group("kommun", "s4", Spread(50, Decimal(40), Decimal(50), Decimal(60)))
    value = own if isinstance(own, Value) else number(str(own))
    return replace(
        FIGURES, key=key, area=area, sub_goal=f"mål {key}", own=value, group=group, direction=direction
    )


def test_the_three_areas_come_first_then_the_clear_ones() -> None:
    figures = [
        measured("a", "learning", 20), measured("b", "learning", 25), measured("c", "quality", 55),
        measured("d", "equity", 49), measured("e", "quality", 51), measured("f", "learning", 85),
    ]  # fmt: skip
    chosen = central_areas(figures)
    assert [c.figures.key for c in chosen] == ["f", "a", "b", "c", "d"]
    assert [c.kind for c in chosen] == ["strength", "need", "need", "strength", "need"]


def test_at_least_one_strength_joins() -> None:
    needs = [
        measured(key, area, 10)
        for key, area in zip("abcdef", ["learning", "quality", "equity"] * 2, strict=True)
    ]
    chosen = central_areas([*needs, measured("z", "quality", 50.5)])
    assert len(chosen) == 5
    assert [c.figures.key for c in chosen if c.kind is CentralKind.STRENGTH] == ["z"]
    assert {c.area for c in chosen} == {"learning", "quality", "equity"}


def test_lower_may_be_better_and_some_have_no_direction() -> None:
    assert distance_of(measured("a", "quality", 30, "down")) == 1
    assert distance_of(measured("a", "quality", 30)) == -1
    assert distance_of(measured("a", "quality", 30, "none")) is None
    assert central_areas([measured("a", "quality", 30, "none"), measured("b", "", 30)]) == []


@pytest.mark.parametrize(
    ("own", "fields", "weight"),
    [
        (80, {}, "1.5"),
        (150, {}, "3"),
        (80, {"kind": "condition"}, "1"),
        (80, {"may_be_chance": True}, "0.75"),
        (80, {"trend": "up"}, "2"),
        (80, {"trend": "down"}, "1.5"),
        (20, {"trend": "down"}, "2"),
        (80, {"trend": "up", "direction": "down"}, "2"),
        (80, {"trend": "up", "group": None}, "0.5"),
        (80, {"group": None}, "0"),
    ],
)
def test_what_makes_an_area_weigh(own: float, fields: dict[str, Any], weight: str) -> None:
    figures = replace(measured("a", "quality", own), **{"kind": "result"} | fields)
    assert weight_of(figures) == pytest.approx(Decimal(weight))


def test_what_may_be_chance_gives_way_to_what_is_not() -> None:
    far = replace(measured("a", "quality", 20), may_be_chance=True)
    near = measured("b", "quality", 70)
    assert [c.figures.key for c in central_areas([far, near])] == ["b", "a"]


@pytest.mark.parametrize(
    ("trend", "direction", "kind"),
    [("up", "up", "strength"), ("down", "up", "need"), ("up", "down", "need")],
)
def test_a_change_beyond_chance_is_central_where_nothing_can_be_compared(
    trend: str, direction: str, kind: str
) -> None:
    figures = replace(measured("a", "quality", 80, direction), group=None, trend=trend)
    (central,) = central_areas([figures])
    assert central.kind == kind
    assert central_areas([replace(figures, trend="")]) == []


def test_a_group_without_width_tells_nothing() -> None:
    flat = Group("kommun", "s4", Spread(50, Decimal(50), Decimal(50), Decimal(50)))
    assert distance_of(replace(measured("a", "quality", 30), group=flat)) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["equity", "quality", "learning"]), st.integers(0, 100), st.booleans()),
        max_size=20,
    )
)
def test_hidden_values_change_nothing_that_is_seen(rows: list[tuple[str, int, bool]]) -> None:
    shown = [measured(f"k{n}", area, own) for n, (area, own, hidden) in enumerate(rows) if not hidden]
    everything = [
        measured(f"k{n}", area, values.SUPPRESSED if hidden else own)
        for n, (area, own, hidden) in enumerate(rows)
    ]
    assert central_areas(everything) == central_areas(shown)
    assert len(central_areas(shown)) <= 5
    if len({f.sub_goal for f in shown}) >= 3:
        assert len(central_areas(shown)) >= 3


# An indicator's own limits --------------------------------------------------------------------------------
OWN = disclosure.Rule("pupils", "%", smallest=12, fewest_short=8)


@given(share=st.integers(0, 100), count=st.integers(0, 60))
def test_own_limits_hide_more_and_never_less(share: int, count: int) -> None:
    figure = disclosure.Figure(number(share), count)
    usual, own = (disclosure.protect_alone(figure, rule) for rule in (SHARE, OWN))
    assert not usual.is_hidden or own.is_hidden
    if own.kind is ValueKind.NUMBER:
        short = count - share * count / 100
        assert count >= 12
        assert short < 0.5 or short >= 7.5


@given(share=st.integers(0, 100), count=st.integers(10, 60))
def test_own_limits_leave_room_beside_hidden_sexes(share: int, count: int) -> None:
    """A total is shown beside two hidden sexes only where as many as the source asks for are on each side."""
    girls, boys = disclosure.Figure(number(share), 5), disclosure.Figure(number(share), count)
    total = disclosure.Figure(number(share), count + 5)
    shown, *sexes = disclosure.protect_sexes(total, girls, boys, OWN)
    if shown.kind is ValueKind.NUMBER and all(value.is_hidden for value in sexes):
        reach = share * (count + 5) / 100
        assert min(reach, count + 5 - reach) >= 8


def test_limits_weaker_than_the_basis_change_nothing() -> None:
    weak = disclosure.protect(
        number(50), count=4, based_on="pupils", level="huvudman", is_share=True, smallest=2, fewest_short=1
    )
    assert weak.kind is ValueKind.SUPPRESSED
    short = disclosure.protect(
        number(90), count=30, based_on="pupils", level="huvudman", is_share=True, fewest_short=2
    )
    assert short.kind is ValueKind.NEARLY_ALL


@pytest.mark.parametrize("basis", sorted(LEAST_GROUP))
def test_the_model_knows_the_limits_of_disclosure(basis: str) -> None:
    limits = [least for (based_on, _level), (least, _why) in disclosure.MINIMUM.items() if based_on == basis]
    assert LEAST_GROUP[basis] == min(limits, default=1)
    assert LEAST_SHORT == disclosure.ROOM
