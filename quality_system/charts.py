"""Charts as SVG made by the server: the same in page and PDF, without style sheets or scripts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality_system import rings
from quality_system.comparison import Spread
from quality_system.figures import IndicatorFigures
from quality_system.units import UnitSpread
from quality_system.values import format_number
from quality_system.wording import describe, value_text

HEIGHT = 106
UNITS, BAND_ABOVE_UNITS = 110, 98
"""How far down the units' first rings stand, and the band's label then."""
MIDDLE, ENDS, RIKET, BRACKET, BAND = 36, 65, 77, 81, 100
"""How far down: the line, its ends' labels (below dot and tick), riket's label, the bracket and its label."""
PLUM, PINE, PINE_TINT, INK, SOFT, GROUND = "#692859", "#00424c", "#e6f0ef", "#1c1b1f", "#4a4850", "#ffffff"
FONT = "Inter, 'Source Sans 3', system-ui, sans-serif"
LETTER = 7.2
"""A letter's mean width at the label's size, to keep labels inside the picture."""


@dataclass(frozen=True)
class Sheet:
    """What a chart is drawn on: its width, the margin on either side, and the words for the middle half."""

    width: int
    margin: int
    band: str | Promise

    def head(self, height: int) -> str:
        """The picture's start tag."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="spread-chart" role="img" '
            f'viewBox="0 0 {self.width} {height}" width="{self.width}" height="{height}" '
            f'font-family="{FONT}" font-size="13">'
        )

    def inside(self, x: float, label: str) -> float:
        """The middle of a label near `x` that keeps all of it in the picture."""
        half = min(len(label) * LETTER / 2, self.width / 2)
        return min(max(x, half), self.width - half)


WIDE = Sheet(640, 64, gettext_lazy("mittersta hälften av gruppen: %(low)s–%(high)s"))
NARROW = Sheet(280, 54, gettext_lazy("mittersta hälften: %(low)s–%(high)s"))
"""For a phone: as large letters on less than half the width."""


@dataclass(frozen=True)
class _Scale:
    """Turns a number into a place across the picture."""

    sheet: Sheet
    low: Decimal
    high: Decimal

    def x(self, number: Decimal) -> float:
        share = (number - self.low) / (self.high - self.low) if self.high > self.low else Decimal("0.5")
        return round(self.sheet.margin + float(share) * (self.sheet.width - 2 * self.sheet.margin), 1)


def spread_chart(figures: IndicatorFigures, sheet: Sheet = WIDE) -> SafeString:
    """One indicator as SVG; empty text where there are not two numbers to draw beside each other.

    The own value is a filled dot on a band (the group's middle half) and a line (its 5th to 95th percentile),
    riket is a tick, each unit that is shown a ring below. Shapes and places differ, so that it can be read in
    grey. `<title>` says all in words.
    """
    numbers = _numbers(figures)
    if len(numbers) < 2:
        return mark_safe("")  # noqa: S308
    scale = _Scale(sheet, min(numbers), max(numbers))
    parts = [f"<title>{escape(describe(figures))}</title>", _baseline(sheet)]
    if figures.group:
        parts += _group(figures, figures.group.spread, scale)
    if figures.riket.number is not None:
        parts += _riket(figures, figures.riket.number, scale)
    parts += _own(figures, scale)
    height = HEIGHT
    if figures.units and _has_rings(figures):
        below, height = _units(figures, figures.units, scale)
        parts += below
    return mark_safe(sheet.head(height) + "".join(parts) + "</svg>")  # noqa: S308 - every text is escaped in _text


def _numbers(figures: IndicatorFigures) -> list[Decimal]:
    found = [figures.own.number, figures.riket.number]
    if figures.group:
        spread = figures.group.spread
        found += [spread.p5, spread.q1, spread.q3, spread.p95]
    if figures.units:
        found += [unit.value.number for unit in figures.units.shown]
    return [number for number in found if number is not None]


def _baseline(sheet: Sheet) -> str:
    return (
        f'<path d="M{sheet.margin} {MIDDLE}H{sheet.width - sheet.margin}" stroke="#d9d5dc" stroke-width="1"/>'
    )


