"""What chance alone can give: against known tables, exact counting and drawn worlds."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quality_system.comparison import Place, Spread
from quality_system.figures import Group, IndicatorFigures, PeriodValue
from quality_system.uncertainty import (
    Point,
    discoveries,
    trend_test,
    wilson,
    with_uncertainty,
    within_chance,
)
from quality_system.values import SUPPRESSED, number
from quality_system.wording import uncertainty_words
from tests.dialogues.underlag.material import figure

SHARES = st.floats(0, 1)
COUNTS = st.integers(5, 5000)
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
"""Newcombe (1998), table I: reach, of how many, and the score interval."""
MALFORMATIONS = [(0.0, 48, 17114), (0.5, 38, 14502), (1.5, 5, 793), (4.0, 1, 127), (7.0, 1, 38)]
"""Graubard and Korn (1987), as in Agresti (2002, table 3.7), where the trend's chi square is 6.57."""
BENJAMINI_HOCHBERG = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
    0.7590, 1.0,
]  # fmt: skip
"""The example of Benjamini and Hochberg (1995): the first four are found."""


# The interval ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("reach", "count", "low", "high"), NEWCOMBE)
def test_the_interval_is_that_of_the_table(reach: int, count: int, low: float, high: float) -> None:
    assert wilson(reach / count, count) == pytest.approx((low, high), abs=0.00005)


@given(SHARES, COUNTS)
def test_the_interval_holds_its_share_and_narrows(share: float, count: int) -> None:
    low, high = wilson(share, count)
    wide_low, wide_high = wilson(share, count / 2)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    assert wide_high - wide_low > high - low


@given(SHARES, COUNTS, SHARES)
def test_the_interval_is_where_the_score_test_says_nothing(share: float, count: int, truth: float) -> None:
    """Its ends are the truths whose own standard error just reaches the share: how Wilson defined it."""
    assume(0.001 < truth < 0.999)
    z = (share - truth) / math.sqrt(truth * (1 - truth) / count)
    assume(abs(abs(z) - 1.959964) > 1e-6)
    assert within_chance(share, count, truth, design=1) == (abs(z) < 1.959964)


def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    """Counted exactly over all that can be drawn: on average near 95 percent, and never far below."""
    covered = [_covered(truth / 50, 30) for truth in range(5, 46)]
    assert sum(covered) / len(covered) == pytest.approx(0.95, abs=0.01)
    assert min(covered) > 0.92


def _covered(truth: float, count: int) -> float:
    def chance(k: int) -> float:
        return math.comb(count, k) * truth**k * (1 - truth) ** (count - k)

    return sum(chance(k) for k in range(count + 1) if within_chance(k / count, count, truth, design=1))


# The trend ------------------------------------------------------------------------------------------------
def points_of(rows: list[tuple[float, int, int]], times: int = 1) -> list[Point]:
    return [Point(round(at * times), reach / count, count) for at, reach, count in rows]


def test_the_trend_is_that_of_the_textbook() -> None:
    p = trend_test(points_of(MALFORMATIONS, times=2), design=1)
    assert p == pytest.approx(math.erfc(math.sqrt(6.57 / 2)), rel=0.005)


@pytest.mark.parametrize("reach", [(4, 6, 9), (3, 6, 10), (5, 6, 8), (2, 7, 10), (7, 6, 7)])
def test_the_trend_is_near_what_exact_counting_says(reach: tuple[int, ...]) -> None:
    """All ways in which as many can be shared among the years, each as likely as it is."""
    size = 14
    p = trend_test([Point(n, k / size, size) for n, k in enumerate(reach)], design=1)
    assert p is not None
    drift = abs(sum((n - 1) * k for n, k in enumerate(reach)))
    ways = [
        (math.prod(math.comb(size, k) for k in shared), abs(sum((n - 1) * k for n, k in enumerate(shared))))
        for shared in itertools.product(range(size + 1), repeat=3)
        if sum(shared) == sum(reach)
    ]
    everything = sum(weight for weight, _drift in ways)
    at_least = sum(weight for weight, other in ways if other >= drift) / everything
    beyond = sum(weight for weight, other in ways if other > drift) / everything
    assert beyond - 0.02 <= p <= at_least + 0.02


@given(st.lists(st.tuples(SHARES, COUNTS), min_size=3, max_size=5))
def test_the_trend_knows_no_direction_and_no_calendar(rows: list[tuple[float, int]]) -> None:
    years = [Point(2020 + n, share, count) for n, (share, count) in enumerate(rows)]
    p = trend_test(years)
    mirrored = trend_test([point._replace(year=-point.year, share=1 - point.share) for point in years])
    assert (p is None) == (mirrored is None)
    if p is not None and mirrored is not None:
        assert 0 <= p <= 1
        assert p == pytest.approx(mirrored, abs=1e-6)
        assert p >= (trend_test(years, design=1) or 0) - 1e-9


