"""The pages of the PDF: what is read together stands together, and no page is left half empty."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from weasyprint import HTML
from weasyprint.formatting_structure import boxes

from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.shapes import Central, Goal, Material
from quality_system.values import number
from tests.dialogues.underlag.material import (
    HIDDEN,
    MORE,
    big_material,
    full_material,
    learning,
    many_units,
    preschool_material,
)

Page = Any
Box = Any
PX = 96 / 25.4
TOP, BOTTOM, LEFT, RIGHT = 24 * PX, (297 - 22) * PX, 20 * PX, (210 - 20) * PX
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "caption", "thead"}
SHORT = 5
WORDS = "Andelen ligger över mitten bland jämförbara huvudmän, och har gjort det i flera år i följd."
AT_THE_FOOT = ((16, 9), (34, 9), (36, 9), (30, 3), (31, 3))
"""Lines above a table, and its rows, where the page would end just after the first row or before the last."""
CASES = (
    *("preschool", "full", "big 0", "big 5", "units 3", "units 40"),
    *(f"drift {goals}" for goals in range(2, 24, 4)),
    *(f"lines {lines} {rows}" for lines, rows in AT_THE_FOOT),
)


def material(case: str) -> Material:
    """A small, a middling or a big huvudman, or one whose tables begin further and further down a page."""
    if case == "preschool":
        return preschool_material()
    if case == "full":
        return full_material()
    kind, *counts = case.split()
    return {"drift": drifting, "lines": below, "big": crowded, "units": schools}[kind](*map(int, counts))


def crowded(centrals: int) -> Material:
    """A big kommun with so many central areas, all needs."""
    return replace(big_material(), central=(Central("need", "learning", WORDS, "tal"),) * centrals)


def schools(many: int) -> Material:
    """A kommun with so many units, and values of them for every indicator."""
    spread = many_units(many, 70)
    return replace(full_material(), figures=tuple(replace(f, units=spread) for f in full_material().figures))


def below(lines: int, rows: int) -> Material:
    """A table of hidden values below so many lines of a goal's text."""
    text = "En rad. " * 10 * lines
    return full_material(
        goals=(Goal(1, "equity", "GR", text, False), Goal(5, "learning", "GR", MORE, False)),
        figures=tuple(learning(f"m{row}", HIDDEN) for row in range(rows)),
        central=(),
        factors=(),
    )


def drifting(goals: int) -> Material:
    """Goals without figures, then one table of each length, with and without charts."""
    first = tuple(
        Goal(1, "equity", "GR", f"Mål nummer {count} utan siffror.", False) for count in range(goals)
    )
    tables = {
        (rows, charts): f"{rows} rader, {charts} diagram." for rows in (1, 3, 5, 9) for charts in (0, 1, 2)
    }
    return full_material(
        goals=(*first, *(Goal(5, "learning", "GR", text, False) for text in tables.values())),
        figures=tuple(
            learning(f"{text}{row}", number(50) if row < charts else HIDDEN, sub_goal=text)
            for (rows, charts), text in tables.items()
            for row in range(rows)
        ),
    )


@dataclass(frozen=True)
class Leaf:
    """Something seen on a page, a line of text or a drawing, with all that it stands in."""

    box: Box
    inside: tuple[Element, ...]

    @property
    def bottom(self) -> float:
        return float(self.box.position_y + self.box.height)


@cache
def pages(case: str) -> tuple[Page, ...]:
    document = HTML(string=document_html(build_content(material(case)))).render()
    return tuple(page._page_box.children[0] for page in document.pages)


@cache
def leaves(case: str) -> tuple[tuple[Leaf, ...], ...]:
    return tuple(tuple(_leaves(page, ())) for page in pages(case))


def _leaves(box: Box, inside: tuple[Element, ...]) -> Iterator[Leaf]:
    inside = (*inside, box.element) if box.element is not None and box.element not in inside else inside
    if isinstance(box, boxes.ReplacedBox) or (isinstance(box, boxes.TextBox) and box.text.strip()):
        yield Leaf(box, inside)
    for child in getattr(box, "children", ()):
        yield from _leaves(child, inside)


def root(case: str) -> Element:
    return pages(case)[0].element


def of_class(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if name in (one.get("class") or "").split()]


def has_rings(element: Element) -> bool:
    """Whether a chart has units' rings: it is so tall that its table may stand on the next page."""
    return bool(of_class(element, "u-with-rings"))


def body_rows(table: Element) -> list[Element]:
    return list(table.find("tbody") or ())


