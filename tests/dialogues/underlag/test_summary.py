"""What the first page says where no area is central: true for every mix of values."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from dialogues.underlag.content import build_content
from dialogues.underlag.html import body_html
from dialogues.underlag.summary import WHERE, standing_words
from quality_system.comparison import Place
from quality_system.figures import IndicatorFigures
from quality_system.values import MISSING, NEARLY_ALL, NOT_APPLICABLE, Value, approximate, number
from tests.dialogues.underlag.material import HIDDEN, figure, full_material

COMPARED = "De siffror som vi kan jämföra ligger {} den mittersta hälften hos jämförbara huvudmän."
NEITHER = " Det är varken bra eller dåligt i sig."
ROUNDED = approximate("70")


def placed(*places: Place) -> list[IndicatorFigures]:
    return [figure(f"p{n}", number(50), place=place) for n, place in enumerate(places)]


def alone(*values: Value) -> list[IndicatorFigures]:
    """Values without any group."""
    return [figure(f"a{n}", value, group=None) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("places", "where"),
    [
        ((Place.MIDDLE, Place.MIDDLE), "inom"),
        ((Place.UPPER, Place.UPPER), "högre än"),
        ((Place.UPPER,), "högre än"),
        ((Place.LOWER, Place.LOWER), "lägre än"),
        ((Place.UPPER, Place.MIDDLE), "dels inom, dels högre än"),
        ((Place.LOWER, Place.MIDDLE), "dels inom, dels lägre än"),
        ((Place.UPPER, Place.LOWER), "dels lägre, dels högre än"),
        ((Place.UPPER, Place.LOWER, Place.MIDDLE), "dels lägre än, dels inom, dels högre än"),
    ],
)
def test_it_says_where_the_compared_values_lie(places: tuple[Place, ...], where: str) -> None:
    others = alone(HIDDEN, MISSING, number(3), ROUNDED)
    words = COMPARED.format(where) + ("" if where == "inom" else NEITHER)
    assert standing_words(placed(*places)) == words
    assert standing_words([*others, *placed(*places)]) == words


def test_there_are_words_for_every_mix_of_places() -> None:
    mixes = chain.from_iterable(combinations(Place, size) for size in (1, 2, 3))
    assert set(map(frozenset, mixes)) == set(WHERE)


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ((), "Det finns inga siffror att visa om er"),
        ((MISSING, NOT_APPLICABLE), "Det finns inga siffror att visa om er"),
        ((HIDDEN, HIDDEN), "De siffror som finns om er visas inte, eller inte exakt"),
        ((HIDDEN, MISSING), "De siffror som finns om er visas inte, eller inte exakt"),
        ((NEARLY_ALL,), "De siffror som finns om er visas inte, eller inte exakt"),
        ((ROUNDED, MISSING), "De siffror som finns om er är avrundade"),
        ((ROUNDED, HIDDEN), "En del siffror om er visas inte, eller inte exakt"),
        ((number(50), number(60)), "De siffror som visas går inte att jämföra: för få"),
        ((number(50), HIDDEN, ROUNDED), "De siffror som visas går inte att jämföra: för få"),
    ],
)
def test_without_a_comparison_it_says_why(values: tuple[Value, ...], begins: str) -> None:
    assert standing_words(alone(*values)).startswith(begins)


def test_the_first_page_says_it_only_where_no_area_is_central() -> None:
    above = full_material(figures=tuple(placed(Place.UPPER, Place.UPPER)))
    words = standing_words(above.figures)
    assert words not in body_html(build_content(above))
    without = body_html(build_content(full_material(figures=above.figures, central=())))
    assert f"{words} Vi pekar inte ut något område." in without
    assert "nära" not in without