def test_few_years_or_few_who_reach_say_nothing() -> None:
    assert trend_test([Point(2023, 0.2, 500), Point(2024, 0.9, 500)]) is None
    assert trend_test([Point(year, 0.02, 80) for year in range(2020, 2025)]) is None
    assert trend_test([Point(year, 0.0, 5000) for year in range(2020, 2025)]) is None


# Many at once ---------------------------------------------------------------------------------------------
def test_the_example_of_many_tests() -> None:
    assert discoveries(BENJAMINI_HOCHBERG) == [True] * 4 + [False] * 11
    assert discoveries(list(reversed(BENJAMINI_HOCHBERG))) == [False] * 11 + [True] * 4
    assert discoveries([]) == []


@given(st.lists(st.floats(0, 1), max_size=60))
def test_it_finds_no_more_than_each_alone_and_no_fewer_than_bonferroni(p_values: list[float]) -> None:
    for p, found in zip(p_values, discoveries(p_values), strict=True):
        assert not found or p <= 0.05
        assert found or p > 0.05 / len(p_values)


def test_years_of_chance_alone_are_hardly_ever_a_trend() -> None:
    """Two hundred underlag of fifty measures where nothing changes: one of them in ten says so at most."""
    rng = Random(7)
    speaking = 0
    for _underlag in range(200):
        p_values = [trend_test(_drawn(rng, 0.75, 60)) for _measure in range(50)]
        speaking += any(discoveries([p for p in p_values if p is not None]))
    assert speaking <= 20


def _drawn(rng: Random, share: float, count: int) -> list[Point]:
    return [Point(year, sum(rng.random() < share for _ in range(count)) / count, count) for year in range(5)]


# A huvudman's figures -------------------------------------------------------------------------------------
PERIODS = ("2020/21", "2021/22", "2022/23", "2023/24", "2024/25")


def counted(key: str, shares: list[float | None], count: int | None, **fields: object) -> IndicatorFigures:
    """A share over the years, the last its own; None is hidden."""
    series = tuple(
        PeriodValue(period, SUPPRESSED if share is None else number(str(share)), count if share else None)
        for period, share in zip(PERIODS[-len(shares) :], shares, strict=True)
    )
    group = Group("kommun", "s4", Spread(50, Decimal(78), Decimal(80), Decimal(82)))
    given_fields: dict[str, object] = {"group": group, "place": Place.LOWER, "count": count, "series": series}
    return figure(key, series[-1].value, **given_fields | fields)


def told(*figures: IndicatorFigures) -> list[str]:
    return [uncertainty_words(one) for one in with_uncertainty(figures)]


def test_a_difference_of_few_may_be_chance_and_one_of_many_not() -> None:
    few, many = told(counted("a", [72], 24), counted("b", [72], 2400))
    assert few == ("Skillnaden mot gruppens median kan vara en tillfällighet: värdet bygger på 24 elever.")
    assert many == ""


@pytest.mark.parametrize(
    "fields",
    [{"count": None}, {"unit": "poäng"}, {"group": None, "place": None}, {"place": Place.MIDDLE}],
    ids=["no count", "a mean", "no group", "in the middle half"],
)
def test_nothing_is_said_where_nothing_can_be_told(fields: dict[str, object]) -> None:
    assert told(replace(counted("a", [72], 24), **fields)) == [""]  # type: ignore[arg-type]


def test_a_change_beyond_chance_is_told_since_its_first_year() -> None:
    rise, fall = told(
        counted("a", [60, 64, 68, 72, 76], 400, place=Place.MIDDLE),
        counted("b", [None, 80, 74, 71, 66], 4000),
    )
    assert rise == "Ökningen sedan 2020/21 är större än vad slumpen brukar ge."
    assert fall == "Minskningen sedan 2021/22 är större än vad slumpen brukar ge."
    assert "Ökningen" not in told(counted("a", [60, 64, 68, 72, 76], 20))[0]


def test_a_change_among_many_must_be_larger() -> None:
    change = counted("change", [70, 72, 75, 77, 79], 400)
    still = [counted(f"still {n}", [75, 75, 75, 75, 75], 400) for n in range(50)]
    assert "Ökningen" in told(change)[0]
    assert "Ökningen" not in told(change, *still)[0]


def test_a_year_that_is_hidden_now_has_no_trend() -> None:
    (words,) = told(counted("a", [50, 60, 70, 80, None], 400))
    assert words == ""


@given(
    st.lists(st.none() | st.integers(5, 95), min_size=1, max_size=5), st.integers(5, 500), st.integers(5, 500)
)
def test_no_word_depends_on_the_count_behind_a_hidden_value(
    shares: list[int | None], count: int, other: int
) -> None:
    one = counted("a", [*map(_float, shares)], count)
    behind = tuple(replace(past, count=other) if past.value.is_hidden else past for past in one.series)
    two = replace(one, series=behind, count=other if one.own.is_hidden else count)
    assert told(one) == told(two)


def _float(share: int | None) -> float | None:
    return None if share is None else float(share)
