"""The two pages for a nämnd or styrelse: never more, readable by all, with what is central and why."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.domain.underlag import MOST_AREAS
from dialogues.underlag import short
from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import page_count
from dialogues.underlag.shapes import Central, Material
from dialogues.underlag.short import LAYOUTS, TooLong, short_html, short_pdf
from quality_system.values import number
from tests.dialogues.underlag.material import HIDDEN, big_material, figure, full_material, preschool_material
from tests.dialogues.underlag.owners import batch
from tests.dialogues.underlag.structure import faults

LONGEST = 600
WORDS = ("Andelen behöriga lärare är något att samtala om. " * 13)[:LONGEST]
AREAS = ("equity", "quality", "learning")


def told(count: int, length: int, kind: str = "need") -> Material:
    """The largest kommun, with so many central areas of so many characters, each with a figure of its own."""
    big = replace(big_material(), is_example=True)
    keys = [each.key for each in big.figures]
    areas = (Central(kind, AREAS[n % 3], WORDS[:length], keys[n * 3]) for n in range(count))
    return replace(big, owner=replace(big.owner, name="Långnamnskommunen " * 11), central=tuple(areas))


def html(material: Material) -> str:
    return short_html(build_content(material), LAYOUTS[0][0], has_room=True)


@pytest.mark.parametrize("owner", sorted(batch()))
def test_each_huvudman_gets_two_pages_at_most_that_all_can_read(owner: str) -> None:
    pdf = short_pdf(build_content(batch()[owner]))
    assert page_count(pdf) <= 2
    assert faults(pdf) == []


@settings(max_examples=6, deadline=None)
@given(
    count=st.integers(1, MOST_AREAS),
    length=st.integers(1, LONGEST),
    kind=st.sampled_from(["need", "strength"]),
)
def test_however_much_is_central_it_is_two_pages(count: int, length: int, kind: str) -> None:
    assert page_count(short_pdf(build_content(told(count, length, kind)))) == 2


def test_the_most_that_can_be_written_is_whole_on_two_pages() -> None:
    pdf = short_pdf(build_content(told(MOST_AREAS, LONGEST)))
    assert page_count(pdf) == 2
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert text.count("Andelen behöriga lärare") == MOST_AREAS * WORDS.count("Andelen behöriga lärare")
    assert "Läs hela underlaget" in text


def test_words_without_room_are_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short, "MOST_PAGES", 0)
    with pytest.raises(TooLong):
        short_pdf(build_content(preschool_material()))


def test_the_figures_are_those_behind_what_is_central_each_once_in_its_order() -> None:
    figures = tuple(figure(f"m{n}", number(60 + n)) for n in range(4))
    central = tuple(Central("need", "quality", f"Om {key}.", key) for key in ("m2", "m0", "m2", ""))
    page = html(full_material(figures=figures, central=central))
    assert page.count("<svg") == 2
    assert page.index("<title>Mått m2") < page.index("<title>Mått m0")


def test_a_hidden_figure_is_not_among_them_and_its_hiding_is_told() -> None:
    central = (Central("need", "quality", "Om det.", "h"),)
    page = html(full_material(figures=(figure("h", HIDDEN),), central=central))
    assert "<svg" not in page
    assert "En del värden visas inte" in page


def test_the_words_of_the_areas_are_those_of_the_whole_document() -> None:
    content = build_content(full_material())
    for row in content["central"]:
        assert row["text"] in short_html(content, 6, has_room=True)
        assert row["text"] in document_html(content)


def test_without_any_area_it_says_how_things_stand_and_has_questions() -> None:
    page = html(preschool_material())
    assert "Vi pekar inte ut något område." in page
    assert "Det finns inga siffror att visa om er" in page
    assert page.count("<li>") == 5
    assert "0 indikator" not in page


def test_example_texts_are_said_to_be_that() -> None:
    assert "Exempeltext" in html(full_material())
    assert "Exempeltext" not in html(full_material(is_example=False))