def _group(figures: IndicatorFigures, spread: Spread, scale: _Scale) -> list[str]:
    left, right = scale.x(spread.q1), scale.x(spread.q3)
    low, high = (format_number(number, figures.decimals) for number in (spread.q1, spread.q3))
    label = scale.sheet.band % {"low": low, "high": high}
    band = (
        f'<rect x="{left}" y="{MIDDLE - 12}" width="{max(right - left, 1):.1f}" height="24" '
        f'fill="{PINE_TINT}" stroke="{PINE}" stroke-width="1"/>'
    )
    bracket = f'<path d="M{left} {BRACKET}v5H{right}v-5" fill="none" stroke="{PINE}" stroke-width="1"/>'
    return [
        *_range(figures, spread, scale),
        band,
        bracket,
        _label(
            (left + right) / 2, BAND_ABOVE_UNITS if _has_rings(figures) else BAND, label, PINE, scale.sheet
        ),
    ]


def _range(figures: IndicatorFigures, spread: Spread, scale: _Scale) -> list[str]:
    if spread.p5 is None or spread.p95 is None:
        return []
    low, high = scale.x(spread.p5), scale.x(spread.p95)
    ends = (format_number(number, figures.decimals) for number in (spread.p5, spread.p95))
    line = (
        f'<path d="M{low} {MIDDLE}H{high}M{low} {MIDDLE - 6}v12M{high} {MIDDLE - 6}v12" '
        f'stroke="{PINE}" stroke-width="2"/>'
    )
    left, right = ends
    return [line, _text(low, ENDS, left, SOFT, "end"), _text(high, ENDS, right, SOFT, "start")]


def _riket(figures: IndicatorFigures, number: Decimal, scale: _Scale) -> list[str]:
    x = scale.x(number)
    tick = f'<path d="M{x} {MIDDLE - 18}V{MIDDLE + 18}" stroke="{INK}" stroke-width="3"/>'
    label = _("Riket %(value)s") % {"value": value_text(figures, figures.riket)}
    return [tick, _label(x, RIKET, label, INK, scale.sheet)]


def _own(figures: IndicatorFigures, scale: _Scale) -> list[str]:
    if figures.own.number is None:
        return [_text(0, 14, _("Ert värde visas inte"), SOFT, "start")]
    x = scale.x(figures.own.number)
    dot = f'<circle cx="{x}" cy="{MIDDLE}" r="8" fill="{PLUM}" stroke="{GROUND}" stroke-width="2"/>'
    label = _("Ni %(value)s") % {"value": value_text(figures, figures.own)}
    return [dot, _label(x, 14, label, PLUM, scale.sheet, weight="bold")]


def _has_rings(figures: IndicatorFigures) -> bool:
    return bool(figures.units and figures.units.shown)


def _units(figures: IndicatorFigures, units: UnitSpread, scale: _Scale) -> tuple[list[str], int]:
    """The units' rings, on the band drawn out below, with their label; and the picture's whole height."""
    numbers = [unit.value.number for unit in units.shown if unit.value.number is not None]
    placed = rings.stacked(scale.x(number) for number in numbers)
    lowest = UNITS + rings.depth(placed)
    label = _text(0, UNITS + 4, _("enheter"), PLUM, "start")
    return [*_band_below(figures, scale, lowest), rings.drawing(placed, UNITS), label], int(
        lowest
    ) + rings.RADIUS + 2


def _band_below(figures: IndicatorFigures, scale: _Scale, lowest: float) -> list[str]:
    """The group's middle half behind the rings, and a thread down from the own value."""
    top, height = UNITS - rings.RADIUS - 2, lowest - UNITS + 2 * rings.RADIUS + 4
    found = []
    if figures.group:
        left, right = scale.x(figures.group.spread.q1), scale.x(figures.group.spread.q3)
        wide = max(right - left, 1)
        found.append(f'<path d="M{left} {top}h{wide:.1f}v{height}h-{wide:.1f}z" fill="{PINE_TINT}"/>')
    if figures.own.number is not None:
        x = scale.x(figures.own.number)
        found.append(f'<path d="M{x} {top}v{height}" stroke="{PLUM}" stroke-dasharray="2 2"/>')
    return found


def _label(x: float, y: float, label: str, colour: str, sheet: Sheet, weight: str = "normal") -> str:
    """A label in the middle of `x`, or as near as it fits."""
    return _text(sheet.inside(x, label), y, label, colour, "middle", weight)


def _text(x: float, y: float, label: str, colour: str, anchor: str, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(label)}</text>"
    )
