"""The tables of an underlag as an Excel file, from its frozen content alone: what the PDF shows, no more."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from dialogues.cells import Measured, fill_sheet, writable
from dialogues.underlag.content import CONDITION, Json, figures_in
from dialogues.underlag.html import LANGUAGE
from dialogues.underlag.present import day, present
from dialogues.underlag.signs import SHORT
from dialogues.underlag.units import has_rings, word_of
from huvudman.models import Skolform
from quality_system import wording
from quality_system.figures import IndicatorFigures
from quality_system.models import Area
from quality_system.values import Value, ValueKind, shown_number

Row = Sequence[object]
SHEET_NAME = 31
AUTHORS = "Skolverket, SPSM"


def workbook_of(content: Json) -> bytes:
    """The figures, earlier years, school units, the success factors to rate, and about the figures."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    with translation.override(LANGUAGE):
        for title, head, rows in _sheets(content):
            fill_sheet(book.create_sheet(title[:SHEET_NAME]), head, rows)
        named = _("Analysunderlag för %(name)s") % {"name": content["huvudman"]["name"]}
    book.properties.title = writable(named)
    book.properties.creator = AUTHORS
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheets(content: Json) -> Iterator[tuple[str, Row, Iterable[Row]]]:
    figures = [IndicatorFigures.from_json(stored) for stored in figures_in(content)]
    yield _("Siffror"), _figures_head(), map(_figures_row, figures)
    yield _("Tidigare år"), _earlier_head(), (row for each in figures for row in _earlier_rows(each))
    if has_rings(figures):
        yield _("Skolenheter"), _units_head(), (row for each in figures for row in _unit_rows(each))
    rating = [_("Framgångsfaktor"), _("Inte alls"), _("Till en del"), _("Till stor del"), _("Helt")]
    yield _("Framgångsfaktorer"), rating, ([factor["text"]] for factor in content["factors"])
    yield _("Om siffrorna"), [_("Uppgift"), _("Värde")], _about_rows(content)


# Figures --------------------------------------------------------------------------------------------------
def _figures_head() -> Row:
    own = [_("Ni, i radens enhet"), _("Flickor, i radens enhet"), _("Pojkar, i radens enhet")]
    group = [_("Gruppens median, i radens enhet"), _("Mittersta hälften från"), _("Mittersta hälften till")]
    return [
        *_name_head(),
        *own,
        _("Riket, i radens enhet"),
        *group,
        _("Varför ert värde inte visas"),
        *_source(),
    ]


def _name_head() -> list[str]:
    what = [_("Område"), _("Skolform"), _("Delmål"), _("Indikator"), _("Indikatorns kod")]
    return [*what, _("Period"), _("Enhet")]


def _source() -> list[str]:
    return [_("Källa"), _("Källans version")]


def _figures_row(figures: IndicatorFigures) -> Row:
    own, girls, boys, riket = (
        _cell(figures, value) for value in (figures.own, figures.girls, figures.boys, figures.riket)
    )
    source = [wording.source_name(figures.source), figures.source_version]
    return [*_name(figures), own, girls, boys, riket, *_group(figures), wording.own_reason(figures), *source]


def _name(figures: IndicatorFigures) -> list[object]:
    skolform = str(Skolform(figures.skolform).label)
    what = [_area(figures), skolform, figures.sub_goal, figures.name, figures.key]
    return [*what, figures.period, figures.unit]


def _area(figures: IndicatorFigures) -> str:
    if figures.kind == CONDITION:
        return _("Förutsättningar")
    return str(Area(figures.area).label) if figures.area else _("Fler resultat")


def _cell(figures: IndicatorFigures, value: Value | None) -> object:
    """A number as it is rounded in the PDF; the PDF's words for what is no number, or no exact one."""
    if value is None:
        return _("ej per kön")
    if figures.bar:
        return _("används inte")
    if value.kind is ValueKind.NUMBER:
        return _measured(figures, value)
    return str(SHORT.get(value.kind) or wording.cell_text(figures, value))


def _measured(figures: IndicatorFigures, value: Value) -> Measured:
    assert value.number is not None  # noqa: S101  (a value of this kind has one)
    return Measured(shown_number(value.number, figures.decimals), figures.decimals)


def _group(figures: IndicatorFigures) -> list[object]:
    if figures.group is None:
        return [_("ingen grupp")] * 3
    spread = figures.group.spread
    numbers = (spread.median, spread.q1, spread.q3)
    return [Measured(shown_number(number, figures.decimals), figures.decimals) for number in numbers]


def _earlier_head() -> Row:
    return [*_name_head(), _("Ert värde, i radens enhet")]


def _earlier_rows(figures: IndicatorFigures) -> Iterator[Row]:
    """The own values of earlier periods, where the PDF tells them: beside a value that is shown."""
    *what, _period, unit = _name(figures)
    for past in () if figures.own.is_hidden else figures.series:
        if past.period != figures.period:
            yield [*what, past.period, unit, _cell(figures, past.value)]


def _units_head() -> Row:
    return [*_name_head(), _("Skolenhet"), _("Enhetens värde, i radens enhet")]


def _unit_rows(figures: IndicatorFigures) -> Iterator[Row]:
    """The units' values, and why some are not shown, where the PDF has them."""
    for unit in figures.units.values if figures.units else ():
        value = unit.value
        exact = value.kind is ValueKind.NUMBER
        told = _measured(figures, value) if exact else word_of(value) or wording.cell_text(figures, value)
        yield [*_name(figures), unit.name, told]


# About the figures ----------------------------------------------------------------------------------------
def _about_rows(content: Json) -> Iterator[Row]:
    shown = present(content)
    yield [_("Huvudman"), content["huvudman"]["name"]]
    yield [_("Utgåva"), content["edition"]["name"]]
    if content["edition"]["is_example"]:
        yield [
            _("Exempeltext."),
            _("Delar av kvalitetssystemets text är exempel, inte de officiella lydelserna."),
        ]
    yield [_("Framtaget"), day(content["made_on"])]
    yield [_("Ni jämförs med"), shown["group"] or _("ingen grupp")]
    yield from _words_of(shown)


def _words_of(shown: dict[str, Any]) -> Iterator[Row]:
    """Why values are hidden, how each indicator is measured, and where the figures come from."""
    if shown["signs"]:
        told = _(
            "Ett dolt värde är inte noll. Det räknas inte med någonstans, "
            "och det går inte att räkna fram ur de andra."
        )
        yield [_("Varför visas inte alla värden?"), told]
    for sign in shown["signs"]:
        yield [sign["sign"], sign["meaning"]]
    for reason in shown["reasons"]:
        yield ["", reason]
    for row in shown["definitions"]:
        for name in row["names"]:
            yield [name, row["definition"]]
    for source in shown["sources"]:
        yield [_("Källa"), " ".join(filter(None, [source["name"], source["version"]]))]
