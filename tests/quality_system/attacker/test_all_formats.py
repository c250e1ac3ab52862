"""Whatever lies behind a hidden figure, everything that is made from a huvudman's figures is the same."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogues.underlag.content import build_content
from dialogues.underlag.html import body_html, document_html
from dialogues.underlag.short import short_html
from dialogues.underlag.workbook import workbook_of
from huvudman.models import Huvudman
from quality_system.analysis import central_areas
from quality_system.charts import NARROW, spread_chart
from quality_system.figures import IndicatorFigures
from quality_system.models import Edition, ObservedValue
from quality_system.queries import figures_for
from quality_system.wording import describe, uncertainty_words
from tests.dialogues.underlag.material import full_material
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import EditionFactory, IndicatorFactory, offer, riket, value_of

pytestmark = pytest.mark.django_db

BEHIND = {
    "girls too few": {"all": ("70", 40), "girls": ("25", "75", 4), "boys": ("75", "69.4", 36)},
    "everybody or all but two": {"all": ("100", "95", 40), "girls": ("100", "50", 4), "boys": ("100", 36)},
    "nobody or three": {"all": ("0", "7.5", 40), "girls": ("0", "75", 4), "boys": ("0", 36)},
    "one or four of many": {"all": ("98", "92", 50), "girls": ("96", "92", 25), "boys": ("100", "92", 25)},
    "too few in all": {"all": ("25", "75", 4), "girls": ("0", "50", 2), "boys": ("50", "100", 2)},
}
"""By sex: what may lie behind (one value for both truths, or two), and how many it rests on."""
UNITS_BEHIND = {
    "a small unit": {"own": ("60", 107), "A": ("64.3", 70), "B": ("60", "50", 30), "C": ("28.6", "71.4", 7)},
    "one to four short": {
        "own": ("76.7", 120),
        "A": ("97.5", "92.5", 40),
        "B": ("60", "66.7", 30),
        "C": ("70", 50),
    },
    "everybody or all but two": {"own": ("100", "95.7", 46), "A": ("100", 40), "B": ("100", "66.7", 6)},
    "nobody or three": {"own": ("0", "6.5", 46), "A": ("0", 40), "B": ("0", "50", 6)},
    "two small units": {"own": ("60", 65), "A": ("60", 50), "B": ("50", "87.5", 8), "C": ("71.4", "28.6", 7)},
}
"""The same of the huvudman's own figure and its units'."""
PERIODS = ("2022/23", "2023/24", "2024/25")


@pytest.fixture
def huvudman() -> Huvudman:
    huvudman = HuvudmanFactory(name="Exempelskolan")
    offer(SchoolUnitFactory(huvudman=huvudman, code="12345670"))
    for n in range(45):
        value_of(HuvudmanFactory(), str(50 + n), count=60)
    riket("83.7")
    return huvudman


@pytest.fixture
def edition() -> Edition:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, by_sex=True, unit="%", direction="up")
    return edition


def store(huvudman: Huvudman, name: str, truth: int) -> None:
    """Write the figures of one of the two truths in place of what there was."""
    ObservedValue.objects.filter(huvudman=huvudman).delete()
    for sex, (*numbers, count) in BEHIND[name].items():
        for period in PERIODS:
            value_of(huvudman, numbers[min(truth, len(numbers) - 1)], sex=sex, count=count, period=period)


def store_units(huvudman: Huvudman, name: str, truth: int) -> None:
    """The same of a huvudman with units."""
    ObservedValue.objects.filter(huvudman=huvudman).delete()
    for place, (*numbers, count) in UNITS_BEHIND[name].items():
        for period in PERIODS:
            facts = {"count": count, "period": period}
            if place != "own":
                facts |= {"level": "unit", "unit_code": f"1234567{ord(place) - ord('A')}"}
            value_of(huvudman, numbers[min(truth, len(numbers) - 1)], **facts)


def everything(huvudman: Huvudman, edition: Edition, make: Callable[[IndicatorFigures], object]) -> object:
    (figures,) = figures_for(huvudman, edition)
    return make(figures)


def in_the_parts(workbook: bytes) -> dict[str, bytes]:
    """Everything in an Excel file, but for when it was made."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    return parts | {"docProps/core.xml": re.sub(rb"<dcterms:.*?>[^<]*<", b"", parts["docProps/core.xml"])}


def in_material(show: Callable) -> Callable[[IndicatorFigures], object]:
    material = full_material()
    return lambda figures: show(build_content(replace(material, figures=(figures,))))


FORMATS = {
    "stored": IndicatorFigures.as_json,
    "words": describe,
    "chance": uncertainty_words,
    "chart": spread_chart,
    "narrow chart": lambda figures: spread_chart(figures, NARROW),
    "central areas": lambda figures: central_areas([figures]),
    "page": in_material(body_html),
    "paper": in_material(document_html),
    "two pages": in_material(lambda content: short_html(content, 6, has_room=True)),
    "Excel": in_material(lambda content: in_the_parts(workbook_of(content))),
}


@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_two_truths_look_the_same(
    huvudman: Huvudman, edition: Edition, name: str, make: Callable[[IndicatorFigures], object]
) -> None:
    store(huvudman, name, 0)
    one = everything(huvudman, edition, make)
    store(huvudman, name, 1)
    assert everything(huvudman, edition, make) == one


@pytest.mark.parametrize("name", UNITS_BEHIND)
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_two_truths_of_units_look_the_same(
    huvudman: Huvudman, edition: Edition, name: str, make: Callable[[IndicatorFigures], object]
) -> None:
    store_units(huvudman, name, 0)
    one = everything(huvudman, edition, make)
    store_units(huvudman, name, 1)
    assert everything(huvudman, edition, make) == one


def test_a_figure_that_is_shown_does_make_a_difference(huvudman: Huvudman, edition: Edition) -> None:
    value_of(huvudman, "70", count=40)
    one = everything(huvudman, edition, describe)
    ObservedValue.objects.filter(huvudman=huvudman).delete()
    value_of(huvudman, "72.5", count=40)
    assert everything(huvudman, edition, describe) != one