@cache
def places(case: str) -> dict[Element, list[int]]:
    """The numbers of the pages on which something of each element is seen."""
    found: dict[Element, list[int]] = {}
    for at, page in enumerate(leaves(case), start=1):
        for element in {element for leaf in page for element in leaf.inside}:
            found.setdefault(element, []).append(at)
    return found


@pytest.mark.parametrize("case", CASES)
def test_no_page_ends_with_a_heading(case: str) -> None:
    for page in leaves(case):
        last = max(page, key=lambda leaf: leaf.bottom)
        assert HEADINGS.isdisjoint(element.tag for element in last.inside), last.box


@pytest.mark.parametrize("case", CASES)
def test_a_chart_stands_with_its_heading_and_its_words(case: str) -> None:
    for figure in of_class(root(case), "u-figure"):
        assert len(places(case)[figure]) == 1


@pytest.mark.parametrize("case", CASES)
def test_a_short_table_is_whole(case: str) -> None:
    short = [table for table in root(case).iter("table") if len(body_rows(table)) <= SHORT]
    for table in short:
        assert len(places(case)[table]) == 1


@pytest.mark.parametrize("case", CASES)
def test_a_single_chart_and_its_short_table_stand_together(case: str) -> None:
    for goal in of_class(root(case), "u-goal"):
        rows = [row for table in goal.iter("table") for row in body_rows(table)]
        if len(of_class(goal, "u-figure")) <= 1 and len(rows) <= SHORT and not has_rings(goal):
            assert len(places(case)[goal]) == 1


@pytest.mark.parametrize("case", CASES)
def test_the_last_of_several_charts_stands_with_the_tables_head_and_first_rows(case: str) -> None:
    for goal in of_class(root(case), "u-goal"):
        figures = of_class(goal, "u-figure")
        if figures and not has_rings(figures[-1]):
            (table,) = goal.iter("table")
            together = [figures[-1], table.find("caption"), table.find("thead"), *body_rows(table)[:2]]
            assert len({places(case)[part][0] for part in together if part is not None}) == 1


@pytest.mark.parametrize("case", CASES)
def test_a_split_table_repeats_its_head_over_two_rows_or_more(case: str) -> None:
    for table in root(case).iter("table"):
        rows = [places(case)[row] for row in body_rows(table)]
        assert all(len(row) == 1 for row in rows)
        seen = places(case)[table]
        head = table.find("thead")
        assert head is not None
        assert places(case)[head] == seen
        if len(seen) > 1:
            assert min(rows.count([at]) for at in seen) >= 2


@pytest.mark.parametrize("case", CASES)
def test_signs_are_told_below_their_table(case: str) -> None:
    for parent in root(case).iter():
        parts = list(parent)
        for table, signs in zip(parts, parts[1:], strict=False):
            if signs.get("class") == "u-signs":
                assert places(case)[signs][0] == places(case)[table][-1]


@pytest.mark.parametrize("case", CASES)
def test_what_is_central_and_how_to_use_it_stands_on_the_first_page(case: str) -> None:
    (first,) = of_class(root(case), "u-first")
    assert places(case)[first] == [1]


@pytest.mark.parametrize("case", CASES)
def test_no_page_but_the_last_is_half_empty(case: str) -> None:
    ends = [max(leaf.bottom for leaf in page) for page in leaves(case)[:-1]]
    filled = [round((end - TOP) / (BOTTOM - TOP), 2) for end in ends]
    assert min(filled) > 0.5, filled


@pytest.mark.parametrize("case", CASES)
def test_every_word_is_in_the_text_column(case: str) -> None:
    for page in leaves(case):
        for leaf in page:
            assert leaf.box.position_x >= LEFT - 1, leaf.box
            assert leaf.box.position_x + leaf.box.width <= RIGHT + 1, leaf.box


def test_an_odd_countof_areas_takes_no_longer_than_an_even_one() -> None:
    """Balancing columns did: half a minute, of the two that a task has for all its underlag."""
    html = document_html(build_content(material("big 5")))
    began = time.process_time()
    HTML(string=html).render()
    assert time.process_time() - began < 12


def test_the_big_one_has_tables_of_both_lengths_and_splits_one() -> None:
    """The rules above say something only where there is something to split."""
    tables = [(case, table) for case in CASES for table in root(case).iter("table")]
    assert {len(body_rows(table)) > SHORT for _case, table in tables} == {True, False}
    assert any(len(places(case)[table]) > 1 for case, table in tables)
