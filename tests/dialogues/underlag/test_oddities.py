"""What looks odd in a made underlag is told, with its reason; what does not is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.underlag.content import build_content, figures_in
from dialogues.underlag.oddities import latest_periods, oddities
from dialogues.underlag.shapes import Central
from quality_system.figures import IndicatorFigures, PeriodValue
from quality_system.values import number
from tests.dialogues.underlag.material import GROUP, HIDDEN, figure, full_material, preschool_material

STRENGTH = Central("strength", "learning", "Det går bra.")


def content_of(*figures: IndicatorFigures, central: tuple[Central, ...] = (STRENGTH,)) -> dict:
    return build_content(replace(full_material(), figures=figures, central=central))


def plain(key: str = "gr-a", own: str = "81.0", **fields: object) -> IndicatorFigures:
    """A figure in the middle of its group, that has not moved."""
    return figure(key, number(Decimal(own)), group=GROUP, **fields)


def before(own: str) -> tuple[PeriodValue, ...]:
    return (PeriodValue("2023/24", number(Decimal(own))), PeriodValue("2024/25", number(Decimal("81.0"))))


def test_nothing_is_odd_in_what_is_as_usual() -> None:
    content = content_of(plain(series=before("79.0")))
    assert oddities(content, latest_periods([content])) == []


@pytest.mark.parametrize(
    ("figures", "central", "told"),
    [
        ([plain(series=before("30.0"))], (STRENGTH,), "Mått gr-a har ändrats mycket sedan förra gången"),
        ([plain(own="3.0")], (STRENGTH,), "Mått gr-a ligger långt från gruppen: 3,0"),
        ([figure("gr-a", HIDDEN)], (STRENGTH,), "Bara 0 av 1 värde visas."),
        ([figure("gr-a", HIDDEN)], (), "Bara 0 av 1 värde visas."),
        ([plain()], (), "Inget centralt område pekas ut."),
        ([plain()], (replace(STRENGTH, kind="need"),), "Ingen styrka finns bland de centrala områdena."),
        (
            [plain()],
            (replace(STRENGTH, text="Mått gr-a: 77,0 %. Mitten är 80,8 %.", indicator="gr-a"),),
            "Texten om ”Mått gr-a” har siffror, men inte dagens värde 81,0",
        ),
    ],
)
def test_each_rule_tells_of_what_it_is_for_and_of_nothing_else(figures, central, told: str) -> None:
    content = content_of(*figures, central=central)
    (found,) = oddities(content, latest_periods([content]))
    assert told in found.replace("\u00a0", " ")


def test_a_text_without_figures_or_with_the_right_one_is_not_odd() -> None:
    for text in ("Det går bra.", "Mått gr-a: 81,0 %. Mitten är 80,8 %."):
        content = content_of(plain(), central=(replace(STRENGTH, text=text, indicator="gr-a"),))
        assert oddities(content, {}) == []


def test_a_period_that_the_others_have_left_is_told() -> None:
    old = content_of(plain(period="2021/22"))
    others = [content_of(plain(period="2023/24")) for _each in range(2)]
    latest = latest_periods([old, *others])
    assert latest == {"gr-a": "2023/24"}
    assert oddities(old, latest) == ["Mått gr-a är från 2021/22; de flesta i omgången har 2023/24."]
    assert oddities(others[0], latest) == []


def test_of_as_many_the_later_period_is_the_usual() -> None:
    both = [content_of(plain(period=period)) for period in ("2021/22", "2023/24")]
    assert latest_periods(both) == latest_periods(reversed(both)) == {"gr-a": "2023/24"}


def test_what_is_hidden_is_never_told() -> None:
    """Whatever stands behind a hidden figure is nowhere in the content, and so in no rule."""
    hidden = figure("gr-a", HIDDEN, group=GROUP, series=before("30.0"))
    found = oddities(content_of(hidden, plain("gr-b")), {"gr-a": "2030/31"})
    assert found == []


@given(st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=6), st.booleans())
def test_whatever_the_figures_are_it_answers_in_words(numbers: list[Decimal], with_group: bool) -> None:
    group = GROUP if with_group else None
    figures = [figure(f"gr-{at}", number(each), group=group) for at, each in enumerate(numbers)]
    content = content_of(*figures)
    assert all(isinstance(each, str) and each for each in oddities(content, latest_periods([content])))


def test_an_underlag_of_preschool_alone_is_not_odd_for_having_few_figures() -> None:
    content = build_content(preschool_material())
    assert not any(row["own"]["kind"] == "number" for row in figures_in(content))
    assert oddities(content, {}) == []
